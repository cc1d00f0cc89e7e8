//! Whoever fills a quota keeps no repair from being made: what has no room goes by whole statements, in the same look.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_guards::{Facet, GuardName, IamEntity, Policies, Report, Resource, State, on};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{ACCOUNT, NOW, home, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder, Situation};
use serde_json::{Value, json};

struct Scene {
    journal: Journal,
    world: FakeWorld,
    recorder: MemoryRecorder,
}

impl Scene {
    fn of(holder: &IamEntity, policies: &[(&str, Document)]) -> Self {
        let journal = Journal::default();
        let scene =
            Self { world: FakeWorld::new(&journal), recorder: MemoryRecorder::new(&journal), journal: journal.clone() };
        policies.iter().for_each(|(name, document)| scene.put(holder, name, document));
        scene
    }

    fn put(&self, holder: &IamEntity, name: &str, document: &Document) {
        self.world.set(&inline(holder, name), Facet::InlineDocument, State::InlineDocument(Some(document.clone())));
    }

    async fn after_put(&self, holder: &IamEntity, name: &str) -> Report {
        let (home, standard) = (home(), standard(""));
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        let (kind, holder) = match holder {
            IamEntity::User(name) => ("User", name),
            IamEntity::Group(name) => ("Group", name),
            IamEntity::Role(name) => ("Role", name),
        };
        let record = json!({
            "eventID": "e", "eventSource": "iam.amazonaws.com", "eventName": format!("Put{kind}Policy"), "awsRegion": "us-east-1",
            "recipientAccountId": ACCOUNT,
            "requestParameters": {format!("{}Name", kind.to_lowercase()): holder, "policyName": name},
        });
        handle(&place, Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false }, &record).await
    }

    fn says(&self, holder: &IamEntity, name: &str) -> Option<Document> {
        match self.world.state(&inline(holder, name), Facet::InlineDocument) {
            Some(State::InlineDocument(document)) => document,
            other => panic!("{other:?}"),
        }
    }
}

fn inline(holder: &IamEntity, name: &str) -> Resource {
    Resource::InlinePolicy(on::InlinePolicy { entity: holder.clone(), name: name.to_owned() })
}

fn document(statements: &[Value]) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

fn read() -> Value {
    json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"})
}

/// A harmless policy that is so long.
fn filler(length: usize) -> Document {
    let of = |name: &str| {
        document(&[
            json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::data/{name}")}),
        ])
    };
    of(&"x".repeat(length - of("").to_json().len()))
}

/// Short, and long once it is narrowed.
fn wide() -> Value {
    json!({"Effect": "Allow", "Action": ["iam:*", "s3:*", "kms:*", "lambda:*", "ec2:*", "sts:*"], "Resource": "*"})
}

fn holders() -> [(IamEntity, usize); 3] {
    [
        (IamEntity::User("jane".to_owned()), 2_048),
        (IamEntity::Group("crew".to_owned()), 5_120),
        (IamEntity::Role("app".to_owned()), 10_240),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_repair_has_room_beside_the_other_inline_policies() {
    for (holder, quota) in holders() {
        let short = document(&[wide(), read()]);
        let others = filler(quota - short.to_json().len());
        let scene = Scene::of(&holder, &[("new", short), ("others", others.clone())]);
        let report = scene.after_put(&holder, "new").await;
        assert_eq!(report.outcome.name(), "Remediated", "{holder:?}: {:?}", report.outcome);
        assert_eq!(scene.journal.refusals(), 1, "{holder:?}");
        assert_eq!(scene.says(&holder, "new"), Some(document(&[read()])), "{holder:?}");
        assert_eq!(scene.says(&holder, "others"), Some(others), "{holder:?}");
        assert_eq!(scene.recorder.evidence().values().last().unwrap().plan.len(), report.actions.len(), "{holder:?}");
    }
}

/// Where there is room, it is narrowed as before.
#[tokio::test(start_paused = true)]
async fn a_repair_that_has_room_is_refused_nothing() {
    for (holder, _) in holders() {
        let scene = Scene::of(&holder, &[("new", document(&[wide(), read()]))]);
        let report = scene.after_put(&holder, "new").await;
        assert_eq!((report.outcome.name(), scene.journal.refusals()), ("Remediated", 0), "{holder:?}");
    }
}

/// What is remembered comes back only where it has room.
#[tokio::test(start_paused = true)]
async fn what_nobody_can_judge_goes_where_the_one_before_has_no_room() {
    let (holder, quota) = (IamEntity::User("jane".to_owned()), 2_048);
    let names: Vec<String> =
        (0..26).map(|n| format!("arn:aws:iam::111122223333:role/*{}", char::from(b'a' + n))).collect();
    let undecidable = json!({"Effect": "Allow", "Action": "iam:*", "Resource": names});
    let before = filler(1_900);
    let scene = Scene::of(&holder, &[("new", before)]);
    assert_eq!(scene.after_put(&holder, "new").await.outcome.name(), "Compliant");
    let bad = document(&[undecidable, read()]);
    scene.put(&holder, "others", &filler(quota - bad.to_json().len()));
    scene.put(&holder, "new", &bad);
    let report = scene.after_put(&holder, "new").await;
    assert_eq!(report.outcome.name(), "Remediated", "{:?}", report.outcome);
    assert_eq!(scene.says(&holder, "new"), Some(document(&[read()])));
}

/// All policies together: here the state tells how long they are.
#[test]
fn a_way_that_several_make_is_narrowed_where_there_is_room() {
    let resource = Resource::Principal(on::Principal { entity: IamEntity::User("jane".to_owned()) });
    let situation = Situation::new(&resource, "");
    let state = |policies: &[(&str, Document)]| {
        let inline = policies.iter().map(|(name, document)| ((*name).to_owned(), document.clone())).collect();
        State::PrincipalPolicies(Policies { inline, ..Policies::default() })
    };
    let old = document(&[json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"})]);
    let new =
        document(&[json!({"Effect": "Allow", "Action": ["datapipeline:*", "ec2:Describe*"], "Resource": "*"}), read()]);
    let now = old.to_json().len() + new.to_json().len();
    let left = |others: usize| {
        let others = ("others", filler(others));
        let observed = state(&[("old", old.clone()), ("new", new.clone()), others.clone()]);
        let State::PrincipalPolicies(desired) =
            observed.comply(&situation.subject(), Some(&state(&[("old", old.clone()), others])))
        else {
            unreachable!()
        };
        let length: usize = desired.inline.values().map(|document| document.to_json().len()).sum();
        assert!(length <= 2_048, "{length} of {desired:?}");
        desired.inline.get("new").cloned()
    };
    assert_eq!(left(200).unwrap().statements().len(), 2);
    assert_eq!(left(2_048 - now), Some(document(&[read()])));
}
