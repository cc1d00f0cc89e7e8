//! Evidence, writes, a second look, evidence again.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use parapet_core::{
    EVIDENCE_VERSION, ErrorKind, Evidence, Facet, FacetImage, Finding, Guard, Ignored, Outcome, Receipt, Recorder,
    Report, Subject, Trigger, World, WorldError, evidence_key,
};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::Run;
use crate::look::{Sight, look};
use crate::reconcile::as_value;

/// How long to wait before each further look at what was written and does not show yet. IAM User Guide, "Changes that I make
/// are not always immediately visible": IAM "uses a distributed computing model called eventual consistency".
const FURTHER_LOOKS: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(400), Duration::from_millis(1_500), Duration::from_secs(4)];

/// How often, and after how long, a repair starts again that met another change to the same resource. Amazon S3 answers 409
/// OperationAborted while "a conflicting conditional operation is currently in progress".
const FURTHER_TRIES: [Duration; 3] =
    [Duration::from_millis(50), Duration::from_millis(200), Duration::from_millis(800)];

/// How long what was read may be written over. AWS has no precondition for these writes: whatever somebody else wrote since the read
/// would be lost. Evidence is stored in between, which takes some tens of milliseconds; if it took longer, the state is read again.
const FRESH_FOR: Duration = Duration::from_millis(250);

/// What is to be written, and what was read for it.
pub(crate) struct Work<G: Guard> {
    sights: Vec<Sight<G>>,
    read_at: Instant,
    pub(crate) plan: Vec<G::Action>,
}

/// Mends what was seen to be wrong: the outcome, and what was seen last.
///
/// The plan is carried out on the state that it was made from: when somebody else changes it meanwhile, it is read and planned anew,
/// with evidence of its own.
pub(crate) async fn repair<G: Guard, W: World<G>, R: Recorder>(
    run: &Run<'_>,
    world: &W,
    recorder: &R,
    cause: &Trigger,
    subject: &Subject<'_>,
    mut work: Work<G>,
    report: &mut Report,
) -> (Outcome, Vec<Sight<G>>) {
    let facets: Vec<Facet> = work.sights.iter().map(|sight| sight.facet).collect();
    let mut evidence = evidence::<G>(run, cause, subject, &work);
    let mut receipt = recorder.open(&evidence).await;
    if work.read_at.elapsed() > FRESH_FOR {
        (work, evidence, receipt) =
            renew::<G, W, R>(run, world, recorder, cause, subject, &facets, evidence, receipt).await;
    }
    let mut pauses = FURTHER_TRIES.into_iter();
    let failures = loop {
        let failures = write::<G, W>(world, subject, std::mem::take(&mut work.plan), report).await;
        let pause = failures.iter().any(|error| error.kind == ErrorKind::Conflict).then(|| pauses.next()).flatten();
        let Some(pause) = pause else { break failures };
        sleep(jittered(pause)).await;
        (work, evidence, receipt) =
            renew::<G, W, R>(run, world, recorder, cause, subject, &facets, evidence, receipt).await;
    };

    let (after, mut outcome) = look_again::<G, W, R>(world, recorder, subject, &facets, failures.is_empty()).await;
    // What was written and does not show may show later: another delivery of the event looks again.
    let unresolved = failures.is_empty() && matches!(outcome, Outcome::Unresolved(_));
    report.retry |= unresolved || after.iter().any(Sight::may_pass_later);
    if !failures.is_empty() && failures.iter().all(|error| error.kind == ErrorKind::Unmodifiable) {
        outcome = Outcome::Ignored(Ignored::OutOfScope(
            failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        ));
    } else if !failures.is_empty() {
        report.retry |= failures.iter().any(WorldError::may_pass_later);
        outcome = Outcome::Failed(failures.iter().map(WorldError::story).collect::<Vec<_>>().join("; "));
    }
    for (sight, state) in after.iter().filter_map(|sight| Some((sight, sight.to_remember(subject)?))) {
        recorder.remember(subject.resource, sight.facet, &as_value(state)).await;
    }

    close(recorder, &receipt, &mut evidence, &outcome, images(&after)).await;
    report.evidence = Some(receipt.label().to_owned());
    if outcome == Outcome::Remediated && is_contested(run, recorder, &evidence).await {
        outcome = Outcome::Contested;
    }
    (outcome, after)
}

impl<G: Guard> Work<G> {
    /// The work on sights that were read no earlier than `read_at`.
    pub(crate) fn of(subject: &Subject<'_>, sights: Vec<Sight<G>>, read_at: Instant) -> Self {
        let plan = sights.iter().flat_map(|sight| sight.plan(subject)).collect();
        Self { sights, read_at, plan }
    }
}

/// Reads and plans anew. Evidence of another state than the one on record is a record of its own.
#[expect(clippy::too_many_arguments, reason = "the stages of one repair, passed on")]
async fn renew<G: Guard, W: World<G>, R: Recorder>(
    run: &Run<'_>,
    world: &W,
    recorder: &R,
    cause: &Trigger,
    subject: &Subject<'_>,
    facets: &[Facet],
    mut before: Evidence,
    receipt: Receipt,
) -> (Work<G>, Evidence, Receipt) {
    let read_at = Instant::now();
    let work = Work::of(subject, look::<G, W, R>(world, recorder, subject, facets).await, read_at);
    let evidence = evidence::<G>(run, cause, subject, &work);
    if work.plan.is_empty() || evidence.pre_image == before.pre_image {
        return (work, before, receipt);
    }
    let outcome = Outcome::Unresolved("somebody else changed it before it was written; planned anew".to_owned());
    close(recorder, &receipt, &mut before, &outcome, images(&work.sights)).await;
    let receipt = recorder.open(&evidence).await;
    (work, evidence, receipt)
}

fn evidence<G: Guard>(run: &Run<'_>, cause: &Trigger, subject: &Subject<'_>, work: &Work<G>) -> Evidence {
    let findings: Vec<Finding> = work.sights.iter().flat_map(|sight| sight.findings().to_vec()).collect();
    let wrong: Vec<&Sight<G>> = work.sights.iter().filter(|sight| sight.is_violated()).collect();
    Evidence {
        version: EVIDENCE_VERSION,
        key: evidence_key(run.home, &run.clock.date(), cause, G::NAME, subject.resource),
        recorded_at: run.clock.timestamp(),
        guard: G::NAME,
        resource: subject.resource.clone(),
        arn: subject.resource.arn(run.home),
        trigger: cause.clone(),
        findings,
        pre_image: images(wrong),
        plan: work.plan.iter().map(as_value).collect(),
        outcome: None,
        post_image: Vec::new(),
    }
}

async fn close<R: Recorder>(
    recorder: &R,
    receipt: &Receipt,
    evidence: &mut Evidence,
    outcome: &Outcome,
    post_image: Vec<FacetImage>,
) {
    evidence.post_image = post_image;
    evidence.outcome = Some(outcome.clone());
    recorder.close(receipt, evidence).await;
}

/// Attempts every action, up to one that meets somebody else's change: what follows was planned without that.
async fn write<G: Guard, W: World<G>>(
    world: &W,
    subject: &Subject<'_>,
    plan: Vec<G::Action>,
    report: &mut Report,
) -> Vec<WorldError> {
    let mut failures = Vec::new();
    for action in plan {
        match world.apply(subject.resource, &action).await {
            Ok(()) => report.actions.push(action.to_string()),
            Err(error) => {
                let is_conflict = error.kind == ErrorKind::Conflict;
                failures.push(error);
                if is_conflict {
                    break;
                }
            }
        }
    }
    failures
}

/// Half as long to one and a half times as long, so that two who met do not meet again.
fn jittered(pause: Duration) -> Duration {
    let thousandths = u32::try_from(RandomState::new().hash_one(()) % 1_000).unwrap_or_default();
    pause / 2 + pause * thousandths / 1_000
}

/// Looks again at what was written, until it is compliant or patience ends.
async fn look_again<G: Guard, W: World<G>, R: Recorder>(
    world: &W,
    recorder: &R,
    subject: &Subject<'_>,
    facets: &[Facet],
    patient: bool,
) -> (Vec<Sight<G>>, Outcome) {
    let mut sights: Vec<Sight<G>> = look::<G, W, R>(world, recorder, subject, facets).await;
    if patient {
        for pause in FURTHER_LOOKS {
            if !sights.iter().any(|sight| sight.is_violated() || sight.may_pass_later()) {
                break;
            }
            sleep(pause).await;
            sights = look::<G, W, R>(world, recorder, subject, facets).await;
        }
    }
    let outcome = if let Some(violated) = sights.iter().find(|sight| sight.is_violated()) {
        let details: Vec<&str> = violated.findings().iter().map(|finding| finding.detail.as_str()).collect();
        Outcome::Unresolved(format!("after the repair: {}", details.join("; ")))
    } else {
        // A resource that a repair deleted is gone, as planned; what remains observed stays so.
        match sights.iter().map(Sight::outcome).max() {
            Some(Outcome::Undetermined(why)) => Outcome::Undetermined(format!("after the repair: {why}")),
            _ => Outcome::Remediated,
        }
    };
    (sights, outcome)
}

async fn is_contested<R: Recorder>(run: &Run<'_>, recorder: &R, evidence: &Evidence) -> bool {
    const SECONDS_A_MINUTE: u64 = 60;
    let rules = run.standard.contest;
    recorder.recent_repairs(evidence, u64::from(rules.window_minutes) * SECONDS_A_MINUTE).await >= rules.repairs
}

fn images<'a, G: Guard + 'a>(sights: impl IntoIterator<Item = &'a Sight<G>>) -> Vec<FacetImage> {
    let image =
        |sight: &Sight<G>| FacetImage { facet: sight.facet, state: sight.state().map_or(Value::Null, as_value) };
    sights.into_iter().map(image).collect()
}
