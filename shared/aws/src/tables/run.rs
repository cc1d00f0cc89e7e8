//! One look or one action through the world.

use std::sync::LazyLock;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use parapet_core::{Home, WorldError};
use parapet_guards::{
    Action, Facet, Listed, Mark, Names, Observed, Page, Put, Resource, ResourceKind, Standard, State, World,
};
use tokio::runtime::{Builder, Runtime};

use super::{ACCOUNT, Look, REGION};
use crate::replay::{Played, Replay};
use crate::{AwsWorld, Connection, KeyArn};

/// The write that puts a facet as a whole.
pub(super) fn put(state: State) -> Action {
    match state {
        State::BucketPublicAccess(state) => Action::BucketPublicAccess(Put(state)),
        State::BucketOwnership(state) => Action::BucketOwnership(Put(state)),
        State::BucketVersioning(state) => Action::BucketVersioning(Put(state)),
        State::BucketEncryption(state) => Action::BucketEncryption(Put(state)),
        State::BucketObjectLock(state) => Action::BucketObjectLock(Put(state)),
        State::BucketTags(state) => Action::BucketTags(Put(state)),
        State::BucketLogging(state) => Action::BucketLogging(Put(state)),
        State::BucketLifecycle(state) => Action::BucketLifecycle(Put(state)),
        State::BucketReplication(state) => Action::BucketReplication(Put(state)),
        State::BucketNotification(state) => Action::BucketNotification(Put(state)),
        State::BucketWebsite(state) => Action::BucketWebsite(Put(state)),
        State::BucketCors(state) => Action::BucketCors(Put(state)),
        State::AccountPublicAccess(state) => Action::AccountPublicAccess(Put(state)),
        State::BucketAcl(state) => Action::BucketAcl(Put(state)),
        State::RepositoryTagMutability(state) => Action::RepositoryTagMutability(Put(state)),
        State::RepositoryScanning(state) => Action::RepositoryScanning(Put(state)),
        other => panic!("the {} is not put as a whole", other.facet()),
    }
}

/// What was seen, as it is kept. None: there is no such resource, or its state says so.
pub(super) type Seen = Option<String>;

/// Every page of a kind: each resource, and the facets that were told of it.
async fn all(world: &AwsWorld<'_>, kind: ResourceKind, mut from: Option<Mark>) -> Result<Vec<String>, WorldError> {
    let mut found = Vec::new();
    loop {
        let Page { listed, next } = world.list(kind, from.as_ref()).await?;
        for Listed { resource, told } in listed {
            found.push(resource.to_string());
            found.extend(told.into_iter().map(|(facet, Observed { state, identity })| {
                let identity = serde_json::to_string(&identity).unwrap();
                format!("    {facet}: {} of {identity}", state.kept())
            }));
        }
        if next.is_none() {
            return Ok(found);
        }
        from = next;
    }
}

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
        let names = Standard::built_in(&home).unwrap().names;
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        Self { replay, connection, home, names, runtime }
    }

    /// Looks at a facet.
    pub(super) fn look(&self, resource: &Resource, facet: Facet, answers: Look) -> (Result<Seen, WorldError>, Played) {
        let key_arn = KeyArn::default();
        let world = AwsWorld::new(&self.connection, &self.home, &self.names, &key_arn);
        self.replay.play(answers);
        let seen = self.runtime.block_on(world.observe(resource, facet));
        let kept = |Observed { state, .. }: Observed| (!state.is_absent()).then(|| state.kept().to_string());
        (seen.map(|seen| seen.and_then(kept)), self.replay.played())
    }

    /// Looks at a part of a facet.
    pub(super) fn look_part(
        &self,
        resource: &Resource,
        (facet, part): (Facet, &str),
        answers: Look,
    ) -> (Result<Seen, WorldError>, Played) {
        let key_arn = KeyArn::default();
        let world = AwsWorld::new(&self.connection, &self.home, &self.names, &key_arn);
        self.replay.play(answers);
        let seen = self.runtime.block_on(world.observe_part(resource, facet, part));
        (seen.map(|seen| seen.map(|seen| seen.state.kept().to_string())), self.replay.played())
    }

    /// When a resource was made.
    pub(super) fn made_at(&self, resource: &Resource, answers: Look) -> Result<Option<i64>, WorldError> {
        let key_arn = KeyArn::default();
        let world = AwsWorld::new(&self.connection, &self.home, &self.names, &key_arn);
        self.replay.play(answers);
        self.runtime.block_on(world.made_at(resource))
    }

    /// Lists the trails that are at home elsewhere.
    pub(super) fn trails_of_elsewhere(&self, answers: Look) -> Result<Vec<Resource>, WorldError> {
        let key_arn = KeyArn::default();
        let world = AwsWorld::new(&self.connection, &self.home, &self.names, &key_arn);
        self.replay.play(answers);
        self.runtime.block_on(world.trails_of_elsewhere())
    }

    /// Carries out an action.
    pub(super) fn act(&self, resource: &Resource, action: &Action, answers: Look) -> (Result<(), WorldError>, Played) {
        let key_arn = KeyArn::default();
        let world = AwsWorld::new(&self.connection, &self.home, &self.names, &key_arn);
        self.replay.play(answers);
        let done = self.runtime.block_on(world.apply(resource, action));
        (done, self.replay.played())
    }

    /// Writes a state as it was seen.
    pub(super) fn write_back(
        &self,
        resource: &Resource,
        facet: Facet,
        seen: &str,
        answers: Look,
    ) -> (Result<(), WorldError>, Played) {
        let state = facet.recalled(&serde_json::from_str(seen).unwrap()).unwrap();
        self.act(resource, &put(state), answers)
    }

    /// Lists the resources of a kind. Every guard lists alike.
    pub(super) fn list(&self, kind: ResourceKind, answers: Look) -> (Result<Vec<String>, WorldError>, Played) {
        self.list_from(kind, None, answers)
    }

    /// Lists those after a mark.
    pub(super) fn list_from(
        &self,
        kind: ResourceKind,
        from: Option<Mark>,
        answers: Look,
    ) -> (Result<Vec<String>, WorldError>, Played) {
        let key_arn = KeyArn::default();
        let world = AwsWorld::new(&self.connection, &self.home, &self.names, &key_arn);
        self.replay.play(answers);
        let listed = self.runtime.block_on(all(&world, kind, from));
        (listed, self.replay.played())
    }

    /// The resources of a kind up to where the list fails, and why it does. All answers are asked for.
    pub(super) fn pages_until(&self, kind: ResourceKind, answers: Look) -> (Vec<String>, Option<WorldError>) {
        let key_arn = KeyArn::default();
        let world = AwsWorld::new(&self.connection, &self.home, &self.names, &key_arn);
        self.replay.play(answers);
        let (mut seen, mut from) = (Vec::new(), None);
        let failed = loop {
            match self.runtime.block_on(world.list(kind, from.as_ref())) {
                Err(error) => break Some(error),
                Ok(Page { listed, next }) => {
                    seen.extend(listed.into_iter().map(|Listed { resource, .. }| resource.to_string()));
                    if next.is_none() {
                        break None;
                    }
                    from = next;
                }
            }
        };
        let played = self.replay.played();
        assert_eq!((played.unanswered, played.unasked), (Vec::new(), Vec::new()));
        (seen, failed)
    }

    /// The resources of a kind, page by page.
    pub(super) fn pages(&self, kind: ResourceKind, answers: Look) -> Vec<Vec<String>> {
        let key_arn = KeyArn::default();
        let world = AwsWorld::new(&self.connection, &self.home, &self.names, &key_arn);
        self.replay.play(answers);
        let (mut pages, mut from) = (Vec::new(), None);
        loop {
            let Page { listed, next } = self.runtime.block_on(world.list(kind, from.as_ref())).unwrap();
            pages.push(listed.into_iter().map(|Listed { resource, .. }| resource.to_string()).collect());
            if next.is_none() {
                return pages;
            }
            from = next;
        }
    }
}
