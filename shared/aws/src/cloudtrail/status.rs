//! Whether a trail logs.

use parapet_core::WorldError;
use parapet_guards::{Observed, Resource, StatusAction, TrailLogging, facets, on};

use super::NO_TRAIL;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable, written};
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::TrailLogging {
    const NEEDS: Needs = Needs {
        looks: &[need("CloudTrail:GetTrailStatus", "cloudtrail:GetTrailStatus", Scope::AnyTrail)],
        writes: &[need("CloudTrail:StartLogging", "cloudtrail:StartLogging", Scope::Trail)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Trail { name }: &on::Trail,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        logging(world, subject, name).await.map(|logging| Some(logging.into()))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Trail { name }: &on::Trail,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        let StatusAction::StartLogging = action;
        written("start the logging", subject, world.connection.cloudtrail().start_logging().name(name).send().await)
    }
}

async fn logging(world: &AwsWorld<'_>, subject: &Resource, name: &str) -> Result<TrailLogging, WorldError> {
    const STEP: &str = "read the trail status";
    match world.connection.cloudtrail().get_trail_status().name(name).send().await {
        Ok(answer) => match answer.is_logging {
            Some(true) => Ok(TrailLogging::On),
            Some(false) => Ok(TrailLogging::Off),
            None => Err(unreadable(STEP, subject, "the answer does not say whether it logs")),
        },
        Err(error) if code(&error) == NO_TRAIL => Ok(TrailLogging::NoTrail),
        Err(error) => Err(failed(STEP, subject, error)),
    }
}
