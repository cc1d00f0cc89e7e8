//! The actions that judgements on identity policies ask for, and which of them a statement is about.
//!
//! They are few, so each statement is matched against this list once and not against the whole catalogue.

use super::holding::Rules;
use super::kinds::ViolationKind;
use super::tables::administrators;
use super::tables::made::MADE;
use super::tables::paths::{ACTIONS as OF_PATHS, MOVES, PATHS};
use super::tables::powers::{POWERS, SENSITIVE_SERVICES};
use super::tagging::sets_tags;
use crate::budget::Budget;
use crate::catalogue;
use crate::glob::Glob;
use crate::solve::FUTURE_ACTION;
use crate::statement::ActionElement;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// No more actions than this are sensitive: as many as the tables name, those that several of them repeat counted again. So a
/// set has a place for each of them, however long the tables grow.
const CAPACITY: usize = {
    let mut named = OF_PATHS + administrators::ACTIONS.len() + SENSITIVE_SERVICES.len();
    let mut powers = POWERS.as_slice();
    while let Some((power, rest)) = powers.split_first() {
        named += power.actions.len();
        powers = rest;
    }
    named + MAX_BESIDE
};

/// At most as many actions set tags, or make things.
const MAX_BESIDE: usize = 512;

/// The words of a set, one bit for each action.
const WORDS: usize = CAPACITY.div_ceil(u64::BITS as usize);

/// With which a policy comes to say something else.
pub(super) const WRITING: [&str; 2] = ["iam:CreatePolicyVersion", "iam:CreatePolicy"];

/// In lower case, sorted.
static ACTIONS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let of_paths = PATHS.iter().chain(MOVES).flat_map(|path| path.actions).copied();
    let of_powers = POWERS.iter().flat_map(|power| power.actions).copied();
    let listed =
        of_paths.chain(of_powers).chain(administrators::ACTIONS.map(|(action, _)| action)).map(str::to_ascii_lowercase);
    let before = preparing().map(|action| action.to_ascii_lowercase());
    let made = MADE.iter().flat_map(|made| made.actions).map(|action| action.to_ascii_lowercase());
    let mut actions: Vec<String> = listed.chain(SENSITIVE_SERVICES.map(future)).chain(before).chain(made).collect();
    actions.sort_unstable();
    actions.dedup();
    actions
});

/// The actions that the judgements by these rules are about, as AWS spells them. By the rules on administrators and
/// escalation they are all: who is to lose one of those actions shall not be left with the next.
pub(crate) fn asked_by(rules: &Rules) -> BTreeSet<&'static str> {
    let is_about_all = rules.has(ViolationKind::Admin) || rules.has(ViolationKind::PrivilegeEscalation);
    let of_powers = POWERS.iter().filter(|power| is_about_all || rules.has(power.kind)).flat_map(|power| power.actions);
    let of_paths = PATHS.iter().filter(|_| is_about_all).flat_map(|path| path.actions);
    let of_moves = MOVES.iter().filter(|_| rules.has(ViolationKind::ConfusedService)).flat_map(|path| path.actions);
    let of_made = MADE.iter().filter(|_| is_about_all).flat_map(|made| made.actions);
    let of_admin = administrators::ACTIONS.iter().map(|(action, _)| action).filter(|_| is_about_all);
    of_powers.chain(of_paths).chain(of_moves).chain(of_made).chain(of_admin).copied().collect()
}

/// An action of a service that does not exist yet.
pub(super) fn future(service: &str) -> String {
    format!("{service}:{FUTURE_ACTION}")
}

/// Those that set tags, and those with which policies are written.
static PREPARING: LazyLock<SensitiveSet> = LazyLock::new(|| {
    let mut set = SensitiveSet::default();
    let numbers = preparing().filter_map(|action| SensitiveSet::number(&action.to_ascii_lowercase()));
    numbers.for_each(|number| set.insert(number));
    set
});

/// The actions with which something is brought about that conditions on others ask for.
pub(super) fn preparing() -> impl Iterator<Item = String> {
    let tagging = catalogue::all().into_iter().filter(|id| sets_tags(*id)).map(|id| id.full_name());
    tagging.chain(WRITING.map(str::to_owned))
}

/// What it costs to look at a name at all.
const STEPS_OF_A_NAME: usize = 4;

/// A set of sensitive actions.
#[derive(Clone, Debug)]
pub(crate) struct SensitiveSet([u64; WORDS]);

impl Default for SensitiveSet {
    fn default() -> Self {
        Self([0; WORDS])
    }
}

impl SensitiveSet {
    pub(crate) fn of(element: &ActionElement, budget: &Budget) -> Self {
        let (ActionElement::Action(patterns) | ActionElement::NotAction(patterns)) = element;
        let mut set = Self::default();
        for pattern in patterns {
            if budget.is_exhausted() {
                break;
            }
            let glob = Glob::lower(pattern);
            if glob.is_any() {
                set = Self::all();
                break;
            }
            let prefix = glob.literal_prefix();
            let start = ACTIONS.partition_point(|action| *action < prefix);
            let candidates = ACTIONS.iter().enumerate().skip(start);
            for (i, action) in candidates.take_while(|(_, action)| action.starts_with(&prefix)) {
                budget.spend(STEPS_OF_A_NAME + glob.cost(action.len()));
                if glob.matches(action) {
                    set.insert(i);
                }
            }
            budget.spend(prefix.len());
        }
        match element {
            ActionElement::Action(_) => set,
            ActionElement::NotAction(_) => Self(set.0.map(|word| !word)),
        }
    }

    /// Every action.
    pub(super) fn all() -> Self {
        Self([u64::MAX; WORDS])
    }

    /// Whether it has an action with which something is brought about that conditions on others ask for.
    pub(super) fn has_preparing(&self) -> bool {
        self.0.iter().zip(&PREPARING.0).any(|(own, preparing)| own & preparing != 0)
    }

    /// What either has.
    pub(crate) fn union(self, other: &Self) -> Self {
        let mut all = self;
        all.0.iter_mut().zip(other.0).for_each(|(word, more)| *word |= more);
        all
    }

    /// What both have.
    pub(super) fn intersection(self, other: &Self) -> Self {
        let mut all = self;
        all.0.iter_mut().zip(other.0).for_each(|(word, more)| *word &= more);
        all
    }

    /// Whether no judgement is about any of it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The number of a sensitive action, in lower case.
    pub(super) fn number(action: &str) -> Option<usize> {
        ACTIONS.binary_search_by(|a| a.as_str().cmp(action)).ok()
    }

    /// Whether it has the action of this number.
    pub(super) fn has(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    fn insert(&mut self, i: usize) {
        if let Some(word) = self.0.get_mut(i / 64) {
            *word |= 1 << (i % 64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_place_of_its_own() {
        assert!(ACTIONS.len() <= CAPACITY, "{}", ACTIONS.len());
        for (number, action) in ACTIONS.iter().enumerate() {
            let mut set = SensitiveSet::default();
            set.insert(number);
            assert_eq!(SensitiveSet::number(action), Some(number), "{action}");
            assert_eq!((0..CAPACITY).filter(|other| set.has(*other)).collect::<Vec<_>>(), [number], "{action}");
        }
    }

    #[test]
    fn an_element_is_about_what_it_names() {
        let about = |element: ActionElement| {
            let set = SensitiveSet::of(&element, &Budget::new());
            (0..ACTIONS.len()).filter(|number| set.has(*number)).count()
        };
        let patterns = |patterns: &[&str]| patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        assert_eq!(about(ActionElement::Action(patterns(&["*"]))), ACTIONS.len());
        assert_eq!(about(ActionElement::Action(patterns(&["IAM:PassRole", "s3:ListBucket"]))), 1);
        assert_eq!(about(ActionElement::NotAction(patterns(&["iam:PassRole"]))), ACTIONS.len() - 1);
        assert_eq!(about(ActionElement::NotAction(patterns(&["*"]))), 0);
    }
}
