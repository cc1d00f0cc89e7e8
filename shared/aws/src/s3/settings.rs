//! The settings of a bucket.

use aws_sdk_s3::types::{
    BlockedEncryptionTypes, BucketLocationConstraint, BucketLoggingStatus, BucketVersioningStatus,
    CreateBucketConfiguration, DefaultRetention, EncryptionType, LoggingEnabled, ObjectLockConfiguration,
    ObjectLockEnabled, ObjectLockRetentionMode, ObjectLockRule, ObjectOwnership as S3Ownership, OwnershipControls,
    OwnershipControlsRule, PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag, Tagging, VersioningConfiguration,
};
use parapet_core::{Algorithm, ErrorKind, Facet, Resource, Retention, RetentionMode, WorldError};
use parapet_guards::{
    BucketEncryption, EncryptionAction, EncryptionState, LogTarget, ObjectOwnership, PublicAccess, Versioning,
};

use super::NO_BUCKET;
use crate::AwsWorld;
use crate::failure::{broken, code, failed};

/// Reads one facet of a bucket; none: there is no such bucket.
pub(crate) async fn observe(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    facet: Facet,
) -> Result<Option<EncryptionState>, WorldError> {
    match facet {
        Facet::BucketExistence => existence(world, subject, bucket).await.map(Some),
        Facet::BucketEncryption => encryption(world, subject, bucket).await,
        Facet::BucketPublicAccess => public_access(world, subject, bucket).await,
        Facet::BucketVersioning => versioning(world, subject, bucket).await,
        Facet::BucketOwnership => ownership(world, subject, bucket).await,
        Facet::BucketLogging => logging(world, subject, bucket).await,
        Facet::BucketObjectLock => object_lock(world, subject, bucket).await,
        Facet::BucketTags => tags(world, subject, bucket).await,
        _ => Err(world.misplaced(subject, facet)),
    }
}

/// Writes one facet of a bucket.
pub(crate) async fn apply(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    action: &EncryptionAction,
) -> Result<(), WorldError> {
    match action {
        EncryptionAction::CreateBucket | EncryptionAction::Put(EncryptionState::Existence(_)) => {
            create(world, subject, bucket).await
        }
        EncryptionAction::Put(EncryptionState::Encryption(encryption)) => {
            put_encryption(world, subject, bucket, encryption).await
        }
        EncryptionAction::Put(EncryptionState::PublicAccess(block)) => {
            put_public_access(world, subject, bucket, *block).await
        }
        EncryptionAction::Put(EncryptionState::Versioning(versioning)) => {
            put_versioning(world, subject, bucket, *versioning).await
        }
        EncryptionAction::Put(EncryptionState::Ownership(ownership)) => {
            put_ownership(world, subject, bucket, *ownership).await
        }
        EncryptionAction::Put(EncryptionState::Logging(target)) => {
            put_logging(world, subject, bucket, target.as_ref()).await
        }
        EncryptionAction::Put(EncryptionState::ObjectLock(retention)) => {
            put_object_lock(world, subject, bucket, *retention).await
        }
        EncryptionAction::Put(EncryptionState::Tags(tags)) => put_tags(world, subject, bucket, tags.iter()).await,
        EncryptionAction::Put(EncryptionState::Key(_) | EncryptionState::KeyRotation(_))
        | EncryptionAction::CreateKey
        | EncryptionAction::EnableKey
        | EncryptionAction::CancelKeyDeletion => Err(world.misplaced(subject, Facet::KeyState)),
    }
}

/// HeadBucket answers 403 both for somebody else's bucket and for a missing permission, without saying which.
async fn existence(world: &AwsWorld<'_>, subject: &Resource, bucket: &str) -> Result<EncryptionState, WorldError> {
    const STEP: &str = "look for the existence";
    let head =
        world.connection.s3().head_bucket().bucket(bucket).expected_bucket_owner(&world.home.account).send().await;
    match head {
        Ok(_) => Ok(EncryptionState::Existence(true)),
        Err(error) => match error.raw_response().map(|response| response.status().as_u16()) {
            Some(404) => Ok(EncryptionState::Existence(false)),
            Some(403) => Err(broken(
                STEP,
                subject,
                ErrorKind::Taken,
                "access denied: the bucket is another account's, or the function's role may not see it".to_owned(),
            )),
            _ => Err(failed(STEP, subject, error)),
        },
    }
}

/// Every bucket is encrypted; a service that says there is no configuration means its default, SSE-S3.
async fn encryption(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
) -> Result<Option<EncryptionState>, WorldError> {
    const STEP: &str = "read the default encryption";
    let answer = world
        .connection
        .s3()
        .get_bucket_encryption()
        .bucket(bucket)
        .expected_bucket_owner(&world.home.account)
        .send()
        .await;
    let rule = match answer {
        Ok(answer) => {
            answer.server_side_encryption_configuration.and_then(|configuration| configuration.rules.into_iter().next())
        }
        Err(error) => match code(&error) {
            NO_BUCKET => return Ok(None),
            "ServerSideEncryptionConfigurationNotFoundError" => None,
            _ => return Err(failed(STEP, subject, error)),
        },
    };
    let default = rule.as_ref().and_then(|rule| rule.apply_server_side_encryption_by_default());
    let algorithm = match default.map(ServerSideEncryptionByDefault::sse_algorithm) {
        None | Some(ServerSideEncryption::Aes256) => Algorithm::Aes256,
        Some(ServerSideEncryption::AwsKms) => Algorithm::Kms,
        Some(ServerSideEncryption::AwsKmsDsse) => Algorithm::KmsDsse,
        Some(other) => {
            return Err(broken(
                STEP,
                subject,
                ErrorKind::Unreadable,
                format!("the algorithm `{}` is not known", other.as_str()),
            ));
        }
    };
    let key = match algorithm {
        Algorithm::Aes256 => None,
        Algorithm::Kms | Algorithm::KmsDsse => {
            Some(world.named_key(default.and_then(|default| default.kms_master_key_id())).await?)
        }
    };
    let blocked = rule
        .as_ref()
        .and_then(|rule| rule.blocked_encryption_types())
        .map(BlockedEncryptionTypes::encryption_type)
        .unwrap_or_default();
    Ok(Some(EncryptionState::Encryption(BucketEncryption {
        algorithm,
        key,
        bucket_key: rule.as_ref().and_then(|rule| rule.bucket_key_enabled()).unwrap_or_default(),
        sse_c_blocked: blocked.contains(&EncryptionType::SseC),
    })))
}

/// The blocked types are always sent: a PutBucketEncryption without them may drop the block.
async fn put_encryption(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    desired: &BucketEncryption,
) -> Result<(), WorldError> {
    const STEP: &str = "write the default encryption";
    let algorithm = match desired.algorithm {
        Algorithm::Aes256 => ServerSideEncryption::Aes256,
        Algorithm::Kms => ServerSideEncryption::AwsKms,
        Algorithm::KmsDsse => ServerSideEncryption::AwsKmsDsse,
    };
    let key = world.key_to_name(desired.key.as_ref(), STEP, subject).await?;
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(algorithm)
        .set_kms_master_key_id(key)
        .build()
        .map_err(|error| invalid(STEP, subject, &error))?;
    let blocked = if desired.sse_c_blocked { EncryptionType::SseC } else { EncryptionType::None };
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default)
        .bucket_key_enabled(desired.bucket_key)
        .blocked_encryption_types(BlockedEncryptionTypes::builder().encryption_type(blocked).build())
        .build();
    let configuration = ServerSideEncryptionConfiguration::builder()
        .rules(rule)
        .build()
        .map_err(|error| invalid(STEP, subject, &error))?;
    let put = world.connection.s3().put_bucket_encryption().bucket(bucket).expected_bucket_owner(&world.home.account);
    put.server_side_encryption_configuration(configuration)
        .send()
        .await
        .map(drop)
        .map_err(|error| failed(STEP, subject, error))
}

async fn public_access(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
) -> Result<Option<EncryptionState>, WorldError> {
    let answer = world
        .connection
        .s3()
        .get_public_access_block()
        .bucket(bucket)
        .expected_bucket_owner(&world.home.account)
        .send()
        .await;
    let block = match answer {
        Ok(answer) => answer.public_access_block_configuration,
        Err(error) => match code(&error) {
            NO_BUCKET => return Ok(None),
            "NoSuchPublicAccessBlockConfiguration" => None,
            _ => return Err(failed("read the public access block", subject, error)),
        },
    };
    let on = |setting: fn(&PublicAccessBlockConfiguration) -> Option<bool>| {
        block.as_ref().and_then(setting).unwrap_or_default()
    };
    Ok(Some(EncryptionState::PublicAccess(PublicAccess {
        block_public_acls: on(|block| block.block_public_acls),
        ignore_public_acls: on(|block| block.ignore_public_acls),
        block_public_policy: on(|block| block.block_public_policy),
        restrict_public_buckets: on(|block| block.restrict_public_buckets),
    })))
}

async fn put_public_access(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    desired: PublicAccess,
) -> Result<(), WorldError> {
    let configuration = PublicAccessBlockConfiguration::builder()
        .block_public_acls(desired.block_public_acls)
        .ignore_public_acls(desired.ignore_public_acls)
        .block_public_policy(desired.block_public_policy)
        .restrict_public_buckets(desired.restrict_public_buckets)
        .build();
    let put = world.connection.s3().put_public_access_block().bucket(bucket).expected_bucket_owner(&world.home.account);
    put.public_access_block_configuration(configuration)
        .send()
        .await
        .map(drop)
        .map_err(|error| failed("write the public access block", subject, error))
}

async fn versioning(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
) -> Result<Option<EncryptionState>, WorldError> {
    let answer = world
        .connection
        .s3()
        .get_bucket_versioning()
        .bucket(bucket)
        .expected_bucket_owner(&world.home.account)
        .send()
        .await;
    match answer {
        Ok(answer) => Ok(Some(EncryptionState::Versioning(match answer.status {
            Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
            Some(_) => Versioning::Suspended,
            None => Versioning::Off,
        }))),
        Err(error) if code(&error) == NO_BUCKET => Ok(None),
        Err(error) => Err(failed("read the versioning", subject, error)),
    }
}

async fn put_versioning(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    desired: Versioning,
) -> Result<(), WorldError> {
    // Versioning cannot be switched off again, only suspended.
    let status = if desired == Versioning::Enabled {
        BucketVersioningStatus::Enabled
    } else {
        BucketVersioningStatus::Suspended
    };
    let put = world.connection.s3().put_bucket_versioning().bucket(bucket).expected_bucket_owner(&world.home.account);
    let configuration = VersioningConfiguration::builder().status(status).build();
    put.versioning_configuration(configuration)
        .send()
        .await
        .map(drop)
        .map_err(|error| failed("write the versioning", subject, error))
}

async fn ownership(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
) -> Result<Option<EncryptionState>, WorldError> {
    const STEP: &str = "read the object ownership";
    let answer = world
        .connection
        .s3()
        .get_bucket_ownership_controls()
        .bucket(bucket)
        .expected_bucket_owner(&world.home.account)
        .send()
        .await;
    let rule = match answer {
        Ok(answer) => answer.ownership_controls.and_then(|controls| controls.rules.into_iter().next()),
        Err(error) => match code(&error) {
            NO_BUCKET => return Ok(None),
            "OwnershipControlsNotFoundError" => None,
            _ => return Err(failed(STEP, subject, error)),
        },
    };
    let ownership = match rule.map(|rule| rule.object_ownership) {
        None => None,
        Some(S3Ownership::BucketOwnerEnforced) => Some(ObjectOwnership::BucketOwnerEnforced),
        Some(S3Ownership::BucketOwnerPreferred) => Some(ObjectOwnership::BucketOwnerPreferred),
        Some(S3Ownership::ObjectWriter) => Some(ObjectOwnership::ObjectWriter),
        Some(other) => {
            return Err(broken(
                STEP,
                subject,
                ErrorKind::Unreadable,
                format!("the ownership `{}` is not known", other.as_str()),
            ));
        }
    };
    Ok(Some(EncryptionState::Ownership(ownership)))
}

async fn put_ownership(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    desired: Option<ObjectOwnership>,
) -> Result<(), WorldError> {
    const STEP: &str = "write the object ownership";
    let Some(desired) = desired else {
        let delete = world
            .connection
            .s3()
            .delete_bucket_ownership_controls()
            .bucket(bucket)
            .expected_bucket_owner(&world.home.account);
        return delete.send().await.map(drop).map_err(|error| failed(STEP, subject, error));
    };
    let ownership = match desired {
        ObjectOwnership::BucketOwnerEnforced => S3Ownership::BucketOwnerEnforced,
        ObjectOwnership::BucketOwnerPreferred => S3Ownership::BucketOwnerPreferred,
        ObjectOwnership::ObjectWriter => S3Ownership::ObjectWriter,
    };
    let rule = OwnershipControlsRule::builder()
        .object_ownership(ownership)
        .build()
        .map_err(|error| invalid(STEP, subject, &error))?;
    let controls = OwnershipControls::builder().rules(rule).build().map_err(|error| invalid(STEP, subject, &error))?;
    let put =
        world.connection.s3().put_bucket_ownership_controls().bucket(bucket).expected_bucket_owner(&world.home.account);
    put.ownership_controls(controls).send().await.map(drop).map_err(|error| failed(STEP, subject, error))
}

async fn logging(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
) -> Result<Option<EncryptionState>, WorldError> {
    let answer = world
        .connection
        .s3()
        .get_bucket_logging()
        .bucket(bucket)
        .expected_bucket_owner(&world.home.account)
        .send()
        .await;
    match answer {
        Ok(answer) => {
            let target =
                answer.logging_enabled.map(|on| LogTarget { bucket: on.target_bucket, prefix: on.target_prefix });
            Ok(Some(EncryptionState::Logging(target)))
        }
        Err(error) if code(&error) == NO_BUCKET => Ok(None),
        Err(error) => Err(failed("read the access logging", subject, error)),
    }
}

async fn put_logging(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    desired: Option<&LogTarget>,
) -> Result<(), WorldError> {
    const STEP: &str = "write the access logging";
    let target = desired
        .map(|target| LoggingEnabled::builder().target_bucket(&target.bucket).target_prefix(&target.prefix).build());
    let target = target.transpose().map_err(|error| invalid(STEP, subject, &error))?;
    let put = world.connection.s3().put_bucket_logging().bucket(bucket).expected_bucket_owner(&world.home.account);
    let status = BucketLoggingStatus::builder().set_logging_enabled(target).build();
    put.bucket_logging_status(status).send().await.map(drop).map_err(|error| failed(STEP, subject, error))
}

async fn object_lock(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
) -> Result<Option<EncryptionState>, WorldError> {
    const DAYS_A_YEAR: i32 = 365;
    let answer = world
        .connection
        .s3()
        .get_object_lock_configuration()
        .bucket(bucket)
        .expected_bucket_owner(&world.home.account)
        .send()
        .await;
    let retention = match answer {
        Ok(answer) => {
            answer.object_lock_configuration.and_then(|lock| lock.rule).and_then(|rule| rule.default_retention)
        }
        Err(error) => match code(&error) {
            NO_BUCKET => return Ok(None),
            "ObjectLockConfigurationNotFoundError" => None,
            _ => return Err(failed("read the object lock", subject, error)),
        },
    };
    let retention = retention.and_then(|retention| {
        let mode = if retention.mode? == ObjectLockRetentionMode::Compliance {
            RetentionMode::Compliance
        } else {
            RetentionMode::Governance
        };
        let days = retention.days.or_else(|| retention.years.map(|years| years.saturating_mul(DAYS_A_YEAR)))?;
        Some(Retention { mode, days: u32::try_from(days).ok()? })
    });
    Ok(Some(EncryptionState::ObjectLock(retention)))
}

async fn put_object_lock(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    desired: Option<Retention>,
) -> Result<(), WorldError> {
    let rule = desired.map(|retention| {
        let mode = match retention.mode {
            RetentionMode::Governance => ObjectLockRetentionMode::Governance,
            RetentionMode::Compliance => ObjectLockRetentionMode::Compliance,
        };
        let days = i32::try_from(retention.days).unwrap_or(i32::MAX);
        ObjectLockRule::builder().default_retention(DefaultRetention::builder().mode(mode).days(days).build()).build()
    });
    let configuration =
        ObjectLockConfiguration::builder().object_lock_enabled(ObjectLockEnabled::Enabled).set_rule(rule).build();
    let put =
        world.connection.s3().put_object_lock_configuration().bucket(bucket).expected_bucket_owner(&world.home.account);
    put.object_lock_configuration(configuration)
        .send()
        .await
        .map(drop)
        .map_err(|error| failed("write the object lock", subject, error))
}

async fn tags(world: &AwsWorld<'_>, subject: &Resource, bucket: &str) -> Result<Option<EncryptionState>, WorldError> {
    let answer = world
        .connection
        .s3()
        .get_bucket_tagging()
        .bucket(bucket)
        .expected_bucket_owner(&world.home.account)
        .send()
        .await;
    match answer {
        Ok(answer) => {
            Ok(Some(EncryptionState::Tags(answer.tag_set.into_iter().map(|tag| (tag.key, tag.value)).collect())))
        }
        Err(error) => match code(&error) {
            NO_BUCKET => Ok(None),
            "NoSuchTagSet" => Ok(Some(EncryptionState::Tags(std::collections::BTreeMap::new()))),
            _ => Err(failed("read the tags", subject, error)),
        },
    }
}

async fn put_tags(
    world: &AwsWorld<'_>,
    subject: &Resource,
    bucket: &str,
    tags: impl Iterator<Item = (&String, &String)>,
) -> Result<(), WorldError> {
    const STEP: &str = "write the tags";
    let tags: Result<Vec<Tag>, _> = tags.map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let tags = tags.map_err(|error| invalid(STEP, subject, &error))?;
    let tagging = Tagging::builder().set_tag_set(Some(tags)).build().map_err(|error| invalid(STEP, subject, &error))?;
    let put = world.connection.s3().put_bucket_tagging().bucket(bucket).expected_bucket_owner(&world.home.account);
    put.tagging(tagging).send().await.map(drop).map_err(|error| failed(STEP, subject, error))
}

/// Amazon S3 API Reference, CreateBucket: without a location constraint the bucket is made in us-east-1, which is not a valid one.
async fn create(world: &AwsWorld<'_>, subject: &Resource, bucket: &str) -> Result<(), WorldError> {
    const HOME_OF_S3: &str = "us-east-1";
    let region = world.home.region.as_str();
    let location = (region != HOME_OF_S3).then(|| {
        CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::from(region)).build()
    });
    match world.connection.s3().create_bucket().bucket(bucket).set_create_bucket_configuration(location).send().await {
        Err(error) if code(&error) == "BucketAlreadyOwnedByYou" => Ok(()),
        made => made.map(drop).map_err(|error| failed("create the bucket", subject, error)),
    }
}

fn invalid(step: &str, subject: &Resource, error: &aws_sdk_s3::error::BuildError) -> WorldError {
    broken(step, subject, ErrorKind::Invalid, error.to_string())
}
