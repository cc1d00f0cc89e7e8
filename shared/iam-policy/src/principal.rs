//! Principals: who is everyone, and whom an entry matches.

use crate::glob::Glob;
use crate::statement::{PrincipalElement, PrincipalEntry, PrincipalType, Principals, Statement};

/// Whether an Allow of a resource or trust policy is granted to everyone, its conditions aside.
///
/// `"Principal": "*"` and `{"AWS": "*"}` are equivalent (IAM User Guide, AWS JSON policy elements: Principal, All
/// principals). `NotPrincipal` with Allow is everyone but a few, anonymous callers included.
pub(crate) fn is_for_everyone(statement: &Statement) -> bool {
    match &statement.principals {
        PrincipalElement::None => false,
        PrincipalElement::Principal(Principals::Everyone) => true,
        PrincipalElement::Principal(Principals::Listed(entries)) => entries.iter().any(is_everyone),
        PrincipalElement::NotPrincipal(Principals::Everyone) => false,
        PrincipalElement::NotPrincipal(Principals::Listed(entries)) => !entries.iter().any(is_all),
    }
}

/// Whether an entry stands for more principals than one can name. AWS refuses a wildcard within a name; should one be
/// read all the same, it counts.
pub(crate) fn is_everyone(entry: &PrincipalEntry) -> bool {
    match entry.value.split(':').nth(4) {
        Some(account) if entry.value.starts_with("arn:") => account.contains(['*', '?']),
        _ => entry.value.contains(['*', '?']),
    }
}

/// Whether a Deny shuts out everyone whom the Allow lets in, but for principals that it names.
pub(crate) fn shuts_out(deny: &Statement, allow: &Statement) -> bool {
    match &deny.principals {
        PrincipalElement::Principal(Principals::Everyone) => true,
        PrincipalElement::Principal(Principals::Listed(entries)) => {
            entries.iter().any(is_all) && only_aws_wildcards(allow)
        }
        PrincipalElement::NotPrincipal(Principals::Listed(entries)) => {
            !entries.iter().any(|e| e.value.contains(['*', '?']))
        }
        PrincipalElement::NotPrincipal(Principals::Everyone) | PrincipalElement::None => false,
    }
}

/// Whether a statement applies to a principal: an ARN, an account, a service, a provider.
pub(crate) fn applies_to(statement: &Statement, principal: &str) -> bool {
    match &statement.principals {
        PrincipalElement::None => true,
        PrincipalElement::Principal(list) => matches(list, principal),
        PrincipalElement::NotPrincipal(list) => !matches(list, principal),
    }
}

fn is_all(entry: &PrincipalEntry) -> bool {
    entry.kind == PrincipalType::Aws && entry.value == "*"
}

fn only_aws_wildcards(allow: &Statement) -> bool {
    match &allow.principals {
        PrincipalElement::Principal(Principals::Listed(entries)) => {
            entries.iter().filter(|e| is_everyone(e)).all(|e| e.kind == PrincipalType::Aws)
        }
        // Services are principals too, but not everyone.
        _ => true,
    }
}

fn matches(list: &Principals, principal: &str) -> bool {
    match list {
        Principals::Everyone => true,
        Principals::Listed(entries) => entries.iter().any(|entry| entry_matches(entry, principal)),
    }
}

/// "When you specify an AWS account, you can use the account ARN or the shortened form [..]: all principals in the
/// account"; a role stands for its sessions (IAM User Guide, AWS JSON policy elements: Principal).
fn entry_matches(entry: &PrincipalEntry, principal: &str) -> bool {
    let value = entry.value.as_str();
    if value.contains(['*', '?']) {
        return is_of(entry.kind, principal) && Glob::new(value).matches(principal);
    }
    let account = principal.split(':').nth(4).unwrap_or(principal);
    let root = value.strip_suffix(":root").and_then(|e| e.rsplit(':').next());
    let names = [principal, account];
    names.contains(&value) || root == Some(account) || role_of_session(principal).as_deref() == Some(value)
}

/// Whether a principal can be what a wildcard under this key stands for. Under `AWS` and `CanonicalUser`, anyone.
fn is_of(kind: PrincipalType, principal: &str) -> bool {
    let is_service = principal.contains(".amazonaws.");
    match kind {
        PrincipalType::Aws | PrincipalType::CanonicalUser => true,
        PrincipalType::Service => is_service,
        PrincipalType::Federated => principal.contains("-provider/") || !principal.starts_with("arn:") && !is_service,
    }
}

/// Somebody whom the statement lets in because it lets everyone in; `None` if any stranger will do.
pub(crate) fn example(statement: &Statement) -> Option<String> {
    let PrincipalElement::Principal(Principals::Listed(entries)) = &statement.principals else {
        return None;
    };
    if entries.iter().any(is_all) {
        return None;
    }
    let entry = entries.iter().find(|e| is_everyone(e))?;
    let filler = match (entry.kind, entry.value.as_str()) {
        (PrincipalType::Service, "*") => "example.amazonaws.com",
        (PrincipalType::Federated, "*") => "example.com",
        (PrincipalType::Service, _) => "example",
        _ => "999999999999",
    };
    Some(Glob::new(&entry.value).example(filler))
}

fn role_of_session(principal: &str) -> Option<String> {
    let (head, session) = principal.split_once(":assumed-role/")?;
    let (role, _) = session.split_once('/')?;
    Some(format!("{}:role/{role}", head.replacen(":sts:", ":iam:", 1)))
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
        check(role, "arn:aws:sts::123456789012:assumed-role/app/session", true);
        check(role, "arn:aws:sts::123456789012:assumed-role/other/app", false);
        check("lambda.amazonaws.com", "lambda.amazonaws.com", true);
        check("lambda.amazonaws.com", "ec2.amazonaws.com", false);
        check_kind(PrincipalType::Service, "*", "ec2.amazonaws.com", true);
        check_kind(PrincipalType::Service, "*", role, false);
        check_kind(PrincipalType::Federated, "*", "accounts.google.com", true);
        check_kind(PrincipalType::Federated, "*", "arn:aws:iam::123456789012:saml-provider/x", true);
        check_kind(PrincipalType::Federated, "*", role, false);
    }
}
