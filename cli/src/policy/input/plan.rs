//! Finds the policies of a Terraform plan, as `terraform show -json` prints it.
//!
//! Each entry of `resource_changes` has a resource as it will be, `change.after`, and beside it `change.after_unknown`, which is true where
//! something is known only after `apply` (Terraform, "JSON Output Format Overview"). A policy is a string of JSON there; where a part of it
//! is not known, all of it is not, and says so.

use super::attached;
use super::found::{Found, Text};
use super::permission;
use super::tree::{Node, Shape};
use super::unresolved::Parts;
use super::walk::{Walk, is_holder, policy_in};
use crate::policy::kind::PolicyType;

/// Whether a value is a plan, or a state as it is shown.
pub(super) fn is_plan(has: impl Fn(&str) -> bool) -> bool {
    has("format_version") && ["planned_values", "resource_changes", "values"].into_iter().any(has)
}

/// Resources whose policies grant nothing: `aws_vpc_endpoint` as in a template, and what no principal holds.
const PASSED_OVER: [&str; 2] = ["aws_vpc_endpoint", "aws_vpc_endpoint_policy"];

/// Finds the policies of one entry of `resource_changes`. What is deleted is no more.
pub(super) fn changed(resource: &Node, walk: &Walk, found: &mut Vec<Found>) {
    let Some(change) = resource.get("change") else { return };
    let walk = walk.member("change").member("after");
    let nothing = Node { at: change.at, shape: Shape::Object(Vec::new()) };
    let after = change.get("after").unwrap_or(&nothing);
    if change.get("after").is_none_or(is_null) && is_deleted(change) {
        return;
    }
    values(resource, after, change.get("after_unknown"), &walk, found);
}

/// Finds the policies of a module of `planned_values`.
pub(super) fn planned(module: &Node, walk: &Walk, found: &mut Vec<Found>) {
    let resources = module.get("resources").map(Node::items).unwrap_or_default();
    for (i, resource) in resources.iter().enumerate() {
        let walk = walk.member("resources").entry(i).member("values");
        if let Some(after) = resource.get("values") {
            values(resource, after, None, &walk, found);
        }
    }
    let modules = module.get("child_modules").map(Node::items).unwrap_or_default();
    for (i, module) in modules.iter().enumerate() {
        planned(module, &walk.member("child_modules").entry(i), found);
    }
}

fn is_null(node: &Node) -> bool {
    node.shape == Shape::Other(serde_json::Value::Null)
}

fn is_deleted(change: &Node) -> bool {
    let actions = change.get("actions").map(Node::items).unwrap_or_default();
    !actions.is_empty() && actions.iter().all(|action| action.text() == Some("delete"))
}

fn values(resource: &Node, after: &Node, unknown: Option<&Node>, walk: &Walk, found: &mut Vec<Found>) {
    let text = |key: &str| resource.get(key).and_then(Node::text).unwrap_or_default();
    let kind = text("type");
    if PASSED_OVER.contains(&kind) {
        return;
    }
    let limit = after.get("type").and_then(Node::text).map_or(Some(PolicyType::Scp), PolicyType::of_organization);
    let finder = Finder { kind, limit };
    let walk = walk.clone().named(text("address"));
    if text("mode") == "data" {
        // What is written with it is judged where it is used; here only what Terraform does not know yet.
        if kind == "aws_iam_policy_document" && unknown.and_then(|all| all.get("json")).is_some_and(Node::is_true) {
            super::blocks::document(after, unknown, &walk, found);
        }
        return;
    }
    if let Some(text) = permission::of_plan(kind, after, unknown) {
        found.push(Found::one(walk.piece(after, text), Some(PolicyType::Resource)));
        return;
    }
    finder.find(after, unknown, &walk, found);
}

struct Finder<'t> {
    /// The type of the resource.
    kind: &'t str,
    /// What a policy of the organization limits.
    limit: Option<PolicyType>,
}

impl Finder<'_> {
    fn find(&self, after: &Node, unknown: Option<&Node>, walk: &Walk, found: &mut Vec<Found>) {
        let is_unknown = unknown.is_some_and(Node::is_true);
        // What has a policy in another cloud has one of another language.
        let is_of_aws = self.kind.starts_with("aws_") || self.kind.starts_with("awscc_");
        if is_unknown && is_of_aws && self.is_holder(&walk.key) {
            let why = "it is known only after `terraform apply`".to_owned();
            found.push(Found::one(walk.piece(after, Text::Open(why)), self.policy_type(walk)));
            return;
        }
        match &after.shape {
            Shape::Object(members) => {
                let named = after.get("name").and_then(Node::text).filter(|_| walk.key == "inline_policy");
                let walk = named.map_or_else(|| walk.clone(), |name| walk.clone().named(name));
                for member in members {
                    let inner = unknown.and_then(|unknown| unknown.get(&member.key));
                    let mut at = walk.member(&member.key);
                    if self.is_holder(&member.key) && at.names.len() < 2 {
                        at = at.named(&member.key);
                    }
                    self.find(&member.node, inner, &at, found);
                }
                let others = unknown.map(Node::members).unwrap_or_default();
                for member in others.iter().filter(|member| after.get(&member.key).is_none()) {
                    let at = walk.member(&member.key).named(&member.key);
                    // Only its place is missing: that of what it belongs to is told.
                    let nothing = Node { at: after.at, shape: Shape::Object(Vec::new()) };
                    self.find(&nothing, Some(&member.node), &at, found);
                }
            }
            Shape::List(items) => {
                let others = unknown.map(Node::items).unwrap_or_default();
                for (i, item) in items.iter().enumerate() {
                    self.find(item, others.get(i), &walk.entry(i), found);
                }
            }
            Shape::String(text) => {
                if let Some(text) = attached::known(text, &walk.key) {
                    let walk = walk.clone().named(attached::ADMINISTRATOR);
                    found.push(Found::one(walk.piece(after, text), Some(PolicyType::Identity)));
                    return;
                }
                let key = if self.is_holder(&walk.key) { "policy" } else { "" };
                if let Some(text) = policy_in(text, key) {
                    found.push(Found::one(walk.piece(after, text), self.policy_type(walk)));
                }
            }
            Shape::Other(_) => {}
        }
    }

    fn is_holder(&self, key: &str) -> bool {
        match (self.kind, key) {
            ("aws_organizations_policy", "content") => true,
            // Lifecycles, scaling, and the like: no policies of IAM's.
            ("aws_ecr_lifecycle_policy" | "aws_dlm_lifecycle_policy" | "aws_autoscaling_policy", _) => false,
            (_, key) => is_holder(key) || key == "key_policy",
        }
    }

    /// What a policy of this resource is written for; `None`: what it looks like.
    fn policy_type(&self, walk: &Walk) -> Option<PolicyType> {
        walk.kind().or(match self.kind {
            "aws_organizations_policy" => self.limit,
            "aws_iam_policy"
            | "aws_iam_role_policy"
            | "aws_iam_user_policy"
            | "aws_iam_group_policy"
            | "aws_iam_role" => Some(PolicyType::Identity),
            _ => None,
        })
    }
}

/// A part of a plan that is not known yet.
pub(super) fn unknown_part(parts: &mut Parts, what: &str, at: super::tree::At) -> String {
    parts.mark(format!("`{what}`, which is known only after `terraform apply`"), at)
}
