//! Whoever has read the source and turns the guard on others: a call of his takes nothing from them that he did not change. One scenario for
//! each row of "Not a weapon" in `docs/threat-model.md`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_guards::foundation::documents::trust_nobody;
use parapet_guards::{
    Attachment, Facet, GuardName, IamEntity, ManagedPolicy, Membership, Policies, PolicyVersion, Report, Resource,
    State, Trust, Versioning, on,
};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{ACCOUNT, NOW, bucket, home, managed_policy, role, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

const SHARED: &str = "arn:aws:iam::111122223333:policy/shared";

/// An account with a history that no guard has seen.
struct Scene {
    journal: Journal,
    world: FakeWorld,
    recorder: MemoryRecorder,
}

impl Scene {
    fn of(states: impl IntoIterator<Item = (Resource, State)>) -> Self {
        let journal = Journal::default();
        let (world, recorder) = (FakeWorld::new(&journal), MemoryRecorder::new(&journal));
        for (resource, state) in states {
            world.set(&resource, state.facet(), state);
        }
        Self { journal, world, recorder }
    }

    async fn after(&self, guard: GuardName, source: &str, event: &str, request: Value) -> Report {
        let (home, standard) = (home(), standard("principals: {break_glass: [role/glass, user/breakglass-*]}"));
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        let record = json!({
            "eventID": "e", "eventSource": format!("{source}.amazonaws.com"), "eventName": event, "awsRegion": "us-east-1",
            "recipientAccountId": ACCOUNT, "requestParameters": request,
        });
        handle(&place, Run { guard, clock: Clock { now: NOW }, dry: false }, &record).await
    }

    async fn iam(&self, event: &str, request: Value) -> Report {
        self.after(GuardName::PolicyGuard, "iam", event, request).await
    }

    fn state(&self, resource: &Resource, facet: Facet) -> State {
        self.world.state(resource, facet).unwrap()
    }
}

fn document(statements: &[Value]) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

fn allow(actions: Value) -> Document {
    document(&[json!({"Effect": "Allow", "Action": actions, "Resource": "*"})])
}

fn admin() -> Document {
    allow(json!("*"))
}

fn user(name: &str) -> IamEntity {
    IamEntity::User(name.to_owned())
}

fn principal(name: &str) -> Resource {
    Resource::Principal(on::Principal { entity: user(name) })
}

fn attachment(name: &str, arn: &str) -> Resource {
    Resource::Attachment(on::Attachment { entity: user(name), policy_arn: arn.to_owned() })
}

fn attached(document: Document) -> State {
    State::PolicyAttachment(Attachment::of(true, Some(document)))
}

fn policy(default: (&str, Document), others: &[(&str, Document)]) -> State {
    let known = |(id, says): &(&str, Document)| {
        ((*id).to_owned(), PolicyVersion { made_at: None, document: Some(says.clone()) })
    };
    State::ManagedDocument(Some(ManagedPolicy {
        document: default.1,
        default_version: default.0.to_owned(),
        other_versions: others.iter().map(|(id, _)| (*id).to_owned()).collect(),
        attached_to: vec![user("jane"), user("joe")],
        bounded: Vec::new(),
        boundary_of: Vec::new(),
        versions: others.iter().map(known).collect(),
    }))
}

fn held(inline: &[(&str, Document)], attached: &[(&str, Document)]) -> State {
    let named = |all: &[(&str, Document)]| all.iter().map(|(name, it)| ((*name).to_owned(), it.clone())).collect();
    State::PrincipalPolicies(Policies { inline: named(inline), attached: named(attached), ..Policies::default() })
}

fn trust(principals: &[Value]) -> State {
    let statements: Vec<Value> =
        principals.iter().map(|who| json!({"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"})).collect();
    State::RoleTrust(Some(Trust::of(document(&statements))))
}

#[tokio::test(start_paused = true)]
async fn attaching_an_old_shared_policy_takes_it_from_nobody_else() {
    let shared = policy(("v1", admin()), &[]);
    let scene = Scene::of([
        (managed_policy(SHARED), shared.clone()),
        (attachment("mallory", SHARED), attached(admin())),
        (attachment("jane", SHARED), attached(admin())),
    ]);
    let report = scene.iam("AttachUserPolicy", json!({"userName": "mallory", "policyArn": SHARED})).await;
    assert_eq!((report.outcome.name(), report.actions), ("Remediated", vec!["detach the policy".to_owned()]));
    assert_eq!(scene.state(&managed_policy(SHARED), Facet::ManagedDocument), shared);
    assert_eq!(scene.state(&attachment("jane", SHARED), Facet::PolicyAttachment), attached(admin()));
}

/// The first of the two calls that give somebody a new policy is enough.
#[tokio::test(start_paused = true)]
async fn a_new_policy_is_narrowed_before_it_is_attached() {
    let new = "arn:aws:iam::111122223333:policy/new";
    let says = document(&[
        json!({"Effect": "Allow", "Action": "iam:*", "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}),
    ]);
    let scene = Scene::of([(managed_policy(new), policy(("v1", says), &[]))]);
    let report = scene.iam("CreatePolicy", json!({"policyName": "new"})).await;
    assert_eq!(report.outcome.name(), "Remediated");
    let State::ManagedDocument(Some(left)) = scene.state(&managed_policy(new), Facet::ManagedDocument) else {
        panic!()
    };
    assert_eq!(left.document.statements().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_switched_policy_goes_back_and_nothing_is_deleted() {
    let reads = || allow(json!("s3:GetObject"));
    let scene = Scene::of([(managed_policy(SHARED), policy(("v2", admin()), &[("v1", reads())]))]);
    let report = scene.iam("SetDefaultPolicyVersion", json!({"policyArn": SHARED, "versionId": "v2"})).await;
    assert_eq!(report.actions, ["SetDefaultPolicyVersion v1"]);
    let State::ManagedDocument(Some(left)) = scene.state(&managed_policy(SHARED), Facet::ManagedDocument) else {
        panic!()
    };
    assert_eq!((left.document, left.other_versions, left.attached_to.len()), (reads(), vec!["v2".to_owned()], 2));
}

#[tokio::test(start_paused = true)]
async fn what_changes_no_document_writes_none() {
    let vendor = trust(&[json!({"AWS": "arn:aws:iam::999999999999:root"})]);
    let scene = Scene::of([(role("vendor"), vendor.clone()), (managed_policy(SHARED), policy(("v2", admin()), &[]))]);
    for (event, request) in [
        ("UpdateRole", json!({"roleName": "vendor", "description": ""})),
        ("DeletePolicyVersion", json!({"policyArn": SHARED, "versionId": "v1"})),
        ("CreatePolicyVersion", json!({"policyArn": SHARED, "setAsDefault": false})),
    ] {
        assert_eq!(scene.iam(event, request).await.outcome.name(), "Ignored", "{event}");
    }
    assert_eq!(scene.journal.writes(), 0);
    assert_eq!(scene.state(&role("vendor"), Facet::RoleTrust), vendor);
}

#[tokio::test(start_paused = true)]
async fn the_half_that_was_brought_goes() {
    const LAMBDA: &str = "arn:aws:iam::aws:policy/AWSLambda";
    let (pass, run) =
        (|| allow(json!("iam:PassRole")), || allow(json!(["lambda:CreateFunction", "lambda:InvokeFunction"])));
    // A half that is no violation by itself.
    let scene = Scene::of([
        (attachment("jane", LAMBDA), attached(run())),
        (principal("jane"), held(&[("own", pass())], &[(LAMBDA, run())])),
    ]);
    let report = scene.iam("AttachUserPolicy", json!({"userName": "jane", "policyArn": LAMBDA})).await;
    assert_eq!(report.actions, [format!("detach {LAMBDA}")]);
    assert_eq!(scene.state(&principal("jane"), Facet::PrincipalPolicies), held(&[("own", pass())], &[]));
    // In a group.
    let joined = Resource::Membership(on::Membership { user: "jane".into(), group: "g".into() });
    let State::PrincipalPolicies(own) = held(&[("own", pass())], &[]) else { panic!() };
    let in_group = Policies {
        of_groups: [("g/p".to_owned(), run())].into(),
        groups: [("g".to_owned(), ["g/p".to_owned()].into())].into(),
        ..own.clone()
    };
    let membership = Membership { member: true, inline: [("p".to_owned(), run())].into(), ..Membership::default() };
    let scene = Scene::of([
        (joined, State::GroupMembership(membership)),
        (principal("jane"), State::PrincipalPolicies(in_group)),
    ]);
    let report = scene.iam("AddUserToGroup", json!({"userName": "jane", "groupName": "g"})).await;
    assert_eq!(report.actions, ["RemoveUserFromGroup g"]);
    assert_eq!(scene.state(&principal("jane"), Facet::PrincipalPolicies), State::PrincipalPolicies(own));
}

/// Two halves brought in one breath: each event takes its own, and neither excuses the other.
#[tokio::test(start_paused = true)]
async fn neither_of_two_halves_excuses_the_other() {
    let (create, invoke) = (|| allow(json!("lambda:CreateFunction")), || allow(json!("lambda:InvokeFunction")));
    let glue = || allow(json!(["glue:CreateJob", "glue:StartJobRun"]));
    let pass = || allow(json!("iam:PassRole"));
    let both = || document(&[create().as_value()["Statement"][0].clone(), invoke().as_value()["Statement"][0].clone()]);
    let inline = |name: &str| Resource::InlinePolicy(on::InlinePolicy { entity: user("jane"), name: name.to_owned() });
    let scene = Scene::of([
        (inline("one"), State::InlineDocument(Some(both()))),
        (inline("two"), State::InlineDocument(Some(glue()))),
        (principal("jane"), held(&[("one", both()), ("two", glue())], &[("arn:aws:iam::aws:policy/Pass", pass())])),
    ]);
    for name in ["one", "two"] {
        scene.iam("PutUserPolicy", json!({"userName": "jane", "policyName": name})).await;
    }
    let State::PrincipalPolicies(left) = scene.state(&principal("jane"), Facet::PrincipalPolicies) else { panic!() };
    assert_eq!(left.attached.len(), 1, "what was there stays");
    assert!(left.inline.get("one") != Some(&both()) && left.inline.get("two") != Some(&glue()), "{:?}", left.inline);
}

#[tokio::test(start_paused = true)]
async fn a_replaced_trust_policy_comes_back() {
    let right = trust(&[json!({"AWS": "arn:aws:iam::111122223333:role/ci"})]);
    let scene = Scene::of([(role("app"), right.clone())]);
    let put = || scene.iam("UpdateAssumeRolePolicy", json!({"roleName": "app"}));
    assert_eq!(put().await.outcome.name(), "Compliant");
    let stranger = trust(&[json!({"AWS": "arn:aws:iam::999999999999:root"})]);
    scene.world.set(&role("app"), Facet::RoleTrust, stranger);
    assert_eq!(put().await.outcome.name(), "Remediated");
    assert_eq!(scene.state(&role("app"), Facet::RoleTrust), right);
}

/// A vendor from before is not taken from the role by a stranger who takes his place, nor by the vendor's own putting back.
#[tokio::test(start_paused = true)]
async fn a_vendors_trust_is_not_lost() {
    let vendor = || trust(&[json!({"AWS": "arn:aws:iam::999988887777:role/a"})]);
    let everyone = || trust(&[json!("*")]);
    let stranger = || trust(&[json!({"AWS": "arn:aws:iam::999999999999:root"})]);
    for (before, left) in [(vendor(), vendor()), (everyone(), State::RoleTrust(Some(Trust::of(trust_nobody()))))] {
        let scene = Scene::of([(role("vendor"), before.clone())]);
        scene.recorder.learn(&role("vendor"), Facet::RoleTrust, before.kept());
        let put = || scene.iam("UpdateAssumeRolePolicy", json!({"roleName": "vendor"}));
        scene.world.set(&role("vendor"), Facet::RoleTrust, stranger());
        assert_eq!(put().await.outcome.name(), "Remediated");
        assert_eq!(scene.state(&role("vendor"), Facet::RoleTrust), left);
        // The guard's own write is an event, too.
        assert_eq!(put().await.outcome.name(), "Observed");
        assert_eq!(scene.state(&role("vendor"), Facet::RoleTrust), left);
        // Its owner puts it back as it was.
        scene.world.set(&role("vendor"), Facet::RoleTrust, before.clone());
        assert_eq!(put().await.outcome.name(), "Observed");
        assert_eq!(scene.state(&role("vendor"), Facet::RoleTrust), before);
    }
}

/// A policy for whoever has a tag, and a tag that gives it: whichever comes last goes, and nothing else.
#[tokio::test(start_paused = true)]
async fn what_a_tag_gives() {
    let for_tagged = || {
        document(&[
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/admin": "true"}}}),
        ])
    };
    let holds = |inline: &[(&str, Document)], tags: &[&str]| {
        let State::PrincipalPolicies(held) = held(inline, &[]) else { panic!() };
        let tags = tags.iter().map(|tag| ((*tag).to_owned(), "true".to_owned())).collect();
        State::PrincipalPolicies(Policies { tags: Some(tags), ..held })
    };
    let mallory = principal("mallory");
    // The tag.
    let before = holds(&[("own", for_tagged())], &[]);
    let scene = Scene::of([(mallory.clone(), holds(&[("own", for_tagged())], &["admin"]))]);
    scene.recorder.learn(&mallory, Facet::PrincipalPolicies, before.kept());
    let report = scene.iam("TagUser", json!({"userName": "mallory", "tags": []})).await;
    assert_eq!((report.outcome.name(), report.actions), ("Remediated", vec!["take the tag admin".to_owned()]));
    assert_eq!(report.findings[0].severity, parapet_core::Severity::Critical);
    assert_eq!(scene.state(&mallory, Facet::PrincipalPolicies), before);
    // The policy, of whom nothing is remembered.
    let inline = Resource::InlinePolicy(on::InlinePolicy { entity: user("mallory"), name: "new".into() });
    let scene = Scene::of([
        (inline, State::InlineDocument(Some(for_tagged()))),
        (mallory.clone(), holds(&[("new", for_tagged())], &["admin"])),
    ]);
    let report = scene.iam("PutUserPolicy", json!({"userName": "mallory", "policyName": "new"})).await;
    assert_eq!(report.actions, ["delete the inline policy new"]);
    assert_eq!(scene.state(&mallory, Facet::PrincipalPolicies), holds(&[], &["admin"]));
    // Of whom nothing is known, it is told each time.
    let scene = Scene::of([(mallory.clone(), holds(&[("own", for_tagged())], &["admin"]))]);
    for _ in 0..2 {
        let report = scene.iam("TagUser", json!({"userName": "mallory", "tags": []})).await;
        assert_eq!((report.outcome.name(), report.findings[0].control.as_str()), ("Observed", "IAM.PrincipalTag"));
    }
}

/// A policy of a group that names one of its members, whichever comes first.
#[tokio::test(start_paused = true)]
async fn a_group_names_one_of_its_members() {
    const OF_GROUP: &str = "arn:aws:iam::111122223333:group/g1/policy/p";
    let puts = || {
        document(&[
            json!({"Effect": "Allow", "Action": "iam:PutUserPolicy", "Resource": "arn:aws:iam::111122223333:user/carl"}),
        ])
    };
    let group = || IamEntity::Group("g1".into());
    let inline = Resource::InlinePolicy(on::InlinePolicy { entity: group(), name: "p".into() });
    let of_group = Resource::Principal(on::Principal { entity: group() });
    let holds = |members: &[&str]| {
        let State::PrincipalPolicies(held) = held(&[("p", puts())], &[]) else { panic!() };
        let members = members.iter().map(|&name| name.to_owned()).collect();
        State::PrincipalPolicies(Policies { members, ..held })
    };
    let joined = Resource::Membership(on::Membership { user: "carl".into(), group: "g1".into() });
    let membership = Membership { member: true, inline: [("p".to_owned(), puts())].into(), ..Membership::default() };
    let carl = Policies {
        of_groups: [(OF_GROUP.to_owned(), puts())].into(),
        groups: [("g1".to_owned(), [OF_GROUP.to_owned()].into())].into(),
        ..Policies::default()
    };
    // He joins later.
    let scene = Scene::of([(inline.clone(), State::InlineDocument(Some(puts()))), (of_group.clone(), holds(&[]))]);
    assert_eq!(
        scene.iam("PutGroupPolicy", json!({"groupName": "g1", "policyName": "p"})).await.outcome.name(),
        "Compliant"
    );
    scene.world.set(&joined, Facet::GroupMembership, State::GroupMembership(membership));
    scene.world.set(&principal("carl"), Facet::PrincipalPolicies, State::PrincipalPolicies(carl.clone()));
    let report = scene.iam("AddUserToGroup", json!({"userName": "carl", "groupName": "g1"})).await;
    assert_eq!(report.actions.first().map(String::as_str), Some("RemoveUserFromGroup"), "{:?}", report.actions);
    // He is in it already.
    let scene = Scene::of([
        (inline, State::InlineDocument(Some(puts()))),
        (of_group, holds(&["carl"])),
        (principal("carl"), State::PrincipalPolicies(carl)),
    ]);
    let report = scene.iam("PutGroupPolicy", json!({"groupName": "g1", "policyName": "p"})).await;
    assert_eq!(report.actions, ["delete the inline policy p of the group g1"]);
}

#[tokio::test(start_paused = true)]
async fn a_role_that_is_never_touched_is_watched() {
    let right = trust(&[json!({"AWS": "arn:aws:iam::111122223333:user/alice"})]);
    let scene = Scene::of([(role("glass"), right.clone())]);
    let put = || scene.iam("UpdateAssumeRolePolicy", json!({"roleName": "glass"}));
    assert_eq!(put().await.outcome.name(), "Compliant");
    let alice = json!({"AWS": "arn:aws:iam::111122223333:user/alice"});
    let opened = trust(&[alice, json!("*")]);
    scene.world.set(&role("glass"), Facet::RoleTrust, opened);
    let report = put().await;
    assert_eq!(report.outcome.name(), "Remediated");
    assert!(report.findings.iter().any(|found| found.control.as_str() == "IAM.ProtectedTrust"));
    assert_eq!(scene.state(&role("glass"), Facet::RoleTrust), right);
    // Never seen before, a stranger is told each time, and never becomes what was there before.
    let stranger = trust(&[json!({"AWS": "arn:aws:iam::999999999999:root"})]);
    let scene = Scene::of([(role("glass"), stranger.clone())]);
    for _ in 0..2 {
        let report = scene.iam("UpdateAssumeRolePolicy", json!({"roleName": "glass"})).await;
        let found: Vec<&str> = report.findings.iter().map(|found| found.control.as_str()).collect();
        assert_eq!((report.outcome.name(), found), ("Observed", vec!["IAM.ProtectedTrust"]));
    }
    assert_eq!(scene.state(&role("glass"), Facet::RoleTrust), stranger);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_fits_a_pattern_spares_nobody() {
    const ADMIN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
    let evil = attachment("breakglass-evil", ADMIN);
    let scene = Scene::of([(evil.clone(), attached(admin()))]);
    let report = scene.iam("AttachUserPolicy", json!({"userName": "breakglass-evil", "policyArn": ADMIN})).await;
    assert_eq!((report.outcome.name(), report.actions), ("Remediated", vec!["detach the policy".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn an_event_without_a_name_switches_nothing_of_others() {
    let suspended = State::BucketVersioning(Versioning::Suspended);
    let scene = Scene::of([(bucket("theirs"), suspended.clone())]);
    let report = scene.after(GuardName::EncryptionGuard, "s3", "PutBucketVersioning", Value::Null).await;
    assert_eq!((report.outcome.name(), scene.journal.writes()), ("Observed", 0));
    assert_eq!(scene.state(&bucket("theirs"), Facet::BucketVersioning), suspended);
}
