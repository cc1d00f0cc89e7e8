//! Which provider a principal or a claim is of.

use super::provider::Provider;
use super::table::PROVIDERS;
use crate::glob::Glob;

/// The issuer of a claim's key, such as `token.actions.githubusercontent.com` of
/// `token.actions.githubusercontent.com:sub`; `None`: it is no claim.
pub(crate) fn issuer_of_key(key: &str) -> Option<&str> {
    let (issuer, _) = key.rsplit_once(':')?;
    issuer.contains('.').then_some(issuer)
}

/// The claim of a key, such as `sub`.
pub(crate) fn claim_of_key(key: &str) -> Option<&str> {
    let (issuer, claim) = key.rsplit_once(':')?;
    issuer.contains('.').then_some(claim)
}

/// The key of a claim in tokens of a principal that is a provider.
pub(crate) fn key_of_claim(principal: &str, claim: &str) -> String {
    format!("{}:{claim}", issuer_of(principal))
}

/// Whether AWS makes a condition key of a claim. Of any other no request has a key, whatever the token says. "Use this mapping if your IdP is not listed"
/// (IAM User Guide, Available keys for AWS OIDC federation).
pub(crate) fn is_given(issuer: &str, claim: &str) -> bool {
    const USUAL: [&str; 5] = ["amr", "aud", "email", "oaud", "sub"];
    let beside = provider(issuer).map_or(&[][..], |provider| provider.given);
    USUAL.iter().chain(beside).any(|given| given.eq_ignore_ascii_case(claim))
}

/// Whether a principal is the provider of this issuer.
pub(crate) fn is_issuer(issuer: &str, principal: &str) -> bool {
    issuer_of(principal).trim_end_matches('/').eq_ignore_ascii_case(issuer.trim_end_matches('/'))
}

/// Whether a principal is a provider of tokens of which the table says nothing.
pub(crate) fn is_unknown(principal: &str) -> bool {
    principal.contains(":oidc-provider/") && provider(issuer_of(principal)).is_none()
}

/// What is known of an issuer.
pub(super) fn provider(issuer: &str) -> Option<&'static Provider> {
    let issuer = issuer.trim_end_matches('/').to_ascii_lowercase();
    PROVIDERS.iter().find(|row| row.issuers.iter().any(|pattern| Glob::new(pattern).matches(&issuer)))
}

/// The issuer of a principal that is a provider: its URL, without `https://`.
pub(super) fn issuer_of(principal: &str) -> &str {
    principal.split_once(":oidc-provider/").map_or(principal, |(_, issuer)| issuer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_key() {
        const GITHUB: &str = "token.actions.githubusercontent.com";
        for (issuer, claim, expected) in [
            (GITHUB, "sub", true),
            (GITHUB, "repository_id", true),
            (GITHUB, "repository_owner_id", true),
            (GITHUB, "repository_owner", false),
            (GITHUB, "workflow_ref", false),
            ("gitlab.com", "namespace_id", true),
            ("gitlab.com", "namespace_path", false),
            // "You cannot use these condition keys with GitLab Dedicated or GitLab Self-Managed instances."
            ("gitlab.example.com", "namespace_id", false),
            ("agent.buildkite.com", "organization_slug", true),
            ("app.terraform.io", "terraform_organization_id", false),
            ("oidc.circleci.com/org/1", "oidc.circleci.com/project-id", true),
            ("accounts.google.com", "google/organization_number", true),
            ("graph.facebook.com", "app_id", true),
            ("idcs-1.identity.oraclecloud.com", "rpst_id", true),
            ("ci.example.com", "aud", true),
            ("ci.example.com", "project", false),
        ] {
            assert_eq!(is_given(issuer, claim), expected, "{issuer}:{claim}");
        }
    }
}
