//! Resources that are one statement of a policy, written out in properties of their own: who is let in and for what, as `lambda add-permission`,
//! `lambda add-layer-version-permission` and `events put-permission` take it.

use serde_json::{Map, Value, json};

use super::found::Text;
use super::intrinsics::{Filled, Template};
use super::plan::unknown_part;
use super::tree::Node;
use super::unresolved::Parts;
use crate::policy::report::Refusal;

/// Such a resource. Names are CloudFormation's first, then Terraform's.
struct Permission {
    kinds: [&'static str; 2],
    /// What is allowed where nothing is said.
    action: &'static str,
    /// What has to hold: the properties, and operator and key of the condition that each becomes.
    conditions: &'static [([&'static str; 2], &'static str, &'static str)],
}

const PERMISSIONS: [Permission; 3] = [
    Permission {
        kinds: ["AWS::Lambda::Permission", "aws_lambda_permission"],
        action: "lambda:InvokeFunction",
        conditions: &[
            (["SourceArn", "source_arn"], "ArnLike", "aws:SourceArn"),
            (["SourceAccount", "source_account"], "StringEquals", "aws:SourceAccount"),
            (["PrincipalOrgID", "principal_org_id"], "StringEquals", "aws:PrincipalOrgID"),
            (["FunctionUrlAuthType", "function_url_auth_type"], "StringEquals", "lambda:FunctionUrlAuthType"),
            (["EventSourceToken", "event_source_token"], "StringEquals", "lambda:EventSourceToken"),
        ],
    },
    Permission {
        kinds: ["AWS::Lambda::LayerVersionPermission", "aws_lambda_layer_version_permission"],
        action: "lambda:GetLayerVersion",
        conditions: &[(["OrganizationId", "organization_id"], "StringEquals", "aws:PrincipalOrgID")],
    },
    Permission {
        kinds: ["AWS::Events::EventBusPolicy", "aws_cloudwatch_event_permission"],
        action: "events:PutEvents",
        conditions: &[],
    },
];

/// What such a resource of a template says; none: it is none, or has a statement that is written out.
pub(super) fn of_template(template: &Template<'_>, kind: &str, properties: &Node) -> Option<Text> {
    let (permission, names) = find(kind)?;
    if properties.get("Statement").is_some() {
        return None;
    }
    let mut filled = Filled::default();
    let policy = permission
        .policy(names, |name| properties.get(name).map(|node| template.value(node, name, &mut filled)).transpose());
    Some(match policy {
        Ok(value) => Text::Policy {
            value,
            statements: vec![properties.at],
            parts: filled.parts,
            is_filled: filled.has_any,
            has_account: filled.has_account,
        },
        Err(refusal) => Text::Damaged(refusal),
    })
}

/// The same of a plan of Terraform.
pub(super) fn of_plan(kind: &str, after: &Node, unknown: Option<&Node>) -> Option<Text> {
    let (permission, names) = find(kind)?;
    let mut parts = Parts::default();
    let policy = permission.policy(names, |name| {
        if unknown.and_then(|unknown| unknown.get(name)).is_some_and(Node::is_true) {
            return Ok(Some(unknown_part(&mut parts, name, after.at).into()));
        }
        after.get(name).map(|node| node.value(name)).transpose()
    });
    Some(match policy {
        Ok(value) => {
            let is_filled = parts != Parts::default();
            Text::Policy { value, statements: vec![after.at], parts, is_filled, has_account: false }
        }
        Err(refusal) => Text::Damaged(refusal),
    })
}

/// Which it is, and whose names it has.
fn find(kind: &str) -> Option<(&'static Permission, usize)> {
    let names = |permission: &Permission| permission.kinds.iter().position(|of| *of == kind);
    PERMISSIONS.iter().find_map(|permission| Some((permission, names(permission)?)))
}

impl Permission {
    /// The policy, with the value of each property.
    fn policy(
        &self,
        names: usize,
        mut value: impl FnMut(&'static str) -> Result<Option<Value>, Refusal>,
    ) -> Result<Value, Refusal> {
        let [of_template, of_plan] = [0, 1].map(|which| which == names);
        let mut property = |template: &'static str, plan: &'static str| {
            let name = if of_template { template } else { plan };
            value(name).map(|value| value.filter(is_said))
        };
        let principal = property("Principal", "principal")?.map_or(Value::Null, principal);
        let action = property("Action", "action")?.unwrap_or_else(|| self.action.into());
        let mut condition: Map<String, Value> = Map::new();
        let mut add = |operator: &str, key: &str, value: Value| {
            if let Value::Object(of) = condition.entry(operator).or_insert_with(|| json!({})) {
                of.insert(key.to_owned(), value);
            }
        };
        for ([template, plan], operator, key) in self.conditions {
            if let Some(value) = property(template, plan)? {
                add(operator, key, value);
            }
        }
        if let Some(written) = property("Condition", "condition")? {
            let written = written.as_array().and_then(|list| list.first()).unwrap_or(&written).clone();
            let text = |name: &str| written.get(name).and_then(Value::as_str).unwrap_or_default();
            let [kind, key, value] =
                if of_plan { ["type", "key", "value"] } else { ["Type", "Key", "Value"] }.map(text);
            add(kind, key, value.into());
        }
        let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"});
        if let Some(statement) = statement.as_object_mut().filter(|_| !condition.is_empty()) {
            statement.insert("Condition".to_owned(), condition.into());
        }
        Ok(json!({"Version": "2012-10-17", "Statement": [statement]}))
    }
}

/// Terraform writes null, an empty text or an empty list for what nobody said.
fn is_said(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

/// Lambda API Reference, AddPermission, Principal: "The AWS service, AWS account, IAM user, or IAM role that invokes the function."
fn principal(written: Value) -> Value {
    match written.as_str() {
        Some("*") => written,
        Some(name) if name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn") => {
            json!({"Service": name})
        }
        _ => json!({"AWS": written}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: &str, properties: &Value) -> Option<String> {
        let (permission, names) = find(kind)?;
        let policy = permission.policy(names, |name| Ok(properties.get(name).cloned())).ok()?;
        let statement = policy.pointer("/Statement/0")?;
        Some(
            ["Principal", "Action", "Condition"]
                .map(|key| statement.get(key).cloned().unwrap_or_default().to_string())
                .join(" "),
        )
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn properties_are_a_statement() {
        for (kind, properties, expected) in [
            ("AWS::Lambda::Permission", json!({"Principal": "*", "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"}),
                Some(r#""*" "lambda:InvokeFunctionUrl" {"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}"#)),
            ("AWS::Lambda::Permission", json!({"Principal": "s3.amazonaws.com", "Action": "lambda:*", "SourceArn": "arn:aws:s3:::b", "SourceAccount": "111122223333"}),
                Some(r#"{"Service":"s3.amazonaws.com"} "lambda:*" {"ArnLike":{"aws:SourceArn":"arn:aws:s3:::b"},"StringEquals":{"aws:SourceAccount":"111122223333"}}"#)),
            ("aws_lambda_permission", json!({"principal": "111122223333", "action": "lambda:InvokeFunction", "source_arn": null, "source_account": ""}),
                Some(r#"{"AWS":"111122223333"} "lambda:InvokeFunction" null"#)),
            ("aws_lambda_layer_version_permission", json!({"principal": "*", "action": "lambda:GetLayerVersion", "organization_id": "o-1"}),
                Some(r#""*" "lambda:GetLayerVersion" {"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#)),
            ("AWS::Events::EventBusPolicy", json!({"Principal": "*", "Condition": {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-1"}}),
                Some(r#""*" "events:PutEvents" {"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#)),
            ("aws_cloudwatch_event_permission", json!({"principal": "*", "condition": [{"type": "StringEquals", "key": "aws:PrincipalOrgID", "value": "o-1"}]}),
                Some(r#""*" "events:PutEvents" {"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#)),
            ("aws_cloudwatch_event_permission", json!({"principal": "*", "condition": []}), Some(r#""*" "events:PutEvents" null"#)),
            ("AWS::Lambda::Function", json!({"Principal": "*"}), None),
        ] {
            assert_eq!(of(kind, &properties).as_deref(), expected, "{kind} {properties}");
        }
    }
}
