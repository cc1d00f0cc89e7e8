//! The accounts that statements tell apart.

use crate::arn::{ACCOUNT_DIGITS as DIGITS, Arn, is_account};
use crate::budget::Budget;
use crate::glob::Glob;
use crate::solve::EXAMPLE_ACCOUNT;
use crate::statement::{ResourceElement, Statement};
use std::collections::{BTreeMap, BTreeSet};

/// Patterns of accounts with the same text around them in one list of a statement: it treats all that they match alike.
pub(super) type Alike = BTreeSet<String>;

/// The patterns that a statement has for accounts: in the ARNs of its resources and conditions, and as values of keys.
pub(super) fn named(statement: &Statement) -> BTreeSet<Alike> {
    let mut found = grouped(resources(statement), false);
    for condition in &statement.conditions {
        found.extend(grouped(&condition.values, condition.key.to_ascii_lowercase().ends_with("account")));
    }
    found
}

/// The patterns of a statement for resources; none where one of them is everything, beside which the others say nothing.
pub(super) fn resources(statement: &Statement) -> &[String] {
    let patterns = match &statement.resources {
        ResourceElement::Resource(patterns) | ResourceElement::NotResource(patterns) => patterns.as_slice(),
        ResourceElement::None => &[],
    };
    let is_any = |pattern: &String| !pattern.is_empty() && pattern.bytes().all(|byte| byte == b'*');
    if patterns.iter().any(is_any) { &[] } else { patterns }
}

/// The accounts of a list; `by_number`: patterns that are no ARNs are of accounts, too.
fn grouped(texts: &[String], by_number: bool) -> BTreeSet<Alike> {
    let mut groups: BTreeMap<(&str, &str), Alike> = BTreeMap::new();
    for text in texts {
        let (account, around) = match Arn::parse(text) {
            Some(arn) => {
                let end = text.len() - arn.resource.len() - 1;
                let start = end - arn.account.len();
                (arn.account, (text.get(..start).unwrap_or_default(), arn.resource))
            }
            None => (text.as_str(), ("", "")),
        };
        let is_arn = around != ("", "");
        if is_account(account) || (is_pattern(account) && (is_arn || by_number)) {
            groups.entry(around).or_default().insert(account.to_owned());
        }
    }
    groups.into_values().collect()
}

/// One account of each sort that the groups tell apart: those of the first groups, one of which nothing is said, then others.
pub(super) fn sorts(first: &BTreeSet<&Alike>, all: &BTreeSet<&Alike>, budget: &Budget) -> Vec<String> {
    let globs: Vec<Vec<Glob>> =
        all.iter().map(|group| group.iter().map(|pattern| Glob::new(pattern)).collect()).collect();
    let cost: usize = globs.iter().flatten().map(|glob| glob.cost(DIGITS)).sum();
    let sort = |account: &str| -> Vec<bool> {
        globs.iter().map(|group| group.iter().any(|glob| glob.matches(account))).collect()
    };
    let unnamed = others(globs.iter().map(Vec::len).sum());
    let unnamed = unnamed.take_while(|_| budget.spend(cost)).find(|account| !sort(account).contains(&true));
    let candidates = examples(first).chain(unnamed).chain(examples(all));
    let mut seen: BTreeSet<Vec<bool>> = BTreeSet::new();
    candidates.take_while(|_| budget.spend(cost)).filter(|account| seen.insert(sort(account))).collect()
}

/// Accounts that the patterns match: those that are named in full, then others.
fn examples<'g>(groups: &'g BTreeSet<&Alike>) -> impl Iterator<Item = String> + 'g {
    let patterns = || groups.iter().flat_map(|group| group.iter());
    let made_up = patterns().filter(|text| !is_account(text)).flat_map(|text| ('0'..='9').map(|c| example(text, c)));
    patterns().filter(|text| is_account(text)).cloned().chain(made_up)
}

/// An account that a pattern matches, with this digit wherever there is a choice.
fn example(pattern: &str, digit: char) -> String {
    let mut missing = DIGITS - length(pattern).min(DIGITS);
    let mut account = String::new();
    for c in pattern.chars() {
        match c {
            '*' => account.extend(std::iter::repeat_n(digit, std::mem::take(&mut missing))),
            '?' => account.push(digit),
            c => account.push(c),
        }
    }
    account
}

/// Accounts that stand for any, more of them than patterns that are names.
fn others(patterns: usize) -> impl Iterator<Item = String> {
    let first = EXAMPLE_ACCOUNT.parse::<u64>().unwrap_or_default();
    let next = (first..).map(|number| number.to_string()).take(patterns + 1);
    next.chain(('0'..='9').map(|digit| digit.to_string().repeat(DIGITS)))
}

/// Whether it matches some accounts, but need not match all.
fn is_pattern(text: &str) -> bool {
    let is_written_so = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'?'));
    let has_star = text.contains('*');
    let fits = if has_star { length(text) <= DIGITS } else { length(text) == DIGITS && text.contains('?') };
    is_written_so && fits && length(text) > 0
}

/// How many characters a pattern asks for.
fn length(pattern: &str) -> usize {
    pattern.bytes().filter(|byte| *byte != b'*').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use serde_json::{Value, json};

    fn check(resource: Value, condition: Value, expected: &[&str]) {
        let statement = json!({"Effect": "Allow", "Action": "*", "Resource": resource, "Condition": condition});
        let document = Document::from_value(json!({"Version": "2012-10-17", "Statement": [statement]})).unwrap();
        let named: BTreeSet<Alike> = document.statements().iter().flat_map(named).collect();
        let groups: BTreeSet<&Alike> = named.iter().collect();
        assert_eq!(sorts(&groups, &groups, &Budget::new()), expected, "{resource} {condition}");
    }

    #[test]
    fn one_of_each_sort() {
        let example = EXAMPLE_ACCOUNT;
        check(json!("*"), json!({}), &[example]);
        check(json!("arn:aws:iam::*:role/*"), json!({}), &[example]);
        check(json!("arn:aws:iam::aws:policy/x"), json!({}), &[example]);
        check(json!("arn:aws:iam::${aws:PrincipalAccount}:role/x"), json!({}), &[example]);
        check(json!("arn:aws:iam::222222222222:*"), json!({}), &["222222222222", example]);
        check(json!("arn:aws:iam::123456789012:*"), json!({}), &["123456789012", "123456789013"]);
        check(json!("arn:aws:iam::1234*:*"), json!({}), &["123400000000", "000000000000"]);
        check(json!("arn:aws:iam::11111111111?:*"), json!({}), &["111111111110", example]);
        check(json!("arn:aws:iam::11111?:*"), json!({}), &[example]);
        // One list is one sort, unless something else tells them apart.
        let accounts = json!(["111111111111", "222222222222"]);
        check(
            json!("*"),
            json!({"StringEquals": {"aws:ResourceAccount": accounts.clone()}}),
            &["111111111111", example],
        );
        check(
            json!("arn:aws:iam::222222222222:*"),
            json!({"StringEquals": {"aws:ResourceAccount": accounts}}),
            &["111111111111", "222222222222", example],
        );
        // A pattern is tried where another one does not match, and where it does.
        check(
            json!("arn:aws:iam::1*:*"),
            json!({"StringNotLike": {"aws:PrincipalAccount": "10*"}}),
            &["100000000000", "111111111111", "000000000000"],
        );
        check(json!("*"), json!({"StringLike": {"s3:prefix": "1*"}}), &[example]);
    }
}
