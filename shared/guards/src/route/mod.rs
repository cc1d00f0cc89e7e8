//! Where events lead: from a CloudTrail record to the facets that are worth a look.
//!
//! Which facets, the table of facets says (`crate::Facet`); which resource, the record does: one file for each service says how
//! its records name what they are about. An event names things and decides nothing.

mod asked;
mod decision;
mod part;

use std::collections::BTreeSet;

use parapet_core::{Home, Ignored, Trigger};

use crate::resource::Named;
use crate::{Facet, GuardName, Resource, ResourceKind, Standard};

pub use asked::asked_for;
pub(crate) use asked::{document_in, member_within};
pub use decision::{Decision, Led, decide, is_known_event};
pub use part::part_of;

/// Where an event leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To these facets, in this order.
    Look(Vec<Look>),
    /// Nowhere.
    Ignore(Ignored),
}

/// What an event makes worth looking at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Of what.
    pub target: Target,
    /// Which facets.
    pub facets: Vec<Facet>,
}

/// What to look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// One resource.
    One(Resource),
    /// Every guarded resource of a kind, because the record does not tell which one.
    Every(ResourceKind),
}

/// Which looks an event is worth to a guard.
///
/// A successful write whose resource cannot be told is never dropped: it leads to every guarded resource of the kind.
#[must_use]
pub fn route(guard: GuardName, trigger: &Trigger, standard: &Standard, home: &Home) -> Route {
    let led_to = Facet::led_to_by(&trigger.event_source, &trigger.event_name);
    let mut by_kind: Vec<(ResourceKind, Vec<Facet>)> = Vec::new();
    for facet in led_to.filter(|facet| facet.owner() == guard) {
        match by_kind.iter_mut().find(|(kind, _)| *kind == facet.kind()) {
            Some((_, facets)) => facets.push(facet),
            None => by_kind.push((facet.kind(), vec![facet])),
        }
    }
    let mut looks = Vec::new();
    let mut elsewhere = None;
    for (kind, facets) in by_kind {
        match kind.named(trigger, standard, home) {
            Named::This(resource) => {
                let left_out = facets.iter().find_map(|facet| standard.leaves_out(&resource, *facet));
                let facets = guarded(&resource, &facets, standard);
                if facets.is_empty() {
                    elsewhere = elsewhere.or(left_out.map(Ignored::OutOfScope));
                } else {
                    looks.extend(looks_at(resource, facets, standard));
                }
            }
            Named::Unknown => looks.push(Look { target: Target::Every(kind), facets }),
            Named::Elsewhere(why) => elsewhere = elsewhere.or(Some(why)),
            Named::NotOfThisKind => {}
        }
    }
    if looks.is_empty() {
        Route::Ignore(elsewhere.unwrap_or_else(|| Ignored::UnknownEvent(trigger.event_name.clone())))
    } else {
        Route::Look(looks)
    }
}

/// What of a resource is worth a look to a guard where no event says: all that it owns of it.
#[must_use]
pub fn looks(guard: GuardName, resource: &Resource, standard: &Standard) -> Vec<Look> {
    let owned = |facet: &Facet| facet.owner() == guard && facet.kind() == resource.kind();
    let owned: Vec<Facet> = Facet::ALL.iter().copied().filter(owned).collect();
    looks_at(resource.clone(), guarded(resource, &owned, standard), standard)
}

/// What a record names for a guard, as ARNs, or by its kind what it does not name: by it two records are told apart.
#[must_use]
pub fn names(guard: GuardName, trigger: &Trigger, standard: &Standard, home: &Home) -> BTreeSet<String> {
    let led_to = Facet::led_to_by(&trigger.event_source, &trigger.event_name);
    let kinds: BTreeSet<ResourceKind> =
        led_to.filter(|facet| facet.owner() == guard).map(|facet| facet.kind()).collect();
    let name = |kind: ResourceKind| match kind.named(trigger, standard, home) {
        Named::This(resource) => Some(resource.arn(home)),
        Named::Unknown => Some(format!("any {kind}")),
        Named::Elsewhere(_) | Named::NotOfThisKind => None,
    };
    kinds.into_iter().filter_map(name).collect()
}

/// Those of the facets that the standard does not leave alone: of which anything is asked, or if of none, all.
#[must_use]
pub fn guarded(resource: &Resource, facets: &[Facet], standard: &Standard) -> Vec<Facet> {
    let guarded = facets.iter().copied().filter(|facet| standard.leaves_out(resource, *facet).is_none()).collect();
    asked(resource, guarded, standard)
}

/// The facets of which anything is asked, or if of none, all: then the look says so.
fn asked(resource: &Resource, facets: Vec<Facet>, standard: &Standard) -> Vec<Facet> {
    let asked: Vec<Facet> = facets.iter().copied().filter(|facet| facet.is_asked_of(resource, standard)).collect();
    if asked.is_empty() { facets } else { asked }
}

/// The facets of which anything is asked. Existence comes first, by itself, and what depends on the others last.
fn looks_at(resource: Resource, facets: Vec<Facet>, standard: &Standard) -> Vec<Look> {
    let facets = asked(&resource, facets, standard);
    let (existence, rest): (Vec<Facet>, Vec<Facet>) = facets.into_iter().partition(|facet| facet.row().is_existence);
    let (last, rest): (Vec<Facet>, Vec<Facet>) = rest.into_iter().partition(|facet| facet.row().comes_last);
    let look = |facets| Look { target: Target::One(resource.clone()), facets };
    [existence, rest, last].into_iter().filter(|facets| !facets.is_empty()).map(look).collect()
}
