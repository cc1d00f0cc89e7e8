//! Where the resources are that a policy is asked about: made from the policy itself.
//!
//! A statement can name partitions, regions and accounts. Of all places those are told apart that some statement treats differently: one
//! of each sort is enough to try. So a grant in one region is found there, and a Deny of all other regions leaves it found.

use super::accounts::{self, Alike};
use super::tables::scenario::REGION_KEYS;
use crate::arn::Arn;
use crate::budget::Budget;
use crate::glob::Glob;
use crate::region;
use crate::solve::EXAMPLE_ACCOUNT;
use crate::statement::Statement;
use crate::variables;
use crate::zone::TrustZone;
use std::collections::BTreeSet;

/// The partition and the account that hold the policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Home {
    pub(super) partition: String,
    pub(super) account: String,
}

impl Home {
    /// That of the zone; of one whose account is not known, an example.
    pub(super) fn of(zone: &TrustZone) -> Self {
        let account = if zone.account.is_empty() { EXAMPLE_ACCOUNT } else { &zone.account };
        Self { partition: zone.partition_or_usual().to_owned(), account: account.to_owned() }
    }
}

/// A region of such a home.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) home: Home,
    pub(super) region: String,
}

/// The patterns that a statement has for partitions, accounts and regions; none for one that names any of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    partitions: BTreeSet<String>,
    accounts: BTreeSet<Alike>,
    regions: BTreeSet<String>,
}

/// The segments of an ARN that name a place.
const PARTITION: usize = 1;
const REGION: usize = 3;

impl Named {
    pub(crate) fn of(statement: &Statement) -> Self {
        let mut named = Self { accounts: accounts::named(statement), ..Self::default() };
        let resources = accounts::resources(statement);
        for (at, segment) in resources.iter().flat_map(|pattern| pattern.splitn(6, ':').enumerate()) {
            let of = match at {
                PARTITION => &mut named.partitions,
                REGION => &mut named.regions,
                _ => continue,
            };
            if tells_apart(segment) {
                of.insert(segment.to_owned());
            }
        }
        let of_regions = |key: &str| REGION_KEYS.iter().any(|name| name.eq_ignore_ascii_case(key));
        let asked = statement.conditions.iter().filter(|c| of_regions(&c.key)).flat_map(|c| &c.values);
        named.regions.extend(asked.filter(|value| tells_apart(value)).cloned());
        let values = statement.conditions.iter().flat_map(|condition| &condition.values);
        let partitions = values.filter_map(|value| Arn::parse(value)).map(|arn| arn.partition);
        named.partitions.extend(partitions.filter(|partition| tells_apart(partition)).map(str::to_owned));
        named
    }

    /// Whether it names a partition or an account that is not the home's, or not for certain.
    pub(super) fn is_beyond(&self, home: &Home) -> bool {
        let mut accounts = self.accounts.iter().flatten();
        self.partitions.iter().any(|name| *name != home.partition) || accounts.any(|name| *name != home.account)
    }

    /// The patterns of accounts.
    pub(super) fn accounts(&self) -> &BTreeSet<Alike> {
        &self.accounts
    }

    /// The patterns of regions.
    pub(super) fn regions(&self) -> &BTreeSet<String> {
        &self.regions
    }
}

/// Whether a segment is one of several: not every text passes it, and no variable stands in it.
fn tells_apart(segment: &str) -> bool {
    !segment.is_empty() && segment != "*" && !segment.contains("${")
}

/// The homes that statements tell apart, the zone's own partition first. A policy that names another partition, or only regions of
/// another, is judged as one of that. Where the account is not known, each that is named may be the policy's own, those that Allows name
/// first, and so may one of which nothing is said.
pub(super) fn homes<'n>(
    zone: &TrustZone,
    allowed: impl Iterator<Item = &'n Named>,
    all: impl Iterator<Item = &'n Named> + Clone,
    budget: &Budget,
) -> Vec<Home> {
    let accounts = match zone.account.as_str() {
        "" => {
            let allowed: BTreeSet<&Alike> = allowed.flat_map(|named| &named.accounts).collect();
            accounts::sorts(&allowed, &all.clone().flat_map(|named| &named.accounts).collect(), budget)
        }
        own => vec![own.to_owned()],
    };
    let of = |partition: String| {
        let home = move |account: &String| Home { partition: partition.clone(), account: account.clone() };
        accounts.iter().map(home).collect::<Vec<_>>()
    };
    partitions(zone.partition_or_usual(), all, budget).into_iter().flat_map(of).collect()
}

/// The partitions that statements tell apart by their names and by their regions, the own one first.
fn partitions<'n>(own: &str, named: impl Iterator<Item = &'n Named> + Clone, budget: &Budget) -> Vec<String> {
    let regions: BTreeSet<&String> = named.clone().flat_map(|named| &named.regions).collect();
    let elsewhere: Vec<Glob> = regions
        .into_iter()
        .map(|pattern| Glob::new(pattern))
        .filter(|glob| {
            budget.spend(glob.cost(glob.tokens().len()));
            !region::regions(own).iter().any(|region| glob.matches(region))
        })
        .collect();
    let theirs: BTreeSet<&str> = elsewhere.iter().flat_map(region::partitions_with).collect();
    let mut found = sorts([own.to_owned()], named.map(|named| &named.partitions), budget);
    for partition in theirs {
        if !found.iter().any(|known| known == partition) {
            found.push(partition.to_owned());
        }
    }
    found
}

/// Accounts beside that of the home which Allows name, for what is of another account.
pub(super) fn elsewhere<'n>(home: &Home, allowed: impl Iterator<Item = &'n Named>, budget: &Budget) -> Vec<Home> {
    let named: BTreeSet<&Alike> = allowed.flat_map(Named::accounts).collect();
    let accounts = if named.is_empty() { Vec::new() } else { accounts::sorts(&named, &named, budget) };
    let others = accounts.into_iter().filter(|account| *account != home.account);
    others.map(|account| Home { account, partition: home.partition.clone() }).collect()
}

/// The places in a home that statements tell apart, one of each sort.
pub(super) fn places<'n>(home: &Home, named: impl Iterator<Item = &'n Named>, budget: &Budget) -> Vec<Place> {
    let known = region::regions(&home.partition).iter().map(|region| (*region).to_owned());
    let regions = sorts(known, named.map(|named| &named.regions), budget);
    regions.into_iter().map(|region| Place { home: home.clone(), region }).collect()
}

/// The variables of a statement, in lower case, that stand for the region of the request: the key itself, and what it is compared with.
pub(super) fn variables_of_regions(statement: &Statement) -> impl Iterator<Item = String> {
    let of_regions = |key: &str| REGION_KEYS.iter().any(|name| name.eq_ignore_ascii_case(key));
    let compared = statement.conditions.iter().filter(move |c| of_regions(&c.key)).flat_map(|c| &c.values);
    let names = compared.flat_map(|value| variables::names(value)).map(str::to_ascii_lowercase);
    names.chain(REGION_KEYS.map(str::to_owned))
}

/// One text of each sort that the patterns tell apart, among those that are known and those that the patterns are examples of; the known
/// ones first.
fn sorts<'n>(
    known: impl IntoIterator<Item = String>,
    patterns: impl Iterator<Item = &'n BTreeSet<String>>,
    budget: &Budget,
) -> Vec<String> {
    let patterns: BTreeSet<&String> = patterns.flatten().collect();
    let mut known = known.into_iter();
    if patterns.is_empty() {
        return known.by_ref().take(1).collect();
    }
    let globs: Vec<Glob> = patterns.iter().map(|pattern| Glob::new(pattern)).collect();
    let examples = globs.iter().map(|glob| glob.example("x"));
    let mut seen: BTreeSet<Vec<bool>> = BTreeSet::new();
    let mut found = Vec::new();
    for text in known.chain(examples) {
        if !budget.spend(globs.iter().map(|glob| glob.cost(text.len())).sum()) {
            break;
        }
        if seen.insert(globs.iter().map(|glob| glob.matches(&text)).collect()) {
            found.push(text);
        }
    }
    found
}
