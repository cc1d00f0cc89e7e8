//! Evidence is found by actor and by day, and no repair pays for it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use parapet_aws::{Asked, EvidenceIndex, Found};
use parapet_console::{Result, Trouble};
use parapet_core::{Home, Outcome};
use parapet_guards::index::Who;
use parapet_lab::attacks::attacks;
use parapet_lab::{ACCOUNT, Lab, REGION, Scene, trial};
use tokio::time::sleep;

use crate::report::{Report, ensure};

/// A round of its own, so that no name meets one of other cases.
const ROUND: u32 = 9;

const NO_LIMIT: usize = usize::MAX;

pub(crate) async fn run(lab: &Lab, report: &mut Report) {
    report.case("evidence: whose doing it was is verified once CloudTrail shows the event", verified(lab)).await;
    report.case("evidence: what was repaired is found by actor, by day and by resource", found(lab)).await;
}

/// At first the record is all that says who it was. The sweep asks CloudTrail, by hand here as on its schedule.
async fn verified(lab: &Lab) -> Result<()> {
    const EVENT: &str = "PutBucketVersioning";
    let attack = attacks().find(|attack| attack.event == EVENT).ok_or_else(|| Trouble::new("no attack"))?;
    let (scene, mut stream) = (Scene::new(lab, ROUND + 1), lab.stream());
    trial::prepare(&scene, &mut stream, attack.prepare).await?;
    let repair = trial::attack(&scene, &mut lab.stream(), attack).await?;
    let key = repair.answer.evidence.ok_or_else(|| Trouble::new("no evidence"))?;
    let home = Home { partition: "aws".to_owned(), account: ACCOUNT.to_owned(), region: REGION.to_owned() };
    let index = EvidenceIndex::new(&lab.administrator.aws, &home, lab.output("evidence_bucket"));
    let at_first = index.evidence(&key).await?.trigger.actor;
    ensure(at_first.verified == Some(false), format!("{at_first:?}"))?;
    // What all other cases left waits, too.
    let deadline = Instant::now() + Duration::from_secs(240);
    loop {
        let swept = lab.invoke("sweep", b"{}").await?;
        ensure(!swept.failed, swept.payload.clone())?;
        let evidence = index.evidence(&key).await?;
        let actor = &evidence.trigger.actor;
        if actor.verified == Some(true) {
            ensure(actor.arn == at_first.arn && evidence.outcome.is_some(), format!("{evidence:?}"))?;
            let again = lab.invoke("sweep", b"{}").await?.payload;
            let verified = again.get("verified").map(ToString::to_string).unwrap_or_default();
            return ensure(!verified.contains(&evidence.trigger.event_id), again);
        }
        ensure(Instant::now() < deadline, format!("{}", swept.payload))?;
        sleep(Duration::from_secs(1)).await;
    }
}

async fn found(lab: &Lab) -> Result<()> {
    let mut repaired = BTreeSet::new();
    for event in ["PutBucketVersioning", "PutRolePolicy"] {
        let attack = attacks().find(|attack| attack.event == event).ok_or_else(|| Trouble::new("no attack"))?;
        let (scene, mut stream) = (Scene::new(lab, ROUND), lab.stream());
        trial::prepare(&scene, &mut stream, attack.prepare).await?;
        let mut stream = lab.stream();
        let repair = trial::attack(&scene, &mut stream, attack).await?;
        ensure(stream.settle(trial::PATIENCE).await?, "the guards do not come to rest")?;
        repaired.extend(repair.answer.evidence);
    }
    ensure(repaired.len() == 2, format!("evidence: {repaired:?}"))?;

    let home = Home { partition: "aws".to_owned(), account: ACCOUNT.to_owned(), region: REGION.to_owned() };
    let aws = &lab.administrator.aws;
    let index = EvidenceIndex::new(aws, &home, lab.output("evidence_bucket"));
    // The sweep has guards mend what it finds whenever its round is due: what comes meanwhile may be taken, or not yet.
    let before = keys(lab, "evidence/").await?;
    let updated = index.update(now(), false, |_| ()).await?;
    ensure(updated.unread.is_empty(), format!("{:?}", updated.unread))?;
    let all = keys(lab, "evidence/").await?;
    let pieces = before.len()..=all.len();
    ensure(pieces.contains(&updated.evidence), format!("{} of {pieces:?} pieces", updated.evidence))?;
    ensure(updated.entries == 2 * updated.evidence, format!("{} entries of {}", updated.entries, updated.evidence))?;

    let all = nothing_new(lab, &index).await?;
    by_day(&index, &all).await?;
    by_actor(&index, &all, &repaired, &lab.intruder.name).await?;
    by_resource(&index, &repaired).await
}

/// A list for each thousand of what is there, and the mark: no evidence is read and no entry written again. Tried until nothing came meanwhile: the
/// sweep runs each minute, and what it found is mended. All there is then is answered.
async fn nothing_new(lab: &Lab, index: &EvidenceIndex<'_>) -> Result<BTreeSet<String>> {
    /// The mark, and a list for each version of evidence: there is less than a thousand pieces of it.
    const CALLS: u32 = 3;
    const TRIES: u32 = 10;
    for _ in 0..TRIES {
        index.update(now(), false, |_| ()).await?;
        let there = keys(lab, "evidence/").await?;
        let (aws, entries) = (&lab.administrator.aws, keys(lab, "index/").await?);
        let before = aws.calls();
        let updated = index.update(now(), false, |_| ()).await?;
        let calls = aws.calls() - before;
        let has_come = keys(lab, "evidence/").await? != there || updated.evidence > 0;
        if has_come {
            sleep(Duration::from_secs(2)).await;
            continue;
        }
        ensure(updated.entries == 0, format!("{updated:?}"))?;
        ensure(calls <= CALLS, format!("{calls} calls where nothing is new"))?;
        ensure(keys(lab, "index/").await? == entries, "the index has changed")?;
        return Ok(there);
    }
    Err(Trouble::new("evidence does not stop coming, or is taken again and again"))
}

/// All days together have all evidence, and each its own.
async fn by_day(index: &EvidenceIndex<'_>, all: &BTreeSet<String>) -> Result<()> {
    let day = |key: &String| key.rsplit('/').next().map(|name| name.chars().take(8).collect::<String>());
    let days: BTreeSet<String> = all.iter().filter_map(day).collect();
    for wanted in days {
        let found = index.find(&Asked::Day(wanted.clone()), NO_LIMIT).await?;
        let expected = all.iter().filter(|key| day(key).as_ref() == Some(&wanted)).cloned().collect();
        ensure(keys_of(&found) == expected, format!("on {wanted}: {found:?}"))?;
        ensure(found.entries.is_sorted_by(|one, next| one.time >= next.time), "the newest is not the first")?;
        let newest = index.find(&Asked::Day(wanted.clone()), 1).await?;
        let is_cut =
            newest.entries.iter().eq(found.entries.iter().take(1)) && newest.has_more == (found.entries.len() > 1);
        ensure(is_cut, format!("one of {wanted}: {newest:?}"))?;
    }
    Ok(())
}

/// What the evidence itself says of its actor is what the index finds, by name and by ARN.
async fn by_actor(
    index: &EvidenceIndex<'_>,
    all: &BTreeSet<String>,
    repaired: &BTreeSet<String>,
    name: &str,
) -> Result<()> {
    let (mut expected, mut arn) = (BTreeSet::new(), String::new());
    for key in all {
        let actor = index.evidence(key).await?.trigger.actor;
        if actor.arn.ends_with(&format!("/{name}")) {
            expected.insert(key.clone());
            arn = actor.arn;
        }
    }
    ensure(repaired.is_subset(&expected), format!("{name} did {expected:?}"))?;
    for asked in [name, &arn] {
        let found = index.find(&Asked::Actor(Who::new(asked)), NO_LIMIT).await?;
        ensure(keys_of(&found) == expected, format!("by {asked}: {found:?}"))?;
        ensure(found.entries.iter().all(|entry| entry.outcome.is_some()), "an outcome is missing")?;
    }
    let nobody = index.find(&Asked::Actor(Who::new("nobody-of-this-name")), NO_LIMIT).await?;
    ensure(nobody == Found::default(), format!("by nobody: {nobody:?}"))
}

async fn by_resource(index: &EvidenceIndex<'_>, repaired: &BTreeSet<String>) -> Result<()> {
    for key in repaired {
        let evidence = index.evidence(key).await?;
        let found = index.find(&Asked::Resource(evidence.arn.clone()), NO_LIMIT).await?;
        let is_of_it = found.entries.iter().all(|entry| entry.arn == evidence.arn);
        ensure(is_of_it && keys_of(&found).contains(key), format!("of {}: {found:?}", evidence.arn))?;
        ensure(evidence.outcome == Some(Outcome::Remediated) || evidence.outcome == Some(Outcome::Contested), key)?;
    }
    Ok(())
}

fn keys_of(found: &Found) -> BTreeSet<String> {
    found.entries.iter().map(|entry| entry.evidence.clone()).collect()
}

/// What lies below a prefix of the evidence bucket.
async fn keys(lab: &Lab, prefix: &str) -> Result<BTreeSet<String>> {
    let list = lab.administrator.aws.s3().list_objects_v2().bucket(lab.output("evidence_bucket")).prefix(prefix);
    let mut pages = list.into_paginator().send();
    let mut keys = BTreeSet::new();
    while let Some(page) = pages.next().await {
        keys.extend(page?.contents.unwrap_or_default().into_iter().filter_map(|object| object.key));
    }
    Ok(keys)
}

/// A clock as the command has it.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
