//! Whose a resource is, where nobody says.

use crate::arn::{Arn, is_account};
use crate::judge::holding::Holding;
use crate::statement::{PrincipalElement, Principals, ResourceElement, Statement};
use crate::zone::TrustZone;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The zone. If the policies' own resources are all of one partition, it is theirs, and of an account that is not known, so is the
/// account, if all that have one have the same. Where nobody else says the partition, whoever is let in does, or what conditions name: "IAM
/// roles and resource-based policies delegate access across accounts only within a single partition" (IAM User Guide, Cross account
/// resource access in IAM).
pub(super) fn zone<'a>(holding: &Holding<'_>, zone: &'a TrustZone) -> Cow<'a, TrustZone> {
    let statements = holding.documents.iter().flat_map(|document| document.statements());
    let arns: Vec<Arn<'_>> = statements.clone().flat_map(resources).collect();
    let of_resources = partition(&arns);
    let is_told = !zone.partition.is_empty();
    let of_others = || {
        let principals = partition(&statements.clone().flat_map(principals).collect::<Vec<_>>());
        principals.or_else(|| partition(&statements.clone().flat_map(values).collect::<Vec<_>>()))
    };
    let partition = of_resources.or_else(|| if is_told { None } else { of_others() });
    let account = only(arns.iter().map(|arn| arn.account).filter(|account| is_account(account)));
    let is_same = zone.is_known() && is_told && partition.is_none_or(|partition| partition == zone.partition);
    if is_same {
        return Cow::Borrowed(zone);
    }
    let or_own = |found: Option<&str>, own: &str| found.unwrap_or(own).to_owned();
    Cow::Owned(TrustZone {
        account: if zone.is_known() { zone.account.clone() } else { or_own(account, "") },
        partition: or_own(partition, zone.partition_or_usual()),
        ..zone.clone()
    })
}

/// The partition that all have in common.
fn partition<'a>(arns: &[Arn<'a>]) -> Option<&'a str> {
    only(arns.iter().map(|arn| arn.partition).filter(|partition| !partition.contains(['*', '?', '$'])))
}

fn only<'a>(found: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let found: BTreeSet<&str> = found.collect();
    found.first().copied().filter(|_| found.len() == 1)
}

/// The resources of a statement.
fn resources(statement: &Statement) -> impl Iterator<Item = Arn<'_>> {
    let patterns = match &statement.resources {
        ResourceElement::Resource(patterns) => patterns.as_slice(),
        ResourceElement::NotResource(_) | ResourceElement::None => &[],
    };
    patterns.iter().filter_map(|pattern| Arn::parse(pattern))
}

/// The principals of a statement that have ARNs.
fn principals(statement: &Statement) -> impl Iterator<Item = Arn<'_>> {
    let entries = match &statement.principals {
        PrincipalElement::Principal(Principals::Listed(entries))
        | PrincipalElement::NotPrincipal(Principals::Listed(entries)) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().filter_map(|entry| Arn::parse(&entry.value))
}

/// The ARNs that its conditions name.
fn values(statement: &Statement) -> impl Iterator<Item = Arn<'_>> {
    statement.conditions.iter().flat_map(|condition| &condition.values).filter_map(|value| Arn::parse(value))
}
