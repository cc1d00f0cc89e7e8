//! What a wildcard action matches beside what must not be allowed.

use crate::budget::Budget;
use crate::catalogue::{self, ActionId};
use crate::glob::Glob;
use crate::statement::ActionElement;
use std::collections::BTreeSet;

/// "Short": with more patterns than these, a wildcard is not split.
const MAX_PATTERNS: usize = 32;

/// A `NotAction` may come to name this many more actions.
const MAX_EXCEPTIONS: usize = 64;

/// What else than the `asked` actions an element allows, in pieces: the first is all of that, in as few patterns as can
/// be; each of the asked actions is one more. `None` if that is not short, or there is nothing to split: of a wildcard
/// only one within a service is, of `NotAction` each, unless everything is asked for.
pub(super) fn rest_of(
    element: &ActionElement,
    asked: &BTreeSet<&'static str>,
    budget: &Budget,
) -> Option<Vec<ActionElement>> {
    match element {
        ActionElement::Action(patterns) => rest_of_wildcard(patterns, asked, budget),
        ActionElement::NotAction(patterns) => rest_of_exception(patterns, asked),
    }
}

fn rest_of_exception(patterns: &[String], asked: &BTreeSet<&'static str>) -> Option<Vec<ActionElement>> {
    let globs: Vec<Glob> = patterns.iter().map(|pattern| Glob::lower(pattern)).collect();
    let is_excepted = |action: &str| globs.iter().any(|glob| glob.matches(&action.to_ascii_lowercase()));
    let more: Vec<String> = asked.iter().filter(|a| !is_excepted(a)).map(|a| (*a).to_owned()).collect();
    if more.is_empty() || more.len() > MAX_EXCEPTIONS {
        return None;
    }
    let rest = ActionElement::NotAction(patterns.iter().chain(&more).cloned().collect());
    Some([rest].into_iter().chain(more.into_iter().map(|action| ActionElement::Action(vec![action]))).collect())
}

fn rest_of_wildcard(
    patterns: &[String],
    asked: &BTreeSet<&'static str>,
    budget: &Budget,
) -> Option<Vec<ActionElement>> {
    let [pattern] = patterns else { return None };
    let (service, name) = pattern.split_once(':')?;
    if service.contains(['*', '?']) || !name.contains(['*', '?']) {
        return None;
    }
    let matched: Vec<ActionId> = catalogue::matching(&Glob::lower(pattern), budget).into_iter().flatten().collect();
    let (asked, rest): (Vec<ActionId>, Vec<ActionId>) =
        matched.iter().partition(|id| asked.contains(full(**id).as_str()));
    let is_whole_service = name.chars().all(|c| c == '*');
    if asked.is_empty() && !is_whole_service {
        return None;
    }
    let is_rest = |id: ActionId| rest.binary_search(&id).is_ok();
    let all: Vec<(ActionId, &str)> = catalogue::actions_of(service).into_iter().map(|id| (id, id.name().1)).collect();
    let mut found = Vec::new();
    cover(&all, 0, &is_rest, &mut found);
    // One pattern for all of it would be the wildcard again.
    found = found.into_iter().flat_map(|found| if found == "*" { letters(&all) } else { vec![found] }).collect();
    if found.len() > MAX_PATTERNS {
        return None;
    }
    let rest: Vec<String> = found.into_iter().map(|pattern| format!("{service}:{pattern}")).collect();
    let asked = asked.into_iter().map(|id| vec![format!("{service}:{}", id.name().1)]);
    let pieces = std::iter::once(rest).filter(|rest| !rest.is_empty()).chain(asked);
    Some(pieces.map(ActionElement::Action).collect())
}

/// A pattern for each letter that names begin with.
fn letters(names: &[(ActionId, &str)]) -> Vec<String> {
    let letters: BTreeSet<char> = names.iter().filter_map(|(_, name)| name.chars().next()).collect();
    letters.into_iter().map(|letter| format!("{letter}*")).collect()
}

fn full(id: ActionId) -> String {
    let (service, name) = id.name();
    format!("{service}:{name}")
}

/// Patterns for the wanted names among all names of a service, which are sorted: the shortest prefixes that no unwanted
/// name has. `shared` bytes of all names are the same.
fn cover(names: &[(ActionId, &str)], shared: usize, wanted: &dyn Fn(ActionId) -> bool, found: &mut Vec<String>) {
    let mut rest = names;
    while let Some(((id, first), _)) = rest.split_first() {
        let letter = |name: &str| name.as_bytes().get(shared).map(u8::to_ascii_lowercase);
        let same = rest.iter().take_while(|(_, name)| letter(name) == letter(first)).count();
        let (group, others) = rest.split_at_checked(same.max(1)).unwrap_or((rest, &[]));
        rest = others;
        let count = group.iter().filter(|(id, _)| wanted(*id)).count();
        match (group, letter(first)) {
            _ if count == 0 => {}
            ([_], _) | (_, None) if wanted(*id) => found.push((*first).to_owned()),
            _ if count == group.len() => found.push(format!("{}*", whole_word(first, group, shared + 1))),
            (_, None) => {}
            _ => cover(group, shared + 1, wanted, found),
        }
    }
}

/// What all names of the group begin with, at least `shared` bytes of it.
fn whole_word<'a>(first: &'a str, group: &[(ActionId, &str)], shared: usize) -> &'a str {
    let is_common = |end: usize| {
        let prefix = first.get(..end).unwrap_or(first);
        group.iter().all(|(_, name)| name.get(..end).is_some_and(|start| start.eq_ignore_ascii_case(prefix)))
    };
    let end = (shared..=first.len()).take_while(|end| is_common(*end)).last().unwrap_or(shared);
    first.get(..end).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of a pattern without the asked actions; nothing: it is not split.
    fn check(pattern: &str, asked: &[&'static str], expected: &[&str]) {
        let element = ActionElement::Action(vec![pattern.to_owned()]);
        let pieces = rest_of(&element, &asked.iter().copied().collect(), &Budget::new()).unwrap_or_default();
        let rest = pieces.first().map(ActionElement::patterns).unwrap_or_default();
        assert_eq!(rest, expected, "{pattern}");
    }

    #[test]
    fn splitting() {
        check("s3:GetObject", &["s3:GetObject"], &[]);
        check("*", &["s3:GetObject"], &[]);
        check("*:Get*", &["s3:GetObject"], &[]);
        check("iam:Put*Policy", &["iam:PutRolePolicy"], &["iam:PutGroupPolicy", "iam:PutUserPolicy"]);
        check("sts:A*", &["sts:AssumeRole"], &["sts:AssumeRoleWith*", "sts:AssumeRoot"]);
    }

    #[test]
    fn exceptions() {
        let element = ActionElement::NotAction(vec!["iam:*".to_owned()]);
        let pieces = rest_of(&element, &["iam:PassRole", "kms:Decrypt"].into(), &Budget::new()).expect("pieces");
        let rest = ActionElement::NotAction(vec!["iam:*".to_owned(), "kms:Decrypt".to_owned()]);
        assert_eq!(pieces, [rest, ActionElement::Action(vec!["kms:Decrypt".to_owned()])]);
    }
}
