//! What was seen of one facet, what the standard says of it, and how that ends if nothing is written.

use parapet_core::{Identity, Ignored, Outcome, Unreadable, WorldError};
use parapet_guards::used::Loses;
use parapet_guards::{
    Action, Assessment, ControlId, Facet, FacetImage, Finding, Image, Missing, Resource, State, Subject, Tied,
    Undetermined,
};
use serde_json::Value;

use crate::denial::Denial;
use crate::recall::account_unreadable;

/// Why a role is left alone that is under one of AWS's paths.
const LEFT_TO_AWS: &str = "its path is AWS's, and nobody but AWS can make or change a role there";

/// How a bucket is known to be another account's where only S3 tells.
const NOT_LISTED: &str = "S3 denies it to this one, and does not list it as this one's";

/// What was seen of one facet.
pub(crate) struct Sight {
    pub(crate) facet: Facet,
    pub(crate) seen: Seen,
}

/// How a look at one facet ended.
pub(crate) enum Seen {
    /// The resource that carries the facet is gone.
    Gone,
    /// The resource that has the name is another account's.
    Elsewhere,
    /// The facet could not be read.
    Unreadable(WorldError),
    /// A state, and what the standard says of it.
    State(Box<Judged>),
}

/// A state, what is remembered of it, and what the standard says of it.
pub(crate) struct Judged {
    pub(crate) state: State,
    pub(crate) identity: Identity,
    /// Whether a listing told it, and no look of its own.
    pub(crate) is_listed: bool,
    pub(super) last_known: Option<State>,
    pub(super) assessment: Assessment,
    pub(super) memory: Memory,
    /// What it has to become: where something has to be mended.
    pub(super) desired: Option<State>,
    /// What AWS makes of the way there.
    pub(super) tied: Tied,
    /// What else had to be known of it, and could not be read.
    pub(super) unread: Option<WorldError>,
    /// What its repair ends of what is used, where that was asked.
    pub(super) loses: Option<Loses>,
}

/// What is known of what was before.
pub(super) enum Memory {
    /// As much as is asked for.
    Known,
    /// Nothing is remembered; what was there was told from what was brought.
    Supposed,
    /// Nothing is remembered, and since when it is so nobody knows.
    Unsure,
    /// What is remembered cannot be read.
    Unreadable(Unreadable),
}

impl Sight {
    pub(super) fn judged(&self) -> Option<&Judged> {
        match &self.seen {
            Seen::State(judged) => Some(judged),
            Seen::Gone | Seen::Elsewhere | Seen::Unreadable(_) => None,
        }
    }

    pub(super) fn judged_mut(&mut self) -> Option<&mut Judged> {
        match &mut self.seen {
            Seen::State(judged) => Some(judged),
            Seen::Gone | Seen::Elsewhere | Seen::Unreadable(_) => None,
        }
    }

    /// The same, with what was seen made another.
    pub(super) fn map(self, change: impl FnOnce(Judged) -> Judged) -> Self {
        let Self { facet, seen: Seen::State(judged) } = self else { return self };
        Self { facet, seen: Seen::State(Box::new(change(*judged))) }
    }

    /// What else it makes worth looking at.
    pub(crate) fn follow_ups(&self, subject: &Subject<'_>) -> Vec<(Resource, Facet)> {
        let of = |judged: &Judged| judged.state.follow_ups(subject, judged.last_known.as_ref());
        self.judged().map(of).unwrap_or_default()
    }

    /// Whose it is, as far as the look told.
    pub(crate) fn identity(&self) -> Identity {
        self.judged().map(|judged| judged.identity.clone()).unwrap_or_default()
    }

    /// What is kept of it in evidence.
    pub(crate) fn image(&self) -> FacetImage {
        let seen = match &self.seen {
            Seen::State(judged) => Image::State(judged.state.kept()),
            Seen::Gone => Image::Missing(Missing::Gone),
            Seen::Elsewhere | Seen::Unreadable(_) => Image::Missing(Missing::Unreadable),
        };
        FacetImage { facet: self.facet, seen }
    }

    /// What is wrong with the facet, as far as can be said.
    pub(crate) fn findings(&self) -> &[Finding] {
        match self.judged().map(|judged| &judged.assessment) {
            Some(Ok(findings)) => findings,
            _ => &[],
        }
    }

    /// Why it could not be read, or what else had to be known of it.
    pub(crate) fn failure(&self) -> Option<&WorldError> {
        match &self.seen {
            Seen::Unreadable(error) => Some(error),
            Seen::State(judged) => judged.unread.as_ref(),
            Seen::Gone | Seen::Elsewhere => None,
        }
    }

    /// Whether there is nothing any more that could carry the facet, or of what the facet is.
    pub(crate) fn is_gone(&self) -> bool {
        match &self.seen {
            Seen::Gone => true,
            Seen::State(judged) => judged.state.is_absent() && !self.is_violated(),
            Seen::Elsewhere | Seen::Unreadable(_) => false,
        }
    }

    /// Whether what is planned leaves nothing of it.
    pub(crate) fn is_to_go(&self) -> bool {
        self.judged().and_then(|judged| judged.desired.as_ref()).is_some_and(State::is_absent)
    }

    /// Whether something is wrong that has to be mended, and can be.
    pub(crate) fn is_violated(&self) -> bool {
        self.judged().is_some_and(|judged| judged.is_violated() && !matches!(judged.tied, Tied::Refused(_)))
    }

    /// The writes that lead from what was seen to the nearest compliant state. None where nothing has to be mended.
    pub(crate) fn plan(&self) -> Vec<Action> {
        match self.judged() {
            Some(Judged { tied: Tied::Refused(_), .. }) | None => Vec::new(),
            Some(Judged { state, tied: Tied::Instead(instead, _), .. }) => state.diff(instead),
            Some(Judged { state, desired, .. }) => desired.iter().flat_map(|desired| state.diff(desired)).collect(),
        }
    }

    /// What it is, and what it becomes by that. None where nothing has to be mended.
    pub(crate) fn change(&self) -> Option<(&State, &State)> {
        let judged = self.judged().filter(|_| self.is_violated())?;
        Some((&judged.state, self.mended()?))
    }

    /// The same, and what its repair ends of what is used.
    pub(crate) fn ending(mut self, loses: Loses) -> Self {
        if let Some(judged) = self.judged_mut() {
            judged.loses = Some(loses);
        }
        self
    }

    /// The same, left because of what its repair would end: told, and not mended.
    pub(crate) fn left_as_used(self, why: &str, loses: Option<Loses>) -> Self {
        let Self { facet, seen: Seen::State(judged) } = self else { return self };
        Self { facet, seen: Seen::State(Box::new(judged.left_as_used(why, loses))) }
    }

    /// What its repair ends of what is used; none: that was not asked.
    pub(crate) fn loses(&self) -> Option<&Loses> {
        self.judged()?.loses.as_ref()
    }

    /// What those writes lead to. None where nothing has to be mended.
    pub(crate) fn mended(&self) -> Option<&State> {
        match self.judged()? {
            Judged { tied: Tied::Refused(_), .. } => None,
            Judged { tied: Tied::Instead(instead, _), .. } => Some(instead),
            Judged { desired, .. } => desired.as_ref(),
        }
    }

    /// The outcome for the facet, if nothing is written.
    pub(crate) fn outcome(&self, denial: &Denial<'_>) -> Outcome {
        match &self.seen {
            Seen::Gone => Outcome::Ignored(Ignored::Gone),
            Seen::Elsewhere => Outcome::Ignored(Ignored::OtherAccount(NOT_LISTED.to_owned())),
            Seen::Unreadable(error) => denial.outcome(&[self.facet], error),
            Seen::State(judged) => judged.outcome(),
        }
    }

    /// Whether another look a moment later may see more.
    pub(crate) fn is_unsettled(&self) -> bool {
        matches!(&self.seen, Seen::Unreadable(error) if error.may_pass_later())
    }

    /// Whether something was left because nobody knows since when it is so.
    pub(crate) fn is_unsure(&self) -> bool {
        self.judged().is_some_and(|judged| matches!(judged.memory, Memory::Unsure))
    }

    /// Whether another delivery of the event may fare better.
    pub(crate) fn may_pass_later(&self, denial: &Denial<'_>) -> bool {
        let of_memory = |judged: &Judged| matches!(&judged.memory, Memory::Unreadable(why) if why.may_pass_later);
        self.judged().is_some_and(of_memory)
            || self.failure().is_some_and(|error| denial.may_pass_later(&[self.facet], error))
    }

    /// The state, if it is one to remember: something that is there, against which nothing is held but what is accepted for good. What
    /// an exemption covers is accepted only until it ends; what cannot be told from what was before is not accepted.
    pub(crate) fn to_remember(&self, subject: &Subject<'_>) -> Option<&Judged> {
        let judged = self.judged().filter(|judged| self.facet.row().is_remembered && !judged.state.is_absent())?;
        let is_open = |finding: &Finding| finding.is_enforced() || subject.is_exempt(finding.control);
        // What the standard itself only observes is accepted.
        let may_be_new = |finding: &Finding| finding.is_unaccepted && subject.enforces(finding.control);
        let accepted = |finding: &Finding| finding.was_before || !(is_open(finding) || may_be_new(finding));
        // What only seems to be from before may have been brought a moment ago, by an event that is still to come.
        let is_known = match judged.memory {
            Memory::Known => true,
            Memory::Supposed => judged.assessment.as_ref().is_ok_and(Vec::is_empty),
            Memory::Unsure | Memory::Unreadable(_) => false,
        };
        (is_known && judged.assessment.as_ref().is_ok_and(|findings| findings.iter().all(accepted))).then_some(judged)
    }

    /// Whether something of it waits until the resource has settled.
    fn waits(&self) -> bool {
        self.findings().iter().any(|finding| finding.waits_until.is_some())
    }

    /// Whether what is remembered of the facet has ended: it is not there, and nothing asks for it. What a stack replaces is gone for a moment.
    pub(crate) fn has_ended(&self, subject: &Subject<'_>) -> bool {
        let is_empty = self.judged().map_or(matches!(self.seen, Seen::Gone), |judged| judged.state.is_empty());
        self.facet.row().is_remembered
            && is_empty
            && !self.is_violated()
            && !self.waits()
            && !subject.is_known_by_name(self.facet)
    }
}

impl Judged {
    pub(super) fn is_violated(&self) -> bool {
        self.assessment.as_ref().is_ok_and(|findings| findings.iter().any(Finding::is_enforced))
    }

    /// The same as it was before: told, and left.
    pub(super) fn told_as_old(self) -> Self {
        let told = |findings: Vec<Finding>| findings.into_iter().map(Finding::from_before).collect();
        Self { assessment: self.assessment.map(told), ..self }
    }

    /// The same, of which the repair would end something that is used.
    fn left_as_used(self, why: &str, loses: Option<Loses>) -> Self {
        let told = |finding: Finding| match finding.is_enforced() {
            true => {
                let detail = format!("{}; {why}: left, because what is used is kept", finding.detail);
                Finding { detail, ..finding.from_before() }
            }
            false => finding,
        };
        let told = |findings: Vec<Finding>| findings.into_iter().map(told).collect();
        Self { assessment: self.assessment.map(told), loses, ..self }
    }

    /// The same, where nobody knows since when it is so: told, and left until CloudTrail shows the event. What would be mended even if it had
    /// been so before is mended.
    pub(super) fn unsure(self, subject: &Subject<'_>) -> Self {
        const SINCE: &str =
            "it is not known since when that is so, and it is looked at again once CloudTrail shows the event";
        let is_remembered = self.state.facet().row().is_remembered;
        let excused = self.state.assess(subject, Some(&self.state)).unwrap_or_default();
        let is_left = |finding: &Finding| {
            !is_remembered || !excused.iter().any(|old| old.is_enforced() && old.control == finding.control)
        };
        let told = |finding: Finding| match finding.is_enforced() && is_left(&finding) {
            true => {
                let detail = format!("{}; {SINCE}", finding.detail);
                Finding { detail, is_unaccepted: true, ..finding.only_observed() }
            }
            false => finding,
        };
        let assessment = self.assessment.map(|findings| findings.into_iter().map(told).collect());
        Self { last_known: Some(self.state.clone()), assessment, memory: Memory::Unsure, ..self }
    }

    /// The same, where it cannot be read what is known of the account. What is wrong without that is mended.
    pub(super) fn without_account(self, subject: &Subject<'_>, why: &Unreadable) -> Self {
        // What is remembered could not be told because of it, and says so.
        if matches!(self.memory, Memory::Unreadable(_)) {
            return self;
        }
        let told = |findings: Vec<Finding>| findings.into_iter().chain(account_unreadable(subject, why)).collect();
        Self { assessment: self.assessment.map(told), memory: Memory::Unreadable(why.clone()), ..self }
    }

    /// The same, where a name that would spare one of those whom it is about is another's.
    pub(super) fn with_another(self, subject: &Subject<'_>, why: &str) -> Self {
        let finding = Finding::on(ControlId::NAME, subject, why.to_owned()).map(Finding::only_observed);
        let assessment = self.assessment.map(|findings| findings.into_iter().chain(finding).collect());
        Self { assessment, ..self }
    }

    /// The same, where something else had to be known of it, and could not be read. What is wrong in any case is mended.
    pub(super) fn without(self, error: WorldError) -> Self {
        let is_wrong = |found: &Vec<Finding>| found.iter().any(Finding::is_enforced);
        let assessment = match self.assessment {
            Ok(found) if is_wrong(&found) => Ok(found),
            _ => Err(Undetermined(error.story())),
        };
        Self { assessment, unread: Some(error), ..self }
    }

    /// What is kept of it, once it is accepted.
    pub(crate) fn remembered(&self) -> Value {
        self.state.remembered(self.last_known.as_ref())
    }

    /// Whether the standard has nothing against the state, not even something that it only tells.
    pub(crate) fn is_compliant(&self) -> bool {
        self.assessment.as_ref().is_ok_and(Vec::is_empty)
    }

    /// The same, where something else decides about the way to the desired state. What is to be mended says so.
    pub(super) fn tied(self, tied: Tied) -> Self {
        let told = |finding: Finding| match tied.why().filter(|_| finding.is_enforced()) {
            Some(why) => Finding { detail: format!("{}; {why}", finding.detail), ..finding },
            None => finding,
        };
        let assessment = self.assessment.map(|findings| findings.into_iter().map(told).collect());
        Self { assessment, tied, ..self }
    }

    fn outcome(&self) -> Outcome {
        match (&self.memory, &self.assessment) {
            _ if let Tied::Refused(why) = &self.tied => Outcome::Unresolved(why.clone()),
            (_, Err(undetermined)) => Outcome::Undetermined(undetermined.0.clone()),
            (Memory::Unreadable(why), _) => Outcome::Undetermined(why.to_string()),
            (_, Ok(findings)) if !findings.is_empty() => Outcome::Observed,
            (_, Ok(_)) if self.state.is_absent() => Outcome::Ignored(Ignored::Gone),
            (_, Ok(_)) if self.state.is_left_to_aws() => Outcome::Ignored(Ignored::OutOfScope(LEFT_TO_AWS.to_owned())),
            (_, Ok(_)) => Outcome::Compliant,
        }
    }
}
