//! Policies that take too long to judge, read as less than they allow: what is wrong with that is wrong with them.
//!
//! Who wants to hide a statement puts junk beside it. Of an Allow the plainest patterns are kept, and a Deny denies at least what it says:
//! so nothing is found that is not there. What is not found can be, and stays undetermined.

use crate::document::Document;
use crate::glob::{Glob, Token};
use crate::statement::{ActionElement, Effect, ResourceElement, Statement};
use std::collections::BTreeSet;

/// As many patterns of a list are kept.
const MAX_KEPT: usize = 6;

/// As many Allows that say something of sensitive actions are kept, the widest first.
const MAX_ALLOWS: usize = 8;

/// A document that allows nothing that this one does not, with its statements in their places.
pub(super) fn rough(document: &Document) -> Document {
    let statements = document.statements();
    let mut allows: Vec<usize> =
        (0..statements.len()).filter(|&at| statements.get(at).is_some_and(Statement::is_allow)).collect();
    allows.sort_by_key(|&at| statements.get(at).map(complexity));
    // Beside one that allows everything the others say nothing.
    let of_everything = allows.iter().copied().find(|&at| statements.get(at).is_some_and(allows_everything));
    let kept: BTreeSet<usize> = match of_everything {
        Some(at) => [at].into(),
        None => allows.into_iter().take(MAX_ALLOWS).collect(),
    };
    let of = |(at, statement): (usize, &Statement)| match statement.effect {
        Effect::Deny => denying(statement),
        Effect::Allow if kept.contains(&at) => allowing(statement),
        Effect::Allow => nothing(statement),
    };
    Document::of_statements(statements.iter().enumerate().map(of).collect())
}

fn allows_everything(statement: &Statement) -> bool {
    let is_any = |list: &[String]| list.iter().any(|pattern| Glob::new(pattern).is_any());
    let (ActionElement::Action(actions), ResourceElement::Resource(resources)) =
        (&statement.actions, &statement.resources)
    else {
        return false;
    };
    statement.conditions.is_empty() && is_any(actions) && is_any(resources)
}

/// How much there is to look at: conditions, then wildcards.
fn complexity(statement: &Statement) -> (usize, usize) {
    let resources = match &statement.resources {
        ResourceElement::Resource(list) | ResourceElement::NotResource(list) => list.as_slice(),
        ResourceElement::None => &[],
    };
    let least = |list: &[String]| list.iter().map(|pattern| wildness(pattern)).min().unwrap_or_default();
    (statement.conditions.len(), least(statement.actions.patterns()) + least(resources))
}

/// How far a pattern is from plain; `*` is the plainest.
fn wildness(pattern: &str) -> usize {
    let glob = Glob::new(pattern);
    if glob.is_any() {
        return 0;
    }
    let wild = glob.tokens().iter().filter(|token| !matches!(token, Token::Literal(_))).count();
    1 + wild * 64 + pattern.len()
}

/// At most what an Allow allows.
fn allowing(statement: &Statement) -> Statement {
    let mut rough = statement.clone();
    rough.actions = match &statement.actions {
        ActionElement::Action(list) => ActionElement::Action(plainest(list)),
        ActionElement::NotAction(list) => ActionElement::NotAction(widened(list, of_service)),
    };
    rough.resources = match &statement.resources {
        ResourceElement::Resource(list) => ResourceElement::Resource(plainest(list)),
        ResourceElement::NotResource(list) => ResourceElement::NotResource(widened(list, of_kind)),
        ResourceElement::None => ResourceElement::None,
    };
    // Of values any of which will do, some are less.
    for condition in &mut rough.conditions {
        if !condition.operator.negated && condition.operator.quantifier.is_none() {
            condition.values = plainest(&condition.values);
        }
    }
    rough
}

/// At least what a Deny denies.
fn denying(statement: &Statement) -> Statement {
    let is_short = |list: &[String]| list.len() <= MAX_KEPT;
    let mut rough = statement.clone();
    rough.actions = match &statement.actions {
        ActionElement::Action(list) => ActionElement::Action(widened(list, of_service)),
        ActionElement::NotAction(list) => ActionElement::NotAction(plainest(list)),
    };
    rough.resources = match &statement.resources {
        ResourceElement::Resource(list) if !is_short(list) => ResourceElement::Resource(vec!["*".to_owned()]),
        ResourceElement::NotResource(list) => ResourceElement::NotResource(plainest(list)),
        others => others.clone(),
    };
    if rough.conditions.iter().any(|condition| !is_short(&condition.values)) {
        rough.conditions.clear();
    }
    rough
}

fn nothing(statement: &Statement) -> Statement {
    Statement { actions: ActionElement::Action(Vec::new()), ..statement.clone() }
}

/// Those patterns of a list that are the plainest; `*` alone, where it is one.
fn plainest(list: &[String]) -> Vec<String> {
    let mut all: Vec<&String> = list.iter().collect::<BTreeSet<_>>().into_iter().collect();
    all.sort_by_key(|pattern| wildness(pattern));
    let is_any = all.first().is_some_and(|first| wildness(first) == 0);
    all.into_iter().take(if is_any { 1 } else { MAX_KEPT }).cloned().collect()
}

/// A list as it is, or what its patterns lie in, where it is long.
fn widened(list: &[String], around: fn(&str) -> String) -> Vec<String> {
    if list.len() <= MAX_KEPT {
        return list.to_vec();
    }
    let all: BTreeSet<String> = list.iter().map(|pattern| around(pattern)).collect();
    if all.len() > MAX_KEPT { vec!["*".to_owned()] } else { all.into_iter().collect() }
}

/// All actions of the service that a pattern names.
fn of_service(pattern: &str) -> String {
    match pattern.split_once(':') {
        Some((service, _)) if !service.contains(['*', '?']) => format!("{service}:*"),
        _ => "*".to_owned(),
    }
}

/// All resources of the service that a pattern names.
fn of_kind(pattern: &str) -> String {
    match pattern.split(':').nth(2) {
        Some(service) if !service.contains(['*', '?', '$']) => format!("arn:*:{service}:*:*:*"),
        _ => "*".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[track_caller]
    fn check(statement: Value, expected: Value) {
        let parse = |statement: Value| {
            Document::from_value(json!({"Version": "2012-10-17", "Statement": [statement]})).expect("a policy")
        };
        assert_eq!(rough(&parse(statement)).statements(), parse(expected).statements());
    }

    #[test]
    fn less_is_allowed() {
        let junk = |start: &str| (0..20).map(|n| format!("{start}*{n}*a*")).collect::<Vec<_>>();
        let beside = |own: &str, start: &str| [vec![own.to_owned()], junk(start)].concat();
        let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        check(json!({"Effect": "Allow", "Action": beside("*", "s3:"), "Resource": beside("*", "arn:aws:s3:::")}), all);
        check(
            json!({"Effect": "Allow", "NotAction": junk("s3:"), "NotResource": junk("arn:aws:s3:::")}),
            json!({"Effect": "Allow", "NotAction": ["s3:*"], "NotResource": ["arn:*:s3:*:*:*"]}),
        );
        check(
            json!({"Effect": "Deny", "Action": junk("s3:"), "Resource": junk("arn:aws:s3:::"), "Condition": {"StringLike": {"aws:PrincipalArn": junk("")}}}),
            json!({"Effect": "Deny", "Action": ["s3:*"], "Resource": "*"}),
        );
        let plain = json!({"Effect": "Deny", "Action": ["s3:Put*", "s3:Get*"], "Resource": "arn:aws:s3:::b/*"});
        check(plain.clone(), plain);
    }
}
