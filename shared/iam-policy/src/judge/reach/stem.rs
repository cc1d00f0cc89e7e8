//! Patterns that name no family of resources: `role/*a*` is nobody's kind of name, so who may do something to all of these may do it to every one.

use crate::budget::Budget;
use crate::glob::Glob;
use crate::judge::tables::ids::{self, Form};
use std::collections::BTreeSet;

/// Letters in a row that name something: `role/*-ci` is a family, `role/*e*` is whatever has a letter in it.
const MIN_STEM: usize = 3;

/// Patterns that begin with so many different letters are a list of all letters, and name no family either.
const MANY_LETTERS: usize = 9;

/// No role, user or policy has a longer name, but for a path (IAM User Guide, "IAM and AWS STS quotas").
const MAX_NAME: usize = 128;

/// Ids of which more is said are few.
const MAX_BEGIN: usize = 3;

/// No more patterns than this are tried.
const MAX_STEMLESS: usize = 64;

/// Of the patterns those that name no family of what a template is for, as templates of their own: with a `*` for whatever a name can be.
pub(super) fn stemless<'p>(patterns: impl Iterator<Item = &'p String>, template: &str, budget: &Budget) -> Vec<String> {
    let Some((start, own)) = divided(template) else { return Vec::new() };
    let Some((before, _)) = own.rsplit_once('*') else { return Vec::new() };
    let whole = format!("{start}:{before}");
    let short = patterns.filter(|pattern| ends_short(pattern)).filter_map(|pattern| {
        if !budget.spend(pattern.len()) {
            return None;
        }
        let Some((place, name)) = divided(pattern) else { return tail_of_short(pattern, &whole) };
        let is_there = || start.split(':').zip(place.split(':')).all(|(own, asked)| is_at(asked, own));
        let tail = tail(name, before).filter(|_| is_there())?;
        // A version of a function is none, nor is an object a bucket; but roles and users have paths.
        let is_part = tail.contains(':') || (tail.contains('/') && !before.ends_with('/'));
        (tail != "*" && !is_part && is_short(tail)).then_some(tail)
    });
    let short = short.filter(|tail| literals(tail) <= MAX_NAME);
    let tails: BTreeSet<&str> = short.collect();
    let begins: BTreeSet<char> = tails.iter().filter_map(|tail| tail.chars().next()).collect();
    let is_list = begins.iter().filter(|first| !matches!(first, '*' | '?')).count() >= MANY_LETTERS;
    let is_stemless = |tail: &&str| is_list || tail.starts_with(['*', '?']);
    let named = tails.into_iter().filter(is_stemless).take(MAX_STEMLESS);
    named.map(|tail| format!("{start}:{before}{}", with_single_stars(tail).replace('?', "x"))).collect()
}

/// Patterns for how ids begin that AWS gives at random: together half of all, so that they name none. As templates of their own.
pub(super) fn listed(patterns: &BTreeSet<String>, template: &str, budget: &Budget) -> Vec<String> {
    let listed = |form: &Form| {
        let (start, alphabet) = form.start()?;
        budget.spend(patterns.len());
        let begins = patterns.iter().filter_map(|pattern| begin(pattern, start));
        let begins: BTreeSet<&str> = begins.filter(|begin| begin.chars().all(|c| alphabet.contains(c))).collect();
        let has_shorter = |begin: &str| (1..begin.len()).filter_map(|end| begin.get(..end)).any(|b| begins.contains(b));
        let share = |begin: &&str| {
            let longer = MAX_BEGIN.checked_sub(begin.len())?;
            alphabet.len().checked_pow(longer as u32).filter(|_| !begin.is_empty() && !has_shorter(begin))
        };
        let covered: usize = begins.iter().filter_map(share).sum();
        let is_half = 2 * covered >= alphabet.len().checked_pow(MAX_BEGIN as u32)?;
        let named = begins.iter().filter(|begin| share(begin).is_some());
        is_half.then(|| named.map(|begin| format!("{start}{begin}*")).collect::<Vec<_>>())
    };
    ids::forms(template).iter().filter_map(listed).flatten().collect()
}

/// How an id begins that a pattern is about, where ARNs begin so.
fn begin<'p>(pattern: &'p str, start: &str) -> Option<&'p str> {
    let ((place, name), (own, before)) = (divided(pattern)?, divided(start)?);
    let is_there = own.split(':').zip(place.split(':')).all(|(own, asked)| is_at(asked, own));
    let id = name.strip_prefix(before).filter(|_| is_there)?;
    let (begin, rest) = id.split_at_checked(id.find(['*', '?'])?)?;
    rest.chars().all(|c| matches!(c, '*' | '?' | '-')).then_some(begin)
}

/// Stars in a row are one star.
fn with_single_stars(tail: &str) -> String {
    let follows = tail.chars().skip(1).map(Some).chain([None]);
    tail.chars().zip(follows).filter(|(c, next)| *c != '*' || *next != Some('*')).map(|(c, _)| c).collect()
}

/// How many characters a pattern asks for.
fn literals(pattern: &str) -> usize {
    pattern.bytes().filter(|byte| *byte != b'*').count()
}

/// Whether what stands behind its last wildcard names nothing.
fn ends_short(pattern: &str) -> bool {
    let end = pattern.rfind(['*', '?']).and_then(|at| pattern.get(at + 1..));
    end.is_some_and(is_short_run) && pattern.contains('*')
}

/// Whether a segment is one that a pattern is about.
fn is_at(pattern: &str, segment: &str) -> bool {
    pattern == segment || pattern == "*" || Glob::new(pattern).matches(segment)
}

/// An ARN up to what it names, and that.
fn divided(arn: &str) -> Option<(&str, &str)> {
    let (at, _) = arn.match_indices(':').nth(4)?;
    Some((arn.get(..at)?, arn.get(at + 1..)?))
}

/// What of a pattern stands for the name of a resource, where names have this before them, such as `role/`: what follows that, or the first
/// wildcard that can stand for it.
fn tail<'p>(pattern: &'p str, before: &str) -> Option<&'p str> {
    if pattern.contains('$') {
        return None;
    }
    // What stands before a name may itself be written with wildcards: `r*/*a*`.
    let ends = pattern.match_indices(['/', ':']).map(|(at, _)| at + 1);
    let behind = ends.filter_map(|end| pattern.split_at_checked(end));
    // One that asks for more characters matches no more, nor do those that follow.
    let behind = behind.take_while(|(head, _)| literals(head) <= before.len());
    let mut behind = behind.filter(|(head, _)| Glob::new(head).matches(before)).map(|(_, tail)| tail);
    let first = pattern.find('*').and_then(|at| pattern.split_at_checked(at));
    let at_wildcard = first.filter(|(head, _)| Glob::new(&format!("{head}*")).matches(before)).map(|(_, tail)| tail);
    let whole = Some(pattern).filter(|_| before.is_empty());
    behind.find(|tail| is_short(tail)).or(whole.filter(|tail| is_short(tail))).or(at_wildcard)
}

/// The same of a pattern that is no ARN, which may be about all that its text matches.
fn tail_of_short<'p>(pattern: &'p str, before: &str) -> Option<&'p str> {
    let (head, tail) = pattern.split_at_checked(pattern.find('*')?)?;
    let is_there = Glob::new(&format!("{head}*")).matches(before);
    let is_whole = tail.chars().all(|c| c == '*');
    (is_there && !is_whole && is_short(tail) && !pattern.contains('$')).then_some(tail)
}

/// Whether it has wildcards, and between them nothing that names something.
fn is_short(tail: &str) -> bool {
    tail.contains('*') && tail.split(['*', '?']).all(is_short_run)
}

fn is_short_run(run: &str) -> bool {
    run.chars().nth(MIN_STEM - 1).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(patterns: &[&str], template: &str, expected: &[&str]) {
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        let found = stemless(patterns.iter(), template, &Budget::new());
        assert_eq!(found, expected, "{patterns:?}");
        for template in &found {
            let name = template.replace('*', "name");
            assert!(patterns.iter().any(|pattern| Glob::new(pattern).matches(&name)), "{name}");
        }
    }

    #[test]
    fn what_names_nothing() {
        let roles = "arn:aws:iam::1:role/*";
        check(&["arn:aws:iam::*:role/*a*"], roles, &["arn:aws:iam::1:role/*a*"]);
        check(&["arn:aws:iam::*:role/*a"], roles, &["arn:aws:iam::1:role/*a"]);
        check(&["arn:*:iam::*:*/*e*"], roles, &["arn:aws:iam::1:role/*e*"]);
        check(&["arn:aws:iam::1:*_*"], roles, &["arn:aws:iam::1:role/*_*"]);
        check(&["arn:aws:iam::1:r*/*_*"], roles, &["arn:aws:iam::1:role/*_*"]);
        check(&["arn:aws:iam::1:r*_*"], roles, &["arn:aws:iam::1:role/*_*"]);
        check(&["*/*a*"], roles, &["arn:aws:iam::1:role/*/*a*"]);
        check(&["arn:*a*"], roles, &["arn:aws:iam::1:role/*a*"]);
        check(&["arn:aws:iam::1:role/**a***"], roles, &["arn:aws:iam::1:role/*a*"]);
        check(&["arn:aws:iam::1:role/??*"], roles, &["arn:aws:iam::1:role/xx*"]);
        check(&["arn:aws:iam::1:role/*in*an*"], roles, &["arn:aws:iam::1:role/*in*an*"]);
    }

    #[test]
    fn what_names_a_family() {
        let roles = "arn:aws:iam::1:role/*";
        check(&["arn:aws:iam::1:role/*", "arn:aws:iam::1:role/*-ci", "arn:aws:iam::1:role/app-*a*"], roles, &[]);
        check(&["arn:aws:iam::1:role/*${aws:username}", "arn:aws:iam::1:role/${*}a*"], roles, &[]);
        check(&["arn:aws:iam::1:user/*a*", "arn:aws:iam::2:role/*a*", "arn:aws:iam::1:role/a"], roles, &[]);
        check(&["arn:aws:iam::1:role/a*", "arn:aws:iam::1:role/ab*c*"], roles, &[]);
        check(&[&format!("arn:aws:iam::1:role/{}", "*a".repeat(200))], roles, &[]);
    }

    #[track_caller]
    fn lists(begins: impl Iterator<Item = String>, expected: usize) {
        let patterns: BTreeSet<String> = begins.map(|begin| format!("arn:aws:kms:*:*:key/{begin}*")).collect();
        assert_eq!(listed(&patterns, "arn:aws:kms:r:1:key/*", &Budget::new()).len(), expected, "{patterns:?}");
    }

    #[test]
    fn a_list_of_how_ids_begin() {
        let pairs = || (0..256).map(|pair| format!("{pair:02x}"));
        lists((0..8).map(|digit| format!("{digit:x}")), 8);
        lists((0..7).map(|digit| format!("{digit:x}")), 0);
        lists(pairs().filter(|pair| pair.get(..1) != pair.get(1..)), 240);
        lists(pairs().take(127), 0);
        lists(pairs().take(127).chain(["8".to_owned()]), 128);
        lists(["0".to_owned(), "00".to_owned(), "app-".to_owned(), String::new()].into_iter(), 0);
    }

    #[test]
    fn what_is_a_part_of_another_kind() {
        check(&["arn:aws:s3:::*/*", "arn:aws:s3:::*/a*"], "arn:aws:s3:::*", &[]);
        check(&["arn:aws:s3:::*a*"], "arn:aws:s3:::*", &["arn:aws:s3:::*a*"]);
        check(&["arn:aws:lambda:*:*:function:*:*"], "arn:aws:lambda:r:1:function:*", &[]);
    }

    #[test]
    fn a_list_of_letters() {
        let roles = "arn:aws:iam::1:role/*";
        let all: Vec<String> = "abcdefghijkl".chars().map(|c| format!("arn:aws:iam::1:role/{c}*")).collect();
        assert_eq!(stemless(all.iter(), roles, &Budget::new()).len(), all.len());
        assert_eq!(stemless(all.iter().take(8), roles, &Budget::new()).len(), 0);
    }
}
