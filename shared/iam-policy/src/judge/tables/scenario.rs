//! **The table** of values that stand for what a holder can have in a request. Of which key which of them, the table of `keys/table.rs` says.

/// Operations of a grant with which one decrypts, or comes by a grant with which one does.
pub(in crate::judge) const DECRYPTING: [&str; 3] = ["Decrypt", "ReEncryptFrom", "CreateGrant"];

/// The policies of tasks of the root user that let its holder in, or take a policy away (IAM User Guide, "Perform a privileged task on an AWS
/// Organizations member account"). `IAMAuditRootUserCredentials` and `IAMDeleteRootUserCredentials` do not.
pub(in crate::judge) const ROOT_TASKS: [&str; 3] =
    ["root-task/IAMCreateRootUserPassword", "root-task/S3UnlockBucketPolicy", "root-task/SQSUnlockQueuePolicy"];

/// A value that no policy names.
pub(in crate::judge) const UNNAMED: &str = "example-unnamed";

/// No request is older than this crate.
pub(in crate::judge) const EARLIEST: &str = "2026-01-01T00:00:00Z";

/// Keys whose value is the region that a request is made in: that of its resource, or the one of a global service.
pub(in crate::judge) const REGION_KEYS: [&str; 2] = ["aws:requestedregion", "ec2:region"];

/// What keys begin with of which the rest is the key of a tag that the request sets.
pub(in crate::judge) const TAGS_OF_REQUESTS: [&str; 2] = ["aws:requesttag/", "s3:requestobjecttag/"];

/// Keys whose values are the keys of the tags that the request sets.
pub(in crate::judge) const TAG_KEYS: [&str; 2] = ["aws:tagkeys", "s3:requestobjecttagkeys"];

/// Services that do not say that a role goes to them: "Some services, such as AWS CodeBuild and AWS CodeCommit do not support this condition key"
/// (IAM User Guide, IAM and AWS STS condition context keys, iam:PassedToService).
pub(in crate::judge) const SILENT_SERVICES: [&str; 2] = ["codebuild.amazonaws.com", "codecommit.amazonaws.com"];
