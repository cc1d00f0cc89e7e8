//! What a plan comes to by control, by principal and by resource.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use parapet_core::Severity;
use parapet_reconcile::{PlanRow, Unread, When};

/// Rows that have something in common, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// What they have in common.
    pub(super) name: String,
    /// The worst of them.
    pub(super) severity: Severity,
    /// How many of each.
    pub(super) counts: BTreeMap<When, usize>,
}

impl Group {
    /// How many rows it has.
    pub(super) fn rows(&self) -> usize {
        self.counts.values().sum()
    }

    /// `2 on schedule, 1 never`.
    pub(super) fn words(&self) -> String {
        let words = self.counts.iter().map(|(when, count)| format!("{count} {}", short(*when)));
        words.collect::<Vec<_>>().join(", ")
    }
}

/// When a repair would be made, in few words.
pub(super) fn short(when: When) -> &'static str {
    match when {
        When::OnSchedule => "on schedule",
        When::WhenAsked => "only when asked",
        When::Unknown => "on schedule or only when asked",
        When::Never => "only told",
    }
}

/// Groups by the names that each row has, the worst and the largest first. A row that has several names is in several groups.
pub(super) fn groups<'r>(rows: &'r [PlanRow], names: impl Fn(&'r PlanRow) -> Vec<&'r str>) -> Vec<Group> {
    let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
    for row in rows {
        for name in names(row) {
            let group = groups.entry(name).or_insert_with(|| Group {
                name: name.to_owned(),
                severity: row.severity,
                counts: BTreeMap::new(),
            });
            group.severity = group.severity.max(row.severity);
            *group.counts.entry(row.when).or_default() += 1;
        }
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by_key(|group| (Reverse(group.severity), Reverse(group.rows())));
    groups
}

/// By control.
pub(super) fn by_control(rows: &[PlanRow]) -> Vec<Group> {
    groups(rows, |row| vec![row.control.as_str()])
}

/// By who the resource is, or who holds it. What belongs to nobody is left out.
pub(super) fn by_principal(rows: &[PlanRow]) -> Vec<Group> {
    groups(rows, |row| row.principals.iter().map(String::as_str).collect())
}

/// By resource.
pub(super) fn by_resource(rows: &[PlanRow]) -> Vec<Group> {
    groups(rows, |row| vec![row.resource.as_str()])
}

/// Rows in the order in which they are read: what would be changed first, the worst of it first.
pub(super) fn in_order(rows: &[PlanRow]) -> Vec<&PlanRow> {
    let mut rows: Vec<&PlanRow> = rows.iter().collect();
    rows.sort_by(|a, b| {
        let key = |row: &PlanRow| (!row.when.is_change(), Reverse(row.severity));
        key(a).cmp(&key(b)).then_with(|| (a.control, &a.resource).cmp(&(b.control, &b.resource)))
    });
    rows
}

/// What could not be read, with how many more there are of the same kind that lack the same permission: one policy of the caller is behind them
/// all. What was not denied stands by itself.
pub(super) fn unread_together(unread: &[Unread]) -> Vec<(&Unread, usize)> {
    let mut together: Vec<(&Unread, usize)> = Vec::new();
    for one in unread {
        let is_alike = |other: &Unread| {
            one.is_denied
                && other.is_denied
                && (other.kind, other.facet, &other.permissions) == (one.kind, one.facet, &one.permissions)
        };
        match together.iter_mut().find(|(first, _)| is_alike(first)) {
            Some((_, more)) => *more = more.saturating_add(1),
            None => together.push((one, 0)),
        }
    }
    together
}

/// Of what, in words.
pub(super) fn unread_name(unread: &Unread, more: usize) -> String {
    let facet = unread.facet.map(|facet| format!("{facet} of ")).unwrap_or_default();
    let resource = unread.resource.clone().unwrap_or_else(|| format!("every {}", unread.kind));
    match more {
        0 => format!("{facet}{resource}"),
        more => format!("{facet}{resource} and {more} more"),
    }
}
