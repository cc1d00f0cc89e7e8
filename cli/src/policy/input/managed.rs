//! Policies of AWS's own whose text is known here, of which each allows what makes an administrator, or a way to become one. Of the others nothing is
//! said: what AWS writes into them is AWS's, and changes.

use serde_json::{Value, json};

/// One of them, by its name: as AWS has it in September 2026, without what gives no way to more (AWS Managed
/// Policy Reference Guide, the page of its name).
const POLICIES: [(&str, &str); 6] = [
    ("AdministratorAccess", r#"[{"Effect": "Allow", "Action": "*", "Resource": "*"}]"#),
    ("IAMFullAccess", r#"[{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]"#),
    (
        "PowerUserAccess",
        r#"[{"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
            {"Effect": "Allow", "Action": ["iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole"], "Resource": "*"}]"#,
    ),
    (
        "AdministratorAccess-Amplify",
        r#"[{"Effect": "Allow", "Action": ["iam:AttachRolePolicy", "iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:CreateRole",
            "iam:PassRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "sts:AssumeRole"], "Resource": "*"}]"#,
    ),
    (
        "AWSLambda_FullAccess",
        r#"[{"Effect": "Allow", "Action": "lambda:*", "Resource": "*"},
            {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
             "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}}]"#,
    ),
    (
        "AWSMcpServiceActionsFullAccess",
        r#"[{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:IsMcpServiceAction": "true"}}}]"#,
    ),
];

/// The names of those whose text is known.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    POLICIES.iter().map(|(name, _)| *name)
}

/// The name and the text of a policy of AWS's own.
pub(super) fn known(name: &str) -> Option<(&'static str, Value)> {
    let (name, statements) = POLICIES.iter().find(|(known, _)| *known == name)?;
    let statements: Value = serde_json::from_str(statements).ok()?;
    Some((name, json!({"Version": "2012-10-17", "Statement": statements})))
}

#[cfg(test)]
mod tests {
    use iam_policy::Document;

    use super::*;

    #[test]
    fn each_is_a_policy() {
        for name in names() {
            assert!(known(name).is_some_and(|(_, policy)| Document::from_value(policy).is_ok()), "{name}");
        }
        assert_eq!(known("ReadOnlyAccess"), None);
    }
}
