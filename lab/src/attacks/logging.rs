//! Attacks that the logging guard undoes.

use parapet_aws::sdk::cloudtrail::types::{EventSelector, InsightSelector, InsightType, ReadWriteType, Tag};
use parapet_console::Result;

use super::encryption::sent;
use super::{Attack, LOGGING_GUARD};
use crate::documents::{policy, trusts};
use crate::{ACCOUNT, REGION, TRAIL_LOGS_ROLE};
use crate::{Scene, reading};

/// Attacks that the logging guard undoes.
pub const LOGGING_ATTACKS: &[Attack] = &[
    Attack {
        name: "logging stopped",
        event: "StopLogging",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| Box::pin(async { sent(s.intruder().cloudtrail().stop_logging().name(s.trail()).send().await) }),
        is_repaired: |s| Box::pin(reading::is_logging(s.administrator(), s.trail())),
    },
    Attack {
        name: "the trail deleted",
        event: "DeleteTrail",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| Box::pin(async { sent(s.intruder().cloudtrail().delete_trail().name(s.trail()).send().await) }),
        is_repaired: |s| Box::pin(is_whole(s)),
    },
    Attack {
        name: "the trail narrowed to one region, without validation",
        event: "UpdateTrail",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| {
            let update = s
                .intruder()
                .cloudtrail()
                .update_trail()
                .name(s.trail())
                .is_multi_region_trail(false)
                .enable_log_file_validation(false);
            Box::pin(async { sent(update.send().await) })
        },
        is_repaired: |s| Box::pin(reading::is_complete(s.administrator(), s.trail(), s.log_bucket())),
    },
    Attack {
        name: "the trail's logs sent elsewhere, and without the key",
        event: "UpdateTrail",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| {
            let update = s.intruder().cloudtrail().update_trail().name(s.trail());
            let update = update.s3_bucket_name(s.ml_bucket()).kms_key_id("");
            Box::pin(async { sent(update.send().await) })
        },
        is_repaired: |s| Box::pin(reading::is_complete(s.administrator(), s.trail(), s.log_bucket())),
    },
    Attack {
        name: "the trail's copy in CloudWatch Logs cut off",
        event: "UpdateTrail",
        guard: LOGGING_GUARD,
        prepare: Some(|s| Box::pin(copy_to_cloud_watch(s))),
        call: |s| {
            let update = s.intruder().cloudtrail().update_trail().name(s.trail());
            let update = update.cloud_watch_logs_log_group_arn("").cloud_watch_logs_role_arn("");
            Box::pin(async { sent(update.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let found = s.administrator().cloudtrail().get_trail().name(s.trail()).send().await?;
                Ok(found.trail.and_then(|trail| trail.cloud_watch_logs_log_group_arn) == Some(log_group()))
            })
        },
    },
    Attack {
        name: "management events left out",
        event: "PutEventSelectors",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| {
            Box::pin(put_selector(
                s,
                EventSelector::builder()
                    .read_write_type(ReadWriteType::ReadOnly)
                    .include_management_events(false)
                    .build(),
            ))
        },
        is_repaired: |s| Box::pin(reading::selects_all(s.administrator(), s.trail(), s.ml_bucket())),
    },
    Attack {
        name: "the events of KMS left out",
        event: "PutEventSelectors",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| {
            let selector = EventSelector::builder().read_write_type(ReadWriteType::All).include_management_events(true);
            Box::pin(put_selector(s, selector.exclude_management_event_sources("kms.amazonaws.com").build()))
        },
        is_repaired: |s| Box::pin(reading::selects_all(s.administrator(), s.trail(), s.ml_bucket())),
    },
    Attack {
        name: "insights on errors switched off",
        event: "PutInsightSelectors",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| {
            let rate = InsightSelector::builder().insight_type(InsightType::ApiCallRateInsight).build();
            let call = s.intruder().cloudtrail().put_insight_selectors().trail_name(s.trail()).insight_selectors(rate);
            Box::pin(async { sent(call.send().await) })
        },
        is_repaired: |s| Box::pin(async { Ok(reading::insights(s.administrator(), s.trail()).await? == 2) }),
    },
    Attack {
        name: "the trail's purpose taken away",
        event: "RemoveTags",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| {
            Box::pin(async {
                let tag = Tag::builder().key("Purpose").value("AuditTrail").build()?;
                let remove = s.intruder().cloudtrail().remove_tags().resource_id(s.trail_arn());
                sent(remove.tags_list(tag).send().await)
            })
        },
        is_repaired: |s| Box::pin(reading::is_audit_trail(s.administrator(), s.trail_arn())),
    },
];

fn log_group() -> String {
    format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:audit:*")
}

/// The guard sees the copy made, and remembers it.
async fn copy_to_cloud_watch(s: &Scene<'_>) -> Result<()> {
    let aws = s.administrator();
    // It is there after the first round.
    if reading::trust(aws, TRAIL_LOGS_ROLE).await?.is_none() {
        let trust = policy([trusts("cloudtrail.amazonaws.com")]).to_string();
        aws.iam().create_role().role_name(TRAIL_LOGS_ROLE).assume_role_policy_document(trust).send().await?;
    }
    let update = aws.cloudtrail().update_trail().name(s.trail()).cloud_watch_logs_log_group_arn(log_group());
    let role = format!("arn:aws:iam::{ACCOUNT}:role/{TRAIL_LOGS_ROLE}");
    sent(update.cloud_watch_logs_role_arn(role).send().await)
}

async fn put_selector(s: &Scene<'_>, selector: EventSelector) -> Result<()> {
    sent(s.intruder().cloudtrail().put_event_selectors().trail_name(s.trail()).event_selectors(selector).send().await)
}

/// Whether the trail is back with all it had.
async fn is_whole(s: &Scene<'_>) -> Result<bool> {
    let (aws, trail) = (s.administrator(), s.trail());
    Ok(reading::is_logging(aws, trail).await?
        && reading::is_complete(aws, trail, s.log_bucket()).await?
        && reading::selects_all(aws, trail, s.ml_bucket()).await?
        && reading::insights(aws, trail).await? == 2)
}
