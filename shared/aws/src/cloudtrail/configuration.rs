//! The settings of a trail. One that is not there is a state: it may have to come back.

use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{CloudWatchLink, Observed, Resource, TrailAction, TrailConfiguration, facets, on};

use super::NO_TRAIL;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{broken, code, failed, unreadable, written};
use crate::permissions::kms::DESCRIBE_KEY;
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::TrailConfiguration {
    const NEEDS: Needs = Needs {
        looks: &[need("CloudTrail:GetTrail", "cloudtrail:GetTrail", Scope::AnyTrail), DESCRIBE_KEY],
        writes: &[
            need("CloudTrail:CreateTrail", "cloudtrail:CreateTrail", Scope::Trail),
            need("CloudTrail:CreateTrail", "iam:PassRole", Scope::TrailLogsRole),
            need("CloudTrail:UpdateTrail", "cloudtrail:UpdateTrail", Scope::Trail),
            need("CloudTrail:UpdateTrail", "iam:PassRole", Scope::TrailLogsRole),
        ],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Trail { name }: &on::Trail,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        configuration(world, subject, name).await.map(|configuration| Some(configuration.into()))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Trail { name }: &on::Trail,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        match action {
            TrailAction::CreateTrail(configuration) => create(world, subject, name, configuration).await,
            TrailAction::UpdateTrail(configuration) => update(world, subject, name, configuration).await,
            TrailAction::LinkCloudWatchLogs(link) => {
                let update = world.connection.cloudtrail().update_trail().name(name);
                let update = update.cloud_watch_logs_log_group_arn(&link.log_group_arn);
                let update = update.cloud_watch_logs_role_arn(&link.role_arn);
                written("link CloudWatch Logs", subject, update.send().await)
            }
        }
    }
}

async fn configuration(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
) -> Result<Option<TrailConfiguration>, WorldError> {
    const STEP: &str = "read the trail configuration";
    let trail = match world.connection.cloudtrail().get_trail().name(name).send().await {
        Ok(answer) => answer
            .trail
            .ok_or_else(|| broken(STEP, subject, ErrorKind::Unreadable, "the answer names no trail".to_owned()))?,
        Err(error) if code(&error) == NO_TRAIL => return Ok(None),
        Err(error) => return Err(failed(STEP, subject, error)),
    };
    let key = match trail.kms_key_id.as_deref().filter(|key| !key.is_empty()) {
        Some(key) => Some(world.named_key(Some(key)).await?),
        None => None,
    };
    let cloud_watch = trail
        .cloud_watch_logs_log_group_arn
        .zip(trail.cloud_watch_logs_role_arn)
        .filter(|(group, _)| !group.is_empty());
    let bucket = trail.s3_bucket_name.ok_or_else(|| unreadable(STEP, subject, "the trail names no bucket"))?;
    Ok(Some(TrailConfiguration {
        bucket,
        prefix: trail.s3_key_prefix.filter(|prefix| !prefix.is_empty()),
        sns_topic: trail.sns_topic_arn.filter(|topic| !topic.is_empty()),
        multi_region: trail.is_multi_region_trail.unwrap_or_default(),
        global_services: trail.include_global_service_events.unwrap_or_default(),
        validation: trail.log_file_validation_enabled.unwrap_or_default(),
        key,
        cloud_watch: cloud_watch.map(|(log_group_arn, role_arn)| CloudWatchLink { log_group_arn, role_arn }),
        organization: trail.is_organization_trail.unwrap_or_default(),
    }))
}

/// Creates the trail. What it only has beside its task (topic, CloudWatch Logs, organization) must not keep it from coming back:
/// where it cannot be created with them it is created without, and the failure is told.
async fn create(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
    desired: &TrailConfiguration,
) -> Result<(), WorldError> {
    let bare = TrailConfiguration { sns_topic: None, cloud_watch: None, organization: false, ..desired.clone() };
    match create_with(world, subject, name, desired).await {
        Err(first) if bare != *desired => create_with(world, subject, name, &bare).await.and(Err(first)),
        settled => settled,
    }
}

async fn create_with(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
    desired: &TrailConfiguration,
) -> Result<(), WorldError> {
    const STEP: &str = "create the trail";
    let create = world.connection.cloudtrail().create_trail().name(name).s3_bucket_name(&desired.bucket);
    let made = create
        .set_s3_key_prefix(desired.prefix.clone())
        .set_sns_topic_name(desired.sns_topic.clone())
        .is_multi_region_trail(desired.multi_region)
        .include_global_service_events(desired.global_services)
        .enable_log_file_validation(desired.validation)
        .set_is_organization_trail(desired.organization.then_some(true))
        .set_kms_key_id(world.key_to_name(desired.key.as_ref(), STEP, subject).await?)
        .set_cloud_watch_logs_log_group_arn(desired.cloud_watch.as_ref().map(|link| link.log_group_arn.clone()))
        .set_cloud_watch_logs_role_arn(desired.cloud_watch.as_ref().map(|link| link.role_arn.clone()))
        .send()
        .await;
    match made {
        // Another delivery of the same event was faster.
        Err(error) if code(&error) == "TrailAlreadyExistsException" => Ok(()),
        made => written(STEP, subject, made),
    }
}

/// What is to be nothing is sent as empty text: UpdateTrail keeps what is not sent. So the topic, which no judgement changes, is not
/// sent, nor CloudWatch Logs: naming their role takes the right to pass it, and they have a write of their own.
async fn update(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
    desired: &TrailConfiguration,
) -> Result<(), WorldError> {
    const STEP: &str = "update the trail";
    let key = world.key_to_name(desired.key.as_ref(), STEP, subject).await?;
    let update = world.connection.cloudtrail().update_trail().name(name).s3_bucket_name(&desired.bucket);
    written(
        STEP,
        subject,
        update
            .s3_key_prefix(desired.prefix.clone().unwrap_or_default())
            .is_multi_region_trail(desired.multi_region)
            .include_global_service_events(desired.global_services)
            .enable_log_file_validation(desired.validation)
            .kms_key_id(key.unwrap_or_default())
            .send()
            .await,
    )
}
