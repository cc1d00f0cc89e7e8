use std::time::Duration;

use parapet_core::{
    EVIDENCE_VERSION, ErrorKind, Evidence, Facet, FacetImage, Finding, Guard, Home, Ignored, Outcome, Recorder, Report,
    Resource, Standard, Subject, Trigger, World, WorldError, evidence_key,
};
use serde::Serialize;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::Clock;
use crate::look::{Seen, Sight, look};

/// How long to wait before each further look at what was written and does not show yet. IAM User Guide, "Changes that I make
/// are not always immediately visible": IAM "uses a distributed computing model called eventual consistency".
const FURTHER_LOOKS: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(400), Duration::from_millis(1_500), Duration::from_secs(4)];

/// How often an action is tried again that met another change to the same resource. Amazon S3 answers 409 OperationAborted
/// while "a conflicting conditional operation is currently in progress".
const FURTHER_TRIES: [Duration; 3] =
    [Duration::from_millis(50), Duration::from_millis(200), Duration::from_millis(800)];

/// Everything about a run that does not depend on the resource.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The standard.
    pub standard: &'a Standard,
    /// The account.
    pub home: &'a Home,
    /// The moment.
    pub clock: Clock,
    /// Whether only to say what would be written.
    pub dry: bool,
}

/// Brings some facets of one resource to the nearest compliant state.
///
/// `cause` is what led here, for evidence alone: nothing is decided by it.
///
/// Observes all facets; where one violates an enforced control, plans the way to the nearest compliant state, leaves evidence,
/// writes, and looks again. A compliant resource is read and never written.
///
/// Guarantees: every facet is judged by itself; every planned action is attempted; evidence is opened before the first write
/// and closed after the last; the report names an outcome for whatever happened.
pub async fn reconcile<G: Guard, W: World<G>, R: Recorder>(
    run: &Run<'_>,
    world: &W,
    recorder: &R,
    cause: &Trigger,
    resource: &Resource,
    facets: &[Facet],
) -> Report {
    let started = Instant::now();
    let calls_before = world.calls();
    let subject = Subject { resource, standard: run.standard, home: run.home, now: run.clock.now };
    let sights = look::<G, W>(world, &subject, resource, facets).await;

    let mut report = Report::ending(&cause.event_id, G::NAME, Outcome::Compliant);
    report.resource = Some(resource.arn(run.home));
    report.findings = sights.iter().flat_map(|sight| sight.findings().to_vec()).collect();
    report.retry = sights.iter().any(Sight::may_pass_later);
    let unwritten = sights.iter().filter(|sight| !sight.is_violated()).map(Sight::outcome).max();

    let plan = plan::<G, R>(&subject, recorder, &sights).await;
    let written = if plan.is_empty() {
        // Violated, and no way to mend it: said, never passed over.
        sights
            .iter()
            .any(Sight::is_violated)
            .then(|| Outcome::Unresolved("no action leads to the nearest compliant state".to_owned()))
    } else if run.dry {
        report.actions = plan.iter().map(ToString::to_string).collect();
        Some(Outcome::Planned)
    } else {
        let evidence = evidence::<G>(run, cause, resource, &report.findings, &sights, &plan);
        Some(carry_out::<G, W, R>(run, world, recorder, &subject, evidence, &sights, plan, &mut report).await)
    };
    if !run.dry {
        remember::<G, R>(recorder, resource, &sights).await;
    }

    report.outcome = written.into_iter().chain(unwritten).max().unwrap_or(Outcome::Compliant);
    report.aws_calls = world.calls() - calls_before;
    report.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    report
}

/// The way from what was seen to the nearest compliant state, facet by facet in the order asked for.
async fn plan<G: Guard, R: Recorder>(subject: &Subject<'_>, recorder: &R, sights: &[Sight<G>]) -> Vec<G::Action> {
    let mut plan = Vec::new();
    for sight in sights.iter().filter(|sight| sight.is_violated()) {
        if let Seen::State { state, .. } = &sight.seen {
            let last_known = last_known::<G, R>(recorder, subject.resource, sight.facet).await;
            plan.extend(G::diff(state, &G::comply(subject, last_known.as_ref(), state)));
        }
    }
    plan
}

/// The last compliant state, where it is worth remembering. One that does not parse any more counts as forgotten.
async fn last_known<G: Guard, R: Recorder>(recorder: &R, resource: &Resource, facet: Facet) -> Option<G::State> {
    if !G::remembers(facet) {
        return None;
    }
    serde_json::from_value(recorder.recall(resource, facet).await?).ok()
}

/// Remembers what is compliant now and could not be brought back from the standard alone.
async fn remember<G: Guard, R: Recorder>(recorder: &R, resource: &Resource, sights: &[Sight<G>]) {
    for sight in sights.iter().filter(|sight| G::remembers(sight.facet) && sight.outcome() == Outcome::Compliant) {
        if let Seen::State { state, .. } = &sight.seen {
            recorder.remember(resource, sight.facet, &as_value(state)).await;
        }
    }
}

fn evidence<G: Guard>(
    run: &Run<'_>,
    cause: &Trigger,
    resource: &Resource,
    findings: &[Finding],
    sights: &[Sight<G>],
    plan: &[G::Action],
) -> Evidence {
    Evidence {
        version: EVIDENCE_VERSION,
        key: evidence_key(run.home, &run.clock.date(), cause, G::NAME, resource),
        recorded_at: run.clock.timestamp(),
        guard: G::NAME,
        resource: resource.clone(),
        arn: resource.arn(run.home),
        trigger: cause.clone(),
        findings: findings.to_vec(),
        pre_image: images(sights.iter().filter(|sight| sight.is_violated())),
        plan: plan.iter().map(as_value).collect(),
        outcome: None,
        post_image: Vec::new(),
    }
}

/// Evidence, writes, a second look, evidence again.
#[expect(
    clippy::too_many_arguments,
    reason = "each is a stage's result; a struct of them would be named after this function"
)]
async fn carry_out<G: Guard, W: World<G>, R: Recorder>(
    run: &Run<'_>,
    world: &W,
    recorder: &R,
    subject: &Subject<'_>,
    mut evidence: Evidence,
    sights: &[Sight<G>],
    plan: Vec<G::Action>,
    report: &mut Report,
) -> Outcome {
    let receipt = recorder.open(&evidence).await;
    let mut failures = Vec::new();
    for action in plan {
        match apply_patiently::<G, W>(world, subject.resource, &action).await {
            Ok(()) => report.actions.push(action.to_string()),
            Err(error) => failures.push(error),
        }
    }
    let written: Vec<Facet> = sights.iter().filter(|sight| sight.is_violated()).map(|sight| sight.facet).collect();
    let (after, mut outcome) = look_again::<G, W>(world, subject, &written, failures.is_empty()).await;
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
    remember::<G, R>(recorder, subject.resource, &after).await;

    evidence.post_image = images(after.iter());
    evidence.outcome = Some(outcome.clone());
    recorder.close(&receipt, &evidence).await;
    report.evidence = Some(receipt.label().to_owned());
    if outcome == Outcome::Remediated && is_contested(run, recorder, &evidence).await {
        Outcome::Contested
    } else {
        outcome
    }
}

/// One action, tried again while somebody else changes the same resource.
async fn apply_patiently<G: Guard, W: World<G>>(
    world: &W,
    resource: &Resource,
    action: &G::Action,
) -> Result<(), WorldError> {
    for pause in FURTHER_TRIES {
        match world.apply(resource, action).await {
            Err(error) if error.kind == ErrorKind::Conflict => sleep(pause).await,
            settled => return settled,
        }
    }
    world.apply(resource, action).await
}

/// Looks again at what was written, until it is compliant or patience ends.
async fn look_again<G: Guard, W: World<G>>(
    world: &W,
    subject: &Subject<'_>,
    facets: &[Facet],
    patient: bool,
) -> (Vec<Sight<G>>, Outcome) {
    let mut sights = look::<G, W>(world, subject, subject.resource, facets).await;
    if patient {
        for pause in FURTHER_LOOKS {
            if !sights.iter().any(|sight| sight.is_violated() || sight.may_pass_later()) {
                break;
            }
            sleep(pause).await;
            sights = look::<G, W>(world, subject, subject.resource, facets).await;
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

fn images<'a, G: Guard + 'a>(sights: impl Iterator<Item = &'a Sight<G>>) -> Vec<FacetImage> {
    let state = |sight: &Sight<G>| match &sight.seen {
        Seen::State { state, .. } => as_value(state),
        Seen::Gone | Seen::Unreadable(_) => Value::Null,
    };
    sights.map(|sight| FacetImage { facet: sight.facet, state: state(sight) }).collect()
}

/// States and actions are plain data: they always serialise. Null rather than a panic if one ever did not.
fn as_value<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
