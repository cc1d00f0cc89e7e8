//! Events that come twice, that the guards cause themselves, that come at a bad time.

use std::collections::BTreeSet;
use std::time::Duration;

use parapet_aws::sdk::s3::types::{BucketVersioningStatus, VersioningConfiguration};
use parapet_console::{Result, Trouble};
use parapet_lab::attacks::attacks;
use parapet_lab::{ACCOUNT, Attack, Invocation, Lab, REGION, Scene, trial};
use serde_json::{Value, json};

use crate::report::{Report, ensure};

/// A round of its own, so that no name meets one of the attacks' cases.
const ROUND: u32 = 7;

pub(crate) async fn run(lab: &Lab, report: &mut Report) {
    report.case("delivery: an event that comes twice writes nothing new", duplicate(lab)).await;
    // Attacks of one call each: of several, each leads to a run of its own, and they share the repair.
    for event in ["PutBucketVersioning", "PutRolePolicy", "SetDefaultPolicyVersion", "DeleteTrail"] {
        report.case(format!("delivery: the guard's own writes after {event} cause no loop"), no_loop(lab, event)).await;
    }
}

pub(crate) async fn run_slow(lab: &Lab, report: &mut Report) {
    report
        .case("delivery: what fails for a while is tried again, then kept in the dead-letter queue", dead_letter(lab))
        .await;
}

fn attack_by(event: &str) -> Result<&'static Attack> {
    attacks().find(|attack| attack.event == event).ok_or_else(|| Trouble::new(format!("no attack by {event}")))
}

/// The event of an attack, given to the guard once more after the repair.
async fn duplicate(lab: &Lab) -> Result<()> {
    let (scene, mut stream, attack) = (Scene::new(lab, ROUND), lab.stream(), attack_by("PutBucketVersioning")?);
    trial::attack(&scene, &mut stream, attack).await?;
    let event = stream.events.iter().find(|event| event.event_name == attack.event && event.actor() == "intruder");
    let id = event.map(|event| event.event_id.clone()).ok_or_else(|| Trouble::new("no event"))?;
    let evidence = evidence_of(lab, &id).await?;
    ensure(evidence.len() == 1, format!("evidence: {evidence:?}"))?;

    let record = json!({"eventID": id, "eventName": attack.event, "eventSource": "s3.amazonaws.com", "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT, "requestParameters": {"bucketName": lab.output("ml_data_bucket")}});
    let again = lab.invoke(attack.guard, record.to_string().as_bytes()).await?;
    let answer = again.answer().ok_or_else(|| Trouble::new(again.payload.to_string()))?;
    ensure(answer.outcome == "Compliant" && answer.actions.is_empty(), again.payload.clone())?;
    ensure(answer.aws_calls == 1, format!("{} calls for a look at a healthy bucket", answer.aws_calls))?;
    ensure(evidence_of(lab, &id).await? == evidence, "the evidence changed")
}

/// The objects of evidence on an event, with what tells a changed one.
async fn evidence_of(lab: &Lab, event_id: &str) -> Result<Vec<(String, String)>> {
    let listed = lab
        .administrator
        .aws
        .s3()
        .list_objects_v2()
        .bucket(lab.output("evidence_bucket"))
        .prefix("evidence/")
        .send()
        .await?;
    let objects = listed.contents.unwrap_or_default();
    let of_event = objects.into_iter().filter(|object| object.key().is_some_and(|key| key.contains(event_id)));
    Ok(of_event.map(|object| (object.key.unwrap_or_default(), object.e_tag.unwrap_or_default())).collect())
}

/// After one attack: one repair, and one look for each of the guard's own writes that a rule takes back to it.
async fn no_loop(lab: &Lab, event: &str) -> Result<()> {
    let (scene, mut stream, attack) = (Scene::new(lab, ROUND), lab.stream(), attack_by(event)?);
    trial::prepare(&scene, &mut stream, attack.prepare).await?;
    let mut stream = lab.stream();
    let repair = trial::attack(&scene, &mut stream, attack).await?;
    ensure(stream.settle(trial::PATIENCE).await?, "the guards do not come to rest")?;

    let own: Vec<&str> = stream
        .events
        .iter()
        .filter(|event| event.actor().starts_with("parapet-"))
        .map(|event| event.event_id.as_str())
        .collect();
    ensure(
        own.len() <= repair.answer.actions.len(),
        format!("{} writes recorded for {:?}", own.len(), repair.answer.actions),
    )?;
    let looks: Vec<&Invocation> =
        stream.invocations.iter().filter(|run| run.event_id.as_deref().is_some_and(|id| own.contains(&id))).collect();
    ensure(
        looks.iter().all(|run| run.answer().is_some_and(|answer| answer.is_idle())),
        format!("a guard undoes a guard: {looks:?}"),
    )?;
    // An event of IAM goes to two guards, and one of them has nothing to do with it.
    let hears = |run: &&Invocation| {
        let is_of_own = run.event_id.as_deref().is_some_and(|id| own.contains(&id));
        run.guard() != attack.guard && !is_of_own && run.answer().is_some_and(|answer| answer.is_idle())
    };
    let heard = stream.invocations.iter().filter(hears).map(|run| run.guard()).collect::<BTreeSet<_>>();
    let most = looks.len() + 1 + heard.len();
    let said = |run: &Invocation| {
        let outcome = run.answer().map_or_else(|| "no answer".to_owned(), |answer| answer.outcome);
        let event = stream.events.iter().find(|event| run.event_id.as_deref() == Some(&event.event_id));
        let event = event.map_or("an event from before", |event| event.event_name.as_str());
        format!("{} after {event}: {outcome}", run.guard())
    };
    let runs = || stream.invocations.iter().map(said).collect::<Vec<_>>().join(", ");
    ensure(stream.invocations.len() <= most, format!("more than {most} runs after one attack: {}", runs()))
}

/// The local AWS answers reads of this bucket with `SlowDown`: as often as the guard and Lambda try.
async fn dead_letter(lab: &Lab) -> Result<()> {
    const LONG_ENOUGH: Duration = Duration::from_secs(120);
    const ATTEMPTS: usize = 3;
    let (s3, bucket, mut stream) = (lab.administrator.aws.s3(), "unavailable-for-a-while", lab.stream());
    s3.create_bucket().bucket(bucket).send().await?;
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    s3.put_bucket_versioning().bucket(bucket).versioning_configuration(enabled).send().await?;
    let failed = stream
        .until(LONG_ENOUGH, |stream| {
            let id = &stream.events.iter().find(|event| event.event_name == "PutBucketVersioning")?.event_id;
            let runs = stream.invocations.iter().filter(|run| run.event_id.as_ref() == Some(id) && run.error.is_some());
            (runs.count() == ATTEMPTS).then(|| id.clone())
        })
        .await?;
    let id = failed.ok_or_else(|| Trouble::new(format!("not tried {ATTEMPTS} times: {:?}", stream.invocations)))?;
    for _ in 0..50 {
        let messages: Value = serde_json::from_str(&lab.queued_messages().await?)?;
        if holds(&messages, "parapet-encryption-guard-dead-letters", &id) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(Trouble::new(format!("the event is not in the dead-letter queue: {}", lab.queued_messages().await?)))
}

/// Whether a queue holds a message about an event.
fn holds(queued: &Value, queue: &str, event_id: &str) -> bool {
    let queues = queued.pointer(&format!("/messages/{ACCOUNT}/{REGION}")).and_then(Value::as_object);
    let mut named = queues.into_iter().flatten().filter(|(url, _)| url.ends_with(queue));
    named.any(|(_, messages)| messages.to_string().contains(event_id))
}
