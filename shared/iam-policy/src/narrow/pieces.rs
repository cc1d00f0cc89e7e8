//! Statements, and the pieces that they can be taken apart into.

use super::element::{Element, any_will_do, join};
use super::split;
use crate::budget::Budget;
use crate::catalogue;
use crate::judge::{Entry, Holding, Traits, delivery_of};
use crate::kind::PolicyKind;
use crate::statement::{
    ActionElement, Condition, Effect, PrincipalElement, PrincipalEntry, PrincipalType, Principals, ResourceElement,
    Statement, StatementAt,
};
use std::collections::BTreeSet;
use std::rc::Rc;

/// A longer list of actions, or of values, is halved first.
const MAX_PIECES: usize = 512;

/// A statement, or a part of one.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Where it comes from.
    pub(super) at: StatementAt,
    /// It is a statement itself.
    pub(super) statement: Rc<Statement>,
    pub(super) traits: Traits,
}

/// Pieces that could be kept together.
pub(super) struct Pieces {
    pub(super) list: Vec<Piece>,
    /// It is known that not all of them can be.
    pub(super) are_too_much: bool,
}

/// One Deny.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Denial {
    pub(super) actions: Vec<String>,
    pub(super) resources: Resources,
}

/// Where actions are denied.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Resources {
    /// On these; on all, if there are none.
    pub(super) on: Vec<String>,
    /// On all but these.
    pub(super) spared: Vec<String>,
}

/// Every statement but these.
pub(super) fn without(holding: &Holding<'_>, broken: &BTreeSet<StatementAt>, budget: &Budget) -> Vec<Piece> {
    let numbered = holding.documents.iter().enumerate();
    let all = numbered.flat_map(|(document, d)| (0..d.statements().len()).map(move |s| (document, s)));
    all.map(|(document, statement)| StatementAt { document, statement })
        .filter(|at| !broken.contains(at))
        .filter_map(|at| whole(holding, at, budget))
        .collect()
}

pub(super) fn whole(holding: &Holding<'_>, at: StatementAt, budget: &Budget) -> Option<Piece> {
    let statement = holding.documents.get(at.document)?.statements().get(at.statement)?.clone();
    Some(Piece::new(at, statement, budget))
}

/// Pieces of one statement that differ in one element, as one piece; others as they are.
pub(super) fn joined(pieces: Vec<Piece>, budget: &Budget) -> Vec<Piece> {
    let Some((first, rest)) = pieces.split_first() else { return pieces };
    let alike = |part: fn(&Statement, &Statement) -> bool| rest.iter().all(|p| part(&p.statement, &first.statement));
    let [actions, resources] = [alike(|a, b| a.actions == b.actions), alike(|a, b| a.resources == b.resources)];
    let mut whole = first.statement.as_ref().clone();
    for piece in rest {
        let elements = [Element::Action, Element::Resource, Element::Principal, Element::Condition];
        let is_joined = piece.at == first.at && elements.into_iter().any(|e| join(&mut whole, &piece.statement, e));
        if !is_joined {
            return pieces;
        }
    }
    let traits = if actions && resources { first.traits.clone() } else { Traits::of(&whole, budget) };
    vec![Piece { at: first.at, statement: Rc::new(whole), traits }]
}

impl Piece {
    pub(super) fn new(at: StatementAt, statement: Statement, budget: &Budget) -> Self {
        let traits = Traits::of(&statement, budget);
        Self { at, statement: Rc::new(statement), traits }
    }

    /// A Deny of some actions, in a document of an identity.
    pub(super) fn deny(document: usize, Denial { actions, resources }: Denial, budget: &Budget) -> Self {
        let resources = match (resources.on.is_empty(), resources.spared.is_empty()) {
            (false, _) => ResourceElement::Resource(resources.on),
            (true, true) => ResourceElement::Resource(vec!["*".to_owned()]),
            (true, false) => ResourceElement::NotResource(resources.spared),
        };
        let statement = Statement {
            sid: None,
            effect: Effect::Deny,
            principals: PrincipalElement::None,
            actions: ActionElement::Action(actions),
            resources,
            conditions: Vec::new(),
            variables: false,
        };
        Self::new(StatementAt { document, statement: usize::MAX }, statement, budget)
    }

    /// As a part of the statement that it comes from.
    pub(super) fn moved(self, first_of: impl Fn(StatementAt) -> Option<StatementAt>) -> Option<Self> {
        first_of(self.at).map(|at| Self { at, ..self })
    }

    /// To be judged.
    pub(super) fn entry(&self) -> Entry<'_> {
        Entry { at: self.at, statement: &self.statement, traits: self.traits.clone() }
    }

    /// The parts of a piece that cannot be kept: of the first element that has several entries, each entry alone; for
    /// one entry of each, what else than the forbidden its action matches. None if it cannot be divided.
    ///
    /// Who comes first in a resource policy, what is done in an identity policy.
    pub(super) fn divided(&self, kind: PolicyKind, asked: &BTreeSet<&'static str>, budget: &Budget) -> Option<Pieces> {
        let by_action = || self.by_action(budget);
        let by_resource = || self.by_resource(budget);
        let by_value = || self.by_value(budget);
        let split = || {
            let parts = split::rest_of(&self.statement.actions, asked, budget)?;
            Some(parts.into_iter().map(|actions| self.with(budget, |s| s.actions = actions)).collect())
        };
        let entries = match kind {
            PolicyKind::Identity => by_action().or_else(by_resource).or_else(by_value),
            _ => self.by_principal(budget).or_else(by_value).or_else(by_action).or_else(by_resource),
        };
        // Together they are the piece itself; what is written for a wildcard is less than that.
        let whole = entries.map(|list| Pieces { list, are_too_much: true });
        let written = || match kind {
            PolicyKind::Identity => split(),
            PolicyKind::Resource => self.delivering(budget),
            PolicyKind::Trust => None,
        };
        whole.or_else(|| written().map(|list| Pieces { list, are_too_much: false }))
    }

    /// What an account of AWS itself needs to deliver logs, of a wildcard that it has.
    fn delivering(&self, budget: &Budget) -> Option<Vec<Self>> {
        let PrincipalElement::Principal(Principals::Listed(entries)) = &self.statement.principals else { return None };
        let [entry] = entries.as_slice() else { return None };
        let is_wide = self.statement.actions.patterns().iter().any(|pattern| pattern.contains(['*', '?']))
            || matches!(self.statement.actions, ActionElement::NotAction(_));
        let delivery = delivery_of(&entry.value).filter(|_| is_wide && entry.kind == PrincipalType::Aws)?;
        let is_allowed = |action: &&&str| self.statement.actions.is_about(&action.to_ascii_lowercase());
        let allowed = delivery.actions.iter().filter(is_allowed).filter(|action| self.is_on_its_resources(action));
        let one = |action: &&str| self.with(budget, |s| s.actions = ActionElement::Action(vec![(*action).to_owned()]));
        let pieces: Vec<Self> = allowed.map(one).collect();
        (!pieces.is_empty()).then_some(pieces)
    }

    /// Whether an action on buckets, or on their objects, is on one of the resources.
    fn is_on_its_resources(&self, action: &str) -> bool {
        let ResourceElement::Resource(resources) = &self.statement.resources else { return true };
        let is_of_objects = action.ends_with("Object");
        resources.iter().any(|resource| {
            resource.contains('/') == is_of_objects || resource.ends_with('*') && !resource.ends_with("/*")
        })
    }

    pub(super) fn with(&self, budget: &Budget, change: impl FnOnce(&mut Statement)) -> Self {
        let mut statement = self.statement.as_ref().clone();
        change(&mut statement);
        Self::new(self.at, statement, budget)
    }

    /// Those that no judgement is about first: they can all be kept at once.
    fn by_action(&self, budget: &Budget) -> Option<Vec<Self>> {
        let ActionElement::Action(actions) = &self.statement.actions else { return None };
        let actions = once(actions);
        let one = |actions: &[String]| self.with(budget, |s| s.actions = ActionElement::Action(actions.to_vec()));
        if actions.len() > MAX_PIECES {
            let (first, second) = actions.split_at_checked(actions.len() / 2)?;
            return Some(vec![one(first), one(second)]);
        }
        let mut pieces: Vec<Self> = (actions.len() > 1).then(|| actions.chunks(1).map(one).collect())?;
        pieces.sort_by_key(|piece| !piece.traits.actions.is_empty());
        Some(pieces)
    }

    pub(super) fn by_resource(&self, budget: &Budget) -> Option<Vec<Self>> {
        let ResourceElement::Resource(resources) = &self.statement.resources else { return None };
        let resources = once(resources);
        let one = |some: &[String]| self.with(budget, |s| s.resources = ResourceElement::Resource(some.to_vec()));
        let is_about = |resource: &String| match &self.statement.actions {
            ActionElement::Action(actions) => actions.iter().any(|action| is_perhaps_about(action, resource)),
            ActionElement::NotAction(_) => true,
        };
        // Those that the actions are not about stay together: they can be kept at once.
        let (about, others): (Vec<String>, Vec<String>) = resources.iter().cloned().partition(is_about);
        let size = if about.is_empty() { 1 } else { others.len().max(1) };
        (resources.len() > 1).then(|| others.chunks(size).chain(about.chunks(1)).map(one).collect())
    }

    /// On those of its resources only, if there are any.
    pub(super) fn on_some(&self, budget: &Budget, is_one: impl Fn(&String) -> bool) -> Option<Self> {
        let ResourceElement::Resource(resources) = &self.statement.resources else { return None };
        let some: Vec<String> = resources.iter().filter(|resource| is_one(resource)).cloned().collect();
        (!some.is_empty()).then(|| self.with(budget, |s| s.resources = ResourceElement::Resource(some)))
    }

    fn by_principal(&self, budget: &Budget) -> Option<Vec<Self>> {
        let PrincipalElement::Principal(Principals::Listed(entries)) = &self.statement.principals else { return None };
        let entries = once(entries);
        let one = |some: &[PrincipalEntry]| {
            self.with(budget, |s| s.principals = PrincipalElement::Principal(Principals::Listed(some.to_vec())))
        };
        (entries.len() > 1).then(|| entries.chunks(1).map(one).collect())
    }

    /// By the values of the first condition that has several, of which any will do.
    fn by_value(&self, budget: &Budget) -> Option<Vec<Self>> {
        self.by_value_of(|_| true, budget)
    }

    /// The same, of the first one on some keys.
    pub(super) fn by_value_of(&self, is_meant: impl Fn(&str) -> bool, budget: &Budget) -> Option<Vec<Self>> {
        let conditions = &self.statement.conditions;
        let is_list = |c: &Condition| c.values.len() > 1 && any_will_do(c) && is_meant(&c.key);
        let index = conditions.iter().position(is_list)?;
        let values = once(&conditions.get(index)?.values);
        let some = |values: &[String]| {
            self.with(budget, |s| {
                if let Some(condition) = s.conditions.get_mut(index) {
                    condition.values = values.to_vec();
                }
            })
        };
        let size = if values.len() > MAX_PIECES { values.len().div_ceil(2) } else { 1 };
        (values.len() > 1).then(|| values.chunks(size).map(some).collect())
    }
}

/// A list without what stands in it again.
fn once<T: Clone + Ord>(list: &[T]) -> Vec<T> {
    let mut seen = BTreeSet::new();
    list.iter().filter(|entry| seen.insert(*entry)).cloned().collect()
}

/// Whether an action, or a pattern for some, could be about resources of this pattern, as far as their types say.
fn is_perhaps_about(action: &str, resource: &str) -> bool {
    const PARTS: usize = 6;
    let Some(id) = catalogue::find(action) else { return true };
    let type_of = |arn: &str| {
        let mut parts = arn.splitn(PARTS, ':').skip(2);
        let service = parts.next().map(str::to_ascii_lowercase);
        let name = parts.nth(2).and_then(|name| name.split(['/', ':']).next()).map(str::to_ascii_lowercase);
        [service, name]
    };
    let could_be = |(own, other): (&Option<String>, &Option<String>)| match (own, other) {
        (Some(own), Some(other)) => own == other || [own, other].iter().any(|text| text.contains(['*', '?', '$'])),
        _ => true,
    };
    let wanted = type_of(resource);
    id.resource_templates().any(|template| type_of(template).iter().zip(&wanted).all(could_be))
}
