//! What a wildcard action matches beside what must not be allowed.

use crate::budget::Budget;
use crate::catalogue::{self, ActionId};
use crate::glob::Glob;
use crate::judge::is_sensitive;
use crate::statement::ActionElement;

/// "Short": with more patterns than these, a wildcard is not split.
const MAX_PATTERNS: usize = 32;

/// For a wildcard within one service: what it matches of the catalogue, in pieces. The first is all that no judgement is
/// about, as few patterns as can be; each sensitive action is one more. `None` if it is not a wildcard, or that is not
/// short.
pub(super) fn rest_of(element: &ActionElement, budget: &Budget) -> Option<Vec<Vec<String>>> {
    let ActionElement::Action(patterns) = element else { return None };
    let [pattern] = patterns.as_slice() else { return None };
    let (service, name) = pattern.split_once(':')?;
    if service.contains(['*', '?']) || !name.contains(['*', '?']) {
        return None;
    }
    let matched: Vec<ActionId> = catalogue::matching(&Glob::lower(pattern), budget).into_iter().flatten().collect();
    let (sensitive, rest): (Vec<ActionId>, Vec<ActionId>) = matched.iter().partition(|id| is_sensitive(&full(**id)));
    if sensitive.is_empty() {
        return None;
    }
    let is_rest = |id: ActionId| rest.binary_search(&id).is_ok();
    let all: Vec<(ActionId, &str)> = catalogue::actions_of(service).into_iter().map(|id| (id, id.name().1)).collect();
    let mut found = Vec::new();
    cover(&all, 0, &is_rest, &mut found);
    if found.len() > MAX_PATTERNS {
        return None;
    }
    let rest: Vec<String> = found.into_iter().map(|pattern| format!("{service}:{pattern}")).collect();
    let sensitive = sensitive.into_iter().map(|id| vec![format!("{service}:{}", id.name().1)]);
    Some(std::iter::once(rest).filter(|rest| !rest.is_empty()).chain(sensitive).collect())
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

    /// What no judgement is about, and how many actions are.
    fn check(pattern: &str, expected: Option<(&[&str], usize)>) {
        let element = ActionElement::Action(vec![pattern.to_owned()]);
        let pieces = rest_of(&element, &Budget::new());
        let found = pieces.as_ref().and_then(|pieces| pieces.split_first()).map(|(rest, sensitive)| {
            let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
            (rest, sensitive.len())
        });
        assert_eq!(found, expected.map(|(rest, count)| (rest.to_vec(), count)), "{pattern}");
    }

    #[test]
    fn splitting() {
        check("s3:GetObject", None);
        check("*", None);
        check("*:Get*", None);
        check("s3:List*", None);
        check("iam:*", None);
    }
}
