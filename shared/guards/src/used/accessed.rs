//! What IAM tells of when a principal last used which services, beside what a repair leaves of them.
//!
//! It sees further back than most logs, and needs none: "IAM reports activity for at least the last 400 days" (IAM API Reference,
//! GenerateServiceLastAccessedDetails). It tells less, too. A service is known by its last use alone; an action only where the service reports it, and
//! `iam:PassRole` never is; on what, by which conditions and how often is not told. And it "includes all attempts to access an AWS API, not just the
//! successful ones". So it says for certain that a service was never tried, and that something goes which was; what lies between is unknown, never unused.

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::{Document, Loss, PolicyKind, Seen, SeenAction, loss};
use serde::Serialize;

use super::access::{Access, Holders};
use super::keys::From;
use super::lost::{as_date, context};
use crate::IamEntity;

/// What IAM tells of one user or role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastAccessed {
    /// Its ARN.
    pub arn: String,
    /// By the prefix of a service's actions, `s3`: those that its policies allow anything of.
    pub services: BTreeMap<String, LastAccess>,
}

/// What IAM tells of one service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastAccess {
    /// When any of it was tried last, in seconds since 1970. `None`: never in the time that IAM tracks.
    pub at: Option<i64>,
    /// The actions that the service reports, by their names, `GetBucketPolicy`. What is not among them may have been tried.
    pub actions: BTreeMap<String, Option<i64>>,
}

/// What of that a repair would end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// What was used and would not be allowed any more, the latest first.
    pub ends: Vec<LastUse>,
    /// What was used, where what IAM does not tell decides: on what, how, or by which of a service's actions.
    pub unknown: Vec<LastUse>,
    /// The services of which something goes, and of which nothing was ever tried.
    pub never_used: BTreeSet<String>,
    /// Users, roles and groups of whom IAM was not asked, or gave no answer.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub not_told: BTreeSet<String>,
}

/// When something was used last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LastUse {
    /// When, in seconds since 1970; written as a date.
    #[serde(serialize_with = "as_date")]
    pub last: i64,
    /// By whom: `role/name`.
    pub principal: String,
    /// A service, `s3`, or an action of one, `iam:PutRolePolicy`.
    pub what: String,
}

impl Access {
    /// What a change would end of what IAM tells of those who hold it. `None`: it is the policy of a resource, which IAM does not count.
    #[must_use]
    pub fn ends(&self, told: &BTreeMap<IamEntity, LastAccessed>, holders: &Holders) -> Option<Ended> {
        let holder = self.holder()?;
        let mut all = Ended::default();
        let Some(entities) = holders.of(holder) else {
            all.not_told.insert(holder.to_string());
            return Some(all);
        };
        for entity in entities {
            // A report lists each service that somebody's policies allow anything of: an empty one tells nothing of who holds what changes.
            let told = told.get(&entity).filter(|told| !told.services.is_empty());
            match (told, self.sides(&entity, holders)) {
                (Some(told), (Some(before), Some(after), _)) => {
                    let (before, after): (Vec<&Document>, Vec<&Document>) =
                        (before.iter().collect(), after.iter().collect());
                    all.add(ended(&before, &after, &entity, told));
                }
                _ => drop(all.not_told.insert(entity.to_string())),
            }
        }
        Some(all)
    }

    /// The users and roles of whom IAM is to be asked for that. `None`: nobody knows whom.
    #[must_use]
    pub fn asks_of(&self, holders: &Holders) -> Option<BTreeSet<IamEntity>> {
        holders.of(self.holder()?)
    }
}

/// What of what somebody used these documents would end.
fn ended(before: &[&Document], after: &[&Document], entity: &IamEntity, told: &LastAccessed) -> Ended {
    let context = context(entity, &told.arn, &From::default());
    let decide = |action: SeenAction<'_>| {
        loss(
            before,
            after,
            PolicyKind::Identity,
            &Seen { principal: &told.arn, action, resource: None, context: &context },
        )
    };
    let use_of = |what: String, last: i64| LastUse { last, principal: entity.to_string(), what };
    let mut ended = Ended::default();
    for (service, access) in &told.services {
        match (decide(SeenAction::OfService(service)), access.at) {
            (Loss::Never | Loss::Kept, _) => {}
            (Loss::Lost | Loss::Unknown, None) => drop(ended.never_used.insert(service.clone())),
            (Loss::Lost, Some(last)) => ended.ends.push(use_of(service.clone(), last)),
            (Loss::Unknown, Some(last)) => {
                for (name, last) in &access.actions {
                    let action = format!("{service}:{name}");
                    match (decide(SeenAction::Named(&action)), *last) {
                        (Loss::Lost, Some(last)) => ended.ends.push(use_of(action, last)),
                        (Loss::Unknown, Some(last)) => ended.unknown.push(use_of(action, last)),
                        (Loss::Never | Loss::Kept, _) | (_, None) => {}
                    }
                }
                // By which actions that it does not report, nobody tells.
                ended.unknown.push(use_of(service.clone(), last));
            }
        }
    }
    ended.in_order();
    ended
}

impl Ended {
    /// Adds what another principal, or another document, would lose.
    pub fn add(&mut self, other: Self) {
        self.ends.extend(other.ends);
        self.unknown.extend(other.unknown);
        self.never_used.extend(other.never_used);
        self.not_told.extend(other.not_told);
        // What one of them used is not unused.
        for used in self.ends.iter().chain(&self.unknown) {
            self.never_used.remove(&used.what);
        }
        self.in_order();
    }

    fn in_order(&mut self) {
        for uses in [&mut self.ends, &mut self.unknown] {
            uses.sort_by(|a, b| b.last.cmp(&a.last).then_with(|| a.cmp(b)));
            uses.dedup();
        }
    }
}
