//! Sessions of root users: no call tells of one.

use parapet_core::WorldError;
use parapet_guards::{Observed, Resource, RootSession, facets, on};

use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::permissions::Needs;

impl Adapter for facets::RootSession {
    /// Told by its event alone.
    const NEEDS: Needs = Needs::NONE;

    async fn read(
        _world: &AwsWorld<'_>,
        _subject: &Resource,
        _on: &on::RootSession,
    ) -> Result<Option<Observed<RootSession>>, WorldError> {
        Ok(Some(RootSession::Unseen.into()))
    }

    async fn write(
        _world: &AwsWorld<'_>,
        _subject: &Resource,
        _on: &on::RootSession,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        match *action {}
    }
}
