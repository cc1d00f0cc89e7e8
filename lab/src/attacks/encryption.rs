//! Attacks that the encryption guard undoes.

use parapet_aws::sdk::s3::operation::put_bucket_encryption::builders::PutBucketEncryptionFluentBuilder;
use parapet_aws::sdk::s3::types::{
    BlockedEncryptionTypes, BucketVersioningStatus, EncryptionType, ObjectOwnership, OwnershipControls,
    OwnershipControlsRule, PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, VersioningConfiguration,
};
use parapet_console::Result;

use super::{Attack, ENCRYPTION_GUARD};
use crate::{Scene, reading};

/// Attacks that the encryption guard undoes.
pub const ENCRYPTION_ATTACKS: &[Attack] = &[
    Attack {
        name: "default encryption down to SSE-S3",
        event: "PutBucketEncryption",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| Box::pin(async { sent(put_encryption(s, ServerSideEncryption::Aes256, None, None)?.send().await) }),
        is_repaired: |s| Box::pin(is_encrypted(s)),
    },
    Attack {
        name: "default encryption deleted",
        event: "DeleteBucketEncryption",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            Box::pin(async { sent(s.intruder().s3().delete_bucket_encryption().bucket(s.ml_bucket()).send().await) })
        },
        is_repaired: |s| Box::pin(is_encrypted(s)),
    },
    Attack {
        name: "customer-provided keys (SSE-C) allowed",
        event: "PutBucketEncryption",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            Box::pin(async {
                sent(
                    put_encryption(s, ServerSideEncryption::AwsKms, Some(s.key_arn()), Some(EncryptionType::None))?
                        .send()
                        .await,
                )
            })
        },
        is_repaired: |s| Box::pin(is_encrypted(s)),
    },
    Attack {
        name: "public access block deleted",
        event: "DeleteBucketPublicAccessBlock",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            Box::pin(async { sent(s.intruder().s3().delete_public_access_block().bucket(s.ml_bucket()).send().await) })
        },
        is_repaired: |s| Box::pin(reading::is_blocked(s.administrator(), s.ml_bucket())),
    },
    Attack {
        name: "public access block of the logs weakened",
        event: "PutBucketPublicAccessBlock",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            let weak = PublicAccessBlockConfiguration::builder()
                .block_public_acls(true)
                .ignore_public_acls(true)
                .block_public_policy(false)
                .restrict_public_buckets(false);
            let call = s
                .intruder()
                .s3()
                .put_public_access_block()
                .bucket(s.log_bucket())
                .public_access_block_configuration(weak.build());
            Box::pin(async { sent(call.send().await) })
        },
        is_repaired: |s| Box::pin(reading::is_blocked(s.administrator(), s.log_bucket())),
    },
    Attack {
        name: "versioning suspended",
        event: "PutBucketVersioning",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            let suspended = VersioningConfiguration::builder().status(BucketVersioningStatus::Suspended).build();
            let call =
                s.intruder().s3().put_bucket_versioning().bucket(s.ml_bucket()).versioning_configuration(suspended);
            Box::pin(async { sent(call.send().await) })
        },
        is_repaired: |s| Box::pin(reading::is_versioned(s.administrator(), s.ml_bucket())),
    },
    Attack {
        name: "object ownership given to writers, ACLs on",
        event: "PutBucketOwnershipControls",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            Box::pin(async {
                let rule = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::ObjectWriter).build()?;
                let controls = OwnershipControls::builder().rules(rule).build()?;
                sent(
                    s.intruder()
                        .s3()
                        .put_bucket_ownership_controls()
                        .bucket(s.ml_bucket())
                        .ownership_controls(controls)
                        .send()
                        .await,
                )
            })
        },
        is_repaired: |s| Box::pin(reading::is_owner_enforced(s.administrator(), s.ml_bucket())),
    },
    Attack {
        name: "object ownership of the logs deleted",
        event: "DeleteBucketOwnershipControls",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            Box::pin(async {
                sent(s.intruder().s3().delete_bucket_ownership_controls().bucket(s.log_bucket()).send().await)
            })
        },
        is_repaired: |s| Box::pin(reading::is_owner_enforced(s.administrator(), s.log_bucket())),
    },
    Attack {
        name: "a new bucket, as unprotected as can be",
        event: "CreateBucket",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            let bucket = s.named("intruders-drop");
            Box::pin(async {
                sent(
                    s.intruder()
                        .s3()
                        .create_bucket()
                        .bucket(bucket)
                        .object_ownership(ObjectOwnership::ObjectWriter)
                        .send()
                        .await,
                )
            })
        },
        is_repaired: |s| Box::pin(is_hardened(s)),
    },
];

pub(super) fn sent<T, E: std::error::Error>(answer: Result<T, E>) -> Result<()> {
    answer.map(drop).map_err(Into::into)
}

/// A PutBucketEncryption on the data bucket, by the intruder.
fn put_encryption(
    s: &Scene<'_>,
    algorithm: ServerSideEncryption,
    key: Option<&str>,
    blocked: Option<EncryptionType>,
) -> Result<PutBucketEncryptionFluentBuilder> {
    let configuration = configuration(algorithm, key, blocked)?;
    Ok(s.intruder()
        .s3()
        .put_bucket_encryption()
        .bucket(s.ml_bucket())
        .server_side_encryption_configuration(configuration))
}

pub(super) fn configuration(
    algorithm: ServerSideEncryption,
    key: Option<&str>,
    blocked: Option<EncryptionType>,
) -> Result<ServerSideEncryptionConfiguration> {
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(algorithm.clone())
        .set_kms_master_key_id(key.map(str::to_owned))
        .build()?;
    let blocked = blocked.map(|blocked| BlockedEncryptionTypes::builder().encryption_type(blocked).build());
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default)
        .bucket_key_enabled(algorithm == ServerSideEncryption::AwsKms);
    Ok(ServerSideEncryptionConfiguration::builder()
        .rules(rule.set_blocked_encryption_types(blocked).build())
        .build()?)
}

/// Whether the data bucket encrypts with the pipeline's key, and with no other.
async fn is_encrypted(s: &Scene<'_>) -> Result<bool> {
    let seen = reading::encryption(s.administrator(), s.ml_bucket()).await?;
    let is_ours = |key: &str| key == s.key_arn() || key.ends_with("alias/parapet-ml");
    Ok(seen.is_some_and(|seen| {
        let strong = seen.algorithm == ServerSideEncryption::AwsKms && seen.bucket_key && seen.sse_c_blocked;
        strong && seen.key.as_deref().is_some_and(is_ours)
    }))
}

async fn is_hardened(s: &Scene<'_>) -> Result<bool> {
    let (aws, bucket) = (s.administrator(), s.named("intruders-drop"));
    Ok(reading::is_blocked(aws, &bucket).await?
        && reading::is_owner_enforced(aws, &bucket).await?
        && reading::encryption(aws, &bucket).await?.is_some_and(|seen| seen.sse_c_blocked))
}
