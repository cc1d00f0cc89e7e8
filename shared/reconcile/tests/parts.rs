//! Of a setting that was wrong when Parapet came, and was changed since, only what is new goes. One row for each.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use parapet_core::Trigger;
use parapet_guards::{Facet, Resource, State, on};
use parapet_reconcile::{Clock, Place, Run, baseline, reconcile};
use parapet_testkit::fixtures::{NOW, bucket, home, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

fn state(facet: Facet, kept: &Value) -> State {
    facet.recalled(kept).unwrap()
}

/// What becomes of a facet that was in one state when bootstrap ran, and is in another now.
async fn becomes(resource: &Resource, facet: Facet, before: &Value, now: &Value) -> (&'static str, Value) {
    let journal = Journal::default();
    let (world, recorder) = (FakeWorld::new(&journal), MemoryRecorder::without_baseline(&journal));
    let (home, standard) = (home(), standard(""));
    let place = Place { home: &home, standard: &standard, world: &world, recorder: &recorder };
    let run = Run { guard: facet.owner(), clock: Clock { now: NOW }, dry: false };
    world.set(resource, facet, state(facet, before));
    assert_eq!(baseline(&place, run, None).await.kept, 1);
    world.set(resource, facet, state(facet, now));
    let report = reconcile(&place, run, &Trigger::by_hand("Test", "e-1", &home), resource, &[facet]).await;
    (report.outcome.name(), world.state(resource, facet).unwrap().kept())
}

async fn check(facet: Facet, before: Value, now: Value, expected: (&str, Value)) {
    let resource = match facet {
        Facet::KeyGrants => Resource::Key(on::Key { name: "team".to_owned() }),
        Facet::RepositoryTagMutability => Resource::Repository(on::Repository { name: "ml/training".to_owned() }),
        _ => bucket("old"),
    };
    let (outcome, left) = becomes(&resource, facet, &before, &now).await;
    assert_eq!((outcome, left), expected, "{facet}: {before} -> {now}");
}

fn grant(id: &str, account: &str) -> Value {
    json!({"id": id, "grantee": format!("arn:aws:iam::{account}:root"), "operations": ["Decrypt"]})
}

const OURS: &str = "111122223333";
const PARTNER: &str = "444455556666";
const STRANGER: &str = "999988887777";

#[tokio::test(start_paused = true)]
async fn grants_of_a_key() {
    let [old, own, new] = [grant("g-1", PARTNER), grant("g-2", OURS), grant("g-3", STRANGER)];
    let other = grant("g-4", PARTNER);
    check(Facet::KeyGrants, json!([old]), json!([old, own]), ("Observed", json!([old, own]))).await;
    check(Facet::KeyGrants, json!([old, other]), json!([other]), ("Observed", json!([other]))).await;
    check(Facet::KeyGrants, json!([old]), json!([old, new]), ("Remediated", json!([old]))).await;
}

#[tokio::test(start_paused = true)]
async fn notifications() {
    let told = |accounts: &[&str]| -> Value {
        let topic = |account: &&str| json!({"id": account, "arn": format!("arn:aws:sns:us-east-1:{account}:t"), "events": ["s3:ObjectCreated:*"], "filter": null});
        json!({"topics": accounts.iter().map(topic).collect::<Vec<_>>(), "queues": [], "functions": [], "event_bridge": false})
    };
    let facet = Facet::BucketNotification;
    check(facet, told(&[PARTNER]), told(&[PARTNER, OURS]), ("Observed", told(&[PARTNER, OURS]))).await;
    check(facet, told(&[PARTNER]), told(&[PARTNER, STRANGER]), ("Remediated", told(&[PARTNER]))).await;
}

#[tokio::test(start_paused = true)]
async fn lists() {
    let list = |accounts: &[&str]| -> Value {
        let grant = |account: &&str| json!({"grantee": {"account": account}, "permission": "READ"});
        json!({"owner": "own", "grants": accounts.iter().map(grant).collect::<Vec<_>>()})
    };
    let facet = Facet::BucketAcl;
    check(
        facet,
        list(&["own", "partner"]),
        list(&["own", "own", "partner"]),
        ("Observed", list(&["own", "own", "partner"])),
    )
    .await;
    check(
        facet,
        list(&["own", "partner"]),
        list(&["own", "stranger", "partner"]),
        ("Remediated", list(&["own", "partner"])),
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn blocks_of_public_access() {
    let block = |[acls, ignore, policy, restrict]: [bool; 4]| json!({"block_public_acls": acls, "ignore_public_acls": ignore, "block_public_policy": policy, "restrict_public_buckets": restrict});
    let (on, off) = (true, false);
    let (facet, site) = (Facet::BucketPublicAccess, block([on, on, off, off]));
    check(facet, site.clone(), site.clone(), ("Observed", site.clone())).await;
    check(facet, site.clone(), block([on, on, off, on]), ("Observed", block([on, on, off, on]))).await;
    check(facet, site.clone(), block([off, off, off, off]), ("Remediated", site)).await;
}

#[tokio::test(start_paused = true)]
async fn whether_requests_come_encrypted() {
    let policy = |sids: &[&str]| -> Value {
        let of = |sid: &&str| json!({"Sid": sid, "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{OURS}:role/{sid}")}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::old/*"});
        json!({"Version": "2012-10-17", "Statement": sids.iter().map(of).collect::<Vec<_>>()})
    };
    check(Facet::BucketPolicy, policy(&["a"]), policy(&["a", "b"]), ("Observed", policy(&["a", "b"]))).await;
}

#[tokio::test(start_paused = true)]
async fn settings_with_something_else_in_them() {
    let site =
        |error: Option<&str>| json!({"index": "index.html", "error": error, "redirect_all_to": null, "routing": []});
    let (plain, with_error) = (site(None), site(Some("404.html")));
    check(Facet::BucketWebsite, plain, with_error.clone(), ("Observed", with_error)).await;

    let (writer, preferred) = (json!("ObjectWriter"), json!("BucketOwnerPreferred"));
    check(Facet::BucketOwnership, writer.clone(), preferred.clone(), ("Observed", preferred.clone())).await;
    check(Facet::BucketOwnership, preferred.clone(), writer, ("Remediated", preferred)).await;

    let under = |account: &str, bucket_key: bool, sse_c_blocked: bool| {
        let arn = format!("arn:aws:kms:us-east-1:{account}:key/1");
        json!({"algorithm": "aws:kms", "key": {"arn": arn}, "bucket_key": bucket_key, "sse_c_blocked": sse_c_blocked})
    };
    let (facet, old) = (Facet::BucketEncryption, under(PARTNER, false, false));
    let with_bucket_key = under(PARTNER, true, false);
    check(facet, old.clone(), with_bucket_key.clone(), ("Observed", with_bucket_key)).await;
    let floor = json!({"algorithm": "AES256", "key": null, "bucket_key": false, "sse_c_blocked": false});
    check(facet, old, under(STRANGER, false, false), ("Remediated", floor)).await;

    let (mutable, but_some) = (json!("mutable"), json!({"mutable-except": [{"type": "WILDCARD", "pattern": "v*"}]}));
    let facet = Facet::RepositoryTagMutability;
    check(facet, mutable.clone(), but_some.clone(), ("Observed", but_some.clone())).await;
    check(facet, but_some.clone(), mutable, ("Remediated", but_some)).await;

    let list = |permissions: &[&str]| {
        let grant = |permission: &&str| json!({"grantee": {"account": "partner"}, "permission": permission});
        json!({"owner": "own", "grants": permissions.iter().map(grant).collect::<Vec<_>>()})
    };
    let (all, some) = (list(&["FULL_CONTROL"]), list(&["READ", "WRITE"]));
    check(Facet::BucketAcl, all, some.clone(), ("Observed", some)).await;
}

#[tokio::test(start_paused = true)]
async fn copies_and_inventories() {
    let copied = |prefix: &str, class: Option<&str>| {
        json!({"role": "arn:aws:iam::111122223333:role/copies", "rules": [{
            "id": "r", "priority": 0, "enabled": true, "prefix": null,
            "filter": {"prefix": prefix, "tags": {}, "larger_than_bytes": null, "smaller_than_bytes": null, "combined": false},
            "kms_objects": null, "replica_modifications": null, "existing_objects": null, "delete_markers": false,
            "destination": {"bucket": "arn:aws:s3:::partner", "is_own": false, "account": PARTNER, "gives_ownership": true,
                "storage_class": class, "key": null, "time": null, "metrics": null},
        }]})
    };
    let (facet, old) = (Facet::BucketReplication, copied("raw/", None));
    let cheaper = copied("raw/", Some("GLACIER_IR"));
    check(facet, old.clone(), cheaper.clone(), ("Observed", cheaper)).await;
    check(facet, old.clone(), copied("", None), ("Remediated", old)).await;

    let inventory = |frequency: &str, filter: Option<&str>| {
        json!({"list": {"enabled": true, "bucket": "arn:aws:s3:::partner", "is_own": false, "account": PARTNER, "prefix": null,
            "format": "CSV", "encryption": null, "filter": filter, "versions": "Current", "frequency": frequency, "fields": []}})
    };
    let (facet, old) = (Facet::BucketInventory, inventory("Daily", Some("raw/")));
    let weekly = inventory("Weekly", Some("raw/"));
    check(facet, old.clone(), weekly.clone(), ("Observed", weekly)).await;
    check(facet, old.clone(), inventory("Daily", None), ("Remediated", old)).await;
}
