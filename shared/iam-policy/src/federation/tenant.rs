//! Whether a value of a claim names one tenant.

use super::issuer::{claim_of_key, issuer_of, issuer_of_key, provider};
use super::provider::{Tenancy, Tenant};
use crate::glob::Glob;

/// Whether every token whose claim (its key in lower case) matches the value is of one tenant.
pub(crate) fn names_a_tenant(key: &str, value: &str) -> bool {
    let (Some(issuer), Some(claim)) = (issuer_of_key(key), claim_of_key(key)) else { return false };
    if value.contains("${") {
        return false;
    }
    let is_fixed = !value.is_empty() && !has_wildcard(value);
    let Some(provider) = provider(issuer) else { return claim == "sub" && names_a_subject(value) };
    match provider.tenancy {
        Tenancy::Own => is_fixed || claim == "sub" && value.contains(char::is_alphanumeric),
        Tenancy::OwnOfMany => claim == "sub" && names_a_program(value),
        Tenancy::Shared => provider.claims.iter().filter(|known| known.name == claim).any(|known| match known.tenant {
            Tenant::Whole => is_fixed,
            Tenant::UpTo(end) => is_closed(value, end),
            Tenant::Behind(labels) => is_behind(value, labels) || is_id(value),
            Tenant::BehindAny(labels) => parts(value).any(|part| is_behind(part, labels)),
        }),
    }
}

/// Whether an issuer issues tokens for more than one tenant. One of which nothing is known does it for whoever set it up.
pub(crate) fn is_shared(issuer: &str) -> bool {
    provider(issuer).is_some_and(|provider| provider.tenancy == Tenancy::Shared)
}

/// The same of a principal that is a provider.
pub(crate) fn is_shared_provider(principal: &str) -> bool {
    is_shared(issuer_of(principal))
}

/// Whether the session's name says for which tenant of the provider it is (IAM User Guide, Identity-provider controls for shared
/// OIDC providers).
pub(crate) fn session_names_a_tenant(principal: &str, name: &str) -> bool {
    let is_sentinel = issuer_of(principal).contains("33e01921-4d64-4f8c-a055-5bdaffd5e33d");
    is_sentinel && !name.is_empty() && !has_wildcard(name)
}

/// Whether a pool of the key's provider gives tokens of its audience to guests, too, by another claim: which, and what it says of
/// them.
pub(crate) fn lets_guests_in(key: &str) -> Option<(String, &'static str)> {
    let issuer = issuer_of_key(key).filter(|issuer| issuer.starts_with("cognito-identity"))?;
    (claim_of_key(key) == Some("aud")).then(|| (format!("{issuer}:amr"), "unauthenticated"))
}

fn has_wildcard(value: &str) -> bool {
    value.contains(['*', '?'])
}

/// The value, and what of it follows each colon.
fn parts(value: &str) -> impl Iterator<Item = &str> {
    std::iter::once(value).chain(value.match_indices(':').filter_map(|(at, _)| value.get(at + 1..)))
}

/// Whether it begins with one of the labels and the whole of what follows it.
fn is_behind(value: &str, labels: &[(&str, char)]) -> bool {
    labels.iter().any(|(label, end)| {
        let tenant = value.strip_prefix(label).and_then(|rest| rest.strip_prefix(':'));
        tenant.is_some_and(|tenant| is_closed(tenant, *end))
    })
}

/// Whether something comes to its end, by this character or because there is no more, before any wildcard.
fn is_closed(value: &str, end: char) -> bool {
    match value.find(['*', '?', end]) {
        None | Some(0) => !value.is_empty() && !value.starts_with(['*', '?', end]),
        Some(at) => value.get(at..).is_some_and(|rest| rest.starts_with(end)),
    }
}

/// A text without any parts stands for one thing.
fn is_id(value: &str) -> bool {
    !value.is_empty() && !value.contains(['*', '?', ':', '/'])
}

/// Whether the subject of a cluster's token, `system:serviceaccount:<namespace>:<name>`, is named at least in part.
fn names_a_program(value: &str) -> bool {
    let named = value.strip_prefix("system:serviceaccount:").unwrap_or(value);
    !value.starts_with(['*', '?']) && named.contains(char::is_alphanumeric)
}

/// Of a provider of which nothing is known: whether its subject is written out, or at least a label and the whole of what follows it:
/// `group:a/b/*`, but not `group:a*`.
fn names_a_subject(value: &str) -> bool {
    const ENDS: [char; 4] = [':', '/', '|', '@'];
    let begin = Glob::new(value).literal_prefix();
    if !has_wildcard(value) {
        return !value.is_empty();
    }
    let closed = begin.strip_suffix(ENDS);
    closed.and_then(|closed| closed.split_once(ENDS)).is_some_and(|(label, rest)| !label.is_empty() && !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::table::PROVIDERS;
    use super::*;
    use std::collections::BTreeSet;

    #[track_caller]
    fn check(key: &str, value: &str, expected: bool) {
        assert_eq!(names_a_tenant(key, value), expected, "{key} {value}");
    }

    #[test]
    fn subjects_of_github() {
        let check = |value: &str, expected: bool| check("token.actions.githubusercontent.com:sub", value, expected);
        check("repo:acme/shop:ref:refs/heads/main", true);
        check("repo:acme/*", true);
        check("repo:acme/shop*", true);
        check("repo:acme*", false);
        check("repo:acme*/shop:*", false);
        check("repo:acme?/shop:*", false);
        check("repo:*/shop:*", false);
        check("repo:/shop", false);
        check("repo:*@123/*", false);
        check("repo:acme@123/shop@456:*", true);
        check("repository_owner:acme", true);
        check("repository_owner:acme:*", true);
        check("repository_owner:acme*", false);
        check("repository_owner_id:1:environment:*", true);
        check("environment:prod:repository_owner:acme", true);
        check("environment:*:repo:acme/shop", true);
        check("job_workflow_ref:acme/flows/*", true);
        check("environment:prod", false);
        check("ref:refs/heads/main", false);
        check("*", false);
        check("", false);
        check("repo:${aws:username}/*", false);
    }

    #[test]
    fn others() {
        check("token.actions.githubusercontent.com:repository_id", "1", true);
        check("token.actions.githubusercontent.com:repository_id", "1*", false);
        check("token.actions.githubusercontent.com:actor", "ada", false);
        check("token.actions.githubusercontent.com:environment", "prod", false);
        check("token.actions.githubusercontent.com:aud", "https://github.com/acme", false);
        check("token.actions.githubusercontent.com/acme:aud", "sts.amazonaws.com", true);
        check("agent.buildkite.com:sub", "0184990a-477b-4fa8-9968-496074483cee", true);
        check("agent.buildkite.com:sub", "organization:acme:*", true);
        check("sts.windows.net/8f2c/:aud", "api://app", true);
        check("oidc.eks.eu-west-1.amazonaws.com/id/a1b2:aud", "sts.amazonaws.com", false);
        check("oidc.eks.eu-west-1.amazonaws.com/id/a1b2:sub", "system:serviceaccount:ml:*", true);
        check("oidc.eks.eu-west-1.amazonaws.com/id/a1b2:sub", "*", false);
        check("oidc.eks.eu-west-1.amazonaws.com/id/a1b2:sub", "system:serviceaccount:*:*", false);
        check("oidc.eks.eu-west-1.amazonaws.com/id/a1b2:sub", "system:serviceaccount:*:train", true);
        check("api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc:sub", "*{1}*", true);
        check("api.pulumi.com/oidc:sub", "pulumi:deploy:org:acme:*", true);
        check("api.pulumi.com/oidc:sub", "pulumi:deploy:org:*", false);
        check("accounts.google.com:oaud", "x", false);
        check("aws:sourcearn", "x", false);
    }

    #[test]
    fn of_a_provider_of_which_nothing_is_known() {
        for (value, expected) in [
            ("build-1", true),
            ("group:acme/*", true),
            ("https://ci.example.com/job/*", true),
            ("group:acme*", false),
            ("group:*:main", false),
            ("build-*", false),
            ("*", false),
            ("", false),
        ] {
            check("token.example.com:sub", value, expected);
            check("token.example.com:aud", value, false);
        }
    }

    #[test]
    fn rows_are_complete() {
        let names: BTreeSet<&str> = PROVIDERS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), PROVIDERS.len());
        for row in PROVIDERS {
            assert!(row.source.starts_with("https://"), "{}", row.name);
            assert_eq!(
                row.claims.is_empty(),
                row.tenancy != Tenancy::Shared || row.name.contains("Sentinel"),
                "{}",
                row.name
            );
            for subject in row.subjects {
                assert!(subject.contains('{'), "{subject}");
            }
        }
    }
}
