//! What is decided about the rules of buckets, their access control lists, the account and access points, one line a case.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use parapet_guards::Arns;
use std::collections::BTreeMap;

use iam_policy::Document;
use parapet_core::Home;
use parapet_guards::{
    AccessPointSettings, Acl, AclGrant, CorsRule, CrossOrigin, Destination, Expiration, Facet, Grantee, Lifecycle,
    LifecycleRule, NoncurrentExpiration, NoncurrentTransition, Notification, Notifications, ObjectFilter,
    ObjectOwnership, Ownership, PublicAccess, RedirectAll, Replication, ReplicationRule, Resource, Room, Standard,
    State, Subject, Transition, Website, on,
};
use parapet_testkit::fixtures::{
    ACCESS_LOG_BUCKET, DATA_BUCKET, EVIDENCE_BUCKET, LOG_BUCKET, NOW, STRANGER, bucket, home,
};
use parapet_testkit::{Situation, verdict};
use serde_json::{Value, json};

const PLAIN: &str = "training-images";
const TRUSTING: &str = "trust: {accounts: ['999999999999']}";

fn check(standard: &str, resource: &Resource, observed: State, expected: &str) {
    let situation = Situation::new(resource, standard);
    assert_eq!(verdict(&situation.subject(), None, &observed), expected, "{observed:?}");
}

fn on(name: &str, observed: State, expected: &str) {
    check("", &bucket(name), observed, expected);
}

fn comply(resource: &Resource, standard: &str, observed: &State) -> State {
    observed.comply(&Situation::new(resource, standard).subject(), None)
}

mod lifecycle {
    use super::*;

    fn rule() -> LifecycleRule {
        LifecycleRule {
            id: Some("tidy-up".into()),
            enabled: true,
            prefix: None,
            filter: None,
            expiration: None,
            noncurrent_expiration: None,
            transitions: Vec::new(),
            noncurrent_transitions: Vec::new(),
            abort_uploads_days: None,
        }
    }

    fn after(days: u32) -> LifecycleRule {
        LifecycleRule { expiration: Some(Expiration { days: Some(days), ..Expiration::default() }), ..rule() }
    }

    fn old_after(days: u32, newest_kept: Option<u32>) -> LifecycleRule {
        LifecycleRule { noncurrent_expiration: Some(NoncurrentExpiration { days: Some(days), newest_kept }), ..rule() }
    }

    fn at(date: &str) -> LifecycleRule {
        LifecycleRule { expiration: Some(Expiration { date: Some(date.into()), ..Expiration::default() }), ..rule() }
    }

    fn of(rules: &[LifecycleRule]) -> State {
        State::BucketLifecycle(Lifecycle { rules: rules.to_vec(), minimum_transition_size: None })
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn nothing_goes_before_its_time() {
        let mended = |what: &str| format!("S3.Lifecycle -> PutBucketLifecycleConfiguration with 1 rule(s): rule `tidy-up` deletes {what}");
        on(LOG_BUCKET, of(&[]), "compliant");
        on(LOG_BUCKET, of(&[after(365)]), "compliant");
        on(LOG_BUCKET, of(&[after(364)]), &mended("objects after 365 days"));
        on(EVIDENCE_BUCKET, of(&[under("evidence/", after(1))]), &mended("objects after 365 days"));
        on(EVIDENCE_BUCKET, of(&[under("evidence/", after(400))]), "compliant");
        on(DATA_BUCKET, of(&[after(30)]), "compliant");
        on(DATA_BUCKET, of(&[after(29)]), &mended("objects after 30 days"));
        on(DATA_BUCKET, of(&[old_after(30, Some(5))]), "compliant");
        on(DATA_BUCKET, of(&[old_after(1, Some(5))]), &mended("old versions after 30 days"));
        on(ACCESS_LOG_BUCKET, of(&[after(90)]), "compliant");
        on(ACCESS_LOG_BUCKET, of(&[after(89)]), &mended("objects after 90 days"));
        on(LOG_BUCKET, of(&[at("2020-01-01T00:00:00Z")]), &mended("objects on 2020-01-01T00:00:00Z (disabled)"));
        on(LOG_BUCKET, of(&[at("2099-01-01T00:00:00Z")]), &mended("objects on 2099-01-01T00:00:00Z (disabled)"));
        on(LOG_BUCKET, of(&[LifecycleRule { enabled: false, ..after(1) }]), "compliant");
        on(LOG_BUCKET, of(&[LifecycleRule { abort_uploads_days: Some(1), ..rule() }]), "compliant");
        on(LOG_BUCKET, of(&[LifecycleRule { expiration: Some(Expiration { delete_markers: Some(true), ..Expiration::default() }), ..rule() }]), "compliant");
        on(PLAIN, of(&[after(1)]), "compliant");
        check("buckets: {data_retention_days: 0}", &bucket(DATA_BUCKET), of(&[after(1), at("2020-01-01T00:00:00Z")]), "compliant");
        check("controls: {S3.Lifecycle: observe}", &bucket(DATA_BUCKET), of(&[after(1)]), "(S3.Lifecycle)");
    }

    fn under(prefix: &str, rule: LifecycleRule) -> LifecycleRule {
        LifecycleRule { prefix: Some(prefix.into()), ..rule }
    }

    fn filtered(prefix: &str, rule: LifecycleRule) -> LifecycleRule {
        let filter =
            ObjectFilter { prefix: Some(prefix.into()), larger_than_bytes: Some(1), ..ObjectFilter::default() };
        LifecycleRule { filter: Some(filter), ..rule }
    }

    fn moved(days: u32, class: &str) -> LifecycleRule {
        LifecycleRule {
            transitions: vec![Transition { days: Some(days), date: None, storage_class: Some(class.into()) }],
            ..rule()
        }
    }

    fn old_moved(days: u32, class: &str) -> LifecycleRule {
        let moved = NoncurrentTransition { days: Some(days), newest_kept: None, storage_class: Some(class.into()) };
        LifecycleRule { noncurrent_transitions: vec![moved], ..rule() }
    }

    fn off(rule: LifecycleRule) -> Option<LifecycleRule> {
        Some(LifecycleRule { enabled: false, ..rule })
    }

    /// What becomes of a rule; none: it stays as it is.
    #[track_caller]
    fn becomes(bucket_name: &str, standard: &str, observed: &LifecycleRule, expected: Option<LifecycleRule>) {
        let situation = Situation::new(&bucket(bucket_name), standard);
        let state = of(std::slice::from_ref(observed));
        let findings = state.assess(&situation.subject(), None).unwrap();
        assert_eq!(findings.is_empty(), expected.is_none(), "{bucket_name} {observed:?}: {findings:?}");
        let mended = state.comply(&situation.subject(), None);
        assert_eq!(mended, of(&[expected.unwrap_or(observed.clone())]), "{bucket_name}");
        assert_eq!(mended.assess(&situation.subject(), None).unwrap(), [], "{bucket_name} {mended:?}");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn what_is_remembered_never_goes() {
        let on = |observed: LifecycleRule, expected: Option<LifecycleRule>| becomes(EVIDENCE_BUCKET, "", &observed, expected);
        let marks = || LifecycleRule { expiration: Some(Expiration { delete_markers: Some(true), ..Expiration::default() }), ..rule() };
        let all = || LifecycleRule { noncurrent_expiration: old_after(365, None).noncurrent_expiration, ..after(365) };
        on(under("state/", after(365)), off(under("state/", after(365))));
        on(under("state/v2/111122223333/", after(36_500)), off(under("state/v2/111122223333/", after(36_500))));
        on(under("s", after(365)), off(under("s", after(365))));
        on(filtered("state/", all()), off(filtered("state/", all())));
        on(after(365), off(after(365)));
        on(old_after(3_650, Some(10)), off(old_after(3_650, Some(10))));
        on(marks(), off(marks()));
        on(under("state/", LifecycleRule { abort_uploads_days: Some(3), ..all() }), Some(under("state/", LifecycleRule { abort_uploads_days: Some(3), ..rule() })));
        on(under("evidence/", all()), None);
        on(under("standards/", after(365)), None);
        on(LifecycleRule { enabled: false, ..all() }, None);
        becomes(LOG_BUCKET, "", &after(365), None);
        becomes(DATA_BUCKET, "", &under("state/", after(30)), None);
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn what_has_to_be_read_is_not_archived() {
        let never = |observed: LifecycleRule| becomes(EVIDENCE_BUCKET, "", &observed, off(observed.clone()));
        never(under("state/", moved(0, "DEEP_ARCHIVE")));
        never(under("evidence/", moved(3_650, "GLACIER")));
        never(moved(1, "INTELLIGENT_TIERING"));
        never(moved(1, "A_CLASS_OF_TOMORROW"));
        never(old_moved(400, "DEEP_ARCHIVE"));
        becomes(EVIDENCE_BUCKET, "", &moved(30, "STANDARD_IA"), None);
        becomes(EVIDENCE_BUCKET, "", &moved(30, "GLACIER_IR"), None);
        for (name, days) in [(LOG_BUCKET, 90), (DATA_BUCKET, 30), (ACCESS_LOG_BUCKET, 90)] {
            becomes(name, "", &moved(days - 1, "DEEP_ARCHIVE"), off(moved(days - 1, "DEEP_ARCHIVE")));
            becomes(name, "", &moved(days, "DEEP_ARCHIVE"), None);
            becomes(name, "", &moved(0, "GLACIER"), off(moved(0, "GLACIER")));
            becomes(name, "", &old_moved(1, "GLACIER"), off(old_moved(1, "GLACIER")));
            becomes(name, "", &moved(0, "INTELLIGENT_TIERING"), None);
            becomes(name, "", &moved(0, "GLACIER_IR"), None);
        }
        let dated = LifecycleRule { transitions: vec![Transition { days: None, date: Some("2099-01-01T00:00:00Z".into()), storage_class: Some("GLACIER".into()) }], ..rule() };
        becomes(DATA_BUCKET, "", &dated, off(dated.clone()));
        becomes(DATA_BUCKET, "buckets: {data_retention_days: 0}", &moved(0, "GLACIER"), None);
        becomes(PLAIN, "", &moved(0, "GLACIER"), None);
        let mut both = moved(30, "STANDARD_IA");
        both.transitions.extend(moved(60, "GLACIER").transitions);
        becomes(LOG_BUCKET, "", &both, Some(moved(30, "STANDARD_IA")));
        becomes(DATA_BUCKET, "", &both, None);
    }

    #[test]
    fn all_else_stays_as_it_is() {
        let cost = LifecycleRule {
            id: None,
            prefix: Some("raw/".into()),
            transitions: vec![Transition { days: Some(5), date: None, storage_class: Some("GLACIER_IR".into()) }],
            abort_uploads_days: Some(3),
            ..rule()
        };
        let both = LifecycleRule { abort_uploads_days: Some(2), transitions: cost.transitions.clone(), ..after(7) };
        let State::BucketLifecycle(seen) =
            comply(&bucket(LOG_BUCKET), "", &of(&[cost.clone(), both.clone(), after(800)]))
        else {
            panic!("another facet")
        };
        let later = LifecycleRule { expiration: after(365).expiration, ..both };
        assert_eq!(seen.rules, [cost, later, after(800)]);
    }
}

mod replication {
    use super::*;

    pub(super) fn to(bucket: &str, is_own: bool, account: Option<&str>) -> ReplicationRule {
        ReplicationRule {
            id: Some("copies".into()),
            priority: Some(0),
            enabled: true,
            prefix: None,
            filter: None,
            kms_objects: None,
            replica_modifications: None,
            existing_objects: None,
            delete_markers: Some(false),
            destination: Destination {
                bucket: bucket.into(),
                is_own,
                account: account.map(str::to_owned),
                gives_ownership: false,
                storage_class: None,
                key: None,
                time: None,
                metrics: None,
            },
        }
    }

    pub(super) fn of(rules: &[ReplicationRule]) -> State {
        State::BucketReplication(Some(Replication {
            role: "arn:aws:iam::111122223333:role/copies".into(),
            rules: rules.to_vec(),
        }))
    }

    const COPIES: &str = "arn:aws:s3:::copies";

    #[test]
    #[rustfmt::skip] // One line a case.
    fn only_to_allowed_accounts() {
        let gone = "S3.Replication -> DeleteBucketReplication";
        let under = |key: &str| { let mut rule = to(COPIES, true, None); rule.destination.key = Some(key.into()); rule };
        on(DATA_BUCKET, State::BucketReplication(None), "compliant");
        on(DATA_BUCKET, of(&[to(COPIES, true, None)]), "compliant");
        on(DATA_BUCKET, of(&[to(COPIES, true, Some("111122223333"))]), "compliant");
        on(DATA_BUCKET, of(&[to(COPIES, false, None)]), gone);
        on(DATA_BUCKET, of(&[to(COPIES, false, Some("111122223333"))]), gone);
        on(DATA_BUCKET, of(&[to(COPIES, false, Some(STRANGER))]), gone);
        on(DATA_BUCKET, of(&[to(COPIES, true, Some(STRANGER))]), gone);
        on(PLAIN, of(&[to(COPIES, false, None)]), gone);
        on(PLAIN, of(&[ReplicationRule { enabled: false, ..to(COPIES, false, None) }]), "compliant");
        on(DATA_BUCKET, of(&[to(COPIES, true, None), to("arn:aws:s3:::elsewhere", false, None)]), "S3.Replication -> PutBucketReplication to arn:aws:s3:::copies");
        on(DATA_BUCKET, of(&[under("arn:aws:kms:us-east-1:111122223333:key/1")]), "compliant");
        on(DATA_BUCKET, of(&[under("alias/copies")]), "compliant");
        on(DATA_BUCKET, of(&[under("arn:aws:kms:us-east-1:999999999999:key/1")]), gone);
        check(TRUSTING, &bucket(DATA_BUCKET), of(&[to(COPIES, false, Some(STRANGER))]), "compliant");
        check(TRUSTING, &bucket(DATA_BUCKET), of(&[to(COPIES, false, None)]), gone);
        check(TRUSTING, &bucket(DATA_BUCKET), of(&[under("arn:aws:kms:us-east-1:999999999999:key/1")]), "compliant");
        check("buckets: {replicate_to: [copies]}", &bucket(DATA_BUCKET), of(&[to(COPIES, false, Some(STRANGER))]), "compliant");
        check("buckets: {replicate_to: [copies]}", &bucket(DATA_BUCKET), of(&[to("arn:aws:s3-outposts:us-east-1:999999999999:outpost/o/bucket/copies", false, None)]), gone);
        check("controls: {S3.Replication: observe}", &bucket(DATA_BUCKET), of(&[to(COPIES, false, None)]), "(S3.Replication)");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn a_copy_that_is_gone_is_told() {
        let before = of(&[to(COPIES, true, None)]);
        let told = |observed: State| verdict(&Situation::new(&bucket(DATA_BUCKET), "").subject(), Some(&before), &observed);
        assert_eq!(told(State::BucketReplication(None)), "(S3.Replication)");
        assert_eq!(told(before.clone()), "compliant");
    }
}

#[test]
#[rustfmt::skip] // One line a case.
fn notifications() {
    let told = |arn: &str| Notification { id: None, arn: arn.into(), events: vec!["s3:ObjectCreated:*".into()], filter: Some(BTreeMap::new()) };
    let queues = |arns: &[&str]| State::BucketNotification(Notifications { queues: arns.iter().map(|arn| told(arn)).collect(), ..Notifications::default() });
    let ours = "arn:aws:sqs:us-east-1:111122223333:watch";
    let theirs = "arn:aws:sqs:us-east-1:999999999999:watch";
    on(DATA_BUCKET, queues(&[]), "compliant");
    on(DATA_BUCKET, queues(&[ours]), "compliant");
    on(PLAIN, queues(&[theirs]), "S3.Notification -> PutBucketNotificationConfiguration to nobody");
    on(DATA_BUCKET, queues(&[theirs, ours]), "S3.Notification -> PutBucketNotificationConfiguration to arn:aws:sqs:us-east-1:111122223333:watch");
    on(DATA_BUCKET, queues(&["arn:aws-cn:sqs:cn-north-1:111122223333:watch"]), "S3.Notification -> PutBucketNotificationConfiguration to nobody");
    on(DATA_BUCKET, queues(&["watch"]), "S3.Notification -> PutBucketNotificationConfiguration to nobody");
    check(TRUSTING, &bucket(DATA_BUCKET), queues(&[theirs]), "compliant");
    // Whom the standard names, and nobody like them.
    let named = |arn: &str, told: &str, expected: &str| check(&format!("buckets: {{notify_to: ['{arn}']}}"), &bucket(PLAIN), queues(&[told]), expected);
    const NOBODY: &str = "S3.Notification -> PutBucketNotificationConfiguration to nobody";
    let snowpipe = "arn:aws:sqs:*:999999999999:sf-snowpipe-*";
    named(snowpipe, "arn:aws:sqs:us-east-1:999999999999:sf-snowpipe-AIDA1-x", "compliant");
    named(theirs, theirs, "compliant");
    named(snowpipe, "arn:aws:sqs:us-east-1:999999999998:sf-snowpipe-AIDA1-x", NOBODY);
    named(snowpipe, "arn:aws:sqs:us-east-1:999999999999:watch", NOBODY);
    named(snowpipe, "arn:aws:sns:us-east-1:999999999999:sf-snowpipe-x", NOBODY);
    named(snowpipe, "arn:aws:sqs:us-east-1:666666666666:x:999999999999:sf-snowpipe-x", NOBODY);
    named("arn:aws:lambda:us-east-1:999999999999:function:f*", "arn:aws:lambda:us-east-1:999999999999:function:f1", "compliant");
    let found = queues(&[theirs, "watch"]).assess(&Situation::new(&bucket(PLAIN), "").subject(), None).unwrap();
    assert!(found[0].detail.ends_with("notify_to: ['arn:aws:sqs:us-east-1:999999999999:watch']"), "{found:?}");
    on(DATA_BUCKET, State::BucketNotification(Notifications { event_bridge: true, topics: vec![told("arn:aws:sns:us-east-1:999999999999:t")], functions: vec![told("arn:aws:lambda:us-east-1:999999999999:function:f")], ..Notifications::default() }), "S3.Notification -> PutBucketNotificationConfiguration to EventBridge");
}

#[test]
#[rustfmt::skip] // One line a case.
fn websites() {
    let site = |redirect: Option<&str>| State::BucketWebsite(Some(Website {
        index: redirect.is_none().then(|| "index.html".into()), error: None,
        redirect_all_to: redirect.map(|host| RedirectAll { host: host.into(), protocol: None }), routing: Vec::new(),
    }));
    on(DATA_BUCKET, State::BucketWebsite(None), "compliant");
    on(DATA_BUCKET, site(None), "S3.Website -> DeleteBucketWebsite");
    on(DATA_BUCKET, site(Some("example.com")), "S3.Website -> DeleteBucketWebsite");
    on(PLAIN, site(None), "S3.Website -> DeleteBucketWebsite");
    on(PLAIN, site(Some("example.com")), "compliant");
}

#[test]
#[rustfmt::skip] // One line a case.
fn cross_origin_rules() {
    let rule = |origins: &[&str]| CorsRule { id: None, origins: origins.iter().map(|&origin| origin.into()).collect(), methods: vec!["GET".into()], headers: vec![], exposed_headers: vec![], max_age_seconds: None };
    let of = |rules: &[&[&str]]| State::BucketCors(CrossOrigin { rules: rules.iter().map(|origins| rule(origins)).collect() });
    on(DATA_BUCKET, of(&[]), "compliant");
    for named in ["https://labels.example.com", "https://*.example.com", "*://labels.example.com", "http://localhost:*", "*.example.com"] {
        on(DATA_BUCKET, of(&[&[named]]), "compliant");
    }
    for anybody in ["*", "null", "https://*", "http*", "https://*.com", "https://*example.com", "https://example.com*", "https://app.*", "https:*", "https://:*", "*://"] {
        on(DATA_BUCKET, of(&[&[anybody]]), "S3.Cors -> DeleteBucketCors");
    }
    on(DATA_BUCKET, of(&[&["*"], &["https://a.example.com", "*"]]), "S3.Cors -> PutBucketCors for https://a.example.com");
    on(PLAIN, of(&[&["*"]]), "compliant");
}

#[test]
#[rustfmt::skip] // One line a case.
fn the_account_and_access_points() {
    let half = PublicAccess { ignore_public_acls: false, ..PublicAccess::BLOCKED };
    let account = |block, expected: &str| check("", &Resource::Account(on::Account {}), State::AccountPublicAccess(block), expected);
    account(PublicAccess::BLOCKED, "compliant");
    account(PublicAccess::default(), "S3.AccountPublicAccessBlock -> PutPublicAccessBlock of the account all on");
    account(half, "S3.AccountPublicAccessBlock -> PutPublicAccessBlock of the account all on");
    let door = |owner: Option<&str>, public_access| State::AccessPointSettings(AccessPointSettings { bucket: PLAIN.into(), bucket_account: owner.map(str::to_owned), public_access });
    let access_point = Resource::AccessPoint(on::AccessPoint { name: "side-door".into() });
    check("", &access_point, door(None, PublicAccess::BLOCKED), "compliant");
    check("", &access_point, door(Some("111122223333"), half), "(S3.AccessPointBlock)");
    check("", &access_point, door(Some(STRANGER), PublicAccess::BLOCKED), "(S3.AccessPointBucket)");
    check(TRUSTING, &access_point, door(Some(STRANGER), PublicAccess::BLOCKED), "compliant");
    check("controls: {S3.AccessPointBlock: enforce}", &access_point, door(None, half), "(S3.AccessPointBlock)");
}

mod access {
    use super::*;

    const EVERYONE: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
    const ANY_ACCOUNT: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
    const CLOUDFRONT: &str = "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0";
    const PROTECTING: &str = "access: {protected: ['arn:aws:s3:::training-*']}";
    const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

    fn check(standard: &str, resource: &Resource, observed: State, expected: &str) {
        let situation = Situation::new(resource, standard);
        assert_eq!(verdict(&situation.subject(), None, &observed), expected, "{observed:?}");
    }

    fn acl(others: &[(Grantee, &str)]) -> State {
        let grant = |(grantee, permission): &(Grantee, &str)| AclGrant {
            grantee: grantee.clone(),
            permission: (*permission).into(),
        };
        let owner = (Grantee::Account("owner".into()), "FULL_CONTROL");
        State::BucketAcl(Acl { owner: "owner".into(), grants: [owner].iter().chain(others).map(grant).collect() })
    }

    fn group(uri: &str) -> Grantee {
        Grantee::Group(uri.into())
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn lists() {
        let on = |name: &str, others: &[(Grantee, &str)], expected: &str| check("", &bucket(name), acl(others), expected);
        let stranger = || Grantee::Account("c0ffee".into());
        on(DATA_BUCKET, &[], "compliant");
        on(DATA_BUCKET, &[(group(EVERYONE), "READ")], "S3.PublicAcl -> PutBucketAcl for the owner alone");
        on(DATA_BUCKET, &[(group(ANY_ACCOUNT), "WRITE_ACP")], "S3.PublicAcl -> PutBucketAcl for the owner alone");
        on(DATA_BUCKET, &[(group("http://acs.amazonaws.com/groups/global/New"), "READ")], "S3.PublicAcl -> PutBucketAcl for the owner alone");
        on(DATA_BUCKET, &[(stranger(), "READ")], "S3.ForeignAcl -> PutBucketAcl for the owner alone");
        check("trust: {identities: [c0ffee]}", &bucket(PLAIN), acl(&[(stranger(), "READ")]), "compliant");
        check("trust: {identities: [c0ffee]}", &bucket(PLAIN), acl(&[(stranger(), "READ"), (Grantee::Account("bad".into()), "READ")]), "S3.ForeignAcl -> PutBucketAcl with READ for the account with the canonical id c0ffee");
        on(DATA_BUCKET, &[(Grantee::Email("jane@example.com".into()), "READ")], "S3.ForeignAcl -> PutBucketAcl for the owner alone");
        on(DATA_BUCKET, &[(group(EVERYONE), "READ"), (stranger(), "READ")], "S3.PublicAcl, S3.ForeignAcl -> PutBucketAcl for the owner alone");
        on(ACCESS_LOG_BUCKET, &[(group(LOG_DELIVERY), "WRITE")], "S3.ForeignAcl -> PutBucketAcl for the owner alone");
        on(PLAIN, &[(group(LOG_DELIVERY), "WRITE")], "compliant");
        let cloudfront = || Grantee::Account(CLOUDFRONT.into());
        on(PLAIN, &[(cloudfront(), "FULL_CONTROL")], "compliant");
        on(PLAIN, &[(Grantee::Account(CLOUDFRONT.to_uppercase()), "FULL_CONTROL")], "S3.ForeignAcl -> PutBucketAcl for the owner alone");
        on(PLAIN, &[(Grantee::Account(format!("d{}", &CLOUDFRONT[1..])), "FULL_CONTROL")], "S3.ForeignAcl -> PutBucketAcl for the owner alone");
        // Anybody's distribution writes by it: that is no place for the pipeline's data.
        on(DATA_BUCKET, &[(cloudfront(), "FULL_CONTROL")], "S3.ForeignAcl -> PutBucketAcl for the owner alone");
        check(PROTECTING, &bucket(PLAIN), acl(&[(cloudfront(), "FULL_CONTROL")]), "S3.ForeignAcl -> PutBucketAcl for the owner alone");
        let owned = |grantee: Grantee| {
            let State::BucketAcl(list) = acl(&[(grantee, "FULL_CONTROL")]) else { panic!("a list") };
            State::BucketOwnership(Ownership { setting: Some(ObjectOwnership::ObjectWriter), list: Some(list) })
        };
        on_ownership(owned(cloudfront()), "CloudFront's standard logging (legacy) needs it; with standard logging (v2) the bucket policy lets the logs in");
        on_ownership(owned(stranger()), "grant that in the bucket policy instead");
        on(PLAIN, &[(group(LOG_DELIVERY), "WRITE"), (group(EVERYONE), "READ")], "S3.PublicAcl -> PutBucketAcl with WRITE for the group s3/LogDelivery");
        check("controls: {S3.ForeignAcl: observe}", &bucket(PLAIN), acl(&[(stranger(), "READ"), (group(EVERYONE), "READ")]), "S3.PublicAcl, (S3.ForeignAcl) -> PutBucketAcl with READ for the account with the canonical id c0ffee");
    }

    /// Lists stay on, and nothing is tried.
    fn on_ownership(observed: State, told: &str) {
        let resource = bucket(PLAIN);
        let situation = Situation::new(&resource, "");
        let subject = situation.subject();
        assert_eq!(observed.comply(&subject, None), observed);
        let details: Vec<String> =
            observed.assess(&subject, None).unwrap().into_iter().map(|finding| finding.detail).collect();
        assert!(details.len() == 1 && details[0].ends_with(told), "{details:?}");
    }

    fn document(statements: &[Value]) -> Document {
        Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
    }

    fn door(statements: &[Value]) -> State {
        State::AccessPointPolicy(Some(document(statements)))
    }

    fn reads(principal: Value) -> Value {
        json!({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:us-east-1:111122223333:accesspoint/side-door/object/*"})
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn access_points() {
        let on = |standard: &str, observed: State, expected: &str| check(standard, &Resource::AccessPoint(on::AccessPoint { name: "side-door".into() }), observed, expected);
        let ours = || reads(json!({"AWS": "arn:aws:iam::111122223333:role/app"}));
        let theirs = || reads(json!({"AWS": "arn:aws:iam::999999999999:role/app"}));
        on("", State::AccessPointPolicy(None), "compliant");
        on("", door(&[ours()]), "compliant");
        on("", door(&[reads(json!("*"))]), "S3.AccessPointPublic -> DeleteAccessPointPolicy");
        on("", door(&[reads(json!({"AWS": "*"})), ours()]), "S3.AccessPointPublic -> PutAccessPointPolicy with 1 statement");
        on("", door(&[theirs(), ours()]), "S3.AccessPointForeign -> PutAccessPointPolicy with 1 statement");
        on(TRUSTING, door(&[theirs()]), "compliant");
        // What holds for every request through it confines nobody.
        let if_equal = |key: &str, value: &str, principal: Value| { let mut reads = reads(principal); reads["Condition"] = json!({"StringEquals": {key: value}}); door(&[reads, ours()]) };
        let open = "S3.AccessPointPublic -> PutAccessPointPolicy with 1 statement";
        on("", if_equal("s3:DataAccessPointAccount", "111122223333", json!("*")), open);
        on("", if_equal("s3:DataAccessPointArn", "arn:aws:s3:us-east-1:111122223333:accesspoint/side-door", json!("*")), open);
        on("", if_equal("s3:AccessPointNetworkOrigin", "Internet", json!("*")), open);
        on("", if_equal("aws:ResourceAccount", "111122223333", json!("*")), open);
        on("", if_equal("s3:ResourceAccount", "111122223333", json!("*")), open);
        on("", if_equal("s3:DataAccessPointAccount", "111122223333", json!({"AWS": "arn:aws:iam::999999999999:root"})), "S3.AccessPointForeign -> PutAccessPointPolicy with 1 statement");
        on("", if_equal("aws:PrincipalAccount", "111122223333", json!("*")), "compliant");
    }

    fn bucket_policy(name: &str, more: &[Value]) -> State {
        let mut statements = vec![parapet_guards::foundation::documents::tls_only_statement(&home().bucket_arn(name))];
        statements.extend(more.iter().cloned());
        State::BucketPolicy(Some(document(&statements)))
    }

    fn shared(principal: Value) -> Value {
        json!({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{PLAIN}/*")})
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn bucket_policies() {
        let on = |standard: &str, more: &[Value], expected: &str| check(standard, &bucket(PLAIN), bucket_policy(PLAIN, more), expected);
        let below = |version: &str| json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [format!("arn:aws:s3:::{PLAIN}"), format!("arn:aws:s3:::{PLAIN}/*")], "Condition": {"NumericLessThan": {"s3:TlsVersion": version}}});
        let least = |version: &str| format!("buckets: {{minimum_tls: '{version}'}}");
        on("", &[], "compliant");
        on("", &[shared(json!({"AWS": "arn:aws:iam::999999999999:role/app"}))], "S3.ForeignPolicy -> PutBucketPolicy with 1 statement");
        on("", &[shared(json!({"AWS": "999999999999"})), shared(json!({"AWS": "111122223333"}))], "S3.ForeignPolicy -> PutBucketPolicy with 2 statements");
        on(TRUSTING, &[shared(json!({"AWS": "999999999999"}))], "compliant");
        on("", &[shared(json!("*"))], "S3.PublicPolicy -> PutBucketPolicy with 1 statement");
        on("", &[shared(json!({"Service": "sns.amazonaws.com"}))], "(S3.ConfusedDeputy)");
        let by = |service: &str, condition: Value| { let mut shared = shared(json!({"Service": service})); shared["Condition"] = condition; shared };
        let cloudfront = |account: &str| by("cloudfront.amazonaws.com", json!({"ArnLike": {"aws:SourceArn": format!("arn:aws:cloudfront::{account}:distribution/*")}}));
        let source = |account: &str| by("cloudfront.amazonaws.com", json!({"StringLike": {"aws:SourceAccount": account}}));
        on("", &[cloudfront("111122223333")], "compliant");
        // Whose distributions may read is said for whoever wrote it.
        on("", &[by("cloudfront.amazonaws.com", json!({}))], "S3.ForeignPolicy -> PutBucketPolicy with 2 statements");
        on("", &[cloudfront("*")], "S3.ForeignPolicy -> PutBucketPolicy with 1 statement");
        on("", &[cloudfront("66665555444?")], "S3.ForeignPolicy -> PutBucketPolicy with 1 statement");
        // Beside their words stands that it has to be the account's own distribution: nobody is both.
        on("", &[source("66665555444?")], "S3.ForeignPolicy -> PutBucketPolicy with 2 statements");
        on("", &[by("cloudfront.amazonaws.com", json!({"StringLike": {"aws:SourceOrgID": "o-evil*"}}))], "S3.ForeignPolicy -> PutBucketPolicy with 2 statements");
        on(TRUSTING, &[source("999999999999")], "compliant");
        on("", &[source("999999999999")], "S3.ForeignPolicy -> PutBucketPolicy with 1 statement");
        on("", &[by("delivery.logs.amazonaws.com", json!({}))], "(S3.ConfusedDeputy)");
        // AWS's own accounts deliver, and do nothing else.
        let delivering = |action: Value| { let mut shared = shared(json!({"AWS": "arn:aws:iam::127311923021:root"})); shared["Action"] = action; shared };
        on("", &[delivering(json!("s3:PutObject"))], "compliant");
        on("", &[delivering(json!(["s3:PutObject", "s3:GetObject"]))], "S3.ForeignPolicy -> PutBucketPolicy with 2 statements");
        on("", &[delivering(json!("s3:*"))], "S3.ForeignPolicy -> PutBucketPolicy with 2 statements");
        on("", &[delivering(json!("s3:GetObject"))], "S3.ForeignPolicy -> PutBucketPolicy with 1 statement");
        on(PROTECTING, &[delivering(json!("s3:PutObject"))], "S3.ForeignPolicy -> PutBucketPolicy with 1 statement");
        let narrowed = comply(&bucket(PLAIN), "", &bucket_policy(PLAIN, &[delivering(json!("s3:*"))]));
        assert_eq!(narrowed, bucket_policy(PLAIN, &[delivering(json!("s3:PutObject"))]));
        check("", &bucket(DATA_BUCKET), bucket_policy(DATA_BUCKET, &[delivering(json!("s3:PutObject"))]), "S3.ForeignPolicy -> PutBucketPolicy with 1 statement");
        let open = bucket_policy(PLAIN, &[by("cloudfront.amazonaws.com", json!({}))]);
        assert_eq!(verdict(&Situation::new(&bucket(PLAIN), "").subject(), Some(&open), &open), "(S3.ForeignPolicy)", "from before");
        on(&least("1.2"), &[], "S3.MinimumTls -> PutBucketPolicy with 2 statements");
        on(&least("1.2"), &[below("1.2")], "compliant");
        on(&least("1.2"), &[below("1.3")], "compliant");
        on(&least("1.3"), &[below("1.2")], "S3.MinimumTls -> PutBucketPolicy with 3 statements");
        check(&least("1.2"), &bucket(PLAIN), State::BucketPolicy(None), "S3.TlsOnly, S3.MinimumTls -> PutBucketPolicy with 2 statements");
    }
}

/// What a service needs, and a statement denies it: others it goes on to deny that.
#[test]
#[rustfmt::skip] // One line a case.
fn services_that_are_shut_out() {
    let arn = home().bucket_arn(LOG_BUCKET);
    let made = State::BucketPolicy(None).comply(&Situation::new(&bucket(LOG_BUCKET), "").subject(), None);
    let State::BucketPolicy(Some(made)) = made else { panic!("no policy") };
    let with = |deny: &Value| {
        let mut document = made.as_value().clone();
        document["Statement"].as_array_mut().unwrap().push(deny.clone());
        State::BucketPolicy(Document::from_value(document).ok())
    };
    let situation = Situation::new(&bucket(LOG_BUCKET), "");
    let on = |deny: Value, expected: &str| {
        let state = with(&deny);
        assert_eq!(verdict(&situation.subject(), None, &state), expected, "{deny}");
        let mended = state.comply(&situation.subject(), None);
        assert_eq!(verdict(&situation.subject(), None, &mended), "compliant", "{mended:?}");
        // Who wrote it before knows what it is for.
        if expected != "compliant" {
            assert_eq!(state.comply(&situation.subject(), Some(&state)), state);
        }
    };
    const SPARED: &str = "S3.ServicePolicy -> PutBucketPolicy with 4 statements";
    const GONE: &str = "S3.ServicePolicy -> PutBucketPolicy with 3 statements";
    let about = |object: &str, action: &str, condition: Value| json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": format!("{arn}/{object}"), "Condition": condition});
    let deny = |action: &str, condition: Value| about("*", action, condition);
    on(deny("s3:PutObject", json!({})), SPARED);
    on(deny("s3:*", json!({"StringNotEquals": {"aws:SourceArn": "arn:aws:cloudtrail:us-east-1:111122223333:trail/other"}})), SPARED);
    on(deny("s3:PutObject", json!({"Bool": {"aws:PrincipalIsAWSService": "false"}})), "compliant");
    on(deny("s3:PutObject", json!({"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}})), "compliant");
    on(deny("s3:PutObject", json!({"StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"}})), SPARED);
    on(deny("s3:DeleteObject", json!({})), "compliant");
    on(deny("s3:*", json!({"Bool": {"aws:SecureTransport": "false"}})), "compliant");
    on(json!({"Effect": "Deny", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl", "Resource": arn}), GONE);
    // What nobody knows of a service's request may be so; what it never has is not.
    for key in ["aws:userid", "aws:UserAgent", "aws:SourceIp", "s3:x-amz-storage-class", "new:Key"] {
        on(deny("s3:PutObject", json!({"StringNotLike": {key: "x"}})), SPARED);
        on(deny("s3:PutObject", json!({"StringLike": {key: "x"}})), SPARED);
    }
    for key in ["aws:SourceVpce", "aws:PrincipalTag/x", "aws:PrincipalArn", "aws:PrincipalOrgID"] {
        on(deny("s3:PutObject", json!({"StringNotLike": {key: "x"}})), SPARED);
        on(deny("s3:PutObject", json!({"Null": {key: "true"}})), SPARED);
        on(deny("s3:PutObject", json!({"StringLike": {key: "x"}})), "compliant");
    }
    on(deny("s3:PutObject", json!({"StringEquals": {"aws:PrincipalServiceName": "cloudtrail.amazonaws.com"}})), SPARED);
    on(deny("s3:PutObject", json!({"StringEquals": {"aws:PrincipalServiceName": "config.amazonaws.com"}})), "compliant");
    on(deny("s3:PutObject", json!({"Bool": {"aws:PrincipalIsAWSService": "true"}})), GONE);
    for object in ["AWSLogs/111122223333/CloudTrail/us-east-1/*", "*/CloudTrail/*/2026/*", "AWSLogs/111122223333/CloudTrail-Digest/*", "*.json.gz"] {
        on(about(object, "s3:PutObject", json!({})), SPARED);
    }
    on(about("AWSLogs/111122223333/Config/*", "s3:PutObject", json!({})), "compliant");
    on(about("reports/*", "s3:*", json!({})), "compliant");
}

/// A statement that keeps a guard out lets it through, and denies everybody else what it did.
#[test]
fn a_policy_lets_the_guards_in() {
    let arn = home().bucket_arn("reports");
    let guard = home().iam_arn("role/parapet-policy-guard");
    let settings = home().iam_arn("role/parapet-encryption-guard");
    let deny = |who: Value, action: &str, condition: Value| json!({"Effect": "Deny", "Principal": who, "Action": action, "Resource": [arn, format!("{arn}/*")], "Condition": condition});
    let on = |facet: Facet, statement: Value, expected: &str| {
        let document = Document::from_value(json!({"Version": "2012-10-17", "Statement": [statement]})).unwrap();
        let state = match facet {
            Facet::BucketGuardAccess => State::BucketGuardAccess(Some(document.clone())),
            _ => State::BucketPolicy(Some(document.clone())),
        };
        let situation = Situation::new(&bucket("reports"), "controls: {S3.TlsOnly: off}");
        let subject = situation.subject();
        assert_eq!(verdict(&subject, None, &state), expected, "{}", document.to_json());
        let mended = state.comply(&subject, None);
        assert_eq!(verdict(&subject, None, &mended), "compliant", "{mended:?}");
    };
    let everyone = || json!("*");
    for (facet, control, role, action) in [
        (Facet::BucketGuardAccess, "S3.PolicyGuardAccess", &guard, "s3:GetBucketPolicy"),
        (Facet::BucketPolicy, "S3.GuardAccess", &settings, "s3:PutEncryptionConfiguration"),
    ] {
        let wrong = format!("{control} -> PutBucketPolicy with 1 statement");
        on(facet, deny(json!({"AWS": role}), action, json!({})), &wrong);
        on(facet, deny(everyone(), "s3:*", json!({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})), &wrong);
        on(facet, deny(everyone(), "s3:*", json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}})), &wrong);
        on(
            facet,
            deny(everyone(), "*", json!({"ArnNotLike": {"AWS:principalArn": home().iam_arn("role/app")}})),
            &wrong,
        );
        on(
            facet,
            deny(everyone(), "s3:*", json!({"StringNotLike": {"aws:PrincipalArn": home().iam_arn("role/app")}})),
            &wrong,
        );
        on(facet, deny(everyone(), action, json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}})), &wrong);
        on(facet, deny(everyone(), "s3:*", json!({"Bool": {"aws:SecureTransport": "false"}})), "compliant");
        on(
            facet,
            deny(everyone(), action, json!({"ArnNotLike": {"aws:PrincipalArn": home().iam_arn("role/parapet-*")}})),
            "compliant",
        );
        on(facet, deny(everyone(), "s3:GetObject", json!({})), "compliant");
        on(facet, deny(json!({"AWS": home().iam_arn("role/app")}), "s3:*", json!({})), "compliant");
    }
}

/// The same in China and in GovCloud: an ARN of the own partition is ours, one of another is nobody's we know.
#[test]
fn other_partitions() {
    for (partition, region, foreign) in [("aws-cn", "cn-north-1", "aws"), ("aws-us-gov", "us-gov-west-1", "aws-cn")] {
        let home = Home { partition: partition.into(), region: region.into(), ..home() };
        let name = format!("parapet-logs-111122223333-{region}");
        let resource = bucket(&name);
        let standard = Standard::built_in(&home).unwrap();
        let subject = Subject {
            resource: &resource,
            standard: &standard,
            home: &home,
            now: NOW,
            account: None,
            room: Room::Quota,
            settles_at: None,
            made: None,
        };
        let told = |arn: String| {
            let queue = Notification { id: None, arn, events: Vec::new(), filter: None };
            let state = State::BucketNotification(Notifications { queues: vec![queue], ..Notifications::default() });
            verdict(&subject, None, &state)
        };
        assert_eq!(told(format!("arn:{partition}:sqs:{region}:111122223333:watch")), "compliant");
        let removed = "S3.Notification -> PutBucketNotificationConfiguration to nobody";
        assert_eq!(told(format!("arn:{foreign}:sqs:{region}:111122223333:watch")), removed);
        let copies = |rule| verdict(&subject, None, &replication::of(&[rule]));
        assert_eq!(copies(replication::to(&format!("arn:{partition}:s3:::copies"), true, None)), "compliant");

        let State::BucketPolicy(Some(made)) = State::BucketPolicy(None).comply(&subject, None) else {
            panic!("no policy")
        };
        let text = made.to_json();
        assert!(text.contains(&format!("arn:{partition}:s3:::{name}")) && !text.contains("arn:aws:"), "{text}");
        assert_eq!(verdict(&subject, None, &State::BucketPolicy(Some(made))), "compliant");
        let door = |account: &str| {
            let policy = json!({"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": {"AWS": format!("arn:{partition}:iam::{account}:role/app")},
                "Action": "s3:GetObject", "Resource": format!("arn:{partition}:s3:{region}:111122223333:accesspoint/d/object/*"),
            }]});
            let access_point = Resource::AccessPoint(on::AccessPoint { name: "d".into() });
            let subject = Subject { resource: &access_point, ..subject };
            verdict(&subject, None, &State::AccessPointPolicy(Document::from_value(policy).ok()))
        };
        assert_eq!(door("111122223333"), "compliant");
        assert_eq!(door(STRANGER), "S3.AccessPointForeign -> DeleteAccessPointPolicy");
    }
}
