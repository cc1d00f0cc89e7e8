//! What a guard never does, what it remembers, and what it looks at next: one line a case.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use parapet_guards::on;
use std::collections::BTreeMap;
use std::fmt::Debug;

use iam_policy::Document;
use parapet_guards::{
    AccessPointSettings, Attachment, Boundary, EncryptionAction, EncryptionGuard, EncryptionState, KeyRotation,
    KeyState, KeyStatus, Lifecycle, LoggingGuard, LoggingState, Login, ManagedPolicy, Membership, PolicyGuard,
    PolicyState, Provider, PublicAccess, Trust,
};
use parapet_guards::{Facet, Guard, IamEntity, Resource};
use parapet_testkit::Situation;
use serde_json::{Value, json};

/// Nothing is written on the way from one state to the other.
fn no_way<G: Guard>(from: &G::State, to: &G::State)
where
    G::Action: Debug,
{
    assert_eq!(format!("{:?}", G::diff(from, to)), "[]");
}

#[test]
fn buckets_and_keys() {
    use EncryptionState as State;
    no_way::<EncryptionGuard>(&State::Existence(true), &State::Existence(false));
    no_way::<EncryptionGuard>(&State::KeyRotation(KeyRotation::On), &State::KeyRotation(KeyRotation::Off));
    no_way::<EncryptionGuard>(&State::Existence(true), &State::KeyRotation(KeyRotation::On));
    let access_point = |public_access| {
        let bucket_account = Some("111122223333".to_owned());
        State::AccessPoint(AccessPointSettings { bucket: "data".to_owned(), bucket_account, public_access })
    };
    no_way::<EncryptionGuard>(&access_point(PublicAccess::default()), &access_point(PublicAccess::BLOCKED));
    // Of two keys, no way leads from one to the other.
    let of = |id: &str, status| State::Key(KeyState::Unnamed { id: id.to_owned(), status });
    no_way::<EncryptionGuard>(&of("1", KeyStatus::Disabled), &of("2", KeyStatus::Enabled));
    let enabled = EncryptionGuard::diff(&of("1", KeyStatus::Disabled), &of("1", KeyStatus::Enabled));
    assert_eq!(format!("{enabled:?}"), r#"[EnableKey(Some("1"))]"#);
    let by = |by: &str, status| State::Key(KeyState::Replaced { made: "1".to_owned(), by: by.to_owned(), status });
    no_way::<EncryptionGuard>(&by("2", KeyStatus::Disabled), &by("3", KeyStatus::Enabled));
    no_way::<EncryptionGuard>(&State::Key(KeyState::Here(KeyStatus::Enabled)), &of("1", KeyStatus::Enabled));
    let none = EncryptionAction::Put(State::Lifecycle(Lifecycle::default()));
    assert_eq!(none.to_string(), "DeleteBucketLifecycle");
}

#[test]
fn grants() {
    use PolicyState as State;
    let login = |created: &str| State::Login(Some(Login { created: created.to_owned() }));
    no_way::<PolicyGuard>(&State::Login(None), &login("today"));
    no_way::<PolicyGuard>(&login("today"), &login("yesterday"));
    let bound = Boundary { arn: Some("arn:aws:iam::111122223333:policy/team".to_owned()), document: Some(harmless()) };
    no_way::<PolicyGuard>(&State::Boundary(bound.clone()), &State::Boundary(Boundary::default()));
    let read_again = Boundary { document: Some(passes_roles()), ..bound.clone() };
    no_way::<PolicyGuard>(&State::Boundary(bound), &State::Boundary(read_again));
    let saml = State::Provider(Some(Provider::Saml { metadata: "<a/>".to_owned() }));
    no_way::<PolicyGuard>(&saml, &saml);
    let trust = |service_linked| State::Trust(Some(Trust { document: harmless(), service_linked }));
    no_way::<PolicyGuard>(&trust(false), &trust(true));
}

/// What is undone by another call than the one that did it.
#[test]
fn back() {
    let member =
        |member| PolicyState::Membership(Membership { member, inline: BTreeMap::new(), attached: BTreeMap::new() });
    let way = |from: bool, to: bool| format!("{:?}", PolicyGuard::diff(&member(from), &member(to)));
    assert_eq!((way(true, false).as_str(), way(false, true).as_str()), ("[RemoveFromGroup]", "[AddToGroup]"));
    no_way::<PolicyGuard>(&member(true), &member(true));
}

#[test]
fn memory() {
    fn remembered<G: Guard>() -> Vec<Facet> {
        let own = Facet::ALL.iter().copied().filter(|facet| facet.owner() == G::NAME);
        own.filter(|facet| G::remembers(*facet)).collect()
    }
    assert_eq!(remembered::<EncryptionGuard>(), [Facet::BucketReplication]);
    let names = |facets: Vec<Facet>| facets.iter().map(Facet::to_string).collect::<Vec<_>>().join(", ");
    insta::assert_snapshot!(names(remembered::<PolicyGuard>()));
    insta::assert_snapshot!(names(remembered::<LoggingGuard>()));
    // What is taken away does not show.
    let keys = |active| PolicyState::AccessKeys(BTreeMap::from([("AKIAIOSFODNN7EXAMPLE".to_owned(), active)]));
    assert!(PolicyGuard::is_judged_by_memory(&keys(true)));
    assert!(!PolicyGuard::is_judged_by_memory(&keys(false)));
    assert!(PolicyGuard::is_judged_by_memory(&PolicyState::Boundary(Boundary::default())));
    assert!(!PolicyGuard::is_judged_by_memory(&PolicyState::Login(None)));
    let user = IamEntity::User("u".to_owned());
    assert!(PolicyGuard::is_judged_by_memory(&managed(harmless(), Vec::new(), vec![user.clone()])));
    assert!(!PolicyGuard::is_judged_by_memory(&managed(harmless(), vec![user], Vec::new())));
    assert!(!EncryptionGuard::is_judged_by_memory(&EncryptionState::Existence(true)));
    assert!(!LoggingGuard::is_judged_by_memory(&LoggingState::Tags(None)));
    assert!(LoggingGuard::is_judged_by_memory(&LoggingState::Configuration(None)));
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

fn managed(document: Document, attached_to: Vec<IamEntity>, boundary_of: Vec<IamEntity>) -> PolicyState {
    PolicyState::Managed(Some(ManagedPolicy {
        document,
        default_version: "v1".to_owned(),
        other_versions: Vec::new(),
        attached_to,
        boundary_of,
    }))
}

/// Whose other policies are looked at after this.
fn next(resource: &Resource, observed: &PolicyState) -> String {
    let situation = Situation::new(resource, "");
    let looks = PolicyGuard::follow_ups(&situation.subject(), observed);
    looks.iter().map(|(resource, facet)| format!("{resource}: {facet}")).collect::<Vec<_>>().join("; ")
}

#[test]
fn the_other_half_of_a_way() {
    let role = IamEntity::Role("app".to_owned());
    let inline = Resource::InlinePolicy(on::InlinePolicy { entity: role.clone(), name: "rights".to_owned() });
    assert_eq!(next(&inline, &PolicyState::Inline(Some(passes_roles()))), "`role/app`: all policies");
    assert_eq!(next(&inline, &PolicyState::Inline(Some(harmless()))), "");
    let arn = "arn:aws:iam::111122223333:policy/tools".to_owned();
    let policy = Resource::ManagedPolicy(on::ManagedPolicy { arn });
    assert_eq!(next(&policy, &managed(passes_roles(), vec![role.clone()], Vec::new())), "`role/app`: all policies");
    assert_eq!(next(&policy, &managed(harmless(), vec![role.clone()], Vec::new())), "");
    let attachment =
        Resource::Attachment(on::Attachment { entity: role, policy_arn: "arn:aws:iam::aws:policy/X".to_owned() });
    let attached = |attached, document| PolicyState::Attachment(Attachment { attached, document: Some(document) });
    assert_eq!(next(&attachment, &attached(true, passes_roles())), "`role/app`: all policies");
    assert_eq!(next(&attachment, &attached(true, harmless())), "");
    assert_eq!(next(&attachment, &attached(false, passes_roles())), "");
    let joined = Resource::Membership(on::Membership { user: "u".to_owned(), group: "g".to_owned() });
    let member = |member, document| {
        let inline = BTreeMap::from([("rights".to_owned(), document)]);
        PolicyState::Membership(Membership { member, inline, attached: BTreeMap::new() })
    };
    assert_eq!(next(&joined, &member(true, passes_roles())), "`user/u`: all policies");
    assert_eq!(next(&joined, &member(true, harmless())), "");
    assert_eq!(next(&joined, &member(false, passes_roles())), "");
}
