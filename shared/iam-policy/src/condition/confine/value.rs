//! What one value says.

use crate::arn::is_account;
use crate::condition::cidr::Cidr;
use crate::keys::Proof;
use crate::operator::Base;
use crate::zone::{TrustZone, is_organization_id};
use std::collections::BTreeSet;

/// The part of all addresses that still counts as a few: a quarter.
const LARGEST_SHARE: f64 = 0.25;

/// The shortest prefixes of ranges that count as narrow, for IPv4 and IPv6.
pub(super) const NARROW: (u32, u32) = (8, 32);

/// Services whose resources have no colon before a name of somebody's choice: so a text pattern with all colons of an ARN matches it part
/// by part. (An alarm of CloudWatch can be named `x:111111111111:alarm:y`.)
const WITHOUT_COLONS: [&str; 12] = [
    "bedrock",
    "cloudfront",
    "cloudtrail",
    "codebuild",
    "codepipeline",
    "eks",
    "events",
    "pipes",
    "sagemaker",
    "scheduler",
    "sns",
    "sqs",
];

/// What a value says of a request that carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// Nobody sends it.
    Nobodys,
    /// It comes from the zone.
    Ours,
    /// It comes from the zone, as far as a name says that has no account in it.
    OursByName,
    /// It comes from one account or organization outside of the zone.
    Theirs,
    /// It can come from anybody.
    Nothing,
}

/// What a value of such a key says.
pub(super) fn said(proof: Proof, base: Base, value: &str, zone: &TrustZone) -> Word {
    let fixed = |is_ours: bool| if is_ours { Word::Ours } else { Word::Nothing };
    if is_literal(base) && !value.contains("${") && !can_be(proof, base, value) {
        return Word::Nobodys;
    }
    match proof {
        Proof::AccountFor(_) if is_account(value) => of_zone(zone.has_account(value)),
        Proof::Account if value.eq_ignore_ascii_case("${aws:ResourceAccount}") => Word::Ours,
        Proof::Account if is_account(value) => of_zone(zone.has_account(value)),
        Proof::Organization if value.eq_ignore_ascii_case("${aws:ResourceOrgID}") => Word::Ours,
        Proof::Organization if base == Base::StringEqualsIgnoreCase => {
            of_organization(&value.to_ascii_lowercase(), zone)
        }
        Proof::Organization => of_organization(value, zone),
        Proof::OrganizationPath => value.split_once('/').map_or(Word::Nothing, |(id, _)| of_organization(id, zone)),
        Proof::Arn | Proof::ArnFor(_) | Proof::ArnOfService => of_arn(base, value, zone),
        Proof::SourceArn if is_bucket(value) => Word::OursByName,
        Proof::SourceArn => of_arn(base, value, zone),
        // Of the root user the id is the account (IAM User Guide, IAM policy elements: Variables).
        Proof::UniqueId if is_account(value) => of_zone(zone.has_account(value)),
        Proof::UniqueId => fixed(is_unique_id(value)),
        Proof::Fixed => fixed(!has_wildcard(value) && !value.is_empty()),
        Proof::Account | Proof::AccountFor(_) | Proof::NarrowNetwork | Proof::SessionName | Proof::True => {
            Word::Nothing
        }
    }
}

/// Whether an operator takes wildcards as the characters that they are.
fn is_literal(base: Base) -> bool {
    matches!(base, Base::StringEquals | Base::StringEqualsIgnoreCase)
}

/// Whether a request can carry the value, by its form. A condition that asks for another lets nobody in: a mistake, but no opening.
fn can_be(proof: Proof, base: Base, value: &str) -> bool {
    let value = &if base == Base::StringEquals { value.to_owned() } else { value.to_ascii_lowercase() };
    let has_wildcard = value.contains(['*', '?']);
    match proof {
        Proof::Account | Proof::AccountFor(_) => is_account(value),
        Proof::Organization => is_organization_id(value),
        Proof::OrganizationPath => !has_wildcard && value.split('/').next().is_some_and(is_organization_id),
        Proof::Arn | Proof::ArnFor(_) | Proof::ArnOfService | Proof::SourceArn => {
            !has_wildcard && value.splitn(6, ':').count() == 6
        }
        Proof::Fixed | Proof::UniqueId => !has_wildcard,
        Proof::NarrowNetwork | Proof::SessionName | Proof::True => true,
    }
}

fn of_zone(is_of_it: bool) -> Word {
    if is_of_it { Word::Ours } else { Word::Theirs }
}

fn of_organization(id: &str, zone: &TrustZone) -> Word {
    match (zone.has_organization(id), is_organization_id(id)) {
        (true, _) => Word::Ours,
        (false, true) => Word::Theirs,
        (false, false) => Word::Nothing,
    }
}

fn has_wildcard(value: &str) -> bool {
    value.contains(['*', '?']) || value.contains("${")
}

/// "AROA1234567890EXAMPLE" or "AROA1234567890EXAMPLE:*": ids are never given out twice (IAM User Guide, IAM identifiers).
fn is_unique_id(value: &str) -> bool {
    const SHORTEST_ID: usize = 16;
    let id = value.strip_suffix(":*").unwrap_or(value);
    !has_wildcard(id) && id.len() >= SHORTEST_ID
}

/// Whose an ARN pattern is, by its partition and account. Only the ARN operators keep a wildcard before the account within its
/// segment: under `StringLike`, `arn:*:iam::<account>:*` also matches a role of another account, whose path may contain colons.
fn of_arn(base: Base, value: &str, zone: &TrustZone) -> Word {
    let segments: Vec<&str> = value.splitn(6, ':').collect();
    let ["arn", partition, service, region, account, _] = segments.as_slice() else {
        return Word::Nothing;
    };
    let is_apart = WITHOUT_COLONS.contains(service) && !has_wildcard(partition);
    let certain = |segment: &&str| !has_wildcard(segment) || (base == Base::Arn || is_apart) && !segment.contains("${");
    if ![*partition, *service, *region].iter().all(certain) {
        return Word::Nothing;
    }
    if account.eq_ignore_ascii_case("${aws:ResourceAccount}") {
        return Word::Ours;
    }
    if !is_account(account) {
        return Word::Nothing;
    }
    of_zone(zone.has_account(account) && (has_wildcard(partition) || zone.has_partition(partition)))
}

fn is_bucket(value: &str) -> bool {
    let segments: Vec<&str> = value.splitn(6, ':').collect();
    matches!(segments.as_slice(), ["arn", partition, "s3", "" | "*", "" | "*", bucket]
        if !partition.is_empty() && !has_wildcard(bucket) && !bucket.is_empty())
}

/// Whether all are ranges, none with a shorter prefix than these for IPv4 and IPv6, and together a few.
pub(super) fn narrow(values: &[String], (v4, v6): (u32, u32)) -> bool {
    let Some(ranges) = values.iter().map(|v| Cidr::parse(v)).collect::<Option<Vec<_>>>() else {
        return false;
    };
    ranges.iter().all(|r| r.prefix >= if r.is_v4() { v4 } else { v6 }) && is_a_few(&ranges)
}

/// Whether those of these lists that are narrow, each by itself, are a few together.
pub(crate) fn are_few<'a>(lists: impl Iterator<Item = &'a [String]>) -> bool {
    let narrow = lists.filter(|values| narrow(values, NARROW));
    let ranges: BTreeSet<&String> = narrow.flatten().collect();
    is_a_few(&ranges.into_iter().filter_map(|range| Cidr::parse(range)).collect::<Vec<_>>())
}

fn is_a_few(ranges: &[Cidr]) -> bool {
    let share = |v4: bool| ranges.iter().filter(|r| r.is_v4() == v4).map(Cidr::share).sum::<f64>();
    share(true) <= LARGEST_SHARE && share(false) <= LARGEST_SHARE
}
