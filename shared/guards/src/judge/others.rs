//! Whether a policy could be about others: those whom the account knows to have more.

use iam_policy::{ActionElement, Document};

/// What begins the names of actions on users, roles, groups and policies.
const SERVICES: [&str; 2] = ["iam:", "sts:assume"];

/// What begins those that change nothing.
const READING: [&str; 4] = ["iam:get", "iam:list", "iam:generate", "iam:simulate"];

/// Whether a policy allows something that could make its holder another, or another do something for him. Cheap, and rather too often.
pub(crate) fn names_others(document: &Document) -> bool {
    let mut allows = document.statements().iter().filter(|statement| statement.is_allow());
    allows.any(|statement| match &statement.actions {
        ActionElement::NotAction(_) => true,
        ActionElement::Action(patterns) => {
            patterns.iter().any(|pattern| is_about_others(&pattern.to_ascii_lowercase()))
        }
    })
}

fn is_about_others(pattern: &str) -> bool {
    if READING.iter().any(|reading| pattern.starts_with(reading)) {
        return false;
    }
    let literal = pattern.split(['*', '?']).next().unwrap_or_default();
    SERVICES.iter().any(|service| literal.starts_with(service) || service.starts_with(literal))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_about_others() {
        for (action, expected) in [
            ("iam:CreateAccessKey", true),
            ("IAM:Pass*", true),
            ("i*:CreateAccessKey", true),
            ("*", true),
            ("sts:*", true),
            ("sts:AssumeRole", true),
            ("iam:Get*", false),
            ("iam:ListRoles", false),
            ("sts:GetCallerIdentity", false),
            ("s3:*", false),
        ] {
            let document = json!({"Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}});
            let document = Document::from_value(document).unwrap();
            assert_eq!(names_others(&document), expected, "{action}");
        }
    }
}
