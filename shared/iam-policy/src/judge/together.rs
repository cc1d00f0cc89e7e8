//! That what a way makes is what it runs: the function that is created is the one that is invoked.

use super::reach::Reach;
use super::ways::Step;
use crate::budget::Budget;
use crate::catalogue;
use crate::glob::Glob;
use crate::language::{Pattern, is_satisfiable};
use std::collections::BTreeSet;

/// Whether two steps that are about one kind of resource can be about one: whether what Allows of both name has something in common.
///
/// Whatever they deny or ask for is left aside, and a part of what the one names will do, such as a version of a function: it has to be
/// certain that there is none.
pub(super) fn can_be_one(reach: &Reach<'_>, first: &Step, second: &Step) -> bool {
    let kinds = shared(first, second);
    if kinds.is_empty() {
        return true;
    }
    let [first, second] = [first, second].map(|step| reach.allowed_resources(&step.lower));
    if [&first, &second].iter().any(|named| named.contains("*")) {
        return true;
    }
    let kinds: Vec<Pattern> = kinds.iter().map(|kind| pattern(kind)).collect();
    let [first, second] = [first, second].map(|named| of_kinds(&named, &kinds, reach.budget));
    // What is reached without being of a kind that the catalogue knows can be anything.
    first.is_empty() || second.is_empty() || overlap(&kinds, &first, &second, reach.budget)
}

/// The kinds of resources of a service that actions of it are both about, as patterns.
fn shared(first: &Step, second: &Step) -> Vec<String> {
    let of = |step: &Step| {
        let service = step.lower.split(':').next().unwrap_or_default().to_owned();
        let templates = catalogue::find(&step.lower).into_iter().flat_map(|id| id.resource_templates());
        templates.filter(move |template| template.split(':').nth(2) == Some(&service)).collect::<BTreeSet<_>>()
    };
    let filled = |template: &&str| PLACES.iter().fold((*template).to_owned(), |text, hole| text.replace(hole, "*"));
    of(first).intersection(&of(second)).map(filled).collect()
}

/// What templates leave open.
const PLACES: [&str; 3] = ["${Partition}", "${Region}", "${Account}"];

/// A pattern of resources, and the same with their parts.
type Named = (Pattern, Pattern);

/// Those of the patterns that name some resource of these kinds.
fn of_kinds(named: &BTreeSet<String>, kinds: &[Pattern], budget: &Budget) -> Vec<Named> {
    let with_parts = |name: &String| (pattern(name), pattern(&format!("{name}*")));
    let is_of = |(_, parts): &Named| kinds.iter().any(|kind| is_satisfiable(&[parts, kind], &[], budget));
    named.iter().map(with_parts).filter(is_of).collect()
}

/// Whether some resource of one of these kinds is named by both.
fn overlap(kinds: &[Pattern], first: &[Named], second: &[Named], budget: &Budget) -> bool {
    let meet = |(one, parts): &Named, (other, of_other): &Named, kind: &Pattern| {
        is_satisfiable(&[one, of_other, kind], &[], budget) || is_satisfiable(&[parts, other, kind], &[], budget)
    };
    first.iter().any(|one| second.iter().any(|other| kinds.iter().any(|kind| meet(one, other, kind))))
}

/// A pattern of resources, read as broadly as it can be meant: variables have any value.
fn pattern(text: &str) -> Pattern {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, variable)) = rest.split_once("${") {
        whole.push_str(before);
        whole.push('*');
        rest = variable.split_once('}').map_or("", |(_, after)| after);
    }
    whole.push_str(rest);
    Pattern::arn(&Glob::new(&whole)).unwrap_or_else(Pattern::any)
}
