//! Sets of actions: those of the catalogue, those that a policy names beside it, and for each service one that does
//! not exist yet.

use crate::budget::{Budget, MAX_ACTIONS_BESIDE};
use crate::catalogue::{self, ActionId};
use crate::glob::{Glob, Token};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::LazyLock;

/// The name of an action that no pattern spells out, for "an action that does not exist yet". It is only matched where
/// a wildcard stands for the whole of it.
pub(crate) const FUTURE_ACTION: &str = "\u{e000}\u{e001}\u{e002}\u{e003}\u{e004}\u{e005}\u{e006}\u{e007}";

/// What it costs to look at a name at all.
const STEPS_OF_A_NAME: usize = 4;

/// One for each service of the catalogue, then one of a service that does not exist yet.
static FUTURE: LazyLock<Vec<String>> = LazyLock::new(|| {
    let services = catalogue::services().map(|s| format!("{}:{FUTURE_ACTION}", s.to_ascii_lowercase()));
    services.chain([format!("{FUTURE_ACTION}:{FUTURE_ACTION}")]).collect()
});

/// The actions that a problem is about, in an order that puts known ones first.
#[derive(Debug, Default)]
pub(crate) struct Universe {
    /// What patterns name and the catalogue does not have, in lower case.
    beside: Vec<String>,
    /// The sets that were asked for before.
    sets: RefCell<HashMap<Vec<String>, Rc<ActionSet>>>,
}

/// A set of the actions of one universe.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ActionSet {
    words: Vec<u64>,
}

impl Universe {
    /// Of all patterns that the problem mentions.
    pub(crate) fn new<'a>(patterns: impl IntoIterator<Item = &'a String>, budget: &Budget) -> Self {
        let mut beside = BTreeSet::new();
        for glob in patterns.into_iter().map(|pattern| Glob::lower(pattern)) {
            if budget.is_exhausted() {
                break;
            }
            if !glob.is_any() && !is_known(&glob, budget) {
                beside.insert(glob.example("x"));
            }
            if beside.len() > MAX_ACTIONS_BESIDE {
                budget.exhaust();
            }
        }
        Self { beside: beside.into_iter().collect(), sets: RefCell::default() }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        catalogue::count() + self.beside.len() + FUTURE.len()
    }

    /// The name of an action, as AWS spells it; for one that does not exist yet, a made-up one.
    pub(crate) fn name(&self, index: usize) -> String {
        if let Some(id) = catalogue::all().into_iter().nth(index) {
            let (service, action) = id.name();
            return format!("{service}:{action}");
        }
        let beside = index.saturating_sub(catalogue::count());
        let future = beside.saturating_sub(self.beside.len());
        let name = self.beside.get(beside).or_else(|| FUTURE.get(future));
        name.map(|n| n.replacen(FUTURE_ACTION, "newservice", usize::from(n.starts_with(FUTURE_ACTION))))
            .map(|n| n.replace(FUTURE_ACTION, "NewAction"))
            .unwrap_or_default()
    }

    /// One action.
    pub(crate) fn only(&self, index: usize) -> ActionSet {
        let mut set = ActionSet { words: vec![0; self.len().div_ceil(64)] };
        set.insert_range(index, index + 1);
        set
    }

    /// The actions that one of the patterns matches.
    pub(crate) fn set(&self, patterns: &[String], budget: &Budget) -> Rc<ActionSet> {
        if let Some(known) = self.sets.borrow().get(patterns) {
            return Rc::clone(known);
        }
        let set = Rc::new(self.matched(patterns, budget));
        self.sets.borrow_mut().insert(patterns.to_vec(), Rc::clone(&set));
        set
    }

    fn matched(&self, patterns: &[String], budget: &Budget) -> ActionSet {
        let mut set = ActionSet { words: vec![0; self.len().div_ceil(64)] };
        for glob in patterns.iter().map(|pattern| Glob::lower(pattern)) {
            if budget.is_exhausted() {
                break;
            }
            if glob.is_any() {
                set.insert_range(0, self.len());
                return set;
            }
            for range in catalogue::matching(&glob, budget) {
                let start = range.into_iter().next().map(ActionId::index).unwrap_or_default();
                set.insert_range(start, start + range.len());
            }
            // A literal at the end cannot match an action of which only the service is known.
            let names_future = matches!(glob.tokens().last(), Some(Token::Many | Token::One));
            let beside = self.beside.iter().chain(if names_future { FUTURE.as_slice() } else { &[] });
            let prefix = glob.literal_prefix();
            for (i, name) in beside.enumerate().filter(|(_, name)| name.starts_with(&prefix)) {
                budget.spend(STEPS_OF_A_NAME + glob.cost(name.len()));
                if glob.matches(name) {
                    let at = catalogue::count() + i;
                    set.insert_range(at, at + 1);
                }
            }
        }
        set
    }
}

impl ActionSet {
    pub(crate) fn full(universe: &Universe) -> Self {
        let mut set = Self { words: vec![0; universe.len().div_ceil(64)] };
        set.insert_range(0, universe.len());
        set
    }

    pub(crate) fn contains(&self, index: usize) -> bool {
        self.words.get(index / 64).is_some_and(|w| w >> (index % 64) & 1 == 1)
    }

    pub(crate) fn first(&self) -> Option<usize> {
        self.words.iter().enumerate().find(|(_, w)| **w != 0).map(|(i, w)| i * 64 + w.trailing_zeros() as usize)
    }

    /// What is in both, or, if not `wanted`, in this one alone.
    pub(crate) fn meet(&self, other: &Self, wanted: bool) -> Self {
        let meet = |(own, theirs): (&u64, &u64)| own & if wanted { *theirs } else { !*theirs };
        Self { words: self.words.iter().zip(&other.words).map(meet).collect() }
    }

    fn insert_range(&mut self, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            let (word, bit) = (at / 64, at % 64);
            let count = (64 - bit).min(end - at);
            let ones = if count == 64 { u64::MAX } else { ((1 << count) - 1) << bit };
            if let Some(w) = self.words.get_mut(word) {
                *w |= ones;
            }
            at += count;
        }
    }
}

fn is_known(glob: &Glob, budget: &Budget) -> bool {
    let is_name = glob.tokens().iter().all(|token| matches!(token, Token::Literal(_)));
    if is_name {
        catalogue::find(&glob.literal_prefix()).is_some()
    } else {
        !catalogue::matching(glob, budget).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn universe(patterns: &[&str]) -> Universe {
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        Universe::new(&patterns, &Budget::new())
    }

    fn set(universe: &Universe, patterns: &[&str]) -> Vec<String> {
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        let set = universe.set(&patterns, &Budget::new());
        (0..universe.len()).filter(|index| set.contains(*index)).map(|index| universe.name(index)).collect()
    }

    #[test]
    fn known_actions_then_named_ones_then_those_to_come() {
        let universe = universe(&["s3:GetObject", "s3:NoSuch", "nosuch:Get*", "s3:Get*"]);
        assert_eq!(universe.len(), catalogue::count() + 2 + FUTURE.len());
        assert_eq!(universe.name(catalogue::count()), "nosuch:getx");
        assert_eq!(universe.name(catalogue::count() + 1), "s3:nosuch");
        assert_eq!(universe.name(universe.len() - 1), "newservice:NewAction");
        assert_eq!(set(&universe, &["s3:nosuch*", "S3:GETOBJECT"]), ["s3:GetObject", "s3:nosuch"]);
        assert_eq!(set(&universe, &["nosuch:*"]), ["nosuch:getx"]);
        // What is to come is matched only as a whole.
        let of_sts = set(&universe, &["sts:*"]);
        assert_eq!(of_sts.last().map(String::as_str), Some("sts:NewAction"));
        assert_eq!(
            set(&universe, &["sts:A*"]),
            of_sts.into_iter().filter(|a| a.starts_with("sts:A")).collect::<Vec<_>>()
        );
        assert_eq!(set(&universe, &["*"]).len(), universe.len());
    }

    #[test]
    fn sets_meet() {
        let universe = universe(&[]);
        let all = ActionSet::full(&universe);
        for index in [0, 63, 64, universe.len() - 1] {
            let one = universe.only(index);
            assert_eq!(one.first(), Some(index));
            assert_eq!(all.meet(&one, true), one);
            assert!(!all.meet(&one, false).contains(index));
            assert_eq!(one.meet(&all, false).first(), None);
        }
    }
}
