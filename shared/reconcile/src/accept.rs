//! The baseline kept anew, because an operator asked: what is there now counts as before.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use parapet_core::{Identity, Severity};
use parapet_guards::{
    BASELINE_VERSION, Baseline, ControlId, Facet, Finding, Left, Listed, Observed, Recorder, Remembered, ResourceKind,
    State, Subject, World,
};
use serde::Serialize;
use tokio::time::Instant;

use crate::keep::memory;
use crate::{Place, Run};

/// How many resources are read side by side: as few as a look at all of a kind takes.
const SIDE_BY_SIDE: usize = 8;

/// How much of what is newly accepted one answer holds. All of it is counted.
const TOLD: usize = 500;

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
    /// What could not be read or kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

/// Keeps what is there, in the place of what is remembered, of every resource that bootstrap did not make. From then on it is from before: told, and
/// mended when an operator asks. What bootstrap made is as the standard says, whatever is there.
///
/// `operator`: who asks, whose word was proven; none: an earlier request is gone on with, if one was broken off. What would have been mended, and is
/// accepted now, is told one by one.
///
/// Gone on with by whoever runs next: how far it is lies in the baseline itself, sealed.
pub async fn accept<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    operator: Option<&str>,
    until: Instant,
) -> Option<Accepted> {
    let mut accepted = Accepted::default();
    let before = match place.recorder.baseline().await {
        Ok(before) => before,
        // Whoever asks for a new one is heard: nobody vouches for that which is there.
        Err(why) if operator.is_some() && !why.may_pass_later => {
            accepted.unread.push(why.to_string());
            None
        }
        Err(why) => {
            accepted.unread.push(why.to_string());
            return operator.map(|_| accepted);
        }
    };
    let mut baseline = match (operator, before) {
        (Some(operator), before) => Baseline {
            version: BASELINE_VERSION,
            begun_at: run.clock.now,
            ended_at: None,
            standard: place.standard.digest().to_owned(),
            kept: 0,
            kinds: BTreeSet::new(),
            at: None,
            unread: Vec::new(),
            left: Vec::new(),
            account: before.map(|before| before.account).unwrap_or_default(),
            anew_for: Some(operator.to_owned()),
            taken_until: None,
        },
        (None, Some(before)) if before.is_under_way() && before.taken_until <= Some(run.clock.now) => before,
        (None, _) => return None,
    };
    let left = until.saturating_duration_since(Instant::now()).as_secs();
    baseline.taken_until = Some(run.clock.now.saturating_add(left.try_into().unwrap_or(0)));
    if !place.recorder.keep_baseline(&baseline).await {
        accepted.unread.push("the baseline cannot be kept".to_owned());
        return Some(accepted);
    }
    let enforced = place.standard.clone().enforced();
    let judged = &Place { standard: &enforced, ..*place };
    let kinds: BTreeSet<ResourceKind> = Facet::ALL.iter().map(|facet| facet.kind()).collect();
    for kind in kinds {
        if baseline.kinds.contains(&kind.to_string()) {
            continue;
        }
        match of_kind(judged, run, kind, &mut baseline, &mut accepted, until).await {
            Progress::Whole => {
                baseline.kinds.insert(kind.to_string());
                place.recorder.keep_baseline(&baseline).await;
            }
            Progress::Unlisted => {}
            Progress::Late => {
                baseline.taken_until = None;
                place.recorder.keep_baseline(&baseline).await;
                return Some(accepted);
            }
        }
    }
    let is_whole = Facet::ALL.iter().all(|facet| baseline.kinds.contains(&facet.kind().to_string()));
    // What could not be read is left, and stays of unknown age: it is no reason to keep all else waiting.
    baseline.ended_at = is_whole.then_some(run.clock.now);
    baseline.taken_until = None;
    accepted.ended = place.recorder.keep_baseline(&baseline).await && is_whole;
    Some(accepted)
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
        let begun_at = baseline.begun_at;
        let mut reads = stream::iter(page.listed.iter().map(|listed| of_resource(place, run, listed, begun_at)))
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
                baseline.left.push(left);
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
) -> Of {
    let mut of = Of::default();
    if resource.is_foundation(place.standard, place.home) {
        return of;
    }
    let subject = place.subject(run, resource);
    let facets = Facet::ALL.iter().copied().filter(|facet| facet.kind() == resource.kind());
    for facet in facets.filter(|facet| facet.is_asked_of(resource, place.standard)) {
        let observed = match told.get(&facet) {
            Some(observed) => Ok(Some(observed.clone())),
            None => place.world.observe(resource, facet).await,
        };
        let left = |why: String| (Left { resource: resource.clone(), facet }, why);
        let Observed { state, identity } = match observed {
            Ok(Some(observed)) => observed,
            Ok(None) => continue,
            Err(error) => {
                of.left.push(left(error.story()));
                continue;
            }
        };
        // Created since it was begun, by AWS's own date: nobody asked to accept that.
        if identity.created.is_some_and(|created| created > begun_at) {
            continue;
        }
        match one(place, run, &subject, facet, state, &identity).await {
            Ok((kept, newly)) => {
                of.kept = of.kept.saturating_add(u32::from(kept));
                of.newly.extend(newly.into_iter().map(|finding| (resource.arn(place.home), finding)));
            }
            Err(why) => of.left.push(left(why)),
        }
    }
    of
}

/// Keeps one facet as it is: whether that is news, and what of it would have been mended.
async fn one<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    subject: &Subject<'_>,
    facet: Facet,
    state: State,
    identity: &Identity,
) -> Result<(bool, Vec<Finding>), String> {
    let alone = state.assess(subject, None);
    let is_wrong = alone.as_ref().map_or(true, |found| found.iter().any(Finding::is_enforced));
    let known = place.recorder.recall(subject.resource, facet).await;
    // What cannot be read excuses nothing: what is there now takes its place.
    let last = known.as_ref().ok().and_then(Option::as_ref).filter(|memory| memory.is_of(identity));
    let last = last.and_then(|memory| memory.state()).and_then(|kept| facet.recalled(kept).ok());
    let is_to_be_kept = if facet.row().is_remembered { !state.is_absent() } else { is_wrong || last.is_some() };
    if !is_to_be_kept || last.as_ref() == Some(&state) {
        return Ok((false, Vec::new()));
    }
    let beside = state.assess(subject, last.as_ref()).unwrap_or_default();
    let newly = beside.into_iter().filter(Finding::is_enforced).collect();
    let is_compliant = alone.is_ok_and(|found| found.is_empty());
    let remembered = Remembered::State(state.in_baseline().kept());
    let memory = memory(subject, run.clock, facet, identity, (is_compliant, remembered));
    match place.recorder.remember(&memory).await {
        true => Ok((true, newly)),
        false => Err(format!("what is there of the {facet} of {} cannot be kept", subject.resource)),
    }
}
