use std::collections::BTreeMap;
use std::fmt;

use iam_policy::{Document, Violation, ViolationKind};
use parapet_core::{Arn, Identity};
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::iam::principal::{self, POWERS, violations};
use crate::iam::resources::SERVICE;
use crate::iam::strong::Holder;
use crate::judge::change::is_allow;
use crate::judge::others::names_others;
use crate::{Facet, IamEntity, Resource, State, Subject, on};

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
        let was_member = last_known.is_some_and(|last| last.member);
        let left = |control, detail: String| {
            Flaw::new(control, detail, |membership: &mut Membership| membership.member = false)
        };
        let (by_own, found) = match (violations(subject, &own, None, &POWERS), violations(subject, &all, None, &POWERS))
        {
            (Ok(by_own), Ok(found)) => (by_own, found),
            (Err(why), _) | (_, Err(why)) if was_member => return Err(why),
            // Whoever hides what a group may is no team.
            (Err(why), _) | (_, Err(why)) => {
                let detail = format!("it cannot be decided what the group's policies allow together: {}", why.0);
                return Ok(vec![left(if own.is_empty() { BROAD_GROUP } else { POWERFUL_GROUP }, detail)]);
            }
        };
        if observed.holder.was_strong() && !was_member {
            let detail = "the group made an administrator or gave a way to more until something came that denies it";
            return Ok(vec![left(POWERFUL_GROUP, detail.to_owned())]);
        }
        let by_own: Vec<ViolationKind> = by_own.into_iter().map(|found| found.kind).collect();
        let flaw = |violation: Violation| {
            // A way to more is in half of AWS's policies for a whole service: to work with one of those is no attack.
            let is_plain = violation.kind == ViolationKind::Admin || by_own.contains(&violation.kind);
            let control = if is_plain { POWERFUL_GROUP } else { BROAD_GROUP };
            let detail = format!("the group's policies: {violation}");
            let flaw = left(control, detail);
            let flaw = flaw.shown_by(violation.witness);
            if was_member { flaw.from_before() } else { flaw }
        };
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

    /// That the group was strong before something came that denies it does not show.
    fn is_judged_by_memory(_subject: &Subject<'_>, observed: &Self::State) -> bool {
        may_be_weakened(observed)
    }

    /// What the group is remembered with, where it denies something: it may have been strong until that came.
    fn asks(
        subject: &Subject<'_>,
        last_known: Option<&Self::State>,
        observed: &Self::State,
        _identity: &Identity,
    ) -> Option<(Resource, Facet)> {
        let on::Membership { group, .. } = subject.on()?;
        let is_new = last_known.is_none_or(|last| !last.member);
        (is_new && may_be_weakened(observed)).then(|| principal::of_all(IamEntity::Group(group.clone())))
    }

    fn knowing(_: &Subject<'_>, observed: Self::State, known: Option<State>, _: &Identity) -> Self::State {
        Membership { holder: Holder::told(known), ..observed }
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
        principal::beside_brought(subject, observed.inline.values().chain(observed.attached.values()), &[user])
    }
}

/// Whether somebody is in a group that denies something.
fn may_be_weakened(observed: &Membership) -> bool {
    let denies = |document: &Document| (0..document.statements().len()).any(|index| !is_allow(document, index));
    observed.member && observed.inline.values().chain(observed.attached.values()).any(denies)
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Membership {
    /// Whether it is.
    pub member: bool,
    /// What the group's own policies say, by name. Read only where the user is a member.
    pub inline: BTreeMap<String, Document>,
    /// What the policies say that are attached to the group, by ARN. Read likewise.
    pub attached: BTreeMap<String, Document>,
    /// What is known of the group beside, where that was asked for.
    #[serde(skip)]
    pub holder: Holder,
}
