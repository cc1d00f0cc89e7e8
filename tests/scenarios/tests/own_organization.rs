//! A policy that lets in the account's own organization, which no standard has to name: AWS says which that is.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::Trigger;
use parapet_guards::{Facet, GuardName, Recorder, Resource, State, on};
use parapet_reconcile::{Clock, Place, Run, baseline, handle, reconcile};
use parapet_testkit::fixtures::{ACCOUNT, NOW, bucket, home, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::json;

const OWN: &str = "o-abcdefghij";

fn record() -> serde_json::Value {
    json!({
        "eventID": "e", "eventSource": "s3.amazonaws.com", "eventName": "PutBucketPolicy", "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT, "requestParameters": {"bucketName": "data"},
    })
}

/// A bucket's policy has just come to let in whoever is of these organizations, and the guard looks, perhaps after bootstrap has seen another
/// world: the outcome, and how many statements are left.
async fn after(
    world: FakeWorld,
    of_bootstrap: Option<&FakeWorld>,
    journal: &Journal,
    organizations: &[&str],
) -> (&'static str, usize) {
    let of = |id: &&str| {
        json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": id}}})
    };
    let statements: Vec<_> = organizations.iter().map(of).collect();
    let document = Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap();
    let bucket = bucket("data");
    world.set(&bucket, Facet::BucketPolicy, State::BucketPolicy(Some(document)));
    let (home, standard, recorder) = (home(), standard("controls: {S3.TlsOnly: off}"), MemoryRecorder::new(journal));
    let place = Place { home: &home, standard: &standard, world: &world, recorder: &recorder };
    let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
    if let Some(of_bootstrap) = of_bootstrap {
        let place = Place { home: &home, standard: &standard, world: of_bootstrap, recorder: &recorder };
        assert_eq!(baseline(&place, run, None).await.account.organization.as_deref(), Some(OWN));
        assert!(recorder.baseline().await.unwrap().is_some());
    }
    let report = handle(&place, run, &record()).await;
    let left = match world.state(&bucket, Facet::BucketPolicy) {
        Some(State::BucketPolicy(Some(document))) => document.statements().iter().filter(|one| one.is_allow()).count(),
        _ => 0,
    };
    (report.outcome.name(), left)
}

/// A member is let in by its number, as far as AWS listed the members when bootstrap ran.
#[tokio::test(start_paused = true)]
async fn a_member_is_no_stranger() {
    for (members, expected) in
        [(&["444455556666"][..], "Compliant"), (&["555566667777"], "Remediated"), (&[], "Remediated")]
    {
        let journal = Journal::default();
        let (world, recorder) =
            (FakeWorld::new(&journal).in_organization(OWN).told_members(members), MemoryRecorder::new(&journal));
        let document = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject",
            "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Resource": "arn:aws:s3:::data/*"}});
        let (home, standard) = (home(), standard("controls: {S3.TlsOnly: off}"));
        let place = Place { home: &home, standard: &standard, world: &world, recorder: &recorder };
        let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
        let _ = baseline(&place, run, None).await;
        world.set(
            &bucket("data"),
            Facet::BucketPolicy,
            State::BucketPolicy(Some(Document::from_value(document).unwrap())),
        );
        assert_eq!(handle(&place, run, &record()).await.outcome.name(), expected, "{members:?}");
    }
}

/// The same of a grant on a key, which names no organization.
#[tokio::test(start_paused = true)]
async fn a_member_may_be_given_a_grant() {
    for (members, expected) in [(&["444455556666"][..], "Compliant"), (&["555566667777"], "Remediated")] {
        let journal = Journal::default();
        let (world, recorder) =
            (FakeWorld::new(&journal).in_organization(OWN).told_members(members), MemoryRecorder::new(&journal));
        let (home, standard) = (home(), standard(""));
        let place = Place { home: &home, standard: &standard, world: &world, recorder: &recorder };
        let run = Run { guard: Facet::KeyGrants.owner(), clock: Clock { now: NOW }, dry: false };
        let _ = baseline(&place, run, None).await;
        let key: Resource = on::Key { name: "team".to_owned() }.into();
        let grants = json!([{"id": "g", "grantee": "arn:aws:iam::444455556666:role/app", "operations": ["Decrypt"]}]);
        world.set(&key, Facet::KeyGrants, Facet::KeyGrants.recalled(&grants).unwrap());
        let report = reconcile(&place, run, &Trigger::by_hand("Test", "e", &home), &key, &[Facet::KeyGrants]).await;
        assert_eq!(report.outcome.name(), expected, "{members:?}: {report:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_own_organization_is_no_stranger() {
    let journal = Journal::default();
    let world = || FakeWorld::new(&journal).in_organization(OWN);
    assert_eq!(after(world(), None, &journal, &[OWN]).await, ("Compliant", 1));
    assert_eq!(after(world(), None, &journal, &[OWN, "o-strangers00"]).await, ("Remediated", 1));
    assert_eq!(after(world(), None, &journal, &["o-strangers00"]).await, ("Remediated", 0));
    assert_eq!(after(FakeWorld::new(&journal), None, &journal, &[OWN]).await, ("Remediated", 0));
    // No guard asks by itself: bootstrap did.
    assert_eq!(after(FakeWorld::new(&journal), Some(&world()), &journal, &[OWN]).await, ("Compliant", 1));
}
