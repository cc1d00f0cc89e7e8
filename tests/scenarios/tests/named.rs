//! Policies that name others: those whom bootstrap found to be strong; and names that the standard never touches, given to another.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::{ErrorKind, Identity};
use parapet_guards::{
    Attachment, Facet, GuardName, IamEntity, ManagedPolicy, Policies, PolicyVersion, Report, Resource, State, Trust, on,
};
use parapet_reconcile::{Clock, Place, Run, baseline, handle};
use parapet_testkit::fixtures::{ACCOUNT, NOW, home, role, standard};
use parapet_testkit::{FakeWorld, Fault, FaultyWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

/// An account, and what bootstrap kept of it.
struct Scene {
    journal: Journal,
    world: FakeWorld,
    recorder: MemoryRecorder,
    standard: String,
}

impl Scene {
    async fn before(standard: &str, states: impl IntoIterator<Item = (Resource, State)>) -> Self {
        let journal = Journal::default();
        let (world, recorder) = (FakeWorld::new(&journal), MemoryRecorder::new(&journal));
        for (resource, state) in states {
            world.set(&resource, state.facet(), state);
        }
        let scene = Self { journal, world, recorder, standard: standard.to_owned() };
        scene.bootstrapped().await;
        scene
    }

    async fn bootstrapped(&self) {
        let (home, standard) = (home(), standard(&self.standard));
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        let kept = baseline(&place, run(), None).await;
        assert_eq!(kept.unread, Vec::<String>::new());
    }

    async fn event(&self, event: &str, request: Value) -> Report {
        let (home, standard) = (home(), standard(&self.standard));
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        let record = json!({
            "eventID": "e", "eventSource": "iam.amazonaws.com", "eventName": event, "awsRegion": "us-east-1",
            "recipientAccountId": ACCOUNT, "requestParameters": request,
            "userIdentity": {"type": "IAMUser", "arn": format!("arn:aws:iam::{ACCOUNT}:user/mallory"), "accountId": ACCOUNT},
        });
        handle(&place, run(), &record).await
    }
}

fn run() -> Run {
    Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false }
}

fn document(statements: Value) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

fn allow(actions: Value, resource: &str) -> Value {
    let resource = match resource {
        "*" => "*".to_owned(),
        name => format!("arn:aws:iam::{ACCOUNT}:{name}"),
    };
    json!({"Effect": "Allow", "Action": actions, "Resource": resource})
}

fn of(entity: IamEntity) -> Resource {
    Resource::Principal(on::Principal { entity })
}

fn user(name: &str) -> IamEntity {
    IamEntity::User(name.to_owned())
}

fn holding(statement: Value) -> State {
    let inline = [("own".to_owned(), document(json!([statement])))].into();
    State::PrincipalPolicies(Policies { inline, ..Policies::default() })
}

fn trusting(who: Value) -> State {
    State::RoleTrust(Some(Trust::of(document(
        json!([{"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}]),
    ))))
}

fn root() -> Value {
    json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")})
}

/// An administrator, two roles of which one leaves it to the account who may become it, and somebody who may nothing much.
fn account() -> Vec<(Resource, State)> {
    let all = || holding(allow(json!("*"), "*"));
    let little = || holding(allow(json!("s3:ListAllMyBuckets"), "*"));
    vec![
        (of(user("boss")), all()),
        (of(user("dev")), little()),
        (of(IamEntity::Group("bosses".to_owned())), all()),
        (of(IamEntity::Role("deploy".to_owned())), all()),
        (role("deploy"), trusting(root())),
        (of(IamEntity::Role("instance".to_owned())), all()),
        (role("instance"), trusting(json!({"Service": "ec2.amazonaws.com"}))),
        (of(IamEntity::Role("report".to_owned())), little()),
        (role("report"), trusting(root())),
    ]
}

/// What becomes of a policy with this statement that is put into somebody.
async fn put(holder: &IamEntity, statement: Value) -> &'static str {
    let scene = Scene::before("", account()).await;
    let policy = Resource::InlinePolicy(on::InlinePolicy { entity: holder.clone(), name: "new".to_owned() });
    let state = State::InlineDocument(Some(document(json!([statement]))));
    scene.world.set(&policy, Facet::InlineDocument, state);
    let (event, name) = match holder {
        IamEntity::User(name) => ("PutUserPolicy", json!({"userName": name, "policyName": "new"})),
        IamEntity::Role(name) => ("PutRolePolicy", json!({"roleName": name, "policyName": "new"})),
        IamEntity::Group(name) => ("PutGroupPolicy", json!({"groupName": name, "policyName": "new"})),
    };
    scene.event(event, name).await.outcome.name()
}

#[tokio::test(start_paused = true)]
async fn who_is_strong_is_known_by_name() {
    assert_eq!(put(&user("mallory"), allow(json!("iam:CreateAccessKey"), "user/boss")).await, "Remediated");
    assert_eq!(put(&user("mallory"), allow(json!("iam:CreateAccessKey"), "user/bo*")).await, "Remediated");
    assert_eq!(put(&user("mallory"), allow(json!("iam:CreateLoginProfile"), "user/b?ss")).await, "Remediated");
    assert_eq!(put(&user("mallory"), allow(json!("iam:UpdateAssumeRolePolicy"), "role/dep*")).await, "Remediated");
    assert_eq!(put(&user("mallory"), allow(json!("iam:AddUserToGroup"), "group/bosses")).await, "Remediated");
    assert_eq!(put(&user("mallory"), allow(json!("sts:AssumeRole"), "role/deploy")).await, "Remediated");
    // To pass one is no way by itself.
    assert_eq!(put(&user("mallory"), allow(json!("iam:PassRole"), "role/instance")).await, "Compliant");
    // Those who have no more than others.
    assert_eq!(put(&user("mallory"), allow(json!("iam:CreateAccessKey"), "user/dev")).await, "Compliant");
    assert_eq!(put(&user("mallory"), allow(json!("iam:CreateAccessKey"), "user/d*")).await, "Compliant");
    assert_eq!(put(&user("mallory"), allow(json!("sts:AssumeRole"), "role/report")).await, "Compliant");
    // Its trust policy lets in nobody of the account.
    assert_eq!(put(&user("mallory"), allow(json!("sts:AssumeRole"), "role/instance")).await, "Compliant");
    // Whoever has all that gains nothing.
    assert_eq!(put(&user("boss"), allow(json!("sts:AssumeRole"), "role/deploy")).await, "Compliant");
}

#[tokio::test(start_paused = true)]
async fn a_strong_role_is_passed_by_name() {
    // Whom a role trusts when it is passed is not asked: that may be another then.
    for (role, expected) in [("deploy", "Remediated"), ("instance", "Remediated"), ("report", "Compliant")] {
        let scene = Scene::before("", account()).await;
        let mallory = user("mallory");
        let policy = Resource::InlinePolicy(on::InlinePolicy { entity: mallory, name: "new".to_owned() });
        let run = allow(json!(["ec2:RunInstances"]), "*");
        let statements = json!([allow(json!("iam:PassRole"), &format!("role/{role}")), run]);
        scene.world.set(&policy, Facet::InlineDocument, State::InlineDocument(Some(document(statements))));
        let report = scene.event("PutUserPolicy", json!({"userName": "mallory", "policyName": "new"})).await;
        assert_eq!(report.outcome.name(), expected, "{role}: {report:?}");
    }
}

/// The user `glass` is never touched. Another one who has that name is.
#[tokio::test(start_paused = true)]
async fn a_name_is_of_whom_it_was() {
    const GLASS: &str = "principals: {break_glass: [user/Glass]}";
    const MEANT: &str = "{principals: {break_glass: [user/Glass]}, trust: {identities: [AIDA2]}}";
    for (standard, id, expected) in [
        (GLASS, "AIDA1", ("Ignored", None)),
        (GLASS, "AIDA2", ("Remediated", Some("Parapet.Name"))),
        (MEANT, "AIDA2", ("Ignored", None)),
    ] {
        let glass = of(user("glass"));
        let journal = Journal::default();
        let (world, recorder) = (FakeWorld::new(&journal), MemoryRecorder::new(&journal));
        let scene = Scene { journal, world, recorder, standard: standard.to_owned() };
        scene.world.is_now(&of(user("Glass")), Identity::of("AIDA1", Some(1)));
        scene.bootstrapped().await;
        for name in ["glass", "Glass"] {
            scene.world.is_now(&of(user(name)), Identity::of(id, Some(NOW - 60)));
        }
        scene.bootstrapped().await;
        let policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess";
        let attachment =
            Resource::Attachment(on::Attachment { entity: user("glass"), policy_arn: policy_arn.to_owned() });
        let held = document(json!([allow(json!("*"), "*")]));
        scene.world.set(
            &attachment,
            Facet::PolicyAttachment,
            State::PolicyAttachment(Attachment::of(true, Some(held))),
        );
        scene.world.set(&glass, Facet::PrincipalPolicies, State::PrincipalPolicies(Policies::default()));
        let report = scene.event("AttachUserPolicy", json!({"userName": "glass", "policyArn": policy_arn})).await;
        let told = report
            .findings
            .iter()
            .map(|finding| finding.control.as_str())
            .find(|control| control.starts_with("Parapet."));
        assert_eq!((report.outcome.name(), told), expected, "{id}: {report:?} {}", scene.journal.writes());
    }
}

/// A name that nobody had when bootstrap looked is nobody's who makes it since.
#[tokio::test(start_paused = true)]
async fn a_name_that_nobody_had_is_not_whoevers_comes_first() {
    // When the recorder's baseline was begun.
    const BEGUN_AT: i64 = 0;
    const VOUCHED: &str = "{principals: {administrators: [user/late]}, trust: {identities: [AIDA1]}}";
    const NAMED: &str = "principals: {administrators: [user/late]}";
    for (at_first, standard, created, expected) in [
        // The standard names him since: whoever was there before is meant.
        ("", NAMED, BEGUN_AT, "Ignored"),
        ("", NAMED, NOW - 60, "Remediated"),
        ("", VOUCHED, NOW - 60, "Ignored"),
        (NAMED, NAMED, BEGUN_AT, "Remediated"),
        (NAMED, NAMED, NOW - 60, "Remediated"),
        (NAMED, VOUCHED, NOW - 60, "Ignored"),
    ] {
        let mut scene = Scene::before(at_first, []).await;
        standard.clone_into(&mut scene.standard);
        scene.world.is_now(&of(user("late")), Identity::of("AIDA1", Some(created)));
        let policy = Resource::InlinePolicy(on::InlinePolicy { entity: user("late"), name: "new".to_owned() });
        let all = State::InlineDocument(Some(document(json!([allow(json!("*"), "*")]))));
        scene.world.set(&policy, Facet::InlineDocument, all);
        scene.world.set(&of(user("late")), Facet::PrincipalPolicies, State::PrincipalPolicies(Policies::default()));
        let report = scene.event("PutUserPolicy", json!({"userName": "late", "policyName": "new"})).await;
        assert_eq!(report.outcome.name(), expected, "{standard} {created}: {report:?}");
    }
}

/// A rename keeps the date on which a user was made.
#[tokio::test(start_paused = true)]
async fn a_name_that_nobody_had_is_not_taken_by_a_rename() {
    const LATE: &str = "principals: {administrators: [user/late]}";
    for (is_there, expected) in [(false, "Remediated"), (true, "Ignored")] {
        let journal = Journal::default();
        let (world, recorder) = (FakeWorld::new(&journal), MemoryRecorder::new(&journal));
        let scene = Scene { journal, world, recorder, standard: LATE.to_owned() };
        let old = Identity::of("AIDA1", Some(-5));
        scene.world.is_now(&of(user("late")), if is_there { old.clone() } else { Identity::default() });
        scene.bootstrapped().await;
        scene.world.is_now(&of(user("late")), old);
        let policy = Resource::InlinePolicy(on::InlinePolicy { entity: user("late"), name: "new".to_owned() });
        let all = State::InlineDocument(Some(document(json!([allow(json!("*"), "*")]))));
        scene.world.set(&policy, Facet::InlineDocument, all);
        scene.world.set(&of(user("late")), Facet::PrincipalPolicies, State::PrincipalPolicies(Policies::default()));
        let report = scene.event("PutUserPolicy", json!({"userName": "late", "policyName": "new"})).await;
        assert_eq!(report.outcome.name(), expected, "{is_there}: {report:?}");
    }
}

/// An event that names a policy alone is about those who hold it, and whose the names are by which they are spared.
#[tokio::test(start_paused = true)]
async fn whose_the_names_are_of_those_who_hold_a_policy() {
    let arn = format!("arn:aws:iam::{ACCOUNT}:policy/shared");
    let policy = Resource::ManagedPolicy(on::ManagedPolicy { arn: arn.clone() });
    for (id, standard, expected) in [
        ("AIDA1", "principals: {break_glass: [user/glass]}", ("Compliant", false)),
        ("AIDA2", "principals: {break_glass: [user/glass]}", ("Remediated", true)),
        ("AIDA2", "{principals: {break_glass: [user/glass]}, trust: {identities: [AIDA2]}}", ("Compliant", false)),
        ("AIDA2", "", ("Remediated", false)),
    ] {
        let journal = Journal::default();
        let (world, recorder) = (FakeWorld::new(&journal), MemoryRecorder::new(&journal));
        let scene = Scene { journal, world, recorder, standard: standard.to_owned() };
        scene.world.is_now(&of(user("glass")), Identity::of("AIDA1", Some(1)));
        scene.bootstrapped().await;
        scene.world.is_now(&of(user("glass")), Identity::of(id, Some(NOW - 60)));
        let held = ManagedPolicy {
            document: document(json!([allow(json!("*"), "*")])),
            default_version: "v2".to_owned(),
            other_versions: vec![],
            attached_to: vec![user("glass")],
            boundary_of: vec![],
            bounded: vec![],
            versions: [("v2".to_owned(), PolicyVersion { made_at: Some(NOW - 5), document: None })].into(),
        };
        scene.world.set(&policy, Facet::ManagedDocument, State::ManagedDocument(Some(held)));
        scene.world.set(&of(user("glass")), Facet::PrincipalPolicies, State::PrincipalPolicies(Policies::default()));
        let report = scene.event("CreatePolicyVersion", json!({"policyArn": arn, "setAsDefault": true})).await;
        let is_told = report.findings.iter().any(|finding| finding.control.as_str() == "Parapet.Name");
        assert_eq!((report.outcome.name(), is_told), expected, "{id} {standard}: {report:?}");
    }
}

/// The logging guard has events of roles, too, for the policy guard's role, and may not read whose another name is.
#[tokio::test(start_paused = true)]
async fn whose_a_name_is_asks_only_who_looks_there() {
    const BOSS: &str = "principals: {administrators: [role/boss]}";
    let scene = Scene::before(BOSS, []).await;
    scene.world.is_now(&of(IamEntity::Role("boss".to_owned())), Identity::of("AROA1", Some(1)));
    scene.bootstrapped().await;
    let (home, standard) = (home(), standard(BOSS));
    let denied = FaultyWorld::new(&scene.world, Fault::Identity, ErrorKind::Denied);
    let place = Place { home: &home, standard: &standard, world: &denied, recorder: &scene.recorder };
    for event in ["UpdateAssumeRolePolicy", "AttachRolePolicy", "PutRolePolicy"] {
        let record = json!({
            "eventID": "e", "eventSource": "iam.amazonaws.com", "eventName": event, "awsRegion": "us-east-1",
            "recipientAccountId": ACCOUNT, "requestParameters": {
                "roleName": "boss", "policyName": "p", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
        });
        let by = async |guard| handle(&place, Run { guard, ..run() }, &record).await.outcome.name().to_owned();
        assert_eq!(by(GuardName::LoggingGuard).await, "Ignored", "{event}");
        assert_eq!(by(GuardName::PolicyGuard).await, "Undetermined", "{event}");
    }
}

/// AWS knows somebody who has a path by the ARN with it, and a policy may name him so. One line a case.
#[tokio::test(start_paused = true)]
#[rustfmt::skip] // One line a case.
async fn who_is_strong_is_known_with_the_path() {
    let with_path = |state: State, of: &str| match state {
        State::PrincipalPolicies(policies) => {
            State::PrincipalPolicies(Policies { arn: Some(format!("arn:aws:iam::{ACCOUNT}:{of}")), ..policies })
        }
        other => other,
    };
    let run = || json!(["lambda:CreateFunction", "lambda:InvokeFunction"]);
    for (statements, expected) in [
        (json!([allow(json!("sts:AssumeRole"), "role/svc/adm")]), "Remediated"),
        (json!([allow(json!("sts:AssumeRole"), "role/adm")]), "Remediated"),
        (json!([allow(json!("sts:AssumeRole"), "role/svc/ad?")]), "Remediated"),
        (json!([allow(json!("sts:AssumeRole"), "role/svc/little")]), "Compliant"),
        (json!([allow(json!("sts:AssumeRole"), "role/other/adm")]), "Compliant"),
        (json!([allow(json!("iam:PassRole"), "role/svc/adm"), allow(run(), "*")]), "Remediated"),
        (json!([allow(json!("iam:CreateAccessKey"), "user/svc/pboss")]), "Remediated"),
        (json!([allow(json!("iam:CreateAccessKey"), "user/svc/glass")]), "Remediated"),
    ] {
        let (all, little) = (|| holding(allow(json!("*"), "*")), || holding(allow(json!("s3:ListAllMyBuckets"), "*")));
        let scene = Scene::before("principals: {break_glass: [user/glass]}", [
            (of(IamEntity::Role("adm".to_owned())), with_path(all(), "role/svc/adm")),
            (role("adm"), trusting(root())),
            (of(IamEntity::Role("little".to_owned())), with_path(little(), "role/svc/little")),
            (role("little"), trusting(root())),
            (of(user("pboss")), with_path(all(), "user/svc/pboss")),
            (of(user("glass")), with_path(little(), "user/svc/glass")),
        ]).await;
        let policy = Resource::InlinePolicy(on::InlinePolicy { entity: user("mallory"), name: "new".to_owned() });
        scene.world.set(&policy, Facet::InlineDocument, State::InlineDocument(Some(document(statements.clone()))));
        let report = scene.event("PutUserPolicy", json!({"userName": "mallory", "policyName": "new"})).await;
        assert_eq!(report.outcome.name(), expected, "{statements}: {report:?}");
    }
}
