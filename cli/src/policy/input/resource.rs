//! Finds the policies of one resource of a plan, among its values and what is not known of them yet.

use super::attached::{self, Attached};
use super::configuration::Written;
use super::found::{Found, Text, statements};
use super::plan::{AFTER, has_true};
use super::tree::{Node, Shape};
use super::walk::{
    Walk, bare_statement, bare_statements, is_document, is_holder, is_limit, is_policy, plain, policy_in,
};
use crate::policy::kind::PolicyType;
use crate::policy::report::Refusal;

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

/// What has a policy in another cloud has one of another language. What makes credentials of AWS names it: `vault_aws_secret_backend_role`.
pub(super) fn is_of_aws(kind: &str) -> bool {
    kind.starts_with("aws_") || kind.starts_with("awscc_") || kind.contains("_aws_")
}

fn is_of_iam(kind: &str) -> bool {
    kind.starts_with("aws_iam_") || kind.starts_with("awscc_iam_")
}

/// A resource, and what is known of it beside its values.
pub(super) struct Finder<'t> {
    /// The type of the resource.
    pub(super) kind: &'t str,
    /// What a policy of the organization limits.
    pub(super) limit: Option<PolicyType>,
    /// What is written of it.
    pub(super) written: Written<'t>,
}

impl Finder<'_> {
    pub(super) fn find(&self, after: &Node, unknown: Option<&Node>, walk: &Walk, found: &mut Vec<Found>) {
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
        // A list can have others beside those that it refers to.
        let is_own = key == "policy_arn" && self.written.is_own_policy(key);
        let is_attaching = attached::attaches(key) && self.is_of_principal() && !is_own;
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
