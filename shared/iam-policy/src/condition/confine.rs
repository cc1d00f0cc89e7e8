//! **The table**: which conditions confine a grant, and which only look as if they did.
//!
//! A condition confines if *every* request that passes it comes from a bounded set: for a resource or trust policy,
//! from the [`TrustZone`]; for an identity policy, from less than everything that its holder could ever do. It can
//! only if the key has to be there (the operator refuses an absent key, or another condition does, such as `Null`
//! `false`), and only if all of its values confine (they are alternatives).
//! What is not in the tables below does not confine. In particular these never do:
//!
//! | condition | because |
//! |---|---|
//! | `..IfExists`, `ForAllValues:` alone | a request without the key passes |
//! | `..Not..` | every other value passes |
//! | `StringLike` with `*`, a value that is a policy variable | every value passes |
//! | `Null` | says that a key is there, not what it is |
//! | `IpAddress` of `0.0.0.0/0`, or `0.0.0.0/1` with `128.0.0.0/1` | together they are all addresses |
//! | `aws:CurrentTime`, `aws:EpochTime` | time passes |
//! | `aws:SecureTransport`, `aws:UserAgent`, `aws:Referer` | the caller chooses |
//! | `aws:PrincipalTag/..`, `aws:PrincipalType`, `aws:username`, `sts:ExternalId` | a stranger has them too; for an identity policy the holder does |
//! | `aws:RequestedRegion`, `aws:ViaAWSService`, `aws:CalledVia` | every caller can go that way |
//! | identity policies: `aws:SourceIp`, `aws:SourceVpc`, `aws:SourceVpce`, `aws:MultiFactorAuthPresent` | whoever writes the policy writes their own in |
//! | identity policies: `aws:PrincipalOrgID`, `aws:PrincipalAccount`, `aws:PrincipalArn` | the holder is always inside |
//!
//! Sources: IAM User Guide, AWS global condition context keys; Amazon S3 User Guide, Blocking public access, The
//! meaning of "public" (fixed values, and no address range wider than /8 for IPv4 or /32 for IPv6).

mod rule;

use super::operator::{Base, Quantifier};
use crate::statement::{Condition, Statement};
use crate::zone::TrustZone;
use rule::{Rule, confined_values};

/// Resource and trust policies: who is inside the zone. A key that ends in `/` stands for all that begin so.
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

/// Identity policies: what takes most of a permission-giving action away from its holder. Where the holder calls from, and
/// whether with a second factor, takes nothing away: whoever writes the policy writes their own address into it.
const IDENTITY_KEYS: [(&str, Rule); 5] = [
    ("iam:permissionsboundary", Rule::Policy),
    ("iam:policyarn", Rule::Policy),
    ("iam:resourcetag/", Rule::Tag),
    ("aws:resourcetag/", Rule::Tag),
    ("aws:requesttag/", Rule::Tag),
];

/// Prefixes of keys that no request for one of the judged IAM actions carries (Service Authorization Reference,
/// Condition keys for IAM), the two of [`IDENTITY_KEYS`] aside. A statement that requires one grants none of them.
const NEVER_CARRIED: [&str; 12] =
    ["iam", "ec2", "s3", "kms", "lambda", "rds", "dynamodb", "ssm", "secretsmanager", "sns", "sqs", "organizations"];

/// Whether the conditions confine an Allow of an identity policy.
pub(crate) fn confines_holder(statement: &Statement, zone: &TrustZone) -> bool {
    statement.conditions.iter().any(|c| {
        let never = requires_key(c) && c.operator.base != Base::Null && is_never_carried(&c.key);
        never || passes_only(c, statement, &IDENTITY_KEYS, zone)
    })
}

/// Whether the conditions confine an Allow of a resource or trust policy to the zone.
pub(crate) fn confines_callers(statement: &Statement, zone: &TrustZone) -> bool {
    statement.conditions.iter().any(|c| passes_only(c, statement, &RESOURCE_KEYS, zone))
}

/// Whether a Deny of a resource or trust policy with these conditions leaves only requests from the zone.
///
/// A request escapes the Deny if it fails one of the conditions, so failing *each* of them has to prove that it comes
/// from the zone. Without conditions none escapes.
pub(crate) fn leaves_only_zone(statement: &Statement, zone: &TrustZone) -> bool {
    statement.conditions.iter().all(|c| applies_always(c) || fails_only(c, zone))
}

/// Whether a Deny applies to every request, whatever its context.
pub(crate) fn certainly_applies(statement: &Statement) -> bool {
    statement.conditions.iter().all(applies_always)
}

/// `StringLikeIfExists` with `*`: any value passes, and so does none.
fn applies_always(condition: &Condition) -> bool {
    let Condition { operator, values, .. } = condition;
    let any = operator.base == Base::StringLike && values.iter().any(|v| v == "*");
    any && !operator.negated && operator.accepts_absent()
}

/// Whether every request that passes the condition is confined, the key being there because of this or another
/// condition of the statement. No values: none passes.
fn passes_only(condition: &Condition, statement: &Statement, keys: &[(&str, Rule)], zone: &TrustZone) -> bool {
    let Condition { operator, key, values } = condition;
    let same_key = |c: &&Condition| c.key.eq_ignore_ascii_case(key);
    if operator.negated || !statement.conditions.iter().filter(same_key).any(requires_key) {
        return false;
    }
    values.is_empty() || rule(keys, key).is_some_and(|rule| confined_values(rule, operator, values, zone))
}

/// Whether no request without the key passes.
fn requires_key(condition: &Condition) -> bool {
    match condition.operator.base {
        Base::Null => condition.values.iter().all(|v| v.eq_ignore_ascii_case("false")),
        _ => !condition.operator.accepts_absent(),
    }
}

/// Whether every request that *fails* the condition comes from the zone: the key is there and has one of the values.
fn fails_only(condition: &Condition, zone: &TrustZone) -> bool {
    let Condition { operator, key, values } = condition;
    let Some(rule) = rule(&RESOURCE_KEYS, key) else {
        return false;
    };
    if operator.quantifier == Some(Quantifier::ForAnyValue) || !operator.accepts_absent() {
        return false;
    }
    match operator.base {
        // Failing `false` is passing `true`.
        Base::Bool => {
            let only_false = !values.is_empty() && values.iter().all(|v| v.eq_ignore_ascii_case("false"));
            only_false && confined_values(rule, operator, &["true".to_owned()], zone)
        }
        _ => operator.negated && confined_values(rule, operator, values, zone),
    }
}

fn rule(keys: &[(&str, Rule)], key: &str) -> Option<Rule> {
    let key = key.to_ascii_lowercase();
    let stands_for = |name: &str| {
        if name.ends_with('/') { key.starts_with(name) } else { key == name }
    };
    keys.iter().find(|(name, _)| stands_for(name)).map(|(_, rule)| *rule)
}

fn is_never_carried(key: &str) -> bool {
    let Some((prefix, _)) = key.split_once(':') else {
        return false;
    };
    NEVER_CARRIED.iter().any(|p| p.eq_ignore_ascii_case(prefix)) && rule(&IDENTITY_KEYS, key).is_none()
}
