//! Finds the policies of a Terraform plan, as `terraform show -json` prints it.
//!
//! Each entry of `resource_changes` has a resource as it will be, `change.after`, and beside it `change.after_unknown`, which is true where
//! something is known only after `apply` (Terraform, "JSON Output Format Overview"). A policy is a string of JSON there; where a part of it
//! is not known, all of it is not, and says so.

use std::collections::BTreeSet;

use super::configuration::Configuration;
use super::found::{Found, Text};
use super::nested;
use super::permission;
use super::resource::{Finder, is_of_aws};
use super::tree::{Node, Shape};
use super::unresolved::Parts;
use super::walk::Walk;
use crate::policy::kind::PolicyType;
use crate::policy::report::Refusal;

/// Whether a value is a plan, or a state as it is shown.
pub(super) fn is_plan(has: impl Fn(&str) -> bool) -> bool {
    has("format_version") && ["planned_values", "resource_changes", "values"].into_iter().any(has)
}

/// Resources whose policies grant nothing: `aws_vpc_endpoint` and what protects data, as in a template, and what no principal holds.
const PASSED_OVER: [&str; 8] = [
    "aws_ssoadmin_permissions_boundary_attachment",
    "aws_vpc_endpoint",
    "aws_vpc_endpoint_policy",
    "awscc_ec2_vpc_endpoint",
    "aws_cloudwatch_log_account_policy",
    "awscc_logs_account_policy",
    "aws_cloudwatch_log_data_protection_policy",
    "aws_sns_topic_data_protection_policy",
];

/// What is known of a plan as a whole.
pub(super) struct Plan<'p> {
    pub(super) configuration: Configuration,
    /// The account that its stacks are taken to be of.
    pub(super) account: &'p str,
}

/// What writes a policy.
const DOCUMENT: &str = "aws_iam_policy_document";

/// The member that a resource stands in.
pub(super) const AFTER: &str = "after";

impl Plan<'_> {
    /// Finds the policies of one entry of `resource_changes`. What is deleted, or let go of, is no more.
    pub(super) fn changed(&self, resource: &Node, walk: &Walk, found: &mut Vec<Found>) {
        let nothing = Node { at: resource.at, shape: Shape::Object(Vec::new()) };
        if !resource.is_object() {
            let refusal = Refusal::new("", "what is no object", "a change of a resource");
            found.push(Found::one(walk.piece(resource, Text::Damaged(refusal)), None));
            return;
        }
        let change = resource.get("change").unwrap_or(&nothing);
        let walk = walk.member("change").member(AFTER);
        let after = change.get("after").filter(|after| !is_null(after));
        if after.is_none() && is_gone(change) {
            return;
        }
        let unknown = change.get("after_unknown");
        let is_nothing_said = unknown.is_none_or(|unknown| !unknown.is_object());
        let kind = text_of(resource, "type");
        // Of what is only looked up, one makes policies.
        let is_any = text_of(resource, "mode") != "data" || kind == DOCUMENT;
        let could_be = is_any && is_of_aws(kind) && !PASSED_OVER.contains(&kind);
        if !after.is_some_and(Node::is_object) && is_nothing_said && could_be {
            let why = "all of it is known only after `terraform apply`".to_owned();
            let walk = walk.named(text_of(resource, "address"));
            found.push(Found::one(walk.piece(change, Text::Open(why)), None));
            return;
        }
        self.values(resource, after.unwrap_or(&nothing), unknown, &walk, found);
    }

    /// Finds the policies of a module of `planned_values`, but for those of resources that were seen.
    pub(super) fn planned(&self, module: &Node, seen: &BTreeSet<String>, walk: &Walk, found: &mut Vec<Found>) -> bool {
        let mut is_any = false;
        let resources = module.get("resources").map(Node::items).unwrap_or_default();
        for (i, resource) in resources.iter().enumerate().filter(|(_, one)| !seen.contains(text_of(one, "address"))) {
            is_any |= text_of(resource, "mode") != "data";
            let walk = walk.member("resources").entry(i).member("values");
            if let Some(after) = resource.get("values") {
                self.values(resource, after, None, &walk, found);
            }
        }
        let modules = module.get("child_modules").map(Node::items).unwrap_or_default();
        for (i, module) in modules.iter().enumerate() {
            is_any |= self.planned(module, seen, &walk.member("child_modules").entry(i), found);
        }
        is_any
    }

    fn values(&self, resource: &Node, after: &Node, unknown: Option<&Node>, walk: &Walk, found: &mut Vec<Found>) {
        let kind = text_of(resource, "type");
        if PASSED_OVER.contains(&kind) {
            return;
        }
        let walk = walk.clone().named(text_of(resource, "address"));
        if text_of(resource, "mode") == "data" {
            // What is written with it is judged where it is used; here only what Terraform does not know yet.
            if kind == DOCUMENT && unknown.and_then(|all| all.get("json")).is_some_and(Node::is_true) {
                super::blocks::document(after, unknown, &walk, found);
            }
            return;
        }
        if let Some(text) = permission::of_plan(kind, after, unknown) {
            found.push(Found::one(walk.piece(after, text), Some(PolicyType::Resource)));
            return;
        }
        let written = self.configuration.written(resource);
        found.extend(nested::of_plan(kind, after, unknown, written, self.account, &walk));
        let is_unknown =
            |key: &str| unknown.is_some_and(|all| all.is_true() || all.get(key).is_some_and(Node::is_true));
        if kind.ends_with("organizations_policy") && is_unknown("type") {
            let why = "its type is known only after `terraform apply`".to_owned();
            found.push(Found::one(walk.piece(after, Text::Open(why)), None));
            return;
        }
        // Without a type, Terraform makes one that limits.
        let limit = after.get("type").and_then(Node::text).map_or(Some(PolicyType::Scp), PolicyType::of_organization);
        Finder { kind, limit, written }.find(after, unknown, &walk, found);
    }
}

fn is_null(node: &Node) -> bool {
    node.shape == Shape::Other(serde_json::Value::Null)
}

/// Whether Terraform deletes it, or forgets it.
fn is_gone(change: &Node) -> bool {
    let actions = change.get("actions").map(Node::items).unwrap_or_default();
    !actions.is_empty() && actions.iter().all(|action| matches!(action.text(), Some("delete" | "forget")))
}

fn text_of<'n>(node: &'n Node, key: &str) -> &'n str {
    node.get(key).and_then(Node::text).unwrap_or_default()
}

/// Whether anything in a value is not known yet.
pub(super) fn has_true(unknown: &Node) -> bool {
    unknown.is_true()
        || unknown.items().iter().any(has_true)
        || unknown.members().iter().any(|member| has_true(&member.node))
}

/// A part of a plan that is not known yet.
pub(super) fn unknown_part(parts: &mut Parts, what: &str, at: super::tree::At) -> String {
    parts.mark(format!("`{what}`, which is known only after `terraform apply`"), at)
}
