//! Finds policies among a file's values, wherever they stand.
//!
//! A policy is an object with `Statement`, or a string of JSON that is one, plain or URL-encoded: "Policies returned by this operation are
//! URL-encoded compliant with RFC 3986" (IAM API Reference, GetRolePolicy). So what a call is named that nobody has thought of here does not
//! matter; what does is the name of the member, which says what a string should have been that is no JSON.

use std::collections::BTreeSet;

use iam_policy::{Arn, parse_json};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::collection::{self, Listed};
use super::found::{Found, Piece, Text, statements};
use super::intrinsics::is_function;
use super::tree::{Node, Shape, below};
use crate::policy::kind::PolicyType;
use crate::policy::options::is_account;
use crate::policy::report::Refusal;

/// Members that hold a policy, by their names in small letters without `_` and `-`, whatever the service: CloudFormation writes `KeyPolicy`,
/// Terraform `key_policy`, API Gateway `x-amazon-apigateway-policy`.
const HOLDERS: [&str; 27] = [
    "policydocument",
    "assumerolepolicydocument",
    "assumerolepolicy",
    "document",
    "policy",
    "policytext",
    "inlinepolicy",
    "keypolicy",
    "resourcepolicy",
    "resourcepolicydocument",
    "namespaceresourcepolicy",
    "repositorypolicy",
    "repositorypolicytext",
    "registrypolicytext",
    "filesystempolicy",
    "accesspolicy",
    "accesspolicies",
    "permissionspolicydocument",
    "permissionspolicy",
    "destinationpolicy",
    "deliverydestinationpolicy",
    "bucketpolicy",
    "xamazonapigatewaypolicy",
    "s3accesspolicy",
    "modelpackagegrouppolicy",
    "modelpolicy",
    "investigationgrouppolicy",
];

/// Those of them that other things are called, too: what is no JSON there may be one.
const AMBIGUOUS: [&str; 2] = ["policy", "document"];

/// A name of a member, however it is written.
pub(super) fn plain(key: &str) -> String {
    key.chars().filter(|letter| !matches!(letter, '_' | '-')).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Whether a member of this name holds a policy.
pub(super) fn is_holder(key: &str) -> bool {
    HOLDERS.contains(&plain(key).as_str())
}

/// Whether it holds nothing else in a resource of IAM's.
pub(super) fn is_document(key: &str) -> bool {
    ["policydocument", "assumerolepolicydocument", "policy", "assumerolepolicy"].contains(&plain(key).as_str())
}

/// Whether a member of this name limits and grants nothing: a boundary, the policy of a stack.
pub(super) fn is_limit(key: &str) -> bool {
    ["permissionsboundary", "policybody", "stackpolicybody"].contains(&plain(key).as_str())
}

/// Members that say what a policy is called.
const NAMES: [&str; 10] = [
    "RoleName",
    "UserName",
    "GroupName",
    "repositoryName",
    "PolicyName",
    "policyName",
    "Name",
    "name",
    "ARN",
    "VersionId",
];

/// Members that say whose it is: ARNs of what the policy belongs to.
const OWNERS: [&str; 5] = ["Arn", "ARN", "TopicArn", "QueueArn", "repositoryArn"];

/// The account in an ARN.
pub(super) fn account_of(arn: &str) -> Option<String> {
    Arn::parse(arn).map(|arn| arn.account.to_owned()).filter(|account| is_account(account))
}

/// What is known of where the walk is.
#[derive(Clone, Debug, Default)]
pub(super) struct Walk {
    pub(super) path: String,
    /// Of what is around it, the outermost first.
    pub(super) names: Vec<String>,
    /// The name of the member, or of the list that it is an entry of.
    pub(super) key: String,
    /// The account of what is around it, where something says so.
    pub(super) account: Option<String>,
    /// What it is written for, where something around it says so.
    around: Option<PolicyType>,
}

impl Walk {
    pub(super) fn member(&self, key: &str) -> Self {
        Self { path: below(&self.path, key), key: key.to_owned(), ..self.clone() }
    }

    /// The same, through a function that stands in its place.
    pub(super) fn through(&self, function: &str) -> Self {
        Self { path: below(&self.path, function), ..self.clone() }
    }

    pub(super) fn entry(&self, index: usize) -> Self {
        Self { path: format!("{}[{index}]", self.path), ..self.clone() }
    }

    pub(super) fn named(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        if !self.names.contains(&name) {
            self.names.push(name);
        }
        self
    }

    pub(super) fn name(&self) -> String {
        match (self.names.as_slice(), self.path.as_str()) {
            ([], "") => "policy".to_owned(),
            ([], path) => path.to_owned(),
            (names, _) => names.join(" / "),
        }
    }

    /// What a member of this name is written for, whatever is around it.
    pub(super) fn kind(&self) -> Option<PolicyType> {
        let key = self.key.to_ascii_lowercase();
        (key.starts_with("assumerole") || key.starts_with("assume_role")).then_some(PolicyType::Trust).or(self.around)
    }

    fn found(&self, node: &Node, text: Text) -> Found {
        Found { account: self.account.clone(), ..Found::one(self.piece(node, text), self.kind()) }
    }

    pub(super) fn piece(&self, node: &Node, text: Text) -> Piece {
        Piece { name: self.name(), at: node.at, path: self.path.clone(), text }
    }
}

/// Finds all policies in a value.
pub(super) fn walk(node: &Node, walk: &Walk, found: &mut Vec<Found>) {
    match &node.shape {
        Shape::Object(_) if is_policy(node, &walk.key) => {
            let text = node.value("").map_or_else(Text::Damaged, |value| Text::known(value, statements(node)));
            found.push(walk.found(node, text));
        }
        Shape::Object(members) => {
            let names = NAMES.iter().filter_map(|key| node.get(key).and_then(Node::text));
            let mut walk = names.fold(walk.clone(), Walk::named);
            let mut owners = OWNERS.iter().filter_map(|key| node.get(key).and_then(Node::text));
            walk.account = owners.find_map(account_of).or(walk.account);
            // A policy of the organization: what it is stands beside it.
            if let Some(summary) = node.get("PolicySummary") {
                walk = summary.get("Name").and_then(Node::text).map_or(walk.clone(), |name| walk.clone().named(name));
                walk.around = None;
            }
            let summary = node.get("PolicySummary").unwrap_or(node);
            let limit = summary.get("Type").and_then(Node::text).and_then(PolicyType::of_organization);
            walk.around = limit.or(walk.around);
            for member in members.iter().filter(|member| !is_passed_over(node, &member.key)) {
                self::walk(&member.node, &walk.member(&member.key), found);
            }
        }
        Shape::List(items) => {
            let listed = is_holder(&walk.key).then(|| node.value("").ok()).flatten();
            match listed.as_ref().and_then(collection::of) {
                Some(listed) => found.extend(listed.text().map(|text| walk.found(node, text))),
                None if bare_statements(items).is_some() => {
                    found.extend(bare_statements(items).map(|text| walk.found(node, text)));
                }
                None => items.iter().enumerate().for_each(|(i, item)| self::walk(item, &walk.entry(i), found)),
            }
        }
        Shape::String(text) => {
            if let Some(text) = policy_in(text, &walk.key) {
                found.push(walk.found(node, text));
            }
        }
        Shape::Other(_) => {}
    }
}

/// Whether a member holds what has the form of a policy and grants nothing: of a VPC endpoint, of what may be updated in a stack.
fn is_passed_over(of: &Node, key: &str) -> bool {
    key == "StackPolicyBody" || (key == "PolicyDocument" && of.get("VpcEndpointId").is_some())
}

/// Whether an object is a policy, or was meant to be one. A rule of a firewall has a `Statement`, too, and no effect.
pub(super) fn is_policy(node: &Node, key: &str) -> bool {
    let Some(statement) = node.get("Statement") else {
        // With a misspelt `Statement` it is none, but that is what it was meant to be.
        let is_meant = |key: &str| key == "Version" || key.eq_ignore_ascii_case("statement");
        return is_holder(key) && node.members().iter().any(|member| is_meant(&member.key));
    };
    let all = match &statement.shape {
        Shape::Object(_) => std::slice::from_ref(statement),
        Shape::List(items) => items.as_slice(),
        _ => return is_holder(key),
    };
    // What a function of a template makes in the place of a statement is one.
    let is_made = |item: &Node| item.only().is_some_and(|only| is_function(&only.key));
    let is_one =
        |item: &Node| is_made(item) || ["Effect", "Action", "NotAction"].iter().any(|key| item.get(key).is_some());
    is_holder(key) || all.iter().any(is_one)
}

/// The first key that stands twice outside of a policy: of what it is the key of, nobody knows which one counts.
pub(super) fn twice(node: &Node, walk: &Walk) -> Option<Found> {
    if is_policy(node, &walk.key) {
        return None;
    }
    let mut keys = BTreeSet::new();
    for member in node.members() {
        let inner = walk.member(&member.key);
        if !keys.insert(&member.key) {
            let refusal = Refusal::new("", format!("`{}` twice", member.key), "it once");
            return Some(Found::one(inner.piece(&member.node, Text::Damaged(refusal)), None));
        }
        if let Some(found) = twice(&member.node, &inner) {
            return Some(found);
        }
    }
    node.items().iter().enumerate().find_map(|(i, item)| twice(item, &walk.entry(i)))
}

/// What is said of answers that have no policy, beside others that have.
pub(super) fn without_policy(count: usize) -> Text {
    let found =
        if count == 1 { "an answer without a policy".to_owned() } else { format!("{count} answers without a policy") };
    Text::Damaged(Refusal::new("", found, "a policy in each"))
}

/// What is wrong with a text that stands where a policy has to, and is none: a list, a policy that was encoded twice, YAML.
pub(super) fn no_policy(text: &str, key: &str) -> Option<Text> {
    let found = match text.trim_start().chars().next()? {
        '"' => "a string in a string",
        '[' => "a list",
        '%' => "a text that was URL-encoded twice",
        _ if AMBIGUOUS.contains(&plain(key).as_str()) && !text.contains("Statement") => return None,
        _ => "a text that is no JSON",
    };
    Some(Text::Damaged(Refusal::new("", found, "a policy: an object")))
}

/// What is wrong with a list that stands where a policy has to: statements without a policy around them.
pub(super) fn bare_statements(items: &[Node]) -> Option<Text> {
    items.iter().any(is_bare_statement).then(|| without_a_policy("a list of statements"))
}

/// The same of one statement.
pub(super) fn bare_statement(node: &Node) -> Option<Text> {
    is_bare_statement(node).then(|| without_a_policy("a statement by itself"))
}

fn without_a_policy(found: &str) -> Text {
    Text::Damaged(Refusal::new("", found, "a policy: an object with `Statement`"))
}

/// Whether an object is a statement. Outside of a policy it says nothing that AWS would read.
fn is_bare_statement(node: &Node) -> bool {
    let effect = node.get("Effect").and_then(Node::text);
    matches!(effect, Some("Allow" | "Deny")) && ["Action", "NotAction"].iter().any(|key| node.get(key).is_some())
}

/// What API Gateway answers: JSON whose quotes are escaped, as a string of JSON has them, without the quotes around it.
fn escaped(text: &str) -> Option<Value> {
    let plain: String = serde_json::from_str(&format!("\"{}\"", text.trim_end())).ok()?;
    parse_json(&plain).ok()
}

/// The policy that a string is, if it is one, or if it stands where one has to.
pub(super) fn policy_in(text: &str, key: &str) -> Option<Text> {
    let trimmed = text.trim_start();
    let is_encoded = trimmed.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("%7b"));
    let decoded = match percent_decode_str(trimmed).decode_utf8() {
        Ok(decoded) if is_encoded => decoded,
        Err(_) if is_encoded => {
            return Some(Text::Damaged(Refusal::new("", "broken UTF-8", "a URL-encoded policy")));
        }
        _ => trimmed.into(),
    };
    if !decoded.starts_with('{') {
        let none = || is_holder(key).then(|| no_policy(&decoded, key)).flatten();
        return collection::in_text(&decoded).map_or_else(none, Listed::text);
    }
    match parse_json(&decoded).or_else(|error| escaped(&decoded).ok_or(error)) {
        Ok(value) if value.get("Statement").is_some() => Some(Text::known(value, Vec::new())),
        Ok(Value::Object(map)) if map.contains_key("Version") && is_holder(key) && !map.contains_key("rules") => {
            Some(Text::known(map.into(), Vec::new()))
        }
        // A lifecycle, a redrive policy, ..: not what is asked about.
        Ok(_) => None,
        Err(error) => is_holder(key).then(|| Text::Damaged(Refusal::at("", &error))),
    }
}
