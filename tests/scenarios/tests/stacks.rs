//! A stack makes a bucket, replaces its policy and goes, while both guards look on: nothing of theirs is in its way, and whoever uses it to open
//! something finds that closed.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_guards::{
    Acl, Algorithm, BucketEncryption, Facet, GuardName, ObjectOwnership, PublicAccess, Report, State, Versioning,
};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{NOW, STRANGER, bucket, home, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

const NAME: &str = "shop-images";

/// An account in which CloudFormation works for somebody.
struct Account {
    journal: Journal,
    world: FakeWorld,
    recorder: MemoryRecorder,
    now: i64,
}

impl Account {
    fn new() -> Self {
        let journal = Journal::default();
        Self { world: FakeWorld::new(&journal), recorder: MemoryRecorder::new(&journal), journal, now: NOW }
    }

    /// What both guards say of an event of now.
    async fn event(&mut self, event: &str) -> Vec<Report> {
        let clock = Clock { now: self.now };
        let record = json!({
            "eventID": format!("{event}-{}", self.now), "eventSource": "s3.amazonaws.com", "eventName": event, "awsRegion": "us-east-1",
            "eventTime": clock.timestamp(), "recipientAccountId": "111122223333", "requestParameters": {"bucketName": NAME},
            "sourceIPAddress": "cloudformation.amazonaws.com", "userAgent": "cloudformation.amazonaws.com",
            "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/deployer/x", "invokedBy": "cloudformation.amazonaws.com"},
            "resources": [{"ARN": format!("arn:aws:s3:::{NAME}"), "accountId": "111122223333", "type": "AWS::S3::Bucket"}],
        });
        let (standard, home) = (standard("buckets: { versioning: all }"), home());
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        let mut reports = Vec::new();
        for guard in [GuardName::EncryptionGuard, GuardName::PolicyGuard] {
            reports.push(handle(&place, Run { guard, clock, dry: false }, &record).await);
        }
        self.now += 1;
        assert!(reports.iter().all(|report| !report.retry), "{event}: {reports:?}");
        reports
    }

    fn set(&self, state: State) {
        self.world.set(&bucket(NAME), state.facet(), state);
    }

    /// The stack makes the bucket, as S3 makes it.
    async fn makes_bucket(&mut self) -> Vec<Report> {
        let encryption =
            BucketEncryption { algorithm: Algorithm::Aes256, key: None, bucket_key: false, sse_c_blocked: true };
        self.world.was_made(&bucket(NAME), self.now);
        self.set(State::BucketPublicAccess(PublicAccess::BLOCKED));
        self.set(State::BucketOwnership(ObjectOwnership::BucketOwnerEnforced.into()));
        self.set(State::BucketVersioning(Versioning::Off));
        self.set(State::BucketEncryption(encryption));
        self.set(State::BucketPolicy(None));
        self.set(State::BucketAcl(Acl { owner: "owner".into(), grants: Vec::new() }));
        self.event("CreateBucket").await
    }

    /// The stack puts a policy. CloudFormation refuses to where there is one that it did not make.
    async fn puts_policy(&mut self, who: &str) -> Vec<Report> {
        let statement = json!({"Sid": "Readers", "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{who}:root")},
            "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{NAME}/*")});
        assert_eq!(self.policy(), None, "the bucket policy already exists");
        let document = Document::from_value(json!({"Version": "2012-10-17", "Statement": [statement]})).unwrap();
        self.set(State::BucketPolicy(Some(document)));
        self.event("PutBucketPolicy").await
    }

    async fn deletes_policy(&mut self) -> Vec<Report> {
        self.set(State::BucketPolicy(None));
        self.event("DeleteBucketPolicy").await
    }

    async fn deletes_bucket(&mut self) -> Vec<Report> {
        let facets: Vec<Facet> = self.world.states().into_keys().map(|(_, facet)| facet).collect();
        facets.into_iter().for_each(|facet| self.world.remove(&bucket(NAME), facet));
        self.event("DeleteBucket").await
    }

    fn policy(&self) -> Option<Value> {
        match self.world.state(&bucket(NAME), Facet::BucketPolicy) {
            Some(State::BucketPolicy(Some(document))) => Some(document.as_value().clone()),
            _ => None,
        }
    }
}

fn names(reports: &[Report]) -> Vec<&str> {
    reports.iter().map(|report| report.outcome.name()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_stack_comes_is_replaced_and_goes() {
    let mut account = Account::new();
    assert_eq!(names(&account.makes_bucket().await), ["Observed", "Observed"]);
    assert_eq!(account.journal.writes(), 0, "nothing is in the way of the stack's policy");
    assert_eq!(names(&account.puts_policy("111122223333").await), ["Ignored", "Remediated"]);
    assert!(account.policy().unwrap().to_string().contains("aws:SecureTransport"));

    // Long after it has settled, the stack replaces the policy.
    account.now += 86_400 * 30;
    let (before, writes) = (account.policy(), account.journal.writes());
    assert_eq!(names(&account.deletes_policy().await), ["Ignored", "Observed"]);
    assert_eq!(account.journal.writes(), writes, "nothing is in the way of the next policy");
    assert_eq!(names(&account.puts_policy("111122223333").await), ["Ignored", "Remediated"]);
    assert_eq!(account.policy(), before);

    let writes = account.journal.writes();
    assert_eq!(names(&account.deletes_policy().await), ["Ignored", "Observed"]);
    assert_eq!(names(&account.deletes_bucket().await), ["Ignored", "Ignored"]);
    assert_eq!(account.journal.writes(), writes);
}

/// That CloudFormation makes the calls, and that the bucket is young, opens nothing.
#[tokio::test(start_paused = true)]
async fn a_stack_opens_nothing() {
    let mut account = Account::new();
    account.makes_bucket().await;
    account.set(State::BucketPublicAccess(PublicAccess::default()));
    assert_eq!(names(&account.event("DeleteBucketPublicAccessBlock").await), ["Remediated", "Ignored"]);
    assert_eq!(
        account.world.state(&bucket(NAME), Facet::BucketPublicAccess),
        Some(State::BucketPublicAccess(PublicAccess::BLOCKED))
    );
    assert_eq!(names(&account.puts_policy(STRANGER).await), ["Ignored", "Remediated"]);
    assert!(!account.policy().unwrap().to_string().contains(STRANGER));
}

/// A policy that comes and goes keeps the statement about TLS away for ten minutes from the last time, and each that lets a stranger in is closed.
#[tokio::test(start_paused = true)]
async fn who_deletes_the_policy_again_and_again_gains_no_access() {
    let mut account = Account::new();
    account.makes_bucket().await;
    account.now += 3_600;
    for _ in 0..5 {
        assert_eq!(names(&account.deletes_policy().await), ["Ignored", "Observed"]);
        assert_eq!(names(&account.puts_policy(STRANGER).await), ["Ignored", "Remediated"]);
        let policy = account.policy().unwrap().to_string();
        assert!(!policy.contains(STRANGER) && policy.contains("aws:SecureTransport"), "{policy}");
        account.now += 500;
    }
    account.deletes_policy().await;
    account.now += 600;
    let report = account.event("DeleteBucketPolicy").await;
    assert_eq!(names(&report), ["Ignored", "Observed"], "this event is one of now");
}
