//! A condition that is added to a statement.

use super::element::any_will_do;
use crate::glob::Glob;
use crate::operator::{Base, Operator};
use crate::statement::{Condition, Statement};

/// Parts of an ARN.
const PARTS: usize = 6;

/// A condition of these values.
pub(super) fn condition(base: Base, key: &str, values: Vec<String>) -> Condition {
    let operator = Operator { quantifier: None, base, negated: false, if_exists: false };
    Condition { operator, key: key.to_owned(), values }
}

/// How the operator of a condition that was added is written.
pub(super) fn operator_name(condition: &Condition) -> &'static str {
    match condition.operator.base {
        Base::Bool => "Bool",
        Base::Arn => "ArnLike",
        _ => "StringEquals",
    }
}

/// Whether a condition says of its key which values it has.
pub(super) fn says_which(condition: &Condition) -> bool {
    any_will_do(condition) && !condition.operator.if_exists
}

/// Whether a statement says so little of the key that a condition could stand there.
pub(super) fn could_stand(statement: &Statement, added: &Condition) -> bool {
    statement
        .conditions
        .iter()
        .filter(|c| c.key.eq_ignore_ascii_case(&added.key))
        .all(|there| !says_which(there) || contains(there, added))
}

/// Adds a condition, in the place of one that says less.
pub(super) fn add(statement: &mut Statement, added: &Condition) {
    let is_wider = |there: &&mut Condition| {
        there.key.eq_ignore_ascii_case(&added.key) && says_which(there) && contains(there, added)
    };
    match statement.conditions.iter_mut().find(is_wider) {
        Some(there) => there.values.clone_from(&added.values),
        None => statement.conditions.push(added.clone()),
    }
}

/// Whether what passes the second passes the first, which is of the same key.
fn contains(there: &Condition, added: &Condition) -> bool {
    let glob_contains = |pattern: &str, text: &str| !pattern.contains('?') && Glob::new(pattern).matches(text);
    let value_contains = |pattern: &String, text: &String| match there.operator.base {
        Base::StringLike => glob_contains(pattern, text),
        Base::Arn => {
            let parts = |text: &'_ str| text.splitn(PARTS, ':').map(str::to_owned).collect::<Vec<String>>();
            let (pattern, text) = (parts(pattern), parts(text));
            pattern.len() == PARTS
                && text.len() == PARTS
                && pattern.iter().zip(&text).all(|(pattern, text)| glob_contains(pattern, text))
        }
        _ => false,
    };
    added.values.iter().all(|text| there.values.iter().any(|pattern| value_contains(pattern, text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_value_is_replaced() {
        let account = "111111111111";
        let arn = "arn:aws:sns:*:111111111111:*";
        for (base, value, added, expected) in [
            (Base::StringLike, "*", account, true),
            (Base::StringLike, "1111*", account, true),
            (Base::StringLike, "2222*", account, false),
            (Base::StringEquals, "*", account, false),
            (Base::Arn, "arn:aws:sns:*:*:*", arn, true),
            (Base::Arn, "arn:aws:sns:eu-west-1:*:*", arn, false),
            (Base::Arn, "arn:aws:sns:*:?11111111111:*", arn, false),
            (Base::Arn, "arn:aws:*", arn, false),
        ] {
            let there = condition(base, "aws:Source", vec![value.to_owned()]);
            let added = condition(base, "aws:Source", vec![added.to_owned()]);
            assert_eq!(contains(&there, &added), expected, "{value}");
        }
    }
}
