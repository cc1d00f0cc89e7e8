//! The account of the law: a small IAM in which everything hangs together, and beside it facets that stand by themselves.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use parapet_core::{Identity, WorldError};
use parapet_guards::{Action, Facet, Listed, Mark, Observed, Page, Resource, ResourceKind, State, World};
use parapet_testkit::fixtures::NOW;
use parapet_testkit::{FakeWorld, Journal};

use super::iam::Iam;

/// One account.
pub(super) struct Land {
    pub(super) others: FakeWorld,
    inside: Mutex<Iam>,
    now: Mutex<i64>,
}

/// All of it at one moment.
#[derive(Clone, PartialEq)]
pub(super) struct Snapshot {
    pub(super) iam: Iam,
    pub(super) others: BTreeMap<(Resource, Facet), State>,
}

impl Land {
    pub(super) fn of(snapshot: &Snapshot, names: &[(Resource, Resource)], journal: &Journal) -> Self {
        let others = FakeWorld::new(journal);
        for ((resource, facet), state) in &snapshot.others {
            others.set(resource, *facet, state.clone());
        }
        for (resource, known) in names {
            others.name(resource, known);
        }
        Self { others, inside: Mutex::new(snapshot.iam.clone()), now: Mutex::new(NOW) }
    }

    pub(super) fn iam(&self) -> MutexGuard<'_, Iam> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> i64 {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn seconds_pass(&self, seconds: i64) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) += seconds;
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot { iam: self.iam().clone(), others: self.others.states() }
    }
}

pub(super) fn is_of_iam(kind: ResourceKind) -> bool {
    matches!(
        kind,
        ResourceKind::Role
            | ResourceKind::ManagedPolicy
            | ResourceKind::InlinePolicy
            | ResourceKind::Attachment
            | ResourceKind::Principal
            | ResourceKind::Membership
            | ResourceKind::IdentityProvider
            | ResourceKind::InstanceProfile
            | ResourceKind::OwnRole
    )
}

/// Whether the call that reads a facet tells whose it is, too.
fn tells_identity(facet: Facet) -> bool {
    matches!(
        facet,
        Facet::RoleTrust
            | Facet::OwnRole
            | Facet::PermissionsBoundary
            | Facet::PrincipalPolicies
            | Facet::IdentityProvider
    )
}

impl World for Land {
    async fn observe(&self, resource: &Resource, facet: Facet) -> Result<Option<Observed>, WorldError> {
        if !is_of_iam(resource.kind()) {
            return self.others.observe(resource, facet).await;
        }
        let iam = self.iam();
        let identity = if tells_identity(facet) { iam.identity_of(resource) } else { Identity::default() };
        Ok(iam.state(resource, facet).map(|state| Observed::of(state, identity)))
    }

    async fn apply(&self, resource: &Resource, action: &Action) -> Result<(), WorldError> {
        if !is_of_iam(resource.kind()) {
            return self.others.apply(resource, action).await;
        }
        let now = self.now();
        let written = {
            let mut iam = self.iam();
            let after = iam.state(resource, action.facet()).and_then(|before| before.step(action));
            match after {
                Some(after) => iam.put(resource, after, now),
                None => Err(parapet_core::ErrorKind::Missing),
            }
        };
        written.or_else(|kind| self.others.refuse(resource, action, kind))
    }

    async fn identify(&self, resource: Resource) -> Result<Resource, WorldError> {
        self.others.identify(resource).await
    }

    async fn identity(&self, resource: &Resource) -> Result<Identity, WorldError> {
        if is_of_iam(resource.kind()) {
            Ok(self.iam().identity_of(resource))
        } else {
            self.others.identity(resource).await
        }
    }

    async fn list(&self, kind: ResourceKind, from: Option<&Mark>) -> Result<Page, WorldError> {
        if !is_of_iam(kind) {
            return self.others.list(kind, from).await;
        }
        let all = self.iam().resources().into_iter().filter(|resource| resource.kind() == kind);
        Ok(Page { listed: all.map(Listed::from).collect(), next: None })
    }

    fn calls(&self) -> u32 {
        self.others.calls()
    }
}
