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
//! What the holder of identity policies can have is the table of `judge/scenario.rs`.
//!
//! Sources: IAM User Guide, AWS global condition context keys; Amazon S3 User Guide, Blocking public access, The
//! meaning of "public" (fixed values, and no address range wider than /8 for IPv4 or /32 for IPv6).

mod rule;

use crate::operator::Base;
use crate::statement::Condition;
use crate::zone::TrustZone;
use rule::{Rule, confined_values};

/// Which values of a key say that the caller, or whom a service acts for, is of the zone.
const RESOURCE_KEYS: [(&str, Rule); 24] = [
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
const AUDIENCES_OF_ONE: [&str; 4] = [
    "accounts.google.com:aud",
    "cognito-identity.amazonaws.com:aud",
    "graph.facebook.com:app_id",
    "www.amazon.com:app_id",
];

/// The values of a condition that prove, each by itself, that a request comes from the zone; for address ranges all or none.
pub(crate) fn proofs(condition: &Condition, zone: &TrustZone) -> Vec<String> {
    let Condition { operator, key, values } = condition;
    let Some(rule) = rule(key) else {
        return Vec::new();
    };
    match operator.base {
        Base::Null => Vec::new(),
        Base::IpAddress => {
            if confined_values(rule, operator, values, zone) {
                values.clone()
            } else {
                Vec::new()
            }
        }
        Base::Bool => {
            let truth = vec!["true".to_owned()];
            if confined_values(rule, operator, &truth, zone) { truth } else { Vec::new() }
        }
        _ => {
            values.iter().filter(|v| confined_values(rule, operator, std::slice::from_ref(*v), zone)).cloned().collect()
        }
    }
}

fn rule(key: &str) -> Option<Rule> {
    let key = key.to_ascii_lowercase();
    if key.ends_with(":sub") {
        return Some(Rule::Subject);
    }
    if AUDIENCES_OF_ONE.contains(&key.as_str()) {
        return Some(Rule::Fixed);
    }
    RESOURCE_KEYS.iter().find(|(name, _)| key == *name).map(|(_, rule)| *rule)
}
