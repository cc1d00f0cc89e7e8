//! **The table**: which conditions confine a grant, and which only look as if they did.
//!
//! A condition confines if *every* request that passes it comes from a bounded set: for a resource or trust policy,
//! from the [`TrustZone`]; for an identity policy, from less than everything that its holder could ever do. Only an
//! operator that refuses an absent key can confine, and only if all of its values do (they are alternatives).
//! What is not in the tables below does not confine. In particular these never do:
//!
//! | condition | because |
//! |---|---|
//! | `..IfExists`, `ForAllValues:`, `Not..` | a request without the key passes |
//! | `StringLike` with `*`, a value that is a policy variable | every value passes |
//! | `Null` | says that a key is there, not what it is |
//! | `IpAddress` of `0.0.0.0/0`, or `0.0.0.0/1` with `128.0.0.0/1` | together they are all addresses |
//! | `aws:CurrentTime`, `aws:EpochTime` | time passes |
//! | `aws:SecureTransport`, `aws:UserAgent`, `aws:Referer` | the caller chooses |
//! | `aws:PrincipalTag/..`, `aws:PrincipalType`, `aws:username`, `sts:ExternalId` | a stranger has them too; for an identity policy the holder does |
//! | `aws:RequestedRegion`, `aws:ViaAWSService`, `aws:CalledVia` | every caller can go that way |
//! | identity policies: `aws:PrincipalOrgID`, `aws:PrincipalAccount`, `aws:PrincipalArn` | the holder is always inside |
//!
//! Sources: IAM User Guide, AWS global condition context keys; Amazon S3 User Guide, Blocking public access, The
//! meaning of "public" (fixed values, and no address range wider than /8 for IPv4 or /32 for IPv6).

use super::cidr::Cidr;
use super::operator::{Base, Operator, Quantifier};
use crate::glob::Glob;
use crate::statement::{Condition, Statement};
use crate::zone::TrustZone;

/// What the values of a key must be to confine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
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
    /// Address ranges that are not most of the internet.
    Network,
    /// `true`.
    True,
    /// A value of which at least one character is fixed.
    Tag,
    /// Named policies, none of which is an administrator's.
    Policy,
}

/// Resource and trust policies: who is inside the zone. A key that ends in `/` stands for all that begin so.
const RESOURCE_KEYS: [(&str, Rule); 24] = [
    ("aws:principalorgid", Rule::Organization),
    ("aws:principalorgpaths", Rule::OrganizationPath),
    ("aws:principalaccount", Rule::Account),
    ("aws:principalarn", Rule::OwnArn),
    ("aws:principalisawsservice", Rule::True),
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
    ("aws:userid", Rule::Fixed),
    ("s3:dataaccesspointaccount", Rule::Account),
    ("s3:dataaccesspointarn", Rule::OwnArn),
    ("kms:calleraccount", Rule::Account),
    ("elasticfilesystem:accessedviamounttarget", Rule::True),
    ("aws:ec2instancesourcevpc", Rule::Fixed),
];

/// Identity policies: what takes most of a permission-giving action away from its holder.
const IDENTITY_KEYS: [(&str, Rule); 9] = [
    ("iam:permissionsboundary", Rule::Policy),
    ("iam:policyarn", Rule::Policy),
    ("iam:resourcetag/", Rule::Tag),
    ("aws:resourcetag/", Rule::Tag),
    ("aws:requesttag/", Rule::Tag),
    ("aws:sourceip", Rule::Network),
    ("aws:sourcevpc", Rule::Fixed),
    ("aws:sourcevpce", Rule::Fixed),
    ("aws:multifactorauthpresent", Rule::True),
];

/// Prefixes of keys that no request for one of the judged IAM actions carries (Service Authorization Reference,
/// Condition keys for IAM), the two of [`IDENTITY_KEYS`] aside. A statement that requires one grants none of them.
const NEVER_CARRIED: [&str; 12] =
    ["iam", "ec2", "s3", "kms", "lambda", "rds", "dynamodb", "ssm", "secretsmanager", "sns", "sqs", "organizations"];

/// AWS-managed policies with which one is an administrator.
const ADMINISTRATOR_POLICIES: [&str; 4] = [
    "policy/AdministratorAccess",
    "policy/AdministratorAccess-Amplify",
    "policy/AWSMcpServiceActionsFullAccess",
    "policy/IAMFullAccess",
];

/// The part of all addresses that still counts as a few: a quarter.
const LARGEST_SHARE: f64 = 0.25;

/// Whether the conditions confine an Allow of an identity policy.
pub(crate) fn confines_holder(statement: &Statement, zone: &TrustZone) -> bool {
    statement.conditions.iter().any(|c| {
        let never = !c.operator.accepts_absent() && c.operator.base != Base::Null && is_never_carried(&c.key);
        never || c.values.is_empty() && !c.operator.accepts_absent() || passes_only(c, &IDENTITY_KEYS, zone)
    })
}

/// Whether the conditions confine an Allow of a resource or trust policy to the zone.
pub(crate) fn confines_callers(statement: &Statement, zone: &TrustZone) -> bool {
    statement.conditions.iter().any(|c| {
        c.values.is_empty() && !c.operator.accepts_absent() || passes_only(c, &RESOURCE_KEYS, zone)
    })
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

/// Whether every request that passes the condition is confined.
fn passes_only(condition: &Condition, keys: &[(&str, Rule)], zone: &TrustZone) -> bool {
    let Condition { operator, key, values } = condition;
    if operator.negated || operator.accepts_absent() {
        return false;
    }
    rule(keys, key).is_some_and(|rule| confined_values(rule, operator, values, zone))
}

/// Whether every request that *fails* the condition comes from the zone: the key is there and has one of the values.
fn fails_only(condition: &Condition, zone: &TrustZone) -> bool {
    let Condition { operator, key, values } = condition;
    let Some(rule) = rule(&RESOURCE_KEYS, key) else { return false };
    if operator.quantifier == Some(Quantifier::ForAnyValue) || !operator.accepts_absent() {
        return false;
    }
    match operator.base {
        Base::Bool => rule == Rule::True && !values.is_empty() && values.iter().all(|v| v.eq_ignore_ascii_case("false")),
        _ => operator.negated && confined_values(rule, operator, values, zone),
    }
}

fn rule(keys: &[(&str, Rule)], key: &str) -> Option<Rule> {
    let key = key.to_ascii_lowercase();
    let stands_for = |name: &str| if name.ends_with('/') { key.starts_with(name) } else { key == name };
    keys.iter().find(|(name, _)| stands_for(name)).map(|(_, rule)| *rule)
}

fn is_never_carried(key: &str) -> bool {
    let Some((prefix, _)) = key.split_once(':') else { return false };
    NEVER_CARRIED.iter().any(|p| p.eq_ignore_ascii_case(prefix)) && rule(&IDENTITY_KEYS, key).is_none()
}

fn confined_values(rule: Rule, operator: &Operator, values: &[String], zone: &TrustZone) -> bool {
    let fits = match rule {
        Rule::True => operator.base == Base::Bool,
        Rule::Network | Rule::NarrowNetwork => operator.base == Base::IpAddress,
        _ => is_text(operator.base),
    };
    fits && match rule {
        Rule::Network => narrow(values, (0, 0)),
        Rule::NarrowNetwork => narrow(values, (8, 32)),
        rule => values.iter().all(|v| confined_value(rule, operator.base, v, zone)),
    }
}

fn is_text(base: Base) -> bool {
    matches!(base, Base::StringEquals | Base::StringEqualsIgnoreCase | Base::StringLike | Base::Arn)
}

fn confined_value(rule: Rule, base: Base, value: &str, zone: &TrustZone) -> bool {
    match rule {
        Rule::Account => zone.has_account(value) || value.eq_ignore_ascii_case("${aws:ResourceAccount}"),
        Rule::Organization => {
            let own = value.eq_ignore_ascii_case("${aws:ResourceOrgID}") && !zone.organizations.is_empty();
            zone.has_organization(value) || own
        }
        Rule::OrganizationPath => value.split_once('/').is_some_and(|(id, _)| zone.has_organization(id)),
        Rule::OwnArn => arn_account(base, value).is_some_and(|account| zone.has_account(account)),
        Rule::SourceArn => confined_value(Rule::OwnArn, base, value, zone) || is_bucket(value),
        Rule::Service => !has_wildcard(value) && zone.has_service(value),
        Rule::True => value.eq_ignore_ascii_case("true"),
        Rule::Tag => !value.contains("${") && value.chars().any(|c| !matches!(c, '*' | '?')),
        Rule::Policy => is_harmless_policy(value),
        Rule::Fixed => !has_wildcard(value) && !value.is_empty(),
        Rule::Network | Rule::NarrowNetwork => false,
    }
}

/// Wildcards count even under an operator that takes them literally: a condition which then never holds is a mistake,
/// not a protection.
fn has_wildcard(value: &str) -> bool {
    value.contains(['*', '?']) || value.contains("${")
}

/// The account of an ARN pattern. Only the ARN operators keep a wildcard before it within its segment: under
/// `StringLike`, `arn:*:iam::<account>:*` also matches a role of another account, whose path may contain colons.
fn arn_account(base: Base, value: &str) -> Option<&str> {
    let segments: Vec<&str> = value.splitn(6, ':').collect();
    let [head @ .., account, _] = segments.as_slice() else { return None };
    let certain = |segment: &&str| !has_wildcard(segment) || base == Base::Arn && !segment.contains("${");
    let is_arn = matches!(head, ["arn", _, _, _]) && head.iter().all(certain);
    (is_arn && !has_wildcard(account)).then_some(account)
}

fn is_bucket(value: &str) -> bool {
    let segments: Vec<&str> = value.splitn(6, ':').collect();
    matches!(segments.as_slice(), ["arn", partition, "s3", "" | "*", "" | "*", bucket]
        if !partition.is_empty() && !has_wildcard(bucket) && !bucket.is_empty())
}

/// Only policies of the account itself and of AWS can be attached, whatever account the pattern leaves open.
fn is_harmless_policy(value: &str) -> bool {
    let segments: Vec<&str> = value.splitn(6, ':').collect();
    let ["arn", _, "iam", "", account, name] = segments.as_slice() else { return false };
    let is_named = name.strip_prefix("policy/").is_some_and(|n| !n.is_empty() && !n.starts_with(['*', '?']));
    let name = Glob::new(name);
    let may_be_managed = Glob::new(account).matches("aws");
    let is_administrators = may_be_managed && ADMINISTRATOR_POLICIES.iter().any(|p| name.matches(p));
    is_named && !value.contains("${") && !is_administrators
}

/// Whether all are ranges, none with a shorter prefix than these for IPv4 and IPv6, and together a few.
fn narrow(values: &[String], (v4, v6): (u32, u32)) -> bool {
    let Some(ranges) = values.iter().map(|v| Cidr::parse(v)).collect::<Option<Vec<_>>>() else { return false };
    let share = |v4: bool| ranges.iter().filter(|r| r.is_v4() == v4).map(Cidr::share).sum::<f64>();
    ranges.iter().all(|r| r.prefix >= if r.is_v4() { v4 } else { v6 })
        && share(true) <= LARGEST_SHARE
        && share(false) <= LARGEST_SHARE
}

