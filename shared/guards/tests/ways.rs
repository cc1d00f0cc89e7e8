//! What a guard never does, what it remembers, and what it looks at next: one line a case.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::collections::BTreeMap;

use iam_policy::Document;
use parapet_guards::{
    AccessKeys, AccessPointSettings, Action, Attachment, Boundary, Facet, GuardName, IamEntity, KeyRotation, KeyState,
    KeyStatus, Lifecycle, Login, ManagedPolicy, Membership, Provider, PublicAccess, Put, Resource, State, Trust, on,
};
use parapet_testkit::Situation;
use serde_json::{Value, json};

/// Nothing is written on the way from one state to the other.
fn no_way(from: &State, to: &State) {
    assert_eq!(from.diff(to), []);
}

#[test]
fn buckets_and_keys() {
    no_way(&State::BucketExistence(true), &State::BucketExistence(false));
    no_way(&State::KeyRotation(KeyRotation::On), &State::KeyRotation(KeyRotation::Off));
    no_way(&State::BucketExistence(true), &State::KeyRotation(KeyRotation::On));
    let access_point = |public_access| {
        let bucket_account = Some("111122223333".to_owned());
        State::AccessPointSettings(AccessPointSettings { bucket: "data".to_owned(), bucket_account, public_access })
    };
    no_way(&access_point(PublicAccess::default()), &access_point(PublicAccess::BLOCKED));
    // Of two keys, no way leads from one to the other.
    let of = |id: &str, status| State::KeyState(KeyState::Unnamed { id: id.to_owned(), status });
    no_way(&of("1", KeyStatus::Disabled), &of("2", KeyStatus::Enabled));
    let enabled = of("1", KeyStatus::Disabled).diff(&of("1", KeyStatus::Enabled));
    assert_eq!(format!("{enabled:?}"), r#"[KeyState(EnableKey(Some("1")))]"#);
    let by = |by: &str, status| State::KeyState(KeyState::Replaced { made: "1".to_owned(), by: by.to_owned(), status });
    no_way(&by("2", KeyStatus::Disabled), &by("3", KeyStatus::Enabled));
    no_way(&State::KeyState(KeyState::Here(KeyStatus::Enabled)), &of("1", KeyStatus::Enabled));
    let none = Action::BucketLifecycle(Put(Lifecycle::default()));
    assert_eq!(none.to_string(), "DeleteBucketLifecycle");
}

#[test]
fn grants() {
    let login = |created: &str| State::LoginProfile(Some(Login { created: created.to_owned(), ..Login::default() }));
    no_way(&State::LoginProfile(None), &login("today"));
    no_way(&login("today"), &login("yesterday"));
    let bound = Boundary { arn: Some("arn:aws:iam::111122223333:policy/team".to_owned()), document: Some(harmless()) };
    no_way(&State::PermissionsBoundary(bound.clone()), &State::PermissionsBoundary(Boundary::default()));
    let read_again = Boundary { document: Some(passes_roles()), ..bound.clone() };
    no_way(&State::PermissionsBoundary(bound), &State::PermissionsBoundary(read_again));
    let saml = State::IdentityProvider(Some(Provider::Saml { metadata: "<a/>".to_owned() }));
    no_way(&saml, &saml);
    let trust = |service_linked| State::RoleTrust(Some(Trust { service_linked, ..Trust::of(harmless()) }));
    no_way(&trust(false), &trust(true));
}

/// What is undone by another call than the one that did it.
#[test]
fn back() {
    let member = |member| State::GroupMembership(Membership { member, ..Membership::default() });
    let way = |from: bool, to: bool| format!("{:?}", member(from).diff(&member(to)));
    assert_eq!(
        (way(true, false).as_str(), way(false, true).as_str()),
        ("[GroupMembership(RemoveFromGroup)]", "[GroupMembership(AddToGroup)]")
    );
    no_way(&member(true), &member(true));
}

#[test]
fn memory() {
    let remembered = |guard: GuardName| guard.facets().filter(|facet| facet.row().is_remembered).collect::<Vec<_>>();
    assert_eq!(remembered(GuardName::EncryptionGuard), [Facet::BucketReplication]);
    let names = |facets: Vec<Facet>| facets.iter().map(Facet::to_string).collect::<Vec<_>>().join(", ");
    insta::assert_snapshot!(names(remembered(GuardName::PolicyGuard)));
    insta::assert_snapshot!(names(remembered(GuardName::LoggingGuard)));
    // What is taken away does not show.
    let keys =
        |active| State::AccessKeys(AccessKeys::of(BTreeMap::from([("AKIAIOSFODNN7EXAMPLE".to_owned(), active)])));
    let situation = Situation::new(&parapet_testkit::fixtures::key(), "");
    assert!(keys(true).is_judged_by_memory(&situation.subject()));
    assert!(!keys(false).is_judged_by_memory(&situation.subject()));
    assert!(State::PermissionsBoundary(Boundary::default()).is_judged_by_memory(&situation.subject()));
    assert!(!State::LoginProfile(None).is_judged_by_memory(&situation.subject()));
    let user = IamEntity::User("u".to_owned());
    assert!(managed(harmless(), Vec::new(), vec![user.clone()]).is_judged_by_memory(&situation.subject()));
    assert!(managed(harmless(), vec![user], Vec::new()).is_judged_by_memory(&situation.subject()));
    assert!(!managed(harmless(), Vec::new(), Vec::new()).is_judged_by_memory(&situation.subject()));
    assert!(!State::BucketExistence(true).is_judged_by_memory(&situation.subject()));
    assert!(!State::TrailTags(None).is_judged_by_memory(&situation.subject()));
    assert!(State::TrailConfiguration(None).is_judged_by_memory(&situation.subject()));
}

fn of_one(statement: &Value) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": [statement]})).unwrap()
}

/// A part of a way to more.
fn passes_roles() -> Document {
    of_one(&json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}))
}

fn harmless() -> Document {
    of_one(&json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}))
}

fn managed(document: Document, attached_to: Vec<IamEntity>, boundary_of: Vec<IamEntity>) -> State {
    State::ManagedDocument(Some(ManagedPolicy {
        document,
        default_version: "v1".to_owned(),
        other_versions: Vec::new(),
        versions: std::collections::BTreeMap::new(),
        attached_to,
        bounded: Vec::new(),
        boundary_of,
    }))
}

/// Whose other policies are looked at after this.
fn next(resource: &Resource, observed: &State) -> String {
    let situation = Situation::new(resource, "");
    let looks = observed.follow_ups(&situation.subject(), None);
    looks.iter().map(|(resource, facet)| format!("{resource}: {facet}")).collect::<Vec<_>>().join("; ")
}

#[test]
fn the_other_half_of_a_way() {
    let role = IamEntity::Role("app".to_owned());
    let inline = Resource::InlinePolicy(on::InlinePolicy { entity: role.clone(), name: "rights".to_owned() });
    assert_eq!(next(&inline, &State::InlineDocument(Some(passes_roles()))), "`role/app`: all policies");
    assert_eq!(next(&inline, &State::InlineDocument(Some(harmless()))), "");
    let arn = "arn:aws:iam::111122223333:policy/tools".to_owned();
    let policy = Resource::ManagedPolicy(on::ManagedPolicy { arn });
    assert_eq!(next(&policy, &managed(passes_roles(), vec![role.clone()], Vec::new())), "`role/app`: all policies");
    assert_eq!(next(&policy, &managed(harmless(), vec![role.clone()], Vec::new())), "");
    let attachment =
        Resource::Attachment(on::Attachment { entity: role, policy_arn: "arn:aws:iam::aws:policy/X".to_owned() });
    let attached = |attached, document| State::PolicyAttachment(Attachment::of(attached, Some(document)));
    assert_eq!(next(&attachment, &attached(true, passes_roles())), "`role/app`: all policies");
    assert_eq!(next(&attachment, &attached(true, harmless())), "");
    assert_eq!(next(&attachment, &attached(false, passes_roles())), "");
    let joined = Resource::Membership(on::Membership { user: "u".to_owned(), group: "g".to_owned() });
    let member = |member, document| {
        let inline = BTreeMap::from([("rights".to_owned(), document)]);
        State::GroupMembership(Membership { member, inline, ..Membership::default() })
    };
    assert_eq!(next(&joined, &member(true, passes_roles())), "`user/u`: all policies");
    assert_eq!(next(&joined, &member(true, harmless())), "");
    // What the group denied may have kept the user from more.
    assert_eq!(next(&joined, &member(false, harmless())), "`user/u`: all policies");
}
