//! The actions that set tags.

use crate::catalogue::{AccessLevel, ActionId};

/// How the names of actions begin that take tags away.
const TAKING: [&str; 4] = ["Un", "Delete", "Remove", "Disassociate"];

/// Whether an action sets tags of something that exists.
pub(super) fn sets_tags(action: ActionId) -> bool {
    let takes = |name: &str| TAKING.iter().any(|start| name.starts_with(start));
    action.access_level() == AccessLevel::Tagging && !takes(action.name().1)
}
