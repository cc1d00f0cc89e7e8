//! Finds the policies of a Terraform plan, as `terraform show -json` prints it.
//!
//! Each entry of `resource_changes` has a resource as it will be, `change.after`, and beside it `change.after_unknown`, which is true where
//! something is known only after `apply` (Terraform, "JSON Output Format Overview"). A policy is a string of JSON there; where a part of it
//! is not known, all of it is not, and says so.

use std::collections::BTreeSet;

use super::attached::{self, Attached};
use super::configuration::{Configuration, Written};
use super::found::{Found, Text, statements};
use super::nested;
use super::permission;
use super::tree::{Node, Shape};
use super::unresolved::Parts;
use super::walk::{
    Walk, bare_statement, bare_statements, is_document, is_holder, is_limit, is_policy, plain, policy_in,
};
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

/// Members that are blocks.
const BLOCKS: [&str; 1] = ["inline_policy"];

/// Resources whose policies are no documents of IAM's: those of other languages (Guard, Cedar), and names.
const OTHER_POLICIES: [&str; 11] = [
    "aws_iot_policy_attachment",
    "aws_config_",
    "awscc_config_",
    "aws_verifiedaccess_",
    "awscc_ec2_verified_access_",
    "awscc_ec2_client_vpn_endpoint",
    "aws_ses_receipt_filter",
    "awscc_ses_receipt_filter",
    "aws_ivs_",
    "awscc_ivs_",
    "awscc_datazone_",
];

/// What is known of a plan as a whole.
pub(super) struct Plan<'p> {
    pub(super) configuration: Configuration,
    /// The account that its stacks are taken to be of.
    pub(super) account: &'p str,
}

/// The member that a resource stands in.
const AFTER: &str = "after";

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
        if !after.is_some_and(Node::is_object) && is_nothing_said && is_of_aws(text_of(resource, "type")) {
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
            if kind == "aws_iam_policy_document" && unknown.and_then(|all| all.get("json")).is_some_and(Node::is_true) {
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

/// What has a policy in another cloud has one of another language. What makes credentials of AWS names it: `vault_aws_secret_backend_role`.
fn is_of_aws(kind: &str) -> bool {
    kind.starts_with("aws_") || kind.starts_with("awscc_") || kind.contains("_aws_")
}

fn is_of_iam(kind: &str) -> bool {
    kind.starts_with("aws_iam_") || kind.starts_with("awscc_iam_")
}

fn text_of<'n>(node: &'n Node, key: &str) -> &'n str {
    node.get(key).and_then(Node::text).unwrap_or_default()
}

struct Finder<'t> {
    /// The type of the resource.
    kind: &'t str,
    /// What a policy of the organization limits.
    limit: Option<PolicyType>,
    /// What is written of it.
    written: Written<'t>,
}

impl Finder<'_> {
    fn find(&self, after: &Node, unknown: Option<&Node>, walk: &Walk, found: &mut Vec<Found>) {
        if unknown.is_some_and(Node::is_true) && is_of_aws(self.kind) {
            if let Some(why) = self.unknown(&walk.key) {
                found.push(Found::one(walk.piece(after, Text::Open(why)), self.policy_type(walk)));
            }
            return;
        }
        if is_policy(after, &walk.key) || bare_statement(after).is_some() {
            found.push(Found::one(walk.piece(after, object(after, unknown)), self.policy_type(walk)));
            return;
        }
        match &after.shape {
            Shape::Object(members) => {
                let named = after.get("name").and_then(Node::text).filter(|_| walk.key == "inline_policy");
                let walk = named.map_or_else(|| walk.clone(), |name| walk.clone().named(name));
                let is_read = |key: &str| !is_limit(key) && !self.is_left(&walk, key, unknown);
                for member in members.iter().filter(|member| is_read(&member.key)) {
                    let inner = unknown.and_then(|unknown| unknown.get(&member.key));
                    let mut at = walk.member(&member.key);
                    if self.is_holder(&member.key) && at.names.len() < 2 {
                        at = at.named(&member.key);
                    }
                    self.find(&member.node, inner, &at, found);
                }
                let others = unknown.map(Node::members).unwrap_or_default();
                for member in others.iter().filter(|one| is_read(&one.key) && after.get(&one.key).is_none()) {
                    let at = walk.member(&member.key).named(&member.key);
                    // Only its place is missing: that of what it belongs to is told.
                    let nothing = Node { at: after.at, shape: Shape::Object(Vec::new()) };
                    self.find(&nothing, Some(&member.node), &at, found);
                }
            }
            Shape::List(items) => {
                let others = unknown.map(Node::items).unwrap_or_default();
                if let Some(text) = bare_statements(items).filter(|_| self.is_holder(&walk.key)) {
                    found.push(Found::one(walk.piece(after, text), self.policy_type(walk)));
                    return;
                }
                for (i, item) in items.iter().enumerate() {
                    self.find(item, others.get(i), &walk.entry(i), found);
                }
                for (i, other) in others.iter().enumerate().skip(items.len()) {
                    let nothing = Node { at: after.at, shape: Shape::Object(Vec::new()) };
                    self.find(&nothing, Some(other), &walk.entry(i), found);
                }
            }
            Shape::String(text) => {
                if let Some(Attached { name, text }) = attached::known(text, &walk.key) {
                    let walk = walk.clone().named(name);
                    found.push(Found::one(walk.piece(after, text), Some(PolicyType::Identity)));
                    return;
                }
                let key = match self.is_holder(&walk.key) {
                    // Terraform takes nothing but JSON there.
                    true if is_of_aws(self.kind) => "policy_document",
                    true => "policy",
                    false => "",
                };
                // IAM takes nothing else there, whatever it is meant to be.
                let is_due = is_of_iam(self.kind) && is_document(&walk.key) && !text.trim().is_empty();
                let without = || Text::Damaged(Refusal::new("", "JSON without `Statement`", "a policy"));
                if let Some(text) = policy_in(text, key).or_else(|| is_due.then(without)) {
                    found.push(Found::one(walk.piece(after, text), self.policy_type(walk)));
                }
            }
            Shape::Other(_) => {}
        }
    }

    /// Why nothing is known of a member that is not known yet, where that could be a policy.
    fn unknown(&self, key: &str) -> Option<String> {
        let why = "it is known only after `terraform apply`";
        if self.is_holder(key) || (plain(key) == "policies" && self.is_of_principal()) {
            return Some(why.to_owned());
        }
        if self.kind.ends_with("_policies_exclusive") && plain(key) == "policynames" {
            return Some(why.to_owned());
        }
        let is_attaching = attached::attaches(key) && self.is_of_principal() && !self.written.is_own_policy(key);
        let first = super::managed::names().next().unwrap_or_default();
        is_attaching.then(|| format!("{why}, and could be `{first}`"))
    }

    /// Whether policies are attached to the resource that allow something to whoever has it.
    fn is_of_principal(&self) -> bool {
        ["aws_iam_", "awscc_iam_", "aws_ssoadmin_", "awscc_sso_", "aws_budgets_", "awscc_budgets_"]
            .iter()
            .any(|services| self.kind.starts_with(services))
    }

    /// Whether a member that is not known yet is left to AWS. A block can be written by `dynamic`, which the configuration does not have.
    fn is_left(&self, walk: &Walk, key: &str, unknown: Option<&Node>) -> bool {
        let is_unknown = unknown.and_then(|all| all.get(key)).is_some_and(Node::is_true);
        walk.key == AFTER && is_unknown && !BLOCKS.contains(&key) && self.written.is_left(key)
    }

    fn is_holder(&self, key: &str) -> bool {
        match (self.kind, key) {
            (kind, "content")
                if ["organizations_policy", "organizations_resource_policy"].iter().any(|of| kind.ends_with(of)) =>
            {
                true
            }
            (kind, _) if OTHER_POLICIES.iter().any(|services| kind.starts_with(services)) => false,
            // Lifecycles, scaling, and the like: no policies of IAM's.
            ("aws_ecr_lifecycle_policy" | "aws_dlm_lifecycle_policy" | "aws_autoscaling_policy", _) => false,
            (_, key) => is_holder(key),
        }
    }

    /// What a policy of this resource is written for; `None`: what it looks like.
    fn policy_type(&self, walk: &Walk) -> Option<PolicyType> {
        walk.kind().or(match self.kind {
            "aws_organizations_policy" | "awscc_organizations_policy" => self.limit,
            kind if is_of_iam(kind) => Some(PolicyType::Identity),
            _ => None,
        })
    }
}

/// A policy that is no text: a provider can have one that is written out.
fn object(policy: &Node, unknown: Option<&Node>) -> Text {
    if unknown.is_some_and(has_true) {
        return Text::Open("a part of it is known only after `terraform apply`".to_owned());
    }
    bare_statement(policy)
        .unwrap_or_else(|| policy.value("").map_or_else(Text::Damaged, |value| Text::known(value, statements(policy))))
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
