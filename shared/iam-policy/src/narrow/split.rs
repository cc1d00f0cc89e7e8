//! What a wildcard action matches beside what must not be allowed.

use super::ways::Going;
use crate::budget::Budget;
use crate::catalogue::{self, AccessLevel, ActionId};
use crate::glob::Glob;
use crate::statement::ActionElement;
use std::collections::{BTreeMap, BTreeSet};

/// "Short": with more patterns than these, a wildcard is not split.
pub(super) const MAX_PATTERNS: usize = 32;

/// A `NotAction` may come to name this many more actions.
pub(super) const MAX_EXCEPTIONS: usize = 64;

/// As many may come where a person reads them first.
pub(super) const MAX_PATTERNS_SHOWN: usize = 96;

/// One that a person reads first may name this many.
pub(super) const MAX_EXCEPTIONS_SHOWN: usize = 240;

/// A wildcard of which no more actions than these are left is written out.
const MAX_WRITTEN_OUT: usize = 4;

/// An element without the actions that are going.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rest {
    /// What is left of it.
    pub(super) kept: Option<ActionElement>,
    /// What is not: entries, and actions that entries match.
    pub(super) parts: Vec<String>,
    /// What `kept` would still allow: a Deny has to say that it must not.
    pub(super) denied: Vec<String>,
    /// What is to be looked at for each resource.
    pub(super) wide: Vec<ActionElement>,
    /// The element goes as a whole.
    pub(super) is_lost: bool,
    /// With it, or with an entry of it, goes what could have stayed, had it been short to say.
    pub(super) is_cut: bool,
}

/// In which forms a wildcard may be confined.
pub(super) struct Forms<'f> {
    /// `*` may become a `NotAction`.
    pub(super) excepts: bool,
    /// How many actions more a `NotAction` may come to name.
    pub(super) exceptions: usize,
    /// A Deny of this action may stand beside a wildcard.
    pub(super) denies: &'f dyn Fn(&str) -> bool,
    /// What of a whole service is needed; `None`: as much as can be.
    pub(super) needed: &'f dyn Fn(&str) -> Option<BTreeSet<AccessLevel>>,
    /// How many patterns may come in the place of a wildcard.
    pub(super) patterns: usize,
    /// It is looked first on which resources a wildcard may stay as it is.
    pub(super) defers: bool,
}

impl Forms<'_> {
    /// An element without the actions that are taken, the way to say it that lasts longest first: a `NotAction` and a Deny
    /// hold for actions that are still to come, a list of what is left names those of today.
    pub(super) fn without(&self, element: &ActionElement, going: &Going, budget: &Budget) -> Rest {
        let deferred = || Rest { wide: vec![element.clone()], ..Rest::default() };
        let entries = match element {
            ActionElement::NotAction(_) if self.defers => return deferred(),
            ActionElement::NotAction(patterns) => return self.except(patterns, going),
            ActionElement::Action(entries) => entries,
        };
        let all = entries.iter().find(|entry| is_everything(entry) && !going.matched_by(entry).is_empty());
        if let Some(all) = all.filter(|_| self.excepts) {
            let hits = going.matched_by(all);
            if hits.len() <= self.exceptions && self.defers {
                return deferred();
            }
            if hits.len() <= self.exceptions {
                return Rest { kept: Some(ActionElement::NotAction(hits.clone())), parts: hits, ..Rest::default() };
            }
        }
        let (mut kept, mut rest) = (Vec::new(), Rest::default());
        for entry in entries {
            let hits = going.matched_by(entry);
            if hits.is_empty() {
                kept.push(entry.clone());
                continue;
            }
            match self.beside(entry, &hits, budget) {
                Beside::Written { .. } | Beside::Nothing if self.defers && entry.contains(['*', '?']) => {
                    rest.wide.push(ActionElement::Action(vec![entry.clone()]));
                }
                Beside::Written { patterns, parts, denied } => {
                    kept.extend(patterns);
                    rest.parts.extend(parts);
                    rest.denied.extend(denied);
                }
                Beside::Denied => {
                    kept.push(entry.clone());
                    rest.denied.extend(hits);
                }
                Beside::Nothing => {
                    rest.is_cut |= entry.contains(['*', '?']);
                    rest.parts.push(entry.clone());
                }
            }
        }
        rest.kept = Some(ActionElement::Action(kept)).filter(|kept| !kept.patterns().is_empty());
        rest
    }

    fn except(&self, patterns: &[String], going: &Going) -> Rest {
        let globs: Vec<Glob> = patterns.iter().map(|pattern| Glob::lower(pattern)).collect();
        let is_excepted = |action: &str| globs.iter().any(|glob| glob.matches(&action.to_ascii_lowercase()));
        let more: Vec<String> = going.0.iter().filter(|action| !is_excepted(action)).cloned().collect();
        if more.len() > self.exceptions {
            return Rest { is_lost: true, is_cut: true, ..Rest::default() };
        }
        let kept = patterns.iter().chain(&more).cloned().collect();
        Rest { kept: Some(ActionElement::NotAction(kept)), parts: more, ..Rest::default() }
    }

    fn beside(&self, entry: &str, hits: &[String], budget: &Budget) -> Beside {
        let is_whole = hits.iter().any(|hit| hit.ends_with(":*"));
        let (denied, others): (Vec<String>, Vec<String>) =
            hits.iter().cloned().partition(|hit| !is_whole && (self.denies)(hit));
        let Some((service, name)) = entry.split_once(':').filter(|(service, _)| !service.contains(['*', '?'])) else {
            return if entry.contains('*') && others.is_empty() { Beside::Denied } else { Beside::Nothing };
        };
        if !name.contains(['*', '?']) {
            return Beside::Nothing;
        }
        let needed = is_whole.then(|| (self.needed)(service)).flatten();
        let is_needed = |id: ActionId| needed.as_ref().is_none_or(|levels| levels.contains(&id.access_level()));
        let matched: Vec<ActionId> = catalogue::matching(&Glob::lower(entry), budget).into_iter().flatten().collect();
        let without = |going: &[String]| -> Vec<ActionId> {
            let is_going = |id: &ActionId| going.iter().any(|action| action.eq_ignore_ascii_case(&full(*id)));
            matched.iter().filter(|id| !is_going(id) && is_needed(**id)).copied().collect()
        };
        // What is not needed does not come back by its own name, either.
        let is_part = |hit: &&String| catalogue::find(hit).is_none_or(is_needed);
        let parts = |hits: &[String]| hits.iter().filter(is_part).cloned().collect();
        let left = without(hits);
        if left.len() <= MAX_WRITTEN_OUT {
            let patterns = left.into_iter().map(|id| format!("{service}:{}", id.name().1)).collect();
            return Beside::Written { patterns, parts: parts(hits), denied: Vec::new() };
        }
        if others.is_empty() {
            return Beside::Denied;
        }
        let patterns = patterns_of(service, &left);
        if patterns.len() <= self.patterns {
            return Beside::Written { patterns, parts: parts(hits), denied: Vec::new() };
        }
        let patterns = patterns_of(service, &without(&others));
        if denied.is_empty() || patterns.len() > self.patterns {
            return Beside::Nothing;
        }
        Beside::Written { patterns, parts: parts(&others), denied }
    }
}

/// Whether an entry matches every action of every service.
fn is_everything(entry: &str) -> bool {
    Glob::lower(entry).is_any() || entry.split_once(':').is_some_and(|both| both == ("*", "*"))
}

/// What comes in the place of a wildcard.
enum Beside {
    /// These patterns, which still match what a Deny takes; and what they do not match.
    Written { patterns: Vec<String>, parts: Vec<String>, denied: Vec<String> },
    /// The wildcard, and a Deny beside it.
    Denied,
    /// Nothing that is short.
    Nothing,
}

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
    let rest = patterns_of(service, &rest);
    if rest.len() > MAX_PATTERNS {
        return None;
    }
    let asked = asked.into_iter().map(|id| vec![format!("{service}:{}", id.name().1)]);
    let pieces = std::iter::once(rest).filter(|rest| !rest.is_empty()).chain(asked);
    Some(pieces.map(ActionElement::Action).collect())
}

/// The fewest patterns for these actions of a service, sorted, that match none of its others.
fn patterns_of(service: &str, wanted: &[ActionId]) -> Vec<String> {
    let is_wanted = |id: ActionId| wanted.binary_search(&id).is_ok();
    let all: Vec<(ActionId, &str)> = catalogue::actions_of(service).into_iter().map(|id| (id, id.name().1)).collect();
    let mut found = Vec::new();
    cover(&all, 0, &is_wanted, &mut found);
    // One pattern for all of it would be the wildcard again.
    let found = found.into_iter().flat_map(|found| if found == "*" { letters(&all) } else { vec![found] });
    found.map(|pattern| format!("{service}:{pattern}")).collect()
}

/// The same actions of today, in fewer entries: a pattern stands for those that nothing else begins like.
pub(super) fn shortest(actions: &[String]) -> Vec<String> {
    let mut of_services: BTreeMap<&str, Vec<ActionId>> = BTreeMap::new();
    let mut unknown = Vec::new();
    for action in actions {
        match (action.split_once(':'), catalogue::find(action)) {
            (Some((service, _)), Some(id)) => of_services.entry(service).or_default().push(id),
            _ => unknown.push(action.clone()),
        }
    }
    let known = of_services.into_iter().flat_map(|(service, mut ids)| {
        ids.sort_unstable();
        patterns_of(service, &ids)
    });
    known.chain(unknown).collect()
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
