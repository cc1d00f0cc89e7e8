//! What was found of one kind.

use super::reach::Reached;
use crate::statement::StatementAt;
use std::collections::BTreeSet;

/// What was found of one kind.
pub(super) struct Found {
    pub(super) first: Reached,
    pub(super) statements: BTreeSet<StatementAt>,
    pub(super) detail: String,
}
