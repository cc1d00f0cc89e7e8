//! Where the simulator (0.1.173) is not AWS, or AWS does not say. Quotations are from the IAM User Guide.
//!
//! A fault is not an excuse: the row is written in other words that mean the same to AWS and do not meet the fault, and
//! then the simulator has to agree. Only what has no other words, [`EXCUSES`], is excused.

mod callers;
mod texts;

use crate::process::SimRow;
use crate::words::each_resource;
use iam_policy::Decision;

/// What the simulator gets wrong, and the same in words that it gets right.
struct Fault {
    name: &'static str,
    /// Leaves a row that does not meet the fault as it is.
    mend: fn(&mut SimRow),
}

/// Disagreements that stay.
struct Excuse {
    name: &'static str,
    /// For our decision and the simulator's.
    covers: fn(&SimRow, Decision, Decision) -> bool,
}

const EXCUSES: [Excuse; 3] = [
    // What a resource of fewer than six segments means is not documented. It fills them up with stars, in some kinds of
    // policy and for some patterns; we let an Allow match the whole text and a Deny match nothing.
    Excuse {
        name: "a resource of fewer than six segments",
        covers: |row, _, _| {
            let mut is_short = false;
            each_resource(&mut row.clone(), |_, r, _| is_short |= r != "*" && r.split(':').count() < 6);
            is_short
        },
    },
    // "Permissions granted directly to a session are not limited by an implicit deny in an identity-based policy, a
    // permissions boundary, or session policy" (Policy evaluation logic). It has a session policy limit them.
    Excuse {
        name: "a session policy and a direct grant to the session",
        covers: |row, ours, theirs| {
            let is_within = row.principal.contains(&row.account) && row.resource_policy.is_some();
            row.session.is_some() && is_within && (ours, theirs) == (Decision::Allow, Decision::ImplicitDeny)
        },
    },
    // "Using it with Effect Allow is not supported" (NotPrincipal). It lets a boundary limit such a grant to a role that
    // is given by the ARN of the role, and not to any other principal.
    Excuse {
        name: "NotPrincipal with Allow, to a role with a boundary",
        covers: |row, ours, theirs| {
            let is_role = row.principal.contains(":role/") && row.boundary.is_some();
            let has_not = row.resource_policy.as_ref().is_some_and(|p| p.to_string().contains("NotPrincipal"));
            is_role && has_not && (ours, theirs) == (Decision::Allow, Decision::ImplicitDeny)
        },
    },
];

/// The row with a caller that the simulator knows; `None` where it knows the caller. Two that do not know it agree by chance.
pub(crate) fn of_known_caller(row: &SimRow) -> Option<SimRow> {
    let mut other = row.clone();
    callers::FAULTS.iter().for_each(|fault| (fault.mend)(&mut other));
    (other != *row).then_some(other)
}

/// The row without what the simulator gets wrong, and the names of that.
pub(crate) fn mended(row: &SimRow) -> (SimRow, Vec<&'static str>) {
    let mut row = row.clone();
    let mut met = Vec::new();
    for fault in callers::FAULTS.iter().chain(&texts::FAULTS) {
        let before = row.clone();
        (fault.mend)(&mut row);
        if row != before {
            met.push(fault.name);
        }
    }
    (row, met)
}

/// Why the simulator may decide a row as it does.
pub(crate) fn excused(row: &SimRow, ours: Decision, theirs: Decision) -> Option<&'static str> {
    EXCUSES.iter().find(|excuse| (excuse.covers)(row, ours, theirs)).map(|excuse| excuse.name)
}
