//! A policy that bounds somebody comes to allow more: who becomes an administrator by that was kept from it by nothing else.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_guards::{
    Boundary, Facet, GuardName, IamEntity, ManagedPolicy, Policies, PolicyVersion, Report, Resource, State, on,
};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{ACCOUNT, NOW, home, managed_policy, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

const LIMIT: &str = "arn:aws:iam::111122223333:policy/limit";
const MINE: &str = "arn:aws:iam::111122223333:policy/mine";

struct Scene {
    world: FakeWorld,
    recorder: MemoryRecorder,
}

impl Scene {
    /// Users from before with what each holds, whom a policy bounds.
    fn of(says: &Document, users: &[(&str, Document)]) -> Self {
        let journal = Journal::default();
        let scene = Self { world: FakeWorld::new(&journal), recorder: MemoryRecorder::new(&journal) };
        let bounds: Vec<&str> = users.iter().map(|(name, _)| *name).collect();
        scene.before(&managed_policy(LIMIT), policy(&[says], &bounds));
        for (name, holds) in users {
            let inline = [("own".to_owned(), holds.clone())].into();
            let policies = Policies { inline, boundary: Some(says.clone()), ..Policies::default() };
            scene.before(&of(name), State::PrincipalPolicies(policies));
            scene.before(&of(name), bound_by(LIMIT, says));
        }
        scene
    }

    fn before(&self, resource: &Resource, state: State) {
        self.recorder.learn(resource, state.facet(), state.kept());
        self.world.set(resource, state.facet(), state);
    }

    async fn event(&self, event: &str, request: Value) -> Report {
        let (home, standard) = (home(), standard("principals: {administrators: [user/boss]}"));
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        let record = json!({
            "eventID": "e", "eventSource": "iam.amazonaws.com", "eventName": event, "awsRegion": "us-east-1",
            "recipientAccountId": ACCOUNT, "requestParameters": request,
        });
        let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
        handle(&place, run, &record).await
    }

    /// The policy gets another version.
    async fn widened(&self, arn: &str, versions: &[&Document], bounds: &[&str]) -> Report {
        self.world.set(&managed_policy(arn), Facet::ManagedDocument, policy(versions, bounds));
        self.event("CreatePolicyVersion", json!({"policyArn": arn, "setAsDefault": true})).await
    }
}

fn of(name: &str) -> Resource {
    Resource::Principal(on::Principal { entity: IamEntity::User(name.to_owned()) })
}

fn bound_by(arn: &str, says: &Document) -> State {
    State::PermissionsBoundary(Boundary { arn: Some(arn.to_owned()), document: Some(says.clone()) })
}

/// With these versions, of which the last is the default one.
fn policy(versions: &[&Document], bounds: &[&str]) -> State {
    let (default, others) = versions.split_last().unwrap();
    let id = |number: usize| format!("v{}", number + 1);
    State::ManagedDocument(Some(ManagedPolicy {
        document: (*default).clone(),
        default_version: id(others.len()),
        other_versions: (0..others.len()).map(id).collect(),
        attached_to: Vec::new(),
        boundary_of: bounds.iter().map(|name| IamEntity::User((*name).to_owned())).collect(),
        bounded: Vec::new(),
        versions: others
            .iter()
            .enumerate()
            .map(|(number, says)| (id(number), PolicyVersion { made_at: Some(1), document: Some((*says).clone()) }))
            .collect(),
    }))
}

fn allow(actions: &str) -> Document {
    let statement = json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap()
}

/// An outcome, the controls that are violated, and what was done.
type Told<'t> = (&'t str, Vec<&'t str>, &'t [String]);

fn told(report: &Report) -> Told<'_> {
    let controls = report.findings.iter().map(|finding| finding.control.as_str()).collect();
    (report.outcome.name(), controls, &report.actions)
}

const BACK: &str = "SetDefaultPolicyVersion v1";

/// One line a case: who is bound and holds what, what the boundary becomes, and what becomes of that.
#[tokio::test(start_paused = true)]
#[rustfmt::skip] // One line a case.
async fn a_boundary_grows() {
    let back = [BACK.to_owned()];
    let (critical, medium) = (vec!["IAM.DenyRemoved", "IAM.BoundaryWidened"], vec!["IAM.BoundaryWidened"]);
    type Case<'c> = (&'c str, &'c [(&'c str, &'c str)], &'c str, &'c str, Told<'c>);
    let cases: [Case<'_>; 7] = [
        ("everything", &[("dev", "*")], "s3:*", "*", ("Remediated", critical.clone(), &back)),
        ("a way to more", &[("dev", "iam:*")], "s3:*", "iam:PutUserPolicy", ("Remediated", critical.clone(), &back)),
        ("the second of two", &[("ann", "s3:*"), ("dev", "*")], "s3:*", "*", ("Remediated", critical, &back)),
        // Who holds no power gets none by it, and who is an administrator by name has it.
        ("who holds little", &[("dev", "s3:*")], "s3:*", "*", ("Observed", medium.clone(), &[])),
        ("the administrator", &[("boss", "*")], "s3:*", "*", ("Observed", medium.clone(), &[])),
        ("no power", &[("dev", "*")], "s3:*", "sqs:*", ("Observed", medium.clone(), &[])),
        ("who was one before", &[("dev", "*")], "iam:*", "*", ("Observed", medium, &[])),
    ];
    for (case, users, before, now, expected) in cases {
        let users: Vec<(&str, Document)> = users.iter().map(|(name, holds)| (*name, allow(holds))).collect();
        let bounds: Vec<&str> = users.iter().map(|(name, _)| *name).collect();
        let (before, now) = (allow(before), allow(now));
        let scene = Scene::of(&before, &users);
        let report = scene.widened(LIMIT, &[&before, &now], &bounds).await;
        assert_eq!(told(&report), expected, "{case}: {report:?}");
    }
}

/// Another policy of the same text is put in its place, and grows then.
#[tokio::test(start_paused = true)]
async fn a_boundary_is_swapped_and_grows() {
    let (before, all) = (allow("ec2:Describe*"), allow("*"));
    let scene = Scene::of(&before, &[("dev", all.clone())]);
    scene.world.set(&managed_policy(MINE), Facet::ManagedDocument, policy(&[&before], &[]));
    assert_eq!(scene.event("CreatePolicy", json!({"policyName": "mine"})).await.outcome.name(), "Compliant");
    scene.world.set(&of("dev"), Facet::PermissionsBoundary, bound_by(MINE, &before));
    let put = json!({"userName": "dev", "permissionsBoundary": MINE});
    assert_eq!(scene.event("PutUserPermissionsBoundary", put).await.outcome.name(), "Compliant");
    let report = scene.widened(MINE, &[&before, &all], &["dev"]).await;
    assert_eq!((report.outcome.name(), report.actions), ("Remediated", vec![BACK.to_owned()]));
}
