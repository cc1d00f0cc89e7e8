//! Quick looks that spare a search.

use super::fold::folded;
use super::fuel::Fuel;
use super::pattern::{Pattern, Star};
use std::collections::HashSet;

/// False if the fixed starts or the fixed ends of the two patterns already exclude a common text. True says nothing.
pub(super) fn may_meet(a: &Pattern, b: &Pattern, fuel: &Fuel<'_>) -> bool {
    let (start, end) = (a.run().min(b.run()), a.end_run().min(b.end_run()));
    let mut steps = 1 + (start + end) / LITERALS_OF_A_STEP;
    let may_meet = same_start(a.start(), b.start())
        && same_end(a.end(), b.end())
        && starts_meet(a, b, start, &mut steps)
        && ends_meet(a, b, end, &mut steps);
    fuel.spend(steps);
    may_meet
}

/// Literals are compared as bytes.
const LITERALS_OF_A_STEP: usize = 16;

fn same_start(a: &str, b: &str) -> bool {
    let shorter = a.len().min(b.len());
    a.as_bytes().get(..shorter) == b.as_bytes().get(..shorter)
}

fn same_end(a: &str, b: &str) -> bool {
    let shorter = a.len().min(b.len());
    a.as_bytes().get(a.len() - shorter..) == b.as_bytes().get(b.len() - shorter..)
}

/// Compares place by place, the first `known` aside, up to a star.
fn starts_meet(a: &Pattern, b: &Pattern, known: usize, steps: &mut usize) -> bool {
    for (p, q) in a.places().iter().zip(b.places()).skip(known) {
        *steps += 1;
        if p.star != Star::None || q.star != Star::None {
            return true;
        }
        if !p.read.meets(q.read) {
            return false;
        }
    }
    true
}

/// The same from behind. What a place reads is compared only if neither pattern has a star behind it.
fn ends_meet(a: &Pattern, b: &Pattern, known: usize, steps: &mut usize) -> bool {
    let mut backwards = a.places().iter().rev().zip(b.places().iter().rev()).skip(known);
    let Some((mut p, mut q)) = backwards.next() else { return true };
    for (before_p, before_q) in backwards {
        *steps += 1;
        if p.star != Star::None || q.star != Star::None {
            return true;
        }
        if !before_p.read.meets(before_q.read) {
            return false;
        }
        (p, q) = (before_p, before_q);
    }
    true
}

/// A character that none of the patterns names, in any case: `x` if it can be, another letter or digit if not.
pub(super) fn unnamed(patterns: &[&Pattern], fuel: &Fuel<'_>) -> char {
    let named = patterns.iter().fold(0, |all, p| all | p.named_ascii());
    let is_free = |c: &char| named & (1 << u32::from(*c)) == 0;
    let readable = ('x'..='z').chain('a'..='w').chain('0'..='9').find(is_free);
    readable.unwrap_or_else(|| {
        fuel.spend(patterns.iter().map(|p| p.places().len()).sum());
        let named: HashSet<char> = patterns.iter().flat_map(|p| p.named()).collect();
        let is_free = |c: &char| c.is_lowercase() && !named.contains(&folded(*c));
        ('\u{e0}'..=char::MAX)
            .find(is_free)
            .or_else(|| ('\u{1000}'..=char::MAX).find(|c| !named.contains(&folded(*c))))
            .unwrap_or('x')
    })
}
