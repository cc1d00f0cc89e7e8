//! What the values of a confining condition must be.

use super::table::Rule;
use crate::condition::cidr::Cidr;
use crate::operator::{Base, Operator};
use crate::zone::{ServiceTrust, TrustZone};

/// The part of all addresses that still counts as a few: a quarter.
const LARGEST_SHARE: f64 = 0.25;

/// Whether the key, being there, is confined to what the rule says.
pub(super) fn confined_values(rule: Rule, operator: &Operator, values: &[String], zone: &TrustZone) -> bool {
    let fits = match rule {
        Rule::True | Rule::AnyService => operator.base == Base::Bool,
        Rule::NarrowNetwork => operator.base == Base::IpAddress,
        _ => is_text(operator.base),
    };
    fits && match rule {
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
        Rule::Organization => zone.has_organization(value) || value.eq_ignore_ascii_case("${aws:ResourceOrgID}"),
        Rule::OrganizationPath => value.split_once('/').is_some_and(|(id, _)| zone.has_organization(id)),
        Rule::OwnArn => arn_account(base, value).is_some_and(|account| zone.has_account(account)),
        Rule::SourceArn => confined_value(Rule::OwnArn, base, value, zone) || is_bucket(value),
        Rule::Service => !has_wildcard(value) && zone.has_service(value),
        Rule::True => value.eq_ignore_ascii_case("true"),
        Rule::AnyService => zone.services == ServiceTrust::Any && value.eq_ignore_ascii_case("true"),
        Rule::UniqueId => is_unique_id(value),
        Rule::Subject => is_subject(value),
        Rule::Fixed => !has_wildcard(value) && !value.is_empty(),
        Rule::NarrowNetwork => false,
    }
}

/// Wildcards count even under an operator that takes them literally: a condition which then never holds is a mistake,
/// not a protection.
fn has_wildcard(value: &str) -> bool {
    value.contains(['*', '?']) || value.contains("${")
}

/// "AROA1234567890EXAMPLE" or "AROA1234567890EXAMPLE:*": ids are never given out twice (IAM User Guide, IAM identifiers).
fn is_unique_id(value: &str) -> bool {
    const SHORTEST_ID: usize = 16;
    let id = value.strip_suffix(":*").unwrap_or(value);
    !has_wildcard(id) && id.len() >= SHORTEST_ID
}

/// Whether a token's subject is that of somebody: of GitHub's `repo:<owner>/..` the owner has to be named.
fn is_subject(value: &str) -> bool {
    let named = value.strip_prefix("repo:").unwrap_or(value);
    !named.is_empty() && !named.starts_with(['*', '?']) && !value.contains("${")
}

/// The account of an ARN pattern. Only the ARN operators keep a wildcard before it within its segment: under
/// `StringLike`, `arn:*:iam::<account>:*` also matches a role of another account, whose path may contain colons.
fn arn_account(base: Base, value: &str) -> Option<&str> {
    let segments: Vec<&str> = value.splitn(6, ':').collect();
    let [head @ .., account, _] = segments.as_slice() else {
        return None;
    };
    let certain = |segment: &&str| !has_wildcard(segment) || base == Base::Arn && !segment.contains("${");
    let is_arn = matches!(head, ["arn", _, _, _]) && head.iter().all(certain);
    (is_arn && !has_wildcard(account)).then_some(account)
}

fn is_bucket(value: &str) -> bool {
    let segments: Vec<&str> = value.splitn(6, ':').collect();
    matches!(segments.as_slice(), ["arn", partition, "s3", "" | "*", "" | "*", bucket]
        if !partition.is_empty() && !has_wildcard(bucket) && !bucket.is_empty())
}

/// Whether all are ranges, none with a shorter prefix than these for IPv4 and IPv6, and together a few.
fn narrow(values: &[String], (v4, v6): (u32, u32)) -> bool {
    let Some(ranges) = values.iter().map(|v| Cidr::parse(v)).collect::<Option<Vec<_>>>() else {
        return false;
    };
    let share = |v4: bool| ranges.iter().filter(|r| r.is_v4() == v4).map(Cidr::share).sum::<f64>();
    ranges.iter().all(|r| r.prefix >= if r.is_v4() { v4 } else { v6 })
        && share(true) <= LARGEST_SHARE
        && share(false) <= LARGEST_SHARE
}
