//! Allows that are written as an exception: what they grant grows by itself.

use super::found::Found;
use super::holding::Holding;
use super::reach::Reached;
use super::words::{holder_of, listed};
use crate::request::Witness;
use crate::statement::{ActionElement, PrincipalElement, ResourceElement, Statement, StatementAt};
use std::collections::BTreeSet;

/// Each Allow with `NotAction`, `NotResource` or `NotPrincipal`: "when you use NotAction in a statement with Allow, you
/// could be granting more permissions than you intended" (IAM User Guide, NotAction; the same for the others).
pub(super) fn found(holding: &Holding<'_>, witness_of: impl Fn(StatementAt) -> Option<Witness>) -> Option<Found> {
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
    let elements: Vec<&str> = offending.iter().map(|(_, element, _)| *element).collect();
    let statements: BTreeSet<StatementAt> = offending.iter().map(|(at, ..)| *at).collect();
    let holder = holder_of(&statements).replace("the holder", "in whatever is not named");
    let detail = format!("{holder}, with {}", listed(&elements, "element"));
    let (at, _, witness) = offending.into_iter().next()?;
    Some(Found { first: Reached { witness, statements: [at].into() }, statements, detail })
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
