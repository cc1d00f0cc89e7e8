use std::collections::BTreeMap;

use parapet_guards::{Algorithm, Facet, Resource, Retention, RetentionMode};
use parapet_guards::{
    BucketEncryption, EncryptionState as State, KmsKey, LogKeyFormat, LogTarget, ObjectLock, ObjectOwnership,
    Ownership, PublicAccess, Versioning,
};
use parapet_testkit::fixtures::{ACCESS_LOG_BUCKET, DATA_BUCKET, EVIDENCE_BUCKET, KEY_ALIAS, LOG_BUCKET, bucket};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Pair, buckets as rules, pair};

pub(crate) fn pairs() -> impl Strategy<Value = Pair<State>> {
    prop_oneof![
        1 => pair(buckets(), Facet::BucketExistence, any::<bool>().prop_map(State::Existence)),
        4 => pair(buckets(), Facet::BucketEncryption, encryption().prop_map(State::Encryption)),
        2 => pair(buckets(), Facet::BucketPublicAccess, public_access().prop_map(State::PublicAccess)),
        1 => pair(buckets(), Facet::BucketVersioning, select(vec![Versioning::Off, Versioning::Suspended, Versioning::Enabled]).prop_map(State::Versioning)),
        1 => pair(buckets(), Facet::BucketOwnership, ownership().prop_map(State::Ownership)),
        1 => pair(buckets(), Facet::BucketLogging, option::of(log_target()).prop_map(State::Logging)),
        1 => pair(buckets(), Facet::BucketObjectLock, object_lock().prop_map(State::ObjectLock)),
        1 => pair(buckets(), Facet::BucketTags, tags().prop_map(State::Tags)),
        6 => rules::pairs(),
        2 => pair(super::keys::keys(), Facet::KeyState, super::keys::key_state().prop_map(State::Key)),
        1 => pair(super::keys::keys(), Facet::KeyRotation, super::keys::key_rotation().prop_map(State::KeyRotation)),
    ]
}

pub(crate) fn buckets() -> impl Strategy<Value = Resource> {
    select(vec![DATA_BUCKET, LOG_BUCKET, ACCESS_LOG_BUCKET, EVIDENCE_BUCKET, "training-images"]).prop_map(bucket)
}

fn encryption() -> impl Strategy<Value = BucketEncryption> {
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

/// A list is read only where lists count.
fn ownership() -> impl Strategy<Value = Ownership> {
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

fn log_target() -> impl Strategy<Value = LogTarget> {
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

fn object_lock() -> impl Strategy<Value = ObjectLock> {
    (option::of(retention()), option::of(1..800_u32))
        .prop_map(|(retention, event_hold_days)| ObjectLock { retention, event_hold_days })
}

fn retention() -> impl Strategy<Value = Retention> {
    (select(vec![RetentionMode::Governance, RetentionMode::Compliance]), 1..800_u32)
        .prop_map(|(mode, days)| Retention { mode, days })
}

fn tags() -> impl Strategy<Value = BTreeMap<String, String>> {
    btree_map(
        select(vec!["Purpose", "Owner"]).prop_map(str::to_owned),
        select(vec!["MLPipelineDataStorage", "else"]).prop_map(str::to_owned),
        0..3,
    )
}
