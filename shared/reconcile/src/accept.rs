//! The baseline kept anew, because an operator asked: what is there now counts as before.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use parapet_core::Severity;
use parapet_guards::{
    Anew, Baseline, ControlId, Facet, Finding, Left, Listed, Observed, OwnAccount, Recorder, Remembered, ResourceKind,
    Subject, World,
};
use serde::Serialize;
use tokio::time::Instant;

use crate::baseline::begun;
use crate::keep::memory;
use crate::{Place, Run};

/// How many resources are read side by side: as few as a look at all of a kind takes.
const SIDE_BY_SIDE: usize = 8;

/// How much of what is newly accepted one answer holds. All of it is counted.
const TOLD: usize = 500;

/// What else is gone where no earlier baseline is Parapet's.
const UNKNOWN_NAMES: &str = "nor is it known any more whose the names of the standard were: look at who bears them before you run bootstrap, which keeps that anew";

/// Who is told of what is accepted: the ARN, and what would have been mended.
type Tell<'a> = &'a (dyn Fn(&str, &Finding) + Sync);

/// Who asks for a baseline, and was proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// His ARN.
    pub arn: String,
    /// What is known of the account, by the newest baseline that Parapet kept. It outlives one that nobody vouches for.
    pub account: OwnAccount,
}

/// What came of keeping the baseline anew.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Accepted {
    /// Whether all of it is kept; if not, the next runs of the schedule go on.
    pub ended: bool,
    /// How many settings and documents are kept otherwise than before.
    pub kept: u32,
    /// How much is accepted that would have been mended.
    pub newly: u64,
    /// What that is, as far as an answer holds it: `<arn>: <control>: <detail>`.
    pub accepted: Vec<String>,
    /// The worst of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst: Option<Severity>,
    /// By which controls.
    pub controls: BTreeSet<ControlId>,
    /// Why nobody vouches for the baseline that was there; none: it counts until this one has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// What could not be read or kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

/// Keeps what is there, in the place of what is remembered, of every resource that bootstrap did not make. From then on it is from before: told, and
/// mended when an operator asks. What bootstrap made is as the standard says, whatever is there.
///
/// `operator`: who asks, whose word was proven; none: an earlier request is gone on with, if one was broken off. `tell` is given what would have
/// been mended, and is accepted, before it is.
///
/// Gone on with by whoever runs next, for an hour: how far it is lies in the baseline itself, sealed. Until it has ended the baseline before counts,
/// and what could not be read stays as that has it. One that nobody vouches for counts for nothing: an operator has it replaced, and is told so; what is
/// known of the account stays.
pub async fn accept<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    operator: Option<&Operator>,
    until: Instant,
    tell: Tell<'_>,
) -> Option<Accepted> {
    let mut accepted = Accepted::default();
    let now = run.clock.now;
    let before = match place.recorder.baseline().await {
        Ok(before) => before,
        Err(why) if operator.is_some() && why.is_of_nobody() => {
            let is_account_known = operator.is_some_and(|operator| operator.account != OwnAccount::default());
            accepted.replaces =
                Some(if is_account_known { why.to_string() } else { format!("{why}; {UNKNOWN_NAMES}") });
            None
        }
        Err(why) => {
            accepted.unread.push(why.to_string());
            return operator.map(|_| accepted);
        }
    };
    let is_at_it = |baseline: &Baseline| {
        baseline.is_under_way(now) && baseline.anew.as_ref().is_some_and(|anew| anew.taken_until > now)
    };
    let mut baseline = match (operator, before) {
        (_, Some(before)) if is_at_it(&before) => {
            accepted.unread.push("another run keeps the baseline anew now: ask again when it has ended".to_owned());
            return operator.map(|_| accepted);
        }
        (Some(operator), before) => {
            let Operator { arn, account } = operator.clone();
            let anew = Anew { operator: arn, begun_at: now, taken_until: now, kinds: BTreeSet::new() };
            let before = before.unwrap_or_else(|| Baseline { account, ..begun(place, run) });
            Baseline { anew: Some(anew), at: None, ..before }
        }
        (None, Some(before)) if before.anew.is_some() => before,
        (None, _) => return None,
    };
    let left = until.saturating_duration_since(Instant::now()).as_secs();
    if let Some(anew) = &mut baseline.anew {
        anew.taken_until = now.saturating_add(left.try_into().unwrap_or(0));
    }
    if !keep(place, &mut baseline).await {
        accepted.unread.push("the baseline cannot be kept".to_owned());
        return Some(accepted);
    }
    let enforced = place.standard.clone().enforced();
    let judged = &Place { standard: &enforced, ..*place };
    let kinds: BTreeSet<ResourceKind> = Facet::ALL.iter().map(|facet| facet.kind()).collect();
    let mut is_whole = true;
    for kind in kinds {
        let Some(anew) = baseline.anew.clone().filter(|anew| !anew.is_over(now)) else {
            is_whole = false;
            break;
        };
        if anew.kinds.contains(&kind.to_string()) {
            continue;
        }
        match of_kind(judged, run, kind, &mut baseline, &mut accepted, until, tell).await {
            Progress::Whole => {
                if let Some(anew) = &mut baseline.anew {
                    anew.kinds.insert(kind.to_string());
                }
                keep(place, &mut baseline).await;
            }
            // Another run tries it again.
            Progress::Unlisted => is_whole = false,
            Progress::Late => {
                released(&mut baseline, now);
                keep(place, &mut baseline).await;
                return Some(accepted);
            }
        }
    }
    let is_over = baseline.anew.as_ref().is_none_or(|anew| anew.is_over(now));
    if !is_whole && !is_over {
        released(&mut baseline, now);
        keep(place, &mut baseline).await;
        return Some(accepted);
    }
    if let Some(anew) = baseline.anew.take() {
        baseline.begun_at = anew.begun_at;
        baseline.kinds.extend(anew.kinds);
    }
    baseline.at = None;
    baseline.ended_at = Some(now);
    accepted.ended = keep(place, &mut baseline).await && is_whole;
    Some(accepted)
}

fn released(baseline: &mut Baseline, now: i64) {
    if let Some(anew) = &mut baseline.anew {
        anew.taken_until = now;
    }
}

/// Keeps how far it is. What the account is bootstrap may have found out meanwhile.
async fn keep<W, R: Recorder>(place: &Place<'_, W, R>, baseline: &mut Baseline) -> bool {
    if let Ok(Some(there)) = place.recorder.baseline().await {
        baseline.account = there.account;
    }
    place.recorder.keep_baseline(baseline).await
}

/// How far a kind was read.
enum Progress {
    Whole,
    Unlisted,
    Late,
}

async fn of_kind<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    kind: ResourceKind,
    baseline: &mut Baseline,
    accepted: &mut Accepted,
    until: Instant,
    tell: Tell<'_>,
) -> Progress {
    let mut from = baseline.mark(kind);
    loop {
        let page = match place.world.list(kind, from.as_ref()).await {
            Ok(page) => page,
            Err(error) => {
                accepted.unread.push(error.story());
                baseline.at = None;
                return Progress::Unlisted;
            }
        };
        let begun_at = baseline.anew.as_ref().map_or(baseline.begun_at, |anew| anew.begun_at);
        let mut reads = stream::iter(page.listed.iter().map(|listed| of_resource(place, run, listed, begun_at, tell)))
            .buffered(SIDE_BY_SIDE);
        while let Some(Of { kept, newly, left }) = reads.next().await {
            baseline.kept = baseline.kept.saturating_add(kept);
            accepted.kept = accepted.kept.saturating_add(kept);
            for (arn, finding) in newly {
                accepted.newly = accepted.newly.saturating_add(1);
                accepted.worst = accepted.worst.max(Some(finding.severity));
                accepted.controls.insert(finding.control);
                if accepted.accepted.len() < TOLD {
                    accepted.accepted.push(format!("{arn}: {}: {}", finding.control, finding.detail));
                }
            }
            for (left, why) in left {
                // What an earlier baseline has of it counts on.
                if !baseline.has(&left.resource) && !baseline.left.contains(&left) {
                    baseline.left.push(left);
                }
                accepted.unread.push(why);
            }
            if Instant::now() >= until {
                return Progress::Late;
            }
        }
        drop(reads);
        from = page.next;
        baseline.at = from.clone().map(|mark| (kind.to_string(), mark));
        if from.is_none() {
            return Progress::Whole;
        }
    }
}

/// What became of one resource.
#[derive(Default)]
struct Of {
    kept: u32,
    newly: Vec<(String, Finding)>,
    left: Vec<(Left, String)>,
}

async fn of_resource<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    Listed { resource, told }: &Listed,
    begun_at: i64,
    tell: Tell<'_>,
) -> Of {
    let mut of = Of::default();
    if resource.is_foundation(place.standard, place.home) {
        return of;
    }
    let subject = place.subject(run, resource);
    let facets = Facet::ALL.iter().copied().filter(|facet| facet.kind() == resource.kind());
    for facet in facets.filter(|facet| facet.is_asked_of(resource, place.standard)) {
        let ended = match told.get(&facet) {
            Some(observed) => match one(place, run, &subject, observed, begun_at, None).await {
                // A listing is as old as its beginning: what is news by it is looked at by itself.
                Ok(Kept { is_news: true, .. }) => looked_at(place, run, &subject, facet, begun_at, tell).await,
                told => told,
            },
            None => looked_at(place, run, &subject, facet, begun_at, tell).await,
        };
        match ended {
            Ok(Kept { is_news, newly }) => {
                of.kept = of.kept.saturating_add(u32::from(is_news));
                of.newly.extend(newly.into_iter().map(|finding| (resource.arn(place.home), finding)));
            }
            Err(why) => of.left.push((Left { resource: resource.clone(), facet }, why)),
        }
    }
    of
}

/// What became of one facet.
#[derive(Default)]
struct Kept {
    /// Whether it is kept otherwise than before, or would be.
    is_news: bool,
    /// What of it would have been mended.
    newly: Vec<Finding>,
}

async fn looked_at<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    subject: &Subject<'_>,
    facet: Facet,
    begun_at: i64,
    tell: Tell<'_>,
) -> Result<Kept, String> {
    match place.world.observe(subject.resource, facet).await {
        Ok(Some(observed)) => one(place, run, subject, &observed, begun_at, Some(tell)).await,
        Ok(None) => Ok(Kept::default()),
        Err(error) => Err(error.story()),
    }
}

/// Keeps one facet as it is. `tell`: whom what is accepted is told to before; none: nothing is kept, and it is only said whether it would be.
async fn one<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    subject: &Subject<'_>,
    Observed { state, identity }: &Observed,
    begun_at: i64,
    tell: Option<Tell<'_>>,
) -> Result<Kept, String> {
    // Created since it was begun, by AWS's own date: nobody asked to accept that.
    if identity.created.is_some_and(|created| created > begun_at) {
        return Ok(Kept::default());
    }
    let facet = state.facet();
    let alone = state.assess(subject, None);
    let is_wrong = alone.as_ref().map_or(true, |found| found.iter().any(Finding::is_enforced));
    // What cannot be read excuses nothing: what is there now takes its place.
    let known = place.recorder.recall(subject.resource, facet).await.ok().flatten();
    // A guard that accepted, or mended, something since saw it later than whoever asked.
    if known.as_ref().is_some_and(|memory| memory.accepted_at > begun_at) {
        return Ok(Kept::default());
    }
    let last = known.as_ref().filter(|memory| memory.is_of(identity)).and_then(|memory| memory.state());
    let last = last.and_then(|kept| facet.recalled(kept).ok());
    let is_to_be_kept = if facet.row().is_remembered { !state.is_absent() } else { is_wrong || last.is_some() };
    if !is_to_be_kept || last.as_ref() == Some(state) {
        return Ok(Kept::default());
    }
    let beside = state.assess(subject, last.as_ref()).unwrap_or_default();
    let newly: Vec<Finding> = beside.into_iter().filter(Finding::is_enforced).collect();
    let Some(tell) = tell else { return Ok(Kept { is_news: true, newly: Vec::new() }) };
    let arn = subject.resource.arn(place.home);
    newly.iter().for_each(|finding| tell(&arn, finding));
    let is_compliant = alone.is_ok_and(|found| found.is_empty());
    let remembered = Remembered::State(state.in_baseline().kept());
    let memory = memory(subject, run.clock, facet, identity, (is_compliant, remembered));
    match place.recorder.remember(&memory).await {
        true => Ok(Kept { is_news: true, newly }),
        false => Err(format!("what is there of the {facet} of {} cannot be kept", subject.resource)),
    }
}
