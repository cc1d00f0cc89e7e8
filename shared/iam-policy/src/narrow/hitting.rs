//! The lightest set that has something of every set.

use crate::budget::Budget;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Choices that are tried; after that the best so far is taken, which has something of every set, too.
const MAX_TRIED: usize = 4_000;

/// Elements, by their numbers.
pub(super) type Set = BTreeSet<usize>;

/// The lightest set that has an element of each of these (the empty ones aside). Of equally light ones it is always the
/// same: elements of a lower number go first.
pub(super) fn lightest(sets: &[Set], weights: &[u32], budget: &Budget) -> Set {
    let mut hit = Set::new();
    let mut open: Vec<Set> = sets.iter().filter(|set| !set.is_empty()).cloned().collect();
    open.sort_by_key(BTreeSet::len);
    // What stands alone has to go, and takes every set with it that it is in.
    hit.extend(open.iter().filter(|set| set.len() == 1).flatten());
    open.retain(|set| set.is_disjoint(&hit));
    let mut minimal: Vec<Set> = Vec::new();
    for set in open {
        budget.spend(minimal.len() + 1);
        if !minimal.iter().any(|smaller| smaller.is_subset(&set)) {
            minimal.push(set);
        }
    }
    let best = greedy(&minimal, weights, budget);
    let mut search = Search { sets: &minimal, weights, weight_of_best: weigh(&best, weights), best, tried: 0, budget };
    search.branch(&mut Set::new(), 0);
    hit.extend(search.best);
    hit
}

fn weigh(set: &Set, weights: &[u32]) -> u32 {
    set.iter().filter_map(|element| weights.get(*element)).sum()
}

/// What is in the most sets for its weight, again and again.
fn greedy(sets: &[Set], weights: &[u32], budget: &Budget) -> Set {
    let mut hit = Set::new();
    let mut open: Vec<&Set> = sets.iter().collect();
    while !open.is_empty() {
        budget.spend(open.len());
        let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
        open.iter().flat_map(|set| set.iter()).for_each(|element| *counts.entry(*element).or_default() += 1);
        let share = |(element, count): &(usize, u64)| {
            let weight = weights.get(*element).copied().unwrap_or_default().max(1);
            (count * 1_000_000 / u64::from(weight), Reverse(*element))
        };
        let Some((best, _)) = counts.into_iter().max_by_key(share) else { break };
        hit.insert(best);
        open.retain(|set| !set.contains(&best));
    }
    hit
}

struct Search<'a> {
    sets: &'a [Set],
    /// Of each element.
    weights: &'a [u32],
    best: Set,
    weight_of_best: u32,
    tried: usize,
    budget: &'a Budget,
}

impl Search<'_> {
    fn weight(&self, element: usize) -> u32 {
        self.weights.get(element).copied().unwrap_or_default()
    }

    fn branch(&mut self, hit: &mut Set, weight: u32) {
        self.tried += 1;
        if self.tried > MAX_TRIED || !self.budget.spend(self.sets.len()) {
            return;
        }
        let open: Vec<&Set> = self.sets.iter().filter(|set| set.is_disjoint(hit)).collect();
        let Some(smallest) = open.iter().min_by_key(|set| set.len()) else {
            if weight < self.weight_of_best {
                self.best.clone_from(hit);
                self.weight_of_best = weight;
            }
            return;
        };
        if weight + self.at_least(&open) >= self.weight_of_best {
            return;
        }
        let mut elements: Vec<usize> = smallest.iter().copied().collect();
        elements.sort_by_key(|element| self.weight(*element));
        for element in elements {
            hit.insert(element);
            self.branch(hit, weight + self.weight(element));
            hit.remove(&element);
        }
    }

    /// What sets that have nothing in common cost at least.
    fn at_least(&self, open: &[&Set]) -> u32 {
        let mut seen = Set::new();
        let mut sum = 0;
        for set in open {
            if set.is_disjoint(&seen) {
                sum += set.iter().map(|element| self.weight(*element)).min().unwrap_or_default();
                seen.extend(set.iter().copied());
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(sets: &[&[usize]], weights: &[u32], expected: &[usize]) {
        let sets: Vec<Set> = sets.iter().map(|set| set.iter().copied().collect()).collect();
        let found = lightest(&sets, weights, &Budget::new());
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected, "{sets:?}");
    }

    #[test]
    fn the_lightest() {
        check(&[], &[], &[]);
        check(&[&[0, 1], &[0, 2], &[0, 3]], &[1, 1, 1, 1], &[0]);
        check(&[&[0, 1], &[0, 2]], &[3, 1, 1], &[1, 2]);
        check(&[&[0], &[0, 1], &[1, 2]], &[9, 2, 1], &[0, 2]);
        check(&[&[0, 1]], &[1, 1], &[0]);
        check(&[&[0, 1], &[1, 2], &[2, 0]], &[1, 1, 1], &[0, 1]);
    }

    proptest! {
        /// By trying them all.
        #[test]
        fn none_is_lighter(
            sets in prop::collection::vec(prop::collection::btree_set(0..8usize, 1..4), 0..8),
            weights in prop::collection::vec(1..9u32, 8),
        ) {
            let weigh = |set: &Set| set.iter().map(|element| weights[*element]).sum::<u32>();
            let found = lightest(&sets, &weights, &Budget::new());
            prop_assert!(sets.iter().all(|set| !set.is_disjoint(&found)));
            let all = (0..256usize).map(|bits| (0..8).filter(|bit| bits >> bit & 1 == 1).collect::<Set>());
            let least = all.filter(|hit| sets.iter().all(|set| !set.is_disjoint(hit))).map(|hit| weigh(&hit)).min();
            prop_assert_eq!(Some(weigh(&found)), least);
        }
    }
}
