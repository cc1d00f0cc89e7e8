//! Who is told of changes to objects.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types as s3;
use parapet_core::WorldError;
use parapet_guards::{Notification, Notifications, Observed, Put, Resource, facets, on};

use super::invalid;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable, written};
use crate::permissions::{Needs, Scope, need};
use crate::s3::NO_BUCKET;
use crate::s3::filter::some;

impl Adapter for facets::BucketNotification {
    const NEEDS: Needs = Needs {
        looks: &[need("S3:GetBucketNotificationConfiguration", "s3:GetBucketNotification", Scope::Bucket)],
        writes: &[need("S3:PutBucketNotificationConfiguration", "s3:PutBucketNotification", Scope::Bucket)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        const STEP: &str = "read the notifications";
        let get = world.connection.s3().get_bucket_notification_configuration();
        match get.bucket(bucket).expected_bucket_owner(&world.home.account).send().await {
            Ok(answer) => {
                let topics = answer.topic_configurations.unwrap_or_default().into_iter();
                let queues = answer.queue_configurations.unwrap_or_default().into_iter();
                let functions = answer.lambda_function_configurations.unwrap_or_default().into_iter();
                let topics = topics.map(|told| of(told.id, told.topic_arn, &told.events, told.filter)).collect();
                let queues = queues.map(|told| of(told.id, told.queue_arn, &told.events, told.filter)).collect();
                let functions = functions.map(|told| of(told.id, told.lambda_function_arn, &told.events, told.filter));
                let not_known = || unreadable(STEP, subject, "a filter by nothing");
                Ok(Some(Observed::from(Notifications {
                    topics: Option::ok_or_else(topics, not_known)?,
                    queues: Option::ok_or_else(queues, not_known)?,
                    functions: functions.collect::<Option<_>>().ok_or_else(not_known)?,
                    event_bridge: answer.event_bridge_configuration.is_some(),
                })))
            }
            Err(error) if code(&error) == NO_BUCKET => Ok(None),
            Err(error) => Err(failed(STEP, subject, error)),
        }
    }

    /// Without asking those who are told whether they may be: what stays was there before, and one that is broken must not keep the others.
    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        Put(desired): &Self::Action,
    ) -> Result<(), WorldError> {
        const STEP: &str = "write the notifications";
        let configuration = configuration(desired).map_err(|error| invalid(STEP, subject, &error))?;
        let put = world
            .connection
            .s3()
            .put_bucket_notification_configuration()
            .bucket(bucket)
            .expected_bucket_owner(&world.home.account)
            .skip_destination_validation(true)
            .notification_configuration(configuration);
        written(STEP, subject, put.send().await)
    }
}

/// None: a part of the filter is not known. Without it more would be told.
fn of(
    id: Option<String>,
    arn: String,
    events: &[s3::Event],
    filter: Option<s3::NotificationConfigurationFilter>,
) -> Option<Notification> {
    let pair = |rule: s3::FilterRule| Some((rule.name?.as_str().to_ascii_lowercase(), rule.value.unwrap_or_default()));
    let filter = match filter.and_then(|filter| filter.key) {
        None => None,
        Some(key) => Some(key.filter_rules.unwrap_or_default().into_iter().map(pair).collect::<Option<_>>()?),
    };
    Some(Notification { id, arn, events: events.iter().map(|event| event.as_str().to_owned()).collect(), filter })
}

fn configuration(desired: &Notifications) -> Result<s3::NotificationConfiguration, BuildError> {
    let topic = |told: &Notification| {
        let builder = s3::TopicConfiguration::builder().set_id(told.id.clone()).topic_arn(&told.arn);
        builder.set_events(Some(events(told))).set_filter(filter(told)).build()
    };
    let queue = |told: &Notification| {
        let builder = s3::QueueConfiguration::builder().set_id(told.id.clone()).queue_arn(&told.arn);
        builder.set_events(Some(events(told))).set_filter(filter(told)).build()
    };
    let function = |told: &Notification| {
        let builder = s3::LambdaFunctionConfiguration::builder().set_id(told.id.clone()).lambda_function_arn(&told.arn);
        builder.set_events(Some(events(told))).set_filter(filter(told)).build()
    };
    let event_bridge = desired.event_bridge.then(|| s3::EventBridgeConfiguration::builder().build());
    Ok(s3::NotificationConfiguration::builder()
        .set_topic_configurations(some(desired.topics.iter().map(topic).collect::<Result<_, _>>()?))
        .set_queue_configurations(some(desired.queues.iter().map(queue).collect::<Result<_, _>>()?))
        .set_lambda_function_configurations(some(desired.functions.iter().map(function).collect::<Result<_, _>>()?))
        .set_event_bridge_configuration(event_bridge)
        .build())
}

fn events(told: &Notification) -> Vec<s3::Event> {
    told.events.iter().map(|event| s3::Event::from(event.as_str())).collect()
}

fn filter(told: &Notification) -> Option<s3::NotificationConfigurationFilter> {
    let rule = |(name, value): (&String, &String)| {
        s3::FilterRule::builder().name(s3::FilterRuleName::from(name.as_str())).value(value).build()
    };
    let rules: Vec<s3::FilterRule> = told.filter.as_ref()?.iter().map(rule).collect();
    let key = s3::S3KeyFilter::builder().set_filter_rules(some(rules)).build();
    Some(s3::NotificationConfigurationFilter::builder().key(key).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_told_is_written_as_it_was_read() {
        let filter = [("prefix".to_owned(), "raw/".to_owned()), ("suffix".to_owned(), String::new())];
        let full = Notification {
            id: Some("watch".into()),
            arn: "arn:aws:sqs:us-east-1:111122223333:watch".into(),
            events: vec!["s3:ObjectCreated:*".into(), "s3:NewKind:*".into()],
            filter: Some(filter.into()),
        };
        let plain = Notification { id: None, filter: None, ..full.clone() };
        let desired = Notifications { queues: vec![full, plain], event_bridge: true, ..Notifications::default() };
        let written = configuration(&desired).unwrap();
        let queues = written.queue_configurations.unwrap_or_default().into_iter();
        let read: Option<Vec<_>> = queues.map(|told| of(told.id, told.queue_arn, &told.events, told.filter)).collect();
        assert_eq!(read, Some(desired.queues));
        assert!(written.event_bridge_configuration.is_some() && written.topic_configurations.is_none());
    }
}
