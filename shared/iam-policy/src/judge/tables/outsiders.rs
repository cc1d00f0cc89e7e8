//! **The tables** of what is asked of policies that say who is let in.

/// What a role's trust policy is asked for.
pub(in crate::judge) const ASSUMING: [&str; 3] =
    ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];

/// Actions to show, if one of them fits.
pub(in crate::judge) const TELLING_ACTIONS: [&str; 14] = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:ListBucket",
    "s3:DeleteObject",
    "s3:PutBucketPolicy",
    "kms:Decrypt",
    "kms:PutKeyPolicy",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "sns:Publish",
    "sns:Subscribe",
    "lambda:InvokeFunction",
    "secretsmanager:GetSecretValue",
    "ecr:BatchGetImage",
];

/// Services that act on resources of the caller's own account only, and say no source.
pub(in crate::judge) const NEVER_A_DEPUTY: [&str; 3] =
    ["ec2.amazonaws.com", "lambda.amazonaws.com", "edgelambda.amazonaws.com"];

/// The canonical user id of AWS's own examples.
pub(in crate::judge) const EXAMPLE_CANONICAL_USER: &str =
    "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
