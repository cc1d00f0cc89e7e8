//! What a Deny takes beside a wildcard.

use super::pieces::{Denial, Piece};
use crate::budget::Budget;
use crate::catalogue;
use std::collections::{BTreeMap, BTreeSet};

/// The actions that are denied in each document, and on which resources they are not.
#[derive(Clone, Debug, Default)]
pub(super) struct Denials(BTreeMap<(usize, String), Vec<String>>);

impl Denials {
    /// Denies actions on every resource.
    pub(super) fn add(&mut self, document: usize, actions: Vec<String>) {
        self.0.extend(actions.into_iter().map(|action| ((document, action), Vec::new())));
    }

    pub(super) fn actions(&self) -> BTreeSet<String> {
        self.0.keys().map(|(_, action)| action.clone()).collect()
    }

    /// On which resources a denied action is not.
    pub(super) fn spared(&self, action: &str) -> Option<&[String]> {
        let mut all = self.0.iter().filter(|((_, denied), _)| denied.eq_ignore_ascii_case(action));
        all.next().map(|(_, spared)| spared.as_slice())
    }

    /// Not denied any more, in any document.
    pub(super) fn without(&self, action: &str) -> Self {
        Self(self.0.iter().filter(|((_, denied), _)| denied != action).map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    /// Denied but on one resource more.
    pub(super) fn sparing(&self, action: &str, resource: &str) -> Self {
        let mut all = self.clone();
        let mine = all.0.iter_mut().filter(|((_, denied), _)| denied == action);
        mine.for_each(|(_, spared)| spared.push(resource.to_owned()));
        all
    }

    /// The Denies of a document, one for all that spares the same.
    pub(super) fn of(&self, document: usize) -> Vec<Denial> {
        let mut all: BTreeMap<&[String], Vec<String>> = BTreeMap::new();
        for ((_, action), spared) in self.0.iter().filter(|((of, _), _)| *of == document) {
            all.entry(spared).or_default().push(action.clone());
        }
        all.into_iter().map(|(spared, actions)| Denial { actions, spared: spared.to_vec() }).collect()
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
