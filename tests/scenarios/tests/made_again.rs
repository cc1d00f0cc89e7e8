//! What was deleted is made again under its name, or taken away and put back: by an intruder, or by its owner.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::Identity;
use parapet_guards::{Facet, GuardName, IamEntity, Policies, Provider, Report, Resource, State, Trust, on};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{ACCOUNT, NOW, home, role, standard};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

struct Scene {
    world: FakeWorld,
    recorder: MemoryRecorder,
    standard: &'static str,
}

impl Scene {
    fn under(standard: &'static str) -> Self {
        let journal = Journal::default();
        Self { world: FakeWorld::new(&journal), recorder: MemoryRecorder::new(&journal), standard }
    }

    async fn event(&self, event: &str, request: Value) -> Report {
        let (home, standard) = (home(), standard(self.standard));
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        let record = json!({
            "eventID": "e", "eventSource": "iam.amazonaws.com", "eventName": event, "awsRegion": "us-east-1",
            "recipientAccountId": ACCOUNT, "requestParameters": request,
        });
        let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
        handle(&place, run, &record).await
    }
}

fn saml(metadata: &str) -> Option<Provider> {
    Some(Provider::Saml { metadata: metadata.to_owned() })
}

fn oidc(client_ids: &[&str], thumbprints: &[&str]) -> Option<Provider> {
    let all = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
    Some(Provider::Oidc { client_ids: all(client_ids), thumbprints: all(thumbprints) })
}

/// One line a case: what it was before, what it is now, whether it is mended.
#[tokio::test(start_paused = true)]
#[rustfmt::skip] // One line a case.
async fn an_identity_provider_is_made_again() {
    const NAMED: &str = "trust: {providers: [saml-provider/okta, oidc-provider/idp.example]}";
    const ENFORCED: &str = "{trust: {providers: [saml-provider/okta]}, controls: {IAM.IdentityProvider: enforce}}";
    const OKTA: &str = "saml-provider/okta";
    const IDP: &str = "oidc-provider/idp.example";
    for (standard, name, before, now, expected) in [
        (NAMED, OKTA, saml("theirs"), saml("mallory's"), "Observed"),
        (NAMED, OKTA, saml("theirs"), saml("theirs"), "Compliant"),
        (ENFORCED, OKTA, saml("theirs"), saml("mallory's"), "Remediated"),
        (NAMED, IDP, oidc(&["a"], &["1"]), oidc(&["a"], &["2"]), "Observed"),
        (NAMED, IDP, oidc(&["a"], &["1"]), oidc(&["b"], &["1"]), "Observed"),
        (NAMED, IDP, oidc(&["a"], &["1"]), oidc(&["a"], &["1"]), "Compliant"),
        // Nothing is known of who vouched by the name.
        (NAMED, OKTA, None, saml("anybody's"), "Observed"),
    ] {
        let scene = Scene::under(standard);
        let arn = format!("arn:aws:iam::{ACCOUNT}:{name}");
        let provider = Resource::IdentityProvider(on::IdentityProvider { arn: arn.clone() });
        if before.is_some() {
            let kept = State::IdentityProvider(before).kept();
            scene.recorder.learn_of(&provider, Facet::IdentityProvider, kept, Identity::created_at(Some(1)), 2);
        }
        // It is gone for a moment, and somebody looks.
        scene.world.set(&provider, Facet::IdentityProvider, State::IdentityProvider(None));
        scene.event("UpdateSAMLProvider", json!({"sAMLProviderArn": arn})).await;
        scene.world.set(&provider, Facet::IdentityProvider, State::IdentityProvider(now));
        scene.world.is_now(&provider, Identity::created_at(Some(NOW - 5)));
        let (event, request) = match name {
            OKTA => ("CreateSAMLProvider", json!({"name": "okta"})),
            _ => ("CreateOpenIDConnectProvider", json!({"url": "https://idp.example"})),
        };
        let report = scene.event(event, request).await;
        assert_eq!(report.outcome.name(), expected, "{standard} {name}: {report:?}");
    }
}

fn trusting(users: &[&str]) -> State {
    let arn = |name: &&str| format!("arn:aws:iam::{ACCOUNT}:user/{name}");
    let who: Vec<String> = users.iter().map(arn).collect();
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": who}, "Action": "sts:AssumeRole"});
    let document = Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap();
    State::RoleTrust(Some(Trust::of(document)))
}

/// Of a strong role from before: what it trusts in one look after another, and what becomes of each. One line a case.
#[tokio::test(start_paused = true)]
#[rustfmt::skip] // One line a case.
async fn who_was_in_a_trust_policy_is_put_back() {
    const OK: &str = "Compliant";
    let cases: [&[(&[&str], &str)]; 5] = [
        // An intruder takes one out, and its owner puts him back: told, and kept.
        &[(&["ann", "bob"], OK), (&["ann"], OK), (&["ann", "bob"], "Observed"), (&["ann", "bob"], OK)],
        // The same in two steps each.
        &[(&["ann", "bob", "joe"], OK), (&["ann", "bob"], OK), (&["ann"], OK), (&["ann", "bob"], "Observed"), (&["ann", "bob", "joe"], "Observed")],
        // With somebody who never was in it: he goes.
        &[(&["ann", "bob"], OK), (&["ann"], OK), (&["ann", "mallory"], "Remediated"), (&["ann", "bob", "mallory"], "Remediated")],
        &[(&["ann", "bob"], OK), (&["ann", "bob", "mallory"], "Remediated")],
        // All are replaced.
        &[(&["ann", "bob"], OK), (&["bob"], OK), (&["ann"], "Observed"), (&["ann", "bob"], "Observed")],
    ];
    let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let all = Document::from_value(json!({"Version": "2012-10-17", "Statement": all})).unwrap();
    for steps in cases {
        let scene = Scene::under("");
        let ci = Resource::Principal(on::Principal { entity: IamEntity::Role("ci".to_owned()) });
        let policies = Policies { inline: [("all".to_owned(), all.clone())].into(), ..Policies::default() };
        scene.world.set(&ci, Facet::PrincipalPolicies, State::PrincipalPolicies(policies));
        let (before, _) = steps.first().unwrap();
        scene.recorder.learn(&role("ci"), Facet::RoleTrust, trusting(before).in_baseline().kept());
        for (who, expected) in steps {
            scene.world.set(&role("ci"), Facet::RoleTrust, trusting(who));
            let report = scene.event("UpdateAssumeRolePolicy", json!({"roleName": "ci"})).await;
            assert_eq!(report.outcome.name(), *expected, "{steps:?} {who:?}: {report:?}");
        }
    }
}
