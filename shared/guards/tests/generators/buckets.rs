//! Rules of buckets, access lists, and access points.

use std::collections::BTreeMap;

use parapet_guards::inventory::{Inventory, InventoryEncryption};
use parapet_guards::{
    AccessPointSettings, Acl, AclGrant, CorsRule, CrossOrigin, Destination, Expiration, Grantee, Lifecycle,
    LifecycleRule, NoncurrentExpiration, NoncurrentTransition, Notification, Notifications, ObjectFilter, RedirectAll,
    Replication, ReplicationRule, Resource, RoutingRule, Timed, Transition, Website, on,
};
use parapet_testkit::fixtures::{ACCOUNT, STRANGER};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::settings::public_access;

fn text(choices: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    select(choices.to_vec()).prop_map(str::to_owned)
}

/// A number of days about the ones that the standard names.
fn days() -> impl Strategy<Value = Option<u32>> {
    option::weighted(0.8, select(vec![1, 29, 30, 89, 90, 364, 365, 799, 800, 4000]))
}

fn filter() -> impl Strategy<Value = ObjectFilter> {
    let tags = btree_map(text(&["keep", "team"]), text(&["no", "ml"]), 0..3);
    let bytes = || option::of(select(vec![0_i64, 1024]));
    (option::of(text(&["", "tmp/"])), tags, bytes(), bytes(), any::<bool>()).prop_map(
        |(prefix, tags, larger_than_bytes, smaller_than_bytes, combined)| ObjectFilter {
            prefix,
            tags,
            larger_than_bytes,
            smaller_than_bytes,
            combined,
        },
    )
}

pub(crate) fn lifecycle() -> impl Strategy<Value = Lifecycle> {
    (vec(lifecycle_rule(), 0..4), option::of(text(&["all_storage_classes_128K"])))
        .prop_map(|(rules, minimum_transition_size)| Lifecycle { rules, minimum_transition_size })
}

fn lifecycle_rule() -> impl Strategy<Value = LifecycleRule> {
    let date = || option::weighted(0.2, text(&["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"]));
    let storage_class = || option::of(text(&["GLACIER", "STANDARD_IA"]));
    let expiration = (days(), date(), option::of(any::<bool>())).prop_map(|(days, date, delete_markers)| Expiration {
        days,
        date,
        delete_markers,
    });
    let newest = || option::of(1..100_u32);
    let noncurrent_expiration =
        (days(), newest()).prop_map(|(days, newest_kept)| NoncurrentExpiration { days, newest_kept });
    let transition = (days(), date(), storage_class()).prop_map(|(days, date, storage_class)| Transition {
        days,
        date,
        storage_class,
    });
    let noncurrent_transition = (days(), newest(), storage_class())
        .prop_map(|(days, newest_kept, storage_class)| NoncurrentTransition { days, newest_kept, storage_class });
    let scope =
        (option::of(text(&["tidy-up", "a"])), any::<bool>(), option::of(text(&["", "logs/"])), option::of(filter()));
    let effects = (
        option::of(expiration),
        option::of(noncurrent_expiration),
        vec(transition, 0..2),
        vec(noncurrent_transition, 0..2),
        option::of(1..8_u32),
    );
    (scope, effects).prop_map(|((id, enabled, prefix, filter), effects)| {
        let (expiration, noncurrent_expiration, transitions, noncurrent_transitions, abort_uploads_days) = effects;
        LifecycleRule {
            id,
            enabled,
            prefix,
            filter,
            expiration,
            noncurrent_expiration,
            transitions,
            noncurrent_transitions,
            abort_uploads_days,
        }
    })
}

pub(crate) fn replication() -> impl Strategy<Value = Replication> {
    vec(replication_rule(), 1..4)
        .prop_map(|rules| Replication { role: "arn:aws:iam::111122223333:role/copies".to_owned(), rules })
}

fn replication_rule() -> impl Strategy<Value = ReplicationRule> {
    let flag = || option::of(any::<bool>());
    let timed =
        || option::of((any::<bool>(), option::of(Just(15))).prop_map(|(enabled, minutes)| Timed { enabled, minutes }));
    let key = option::of(text(&[
        "arn:aws:kms:us-east-1:111122223333:key/1",
        "arn:aws:kms:us-east-1:999999999999:key/1",
        "alias/copies",
    ]));
    let place = (
        text(&["arn:aws:s3:::copies", "arn:aws:s3:::elsewhere"]),
        any::<bool>(),
        option::of(text(&[ACCOUNT, STRANGER])),
        any::<bool>(),
        option::of(text(&["GLACIER"])),
        key,
        timed(),
        timed(),
    );
    let destination =
        place.prop_map(|(bucket, is_own, account, gives_ownership, storage_class, key, time, metrics)| Destination {
            bucket,
            is_own,
            account,
            gives_ownership,
            storage_class,
            key,
            time,
            metrics,
        });
    let scope = (
        option::of(text(&["offsite"])),
        option::of(0..9),
        prop::bool::weighted(0.8),
        option::of(text(&[""])),
        option::of(filter()),
    );
    (scope, (flag(), flag(), flag(), flag()), destination).prop_map(|(scope, flags, destination)| {
        let (id, priority, enabled, prefix, filter) = scope;
        let (kms_objects, replica_modifications, existing_objects, delete_markers) = flags;
        ReplicationRule {
            id,
            priority,
            enabled,
            prefix,
            filter,
            kms_objects,
            replica_modifications,
            existing_objects,
            delete_markers,
            destination,
        }
    })
}

pub(crate) fn notifications() -> impl Strategy<Value = Notifications> {
    let told = || vec(notification(), 0..3);
    (told(), told(), told(), any::<bool>()).prop_map(|(topics, queues, functions, event_bridge)| Notifications {
        topics,
        queues,
        functions,
        event_bridge,
    })
}

fn notification() -> impl Strategy<Value = Notification> {
    let arn = text(&[
        "arn:aws:sqs:us-east-1:111122223333:watch",
        "arn:aws:sqs:us-east-1:999999999999:watch",
        "arn:aws-cn:sqs:cn-north-1:111122223333:watch",
        "watch",
    ]);
    let filter = option::of(btree_map(text(&["prefix", "suffix"]), text(&["", "logs/"]), 0..2));
    (
        option::of(text(&["watch"])),
        arn,
        vec(text(&["s3:ObjectCreated:*", "s3:ObjectCreated:Put", "s3:ObjectRemoved:*"]), 1..3),
        filter,
    )
        .prop_map(|(id, arn, events, filter)| Notification { id, arn, events, filter })
}

/// Inventories that stay, that go to a trusted account, and that go to whoever.
pub(crate) fn inventories() -> impl Strategy<Value = BTreeMap<String, Inventory>> {
    let encryption = option::of(prop_oneof![
        Just(InventoryEncryption::S3),
        Just(InventoryEncryption::Kms("arn:aws:kms:us-east-1:111122223333:key/1".to_owned())),
    ]);
    let account = option::of(text(&["111122223333", STRANGER]));
    let fields = btree_set(text(&["Size", "EncryptionStatus"]), 0..3);
    let one = (
        any::<bool>(),
        text(&["arn:aws:s3:::lists", "arn:aws:s3:::offsite"]),
        any::<bool>(),
        account,
        encryption,
        fields,
        option::of(text(&["", "raw/", "raw/a/"])),
        text(&["All", "Current"]),
    )
        .prop_map(|(enabled, bucket, is_own, account, encryption, fields, filter, versions)| Inventory {
            enabled,
            bucket,
            is_own,
            account,
            prefix: None,
            format: "CSV".to_owned(),
            encryption,
            filter,
            versions,
            frequency: "Daily".to_owned(),
            fields,
        });
    btree_map(text(&["all", "weekly", "offsite"]), one, 0..3)
}

pub(crate) fn website() -> impl Strategy<Value = Website> {
    let redirect = RedirectAll { host: "example.com".to_owned(), protocol: Some("https".to_owned()) };
    let routing = |host| RoutingRule {
        when_prefix: Some("old/".to_owned()),
        has_condition: true,
        host,
        ..RoutingRule::default()
    };
    let routing = option::of(text(&["a.example", "b.example"])).prop_map(routing);
    (
        option::of(text(&["index.html"])),
        option::of(text(&["error.html"])),
        option::of(Just(redirect)),
        vec(routing, 0..3),
    )
        .prop_map(|(index, error, redirect_all_to, routing)| Website { index, error, redirect_all_to, routing })
}

pub(crate) fn cors() -> impl Strategy<Value = CrossOrigin> {
    let origin = text(&["*", "https://*", "null", "https://*.example.com", "https://labels.example.com"]);
    let rule = (option::of(text(&["a"])), vec(origin, 1..3), option::of(Just(3000))).prop_map(
        |(id, origins, max_age_seconds)| CorsRule {
            id,
            origins,
            methods: vec!["GET".to_owned()],
            headers: Vec::new(),
            exposed_headers: Vec::new(),
            max_age_seconds,
        },
    );
    vec(rule, 0..3).prop_map(|rules| CrossOrigin { rules })
}

pub(crate) fn access_points() -> impl Strategy<Value = Resource> {
    Just(Resource::AccessPoint(on::AccessPoint { name: "side-door".to_owned() }))
}

pub(crate) fn access_point() -> impl Strategy<Value = AccessPointSettings> {
    (option::of(text(&[ACCOUNT, STRANGER])), public_access()).prop_map(|(bucket_account, public_access)| {
        AccessPointSettings { bucket: "training-images".to_owned(), bucket_account, public_access }
    })
}

/// The canonical id of the bucket's owner.
const OWNER: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";

pub(crate) fn acl() -> impl Strategy<Value = Acl> {
    let permission = text(&["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"]);
    let grant = (grantee(), permission).prop_map(|(grantee, permission)| AclGrant { grantee, permission });
    vec(grant, 0..5).prop_map(|grants| Acl { owner: OWNER.to_owned(), grants })
}

pub(crate) fn grantee() -> impl Strategy<Value = Grantee> {
    select(vec![
        Grantee::Account(OWNER.to_owned()),
        Grantee::Account("c0ffee".to_owned()),
        Grantee::Group("http://acs.amazonaws.com/groups/global/AllUsers".to_owned()),
        Grantee::Group("http://acs.amazonaws.com/groups/global/AuthenticatedUsers".to_owned()),
        Grantee::Group("http://acs.amazonaws.com/groups/s3/LogDelivery".to_owned()),
        Grantee::Email("jane@example.com".to_owned()),
    ])
}
