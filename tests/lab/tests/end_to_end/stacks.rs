//! A stack of a bucket and its policy, deployed while the guards watch: AWS CloudFormation refuses a policy where the bucket has one, so that a guard
//! which completes the bucket too soon has the stack fail. That it would here, too, one case shows.

use std::time::{Duration, Instant};

use parapet_aws::sdk::s3::error::ProvideErrorMetadata;
use parapet_console::checkout::Workspace;
use parapet_console::{Result, Trouble};
use parapet_lab::{Answer, Invocation, Lab, Options, Stream};
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::sleep;

use crate::report::{Report, ensure};

const BUCKET: &str = "stacked-reports";

/// How long the guards may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Deploys the resources that it is given, or deletes the stack where there are none; says how that ended, and why.
const STACK: &str = r#"
import botocore.session, json, sys, time
cloudformation = botocore.session.get_session().create_client("cloudformation")
name, asked, resources = sys.argv[1], sys.argv[2], sys.argv[3]
call = getattr(cloudformation, asked + "_stack")
given = {} if asked == "delete" else {"TemplateBody": json.dumps({"Resources": json.loads(resources)})}
stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"] if asked != "create" else None
stack = call(StackName=name, **given).get("StackId", stack)
while (status := cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]).endswith("IN_PROGRESS"):
    time.sleep(0.2)
reasons = [event.get("ResourceStatusReason", "") for event in cloudformation.describe_stack_events(StackName=stack)["StackEvents"]]
print(json.dumps({"status": status, "reasons": [reason for reason in reasons if reason]}))
"#;

pub(crate) async fn run(workspace: &Workspace, report: &mut Report) {
    report
        .case("stacks: a bucket and its policy are deployed while the guards watch, and again", watched(workspace))
        .await;
    report.case("stacks: the same stack fails where nothing has time to settle", hurried(workspace)).await;
    report.case("stacks: what settled without a policy is completed by the sweep", completed(workspace)).await;
}

/// The stack succeeds, and so does one on the bucket that it left behind. Whose policy it is, nobody fights about.
async fn watched(workspace: &Workspace) -> Result<()> {
    let lab = started(workspace, "version: 1").await?;
    let mut stream = lab.stream();
    warm(&lab, &mut stream).await?;
    let ended = stack(workspace, &lab, "first", "create", &json!({"Bucket": bucket(), "Policy": on_bucket()})).await?;
    ensure(said(&ended, "status") == "CREATE_COMPLETE", ended)?;
    has_both_statements(&lab, &mut stream).await?;

    // The stack takes its policy back, and keeps the bucket: what only completes it waits for the next one.
    let ended = stack(workspace, &lab, "first", "delete", &json!({})).await?;
    ensure(said(&ended, "status") == "DELETE_COMPLETE", ended)?;
    ensure(stream.settle(PATIENCE).await?, "the guards do not come to rest")?;
    let left = policy(&lab).await?;
    ensure(left.is_none(), format!("it has a policy: {left:?}"))?;
    let again = stack(workspace, &lab, "second", "create", &json!({"Policy": policy_of(BUCKET)})).await?;
    ensure(said(&again, "status") == "CREATE_COMPLETE", again)?;
    has_both_statements(&lab, &mut stream).await?;

    let answers = answers(&stream, "policy-guard");
    ensure(answers.iter().all(|answer| answer.outcome != "Contested"), format!("they fight: {answers:#?}"))?;
    let repairs = answers.iter().filter(|answer| answer.is_repair()).count();
    ensure(repairs == 2, format!("each policy is completed once: {answers:#?}"))
}

/// The proof can fail: a guard that completes at once is faster than the stack.
async fn hurried(workspace: &Workspace) -> Result<()> {
    let lab = started(workspace, "settle: {minutes: 0}").await?;
    let mut stream = lab.stream();
    warm(&lab, &mut stream).await?;
    let ended = stack(workspace, &lab, "first", "create", &json!({"Bucket": bucket(), "Policy": on_bucket()})).await?;
    let refused = format!("The bucket policy already exists on bucket {BUCKET}.");
    let is_refused = said(&ended, "status") == "ROLLBACK_COMPLETE" && ended.to_string().contains(&refused);
    ensure(is_refused, format!("it ended as {ended}"))
}

/// A bucket that no policy came to, a minute later. Before that the sweep leaves it as well.
async fn completed(workspace: &Workspace) -> Result<()> {
    const SETTLED: Duration = Duration::from_secs(60);
    let lab = started(workspace, "settle: {minutes: 1}").await?;
    let mut stream = lab.stream();
    let ended = stack(workspace, &lab, "first", "create", &json!({"Bucket": bucket()})).await?;
    ensure(said(&ended, "status") == "CREATE_COMPLETE", ended)?;
    let began = Instant::now();
    let asked = json!({"resources": [format!("arn:aws:s3:::{BUCKET}")]}).to_string();
    loop {
        let swept = lab.invoke("sweep", asked.as_bytes()).await?;
        ensure(!swept.failed, swept.payload.clone())?;
        ensure(stream.settle(PATIENCE).await?, "the guards do not come to rest")?;
        match policy(&lab).await? {
            Some(policy) => {
                // The bucket was there some seconds before its stack was complete.
                ensure(began.elapsed() > SETTLED / 2, format!("it was completed after {:?}", began.elapsed()))?;
                return ensure(policy.contains("aws:SecureTransport"), policy);
            }
            None => ensure(began.elapsed() < SETTLED * 3, format!("nobody completes it: {}", swept.payload))?,
        }
        sleep(Duration::from_secs(5)).await;
    }
}

/// Without one of its own, a lab's standard lets nothing settle.
async fn started(workspace: &Workspace, standard: &str) -> Result<Lab> {
    let release_dir = Some(workspace.target.join("debug"));
    let standard = Some(standard.to_owned());
    Lab::start(workspace, &Options { release_dir, standard, ..Options::default() }).await
}

/// No guard starts cold: the first event of a new bucket is answered while the stack waits for it.
async fn warm(lab: &Lab, stream: &mut Stream) -> Result<()> {
    lab.administrator.aws.s3().create_bucket().bucket("warm").send().await?;
    ensure(stream.settle(PATIENCE).await?, "the guards do not come to rest")
}

fn bucket() -> Value {
    json!({"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": BUCKET}})
}

/// Whoever delivers there is the account's own.
fn policy_of(bucket: &str) -> Value {
    let statement = json!({
        "Sid": "Delivery", "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{}:root", parapet_lab::ACCOUNT)},
        "Action": "s3:PutObject", "Resource": format!("arn:aws:s3:::{bucket}/*"),
    });
    let document = json!({"Version": "2012-10-17", "Statement": [statement]});
    json!({"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": bucket, "PolicyDocument": document}})
}

fn on_bucket() -> Value {
    let mut policy = policy_of(BUCKET);
    if let Some(members) = policy.as_object_mut() {
        members.insert("DependsOn".to_owned(), json!("Bucket"));
    }
    policy
}

/// What the stack's policy says, and what every policy has to.
async fn has_both_statements(lab: &Lab, stream: &mut Stream) -> Result<()> {
    ensure(stream.settle(PATIENCE).await?, "the guards do not come to rest")?;
    let policy = policy(lab).await?.unwrap_or_default();
    ensure(policy.contains("Delivery") && policy.contains("aws:SecureTransport"), policy)
}

async fn policy(lab: &Lab) -> Result<Option<String>> {
    match lab.administrator.aws.s3().get_bucket_policy().bucket(BUCKET).send().await {
        Ok(answer) => Ok(answer.policy),
        Err(error) if error.code() == Some("NoSuchBucketPolicy") => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What a guard answered about the stack's bucket.
fn answers(stream: &Stream, guard: &str) -> Vec<Answer> {
    let of_guard = stream.invocations.iter().filter(|invocation| invocation.guard() == guard);
    let is_about = |answer: &Answer| answer.resource.as_deref().is_some_and(|arn| arn.ends_with(BUCKET));
    of_guard.filter_map(Invocation::answer).filter(is_about).collect()
}

/// In the administrator's name.
async fn stack(workspace: &Workspace, lab: &Lab, name: &str, asked: &str, resources: &Value) -> Result<Value> {
    let mut python = Command::new(parapet_lab::python(workspace).await?);
    python.args(["-B", "-c", STACK, name, asked, &resources.to_string()]);
    let ended = python.envs(lab.administrator.settings(&lab.endpoint())).output().await?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    serde_json::from_slice(&ended.stdout).map_err(|_| Trouble::new(text(&ended.stderr)))
}

fn said<'a>(ended: &'a Value, member: &str) -> &'a str {
    ended.get(member).and_then(Value::as_str).unwrap_or_default()
}
