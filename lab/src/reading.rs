//! The account's state, read with the administrator's own calls: independent of what the guards say of themselves.

use parapet_aws::Connection;
use parapet_aws::sdk::cloudtrail::operation::get_event_data_store::GetEventDataStoreOutput;
use parapet_aws::sdk::cloudtrail::types::EventSelector;
use parapet_aws::sdk::kms::types::KeyMetadata;
use parapet_aws::sdk::s3::error::ProvideErrorMetadata;
use parapet_aws::sdk::s3::types::{
    BucketVersioningStatus, EncryptionType, LifecycleRule, ObjectOwnership, ReplicationRule, ServerSideEncryption,
};
use parapet_console::{Result, Trouble};
use serde_json::Value;

use crate::ACCOUNT;

/// The error codes with which AWS says that there is nothing.
const ABSENT: [&str; 13] = [
    "NoSuchEntity",
    "NoSuchEntityException",
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
    "TrailNotFoundException",
    "NotFoundException",
    "NoSuchLifecycleConfiguration",
    "ReplicationConfigurationNotFoundError",
    "NoSuchWebsiteConfiguration",
    "NoSuchCORSConfiguration",
    "NoSuchAccessPointPolicy",
];

/// What is there; `None` if AWS says that nothing is.
pub(crate) fn found<T, E>(answer: Result<T, E>) -> Result<Option<T>>
where
    E: ProvideErrorMetadata + std::error::Error,
{
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.code().is_some_and(|code| ABSENT.contains(&code)) => Ok(None),
        Err(error) => Err(Trouble::from(error)),
    }
}

/// The default encryption of a bucket.
pub(crate) struct Encryption {
    pub(crate) algorithm: ServerSideEncryption,
    pub(crate) key: Option<String>,
    pub(crate) bucket_key: bool,
    pub(crate) sse_c_blocked: bool,
}

pub(crate) async fn encryption(aws: &Connection, bucket: &str) -> Result<Option<Encryption>> {
    let answer = found(aws.s3().get_bucket_encryption().bucket(bucket).send().await)?;
    let rules = answer
        .and_then(|answer| answer.server_side_encryption_configuration)
        .map(|configuration| configuration.rules)
        .unwrap_or_default();
    Ok(rules.into_iter().next().and_then(|rule| {
        let blocked = rule.blocked_encryption_types.and_then(|blocked| blocked.encryption_type).unwrap_or_default();
        let default = rule.apply_server_side_encryption_by_default?;
        Some(Encryption {
            algorithm: default.sse_algorithm,
            key: default.kms_master_key_id,
            bucket_key: rule.bucket_key_enabled.unwrap_or_default(),
            sse_c_blocked: blocked.contains(&EncryptionType::SseC),
        })
    }))
}

pub(crate) async fn is_blocked(aws: &Connection, bucket: &str) -> Result<bool> {
    let answer = found(aws.s3().get_public_access_block().bucket(bucket).send().await)?;
    Ok(answer.and_then(|answer| answer.public_access_block_configuration).is_some_and(|block| {
        [block.block_public_acls, block.ignore_public_acls, block.block_public_policy, block.restrict_public_buckets]
            .iter()
            .all(|setting| *setting == Some(true))
    }))
}

pub(crate) async fn is_versioned(aws: &Connection, bucket: &str) -> Result<bool> {
    let answer = aws.s3().get_bucket_versioning().bucket(bucket).send().await?;
    Ok(answer.status == Some(BucketVersioningStatus::Enabled))
}

pub(crate) async fn is_owner_enforced(aws: &Connection, bucket: &str) -> Result<bool> {
    let answer = found(aws.s3().get_bucket_ownership_controls().bucket(bucket).send().await)?;
    let rules = answer.and_then(|answer| answer.ownership_controls).map(|controls| controls.rules).unwrap_or_default();
    Ok(rules.iter().any(|rule| rule.object_ownership == ObjectOwnership::BucketOwnerEnforced))
}

pub(crate) async fn lifecycle(aws: &Connection, bucket: &str) -> Result<Vec<LifecycleRule>> {
    let answer = found(aws.s3().get_bucket_lifecycle_configuration().bucket(bucket).send().await)?;
    Ok(answer.and_then(|answer| answer.rules).unwrap_or_default())
}

pub(crate) async fn replication(aws: &Connection, bucket: &str) -> Result<Vec<ReplicationRule>> {
    let answer = found(aws.s3().get_bucket_replication().bucket(bucket).send().await)?;
    Ok(answer
        .and_then(|answer| answer.replication_configuration)
        .map(|replication| replication.rules)
        .unwrap_or_default())
}

/// For how many days new objects are locked.
pub(crate) async fn retention_days(aws: &Connection, bucket: &str) -> Result<Option<i32>> {
    let answer = aws.s3().get_object_lock_configuration().bucket(bucket).send().await?;
    let rule = answer.object_lock_configuration.and_then(|lock| lock.rule);
    Ok(rule.and_then(|rule| rule.default_retention).and_then(|retention| retention.days))
}

/// Whether the access control list of a bucket lets in whoever has this canonical user id.
pub(crate) async fn is_listed(aws: &Connection, bucket: &str, id: &str) -> Result<bool> {
    let answer = aws.s3().get_bucket_acl().bucket(bucket).send().await?;
    let listed = answer.grants().iter().filter_map(|grant| grant.grantee());
    Ok(listed.into_iter().any(|grantee| grantee.id() == Some(id)))
}

pub(crate) async fn is_account_blocked(aws: &Connection) -> Result<bool> {
    let answer = found(aws.s3control().get_public_access_block().account_id(ACCOUNT).send().await)?;
    Ok(answer.and_then(|answer| answer.public_access_block_configuration).is_some_and(|block| {
        [block.block_public_acls, block.ignore_public_acls, block.block_public_policy, block.restrict_public_buckets]
            .iter()
            .all(|setting| *setting == Some(true))
    }))
}

pub(crate) async fn bucket_policy(aws: &Connection, bucket: &str) -> Result<Option<Value>> {
    let answer = found(aws.s3().get_bucket_policy().bucket(bucket).send().await)?;
    answer.and_then(|answer| answer.policy).map(|policy| document(&policy)).transpose()
}

pub(crate) async fn user_policy(aws: &Connection, user: &str, policy: &str) -> Result<Option<Value>> {
    let answer = found(aws.iam().get_user_policy().user_name(user).policy_name(policy).send().await)?;
    answer.map(|answer| document(&answer.policy_document)).transpose()
}

/// An inline policy of a role; none: it has none of the name.
pub async fn role_policy(aws: &Connection, role: &str, policy: &str) -> Result<Option<Value>> {
    let answer = found(aws.iam().get_role_policy().role_name(role).policy_name(policy).send().await)?;
    answer.map(|answer| document(&answer.policy_document)).transpose()
}

pub(crate) async fn user_has(aws: &Connection, user: &str, policy_arn: &str) -> Result<bool> {
    let answer = aws.iam().list_attached_user_policies().user_name(user).send().await?;
    Ok(answer.attached_policies().iter().any(|policy| policy.policy_arn() == Some(policy_arn)))
}

pub(crate) async fn role_has(aws: &Connection, role: &str, policy_arn: &str) -> Result<bool> {
    let answer = found(aws.iam().list_attached_role_policies().role_name(role).send().await)?;
    Ok(answer
        .is_some_and(|answer| answer.attached_policies().iter().any(|policy| policy.policy_arn() == Some(policy_arn))))
}

/// The ARN of a role's permissions boundary.
pub(crate) async fn boundary(aws: &Connection, role: &str) -> Result<Option<String>> {
    let answer = found(aws.iam().get_role().role_name(role).send().await)?;
    let boundary = answer.and_then(|answer| answer.role).and_then(|role| role.permissions_boundary);
    Ok(boundary.and_then(|boundary| boundary.permissions_boundary_arn))
}

pub(crate) async fn trust(aws: &Connection, role: &str) -> Result<Option<Value>> {
    let answer = found(aws.iam().get_role().role_name(role).send().await)?;
    answer
        .and_then(|answer| answer.role)
        .and_then(|role| role.assume_role_policy_document)
        .map(|trust| document(&trust))
        .transpose()
}

/// What the default version of a managed policy says; `None` where there is no such policy.
pub(crate) async fn managed_policy(aws: &Connection, arn: &str) -> Result<Option<Value>> {
    let policy = found(aws.iam().get_policy().policy_arn(arn).send().await)?.and_then(|answer| answer.policy);
    let Some(version) = policy.and_then(|policy| policy.default_version_id) else { return Ok(None) };
    let answer = found(aws.iam().get_policy_version().policy_arn(arn).version_id(version).send().await)?;
    answer
        .and_then(|answer| answer.policy_version)
        .and_then(|version| version.document)
        .map(|text| document(&text))
        .transpose()
}

pub(crate) async fn is_logging(aws: &Connection, trail: &str) -> Result<bool> {
    let answer = found(aws.cloudtrail().get_trail_status().name(trail).send().await)?;
    Ok(answer.is_some_and(|answer| answer.is_logging == Some(true)))
}

/// Whether a trail records every region, with validation and its own key, to the given bucket.
pub(crate) async fn is_complete(aws: &Connection, trail: &str, bucket: &str) -> Result<bool> {
    let answer = found(aws.cloudtrail().get_trail().name(trail).send().await)?;
    Ok(answer.and_then(|answer| answer.trail).is_some_and(|trail| {
        let settings =
            [trail.is_multi_region_trail, trail.include_global_service_events, trail.log_file_validation_enabled];
        settings.iter().all(|setting| *setting == Some(true))
            && trail.kms_key_id.is_some()
            && trail.s3_bucket_name.as_deref() == Some(bucket)
    }))
}

pub(crate) async fn selectors(aws: &Connection, trail: &str) -> Result<Vec<EventSelector>> {
    let answer = found(aws.cloudtrail().get_event_selectors().trail_name(trail).send().await)?;
    Ok(answer.and_then(|answer| answer.event_selectors).unwrap_or_default())
}

/// Whether a trail records all management events, and the data events of the bucket.
pub(crate) async fn selects_all(aws: &Connection, trail: &str, bucket: &str) -> Result<bool> {
    let objects = format!("arn:aws:s3:::{bucket}/");
    Ok(selectors(aws, trail).await?.iter().any(|selector| {
        let management =
            selector.include_management_events != Some(false) && selector.exclude_management_event_sources().is_empty();
        let data = selector.data_resources().iter().any(|data| data.values().contains(&objects));
        management && data && selector.read_write_type.as_ref().is_none_or(|kind| kind.as_str() == "All")
    }))
}

pub(crate) async fn insights(aws: &Connection, trail: &str) -> Result<usize> {
    let answer = aws.cloudtrail().get_insight_selectors().trail_name(trail).send().await;
    Ok(answer.map(|answer| answer.insight_selectors.unwrap_or_default().len()).unwrap_or_default())
}

/// Whether a trail carries its purpose as a tag.
pub(crate) async fn is_audit_trail(aws: &Connection, arn: &str) -> Result<bool> {
    let answer = aws.cloudtrail().list_tags().resource_id_list(arn).send().await?;
    let tags = answer.resource_tag_list().iter().flat_map(|resource| resource.tags_list());
    Ok(tags.filter(|tag| tag.key() == "Purpose").any(|tag| tag.value() == Some("AuditTrail")))
}

/// An event data store by its name, which is no name to CloudTrail.
pub(crate) async fn event_data_store(aws: &Connection, name: &str) -> Result<Option<GetEventDataStoreOutput>> {
    let listed = aws.cloudtrail().list_event_data_stores().send().await?;
    let named = listed.event_data_stores().iter().find(|store| store.name() == Some(name));
    match named.and_then(|store| store.event_data_store_arn()) {
        Some(arn) => Ok(Some(aws.cloudtrail().get_event_data_store().event_data_store(arn).send().await?)),
        None => Ok(None),
    }
}

/// A key, by any of its names; `None` where nothing has that name.
pub(crate) async fn key(aws: &Connection, name: &str) -> Result<Option<KeyMetadata>> {
    Ok(found(aws.kms().describe_key().key_id(name).send().await)?.and_then(|answer| answer.key_metadata))
}

pub(crate) async fn rotates(aws: &Connection, key_arn: &str) -> Result<bool> {
    Ok(aws.kms().get_key_rotation_status().key_id(key_arn).send().await?.key_rotation_enabled)
}

pub(crate) async fn key_policy(aws: &Connection, key_arn: &str) -> Result<Value> {
    let answer = aws.kms().get_key_policy().key_id(key_arn).send().await?;
    document(answer.policy().unwrap_or("{}"))
}

/// To whom a key is granted.
pub(crate) async fn key_grantees(aws: &Connection, key_arn: &str) -> Result<Vec<String>> {
    let answer = aws.kms().list_grants().key_id(key_arn).send().await?;
    Ok(answer.grants().iter().filter_map(|grant| grant.grantee_principal()).map(str::to_owned).collect())
}

/// IAM answers documents percent-encoded, S3 does not; and no policy has a bare `%` before two digits by chance.
fn document(text: &str) -> Result<Value> {
    Ok(serde_json::from_str(text).or_else(|_| serde_json::from_str(&percent_decoded(text)))?)
}

fn percent_decoded(text: &str) -> String {
    let mut decoded = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let digits = if byte == b'%' { bytes.next().zip(bytes.next()) } else { None };
        let value = digits.and_then(|(high, low)| u8::from_str_radix(std::str::from_utf8(&[high, low]).ok()?, 16).ok());
        decoded.push(value.unwrap_or(byte));
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_in_both_forms() {
        assert_eq!(document(r#"{"a":"b c"}"#).unwrap(), document("%7B%22a%22%3A%22b%20c%22%7D").unwrap());
    }
}
