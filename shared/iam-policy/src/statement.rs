//! One statement of a policy, as it was written.

use crate::glob::Glob;
use crate::operator::Operator;
use serde::{Deserialize, Serialize};

/// One statement: who may, or may not, do what on which resource under which conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The statement's own name. AWS does not require one.
    pub sid: Option<String>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// `Principal`, `NotPrincipal` or neither.
    pub principals: PrincipalElement,
    /// `Action` or `NotAction`.
    pub actions: ActionElement,
    /// `Resource`, `NotResource` or neither.
    pub resources: ResourceElement,
    /// All must hold for the statement to apply.
    pub conditions: Vec<Condition>,
    /// Whether `${..}` is a variable: "available only when the Version element is 2012-10-17" (IAM User Guide,
    /// IAM policy elements: Variables and tags).
    pub variables: bool,
}

impl Statement {
    /// Whether it is an Allow.
    pub fn is_allow(&self) -> bool {
        self.effect == Effect::Allow
    }
}

/// Where a statement stands among the documents that are looked at together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StatementAt {
    /// The index of the document; 0 where there is only one.
    pub document: usize,
    /// The index of the statement in the document.
    pub statement: usize,
}

/// The effect of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Grants access.
    Allow,
    /// Refuses access, whatever else grants it.
    Deny,
}

/// Whom a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalElement {
    /// No such element: the statement is about whoever holds the policy.
    None,
    /// These.
    Principal(Principals),
    /// Everyone but these.
    NotPrincipal(Principals),
}

/// The value of `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principals {
    /// `"*"`.
    Everyone,
    /// An object of lists, flattened in the order it was written.
    Listed(Vec<PrincipalEntry>),
}

/// One principal of a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PrincipalEntry {
    /// The key it stands under.
    pub kind: PrincipalType,
    /// An ARN, an account, a service, a provider, or `*`.
    pub value: String,
}

/// The keys of a principal object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrincipalType {
    /// `AWS`: accounts, users, roles, sessions.
    Aws,
    /// `Service`: AWS services.
    Service,
    /// `Federated`: identity providers.
    Federated,
    /// `CanonicalUser`: an account, as S3 names it.
    CanonicalUser,
}

impl PrincipalType {
    pub(crate) const NAMES: [(&'static str, Self); 4] = [
        ("AWS", Self::Aws),
        ("Service", Self::Service),
        ("Federated", Self::Federated),
        ("CanonicalUser", Self::CanonicalUser),
    ];
}

/// The actions of a statement. Case does not matter in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionElement {
    /// These.
    Action(Vec<String>),
    /// All but these.
    NotAction(Vec<String>),
}

impl ActionElement {
    /// What is written in it.
    pub fn patterns(&self) -> &[String] {
        let (Self::Action(patterns) | Self::NotAction(patterns)) = self;
        patterns
    }

    /// Whether it is about an action, in lower case.
    pub(crate) fn is_about(&self, action: &str) -> bool {
        let is_listed = self.patterns().iter().any(|pattern| Glob::lower(pattern).matches(action));
        is_listed != matches!(self, Self::NotAction(_))
    }
}

/// The resources of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceElement {
    /// These.
    Resource(Vec<String>),
    /// All but these.
    NotResource(Vec<String>),
    /// No such element: the statement is about what the policy is attached to.
    None,
}

/// One test of a condition block: an operator, a key and its values, of which one has to fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The operator, in its parts.
    pub operator: Operator,
    /// The key, as it was written. Case does not matter in it.
    pub key: String,
    /// The values; numbers and booleans as text.
    pub values: Vec<String>,
}
