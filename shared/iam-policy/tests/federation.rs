//! Roles that identity providers' tokens assume: whose tokens a trust policy lets in.
#![allow(clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod common;

use common::{judged, policy};
use iam_policy::{Decision, PolicyKind::Trust, Rules, TrustZone, Violation, decide};
use serde_json::{Value, json};

const GITHUB: &str = "token.actions.githubusercontent.com";

fn role(provider: &str, condition: Value) -> Value {
    let principal =
        match provider.contains(".amazonaws.com") && !provider.contains('/') || provider == "accounts.google.com" {
            true => provider.to_owned(),
            false => format!("arn:aws:iam::111111111111:oidc-provider/{provider}"),
        };
    json!({
        "Effect": "Allow", "Principal": {"Federated": principal}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition
    })
}

#[track_caller]
fn found(statement: Value, is_found: bool) -> Vec<Violation> {
    let document = policy(statement);
    let found = judged(&[&document], Trust, &Rules::all(TrustZone::new("111111111111")));
    let kinds: Vec<&str> = found.iter().map(|violation| violation.kind.name()).collect();
    let expected: &[&str] = if is_found { &["confused-deputy"] } else { &[] };
    assert_eq!(kinds, expected, "{}\n{:?}", document.to_json(), found.first().map(|v| &v.witness));
    for violation in &found {
        let decision = decide(&document, Trust, &violation.witness);
        assert_eq!(decision, Decision::Allow, "{:?} of {}", violation.witness, document.to_json());
    }
    found
}

/// Whether a role of a provider whose claims pass these tests lets in tokens of others.
#[track_caller]
fn check(provider: &str, tests: &[(&str, &str, Value)], is_found: bool) -> Vec<Violation> {
    let mut condition = json!({});
    for (operator, claim, value) in tests {
        condition[*operator][format!("{provider}:{claim}")] = value.clone();
    }
    found(role(provider, condition), is_found)
}

/// The same of the subject alone.
#[track_caller]
fn subject(provider: &str, operator: &str, value: Value, is_found: bool) -> Vec<Violation> {
    check(provider, &[("StringEquals", "aud", json!("sts.amazonaws.com")), (operator, "sub", value)], is_found)
}

#[track_caller]
fn lets_in(found: &[Violation], claim: &str, token: &str) {
    let context = &found[0].witness.context;
    let carried = context.iter().find(|(key, _)| key.ends_with(claim)).map(|(_, values)| values.join(","));
    assert_eq!(carried.as_deref(), Some(token), "{context:?}");
}

#[test]
fn github() {
    subject(GITHUB, "StringEquals", json!("repo:acme/shop:ref:refs/heads/main"), false);
    subject(GITHUB, "StringLike", json!("repo:acme/shop:*"), false);
    subject(GITHUB, "StringLike", json!("repo:acme/*"), false);
    subject(GITHUB, "StringLike", json!(["repo:acme/*", "repo:acme-labs/*"]), false);
    subject(GITHUB, "ForAnyValue:StringLike", json!("repo:acme/*"), false);
    subject(GITHUB, "StringEqualsIgnoreCase", json!("repo:acme/shop:environment:prod"), false);
    subject(GITHUB, "StringLike", json!("repository_owner:acme:*"), false);
    subject(GITHUB, "StringEquals", json!("repository_owner_id:1:environment:prod"), false);
    subject(GITHUB, "StringLike", json!("repo:acme@1/shop@2:*"), false);
    subject(GITHUB, "StringLike", json!("job_workflow_ref:acme/flows/.github/workflows/deploy.yml@*"), false);
    lets_in(&subject(GITHUB, "StringLike", json!("repo:acme*"), true), ":sub", "repo:acme-evil/x:ref:refs/heads/main");
    lets_in(&subject(GITHUB, "StringLike", json!("repo:*/shop:*"), true), ":sub", "repo:evil/shop:ref:refs/heads/main");
    lets_in(&subject(GITHUB, "StringLike", json!("*"), true), ":sub", "repo:evil/x:ref:refs/heads/main");
    subject(GITHUB, "StringLike", json!("repo:acme?/shop:*"), true);
    subject(GITHUB, "StringLike", json!("repo:a*e/shop:*"), true);
    subject(GITHUB, "StringLike", json!("repo:*"), true);
    subject(GITHUB, "StringLike", json!("repo:*@1/shop@2:*"), true);
    subject(GITHUB, "StringLike", json!(["repo:acme/*", "repo:acme*"]), true);
    subject(GITHUB, "StringEquals", json!("environment:prod"), true);
    subject(GITHUB, "StringLike", json!("repository_owner:acme*"), true);
    // "sub: REQUIRED" (OpenID Connect Core 1.0, ID Token): there is no token without.
    subject(GITHUB, "StringLikeIfExists", json!("repo:acme/*"), false);
    subject(GITHUB, "ForAllValues:StringLike", json!("repo:acme/*"), false);
    subject(GITHUB, "StringNotLike", json!("repo:evil/*"), true);
    // No token is like this: nobody is let in.
    subject(GITHUB, "StringLike", json!("acme/*"), false);
    subject(GITHUB, "StringEquals", json!("repo:*"), false);
    let any = check(GITHUB, &[("StringEquals", "aud", json!("sts.amazonaws.com"))], true);
    lets_in(&any, ":sub", "repo:evil/x:ref:refs/heads/main");
    check(GITHUB, &[("StringEquals", "aud", json!("https://github.com/acme"))], true);
    check(GITHUB, &[], true);
    subject("vstoken.actions.githubusercontent.com", "StringLike", json!("repo:acme*"), true);
}

#[test]
fn other_claims_of_github() {
    let claim = |operator: &str, claim: &str, value: &str, is_found: bool| {
        let audience = ("StringEquals", "aud", json!("sts.amazonaws.com"));
        check(GITHUB, &[audience, (operator, claim, json!(value))], is_found)
    };
    claim("StringEquals", "repository_id", "123456789", false);
    claim("StringEquals", "repository_owner_id", "1", false);
    claim("StringEquals", "repository_owner", "acme", false);
    claim("StringEquals", "repository", "acme/shop", false);
    claim("StringLike", "repository", "acme/*", false);
    claim("StringEquals", "enterprise_id", "1", false);
    claim("StringLike", "job_workflow_ref", "acme/flows/.github/workflows/*", false);
    claim("StringLike", "repository_id", "1*", true);
    claim("StringLike", "repository_owner_id", "1*", true);
    // What AWS makes no condition key of is in no request.
    claim("StringLike", "repository_owner", "acme*", false);
    claim("StringNotEquals", "repository_owner", "acme", true);
    claim("StringLikeIfExists", "workflow_ref", "acme/*", true);
    lets_in(&claim("StringLike", "repository", "acme*", true), ":repository", "acme-evil/x");
    claim("StringEquals", "actor", "ada", true);
    claim("StringEquals", "actor_id", "1", true);
    claim("StringEquals", "environment", "prod", true);
    claim("StringEquals", "ref", "refs/heads/main", true);
    // One is enough.
    let both = |id: Value| {
        check(GITHUB, &[("StringLike", "sub", json!("repo:*")), ("StringEquals", "repository_id", id)], false)
    };
    both(json!("1"));
    both(json!(["1", "2"]));
    // A key of another provider is in no token.
    let other = json!({"StringEquals": {"gitlab.com:sub": "project_path:acme/x:ref_type:branch:ref:main"}});
    found(role(GITHUB, other), false);
    // What a role that many may assume asks besides holds, too.
    let mut statement = role(GITHUB, json!({"StringLike": {format!("{GITHUB}:sub"): "repo:acme*"}}));
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "sts:*", "Condition": {"StringNotLike": {format!("{GITHUB}:sub"): "repo:acme/*"}}});
    found(json!([statement.clone(), deny]), false);
    statement["Principal"] = json!({"Federated": [
        format!("arn:aws:iam::111111111111:oidc-provider/{GITHUB}"), "arn:aws:iam::111111111111:oidc-provider/gitlab.com"
    ]});
    statement["Condition"] = json!({"StringLike": {format!("{GITHUB}:sub"): "repo:acme/*"}});
    found(statement, false);
}

#[test]
fn terraform() {
    let is = |value: &str, is_found: bool| subject("app.terraform.io", "StringLike", json!(value), is_found);
    is("organization:acme:project:*:workspace:*:run_phase:*", false);
    is("organization:acme:*", false);
    let others = is("organization:*:project:ml:workspace:prod:run_phase:apply", true);
    lets_in(&others, ":sub", "organization:evil:project:ml:workspace:prod:run_phase:apply");
    is("organization:acme*", true);
    is("organization:acme*:project:ml:*", true);
    is("*:workspace:prod:*", true);
    is("organization:acm?:project:ml:*", true);
    let audience = ("StringEquals", "aud", json!("aws.workload.identity"));
    check("app.terraform.io", std::slice::from_ref(&audience), true);
    check("app.terraform.io", &[audience, ("StringEquals", "terraform_organization_id", json!("org-1"))], false);
}

#[test]
fn gitlab() {
    let is = |provider: &str, value: &str, is_found: bool| subject(provider, "StringLike", json!(value), is_found);
    is("gitlab.com", "project_path:acme/shop:ref_type:branch:ref:main", false);
    is("gitlab.com", "project_path:acme/*", false);
    is("gitlab.com", "project_path:acme*", true);
    is("gitlab.com", "project_path:*/shop:*", true);
    is("gitlab.com", "*", true);
    check("gitlab.com", &[("StringEquals", "namespace_id", json!("1"))], false);
    check("gitlab.com", &[("StringLike", "namespace_id", json!("1*"))], true);
    check("gitlab.com", &[("StringLike", "namespace_path", json!("acme*"))], false);
    check("gitlab.com", &[("StringEquals", "user_login", json!("ada"))], true);
    check("gitlab.com", &[("StringEquals", "aud", json!("https://gitlab.com"))], true);
    is("gitlab.acme.example", "project_path:*", false);
    is("gitlab.acme.example", "project_path:acme*", false);
}

#[test]
fn providers_that_all_customers_share() {
    let is = |provider: &str, value: &str, is_found: bool| subject(provider, "StringLike", json!(value), is_found);
    is("agent.buildkite.com", "organization:acme:pipeline:*", false);
    is("agent.buildkite.com", "organization:acme:pipeline:shop:ref:refs/heads/main:commit:*:step:*", false);
    is("agent.buildkite.com", "organization:acme*", true);
    is("agent.buildkite.com", "organization:*:pipeline:shop:*", true);
    check("agent.buildkite.com", &[("StringEquals", "organization_slug", json!("acme"))], false);
    check("agent.buildkite.com", &[("StringLike", "organization_slug", json!("acme*"))], true);
    check("agent.buildkite.com", &[("StringEquals", "pipeline_slug", json!("shop"))], true);
    let turbonomic = "rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7";
    is(turbonomic, "system:serviceaccount:acme:aws", false);
    is(turbonomic, "system:serviceaccount:acme:*", false);
    is(turbonomic, "system:serviceaccount:*:aws", true);
    is("rh-oidc.s3.us-east-1.amazonaws.com/another", "system:serviceaccount:*:aws", false);
    is("scalr.io", "account:acme:environment:*", false);
    is("scalr.io", "account:*:environment:prod:workspace:x", true);
    is("oidc.codefresh.io", "account:64884faac2751b77ca7ab324:pipeline:*", false);
    is("oidc.codefresh.io", "account:*", true);
    is("api.pulumi.com/oidc", "pulumi:deploy:org:acme:project:*", false);
    is("proidc.upbound.io", "mcp:acme/prod:provider:provider-aws", false);
    is("proidc.upbound.io", "mcp:acme*", true);
    is("oidc.vercel.com", "owner:acme:project:*", false);
    is("oidc.modal.com", "modal:workspace_id:ac-1:*", false);
    is("oidc.modal.com", "modal:workspace_id:*:environment_name:prod:*", true);
    is("login.app.env0.com/", "auth0|1", false);
    is("login.app.env0.com/", "auth0|*", true);
    check("api.pulumi.com/oidc", &[("StringEquals", "aud", json!("acme"))], false);
    check("api.pulumi.com/oidc", &[("StringLike", "aud", json!("acme*"))], true);
    check("oidc.vercel.com", &[("StringEquals", "aud", json!("https://vercel.com/acme"))], false);
    check("oidc.vercel.com", &[("StringLike", "sub", json!("owner:*:project:shop:environment:production"))], true);
    let sentinel = "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/";
    check(sentinel, &[("StringEquals", "aud", json!("api://1462b192-27f7-4cb9-8523-0f4ecb54b47e"))], true);
    let session = |value: &str| json!({"StringEquals": {"sts:RoleSessionName": value}});
    found(role(sentinel, session("MicrosoftSentinel_1")), false);
    found(role(GITHUB, session("MicrosoftSentinel_1")), true);
}

#[test]
fn issuers_of_one_tenant() {
    for provider in [
        "oidc.circleci.com/org/8f2c",
        "idcs-abc123ef5678901234abcd.identity.oraclecloud.com",
        "api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc",
        "sts.windows.net/8f2c0000-0000-0000-0000-000000000000/",
        "login.microsoftonline.com/8f2c0000-0000-0000-0000-000000000000/v2.0",
        "acme.auth0.com/",
        "acme.okta.com/oauth2/default",
        "acme.app.spacelift.io",
        "oidc.fly.io/acme",
        "oidc.vercel.com/acme",
        "token.actions.githubusercontent.com/acme",
        "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf",
    ] {
        check(provider, &[("StringEquals", "aud", json!("x"))], false);
        check(provider, &[("StringLike", "sub", json!("x*"))], false);
        check(provider, &[("StringLike", "aud", json!("*"))], true);
        check(provider, &[], true);
    }
}

#[test]
fn clusters() {
    let cluster = "oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3";
    let audience = || ("StringEquals", "aud", json!("sts.amazonaws.com"));
    check(cluster, &[audience(), ("StringEquals", "sub", json!("system:serviceaccount:ml:train"))], false);
    check(cluster, &[audience(), ("StringLike", "sub", json!("system:serviceaccount:ml:*"))], false);
    lets_in(&check(cluster, &[audience()], true), ":sub", "system:serviceaccount:default:x");
    check(cluster, &[audience(), ("StringLike", "sub", json!("system:serviceaccount:*:*"))], true);
    check(cluster, &[audience(), ("StringLike", "sub", json!("*"))], true);
    check(
        "eastus.oic.prod-aks.azure.com/t/c/",
        &[("StringEquals", "sub", json!("system:serviceaccount:ml:train"))],
        false,
    );
}

#[test]
fn people() {
    let cognito = "cognito-identity.amazonaws.com";
    let pool = || ("StringEquals", "aud", json!("us-east-1:12345678-1234-1234-1234-123456789012"));
    let who = |value: &str| ("ForAnyValue:StringLike", "amr", json!(value));
    check(cognito, &[pool(), who("authenticated")], false);
    check(cognito, &[pool()], false);
    check(cognito, &[pool(), who("unauthenticated")], true);
    check(cognito, &[who("authenticated")], true);
    check(cognito, &[("StringLike", "aud", json!("us-east-1:*")), who("authenticated")], true);
    check(cognito, &[("StringEquals", "sub", json!("us-east-1:12345678-1234-1234-1234-123456789012"))], false);
    check(cognito, &[], true);
    let google = "accounts.google.com";
    check(google, &[("StringEquals", "aud", json!("66677788899900pro0"))], false);
    check(google, &[("NumericEquals", "google/organization_number", json!("123456"))], false);
    check(google, &[("NumericLessThan", "google/organization_number", json!("123456"))], true);
    check(google, &[("StringEquals", "sub", json!("110169484474386276334"))], false);
    check(google, &[("StringEquals", "oaud", json!("sts.amazonaws.com"))], true);
    check(google, &[("StringLike", "sub", json!("11*"))], true);
    check(google, &[], true);
}

#[test]
fn a_provider_of_which_nothing_is_known() {
    let provider = "token.example.com";
    subject(provider, "StringEquals", json!("build-1"), false);
    subject(provider, "StringLike", json!("group:acme:*"), false);
    let found = subject(provider, "StringLike", json!("build-*"), true);
    assert!(found[0].to_string().ends_with("(of this provider only a fixed subject says so)"), "{}", found[0]);
    check(provider, &[("StringEquals", "aud", json!("sts.amazonaws.com"))], true);
    let known = check(GITHUB, &[("StringEquals", "aud", json!("sts.amazonaws.com"))], true);
    assert!(known[0].to_string().ends_with("without saying for whom"), "{}", known[0]);
}

#[test]
fn assertions_of_the_account_s_own_provider() {
    let saml = |condition: Value| {
        json!({
            "Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111111111111:saml-provider/idp"},
            "Action": "sts:AssumeRoleWithSAML", "Condition": condition
        })
    };
    found(saml(json!({"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}})), false);
    found(saml(json!({"StringEquals": {"SAML:iss": "https://idp.example.com"}})), false);
    found(saml(json!({})), false);
}
