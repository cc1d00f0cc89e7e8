//! Which data events a trail also sums up.

use parapet_core::WorldError;
use parapet_guards::{EventConfigurationAction, Observed, Resource, facets, on};

use super::event_configuration::{Of, read, write};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::TrailEvents {
    const NEEDS: Needs = Needs {
        looks: &[need("CloudTrail:GetEventConfiguration", "cloudtrail:GetEventConfiguration", Scope::AnyTrail)],
        writes: &[need("CloudTrail:PutEventConfiguration", "cloudtrail:PutEventConfiguration", Scope::Trail)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Trail { name }: &on::Trail,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        read(world, subject, Of::Trail(name)).await.map(|configuration| Some(configuration.into()))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Trail { name }: &on::Trail,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        let EventConfigurationAction::PutEventConfiguration(desired) = action;
        write(world, subject, Of::Trail(name), desired).await
    }
}
