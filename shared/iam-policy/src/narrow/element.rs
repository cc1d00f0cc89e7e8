//! The elements of a statement that have entries, and statements that differ in one of them only.

use crate::operator::{Base, Quantifier};
use crate::statement::{ActionElement, Condition, PrincipalElement, Principals, ResourceElement, Statement};

/// An element whose entries are pieces: without one of them the statement allows less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Element {
    /// `Action`.
    Action,
    /// `Resource`.
    Resource,
    /// `Principal`.
    Principal,
    /// The values of a condition.
    Condition,
}

impl Element {
    /// As a policy spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Action => "Action",
            Self::Resource => "Resource",
            Self::Principal => "Principal",
            Self::Condition => "Condition",
        }
    }
}

/// Makes two statements one that says what both said, if they differ in this element only; whether it did.
pub(super) fn join(into: &mut Statement, more: &Statement, element: Element) -> bool {
    let is_same = |other: Element| {
        element == other
            || match other {
                Element::Action => into.actions == more.actions,
                Element::Resource => into.resources == more.resources,
                Element::Principal => into.principals == more.principals,
                Element::Condition => into.conditions == more.conditions,
            }
    };
    if ![Element::Action, Element::Resource, Element::Principal, Element::Condition].into_iter().all(is_same) {
        return false;
    }
    match element {
        Element::Action => match (&mut into.actions, &more.actions) {
            (ActionElement::Action(into), ActionElement::Action(more)) => add(into, more),
            _ => return false,
        },
        Element::Resource => match (&mut into.resources, &more.resources) {
            (ResourceElement::Resource(into), ResourceElement::Resource(more)) => add(into, more),
            _ => return false,
        },
        Element::Principal => match (&mut into.principals, &more.principals) {
            (
                PrincipalElement::Principal(Principals::Listed(into)),
                PrincipalElement::Principal(Principals::Listed(more)),
            ) => add(into, more),
            _ => return false,
        },
        Element::Condition => return join_values(&mut into.conditions, &more.conditions),
    }
    true
}

/// Of conditions that differ in the values of one, which has any of them.
fn join_values(into: &mut [Condition], more: &[Condition]) -> bool {
    let is_alike = |(a, b): (&Condition, &Condition)| a.operator == b.operator && a.key == b.key;
    if into.len() != more.len() || !into.iter().zip(more).all(is_alike) {
        return false;
    }
    let mut different = into.iter_mut().zip(more).filter(|(a, b)| a.values != b.values);
    match (different.next(), different.next()) {
        (Some((into, more)), None) if any_will_do(into) => {
            add(&mut into.values, &more.values);
            true
        }
        (None, _) => true,
        _ => false,
    }
}

/// Whether a request passes a condition if it passes it with one of the values alone: not where no value may fit, nor where
/// each of several has to fit some.
pub(super) fn any_will_do(condition: &Condition) -> bool {
    let operator = condition.operator;
    !operator.negated && operator.quantifier != Some(Quantifier::ForAllValues) && operator.base != Base::Null
}

fn add<T: Clone + PartialEq>(into: &mut Vec<T>, more: &[T]) {
    for entry in more {
        if !into.contains(entry) {
            into.push(entry.clone());
        }
    }
}
