//! **The table** of what a holder who looks for a way can have in a request, and what it cannot.
//!
//! For identity policies: a condition confines a grant if the holder cannot satisfy it by choice. What is not in the table
//! can be anything, because the holder, or whoever writes the policy, chooses it: `aws:SourceIp`,
//! `aws:MultiFactorAuthPresent`, `aws:RequestedRegion`, `aws:CalledVia`, .. `aws:PrincipalAccount` and `aws:ResourceAccount`
//! are known: both are the holder's own account.
//!
//! What outsiders can have is the table of `keys/table.rs`.

/// One row: of the rows that are about a key and an action, the first counts.
pub(in crate::judge) struct Assumption {
    /// Which keys.
    pub(in crate::judge) keys: &'static [Key],
    /// In requests for which actions.
    pub(in crate::judge) of: Of,
    /// What the request carries.
    pub(in crate::judge) is: Assumed,
}

/// Which keys, in lower case.
pub(in crate::judge) enum Key {
    /// This one.
    Is(&'static str),
    /// All that begin so.
    Begins(&'static str),
    /// All in which this stands.
    Has(&'static str),
    /// Those of a service [that keeps its keys to itself](OF_ONE_SERVICE), if the action is not of that service.
    OfAnotherService,
}

/// Which actions, in lower case.
pub(in crate::judge) enum Of {
    /// Every action.
    Any,
    /// All that begin so.
    Begins(&'static str),
    /// This one.
    Only(&'static str),
}

/// What a request carries of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::judge) enum Assumed {
    /// Whatever is asked for.
    Anything,
    /// Nothing.
    Nothing,
    /// Nothing, or a value that no policy names.
    Unnamed,
    /// Nothing, or the ARN of a policy that confines nothing.
    Unconfining,
    /// Nothing, or a service that the way needs; whatever is asked for, if it needs none.
    NeededService,
    /// A time that is not past.
    Now,
    /// Operations, one with which what is encrypted is decrypted.
    Decrypting,
    /// The holder itself.
    Holder,
    /// A task of the root user that gives something away.
    RootTask,
}

pub(in crate::judge) static ASSUMPTIONS: [Assumption; 23] = [
    // The tags of the target are not the holder's choice, unless it may set them.
    Assumption {
        keys: &[Key::Has("resourcetag/"), Key::Begins("s3:existingobjecttag/")],
        of: Of::Any,
        is: Assumed::Unnamed,
    },
    // What exists is tagged, not what is being made: "the user must use a resource-creating action" to carry it (Amazon EC2 User Guide, "Grant
    // permission to tag resources during creation").
    Assumption { keys: &[Key::Has(":createaction")], of: Of::Any, is: Assumed::Nothing },
    // A request carries keys of its own service only.
    Assumption { keys: &[Key::OfAnotherService], of: Of::Any, is: Assumed::Nothing },
    // Time passes.
    Assumption {
        keys: &[Key::Is("aws:currenttime"), Key::Is("aws:epochtime"), Key::Is("aws:tokenissuetime")],
        of: Of::Any,
        is: Assumed::Now,
    },
    // Only that service gives the role's permissions away.
    Assumption { keys: &[Key::Is("iam:passedtoservice")], of: Of::Only("iam:passrole"), is: Assumed::NeededService },
    Assumption { keys: &[Key::Is("iam:passedtoservice")], of: Of::Any, is: Assumed::Nothing },
    // The holder would take another.
    Assumption { keys: &[Key::Is("iam:permissionsboundary")], of: Of::Any, is: Assumed::Unconfining },
    Assumption { keys: &[Key::Is("iam:policyarn")], of: Of::Begins("iam:attach"), is: Assumed::Unconfining },
    Assumption { keys: &[Key::Is("iam:policyarn")], of: Of::Any, is: Assumed::Nothing },
    // The holder asks itself, not through a service.
    Assumption {
        keys: &[Key::Is("kms:viaservice"), Key::Is("kms:calleraccount"), Key::Is("kms:grantisforawsresource")],
        of: Of::Any,
        is: Assumed::Nothing,
    },
    // A grant of something else is no way to decrypt, nor is one to somebody else: "kms:GrantOperations [..] kms:GranteePrincipal" (AWS KMS
    // Developer Guide, "Controlling access to grant operations").
    Assumption { keys: &[Key::Is("kms:grantoperations")], of: Of::Only("kms:creategrant"), is: Assumed::Decrypting },
    Assumption { keys: &[Key::Is("kms:granteeprincipal")], of: Of::Only("kms:creategrant"), is: Assumed::Holder },
    // Of the root user of another account, only what it is asked for: "You must scope the session [..] with a task policy" (AWS STS API
    // Reference, AssumeRoot).
    Assumption { keys: &[Key::Is("sts:taskpolicyarn")], of: Of::Only("sts:assumeroot"), is: Assumed::RootTask },
    // The data, and the key that it is encrypted with, are not the holder's.
    Assumption {
        keys: &[Key::Is("kms:resourcealiases"), Key::Is("kms:requestalias")],
        of: Of::Any,
        is: Assumed::Unnamed,
    },
    Assumption { keys: &[Key::Begins("kms:encryptioncontext")], of: Of::Any, is: Assumed::Unnamed },
    // Of the judged actions of IAM, those that make or tag something carry tags; of KMS, none does.
    Assumption { keys: REQUEST_TAGS, of: Of::Only("iam:createrole"), is: Assumed::Anything },
    Assumption { keys: REQUEST_TAGS, of: Of::Only("iam:createuser"), is: Assumed::Anything },
    Assumption { keys: REQUEST_TAGS, of: Of::Only("iam:createpolicy"), is: Assumed::Anything },
    Assumption { keys: REQUEST_TAGS, of: Of::Begins("iam:tag"), is: Assumed::Anything },
    Assumption { keys: REQUEST_TAGS, of: Of::Begins("iam:"), is: Assumed::Nothing },
    Assumption { keys: REQUEST_TAGS, of: Of::Only("kms:tagresource"), is: Assumed::Anything },
    Assumption { keys: REQUEST_TAGS, of: Of::Begins("kms:"), is: Assumed::Nothing },
    // What AWS has made of a template of its own is not what the holder would make.
    Assumption { keys: &[Key::Is("iam:roletemplatearn")], of: Of::Any, is: Assumed::Nothing },
];

/// What a request says of tags that it sets.
const REQUEST_TAGS: &[Key] = &[Key::Begins("aws:requesttag/"), Key::Is("aws:tagkeys")];

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

/// Prefixes of keys that only requests to the same service carry.
pub(in crate::judge) const OF_ONE_SERVICE: [&str; 12] =
    ["iam", "ec2", "s3", "kms", "lambda", "rds", "dynamodb", "ssm", "secretsmanager", "sns", "sqs", "organizations"];

/// Keys that say where the credentials come from, whatever service is asked.
pub(in crate::judge) const OF_CREDENTIALS: [&str; 5] = [
    "ec2:sourceinstancearn",
    "ec2:roledelivery",
    "ec2:instanceprofile",
    "lambda:sourcefunctionarn",
    "ssm:sourceinstancearn",
];
