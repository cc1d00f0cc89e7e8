//! What is good for nothing without the right to assume a role.

use super::ways::is_about;
use crate::statement::{ActionElement, PrincipalElement, PrincipalEntry, Principals, Statement};

/// What begins a session that can be tagged.
const BEGINNING: [&str; 4] =
    ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:GetFederationToken"];

/// What says something of a session that begins.
const BESIDE_BEGINNING: [&str; 3] = ["sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"];

/// A statement of which something is good for nothing.
pub(super) struct Useless {
    pub(super) gone: Statement,
    pub(super) left: Option<Statement>,
}

/// What of a statement is good for nothing any more, because sessions could begin before, and cannot now: for whoever holds
/// it, or for some of its principals.
pub(super) fn useless(statement: &Statement, before: &[&Statement], after: &[&Statement]) -> Option<Useless> {
    if !statement.is_allow() || !is_beside(statement) {
        return None;
    }
    let whole = || Useless { gone: statement.clone(), left: None };
    let PrincipalElement::Principal(Principals::Listed(entries)) = &statement.principals else {
        let can_begin = |all: &[&Statement]| all.iter().any(|s| begins(s));
        return (can_begin(before) && !can_begin(after)).then(whole);
    };
    let can_begin = |all: &[&Statement], entry: &PrincipalEntry| all.iter().any(|s| begins(s) && is_for(s, entry));
    let (gone, left): (Vec<PrincipalEntry>, Vec<PrincipalEntry>) =
        entries.iter().cloned().partition(|entry| can_begin(before, entry) && !can_begin(after, entry));
    let with = |entries| Statement {
        principals: PrincipalElement::Principal(Principals::Listed(entries)),
        ..statement.clone()
    };
    match (gone.is_empty(), left.is_empty()) {
        (true, _) => None,
        (_, true) => Some(whole()),
        _ => Some(Useless { gone: with(gone), left: Some(with(left)) }),
    }
}

fn begins(statement: &Statement) -> bool {
    statement.is_allow() && BEGINNING.iter().any(|action| is_about(statement, action))
}

fn is_beside(statement: &Statement) -> bool {
    match &statement.actions {
        ActionElement::Action(list) => {
            list.iter().all(|action| BESIDE_BEGINNING.iter().any(|beside| action.eq_ignore_ascii_case(beside)))
        }
        ActionElement::NotAction(_) => false,
    }
}

/// Whether a statement is about a principal, or about everyone.
fn is_for(statement: &Statement, entry: &PrincipalEntry) -> bool {
    match &statement.principals {
        PrincipalElement::Principal(Principals::Listed(list)) => {
            list.iter().any(|other| other == entry || other.value == "*")
        }
        PrincipalElement::None => false,
        PrincipalElement::Principal(Principals::Everyone) | PrincipalElement::NotPrincipal(_) => true,
    }
}
