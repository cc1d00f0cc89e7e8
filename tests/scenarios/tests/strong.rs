//! Who is strong by what he holds is protected as those are whom the standard names. One scenario for each row of "Strong by what he holds" in
//! `docs/threat-model.md`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::{ErrorKind, Identity, WorldError};
use parapet_guards::{
    AccessKeys, Action, Attachment, Credentials, Facet, GuardName, IamEntity, InstanceProfile, Login, Mark, Membership,
    Observed, Page, Policies, Report, Resource, ResourceKind, State, Trust, World, on,
};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{ACCOUNT, NOW, home, role, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

struct Scene {
    journal: Journal,
    world: FakeWorld,
    recorder: MemoryRecorder,
}

impl Scene {
    /// What was there before, as the baseline keeps it.
    fn before(states: impl IntoIterator<Item = (Resource, State)>) -> Self {
        let journal = Journal::default();
        let (world, recorder) = (FakeWorld::new(&journal), MemoryRecorder::new(&journal));
        for (resource, state) in states {
            recorder.learn(&resource, state.facet(), state.kept());
            world.set(&resource, state.facet(), state);
        }
        Self { journal, world, recorder }
    }

    fn set(&self, resource: &Resource, state: State) {
        self.world.set(resource, state.facet(), state);
    }

    async fn by(&self, actor: &str, event: &str, request: Value) -> Report {
        self.in_world(&self.world, actor, event, request).await
    }

    /// The same, by a record that also says what was answered.
    async fn answered(&self, actor: &str, event: &str, request: Value, response: Value) -> Report {
        self.of(&self.world, actor, event, (request, response)).await
    }

    async fn in_world<W: World>(&self, world: &W, actor: &str, event: &str, request: Value) -> Report {
        self.of(world, actor, event, (request, Value::Null)).await
    }

    async fn of<W: World>(&self, world: &W, actor: &str, event: &str, (request, response): (Value, Value)) -> Report {
        let (home, standard) = (home(), standard("principals: {break_glass: [user/glass]}"));
        let place = Place { home: &home, standard: &standard, world, recorder: &self.recorder };
        let source = if event == "AssumeRoot" { "sts" } else { "iam" };
        let record = json!({
            "eventID": "e", "eventSource": format!("{source}.amazonaws.com"), "eventName": event, "awsRegion": "us-east-1",
            "recipientAccountId": ACCOUNT, "requestParameters": request, "responseElements": response,
            "userIdentity": {"type": "IAMUser", "arn": format!("arn:aws:iam::{ACCOUNT}:user/{actor}"), "accountId": ACCOUNT},
        });
        let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
        handle(&place, run, &record).await
    }

    async fn mallory(&self, event: &str, request: Value) -> Report {
        self.by("mallory", event, request).await
    }
}

/// An account in which nobody's policies can be read all at once.
struct Denying<'a>(&'a FakeWorld);

impl World for Denying<'_> {
    async fn observe(&self, resource: &Resource, facet: Facet) -> Result<Option<Observed>, WorldError> {
        if facet == Facet::PrincipalPolicies {
            return Err(WorldError {
                step: "list the inline policies".to_owned(),
                subject: resource.to_string(),
                kind: ErrorKind::Denied,
                message: "denied".to_owned(),
                source: None,
            });
        }
        self.0.observe(resource, facet).await
    }

    async fn apply(&self, resource: &Resource, action: &Action) -> Result<(), WorldError> {
        self.0.apply(resource, action).await
    }

    async fn identity(&self, resource: &Resource) -> Result<Identity, WorldError> {
        self.0.identity(resource).await
    }

    async fn list(&self, kind: ResourceKind, from: Option<&Mark>) -> Result<Page, WorldError> {
        self.0.list(kind, from).await
    }

    fn calls(&self) -> u32 {
        self.0.calls()
    }
}

fn document(statements: &[Value]) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

fn allow(actions: Value) -> Document {
    document(&[json!({"Effect": "Allow", "Action": actions, "Resource": "*"})])
}

fn deny(actions: Value) -> Document {
    document(&[json!({"Effect": "Deny", "Action": actions, "Resource": "*"})])
}

fn of(entity: &IamEntity) -> Resource {
    Resource::Principal(on::Principal { entity: entity.clone() })
}

fn user(name: &str) -> IamEntity {
    IamEntity::User(name.to_owned())
}

fn held(inline: &[(&str, Document)]) -> Policies {
    Policies {
        inline: inline.iter().map(|(name, it)| ((*name).to_owned(), it.clone())).collect(),
        ..Policies::default()
    }
}

fn policies(inline: &[(&str, Document)]) -> State {
    State::PrincipalPolicies(held(inline))
}

fn trust(principals: &[Value]) -> State {
    let statements: Vec<Value> =
        principals.iter().map(|who| json!({"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"})).collect();
    State::RoleTrust(Some(Trust::of(document(&statements))))
}

fn aws(name: &str) -> Value {
    json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:{name}")})
}

fn deploy() -> IamEntity {
    IamEntity::Role("deploy".to_owned())
}

/// A role that is an administrator by its own policy, and whom it trusted before.
fn strong_role() -> [(Resource, State); 2] {
    [(role("deploy"), trust(&[aws("role/ci")])), (of(&deploy()), policies(&[("all", allow(json!("*")))]))]
}

#[tokio::test(start_paused = true)]
async fn strangers_join_a_strong_role() {
    for stranger in
        [aws("user/mallory"), aws("role/any"), aws("root"), json!({"Service": "lambda.amazonaws.com"}), json!("*")]
    {
        let scene = Scene::before(strong_role());
        scene.set(&role("deploy"), trust(&[aws("role/ci"), stranger.clone()]));
        let report = scene.mallory("UpdateAssumeRolePolicy", json!({"roleName": "deploy"})).await;
        assert_eq!(report.outcome.name(), "Remediated", "{stranger}: {report:?}");
        let State::RoleTrust(Some(left)) = scene.world.state(&role("deploy"), Facet::RoleTrust).unwrap() else {
            panic!()
        };
        let State::RoleTrust(Some(before)) = trust(&[aws("role/ci")]) else { panic!() };
        assert_eq!(left.document, before.document, "{stranger}");
    }
}

/// A role that is given its power later is judged by what is given to it.
#[tokio::test(start_paused = true)]
async fn a_new_role_is_born_with_its_trust() {
    let scene = Scene::before([]);
    scene.world.is_now(&role("deploy"), Identity::of("AROA1", Some(NOW - 5)));
    scene.set(&role("deploy"), trust(&[aws("root")]));
    scene.set(&of(&deploy()), policies(&[("all", allow(json!("*")))]));
    let report = scene.mallory("CreateRole", json!({"roleName": "deploy"})).await;
    assert_eq!((report.outcome.name(), report.findings.len()), ("Compliant", 0));
    // What is let in after that is new.
    scene.set(&role("deploy"), trust(&[aws("root"), json!({"Service": "ec2.amazonaws.com"})]));
    let report = scene.mallory("UpdateAssumeRolePolicy", json!({"roleName": "deploy"})).await;
    assert_eq!(report.outcome.name(), "Remediated");
}

/// What a role may and cannot be read is no reason to take it for weak.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_never_compliant() {
    let scene = Scene::before(strong_role());
    scene.set(&role("deploy"), trust(&[aws("role/ci"), aws("user/mallory")]));
    let request = || json!({"roleName": "deploy"});
    let report = scene.in_world(&Denying(&scene.world), "mallory", "UpdateAssumeRolePolicy", request()).await;
    assert_eq!((report.outcome.name(), report.retry, scene.journal.writes()), ("Undetermined", true, 0));
    // A stranger goes all the same, and what was not read is said after.
    scene.set(&role("deploy"), trust(&[aws("role/ci"), aws("user/mallory"), json!("*")]));
    let report = scene.in_world(&Denying(&scene.world), "mallory", "UpdateAssumeRolePolicy", request()).await;
    assert!(report.outcome.name() == "Undetermined" || report.outcome.name() == "Remediated", "{report:?}");
    assert_eq!(scene.journal.writes(), 1);
    // Once it can be read again, the rest is mended.
    assert_eq!(scene.mallory("UpdateAssumeRolePolicy", request()).await.outcome.name(), "Remediated");
}

#[tokio::test(start_paused = true)]
async fn a_strong_role_in_an_instance_profile() {
    let profile = Resource::InstanceProfile(on::InstanceProfile { name: "web".into() });
    let of_role = |role: Option<&str>| {
        State::InstanceProfile(InstanceProfile { role: role.map(str::to_owned), ..InstanceProfile::default() })
    };
    let request = || json!({"instanceProfileName": "web", "roleName": "deploy"});
    let scene = Scene::before(strong_role().into_iter().chain([(profile.clone(), of_role(None))]));
    scene.set(&profile, of_role(Some("deploy")));
    let report = scene.mallory("AddRoleToInstanceProfile", request()).await;
    assert_eq!(report.actions, ["RemoveRoleFromInstanceProfile deploy"]);
    // In one that was made for it.
    let scene = Scene::before(strong_role());
    scene.world.is_now(&profile, Identity::of("AIPA1", Some(NOW - 5)));
    scene.set(&profile, of_role(Some("deploy")));
    let report = scene.mallory("AddRoleToInstanceProfile", request()).await;
    assert_eq!(report.outcome.name(), "Remediated");
    // What was there before stays, whatever an event says.
    let scene = Scene::before(strong_role().into_iter().chain([(profile.clone(), of_role(Some("deploy")))]));
    let report = scene.mallory("AddRoleToInstanceProfile", request()).await;
    assert_eq!((report.outcome.name(), scene.journal.writes()), ("Compliant", 0));
}

/// Keys, a password and the like that somebody else makes for a strong user.
#[tokio::test(start_paused = true)]
async fn credentials_of_a_strong_user() {
    let alice = of(&user("alice"));
    let power = || (alice.clone(), policies(&[("all", allow(json!("*")))]));
    let keys = |ids: &[&str]| {
        State::AccessKeys(AccessKeys {
            made_at: ids.iter().map(|id| ((*id).to_owned(), NOW - 5)).collect(),
            ..AccessKeys::of(ids.iter().map(|id| ((*id).to_owned(), true)).collect())
        })
    };
    let request = || json!({"userName": "alice"});
    let scene = Scene::before([power(), (alice.clone(), keys(&["A"]))]);
    scene.set(&alice, keys(&["A", "B"]));
    // He himself may.
    let report = scene.by("alice", "CreateAccessKey", request()).await;
    assert_eq!((report.outcome.name(), scene.journal.writes()), ("Ignored", 0));
    let made = json!({"accessKey": {"accessKeyId": "B", "userName": "alice"}});
    let report = scene.answered("mallory", "CreateAccessKey", request(), made).await;
    assert_eq!(report.actions, ["UpdateAccessKey B Inactive"]);
    // Of whom nothing is remembered.
    let scene = Scene::before([]);
    scene.set(&alice, policies(&[("all", allow(json!("*")))]));
    let services = [("ACCA".to_owned(), true)].into();
    let made = Credentials { services, made_at: [("ACCA".to_owned(), NOW - 5)].into(), ..Credentials::default() };
    scene.set(&alice, State::UserCredentials(made));
    let made = json!({"serviceSpecificCredential": {"serviceSpecificCredentialId": "ACCA", "userName": "alice"}});
    let report = scene.answered("mallory", "CreateServiceSpecificCredential", request(), made).await;
    assert_eq!(report.actions, ["UpdateServiceSpecificCredential ACCA Inactive"]);
    // Of an ordinary user nothing is asked.
    let scene = Scene::before([(alice.clone(), policies(&[("reads", allow(json!("s3:GetObject")))]))]);
    scene.set(&alice, keys(&["A"]));
    assert_eq!(scene.mallory("CreateAccessKey", request()).await.outcome.name(), "Compliant");
}

/// What a user makes with his own credentials is his, whatever event leads there later. One line a case.
#[tokio::test(start_paused = true)]
async fn what_a_strong_user_made_himself_is_his() {
    const OLD: i64 = NOW - 86_400;
    const NEW: i64 = NOW - 300;
    type Key<'k> = (&'k str, bool, i64);
    type Case<'k> = (&'k str, &'k [Key<'k>], &'k [Key<'k>], &'k str, Option<&'k str>, &'k [&'k str]);
    let alice = of(&user("alice"));
    let keys = |keys: &[Key<'_>]| {
        State::AccessKeys(AccessKeys {
            made_at: keys.iter().map(|(id, _, made_at)| ((*id).to_owned(), *made_at)).collect(),
            ..AccessKeys::of(keys.iter().map(|(id, active, _)| ((*id).to_owned(), *active)).collect())
        })
    };
    let made = |id: &str| json!({"accessKey": {"accessKeyId": id, "userName": "alice"}});
    let cases: [Case<'_>; 6] = [
        // Operations switch the old one off, while he has made another one.
        ("the old one off", &[("A", true, OLD)], &[("A", false, OLD), ("B", true, NEW)], "UpdateAccessKey", None, &[]),
        // A record that somebody made up names no key, or another.
        ("made up", &[("A", true, OLD)], &[("A", true, OLD), ("B", true, NEW)], "CreateAccessKey", None, &[]),
        ("another", &[("A", true, OLD)], &[("A", true, OLD), ("B", true, NEW)], "CreateAccessKey", Some("C"), &[]),
        // He has switched it on again himself.
        ("on again", &[("A", false, OLD)], &[("A", true, OLD), ("B", false, NEW)], "CreateAccessKey", Some("B"), &[]),
        // Somebody else's goes, and his stays.
        (
            "somebody else's",
            &[],
            &[("A", true, NEW), ("B", true, NEW)],
            "CreateAccessKey",
            Some("B"),
            &["UpdateAccessKey B Inactive"],
        ),
        ("his alone", &[], &[("A", true, NEW)], "UpdateAccessKey", None, &[]),
    ];
    for (case, before, now, event, answered, actions) in cases {
        let scene =
            Scene::before([(alice.clone(), policies(&[("all", allow(json!("*")))])), (alice.clone(), keys(before))]);
        scene.set(&alice, keys(now));
        let request = match event {
            "UpdateAccessKey" => json!({"userName": "alice", "accessKeyId": "A", "status": "Inactive"}),
            _ => json!({"userName": "alice"}),
        };
        let request = if case == "his alone" { json!({"userName": "alice", "accessKeyId": "C"}) } else { request };
        let report = scene.answered("mallory", event, request, answered.map(made).unwrap_or_default()).await;
        assert_eq!(report.actions, actions, "{case}: {report:?}");
        // The key of another event is not accepted by this one: its own event still takes it.
        if case == "somebody else's" {
            let report = scene.answered("mallory", "CreateAccessKey", json!({"userName": "alice"}), made("A")).await;
            assert_eq!(report.actions, ["UpdateAccessKey A Inactive"], "{report:?}");
        }
    }
}

/// The same of a password: only the event that made it takes it, and only at once.
#[tokio::test(start_paused = true)]
async fn a_password_that_a_strong_user_made_himself_is_his() {
    let alice = of(&user("alice"));
    for (event, made_at, actions) in [
        ("CreateLoginProfile", NOW - 5, &["DeleteLoginProfile"][..]),
        ("CreateLoginProfile", NOW - 86_400, &[]),
        ("UpdateLoginProfile", NOW - 5, &[]),
        ("UpdateLoginProfile", NOW - 86_400, &[]),
    ] {
        let all = (alice.clone(), policies(&[("all", allow(json!("*")))]));
        let scene = Scene::before([all, (alice.clone(), State::LoginProfile(None))]);
        let login = Login { created: "2026".to_owned(), made_at: Some(made_at), ..Login::default() };
        scene.set(&alice, State::LoginProfile(Some(login)));
        for _ in 0..2 {
            let report = scene.mallory(event, json!({"userName": "alice"})).await;
            let is_first = scene.journal.writes() <= 1 && !report.actions.is_empty();
            assert_eq!(report.actions, if is_first { actions } else { &[] }, "{event}: {report:?}");
            assert!(is_first || !actions.is_empty() || report.outcome.name() == "Observed", "{event}: {report:?}");
        }
        assert_eq!(scene.journal.writes(), actions.len());
    }
}

#[tokio::test(start_paused = true)]
async fn the_second_factor_of_a_strong_user() {
    let alice = of(&user("alice"));
    let with = |devices: &[&str]| {
        let devices = devices.iter().map(|serial| (*serial).to_owned()).collect();
        State::UserCredentials(Credentials { devices, ..Credentials::default() })
    };
    let serial = format!("arn:aws:iam::{ACCOUNT}:mfa/alice");
    let scene = Scene::before([
        (alice.clone(), policies(&[("all", allow(json!("*")))])),
        (alice.clone(), with(&[serial.as_str()])),
    ]);
    scene.set(&alice, with(&[]));
    for (event, request) in [
        ("DeactivateMFADevice", json!({"userName": "alice", "serialNumber": serial})),
        ("DeleteVirtualMFADevice", json!({"serialNumber": serial})),
    ] {
        let report = scene.mallory(event, request).await;
        let found: Vec<&str> = report.findings.iter().map(|found| found.control.as_str()).collect();
        assert_eq!((report.outcome.name(), found), ("Observed", vec!["IAM.SecondFactor"]), "{event}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_of_a_root_user() {
    let scene = Scene::before([]);
    let session = Resource::RootSession(on::RootSession { account: "444455556666".into() });
    scene.set(&session, State::RootSession(parapet_guards::RootSession::Unseen));
    let report = scene.mallory("AssumeRoot", json!({"targetPrincipal": "444455556666"})).await;
    assert_eq!((report.outcome.name(), report.findings[0].control.as_str()), ("Observed", "IAM.RootSession"));
    assert_eq!(report.findings[0].severity, parapet_core::Severity::Critical);
}

/// A member of a group, who holds a half of his own.
fn member(of_group: &[(&str, Document)]) -> Policies {
    Policies {
        of_groups: of_group.iter().map(|(arn, it)| ((*arn).to_owned(), it.clone())).collect(),
        groups: [("g".to_owned(), of_group.iter().map(|(arn, _)| (*arn).to_owned()).collect())].into(),
        ..held(&[("own", allow(json!("iam:PassRole")))])
    }
}

/// A policy of a group completes what a member has: it goes, and he keeps his own and his group.
#[tokio::test(start_paused = true)]
async fn a_group_is_given_the_other_half() {
    const OF_GROUP: &str = "arn:aws:iam::111122223333:group/g/policy/run";
    const OF_AWS: &str = "arn:aws:iam::aws:policy/Run";
    let run = || allow(json!(["lambda:CreateFunction", "lambda:InvokeFunction"]));
    let (group, alice) = (IamEntity::Group("g".into()), of(&user("alice")));
    let of_group = |inline: &[(&str, Document)], attached: &[(&str, Document)]| {
        let attached = attached.iter().map(|(arn, it)| ((*arn).to_owned(), it.clone())).collect();
        State::PrincipalPolicies(Policies { attached, members: ["alice".to_owned()].into(), ..held(inline) })
    };
    for is_remembered in [true, false] {
        let before = [(alice.clone(), State::PrincipalPolicies(member(&[])))];
        let scene = Scene::before(before.into_iter().filter(|_| is_remembered));
        let inline = Resource::InlinePolicy(on::InlinePolicy { entity: group.clone(), name: "run".into() });
        scene.set(&inline, State::InlineDocument(Some(run())));
        scene.set(&of(&group), of_group(&[("run", run())], &[]));
        scene.set(&alice, State::PrincipalPolicies(member(&[(OF_GROUP, run())])));
        let report = scene.mallory("PutGroupPolicy", json!({"groupName": "g", "policyName": "run"})).await;
        // Anybody's function may not be Parapet's: that goes first.
        let narrowed = "put the inline policy with 2 statements";
        assert_eq!(report.actions, [narrowed, "delete the inline policy run of the group g"], "{is_remembered}");

        let before = [(alice.clone(), State::PrincipalPolicies(member(&[])))];
        let scene = Scene::before(before.into_iter().filter(|_| is_remembered));
        let attachment = Resource::Attachment(on::Attachment { entity: group.clone(), policy_arn: OF_AWS.into() });
        scene.set(&attachment, State::PolicyAttachment(Attachment::of(true, Some(run()))));
        scene.set(&of(&group), of_group(&[], &[(OF_AWS, run())]));
        scene.set(&alice, State::PrincipalPolicies(member(&[(OF_AWS, run())])));
        let report = scene.mallory("AttachGroupPolicy", json!({"groupName": "g", "policyArn": OF_AWS})).await;
        assert_eq!(report.actions, [format!("detach {OF_AWS} from the group g")], "{is_remembered}");
    }
}

/// What denied somebody a power is taken away, one way or another: it comes back.
#[tokio::test(start_paused = true)]
async fn a_deny_is_taken_away() {
    const OF_GROUP: &str = "arn:aws:iam::111122223333:group/g/policy/guardrail";
    const GUARDRAIL: &str = "arn:aws:iam::111122223333:policy/guardrail";
    let (alice, group) = (user("alice"), IamEntity::Group("g".into()));
    let power = || ("power", allow(json!("iam:*")));
    let no_iam = || deny(json!("iam:*"));
    let inline = |entity: &IamEntity| {
        Resource::InlinePolicy(on::InlinePolicy { entity: entity.clone(), name: "guardrail".into() })
    };
    let only = || policies(&[power()]);
    // Deleted.
    let bound = policies(&[power(), ("guardrail", no_iam())]);
    let scene = Scene::before([(of(&alice), bound.clone()), (inline(&alice), State::InlineDocument(Some(no_iam())))]);
    scene.set(&of(&alice), only());
    scene.set(&inline(&alice), State::InlineDocument(None));
    let request = || json!({"userName": "alice", "policyName": "guardrail"});
    let report = scene.mallory("DeleteUserPolicy", request()).await;
    assert_eq!(report.actions, ["put the inline policy guardrail with 1 statement"]);
    // Written over.
    let reads = || allow(json!("s3:GetObject"));
    let scene = Scene::before([(of(&alice), bound.clone()), (inline(&alice), State::InlineDocument(Some(no_iam())))]);
    scene.set(&of(&alice), policies(&[power(), ("guardrail", reads())]));
    scene.set(&inline(&alice), State::InlineDocument(Some(reads())));
    let report = scene.mallory("PutUserPolicy", request()).await;
    assert_eq!(report.actions, ["put the inline policy guardrail with 1 statement"]);
    // Detached.
    let attached = Policies { attached: [(GUARDRAIL.to_owned(), no_iam())].into(), ..held(&[power()]) };
    let scene = Scene::before([(of(&alice), State::PrincipalPolicies(attached))]);
    scene.set(&of(&alice), only());
    let attachment = Resource::Attachment(on::Attachment { entity: alice.clone(), policy_arn: GUARDRAIL.into() });
    scene.set(&attachment, State::PolicyAttachment(Attachment::of(false, None)));
    let report = scene.mallory("DetachUserPolicy", json!({"userName": "alice", "policyArn": GUARDRAIL})).await;
    assert_eq!(report.actions, [format!("attach {GUARDRAIL}")]);
    // The group left, or what it denied gone.
    let in_group = Policies {
        of_groups: [(OF_GROUP.to_owned(), no_iam())].into(),
        groups: [("g".to_owned(), [OF_GROUP.to_owned()].into())].into(),
        ..held(&[power()])
    };
    let joined = Resource::Membership(on::Membership { user: "alice".into(), group: "g".into() });
    let membership = |member| State::GroupMembership(Membership { member, ..Membership::default() });
    let scene = Scene::before([(of(&alice), State::PrincipalPolicies(in_group.clone()))]);
    scene.set(&of(&alice), only());
    scene.set(&joined, membership(false));
    let report = scene.mallory("RemoveUserFromGroup", json!({"userName": "alice", "groupName": "g"})).await;
    assert_eq!(report.actions, ["AddUserToGroup g"]);
    let of_group = |inline: &[(&str, Document)]| {
        State::PrincipalPolicies(Policies { members: ["alice".to_owned()].into(), ..held(inline) })
    };
    let scene = Scene::before([
        (of(&alice), State::PrincipalPolicies(in_group.clone())),
        (of(&group), of_group(&[("guardrail", no_iam())])),
    ]);
    let without =
        Policies { of_groups: Default::default(), groups: [("g".to_owned(), Default::default())].into(), ..in_group };
    scene.set(&of(&alice), State::PrincipalPolicies(without));
    scene.set(&of(&group), of_group(&[]));
    scene.set(&inline(&group), State::InlineDocument(None));
    let report = scene.mallory("DeleteGroupPolicy", json!({"groupName": "g", "policyName": "guardrail"})).await;
    assert_eq!(report.actions, ["put the inline policy guardrail of the group g with 1 statement"]);
}

fn inline_of(entity: &IamEntity, name: &str) -> Resource {
    Resource::InlinePolicy(on::InlinePolicy { entity: entity.clone(), name: name.to_owned() })
}

fn attachment_of(entity: &IamEntity, arn: &str) -> Resource {
    Resource::Attachment(on::Attachment { entity: entity.clone(), policy_arn: arn.to_owned() })
}

fn member_of(group: &str, name: &str) -> Resource {
    Resource::Membership(on::Membership { user: name.to_owned(), group: group.to_owned() })
}

fn attached(document: Option<Document>) -> State {
    State::PolicyAttachment(Attachment::of(document.is_some(), document))
}

fn with_attached(policies: Policies, arn: &str, document: Document) -> Policies {
    Policies { attached: [(arn.to_owned(), document)].into(), ..policies }
}

const P1: &str = "arn:aws:iam::111122223333:policy/p1";

/// What makes an administrator weak for a moment: a Deny, one that is attached, a boundary. Each with the event that it comes by.
fn weakened() -> [(&'static str, Policies); 3] {
    let power = || ("all", allow(json!("*")));
    [
        ("PutPolicy", held(&[power(), ("x", deny(json!("*")))])),
        ("AttachPolicy", with_attached(held(&[power()]), P1, deny(json!("*")))),
        ("PutPermissionsBoundary", Policies { boundary: Some(allow(json!("s3:GetObject"))), ..held(&[power()]) }),
    ]
}

/// Somebody's policies as they are now, and the call that made them so.
async fn is_weakened(scene: &Scene, entity: &IamEntity, event: &str, policies: Policies) {
    let (kind, request) = match entity {
        IamEntity::Role(name) => ("Role", json!({"roleName": name})),
        IamEntity::User(name) => ("User", json!({"userName": name})),
        IamEntity::Group(name) => ("Group", json!({"groupName": name})),
    };
    for (name, document) in &policies.inline {
        scene.set(&inline_of(entity, name), State::InlineDocument(Some(document.clone())));
    }
    for (arn, document) in &policies.attached {
        scene.set(&attachment_of(entity, arn), attached(Some(document.clone())));
    }
    scene.set(&of(entity), State::PrincipalPolicies(policies));
    let mut request = request;
    request["policyName"] = json!("x");
    request["policyArn"] = json!(P1);
    let event = event.replace("Policy", &format!("{kind}Policy")).replace("Permissions", &format!("{kind}Permissions"));
    scene.mallory(&event, request).await;
}

/// Who joins a strong role while it is weak has its power once it is strong again.
#[tokio::test(start_paused = true)]
async fn who_joins_a_role_that_is_weak_for_a_moment() {
    for (event, weak) in weakened() {
        for is_told in [true, false] {
            let scene = Scene::before(strong_role());
            match is_told {
                true => is_weakened(&scene, &deploy(), event, weak.clone()).await,
                false => scene.set(&of(&deploy()), State::PrincipalPolicies(weak.clone())),
            }
            scene.set(&role("deploy"), trust(&[aws("role/ci"), aws("user/mallory")]));
            let report = scene.mallory("UpdateAssumeRolePolicy", json!({"roleName": "deploy"})).await;
            assert_eq!(report.outcome.name(), "Remediated", "{event} {is_told}: {report:?}");
            let profile = Resource::InstanceProfile(on::InstanceProfile { name: "web".into() });
            scene.world.is_now(&profile, Identity::of("AIPA1", Some(NOW - 5)));
            let role = Some("deploy".to_owned());
            scene.set(&profile, State::InstanceProfile(InstanceProfile { role, ..InstanceProfile::default() }));
            let request = json!({"instanceProfileName": "web", "roleName": "deploy"});
            let report = scene.mallory("AddRoleToInstanceProfile", request).await;
            assert_eq!(report.actions, ["RemoveRoleFromInstanceProfile deploy"], "{event} {is_told}");
        }
        // Who was weak when Parapet came is weak: his owner lets in whom he likes.
        let [trusting, _] = strong_role();
        let scene = Scene::before([trusting, (of(&deploy()), State::PrincipalPolicies(weak))]);
        scene.set(&role("deploy"), trust(&[aws("role/ci"), aws("user/jane")]));
        let report = scene.mallory("UpdateAssumeRolePolicy", json!({"roleName": "deploy"})).await;
        assert_eq!((report.outcome.name(), scene.journal.writes()), ("Compliant", 0), "{event}: {report:?}");
    }
}

/// The same of credentials for a strong user.
#[tokio::test(start_paused = true)]
async fn who_makes_a_key_for_a_user_that_is_weak_for_a_moment() {
    let alice = user("alice");
    for (event, weak) in weakened() {
        let scene = Scene::before([(of(&alice), policies(&[("all", allow(json!("*")))]))]);
        is_weakened(&scene, &alice, event, weak).await;
        let keys = AccessKeys {
            made_at: [("B".to_owned(), NOW - 5)].into(),
            ..AccessKeys::of([("B".to_owned(), true)].into())
        };
        scene.set(&of(&alice), State::AccessKeys(keys));
        let made = json!({"accessKey": {"accessKeyId": "B", "userName": "alice"}});
        let report = scene.answered("mallory", "CreateAccessKey", json!({"userName": "alice"}), made).await;
        assert_eq!(report.actions, ["UpdateAccessKey B Inactive"], "{event}");
        let login = Login { created: "2026-11-20".to_owned(), made_at: Some(NOW - 5), ..Login::default() };
        scene.set(&of(&alice), State::LoginProfile(Some(login)));
        let report = scene.mallory("CreateLoginProfile", json!({"userName": "alice"})).await;
        assert_eq!(report.actions, ["DeleteLoginProfile"], "{event}");
    }
}

/// The same of a group. Nobody else's group is shut by it.
#[tokio::test(start_paused = true)]
async fn who_joins_a_group_that_is_weak_for_a_moment() {
    const X: &str = "arn:aws:iam::111122223333:group/admins/policy/x";
    const ALL: &str = "arn:aws:iam::111122223333:group/admins/policy/all";
    let (admins, all, no) = (IamEntity::Group("admins".into()), || allow(json!("*")), || deny(json!("*")));
    let group = |inline: &[(&str, Document)]| {
        State::PrincipalPolicies(Policies { members: ["boss".to_owned()].into(), ..held(inline) })
    };
    let boss = |of_group: &[(&str, Document)]| {
        State::PrincipalPolicies(Policies {
            of_groups: of_group.iter().map(|(arn, it)| ((*arn).to_owned(), it.clone())).collect(),
            groups: [("admins".to_owned(), of_group.iter().map(|(arn, _)| (*arn).to_owned()).collect())].into(),
            ..Policies::default()
        })
    };
    let scene = Scene::before([
        (of(&admins), group(&[("all", all())])),
        (of(&user("boss")), boss(&[(ALL, all())])),
        (member_of("admins", "mallory"), State::GroupMembership(Membership::default())),
    ]);
    scene.set(&inline_of(&admins, "x"), State::InlineDocument(Some(no())));
    scene.set(&of(&admins), group(&[("all", all()), ("x", no())]));
    scene.set(&of(&user("boss")), boss(&[(ALL, all()), (X, no())]));
    let request = || json!({"groupName": "admins", "policyName": "x"});
    scene.mallory("PutGroupPolicy", request()).await;
    let inline = [("all".to_owned(), all()), ("x".to_owned(), no())].into();
    let joined = Membership { member: true, inline, ..Membership::default() };
    scene.set(&member_of("admins", "mallory"), State::GroupMembership(joined));
    let report = scene.mallory("AddUserToGroup", json!({"groupName": "admins", "userName": "mallory"})).await;
    assert_eq!(report.actions, ["RemoveUserFromGroup"], "{report:?}");
    // Once it is gone, it stays gone: the group's old members work again. It is told.
    scene.set(&inline_of(&admins, "x"), State::InlineDocument(None));
    scene.set(&of(&admins), group(&[("all", all())]));
    scene.set(&of(&user("boss")), boss(&[(ALL, all())]));
    let report = scene.mallory("DeleteGroupPolicy", request()).await;
    assert_eq!((report.outcome.name(), report.actions.len()), ("Observed", 0), "{report:?}");
    // Told once.
    let report = scene.mallory("DeleteGroupPolicy", request()).await;
    assert_eq!(report.outcome.name(), "Compliant", "{report:?}");
}

/// What denies an administrator something, and came after the baseline, is known once it is taken away.
#[tokio::test(start_paused = true)]
async fn a_deny_that_came_later_is_taken_away() {
    const OF_GROUP: &str = "arn:aws:iam::111122223333:group/quarantine/policy/no";
    let (alice, all, no) = (user("alice"), || ("all", allow(json!("*"))), || deny(json!("*")));
    let admin = || Scene::before([(of(&alice), policies(&[all()]))]);
    let request = || json!({"userName": "alice", "policyName": "x", "policyArn": P1, "groupName": "quarantine"});
    let scene = admin();
    is_weakened(&scene, &alice, "PutPolicy", held(&[all(), ("x", no())])).await;
    scene.set(&of(&alice), policies(&[all()]));
    scene.set(&inline_of(&alice, "x"), State::InlineDocument(None));
    let report = scene.mallory("DeleteUserPolicy", request()).await;
    assert_eq!(report.actions, ["put the inline policy x with 1 statement"], "{report:?}");

    let scene = admin();
    is_weakened(&scene, &alice, "AttachPolicy", with_attached(held(&[all()]), P1, no())).await;
    scene.set(&of(&alice), policies(&[all()]));
    scene.set(&attachment_of(&alice, P1), attached(None));
    let report = scene.mallory("DetachUserPolicy", request()).await;
    assert_eq!(report.actions, [format!("attach {P1}")], "{report:?}");

    // By a group that he is put into, and by what a group is given that he is in.
    let quarantined = Policies {
        of_groups: [(OF_GROUP.to_owned(), no())].into(),
        groups: [("quarantine".to_owned(), [OF_GROUP.to_owned()].into())].into(),
        ..held(&[all()])
    };
    let joined = Membership { member: true, inline: [("no".to_owned(), no())].into(), ..Membership::default() };
    let scene = admin();
    scene.set(&of(&alice), State::PrincipalPolicies(quarantined.clone()));
    scene.set(&member_of("quarantine", "alice"), State::GroupMembership(joined));
    scene.mallory("AddUserToGroup", request()).await;
    scene.set(&of(&alice), policies(&[all()]));
    scene.set(&member_of("quarantine", "alice"), State::GroupMembership(Membership::default()));
    let report = scene.mallory("RemoveUserFromGroup", request()).await;
    assert_eq!(report.actions, ["AddUserToGroup quarantine"], "{report:?}");
}

/// What is taken with a Deny, and would be taken again if it came back, stays away: the guard gives and takes nothing in turns.
#[tokio::test(start_paused = true)]
async fn no_repair_undoes_another() {
    let alice = user("alice");
    let all = || ("all", allow(json!("*")));
    let powerdev = || {
        document(&[
            json!({"Effect": "Allow", "Action": ["iam:PassRole", "lambda:*"], "Resource": "*"}),
            json!({"Effect": "Deny", "Action": ["iam:Put*", "iam:Attach*", "iam:Create*", "iam:Set*", "iam:Add*", "iam:Update*"], "Resource": "*"}),
        ])
    };
    let before = with_attached(held(&[all()]), P1, powerdev());
    let scene = Scene::before([
        (of(&alice), State::PrincipalPolicies(before)),
        (attachment_of(&alice, P1), attached(Some(powerdev()))),
    ]);
    scene.set(&of(&alice), policies(&[all()]));
    scene.set(&attachment_of(&alice, P1), attached(None));
    let request = || json!({"userName": "alice", "policyArn": P1, "policyName": "denied-by-p1"});
    let report = scene.mallory("DetachUserPolicy", request()).await;
    assert_eq!(report.actions, ["put the inline policy denied-by-p1 with 1 statement"], "{report:?}");
    let State::PrincipalPolicies(left) = scene.world.state(&of(&alice), Facet::PrincipalPolicies).unwrap() else {
        panic!()
    };
    scene.set(&inline_of(&alice, "denied-by-p1"), State::InlineDocument(left.inline.get("denied-by-p1").cloned()));
    let report = scene.mallory("PutUserPolicy", request()).await;
    assert_eq!((report.outcome.name(), report.actions.len()), ("Compliant", 0), "{report:?}");
    let report = scene.mallory("DetachUserPolicy", request()).await;
    assert_eq!((report.outcome.name(), report.actions.len()), ("Compliant", 0), "{report:?}");
}

/// Two halves hidden in junk of which nothing can be decided: what was brought goes.
#[tokio::test(start_paused = true)]
async fn halves_hidden_in_junk() {
    let mallory = user("mallory");
    let group = |number: u8| format!("g{number}");
    let arn = |number: u8| format!("arn:aws:iam::{ACCOUNT}:group/g{number}/policy/junk");
    let in_junk = |inline: &[(&str, Document)]| Policies {
        of_groups: (0..JUNK).map(|number| (arn(number), junk(number))).collect(),
        groups: (0..JUNK).map(|number| (group(number), [arn(number)].into())).collect(),
        ..held(inline)
    };
    let half = |action: &str| allow(json!(action));
    for is_remembered in [true, false] {
        let before = [(of(&mallory), State::PrincipalPolicies(Policies::default()))];
        let scene = Scene::before(before.into_iter().filter(|_| is_remembered));
        scene.world.is_now(&of(&mallory), Identity::of("AIDA1", Some(NOW - 5)));
        let (one, two) = (("one", half("states:UpdateStateMachine")), ("two", half("states:StartExecution")));
        scene.set(&of(&mallory), State::PrincipalPolicies(in_junk(&[one.clone(), two.clone()])));
        for (name, document) in [&one, &two] {
            scene.set(&inline_of(&mallory, name), State::InlineDocument(Some(document.clone())));
        }
        let request = |name: &str| json!({"userName": "mallory", "policyName": name});
        let report = scene.mallory("PutUserPolicy", request("one")).await;
        assert_eq!(report.outcome.name(), "Remediated", "{is_remembered}: {report:?}");
        scene.mallory("PutUserPolicy", request("two")).await;
        let State::PrincipalPolicies(left) = scene.world.state(&of(&mallory), Facet::PrincipalPolicies).unwrap() else {
            panic!()
        };
        assert!(left.inline.len() < 2, "{is_remembered}: {:?}", left.inline);
    }
}

const JUNK: u8 = 4;

/// Fifty-five statements, each with a pattern of its own.
fn junk(number: u8) -> Document {
    let letter = |of: u8| char::from(b'a' + of % 26);
    let pattern = |statement: u8| {
        let of = number * 55 + statement;
        format!("*{}*{}*{}{}*{}*", letter(of), letter(of / 3), letter(of / 5 + 1), letter(of / 7 + 2), letter(of + 11))
    };
    let statements: Vec<Value> = (0..55)
        .map(|statement| {
            let resource = format!("arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:{}", pattern(statement));
            json!({"Effect": "Deny", "Action": "states:*", "Resource": resource})
        })
        .collect();
    document(&statements)
}
