//! Evidence, writes, a second look, evidence again.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use parapet_core::{ErrorKind, Identity, Ignored, Outcome, Trigger, WorldError};
use parapet_guards::{
    Action, Contest, ControlId, EVIDENCE_VERSION, Evidence, Facet, FacetImage, Image, PlannedAction, Receipt, Recorder,
    Report, Room, Subject, Told, World, changes, evidence_key, told_key,
};
use serde::Serialize;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::blocked::Block;
use crate::denial::Denial;
use crate::keep::keep;
use crate::look::{Sight, look};
use crate::recall::Recalled;
use crate::{Place, Run};

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

/// One repair: of what, in which account, because of what.
pub(crate) struct Repair<'a, W, R> {
    pub(crate) place: &'a Place<'a, W, R>,
    pub(crate) run: Run,
    pub(crate) recalled: &'a Recalled,
    pub(crate) cause: &'a Trigger,
    pub(crate) subject: &'a Subject<'a>,
}

/// What is to be written, and what was read for it.
pub(crate) struct Work {
    sights: Vec<Sight>,
    read_at: Instant,
    pub(crate) plan: Vec<Action>,
}

/// A write that failed.
struct Failure {
    facet: Facet,
    error: WorldError,
}

/// How a repair ended.
pub(crate) struct Repaired {
    pub(crate) outcome: Outcome,
    /// What was seen last.
    pub(crate) after: Vec<Sight>,
    /// The writes that a policy denies for good.
    pub(crate) blocks: Vec<Block>,
}

/// What was written down of the work before it was begun.
struct Record {
    evidence: Evidence,
    receipt: Receipt,
}

impl Work {
    /// The work on sights that were read no earlier than `read_at`.
    pub(crate) fn of(sights: Vec<Sight>, read_at: Instant) -> Self {
        let plan = sights.iter().flat_map(Sight::plan).collect();
        Self { sights, read_at, plan }
    }
}

impl<W: World, R: Recorder> Repair<'_, W, R> {
    /// Mends what was seen to be wrong: the outcome, and what was seen last.
    ///
    /// The plan is carried out on the state that it was made from: when somebody else changes it meanwhile, it is read and planned anew,
    /// with evidence of its own.
    pub(crate) async fn carry_out(&self, mut work: Work, report: &mut Report) -> Repaired {
        let facets: Vec<Facet> = work.sights.iter().map(|sight| sight.facet).collect();
        let is_to_go = work.sights.iter().all(Sight::is_to_go);
        let mut record = self.open(&work).await;
        if work.read_at.elapsed() > FRESH_FOR {
            (work, record) = self.renew(&facets, record).await;
        }
        let mut pauses = FURTHER_TRIES.into_iter();
        let failures = loop {
            let failures = self.write(std::mem::take(&mut work.plan), report).await;
            let pause = failures
                .iter()
                .any(|failure| failure.error.kind == ErrorKind::Conflict)
                .then(|| pauses.next())
                .flatten();
            let Some(pause) = pause else { break failures };
            sleep(jittered(pause)).await;
            (work, record) = self.renew(&facets, record).await;
        };
        let failures = if failures.iter().any(|failure| failure.error.kind == ErrorKind::Limit) {
            self.in_the_room_there_is(&facets, &mut record, failures, report).await
        } else {
            failures
        };

        let denial = Denial { subject: self.subject, run: self.run, cause: self.cause };
        let is_patient = failures.is_empty() || self.may_be_gone(&failures);
        let (after, outcome) = self.look_again(&facets, &denial, is_patient).await;
        if self.is_gone(&after, &failures, is_to_go) {
            let outcome = Outcome::Ignored(Ignored::Gone);
            report.retry = !keep(self.place, self.run, self.subject, &after).await;
            self.close(&mut record, &outcome, images(&after)).await;
            report.evidence = Some(record.receipt.label().to_owned());
            return Repaired { outcome, after, blocks: Vec::new() };
        }
        // What was written and does not show may show later: another delivery of the event looks again.
        let is_unresolved = failures.is_empty() && matches!(outcome, Outcome::Unresolved(_));
        report.retry |= is_unresolved
            || after.iter().any(|sight| sight.may_pass_later(&denial))
            || failures.iter().any(|failure| denial.may_pass_later(&[failure.facet], &failure.error));
        // Told once, whatever else of it was denied.
        if !report.findings.iter().any(|finding| finding.control == ControlId::ACCESS) {
            let unread = after.iter().filter_map(Sight::failure);
            let failed = failures.iter().map(|failure| &failure.error);
            report.findings.extend(failed.chain(unread).find_map(|error| denial.told(error)));
        }
        let mut outcome = outcome_of(&denial, &failures).unwrap_or(outcome);
        report.retry |= !keep(self.place, self.run, self.subject, &after).await;

        self.close(&mut record, &outcome, images(&after)).await;
        report.evidence = Some(record.receipt.label().to_owned());
        if outcome == Outcome::Remediated && self.is_contested(&record.evidence, report).await {
            outcome = Outcome::Contested;
        }
        let blocks = failures.iter().filter_map(|failure| Block::of(&denial, failure.facet, &failure.error)).collect();
        Repaired { outcome, after, blocks }
    }

    /// AWS refused a write because a quota is used up: documents of the same holder may have the rest of it. What is no longer than what is
    /// there has room, and is planned and written now. Answers the failures that are left.
    async fn in_the_room_there_is(
        &self,
        facets: &[Facet],
        record: &mut Record,
        failures: Vec<Failure>,
        report: &mut Report,
    ) -> Vec<Failure> {
        let subject = Subject { room: Room::AsNow, ..*self.subject };
        let read_at = Instant::now();
        let work = Work::of(look(self.place, self.run, self.recalled, &subject, facets).await, read_at);
        let plan = self.evidence(&work).plan;
        if plan.is_empty() || plan.iter().all(|planned| record.evidence.plan.contains(planned)) {
            return failures;
        }
        record.evidence.plan = plan;
        self.write(work.plan, report).await
    }

    /// Reads and plans anew. Evidence of another state than the one on record is a record of its own.
    async fn renew(&self, facets: &[Facet], mut record: Record) -> (Work, Record) {
        let read_at = Instant::now();
        let work = Work::of(look(self.place, self.run, self.recalled, self.subject, facets).await, read_at);
        let is_as_before = self.evidence(&work).pre_image == record.evidence.pre_image;
        if work.plan.is_empty() || is_as_before {
            return (work, record);
        }
        let outcome = Outcome::Unresolved("somebody else changed it before it was written; planned anew".to_owned());
        self.close(&mut record, &outcome, images(&work.sights)).await;
        let record = self.open(&work).await;
        (work, record)
    }

    async fn open(&self, work: &Work) -> Record {
        let evidence = self.evidence(work);
        let receipt = self.place.recorder.open(&evidence).await;
        Record { evidence, receipt }
    }

    async fn close(&self, record: &mut Record, outcome: &Outcome, post_image: Vec<FacetImage>) {
        record.evidence.post_image = post_image;
        record.evidence.outcome = Some(outcome.clone());
        self.place.recorder.close(&record.receipt, &record.evidence).await;
    }

    fn evidence(&self, work: &Work) -> Evidence {
        let Self { place, run, cause, subject, .. } = self;
        let recorded_at = run.clock.timestamp();
        let wrong = work.sights.iter().filter(|sight| sight.is_violated());
        let planned = |action: &Action| PlannedAction { words: action.to_string(), action: as_value(action) };
        Evidence {
            version: EVIDENCE_VERSION,
            key: evidence_key(place.home, &recorded_at, cause, run.guard, subject.resource),
            recorded_at,
            guard: run.guard,
            resource: subject.resource.clone(),
            arn: subject.resource.arn(place.home),
            identity: work
                .sights
                .iter()
                .map(Sight::identity)
                .find(|one| *one != Identity::default())
                .unwrap_or_default(),
            standard: place.standard.digest().to_owned(),
            trigger: (*cause).clone(),
            findings: work.sights.iter().flat_map(|sight| sight.findings().to_vec()).collect(),
            pre_image: images(wrong),
            plan: work.plan.iter().map(planned).collect(),
            outcome: None,
            post_image: Vec::new(),
        }
    }

    /// Attempts every action, up to one that meets somebody else's change: what follows was planned without that.
    async fn write(&self, plan: Vec<Action>, report: &mut Report) -> Vec<Failure> {
        let mut failures = Vec::new();
        for action in plan {
            match self.place.world.apply(self.subject.resource, &action).await {
                Ok(()) => report.actions.push(action.to_string()),
                Err(error) => {
                    let is_conflict = error.kind == ErrorKind::Conflict;
                    failures.push(Failure { facet: action.facet(), error });
                    if is_conflict {
                        break;
                    }
                }
            }
        }
        failures
    }

    /// Looks again at what was written, until it is compliant or patience ends.
    async fn look_again(&self, facets: &[Facet], denial: &Denial<'_>, is_patient: bool) -> (Vec<Sight>, Outcome) {
        let mut sights: Vec<Sight> = look(self.place, self.run, self.recalled, self.subject, facets).await;
        if is_patient {
            for pause in FURTHER_LOOKS {
                if !sights.iter().any(|sight| sight.is_violated() || sight.is_unsettled()) {
                    break;
                }
                sleep(pause).await;
                sights = look(self.place, self.run, self.recalled, self.subject, facets).await;
            }
        }
        let outcome = if let Some(violated) = sights.iter().find(|sight| sight.is_violated()) {
            let details: Vec<&str> = violated.findings().iter().map(|finding| finding.detail.as_str()).collect();
            Outcome::Unresolved(format!("after the repair: {}", details.join("; ")))
        } else {
            // A resource that a repair deleted is gone, as planned; what remains observed stays so.
            match sights.iter().map(|sight| sight.outcome(denial)).max() {
                Some(Outcome::Undetermined(why)) => Outcome::Undetermined(format!("after the repair: {why}")),
                Some(Outcome::Blocked(why)) => Outcome::Blocked(format!("after the repair: {why}")),
                _ => Outcome::Remediated,
            }
        };
        (sights, outcome)
    }

    /// Whether writes failed as they do where somebody deletes the resource meanwhile.
    fn may_be_gone(&self, failures: &[Failure]) -> bool {
        !self.subject.is_foundation() && failures.iter().all(|failure| failure.error.kind == ErrorKind::Missing)
    }

    /// Whether the resource was deleted while it was mended, as when its owner takes a stack down: first the policy of a bucket, then the bucket.
    /// What a write says of something that is not there may be about something else, such as a key: the look tells. What bootstrap made does not
    /// go away like that.
    fn is_gone(&self, after: &[Sight], failures: &[Failure], is_to_go: bool) -> bool {
        let is_planned = is_to_go && failures.is_empty();
        !self.subject.is_foundation() && !is_planned && !after.is_empty() && after.iter().all(Sight::is_gone)
    }

    /// Whether somebody keeps undoing it. How often within the window is told each time; a contest of days once in as many days.
    async fn is_contested(&self, evidence: &Evidence, report: &mut Report) -> bool {
        let rules = self.place.standard.contest;
        let repairs = self.place.recorder.repairs(evidence, rules).await;
        let (is_fast, is_slow) = (repairs.recent >= rules.repairs, repairs.days >= rules.slow.repairs);
        if !is_fast && !is_slow {
            return false;
        }
        report.contest = Some(Contest::of(self.cause, repairs.days, to_end_it(evidence)));
        if !is_fast {
            let told = Told::of(
                self.run.clock.now,
                self.run.guard,
                evidence.arn.clone(),
                BTreeSet::from(["it is contested slowly".to_owned()]),
            );
            let key = told_key(self.place.home, &self.run.clock.span(rules.slow.days), &told);
            report.told_before = self.place.recorder.was_told(&key, &told).await;
        }
        true
    }
}

/// What whoever undoes it has to change, so that nothing is left to repair: what the repair made of what was found.
fn to_end_it(evidence: &Evidence) -> Vec<String> {
    let after = |facet: Facet| evidence.post_image.iter().find(|image| image.facet == facet);
    let change = |before: &FacetImage| match (&before.seen, &after(before.facet)?.seen) {
        (Image::State(from), Image::State(to)) => Some(changes(before.facet.name(), from, to)),
        _ => None,
    };
    evidence.pre_image.iter().filter_map(change).flatten().collect()
}

/// What comes of failed writes; none where none failed.
fn outcome_of(denial: &Denial<'_>, failures: &[Failure]) -> Option<Outcome> {
    let is_unmodifiable = |failure: &Failure| failure.error.kind == ErrorKind::Unmodifiable;
    let told = |tell: &dyn Fn(&Failure) -> Option<String>| {
        let told: Vec<String> = failures.iter().filter_map(tell).collect();
        (!told.is_empty()).then(|| told.join("; "))
    };
    let blocked =
        |failure: &Failure| denial.blocked(&[failure.facet], &failure.error).map(|by| denial.story(by, &failure.error));
    if failures.is_empty() {
        None
    } else if failures.iter().all(is_unmodifiable) {
        let why = told(&|failure| Some(failure.error.to_string()));
        Some(Outcome::Ignored(Ignored::OutOfScope(why.unwrap_or_default())))
    } else if failures.iter().all(|failure| is_unmodifiable(failure) || blocked(failure).is_some()) {
        told(&blocked).map(Outcome::Blocked)
    } else {
        told(&|failure| Some(failure.error.story())).map(Outcome::Failed)
    }
}

/// Half as long to one and a half times as long, so that two who met do not meet again.
fn jittered(pause: Duration) -> Duration {
    let thousandths = u32::try_from(RandomState::new().hash_one(()) % 1_000).unwrap_or_default();
    pause / 2 + pause * thousandths / 1_000
}

fn images<'a>(sights: impl IntoIterator<Item = &'a Sight>) -> Vec<FacetImage> {
    sights.into_iter().map(Sight::image).collect()
}

/// Actions are plain data: they always serialise. Null rather than a panic if one ever did not.
fn as_value<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
