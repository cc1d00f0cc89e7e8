use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use parapet_core::{ErrorKind, Identity, WorldError};
use parapet_guards::{Action, Facet, Mark, Observed, Page, Resource, ResourceKind, World};

use crate::world::failure;

/// A world some of whose calls fail. A call that fails does nothing.
#[derive(Debug)]
pub struct FaultyWorld<'a, W> {
    world: &'a W,
    fault: Fault,
    kind: ErrorKind,
    message: Option<String>,
    calls: AtomicU32,
}

/// Which calls fail. The first call is number 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This one.
    Call(u32),
    /// This one and all after it: what a killed process leaves behind.
    FromCall(u32),
    /// Every look at this facet.
    Look(Facet),
    /// Every look at this resource.
    LookAt(Resource),
    /// Every write whose words begin like this.
    Write(&'static str),
    /// Every question whose a name is.
    Identity,
    /// Every question when something was made.
    MadeAt,
}

impl<'a, W> FaultyWorld<'a, W> {
    /// `world`, whose `fault` calls fail with `kind`.
    pub fn new(world: &'a W, fault: Fault, kind: ErrorKind) -> Self {
        Self { world, fault, kind, message: None, calls: AtomicU32::new(0) }
    }

    /// The same, with what AWS says of it.
    #[must_use]
    pub fn saying(self, message: &str) -> Self {
        Self { message: Some(message.to_owned()), ..self }
    }

    fn failure(&self, resource: &Resource, step: &str) -> WorldError {
        let failure = failure(resource, step, self.kind);
        match &self.message {
            Some(message) => WorldError { message: message.clone(), ..failure },
            None => failure,
        }
    }

    /// Counts a call, and lets it through or not. A call is a look at a facet or a write in words.
    fn call(&self, resource: &Resource, call: &Result<Facet, String>) -> Result<(), WorldError> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let fails = match (&self.fault, call) {
            (Fault::Call(nth), _) => number == *nth,
            (Fault::FromCall(first), _) => number >= *first,
            (Fault::Look(facet), Ok(seen)) => facet == seen,
            (Fault::LookAt(whose), Ok(_)) => whose == resource,
            (Fault::Write(words), Err(written)) => written.starts_with(words),
            (Fault::Look(_) | Fault::LookAt(_), Err(_)) | (Fault::Write(_), Ok(_)) => false,
            (Fault::Identity | Fault::MadeAt, _) => false,
        };
        let step = match call {
            Ok(facet) => format!("read the {facet}"),
            Err(action) => action.clone(),
        };
        if fails { Err(self.failure(resource, &step)) } else { Ok(()) }
    }
}

impl<W: World + Sync> World for FaultyWorld<'_, W> {
    async fn observe(&self, resource: &Resource, facet: Facet) -> Result<Option<Observed>, WorldError> {
        self.call(resource, &Ok(facet))?;
        self.world.observe(resource, facet).await
    }

    async fn observe_part(
        &self,
        resource: &Resource,
        facet: Facet,
        part: &str,
    ) -> Result<Option<Observed>, WorldError> {
        self.call(resource, &Ok(facet))?;
        self.world.observe_part(resource, facet, part).await
    }

    async fn apply(&self, resource: &Resource, action: &Action) -> Result<(), WorldError> {
        self.call(resource, &Err(action.to_string()))?;
        self.world.apply(resource, action).await
    }

    async fn identify(&self, resource: Resource) -> Result<Resource, WorldError> {
        self.world.identify(resource).await
    }

    async fn identity(&self, resource: &Resource) -> Result<Identity, WorldError> {
        if self.fault == Fault::Identity {
            return Err(self.failure(resource, "ask for the identity"));
        }
        self.world.identity(resource).await
    }

    async fn made_at(&self, resource: &Resource) -> Result<Option<i64>, WorldError> {
        if self.fault == Fault::MadeAt {
            return Err(self.failure(resource, "ask when it was made"));
        }
        self.world.made_at(resource).await
    }

    async fn list(&self, kind: ResourceKind, from: Option<&Mark>) -> Result<Page, WorldError> {
        self.world.list(kind, from).await
    }

    async fn trails_of_elsewhere(&self) -> Result<Vec<Resource>, WorldError> {
        self.world.trails_of_elsewhere().await
    }

    async fn organization(&self) -> Option<String> {
        self.world.organization().await
    }

    async fn members(&self) -> BTreeSet<String> {
        self.world.members().await
    }

    fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }
}
