//! **The table** of context keys that are tied to the kind of caller, or that every request carries.

/// Prefixes of keys that only requests of IAM principals carry (IAM User Guide, AWS global condition context keys,
/// Properties of the principal).
pub(super) const OF_IAM_PRINCIPALS: [&str; 10] = [
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltag/",
    "aws:username",
    "aws:multifactorauth",
    "aws:tokenissuetime",
    "aws:sourceidentity",
    "kms:calleraccount",
];

/// What every request carries ("This key is always included in the request context"), and a usual value of it.
pub(super) const ALWAYS_THERE: [(&str, &str); 5] = [
    ("aws:currenttime", "2026-06-01T12:00:00Z"),
    ("aws:epochtime", "1780315200"),
    ("aws:requestedregion", "us-east-1"),
    ("aws:securetransport", "true"),
    ("aws:viaawsservice", "false"),
];

/// What every request of an IAM principal carries beside.
pub(super) const ALWAYS_THERE_FOR_AWS: [(&str, &str); 2] =
    [("aws:principaltype", "AssumedRole"), ("aws:userid", "AROAEXAMPLEEXAMPLE123:example")];
