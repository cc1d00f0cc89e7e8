//! A violated rule.

use super::kinds::{Severity, ViolationKind};
use crate::request::Witness;
use crate::statement::StatementAt;

/// A violated rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub kind: ViolationKind,
    /// The statements that cause it, in order.
    pub statements: Vec<StatementAt>,
    /// A request that should not be allowed and, by [`decide`](crate::decide), is. It can fall short of that only where
    /// the finding rests on what is not certain: a policy variable.
    pub witness: Witness,
    /// One plain sentence.
    pub detail: String,
}

impl Violation {
    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.kind.severity()
    }
}
