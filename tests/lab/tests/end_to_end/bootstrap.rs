//! Bootstrap, on an account where it has run, and on one where it is not let finish.

use std::time::Duration;

use parapet_aws::sdk::s3::types::BucketLoggingStatus;
use parapet_cli::lab::{Lab, Options, Workspace};
use parapet_cli::{Result, Trouble};
use serde_json::{Map, Value, json};
use tokio::time::sleep;

use crate::report::{Report, ensure};

pub(crate) async fn run(lab: &Lab, workspace: &Workspace, report: &mut Report) {
    report.case("bootstrap: a second run writes nothing", second_run(lab)).await;
    report.case("bootstrap: a dry run lists and writes nothing", dry_run(lab)).await;
    report.case("bootstrap: a later run repairs what was weakened", repair(lab)).await;
    report.case("bootstrap: a misspelt input is refused", misspelt(lab)).await;
    report.case("bootstrap: killed again and again, it completes in the end", killed(lab, workspace)).await;
}

async fn second_run(lab: &Lab) -> Result<()> {
    let outputs = lab.bootstrap(json!({})).await?;
    ensure(actions(&outputs).is_empty(), format!("it wrote {:?}", actions(&outputs)))?;
    let moved = lab.outputs.iter().find(|(name, value)| *name != "actions" && outputs.get(*name) != Some(*value));
    ensure(moved.is_none(), format!("its answer changed: {moved:?}"))
}

async fn dry_run(lab: &Lab) -> Result<()> {
    weaken(lab).await?;
    let listed = actions(&lab.bootstrap(json!({"dry_run": true})).await?);
    for expected in ["PutBucketTagging", "PutBucketLogging", "EnableKeyRotation"] {
        ensure(listed.iter().any(|action| action.contains(expected)), format!("{expected} is not among {listed:?}"))?;
    }
    ensure(listed.len() == 3, format!("more than three actions: {listed:?}"))?;
    ensure(!rotates(lab).await?, "the dry run switched key rotation on")
}

/// Weakened by the case before, or by itself when that one is left out.
async fn repair(lab: &Lab) -> Result<()> {
    weaken(lab).await?;
    let outputs = lab.bootstrap(json!({})).await?;
    ensure(actions(&outputs).len() == 3, format!("it wrote {:?}", actions(&outputs)))?;
    ensure(rotates(lab).await?, "the key does not rotate")?;
    ensure(actions(&lab.bootstrap(json!({})).await?).is_empty(), "a further run writes something")
}

async fn misspelt(lab: &Lab) -> Result<()> {
    let answer = lab.invoke("bootstrap", br#"{"dryrun": true}"#).await?;
    ensure(answer.failed && answer.payload.to_string().contains("`dryrun` is not known"), answer.payload)
}

/// On an account of its own: the process is killed after ever longer, until it is done before that.
async fn killed(lab: &Lab, workspace: &Workspace) -> Result<()> {
    const LONGER_BY: Duration = Duration::from_millis(40);
    const TRIES: u32 = 50;
    let binaries = workspace.target.join("release");
    let fresh = Lab::deployed(workspace, &Options { release_dir: Some(binaries), ..Options::default() }).await?;
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
            *name != "actions" && *name != "kms_key_arn" && outputs.get(*name) != lab.outputs.get(*name)
        };
        ensure(!lab.outputs.keys().any(|name| differs(&name)), format!("another account came of it: {outputs:?}"))?;
        return ensure(actions(&fresh.bootstrap(json!({})).await?).is_empty(), "a further run writes something");
    }
    Err(Trouble::new(format!("it was not done after {TRIES} tries")))
}

/// In ways that no guard watches, so that nobody is faster than bootstrap.
async fn weaken(lab: &Lab) -> Result<()> {
    let (s3, bucket) = (lab.administrator.aws.s3(), lab.output("ml_data_bucket"));
    s3.delete_bucket_tagging().bucket(bucket).send().await?;
    s3.put_bucket_logging().bucket(bucket).bucket_logging_status(BucketLoggingStatus::builder().build()).send().await?;
    lab.administrator.aws.kms().disable_key_rotation().key_id(lab.output("kms_key_arn")).send().await?;
    ensure(!rotates(lab).await?, "the key still rotates")
}

async fn rotates(lab: &Lab) -> Result<bool> {
    let status = lab.administrator.aws.kms().get_key_rotation_status().key_id(lab.output("kms_key_arn")).send().await;
    Ok(status.map_err(Trouble::from)?.key_rotation_enabled)
}

fn actions(outputs: &Map<String, Value>) -> Vec<String> {
    let actions = outputs.get("actions").and_then(Value::as_array).cloned().unwrap_or_default();
    actions.iter().map(|action| action.as_str().unwrap_or_default().to_owned()).collect()
}
