use std::fmt;

use iam_policy::{Document, PolicyKind, ViolationKind};
use serde::Serialize;

use crate::aspect::{Aspect, Row};
use crate::cloudtrail::resources::SERVICE;
use crate::control::control;
use crate::flaw::Flaws;
use crate::judge::question::Judged;
use crate::judge::shut_out::{Access, Whose};
use crate::judge::{judgement, statements};
use crate::{Subject, on};

control! {
    LAKE_PUBLIC = "CloudTrail.LakePublic", Critical, Enforce, fsbp [], cis [],
    "No event data store, channel or dashboard is open to everyone",
    "Whoever queries an event data store reads what everybody in the account did, and whoever writes into a channel makes it up.",
}

control! {
    LAKE_FOREIGN = "CloudTrail.LakeForeign", High, Enforce, fsbp [], cis [],
    "No event data store or dashboard lets in an account beyond the trust zone",
    "An intruder who may query what is recorded sees what the account is and whether he was noticed.",
}

control! {
    CHANNEL_FOREIGN = "CloudTrail.ChannelForeign", Medium, Observe, fsbp [], cis [],
    "No channel takes events from an account beyond the trust zone",
    "Made-up events hide true ones; yet a partner's account is what most channels are for, so this is observed unless asked for.",
}

control! {
    LAKE_DEPUTY = "CloudTrail.LakeConfusedDeputy", Medium, Observe, fsbp [], cis [],
    "Services that the policy of an event data store, a channel or a dashboard lets in cannot be made to act for a stranger",
    "A stranger has the service query what everybody in the account did; yet which source is right only its owner knows.",
}

control! {
    LAKE_GUARDS = "CloudTrail.LakeGuardAccess", Critical, Enforce, fsbp [], cis [],
    "The policy of an event data store lets Parapet's functions read what it is set to",
    "What a guard may not read, it cannot mend, and whoever shut it out did so for something.",
}

/// Of the policy of an event data store or a dashboard.
const LAKE: Judged = &[
    (ViolationKind::PublicAccess, LAKE_PUBLIC),
    (ViolationKind::ForeignPrincipal, LAKE_FOREIGN),
    (ViolationKind::ConfusedDeputy, LAKE_DEPUTY),
];

/// Of a channel's, which lets those in who deliver events. AWS CloudTrail User Guide, "AWS CloudTrail resource-based policy examples": for a
/// partner's integration the console "automatically adds the partner's AWS account IDs to the resource policy".
const CHANNEL: Judged = &[
    (ViolationKind::PublicAccess, LAKE_PUBLIC),
    (ViolationKind::ForeignPrincipal, CHANNEL_FOREIGN),
    (ViolationKind::ConfusedDeputy, LAKE_DEPUTY),
];

/// What the functions read of an event data store, of what its policy can deny. AWS CloudTrail User Guide, "Create an event data store": supported are
/// `StartQuery`, `CancelQuery`, `ListQueries`, `DescribeQuery`, `GetQueryResults`, `GenerateQuery`, `GenerateQueryResultsSummary` and
/// `GetEventDataStore`. So no policy keeps a guard from reading and writing the policy itself, and one guard can look after all of it.
const GUARDS: &Access = &Access {
    control: LAKE_GUARDS,
    whose: Whose::Others,
    actions: &["cloudtrail:GetEventDataStore"],
    detail: "of its policy deny Parapet's functions what they read of it",
    longest: LONGEST_LAKE_POLICY,
};

/// The policy of an event data store, a channel or a dashboard; none where there is none. It is the logging guard's, whose client it takes: another
/// one has no room in the policy guard.
pub struct Unit;

impl Aspect for Unit {
    type On = on::LakeResource;
    type State = Option<Document>;
    type Action = LakePolicyAction;

    const ROW: Row = Row {
        id: "lake-policy",
        name: "policies of CloudTrail Lake",
        service: &SERVICE,
        // A dashboard is called by a name, which another one can have after it.
        events: &["PutResourcePolicy", "DeleteResourcePolicy", "DeleteDashboard"],
        controls: &[LAKE_PUBLIC, LAKE_FOREIGN, CHANNEL_FOREIGN, LAKE_DEPUTY, LAKE_GUARDS],
        ..Row::OF_ACCESS
    };

    /// Whatever is left of it, what it belongs to serves those of its account whom IAM lets in.
    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<Document>>,
        observed: &Option<Document>,
    ) -> Flaws<'a, Option<Document>> {
        let Some(document) = observed else { return Ok(Vec::new()) };
        let before = last_known.and_then(Option::as_ref);
        let is_channel = subject.on::<on::LakeResource>().is_some_and(on::LakeResource::is_channel);
        let judged = if is_channel { CHANNEL } else { LAKE };
        let mut flaws = judgement::flaws(subject, PolicyKind::Resource, judged, before, document)?;
        flaws.extend(GUARDS.flaws(subject, before, document));
        Ok(flaws)
    }

    fn diff(_from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        vec![to.clone().map_or(LakePolicyAction::DeleteResourcePolicy, LakePolicyAction::PutResourcePolicy)]
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            LakePolicyAction::PutResourcePolicy(document) => Some(document.clone()),
            LakePolicyAction::DeleteResourcePolicy => None,
        }
    }

    /// What the policy belongs to is there without one.
    fn is_empty(state: &Self::State) -> bool {
        state.is_none()
    }
}

/// What is done about the policy of an event data store, a channel or a dashboard.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum LakePolicyAction {
    /// Put it.
    PutResourcePolicy(Document),
    /// Delete it.
    DeleteResourcePolicy,
}

impl fmt::Display for LakePolicyAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutResourcePolicy(document) => write!(f, "PutResourcePolicy with {}", statements(document)),
            Self::DeleteResourcePolicy => f.write_str("DeleteResourcePolicy"),
        }
    }
}

/// AWS CloudTrail API Reference, PutResourcePolicy, ResourcePolicy: "Maximum length of 8192".
const LONGEST_LAKE_POLICY: usize = 8 * 1024;
