//! **The table** of actions that turn on one role, and of what makes a role another.

/// How an action makes somebody act with a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::judge) enum Turn {
    /// A service that its trust policy lets in gets it.
    Passed,
    /// The holder gets it, if its trust policy lets the account in.
    Assumed,
    /// The holder says who gets it.
    Trusting,
    /// Its boundary is taken away, so that it has all that its policies say.
    Unbound,
}

/// All of them, as AWS spells them. What gives a role permissions is not among them: what the role had does not matter then.
pub(in crate::judge) const TURNS: [(&str, Turn); 5] = [
    ("iam:PassRole", Turn::Passed),
    ("sts:AssumeRole", Turn::Assumed),
    ("iam:UpdateAssumeRolePolicy", Turn::Trusting),
    ("iam:DeleteRolePermissionsBoundary", Turn::Unbound),
    ("iam:PutRolePermissionsBoundary", Turn::Unbound),
];

/// With which the holder says who gets a role.
pub(in crate::judge) const TRUSTING: &str = "iam:UpdateAssumeRolePolicy";

/// With which the holder gives a role what it likes.
pub(in crate::judge) const GIVING: [&str; 2] = ["iam:AttachRolePolicy", "iam:PutRolePolicy"];

/// Actions that say most about what a role has, the best first.
pub(in crate::judge) const TELLING_ACTIONS: [&str; 16] = [
    "iam:PutRolePolicy",
    "iam:AttachRolePolicy",
    "iam:CreateAccessKey",
    "iam:PassRole",
    "sts:AssumeRole",
    "secretsmanager:GetSecretValue",
    "s3:GetObject",
    "s3:PutObject",
    "kms:Decrypt",
    "dynamodb:GetItem",
    "ssm:GetParameter",
    "lambda:InvokeFunction",
    "ec2:RunInstances",
    "sqs:ReceiveMessage",
    "sns:Publish",
    "logs:PutLogEvents",
];

/// How an action turns on a role, if it does.
pub(in crate::judge) fn turn(action: &str) -> Option<Turn> {
    TURNS.iter().find(|(name, _)| *name == action).map(|(_, turn)| *turn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn every_action_exists_and_is_about_roles() {
        let of_turns = TURNS.iter().map(|(action, _)| *action);
        for action in of_turns.chain(GIVING).chain([TRUSTING]) {
            let id = catalogue::find(action).expect("an action");
            assert_eq!(id.full_name(), action);
            assert!(id.resource_templates().any(|template| template.ends_with(":role/*")), "{action}");
        }
        for action in TELLING_ACTIONS {
            assert!(catalogue::find(action).is_some(), "{action}");
        }
    }
}
