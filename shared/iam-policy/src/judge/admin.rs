//! Administrator-equivalence of identity policies.

use super::witness::{self, Candidate};
use super::{PolicyKind, Violation, ViolationKind};
use crate::budget::Budget;
use crate::condition::confine;
use crate::document::Document;
use crate::reading::Reading;
use crate::resource::ResourceName;
use crate::zone::TrustZone;
use std::collections::BTreeSet;

/// The actions with which a principal alone gives itself or others any permission, and what they act on.
const ACTIONS: [(&str, &str); 7] = [
    ("iam:PutUserPolicy", "user"),
    ("iam:PutRolePolicy", "role"),
    ("iam:PutGroupPolicy", "group"),
    ("iam:AttachUserPolicy", "user"),
    ("iam:AttachRolePolicy", "role"),
    ("iam:AttachGroupPolicy", "group"),
    ("iam:CreatePolicyVersion", "policy"),
];

/// The characters of IAM names: "upper and lowercase alphanumeric characters with no spaces [..] also: _+=,.@-"
/// (IAM API Reference). There is one probe for each.
const NAME_CHARACTERS: &str = "xabcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-";

/// "Every resource" is most of the probes.
const MOST_PROBES: u32 = 35;

/// Made-up names, of which a document can name some but hardly most: each is one character, repeated. So a grant on
/// `role/app-*` has none of them, a Deny on `role/admin` takes none away, and `role/a*`, `role/b*`, .. in 69 patterns
/// is still every role. Their lengths differ, so that neither does `role/????????` count as everything.
struct Probes(Vec<String>);

/// A set of probes, one bit for each.
type Mask = u128;

/// Who grants one action, and on which probes.
pub(crate) struct Grants {
    action: &'static str,
    probes: Probes,
    /// Each statement that grants the action, and on what; what is denied for sure is taken off.
    by_statement: Vec<(usize, Mask)>,
}

impl Grants {
    /// Whether the statements but these allow the action on every resource.
    pub(crate) fn is_full_without(&self, dropped: &BTreeSet<usize>) -> bool {
        let kept = self.by_statement.iter().filter(|(i, _)| !dropped.contains(i));
        is_full(kept.fold(0, |all, (_, mask)| all | mask))
    }

    fn alone(&self) -> impl Iterator<Item = usize> {
        self.by_statement.iter().filter(|(_, mask)| is_full(*mask)).map(|(i, _)| *i)
    }

    /// The statements that cause the violation: each that is enough alone, or all that take part.
    fn causes(&self) -> BTreeSet<usize> {
        let alone: BTreeSet<usize> = self.alone().collect();
        if alone.is_empty() { self.by_statement.iter().map(|(i, _)| *i).collect() } else { alone }
    }
}

/// The violation, if there is one: some action is allowed on every resource, under no condition that confines it.
pub(super) fn violation(document: &Document, zone: &TrustZone, budget: &Budget) -> Option<Violation> {
    let full: Vec<Grants> =
        grants(document, zone, budget).into_iter().filter(|g| g.is_full_without(&BTreeSet::new())).collect();
    let first = full.first()?;
    let statements: BTreeSet<usize> = full.iter().flat_map(Grants::causes).collect();
    let others = match full.len() - 1 {
        0 => String::new(),
        1 => " and one more action".to_owned(),
        more => format!(" and {more} more actions"),
    };
    let indices: Vec<String> = statements.iter().map(ToString::to_string).collect();
    let (noun, verb) = if indices.len() == 1 { ("statement", "lets") } else { ("statements", "let") };
    Some(Violation {
        kind: ViolationKind::Admin,
        statements: statements.into_iter().collect(),
        witness: witness(document, zone, first, budget),
        detail: format!(
            "{noun} {} {verb} the holder give anyone any permission, with `{}`{others} on every resource",
            indices.join(", "),
            first.action,
        ),
    })
}

/// What the document grants of each action.
pub(crate) fn grants(document: &Document, zone: &TrustZone, budget: &Budget) -> Vec<Grants> {
    let numbered = || document.statements().iter().enumerate();
    let allows: Vec<(usize, Reading)> = numbered()
        .filter(|(_, s)| s.is_allow() && !confine::confines_holder(s, zone))
        .map(|(i, s)| (i, Reading::new(s)))
        .collect();
    let denies: Vec<Reading> = numbered()
        .filter(|(_, s)| !s.is_allow() && confine::certainly_applies(s))
        .map(|(_, s)| Reading::new(s))
        .collect();
    let of_action = |&(action, resource_type): &(&'static str, &str)| {
        let lower = action.to_ascii_lowercase();
        let acting: Vec<_> = allows.iter().filter(|(_, r)| r.has_action(&lower, budget)).collect();
        if acting.is_empty() {
            return None;
        }
        let probes = Probes::new(resource_type, zone);
        let denying = denies.iter().filter(|r| r.has_action(&lower, budget));
        let denied = denying.fold(0, |all, r| all | probes.within(r, budget));
        let granted = acting.into_iter().map(|(i, r)| (*i, probes.within(r, budget) & !denied));
        let by_statement = granted.filter(|(_, mask)| *mask != 0).collect();
        Some(Grants { action, probes, by_statement })
    };
    ACTIONS.iter().filter_map(of_action).collect()
}

/// The statements to drop so that no action is allowed on every resource: each that is enough alone, and of those that
/// are enough together the broadest, until the rest is not. No dropped statement could be kept.
pub(crate) fn statements_to_drop(grants: &[Grants]) -> BTreeSet<usize> {
    let mut dropped: BTreeSet<usize> = grants.iter().flat_map(Grants::alone).collect();
    let mut optional = Vec::new();
    for grant in grants {
        while grant.is_full_without(&dropped) {
            let left = grant.by_statement.iter().filter(|(i, _)| !dropped.contains(i));
            let Some((broadest, _)) = left.max_by_key(|(i, mask)| (mask.count_ones(), std::cmp::Reverse(*i))) else {
                break;
            };
            dropped.insert(*broadest);
            optional.push(*broadest);
        }
    }
    for statement in optional {
        dropped.remove(&statement);
        if grants.iter().any(|g| g.is_full_without(&dropped)) {
            dropped.insert(statement);
        }
    }
    dropped
}

impl Probes {
    fn new(resource_type: &str, zone: &TrustZone) -> Self {
        let prefix = format!("arn:{}:iam::{}:{resource_type}/", zone.partition, zone.account);
        let name = |(i, c): (usize, char)| format!("{prefix}{}", c.to_string().repeat(8 + i % 24));
        Self(NAME_CHARACTERS.chars().enumerate().map(name).collect())
    }

    fn within(&self, reading: &Reading, budget: &Budget) -> Mask {
        let is_in = |probe: &String| reading.has_resource(&ResourceName::new(probe), budget);
        self.0.iter().enumerate().filter(|(_, probe)| is_in(probe)).fold(0, |mask, (i, _)| mask | 1 << i)
    }
}

fn is_full(mask: Mask) -> bool {
    mask.count_ones() >= MOST_PROBES
}

fn witness(document: &Document, zone: &TrustZone, grants: &Grants, budget: &Budget) -> super::Witness {
    let holder = format!("arn:{}:iam::{}:role/holder", zone.partition, zone.account);
    let broadest = grants.by_statement.iter().max_by_key(|(i, mask)| (mask.count_ones(), std::cmp::Reverse(*i)));
    let (index, mask) = broadest.copied().unwrap_or_default();
    let Some(statement) = document.statements().get(index) else {
        return super::Witness::default();
    };
    let probes = grants.probes.0.iter().enumerate().filter(|(i, _)| mask >> i & 1 == 1).map(|(_, probe)| probe);
    let candidates = probes.map(|probe| Candidate {
        principal: holder.clone(),
        action: grants.action.to_owned(),
        resource: probe.clone(),
    });
    witness::first_allowed(document, PolicyKind::Identity, statement, candidates.take(3).collect(), budget)
}
