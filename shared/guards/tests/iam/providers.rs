use parapet_guards::Provider;

use super::*;

const TRUSTED: &str =
    "{trust: {providers: [saml-provider/okta, 'oidc-provider/token.*']}, controls: {IAM.IdentityProvider: enforce}}";

fn saml(metadata: &str) -> State {
    State::IdentityProvider(Some(Provider::Saml { metadata: metadata.into() }))
}

fn oidc(ids: &[&str], thumbprints: &[&str]) -> State {
    let set = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
    State::IdentityProvider(Some(Provider::Oidc { client_ids: set(ids), thumbprints: set(thumbprints) }))
}

fn on(standard: &str, name: &str, before: Option<State>, observed: State, expected: &str) {
    let resource =
        Resource::IdentityProvider(on::IdentityProvider { arn: format!("arn:aws:iam::111122223333:{name}") });
    check_change(standard, &resource, before, observed, expected);
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_provider_that_nobody_named_is_reported_and_never_deleted() {
    on("", "saml-provider/partner", None, saml("<a/>"), "(IAM.IdentityProvider)");
    on(TRUSTED, "saml-provider/partner", None, saml("<a/>"), "(IAM.IdentityProvider)");
    // Named, and nobody knows who vouched by that name before.
    on(TRUSTED, "saml-provider/okta", None, saml("<a/>"), "(IAM.IdentityProvider)");
    on(TRUSTED, "oidc-provider/token.example.net", None, oidc(&["a"], &["1"]), "(IAM.IdentityProvider)");
    on(TRUSTED, "oidc-provider/token.example.net", Some(oidc(&["a"], &["1"])), oidc(&["a"], &["1"]), "compliant");
    on("", "saml-provider/partner", None, State::IdentityProvider(None), "compliant");
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_provider_that_changed_is_put_back() {
    on("", "saml-provider/okta", Some(saml("<a/>")), saml("<b/>"), "(IAM.IdentityProvider)");
    on(TRUSTED, "saml-provider/okta", Some(saml("<a/>")), saml("<b/>"), "IAM.IdentityProvider -> UpdateSAMLProvider");
    on(TRUSTED, "saml-provider/okta", Some(saml("<a/>")), saml("<a/>"), "compliant");
    let token = "oidc-provider/token.example.net";
    on(TRUSTED, token, Some(oidc(&["a"], &["1"])), oidc(&["a", "anyone"], &["1"]), "IAM.IdentityProvider -> RemoveClientIDFromOpenIDConnectProvider anyone");
    on(TRUSTED, token, Some(oidc(&["a"], &["1"])), oidc(&["a"], &["2"]), "IAM.IdentityProvider -> UpdateOpenIDConnectProviderThumbprint with 1");
    on(TRUSTED, token, Some(oidc(&["a", "b"], &["1", "2"])), oidc(&["a"], &["1"]), "compliant");
}
