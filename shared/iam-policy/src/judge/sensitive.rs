//! The actions that judgements on identity policies ask for, and which of them a statement is about.
//!
//! They are few, so each statement is matched against this list once and not against the whole catalogue.

use super::holding::Rules;
use super::kinds::ViolationKind;
use super::tables::administrators;
use super::tables::made::MADE;
use super::tables::paths::{ACTIONS as OF_PATHS, MOVES, PATHS};
use super::tables::powers::{BESIDE, POWERS, SENSITIVE_SERVICES};
use super::tables::tampering;
use super::tagging::sets_tags;
use crate::budget::Budget;
use crate::catalogue;
use crate::glob::{Glob, Token};
use crate::solve::FUTURE_ACTION;
use crate::statement::ActionElement;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

/// No more actions than this are sensitive: as many as the tables name, those that several of them repeat counted again. So a
/// set has a place for each of them, however long the tables grow.
const CAPACITY: usize = {
    let mut named = OF_PATHS + administrators::ACTIONS.len() + SENSITIVE_SERVICES.len() + tampering::COUNT;
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

/// With which a key gets another name.
pub(super) const NAMING: [&str; 2] = ["kms:CreateAlias", "kms:UpdateAlias"];

/// With which a user becomes a session of its own, with tags of its own.
const FEDERATING: &str = "sts:GetFederationToken";

/// In lower case, sorted.
static ACTIONS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let of_paths = PATHS.iter().chain(MOVES).flat_map(|path| path.actions).copied();
    let of_powers = POWERS.iter().flat_map(|power| power.actions).copied();
    let listed = of_paths
        .chain(of_powers)
        .chain(administrators::ACTIONS)
        .chain(tampering::actions())
        .map(str::to_ascii_lowercase);
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
    let of_admin = administrators::ACTIONS.iter().filter(|_| is_about_all);
    let of_guards = tampering::actions().filter(|_| rules.has(ViolationKind::GuardTampering));
    of_powers.chain(of_paths).chain(of_moves).chain(of_made).chain(of_admin).copied().chain(of_guards).collect()
}

/// An action of a service that does not exist yet.
pub(super) fn future(service: &str) -> String {
    format!("{service}:{FUTURE_ACTION}")
}

/// Those with which something is brought about that conditions on others ask for.
static PREPARING: LazyLock<SensitiveSet> = LazyLock::new(|| {
    let mut set = SensitiveSet::default();
    let numbers = preparing().filter_map(|action| SensitiveSet::number(&action.to_ascii_lowercase()));
    numbers.for_each(|number| set.insert(number));
    set
});

/// The actions with which something is brought about that conditions on others ask for.
pub(super) fn preparing() -> impl Iterator<Item = String> {
    let tagging = catalogue::all().into_iter().filter(|id| sets_tags(*id)).map(|id| id.full_name());
    let beside = BESIDE.into_iter().map(|(_, needed)| needed);
    tagging.chain(WRITING.into_iter().chain(NAMING).chain([FEDERATING]).chain(beside).map(str::to_owned))
}

/// What it costs to look a pattern up at all.
const STEPS_OF_A_NAME: usize = 4;

/// The services of the actions, with the numbers of theirs.
static SERVICES: LazyLock<Vec<(&'static str, Range<usize>)>> = LazyLock::new(|| {
    let mut services: Vec<(&'static str, Range<usize>)> = Vec::new();
    for (number, action) in ACTIONS.iter().enumerate() {
        let service = action.split(':').next().unwrap_or_default();
        match services.last_mut() {
            Some((last, range)) if *last == service => range.end = number + 1,
            _ => services.push((service, number..number + 1)),
        }
    }
    services
});

/// The numbers within a range of the actions that begin so.
fn starting(prefix: &str, within: Range<usize>) -> Range<usize> {
    let actions = ACTIONS.get(within.clone()).unwrap_or_default();
    let start = actions.partition_point(|action| action.as_str() < prefix);
    let count = actions.iter().skip(start).take_while(|action| action.starts_with(prefix)).count();
    within.start + start..within.start + start + count
}

/// A pattern, divided where a name is: at its only colon. `None`: it has none, or several.
fn halves(glob: &Glob) -> Option<(Glob, Glob)> {
    let mut parts = glob.tokens().split(|token| *token == Token::Literal(':'));
    match (parts.next(), parts.next(), parts.next()) {
        (Some(service), Some(name), None) => Some((service.iter().copied().collect(), name.iter().copied().collect())),
        _ => None,
    }
}

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
            set.insert_matching(&glob, budget);
        }
        match element {
            ActionElement::Action(_) => set,
            ActionElement::NotAction(_) => Self(set.0.map(|word| !word)),
        }
    }

    /// The actions that a pattern in lower case matches. Only names that begin like it are compared with it, of those services that begin
    /// like its own, and what a final `*` settles is not compared.
    fn insert_matching(&mut self, glob: &Glob, budget: &Budget) {
        let prefix = glob.literal_prefix();
        budget.spend(STEPS_OF_A_NAME + prefix.len());
        match glob.tokens().get(prefix.chars().count()..) {
            Some([]) => Self::number(&prefix).into_iter().for_each(|number| self.insert(number)),
            Some([Token::Many]) => starting(&prefix, 0..ACTIONS.len()).for_each(|number| self.insert(number)),
            _ => match halves(glob).filter(|_| !prefix.contains(':')) {
                Some((service, name)) => self.insert_of_services(glob, &prefix, &service, &name, budget),
                None => self.insert_compared(glob, starting(&prefix, 0..ACTIONS.len()), budget),
            },
        }
    }

    /// Of a pattern whose wildcard begins before its colon.
    fn insert_of_services(&mut self, glob: &Glob, prefix: &str, service: &Glob, name: &Glob, budget: &Budget) {
        for (own, range) in SERVICES.iter().filter(|(own, _)| own.starts_with(prefix)) {
            budget.spend(service.cost(own.len()));
            if service.matches(own) {
                let of_service = starting(&format!("{own}:{}", name.literal_prefix()), range.clone());
                self.insert_compared(glob, of_service, budget);
            }
        }
    }

    fn insert_compared(&mut self, glob: &Glob, numbers: Range<usize>, budget: &Budget) {
        for (number, action) in numbers.clone().zip(ACTIONS.get(numbers).unwrap_or_default()) {
            if !budget.spend(glob.cost(action.len())) {
                return;
            }
            if glob.matches(action) {
                self.insert(number);
            }
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
    fn a_pattern_names_what_it_matches() {
        for pattern in [
            "*",
            "*:*",
            "iam:*",
            "iam:pass*",
            "iam:passrole",
            "iam:pass?ole",
            "i*:passrole",
            "*am:p*",
            "?am:passrole",
            "*pass*",
            "s3*get*",
            "*:*role",
            "iam",
            "*:",
            ":*",
            "a:b:c",
            "",
            "*:update*code",
            "lam*:*code",
            "lambda:*code",
            "l*a:updatefunctioncode",
        ] {
            let glob = Glob::lower(pattern);
            let mut set = SensitiveSet::default();
            set.insert_matching(&glob, &Budget::new());
            for (number, action) in ACTIONS.iter().enumerate() {
                assert_eq!(set.has(number), glob.matches(action), "{pattern} and {action}");
            }
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
