//! An account with a history: what was there before Parapet came is told and stays, what comes beside it is repaired.

use std::fs;
use std::time::{Duration, Instant};

use parapet_aws::sdk::cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use parapet_aws::{Asked, EvidenceIndex};
use parapet_console::checkout::Workspace;
use parapet_console::{Result, Trouble};
use parapet_core::Home;
use parapet_guards::{GuardName, pending_key};
use parapet_lab::attacks::Step;
use parapet_lab::{ACCOUNT, Answer, Lab, Options, REGION, Scene, Script, Stream, trial};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::report::{Report, ensure};

const GUARD: &str = "policy-guard";
const USER: &str = "old-administrator";
const BUCKET: &str = "old-website";
const FULL: &str = "full";
const ROLE: &str = "old-vendor";
const LOCKED: &str = "old-locked";

/// A Python program, by the Python of the local AWS.
const HISTORY: &str = r#"
import json
import botocore.session

def client(service):
    return botocore.session.get_session().create_client(service)

def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})

iam, s3 = client("iam"), client("s3")
iam.create_user(UserName="old-administrator")
iam.put_user_policy(UserName="old-administrator", PolicyName="rights",
                    PolicyDocument=document({"Effect": "Allow", "Action": "*", "Resource": "*"}))
s3.create_bucket(Bucket="old-website")
s3.delete_public_access_block(Bucket="old-website")
s3.put_bucket_policy(Bucket="old-website", Policy=document(
    {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::old-website", "arn:aws:s3:::old-website/*"],
     "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::old-website/*"}))
# Bootstrap may not read this one, so that nobody knows what its policy was.
s3.create_bucket(Bucket="old-locked")
s3.put_bucket_policy(Bucket="old-locked", Policy=document(
    {"Effect": "Deny", "Principal": "*", "Action": "s3:GetBucketPolicy", "Resource": "arn:aws:s3:::old-locked",
     "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:*:*:*:*role/parapet-bootstrap*"}}}))
iam.create_role(RoleName="old-vendor", AssumeRolePolicyDocument=document(
    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"}, "Action": "sts:AssumeRole"}))
"#;

pub(crate) async fn run(workspace: &Workspace, report: &mut Report) {
    report
        .case("history: what was there is told and stays, what comes beside it is repaired", history(workspace))
        .await;
    report.case("history: a script that fails ends the lab", failing(workspace)).await;
}

async fn history(workspace: &Workspace) -> Result<()> {
    let python = parapet_lab::python(workspace).await?;
    let program = format!("exec {} -B - <<'END'\n{HISTORY}END\n", python.display());
    let lab = started(workspace, &program).await?;
    unseen(&lab).await?;
    shown(&lab).await?;

    let (scene, mut stream) = (Scene::new(&lab, 1), lab.stream());
    is_left(&said(&scene, &mut stream, "PutUserPolicy", |s| Box::pin(put_user_policy(s, "rights"))).await?)?;
    is_left(
        &said(&scene, &mut stream, "PutBucketPolicy", |s| Box::pin(put_bucket_policy(s, &["s3:GetObject"]))).await?,
    )?;
    is_left(
        &said(&scene, &mut stream, "UpdateAssumeRolePolicy", |s| Box::pin(put_trust(s, &["999988887777"]))).await?,
    )?;

    is_repaired(&said(&scene, &mut stream, "PutUserPolicy", |s| Box::pin(put_user_policy(s, "more"))).await?)?;
    is_repaired(
        &said(&scene, &mut stream, "PutBucketPolicy", |s| {
            Box::pin(put_bucket_policy(s, &["s3:GetObject", "s3:PutObject"]))
        })
        .await?,
    )?;
    is_repaired(
        &said(&scene, &mut stream, "UpdateAssumeRolePolicy", |s| {
            Box::pin(put_trust(s, &["999988887777", "888877776666"]))
        })
        .await?,
    )?;
    as_before(&lab).await?;
    beside_a_full_quota(&scene, &mut stream).await?;
    made_up(&lab).await?;
    not_dated(&lab, &scene, &mut stream).await
}

/// Somebody invokes a guard with a record of his own: nothing is taken, and the sweep says that nobody vouches for it.
async fn made_up(lab: &Lab) -> Result<()> {
    let record = json!({"eventID": "made-up", "eventName": "UpdateAssumeRolePolicy", "eventSource": "iam.amazonaws.com",
        "awsRegion": "us-east-1", "recipientAccountId": ACCOUNT, "eventTime": "2026-11-23T14:00:00Z",
        "userIdentity": {"type": "IAMUser", "arn": format!("arn:aws:iam::{ACCOUNT}:user/innocent")},
        "requestParameters": {"roleName": ROLE}});
    let answered = lab.invoke(GUARD, record.to_string().as_bytes()).await?;
    let answer = answered.answer().ok_or_else(|| Trouble::new(answered.payload.to_string()))?;
    is_left(&answer)?;
    let order = json!({"second_look": pending_key(&home(), "2026-11-23T14:00:00Z", GuardName::PolicyGuard, "made-up")});
    let refused = lab.invoke(GUARD, order.to_string().as_bytes()).await?;
    ensure(refused.payload.get("outcome") == Some(&json!("Ignored")), refused.payload)?;
    sleep(Duration::from_secs(5)).await;
    let swept = lab.invoke("sweep", b"{}").await?;
    let swept = swept.payload;
    ensure(swept.get("waiting").and_then(Value::as_u64) >= Some(1), swept.clone())?;
    let verified = swept.get("verified").and_then(Value::as_array).cloned().unwrap_or_default();
    ensure(!verified.contains(&json!("made-up")), swept)
}

/// What bootstrap could not see in whole is of unknown age: told at once, and mended when CloudTrail shows the event.
async fn not_dated(lab: &Lab, scene: &Scene<'_>, stream: &mut Stream) -> Result<()> {
    let baseline = lab.outputs.get("baseline").cloned().unwrap_or_default();
    ensure(baseline.get("is_complete") == Some(&json!(false)), format!("bootstrap saw it all: {baseline}"))?;
    let told = said(scene, stream, "PutBucketPolicy", |s| Box::pin(open_locked(s))).await?;
    ensure(told.outcome == "Observed" && told.actions.is_empty(), format!("{baseline}: {told:?}"))?;
    let deadline = Instant::now() + Duration::from_secs(90);
    loop {
        let swept = lab.invoke("sweep", b"{}").await?;
        ensure(!swept.failed, swept.payload.clone())?;
        let policy = scene.administrator().s3().get_bucket_policy().bucket(LOCKED).send().await;
        let left = policy.ok().and_then(|answer| answer.policy).unwrap_or_default();
        if !left.contains("999988887777") {
            break;
        }
        ensure(Instant::now() < deadline, format!("nobody looks again: {}: {left}", swept.payload))?;
        sleep(Duration::from_secs(2)).await;
    }
    let home = home();
    let index = EvidenceIndex::new(&lab.administrator.aws, &home, lab.output("evidence_bucket"));
    let found = index.find(&Asked::Resource(format!("arn:aws:s3:::{LOCKED}")), 1).await?;
    let newest = found.entries.first().ok_or_else(|| Trouble::new("no evidence of the second look"))?;
    let actor = index.evidence(&newest.evidence).await?.trigger.actor;
    ensure(actor.verified == Some(true) && actor.arn.ends_with(&lab.intruder.name), format!("{actor:?}"))
}

fn home() -> Home {
    Home { partition: "aws".to_owned(), account: ACCOUNT.to_owned(), region: REGION.to_owned() }
}

async fn open_locked(s: &Scene<'_>) -> Result<()> {
    let resources = [format!("arn:aws:s3:::{LOCKED}"), format!("arn:aws:s3:::{LOCKED}/*")];
    let tls = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resources,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    let policy = document(&[
        tls,
        json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"},
        "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{LOCKED}/*")}),
    ]);
    s.intruder().s3().put_bucket_policy().bucket(LOCKED).policy(policy).send().await?;
    Ok(())
}

/// Other inline policies have the rest of the quota, and what is narrowed is longer than what was wide.
async fn beside_a_full_quota(scene: &Scene<'_>, stream: &mut Stream) -> Result<()> {
    let iam = scene.administrator().iam();
    iam.create_user().user_name(FULL).send().await?;
    said(scene, stream, "PutUserPolicy", |s| Box::pin(put_on_full(s, "filler"))).await?;
    is_repaired(&said(scene, stream, "PutUserPolicy", |s| Box::pin(put_on_full(s, "wide"))).await?)?;
    let left = iam.get_user_policy().user_name(FULL).policy_name("wide").send().await?.policy_document;
    ensure(left.contains("GetObject") && !left.contains("datapipeline"), left)
}

async fn put_on_full(s: &Scene<'_>, name: &str) -> Result<()> {
    const QUOTA: usize = 2_048;
    let read = |object: &str| json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::d/{object}")});
    let services = ["iam:*", "s3:*", "kms:*", "lambda:*", "ec2:*", "sts:*", "datapipeline:*"];
    let wide = document(&[json!({"Effect": "Allow", "Action": services, "Resource": "*"}), read("*")]);
    let policy = match name {
        "wide" => wide,
        _ => document(&[read(&"x".repeat(QUOTA - wide.len() - document(&[read("")]).len()))]),
    };
    s.intruder().iam().put_user_policy().user_name(FULL).policy_name(name).policy_document(policy).send().await?;
    Ok(())
}

async fn said(scene: &Scene<'_>, stream: &mut Stream, event: &str, call: Step) -> Result<Answer> {
    trial::answer_to(scene, stream, GUARD, event, call).await
}

async fn started(workspace: &Workspace, program: &str) -> Result<Lab> {
    let file = workspace.lab().join(format!("before-{}", std::process::id()));
    fs::write(&file, program)?;
    let before = Some(Script::find(&file)?);
    let release_dir = Some(workspace.target.join("debug"));
    let started = Lab::start(workspace, &Options { before, release_dir, ..Options::default() }).await;
    fs::remove_file(file)?;
    started
}

/// None of the script's calls came to a guard.
async fn unseen(lab: &Lab) -> Result<()> {
    let mut stream: Stream = lab.stream();
    ensure(stream.settle(trial::PATIENCE).await?, "the guards do not come to rest")?;
    for guard in GuardName::FUNCTIONS.iter().filter(|function| function.ends_with("guard")) {
        let lines = lab.log(guard).await.unwrap_or_default();
        let of_history = lines.iter().find(|line| [USER, BUCKET, ROLE].iter().any(|old| line.contains(old)));
        ensure(of_history.is_none(), format!("{guard}: {of_history:?}"))?;
    }
    Ok(())
}

/// The event history has them.
async fn shown(lab: &Lab) -> Result<()> {
    let attribute =
        LookupAttribute::builder().attribute_key(LookupAttributeKey::ResourceName).attribute_value(ROLE).build()?;
    let deadline = Instant::now() + trial::PATIENCE;
    loop {
        let found =
            lab.administrator.aws.cloudtrail().lookup_events().lookup_attributes(attribute.clone()).send().await?;
        match found.events() {
            [event] => return ensure(event.username() == Some("administrator"), format!("{event:?}")),
            _ if Instant::now() < deadline => sleep(Duration::from_secs(1)).await,
            other => return Err(Trouble::new(format!("the history shows {other:?}"))),
        }
    }
}

fn is_left(answer: &Answer) -> Result<()> {
    ensure(answer.outcome == "Observed" && answer.actions.is_empty(), format!("it was not told and left: {answer:?}"))
}

fn is_repaired(answer: &Answer) -> Result<()> {
    ensure(answer.is_repair(), format!("it was not repaired: {answer:?}"))
}

async fn as_before(lab: &Lab) -> Result<()> {
    let (iam, s3) = (lab.administrator.aws.iam(), lab.administrator.aws.s3());
    let policies = iam.list_user_policies().user_name(USER).send().await?;
    ensure(policies.policy_names() == ["rights"], format!("{:?}", policies.policy_names()))?;
    let policy = s3.get_bucket_policy().bucket(BUCKET).send().await?.policy.unwrap_or_default();
    ensure(policy.contains("s3:GetObject") && !policy.contains("s3:PutObject"), policy)?;
    let role = iam.get_role().role_name(ROLE).send().await?.role;
    let trust = role.and_then(|role| role.assume_role_policy_document).unwrap_or_default();
    ensure(trust.contains("999988887777") && !trust.contains("888877776666"), trust)
}

async fn put_user_policy(s: &Scene<'_>, name: &str) -> Result<()> {
    let policy = document(&[json!({"Effect": "Allow", "Action": "*", "Resource": "*"})]);
    s.intruder().iam().put_user_policy().user_name(USER).policy_name(name).policy_document(policy).send().await?;
    Ok(())
}

async fn put_bucket_policy(s: &Scene<'_>, actions: &[&str]) -> Result<()> {
    let (bucket, objects) = (format!("arn:aws:s3:::{BUCKET}"), format!("arn:aws:s3:::{BUCKET}/*"));
    let plain = json!({"Bool": {"aws:SecureTransport": "false"}});
    let by_tls = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [bucket, objects], "Condition": plain});
    let allow = |action: &&str| json!({"Effect": "Allow", "Principal": "*", "Action": action, "Resource": objects});
    let statements: Vec<Value> = [by_tls].into_iter().chain(actions.iter().map(allow)).collect();
    let policy = document(&statements);
    s.intruder().s3().put_bucket_policy().bucket(BUCKET).policy(policy).send().await?;
    Ok(())
}

async fn put_trust(s: &Scene<'_>, accounts: &[&str]) -> Result<()> {
    let allow = |account: &&str| {
        let root = format!("arn:aws:iam::{account}:root");
        json!({"Effect": "Allow", "Principal": {"AWS": root}, "Action": "sts:AssumeRole"})
    };
    let policy = document(&accounts.iter().map(allow).collect::<Vec<_>>());
    s.intruder().iam().update_assume_role_policy().role_name(ROLE).policy_document(policy).send().await?;
    Ok(())
}

fn document(statements: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

async fn failing(workspace: &Workspace) -> Result<()> {
    match started(workspace, "exit 3\n").await {
        Ok(_) => Err(Trouble::new("the lab started")),
        Err(trouble) => ensure(trouble.to_string().contains("failed: exit code 3"), trouble),
    }
}
