use std::collections::{BTreeMap, BTreeSet};

use parapet_core::{Identity, WorldError};
use serde::{Deserialize, Serialize};

use crate::{Action, Facet, Resource, ResourceKind, State};

/// The live account as a guard sees it: one facet of one resource at a time.
///
/// Implemented over the AWS SDK, and over a map by the tests.
pub trait World {
    /// Reads a facet. `Ok(None)`: the resource that carries it is not there. A failed read is an error, never a state.
    ///
    /// # Errors
    /// The call failed, after the retries of the client.
    fn observe(
        &self,
        resource: &Resource,
        facet: Facet,
    ) -> impl Future<Output = Result<Option<Observed>, WorldError>> + Send;

    /// Reads a part of a facet, by what AWS calls it: one grant of a key by its id. All of it where there is no call for a part.
    ///
    /// # Errors
    /// As [`World::observe`].
    fn observe_part(
        &self,
        resource: &Resource,
        facet: Facet,
        _part: &str,
    ) -> impl Future<Output = Result<Option<Observed>, WorldError>> + Send {
        self.observe(resource, facet)
    }

    /// Carries out one action. It holds no policy: everything was decided before.
    ///
    /// # Errors
    /// The call failed, after the retries of the client.
    fn apply(&self, resource: &Resource, action: &Action) -> impl Future<Output = Result<(), WorldError>> + Send;

    /// The resource by the name that the standard knows it by: the id of the standard's key becomes its alias. As it is where it has
    /// one name.
    ///
    /// # Errors
    /// The call failed, after the retries of the client.
    fn identify(&self, resource: Resource) -> impl Future<Output = Result<Resource, WorldError>> + Send {
        std::future::ready(Ok(resource))
    }

    /// Which of those that bore the name a resource is, where the read of a facet did not tell. Asked only where something that is
    /// remembered would count: it can cost a call.
    ///
    /// # Errors
    /// The call failed, after the retries of the client.
    fn identity(&self, resource: &Resource) -> impl Future<Output = Result<Identity, WorldError>> + Send;

    /// When AWS says that a resource was made, in seconds since 1970; none: it does not say. Asked only where something has to be completed: it can cost
    /// a call.
    ///
    /// It is no identity: of a bucket the date can be that of a later change.
    ///
    /// # Errors
    /// The call failed, after the retries of the client.
    fn made_at(&self, _resource: &Resource) -> impl Future<Output = Result<Option<i64>, WorldError>> + Send {
        std::future::ready(Ok(None))
    }

    /// Resources of a kind, whatever the standard says of them: a page, from the beginning or from where an earlier page ended. Another
    /// process can go on from there.
    ///
    /// # Errors
    /// A call failed, after the retries of the client.
    fn list(&self, kind: ResourceKind, from: Option<&Mark>) -> impl Future<Output = Result<Page, WorldError>> + Send;

    /// Trails that record this account here and are at home in another region or account, as an organization's is for its members. No
    /// listing of this region's has them.
    ///
    /// # Errors
    /// A call failed, after the retries of the client.
    fn trails_of_elsewhere(&self) -> impl Future<Output = Result<Vec<Resource>, WorldError>> + Send {
        std::future::ready(Ok(Vec::new()))
    }

    /// The organization that the account is in, by AWS's own answer; none: it is in none, AWS does not say, or this one does not ask.
    fn organization(&self) -> impl Future<Output = Option<String>> + Send {
        std::future::ready(None)
    }

    /// The accounts of that organization, as far as AWS lists them; none: it does not, or this one does not ask.
    fn members(&self) -> impl Future<Output = BTreeSet<String>> + Send {
        std::future::ready(BTreeSet::new())
    }

    /// How many calls were made so far. A call that the client repeated counts each time.
    fn calls(&self) -> u32;
}

/// A state, and whose it is as far as the same call told.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed<S = State> {
    /// The state.
    pub state: S,
    /// Whose it is. Nothing in it: the call did not tell.
    pub identity: Identity,
}

impl<S> Observed<S> {
    /// A state whose call also told whose it is.
    #[must_use]
    pub fn of(state: S, identity: Identity) -> Self {
        Self { state, identity }
    }

    /// The same as something that contains the state.
    #[must_use]
    pub fn map<T>(self, within: impl FnOnce(S) -> T) -> Observed<T> {
        Observed { state: within(self.state), identity: self.identity }
    }
}

impl<S> From<S> for Observed<S> {
    fn from(state: S) -> Self {
        Self { state, identity: Identity::default() }
    }
}

/// Some resources of a kind, in the order of the listing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// What was listed.
    pub listed: Vec<Listed>,
    /// Where the next page begins; none: this is the last.
    pub next: Option<Mark>,
}

/// A resource, and what the call that listed it also told.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The resource, by the name that the standard knows it by.
    pub resource: Resource,
    /// Facets that need no look of their own. As old as the listing: nothing is written on the strength of one.
    pub told: BTreeMap<Facet, Observed>,
}

/// Where a listing goes on, as whoever listed wrote it. Nobody else reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mark(pub String);

impl Page {
    /// The only page, of resources of which nothing else was told.
    pub fn whole(resources: impl IntoIterator<Item = Resource>) -> Self {
        Self::up_to(resources, None)
    }

    /// A page of resources of which nothing else was told. `next`: as AWS gave it, which writes nothing as an empty one.
    pub fn up_to(resources: impl IntoIterator<Item = Resource>, next: Option<String>) -> Self {
        let listed = resources.into_iter().map(Listed::from).collect();
        Self { listed, next: next.filter(|next| !next.is_empty()).map(Mark) }
    }
}

impl From<Resource> for Listed {
    fn from(resource: Resource) -> Self {
        Self { resource, told: BTreeMap::new() }
    }
}
