//! What the encryption guard decides, one line a case.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::collections::BTreeMap;

use parapet_guards::{
    Acl, AclGrant, Algorithm, BucketEncryption, Grantee, KmsKey, LogTarget, ObjectLock, ObjectOwnership, Ownership,
    PublicAccess, Resource, Retention, RetentionMode, State, Versioning,
};
use parapet_testkit::fixtures::{ACCESS_LOG_BUCKET, DATA_BUCKET, EVIDENCE_BUCKET, KEY_ALIAS, LOG_BUCKET, bucket};
use parapet_testkit::{Situation, verdict};

const KMS_EVERYWHERE: &str = "buckets: {encryption: aws:kms}";
const PLAIN: &str = "training-images";

fn check(standard: &str, resource: &Resource, observed: State, expected: &str) {
    let situation = Situation::new(resource, standard);
    assert_eq!(verdict(&situation.subject(), None, &observed), expected, "{resource} {observed:?} under {standard:?}");
}

fn on(name: &str, observed: State, expected: &str) {
    check("", &bucket(name), observed, expected);
}

/// A bucket whose list counts, and lets this one write.
fn with_list(grantee: Grantee) -> State {
    let grants = vec![AclGrant { grantee, permission: "WRITE".to_owned() }];
    let list = Some(Acl { owner: "owner".to_owned(), grants });
    State::BucketOwnership(Ownership { setting: Some(ObjectOwnership::ObjectWriter), list })
}

fn sse(algorithm: Algorithm, key: Option<KmsKey>) -> State {
    State::BucketEncryption(BucketEncryption { algorithm, key, bucket_key: false, sse_c_blocked: true })
}

fn sse_s3() -> State {
    sse(Algorithm::Aes256, None)
}

fn kms(key: KmsKey) -> State {
    sse(Algorithm::Kms, Some(key))
}

fn ours() -> KmsKey {
    KmsKey::Alias(KEY_ALIAS.to_owned())
}

fn arn(account: &str) -> KmsKey {
    KmsKey::Arn(format!("arn:aws:kms:us-east-1:{account}:key/1"))
}

fn changed(state: State, change: impl FnOnce(&mut BucketEncryption)) -> State {
    match state {
        State::BucketEncryption(mut encryption) => {
            change(&mut encryption);
            State::BucketEncryption(encryption)
        }
        other => other,
    }
}

fn sse_c(state: State) -> State {
    changed(state, |encryption| encryption.sse_c_blocked = false)
}

fn bucket_key(state: State) -> State {
    changed(state, |encryption| encryption.bucket_key = true)
}

#[test]
#[rustfmt::skip] // One line a case.
fn default_encryption_of_any_bucket() {
    on(PLAIN, sse_s3(), "compliant");
    on(PLAIN, kms(arn("111122223333")), "compliant");
    on(PLAIN, kms(KmsKey::AwsManaged), "compliant");
    on(PLAIN, kms(KmsKey::Arn("1234abcd".into())), "compliant");
    on(PLAIN, sse(Algorithm::KmsDsse, Some(arn("111122223333"))), "compliant");
    on(PLAIN, sse_c(sse_s3()), "S3.SseCBlocked -> PutBucketEncryption AES256, SSE-C blocked");
    on(PLAIN, kms(arn("999999999999")), "S3.Encryption -> PutBucketEncryption AES256, SSE-C blocked");
    check(KMS_EVERYWHERE, &bucket(PLAIN), sse_s3(), "S3.Encryption -> PutBucketEncryption aws:kms with the AWS-managed key, SSE-C blocked");
    check(KMS_EVERYWHERE, &bucket(PLAIN), kms(arn("111122223333")), "compliant");
    check(KMS_EVERYWHERE, &bucket(PLAIN), kms(arn("999999999999")), "S3.Encryption -> PutBucketEncryption aws:kms with the AWS-managed key, SSE-C blocked");
}

#[test]
#[rustfmt::skip] // One line a case.
fn default_encryption_of_the_pipelines_buckets() {
    let mended = "S3.Encryption -> PutBucketEncryption aws:kms with alias/parapet-ml, bucket key, SSE-C blocked";
    on(DATA_BUCKET, bucket_key(kms(ours())), "compliant");
    on(DATA_BUCKET, sse_s3(), mended);
    on(LOG_BUCKET, sse_s3(), "S3.Encryption -> PutBucketEncryption aws:kms with alias/parapet-ml, SSE-C blocked");
    on(LOG_BUCKET, bucket_key(kms(ours())), "compliant");
    on(DATA_BUCKET, kms(ours()), mended);
    on(DATA_BUCKET, bucket_key(kms(arn("111122223333"))), mended);
    on(DATA_BUCKET, bucket_key(kms(arn("999999999999"))), mended);
    on(DATA_BUCKET, bucket_key(kms(KmsKey::AwsManaged)), mended);
    on(DATA_BUCKET, sse_c(sse_s3()), "S3.Encryption, S3.SseCBlocked -> PutBucketEncryption aws:kms with alias/parapet-ml, bucket key, SSE-C blocked");
    on(DATA_BUCKET, sse(Algorithm::KmsDsse, Some(ours())), "compliant");
    on(DATA_BUCKET, sse(Algorithm::KmsDsse, Some(arn("999999999999"))), "S3.Encryption -> PutBucketEncryption aws:kms:dsse with alias/parapet-ml, SSE-C blocked");
    for name in [EVIDENCE_BUCKET, ACCESS_LOG_BUCKET] {
        on(name, sse_s3(), "compliant");
        on(name, bucket_key(sse_s3()), "compliant");
        on(name, kms(arn("111122223333")), "S3.Encryption -> PutBucketEncryption AES256, SSE-C blocked");
        on(name, bucket_key(kms(ours())), "S3.Encryption -> PutBucketEncryption AES256, SSE-C blocked");
        on(name, kms(KmsKey::AwsManaged), "S3.Encryption -> PutBucketEncryption AES256, SSE-C blocked");
        on(name, sse(Algorithm::KmsDsse, Some(arn("999999999999"))), "S3.Encryption -> PutBucketEncryption AES256, SSE-C blocked");
    }
    check("buckets: {ml_encryption: AES256}", &bucket(LOG_BUCKET), kms(arn("111122223333")), "S3.Encryption -> PutBucketEncryption AES256, SSE-C blocked");
    check("buckets: {ml_encryption: AES256}", &bucket(DATA_BUCKET), kms(arn("111122223333")), "compliant");
    check("buckets: {ml_encryption: AES256}", &bucket(DATA_BUCKET), sse_s3(), "compliant");
    check("buckets: {ml_encryption: aws:kms:dsse}", &bucket(DATA_BUCKET), bucket_key(kms(ours())), "S3.Encryption -> PutBucketEncryption aws:kms:dsse with alias/parapet-ml, SSE-C blocked");
}

#[test]
#[rustfmt::skip] // One line a case.
fn modes_and_exemptions() {
    let exempt = |until: &str| format!("exemptions: [{{resource: 'arn:aws:s3:::training-*', controls: [S3.SseCBlocked], reason: r, who: w, until: {until}}}]");
    let weak = || sse_c(sse_s3());
    let mended = "S3.SseCBlocked -> PutBucketEncryption AES256, SSE-C blocked";
    check("controls: {S3.SseCBlocked: observe}", &bucket(PLAIN), weak(), "(S3.SseCBlocked)");
    check("controls: {S3.SseCBlocked: off}", &bucket(PLAIN), weak(), "compliant");
    check(&exempt("2026-11-23T14:00:01Z"), &bucket(PLAIN), weak(), "(S3.SseCBlocked)");
    check(&exempt("2026-11-23T14:00:00Z"), &bucket(PLAIN), weak(), mended);
    check(&exempt("2027-01-01T00:00:00Z"), &bucket("other"), weak(), mended);
    check("controls: {S3.Encryption: observe}", &bucket(DATA_BUCKET), sse_c(sse_s3()), "(S3.Encryption), S3.SseCBlocked -> PutBucketEncryption AES256, SSE-C blocked");
}

#[test]
#[rustfmt::skip] // One line a case.
fn public_access_versioning_ownership() {
    let off = PublicAccess::default();
    on(PLAIN, State::BucketPublicAccess(PublicAccess::BLOCKED), "compliant");
    on(PLAIN, State::BucketPublicAccess(off), "S3.PublicAccessBlock -> PutPublicAccessBlock all on");
    on(PLAIN, State::BucketPublicAccess(PublicAccess { block_public_policy: false, ..PublicAccess::BLOCKED }), "S3.PublicAccessBlock -> PutPublicAccessBlock all on");
    check("controls: {S3.PublicAccessBlock: observe}", &bucket(PLAIN), State::BucketPublicAccess(off), "(S3.PublicAccessBlock)");
    on(PLAIN, State::BucketVersioning(Versioning::Enabled), "compliant");
    on(PLAIN, State::BucketVersioning(Versioning::Off), "compliant");
    on(DATA_BUCKET, State::BucketVersioning(Versioning::Off), "S3.Versioning -> PutBucketVersioning Enabled");
    check("buckets: {versioning: all}", &bucket(PLAIN), State::BucketVersioning(Versioning::Off), "S3.Versioning -> PutBucketVersioning Enabled");
    check("access: {protected: ['arn:aws:s3:::training-*/raw/*']}", &bucket(PLAIN), State::BucketVersioning(Versioning::Off), "S3.Versioning -> PutBucketVersioning Enabled");
    check("access: {protected: ['arn:aws:s3:::labels']}", &bucket(PLAIN), State::BucketVersioning(Versioning::Off), "compliant");
    // Where versions were kept, they go on to be.
    on(PLAIN, State::BucketVersioning(Versioning::Suspended), "S3.Versioning -> PutBucketVersioning Enabled");
    on(PLAIN, State::BucketOwnership(ObjectOwnership::BucketOwnerEnforced.into()), "compliant");
    on(PLAIN, State::BucketOwnership(ObjectOwnership::ObjectWriter.into()), "S3.Ownership -> PutBucketOwnershipControls BucketOwnerEnforced");
    on(PLAIN, with_list(Grantee::Group("http://acs.amazonaws.com/groups/s3/LogDelivery".into())), "(S3.Ownership)");
    // AWS refuses it until the list lets nobody in. What the list says can be from before, and stay: it is told, and not tried.
    on(PLAIN, with_list(Grantee::Group("http://acs.amazonaws.com/groups/global/AllUsers".into())), "(S3.Ownership)");
    on(PLAIN, with_list(Grantee::Account("stranger".into())), "(S3.Ownership)");
    check("trust: {identities: [stranger]}", &bucket(PLAIN), with_list(Grantee::Account("stranger".into())), "(S3.Ownership)");
    on(PLAIN, with_list(Grantee::Account("owner".into())), "S3.Ownership -> PutBucketOwnershipControls BucketOwnerEnforced");
    on(PLAIN, State::BucketOwnership(Ownership::default()), "S3.Ownership -> PutBucketOwnershipControls BucketOwnerEnforced");
}

#[test]
#[rustfmt::skip] // One line a case.
fn only_the_pipelines_buckets() {
    let to = |bucket: &str| State::BucketLogging(Some(LogTarget { bucket: bucket.into(), prefix: "mine/".into(), key_format: None, grants: Vec::new() }));
    let lock = |mode, days| State::BucketObjectLock(ObjectLock { retention: Some(Retention { mode, days }), event_hold_days: None });
    let tags = |pairs: &[(&str, &str)]| State::BucketTags(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>());
    on(DATA_BUCKET, State::BucketExistence(false), "S3.Exists -> CreateBucket");
    on(PLAIN, State::BucketExistence(false), "compliant");
    on(DATA_BUCKET, to(ACCESS_LOG_BUCKET), "compliant");
    on(DATA_BUCKET, to("elsewhere"), "S3.AccessLogging -> PutBucketLogging to parapet-access-logs-111122223333-us-east-1");
    on(DATA_BUCKET, State::BucketLogging(None), "S3.AccessLogging -> PutBucketLogging to parapet-access-logs-111122223333-us-east-1");
    on(ACCESS_LOG_BUCKET, State::BucketLogging(None), "compliant");
    on(PLAIN, State::BucketLogging(None), "compliant");
    on(LOG_BUCKET, State::BucketObjectLock(ObjectLock::default()), "S3.ObjectLock -> PutObjectLockConfiguration Governance 365 days");
    on(LOG_BUCKET, lock(RetentionMode::Governance, 30), "S3.ObjectLock -> PutObjectLockConfiguration Governance 365 days");
    on(LOG_BUCKET, lock(RetentionMode::Compliance, 30), "S3.ObjectLock -> PutObjectLockConfiguration Compliance 365 days");
    on(LOG_BUCKET, lock(RetentionMode::Compliance, 3650), "compliant");
    on(LOG_BUCKET, lock(RetentionMode::Compliance, 36_500), "S3.ObjectLock -> PutObjectLockConfiguration Governance 365 days");
    on(EVIDENCE_BUCKET, lock(RetentionMode::Governance, 3651), "S3.ObjectLock -> PutObjectLockConfiguration Governance 365 days");
    check("buckets: {log_retention: {mode: COMPLIANCE, days: 20000}}", &bucket(LOG_BUCKET), lock(RetentionMode::Compliance, 20_000), "compliant");
    check("buckets: {log_retention: {mode: COMPLIANCE, days: 20000}}", &bucket(LOG_BUCKET), lock(RetentionMode::Compliance, 20_001), "S3.ObjectLock -> PutObjectLockConfiguration Compliance 20000 days");
    on(LOG_BUCKET, State::BucketObjectLock(ObjectLock { retention: Some(Retention { mode: RetentionMode::Governance, days: 365 }), event_hold_days: Some(36_500) }), "S3.ObjectLock -> PutObjectLockConfiguration Governance 365 days");
    on(DATA_BUCKET, State::BucketObjectLock(ObjectLock::default()), "compliant");
    on(DATA_BUCKET, tags(&[("Purpose", "MLPipelineDataStorage"), ("Owner", "jane")]), "compliant");
    on(DATA_BUCKET, tags(&[("Owner", "jane")]), "S3.Tags -> PutBucketTagging Owner=jane, Purpose=MLPipelineDataStorage");
    on(PLAIN, tags(&[]), "compliant");
}
