//! One look at some facets of a resource: what each is, and what is wrong with it.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use parapet_core::{ErrorKind, Identity, Ignored, Outcome, Unreadable, WorldError};
use parapet_guards::used::Loses;
use parapet_guards::{
    Action, Assessment, Beside, Facet, FacetImage, Finding, Image, Missing, Observed, OwnAccount, Recorder, Resource,
    State, Subject, Tied, Undetermined, World,
};

use serde_json::Value;

use crate::denial::Denial;
use crate::recall::{Recalled, account_unreadable, unreadable};
use crate::spare::spared;
use crate::{Place, Run};

/// Why a role is left alone that is under one of AWS's paths.
const LEFT_TO_AWS: &str = "its path is AWS's, and nobody but AWS can make or change a role there";

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
    last_known: Option<State>,
    assessment: Assessment,
    memory: Memory,
    /// What it has to become: where something has to be mended.
    desired: Option<State>,
    /// What AWS makes of the way there.
    tied: Tied,
    /// What else had to be known of it, and could not be read.
    unread: Option<WorldError>,
    /// What its repair ends of what is used, where that was asked.
    loses: Option<Loses>,
}

/// What is known of what was before.
enum Memory {
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
    fn judged(&self) -> Option<&Judged> {
        match &self.seen {
            Seen::State(judged) => Some(judged),
            Seen::Gone | Seen::Elsewhere | Seen::Unreadable(_) => None,
        }
    }

    fn judged_mut(&mut self) -> Option<&mut Judged> {
        match &mut self.seen {
            Seen::State(judged) => Some(judged),
            Seen::Gone | Seen::Elsewhere | Seen::Unreadable(_) => None,
        }
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
    fn is_violated(&self) -> bool {
        self.assessment.as_ref().is_ok_and(|findings| findings.iter().any(Finding::is_enforced))
    }

    /// The same as it was before: told, and left.
    fn told_as_old(self) -> Self {
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
    fn unsure(self, subject: &Subject<'_>) -> Self {
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
    fn without_account(self, subject: &Subject<'_>, why: &Unreadable) -> Self {
        // What is remembered could not be told because of it, and says so.
        if matches!(self.memory, Memory::Unreadable(_)) {
            return self;
        }
        let told = |findings: Vec<Finding>| findings.into_iter().chain(account_unreadable(subject, why)).collect();
        Self { assessment: self.assessment.map(told), memory: Memory::Unreadable(why.clone()), ..self }
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
    fn tied(self, tied: Tied) -> Self {
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

/// How a bucket is known to be another account's where only S3 tells.
const NOT_LISTED: &str = "S3 denies it to this one, and does not list it as this one's";

/// Whether something that the standard needs is looked at: where another account has that name, it is told and not passed over.
fn is_needed(subject: &Subject<'_>) -> bool {
    match subject.resource {
        Resource::Bucket(bucket) => bucket.is_needed(subject.standard),
        _ => subject.is_foundation(),
    }
}

/// Looks at several facets at once. One that cannot be read holds no other back. What is remembered of a facet is asked for only
/// where something is wrong with it, or where it has to stay as it was.
///
/// `recalled`: what this run has asked for already.
pub(crate) async fn look<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    recalled: &Recalled,
    subject: &Subject<'_>,
    facets: &[Facet],
) -> Vec<Sight> {
    let sights = join_all(facets.iter().map(|facet| look_at(place, recalled, subject, *facet))).await;
    spared(place, subject, while_it_settles(place, run, recalled, subject, sights).await).await
}

/// The same, where a listing told some of them. A listing is as old as its beginning: what is wrong by it is looked at by itself, before
/// anything is written.
pub(crate) async fn look_after_listing<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    recalled: &Recalled,
    subject: &Subject<'_>,
    facets: &[Facet],
    told: &BTreeMap<Facet, Observed>,
) -> Vec<Sight> {
    let sights = join_all(facets.iter().map(|&facet| async move {
        if let Some(observed) = told.get(&facet) {
            let judged = judge(place, recalled, subject, facet, observed.clone()).await;
            let sight = Sight { facet, seen: Seen::State(Box::new(Judged { is_listed: true, ..judged })) };
            if !sight.is_violated() {
                return sight;
            }
        }
        look_at(place, recalled, subject, facet).await
    }))
    .await;
    spared(place, subject, while_it_settles(place, run, recalled, subject, sights).await).await
}

/// The sights as they are judged while the resource is being made: what only completes it waits. When it was made is asked where something is to be
/// completed, and only then.
async fn while_it_settles<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    recalled: &Recalled,
    subject: &Subject<'_>,
    sights: Vec<Sight>,
) -> Vec<Sight> {
    let is_to_complete =
        |sight: &Sight| sight.findings().iter().any(|finding| finding.completes && finding.is_enforced());
    let settles_at =
        if sights.iter().any(is_to_complete) { recalled.settles_at(place, run, subject).await } else { None };
    if settles_at.is_none() {
        return within_account(place, run, recalled, subject, sights).await;
    }
    let subject = &Subject { settles_at, ..*subject };
    let judged = sights.into_iter().map(|sight| async move {
        if is_to_complete(&sight) { judged_again(place, recalled, subject, sight).await } else { sight }
    });
    within_account(place, run, recalled, subject, join_all(judged).await).await
}

/// A sight of the same, judged under what is known of the subject now.
async fn judged_again<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    recalled: &Recalled,
    subject: &Subject<'_>,
    sight: Sight,
) -> Sight {
    let Sight { facet, seen: Seen::State(judged) } = sight else { return sight };
    let is_listed = judged.is_listed;
    let observed = Observed::of(judged.state, judged.identity);
    let judged = judge(place, recalled, subject, facet, observed).await;
    Sight { facet, seen: Seen::State(Box::new(Judged { is_listed, ..judged })) }
}

/// What is known of the account: as bootstrap asked AWS, or as AWS says now; and why it cannot be read what bootstrap kept.
pub(crate) async fn account<W: World, R: Recorder>(place: &Place<'_, W, R>) -> (OwnAccount, Option<Unreadable>) {
    let (kept, unread) = match place.recorder.baseline().await {
        Ok(baseline) => (baseline.map(|baseline| baseline.account).unwrap_or_default(), None),
        // Before there is a store, nothing was kept in it.
        Err(why) if why.has_no_store => (OwnAccount::default(), None),
        Err(why) => (OwnAccount::default(), Some(why)),
    };
    match &kept.organization {
        Some(_) => (kept, unread),
        None => (OwnAccount { organization: place.world.organization().await, ..kept }, unread),
    }
}

/// The sights as they are judged by what is known of the account, which is asked for where it could make a difference: where one is let in whom
/// the standard does not name, or a policy names others. Where it cannot be read, nothing to which it could make a difference is compliant.
async fn within_account<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    recalled: &Recalled,
    subject: &Subject<'_>,
    sights: Vec<Sight>,
) -> Vec<Sight> {
    let asks = |sight: &Sight| {
        sight.findings().iter().any(|finding| finding.asks_for_account)
            || sight.judged().is_some_and(|judged| judged.state.depends_on_account())
    };
    let (account, unread) = if sights.iter().any(asks) { account(place).await } else { (OwnAccount::default(), None) };
    if account == OwnAccount::default() && unread.is_none() {
        return tied(place, run, subject, sights).await;
    }
    let subject = &Subject { account: Some(&account), ..*subject };
    let unread = unread.as_ref();
    let judged = sights.into_iter().map(|sight| async move {
        let unread = unread.filter(|_| asks(&sight));
        let Sight { facet, seen } = judged_again(place, recalled, subject, sight).await;
        let seen = match (seen, unread) {
            (Seen::State(judged), Some(why)) => Seen::State(Box::new(judged.without_account(subject, why))),
            (seen, _) => seen,
        };
        Sight { facet, seen }
    });
    tied(place, run, subject, join_all(judged).await).await
}

/// The sights with what each has to become, and what AWS makes of the way there: where something else decides about that, it is read now.
/// What cannot be read is no reason to leave a write: AWS will say.
async fn tied<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    subject: &Subject<'_>,
    mut sights: Vec<Sight>,
) -> Vec<Sight> {
    for judged in sights.iter_mut().filter_map(Sight::judged_mut).filter(|judged| judged.is_violated()) {
        judged.desired = Some(judged.state.comply(subject, judged.last_known.as_ref()));
    }
    let all = &sights;
    let ties = join_all(all.iter().map(async |sight| {
        let judged = sight.judged()?;
        let desired = judged.desired.as_ref()?;
        let ties = judged.state.ties(subject, desired);
        let beside =
            join_all(ties.iter().map(|(resource, facet)| beside(place, run, subject, all, resource, *facet))).await;
        // Half of what decides is not enough to leave a write.
        let beside: Option<Vec<Beside>> = beside.into_iter().collect();
        Some(beside.map_or(Tied::Taken, |beside| desired.tied(subject, &beside)))
    }))
    .await;
    let tie = |(sight, tied): (Sight, Option<Tied>)| match (sight.seen, tied) {
        (Seen::State(judged), Some(tied)) => Sight { seen: Seen::State(Box::new(judged.tied(tied))), ..sight },
        (seen, _) => Sight { seen, ..sight },
    };
    sights.into_iter().zip(ties).map(tie).collect()
}

/// What another facet will be when it counts: what is seen beside it is brought right first, and so is, where nothing is written,
/// what an earlier run would have. None: it cannot be told.
async fn beside<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    subject: &Subject<'_>,
    sights: &[Sight],
    resource: &Resource,
    facet: Facet,
) -> Option<Beside> {
    let seen = sights.iter().find(|sight| sight.facet == facet && resource == subject.resource);
    match seen.and_then(Sight::judged) {
        Some(judged) => Some((facet, Some(judged.desired.as_ref().unwrap_or(&judged.state).clone()))),
        None => {
            let observed = place.world.observe(resource, facet).await.ok()?;
            let is_ours = run.dry && resource == subject.resource && facet.owner() == run.guard;
            let state = |seen: State| if is_ours { seen.comply(subject, None) } else { seen };
            Some((facet, observed.map(|observed| state(observed.state))))
        }
    }
}

async fn look_at<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    recalled: &Recalled,
    subject: &Subject<'_>,
    facet: Facet,
) -> Sight {
    let observed = match recalled.part(facet) {
        Some(part) => place.world.observe_part(subject.resource, facet, part).await,
        None => place.world.observe(subject.resource, facet).await,
    };
    let seen = match observed {
        Err(error) if error.kind == ErrorKind::Taken && !is_needed(subject) => match recalled.is_said_own() {
            // One that was made just now need not be listed yet: it is looked at again.
            true => Seen::Unreadable(WorldError { kind: ErrorKind::Denied, ..error }),
            false => Seen::Elsewhere,
        },
        Err(error) => Seen::Unreadable(error),
        Ok(None) => Seen::Gone,
        Ok(Some(observed)) => Seen::State(Box::new(judge(place, recalled, subject, facet, observed).await)),
    };
    Sight { facet, seen }
}

async fn judge<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    recalled: &Recalled,
    subject: &Subject<'_>,
    facet: Facet,
    Observed { state, identity }: Observed,
) -> Judged {
    let assessment = state.assess(subject, None);
    let is_wrong = assessment.as_ref().map_or(true, |findings| findings.iter().any(Finding::is_enforced));
    let alone = Judged {
        state,
        identity,
        is_listed: false,
        last_known: None,
        assessment,
        memory: Memory::Known,
        desired: None,
        tied: Tied::Taken,
        unread: None,
        loses: None,
    };
    if !facet.row().is_remembered {
        if !is_wrong {
            return alone;
        }
        return match beside_baseline(place, recalled, subject, alone).await {
            Ok(judged) => judged,
            Err(alone) => dated(place, recalled, subject, alone).await,
        };
    }
    if !(is_wrong || alone.state.is_judged_by_memory(subject)) {
        return alone;
    }
    match recalled.last_known(place, subject, facet, &alone.identity).await {
        Ok(None) => {
            let judged = match recalled.supposed(&alone.state) {
                Some(before) => beside_memory(place, recalled, subject, alone, Some(before), Memory::Supposed).await,
                None => beside_memory(place, recalled, subject, alone, None, Memory::Known).await,
            };
            dated(place, recalled, subject, judged).await
        }
        Ok(Some(last)) => beside_memory(place, recalled, subject, alone, Some(last), Memory::Known).await,
        // Of what bootstrap makes the standard says how it is. Before there is a store, nothing was kept in it.
        Err(why) if why.has_no_store && subject.is_foundation() => alone,
        Err(why) => without_memory(subject, alone, why),
    }
}

/// A facet of which nothing is remembered beside what it was when Parapet came. Somebody may live on that, and whoever says that it was changed just
/// now may have made that up: what did not change is told, and of what did, only that is mended. An error: it is not in the baseline.
async fn beside_baseline<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    recalled: &Recalled,
    subject: &Subject<'_>,
    alone: Judged,
) -> Result<Judged, Judged> {
    if subject.is_foundation() {
        return Err(alone);
    }
    match recalled.last_known(place, subject, alone.state.facet(), &alone.identity).await {
        Ok(Some(before)) if before == alone.state => Ok(alone.told_as_old()),
        Ok(Some(before)) => {
            let assessment = alone.state.assess(subject, Some(&before));
            Ok(Judged { assessment, last_known: Some(before), ..alone })
        }
        Ok(None) | Err(_) => Err(alone),
    }
}

/// What is mended of a state of which nothing is remembered, where it is known to be new. Else nothing is that may be from before.
async fn dated<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    recalled: &Recalled,
    subject: &Subject<'_>,
    judged: Judged,
) -> Judged {
    if !judged.is_violated() {
        return judged;
    }
    match recalled.is_new(place, subject, &judged.state, &judged.identity).await {
        Ok(true) => judged,
        Ok(false) => judged.unsure(subject),
        Err(why) => without_memory(subject, judged, why),
    }
}

/// A state of which it cannot be read what is remembered. Whatever that is, it excuses no more than the state itself would: what is wrong
/// even then needs no memory. Of what bootstrap makes the standard says how it is, once waiting does not help.
fn without_memory(subject: &Subject<'_>, alone: Judged, why: Unreadable) -> Judged {
    let facet = alone.state.facet();
    let is_wrong = alone.assessment.as_ref().map_or(true, |findings| findings.iter().any(Finding::is_enforced));
    let may_pass = why.may_pass_later && !why.is_denied;
    let held_back = is_wrong && facet.row().is_about_access && (may_pass || !subject.is_foundation());
    let last_known = held_back.then(|| alone.state.clone());
    let told = |findings: Vec<Finding>| {
        findings.into_iter().chain(unreadable(subject, facet, &why).map(Finding::only_observed)).collect()
    };
    let assessment = alone.state.assess(subject, last_known.as_ref()).map(told);
    Judged { assessment, last_known, memory: Memory::Unreadable(why), ..alone }
}

/// Judges a state beside what is remembered, and with what else has to be known for that. Where that cannot be read, what is wrong without it
/// is mended, and nothing is compliant.
async fn beside_memory<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    recalled: &Recalled,
    subject: &Subject<'_>,
    alone: Judged,
    last_known: Option<State>,
    memory: Memory,
) -> Judged {
    let (mut memory, mut unread, mut asked) = (memory, None, Vec::new());
    let mut state = carried_on(place, recalled, subject, last_known.as_ref(), alone.state, &alone.identity).await;
    // One after the other, until it asks for nothing else.
    while unread.is_none() {
        let next = state.asks(subject, last_known.as_ref(), &alone.identity);
        let Some((resource, facet)) = next.filter(|next| !asked.contains(next)) else { break };
        match place.world.observe(&resource, facet).await {
            Ok(known) => {
                let of_it = Subject { resource: &resource, ..*subject };
                let known = match known {
                    Some(known) => match beside_its_own(place, &of_it, known.clone()).await {
                        Ok(known) => Some(known),
                        Err(why) => {
                            memory = Memory::Unreadable(why);
                            Some(known.state)
                        }
                    },
                    None => None,
                };
                state = state.knowing(subject, known, &alone.identity);
            }
            Err(error) => unread = Some(error),
        }
        asked.push((resource, facet));
    }
    let assessment = state.assess(subject, last_known.as_ref());
    let is_wrong = |found: &Vec<Finding>| found.iter().any(Finding::is_enforced);
    let assessment = match &unread {
        Some(why) if !assessment.as_ref().is_ok_and(is_wrong) => Err(Undetermined(why.story())),
        _ => assessment,
    };
    Judged { state, last_known, assessment, memory, unread, ..alone }
}

/// What was asked for, with what has to stay known of what is remembered of it.
async fn beside_its_own<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    subject: &Subject<'_>,
    Observed { state, identity }: Observed,
) -> Result<State, Unreadable> {
    let recalled = Recalled::default();
    if state.clone().carrying_on(subject, None) == state {
        return Ok(state);
    }
    let last = recalled.last_known(place, subject, state.facet(), &identity).await?;
    Ok(carried_on(place, &recalled, subject, last.as_ref(), state, &identity).await)
}

/// A state with what has to stay known of the one before. Where none is known, nothing was before what is new.
async fn carried_on<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    recalled: &Recalled,
    subject: &Subject<'_>,
    last_known: Option<&State>,
    state: State,
    identity: &Identity,
) -> State {
    if last_known.is_some() {
        return state.carrying_on(subject, last_known);
    }
    let as_new = state.clone().carrying_on(subject, None);
    match as_new == state || recalled.is_new(place, subject, &state, identity).await.is_ok_and(|is_new| !is_new) {
        true => state,
        false => as_new,
    }
}
