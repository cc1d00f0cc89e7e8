//! Calls that weaken nothing: a guard that undoes one of them is a nuisance, and will be switched off.

use parapet_aws::sdk::cloudtrail::types::{DataResource, EventSelector, ReadWriteType};
use parapet_aws::sdk::kms::types::GrantOperation;
use parapet_aws::sdk::s3::types::{
    BucketLifecycleConfiguration, BucketVersioningStatus, EncryptionType, EventBridgeConfiguration, ExpirationStatus,
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, NotificationConfiguration, ServerSideEncryption, Tag,
    Tagging, Transition, TransitionStorageClass, VersioningConfiguration,
};
use parapet_console::{Result, Trouble};

use serde_json::{Value, json};

use super::encryption::{configuration, sent};
use super::policy::{INLINE, create_role};
use super::{ENCRYPTION_GUARD, Harmless, LOGGING_GUARD, POLICY_GUARD};
use crate::ACCOUNT;
use crate::documents::{has_sid, is_tls_only, policy, reads_reports, role_reads, trusts_lambda};
use crate::{Scene, reading};

const READ_ONLY_ACCESS: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

/// Calls that weaken nothing.
pub const HARMLESS_CALLS: &[Harmless] = &[
    Harmless {
        name: "one more tag on the data bucket",
        event: "PutBucketTagging",
        guard: Some(ENCRYPTION_GUARD),
        prepare: None,
        call: |s| Box::pin(put_tags(s)),
        is_kept: |s| {
            Box::pin(async {
                Ok(s.administrator().s3().get_bucket_tagging().bucket(s.ml_bucket()).send().await?.tag_set.len() == 2)
            })
        },
    },
    Harmless {
        name: "versioning enabled where it is",
        event: "PutBucketVersioning",
        guard: Some(ENCRYPTION_GUARD),
        prepare: None,
        call: |s| Box::pin(put_versioning(s, s.ml_bucket())),
        is_kept: |s| Box::pin(reading::is_versioned(s.administrator(), s.ml_bucket())),
    },
    Harmless {
        name: "dual-layer encryption, stricter than asked for",
        event: "PutBucketEncryption",
        guard: Some(ENCRYPTION_GUARD),
        prepare: None,
        call: |s| Box::pin(put_dual_layer_encryption(s)),
        is_kept: |s| {
            Box::pin(async {
                let seen = reading::encryption(s.administrator(), s.ml_bucket()).await?;
                Ok(seen.is_some_and(|seen| seen.algorithm == ServerSideEncryption::AwsKmsDsse && seen.sse_c_blocked))
            })
        },
    },
    Harmless {
        name: "logs to expire after two years, and to move to cheaper storage before",
        event: "PutBucketLifecycle",
        guard: Some(ENCRYPTION_GUARD),
        prepare: None,
        call: |s| Box::pin(expire_late(s)),
        is_kept: |s| {
            Box::pin(async {
                let rules = reading::lifecycle(s.administrator(), s.log_bucket()).await?;
                let kept = |rule: &LifecycleRule| {
                    let days = rule.expiration.as_ref().and_then(|expiration| expiration.days);
                    days == Some(730) && rule.transitions().len() == 1
                };
                Ok(rules.len() == 1 && rules.iter().all(kept))
            })
        },
    },
    Harmless {
        name: "changes told to the account's own event bus",
        event: "PutBucketNotification",
        guard: Some(ENCRYPTION_GUARD),
        prepare: None,
        call: |s| {
            let told = NotificationConfiguration::builder()
                .event_bridge_configuration(EventBridgeConfiguration::builder().build())
                .build();
            let put = s.administrator().s3().put_bucket_notification_configuration().bucket(s.ml_bucket());
            let put = put.notification_configuration(told);
            Box::pin(async { sent(put.send().await) })
        },
        is_kept: |s| {
            Box::pin(async {
                let told = s.administrator().s3().get_bucket_notification_configuration().bucket(s.ml_bucket());
                Ok(told.send().await?.event_bridge_configuration().is_some())
            })
        },
    },
    Harmless {
        name: "a call that fails, on a bucket that is not there",
        event: "PutBucketVersioning",
        guard: None,
        prepare: None,
        call: |s| {
            Box::pin(async {
                match put_versioning(s, "no-such-bucket-here").await {
                    Ok(()) => Err(Trouble::new("the call went through")),
                    Err(_) => Ok(()),
                }
            })
        },
        is_kept: |s| Box::pin(reading::is_versioned(s.administrator(), s.ml_bucket())),
    },
    Harmless {
        name: "a bucket policy for one role, beside TLS only",
        event: "PutBucketPolicy",
        guard: Some(POLICY_GUARD),
        prepare: None,
        call: |s| Box::pin(let_role_read(s)),
        is_kept: |s| {
            Box::pin(async {
                let policy = reading::bucket_policy(s.administrator(), s.ml_bucket()).await?;
                Ok(policy.is_some_and(|policy| is_tls_only(&policy) && has_sid(&policy, "Pipeline")))
            })
        },
    },
    Harmless {
        name: "a read-only policy in a role",
        event: "PutRolePolicy",
        guard: Some(POLICY_GUARD),
        prepare: Some(|s| Box::pin(create_role(s, "analyst"))),
        call: |s| {
            let call = s
                .administrator()
                .iam()
                .put_role_policy()
                .role_name(s.named("analyst"))
                .policy_name(INLINE)
                .policy_document(policy([reads_reports()]).to_string());
            Box::pin(async { sent(call.send().await) })
        },
        is_kept: |s| {
            Box::pin(async {
                Ok(reading::role_policy(s.administrator(), &s.named("analyst"), INLINE).await?
                    == Some(policy([reads_reports()])))
            })
        },
    },
    Harmless {
        name: "a role passed to one service, and functions of one's own changed",
        event: "PutRolePolicy",
        guard: Some(POLICY_GUARD),
        prepare: Some(|s| Box::pin(create_role(s, "pipeline-deployer"))),
        call: |s| Box::pin(put_policy(s, "pipeline-deployer", policy([deploys()]))),
        is_kept: |s| {
            Box::pin(async {
                let kept = reading::role_policy(s.administrator(), &s.named("pipeline-deployer"), INLINE).await?;
                Ok(kept == Some(policy([deploys()])))
            })
        },
    },
    Harmless {
        name: "roles made within a boundary, and keys lent to services alone",
        event: "PutRolePolicy",
        guard: Some(POLICY_GUARD),
        prepare: Some(|s| Box::pin(create_role(s, "role-maker"))),
        call: |s| Box::pin(put_policy(s, "role-maker", makes_bounded())),
        is_kept: |s| {
            Box::pin(async {
                let kept = reading::role_policy(s.administrator(), &s.named("role-maker"), INLINE).await?;
                Ok(kept == Some(makes_bounded()))
            })
        },
    },
    Harmless {
        name: "a role for another role of the account",
        event: "UpdateAssumeRolePolicy",
        guard: Some(POLICY_GUARD),
        prepare: Some(|s| Box::pin(create_role(s, "colleague"))),
        call: |s| {
            let trust = policy([trusts_own()]).to_string();
            let iam = s.administrator().iam();
            let call = iam.update_assume_role_policy().role_name(s.named("colleague")).policy_document(trust);
            Box::pin(async { sent(call.send().await) })
        },
        is_kept: |s| {
            Box::pin(async {
                Ok(reading::trust(s.administrator(), &s.named("colleague")).await? == Some(policy([trusts_own()])))
            })
        },
    },
    Harmless {
        name: "a user joins a team that may read",
        event: "AddUserToGroup",
        guard: Some(POLICY_GUARD),
        prepare: Some(|s| Box::pin(create_team(s, "analysts"))),
        call: |s| {
            let add = s.administrator().iam().add_user_to_group().user_name("intruder").group_name(s.named("analysts"));
            Box::pin(async { sent(add.send().await) })
        },
        is_kept: |s| {
            Box::pin(async {
                let groups = s.administrator().iam().list_groups_for_user().user_name("intruder").send().await?.groups;
                Ok(groups.iter().any(|group| group.group_name == s.named("analysts")))
            })
        },
    },
    Harmless {
        name: "a new policy that only reads",
        event: "CreatePolicy",
        guard: Some(POLICY_GUARD),
        prepare: None,
        call: |s| {
            let call = s
                .administrator()
                .iam()
                .create_policy()
                .policy_name(s.named("readers"))
                .policy_document(policy([reads_reports()]).to_string());
            Box::pin(async { sent(call.send().await) })
        },
        is_kept: |s| {
            Box::pin(async {
                Ok(reading::managed_policy(s.administrator(), &s.policy_arn("readers")).await?
                    == Some(policy([reads_reports()])))
            })
        },
    },
    Harmless {
        name: "ReadOnlyAccess attached to the intruder",
        event: "AttachUserPolicy",
        guard: Some(POLICY_GUARD),
        prepare: None,
        call: |s| {
            Box::pin(async {
                sent(
                    s.administrator()
                        .iam()
                        .attach_user_policy()
                        .user_name("intruder")
                        .policy_arn(READ_ONLY_ACCESS)
                        .send()
                        .await,
                )
            })
        },
        is_kept: |s| Box::pin(reading::user_has(s.administrator(), "intruder", READ_ONLY_ACCESS)),
    },
    Harmless {
        name: "a new role for a service",
        event: "CreateRole",
        guard: Some(POLICY_GUARD),
        prepare: None,
        call: |s| Box::pin(create_role(s, "resizer")),
        is_kept: |s| {
            Box::pin(async {
                Ok(reading::trust(s.administrator(), &s.named("resizer")).await? == Some(policy([trusts_lambda()])))
            })
        },
    },
    Harmless {
        name: "a grant to the ML role",
        event: "CreateGrant",
        guard: Some(POLICY_GUARD),
        prepare: None,
        call: |s| {
            let call = s.administrator().kms().create_grant().key_id(s.key_arn());
            let call = call.grantee_principal(s.lab().output("ml_service_role_arn"));
            Box::pin(async { sent(call.operations(GrantOperation::Decrypt).send().await) })
        },
        is_kept: |s| {
            Box::pin(async {
                let role = s.lab().output("ml_service_role_arn").to_owned();
                Ok(reading::key_grantees(s.administrator(), s.key_arn()).await?.contains(&role))
            })
        },
    },
    Harmless {
        name: "logging started where it is on",
        event: "StartLogging",
        guard: Some(LOGGING_GUARD),
        prepare: None,
        call: |s| Box::pin(async { sent(s.administrator().cloudtrail().start_logging().name(s.trail()).send().await) }),
        is_kept: |s| Box::pin(reading::is_logging(s.administrator(), s.trail())),
    },
    Harmless {
        name: "more events selected than asked for",
        event: "PutEventSelectors",
        guard: Some(LOGGING_GUARD),
        prepare: None,
        call: |s| Box::pin(select_more(s)),
        is_kept: |s| {
            Box::pin(async {
                let selectors = reading::selectors(s.administrator(), s.trail()).await?;
                let kinds = selectors.iter().flat_map(|selector| selector.data_resources());
                Ok(kinds.filter(|data| data.r#type() == Some("AWS::Lambda::Function")).count() == 1)
            })
        },
    },
    Harmless {
        name: "a call that fails, on a trail that is not there",
        event: "DeleteTrail",
        guard: None,
        prepare: None,
        call: |s| {
            Box::pin(async {
                match s.administrator().cloudtrail().delete_trail().name("no-such-trail").send().await {
                    Ok(_) => Err(Trouble::new("the call went through")),
                    Err(_) => Ok(()),
                }
            })
        },
        is_kept: |s| Box::pin(reading::is_logging(s.administrator(), s.trail())),
    },
];

/// What a deployment pipeline needs.
fn deploys() -> Value {
    json!({
        "Sid": "Deploy", "Effect": "Allow", "Action": ["iam:PassRole", "lambda:CreateFunction", "lambda:UpdateFunctionCode"],
        "Resource": ["arn:aws:iam::*:role/app-*", "arn:aws:lambda:*:*:function:app-*"],
    })
}

/// What a team needs that makes its own roles and encrypted disks.
fn makes_bounded() -> Value {
    policy([
        json!({
            "Sid": "Make", "Effect": "Allow", "Action": ["iam:CreateRole", "iam:AttachRolePolicy"],
            "Resource": format!("arn:aws:iam::{ACCOUNT}:role/app-*"),
            "Condition": {"StringEquals": {"iam:PermissionsBoundary": format!("arn:aws:iam::{ACCOUNT}:policy/team")}},
        }),
        json!({
            "Sid": "Lend", "Effect": "Allow", "Action": "kms:CreateGrant", "Resource": "*",
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        }),
    ])
}

/// Whoever the account lets assume it, among its users.
fn trusts_own() -> Value {
    let intruder = format!("arn:aws:iam::{ACCOUNT}:user/intruder");
    json!({"Sid": "Publish", "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": intruder}})
}

async fn put_policy(s: &Scene<'_>, role: &str, document: Value) -> Result<()> {
    let call = s.administrator().iam().put_role_policy().role_name(s.named(role)).policy_name(INLINE);
    sent(call.policy_document(document.to_string()).send().await)
}

async fn create_team(s: &Scene<'_>, name: &str) -> Result<()> {
    let iam = s.administrator().iam();
    iam.create_group().group_name(s.named(name)).send().await?;
    let document = policy([reads_reports()]).to_string();
    sent(iam.put_group_policy().group_name(s.named(name)).policy_name(INLINE).policy_document(document).send().await)
}

async fn put_tags(s: &Scene<'_>) -> Result<()> {
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    let tags =
        Tagging::builder().tag_set(tag("Purpose", "MLPipelineDataStorage")?).tag_set(tag("Team", "vision")?).build()?;
    sent(s.administrator().s3().put_bucket_tagging().bucket(s.ml_bucket()).tagging(tags).send().await)
}

async fn put_versioning(s: &Scene<'_>, bucket: &str) -> Result<()> {
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    sent(s.administrator().s3().put_bucket_versioning().bucket(bucket).versioning_configuration(enabled).send().await)
}

async fn expire_late(s: &Scene<'_>) -> Result<()> {
    let moved = Transition::builder().days(90).storage_class(TransitionStorageClass::Glacier).build();
    let rule = LifecycleRule::builder()
        .id("two-years")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .transitions(moved)
        .expiration(LifecycleExpiration::builder().days(730).build())
        .build()?;
    let configuration = BucketLifecycleConfiguration::builder().rules(rule).build()?;
    let put = s.administrator().s3().put_bucket_lifecycle_configuration().bucket(s.log_bucket());
    sent(put.lifecycle_configuration(configuration).send().await)
}

async fn put_dual_layer_encryption(s: &Scene<'_>) -> Result<()> {
    let strict = configuration(ServerSideEncryption::AwsKmsDsse, Some(s.key_arn()), Some(EncryptionType::SseC))?;
    sent(
        s.administrator()
            .s3()
            .put_bucket_encryption()
            .bucket(s.ml_bucket())
            .server_side_encryption_configuration(strict)
            .send()
            .await,
    )
}

async fn let_role_read(s: &Scene<'_>) -> Result<()> {
    let (aws, bucket) = (s.administrator(), s.ml_bucket());
    let mut document = reading::bucket_policy(aws, bucket).await?.unwrap_or_else(|| policy([]));
    if let Some(statements) = document.get_mut("Statement").and_then(|statements| statements.as_array_mut()) {
        statements.push(role_reads(bucket, s.lab().output("ml_service_role_arn")));
    }
    sent(aws.s3().put_bucket_policy().bucket(bucket).policy(document.to_string()).send().await)
}

async fn select_more(s: &Scene<'_>) -> Result<()> {
    let data = |kind: &str, arn: String| DataResource::builder().r#type(kind).values(arn).build();
    let selector = EventSelector::builder()
        .read_write_type(ReadWriteType::All)
        .include_management_events(true)
        .data_resources(data("AWS::S3::Object", format!("arn:aws:s3:::{}/", s.ml_bucket())))
        .data_resources(data("AWS::Lambda::Function", "arn:aws:lambda".to_owned()));
    sent(
        s.administrator()
            .cloudtrail()
            .put_event_selectors()
            .trail_name(s.trail())
            .event_selectors(selector.build())
            .send()
            .await,
    )
}
