//! **The table** of what a holder who looks for a way can have in a request, and what it cannot.
//!
//! For identity policies: a condition confines a grant if the holder cannot satisfy it by choice. What is not in the table
//! can be anything, because the holder, or whoever writes the policy, chooses it: `aws:SourceIp`,
//! `aws:MultiFactorAuthPresent`, `aws:RequestedRegion`, `aws:CalledVia`, .. `aws:PrincipalAccount` and `aws:ResourceAccount`
//! are known: both are the holder's own account.
//!
//! What outsiders can have is the table of `condition/confine/table.rs`.

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
}

pub(in crate::judge) static ASSUMPTIONS: [Assumption; 12] = [
    // The tags of the target are not the holder's choice.
    Assumption {
        keys: &[Key::Has("resourcetag/"), Key::Begins("s3:existingobjecttag/")],
        of: Of::Any,
        is: Assumed::Unnamed,
    },
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
    // The data, and the key that it is encrypted with, are not the holder's.
    Assumption {
        keys: &[Key::Is("kms:resourcealiases"), Key::Is("kms:requestalias")],
        of: Of::Any,
        is: Assumed::Unnamed,
    },
    Assumption { keys: &[Key::Begins("kms:encryptioncontext")], of: Of::Any, is: Assumed::Unnamed },
    // The judged actions of IAM carry no tags.
    Assumption {
        keys: &[Key::Begins("aws:requesttag/"), Key::Is("aws:tagkeys")],
        of: Of::Begins("iam:"),
        is: Assumed::Nothing,
    },
];

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
