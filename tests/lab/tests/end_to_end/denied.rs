//! A service control policy of the organization that denies a guard what it would mend with. The local AWS knows no organization's policies: it refuses by
//! a list, in AWS's words.

use std::time::{Duration, Instant};

use parapet_aws::sdk::s3::types::{BucketVersioningStatus, VersioningConfiguration};
use parapet_console::checkout::Workspace;
use parapet_console::{Result, Trouble};
use parapet_lab::{ACCOUNT, Denial, Invocation, Lab, Options, Principal, Stream};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::report::{Report, ensure};

const BUCKET: &str = "denied-archive";
const GUARD: &str = "encryption-guard";

/// How long the guards may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Longer than it takes until a failed event is tried again here.
const TRIED_AGAIN: Duration = Duration::from_secs(3);

pub(crate) async fn run(workspace: &Workspace, report: &mut Report) {
    report
        .case(
            "denied: what the organization denies is told once, and mended when it does not any more",
            denied(workspace),
        )
        .await;
}

async fn denied(workspace: &Workspace) -> Result<()> {
    let release_dir = Some(workspace.target.join("debug"));
    let lab = Lab::start(workspace, &Options { release_dir, ..Options::default() }).await?;
    let mut stream = lab.stream();
    lab.administrator.aws.s3().create_bucket().bucket(BUCKET).send().await?;
    put(&lab.administrator, BucketVersioningStatus::Enabled).await?;
    ensure(stream.settle(PATIENCE).await?, "the guards do not come to rest")?;
    lab.deny(&[Denial {
        principal: format!("arn:aws:iam::{ACCOUNT}:role/parapet-{GUARD}"),
        action: "s3:PutBucketVersioning".to_owned(),
        resource: format!("arn:aws:s3:::{BUCKET}"),
    }])?;

    let first = suspended(&lab, &mut stream).await?;
    let told = finding(&first, "Parapet.Access");
    let says = |text: &str| told.is_some_and(|detail| detail.contains(text));
    let is_told = says("with an explicit deny in a service control policy: arn:aws:organizations::")
        && says(
            "the organization's management account, or a delegated administrator of its policies, can except Parapet's roles",
        );
    ensure(is_told && member(&first, "outcome") == "Blocked", first.to_string())?;
    ensure(
        member(&first, "why").contains("a service control policy of the organization denies it"),
        first.to_string(),
    )?;
    ensure(first.get("told_before") != Some(&json!(true)) && status(&lab).await? == "Suspended", first.to_string())?;

    // The same again is known: it is no alarm any more.
    let again = suspended(&lab, &mut stream).await?;
    let is_known = again.get("told_before") == Some(&json!(true)) && finding(&again, "Parapet.Access").is_none();
    ensure(is_known && member(&again, "outcome") == "Blocked", again.to_string())?;

    // The sweep has it looked at again: in vain, until the organization lets the guard do so.
    let known = swept(&lab, &mut stream).await?;
    let is_blocked = member(&known, "outcome") == "Blocked" && known.get("told_before") == Some(&json!(true));
    ensure(is_blocked && status(&lab).await? == "Suspended", known.to_string())?;
    lab.deny(&[])?;
    let mended = swept(&lab, &mut stream).await?;
    ensure(member(&mended, "outcome") == "Remediated" && status(&lab).await? == "Enabled", mended.to_string())?;
    let queued = lab.queued_messages().await?;
    ensure(!queued.contains(BUCKET), format!("there is a dead letter: {queued}"))
}

/// What the guard answers to an intruder's PutBucketVersioning, once.
async fn suspended(lab: &Lab, stream: &mut Stream) -> Result<Value> {
    let known = stream.events.len();
    put(&lab.intruder, BucketVersioningStatus::Suspended).await?;
    ensure(stream.settle(PATIENCE).await?, "the guards do not come to rest")?;
    sleep(TRIED_AGAIN).await;
    ensure(stream.settle(PATIENCE).await?, "the guards do not come to rest")?;
    let is_it = |name: &str, actor: &str| name == "PutBucketVersioning" && actor == "intruder";
    let event = stream.events.iter().skip(known).find(|event| is_it(&event.event_name, event.actor()));
    let id = &event.ok_or_else(|| Trouble::new("the call left no record"))?.event_id;
    let answers: Vec<&Invocation> =
        stream.invocations.iter().filter(|invocation| invocation.event_id.as_ref() == Some(id)).collect();
    match answers.as_slice() {
        [only] => only.response.clone().ok_or_else(|| Trouble::new(format!("it failed: {only:?}"))),
        several => Err(Trouble::new(format!("it is tried again: {several:?}"))),
    }
}

/// What the guard answers to the sweep's order.
async fn swept(lab: &Lab, stream: &mut Stream) -> Result<Value> {
    let known = stream.invocations.len();
    let asked = json!({"resources": [format!("arn:aws:s3:::{BUCKET}")], "guards": [GUARD]}).to_string();
    let sweep = lab.invoke("sweep", asked.as_bytes()).await?;
    ensure(!sweep.failed, sweep.payload.clone())?;
    let began = Instant::now();
    loop {
        ensure(stream.settle(PATIENCE).await?, "the guards do not come to rest")?;
        let since = stream.invocations.iter().skip(known).filter(|invocation| invocation.guard() == GUARD);
        let answers = since.filter_map(|invocation| invocation.response.as_ref()?.get("reports")?.as_array());
        // Of the settings: whether the bucket is there at all is a look of its own.
        let is_of_existence = |answer: &&Value| ["Ignored", "Compliant"].contains(&member(answer, "outcome"));
        if let Some(answer) = answers.flatten().find(|answer| !is_of_existence(answer)) {
            return Ok(answer.clone());
        }
        ensure(began.elapsed() < PATIENCE, format!("the sweep has nobody look: {}", sweep.payload))?;
        sleep(Duration::from_millis(100)).await;
    }
}

async fn put(by: &Principal, status: BucketVersioningStatus) -> Result<()> {
    let versioning = VersioningConfiguration::builder().status(status).build();
    by.aws.s3().put_bucket_versioning().bucket(BUCKET).versioning_configuration(versioning).send().await?;
    Ok(())
}

async fn status(lab: &Lab) -> Result<String> {
    let answer = lab.administrator.aws.s3().get_bucket_versioning().bucket(BUCKET).send().await?;
    Ok(answer.status.map_or_else(String::new, |status| status.as_str().to_owned()))
}

fn member<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn finding<'a>(answer: &'a Value, control: &str) -> Option<&'a str> {
    let findings = answer.get("findings")?.as_array()?;
    findings.iter().find(|finding| member(finding, "control") == control).map(|finding| member(finding, "detail"))
}
