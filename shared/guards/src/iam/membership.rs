use std::collections::BTreeMap;
use std::fmt;

use iam_policy::{Document, Violation, ViolationKind};
use parapet_core::Arn;
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::iam::principal::{self, POWERS, violations};
use crate::iam::resources::SERVICE;
use crate::judge::others::names_others;
use crate::{Facet, IamEntity, Resource, Subject, on};

control! {
    POWERFUL_GROUP = "IAM.PowerfulGroup", High, Enforce, fsbp [], cis [],
    "No user is added to a group that makes an administrator or gives a way to more permissions",
    "To join a group takes one call, and no policy changes by it.",
}

control! {
    BROAD_GROUP = "IAM.BroadGroup", Medium, Observe, fsbp [], cis [],
    "No user is added to a group to which AWS-managed policies give a way to more permissions",
    "Many of AWS's policies for a whole service hold such a way; to keep people out of their team's group stops their work, so this is observed unless asked for.",
}

/// Whether a user is in a group, and what the group may.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Membership;
    type State = Membership;
    type Action = MembershipAction;

    const ROW: Row = Row {
        id: "group-membership",
        name: "group membership",
        service: &SERVICE,
        events: &["AddUserToGroup", "RemoveUserFromGroup"],
        controls: &[POWERFUL_GROUP, BROAD_GROUP],
        // A group's policies are as many as they are.
        calls_a_look: None,
        ..Row::OF_ACCESS
    };

    fn flaws<'a>(
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
            let control = if is_plain { POWERFUL_GROUP } else { BROAD_GROUP };
            let detail = format!("the group's policies: {violation}");
            let flaw = Flaw::new(control, detail, |membership: &mut Membership| membership.member = false);
            let flaw = flaw.shown_by(violation.witness);
            if was_member { flaw.from_before() } else { flaw }
        };
        let found = violations(subject, &all, None, &POWERS)?;
        // Whoever is an administrator has every way to more: said once.
        Ok(found.into_iter().take(1).map(flaw).collect())
    }

    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        match (from.member, to.member) {
            (true, false) => vec![MembershipAction::RemoveFromGroup],
            (false, true) => vec![MembershipAction::AddToGroup],
            _ => Vec::new(),
        }
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        let member = match action {
            MembershipAction::RemoveFromGroup => false,
            MembershipAction::AddToGroup => true,
        };
        Membership { member, ..state.clone() }
    }

    fn depends_on_account(observed: &Self::State) -> bool {
        observed.member && observed.inline.values().chain(observed.attached.values()).any(names_others)
    }

    /// The other policies of the user, where the group's could complete a way to more with them. Of a group that was left, what it denied may
    /// have kept the user from more.
    fn follow_ups(
        subject: &Subject<'_>,
        _last: Option<&Self::State>,
        observed: &Self::State,
    ) -> Vec<(Resource, Facet)> {
        let Some(on::Membership { user, .. }) = subject.on() else { return Vec::new() };
        let user = IamEntity::User(user.clone());
        if !observed.member {
            return vec![principal::of_all(user)];
        }
        principal::beside(subject, observed.inline.values().chain(observed.attached.values()), [&user])
    }
}

/// What is done about a membership.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum MembershipAction {
    /// Take the user out of the group.
    RemoveFromGroup,
    /// Put the user into the group.
    AddToGroup,
}

impl fmt::Display for MembershipAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RemoveFromGroup => f.write_str("RemoveUserFromGroup"),
            Self::AddToGroup => f.write_str("AddUserToGroup"),
        }
    }
}

/// Whether a user is in a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Membership {
    /// Whether it is.
    pub member: bool,
    /// What the group's own policies say, by name. Read only where the user is a member.
    pub inline: BTreeMap<String, Document>,
    /// What the policies say that are attached to the group, by ARN. Read likewise.
    pub attached: BTreeMap<String, Document>,
}
