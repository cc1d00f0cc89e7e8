//! **The tables** of what makes an administrator.

/// The actions with which a principal alone gives itself or others any permission, each with the kind of IAM resource that
/// it changes.
pub(in crate::judge) const ACTIONS: [(&str, &str); 7] = [
    ("iam:PutUserPolicy", "user"),
    ("iam:PutRolePolicy", "role"),
    ("iam:PutGroupPolicy", "group"),
    ("iam:AttachUserPolicy", "user"),
    ("iam:AttachRolePolicy", "role"),
    ("iam:AttachGroupPolicy", "group"),
    ("iam:CreatePolicyVersion", "policy"),
];

/// AWS's own policies that make an administrator: the snapshot of tests/admin.rs finds them.
pub(in crate::judge) const ADMINISTRATOR_POLICIES: [&str; 4] = [
    "policy/AdministratorAccess",
    "policy/AdministratorAccess-Amplify",
    "policy/AWSMcpServiceActionsFullAccess",
    "policy/IAMFullAccess",
];
