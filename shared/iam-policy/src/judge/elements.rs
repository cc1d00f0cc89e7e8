//! Allows that are written as an exception: what they grant grows by itself.

use super::holding::{Holding, Rules};
use super::kinds::ViolationKind;
use super::protected::is_meant;
use super::violation::{Breach, Violation};
use crate::request::Witness;
use crate::statement::{ActionElement, PrincipalElement, ResourceElement, Statement, StatementAt};

/// Each Allow with `NotAction`, `NotResource` or `NotPrincipal`: "when you use NotAction in a statement with Allow, you
/// could be granting more permissions than you intended" (IAM User Guide, NotAction; the same for the others). Not a `NotResource`
/// that leaves out just what the rules know by name: nobody could say it otherwise.
pub(super) fn found(
    holding: &Holding<'_>,
    rules: &Rules,
    witness_of: impl Fn(StatementAt) -> Option<Witness>,
) -> Option<Violation> {
    let mut offending = Vec::new();
    for (document, d) in holding.documents.iter().enumerate() {
        for (index, statement) in d.statements().iter().enumerate() {
            let at = StatementAt { document, statement: index };
            let Some(element) = not_element(statement).filter(|_| !leaves_out_known(statement, rules)) else {
                continue;
            };
            if let Some(witness) = witness_of(at) {
                offending.push((at, element, witness));
            }
        }
    }
    let elements = offending.iter().map(|(_, element, _)| *element).collect();
    let statements = offending.iter().map(|(at, ..)| *at).collect();
    let (.., witness) = offending.into_iter().next()?;
    Some(Violation {
        kind: ViolationKind::NotElement,
        statements,
        witness,
        breach: Breach::Exception { elements },
        assumed_account: None,
        role: None,
    })
}

fn not_element(statement: &Statement) -> Option<&'static str> {
    match statement {
        s if !s.is_allow() => None,
        Statement { actions: ActionElement::NotAction(_), .. } => Some("NotAction"),
        Statement { resources: ResourceElement::NotResource(_), .. } => Some("NotResource"),
        Statement { principals: PrincipalElement::NotPrincipal(_), .. } => Some("NotPrincipal"),
        _ => None,
    }
}

fn leaves_out_known(statement: &Statement, rules: &Rules) -> bool {
    let ResourceElement::NotResource(left_out) = &statement.resources else { return false };
    let is_known = |pattern: &String| {
        let is_role = || rules.roles.iter().any(|role| role.arn == *pattern);
        rules.protected.iter().any(|protected| is_meant(pattern, protected))
            || rules.sealed.resources.contains(pattern)
            || rules.guards.contains(pattern)
            || is_role()
    };
    matches!(statement.actions, ActionElement::Action(_)) && !left_out.is_empty() && left_out.iter().all(is_known)
}
