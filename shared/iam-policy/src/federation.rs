//! Identity providers: whose tokens they issue, and which claims say whose a token is.

/// The issuer of a claim's key, such as `token.actions.githubusercontent.com` of `token.actions.githubusercontent.com:sub`; `None`: it is
/// no claim.
pub(crate) fn issuer_of_key(key: &str) -> Option<&str> {
    let (issuer, _) = key.rsplit_once(':')?;
    issuer.contains('.').then_some(issuer)
}

/// Whether a principal is the provider of this issuer.
pub(crate) fn is_issuer(issuer: &str, principal: &str) -> bool {
    issuer_of(principal).trim_end_matches('/').eq_ignore_ascii_case(issuer.trim_end_matches('/'))
}

fn issuer_of(principal: &str) -> &str {
    principal.split_once(":oidc-provider/").map_or(principal, |(_, issuer)| issuer)
}

/// Whether a value of a claim (its key in lower case) names one tenant.
pub(crate) fn names_a_tenant(key: &str, value: &str) -> bool {
    const AUDIENCES_OF_ONE: [&str; 4] = [
        "accounts.google.com:aud",
        "cognito-identity.amazonaws.com:aud",
        "graph.facebook.com:app_id",
        "www.amazon.com:app_id",
    ];
    if key.ends_with(":sub") {
        let named = value.strip_prefix("repo:").unwrap_or(value);
        return !named.is_empty() && !named.starts_with(['*', '?']) && !value.contains("${");
    }
    AUDIENCES_OF_ONE.contains(&key) && !value.contains(['*', '?']) && !value.contains("${") && !value.is_empty()
}
