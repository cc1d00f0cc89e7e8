//! What is found out afterwards: whether CloudTrail shows the events that guards were given.
//!
//! It looks at nothing that is guarded and writes nothing there. What a guard left until its event is shown, it tells that guard to look at
//! again.

use std::collections::BTreeSet;
use std::time::Duration;

use parapet_core::{ErrorKind, Home, Mode, Outcome, Trigger, WorldError};
use parapet_guards::{
    ControlId, Finding, GuardName, Pending, Report, Resource, Settled, Standard, Verdict, Waiting, is_known_event,
    names, order_key, pending_folder, settled_key, unsettled,
};
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::{Instant, sleep_until};

use crate::Clock;

/// What CloudTrail's event history says.
pub trait History {
    /// The record of an event; none: it is not shown, or not yet.
    ///
    /// # Errors
    /// The call failed, after the retries of the client.
    fn shown(&self, event_id: &str) -> impl Future<Output = Result<Option<Value>, WorldError>> + Send;
}

/// The guards, as far as a sweep has to do with them.
pub trait Guards {
    /// Tells a guard to look again at what waits under a key.
    ///
    /// # Errors
    /// The call failed, after the retries of the client.
    fn look_again(&self, guard: GuardName, key: &str) -> impl Future<Output = Result<(), WorldError>> + Send;

    /// Tells a guard to look at resources by itself, all of one kind.
    ///
    /// # Errors
    /// The call failed, after the retries of the client.
    fn look(&self, guard: GuardName, resources: &[Resource]) -> impl Future<Output = Result<(), WorldError>> + Send;

    /// Tells a guard to mend what the order under a key names.
    ///
    /// # Errors
    /// Likewise.
    fn mend(&self, guard: GuardName, key: &str) -> impl Future<Output = Result<(), WorldError>> + Send;
}

/// How long is waited, and how much is done.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long an event is waited for.
    pub event: Duration,
    /// How far back is looked for what waits.
    pub window: Duration,
    /// How long after one question to CloudTrail the next is asked.
    pub pause: Duration,
    /// How many keys are listed at most.
    pub keys: usize,
}

impl Default for Patience {
    /// AWS CloudTrail API Reference, LookupEvents: "The rate of lookup requests is limited to two per second, per account, per Region."
    /// CloudTrail User Guide: an event shows there within some minutes.
    fn default() -> Self {
        const MINUTE: u64 = 60;
        Self {
            event: Duration::from_secs(30 * MINUTE),
            window: Duration::from_secs(6 * 60 * MINUTE),
            pause: Duration::from_millis(500),
            keys: 20_000,
        }
    }
}

/// What a sweep is to do.
#[derive(Clone, Debug, Default)]
pub struct Errand {
    /// Of these guards alone; empty: of all.
    pub guards: BTreeSet<GuardName>,
    /// Of these resources alone, by their ARNs; empty: of all.
    pub resources: BTreeSet<String>,
    /// Whether only to say what is found.
    pub dry: bool,
    /// Whether what is old is to be mended, too: an operator asks.
    pub(crate) mends: bool,
}

/// What a sweep answers.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SweepReport {
    /// How many things waited.
    pub waited: usize,
    /// How many still do.
    pub waiting: usize,
    /// The events that CloudTrail shows, by their ids.
    pub verified: BTreeSet<String>,
    /// What guards were told to look at again.
    pub looked_at_again: Vec<String>,
    /// What is told: of an event that CloudTrail does not show, or shows otherwise.
    pub told: Vec<Report>,
    /// What did not work, and is tried again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
}

/// Finds out of what waits whether CloudTrail shows its event.
///
/// Everything is done before it is kept as settled, so that a sweep which is broken off is gone on with by the next: evidence is marked, a
/// guard told, or somebody told, twice at the worst.
pub async fn sweep<S: Waiting, H: History, G: Guards>(
    Sweep { home, standard, store, history, guards }: Sweep<'_, S, H, G>,
    errand: &Errand,
    clock: Clock,
    until: Instant,
    patience: Patience,
) -> SweepReport {
    let mut report = SweepReport::default();
    let sweep = Sweep { home, standard, store, history, guards };
    let keys = match sweep.listed(clock, patience, &mut report).await {
        Ok(keys) => keys,
        Err(error) => {
            report.failed.push(error.story());
            return report;
        }
    };
    report.waited = keys.len();
    let events = sweep.events(&in_turn(keys, clock), errand, &mut report).await;
    report.waiting = report.waited;
    let (mut next, mut is_throttled) = (Instant::now(), false);
    for (event_id, waiting) in events {
        if next >= until {
            break;
        }
        let shown = if is_throttled {
            Shown::NotAsked
        } else {
            sleep_until(next).await;
            next = Instant::now() + patience.pause;
            Shown::of(history.shown(&event_id).await, &mut report)
        };
        // Whoever else asks has used up what is answered in a second.
        is_throttled |= matches!(shown, Shown::NotAsked);
        for (key, pending) in waiting {
            let waited = clock.now.saturating_sub(pending.kept_at);
            let Some(verdict) = sweep.verdict(&pending, &shown, waited, patience) else { continue };
            if sweep.settle(&key, &pending, verdict, errand, clock, &mut report).await {
                report.waiting -= 1;
            }
        }
    }
    report
}

/// A sweep: where, and what it is made with.
#[derive(Debug)]
pub struct Sweep<'a, S, H, G> {
    /// Which account and region.
    pub home: &'a Home,
    /// What is asked of it now.
    pub standard: &'a Standard,
    /// Where what waits lies.
    pub store: &'a S,
    /// What CloudTrail shows.
    pub history: &'a H,
    /// Who is told to look again.
    pub guards: &'a G,
}

/// What came of a question to CloudTrail.
enum Shown {
    Record(Box<Value>),
    Nothing,
    /// CloudTrail answers no more questions now.
    NotAsked,
    /// It does not answer this one.
    Refused,
}

impl Shown {
    fn of(answer: Result<Option<Value>, WorldError>, report: &mut SweepReport) -> Self {
        match answer {
            Ok(Some(record)) => Self::Record(Box::new(record)),
            Ok(None) => Self::Nothing,
            Err(error) => {
                report.failed.push(error.story());
                if error.kind == ErrorKind::Transient { Self::NotAsked } else { Self::Refused }
            }
        }
    }
}

/// What waits for each event: several guards may.
type Events = Vec<(String, Vec<(String, Pending)>)>;

impl<S: Waiting, H: History, G: Guards> Sweep<'_, S, H, G> {
    /// The keys of what waits, as far back as is looked.
    async fn listed(
        &self,
        clock: Clock,
        patience: Patience,
        report: &mut SweepReport,
    ) -> Result<Vec<String>, WorldError> {
        let since = Clock { now: clock.now.saturating_sub(seconds(patience.window)) };
        let since = parapet_guards::key_time(&since.timestamp()).unwrap_or_default();
        let mut after = format!("{}{since}", pending_folder(self.home));
        let mut keys: Vec<String> = Vec::new();
        loop {
            let (page, is_more) = self.store.listed(&after).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(last);
            keys.extend(page);
            if !is_more {
                break;
            }
            if keys.len() >= patience.keys {
                report.failed.push(format!(
                    "more than {} things wait or were settled: the newest are not looked at",
                    keys.len()
                ));
                break;
            }
        }
        Ok(unsettled(&keys))
    }

    /// What waits under the keys, by its events.
    async fn events(&self, keys: &[String], errand: &Errand, report: &mut SweepReport) -> Events {
        let mut events = Events::new();
        for key in keys {
            match self.store.pending(key).await {
                Ok(Some(pending)) if errand.is_about(&pending) => {
                    let event_id = pending.trigger.event_id.clone();
                    let waiting = (key.clone(), pending);
                    match events.iter_mut().find(|(known, _)| *known == event_id) {
                        Some((_, of_event)) => of_event.push(waiting),
                        None => events.push((event_id, vec![waiting])),
                    }
                }
                Ok(_) => report.waited -= 1,
                Err(why) => report.failed.push(why.to_string()),
            }
        }
        events
    }

    /// What is known of an event that was waited for so many seconds; none: it is waited on. Whoever keeps CloudTrail from answering gains as
    /// much time again.
    fn verdict(&self, pending: &Pending, shown: &Shown, waited: i64, patience: Patience) -> Option<Verdict> {
        let is_late = waited >= seconds(patience.event);
        match shown {
            Shown::Record(record) => Some(self.shown_as(pending, record)),
            Shown::Nothing => is_late.then_some(Verdict::NotShown),
            Shown::Refused => is_late.then_some(Verdict::NotAsked),
            Shown::NotAsked => (waited >= 2 * seconds(patience.event)).then_some(Verdict::NotAsked),
        }
    }

    fn shown_as(&self, pending: &Pending, record: &Value) -> Verdict {
        let Ok(shown) = Trigger::from_record(record, self.home, is_known_event) else { return Verdict::Otherwise };
        let named = names(pending.guard, &shown, self.standard, self.home);
        pending.verdict(&shown, &named, seconds_of(&shown.event_time))
    }

    /// Does what follows from a verdict, and keeps that it is done. Whether it is.
    async fn settle(
        &self,
        key: &str,
        pending: &Pending,
        verdict: Verdict,
        errand: &Errand,
        clock: Clock,
        report: &mut SweepReport,
    ) -> bool {
        let settled = Settled::as_of(clock.now, verdict);
        if let Verdict::Shown | Verdict::ShownLate = verdict {
            report.verified.insert(pending.trigger.event_id.clone());
        }
        if errand.dry {
            report.told.extend(self.told(pending, verdict));
            return false;
        }
        match verdict {
            Verdict::Shown | Verdict::ShownLate => {
                for evidence in &pending.evidence {
                    if let Err(error) = self.store.verify(evidence).await {
                        report.failed.push(error.story());
                        return false;
                    }
                }
                if verdict == Verdict::Shown && !pending.unsure.is_empty() {
                    if !self.store.settle(&order_key(key), &settled).await {
                        return false;
                    }
                    if let Err(error) = self.guards.look_again(pending.guard, key).await {
                        report.failed.push(error.story());
                        return false;
                    }
                    report.looked_at_again.extend(pending.unsure.iter().map(|unsure| unsure.resource.arn(self.home)));
                }
            }
            Verdict::Otherwise | Verdict::NotShown | Verdict::NotAsked => {
                report.told.extend(self.told(pending, verdict));
            }
        }
        self.store.settle(&settled_key(key), &settled).await
    }

    /// What is told of an event that is not, or not so.
    fn told(&self, pending: &Pending, verdict: Verdict) -> Option<Report> {
        let Pending { guard, trigger, names, .. } = pending;
        let control = ControlId::EVENT;
        let why = match verdict {
            Verdict::Shown | Verdict::ShownLate => return None,
            Verdict::Otherwise => "CloudTrail shows another event under its id: somebody changed it",
            Verdict::NotShown => "no record of CloudTrail shows this event: it was made up, or the trail is blind",
            Verdict::NotAsked => "whether CloudTrail shows this event could not be asked: it may have been made up",
        };
        let named: Vec<&str> = names.iter().map(String::as_str).collect();
        let detail = format!(
            "parapet-{guard} was given `{event}` ({id}) of `{actor}` on {named}, and {why}; who may invoke the function \
             (lambda:InvokeFunction on it) could make one up, and what may be from before was left",
            event = trigger.event_name,
            id = trigger.event_id,
            actor = trigger.actor.arn,
            named = named.join(", "),
        );
        if self.standard.mode(control) == Mode::Off {
            return None;
        }
        let finding = Finding::of_deployment(control, control.severity(), detail);
        let resource = names.iter().next().cloned();
        Some(Report {
            resource,
            findings: vec![finding],
            ..Report::ending(&trigger.event_id, *guard, Outcome::Observed)
        })
    }
}

impl Errand {
    /// One that names these; empty: all.
    #[must_use]
    pub fn about(guards: BTreeSet<GuardName>, resources: BTreeSet<String>, dry: bool) -> Self {
        Self { guards, resources, dry, mends: false }
    }

    /// Whether it is a guard's.
    pub(crate) fn is_of(&self, guard: GuardName) -> bool {
        self.guards.is_empty() || self.guards.contains(&guard)
    }

    fn is_about(&self, pending: &Pending) -> bool {
        self.is_of(pending.guard) && (self.resources.is_empty() || !self.resources.is_disjoint(&pending.names))
    }
}

/// Those that this run looks at, beginning with another one each minute: what is never shown is asked for until it is given up, and must not
/// keep others from their turn.
fn in_turn(mut keys: Vec<String>, clock: Clock) -> Vec<String> {
    /// About as many as are asked for in a run.
    const A_RUN: usize = 80;
    const SECONDS_A_MINUTE: i64 = 60;
    let minute = usize::try_from(clock.now / SECONDS_A_MINUTE).unwrap_or_default();
    if keys.len() > A_RUN {
        let first = minute.wrapping_mul(A_RUN) % keys.len();
        keys.rotate_left(first);
        // Several may wait for one event.
        keys.truncate(2 * A_RUN);
    }
    keys
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

/// Seconds since 1970 of a time as CloudTrail writes it.
fn seconds_of(time: &str) -> Option<i64> {
    OffsetDateTime::parse(time, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp)
}
