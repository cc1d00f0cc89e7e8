//! An account as years of tools and teams leave one: the plan says of it what is to be decided, and enforcement breaks nothing that is meant.
//!
//! `tests/lab/living` makes it, a table a kind. Who cannot be played there is said in `works.py`: services, who signs in through SAML, who brings a second
//! factor. AWS's own policies say what AWS published, as far as the test data of `shared/iam-policy` has them. What the operator decides beside the
//! proposal is in `decided.yaml`; what a second plan has to say, and nothing else, in `wrong.tsv`.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use parapet_console::checkout::Workspace;
use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use parapet_lab::{Answer, Invocation, Lab, Options, Script, Stream};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::report::{Report, ensure};
use crate::swept::live;

/// How long a plan may take, on a development build and a machine that does other things, too.
const PLAN_LIMIT: Duration = Duration::from_secs(120);

/// How many calls of AWS a plan may make for each resource that it looks at: a bucket takes some twenty, a user, role or policy none of its own, since
/// they come with a listing. Not the time, which is the machine's.
const CALLS_A_RESOURCE: u64 = 4;

/// How long the guards may take for some thousand events.
const PATIENCE: Duration = Duration::from_secs(360);

/// What an operator strikes from the proposal.
const STRUCK: [&str; 3] = ["999988887777", "user/planted-", "user/intruder"];

/// What is truly wrong under any standard; and the lab's own, and what bootstrap will make.
const WRONG: [&str; 3] = ["planted-", "user/intruder", "parapet"];

/// What the lab itself made: its intruder, and where it keeps the functions' code.
const OF_LAB: [&str; 2] = ["user/intruder", ":::parapet-lab-code"];

/// What a first plan may want written, of what is not planted: each is somebody's to decide.
const TO_DECIDE: [&str; 16] = [
    "ECR.ForeignPolicy",
    "IAM.AdminAttachment",
    "IAM.AdminPolicy",
    "IAM.GuardTampering",
    "IAM.LogTampering",
    "IAM.PassRole",
    "IAM.PowerfulGroup",
    "IAM.PrivilegeEscalation",
    "IAM.TrustForeign",
    "S3.AccountPublicAccessBlock",
    "S3.ForeignPolicy",
    "S3.Notification",
    // Of the site that is public on purpose.
    "S3.PublicAccessBlock",
    "S3.PublicPolicy",
    "S3.TlsOnly",
    "S3.Website",
];

pub(crate) async fn run(workspace: &Workspace, report: &mut Report) {
    report
        .case("living: what is meant is accepted from the plan, and stays under enforcement", living(workspace))
        .await;
}

async fn living(workspace: &Workspace) -> Result<()> {
    let standard = accepted_from_plan(workspace).await?;
    let mut lab = deployed(workspace, Some(standard)).await?;
    let (before, done) = (documents(workspace, &lab).await?, works(workspace, &lab).await?);
    ensure(done.values().all(|how| how == "done"), format!("before anything is guarded: {done:?}"))?;
    lab.outputs = lab.bootstrap(json!({})).await?;

    let mut stream = lab.stream();
    python(workspace, &lab, "again.py").await?;
    ensure(stream.settle(PATIENCE).await?, "the guards do not come to rest")?;
    swept(&lab, &mut stream).await?;
    let still = works(workspace, &lab).await?;
    ensure(still == done, format!("{still:?}"))?;
    same(&before, &documents(workspace, &lab).await?)?;
    ensure(repaired(&stream).is_empty(), format!("{:#?}", repaired(&stream)))?;

    grown(workspace, &lab, &mut stream).await?;
    same(&before, &documents(workspace, &lab).await?)
}

/// What is added as it always was stays; what is planted goes.
async fn grown(workspace: &Workspace, lab: &Lab, stream: &mut Stream) -> Result<()> {
    python(workspace, lab, "grow.py").await?;
    ensure(stream.settle(PATIENCE).await?, "the guards do not come to rest")?;
    ensure(repaired(stream).is_empty(), format!("{:#?}", repaired(stream)))?;
    python(workspace, lab, "plant.py").await?;
    ensure(stream.settle(PATIENCE).await?, "the guards do not come to rest")?;
    let (iam, s3) = (lab.administrator.aws.iam(), lab.administrator.aws.s3());
    let policies = iam.list_user_policies().user_name("late-helpdesk").send().await?;
    ensure(policies.policy_names().is_empty(), format!("{:?}", policies.policy_names()))?;
    let role = iam.get_role().role_name("late-backdoor").send().await?.role;
    let trust = role.and_then(|role| role.assume_role_policy_document).unwrap_or_default();
    ensure(!trust.contains("999988887777"), trust)?;
    let policy = s3.get_bucket_policy().bucket("late-public").send().await?.policy.unwrap_or_default();
    ensure(!policy.contains("s3:GetObject"), policy)
}

/// A plan, what it proposes, and a plan with that.
async fn accepted_from_plan(workspace: &Workspace) -> Result<String> {
    let lab = deployed(workspace, None).await?;
    let proposal = file(workspace, "proposal.yaml");
    let first = plan(workspace, &lab, &["--proposal".as_ref(), proposal.as_os_str()]).await?;
    only(&first, &TO_DECIDE)?;
    let decided = fs::read_to_string(program(workspace, "decided.yaml"))?;
    let standard = accepted(&fs::read_to_string(&proposal)?) + &decided;
    fs::write(&proposal, &standard)?;
    let second = plan(workspace, &lab, &["--standard".as_ref(), proposal.as_os_str()]).await?;
    fs::remove_file(&proposal)?;
    exactly(&second, &fs::read_to_string(program(workspace, "wrong.tsv"))?)?;
    Ok(standard)
}

/// What would be written is what the table says, all of it and no more. What the lab made is none of the account's.
fn exactly(plan: &Value, wrong: &str) -> Result<()> {
    all_read(plan)?;
    let is_line = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let lines: Vec<Vec<&str>> = wrong.lines().filter(is_line).map(|line| line.split('\t').collect()).collect();
    let rows: Vec<Value> = rows(plan)?.into_iter().filter(is_written).collect();
    let is_of = |row: &Value, line: &[&str]| matches!(line, [control, resource, ..] if of(row, "control") == *control && of(row, "resource").contains(resource));
    let is_unlisted = |row: &&Value| {
        !OF_LAB.iter().any(|made| of(row, "resource").contains(made)) && !lines.iter().any(|line| is_of(row, line))
    };
    let unlisted: Vec<&Value> = rows.iter().filter(is_unlisted).collect();
    ensure(unlisted.is_empty(), format!("no line of the table says this: {unlisted:#?}"))?;
    let is_untold =
        |line: &&Vec<&str>| line.get(2) == Some(&"always") && !rows.iter().any(|row| is_of(row, line.as_slice()));
    let untold: Vec<&Vec<&str>> = lines.iter().filter(is_untold).collect();
    ensure(untold.is_empty(), format!("the plan does not say this: {untold:#?}"))
}

fn all_read(plan: &Value) -> Result<()> {
    ensure(plan.get("unread") == Some(&json!([])), format!("{:?}", plan.get("unread")))
}

/// The proposal with what is meant, and the operators.
fn accepted(proposal: &str) -> String {
    let is_entry = |line: &str| line.trim_start().starts_with('#') && !line.trim_start().starts_with("# ");
    let is_struck = |line: &str| STRUCK.iter().any(|struck| line.contains(struck));
    let take = |line: &str| match is_entry(line) && !is_struck(line) {
        true => line.replacen('#', "", 1),
        false => line.to_owned(),
    };
    let lines = proposal.lines().map(take).collect::<Vec<_>>().join("\n");
    let named = lines.replacen("  administrators: [\n", "  operators: [user/administrator]\n  administrators: [\n", 1);
    format!("{named}\n")
}

/// Nothing is unread, and what would be written of what is meant is of these controls.
fn only(plan: &Value, controls: &[&str]) -> Result<()> {
    all_read(plan)?;
    let unexpected = rows(plan)?.into_iter().filter(|row| {
        is_written(row)
            && !WRONG.iter().any(|wrong| of(row, "resource").contains(wrong))
            && !controls.contains(&of(row, "control"))
    });
    let unexpected: Vec<Value> = unexpected.collect();
    ensure(unexpected.is_empty(), format!("{unexpected:#?}"))
}

fn rows(plan: &Value) -> Result<Vec<Value>> {
    plan.get("rows").and_then(Value::as_array).cloned().ok_or_else(|| Trouble::new(plan.to_string()))
}

fn is_written(row: &Value) -> bool {
    row.get("repair").and_then(Value::as_array).is_some_and(|repair| !repair.is_empty())
}

fn of<'a>(row: &'a Value, member: &str) -> &'a str {
    row.get(member).and_then(Value::as_str).unwrap_or_default()
}

async fn plan(workspace: &Workspace, lab: &Lab, arguments: &[&OsStr]) -> Result<Value> {
    let mut command = Command::new(live(workspace).await?);
    command.args(["plan", "--json"]).args(arguments).envs(lab.administrator.settings(&lab.endpoint()));
    let began = Instant::now();
    let output = command.stdin(Stdio::null()).output().await.during("parapet-live cannot be started")?;
    println!("     a plan of the living account took {:.1} s", began.elapsed().as_secs_f64());
    ensure(began.elapsed() < PLAN_LIMIT, format!("a plan takes {:?}", began.elapsed()))?;
    ensure(output.status.code() == Some(1), said(&output))?;
    let plan: Value = serde_json::from_slice(&output.stdout).during(&said(&output))?;
    let count = |member| plan.pointer(member).and_then(Value::as_u64).unwrap_or(u64::MAX);
    let (calls, resources) = (count("/calls"), count("/looked_at/resources"));
    println!("     it made {calls} calls for {resources} resources");
    ensure(calls <= resources.saturating_mul(CALLS_A_RESOURCE), format!("{calls} calls for {resources} resources"))?;
    Ok(plan)
}

/// As the schedule asks; and by hand, which looks at everything at once, whenever the last round was.
async fn swept(lab: &Lab, stream: &mut Stream) -> Result<()> {
    let scheduled = json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
    for asked in [scheduled, json!({})] {
        let answer = lab.invoke("sweep", asked.to_string().as_bytes()).await?;
        ensure(!answer.failed, answer.payload.clone())?;
        let ended = answer.payload.pointer("/round/ended");
        ensure(asked != json!({}) || ended == Some(&json!(true)), answer.payload.clone())?;
        let sent = answer.payload.pointer("/round/sent").and_then(Value::as_array).cloned().unwrap_or_default();
        // The account's own block of what is public is bootstrap's.
        let is_foundation = |arn: &Value| arn.as_str().is_some_and(|arn| arn.ends_with(":root"));
        ensure(sent.iter().all(is_foundation), format!("the sweep has these mended: {sent:?}"))?;
    }
    ensure(stream.settle(PATIENCE).await?, "the guards do not come to rest")
}

/// What the guards have repaired since the stream was opened, of what is the account's: its own block of what is public is bootstrap's, and a new bucket
/// does not block SSE-C here as it does on AWS.
fn repaired(stream: &Stream) -> Vec<Answer> {
    let is_foundation = |answer: &Answer| answer.resource.as_deref().is_some_and(|arn| arn.ends_with(":root"));
    let of_emulator =
        |answer: &Answer| answer.actions.iter().all(|action| action.starts_with("PutBucketEncryption AES256"));
    let answers = stream.invocations.iter().filter_map(Invocation::answer).filter(Answer::is_repair);
    answers.filter(|answer| !is_foundation(answer) && !of_emulator(answer)).collect()
}

fn same(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Result<()> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed: Vec<_> = names.into_iter().filter(|name| before.get(*name) != after.get(*name)).collect();
    ensure(changed.is_empty(), format!("no longer as it was: {changed:#?}"))
}

/// The digest of each document.
async fn documents(workspace: &Workspace, lab: &Lab) -> Result<BTreeMap<String, String>> {
    Ok(serde_json::from_slice(&python(workspace, lab, "documents.py").await?.stdout)?)
}

/// How what is done every day ends.
async fn works(workspace: &Workspace, lab: &Lab) -> Result<BTreeMap<String, String>> {
    Ok(serde_json::from_slice(&python(workspace, lab, "works.py").await?.stdout)?)
}

async fn deployed(workspace: &Workspace, standard: Option<String>) -> Result<Lab> {
    let python = parapet_lab::python(workspace).await?;
    let script = file(workspace, "make.sh");
    fs::write(&script, format!("exec '{}' -B '{}'\n", python.display(), program(workspace, "make.py").display()))?;
    let before = Some(Script::find(&script)?);
    let release_dir = Some(workspace.target.join("debug"));
    let texts = workspace.root.join("shared/iam-policy/tests/data");
    let managed_policies =
        ["managed_policies.jsonl", "more_managed_policies.jsonl"].map(|file| texts.join(file)).to_vec();
    let options = Options { before, release_dir, standard, managed_policies, ..Options::default() };
    let deployed = Lab::deployed(workspace, &options).await;
    fs::remove_file(script)?;
    deployed
}

async fn python(workspace: &Workspace, lab: &Lab, name: &str) -> Result<Output> {
    let mut python = Command::new(parapet_lab::python(workspace).await?);
    python.arg("-B").arg(program(workspace, name)).envs(lab.administrator.settings(&lab.endpoint()));
    let ended = python.output().await?;
    ensure(ended.status.success(), said(&ended))?;
    Ok(ended)
}

fn program(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.root.join("tests/lab/living").join(name)
}

fn file(workspace: &Workspace, name: &str) -> PathBuf {
    let directory: &Path = &workspace.lab();
    directory.join(format!("living-{}-{name}", std::process::id()))
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
