//! What a repair would end of what was seen, in words.

use parapet_guards::used::{Ended, Example, LastUse, Loses};
use parapet_reconcile::{SeenAccessed, SeenHistory};
use time::OffsetDateTime;

/// What it would end, one a line: how much, each example, and what is not known.
pub(super) fn lines(loses: &Loses) -> Vec<String> {
    let mut lines = vec![format!("{} of {} requests seen", number(loses.lost), number(loses.seen))];
    lines.extend(loses.examples.iter().map(example));
    let named = loses.examples.iter().fold(0_u64, |sum, one| sum.saturating_add(one.count));
    if loses.lost > named {
        lines.push(format!("and {} more", number(loses.lost - named)));
    }
    if !loses.nothing_left.is_empty() {
        let whom: Vec<&str> = loses.nothing_left.iter().map(String::as_str).collect();
        lines.push(format!("nothing that was seen to be used is left to {}", whom.join(", ")));
    }
    if loses.unknown > 0 {
        lines.push(format!("unknown of {}: their records do not tell what decides", number(loses.unknown)));
    }
    if !loses.not_logged.is_empty() {
        let services = loses.not_logged.join(", ");
        lines.push(format!("unknown of {services}: no data event was seen, so the trail may log none"));
    }
    if !loses.untold_holders.is_empty() {
        let whom: Vec<&str> = loses.untold_holders.iter().map(String::as_str).collect();
        lines.push(format!("unknown of {}: who is in it was not told", whom.join(", ")));
    }
    if loses.of_others > 0 {
        lines.push(format!(
            "unknown of {} requests of more users and roles than are told apart",
            number(loses.of_others)
        ));
    }
    if loses.is_alone && loses.lost > 0 {
        lines.push("by this document alone: what others allow was not asked".to_owned());
    }
    lines
}

fn example(example: &Example) -> String {
    let Example { principal, action, resource, count, last } = example;
    let on = resource.as_ref().filter(|resource| *resource != "*").map(|arn| format!(" on {arn}")).unwrap_or_default();
    let times = if *count == 1 { String::new() } else { format!(", {} times", number(*count)) };
    format!("{principal} calls {action}{on}{times}, last on {}", date(*last))
}

/// How many uses and services are named.
const MOST_NAMED: usize = 5;

/// What it would end of what IAM tells, one a line.
pub(super) fn ended(ended: &Ended) -> Vec<String> {
    let used = |uses: &[LastUse]| {
        let named = uses.iter().take(MOST_NAMED);
        let named =
            named.map(|LastUse { last, principal, what }| format!("{what} of {principal}, last on {}", date(*last)));
        and_more(named.collect(), uses.len(), "; ")
    };
    let is_told = !(ended.ends.is_empty() && ended.unknown.is_empty() && ended.never_used.is_empty());
    let mut lines = Vec::new();
    if !ended.ends.is_empty() {
        lines.push(used(&ended.ends));
    } else if is_told || ended.not_told.is_empty() {
        lines.push("nothing that IAM tells was used".to_owned());
    }
    if !ended.unknown.is_empty() {
        lines.push(format!("unknown, since IAM does not tell on what or how: {}", used(&ended.unknown)));
    }
    if !ended.never_used.is_empty() {
        let named = ended.never_used.iter().take(MOST_NAMED).cloned().collect();
        lines.push(format!("never tried: {}", and_more(named, ended.never_used.len(), ", ")));
    }
    if !ended.not_told.is_empty() {
        let whom: Vec<&str> = ended.not_told.iter().map(String::as_str).collect();
        lines.push(format!("unknown of {}: IAM told nothing", whom.join(", ")));
    }
    lines
}

fn and_more(named: Vec<String>, of: usize, between: &str) -> String {
    let more = of.saturating_sub(named.len());
    let named = named.join(between);
    if more == 0 { named } else { format!("{named} and {more} more") }
}

/// Of how many IAM told.
pub(super) fn accessed(SeenAccessed { told, not_told }: &SeenAccessed) -> Vec<String> {
    let mut lines = vec![format!("of {told} users and roles IAM told when they last used which services")];
    if *not_told > 0 {
        lines.push(format!("of {not_told} it did not"));
    }
    lines
}

/// What the history had, one a line.
pub(super) fn history(seen: &SeenHistory) -> Vec<String> {
    let when = match (seen.from, seen.to) {
        (Some(from), Some(to)) => format!(", from {} to {}", date(from), date(to)),
        _ => String::new(),
    };
    let mut lines = vec![format!(
        "{} records of {} users and roles count{when}",
        number(seen.counted),
        number(seen.principals as u64)
    )];
    let passed = [
        (seen.denied, "calls were denied"),
        (seen.of_other_accounts, "records are of other accounts"),
        (seen.of_no_principal, "records have no user or role behind them"),
        (seen.not_records, "records have no name, source or time"),
        (seen.unreadable, "parts could not be read"),
        (seen.of_others, "requests are of more users and roles than are told apart"),
    ];
    let told = passed.into_iter().filter(|(count, _)| *count > 0);
    lines.extend(told.map(|(count, what)| format!("{} {what}", number(count))));
    if !seen.reads && seen.counted > 0 {
        lines.push("no call that only reads was seen: the trail may log none".to_owned());
    }
    lines
}

/// `1,204`.
fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `2026-11-23`.
fn date(seconds: i64) -> String {
    let date = OffsetDateTime::from_unix_timestamp(seconds).map(OffsetDateTime::date);
    date.map_or_else(|_| "an unknown day".to_owned(), |date| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (of, expected) in [(0, "0"), (999, "999"), (1_204, "1,204"), (1_000_000, "1,000,000")] {
            assert_eq!(number(of), expected);
        }
    }
}
