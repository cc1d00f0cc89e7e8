use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use parapet_core::{ErrorKind, Identity, WorldError};
use parapet_guards::{Action, Facet, Listed, Mark, Observed, Page, Resource, ResourceKind, State, World, on};

use crate::{Entry, Journal, quotas};

type Key = (Resource, Facet);

/// An account in a map. What is not in it is gone. An action changes its facet of the resource as [`State::step`] says, if
/// it has room there.
#[derive(Debug)]
pub struct FakeWorld {
    inside: Mutex<Inside>,
    journal: Journal,
}

#[derive(Debug)]
struct Inside {
    states: BTreeMap<Key, State>,
    /// What readers still see of facets that were written, and how many looks more.
    outdated: BTreeMap<Key, (State, u32)>,
    /// By which name the standard knows a resource that has two.
    names: BTreeMap<Resource, Resource>,
    /// Whose a name is now.
    identities: BTreeMap<Resource, Identity>,
    /// When AWS says that something was made.
    made: BTreeMap<Resource, i64>,
    lag: u32,
    /// How many resources a page of a listing has.
    a_page: usize,
    /// The facets that a listing tells, as they were when it began.
    told: BTreeMap<Key, State>,
    /// The organization that the account is in, and its accounts where AWS lists them.
    organization: Option<String>,
    members: BTreeSet<String>,
    calls: u32,
}

/// Whether the call that reads a facet tells whose it is, too: of IAM's those that answer with the role, user or provider itself.
fn tells_identity(facet: Facet) -> bool {
    matches!(
        facet,
        Facet::RoleTrust
            | Facet::PermissionsBoundary
            | Facet::PrincipalPolicies
            | Facet::IdentityProvider
            | Facet::InstanceProfile
    )
}

impl Inside {
    /// Of what nobody said anything, that it was always there.
    fn identity(&self, resource: &Resource) -> Identity {
        self.identities.get(resource).cloned().unwrap_or_else(|| Identity::created_at(Some(0)))
    }
}

impl FakeWorld {
    /// An empty account that writes to `journal`.
    #[must_use]
    pub fn new(journal: &Journal) -> Self {
        let inside = Inside {
            states: BTreeMap::new(),
            outdated: BTreeMap::new(),
            names: BTreeMap::new(),
            identities: BTreeMap::new(),
            made: BTreeMap::new(),
            lag: 0,
            a_page: usize::MAX,
            told: BTreeMap::new(),
            organization: None,
            members: BTreeSet::new(),
            calls: 0,
        };
        Self { inside: Mutex::new(inside), journal: journal.clone() }
    }

    /// The same with a facet in a state.
    #[must_use]
    pub fn with(self, resource: &Resource, facet: Facet, state: State) -> Self {
        self.set(resource, facet, state);
        self
    }

    /// The same, showing what was written only after `looks` more looks: eventual consistency.
    #[must_use]
    pub fn lagging(self, looks: u32) -> Self {
        self.inside().lag = looks;
        self
    }

    /// The same account in an organization.
    #[must_use]
    pub fn in_organization(self, id: &str) -> Self {
        self.inside().organization = Some(id.to_owned());
        self
    }

    /// The same account, told these accounts of its organization.
    #[must_use]
    pub fn told_members(self, accounts: &[&str]) -> Self {
        self.inside().members = accounts.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    /// The same, listing so many resources a page.
    #[must_use]
    pub fn listing(self, a_page: usize) -> Self {
        self.inside().a_page = a_page;
        self
    }

    /// The same, where listings tell this facet as it is now, whatever becomes of it.
    #[must_use]
    pub fn telling(self, facet: Facet) -> Self {
        {
            let mut inside = self.inside();
            let told = inside.states.iter().filter(|((_, of), _)| *of == facet);
            let told: Vec<(Key, State)> = told.map(|(key, state)| (key.clone(), state.clone())).collect();
            inside.told.extend(told);
        }
        self
    }

    /// Gives a resource the name by which the standard knows it, as the alias of a key's id.
    pub fn name(&self, resource: &Resource, known: &Resource) {
        self.inside().names.insert(resource.clone(), known.clone());
    }

    /// Says whose a name is now.
    pub fn is_now(&self, resource: &Resource, identity: Identity) {
        self.inside().identities.insert(resource.clone(), identity);
    }

    /// Says when AWS says that a resource was made. Of what nobody said anything it says nothing.
    pub fn was_made(&self, resource: &Resource, at: i64) {
        self.inside().made.insert(resource.clone(), at);
    }

    /// Puts a facet into a state, past the journal: somebody else's doing.
    pub fn set(&self, resource: &Resource, facet: Facet, state: State) {
        self.inside().states.insert((resource.clone(), facet), state);
    }

    /// Takes the resource that carries a facet away, past the journal.
    pub fn remove(&self, resource: &Resource, facet: Facet) {
        self.inside().states.remove(&(resource.clone(), facet));
    }

    /// The true state of a facet.
    #[must_use]
    pub fn state(&self, resource: &Resource, facet: Facet) -> Option<State> {
        self.inside().states.get(&(resource.clone(), facet)).cloned()
    }

    /// All true states.
    #[must_use]
    pub fn states(&self) -> BTreeMap<(Resource, Facet), State> {
        self.inside().states.clone()
    }

    /// Notes that an action was tried, and is refused.
    ///
    /// # Errors
    /// Always: it is refused.
    pub fn refuse(&self, resource: &Resource, action: &Action, kind: ErrorKind) -> Result<(), WorldError> {
        self.journal.note(Entry::Write(resource.clone(), action.to_string()));
        self.journal.note(Entry::Refusal(resource.clone(), format!("{kind:?}")));
        self.inside().calls += 1;
        Err(failure(resource, &action.to_string(), kind))
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World for FakeWorld {
    async fn observe(&self, resource: &Resource, facet: Facet) -> Result<Option<Observed>, WorldError> {
        self.journal.note(Entry::Look(resource.clone(), facet));
        let mut inside = self.inside();
        inside.calls += 1;
        let key = (resource.clone(), facet);
        if let Some((state, looks)) = inside.outdated.get_mut(&key)
            && *looks > 0
        {
            *looks -= 1;
            return Ok(Some(state.clone().into()));
        }
        let identity = if tells_identity(facet) { inside.identity(resource) } else { Identity::default() };
        Ok(inside.states.get(&key).cloned().map(|state| Observed::of(state, identity)))
    }

    async fn observe_part(
        &self,
        resource: &Resource,
        facet: Facet,
        part: &str,
    ) -> Result<Option<Observed>, WorldError> {
        let mut seen = self.observe(resource, facet).await?;
        if let Some(Observed { state: State::KeyGrants(grants), .. }) = &mut seen {
            grants.retain(|grant| grant.id == part);
        }
        Ok(seen)
    }

    async fn apply(&self, resource: &Resource, action: &Action) -> Result<(), WorldError> {
        self.journal.note(Entry::Write(resource.clone(), action.to_string()));
        let mut inside = self.inside();
        inside.calls += 1;
        if !inside.states.keys().any(|(of, _)| of == resource) {
            return Err(failure(resource, &action.to_string(), ErrorKind::Missing));
        }
        let key = (resource.clone(), action.facet());
        if let Some(before) = inside.states.get(&key).cloned()
            && let Some(after) = before.step(action).filter(|after| *after != before)
        {
            if quotas::refuse(&inside.states, resource, &before, &after) {
                self.journal.note(Entry::Refusal(resource.clone(), format!("{:?}", ErrorKind::Limit)));
                return Err(failure(resource, &action.to_string(), ErrorKind::Limit));
            }
            let lag = inside.lag;
            inside.outdated.insert(key.clone(), (before, lag));
            inside.states.insert(key, after);
        }
        Ok(())
    }

    async fn identify(&self, resource: Resource) -> Result<Resource, WorldError> {
        let known = self.inside().names.get(&resource).cloned();
        Ok(known.unwrap_or(resource))
    }

    async fn identity(&self, resource: &Resource) -> Result<Identity, WorldError> {
        self.journal.note(Entry::Identity(resource.clone()));
        let mut inside = self.inside();
        inside.calls += 1;
        Ok(inside.identity(resource))
    }

    async fn made_at(&self, resource: &Resource) -> Result<Option<i64>, WorldError> {
        self.journal.note(Entry::MadeAt(resource.clone()));
        let mut inside = self.inside();
        inside.calls += 1;
        Ok(inside.made.get(resource).copied())
    }

    async fn list(&self, kind: ResourceKind, from: Option<&Mark>) -> Result<Page, WorldError> {
        self.journal.note(Entry::List(kind));
        let mut inside = self.inside();
        inside.calls += 1;
        let all: BTreeSet<&Resource> = inside.states.keys().map(|(resource, _)| resource).collect();
        let is_left = |resource: &&Resource| from.is_none_or(|Mark(last)| resource.to_string() > *last);
        let is_listed = |one: &&Resource| one.kind() == kind && !is_trail_of_elsewhere(one);
        let mut left: Vec<&Resource> = all.into_iter().filter(is_listed).filter(is_left).collect();
        left.sort_by_key(ToString::to_string);
        let has_more = left.len() > inside.a_page;
        left.truncate(inside.a_page);
        let next = left.last().filter(|_| has_more).map(|last| Mark(last.to_string()));
        let told = |resource: &Resource| {
            let told = inside.told.iter().filter(|((of, _), _)| of == resource);
            told.map(|((_, facet), state)| (*facet, Observed::of(state.clone(), inside.identity(resource)))).collect()
        };
        let listed = left.into_iter().map(|resource| Listed { resource: resource.clone(), told: told(resource) });
        Ok(Page { listed: listed.collect(), next })
    }

    async fn trails_of_elsewhere(&self) -> Result<Vec<Resource>, WorldError> {
        self.journal.note(Entry::List(ResourceKind::Trail));
        let mut inside = self.inside();
        inside.calls += 1;
        let all: BTreeSet<&Resource> = inside.states.keys().map(|(resource, _)| resource).collect();
        Ok(all.into_iter().filter(|one| is_trail_of_elsewhere(one)).cloned().collect())
    }

    async fn organization(&self) -> Option<String> {
        self.inside().organization.clone()
    }

    async fn members(&self) -> BTreeSet<String> {
        self.inside().members.clone()
    }

    fn calls(&self) -> u32 {
        self.inside().calls
    }
}

/// A trail of another account or region goes by its ARN.
fn is_trail_of_elsewhere(resource: &Resource) -> bool {
    matches!(resource, Resource::Trail(on::Trail { name }) if name.starts_with("arn:"))
}

/// The failure of a call, as the SDK's would read.
pub(crate) fn failure(resource: &Resource, step: &str, kind: ErrorKind) -> WorldError {
    WorldError {
        step: step.to_owned(),
        subject: resource.to_string(),
        kind,
        message: format!("{kind:?}: made up by the test"),
        source: None,
    }
}
