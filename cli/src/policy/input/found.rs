//! A policy that was found in a file.

use serde_json::Value;

use super::tree::{At, Node, Shape};
use super::unresolved::Parts;
use crate::policy::kind::PolicyType;
use crate::policy::report::Refusal;

/// A policy, or policies that one principal holds together.
#[derive(Debug)]
pub(in crate::policy) struct Found {
    /// What it is called: `Role / inline policy`.
    pub(in crate::policy) name: String,
    /// What it is written for, where the file says so.
    pub(in crate::policy) kind: Option<PolicyType>,
    pub(in crate::policy) parts: Vec<Piece>,
    /// Its permissions boundary.
    pub(in crate::policy) limits: Vec<Piece>,
    /// What it holds and the file does not say.
    pub(in crate::policy) missing: Vec<String>,
    /// Its boundary, if the file does not have it: then nothing is kept back.
    pub(in crate::policy) unbounded: Option<String>,
    /// Whether it is a list of policies of one principal.
    pub(in crate::policy) is_list: bool,
    /// Whose account it is of, where the file says so.
    pub(in crate::policy) account: Option<String>,
    /// Where it stands: a policy, or the principal.
    pub(in crate::policy) at: At,
    pub(in crate::policy) path: String,
    /// The same, deployed in another region, if it is not the same there.
    pub(in crate::policy) elsewhere: Option<Box<Found>>,
}

/// One document.
#[derive(Clone, Debug)]
pub(in crate::policy) struct Piece {
    pub(in crate::policy) name: String,
    pub(in crate::policy) at: At,
    /// Its path in the file.
    pub(in crate::policy) path: String,
    pub(in crate::policy) text: Text,
}

/// What stands there.
#[derive(Clone, Debug)]
pub(in crate::policy) enum Text {
    Policy {
        value: Value,
        /// Where each statement begins, where it stands in the file as it is.
        statements: Vec<At>,
        parts: Parts,
        /// Whether something was filled in.
        is_filled: bool,
        /// Whether the account was: then it is the account of the policy.
        has_account: bool,
    },
    /// Nothing of it is known before it is deployed.
    Open(String),
    Damaged(Refusal),
}

impl Text {
    /// A policy of which everything is known.
    pub(super) fn known(value: Value, statements: Vec<At>) -> Self {
        Self::Policy { value, statements, parts: Parts::default(), is_filled: false, has_account: false }
    }
}

impl Text {
    fn value(&self) -> Option<&Value> {
        match self {
            Self::Policy { value, .. } => Some(value),
            Self::Open(_) | Self::Damaged(_) => None,
        }
    }
}

impl Found {
    /// One policy by itself.
    pub(super) fn one(piece: Piece, kind: Option<PolicyType>) -> Self {
        Self {
            name: piece.name.clone(),
            kind,
            at: piece.at,
            path: piece.path.clone(),
            parts: vec![piece],
            limits: Vec::new(),
            missing: Vec::new(),
            unbounded: None,
            is_list: false,
            account: None,
            elsewhere: None,
        }
    }

    /// Somebody who holds policies together; none yet.
    pub(super) fn holder(name: String, at: At, path: String) -> Self {
        Self {
            name,
            kind: Some(PolicyType::Identity),
            parts: Vec::new(),
            limits: Vec::new(),
            missing: Vec::new(),
            unbounded: None,
            is_list: true,
            account: None,
            at,
            path,
            elsewhere: None,
        }
    }

    /// Whether it says something else.
    pub(super) fn is_other_than(&self, other: &Self) -> bool {
        let values = |found: &Self| -> Vec<Option<Value>> {
            found.parts.iter().map(|piece| piece.text.value().cloned()).collect()
        };
        values(self) != values(other)
    }
}

/// Where the statements of a policy begin.
pub(super) fn statements(policy: &Node) -> Vec<At> {
    match policy.get("Statement") {
        Some(Node { shape: Shape::List(items), .. }) => items.iter().map(|item| item.at).collect(),
        Some(only) => vec![only.at],
        None => Vec::new(),
    }
}
