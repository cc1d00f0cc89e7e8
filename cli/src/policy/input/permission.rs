//! Resources that are one statement of a policy, written out in properties of their own: who is let in and for what, as `lambda add-permission`,
//! `lambda add-layer-version-permission`, `events put-permission`, `signer add-profile-permission` and `entityresolution add-policy-statement` take it.

use serde_json::{Map, Value, json};

use super::found::Text;
use super::intrinsics::{Filled, Template};
use super::plan::{has_true, unknown_part};
use super::tree::{At, Node};
use super::unresolved::{Parts, has_mark, is_open};
use crate::policy::report::Refusal;

/// Such a resource. Names of properties are CloudFormation's; Terraform's are the same in its own writing.
struct Permission {
    kinds: &'static [&'static str],
    /// What is allowed where nothing is said.
    action: &'static str,
    /// What has to hold: the properties, and operator and key of the condition that each becomes.
    conditions: &'static [(&'static str, &'static str, &'static str)],
}

const PERMISSIONS: [Permission; 6] = [
    Permission {
        kinds: &["AWS::Lambda::Permission", "aws_lambda_permission", "awscc_lambda_permission"],
        action: "lambda:InvokeFunction",
        conditions: &[
            ("SourceArn", "ArnLike", "aws:SourceArn"),
            ("SourceAccount", "StringEquals", "aws:SourceAccount"),
            ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
            ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
            ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
        ],
    },
    Permission {
        kinds: &[
            "AWS::Lambda::LayerVersionPermission",
            "aws_lambda_layer_version_permission",
            "awscc_lambda_layer_version_permission",
        ],
        action: "lambda:GetLayerVersion",
        conditions: &[("OrganizationId", "StringEquals", "aws:PrincipalOrgID")],
    },
    Permission {
        kinds: &["AWS::Events::EventBusPolicy", "aws_cloudwatch_event_permission", "awscc_events_event_bus_policy"],
        action: "events:PutEvents",
        conditions: &[],
    },
    Permission {
        kinds: &[
            "AWS::Signer::ProfilePermission",
            "aws_signer_signing_profile_permission",
            "awscc_signer_profile_permission",
        ],
        action: "signer:GetSigningProfile",
        conditions: &[],
    },
    Permission {
        kinds: &["AWS::EntityResolution::PolicyStatement", "awscc_entityresolution_policy_statement"],
        action: "entityresolution:*",
        conditions: &[],
    },
    // Whoever looks into an application from outside: its conditions are not read, and keep nobody out here.
    Permission {
        kinds: &["AWS::QBusiness::Permission", "awscc_qbusiness_permission"],
        action: "qbusiness:*",
        conditions: &[],
    },
];

/// The address of a function. If everybody may use it, the provider adds the permission by itself (`resourceFunctionURLCreate`).
const FUNCTION_URL: &str = "aws_lambda_function_url";

/// What such a resource of a template says; none: it is none, or has a statement that is written out.
pub(super) fn of_template(template: &Template<'_>, kind: &str, properties: &Node) -> Option<Text> {
    let permission = find(kind)?;
    match properties.get("Statement").map(|written| (written.text(), written.at)) {
        Some((Some(text), at)) => return Some(written_out(text, at)),
        Some((None, _)) => return None,
        None => {}
    }
    let mut filled = Filled::default();
    let policy =
        permission.policy(|name| properties.get(name).map(|node| template.value(node, name, &mut filled)).transpose());
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
    if kind == FUNCTION_URL {
        let is_unknown = unknown.and_then(|all| all.get("authorization_type")).is_some_and(Node::is_true);
        return match after.get("authorization_type").and_then(Node::text) {
            _ if is_unknown => {
                Some(Text::Open("it is known only after `terraform apply`, and could be `NONE`".to_owned()))
            }
            Some("NONE") => Some(public_url(after.at)),
            _ => None,
        };
    }
    let permission = find(kind)?;
    let written = after.get("statement").and_then(|node| Some((node.text()?, node.at)));
    if let Some((text, at)) = written.filter(|(text, _)| !text.is_empty()) {
        return Some(written_out(text, at));
    }
    if unknown.and_then(|all| all.get("statement")).is_some_and(Node::is_true) && after.get("principal").is_none() {
        return Some(Text::Open("it is known only after `terraform apply`".to_owned()));
    }
    let mut parts = Parts::default();
    let policy = permission.policy(|name| {
        let name = snake(name);
        if unknown.is_some_and(|all| all.is_true() || all.get(&name).is_some_and(has_true)) {
            return Ok(Some(unknown_part(&mut parts, &name, after.at).into()));
        }
        after.get(&name).map(|node| node.value(&name)).transpose()
    });
    Some(match policy {
        Ok(value) => {
            let is_filled = parts != Parts::default();
            Text::Policy { value, statements: vec![after.at], parts, is_filled, has_account: false }
        }
        Err(refusal) => Text::Damaged(refusal),
    })
}

/// A statement that is written out as a text.
fn written_out(text: &str, at: At) -> Text {
    match iam_policy::parse_json(text) {
        Ok(statement) => Text::known(json!({"Version": "2012-10-17", "Statement": statement}), vec![at]),
        Err(error) => Text::Damaged(Refusal::at("Statement", &error)),
    }
}

/// What lets everybody use the address of a function: `AuthType: NONE` (AWS Lambda Developer Guide, "Control access to Lambda function URLs").
pub(super) fn public_url(at: At) -> Text {
    let condition = json!({"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}});
    let action = "lambda:InvokeFunctionUrl";
    let statement =
        json!({"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*", "Condition": condition});
    let value = json!({"Version": "2012-10-17", "Statement": [statement]});
    Text::Policy { value, statements: vec![at], parts: Parts::default(), is_filled: true, has_account: false }
}

fn find(kind: &str) -> Option<&'static Permission> {
    PERMISSIONS.iter().find(|permission| permission.kinds.contains(&kind))
}

/// A name of CloudFormation's as Terraform writes it.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (i, letter) in name.replace("ID", "Id").chars().enumerate() {
        if letter.is_ascii_uppercase() && i > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

impl Permission {
    /// The policy, with the value of each property.
    fn policy(&self, mut value: impl FnMut(&'static str) -> Result<Option<Value>, Refusal>) -> Result<Value, Refusal> {
        let mut property = |name: &'static str| value(name).map(|value| value.filter(is_said));
        let principal = property("Principal")?.map_or(Value::Null, principal);
        let action = property("Action")?.or(property("Actions")?).unwrap_or_else(|| self.action.into());
        let effect = property("Effect")?.unwrap_or_else(|| "Allow".into());
        let mut condition: Map<String, Value> = Map::new();
        for (name, operator, key) in self.conditions {
            if let Some(value) = property(name)? {
                add(&mut condition, operator, key, value);
            }
        }
        if let Some(written) = property("Condition")? {
            add_written(&mut condition, &written)?;
        }
        let mut statement = json!({"Effect": effect, "Principal": principal, "Action": action, "Resource": "*"});
        if let Some(statement) = statement.as_object_mut().filter(|_| !condition.is_empty()) {
            statement.insert("Condition".to_owned(), condition.into());
        }
        Ok(json!({"Version": "2012-10-17", "Statement": [statement]}))
    }
}

fn add(condition: &mut Map<String, Value>, operator: &str, key: &str, value: Value) {
    if let Value::Object(of) = condition.entry(operator).or_insert_with(|| json!({})) {
        of.insert(key.to_owned(), value);
    }
}

/// Adds a condition that is written as such: as type, key and value, or as a text of JSON. What is filled in keeps nobody out.
fn add_written(condition: &mut Map<String, Value>, written: &Value) -> Result<(), Refusal> {
    let written = written.as_array().and_then(|list| list.first()).unwrap_or(written);
    let text = |name: &str| written.get(name).or_else(|| written.get(name.to_ascii_lowercase()));
    match (written, text("Type"), text("Key"), text("Value")) {
        (_, Some(Value::String(kind)), Some(Value::String(key)), Some(value)) => {
            add(condition, kind, key, value.clone());
        }
        (Value::String(mark), ..) if has_mark(mark) => add(condition, mark, "condition", "".into()),
        (Value::Object(parts), ..) if is_open(written) => condition.extend(parts.clone()),
        (Value::String(text), ..) => match iam_policy::parse_json(text) {
            Ok(Value::Object(all)) => condition.extend(all),
            _ => return Err(Refusal::new("Condition", "a text that is no JSON", "an object of conditions")),
        },
        _ => return Err(Refusal::new("Condition", "what is no condition", "`Type`, `Key` and `Value`")),
    }
    Ok(())
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

/// Lambda API Reference, AddPermission, Principal: "The AWS service, AWS account, IAM user, or IAM role that invokes the function." A list has several.
fn principal(written: Value) -> Value {
    if let Value::Array(all) = &written {
        let is_service = |one: &Value| one.as_str().is_some_and(is_service);
        let (services, others): (Vec<&Value>, Vec<&Value>) = all.iter().partition(|one| is_service(one));
        let kinds = [("Service", services), ("AWS", others)].into_iter().filter(|(_, all)| !all.is_empty());
        return kinds.map(|(kind, all)| (kind.to_owned(), json!(all))).collect::<Map<_, _>>().into();
    }
    match written.as_str() {
        Some("*") => written,
        Some(name) if is_service(name) => json!({"Service": name}),
        _ => json!({"AWS": written}),
    }
}

fn is_service(name: &str) -> bool {
    name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: &str, properties: &Value) -> Option<String> {
        let names = |name: &str| if kind.starts_with("AWS::") { name.to_owned() } else { snake(name) };
        let policy = find(kind)?.policy(|name| Ok(properties.get(names(name)).cloned())).ok()?;
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
            ("awscc_lambda_permission", json!({"principal": "*", "function_url_auth_type": "NONE", "principal_org_id": "o-1"}),
                Some(r#""*" "lambda:InvokeFunction" {"StringEquals":{"aws:PrincipalOrgID":"o-1","lambda:FunctionUrlAuthType":"NONE"}}"#)),
            ("AWS::EntityResolution::PolicyStatement", json!({"Principal": ["*", "s3.amazonaws.com"], "Action": ["entityresolution:GetMatchId"],
                "Condition": "{\"StringEquals\": {\"aws:PrincipalOrgID\": \"o-1\"}}"}),
                Some(r#"{"Service":["s3.amazonaws.com"],"AWS":["*"]} ["entityresolution:GetMatchId"] {"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#)),
            ("AWS::EntityResolution::PolicyStatement", json!({"Principal": "*", "Condition": "none"}), None),
            ("AWS::Lambda::Function", json!({"Principal": "*"}), None),
        ] {
            assert_eq!(of(kind, &properties).as_deref(), expected, "{kind} {properties}");
        }
    }
}
