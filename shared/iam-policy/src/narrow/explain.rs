//! What was taken, and what for.

use super::element::Element;
use super::pieces::Piece;
use super::ways::{Way, is_about};
use crate::judge::ViolationKind;
use crate::kind::PolicyKind;
use crate::statement::{
    ActionElement, Condition, PrincipalElement, Principals, ResourceElement, Statement, StatementAt,
};
use std::collections::BTreeSet;

/// A piece of a policy that is taken, or confined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The statement, in the policies as they were.
    pub at: StatementAt,
    /// The element that the piece is an entry of.
    pub element: Element,
    /// The entry, or an action that an entry matches; `NotAction` or `NotPrincipal` for all that one allowed.
    pub piece: String,
    /// With which entries of other elements it is taken; with all, if there are none.
    pub with: Vec<(Element, String)>,
    /// What became of it.
    pub how: How,
    /// The ways to too much that it was a part of.
    pub closes: Vec<Way>,
}

/// What became of a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// It is not there any more.
    Removed,
    /// It is not there any more, for it is good for nothing without what else was taken.
    Useless,
    /// It is an exception now, in `NotAction`.
    Excepted,
    /// What else its wildcard matches is written out.
    WrittenOut,
    /// A Deny in the same document takes it, whatever allows it there, but on these resources; an entry that says just that is
    /// gone.
    Denied(Vec<String>),
    /// It is there under one more condition.
    Confined(Condition),
    /// It is there for all resources but these.
    ExceptOn(Vec<String>),
}

/// What happened to a piece of a statement.
#[derive(Clone, Debug)]
pub(super) struct Gone {
    pub(super) piece: Piece,
    pub(super) how: How,
    /// What it would violate again, as far as it was asked for.
    pub(super) violates: BTreeSet<ViolationKind>,
}

impl Gone {
    pub(super) fn new(piece: Piece, how: How) -> Self {
        Self { piece, how, violates: BTreeSet::new() }
    }
}

/// What one attempt took, and the ways that it was to close.
pub(super) struct Account {
    pub(super) gone: Vec<Gone>,
    pub(super) ways: Vec<Way>,
}

/// What was taken, in the order of the policies.
pub(super) fn taken(
    originals: impl Fn(StatementAt) -> Option<Statement>,
    kind: PolicyKind,
    kept: &[Piece],
    accounts: &[Account],
) -> Vec<Taken> {
    let mut all: Vec<Taken> = Vec::new();
    for (gone, ways) in accounts.iter().flat_map(|account| account.gone.iter().map(|gone| (gone, &account.ways))) {
        let at = gone.piece.at;
        let Some(original) = originals(at) else { continue };
        let mine: Vec<&Statement> = kept.iter().filter(|p| p.at == at).map(|p| p.statement.as_ref()).collect();
        for (element, piece, with) in named(&original, kind, &mine, gone) {
            let how = how(gone, &original, element, &piece, &mine);
            let closes = closes(gone, kind, ways);
            let is_same = |t: &&mut Taken| {
                t.at == at && t.element == element && t.piece == piece && t.with == with && t.how == how
            };
            match all.iter_mut().find(is_same) {
                Some(told) => {
                    let more: Vec<Way> = closes.into_iter().filter(|way| !told.closes.contains(way)).collect();
                    told.closes.extend(more);
                }
                None => all.push(Taken { at, element, piece, with, how, closes }),
            }
        }
    }
    all.sort_by_key(|taken| taken.at);
    all
}

type Named = (Element, String, Vec<(Element, String)>);

/// By which entry a piece is named: by the first element of which nothing of that entry is kept, else by the last one, with
/// the others.
fn named(original: &Statement, kind: PolicyKind, kept: &[&Statement], gone: &Gone) -> Vec<Named> {
    let order = match kind {
        PolicyKind::Identity => [Element::Action, Element::Resource, Element::Condition, Element::Principal],
        _ => [Element::Principal, Element::Condition, Element::Action, Element::Resource],
    };
    let lost = &gone.piece.statement;
    if matches!(gone.how, How::Confined(_) | How::ExceptOn(_)) {
        let whole = entries(lost, order[0]);
        return whole.into_iter().map(|entry| (order[0], entry, Vec::new())).collect();
    }
    if kept.is_empty() && kind == PolicyKind::Identity && matches!(gone.how, How::Removed | How::Useless) {
        // Nothing of the statement is there any more, whichever value goes.
        return entries(lost, order[0]).into_iter().map(|entry| (order[0], entry, Vec::new())).collect();
    }
    let is_kept = |element: Element, entry: &String| kept.iter().any(|s| entries(s, element).contains(entry));
    let of = |element: Element| divided(original, lost, element).map(|entry| (element, entry));
    let pairs: Vec<(Element, String)> = order.into_iter().filter_map(of).collect();
    if let Some((element, entry)) = pairs.iter().find(|(element, entry)| !is_kept(*element, entry)) {
        return vec![(*element, entry.clone(), Vec::new())];
    }
    let exception = match (&lost.actions, &lost.principals) {
        (_, PrincipalElement::NotPrincipal(_)) => Some((Element::Principal, "NotPrincipal")),
        (ActionElement::NotAction(_), _) => Some((Element::Action, "NotAction")),
        _ => None,
    };
    if let (true, Some((element, name))) = (pairs.is_empty(), exception) {
        return vec![(element, name.to_owned(), Vec::new())];
    }
    match pairs.split_last() {
        Some(((element, entry), with)) => vec![(*element, entry.clone(), with.to_vec())],
        // The statement as a whole.
        None => entries(lost, order[0]).into_iter().map(|entry| (order[0], entry, Vec::new())).collect(),
    }
}

/// The entry of an element that a piece of the statement has alone; of conditions, in the one that it does not have as a whole.
fn divided(original: &Statement, piece: &Statement, element: Element) -> Option<String> {
    let own = match element {
        Element::Condition => {
            let changed = piece.conditions.iter().filter(|condition| !original.conditions.contains(condition));
            changed.flat_map(|condition| condition.values.iter().cloned()).collect()
        }
        _ => entries(piece, element),
    };
    match own.as_slice() {
        [only] if own != entries(original, element) => Some(only.clone()),
        _ => None,
    }
}

fn how(gone: &Gone, original: &Statement, element: Element, piece: &String, kept: &[&Statement]) -> How {
    let is_removed = gone.how != How::Removed || element != Element::Action;
    if is_removed || entries(original, Element::Action).contains(piece) {
        return gone.how.clone();
    }
    match kept.iter().any(|statement| matches!(statement.actions, ActionElement::NotAction(_))) {
        true => How::Excepted,
        false => How::WrittenOut,
    }
}

/// The ways that the actions of a piece take part in; of a policy that lets others in, those of its statement, of the kinds
/// that the piece would violate again.
fn closes(gone: &Gone, kind: PolicyKind, ways: &[Way]) -> Vec<Way> {
    let Gone { piece, violates, .. } = gone;
    let is_part = |way: &&Way| match kind {
        PolicyKind::Identity => way.actions.iter().any(|action| is_about(&piece.statement, action)),
        _ => way.statements.contains(&piece.at) && violates.contains(&way.kind),
    };
    let of_statement = |way: &&Way| way.statements.contains(&piece.at);
    let closed: Vec<Way> = ways.iter().filter(is_part).cloned().collect();
    let closed = if closed.is_empty() { ways.iter().filter(of_statement).cloned().collect() } else { closed };
    if closed.is_empty() { ways.to_vec() } else { closed }
}

fn entries(statement: &Statement, element: Element) -> Vec<String> {
    match element {
        Element::Action => statement.actions.patterns().to_vec(),
        Element::Resource => match &statement.resources {
            ResourceElement::Resource(list) | ResourceElement::NotResource(list) => list.clone(),
            ResourceElement::None => Vec::new(),
        },
        Element::Principal => match &statement.principals {
            PrincipalElement::Principal(Principals::Listed(list))
            | PrincipalElement::NotPrincipal(Principals::Listed(list)) => {
                list.iter().map(|entry| entry.value.clone()).collect()
            }
            PrincipalElement::Principal(Principals::Everyone)
            | PrincipalElement::NotPrincipal(Principals::Everyone) => vec!["*".to_owned()],
            PrincipalElement::None => Vec::new(),
        },
        Element::Condition => statement.conditions.iter().flat_map(|c| c.values.iter().cloned()).collect(),
    }
}
