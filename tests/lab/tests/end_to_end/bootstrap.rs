//! Bootstrap, on an account where it has run, and on one where it is not let finish.

use std::time::Duration;

use parapet_aws::sdk::s3::types::BucketVersioningStatus;
use parapet_console::checkout::Workspace;
use parapet_console::{Result, Trouble};
use parapet_lab::{Lab, Options};
use serde_json::{Map, Value, json};
use tokio::time::sleep;

use crate::report::{Report, ensure};

pub(crate) async fn run(lab: &Lab, workspace: &Workspace, report: &mut Report) {
    report.case("bootstrap: a second run writes nothing", second_run(lab)).await;
    report
        .case("bootstrap: what was made by hand is listed by a dry run, then repaired", by_hand(lab, workspace))
        .await;
    report.case("bootstrap: a misspelt input is refused", misspelt(lab)).await;
    report.case("bootstrap: killed again and again, it completes in the end", killed(lab, workspace)).await;
}

async fn second_run(lab: &Lab) -> Result<()> {
    let outputs = lab.bootstrap(json!({})).await?;
    ensure(actions(&outputs).is_empty(), format!("it wrote {:?}", actions(&outputs)))?;
    let moved = lab.outputs.iter().find(|(name, value)| *name != "actions" && outputs.get(*name) != Some(*value));
    ensure(moved.is_none(), format!("its answer changed: {moved:?}"))
}

/// On an account of its own, before there is a trail: no guard sees anything there, so nobody is faster than bootstrap.
async fn by_hand(lab: &Lab, workspace: &Workspace) -> Result<()> {
    const MISSING: [&str; 3] = ["PutBucketTagging", "PutBucketLogging", "PutBucketVersioning"];
    let fresh = ready_made(workspace).await?;
    let (s3, bucket) = (fresh.administrator.aws.s3(), lab.output("ml_data_bucket"));
    s3.create_bucket().bucket(bucket).send().await?;

    let listed = actions(&fresh.bootstrap(json!({"dry_run": true})).await?);
    let of_bucket =
        |listed: &[String], action: &str| listed.iter().any(|line| line.contains(bucket) && line.contains(action));
    for missing in MISSING {
        ensure(of_bucket(&listed, missing), format!("{missing} is not among {listed:?}"))?;
    }
    ensure(s3.get_bucket_tagging().bucket(bucket).send().await.is_err(), "the dry run tagged the bucket")?;

    let done = actions(&fresh.bootstrap(json!({})).await?);
    for missing in MISSING {
        ensure(of_bucket(&done, missing), format!("{missing} is not among {done:?}"))?;
    }
    ensure(
        !done.iter().any(|line| line.contains(bucket) && line.contains("CreateBucket")),
        "it made the bucket again",
    )?;
    let versioning = s3.get_bucket_versioning().bucket(bucket).send().await?;
    ensure(versioning.status == Some(BucketVersioningStatus::Enabled), "versioning is not on")?;
    ensure(actions(&fresh.bootstrap(json!({})).await?).is_empty(), "a further run writes something")
}

/// An account with the product deployed, and nothing to protect yet.
async fn ready_made(workspace: &Workspace) -> Result<Lab> {
    // As the lab has just built them.
    let binaries = workspace.target.join("debug");
    Lab::deployed(workspace, &Options { release_dir: Some(binaries), ..Options::default() }).await
}

async fn misspelt(lab: &Lab) -> Result<()> {
    let answer = lab.invoke("bootstrap", br#"{"dryrun": true}"#).await?;
    ensure(answer.failed && answer.payload.to_string().contains("`dryrun` is not known"), answer.payload)
}

/// On an account of its own: the process is killed after ever longer, until it is done before that.
async fn killed(lab: &Lab, workspace: &Workspace) -> Result<()> {
    const LONGER_BY: Duration = Duration::from_millis(40);
    const TRIES: u32 = 50;
    let fresh = ready_made(workspace).await?;
    let mut kills = 0;
    for attempt in 1..=TRIES {
        let outputs = tokio::select! {
            ended = fresh.bootstrap(json!({})) => ended,
            killed = async { sleep(LONGER_BY * attempt).await; fresh.chill("bootstrap").await } => killed.and_then(|()| Err(Trouble::new("killed"))),
        };
        let Ok(outputs) = outputs else {
            kills += 1;
            continue;
        };
        ensure(kills > 2, "it was done before it could be killed")?;
        let differs = |name: &&String| {
            !["actions", "baseline"].contains(&name.as_str())
                && *name != "kms_key_arn"
                && outputs.get(*name) != lab.outputs.get(*name)
        };
        ensure(!lab.outputs.keys().any(|name| differs(&name)), format!("another account came of it: {outputs:?}"))?;
        return ensure(actions(&fresh.bootstrap(json!({})).await?).is_empty(), "a further run writes something");
    }
    Err(Trouble::new(format!("it was not done after {TRIES} tries")))
}

fn actions(outputs: &Map<String, Value>) -> Vec<String> {
    let actions = outputs.get("actions").and_then(Value::as_array).cloned().unwrap_or_default();
    actions.iter().map(|action| action.as_str().unwrap_or_default().to_owned()).collect()
}
