//! Inputs of every kind, given to the real binaries: each has a named outcome, none makes a function fail or write.

use std::fs;
use std::path::PathBuf;

use parapet_aws::sdk::s3::types::{BucketVersioningStatus, VersioningConfiguration};
use parapet_aws::sdk::s3control::types::PublicAccessBlockConfiguration;
use parapet_console::checkout::Workspace;
use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use parapet_lab::trial::PATIENCE;
use parapet_lab::{ACCOUNT, Lab};
use serde_json::{Value, json};

use crate::report::{Report, ensure};

const GUARDS: [&str; 4] = ["encryption-guard", "policy-guard", "logging-guard", "ai-guard"];

/// What an input may come to on a healthy account.
const HARMLESS: &[&str] = &["Compliant", "Ignored"];

/// The same of one whose record says what was asked for.
const TOLD: &[&str] = &["Compliant", "Ignored", "Observed"];

pub(crate) async fn run(lab: &Lab, workspace: &Workspace, report: &mut Report) {
    report.case("input: an account on which nothing is left to do", healthy(lab)).await;
    for guard in GUARDS {
        report.case(format!("input: {guard} makes nothing of what is no JSON"), no_json(lab, guard)).await;
        for (name, input, outcome) in odd_inputs() {
            report.case(format!("input: {guard}, {name}"), gives(lab, guard, input, &[outcome])).await;
        }
        for (path, name) in files(workspace, guard) {
            // What an event asked for and is not there (any more) was open for a moment, and is told.
            let asks =
                ["PutB", "PutR", "PutG", "PutU", "PutK", "UpdateAssumeRolePolicy", "SetRepositoryPolicy", "AssumeRoot"];
            let is_told = guard == "policy-guard"
                && asks
                    .iter()
                    .any(|event| name.trim_start_matches(|c: char| c.is_lowercase() || c == '-').starts_with(event));
            // Nobody can see here whether there is a delegated administrator: its removal is reported.
            // The administrator's own policy is seen where a record does not say which policy was put, and left alone.
            let is_reported = ["Deregister", "null-parameters-PutU"].iter().any(|event| name.starts_with(event));
            let expected = match (told_by_record(&name), is_reported, is_told) {
                (Some(outcome), ..) => outcome,
                (None, true, _) => &["Observed"][..],
                (None, false, true) => TOLD,
                (None, false, false) => HARMLESS,
            };
            let case = async { gives(lab, guard, read(&path)?, expected).await };
            report.case(format!("input: {guard}, events/{guard}/{name}"), case).await;
        }
    }
    for (name, guard, file, change, outcome) in changed_events() {
        let case = async {
            let mut event = read(&workspace.root.join("events").join(guard).join(file))?;
            change(&mut event);
            gives(lab, guard, event, &[outcome]).await
        };
        report.case(format!("input: {guard}, {name}"), case).await;
    }
}

/// How an event ends of which nothing but its record tells. None: a call of ours reads it.
fn told_by_record(name: &str) -> Option<&'static [&'static str]> {
    const RECORDED: [&str; 8] = [
        "CreateAccessGrant",
        "PutAccessGrantsInstanceResourcePolicy",
        "PutAccessPointPolicyForObjectLambda",
        "PutMultiRegionAccessPointPolicy",
        "PutTableBucketPolicy",
        "PutTablePolicy",
        "PutVectorBucketPolicy",
        "directory-Put",
    ];
    RECORDED.iter().any(|event| name.contains(event)).then_some(match name.split('-').next() {
        Some("harmless") => &["Ignored"],
        Some("truncated") => &["Undetermined"],
        _ => &["Observed"],
    })
}

/// What bootstrap does not make and the guards look after all the same: the account's own block, and a bucket that the deployment made.
async fn healthy(lab: &Lab) -> Result<()> {
    let aws = &lab.administrator.aws;
    let block = PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(true)
        .block_public_policy(true)
        .restrict_public_buckets(true);
    let put = aws.s3control().put_public_access_block().account_id(ACCOUNT);
    put.public_access_block_configuration(block.build()).send().await?;
    let listed = aws.s3().list_buckets().send().await?;
    for bucket in listed.buckets().iter().filter_map(|bucket| bucket.name()) {
        let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        aws.s3().put_bucket_versioning().bucket(bucket).versioning_configuration(enabled).send().await?;
    }
    ensure(lab.stream().settle(PATIENCE).await?, "the guards do not come to rest")
}

/// Lambda refuses it; the local one hands on an empty object in its place.
async fn no_json(lab: &Lab, guard: &str) -> Result<()> {
    match lab.invoke(guard, b"{").await {
        Err(_) => Ok(()),
        Ok(answer) => {
            let is_ignored = answer.answer().is_some_and(|read| read.outcome == "Ignored" && read.actions.is_empty());
            ensure(is_ignored, format!("it was taken, and answered {}", answer.payload))
        }
    }
}

async fn gives(lab: &Lab, guard: &str, input: Value, outcomes: &[&str]) -> Result<()> {
    let answer = lab.invoke(guard, input.to_string().as_bytes()).await?;
    ensure(!answer.failed, format!("the function failed: {}", answer.payload))?;
    let read = answer.answer().ok_or_else(|| Trouble::new(format!("an unreadable answer: {}", answer.payload)))?;
    ensure(read.actions.is_empty(), format!("it wrote {:?}", read.actions))?;
    ensure(
        outcomes.contains(&read.outcome.as_str()),
        format!("{} ({:?}), and not one of {outcomes:?}", read.outcome, read.why),
    )
}

/// Name, input, outcome; for every guard alike.
fn odd_inputs() -> Vec<(&'static str, Value, &'static str)> {
    let record = |name: &str| json!({"eventName": name, "eventSource": "s3.amazonaws.com", "awsRegion": "us-east-1"});
    vec![
        ("null", Value::Null, "Ignored"),
        ("a number", json!(7), "Ignored"),
        ("a text", json!("StopLogging"), "Ignored"),
        ("a list", json!([{}]), "Ignored"),
        ("an empty object", json!({}), "Ignored"),
        (
            "an envelope around nothing",
            json!({"detail-type": "AWS API Call via CloudTrail", "detail": null}),
            "Ignored",
        ),
        ("an envelope around a text", json!({"detail": "StopLogging"}), "Ignored"),
        (
            "a scheduled event",
            json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}),
            "Ignored",
        ),
        ("an event nobody watches", record("PutBucketRequestPayment"), "Ignored"),
        ("an event from the future", record("PutBucketQuantumKeys"), "Ignored"),
        ("an event name that is no text", json!({"eventName": 7, "eventSource": "s3.amazonaws.com"}), "Ignored"),
    ]
}

type Change = fn(&mut Value);

/// Name, guard, file, what is changed in its event, outcome.
fn changed_events() -> Vec<(&'static str, &'static str, &'static str, Change, &'static str)> {
    // An S3 record names its bucket twice: among the parameters, and among the resources.
    vec![
        (
            "neither parameters nor resources",
            "encryption-guard",
            "PutBucketVersioning.json",
            |event| {
                detail(event, "requestParameters", None);
                detail(event, "resources", None);
            },
            "Compliant",
        ),
        (
            "parameters missing",
            "encryption-guard",
            "PutBucketVersioning.json",
            |event| detail(event, "requestParameters", None),
            "Compliant",
        ),
        (
            "parameters as a list",
            "encryption-guard",
            "PutBucketVersioning.json",
            |event| detail(event, "requestParameters", Some(json!([1]))),
            "Compliant",
        ),
        (
            "a bucket name that is a number",
            "encryption-guard",
            "PutBucketVersioning.json",
            |event| parameter(event, "bucketName", json!(7)),
            "Compliant",
        ),
        (
            "a bucket that is gone",
            "encryption-guard",
            "PutBucketVersioning.json",
            |event| parameter(event, "bucketName", json!("gone-since")),
            "Ignored",
        ),
        (
            "another account",
            "encryption-guard",
            "PutBucketVersioning.json",
            |event| detail(event, "recipientAccountId", Some(json!("444455556666"))),
            "Ignored",
        ),
        (
            "another partition",
            "encryption-guard",
            "PutBucketVersioning.json",
            |event| detail(event, "awsRegion", Some(json!("cn-north-1"))),
            "Ignored",
        ),
        (
            "a role that is gone",
            "policy-guard",
            "UpdateAssumeRolePolicy.json",
            |event| parameter(event, "roleName", json!("gone-since")),
            "Ignored",
        ),
        (
            "a policy name that is an object",
            "policy-guard",
            "PutRolePolicy.json",
            |event| parameter(event, "policyName", json!({})),
            "Observed",
        ),
        (
            "a policy of another account",
            "policy-guard",
            "CreatePolicyVersion.json",
            |event| parameter(event, "policyArn", json!("arn:aws:iam::444455556666:policy/x")),
            "Ignored",
        ),
        (
            "an ARN that is none",
            "policy-guard",
            "CreatePolicyVersion.json",
            |event| parameter(event, "policyArn", json!("x")),
            "Ignored",
        ),
        (
            "a trail of another region",
            "logging-guard",
            "StopLogging.json",
            |event| parameter(event, "name", json!("arn:aws:cloudtrail:eu-west-1:111122223333:trail/parapet")),
            "Ignored",
        ),
        (
            "a trail of another account",
            "logging-guard",
            "StopLogging.json",
            |event| parameter(event, "name", json!("arn:aws:cloudtrail:us-east-1:444455556666:trail/parapet")),
            "Ignored",
        ),
        (
            "a trail name that is null",
            "logging-guard",
            "StopLogging.json",
            |event| parameter(event, "name", Value::Null),
            "Compliant",
        ),
    ]
}

fn detail(event: &mut Value, name: &str, value: Option<Value>) {
    let Some(detail) = event.get_mut("detail").and_then(Value::as_object_mut) else { return };
    match value {
        Some(value) => detail.insert(name.to_owned(), value),
        None => detail.remove(name),
    };
}

fn parameter(event: &mut Value, name: &str, value: Value) {
    let parameters = event.pointer_mut("/detail/requestParameters").and_then(Value::as_object_mut);
    parameters.map(|parameters| parameters.insert(name.to_owned(), value));
}

/// The event files of a guard, by name.
fn files(workspace: &Workspace, guard: &str) -> Vec<(PathBuf, String)> {
    let directory = fs::read_dir(workspace.root.join("events").join(guard));
    let entries = directory.into_iter().flatten().filter_map(|entry| entry.ok());
    let mut files: Vec<(PathBuf, String)> =
        entries.map(|entry| (entry.path(), entry.file_name().to_string_lossy().into_owned())).collect();
    files.sort();
    files
}

pub(crate) fn read(path: &std::path::Path) -> Result<Value> {
    let text = fs::read_to_string(path).during(&format!("`{}` cannot be read", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}
