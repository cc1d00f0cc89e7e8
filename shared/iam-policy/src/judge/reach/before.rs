//! What the holder does before a request, so that it is allowed.

use super::brought::{Brought, By, Wish, tagging, wishes};
use super::reached::Reached;
use crate::budget::Budget;
use crate::catalogue::ActionId;
use crate::judge::places::Home;
use crate::judge::scenario::Scenario;
use crate::judge::targets::Targets;
use crate::statement::Condition;

/// What something is brought about for, and what the holder may do.
pub(super) struct Before<'b> {
    /// The request that is to be allowed.
    pub(super) scenario: Scenario<'b>,
    pub(super) home: &'b Home,
    /// One of its resources, if they have names.
    pub(super) resource: Option<&'b str>,
    /// What variables stand for.
    pub(super) known: &'b [String],
    /// Whether an action can be taken on these resources.
    pub(super) on_these: &'b dyn Fn(&str, Scenario<'_>) -> Option<Reached>,
    /// Whether an action can be taken on another.
    pub(super) on: &'b dyn Fn(&str, Scenario<'_>, &Targets) -> Option<Reached>,
    pub(super) budget: &'b Budget,
}

impl Before<'_> {
    /// What the holder can bring about of what conditions ask for; `None`: nothing.
    pub(super) fn brought<'c>(&self, conditions: impl Iterator<Item = &'c Condition>) -> Option<Brought> {
        let mut brought = Brought::default();
        for wish in wishes(conditions, self.known) {
            if self.budget.is_exhausted() {
                return None;
            }
            if let Some((action, step)) = self.granted(&wish) {
                brought.add(wish, &action, step);
            }
        }
        (!brought.is_empty()).then_some(brought)
    }

    /// The action with which a wish comes true, if the holder may use it.
    fn granted(&self, wish: &Wish) -> Option<(String, Reached)> {
        match &wish.by {
            By::Tagging(name) => {
                let actions =
                    tagging(&wish.key, self.scenario.action, self.resource).into_iter().map(ActionId::full_name);
                actions.into_iter().find_map(|action| {
                    let lower = action.to_ascii_lowercase();
                    let scenario = Scenario { tag: Some((name, &wish.value)), ..Scenario::alone(&lower) };
                    let step = (self.on_these)(&action, scenario)?;
                    Some((action, step))
                })
            }
            By::Writing { new } => {
                let policy = Targets::only(wish.value.clone(), self.home);
                let actions = ["iam:CreatePolicyVersion", "iam:CreatePolicy"].into_iter();
                actions.take(1 + usize::from(*new)).find_map(|action| {
                    let lower = action.to_ascii_lowercase();
                    let step = (self.on)(action, Scenario::alone(&lower), &policy)?;
                    Some((action.to_owned(), step))
                })
            }
        }
    }
}
