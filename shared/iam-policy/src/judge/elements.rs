//! Allows that are written as an exception: what they grant grows by itself.

use super::holding::Holding;
use super::kinds::ViolationKind;
use super::violation::{Breach, Violation};
use crate::request::Witness;
use crate::statement::{ActionElement, PrincipalElement, ResourceElement, Statement, StatementAt};

/// Each Allow with `NotAction`, `NotResource` or `NotPrincipal`: "when you use NotAction in a statement with Allow, you
/// could be granting more permissions than you intended" (IAM User Guide, NotAction; the same for the others).
pub(super) fn found(holding: &Holding<'_>, witness_of: impl Fn(StatementAt) -> Option<Witness>) -> Option<Violation> {
    let mut offending = Vec::new();
    for (document, d) in holding.documents.iter().enumerate() {
        for (index, statement) in d.statements().iter().enumerate() {
            let at = StatementAt { document, statement: index };
            let Some(element) = not_element(statement) else { continue };
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
