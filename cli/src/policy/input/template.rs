//! Finds the policies of a CloudFormation template.

use iam_policy::parse_json;
use serde_json::{Value, json};

use super::attached::{self, Attached};
use super::collection::{self, Listed};
use super::found::{Found, Text, statements};
use super::intrinsics::{Filled, NO_VALUE, Template, is_function};
use super::made_up::{FIRST_REGION, MadeUp};
use super::nested;
use super::permission;
use super::serverless;
use super::tree::{Node, Shape};
use super::unresolved::is_open;
use super::walk::{
    Walk, bare_statement, bare_statements, is_document, is_holder, is_limit, is_policy, no_policy, twice,
};
use crate::policy::kind::PolicyType;
use crate::policy::report::Refusal;

/// Whether a value is a template.
pub(super) fn is_template(node: &Node) -> bool {
    node.get("Resources").is_some_and(|resources| {
        resources.is_object()
            && (node.get("AWSTemplateFormatVersion").is_some()
                || node.get("Transform").is_some()
                || resources.members().iter().any(|resource| resource.node.get("Type").is_some()))
    })
}

/// How to come by a template after its transforms.
pub(super) const PROCESSED: &str = "give what `aws cloudformation get-template --template-stage Processed` prints";

const TRANSFORM: &str = "Fn::Transform";

/// What somebody's macro makes, or adds to what stands beside it.
fn transformed(node: &Node, walk: &Walk) -> Found {
    Found::one(walk.piece(node, Text::Open(format!("`{TRANSFORM}` makes it: {PROCESSED}"))), None)
}

/// Transforms of AWS's own that make no policy out of nothing: what they add to a function is theirs.
const KNOWN: [&str; 3] = ["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions", "AWS::SecretsManager-"];

/// The name of a transform that can make anything: somebody's macro, a part of a template that stands elsewhere.
fn unknown_transform(node: &Node) -> Option<&str> {
    let name = node.get("Name").unwrap_or(node).text()?;
    (!KNOWN.iter().any(|known| name.starts_with(known))).then_some(name)
}

/// Policies that grant nothing, but limit what comes by there: "An endpoint policy does not override or replace identity-based policies or
/// resource-based policies" (AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies"). What a share of RAM may allow is
/// allowed by the share. What protects data in logs allows nothing.
const PASSED_OVER: [&str; 3] = ["AWS::EC2::VPCEndpoint", "AWS::RAM::Permission", "AWS::Logs::AccountPolicy"];

/// Resources whose policies are no documents of IAM's: those of other languages (Guard, Cedar), and names.
const OTHER_POLICIES: [&str; 6] = [
    "AWS::Config::",
    "AWS::EC2::VerifiedAccess",
    "AWS::EC2::ClientVpnEndpoint",
    "AWS::SES::ReceiptFilter",
    "AWS::IVS::",
    "AWS::DataZone::",
];

/// Finds all policies of a template. The account is the one that its stack is taken to be of.
///
/// Its region is not known. What is different elsewhere is judged there, too: a condition can be on any of them.
pub(super) fn policies(root: &Node, account: &str) -> Vec<Found> {
    policies_within(root, account, 0)
}

/// The same of a template that stands in something else, as deep.
pub(super) fn policies_within(root: &Node, account: &str, depth: usize) -> Vec<Found> {
    let made_up = MadeUp::of(root);
    let of = |region| in_region(root, &Template::new(root, account, region, &made_up, depth));
    let mut found = of(Some(FIRST_REGION));
    for (found, elsewhere) in found.iter_mut().zip(of(made_up.other_region)) {
        if found.is_other_than(&elsewhere) {
            found.elsewhere = Some(Box::new(elsewhere));
        }
    }
    found
}

/// The policies of a template that stands in another one, in the region of that.
pub(super) fn within(template: &Template<'_>, root: &Node) -> Vec<Found> {
    let made_up = MadeUp::of(root);
    in_region(root, &Template::new(root, template.account, template.region, &made_up, template.depth + 1))
}

fn in_region(root: &Node, template: &Template<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    found.extend(twice(root, &Walk::default()));
    let Some(resources) = root.get("Resources") else { return found };
    if let Some(transform) = root.get("Transform")
        && let Some(name) = transform.items().iter().chain([transform]).find_map(unknown_transform)
    {
        let why = format!("`{name}` makes resources: {PROCESSED}");
        found.push(Found::one(Walk::default().member("Transform").piece(transform, Text::Open(why)), None));
    }
    let start = Walk::default().member("Resources");
    for member in resources.members() {
        let walk = start.member(&member.key).named(&member.key);
        if is_function(&member.key) {
            let why = format!("`{}` makes resources: {PROCESSED}", member.key);
            found.push(Found::one(walk.piece(&member.node, Text::Open(why)), None));
            continue;
        }
        if member.node.get(TRANSFORM).is_some() {
            found.push(transformed(&member.node, &walk));
        }
        let kind = member.node.get("Type").and_then(Node::text).unwrap_or_default();
        if let Some(text) = serverless::connected(kind, &member.node) {
            found.push(Found::one(walk.piece(&member.node, text), None));
        }
        // What has no properties is a resource all the same.
        let nothing = Node { at: member.node.at, shape: Shape::Object(Vec::new()) };
        let properties = member.node.get("Properties").unwrap_or(&nothing);
        if !PASSED_OVER.contains(&kind) {
            let walk = walk.member("Properties");
            if let Some(text) = unread_properties(properties) {
                found.push(Found::one(walk.piece(properties, text), None));
                continue;
            }
            let address = serverless::address(kind, properties);
            found.extend(address.map(|text| Found::one(walk.piece(properties, text), Some(PolicyType::Resource))));
            if let Some(text) = permission::of_template(template, kind, properties) {
                found.push(Found::one(walk.piece(properties, text), Some(PolicyType::Resource)));
                continue;
            }
            if kind == "AWS::Organizations::Policy"
                && let Some(limit) = properties.get("Type").filter(|limit| limit.text().is_none())
            {
                let why = "its type is filled in when the stack is deployed".to_owned();
                found.push(Found::one(walk.member("Type").piece(limit, Text::Open(why)), None));
                continue;
            }
            found.extend(nested::of_template(template, kind, properties, member.node.get("Metadata"), &walk));
            Finder { template, kind, properties }.find(properties, &walk, &mut found);
        }
    }
    for (kind, section, properties) in serverless::globals(root) {
        let walk = Walk::default().member("Globals").member(section).named("Globals").named(section);
        let made = is_function(section).then(|| Text::Open(format!("`{section}` makes it: {PROCESSED}")));
        if let Some(text) = made.or_else(|| unread_properties(properties)) {
            found.push(Found::one(walk.piece(properties, text), None));
            continue;
        }
        found.extend(nested::of_template(template, &kind, properties, None, &walk));
        Finder { template, kind: &kind, properties }.find(properties, &walk, &mut found);
    }
    found
}

/// What is said of properties that are none: what else stands there, or makes them.
fn unread_properties(properties: &Node) -> Option<Text> {
    // Where it has more than one key, what is no property is found in its place.
    let function = properties.only().filter(|only| is_function(&only.key)).map(|only| only.key.as_str());
    match function {
        Some("Fn::If" | TRANSFORM) => None,
        Some(function) => Some(Text::Open(format!("`{function}` makes it: {PROCESSED}"))),
        None if properties.is_object() => None,
        None => Some(Text::Damaged(Refusal::new("", "what is no object", "the properties of a resource"))),
    }
}

struct Finder<'t> {
    template: &'t Template<'t>,
    /// The type of the resource.
    kind: &'t str,
    properties: &'t Node,
}

impl Finder<'_> {
    fn find(&self, node: &Node, walk: &Walk, found: &mut Vec<Found>) {
        if let Some(made) = serverless::made(self.template, self.kind, &walk.key, node) {
            found.extend(made.map(|text| {
                let kind = (walk.key != "Policies").then_some(PolicyType::Resource);
                // A policy template is called by its name.
                let name = node.only().filter(|_| walk.key == "Policies").map_or(&walk.key, |only| &only.key);
                Found::one(walk.clone().named(name).piece(node, text), kind.or(self.policy_type(walk)))
            }));
            return;
        }
        if is_policy(node, &walk.key) {
            found.push(Found::one(walk.piece(node, self.policy(node)), self.policy_type(walk)));
            return;
        }
        // What a loop makes has other names than those that are written.
        if let Some(looped) = node.members().iter().find(|member| member.key.starts_with("Fn::ForEach")) {
            let why = format!("`{}` makes it: {PROCESSED}", looped.key);
            found.push(Found::one(walk.piece(&looped.node, Text::Open(why)), None));
        }
        if let Some(text) = bare_statement(node) {
            found.push(Found::one(walk.piece(node, text), self.policy_type(walk)));
            return;
        }
        // IAM takes nothing else there, whatever it is meant to be.
        let is_made = node.members().iter().any(|member| is_function(&member.key));
        if self.kind.starts_with("AWS::IAM::") && is_document(&walk.key) && node.is_object() && !is_made {
            found.push(Found::one(walk.piece(node, self.policy(node)), self.policy_type(walk)));
            return;
        }
        if let Some(only) = node.only().filter(|only| is_function(&only.key)) {
            match (only.key.as_str(), only.node.items()) {
                // Either of them can be what is deployed: each is judged.
                ("Fn::If", [_, yes, no]) => {
                    let walk = walk.through("Fn::If");
                    self.find(yes, &walk.entry(1), found);
                    self.find(no, &walk.entry(2), found);
                }
                (TRANSFORM, _) => found.push(transformed(node, walk)),
                _ => self.string(node, walk, found),
            }
            return;
        }
        // Beside other keys it adds to them.
        if node.get(TRANSFORM).is_some() {
            found.push(transformed(node, walk));
        }
        match &node.shape {
            Shape::Object(members) => {
                let named = node.get("PolicyName").and_then(Node::text);
                let walk = named.map_or_else(|| walk.clone(), |name| walk.clone().named(name));
                for member in members.iter().filter(|member| member.key != TRANSFORM && !is_limit(&member.key)) {
                    let mut inner = walk.member(&member.key);
                    if is_holder(&member.key) && named.is_none() {
                        inner = inner.named(&member.key);
                    }
                    self.find(&member.node, &inner, found);
                }
            }
            Shape::List(items) if self.is_holder(&walk.key) && bare_statements(items).is_some() => {
                let wrong =
                    bare_statements(items).map(|text| Found::one(walk.piece(node, text), self.policy_type(walk)));
                found.extend(wrong);
            }
            Shape::List(items) => {
                items.iter().enumerate().for_each(|(i, item)| self.find(item, &walk.entry(i), found));
            }
            Shape::String(_) => self.string(node, walk, found),
            Shape::Other(_) => {}
        }
    }

    /// What is written out as an object.
    fn policy(&self, node: &Node) -> Text {
        let mut filled = Filled::default();
        // Of a resource that is one statement of somebody's policy, `AWS::Events::EventBusPolicy`, the rest are its properties.
        let is_properties = std::ptr::eq(node, self.properties);
        let resolved = match node.get("Statement").filter(|_| is_properties) {
            Some(statement) => {
                let statement = self.template.value(statement, "Statement", &mut filled);
                statement.map(|statement| json!({"Version": "2012-10-17", "Statement": statement}))
            }
            None => self.template.value(node, "", &mut filled),
        };
        match resolved {
            Ok(value) => filled_in(value, statements(node), filled),
            Err(refusal) => Text::Damaged(refusal),
        }
    }

    /// What is a string, or comes to one.
    fn string(&self, node: &Node, walk: &Walk, found: &mut Vec<Found>) {
        let mut filled = Filled::default();
        let value = match self.template.value(node, "", &mut filled) {
            Ok(value) => value,
            Err(refusal) if self.is_holder(&walk.key) => {
                found.push(Found::one(walk.piece(node, Text::Damaged(refusal)), self.policy_type(walk)));
                return;
            }
            Err(_) => return,
        };
        if value == json!(NO_VALUE) {
            return;
        }
        let Some(text) = value.as_str() else {
            for text in value.as_array().into_iter().flatten().filter_map(Value::as_str) {
                found.extend(self.attached(text, &filled, node, walk));
            }
            // `Fn::ToJsonString` and the like are strings; what else comes of a function and is a policy is one as it is.
            if value.get("Statement").is_some() {
                let text = filled_in(value, Vec::new(), filled);
                found.push(Found::one(walk.piece(node, text), self.policy_type(walk)));
            }
            return;
        };
        if let Some(attached) = self.attached(text, &filled, node, walk) {
            found.push(attached);
            return;
        }
        match collection::in_text(text) {
            Some(Listed::Policy(value)) => {
                let text = filled_in(value, Vec::new(), Filled { has_any: true, ..filled });
                found.push(Found::one(walk.piece(node, text), Some(PolicyType::Resource)));
                return;
            }
            Some(Listed::Other) => return,
            None => {}
        }
        let is_holder = self.is_holder(&walk.key);
        let text = if text.trim_start().starts_with('{') {
            match parse_json(text) {
                Ok(value) if value.get("Statement").is_some() => filled_in(value, Vec::new(), filled),
                Ok(_) => return,
                Err(_) if is_open(&value) && is_holder => {
                    Text::Open("it is no JSON before its parts are filled in".to_owned())
                }
                Err(error) if is_holder => Text::Damaged(Refusal::at("", &error)),
                Err(_) => return,
            }
        } else if is_open(&value) && is_holder {
            let what = filled.parts.first_of(&value).map_or("a function", |part| part.what.as_str());
            Text::Open(format!("it is {what}, which is filled in when the stack is deployed"))
        } else if let Some(damaged) = no_policy(text, "PolicyDocument").filter(|_| is_holder) {
            damaged
        } else {
            return;
        };
        found.push(Found::one(walk.piece(node, text), self.policy_type(walk)));
    }

    /// What a text attaches: the policy that is known, or one that could be that.
    fn attached(&self, text: &str, filled: &Filled, node: &Node, walk: &Walk) -> Option<Found> {
        let attached = attached::known(text, &walk.key).or_else(|| {
            let part = filled.parts.first_of(&text.into())?;
            let name = attached::could_be(text, &walk.key).filter(|_| self.is_of_principal())?;
            Some(Attached { name, text: Text::Open(format!("it is {}, which could be `{name}`", part.what)) })
        });
        attached.map(|Attached { name, text }| {
            let walk = walk.clone().named(name);
            Found::one(walk.piece(node, text), Some(PolicyType::Identity))
        })
    }

    /// Whether a member of this name has to be a policy.
    fn is_holder(&self, key: &str) -> bool {
        let is_content = key == "Content" && self.kind.starts_with("AWS::Organizations::");
        is_content || (is_holder(key) && !OTHER_POLICIES.iter().any(|services| self.kind.starts_with(services)))
    }

    /// Whether policies are attached to the resource that allow something to whoever has it.
    fn is_of_principal(&self) -> bool {
        ["AWS::IAM::", "AWS::Serverless::", "AWS::SSO::", "AWS::Budgets::"]
            .iter()
            .any(|services| self.kind.starts_with(services))
    }

    /// What a policy of this resource is written for; `None`: what it looks like.
    fn policy_type(&self, walk: &Walk) -> Option<PolicyType> {
        walk.kind().or(match self.kind {
            _ if walk.key == nested::OF_API => Some(PolicyType::Resource),
            "AWS::Organizations::Policy" => {
                self.properties.get("Type").and_then(Node::text).and_then(PolicyType::of_organization)
            }
            kind if kind.starts_with("AWS::IAM::") || kind.starts_with("AWS::Serverless::") => {
                Some(PolicyType::Identity)
            }
            "AWS::S3::BucketPolicy"
            | "AWS::KMS::Key"
            | "AWS::SNS::TopicPolicy"
            | "AWS::SQS::QueuePolicy"
            | "AWS::SecretsManager::ResourcePolicy"
            | "AWS::ECR::Repository" => Some(PolicyType::Resource),
            _ => None,
        })
    }
}

pub(super) fn filled_in(value: Value, statements: Vec<super::tree::At>, filled: Filled) -> Text {
    Text::Policy { value, statements, parts: filled.parts, is_filled: filled.has_any, has_account: filled.has_account }
}
