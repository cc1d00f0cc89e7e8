//! What SAM makes policies of that a template does not have: its policy templates, function URLs, resource policies of an API, connectors.

mod expansion;

use serde_json::{Map, Value, json};

use super::found::{Text, statements};
use super::intrinsics::{Filled, NO_VALUE, Template, is_function};
use super::permission::public_url;
use super::template::{PROCESSED, filled_in};
use super::tree::{Member, Node};
use super::unresolved::is_open;
use crate::policy::report::Refusal;

const RESOURCES: &str = "AWS::Serverless::";

/// What SAM makes of a member of a resource of its own. The outer none: it makes no policy of that; the inner one: one that lets nobody in.
pub(super) fn made(template: &Template<'_>, kind: &str, key: &str, node: &Node) -> Option<Option<Text>> {
    // Either of them can be what is deployed: each is looked at.
    let is_choice = node.only().is_some_and(|only| only.key == "Fn::If");
    if !kind.starts_with(RESOURCES) || is_choice {
        return None;
    }
    match key {
        "FunctionUrlConfig" => Some(url(template, node)),
        "ResourcePolicy" => Some(resource_policy(template, node)),
        "Policies" if node.is_object() => policy_template(template, node).map(Some),
        _ => None,
    }
}

/// What SAM makes of a whole resource: policies between its ends (AWS SAM Developer Guide, "Managing resource permissions with AWS SAM connectors").
pub(super) fn connected(kind: &str, resource: &Node) -> Option<Text> {
    let is_connected = kind == "AWS::Serverless::Connector" || resource.get("Connectors").is_some();
    is_connected.then(|| Text::Open(format!("SAM makes policies of a connector: {PROCESSED}")))
}

/// What SAM makes of the address of a `WebFunction`, which is not known here.
pub(super) fn address(kind: &str, properties: &Node) -> Option<Text> {
    let is_closed = || properties.get("AuthType").and_then(Node::text) == Some("AWS_IAM");
    let is_any = kind == "AWS::Serverless::WebFunction" && !is_closed();
    is_any.then(|| Text::Open(format!("SAM makes its address, which could be everybody's: {PROCESSED}")))
}

/// Parts of `Globals`, each with the type of the resources that it belongs to.
pub(super) fn globals(root: &Node) -> impl Iterator<Item = (String, &str, &Node)> {
    let sections = root.get("Globals").map(Node::members).unwrap_or_default();
    sections.iter().map(|section| (format!("{RESOURCES}{}", section.key), section.key.as_str(), &section.node))
}

/// Whether a function leaves out what it stands for.
fn is_no_value(function: &Member) -> bool {
    function.key == "Ref" && function.node.text() == Some("AWS::NoValue")
}

/// The address of a function: SAM adds the permission for everybody if its type is `NONE`.
fn url(template: &Template<'_>, config: &Node) -> Option<Text> {
    let open =
        || Some(Text::Open("its `AuthType` is filled in when the stack is deployed, and could be `NONE`".to_owned()));
    if let Some(only) = config.only().filter(|only| is_function(&only.key)) {
        return if is_no_value(only) { None } else { open() };
    }
    let auth = config.get("AuthType")?;
    match template.value(auth, "AuthType", &mut Filled::default()) {
        Ok(value) if value == json!("NONE") => Some(public_url(auth.at)),
        Ok(value) if is_open(&value) => open(),
        Ok(_) => None,
        Err(refusal) => Some(Text::Damaged(refusal)),
    }
}

/// `Auth.ResourcePolicy` of an API (AWS SAM Developer Guide, "ResourcePolicyStatement").
fn resource_policy(template: &Template<'_>, written: &Node) -> Option<Text> {
    let mut filled = Filled::default();
    let mut statements = Vec::new();
    let mut places = Vec::new();
    let function = written.only().filter(|only| is_function(&only.key));
    if function.is_some() || !written.is_object() {
        let open = || Text::Open("it is filled in when the stack is deployed".to_owned());
        return (!function.is_some_and(is_no_value)).then(open);
    }
    for member in written.members() {
        let effect = match member.key.as_str() {
            "CustomStatements" => None,
            "AwsAccountWhitelist" => Some("Allow"),
            "AwsAccountBlacklist" => Some("Deny"),
            other => return Some(Text::Open(format!("SAM makes it of `{other}`: {PROCESSED}"))),
        };
        let value = match template.value(&member.node, &member.key, &mut filled) {
            Ok(value) if value == json!(NO_VALUE) => continue,
            Ok(value) => value,
            Err(refusal) => return Some(Text::Damaged(refusal)),
        };
        match (effect, value) {
            (Some(effect), accounts) => {
                statements.push(json!({"Effect": effect, "Principal": {"AWS": accounts}, "Action": "execute-api:Invoke", "Resource": "*"}));
                places.push(member.node.at);
            }
            (None, Value::Array(all)) => {
                places.extend(member.node.items().iter().map(|item| item.at));
                statements.extend(all);
            }
            (None, one) => {
                statements.push(one);
                places.push(member.node.at);
            }
        }
    }
    let mut policy = Map::new();
    policy.insert("Version".to_owned(), json!("2012-10-17"));
    policy.insert("Statement".to_owned(), statements.into());
    Some(filled_in(policy.into(), places, Filled { has_any: true, ..filled }))
}

/// One of SAM's policy templates, or what is no policy at all.
fn policy_template(template: &Template<'_>, entry: &Node) -> Option<Text> {
    let is_policy = ["Statement", "PolicyDocument"].iter().any(|key| entry.get(key).is_some());
    if is_policy || entry.members().is_empty() || entry.only().is_some_and(|only| is_function(&only.key)) {
        return None;
    }
    let Some(only) = entry.only() else {
        let expected = "a policy: an object with `Statement`, or a policy template of SAM's";
        return Some(Text::Damaged(Refusal::new("", "what is no policy", expected)));
    };
    Some(match expansion::expanded(&only.key, &only.node) {
        None => Text::Open(format!("`{}` is no policy template of SAM's that is known here: {PROCESSED}", only.key)),
        Some(Err(refusal)) => Text::Damaged(refusal),
        Some(Ok(policy)) => {
            let mut filled = Filled::default();
            match template.value(&policy, "", &mut filled) {
                Ok(value) => filled_in(value, statements(&policy), Filled { has_any: true, ..filled }),
                Err(refusal) => Text::Damaged(refusal),
            }
        }
    })
}
