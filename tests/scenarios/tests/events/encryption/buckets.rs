use std::collections::{BTreeMap, BTreeSet};

use iam_policy::Document;
use parapet_guards::inventory::Inventory;
use parapet_guards::{
    AccessPointSettings, Acl, Algorithm, BucketEncryption, CorsRule, CrossOrigin, Destination, Expiration, Facet,
    Lifecycle, LifecycleRule, LogTarget, NoncurrentExpiration, Notification, Notifications, ObjectFilter, ObjectLock,
    ObjectOwnership, Ownership, PublicAccess, Replication, ReplicationRule, Resource, Retention, RetentionMode, State,
    Versioning, Website, on,
};
use parapet_testkit::fixtures::{DATA_BUCKET, LOG_BUCKET, bucket};
use serde_json::{Value, json};

use crate::Account;

const DATA_FACETS: [Facet; 8] = [
    Facet::BucketExistence,
    Facet::BucketPublicAccess,
    Facet::BucketOwnership,
    Facet::BucketVersioning,
    Facet::BucketEncryption,
    Facet::BucketTags,
    Facet::BucketLogging,
    Facet::BucketReplication,
];

fn sse_s3(sse_c_blocked: bool) -> State {
    State::BucketEncryption(BucketEncryption {
        algorithm: Algorithm::Aes256,
        key: None,
        bucket_key: false,
        sse_c_blocked,
    })
}

/// A facet of a bucket that was just made: SSE-S3, SSE-C and public access blocked, ACLs off.
pub(crate) fn new(facet: Facet) -> State {
    match facet {
        Facet::BucketPublicAccess => State::BucketPublicAccess(PublicAccess::BLOCKED),
        Facet::BucketOwnership => State::BucketOwnership(ObjectOwnership::BucketOwnerEnforced.into()),
        Facet::BucketVersioning => State::BucketVersioning(Versioning::Off),
        Facet::BucketEncryption => sse_s3(true),
        Facet::BucketObjectLock => State::BucketObjectLock(ObjectLock::default()),
        Facet::BucketTags => State::BucketTags(BTreeMap::new()),
        Facet::BucketLogging => State::BucketLogging(None),
        Facet::BucketLifecycle => State::BucketLifecycle(Lifecycle::default()),
        Facet::BucketReplication => State::BucketReplication(None),
        Facet::BucketNotification => State::BucketNotification(Notifications::default()),
        Facet::BucketWebsite => State::BucketWebsite(None),
        Facet::BucketCors => State::BucketCors(CrossOrigin::default()),
        Facet::BucketInventory => State::BucketInventory(BTreeMap::new()),
        Facet::BucketGuardAccess => State::BucketGuardAccess(None),
        _ => State::BucketExistence(false),
    }
}

pub(crate) fn bootstrapped(account: &Account) {
    let unset = [
        Facet::BucketNotification,
        Facet::BucketWebsite,
        Facet::BucketCors,
        Facet::BucketInventory,
        Facet::BucketGuardAccess,
    ];
    for facet in DATA_FACETS.into_iter().chain(unset) {
        account.bootstrapped(&bucket(DATA_BUCKET), facet, &new(facet));
    }
    for facet in [Facet::BucketObjectLock, Facet::BucketLifecycle] {
        account.bootstrapped(&bucket(LOG_BUCKET), facet, &new(facet));
    }
    let open = State::AccountPublicAccess(PublicAccess::default());
    account.bootstrapped(&Resource::Account(on::Account {}), Facet::AccountPublicAccess, &open);
}

/// What a call leaves behind; false: it is not known here.
pub(crate) fn happens(file: &str, record: &Value, account: &Account) -> bool {
    let data = |facet, state| account.world.set(&bucket(DATA_BUCKET), facet, state);
    let logs = |facet, state| account.world.set(&bucket(LOG_BUCKET), facet, state);
    let open = || State::AccountPublicAccess(PublicAccess::default());
    match file {
        "CreateBucket" => {
            for facet in
                [Facet::BucketPublicAccess, Facet::BucketEncryption, Facet::BucketOwnership, Facet::BucketVersioning]
            {
                account.world.set(&bucket("training-images"), facet, new(facet));
            }
        }
        // Whatever is made in its place is a new bucket.
        "DeleteBucket" => DATA_FACETS.into_iter().for_each(|facet| data(facet, new(facet))),
        "PutBucketEncryption" => data(Facet::BucketEncryption, sse_s3(false)),
        "DeleteBucketEncryption" => data(Facet::BucketEncryption, sse_s3(true)),
        "PutBucketPublicAccessBlock" | "DeleteBucketPublicAccessBlock" => {
            data(Facet::BucketPublicAccess, State::BucketPublicAccess(PublicAccess::default()))
        }
        "PutBucketVersioning" => data(Facet::BucketVersioning, State::BucketVersioning(Versioning::Suspended)),
        "PutBucketOwnershipControls" => {
            data(Facet::BucketOwnership, State::BucketOwnership(ObjectOwnership::ObjectWriter.into()))
        }
        "PutBucketAcl" => {
            let (setting, owner) = (Some(ObjectOwnership::ObjectWriter), "owner".to_owned());
            let list = Some(Acl { owner, grants: Vec::new() });
            data(Facet::BucketOwnership, State::BucketOwnership(Ownership { setting, list }));
        }
        "DeleteBucketOwnershipControls" => data(Facet::BucketOwnership, State::BucketOwnership(Ownership::default())),
        "PutBucketLogging" => data(Facet::BucketLogging, State::BucketLogging(None)),
        "PutBucketTagging" => data(Facet::BucketTags, tags(&[("Purpose", "true")])),
        "DeleteBucketTagging" => data(Facet::BucketTags, tags(&[])),
        "PutBucketObjectLockConfiguration" => {
            let retention = Some(Retention { mode: RetentionMode::Governance, days: 1 });
            logs(Facet::BucketObjectLock, State::BucketObjectLock(ObjectLock { retention, event_hold_days: None }));
        }
        "PutBucketLifecycle" => logs(Facet::BucketLifecycle, lifecycle(&[expiring(1), abandoned_uploads()])),
        "DeleteBucketLifecycle" => logs(Facet::BucketLifecycle, lifecycle(&[])),
        "harmless-PutBucketLifecycle" => logs(Facet::BucketLifecycle, lifecycle(&[abandoned_uploads(), expiring(730)])),
        "PutBucketReplication" => data(Facet::BucketReplication, replication("offsite-copy", false)),
        // It had a copy in this account, and was remembered with it.
        "DeleteBucketReplication" => {
            let before = replication("copies", true).kept();
            account.recorder.learn(&bucket(DATA_BUCKET), Facet::BucketReplication, before);
        }
        "PutBucketNotification" => {
            let told = Notification {
                id: Some("watch".into()),
                arn: "arn:aws:sqs:us-east-1:444455556666:watch".into(),
                events: vec!["s3:ObjectCreated:*".into(), "s3:ObjectRemoved:*".into()],
                filter: None,
            };
            let notifications = Notifications { queues: vec![told], event_bridge: true, ..Notifications::default() };
            data(Facet::BucketNotification, State::BucketNotification(notifications));
        }
        "harmless-PutBucketNotification" => {
            let notifications = Notifications { event_bridge: true, ..Notifications::default() };
            data(Facet::BucketNotification, State::BucketNotification(notifications));
        }
        "PutBucketWebsite" => {
            let text = |text: &str| Some(text.to_owned());
            let website = Website {
                index: text("index.html"),
                error: text("error.html"),
                redirect_all_to: None,
                routing: Vec::new(),
            };
            data(Facet::BucketWebsite, State::BucketWebsite(Some(website)));
        }
        "PutBucketCors" => {
            let labels = ["https://labels.example.com", "https://review.example.com"];
            let rules = vec![cors_rule(&["*"], &["GET", "PUT"]), cors_rule(&labels, &["GET"])];
            data(Facet::BucketCors, State::BucketCors(CrossOrigin { rules }));
        }
        // Everybody is kept out who does not come through one endpoint.
        "PutBucketPolicy" => {
            let document = json!({"Version": "2012-10-17", "Statement": [{
                "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": format!("arn:aws:s3:::{DATA_BUCKET}"),
                "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}},
            }]});
            data(Facet::BucketGuardAccess, State::BucketGuardAccess(Document::from_value(document).ok()));
        }
        "PutBucketInventoryConfiguration" => data(Facet::BucketInventory, inventory("offsite-copy", false, true)),
        "harmless-PutBucketInventoryConfiguration" => {
            data(Facet::BucketInventory, inventory("inventories-111122223333", true, true))
        }
        // It is switched off: nothing leaves.
        "PutInventoryConfiguration" => data(Facet::BucketInventory, inventory("offsite-copy", false, false)),
        "CreateAccessPoint" => {
            made(account, DATA_BUCKET, "111122223333", PublicAccess::default());
        }
        "PutAccessPointPolicy" => {
            let text = record["requestParameters"]["PutAccessPointPolicyRequest"]["Policy"].as_str().unwrap();
            let policy = State::AccessPointGuardAccess(Document::parse(text).ok());
            account.world.set(&access_point(), Facet::AccessPointGuardAccess, policy);
        }
        "foreign-CreateAccessPoint" => made(account, "shared-models", "444455556666", PublicAccess::BLOCKED),
        "DeleteBucketWebsite" | "DeleteBucketCors" => {}
        "PutAccountPublicAccessBlock"
        | "DeleteAccountPublicAccessBlock"
        | "null-parameters-PutAccountPublicAccessBlock" => {
            account.world.set(&Resource::Account(on::Account {}), Facet::AccountPublicAccess, open());
        }
        "harmless-PutBucketLogging" => {
            let target = LogTarget {
                bucket: "parapet-access-logs-111122223333-us-east-1".into(),
                prefix: "data/".into(),
                key_format: None,
                grants: Vec::new(),
            };
            data(Facet::BucketLogging, State::BucketLogging(Some(target)));
        }
        "harmless-PutBucketObjectLockConfiguration" => {
            let retention = Some(Retention { mode: RetentionMode::Compliance, days: 730 });
            logs(Facet::BucketObjectLock, State::BucketObjectLock(ObjectLock { retention, event_hold_days: None }));
        }
        _ => return false,
    }
    true
}

/// An access point, as one call made it.
fn access_point() -> Resource {
    Resource::AccessPoint(on::AccessPoint { name: "side-door".to_owned() })
}

fn made(account: &Account, to: &str, of: &str, public_access: PublicAccess) {
    let settings = AccessPointSettings { bucket: to.to_owned(), bucket_account: Some(of.to_owned()), public_access };
    account.world.set(&access_point(), Facet::AccessPointSettings, State::AccessPointSettings(settings));
}

fn tags(pairs: &[(&str, &str)]) -> State {
    State::BucketTags(pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect())
}

fn lifecycle(rules: &[LifecycleRule]) -> State {
    State::BucketLifecycle(Lifecycle { rules: rules.to_vec(), minimum_transition_size: None })
}

fn expiring(days: u32) -> LifecycleRule {
    LifecycleRule {
        id: Some("tidy-up".into()),
        filter: Some(ObjectFilter { prefix: Some(String::new()), ..ObjectFilter::default() }),
        expiration: Some(Expiration { days: Some(days), ..Expiration::default() }),
        noncurrent_expiration: Some(NoncurrentExpiration { days: Some(days), newest_kept: None }),
        abort_uploads_days: None,
        ..abandoned_uploads()
    }
}

fn abandoned_uploads() -> LifecycleRule {
    LifecycleRule {
        id: Some("abandoned-uploads".into()),
        enabled: true,
        prefix: None,
        filter: None,
        expiration: None,
        noncurrent_expiration: None,
        transitions: Vec::new(),
        noncurrent_transitions: Vec::new(),
        abort_uploads_days: Some(7),
    }
}

fn replication(to: &str, is_own: bool) -> State {
    let destination = Destination {
        bucket: format!("arn:aws:s3:::{to}"),
        is_own,
        account: (!is_own).then(|| "444455556666".to_owned()),
        gives_ownership: !is_own,
        storage_class: None,
        key: None,
        time: None,
        metrics: None,
    };
    let rule = ReplicationRule {
        id: Some("offsite".into()),
        priority: Some(0),
        enabled: true,
        prefix: None,
        filter: None,
        kms_objects: Some(true),
        replica_modifications: None,
        existing_objects: None,
        delete_markers: Some(false),
        destination,
    };
    let role = "arn:aws:iam::111122223333:role/platform-engineer".to_owned();
    State::BucketReplication(Some(Replication { role, rules: vec![rule] }))
}

fn cors_rule(origins: &[&str], methods: &[&str]) -> CorsRule {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    CorsRule {
        id: None,
        origins: texts(origins),
        methods: texts(methods),
        headers: Vec::new(),
        exposed_headers: Vec::new(),
        max_age_seconds: Some(3000),
    }
}

fn inventory(to: &str, is_own: bool, enabled: bool) -> State {
    let inventory = Inventory {
        enabled,
        bucket: format!("arn:aws:s3:::{to}"),
        is_own,
        account: None,
        prefix: None,
        format: "CSV".into(),
        encryption: None,
        filter: None,
        versions: "All".into(),
        frequency: "Daily".into(),
        fields: BTreeSet::new(),
    };
    State::BucketInventory(BTreeMap::from([("offsite".to_owned(), inventory)]))
}
