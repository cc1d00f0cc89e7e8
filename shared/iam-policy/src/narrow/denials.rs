//! What a Deny takes beside a wildcard.

use super::pieces::{Denial, Piece, Resources};
use crate::budget::Budget;
use crate::catalogue;
use std::collections::{BTreeMap, BTreeSet};

/// The actions that are denied in each document, and on which resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Denials(BTreeMap<(usize, String), Resources>);

impl Denials {
    /// Denies actions on every resource.
    pub(super) fn add(&mut self, document: usize, actions: Vec<String>) {
        self.0.extend(actions.into_iter().map(|action| ((document, action), Resources::default())));
    }

    /// Denies an action on these resources.
    pub(super) fn add_on(&mut self, document: usize, action: String, on: Vec<String>) {
        self.0.insert((document, action), Resources { on, spared: Vec::new() });
    }

    /// The resources on which alone an action is denied; none: it is on all.
    pub(super) fn on(&self, action: &str) -> &[String] {
        let found = self.0.iter().find(|((_, denied), _)| denied.eq_ignore_ascii_case(action));
        found.map(|(_, resources)| resources.on.as_slice()).unwrap_or_default()
    }

    pub(super) fn actions(&self) -> BTreeSet<String> {
        self.0.keys().map(|(_, action)| action.clone()).collect()
    }

    /// On which resources a denied action is not.
    pub(super) fn spared(&self, action: &str) -> Option<&[String]> {
        let mut all = self.0.iter().filter(|((_, denied), _)| denied.eq_ignore_ascii_case(action));
        all.next().map(|(_, resources)| resources.spared.as_slice())
    }

    /// Not denied any more, in any document.
    pub(super) fn without(&self, action: &str) -> Self {
        Self(self.0.iter().filter(|((_, denied), _)| denied != action).map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    /// Denied but on one resource more.
    pub(super) fn sparing(&self, action: &str, resource: &str) -> Self {
        let mut all = self.clone();
        let mine = all.0.iter_mut().filter(|((_, denied), _)| denied == action);
        mine.for_each(|(_, resources)| resources.spared.push(resource.to_owned()));
        all
    }

    /// The Denies of a document, one for all that are on the same resources.
    pub(super) fn of(&self, document: usize) -> Vec<Denial> {
        let mut all: BTreeMap<&Resources, Vec<String>> = BTreeMap::new();
        for ((_, action), resources) in self.0.iter().filter(|((of, _), _)| *of == document) {
            all.entry(resources).or_default().push(action.clone());
        }
        all.into_iter().map(|(resources, actions)| Denial { actions, resources: resources.clone() }).collect()
    }

    pub(super) fn pieces(&self, budget: &Budget) -> Vec<Piece> {
        let documents: BTreeSet<usize> = self.0.keys().map(|(document, _)| *document).collect();
        let all = documents.into_iter().flat_map(|document| self.of(document).into_iter().map(move |d| (document, d)));
        all.map(|(document, denial)| Piece::deny(document, denial, budget)).collect()
    }
}

/// Whether an action could be about a resource that is named: it is about resources of that service, or nobody knows it.
pub(super) fn concerns(action: &str, resource: &str) -> bool {
    let service_of = |arn: &str| arn.split(':').nth(2).map(str::to_ascii_lowercase);
    let Some(service) = service_of(resource).filter(|service| !service.contains(['*', '?', '$'])) else { return true };
    let own = action.split_once(':').is_some_and(|(own, _)| own.eq_ignore_ascii_case(&service));
    own || catalogue::find(action).is_none_or(|id| {
        id.resource_templates().any(|template| service_of(template).is_none_or(|of| of == service || of.contains('*')))
    })
}
