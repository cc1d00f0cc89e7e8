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
pub(in crate::judge) const NEVER_A_DEPUTY: [&str; 4] =
    ["ec2.amazonaws.com", "ec2.amazonaws.com.cn", "lambda.amazonaws.com", "edgelambda.amazonaws.com"];

/// What can be asked without credentials, as each of these services documents of itself. Others take signed requests only.
pub(in crate::judge) const WITHOUT_CREDENTIALS: [&str; 8] = [
    "s3:*",
    "sqs:*",
    "sns:*",
    "lambda:InvokeFunction*",
    "execute-api:*",
    "es:ESHttp*",
    "mediastore:*",
    "vpc-lattice-svcs:*",
];

/// Canonical user ids of AWS's own examples: of one that no policy names somebody else asks.
pub(in crate::judge) const CANONICAL_USERS: [&str; 2] = [
    "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be",
    "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a",
];

/// A service that stands for any.
pub(in crate::judge) const ANY_SERVICE: &str = "example.amazonaws.com";

/// Services that do what they are told on whichever resource a customer of theirs names, and by which actions. The last does anything.
pub(in crate::judge) const DEPUTIES: [(&str, &str); 8] = [
    ("s3:GetObject*", "cloudfront.amazonaws.com"),
    ("s3:PutObject", "cloudtrail.amazonaws.com"),
    ("kms:*", "cloudfront.amazonaws.com"),
    ("sqs:SendMessage", "sns.amazonaws.com"),
    ("sns:Publish", "s3.amazonaws.com"),
    ("lambda:InvokeFunction*", "s3.amazonaws.com"),
    ("sts:*", "bedrock.amazonaws.com"),
    ("*", "events.amazonaws.com"),
];

/// By which actions data is read, in lower case.
pub(in crate::judge) const READING: [&str; 5] =
    ["s3:getobject", "s3:getobjectversion", "s3:listbucket", "s3:listbucketversions", "kms:decrypt"];

/// A service by which anybody reads what a policy lets it read.
pub(in crate::judge) struct Reader {
    /// Its principal, without `.amazonaws.com`.
    pub(in crate::judge) service: &'static str,
    /// By which actions; none: whatever it asks, the answer goes to whoever drives it.
    pub(in crate::judge) actions: &'static [&'static str],
}

/// Services that hand what they read to whoever has a resource of theirs, in any account. Each says for whom it acts, and AWS's document of
/// it has a policy with such a condition: without one, everybody's distribution, app, flow or build reads. Services that write logs and tell
/// of events are none: what they bring, nobody takes away.
pub(in crate::judge) const READERS: [Reader; 5] = [
    // Amazon CloudFront Developer Guide, Restrict access to an Amazon S3 origin: "Use a Condition element in the policy to allow CloudFront to
    // access the bucket only when the request is on behalf of the CloudFront distribution that contains the S3 origin."
    Reader { service: "cloudfront", actions: &[] },
    // AWS Amplify Hosting User Guide, Deploying a static website to Amplify from an Amazon S3 bucket.
    Reader { service: "amplify", actions: &["s3:GetObject*", "s3:ListBucket*"] },
    // Amazon AppFlow User Guide, Amazon S3 bucket policies for Amazon AppFlow.
    Reader { service: "appflow", actions: &["s3:GetObject*", "s3:ListBucket*"] },
    // Amazon AppStream 2.0 Administration Guide, Confused deputy prevention.
    Reader { service: "appstream", actions: &["s3:GetObject*", "s3:ListBucket*"] },
    // AWS SAM Developer Guide, Publishing an application using the AWS SAM CLI.
    Reader { service: "serverlessrepo", actions: &["s3:GetObject*"] },
];
