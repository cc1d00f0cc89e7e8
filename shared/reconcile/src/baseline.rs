//! The baseline: what was there when Parapet came, kept as it was. What differs from it later is new.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use parapet_core::Identity;
use parapet_guards::{Baseline, Facet, Finding, Left, Listed, Observed, Recorder, Remembered, ResourceKind, World};
use tokio::time::Instant;

use crate::keep::memory;
use crate::own_account::own_account;
use crate::{Place, Run};

/// How many resources are read side by side: as few as a look at all of a kind takes.
const SIDE_BY_SIDE: usize = 8;

/// Keeps what is there, once: of every resource that bootstrap did not make, each facet that is judged by its change, and of the others
/// those that would be mended now. Nothing is kept over what is remembered already, but over what no seal vouches for, and nothing of what
/// was created after the baseline was begun. One that was broken off is gone on with. What the account is, is kept
/// each time.
///
/// `until`: when to stop at the latest; another run goes on then.
pub async fn baseline<W: World, R: Recorder>(place: &Place<'_, W, R>, run: Run, until: Option<Instant>) -> Baseline {
    let mut baseline = match place.recorder.baseline().await {
        Ok(Some(baseline)) => baseline,
        Ok(None) => begun(place, run),
        // Nobody vouches for it. What is there now is what a person runs bootstrap on.
        Err(why) if why.is_from_before_seals => begun(place, run),
        // What was begun cannot be told: another one might take for old what is new.
        Err(why) => return Baseline { unread: vec![why.to_string()], ..begun(place, run) },
    };
    let before = baseline.account.clone();
    if let Some(organization) = place.world.organization().await {
        baseline.account.members = place.world.members().await;
        baseline.account.organization = Some(organization);
    }
    if baseline.ended_at.is_some() {
        let unread = with_account(place, run, &mut baseline).await;
        if baseline.account != before && !place.recorder.keep_baseline(&baseline).await {
            baseline.unread.push("what the account is now cannot be kept".to_owned());
        }
        baseline.unread.extend(unread);
        return baseline;
    }
    baseline.unread.clear();
    // First of all the moment: what is created from now on is new.
    if !place.recorder.keep_baseline(&baseline).await {
        baseline.unread.push("the baseline cannot be kept".to_owned());
        return baseline;
    }
    // Whatever the modes are now: a team observes first, and what it comes to enforce later is no newer by that.
    let enforced = place.standard.clone().enforced();
    let judged = &Place { standard: &enforced, ..*place };
    for left in std::mem::take(&mut baseline.left) {
        let of = [left.facet];
        let listed = Listed::from(left.resource);
        let kept = of_resource(judged, run, &listed, &of, baseline.begun_at).await;
        add(&mut baseline, kept);
    }
    let kinds: BTreeSet<ResourceKind> = Facet::ALL.iter().map(|facet| facet.kind()).collect();
    for kind in kinds {
        if baseline.kinds.contains(&kind.to_string()) {
            continue;
        }
        match of_kind(judged, run, kind, &mut baseline, until).await {
            Progress::Whole => {
                baseline.kinds.insert(kind.to_string());
            }
            Progress::Unlisted => {}
            Progress::Late => {
                place.recorder.keep_baseline(&baseline).await;
                return baseline;
            }
        }
    }
    let unread = with_account(place, run, &mut baseline).await;
    baseline.unread.extend(unread);
    baseline.ended_at = baseline.unread.is_empty().then_some(run.clock.now);
    place.recorder.keep_baseline(&baseline).await;
    baseline
}

/// With what the account is now; says what could not be read.
async fn with_account<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    baseline: &mut Baseline,
) -> Option<String> {
    match own_account(place, run, &baseline.account).await {
        Ok(account) => {
            baseline.account = account;
            None
        }
        Err(error) => Some(error.story()),
    }
}

pub(crate) fn begun<W, R>(place: &Place<'_, W, R>, run: Run) -> Baseline {
    Baseline::begun(run.clock.now, place.standard.digest())
}

/// How far a kind was read.
enum Progress {
    /// To its end. What of it could not be read is known.
    Whole,
    /// Not all of it could be listed.
    Unlisted,
    /// There was no time for more.
    Late,
}

async fn of_kind<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    kind: ResourceKind,
    baseline: &mut Baseline,
    until: Option<Instant>,
) -> Progress {
    let mut from = baseline.mark(kind);
    loop {
        let page = match place.world.list(kind, from.as_ref()).await {
            Ok(page) => page,
            Err(error) => {
                baseline.unread.push(error.story());
                baseline.at = None;
                return Progress::Unlisted;
            }
        };
        let begun_at = baseline.begun_at;
        let mut reads =
            stream::iter(page.listed.iter().map(|listed| of_resource(place, run, listed, Facet::ALL, begun_at)))
                .buffered(SIDE_BY_SIDE);
        while let Some(kept) = reads.next().await {
            add(baseline, kept);
            if until.is_some_and(|until| Instant::now() >= until) {
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

/// What was kept of a resource, and what was not.
#[derive(Default)]
struct Kept {
    kept: u32,
    /// Each with why.
    left: Vec<(Left, String)>,
    /// What is remembered already, and cannot be read.
    unread: Vec<String>,
}

fn add(baseline: &mut Baseline, kept: Kept) {
    baseline.kept += kept.kept;
    let (left, why): (Vec<Left>, Vec<String>) = kept.left.into_iter().unzip();
    baseline.left.extend(left);
    baseline.unread.extend(why.into_iter().chain(kept.unread));
}

/// Keeps these facets of one resource.
async fn of_resource<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    Listed { resource, told }: &Listed,
    facets: &[Facet],
    begun_at: i64,
) -> Kept {
    let mut kept = Kept::default();
    // What bootstrap makes is as the standard says, whatever it was.
    if resource.is_foundation(place.standard, place.home) {
        return kept;
    }
    let subject = place.subject(run, resource);
    let facets = facets.iter().copied().filter(|facet| facet.kind() == resource.kind());
    for facet in facets.filter(|facet| facet.is_asked_of(resource, place.standard)) {
        let observed = match told.get(&facet) {
            Some(observed) => Ok(Some(observed.clone())),
            None => place.world.observe(resource, facet).await,
        };
        let Observed { state, identity } = match observed {
            Ok(Some(observed)) => observed,
            Ok(None) => continue,
            Err(error) => {
                kept.left.push((Left { resource: resource.clone(), facet }, error.story()));
                continue;
            }
        };
        let assessment = state.assess(&subject, None);
        let is_wrong = assessment.as_ref().map_or(true, |found| found.iter().any(Finding::is_enforced));
        let is_to_be_kept = if facet.row().is_remembered { !state.is_absent() } else { is_wrong };
        if !is_to_be_kept || is_newer(&identity, begun_at) {
            continue;
        }
        let remembered =
            (assessment.is_ok_and(|found| found.is_empty()), Remembered::State(state.in_baseline().kept()));
        match place.recorder.recall(resource, facet).await {
            // What an earlier version kept bears no seal, so it is no excuse: what is there now takes its place.
            recalled if recalled.as_ref().map_or_else(|why| why.is_from_before_seals, Option::is_none) => {
                let memory = memory(&subject, run.clock, facet, &identity, remembered);
                match place.recorder.remember(&memory).await {
                    true => kept.kept += 1,
                    false => {
                        let why = format!("what is there of the {facet} of {resource} cannot be kept");
                        kept.left.push((Left { resource: resource.clone(), facet }, why));
                    }
                }
            }
            Ok(_) => {}
            Err(why) => kept.unread.push(why.to_string()),
        }
    }
    kept
}

/// Whether it was created since, by AWS's own date.
fn is_newer(identity: &Identity, begun_at: i64) -> bool {
    identity.created.is_some_and(|created| created > begun_at)
}
