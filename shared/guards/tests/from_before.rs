//! What was there before is told and left, whatever else of its setting changed; only what is opened further than before goes. One line a case.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::collections::{BTreeMap, BTreeSet};

use parapet_guards::{
    Acl, AclGrant, Algorithm, BucketEncryption, Destination, EventDataStore, Grantee, KeyGrant, KeyState, KeyStatus,
    KmsKey, Notification, Notifications, ObjectFilter, ObjectOwnership, OwnAccount, Ownership, Replication,
    ReplicationRule, Resource, RoutingRule, State, StoreSettings, StoreStatus, Subject, TagFilter, TagMutability,
    TrailConfiguration, Versioning, Website, inventory::Inventory, on,
};
use parapet_testkit::fixtures::{DATA_BUCKET, STRANGER, bucket, trail};
use parapet_testkit::{Situation, verdict};

const PLAIN: &str = "training-images";
const OTHER: &str = "666655554444";

fn under(standard: &str, resource: &Resource, before: &State, observed: &State, expected: &str) {
    let situation = Situation::new(resource, standard);
    let told = verdict(&situation.subject(), Some(before), observed);
    assert_eq!(told, expected, "{observed:?}\nafter {before:?}");
}

fn after(before: &State, observed: &State, expected: &str) {
    under("", &bucket(PLAIN), before, observed, expected);
}

fn site(change: impl FnOnce(&mut Website)) -> State {
    let mut website = Website { index: Some("index.html".into()), error: None, redirect_all_to: None, routing: vec![] };
    change(&mut website);
    State::BucketWebsite(Some(website))
}

#[test]
#[rustfmt::skip] // One line a case.
fn websites() {
    let to = |host: Option<&str>| RoutingRule { host: host.map(str::to_owned), new_key: Some("k".into()), ..RoutingRule::default() };
    let (plain, left) = (site(|_| ()), "(S3.Website)");
    after(&plain, &plain, left);
    after(&plain, &site(|site| site.error = Some("404.html".into())), left);
    after(&plain, &site(|site| site.index = Some("start.html".into())), left);
    after(&plain, &site(|site| site.routing = vec![to(None)]), left);
    after(&site(|site| site.routing = vec![to(Some("a.example"))]), &site(|site| site.routing = vec![to(Some("a.example")), to(Some("a.example"))]), left);
    after(&site(|site| site.routing = vec![to(Some("a.example"))]), &plain, left);
    // Visitors are sent elsewhere: that goes, and the website stays.
    after(&plain, &site(|site| site.routing = vec![to(Some("evil.example"))]), "S3.Website, (S3.Website) -> PutBucketWebsite with index.html");
    after(&State::BucketWebsite(None), &plain, "S3.Website -> DeleteBucketWebsite");
    under("", &bucket(DATA_BUCKET), &plain, &site(|site| site.error = Some("404.html".into())), "S3.Website -> DeleteBucketWebsite");
}

#[test]
#[rustfmt::skip] // One line a case.
fn versioning_and_ownership() {
    use ObjectOwnership::{BucketOwnerEnforced, BucketOwnerPreferred, ObjectWriter};
    after(&State::BucketVersioning(Versioning::Off), &State::BucketVersioning(Versioning::Suspended), "(S3.Versioning)");
    after(&State::BucketVersioning(Versioning::Enabled), &State::BucketVersioning(Versioning::Suspended), "S3.Versioning -> PutBucketVersioning Enabled");
    let owned = |setting: Option<ObjectOwnership>| State::BucketOwnership(Ownership { setting, list: None });
    let list = |setting| State::BucketOwnership(Ownership { setting: Some(setting), list: Some(list_of(&[(account("c0ffee"), "READ")])) });
    after(&owned(Some(ObjectWriter)), &owned(Some(BucketOwnerPreferred)), "(S3.Ownership)");
    after(&owned(None), &owned(Some(ObjectWriter)), "(S3.Ownership)");
    after(&owned(Some(ObjectWriter)), &owned(None), "(S3.Ownership)");
    after(&list(ObjectWriter), &owned(Some(BucketOwnerPreferred)), "(S3.Ownership)");
    after(&list(ObjectWriter), &list(BucketOwnerPreferred), "(S3.Ownership)");
    after(&owned(Some(ObjectWriter)), &owned(Some(BucketOwnerEnforced)), "compliant");
    // It was stricter, and no stricter than that it becomes.
    after(&owned(Some(BucketOwnerPreferred)), &owned(Some(ObjectWriter)), "S3.Ownership -> PutBucketOwnershipControls BucketOwnerPreferred");
    after(&owned(Some(BucketOwnerPreferred)), &owned(None), "S3.Ownership -> PutBucketOwnershipControls BucketOwnerPreferred");
    after(&owned(Some(BucketOwnerEnforced)), &owned(Some(BucketOwnerPreferred)), "S3.Ownership -> PutBucketOwnershipControls BucketOwnerEnforced");
    under("", &bucket(DATA_BUCKET), &owned(Some(ObjectWriter)), &owned(Some(BucketOwnerPreferred)), "S3.Ownership -> PutBucketOwnershipControls BucketOwnerEnforced");
}

#[test]
#[rustfmt::skip] // One line a case.
fn default_encryption() {
    let key = |account: &str, id: &str| Some(KmsKey::Arn(format!("arn:aws:kms:us-east-1:{account}:key/{id}")));
    let of = |algorithm, key, bucket_key, sse_c_blocked| State::BucketEncryption(BucketEncryption { algorithm, key, bucket_key, sse_c_blocked });
    let (aes, kms, dsse) = (Algorithm::Aes256, Algorithm::Kms, Algorithm::KmsDsse);
    let theirs = of(kms, key(STRANGER, "1"), false, true);
    after(&theirs, &of(kms, key(STRANGER, "1"), true, true), "(S3.Encryption)");
    after(&theirs, &of(kms, key(STRANGER, "2"), false, true), "(S3.Encryption)");
    after(&theirs, &of(dsse, key(STRANGER, "1"), false, true), "(S3.Encryption)");
    after(&theirs, &of(kms, key("111122223333", "1"), false, true), "compliant");
    after(&theirs, &of(kms, key(STRANGER, "1"), true, false), "(S3.Encryption), S3.SseCBlocked -> PutBucketEncryption aws:kms with arn:aws:kms:us-east-1:999999999999:key/1, bucket key, SSE-C blocked");
    after(&theirs, &of(kms, key(OTHER, "1"), false, true), "S3.Encryption -> PutBucketEncryption AES256, SSE-C blocked");
    after(&of(aes, None, false, false), &of(aes, None, true, false), "(S3.SseCBlocked)");
    after(&of(aes, None, false, false), &of(kms, Some(KmsKey::AwsManaged), true, false), "(S3.SseCBlocked)");
    after(&of(aes, None, false, false), &of(kms, key(OTHER, "1"), false, false), "S3.Encryption, (S3.SseCBlocked) -> PutBucketEncryption AES256, SSE-C allowed");
    let everywhere = |before: &State, observed: &State, expected: &str| under("buckets: {encryption: 'aws:kms:dsse'}", &bucket(PLAIN), before, observed, expected);
    everywhere(&of(aes, None, false, true), &of(aes, None, true, true), "(S3.Encryption)");
    everywhere(&of(aes, None, false, true), &of(kms, Some(KmsKey::AwsManaged), false, true), "(S3.Encryption)");
    everywhere(&of(kms, key("111122223333", "1"), false, true), &of(aes, None, false, true), "S3.Encryption -> PutBucketEncryption aws:kms with the AWS-managed key, SSE-C blocked");
    everywhere(&of(dsse, key(STRANGER, "1"), false, true), &of(kms, key(STRANGER, "1"), false, true), "S3.Encryption -> PutBucketEncryption aws:kms:dsse with arn:aws:kms:us-east-1:999999999999:key/1, SSE-C blocked");
    under("", &bucket(DATA_BUCKET), &theirs, &of(kms, key(STRANGER, "1"), true, true), "S3.Encryption -> PutBucketEncryption aws:kms with alias/parapet-ml, bucket key, SSE-C blocked");
}

#[test]
#[rustfmt::skip] // One line a case.
fn tags() {
    use TagMutability::{Immutable, ImmutableExcept, Mutable, MutableExcept};
    let filters = |patterns: &[&str]| patterns.iter().map(|&pattern| TagFilter { kind: "WILDCARD".into(), pattern: pattern.into() }).collect::<Vec<_>>();
    let repository = Resource::Repository(on::Repository { name: "ml/training".to_owned() });
    let on = |before: TagMutability, observed: TagMutability, expected: &str| under("", &repository, &State::RepositoryTagMutability(before), &State::RepositoryTagMutability(observed), expected);
    let left = "(ECR.TagImmutability)";
    on(Mutable, MutableExcept(filters(&["v*"])), left);
    on(Mutable, ImmutableExcept(filters(&["*"])), left);
    on(ImmutableExcept(filters(&["*"])), Mutable, left);
    on(MutableExcept(filters(&["v1*"])), MutableExcept(filters(&["v*", "prod"])), left);
    on(MutableExcept(filters(&["v*"])), MutableExcept(filters(&["v1*"])), "ECR.TagImmutability -> PutImageTagMutability MUTABLE_WITH_EXCLUSION of `v*`");
    on(MutableExcept(filters(&["v*"])), Mutable, "ECR.TagImmutability -> PutImageTagMutability MUTABLE_WITH_EXCLUSION of `v*`");
    on(MutableExcept(filters(&["v*"])), ImmutableExcept(filters(&["latest"])), left);
    on(Mutable, Immutable, "compliant");
    on(Immutable, Mutable, "ECR.TagImmutability -> PutImageTagMutability IMMUTABLE");
    on(ImmutableExcept(filters(&["latest"])), MutableExcept(filters(&["v*"])), "ECR.TagImmutability -> PutImageTagMutability IMMUTABLE");
}

fn account(id: &str) -> Grantee {
    Grantee::Account(id.into())
}

fn list_of(others: &[(Grantee, &str)]) -> Acl {
    let grant = |(grantee, permission): &(Grantee, &str)| AclGrant {
        grantee: grantee.clone(),
        permission: (*permission).into(),
    };
    let owner = (account("owner"), "FULL_CONTROL");
    Acl { owner: "owner".into(), grants: [owner].iter().chain(others).map(grant).collect() }
}

#[test]
#[rustfmt::skip] // One line a case.
fn lists() {
    let on = |before: &[(Grantee, &str)], observed: &[(Grantee, &str)], expected: &str| after(&State::BucketAcl(list_of(before)), &State::BucketAcl(list_of(observed)), expected);
    let group = |name: &str| Grantee::Group(format!("http://acs.amazonaws.com/groups/global/{name}"));
    let (vendor, everyone, any_account) = (|| account("c0ffee"), || group("AllUsers"), || group("AuthenticatedUsers"));
    let left = "(S3.ForeignAcl)";
    on(&[(vendor(), "FULL_CONTROL")], &[(vendor(), "READ"), (vendor(), "WRITE")], left);
    on(&[(vendor(), "FULL_CONTROL")], &[(vendor(), "WRITE_ACP"), (vendor(), "READ_ACP")], left);
    on(&[(vendor(), "READ"), (vendor(), "WRITE"), (vendor(), "READ_ACP"), (vendor(), "WRITE_ACP")], &[(vendor(), "FULL_CONTROL")], left);
    on(&[(vendor(), "READ")], &[(vendor(), "READ"), (vendor(), "WRITE")], "(S3.ForeignAcl), S3.ForeignAcl -> PutBucketAcl with READ for the account with the canonical id c0ffee");
    on(&[(vendor(), "READ")], &[(vendor(), "FULL_CONTROL")], "S3.ForeignAcl -> PutBucketAcl with READ for the account with the canonical id c0ffee");
    on(&[(vendor(), "FULL_CONTROL")], &[(vendor(), "READ"), (account("evil"), "READ")], "(S3.ForeignAcl), S3.ForeignAcl -> PutBucketAcl with READ for the account with the canonical id c0ffee");
    on(&[(vendor(), "FULL_CONTROL")], &[(vendor(), "READ"), (everyone(), "READ")], "S3.PublicAcl, (S3.ForeignAcl) -> PutBucketAcl with READ for the account with the canonical id c0ffee");
    on(&[(everyone(), "READ")], &[(any_account(), "READ")], "(S3.PublicAcl)");
    on(&[(any_account(), "READ")], &[(everyone(), "READ")], "S3.PublicAcl -> PutBucketAcl with READ for the group global/AuthenticatedUsers");
    // Where public lists are ignored, everyone had nothing.
    on(&[(everyone(), "READ")], &[(vendor(), "READ")], "S3.ForeignAcl -> PutBucketAcl for the owner alone");
}

fn rule(bucket: &str, change: impl FnOnce(&mut ReplicationRule)) -> ReplicationRule {
    let mut rule = ReplicationRule {
        id: Some("copies".into()),
        priority: Some(0),
        enabled: true,
        prefix: None,
        filter: Some(ObjectFilter::default()),
        kms_objects: None,
        replica_modifications: None,
        existing_objects: None,
        delete_markers: Some(false),
        destination: Destination {
            bucket: bucket.into(),
            is_own: false,
            account: None,
            gives_ownership: false,
            storage_class: None,
            key: None,
            time: None,
            metrics: None,
        },
    };
    change(&mut rule);
    rule
}

fn replicated(rules: &[ReplicationRule]) -> State {
    let role = "arn:aws:iam::111122223333:role/copies".into();
    State::BucketReplication(Some(Replication { role, rules: rules.to_vec() }))
}

/// What becomes of the only rule.
fn becomes(before: &ReplicationRule, observed: &ReplicationRule) -> Option<ReplicationRule> {
    let resource = bucket(PLAIN);
    let situation = Situation::new(&resource, "");
    match replicated(std::slice::from_ref(observed))
        .comply(&situation.subject(), Some(&replicated(std::slice::from_ref(before))))
    {
        State::BucketReplication(replication) => replication.map(|replication| replication.rules[0].clone()),
        _ => unreachable!("a repair keeps the facet"),
    }
}

const VENDOR: &str = "arn:aws:s3:::vendor";

#[test]
#[rustfmt::skip] // One line a case.
fn replication() {
    let to = |change: fn(&mut ReplicationRule)| rule(VENDOR, change);
    let under = |prefix: &str| rule(VENDOR, |rule| rule.filter = Some(ObjectFilter { prefix: Some(prefix.into()), ..ObjectFilter::default() }));
    let (gone, left) = ("S3.Replication -> DeleteBucketReplication", "(S3.Replication)");
    let on = |before: &ReplicationRule, observed: &ReplicationRule, expected: &str| after(&replicated(std::slice::from_ref(before)), &replicated(std::slice::from_ref(observed)), expected);
    on(&to(|_| ()), &to(|rule| rule.destination.storage_class = Some("GLACIER".into())), left);
    on(&to(|_| ()), &to(|rule| { rule.id = None; rule.priority = Some(7); rule.delete_markers = Some(true); }), left);
    on(&to(|_| ()), &to(|rule| rule.destination.account = Some(STRANGER.into())), left);
    on(&to(|rule| rule.destination.account = Some(STRANGER.into())), &to(|_| ()), gone);
    on(&to(|rule| rule.destination.account = Some(STRANGER.into())), &to(|rule| rule.destination.account = Some(OTHER.into())), gone);
    on(&to(|_| ()), &under("raw/"), left);
    on(&under("raw/"), &under("raw/a/"), left);
    on(&under("raw/"), &under("labels/"), gone);
    on(&to(|rule| rule.enabled = false), &to(|_| ()), gone);
    on(&to(|_| ()), &rule("arn:aws:s3:::evil", |_| ()), gone);
    on(&to(|_| ()), &to(|rule| rule.destination.key = Some(format!("arn:aws:kms:us-east-1:{OTHER}:key/1"))), gone);
    on(&to(|rule| rule.destination.key = Some(format!("arn:aws:kms:us-east-1:{OTHER}:key/1"))), &to(|rule| rule.destination.key = Some(format!("arn:aws:kms:us-east-1:{OTHER}:key/2"))), left);
    // A rule that copies more than before copies what it did before.
    on(&under("raw/"), &to(|_| ()), "S3.Replication -> PutBucketReplication to arn:aws:s3:::vendor");
    assert_eq!(becomes(&under("raw/"), &to(|_| ())), Some(under("raw/")));
    assert_eq!(becomes(&under("raw/a/"), &under("raw/")), Some(under("raw/a/")));
    assert_eq!(becomes(&to(|_| ()), &to(|rule| rule.existing_objects = Some(true))), Some(to(|rule| rule.existing_objects = Some(false))));
    assert_eq!(becomes(&to(|_| ()), &to(|rule| rule.kms_objects = Some(true))), Some(to(|rule| rule.kms_objects = Some(false))));
    let old = |prefix: &str| rule(VENDOR, |rule| { rule.filter = None; rule.prefix = Some(prefix.into()); });
    assert_eq!(becomes(&old("raw/"), &old("")), Some(old("raw/")));
    assert_eq!(becomes(&under("raw/"), &old("")), Some(old("raw/")));
    assert_eq!(becomes(&old("raw/"), &to(|_| ())), Some(under("raw/")));
    let tagged = rule(VENDOR, |rule| rule.filter = Some(ObjectFilter { tags: [("share".to_owned(), "yes".to_owned())].into(), ..ObjectFilter::default() }));
    on(&to(|_| ()), &tagged, left);
    assert_eq!(becomes(&tagged, &old("")), None, "an old rule has no place for tags");
    let both = becomes(&tagged, &under("raw/")).unwrap().filter.unwrap();
    assert_eq!((both.prefix.as_deref(), both.tags.len(), both.combined), (Some("raw/"), 1, true));
}

#[test]
#[rustfmt::skip] // One line a case.
fn inventories() {
    let of = |change: fn(&mut Inventory)| {
        let mut inventory = Inventory {
            enabled: true, bucket: VENDOR.into(), is_own: false, account: None, prefix: None, format: "CSV".into(), encryption: None,
            filter: Some("raw/".into()), versions: "Current".into(), frequency: "Daily".into(), fields: BTreeSet::from(["Size".to_owned()]),
        };
        change(&mut inventory);
        State::BucketInventory(BTreeMap::from([("list".to_owned(), inventory)]))
    };
    let (left, gone) = ("(S3.Inventory)", "S3.Inventory -> DeleteBucketInventoryConfiguration list");
    let put = "S3.Inventory -> PutBucketInventoryConfiguration list to `arn:aws:s3:::vendor` of whoever";
    let becomes = |observed: State| observed.comply(&Situation::new(&bucket(PLAIN), "").subject(), Some(&of(|_| ())));
    after(&of(|_| ()), &of(|one| { one.frequency = "Weekly".into(); one.format = "ORC".into(); one.prefix = Some("lists/".into()); }), left);
    after(&of(|_| ()), &of(|one| { one.fields.clear(); one.filter = Some("raw/a/".into()); }), left);
    after(&of(|one| one.versions = "All".into()), &of(|_| ()), left);
    after(&of(|_| ()), &of(|one| one.bucket = "arn:aws:s3:::evil".into()), gone);
    after(&of(|_| ()), &of(|one| one.filter = Some("labels/".into())), gone);
    after(&of(|one| one.enabled = false), &of(|_| ()), gone);
    for widened in [of(|one| one.filter = None), of(|one| one.versions = "All".into()), of(|one| { one.fields.insert("ETag".into()); })] {
        after(&of(|_| ()), &widened, put);
        assert_eq!(becomes(widened), of(|one| one.filter = Some("raw/".into())));
    }
}

#[test]
#[rustfmt::skip] // One line a case.
fn notifications() {
    let filter = |prefix: &str| Some(BTreeMap::from([("prefix".to_owned(), prefix.to_owned()), ("suffix".to_owned(), String::new())]));
    let told = |events: &[&str], prefix: &str| Notification { id: None, arn: "arn:aws:sqs:us-east-1:999999999999:watch".into(), events: events.iter().map(|&event| event.into()).collect(), filter: filter(prefix) };
    let of = |one: Notification| State::BucketNotification(Notifications { queues: vec![one], ..Notifications::default() });
    let becomes = |before: Notification, observed: Notification| of(observed).comply(&Situation::new(&bucket(PLAIN), "").subject(), Some(&of(before)));
    let left = "(S3.Notification)";
    let created = &["s3:ObjectCreated:*"][..];
    after(&of(told(created, "raw/")), &of(Notification { id: Some("renamed".into()), ..told(created, "raw/") }), left);
    after(&of(told(created, "")), &of(told(&["s3:ObjectCreated:Put"], "raw/")), left);
    after(&of(told(created, "raw/")), &of(told(created, "labels/")), "S3.Notification -> PutBucketNotificationConfiguration to nobody");
    after(&of(told(created, "")), &of(told(&["s3:ObjectRemoved:*"], "")), "S3.Notification -> PutBucketNotificationConfiguration to nobody");
    // Of what is told now, it is told what it was.
    assert_eq!(becomes(told(created, "raw/"), told(created, "")), of(told(created, "raw/")));
    assert_eq!(becomes(told(created, ""), told(&["s3:ObjectCreated:*", "s3:ObjectRemoved:*"], "")), of(told(created, "")));
    assert_eq!(becomes(told(&["s3:ObjectCreated:Put"], ""), told(created, "")), of(told(&["s3:ObjectCreated:Put"], "")));
}

#[test]
#[rustfmt::skip] // One line a case.
fn keys() {
    let key = Resource::Key(on::Key { name: "1234abcd-12ab-34cd-56ef-1234567890ab".to_owned() });
    let grant = |grantee: &str, retiring: Option<&str>| State::KeyGrants(vec![KeyGrant { id: "g".into(), name: None, grantee: grantee.into(), retiring: retiring.map(str::to_owned), issuer: None, operations: vec!["Decrypt".into()], constraints: vec![] }]);
    let theirs = "arn:aws:iam::999999999999:role/app";
    under("", &key, &grant(theirs, Some("arn:aws:iam::999999999999:user/gone")), &grant(theirs, Some("AIDAEXAMPLE")), "(KMS.Grants)");
    let on = |before: KeyStatus, observed: KeyStatus, expected: &str| under("controls: {KMS.OtherKeyEnabled: enforce, KMS.OtherKeyDeletion: enforce}", &key, &State::KeyState(KeyState::Here(before)), &State::KeyState(KeyState::Here(observed)), expected);
    on(KeyStatus::PendingDeletion, KeyStatus::Disabled, "(KMS.OtherKeyEnabled)");
    on(KeyStatus::Disabled, KeyStatus::PendingDeletion, "KMS.OtherKeyDeletion, (KMS.OtherKeyEnabled) -> CancelKeyDeletion");
    on(KeyStatus::Enabled, KeyStatus::Disabled, "KMS.OtherKeyEnabled -> EnableKey");
}

#[test]
#[rustfmt::skip] // One line a case.
fn trails_and_stores() {
    let store = Resource::EventDataStore(on::EventDataStore { id: "f852a1b2".to_owned() });
    let of = |status: StoreStatus, retention_days, termination_protection| State::EventDataStore(Some(EventDataStore {
        name: "audit".into(), status, organization: false,
        settings: StoreSettings { retention_days, termination_protection, multi_region: true, selectors: vec![] },
    }));
    use StoreStatus::{Ingesting, PendingDeletion, Stopped};
    let on = |before: State, observed: State, expected: &str| under("", &store, &before, &observed, expected);
    on(of(Stopped, 366, true), of(Stopped, 400, true), "(CloudTrail.StoreIngestion)");
    on(of(PendingDeletion, 366, true), of(Stopped, 366, true), "(CloudTrail.StoreIngestion)");
    on(of(PendingDeletion, 366, true), of(PendingDeletion, 366, true), "(CloudTrail.StoreDeletion)");
    on(of(Stopped, 366, true), of(PendingDeletion, 366, true), "CloudTrail.StoreDeletion, (CloudTrail.StoreIngestion) -> RestoreEventDataStore");
    on(of(Ingesting, 366, true), of(Stopped, 366, true), "CloudTrail.StoreIngestion -> StartEventDataStoreIngestion");
    on(of(Ingesting, 366, false), of(Ingesting, 400, false), "(CloudTrail.StoreProtection)");
    on(of(Ingesting, 90, true), of(Ingesting, 180, true), "(CloudTrail.StoreRetention)");
    on(of(Ingesting, 90, true), of(Ingesting, 7, true), "CloudTrail.StoreRetention -> UpdateEventDataStore to 90 days, every region, protected, 0 selectors");
    let configured = |validation, multi_region| State::TrailConfiguration(Some(TrailConfiguration {
        bucket: "logs".into(), prefix: None, multi_region, global_services: true, validation, key: None, sns_topic: None, cloud_watch: None, organization: false,
    }));
    under("", &trail("team"), &configured(false, true), &configured(false, false), "(CloudTrail.Validation)");
    under("", &trail("team"), &configured(true, true), &configured(false, true), "CloudTrail.Validation -> UpdateTrail to logs, every region, validated");
}

/// As policies do: a member of the own organization is no stranger, once AWS said so to bootstrap; the finding asks for that.
#[test]
fn members_are_no_strangers() {
    let theirs = rule(VENDOR, |rule| rule.destination.account = Some(STRANGER.into()));
    let told = Notification {
        id: None,
        arn: "arn:aws:sns:us-east-1:999999999999:t".into(),
        events: vec!["s3:ObjectCreated:*".into()],
        filter: None,
    };
    let grant = KeyGrant {
        id: "g".into(),
        name: None,
        grantee: "arn:aws:iam::999999999999:role/app".into(),
        retiring: None,
        issuer: None,
        operations: vec!["Decrypt".into()],
        constraints: vec![],
    };
    let inventory = Inventory {
        enabled: true,
        bucket: VENDOR.into(),
        is_own: false,
        account: Some(STRANGER.into()),
        prefix: None,
        format: "CSV".into(),
        encryption: None,
        filter: None,
        versions: "All".into(),
        frequency: "Daily".into(),
        fields: BTreeSet::new(),
    };
    let key = Resource::Key(on::Key { name: "1234abcd-12ab-34cd-56ef-1234567890ab".to_owned() });
    let account = OwnAccount { members: BTreeSet::from([STRANGER.to_owned()]), ..OwnAccount::default() };
    for (resource, state) in [
        (bucket(PLAIN), replicated(&[theirs])),
        (bucket(PLAIN), State::BucketNotification(Notifications { topics: vec![told], ..Notifications::default() })),
        (bucket(PLAIN), State::BucketInventory(BTreeMap::from([("list".to_owned(), inventory)]))),
        (key, State::KeyGrants(vec![grant])),
    ] {
        let situation = Situation::new(&resource, "");
        let subject = situation.subject();
        let findings = state.assess(&subject, None).unwrap();
        assert!(findings.iter().all(|finding| finding.is_enforced() && finding.asks_for_account), "{findings:?}");
        assert!(!findings.is_empty());
        let knowing = Subject { account: Some(&account), ..subject };
        assert_eq!(verdict(&knowing, None, &state), "compliant");
    }
}
