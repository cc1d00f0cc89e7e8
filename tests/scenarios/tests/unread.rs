//! What is known of the account cannot be read: then nothing to which it could make a difference is compliant, and the event is tried again.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::Identity;
use parapet_guards::{Attachment, GuardName, IamEntity, Policies, Report, Resource, State, Trust, on};
use parapet_reconcile::{Clock, Place, Run, baseline, handle};
use parapet_testkit::fixtures::{ACCOUNT, NOW, home, role, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

const STANDARD: &str = "principals: {break_glass: [user/glass]}";

struct Scene {
    world: FakeWorld,
    recorder: MemoryRecorder,
}

impl Scene {
    /// Bootstrap saw a strong role that leaves it to the account who may become it, and whose the name `glass` was.
    async fn new() -> Self {
        let journal = Journal::default();
        let scene = Self { world: FakeWorld::new(&journal), recorder: MemoryRecorder::new(&journal) };
        let deploy = IamEntity::Role("deploy".to_owned());
        let root = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")});
        scene.set(&of(deploy), holding(&allow(json!("*"), "*")));
        let trust = document(json!({"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}));
        scene.set(&role("deploy"), State::RoleTrust(Some(Trust::of(trust))));
        scene.world.is_now(&of(user("glass")), Identity::of("AIDA1", Some(1)));
        let (home, standard) = (home(), standard(STANDARD));
        let place = Place { home: &home, standard: &standard, world: &scene.world, recorder: &scene.recorder };
        assert!(baseline(&place, run(), None).await.unread.is_empty());
        scene
    }

    fn set(&self, resource: &Resource, state: State) {
        self.world.set(resource, state.facet(), state);
    }

    async fn event(&self, event: &str, request: Value) -> Report {
        let (home, standard) = (home(), standard(STANDARD));
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        let record = json!({
            "eventID": "e", "eventSource": "iam.amazonaws.com", "eventName": event, "awsRegion": "us-east-1",
            "recipientAccountId": ACCOUNT, "requestParameters": request,
        });
        handle(&place, run(), &record).await
    }
}

fn run() -> Run {
    Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false }
}

fn user(name: &str) -> IamEntity {
    IamEntity::User(name.to_owned())
}

fn of(entity: IamEntity) -> Resource {
    Resource::Principal(on::Principal { entity })
}

fn document(statements: Value) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

fn allow(actions: Value, resource: &str) -> Document {
    document(json!({"Effect": "Allow", "Action": actions, "Resource": resource}))
}

fn holding(says: &Document) -> State {
    State::PrincipalPolicies(Policies { inline: [("own".to_owned(), says.clone())].into(), ..Policies::default() })
}

fn attachment(name: &str, policy_arn: &str, says: Document) -> (Resource, State) {
    let on = on::Attachment { entity: user(name), policy_arn: policy_arn.to_owned() };
    (on.into(), State::PolicyAttachment(Attachment::of(true, Some(says))))
}

fn told(report: &Report) -> (&'static str, bool, bool) {
    let is_told = report.findings.iter().any(|finding| finding.control.as_str() == "Parapet.Memory");
    (report.outcome.name(), is_told, report.retry)
}

#[tokio::test(start_paused = true)]
async fn who_is_strong_cannot_be_read() {
    let arn = format!("arn:aws:iam::{ACCOUNT}:policy/as2");
    let deploy = format!("arn:aws:iam::{ACCOUNT}:role/deploy");
    for (action, resource, is_denied, expected) in [
        // A policy that names others.
        ("sts:AssumeRole", deploy.as_str(), true, ("Undetermined", true, true)),
        ("sts:AssumeRole", deploy.as_str(), false, ("Remediated", false, false)),
        // One to which it makes no difference.
        ("s3:ListAllMyBuckets", "*", true, ("Compliant", false, false)),
        // Whether it is new cannot be told either.
        ("*", "*", true, ("Undetermined", true, true)),
    ] {
        let scene = Scene::new().await;
        let (attached, state) = attachment("mallory", &arn, allow(json!(action), resource));
        scene.set(&attached, state);
        scene.recorder.deny_baseline(is_denied);
        let attach = || json!({"userName": "mallory", "policyArn": arn});
        let report = scene.event("AttachUserPolicy", attach()).await;
        assert_eq!(told(&report), expected, "{action}: {report:?}");
        // The bucket is mended, and Lambda delivers the event again: nothing was accepted meanwhile.
        if expected.0 == "Undetermined" {
            scene.recorder.deny_baseline(false);
            assert_eq!(told(&scene.event("AttachUserPolicy", attach()).await), ("Remediated", false, false));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whose_a_name_was_cannot_be_read() {
    let admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    for (id, is_denied, expected) in [
        ("AIDA1", false, ("Ignored", false, false)),
        ("AIDA1", true, ("Undetermined", true, true)),
        ("AIDA2", true, ("Undetermined", true, true)),
        ("AIDA2", false, ("Remediated", false, false)),
    ] {
        let scene = Scene::new().await;
        scene.world.is_now(&of(user("glass")), Identity::of(id, Some(NOW - 60)));
        let (attached, state) = attachment("glass", admin, allow(json!("*"), "*"));
        scene.set(&attached, state);
        scene.recorder.deny_baseline(is_denied);
        let report = scene.event("AttachUserPolicy", json!({"userName": "glass", "policyArn": admin})).await;
        assert_eq!(told(&report), expected, "{id}: {report:?}");
    }
}
