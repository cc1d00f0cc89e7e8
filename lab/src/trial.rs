//! Makes an attack or a harmless call, and sees what becomes of it.

use std::time::Duration;

use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use parapet_guards::{Facet, ResourceKind};
use tokio::time::{Instant, sleep};

use super::{Attack, Harmless, Scene};
use crate::{Answer, Event, Stream};

/// How long a repair may take before it counts as none.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How often the account is read while a repair is waited for.
const READ_EVERY: Duration = Duration::from_millis(2);

/// An attack that was repaired.
#[derive(Clone, Debug)]
pub struct Repair {
    /// From the moment the attack was sent until the answer of the first read that shows the account repaired.
    pub time: Duration,
    /// What the guard says of it.
    pub answer: Answer,
}

/// Makes what has to be there, and waits until the guards have nothing left to do.
///
/// # Errors
/// The local AWS's.
pub async fn prepare(scene: &Scene<'_>, stream: &mut Stream, step: Option<super::attacks::Step>) -> Result<()> {
    if let Some(prepare) = step {
        prepare(scene).await.during("the attack cannot be prepared")?;
    }
    if stream.settle(PATIENCE).await? {
        Ok(())
    } else {
        Err(Trouble::new(format!("the guards are still busy after {} s", PATIENCE.as_secs())))
    }
}

/// Makes a prepared attack, and waits for its repair.
///
/// # Errors
/// The call is refused, the account stays as the attack left it, or the guard does not say that it repaired it.
pub async fn attack(scene: &Scene<'_>, stream: &mut Stream, attack: &Attack) -> Result<Repair> {
    stream.read()?;
    let (known, known_runs) = (stream.events.len(), stream.invocations.len());
    let sent = Instant::now();
    (attack.call)(scene).await.during("the call was refused")?;
    let repaired = until_repaired(scene, attack, sent).await;
    // The guard's own words, which also say why it did not repair.
    // Some attacks take several tries: those that were refused changed nothing, and lead to no guard.
    let event = event(stream, known, attack.event, &scene.lab().intruder.name, Event::succeeded).await?;
    let answer = answer(stream, &event, attack.guard).await?;
    match repaired {
        Ok(time) if answer.is_repair() => {
            within_calls(attack.event, attack.guard, &answer)?;
            Ok(Repair { time, answer })
        }
        // A look that an earlier event led to, and that was late, may have seen the attack first.
        Ok(time) => match repair_since(stream, known_runs, attack.guard, &answer) {
            Some(answer) => Ok(Repair { time, answer }),
            None => Err(said(&answer).during("the account is as it was, but not by the guard's doing")),
        },
        Err(trouble) => Err(trouble.during(format!(
            "not repaired within {} s; {} says {}",
            PATIENCE.as_secs(),
            attack.guard,
            summary(&answer)
        ))),
    }
}

/// What the guard said of a repair of the same resource, in an invocation since so many.
fn repair_since(stream: &Stream, known: usize, guard: &str, of: &Answer) -> Option<Answer> {
    let of_guard = stream.invocations.iter().skip(known).filter(|invocation| invocation.guard() == guard);
    let is_of_the_same = |answer: &Answer| of.resource.is_some() && answer.resource == of.resource;
    of_guard.filter_map(|invocation| invocation.answer()).find(|answer| answer.is_repair() && is_of_the_same(answer))
}

/// Makes a call of the intruder's, and waits for what a guard says of it, whatever that is.
///
/// # Errors
/// The call is refused, or the guard does not answer.
pub async fn answer_to(
    scene: &Scene<'_>,
    stream: &mut Stream,
    guard: &str,
    name: &str,
    call: super::attacks::Step,
) -> Result<Answer> {
    stream.read()?;
    let known = stream.events.len();
    call(scene).await.during("the call was refused")?;
    let event = event(stream, known, name, &scene.lab().intruder.name, |_| true).await?;
    answer(stream, &event, guard).await
}

async fn until_repaired(scene: &Scene<'_>, attack: &Attack, sent: Instant) -> Result<Duration> {
    loop {
        let seen = (attack.is_repaired)(scene).await;
        let time = sent.elapsed();
        match seen {
            Ok(true) => return Ok(time),
            Err(trouble) if time > PATIENCE => return Err(trouble),
            Ok(false) if time > PATIENCE => return Err(Trouble::new("the account is still as the attack left it")),
            _ => sleep(READ_EVERY).await,
        }
    }
}

/// Makes a prepared harmless call, and looks whether it was left alone. Answers what the guard said, where one looked.
///
/// # Errors
/// A guard wrote something, or what was done does not stand.
pub async fn harmless(scene: &Scene<'_>, stream: &mut Stream, call: &Harmless) -> Result<Option<Answer>> {
    stream.read()?;
    let known = stream.events.len();
    (call.call)(scene).await.during("the call did not end as it should")?;
    let event = event(stream, known, call.event, &scene.lab().administrator.name, |_| true).await?;
    let answer = match call.guard {
        Some(guard) => Some(answer(stream, &event, guard).await?),
        None if event.matched_rules.is_empty() => None,
        None => return Err(Trouble::new(format!("the rule {} took it to a guard", event.matched_rules.join(", ")))),
    };
    if let Some(answer) = answer.as_ref().filter(|answer| !answer.left_alone()) {
        return Err(said(answer).during("a guard did not leave it alone"));
    }
    if let Some((guard, answer)) = call.guard.zip(answer.as_ref()) {
        within_calls(call.event, guard, answer)?;
    }
    if (call.is_kept)(scene).await? { Ok(answer) } else { Err(Trouble::new("what was done does not stand")) }
}

/// The calls that it takes to read all that the intruder holds.
const OF_A_HOLDER: u32 = 10;

/// Whether a guard made no more calls than `docs/calls.md` says, where an event leads it to one facet alone.
///
/// # Errors
/// It made more.
fn within_calls(event: &str, guard: &str, answer: &Answer) -> Result<()> {
    let facets: Vec<Facet> = Facet::ALL
        .iter()
        .copied()
        .filter(|facet| facet.owner().as_str() == guard && facet.events().contains(&event))
        .collect();
    let [facet] = facets.as_slice() else { return Ok(()) };
    // A policy can make everything else worth a look that its holder holds; an alias that is lost, every key.
    let may_lead_further = matches!(facet, Facet::InlineDocument | Facet::ManagedDocument) || event.ends_with("Alias");
    let Some(look) = facet.row().calls_a_look.filter(|_| !may_lead_further) else { return Ok(()) };
    let names_a_key = facet.kind() == ResourceKind::Key
        || matches!(facet, Facet::BucketEncryption | Facet::TrailConfiguration | Facet::BucketReplication);
    let writes = u32::try_from(answer.actions.len()).unwrap_or(u32::MAX);
    let looks = if writes == 0 { look } else { 2 * look };
    // Whose its repository is, a policy does not say: what is remembered of it would count for that one alone.
    let is_asked_whose = *facet == Facet::RepositoryPolicy;
    let beside = if writes == 0 { 0 } else { facet.row().calls_beside };
    // What is attached can be a part of a way, and then all that its holder holds is read.
    let of_holder = if *facet == Facet::PolicyAttachment { OF_A_HOLDER } else { 0 };
    let allowed = looks + writes + beside + of_holder + u32::from(names_a_key) + u32::from(is_asked_whose);
    if answer.aws_calls <= allowed {
        Ok(())
    } else {
        Err(Trouble::new(format!(
            "{guard} made {} calls for the {facet}; at most {allowed} are allowed",
            answer.aws_calls
        )))
    }
}

/// The record of a call that was just made.
async fn event(
    stream: &mut Stream,
    known: usize,
    name: &str,
    actor: &str,
    is_meant: fn(&Event) -> bool,
) -> Result<Event> {
    let found = stream
        .until(PATIENCE, |stream| {
            let mut new = stream.events.iter().skip(known);
            new.find(|event| event.event_name == name && event.actor() == actor && is_meant(event)).cloned()
        })
        .await?;
    found.ok_or_else(|| Trouble::new(format!("CloudTrail recorded no {name} by {actor}")))
}

/// What a guard answered to an event.
async fn answer(stream: &mut Stream, event: &Event, guard: &str) -> Result<Answer> {
    let found = stream
        .until(PATIENCE, |stream| {
            let mut of_event = stream
                .invocations
                .iter()
                .filter(|invocation| invocation.event_id.as_deref() == Some(event.event_id.as_str()));
            of_event.rfind(|invocation| invocation.guard() == guard).cloned()
        })
        .await?;
    let Some(invocation) = found else {
        return Err(Trouble::new(format!("{guard} was not called (rules: {})", event.matched_rules.join(", "))));
    };
    let failure = || {
        Trouble::new(
            invocation.error.as_ref().map_or_else(|| "its answer is unreadable".to_owned(), ToString::to_string),
        )
    };
    invocation.answer().ok_or_else(|| failure().during(format!("{guard} failed")))
}

fn said(answer: &Answer) -> Trouble {
    Trouble::new(format!("it says {}", summary(answer)))
}

fn summary(answer: &Answer) -> String {
    let why = answer.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
    let actions = if answer.actions.is_empty() { "nothing written".to_owned() } else { answer.actions.join("; ") };
    format!("{}{why}, {actions}", answer.outcome)
}
