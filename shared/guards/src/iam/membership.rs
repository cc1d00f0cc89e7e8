use std::collections::BTreeMap;

use iam_policy::{Document, Violation, ViolationKind};
use parapet_core::{Arn, ControlId, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::{Flaw, Flaws};
use crate::guard::policy::PolicyAction;
use crate::iam::principal::{POWERS, violations};

/// Whether a user is in a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Membership {
    /// Whether it is.
    pub member: bool,
    /// What the group's own policies say, by name. Read only where the user is a member.
    pub inline: BTreeMap<String, Document>,
    /// What the policies say that are attached to the group, by ARN. Read likewise.
    pub attached: BTreeMap<String, Document>,
}

pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Membership>,
    observed: &Membership,
) -> Flaws<'a, Membership> {
    if !observed.member {
        return Ok(Vec::new());
    }
    let of_account = observed.attached.iter().filter(|(arn, _)| !Arn::is_of_aws(arn)).map(|(_, document)| document);
    let own: Vec<&Document> = observed.inline.values().chain(of_account).collect();
    let of_aws = observed.attached.iter().filter(|(arn, _)| Arn::is_of_aws(arn)).map(|(_, document)| document);
    let all: Vec<&Document> = own.iter().copied().chain(of_aws).collect();
    let by_own: Vec<ViolationKind> =
        violations(subject, &own, None, &POWERS)?.into_iter().map(|found| found.kind).collect();
    let was_member = last_known.is_some_and(|last| last.member);
    let flaw = |violation: Violation| {
        // A way to more is in half of AWS's policies for a whole service: to work with one of those is no attack.
        let is_plain = violation.kind == ViolationKind::Admin || by_own.contains(&violation.kind);
        let control = if is_plain { ControlId::PowerfulGroup } else { ControlId::BroadGroup };
        let detail = format!("the group's policies: {violation}");
        let flaw = Flaw::new(control, detail, |membership: &mut Membership| membership.member = false);
        let flaw = flaw.shown_by(violation.witness);
        if was_member { flaw.from_before() } else { flaw }
    };
    let found = violations(subject, &all, None, &POWERS)?;
    // Whoever is an administrator has every way to more: said once.
    Ok(found.into_iter().take(1).map(flaw).collect())
}

pub(crate) fn diff(from: &Membership, to: &Membership) -> Vec<PolicyAction> {
    match (from.member, to.member) {
        (true, false) => vec![PolicyAction::RemoveFromGroup],
        (false, true) => vec![PolicyAction::AddToGroup],
        _ => Vec::new(),
    }
}

pub(crate) fn step(membership: &Membership, action: &PolicyAction) -> Membership {
    let member = match action {
        PolicyAction::RemoveFromGroup => false,
        PolicyAction::AddToGroup => true,
        _ => membership.member,
    };
    Membership { member, ..membership.clone() }
}
