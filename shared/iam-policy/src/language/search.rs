//! The search for a shortest text.
//!
//! A state is one place for each wanted pattern, guessed, and all places that the unwanted patterns can be in. The order
//! is that of A*: first the states whose text, with what the wanted patterns still ask for at least, is the shortest.

use super::closed::Closed;
use super::fold::variants;
use super::fuel::Fuel;
use super::pattern::{Pattern, Place, Read, Star};
use crate::budget::MAX_LANGUAGE_STATES;

/// A place of one of the patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spot {
    pattern: u32,
    place: u32,
}

impl Spot {
    fn next(self) -> Self {
        Self { place: self.place + 1, ..self }
    }

    fn of(self, patterns: &[&Pattern]) -> Place {
        patterns
            .get(self.pattern as usize)
            .map_or(Place { star: Star::None, read: Read::End }, |p| p.place(self.place as usize))
    }
}

/// How a state was reached. Numbers of nodes start at 1; 0 is none.
#[derive(Clone, Copy, Debug)]
struct Node {
    parent: u32,
    /// The node under this one on its stack.
    below: u32,
    /// Where the spots of the state lie: those of the wanted patterns, one each, then the unwanted ones' in order.
    start: u32,
    spots: u32,
    length: u32,
    letter: char,
    /// Whether to remember the state. Not where nothing was left to choose: such a way leads on, never round.
    is_shared: bool,
}

pub(super) struct Search<'a> {
    all: &'a [&'a Pattern],
    none: &'a [&'a Pattern],
    other: char,
    fuel: &'a Fuel<'a>,
    nodes: Vec<Node>,
    spots: Vec<Spot>,
    /// The open nodes by the length that their text will have at least, less `least`: a stack each, by its top.
    open: Vec<u32>,
    least: usize,
    closed: Closed,
}

/// Memory that a step of the search uses again.
#[derive(Default)]
struct Scratch {
    now: Vec<Spot>,
    letters: Vec<char>,
    reached: Vec<Spot>,
    heads: Vec<Spot>,
    undecided: Vec<usize>,
}

impl<'a> Search<'a> {
    /// `other` is a letter that no pattern names. The first `skipped` places of all patterns have no star, and those of
    /// `all` read the same literals.
    pub(super) fn new(all: &'a [&'a Pattern], none: &'a [&'a Pattern], other: char, fuel: &'a Fuel<'a>) -> Self {
        Self {
            all,
            none,
            other,
            fuel,
            nodes: Vec::new(),
            spots: Vec::new(),
            open: Vec::new(),
            least: 0,
            closed: Closed::default(),
        }
    }

    /// A shortest text that all of `all` and none of `none` match, from place `skipped` of every pattern on.
    pub(super) fn run(&mut self, skipped: u32) -> Option<Found> {
        let mut scratch = Scratch::default();
        let spots = |patterns: &[&Pattern]| {
            (0..).zip(patterns).map(|(pattern, _)| Spot { pattern, place: skipped }).collect::<Vec<_>>()
        };
        let (heads, places) = (spots(self.all), spots(self.none));
        if places.iter().any(|s| s.of(self.none).is_everything()) {
            return None;
        }
        self.least = skipped as usize + self.remaining(&heads);
        self.push(0, '\0', skipped, true, &heads, &places);
        let mut level = 0;
        while !self.fuel.is_exhausted() {
            let (id, node) = self.pop(&mut level)?;
            scratch.now.clear();
            scratch.now.extend_from_slice(self.state(node));
            let now = std::mem::take(&mut scratch.now);
            let (heads, places) = now.split_at(self.all.len().min(now.len()));
            if self.is_accepted(heads, places) {
                return Some(Found { node: id, rest: None });
            }
            // Nothing is left to avoid, and the one pattern can be followed to its end at the least length.
            if let ([head], []) = (heads, places) {
                return Some(Found { node: id, rest: Some(head.place as usize) });
            }
            if !node.is_shared || self.is_new(id, &now) {
                self.expand(id, node, heads, places, &mut scratch);
            }
            scratch.now = now;
        }
        None
    }

    /// What was read on the way to a node that was found, after the places that were skipped.
    pub(super) fn text(&self, found: &Found) -> String {
        let mut letters = Vec::new();
        let mut id = found.node;
        while let Some(node) = self.node(id).filter(|n| n.parent != 0) {
            letters.push(node.letter);
            id = node.parent;
        }
        let mut text: String = letters.iter().rev().collect();
        if let (Some(at), Some(only)) = (found.rest, self.all.first()) {
            text.push_str(&only.rest(at, self.other));
        }
        text
    }

    fn node(&self, id: u32) -> Option<Node> {
        self.nodes.get((id as usize).checked_sub(1)?).copied()
    }

    fn state(&self, node: Node) -> &[Spot] {
        self.spots.get(node.start as usize..(node.start + node.spots) as usize).unwrap_or_default()
    }

    fn is_new(&mut self, id: u32, now: &[Spot]) -> bool {
        let mut hash = 0_u64;
        for spot in now {
            let word = u64::from(spot.pattern) << 32 | u64::from(spot.place);
            hash = (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
        let hash = (hash >> 32) as u32;
        let mut closed = std::mem::take(&mut self.closed);
        let is_new = closed.insert(hash, id, |other| self.node(other).is_some_and(|n| self.state(n) == now));
        self.closed = closed;
        is_new
    }

    /// The least number of letters that the wanted patterns still need.
    fn remaining(&self, heads: &[Spot]) -> usize {
        heads.iter().zip(self.all).map(|(s, p)| p.length_from(s.place as usize)).max().unwrap_or(0)
    }

    fn is_accepted(&self, heads: &[Spot], places: &[Spot]) -> bool {
        self.remaining(heads) == 0 && !places.iter().any(|s| s.of(self.none).read == Read::End)
    }

    fn push(&mut self, parent: u32, letter: char, length: u32, is_shared: bool, heads: &[Spot], places: &[Spot]) {
        let spots = heads.len() + places.len();
        if !self.fuel.spend(STEPS_OF_A_STATE + spots) {
            return;
        }
        if self.nodes.len() >= MAX_LANGUAGE_STATES {
            self.fuel.exhaust();
            return;
        }
        // At least `least`, and never less than the parent's: each letter brings every pattern on by one place at most.
        let level = (length as usize + self.remaining(heads)).saturating_sub(self.least);
        if self.open.len() <= level {
            self.open.resize(level + 1, 0);
        }
        let start = self.spots.len() as u32;
        self.spots.extend_from_slice(heads);
        self.spots.extend_from_slice(places);
        let id = self.nodes.len() as u32 + 1;
        if let Some(top) = self.open.get_mut(level) {
            self.nodes.push(Node { parent, below: *top, start, spots: spots as u32, length, letter, is_shared });
            *top = id;
        }
    }

    fn pop(&mut self, level: &mut usize) -> Option<(u32, Node)> {
        loop {
            let id = self.open.get(*level).copied()?;
            if let Some(node) = self.node(id) {
                if let Some(top) = self.open.get_mut(*level) {
                    *top = node.below;
                }
                return Some((id, node));
            }
            *level += 1;
        }
    }

    fn expand(&mut self, id: u32, node: Node, heads: &[Spot], places: &[Spot], scratch: &mut Scratch) {
        let mut letters = std::mem::take(&mut scratch.letters);
        self.letters(heads, places, &mut letters);
        self.fuel.spend(heads.len() + letters.len());
        let is_shared = heads.iter().any(|s| s.of(self.all).star != Star::None);
        for letter in &letters {
            if !self.fuel.spend(1 + heads.len() + places.len()) {
                break;
            }
            if self.avoid(places, *letter, &mut scratch.reached) {
                self.follow(id, node, heads, *letter, is_shared, scratch);
            }
        }
        scratch.letters = letters;
    }

    /// The letters to try. One that no wanted pattern reads by name is no better than `other`, which the unwanted ones do
    /// not read by name either; but a colon may be, where their wildcards stop at it.
    fn letters(&self, heads: &[Spot], places: &[Spot], letters: &mut Vec<char>) {
        letters.clear();
        let name = |read: Read, letters: &mut Vec<char>| match read {
            Read::Literal(c) => letters.push(c),
            Read::Folded(c) => letters.extend(variants(c)),
            Read::One | Read::OneInside | Read::End => {}
        };
        for place in heads.iter().map(|s| s.of(self.all)).filter(|p| p.star == Star::None) {
            if !matches!(place.read, Read::One | Read::OneInside) {
                letters.clear();
                name(place.read, letters);
                return;
            }
        }
        for head in heads {
            name(head.of(self.all).read, letters);
        }
        if places.iter().any(|s| s.of(self.none).stops_at_colons()) {
            letters.push(':');
        }
        letters.sort_unstable();
        letters.dedup();
        // What is opened last is looked at first: the plainest text.
        letters.push(self.other);
    }

    /// The places that the unwanted patterns reach; false if one of them matches now whatever follows.
    fn avoid(&self, places: &[Spot], letter: char, reached: &mut Vec<Spot>) -> bool {
        reached.clear();
        for spot in places {
            let place = spot.of(self.none);
            if place.star.accepts(letter) {
                arrive(*spot, place, reached);
            }
            if place.read.accepts(letter) {
                let next = spot.next();
                let place = next.of(self.none);
                if place.is_everything() {
                    return false;
                }
                arrive(next, place, reached);
            }
        }
        true
    }

    /// Opens every way in which the wanted patterns can read the letter.
    fn follow(&mut self, id: u32, node: Node, heads: &[Spot], letter: char, is_shared: bool, scratch: &mut Scratch) {
        let Scratch { reached, heads: next, undecided, .. } = scratch;
        next.clear();
        undecided.clear();
        for (index, head) in heads.iter().enumerate() {
            let place = head.of(self.all);
            let (stays, goes) = (place.star.accepts(letter), place.read.accepts(letter));
            if !stays && !goes {
                return;
            }
            next.push(if goes { head.next() } else { *head });
            // The next place contains this one if it has the same star.
            if stays && goes && head.next().of(self.all).star == Star::None {
                undecided.push(index);
            }
        }
        let Some(ways) = u32::try_from(undecided.len()).ok().and_then(|n| 1_u64.checked_shl(n)) else {
            self.fuel.exhaust();
            return;
        };
        for way in 0..ways {
            for (bit, index) in undecided.iter().enumerate() {
                if let (Some(spot), Some(head)) = (next.get_mut(*index), heads.get(*index)) {
                    *spot = if way >> bit & 1 == 0 { head.next() } else { *head };
                }
            }
            if !self.fuel.spend(heads.len()) {
                return;
            }
            if letter == self.other || letter == ':' || self.is_named(heads, next) {
                self.push(id, letter, node.length + 1, is_shared, next, reached);
            }
        }
    }

    /// Whether a wanted pattern went on over a letter that it names: if not, `other` does as well as the letter.
    fn is_named(&self, heads: &[Spot], next: &[Spot]) -> bool {
        heads
            .iter()
            .zip(next)
            .any(|(from, to)| from != to && matches!(from.of(self.all).read, Read::Literal(_) | Read::Folded(_)))
    }
}

/// Adds a place behind all that were reached before. Earlier ones of its pattern are contained in one that has a star.
fn arrive(spot: Spot, place: Place, reached: &mut Vec<Spot>) {
    if place.star != Star::None {
        while reached.last().is_some_and(|last| last.pattern == spot.pattern) {
            reached.pop();
        }
    }
    if reached.last() != Some(&spot) {
        reached.push(spot);
    }
}

/// Where a search ended: at a node, with the only wanted pattern still to be followed from this place on.
pub(super) struct Found {
    node: u32,
    rest: Option<usize>,
}

/// What a state costs besides its spots.
const STEPS_OF_A_STATE: usize = 4;
