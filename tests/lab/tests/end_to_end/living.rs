//! An account as years of tools and teams leave one: the plan says of it what is to be decided, and enforcement breaks nothing that is meant.
//!
//! `tests/lab/living` makes it, a table a kind. Who cannot be played there is said in `works.py`: services, who signs in through SAML, who brings a second
//! factor. Of AWS's own policies only those are held whose text the local AWS knows.

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

/// How long the guards may take for some hundred events.
const PATIENCE: Duration = Duration::from_secs(180);

/// What an operator strikes from the proposal.
const STRUCK: [&str; 3] = ["999988887777", "user/planted-", "user/intruder"];

/// What he adds: he decides that GitHub's deployments administer the account, since they may become CDK's deploy role.
const DECIDED: [&str; 1] = ["role/github-deploy"];

/// Who is truly wrong, and the lab's own intruder.
const WRONG: [&str; 5] = ["planted-helpdesk", "planted-backdoor", "planted-public", "user/intruder", "parapet"];

/// What a first plan may want written, of what is not planted: each is somebody's to decide.
const TO_DECIDE: [&str; 12] = [
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
    "S3.TlsOnly",
];

/// What a second plan may want written still: buckets that nobody gave a policy, once they have settled, and the account's own block of what is public.
const LEFT: [&str; 2] = ["S3.AccountPublicAccessBlock", "S3.TlsOnly"];

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
    let standard = accepted(&fs::read_to_string(&proposal)?);
    fs::write(&proposal, &standard)?;
    let second = plan(workspace, &lab, &["--standard".as_ref(), proposal.as_os_str()]).await?;
    fs::remove_file(&proposal)?;
    only(&second, &LEFT)?;
    let rows = rows(&second)?;
    for wrong in WRONG.iter().filter(|wrong| wrong.starts_with("planted-")) {
        let is_told = rows.iter().any(|row| is_written(row) && of(row, "resource").contains(wrong));
        ensure(is_told, format!("the plan does not mend `{wrong}`"))?;
    }
    Ok(standard)
}

/// The proposal with what is meant, and the operators.
fn accepted(proposal: &str) -> String {
    let is_entry = |line: &str| line.trim_start().starts_with('#') && !line.trim_start().starts_with("# ");
    let is_struck = |line: &str| STRUCK.iter().any(|struck| line.contains(struck));
    let take = |line: &str| match is_entry(line) && !is_struck(line) {
        true => line.replacen('#', "", 1),
        false => line.to_owned(),
    };
    let decided = DECIDED.map(|name| format!("    {name},\n")).concat();
    let lines = proposal.lines().map(take).collect::<Vec<_>>().join("\n");
    let named = lines.replacen(
        "  administrators: [\n",
        &format!("  operators: [user/administrator]\n  administrators: [\n{decided}"),
        1,
    );
    format!("{named}\n")
}

/// Nothing is unread, and what would be written of what is meant is of these controls.
fn only(plan: &Value, controls: &[&str]) -> Result<()> {
    ensure(plan.get("unread") == Some(&json!([])), format!("{:?}", plan.get("unread")))?;
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
    serde_json::from_slice(&output.stdout).during(&said(&output))
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
    let deployed = Lab::deployed(workspace, &Options { before, release_dir, standard, ..Options::default() }).await;
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
