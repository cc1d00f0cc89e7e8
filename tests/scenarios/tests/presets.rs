//! Roles that tools of AWS make, and AWS itself, as events show them: whom the role trusts is read where that decides, and what was spared gives nobody a way.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::Identity;
use parapet_guards::{Attachment, Facet, GuardName, IamEntity, Policies, Report, Resource, State, Trust, on};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{ACCOUNT, NOW, home, role, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

const NAME: &str = "cdk-hnb659fds-cfn-exec-role-111122223333-us-east-1";
const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
const CDK: &str = "presets: [cdk]";

struct Scene {
    journal: Journal,
    world: FakeWorld,
    recorder: MemoryRecorder,
    standard: String,
}

impl Scene {
    fn under(standard: &str) -> Self {
        let journal = Journal::default();
        let (world, recorder) = (FakeWorld::new(&journal), MemoryRecorder::new(&journal));
        Self { journal, world, recorder, standard: standard.to_owned() }
    }

    async fn event(&self, event: &str, request: Value) -> Report {
        let (home, standard) = (home(), standard(&self.standard));
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        let record = json!({
            "eventID": event, "eventSource": "iam.amazonaws.com", "eventName": event, "awsRegion": "us-east-1",
            "recipientAccountId": ACCOUNT, "requestParameters": request,
            "userIdentity": {"type": "IAMUser", "arn": format!("arn:aws:iam::{ACCOUNT}:user/mallory"), "accountId": ACCOUNT},
        });
        let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
        handle(&place, run, &record).await
    }

    /// The role is made, and trusts these.
    async fn made(&self, trust: Value) -> Report {
        self.world.set(&role(NAME), Facet::RoleTrust, trusting(trust));
        self.world.is_now(&role(NAME), Identity::of("AROA1", Some(NOW - 60)));
        self.world.set(&principal(), Facet::PrincipalPolicies, State::PrincipalPolicies(Policies::default()));
        self.event("CreateRole", json!({"roleName": NAME})).await
    }

    /// It is given all.
    async fn attached(&self) -> Report {
        let all = document(json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]));
        let state = State::PolicyAttachment(Attachment::of(true, Some(all.clone())));
        self.world.set(&attachment(), Facet::PolicyAttachment, state);
        let held = Policies { attached: [(ADMINISTRATOR.to_owned(), all)].into(), ..Policies::default() };
        self.world.set(&principal(), Facet::PrincipalPolicies, State::PrincipalPolicies(held));
        self.event("AttachRolePolicy", json!({"roleName": NAME, "policyArn": ADMINISTRATOR})).await
    }

    /// It comes to trust these.
    async fn trusts(&self, trust: Value) -> Report {
        self.world.set(&role(NAME), Facet::RoleTrust, trusting(trust));
        self.event("UpdateAssumeRolePolicy", json!({"roleName": NAME})).await
    }

    fn writes(&self) -> usize {
        self.journal.writes()
    }
}

fn document(statements: Value) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

fn trusting(principal: Value) -> State {
    let statement = json!([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]);
    State::RoleTrust(Some(Trust::of(document(statement))))
}

fn principal() -> Resource {
    Resource::Principal(on::Principal { entity: IamEntity::Role(NAME.to_owned()) })
}

fn attachment() -> Resource {
    let entity = IamEntity::Role(NAME.to_owned());
    Resource::Attachment(on::Attachment { entity, policy_arn: ADMINISTRATOR.to_owned() })
}

fn cloudformation() -> Value {
    json!({"Service": "cloudformation.amazonaws.com"})
}

fn with_everybody() -> Value {
    json!({"Service": "cloudformation.amazonaws.com", "AWS": format!("arn:aws:iam::{ACCOUNT}:root")})
}

/// Nobody but AWS makes a role under one of its paths; a name proves nothing.
#[tokio::test(start_paused = true)]
async fn what_nobody_but_aws_can_change_is_left_to_it() {
    let name = "AWSReservedSSO_Admin_0123456789abcdef";
    let entity = IamEntity::Role(name.to_owned());
    let attached = on::Attachment { entity: entity.clone(), policy_arn: ADMINISTRATOR.to_owned() };
    let all = document(json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]));
    for (path, expected) in [("aws-reserved/sso.amazonaws.com/", "Ignored"), ("", "Remediated"), ("sso/", "Remediated")]
    {
        let scene = Scene::under("");
        let State::RoleTrust(Some(trust)) = trusting(json!({"Service": "ec2.amazonaws.com"})) else { panic!("a role") };
        let trust = Trust { service_linked: expected == "Ignored", ..trust };
        scene.world.set(&role(name), Facet::RoleTrust, State::RoleTrust(Some(trust)));
        let state = State::PolicyAttachment(Attachment::of(true, Some(all.clone())));
        scene.world.set(&attached.clone().into(), Facet::PolicyAttachment, state);
        let held = Policies {
            attached: [(ADMINISTRATOR.to_owned(), all.clone())].into(),
            arn: Some(format!("arn:aws:iam::{ACCOUNT}:role/{path}{name}")),
            ..Policies::default()
        };
        let holder = Resource::Principal(on::Principal { entity: entity.clone() });
        scene.world.set(&holder, Facet::PrincipalPolicies, State::PrincipalPolicies(held));
        let report = scene.event("AttachRolePolicy", json!({"roleName": name, "policyArn": ADMINISTRATOR})).await;
        assert_eq!(report.outcome.name(), expected, "{path}: {report:?}");
        let is_left = expected == "Ignored";
        assert_eq!((report.findings.is_empty(), scene.writes() == 0), (is_left, is_left), "{path}: {report:?}");
        let trusted = scene.event("UpdateAssumeRolePolicy", json!({"roleName": name})).await;
        assert_eq!(trusted.outcome.name() == "Ignored", is_left, "{path}: {trusted:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_of_cdk_keeps_what_it_is_made_with() {
    let scene = Scene::under(CDK);
    let report = scene.made(cloudformation()).await;
    assert!(report.findings.iter().all(|finding| finding.control.as_str() == "IAM.TrustConfusedDeputy"), "{report:?}");
    assert_eq!(scene.attached().await.outcome.name(), "Compliant");
    assert_eq!(scene.writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_the_preset_it_does_not() {
    let scene = Scene::under("");
    scene.made(cloudformation()).await;
    assert_eq!(scene.attached().await.outcome.name(), "Remediated");
    assert_eq!(scene.writes(), 1, "it is detached");
}

/// In whichever order somebody lets himself in.
#[tokio::test(start_paused = true)]
async fn who_lets_himself_in_has_nothing_of_it() {
    let scene = Scene::under(CDK);
    scene.made(with_everybody()).await;
    let report = scene.attached().await;
    assert_eq!(report.outcome.name(), "Remediated", "{report:?}");
    assert!(report.findings.iter().any(|finding| finding.detail.contains("nobody else")), "{report:?}");
    assert_eq!(scene.writes(), 1, "it is detached");

    let scene = Scene::under(CDK);
    scene.made(cloudformation()).await;
    assert_eq!(scene.attached().await.outcome.name(), "Compliant");
    let report = scene.trusts(with_everybody()).await;
    assert_eq!(report.outcome.name(), "Remediated", "{report:?}");
    assert_eq!(scene.writes(), 1, "its trust is as it was");

    // Of the first event nothing came.
    let scene = Scene::under(CDK);
    scene.world.is_now(&role(NAME), Identity::of("AROA1", Some(NOW - 60)));
    scene.world.set(&role(NAME), Facet::RoleTrust, trusting(cloudformation()));
    assert_eq!(scene.attached().await.outcome.name(), "Compliant");
    let report = scene.trusts(with_everybody()).await;
    assert_eq!(report.outcome.name(), "Remediated", "{report:?}");
}
