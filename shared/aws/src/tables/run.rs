//! One look or one action through the world, whichever guard's it is. The only file of the tables that knows the guards.

use std::fmt;
use std::sync::LazyLock;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use parapet_core::{Home, WorldError};
use parapet_guards::{Facet, Guard, GuardName, Names, Observed, Resource, ResourceKind, World};
use parapet_guards::{
    EncryptionAction, EncryptionGuard, EncryptionState, LoggingAction, LoggingGuard, PolicyAction, PolicyGuard,
};
use tokio::runtime::{Builder, Runtime};

use super::{ACCOUNT, Look, REGION};
use crate::replay::{Played, Replay};
use crate::{AwsWorld, Connection, KeyArn};

/// An action of any guard.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Encryption(EncryptionAction),
    Policy(PolicyAction),
    Logging(LoggingAction),
}

impl From<EncryptionAction> for Action {
    fn from(action: EncryptionAction) -> Self {
        Self::Encryption(action)
    }
}

impl From<PolicyAction> for Action {
    fn from(action: PolicyAction) -> Self {
        Self::Policy(action)
    }
}

impl From<LoggingAction> for Action {
    fn from(action: LoggingAction) -> Self {
        Self::Logging(action)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encryption(action) => action.fmt(f),
            Self::Policy(action) => action.fmt(f),
            Self::Logging(action) => action.fmt(f),
        }
    }
}

/// What was seen, as it is kept. None: there is no such resource, or its state says so.
pub(super) type Seen = Option<String>;

/// An account that answers as it is told.
pub(super) struct Account {
    replay: Replay,
    connection: Connection,
    home: Home,
    names: Names,
    runtime: Runtime,
}

pub(super) static HOME: LazyLock<Home> =
    LazyLock::new(|| Home { partition: "aws".to_owned(), account: ACCOUNT.to_owned(), region: REGION.to_owned() });

impl Account {
    pub(super) fn new() -> Self {
        let (replay, home) = (Replay::default(), HOME.clone());
        let credentials = Credentials::new("id", "secret", None, None, "a test");
        let connection = Connection::new(REGION, credentials, None).replaying(SharedHttpClient::new(replay.clone()));
        let names = parapet_guards::Standard::built_in(&home).unwrap().names;
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        Self { replay, connection, home, names, runtime }
    }

    /// Looks at a facet.
    pub(super) fn look(&self, resource: &Resource, facet: Facet, answers: Look) -> (Result<Seen, WorldError>, Played) {
        match facet.owner() {
            GuardName::EncryptionGuard => self.observe::<EncryptionGuard>(resource, facet, answers),
            GuardName::PolicyGuard => self.observe::<PolicyGuard>(resource, facet, answers),
            GuardName::LoggingGuard => self.observe::<LoggingGuard>(resource, facet, answers),
        }
    }

    /// Carries out an action.
    pub(super) fn act(&self, resource: &Resource, action: &Action, answers: Look) -> (Result<(), WorldError>, Played) {
        match action {
            Action::Encryption(action) => self.apply::<EncryptionGuard>(resource, action, answers),
            Action::Policy(action) => self.apply::<PolicyGuard>(resource, action, answers),
            Action::Logging(action) => self.apply::<LoggingGuard>(resource, action, answers),
        }
    }

    /// Writes a state of the encryption guard's as it was seen.
    pub(super) fn write_back(
        &self,
        resource: &Resource,
        seen: &str,
        answers: Look,
    ) -> (Result<(), WorldError>, Played) {
        let state: EncryptionState = serde_json::from_str(seen).unwrap();
        self.apply::<EncryptionGuard>(resource, &EncryptionAction::Put(state), answers)
    }

    /// Lists the resources of a kind. Every guard lists alike.
    pub(super) fn list(&self, kind: ResourceKind, answers: Look) -> (Result<Vec<String>, WorldError>, Played) {
        let key_arn = KeyArn::default();
        let world = AwsWorld::new(&self.connection, &self.home, &self.names, &key_arn);
        self.replay.play(answers);
        let listed = self.runtime.block_on(World::<PolicyGuard>::list(&world, kind));
        (listed.map(|found| found.iter().map(ToString::to_string).collect()), self.replay.played())
    }

    fn observe<G: Guard>(&self, resource: &Resource, facet: Facet, answers: Look) -> (Result<Seen, WorldError>, Played)
    where
        for<'a> AwsWorld<'a>: World<G>,
    {
        let key_arn = KeyArn::default();
        let world = AwsWorld::new(&self.connection, &self.home, &self.names, &key_arn);
        self.replay.play(answers);
        let seen = self.runtime.block_on(World::<G>::observe(&world, resource, facet));
        let kept = |Observed { state, .. }: Observed<G::State>| {
            (!G::is_absent(&state)).then(|| serde_json::to_string(&state).unwrap())
        };
        (seen.map(|seen| seen.and_then(kept)), self.replay.played())
    }

    fn apply<G: Guard>(
        &self,
        resource: &Resource,
        action: &G::Action,
        answers: Look,
    ) -> (Result<(), WorldError>, Played)
    where
        for<'a> AwsWorld<'a>: World<G>,
    {
        let key_arn = KeyArn::default();
        let world = AwsWorld::new(&self.connection, &self.home, &self.names, &key_arn);
        self.replay.play(answers);
        let done = self.runtime.block_on(World::<G>::apply(&world, resource, action));
        (done, self.replay.played())
    }
}
