//! States of users, roles, groups and providers.

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::Document;
use parapet_guards::{
    AccessKeys, Boundary, Credentials, InstanceProfile, Login, ManagedPolicy, Membership, Policies, Provider, Resource,
    State, WholeRole, on,
};
use parapet_testkit::documents::identity_documents;
use proptest::collection::{btree_map, btree_set};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::Pair;
use super::documents::{document, entities, managed, trust};

pub(crate) fn principals() -> impl Strategy<Value = Resource> {
    entities().prop_map(|entity| Resource::Principal(on::Principal { entity }))
}

pub(crate) fn access_keys() -> impl Strategy<Value = AccessKeys> {
    btree_map(names(["AKIA1", "AKIA2", "AKIA3"]), any::<bool>(), 0..3).prop_map(AccessKeys::of)
}

pub(crate) fn credentials() -> impl Strategy<Value = Credentials> {
    let some = |ids: [&'static str; 2]| btree_map(names(ids), any::<bool>(), 0..=2);
    let devices = btree_set(names(["arn:aws:iam::111122223333:mfa/jane", "GAHT12345678"]), 0..=2);
    let ssh_keys = btree_map(names(["APKA1"]), any::<bool>(), 0..=1).prop_map(Some);
    (some(["ACCA1", "ACCA2"]), some(["TA1", "TA2"]), ssh_keys, devices).prop_map(
        |(services, certificates, ssh_keys, devices)| Credentials {
            services,
            certificates,
            ssh_keys,
            devices,
            ..Credentials::default()
        },
    )
}

pub(crate) fn instance_profiles() -> impl Strategy<Value = Resource> {
    names(["web", "build"]).prop_map(|name| Resource::InstanceProfile(on::InstanceProfile { name }))
}

pub(crate) fn instance_profile() -> impl Strategy<Value = InstanceProfile> {
    option::of(names(["app", "admin"])).prop_map(|role| InstanceProfile { role, ..InstanceProfile::default() })
}

/// With what its stack bounds it by, or another.
pub(crate) fn own_role() -> impl Strategy<Value = WholeRole> {
    let attached = btree_set(names(["arn:aws:iam::aws:policy/A", "arn:aws:iam::111122223333:policy/b"]), 0..=1);
    let own = "arn:aws:iam::111122223333:policy/parapet-policy-guard-boundary";
    let boundary_arn = option::weighted(0.8, names([own, "arn:aws:iam::aws:policy/AdministratorAccess"]));
    let of_stack =
        document(identity_documents()).prop_map(|document| BTreeMap::from([("policy-guard".to_owned(), document)]));
    let inline = prop_oneof![1 => documents(["policy-guard", "more"]), 1 => of_stack];
    (trust(), attached, inline, boundary_arn, option::weighted(0.9, managed())).prop_map(
        |(trust, attached, inline, boundary_arn, boundary)| {
            let boundary =
                boundary.map(|policy| ManagedPolicy { attached_to: Vec::new(), boundary_of: Vec::new(), ..policy });
            WholeRole { trust: trust.document, attached, inline, boundary_arn, boundary }
        },
    )
}

pub(crate) fn login() -> impl Strategy<Value = Login> {
    names(["2026-01-01", "2026-11-23"]).prop_map(|created| Login { created, ..Login::default() })
}

fn names<const N: usize>(names: [&'static str; N]) -> impl Strategy<Value = String> {
    select(names.map(str::to_owned).to_vec())
}

/// One document for each of some names. Few documents, so that two states share some.
fn documents<const N: usize>(named: [&'static str; N]) -> impl Strategy<Value = BTreeMap<String, Document>> {
    let parts = prop_oneof![
        3 => select(parts()),
        1 => document(identity_documents()),
    ];
    btree_map(names(named), parts, 0..=N)
}

/// What takes several documents.
fn parts() -> Vec<Document> {
    let allow = |actions: &[&str]| json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
    let deny = |actions: &str| json!({"Effect": "Deny", "Action": actions, "Resource": "*"});
    let statements = [
        vec![allow(&["iam:PassRole"])],
        vec![allow(&["iam:PassRole"]), deny("lambda:InvokeFunction")],
        vec![allow(&["lambda:CreateFunction", "s3:PutObject"])],
        vec![allow(&["lambda:InvokeFunction", "s3:GetObject"])],
        vec![allow(&["lambda:CreateFunction", "lambda:InvokeFunction"])],
        vec![deny("lambda:*")],
    ];
    let whole = |statements| Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap();
    statements.map(whole).to_vec()
}

pub(crate) fn boundary() -> impl Strategy<Value = Boundary> {
    let arns = names(["arn:aws:iam::111122223333:policy/app-boundary", "arn:aws:iam::aws:policy/AdministratorAccess"]);
    (option::weighted(0.7, arns), option::weighted(0.9, document(identity_documents()))).prop_map(|(arn, document)| {
        let document = document.filter(|_| arn.is_some());
        Boundary { arn, document }
    })
}

pub(crate) fn policies() -> impl Strategy<Value = Policies> {
    let attached = documents(["arn:aws:iam::aws:policy/A", "arn:aws:iam::111122223333:policy/b"]);
    let of_groups = prop_oneof![2 => Just(BTreeMap::new()), 1 => documents(["arn:aws:iam::111122223333:group/g/policy/p", "arn:aws:iam::111122223333:policy/b"])];
    let boundary = option::weighted(0.2, document(identity_documents()));
    let tags = option::of(btree_map(names(["team", "admin"]), names(["data", "web"]), 0..2));
    let all = (documents(["one", "two"]), attached, of_groups, boundary, tags);
    all.prop_map(|(inline, attached, of_groups, boundary, tags)| {
        let arns: BTreeSet<String> = of_groups.keys().cloned().collect();
        let groups = if arns.is_empty() { BTreeMap::new() } else { BTreeMap::from([("g".to_owned(), arns)]) };
        Policies { inline, attached, of_groups, groups, boundary, tags, ..Policies::default() }
    })
}

pub(crate) fn memberships() -> impl Strategy<Value = Resource> {
    names(["jane", "break-glass"]).prop_map(|user| Resource::Membership(on::Membership { user, group: "g".to_owned() }))
}

pub(crate) fn membership() -> impl Strategy<Value = Membership> {
    let attached = documents(["arn:aws:iam::aws:policy/A", "arn:aws:iam::111122223333:policy/b"]);
    (any::<bool>(), documents(["p"]), attached).prop_map(|(member, inline, attached)| Membership {
        member,
        inline,
        attached,
        ..Membership::default()
    })
}

const SAML: &str = "saml-provider/okta";
const OIDC: &str = "oidc-provider/token.example.net";

pub(crate) fn providers() -> impl Strategy<Value = Resource> {
    select(vec![SAML, OIDC]).prop_map(provider_named)
}

fn provider_named(name: &str) -> Resource {
    Resource::IdentityProvider(on::IdentityProvider { arn: format!("arn:aws:iam::111122223333:{name}") })
}

pub(crate) fn provider() -> impl Strategy<Value = Provider> {
    prop_oneof![1 => saml(), 2 => oidc()]
}

/// The pair, if what is in it can be of one provider: it stays of the kind that its name says.
pub(crate) fn of_one_provider(pair: Pair) -> Option<Pair> {
    let is_saml = pair.0 == provider_named(SAML);
    let fits = |state: &State| match state {
        State::IdentityProvider(Some(provider)) => matches!(provider, Provider::Saml { .. }) == is_saml,
        _ => true,
    };
    (fits(&pair.2) && fits(&pair.3)).then_some(pair)
}

fn saml() -> impl Strategy<Value = Provider> {
    names(["<one/>", "<two/>"]).prop_map(|metadata| Provider::Saml { metadata })
}

fn oidc() -> impl Strategy<Value = Provider> {
    let some = |all: [&'static str; 3]| btree_set(names(all), 0..3);
    let parts: (_, _) = (some(["a", "b", "c"]), some(["1", "2", "3"]));
    parts.prop_map(|(client_ids, thumbprints): (BTreeSet<String>, BTreeSet<String>)| Provider::Oidc {
        client_ids,
        thumbprints,
    })
}
