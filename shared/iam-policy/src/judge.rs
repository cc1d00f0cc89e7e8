//! Judging a document: which rules it violates, with the request that proves it.

pub(crate) mod admin;
pub(crate) mod public;
mod witness;

use crate::budget::Budget;
use crate::document::Document;
use crate::zone::TrustZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a document is attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyKind {
    /// A user, a group or a role: its holder may do what it allows.
    Identity,
    /// A resource: a bucket, a key, a queue, a topic, an access point.
    Resource,
    /// A role: who may assume it.
    Trust,
}

/// A rule that a document can violate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ViolationKind {
    /// An identity policy whose holder can give anyone any permission.
    Admin,
    /// A resource policy that lets everyone in.
    PublicAccess,
    /// A trust policy that lets everyone assume the role.
    TrustWildcard,
}

/// A violated rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// The rule.
    pub kind: ViolationKind,
    /// The indices of the statements that cause it, ascending.
    pub statements: Vec<usize>,
    /// A request that the document should not allow and, by [`decide`](crate::decide), does. It can fall short of that
    /// only where the finding rests on what is not certain: a Deny with variables or several conditions, a resource
    /// pattern of fewer than six segments, conditions of one statement that contradict each other.
    pub witness: Witness,
    /// One plain sentence.
    pub detail: String,
}

/// A concrete request that a document allows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// Who asks. For an identity policy, a made-up role of the account that holds it.
    pub principal: String,
    /// What is asked for.
    pub action: String,
    /// On what. `*` where the document does not say.
    pub resource: String,
    /// The condition keys that the request carries.
    pub context: BTreeMap<String, String>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// All violations; none if the document is fine.
    Decided(Vec<Violation>),
    /// It could not be decided, and why: to be treated as a finding, never as a pass.
    Undetermined(String),
}

/// Which rules the document violates.
///
/// Errs towards a finding: what may be allowed is allowed, what is not certainly denied is not denied. The work is
/// bounded, so that a document written to be slow is undetermined within about a second.
pub fn judge(document: &Document, kind: PolicyKind, zone: &TrustZone) -> Judgement {
    match violations(document, kind, zone, &Budget::new()) {
        Ok(violations) => Judgement::Decided(violations),
        Err(Exhausted) => Judgement::Undetermined(Exhausted.to_string()),
    }
}

/// The budget of a call was spent.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the document needs more than {} steps to analyse", crate::budget::MAX_STEPS)]
pub(crate) struct Exhausted;

pub(crate) fn violations(
    document: &Document,
    kind: PolicyKind,
    zone: &TrustZone,
    budget: &Budget,
) -> Result<Vec<Violation>, Exhausted> {
    let found = match kind {
        PolicyKind::Identity => admin::violation(document, zone, budget).into_iter().collect(),
        PolicyKind::Resource | PolicyKind::Trust => public::violations(document, kind, zone, budget),
    };
    if budget.is_exhausted() { Err(Exhausted) } else { Ok(found) }
}
