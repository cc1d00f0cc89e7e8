//! **The table**: what of a condition proves that a request comes from the trust zone.
//!
//! For resource and trust policies. A judgement looks for a request of an outsider: one that carries none of the values
//! below which a policy names. So a condition confines a grant exactly if nobody without such a value passes it. What is
//! not in the table proves nothing. In particular these never do:
//!
//! | condition | because |
//! |---|---|
//! | `..IfExists`, `ForAllValues:` alone | a request without the key passes |
//! | `..Not..` | every other value passes |
//! | `StringLike` with `*` | every value passes |
//! | `Null` | says that a key is there, not what it is |
//! | `IpAddress` of `0.0.0.0/0`, or `0.0.0.0/1` with `128.0.0.0/1` | together they are all addresses |
//! | `aws:CurrentTime`, `aws:EpochTime` | time passes |
//! | `aws:SecureTransport`, `aws:UserAgent`, `aws:Referer`, the key ids of `s3:x-amz-server-side-encryption-..` | the caller chooses |
//! | `aws:PrincipalTag/..`, `aws:PrincipalType`, `aws:username`, `sts:ExternalId` | a stranger has them too |
//! | `aws:RequestedRegion`, `aws:ViaAWSService`, `aws:CalledVia` | every caller can go that way |
//!
//! What the holder of identity policies can have is the table of `judge/tables/scenario.rs`.
//!
//! Sources: IAM User Guide, AWS global condition context keys; Amazon S3 User Guide, Blocking public access, The
//! meaning of "public" (fixed values, and no address range wider than /8 for IPv4 or /32 for IPv6).

/// What the values of a key must be to confine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Any value without a wildcard.
    Fixed,
    /// An account of the zone, or that of the resource.
    Account,
    /// An organization of the zone, or that of the resource.
    Organization,
    /// A path that begins with an organization of the zone.
    OrganizationPath,
    /// An ARN whose account is of the zone.
    OwnArn,
    /// The same, or one named S3 bucket (whose ARN has no account).
    SourceArn,
    /// An AWS service of the zone.
    Service,
    /// Address ranges, none wider than /8 or /32, that are not most of the internet.
    NarrowNetwork,
    /// `true`.
    True,
    /// `true`, where the zone trusts every AWS service.
    AnyService,
    /// One user's id, or the sessions of one role's.
    UniqueId,
    /// The subject of a token, named at least in part.
    Subject,
}

/// Which values of a key say that the caller, or whom a service acts for, is of the zone.
pub(super) const RESOURCE_KEYS: [(&str, Rule); 24] = [
    ("aws:principalorgid", Rule::Organization),
    ("aws:principalorgpaths", Rule::OrganizationPath),
    ("aws:principalaccount", Rule::Account),
    ("aws:principalarn", Rule::OwnArn),
    ("aws:principalisawsservice", Rule::AnyService),
    ("aws:principalservicename", Rule::Service),
    ("aws:sourceaccount", Rule::Account),
    ("aws:sourceowner", Rule::Account),
    ("aws:sourcearn", Rule::SourceArn),
    ("aws:sourceorgid", Rule::Organization),
    ("aws:sourceorgpaths", Rule::OrganizationPath),
    ("aws:sourcevpc", Rule::Fixed),
    ("aws:sourcevpcarn", Rule::OwnArn),
    ("aws:sourcevpce", Rule::Fixed),
    ("aws:vpceaccount", Rule::Account),
    ("aws:vpceorgid", Rule::Organization),
    ("aws:vpceorgpaths", Rule::OrganizationPath),
    ("aws:sourceip", Rule::NarrowNetwork),
    ("aws:userid", Rule::UniqueId),
    ("s3:dataaccesspointaccount", Rule::Account),
    ("s3:dataaccesspointarn", Rule::OwnArn),
    ("kms:calleraccount", Rule::Account),
    ("elasticfilesystem:accessedviamounttarget", Rule::True),
    ("aws:ec2instancesourcevpc", Rule::Fixed),
];

/// Providers that give an audience to one client only. Those of others (GitHub, GitLab, SAML) are the same for everyone.
pub(super) const AUDIENCES_OF_ONE: [&str; 4] = [
    "accounts.google.com:aud",
    "cognito-identity.amazonaws.com:aud",
    "graph.facebook.com:app_id",
    "www.amazon.com:app_id",
];
