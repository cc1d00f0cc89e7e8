//! AWS CloudTrail: the facets of a trail, and of event data stores. What is not there is a state here: it may have to come back.

mod event_configuration;
pub(crate) mod event_data_store;
mod insights;
mod selectors;
mod tags;

use parapet_guards::on;
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{Facet, Resource};
use parapet_guards::{CloudWatchLink, LoggingAction, LoggingState, TrailConfiguration, TrailLogging};

use crate::AwsWorld;
use crate::failure::{broken, code, failed, unreadable, written};

/// CloudTrail's answer for a trail that is not there.
const NO_TRAIL: &str = "TrailNotFoundException";

/// Its answer for an event data store that is not there.
const NO_STORE: &str = "EventDataStoreNotFoundException";

/// Reads one facet of a trail.
pub(crate) async fn observe(
    world: &AwsWorld<'_>,
    subject: &Resource,
    trail: &str,
    facet: Facet,
) -> Result<Option<LoggingState>, WorldError> {
    match facet {
        Facet::TrailConfiguration => configuration(world, subject, trail)
            .await
            .map(|configuration| Some(LoggingState::Configuration(configuration))),
        Facet::TrailLogging => logging(world, subject, trail).await.map(|logging| Some(LoggingState::Logging(logging))),
        Facet::TrailSelectors => {
            selectors::read(world, subject, trail).await.map(|selectors| Some(LoggingState::Selectors(selectors)))
        }
        Facet::TrailInsights => {
            insights::read(world, subject, trail).await.map(|insights| Some(LoggingState::Insights(insights)))
        }
        Facet::TrailTags => tags::read(world, subject).await.map(|tags| Some(LoggingState::Tags(tags))),
        Facet::TrailEvents => event_configuration::read(world, subject).await.map(Some),
        _ => Err(world.misplaced(subject, facet)),
    }
}

/// Carries out one action on a trail. CloudTrail allows one write a second: the client waits and tries again.
pub(crate) async fn apply(
    world: &AwsWorld<'_>,
    subject: &Resource,
    trail: &str,
    action: &LoggingAction,
) -> Result<(), WorldError> {
    let cloudtrail = world.connection.cloudtrail();
    match action {
        LoggingAction::CreateTrail(configuration) => create(world, subject, trail, configuration).await,
        LoggingAction::UpdateTrail(configuration) => update(world, subject, trail, configuration).await,
        LoggingAction::StartLogging => {
            written("start the logging", subject, cloudtrail.start_logging().name(trail).send().await)
        }
        LoggingAction::PutEventSelectors(desired) => selectors::write(world, subject, trail, desired).await,
        LoggingAction::PutInsightSelectors(desired) => insights::write(world, subject, trail, desired).await,
        LoggingAction::AddTags(new) => tags::add(world, subject, new).await,
        LoggingAction::LinkCloudWatchLogs(link) => written(
            "link CloudWatch Logs",
            subject,
            cloudtrail
                .update_trail()
                .name(trail)
                .cloud_watch_logs_log_group_arn(&link.log_group_arn)
                .cloud_watch_logs_role_arn(&link.role_arn)
                .send()
                .await,
        ),
        LoggingAction::PutEventConfiguration(desired) => event_configuration::write(world, subject, desired).await,
        LoggingAction::RestoreEventDataStore
        | LoggingAction::UpdateEventDataStore(_)
        | LoggingAction::StartEventDataStoreIngestion => Err(world.misplaced(subject, Facet::TrailConfiguration)),
    }
}

/// Every trail whose home is this region, and the standard's, whether it is there or not. AWS CloudTrail API Reference, DescribeTrails:
/// without shadow trails, those of other regions and an organization's in its members are not returned.
pub(crate) async fn listed(world: &AwsWorld<'_>) -> Result<Vec<Resource>, WorldError> {
    let describe = world.connection.cloudtrail().describe_trails().include_shadow_trails(false);
    let answer = describe.send().await.map_err(|error| failed("list", &"every trail", error))?;
    let mut names = vec![world.trail.to_owned()];
    for trail in answer.trail_list.unwrap_or_default() {
        let here = trail.home_region.is_none_or(|region| region == world.home.region);
        names.extend(trail.name.filter(|name| here && name != world.trail));
    }
    Ok(names.into_iter().map(|name| Resource::Trail(on::Trail { name })).collect())
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
