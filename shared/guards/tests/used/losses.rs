//! What a repair would end of what was seen.

use std::collections::BTreeMap;

use iam_policy::{Document, PolicyKind};
use parapet_guards::used::{Access, History, Holders, Loses, OfResource, Summary, lost, lost_on};
use parapet_guards::{Attachment, Boundary, IamEntity, ManagedPolicy, Policies, Resource, State, Trust, on};
use serde_json::{Value, json};

use super::{ROLE, app, call, home, record, user, with};

fn policy(statements: Value) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

fn allow(actions: Value, resource: &str) -> Document {
    policy(json!([{"Effect": "Allow", "Action": actions, "Resource": resource}]))
}

fn get(key: &str) -> Value {
    record("s3", "GetObject", json!({"bucketName": "b", "key": key}))
}

fn list_roles() -> Value {
    record("iam", "ListRoles", json!({}))
}

fn summary(records: &[Value]) -> Summary {
    let mut summary = Summary::default();
    records.iter().for_each(|record| summary.note(&call(record)));
    summary
}

fn history(records: &[Value]) -> History {
    let mut history = History::default();
    records.iter().for_each(|record| history.note(record, &home()));
    history
}

/// (seen, lost, unknown) of what the role asked for.
fn counts(loses: &Loses) -> (u64, u64, u64) {
    (loses.seen, loses.lost, loses.unknown)
}

#[test]
fn what_is_lost_of_what_was_seen() {
    let seen = [get("x"), get("x"), get("y"), list_roles(), record("dynamodb", "ExecuteStatement", json!({}))];
    let check = |before: &Document, after: Option<&Document>, expected: (u64, u64, u64)| {
        let after: Vec<&Document> = after.into_iter().collect();
        let loses = lost(&[before], &after, &app(), &summary(&seen));
        assert_eq!(counts(&loses), expected, "{} -> {after:?}", before.to_json());
    };
    let admin = allow(json!("*"), "*");
    check(&admin, Some(&admin), (5, 0, 0));
    check(&admin, Some(&allow(json!(["s3:*", "iam:List*", "dynamodb:*"]), "*")), (5, 0, 0));
    check(&admin, Some(&allow(json!(["s3:*", "dynamodb:*"]), "*")), (5, 1, 0));
    check(&admin, Some(&allow(json!(["s3:*", "iam:*"]), "*")), (5, 1, 0));
    check(&admin, Some(&allow(json!("*"), "arn:aws:s3:::b/x")), (5, 2, 1));
    check(&admin, None, (5, 5, 0));
    // An event that stands for no action that is known.
    check(&admin, Some(&allow(json!(["s3:*", "iam:*", "dynamodb:PartiQLSelect"]), "*")), (5, 0, 1));
    // Something else allowed it.
    check(&allow(json!("ec2:*"), "*"), None, (5, 0, 0));
    // Where the record does not say what decides.
    let own = json!({"StringEquals": {"aws:PrincipalOrgID": "o-abc"}});
    let only_own = policy(json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": own}]));
    check(&admin, Some(&only_own), (5, 0, 5));
    check(&only_own, Some(&only_own), (5, 0, 0));
    let own_name =
        policy(json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:PrincipalTag/x}"}]));
    check(&allow(json!("s3:*"), "*"), Some(&own_name), (5, 0, 3));
}

#[test]
fn what_a_record_tells_of_its_origin_decides() {
    let mfa = |truth: &str| json!({"Bool": {"aws:MultiFactorAuthPresent": truth}});
    let check = |record: Value, condition: Value, expected: (u64, u64, u64)| {
        let after = policy(json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition}]));
        let loses = lost(&[&allow(json!("s3:*"), "*")], &[&after], &app(), &summary(&[record]));
        assert_eq!(counts(&loses), expected, "{condition}");
    };
    let ip = |range: &str| json!({"IpAddress": {"aws:SourceIp": range}});
    check(get("x"), ip("203.0.113.0/24"), (1, 0, 0));
    check(get("x"), ip("198.51.100.0/24"), (1, 1, 0));
    check(with(get("x"), json!({"sourceIPAddress": "AWS Internal"})), ip("203.0.113.0/24"), (1, 0, 1));
    // An address that is no public one may have come through an endpoint.
    check(with(get("x"), json!({"sourceIPAddress": "10.0.0.1"})), ip("10.0.0.0/8"), (1, 0, 1));
    let endpoint = json!({"StringEquals": {"aws:SourceVpce": "vpce-1"}});
    check(with(get("x"), json!({"vpcEndpointId": "vpce-1"})), endpoint.clone(), (1, 0, 0));
    check(with(get("x"), json!({"vpcEndpointId": "vpce-2"})), endpoint.clone(), (1, 1, 0));
    check(with(get("x"), json!({"vpcEndpointId": "vpce-1"})), ip("203.0.113.0/24"), (1, 1, 0));
    check(get("x"), endpoint, (1, 1, 0));
    check(get("x"), json!({"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}), (1, 0, 0));
    check(get("x"), json!({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}), (1, 1, 0));
    check(get("x"), mfa("true"), (1, 1, 0));
    check(get("x"), json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/team/*"}}), (1, 0, 0));
    check(get("x"), json!({"Bool": {"aws:SecureTransport": "true"}}), (1, 0, 1));
    let tls = json!({"tlsDetails": {"tlsVersion": "TLSv1.2"}});
    check(with(get("x"), tls), json!({"Bool": {"aws:SecureTransport": "true"}}), (1, 0, 0));
    // Anybody writes the user agent.
    let agent = json!({"StringEquals": {"aws:UserAgent": "x"}});
    check(with(get("x"), json!({"userAgent": "x"})), agent, (1, 0, 1));
}

#[test]
fn the_most_frequent_are_named() {
    let mut seen: Vec<Value> = (0..9).map(|number| get(&number.to_string())).collect();
    seen.extend([list_roles(), list_roles()]);
    let loses = lost(&[&allow(json!("*"), "*")], &[], &app(), &summary(&seen));
    let named: Vec<_> =
        loses.examples.iter().map(|one| (one.action.as_str(), one.resource.as_deref(), one.count)).collect();
    assert_eq!((named.len(), named[0].0, named[0].2), (5, "iam:ListRoles", 2));
    assert_eq!(
        (named[1], loses.examples[1].principal.as_str()),
        (("s3:GetObject", Some("arn:aws:s3:::b/0"), 1), "role/app")
    );
    assert_eq!(serde_json::to_value(&loses.examples[0]).unwrap()["last"], json!("2026-11-23T14:00:00Z"));
}

#[test]
fn who_would_keep_nothing_is_told() {
    let check = |before: &Document, after: &Document, expected: bool| {
        let loses = lost(&[before], &[after], &app(), &summary(&[get("x"), list_roles()]));
        assert_eq!(loses.nothing_left.contains("role/app"), expected, "{}", after.to_json());
    };
    let admin = allow(json!("*"), "*");
    check(&admin, &allow(json!("ec2:*"), "*"), true);
    check(&admin, &allow(json!("s3:*"), "*"), false);
    check(&allow(json!("iam:*"), "*"), &allow(json!("ec2:*"), "*"), true);
    check(&admin, &admin, false);
}

#[test]
fn what_is_not_told_apart_is_decided_where_nothing_else_is_asked_for() {
    let mut flooded = summary(&[]);
    (0..3_000).for_each(|number| flooded.note(&call(&get(&number.to_string()))));
    let all = flooded.seen();
    let check = |after: &Document, expected: (u64, u64, u64)| {
        let loses = lost(&[&allow(json!("s3:*"), "*")], &[after], &app(), &flooded);
        assert_eq!(counts(&loses), expected);
    };
    check(&allow(json!("s3:Get*"), "*"), (all, 0, 0));
    check(&allow(json!("s3:Put*"), "*"), (all, all, 0));
    let some = lost(&[&allow(json!("s3:*"), "*")], &[&allow(json!("s3:*"), "arn:aws:s3:::c/*")], &app(), &flooded);
    assert!(some.lost > 0 && some.unknown > 2_000 && some.lost + some.unknown == all, "{some:?}");
}

#[test]
fn by_the_policy_of_a_resource() {
    let statement = |members: Value| {
        let usual = json!({"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]});
        policy(json!([with(usual, members)]))
    };
    let seen = [get("x"), record("s3", "ListObjects", json!({"bucketName": "b"})), get("y"), list_roles()];
    let elsewhere = record("s3", "GetObject", json!({"bucketName": "bb", "key": "x"}));
    let unknown = record("s3", "DeleteObjects", json!({"bucketName": "c"}));
    let all: Vec<Value> = seen.into_iter().chain([elsewhere, unknown]).collect();
    let check = |before: Option<&Document>, after: Option<&Document>, expected: (u64, u64, u64)| {
        let of = OfResource { arn: "arn:aws:s3:::b", kind: PolicyKind::Resource, before, after };
        let loses = lost_on(&of, None, &app(), &summary(&all));
        assert_eq!((counts(&loses), loses.is_alone), (expected, true), "{before:?} -> {after:?}");
    };
    let own = statement(json!({}));
    check(Some(&own), Some(&own), (3, 0, 0));
    check(Some(&own), None, (3, 3, 1));
    check(Some(&own), Some(&statement(json!({"Action": "s3:Get*"}))), (3, 1, 1));
    check(Some(&statement(json!({"Principal": {"AWS": "999999999999"}}))), None, (3, 0, 0));
    let insecure = json!({"Effect": "Deny", "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    check(
        Some(&own),
        Some(&policy(json!([with(
            json!({"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "s3:*", "Resource": "*"}),
            json!({})
        )]))),
        (3, 0, 0),
    );
    check(None, Some(&statement(insecure)), (3, 0, 4));
    check(None, Some(&statement(json!({"Effect": "Deny", "Principal": "*"}))), (3, 3, 1));
}

/// What his own policies allow, he does not lose with a bucket's.
#[test]
fn by_the_policy_of_a_resource_beside_what_is_held() {
    let own = allow(json!("s3:Get*"), "*");
    let to_all = policy(json!([{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}]));
    let seen = summary(&[get("x"), record("s3", "ListObjects", json!({"bucketName": "b"}))]);
    let of = OfResource { arn: "arn:aws:s3:::b", kind: PolicyKind::Resource, before: Some(&to_all), after: None };
    let loses = lost_on(&of, Some((&[&own], &[&own])), &app(), &seen);
    assert_eq!((counts(&loses), loses.is_alone), ((2, 1, 0), false));
    // A key's policy has to allow by itself, or leave it to them.
    let key = "arn:aws:kms:eu-central-1:111122223333:key/k";
    let decrypt = with(record("kms", "Decrypt", json!({})), json!({"resources": [{"ARN": key}]}));
    let to_all = policy(json!([{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}]));
    let of = OfResource { arn: key, kind: PolicyKind::Resource, before: Some(&to_all), after: None };
    let own = allow(json!("kms:*"), "*");
    let loses = lost_on(&of, Some((&[&own], &[&own])), &app(), &summary(&[decrypt]));
    assert_eq!((counts(&loses), loses.is_alone), ((1, 1, 0), false));
}

/// The name of a role is in the ARN of its trust policy's row, and its path in what was asked for.
#[test]
fn by_a_trust_policy() {
    let resource = Resource::from(on::Role { name: "target".into() });
    let trust = |principal: Value| {
        let statement = json!([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]);
        State::RoleTrust(Some(Trust::of(policy(statement))))
    };
    let assume = |arn: &str| record("sts", "AssumeRole", json!({"roleArn": arn}));
    let seen = [
        assume("arn:aws:iam::111122223333:role/team/target"),
        assume("arn:aws:iam::111122223333:role/team/other"),
        assume("arn:aws:iam::999999999999:role/target"),
    ];
    let (before, after) = (trust(json!({"AWS": "*"})), trust(json!({"Service": "ec2.amazonaws.com"})));
    assert_eq!(counts(&loses(&resource, &before, &after, &seen, &Holders::default())[0]), (1, 1, 0));
    let own = trust(json!({"AWS": ROLE}));
    assert_eq!(counts(&loses(&resource, &before, &own, &seen, &Holders::default())[0]), (1, 0, 0));
}

fn loses(resource: &Resource, from: &State, to: &State, seen: &[Value], holders: &Holders) -> Vec<Loses> {
    let history = history(seen);
    Access::changed(resource, &home(), from, to).iter().map(|access| access.loses(&history, holders)).collect()
}

#[test]
fn a_document_is_one_of_all_that_is_held() {
    let resource = Resource::from(on::InlinePolicy { entity: app(), name: "p".into() });
    let wide = State::InlineDocument(Some(allow(json!("*"), "*")));
    let narrow = State::InlineDocument(Some(allow(json!("ec2:*"), "*")));
    let alone = loses(&resource, &wide, &narrow, &[get("x"), list_roles()], &Holders::default());
    assert_eq!((counts(&alone[0]), alone[0].is_alone), ((2, 2, 0), true));
    let held = |inline: Value| {
        let mut holders = Holders::default();
        let others = BTreeMap::from([("p".to_owned(), allow(json!("*"), "*")), ("q".to_owned(), allow(inline, "*"))]);
        holders.add(app(), Policies { inline: others, ..Policies::default() });
        holders
    };
    let whole = loses(&resource, &wide, &narrow, &[get("x"), list_roles()], &held(json!("s3:*")));
    assert_eq!((counts(&whole[0]), whole[0].is_alone), ((2, 1, 0), false));
    let gone = loses(&resource, &wide, &State::InlineDocument(None), &[get("x")], &held(json!("s3:Get*")));
    assert_eq!(counts(&gone[0]), (1, 0, 0));
    assert!(loses(&resource, &wide, &wide, &[get("x")], &Holders::default()).is_empty(), "nothing changes");
}

/// What two documents allow, neither repair alone ends, and both do.
#[test]
fn each_repair_is_held_against_the_others_as_they_will_be() {
    let inline = |name: &str| Resource::from(on::InlinePolicy { entity: app(), name: name.into() });
    let said = |actions: Value| State::InlineDocument(Some(allow(actions, "*")));
    let change =
        |name: &str, to: State| Access::changed(&inline(name), &home(), &said(json!(["s3:*", "iam:*"])), &to).remove(0);
    let both = || json!(["s3:*", "iam:*"]);
    let mut holders = Holders::default();
    let documents = ["p", "q"].map(|name| (name.to_owned(), allow(both(), "*")));
    holders.add(app(), Policies { inline: documents.into(), ..Policies::default() });
    let (p, q) = (change("p", said(json!("iam:*"))), change("q", State::InlineDocument(None)));
    let history = history(&[get("x"), list_roles()]);
    let of = |access: &Access, holders: &Holders| counts(&access.loses(&history, holders));
    assert_eq!((of(&p, &holders), of(&q, &holders)), ((2, 0, 0), (2, 0, 0)), "either of them alone");
    holders.repair(&p);
    holders.repair(&q);
    assert_eq!((of(&p, &holders), of(&q, &holders)), ((2, 1, 0), (2, 1, 0)), "both of them");
}

#[test]
fn an_attachment_takes_the_whole_policy() {
    let resource = Resource::from(on::Attachment {
        entity: app(),
        policy_arn: "arn:aws:iam::aws:policy/AdministratorAccess".into(),
    });
    let attached = |is: bool| State::PolicyAttachment(Attachment::of(is, Some(allow(json!("*"), "*"))));
    let found = loses(&resource, &attached(true), &attached(false), &[get("x")], &Holders::default());
    assert_eq!((counts(&found[0]), found[0].nothing_left.len()), ((1, 1, 0), 1));
}

fn managed(document: Document, attached_to: &[IamEntity], boundary_of: &[IamEntity]) -> State {
    State::ManagedDocument(Some(ManagedPolicy {
        document,
        default_version: "v1".into(),
        other_versions: Vec::new(),
        attached_to: attached_to.to_vec(),
        boundary_of: boundary_of.to_vec(),
        bounded: Vec::new(),
        versions: BTreeMap::new(),
    }))
}

/// Of each of its holders, those in a group included.
#[test]
fn a_managed_policy_is_everybodys_who_holds_it() {
    let arn = "arn:aws:iam::111122223333:policy/p";
    let resource = Resource::from(on::ManagedPolicy { arn: arn.into() });
    let (group, jane) = (IamEntity::Group("g".into()), IamEntity::User("jane".into()));
    let all = [app(), group.clone()];
    let (wide, narrow) = (managed(allow(json!("*"), "*"), &all, &[]), managed(allow(json!("s3:*"), "*"), &all, &[]));
    let by_jane = with(list_roles(), json!({"userIdentity": user()}));
    let seen = [get("x"), list_roles(), by_jane];
    let untold = loses(&resource, &wide, &narrow, &seen, &Holders::default());
    assert_eq!(untold.iter().map(counts).collect::<Vec<_>>(), [(2, 1, 0), (0, 0, 0)]);
    assert!(untold[1].untold_holders.contains("group/g") && !untold[1].is_nothing(), "who is in it is not known");
    let mut holders = Holders::default();
    holders.add(group.clone(), Policies { members: ["jane".to_owned()].into(), ..Policies::default() });
    let of_group = BTreeMap::from([(arn.to_owned(), allow(json!("*"), "*"))]);
    let groups = BTreeMap::from([("g".to_owned(), [arn.to_owned()].into())]);
    let held = Policies { of_groups: of_group, groups, ..Policies::default() };
    holders.add(jane.clone(), held.clone());
    let told = loses(&resource, &wide, &narrow, &seen, &holders);
    assert_eq!((counts(&told[1]), told[1].is_alone), ((1, 1, 0), false));
    // She has the same of her own.
    let own = BTreeMap::from([("own".to_owned(), allow(json!("iam:List*"), "*"))]);
    holders.add(jane, Policies { inline: own, ..held });
    let told = loses(&resource, &wide, &narrow, &seen, &holders);
    assert_eq!(counts(&told[1]), (1, 0, 0));
    // One of them loses the policy, and the other keeps it.
    let detached = managed(allow(json!("*"), "*"), &[group], &[]);
    let told = loses(&resource, &wide, &detached, &seen, &holders);
    assert_eq!(told.iter().map(counts).collect::<Vec<_>>(), [(2, 2, 0), (1, 0, 0)]);
}

#[test]
fn a_boundary_is_a_layer_of_its_own() {
    let resource = Resource::from(on::Principal { entity: app() });
    let bound = |document: Option<Document>| {
        State::PermissionsBoundary(Boundary { arn: Some("arn:aws:iam::111122223333:policy/b".into()), document })
    };
    let none = State::PermissionsBoundary(Boundary::default());
    let seen = [get("x"), list_roles()];
    let found = loses(&resource, &none, &bound(Some(allow(json!("s3:*"), "*"))), &seen, &Holders::default());
    assert_eq!(counts(&found[0]), (2, 1, 0));
    let unread = loses(&resource, &none, &bound(None), &seen, &Holders::default());
    assert_eq!(counts(&unread[0]), (2, 0, 2), "what it allows was not read");
    let policy = Resource::from(on::ManagedPolicy { arn: "arn:aws:iam::111122223333:policy/b".into() });
    let (wide, narrow) =
        (managed(allow(json!("*"), "*"), &[], &[app()]), managed(allow(json!("s3:*"), "*"), &[], &[app()]));
    assert_eq!(counts(&loses(&policy, &wide, &narrow, &seen, &Holders::default())[0]), (2, 1, 0));
}

#[test]
fn all_that_somebody_holds() {
    let resource = Resource::from(on::Principal { entity: app() });
    let held = |inline: &[&str]| {
        let documents = inline.iter().map(|actions| ((*actions).to_owned(), allow(json!(actions), "*"))).collect();
        State::PrincipalPolicies(Policies { inline: documents, ..Policies::default() })
    };
    let found =
        loses(&resource, &held(&["s3:*", "iam:*"]), &held(&["s3:*"]), &[get("x"), list_roles()], &Holders::default());
    assert_eq!((counts(&found[0]), found[0].is_alone), ((2, 1, 0), false));
}

/// What another account's principal did, or nobody of the account, changes no answer, and no record names what is looked at.
#[test]
fn a_record_of_somebody_else_counts_for_nobody() {
    let resource = Resource::from(on::InlinePolicy { entity: app(), name: "p".into() });
    let (wide, gone) = (State::InlineDocument(Some(allow(json!("*"), "*"))), State::InlineDocument(None));
    let other = with(user(), json!({"arn": "arn:aws:iam::999999999999:role/app"}));
    let forged = [
        with(get("x"), json!({"userIdentity": other})),
        with(get("x"), json!({"userIdentity": {"type": "AWSService", "arn": ROLE}})),
        with(get("x"), json!({"userIdentity": {"type": "AWSAccount", "arn": ROLE}})),
        with(get("x"), json!({"errorCode": "AccessDenied"})),
    ];
    let found = loses(&resource, &wide, &gone, &forged, &Holders::default());
    assert_eq!(counts(&found[0]), (0, 0, 0));
}
