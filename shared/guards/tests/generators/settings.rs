//! Settings of buckets, the pipeline's and another one.

use std::collections::BTreeMap;

use parapet_guards::{
    Algorithm, BucketEncryption, KmsKey, LogKeyFormat, LogTarget, ObjectLock, ObjectOwnership, Ownership, PublicAccess,
    Resource, Retention, RetentionMode, Versioning,
};
use parapet_testkit::fixtures::{ACCESS_LOG_BUCKET, DATA_BUCKET, EVIDENCE_BUCKET, KEY_ALIAS, LOG_BUCKET, bucket};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) fn buckets() -> impl Strategy<Value = Resource> {
    select(vec![DATA_BUCKET, LOG_BUCKET, ACCESS_LOG_BUCKET, EVIDENCE_BUCKET, "training-images"]).prop_map(bucket)
}

pub(crate) fn encryption() -> impl Strategy<Value = BucketEncryption> {
    let algorithm = select(vec![Algorithm::Aes256, Algorithm::Kms, Algorithm::KmsDsse]);
    let key = select(vec![
        KmsKey::AwsManaged,
        KmsKey::Alias(KEY_ALIAS.to_owned()),
        KmsKey::Arn("arn:aws:kms:us-east-1:111122223333:key/1".to_owned()),
        KmsKey::Arn("arn:aws:kms:us-east-1:999999999999:key/1".to_owned()),
        KmsKey::Arn("1234abcd".to_owned()),
    ]);
    (algorithm, key, any::<bool>(), any::<bool>()).prop_map(|(algorithm, key, bucket_key, sse_c_blocked)| {
        let key = (algorithm != Algorithm::Aes256).then_some(key);
        BucketEncryption { algorithm, key, bucket_key, sse_c_blocked }
    })
}

pub(crate) fn public_access() -> impl Strategy<Value = PublicAccess> {
    any::<(bool, bool, bool, bool)>().prop_map(
        |(block_public_acls, ignore_public_acls, block_public_policy, restrict_public_buckets)| PublicAccess {
            block_public_acls,
            ignore_public_acls,
            block_public_policy,
            restrict_public_buckets,
        },
    )
}

pub(crate) fn versioning() -> impl Strategy<Value = Versioning> {
    select(vec![Versioning::Off, Versioning::Suspended, Versioning::Enabled])
}

/// A list is read only where lists count.
pub(crate) fn ownership() -> impl Strategy<Value = Ownership> {
    let setting = select(vec![
        None,
        Some(ObjectOwnership::BucketOwnerEnforced),
        Some(ObjectOwnership::BucketOwnerPreferred),
        Some(ObjectOwnership::ObjectWriter),
    ]);
    (setting, super::buckets::acl()).prop_map(|(setting, list)| {
        let list = (setting != Some(ObjectOwnership::BucketOwnerEnforced)).then_some(list);
        Ownership { setting, list }
    })
}

pub(crate) fn log_target() -> impl Strategy<Value = LogTarget> {
    let key_format =
        option::of(select(vec![LogKeyFormat::Simple, LogKeyFormat::Partitioned(Some("EventTime".to_owned()))]));
    let grants = vec((super::buckets::grantee(), Just("READ".to_owned())), 0..2);
    (select(vec![ACCESS_LOG_BUCKET, "elsewhere"]), select(vec!["", "logs/"]), key_format, grants).prop_map(
        |(bucket, prefix, key_format, grants)| LogTarget {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            key_format,
            grants,
        },
    )
}

pub(crate) fn object_lock() -> impl Strategy<Value = ObjectLock> {
    (option::of(retention()), option::of(1..800_u32))
        .prop_map(|(retention, event_hold_days)| ObjectLock { retention, event_hold_days })
}

fn retention() -> impl Strategy<Value = Retention> {
    (select(vec![RetentionMode::Governance, RetentionMode::Compliance]), 1..800_u32)
        .prop_map(|(mode, days)| Retention { mode, days })
}

pub(crate) fn tags() -> impl Strategy<Value = BTreeMap<String, String>> {
    btree_map(
        select(vec!["Purpose", "Owner"]).prop_map(str::to_owned),
        select(vec!["MLPipelineDataStorage", "else"]).prop_map(str::to_owned),
        0..3,
    )
}
