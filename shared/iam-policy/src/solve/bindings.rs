//! Values for policy variables.
//!
//! A variable ties a resource to a context key, which a search by dimensions cannot follow. So its value is chosen before
//! the search: one that no policy names, each one that a condition names, and none at all. Policies treat all values that
//! they do not name alike, so a request that is found this way is real, and one that is missed would need a value that
//! equals a part of some pattern by chance.

use super::caller::is_always_there;
use crate::operator::Base;
use crate::request::Context;
use crate::statement::{ResourceElement, Statement};
use crate::variables;
use std::collections::{BTreeMap, BTreeSet};

/// How many combinations of values are tried.
const MAX_BINDINGS: usize = 32;

/// How many values of one variable are taken from conditions.
const MAX_NAMED: usize = 6;

/// An account that stands for any.
pub(crate) const EXAMPLE_ACCOUNT: &str = "123456789012";

/// Combinations of values for the variables that statements use; one without values if they use none. The first has a
/// new value for each; each further one differs from it in one variable, the last in all.
pub(crate) fn bindings(statements: &[&Statement], account: &str) -> Vec<Context> {
    let mut choices: BTreeMap<String, Vec<Option<String>>> = BTreeMap::new();
    for name in statements.iter().flat_map(|s| used(s)) {
        let key = name.to_ascii_lowercase();
        let number = choices.len();
        choices.entry(key.clone()).or_insert_with(|| values(&key, number, statements, account));
    }
    let first = |values: &Vec<Option<String>>| carried(values.first().cloned().flatten());
    let base: Context = choices.iter().map(|(key, values)| (key.clone(), first(values))).collect();
    let mut found = vec![base.clone()];
    for (key, values) in &choices {
        for value in values.iter().skip(1) {
            let mut other = base.clone();
            other.insert(key.clone(), carried(value.clone()));
            found.push(other);
        }
    }
    found.truncate(MAX_BINDINGS);
    if choices.len() > 1 {
        let last = |values: &Vec<Option<String>>| carried(values.last().cloned().flatten());
        found.push(choices.iter().map(|(key, values)| (key.clone(), last(values))).collect());
    }
    found
}

/// Two values for each of these variables (in lower case): this or a new name, and none where a request can do without.
pub(crate) fn one_or_none(names: &BTreeSet<String>, name: Option<&str>) -> Vec<Context> {
    let value = |i: usize| name.map(str::to_owned).unwrap_or_else(|| format!("example-{i}"));
    let new = names.iter().enumerate().map(|(i, key)| (key.clone(), vec![value(i)])).collect();
    if names.is_empty() {
        return vec![new];
    }
    let none = names.iter().filter(|key| can_be_absent(key)).map(|key| (key.clone(), Vec::new())).collect();
    vec![new, none]
}

/// The names of the variables that a statement uses.
pub(crate) fn used(statement: &Statement) -> impl Iterator<Item = &str> {
    let resources = match &statement.resources {
        ResourceElement::Resource(patterns) | ResourceElement::NotResource(patterns) => patterns.as_slice(),
        ResourceElement::None => &[],
    };
    let values = statement.conditions.iter().flat_map(|c| &c.values);
    resources.iter().chain(values).filter(|_| statement.variables).flat_map(|text| variables::names(text))
}

fn values(key: &str, number: usize, statements: &[&Statement], account: &str) -> Vec<Option<String>> {
    let mut values = vec![Some(if is_account(key) { account.to_owned() } else { format!("example-{number}") })];
    let conditions = statements.iter().flat_map(|s| &s.conditions).filter(|c| c.key.eq_ignore_ascii_case(key));
    for value in conditions.filter(|c| is_text(c.operator.base)).flat_map(|c| &c.values).take(MAX_NAMED) {
        let value = Some(value.replace(['*', '?'], "x"));
        if !value.as_deref().unwrap_or_default().contains("${") && !values.contains(&value) {
            values.push(value);
        }
    }
    if can_be_absent(key) {
        values.push(None);
    }
    values
}

fn carried(value: Option<String>) -> Vec<String> {
    value.into_iter().collect()
}

fn can_be_absent(key: &str) -> bool {
    !is_account(key) && key != "aws:principalarn" && !is_always_there(key)
}

fn is_account(key: &str) -> bool {
    matches!(key, "aws:principalaccount" | "aws:resourceaccount" | "kms:calleraccount")
}

fn is_text(base: Base) -> bool {
    matches!(base, Base::StringEquals | Base::StringEqualsIgnoreCase | Base::StringLike | Base::Arn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use serde_json::{Value, json};

    fn statements(resource: &str, condition: Value) -> Document {
        let statement = json!({"Effect": "Allow", "Action": "*", "Resource": resource, "Condition": condition});
        Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap()
    }

    /// The values of each combination, in the order of the keys.
    #[track_caller]
    fn check(resource: &str, condition: Value, expected: &[&[&str]]) {
        let document = statements(resource, condition);
        let found = bindings(&document.statements().iter().collect::<Vec<_>>(), EXAMPLE_ACCOUNT);
        let found: Vec<Vec<String>> =
            found.into_iter().map(|c| c.into_values().map(|v| v.join(",")).collect()).collect();
        assert_eq!(found, expected, "{resource}");
    }

    #[test]
    fn representative_values() {
        check("arn:aws:s3:::a/*", json!({}), &[&[]]);
        check("arn:aws:s3:::a/${aws:username}/*", json!({}), &[&["example-0"], &[""]]);
        check(
            "arn:aws:s3:::a/${aws:username}/*",
            json!({"StringEquals": {"aws:UserName": ["ada", "bo*"]}}),
            &[&["example-0"], &["ada"], &["box"], &[""]],
        );
        check("arn:aws:iam::${aws:PrincipalAccount}:role/x", json!({}), &[&[EXAMPLE_ACCOUNT]]);
        check(
            "arn:aws:s3:::${aws:username}/${aws:PrincipalTag/team}",
            json!({}),
            &[&["example-1", "example-0"], &["", "example-0"], &["example-1", ""], &["", ""]],
        );
    }

    #[test]
    fn a_variable_is_none_before_there_were_variables() {
        let old = json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::${aws:username}"}});
        let document = Document::from_value(old).unwrap();
        assert_eq!(used(&document.statements()[0]).count(), 0);
    }

    #[test]
    fn one_name_or_none() {
        let names = ["aws:principalaccount".to_owned(), "aws:username".to_owned()].into();
        let found = one_or_none(&names, Some("x"));
        let values: Vec<Vec<&Vec<String>>> = found.iter().map(|context| context.values().collect()).collect();
        assert_eq!(values, [vec![&vec!["x".to_owned()], &vec!["x".to_owned()]], vec![&Vec::new()]]);
        assert_eq!(one_or_none(&BTreeSet::new(), None), [Context::new()]);
    }
}
