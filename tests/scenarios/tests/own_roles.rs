//! Parapet's own roles, and what bounds them: whoever takes something from one blinds it, and whoever gives one something has it. Each event that
//! leads to one of them, on the account as a whole.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::Document;
use parapet_guards::{
    Boundary, Facet, GuardName, IamEntity, ManagedPolicy, Policies, PolicyVersion, Report, Resource, State, Trust,
    WholeRole, on,
};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{ACCOUNT, NOW, home, managed_policy, role, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

const ROLE: &str = "parapet-logging-guard";
const BOUNDARY: &str = "arn:aws:iam::111122223333:policy/parapet-logging-guard-boundary";

fn document(statements: &[Value]) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

fn of_stack() -> Document {
    document(&[json!({"Effect": "Allow", "Action": "cloudtrail:StartLogging", "Resource": "*"})])
}

fn deny_all() -> Document {
    document(&[json!({"Effect": "Deny", "Action": "*", "Resource": "*"})])
}

fn admin() -> Document {
    document(&[json!({"Effect": "Allow", "Action": "*", "Resource": "*"})])
}

fn entity() -> IamEntity {
    IamEntity::Role(ROLE.to_owned())
}

fn principal() -> Resource {
    Resource::Principal(on::Principal { entity: entity() })
}

fn inline() -> Resource {
    Resource::InlinePolicy(on::InlinePolicy { entity: entity(), name: "logging-guard".to_owned() })
}

fn holds(says: Option<Document>, boundary: Option<(&str, Document)>) -> State {
    State::PrincipalPolicies(Policies {
        inline: says.into_iter().map(|says| ("logging-guard".to_owned(), says)).collect(),
        boundary_arn: boundary.as_ref().map(|(arn, _)| (*arn).to_owned()),
        boundary: boundary.map(|(_, says)| says),
        ..Policies::default()
    })
}

fn bound_by(arn: Option<&str>) -> State {
    State::PermissionsBoundary(Boundary { arn: arn.map(str::to_owned), document: None })
}

fn bounds(default: (&str, Document), others: &[(&str, Document)]) -> State {
    let known = |(id, says): &(&str, Document)| {
        ((*id).to_owned(), PolicyVersion { made_at: None, document: Some(says.clone()) })
    };
    State::ManagedDocument(Some(ManagedPolicy {
        document: default.1,
        default_version: default.0.to_owned(),
        other_versions: others.iter().map(|(id, _)| (*id).to_owned()).collect(),
        attached_to: Vec::new(),
        bounded: Vec::new(),
        boundary_of: vec![entity()],
        versions: others.iter().map(known).collect(),
    }))
}

fn trust(principal: Value) -> State {
    let statement = json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"});
    State::RoleTrust(Some(Trust::of(document(&[statement]))))
}

/// An account with the stack, and its baseline.
struct Scene {
    world: FakeWorld,
    recorder: MemoryRecorder,
}

impl Scene {
    fn deployed() -> Self {
        let journal = Journal::default();
        let (world, recorder) = (FakeWorld::new(&journal), MemoryRecorder::new(&journal));
        let scene = Self { world, recorder };
        for (resource, state) in [
            (role(ROLE), trust(json!({"Service": "lambda.amazonaws.com"}))),
            (inline(), State::InlineDocument(Some(of_stack()))),
            (principal(), holds(Some(of_stack()), Some((BOUNDARY, of_stack())))),
            (principal(), bound_by(Some(BOUNDARY))),
            (managed_policy(BOUNDARY), bounds(("v1", of_stack()), &[])),
        ] {
            scene.recorder.learn(&resource, state.facet(), state.kept());
            scene.set(&resource, state);
        }
        scene
    }

    fn set(&self, resource: &Resource, state: State) {
        self.world.set(resource, state.facet(), state);
    }

    async fn event(&self, event: &str, request: Value) -> Report {
        self.event_to(GuardName::PolicyGuard, event, request).await
    }

    async fn event_to(&self, guard: GuardName, event: &str, request: Value) -> Report {
        let (home, standard) = (home(), standard(""));
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        let record = json!({
            "eventID": "e", "eventSource": "iam.amazonaws.com", "eventName": event, "awsRegion": "us-east-1",
            "recipientAccountId": ACCOUNT, "requestParameters": request,
        });
        let run = Run { guard, clock: Clock { now: NOW }, dry: false };
        handle(&place, run, &record).await
    }

    /// What is done, once it was told as Critical.
    async fn mended(&self, event: &str, request: Value) -> Vec<String> {
        let report = self.event(event, request).await;
        assert_eq!(report.outcome.name(), "Remediated", "{event}");
        let told = report.findings.iter().find(|found| found.control.as_str() == "IAM.OwnRole");
        assert_eq!(told.unwrap().severity, parapet_core::Severity::Critical, "{event}");
        report.actions
    }
}

#[tokio::test(start_paused = true)]
async fn the_stacks_own_policy_comes_back() {
    let request = || json!({"roleName": ROLE, "policyName": "logging-guard"});
    for says in [Some(deny_all()), Some(admin()), None] {
        let scene = Scene::deployed();
        scene.set(&inline(), State::InlineDocument(says.clone()));
        scene.set(&principal(), holds(says.clone(), Some((BOUNDARY, of_stack()))));
        let event = if says.is_some() { "PutRolePolicy" } else { "DeleteRolePolicy" };
        let actions = scene.mended(event, request()).await;
        assert_eq!(actions, ["put the inline policy logging-guard with 1 statement"], "{event}");
        // Again, as often as he likes: what he wrote is nowhere remembered as right.
        scene.set(&inline(), State::InlineDocument(says.clone()));
        scene.set(&principal(), holds(says, Some((BOUNDARY, of_stack()))));
        assert_eq!(scene.mended(event, request()).await.len(), 1);
    }
    let scene = Scene::deployed();
    assert_eq!(scene.event("PutRolePolicy", request()).await.outcome.name(), "Compliant");
}

#[tokio::test(start_paused = true)]
async fn its_boundary_comes_back() {
    const DENY_ALL: &str = "arn:aws:iam::111122223333:policy/deny-all";
    for (event, arn) in [
        ("DeleteRolePermissionsBoundary", None),
        ("PutRolePermissionsBoundary", Some(DENY_ALL)),
        ("PutRolePermissionsBoundary", Some("arn:aws:iam::aws:policy/AdministratorAccess")),
        // What was put before is not what comes back.
        ("DeleteRolePermissionsBoundary", None),
    ] {
        let scene = Scene::deployed();
        let before = bound_by(Some(DENY_ALL));
        scene.recorder.learn(&principal(), before.facet(), before.kept());
        scene.set(&principal(), bound_by(arn));
        let actions = scene.mended(event, json!({"roleName": ROLE})).await;
        assert_eq!(actions, [format!("put the permissions boundary {BOUNDARY}")], "{event} {arn:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn its_boundary_says_what_it_said() {
    for says in [deny_all(), admin()] {
        let scene = Scene::deployed();
        scene.set(&managed_policy(BOUNDARY), bounds(("v2", says.clone()), &[("v1", of_stack())]));
        let actions = scene.mended("CreatePolicyVersion", json!({"policyArn": BOUNDARY, "setAsDefault": true})).await;
        assert_eq!(actions, ["SetDefaultPolicyVersion v1"]);
        // And the role again what that says, where both were changed.
        let scene = Scene::deployed();
        scene.set(&managed_policy(BOUNDARY), bounds(("v2", says.clone()), &[("v1", of_stack())]));
        scene.set(&principal(), holds(Some(says), Some((BOUNDARY, of_stack()))));
        let actions = scene.mended("SetDefaultPolicyVersion", json!({"policyArn": BOUNDARY, "versionId": "v2"})).await;
        assert_eq!(actions.len(), 2, "{actions:?}");
    }
}

/// A deployment of a later version gives both more, the boundary first.
#[tokio::test(start_paused = true)]
async fn a_deployment_is_left_alone() {
    let later = || {
        let more = json!({"Effect": "Allow", "Action": "cloudtrail:ListTrails", "Resource": "*"});
        of_stack().with_statement(more).unwrap()
    };
    let scene = Scene::deployed();
    scene.set(&managed_policy(BOUNDARY), bounds(("v2", later()), &[("v1", of_stack())]));
    scene.set(&inline(), State::InlineDocument(Some(later())));
    scene.set(&principal(), holds(Some(later()), Some((BOUNDARY, later()))));
    for (event, request) in [
        ("CreatePolicyVersion", json!({"policyArn": BOUNDARY, "setAsDefault": true})),
        ("PutRolePolicy", json!({"roleName": ROLE, "policyName": "logging-guard"})),
    ] {
        assert_eq!(scene.event(event, request).await.outcome.name(), "Compliant", "{event}");
    }
}

#[tokio::test(start_paused = true)]
async fn it_trusts_lambda_and_nobody_else() {
    for principal in [json!({"Service": "ec2.amazonaws.com"}), json!({"AWS": ACCOUNT})] {
        let scene = Scene::deployed();
        scene.set(&role(ROLE), trust(principal));
        let actions = scene.mended("UpdateAssumeRolePolicy", json!({"roleName": ROLE})).await;
        assert_eq!(actions, ["UpdateAssumeRolePolicy with 1 statement"]);
        assert_eq!(
            scene.world.state(&role(ROLE), Facet::RoleTrust),
            Some(trust(json!({"Service": "lambda.amazonaws.com"})))
        );
    }
    let scene = Scene::deployed();
    scene.set(&role(ROLE), State::RoleTrust(None));
    let report = scene.event("DeleteRole", json!({"roleName": ROLE})).await;
    assert_eq!((report.outcome.name(), report.findings[0].control.as_str()), ("Observed", "IAM.OwnRole"));
}

const POLICY_GUARD: &str = "parapet-policy-guard";
const ITS_BOUNDARY: &str = "arn:aws:iam::111122223333:policy/parapet-policy-guard-boundary";

fn own_role() -> Resource {
    Resource::OwnRole(on::OwnRole::of_policy_guard())
}

/// The policy guard's role as the stack makes it.
fn policy_guard() -> WholeRole {
    let State::RoleTrust(Some(trust)) = trust(json!({"Service": "lambda.amazonaws.com"})) else { unreachable!() };
    let State::ManagedDocument(Some(boundary)) = bounds(("v1", of_stack()), &[]) else { unreachable!() };
    WholeRole {
        trust: trust.document,
        attached: BTreeSet::new(),
        inline: BTreeMap::from([("policy-guard".to_owned(), of_stack())]),
        boundary_arn: Some(ITS_BOUNDARY.to_owned()),
        boundary: Some(boundary),
    }
}

fn becomes(change: impl FnOnce(&mut WholeRole)) -> State {
    let mut role = policy_guard();
    change(&mut role);
    State::OwnRole(Some(role))
}

fn says(document: Document) -> Option<ManagedPolicy> {
    let State::ManagedDocument(policy) = bounds(("v2", document), &[("v1", of_stack())]) else { unreachable!() };
    policy
}

/// Every way to change the policy guard's own role is undone by the logging guard, told as Critical, and left alone by the policy guard; the
/// logging guard's own writes lead neither anywhere.
#[tokio::test(start_paused = true)]
async fn the_logging_guard_keeps_the_policy_guards_role() {
    let role = || json!({"roleName": POLICY_GUARD});
    let boundary = || json!({"policyArn": ITS_BOUNDARY, "setAsDefault": true, "versionId": "v2"});
    let named = |name: &str| json!({"roleName": POLICY_GUARD, "policyName": name});
    let State::RoleTrust(Some(intruder)) = trust(json!({"AWS": ACCOUNT})) else { unreachable!() };
    let admin_arn = || "arn:aws:iam::aws:policy/AdministratorAccess".to_owned();
    for (event, request, state) in [
        ("UpdateAssumeRolePolicy", role(), becomes(|role| role.trust = intruder.document)),
        (
            "AttachRolePolicy",
            json!({"roleName": POLICY_GUARD, "policyArn": admin_arn()}),
            becomes(|role| role.attached = [admin_arn()].into()),
        ),
        ("PutRolePolicy", named("more"), becomes(|role| drop(role.inline.insert("more".to_owned(), admin())))),
        (
            "PutRolePolicy",
            named("policy-guard"),
            becomes(|role| drop(role.inline.insert("policy-guard".to_owned(), deny_all()))),
        ),
        ("DeleteRolePolicy", named("policy-guard"), becomes(|role| role.inline.clear())),
        ("DeleteRolePermissionsBoundary", role(), becomes(|role| role.boundary_arn = None)),
        ("PutRolePermissionsBoundary", role(), becomes(|role| role.boundary_arn = Some(admin_arn()))),
        ("CreatePolicyVersion", boundary(), becomes(|role| role.boundary = says(deny_all()))),
        ("SetDefaultPolicyVersion", boundary(), becomes(|role| role.boundary = says(admin()))),
        // Everything of it at once, by whichever event comes first.
        (
            "CreateRole",
            role(),
            becomes(|role| {
                (role.boundary_arn, role.boundary) = (None, says(admin()));
                role.inline = BTreeMap::from([("policy-guard".to_owned(), admin())]);
                role.attached = [admin_arn()].into();
            }),
        ),
    ] {
        let scene = Scene::deployed();
        scene.recorder.learn(&own_role(), Facet::OwnRole, State::OwnRole(Some(policy_guard())).kept());
        scene.set(&own_role(), state);
        let report = scene.event_to(GuardName::PolicyGuard, event, request.clone()).await;
        assert_eq!((report.outcome.name(), report.findings.len()), ("Ignored", 0), "{event}");
        let report = scene.event_to(GuardName::LoggingGuard, event, request.clone()).await;
        assert_eq!(report.outcome.name(), "Remediated", "{event}");
        let told = report.findings.iter().all(|found| {
            (found.control.as_str(), found.severity) == ("IAM.PolicyGuardRole", parapet_core::Severity::Critical)
        });
        assert!(told && !report.findings.is_empty(), "{event}");
        let Some(State::OwnRole(Some(left))) = scene.world.state(&own_role(), Facet::OwnRole) else { unreachable!() };
        let right = policy_guard();
        let said = |role: &WholeRole| role.boundary.as_ref().map(|policy| policy.document.clone());
        assert_eq!(said(&left), said(&right), "{event}");
        assert_eq!(WholeRole { boundary: right.boundary.clone(), ..left }, right, "{event}");
        // Its own writes are events, too.
        let again = scene.event_to(GuardName::LoggingGuard, event, request.clone()).await;
        assert_eq!((again.outcome.name(), again.actions.len()), ("Compliant", 0), "{event}");
    }
    // Neither looks at what the other keeps.
    let scene = Scene::deployed();
    let report =
        scene.event_to(GuardName::LoggingGuard, "PutRolePolicy", json!({"roleName": ROLE, "policyName": "x"})).await;
    assert_eq!(report.outcome.name(), "Ignored");
}

/// What nobody here can make again is told, and the rest mended.
#[tokio::test(start_paused = true)]
async fn what_is_gone_of_the_policy_guards_is_told() {
    for (event, request, state, outcome) in [
        ("DeleteRole", json!({"roleName": POLICY_GUARD}), State::OwnRole(None), "Observed"),
        (
            "DeletePolicy",
            json!({"policyArn": ITS_BOUNDARY}),
            becomes(|role| (role.boundary_arn, role.boundary) = (None, None)),
            "Observed",
        ),
    ] {
        let scene = Scene::deployed();
        scene.set(&own_role(), state);
        let report = scene.event_to(GuardName::LoggingGuard, event, request).await;
        assert_eq!((report.outcome.name(), report.findings[0].control.as_str()), (outcome, "IAM.PolicyGuardRole"));
    }
}
