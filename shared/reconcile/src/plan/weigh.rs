//! What the repairs of a plan would take of what was seen to be used.

use std::collections::{BTreeMap, BTreeSet};

use parapet_core::{Home, WorldError};
use parapet_guards::used::{Access, History, Holders, LastAccessed, Loses, Passed};
use parapet_guards::{IamEntity, Policies, Resource, ResourceKind, on};
use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Plan, Unread};

/// What repairs change of who may do what, and what else those hold whom it is about. Of others nothing is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Changes {
    /// The rows, and what their repair changes.
    of_rows: Vec<(Vec<usize>, Vec<Access>)>,
    /// Whose documents change; groups too.
    whose: BTreeSet<IamEntity>,
    /// Whether the policy of a resource does: then that of everybody who was seen is asked, too.
    is_of_resource: bool,
    /// Who was seen.
    seen: BTreeSet<IamEntity>,
    holders: Holders,
}

impl Changes {
    /// None yet, in a plan that will be held against a history.
    pub(super) fn beside(history: &History) -> Self {
        Self { seen: history.summaries.keys().cloned().collect(), ..Self::default() }
    }

    /// Adds what was gathered of a resource, whose rows follow so many others. Users, roles and groups are gone through after their policies are.
    pub(super) fn add(
        &mut self,
        rows_before: usize,
        changes: Vec<(Vec<usize>, Vec<Access>)>,
        held: Option<(IamEntity, Policies)>,
    ) {
        for (rows, accesses) in changes {
            self.whose.extend(accesses.iter().filter_map(Access::holder).cloned());
            self.is_of_resource |= accesses.iter().any(|access| matches!(access, Access::OfResource { .. }));
            accesses.iter().for_each(|access| self.holders.repair(access));
            self.of_rows.push((rows.into_iter().map(|row| rows_before + row).collect(), accesses));
        }
        let is_in_one = |policies: &Policies| {
            policies.groups.keys().any(|group| self.whose.contains(&IamEntity::Group(group.clone())))
        };
        let is_asked = |entity: &IamEntity| self.is_of_resource && self.seen.contains(entity);
        if let Some((entity, policies)) = held
            && (self.whose.contains(&entity) || is_in_one(&policies) || is_asked(&entity))
        {
            self.holders.add(entity, policies);
        }
    }
}

/// What a history had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SeenHistory {
    /// How many records count for a user or role of the account.
    pub counted: u64,
    /// How many users and roles were seen.
    pub principals: usize,
    /// The time of the first of those records, in seconds since 1970; written as a date.
    #[serde(serialize_with = "as_date")]
    pub from: Option<i64>,
    /// The time of the last.
    #[serde(serialize_with = "as_date")]
    pub to: Option<i64>,
    /// Calls that were denied: no use.
    pub denied: u64,
    /// Records of principals of other accounts.
    pub of_other_accounts: u64,
    /// Records that no user or role is behind.
    pub of_no_principal: u64,
    /// Records that have no name, source or time of an event.
    pub not_records: u64,
    /// Parts of logs that could not be read.
    pub unreadable: u64,
    /// The services of which a data event was seen.
    pub data_events_of: BTreeSet<String>,
    /// Whether a call that only reads was seen among the management events.
    pub reads: bool,
    /// Requests of users and roles beyond those that can be told apart.
    pub of_others: u64,
}

impl SeenHistory {
    fn of(history: &History, unreadable: u64) -> Self {
        let passed = |why: Passed| history.passed.get(&why).copied().unwrap_or_default();
        Self {
            counted: history.counted,
            principals: history.summaries.len(),
            from: history.logged.from,
            to: history.logged.to,
            denied: passed(Passed::Denied),
            of_other_accounts: passed(Passed::OtherAccount),
            of_no_principal: passed(Passed::NoPrincipal),
            not_records: passed(Passed::NotARecord),
            unreadable,
            data_events_of: history.logged.data.clone(),
            reads: history.logged.reads,
            of_others: history.others.count,
        }
    }

    /// Whether more may have been used than what was read shows: some of it could not be read, or nothing counts.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.unreadable > 0 || self.not_records > 0 || self.counted == 0
    }
}

impl Plan {
    /// Says of each row whose repair changes what a principal may do which requests of a history it would end. `unreadable`: how many parts of
    /// the logs could not be read.
    ///
    /// A history only adds to what is said of rows: no row comes, goes, or is mended otherwise because of it.
    pub fn weigh(&mut self, history: &History, unreadable: u64) {
        for (rows, accesses) in &self.changes.of_rows {
            let mut all = Loses::default();
            accesses.iter().for_each(|access| all.add(access.loses(history, &self.changes.holders)));
            for row in rows.iter() {
                if let Some(row) = self.rows.get_mut(*row) {
                    row.loses = Some(all.clone());
                }
            }
        }
        self.history = Some(SeenHistory::of(history, unreadable));
    }
}

/// What IAM told of those whose documents repairs change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SeenAccessed {
    /// Of how many users and roles it told.
    pub told: usize,
    /// Of how many it did not.
    pub not_told: usize,
}

impl Plan {
    /// The users and roles whose repairs change what they may do: those of whom it is worth asking IAM when they last used which services. Whoever
    /// holds what changes by a group whose members are not known is not among them.
    #[must_use]
    pub fn asks_accessed(&self) -> BTreeSet<IamEntity> {
        let accesses = self.changes.of_rows.iter().flat_map(|(_, accesses)| accesses);
        accesses.filter_map(|access| access.asks_of(&self.changes.holders)).flatten().collect()
    }

    /// Says of each row whose repair changes what a principal may do what of it IAM tells that it was used. `told`: of each who was asked for, or
    /// why nothing is known of him.
    ///
    /// It only adds to what is said of rows, and whom it could not be told of is unread.
    pub fn weigh_accessed(&mut self, told: BTreeMap<IamEntity, Result<LastAccessed, WorldError>>, home: &Home) {
        let mut known = BTreeMap::new();
        let mut seen = SeenAccessed::default();
        for (entity, told) in told {
            match told {
                Ok(told) => {
                    seen.told += 1;
                    known.insert(entity, told);
                }
                Err(error) => {
                    seen.not_told += 1;
                    self.not_told(entity, &error, home);
                }
            }
        }
        for (rows, accesses) in &self.changes.of_rows {
            let mut of_identities = accesses.iter().filter_map(|access| access.ends(&known, &self.changes.holders));
            let Some(first) = of_identities.next() else { continue };
            let all = of_identities.fold(first, |mut all, ended| {
                all.add(ended);
                all
            });
            for row in rows.iter() {
                if let Some(row) = self.rows.get_mut(*row) {
                    row.ends = Some(all.clone());
                }
            }
        }
        self.accessed = Some(seen);
    }

    /// What is denied for one is denied for all: it is told once.
    fn not_told(&mut self, entity: IamEntity, error: &WorldError, home: &Home) {
        let resource = Resource::Principal(on::Principal { entity });
        let unread = Unread::failed(Some(resource.arn(home)), ResourceKind::Principal, None, error);
        let is_told = |other: &Unread| unread.is_denied && other.is_denied && other.permissions == unread.permissions;
        if !self.unread.iter().any(is_told) {
            self.unread.push(unread);
        }
    }
}

#[expect(clippy::ref_option, reason = "serde asks for a reference")]
fn as_date<S: Serializer>(seconds: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    let date = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    serializer.serialize_some(&date.and_then(|date| date.format(&Rfc3339).ok()))
}
