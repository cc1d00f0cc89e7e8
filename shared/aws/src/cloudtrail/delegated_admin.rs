//! Delegated administrators: no call tells who is one.

use parapet_core::WorldError;
use parapet_guards::{DelegatedAdmin, Observed, Resource, facets, on};

use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::permissions::Needs;

impl Adapter for facets::DelegatedAdmin {
    /// Told by its event alone.
    const NEEDS: Needs = Needs::NONE;

    async fn read(
        _world: &AwsWorld<'_>,
        _subject: &Resource,
        _on: &on::DelegatedAdmin,
    ) -> Result<Option<Observed<DelegatedAdmin>>, WorldError> {
        Ok(Some(DelegatedAdmin::Unseen.into()))
    }

    async fn write(
        _world: &AwsWorld<'_>,
        _subject: &Resource,
        _on: &on::DelegatedAdmin,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        match *action {}
    }
}
