//! Principals: who is everyone, and whom an entry matches.

use crate::arn::Arn;
use crate::glob::Glob;
use crate::statement::{PrincipalElement, PrincipalEntry, PrincipalType, Principals, Statement};

/// Whether a statement applies to a principal: an ARN, an account, a service, a provider.
pub(crate) fn applies_to(statement: &Statement, principal: &str) -> bool {
    match &statement.principals {
        PrincipalElement::None => true,
        PrincipalElement::Principal(list) => matches(list, principal),
        PrincipalElement::NotPrincipal(list) => !matches(list, principal),
    }
}

fn matches(list: &Principals, principal: &str) -> bool {
    match list {
        Principals::Everyone => true,
        Principals::Listed(entries) => entries.iter().any(|entry| entry_matches(entry, principal)),
    }
}

fn entry_matches(entry: &PrincipalEntry, principal: &str) -> bool {
    entry_grant(entry, principal).is_some()
}

/// How a resource policy names the one whom it grants something, the closest last. Quotations are from the IAM User
/// Guide, AWS JSON policy elements: Principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grant {
    /// By its account: "This delegates authority to the account".
    Account,
    /// By its role: "the effective permissions for the principal are limited by any policy types that limit permissions
    /// for the role".
    Role,
    /// Itself, or as one of everyone.
    Direct,
}

/// What an Allow of a resource policy grants a principal by, its actions, resources and conditions aside.
pub(crate) fn grant(statement: &Statement, principal: &str) -> Option<Grant> {
    match &statement.principals {
        PrincipalElement::Principal(Principals::Listed(entries)) => {
            entries.iter().filter_map(|entry| entry_grant(entry, principal)).max()
        }
        _ => applies_to(statement, principal).then_some(Grant::Direct),
    }
}

/// "When you specify an AWS account, you can use the account ARN or the shortened form [..]: all principals in the
/// account"; a role stands for its sessions (IAM User Guide, AWS JSON policy elements: Principal). Accounts and roles
/// are what `AWS` names; a service or a provider is only itself.
fn entry_grant(entry: &PrincipalEntry, principal: &str) -> Option<Grant> {
    let value = entry.value.as_str();
    if value.contains(['*', '?']) {
        return (is_of(entry.kind, principal) && Glob::new(value).matches(principal)).then_some(Grant::Direct);
    }
    let account = Arn::account_in(principal);
    let root = value.strip_suffix(":root").and_then(|e| e.rsplit(':').next());
    // A provider is in an account, and none of its principals.
    let is_principal = entry.kind == PrincipalType::Aws && !principal.contains("-provider/");
    if is_principal && (value == account || root == Some(account)) {
        return Some(Grant::Account);
    }
    let is_role = value.contains(":role/");
    if value == principal {
        return Some(if is_role { Grant::Role } else { Grant::Direct });
    }
    (is_role && entry.kind == PrincipalType::Aws && is_session_of(principal, value)).then_some(Grant::Role)
}

/// Whether a principal can be what a wildcard under this key stands for. Under `AWS` and `CanonicalUser`, anyone.
fn is_of(kind: PrincipalType, principal: &str) -> bool {
    // Cognito's identity pools are a provider, with the name of a service.
    let is_cognito = principal == "cognito-identity.amazonaws.com";
    let is_service = principal.contains(".amazonaws.") && !is_cognito;
    let is_account = principal.is_empty() || principal.bytes().all(|b| b.is_ascii_hexdigit());
    let is_named = !principal.starts_with("arn:") && principal != "*" && !is_account;
    match kind {
        PrincipalType::Aws | PrincipalType::CanonicalUser => true,
        PrincipalType::Service => is_service,
        PrincipalType::Federated => principal.contains("-provider/") || is_named && !is_service,
    }
}

/// Whether the session is one of the role. The ARN of a session has the name of its role, but not the path.
fn is_session_of(session: &str, role: &str) -> bool {
    let Some((head, names)) = session.split_once(":assumed-role/") else { return false };
    let Some((owner, path_and_name)) = role.split_once(":role/") else { return false };
    let name = path_and_name.rsplit('/').next();
    names.split_once('/').map(|(name, _)| name) == name && head.replacen(":sts:", ":iam:", 1) == owner
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(entry: &str, principal: &str, expected: bool) {
        check_kind(PrincipalType::Aws, entry, principal, expected);
    }

    fn check_kind(kind: PrincipalType, entry: &str, principal: &str, expected: bool) {
        let entry = PrincipalEntry { kind, value: entry.to_owned() };
        assert_eq!(entry_matches(&entry, principal), expected, "{entry:?} and `{principal}`");
    }

    #[test]
    fn matching() {
        let role = "arn:aws:iam::123456789012:role/app";
        check("*", role, true);
        check(role, role, true);
        check("123456789012", role, true);
        check("arn:aws:iam::123456789012:root", role, true);
        check("arn:aws:iam::999999999999:root", role, false);
        check("123456789012", "arn:aws:iam::123456789012:saml-provider/idp", false);
        check(role, "arn:aws:sts::123456789012:assumed-role/app/session", true);
        check(role, "arn:aws:sts::123456789012:assumed-role/other/app", false);
        check(role, "arn:aws:sts::999999999999:assumed-role/app/session", false);
        check(role, "arn:aws-cn:sts::123456789012:assumed-role/app/session", false);
        check(role, "arn:aws:sts::123456789012:assumed-role/app", false);
        let in_path = "arn:aws:iam::123456789012:role/team/app";
        check(in_path, "arn:aws:sts::123456789012:assumed-role/app/session", true);
        check(in_path, "arn:aws:sts::123456789012:assumed-role/team/app", false);
        check(in_path, role, false);
        check("lambda.amazonaws.com", "lambda.amazonaws.com", true);
        check("lambda.amazonaws.com", "ec2.amazonaws.com", false);
        check_kind(PrincipalType::Service, "ec2.amazonaws.com", "ec2.amazonaws.com", true);
        check_kind(PrincipalType::Federated, "arn:aws:iam::123456789012:root", role, false);
        check_kind(PrincipalType::Service, "*", "ec2.amazonaws.com", true);
        check_kind(PrincipalType::Service, "*", role, false);
        check_kind(PrincipalType::Federated, "*", "accounts.google.com", true);
        check_kind(PrincipalType::Federated, "*", "cognito-identity.amazonaws.com", true);
        check_kind(PrincipalType::Service, "*", "cognito-identity.amazonaws.com", false);
        check_kind(PrincipalType::Federated, "*", "*", false);
        check_kind(PrincipalType::Federated, "*", "123456789012", false);
        check_kind(PrincipalType::Federated, "*", "arn:aws:iam::123456789012:saml-provider/x", true);
        check_kind(PrincipalType::Federated, "*", role, false);
    }
}
