//! What no event tells, found by the sweep; and what only an operator has done, with the proof of who asks.

use std::fs;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use parapet_aws::sdk::s3::types::{BucketVersioningStatus, VersioningConfiguration};
use parapet_console::checkout::{Workspace, build};
use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use parapet_core::Home;
use parapet_guards::baseline_key;
use parapet_lab::{ACCOUNT, Lab, Options, REGION, Script};
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::sleep;

use crate::report::{Report, ensure};

/// What was there before.
const OLD: &str = "swept-old";
const OLDER: &str = "swept-older";
const FINE: &str = "swept-fine";
const LATE: &str = "swept-late";

/// The administrator may have the old accepted and mended.
const STANDARD: &str = "{principals: {administrators: [user/administrator], operators: [user/administrator]}}";

const HISTORY: &str = r#"
import json
import botocore.session
s3 = botocore.session.get_session().create_client("s3")
for name, status in [("swept-old", "Suspended"), ("swept-older", "Suspended"), ("swept-fine", "Enabled")]:
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": status})
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
work = [{"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": "*"}, {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::swept-fine/*"}]
iam = botocore.session.get_session().create_client("iam")
iam.create_role(RoleName="swept-etl", AssumeRolePolicyDocument=json.dumps(trust))
iam.put_role_policy(RoleName="swept-etl", PolicyName="work", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": work}))
"#;

/// The local AWS delivers nothing to the log bucket: an object of a trail, with a call of the role, is put there. Its folder is of today, and its name
/// of yesterday, so that whenever this runs it was delivered a while ago.
const DELIVERED: &str = r#"
import datetime, gzip, json, sys
import botocore.session
session = botocore.session.get_session()
account = session.create_client("sts").get_caller_identity()["Account"]
now = datetime.datetime.now(datetime.timezone.utc)
call = {"eventVersion": "1.11", "eventSource": "iam.amazonaws.com", "eventName": "PutRolePolicy", "eventTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "awsRegion": "us-east-1", "recipientAccountId": account, "requestParameters": {"roleName": "other", "policyName": "p"}, "userIdentity": {
        "type": "AssumedRole", "accountId": account, "arn": f"arn:aws:sts::{account}:assumed-role/swept-etl/s", "sessionContext": {"sessionIssuer": {
        "type": "Role", "arn": f"arn:aws:iam::{account}:role/swept-etl", "accountId": account, "userName": "swept-etl"}}}}
day = f"AWSLogs/{account}/CloudTrail/us-east-1/{now:%Y/%m/%d}"
name = f"{account}_CloudTrail_us-east-1_{now - datetime.timedelta(days=1):%Y%m%dT%H%MZ}_Mu0KsOhtH1ar15ZZ.json.gz"
session.create_client("s3").put_object(Bucket=sys.argv[1], Key=f"{day}/{name}", Body=gzip.compress(json.dumps({"Records": [call]}).encode()))
"#;

/// What the role's policy allows.
const ALLOWED: &str = r#"
import json
import botocore.session
policy = botocore.session.get_session().create_client("iam").get_role_policy(RoleName="swept-etl", PolicyName="work")
print(json.dumps(policy["PolicyDocument"]))
"#;

/// From here on no event reaches a guard.
const DEAF: &str = r#"
import botocore.session
events = botocore.session.get_session().create_client("events")
rules = [rule["Name"] for rule in events.list_rules(NamePrefix="parapet-")["Rules"]]
for rule in rules:
    if "-guard-" in rule:
        events.disable_rule(Name=rule)
"#;

pub(crate) async fn run(workspace: &Workspace, report: &mut Report) {
    report
        .case("sweep: what no event told is found, and the old is mended when an operator asks", swept(workspace))
        .await;
}

async fn swept(workspace: &Workspace) -> Result<()> {
    let lab = started(workspace).await?;
    python(workspace, &lab, DEAF, &[]).await?;
    let logs = lab.outputs.get("log_bucket").and_then(Value::as_str).unwrap_or_default();
    python(workspace, &lab, DELIVERED, &[logs]).await?;
    versioning(&lab, FINE, BucketVersioningStatus::Suspended).await?;

    let named = json!({"resources": [arn(FINE), arn(OLD)], "dry_run": true});
    let round = asked(&lab, &named).await?;
    ensure(outcome(&round, FINE) == Some("Planned") && outcome(&round, OLD) == Some("Observed"), round.clone())?;
    ensure(round.get("sent") == Some(&json!([])) && status(&lab, FINE).await? == "Suspended", round)?;

    // As the schedule asks.
    let scheduled = json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
    let began = Instant::now();
    let mut gathered = Vec::new();
    while status(&lab, FINE).await? != "Enabled" || gathered.is_empty() {
        ensure(
            began.elapsed() < Duration::from_secs(120),
            "the sweep has nobody mend it, or reads nothing that was delivered",
        )?;
        let answer = lab.invoke("sweep", scheduled.to_string().as_bytes()).await?;
        ensure(!answer.failed, answer.payload.clone())?;
        gathered.extend(answer.payload.get("gathered").cloned());
        sleep(Duration::from_secs(2)).await;
    }
    ensure(gathered == [json!({"objects": 1, "records": 1})], json!(gathered))?;
    planned(workspace, &lab, logs).await?;
    ensure(status(&lab, OLD).await? == "Suspended", "what is old was mended without being asked for")?;
    accepted(workspace, &lab).await?;
    mended(workspace, &lab).await?;
    used(workspace, &lab).await
}

/// A plan reads what the trail delivered where it lies. A place with nothing, or that is not there, makes the plan incomplete.
async fn planned(workspace: &Workspace, lab: &Lab, logs: &str) -> Result<()> {
    for (place, counted, is_whole) in [
        (format!("s3://{logs}/AWSLogs/"), 1, true),
        (format!("s3://{logs}/none"), 0, false),
        ("s3://swept-never-made/AWSLogs".to_owned(), 0, false),
    ] {
        let mut command = Command::new(live(workspace).await?);
        command.args(["plan", "--json", "--history", &place]).envs(lab.administrator.settings(&lab.endpoint()));
        let planned = command.stdin(Stdio::null()).output().await.during("parapet-live cannot be started")?;
        let plan: Value = serde_json::from_slice(&planned.stdout).during(&said(&planned))?;
        let told = plan.pointer("/history/counted").and_then(Value::as_u64);
        let is_right = told == Some(counted) && (planned.status.code() == Some(1)) == is_whole;
        ensure(is_right, format!("{place}: {}", said(&planned)))?;
    }
    Ok(())
}

/// A baseline is kept anew for an operator, and for nobody else.
async fn accepted(workspace: &Workspace, lab: &Lab) -> Result<()> {
    let naked = lab.invoke("sweep", json!({"baseline": true}).to_string().as_bytes()).await?;
    ensure(naked.failed && naked.payload.to_string().contains("proof of an operator"), naked.payload)?;
    let made_up = json!({"baseline": true, "proof": "Action=GetCallerIdentity&Version=2011-06-15"});
    let made_up = lab.invoke("sweep", made_up.to_string().as_bytes()).await?;
    ensure(made_up.failed && made_up.payload.to_string().contains("not signed within"), made_up.payload)?;
    versioning(lab, LATE, BucketVersioningStatus::Suspended).await?;
    let by_intruder = sweep(workspace, lab, false, &["--baseline"]).await?;
    ensure(by_intruder.status.code() == Some(2), said(&by_intruder))?;
    let by_operator = sweep(workspace, lab, true, &["--baseline", "--json"]).await?;
    let answer: Value = serde_json::from_slice(&by_operator.stdout).during(&said(&by_operator))?;
    ensure(answer.pointer("/baseline/ended") == Some(&json!(true)), said(&by_operator))?;
    let newly = answer.pointer("/baseline/accepted").and_then(Value::as_array).cloned().unwrap_or_default();
    ensure(newly.iter().any(|line| line.as_str().is_some_and(|line| line.contains(LATE))), said(&by_operator))?;
    let round = asked(lab, &json!({"resources": [arn(LATE)]})).await?;
    ensure(outcome(&round, LATE) == Some("Observed") && round.get("sent") == Some(&json!([])), round)?;
    replaced(workspace, lab).await
}

/// A baseline that somebody wrote over, or deleted, is an operator's to replace: who he is stands in the version before.
async fn replaced(workspace: &Workspace, lab: &Lab) -> Result<()> {
    let home = Home { partition: "aws".to_owned(), account: ACCOUNT.to_owned(), region: REGION.to_owned() };
    // The policy of the bucket keeps everybody else from writing there.
    let (s3, bucket, key) = (lab.root.aws.s3(), lab.output("evidence_bucket"), baseline_key(&home));
    for is_deleted in [false, true] {
        match is_deleted {
            false => drop(s3.put_object().bucket(bucket).key(&key).body(b"{}".to_vec().into()).send().await?),
            true => drop(s3.delete_object().bucket(bucket).key(&key).send().await?),
        }
        let by_intruder = sweep(workspace, lab, false, &["--baseline"]).await?;
        ensure(by_intruder.status.code() == Some(2), said(&by_intruder))?;
        let by_operator = sweep(workspace, lab, true, &["--baseline", "--json"]).await?;
        let answer: Value = serde_json::from_slice(&by_operator.stdout).during(&said(&by_operator))?;
        let is_replaced = answer.pointer("/baseline/replaces").is_some_and(Value::is_string);
        ensure(is_replaced && answer.pointer("/baseline/ended") == Some(&json!(true)), said(&by_operator))?;
        let again = sweep(workspace, lab, true, &["--baseline", "--json"]).await?;
        let answer: Value = serde_json::from_slice(&again.stdout).during(&said(&again))?;
        ensure(answer.pointer("/baseline/replaces").is_none(), said(&again))?;
    }
    Ok(())
}

/// The old is mended for an operator, as far as he names it, and evidence says who asked.
async fn mended(workspace: &Workspace, lab: &Lab) -> Result<()> {
    let asked = ["--mend", "S3.Versioning", "--mend", &arn(OLD)];
    let by_intruder = sweep(workspace, lab, false, &asked).await?;
    ensure(by_intruder.status.code() == Some(2), said(&by_intruder))?;
    let by_operator = sweep(workspace, lab, true, &asked).await?;
    ensure(by_operator.status.success() && said(&by_operator).contains(&arn(OLD)), said(&by_operator))?;
    let began = Instant::now();
    while status(lab, OLD).await? != "Enabled" {
        ensure(began.elapsed() < Duration::from_secs(60), said(&by_operator))?;
        sleep(Duration::from_secs(1)).await;
    }
    ensure(status(lab, OLDER).await? == "Suspended", "what was not named was mended")?;
    let log = lab.log("encryption-guard").await?.join("\n");
    ensure(log.contains("Remediated"), log)
}

/// What a role uses is not known for long enough: its policy is kept, and the operator is told. He may have it mended all the same.
async fn used(workspace: &Workspace, lab: &Lab) -> Result<()> {
    const RISKY: &str = "iam:PutRolePolicy";
    let asked = ["--mend", "IAM.PrivilegeEscalation", "--json"];
    let kept = sweep(workspace, lab, true, &asked).await?;
    let answer: Value = serde_json::from_slice(&kept.stdout).during(&said(&kept))?;
    let reports = answer.pointer("/round/reports").and_then(Value::as_array).cloned().unwrap_or_default();
    let of_role = |report: &&Value| report.get("resource").is_some_and(|arn| arn.to_string().contains("swept-etl"));
    let is_left = |report: &Value| report.to_string().contains("what is used is known for 0 days only");
    ensure(reports.iter().filter(of_role).any(is_left), said(&kept))?;
    ensure(python(workspace, lab, ALLOWED, &[]).await?.contains(RISKY), said(&kept))?;
    let cut = sweep(workspace, lab, true, &["--mend", "IAM.PrivilegeEscalation", "--cut-used"]).await?;
    ensure(said(&cut).contains("swept-etl"), said(&cut))?;
    let began = Instant::now();
    while python(workspace, lab, ALLOWED, &[]).await?.contains(RISKY) {
        ensure(began.elapsed() < Duration::from_secs(60), said(&cut))?;
        sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

async fn started(workspace: &Workspace) -> Result<Lab> {
    let python = parapet_lab::python(workspace).await?;
    let file = workspace.lab().join(format!("swept-{}", std::process::id()));
    fs::write(&file, format!("exec {} -B - <<'END'\n{HISTORY}END\n", python.display()))?;
    let before = Some(Script::find(&file)?);
    let release_dir = Some(workspace.target.join("debug"));
    let standard = Some(STANDARD.to_owned());
    let started = Lab::start(workspace, &Options { before, release_dir, standard, ..Options::default() }).await;
    fs::remove_file(file)?;
    started
}

async fn python(workspace: &Workspace, lab: &Lab, program: &str, arguments: &[&str]) -> Result<String> {
    let python = parapet_lab::python(workspace).await?;
    let mut python = Command::new(python);
    python.args(["-B", "-c", program]).args(arguments).envs(lab.administrator.settings(&lab.endpoint()));
    let ended = python.output().await?;
    ensure(ended.status.success(), said(&ended))?;
    Ok(said(&ended))
}

/// The command that speaks with AWS, built as the tests are.
pub(crate) async fn live(workspace: &Workspace) -> Result<PathBuf> {
    const NAME: &str = "parapet-live";
    build(workspace, &[NAME]).await?.remove(NAME).ok_or_else(|| Trouble::new("it was not built"))
}

/// The command, in the name of the administrator or of the intruder.
async fn sweep(workspace: &Workspace, lab: &Lab, is_operator: bool, arguments: &[&str]) -> Result<Output> {
    let who = if is_operator { &lab.administrator } else { &lab.intruder };
    let mut command = Command::new(live(workspace).await?);
    command.arg("sweep").args(arguments).envs(who.settings(&lab.endpoint())).stdin(Stdio::null());
    command.output().await.during("parapet-live cannot be started")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// What the sweep answers of a look at everything.
async fn asked(lab: &Lab, input: &Value) -> Result<Value> {
    let answer = lab.invoke("sweep", input.to_string().as_bytes()).await?;
    ensure(!answer.failed, answer.payload.clone())?;
    answer.payload.get("round").cloned().ok_or_else(|| Trouble::new(answer.payload.to_string()))
}

/// How the look at a bucket's settings ended.
fn outcome<'a>(round: &'a Value, bucket: &str) -> Option<&'a str> {
    let reports = round.get("reports")?.as_array()?.iter();
    let of_bucket = |report: &&Value| {
        report.get("resource").and_then(Value::as_str) == Some(&arn(bucket))
            && report.get("guard").and_then(Value::as_str) == Some("encryption-guard")
    };
    reports.filter(of_bucket).find_map(|report| report.get("outcome").and_then(Value::as_str))
}

fn arn(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}")
}

/// The bucket is made if it is not there.
async fn versioning(lab: &Lab, bucket: &str, status: BucketVersioningStatus) -> Result<()> {
    let s3 = lab.administrator.aws.s3();
    if s3.head_bucket().bucket(bucket).send().await.is_err() {
        s3.create_bucket().bucket(bucket).send().await?;
    }
    let versioning = VersioningConfiguration::builder().status(status).build();
    s3.put_bucket_versioning().bucket(bucket).versioning_configuration(versioning).send().await?;
    Ok(())
}

async fn status(lab: &Lab, bucket: &str) -> Result<String> {
    let answer = lab.administrator.aws.s3().get_bucket_versioning().bucket(bucket).send().await?;
    Ok(answer.status.map_or_else(String::new, |status| status.as_str().to_owned()))
}
