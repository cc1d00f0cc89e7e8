//! The independent simulator `@cloud-copilot/iam-simulate`, as a separate process.
//!
//! It is found in the directory that `IAM_POLICY_SIMULATOR` names, or in `simulator` of the target directory, into which
//! `npm ci` installs it. Where there is no node or no package, there are no verdicts, and the reason is printed.
#![allow(dead_code, reason = "each test binary uses some of it")]
#![allow(clippy::expect_used, clippy::panic, reason = "a helper of tests fails the test")]

use iam_policy::{Context, Decision, Document, PolicyKind, Request};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// One request and the policies that apply to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SimRow {
    pub(crate) identity: Vec<Value>,
    pub(crate) resource_policy: Option<Value>,
    pub(crate) boundary: Option<Value>,
    pub(crate) session: Option<Value>,
    pub(crate) scps: Vec<Vec<Value>>,
    pub(crate) rcps: Vec<Vec<Value>>,
    /// An ARN or a service; `*`: anonymous.
    pub(crate) principal: String,
    /// The account of the resource.
    pub(crate) account: String,
    pub(crate) action: String,
    pub(crate) resource: String,
    /// A key of one value is sent as it; the simulator knows which keys have lists.
    pub(crate) context: Context,
}

/// What the simulator says of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Decided(Decision),
    /// It did not decide, and why: a policy, an action, a resource or a context key that it does not accept.
    Refused(String),
}

impl SimRow {
    /// One document and one request, everything else such that only the document decides: the identity policies of the
    /// one who asks for a resource or a role allow everything.
    pub(crate) fn of(kind: PolicyKind, document: &Document, request: &Request, account: &str) -> Self {
        let all = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
        let value = document.as_value().clone();
        let (identity, resource_policy) = match kind {
            PolicyKind::Identity => (vec![value], None),
            PolicyKind::Resource | PolicyKind::Trust => (vec![all], Some(value)),
        };
        Self {
            identity,
            resource_policy,
            principal: request.principal.clone(),
            account: account.to_owned(),
            action: request.action.clone(),
            resource: request.resource.clone(),
            context: request.context.clone(),
            ..Self::default()
        }
    }

    pub(crate) fn request(&self) -> Request {
        Request {
            principal: self.principal.clone(),
            action: self.action.clone(),
            resource: self.resource.clone(),
            context: self.context.clone(),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let context: Value = self.context.iter().map(|(k, v)| (k.clone(), json!(v))).collect();
        json!({
            "identity": self.identity,
            "resource_policy": self.resource_policy,
            "boundary": self.boundary,
            "session": self.session,
            "scps": self.scps,
            "rcps": self.rcps,
            "principal": self.principal,
            "account": self.account,
            "action": self.action,
            "resource": self.resource,
            "context": context,
        })
    }
}

/// One verdict a row; `None` if there is no simulator here, which is printed.
pub(crate) fn simulate(rows: &[SimRow]) -> Option<Vec<Verdict>> {
    let directory = match installed() {
        Ok(directory) => directory,
        Err(why) => {
            eprintln!("skipped, for there is no simulator here: {why}");
            return None;
        }
    };
    let mut child = Command::new("node")
        .arg(sources().join("simulate.mjs"))
        .arg(&directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node, which was just asked for its version");
    let mut input = child.stdin.take().expect("a pipe");
    let text: String = rows.iter().map(|row| format!("{}\n", row.to_json())).collect();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let mut output = String::new();
    child.stdout.take().expect("a pipe").read_to_string(&mut output).expect("text");
    let status = child.wait().expect("an end");
    let written = writer.join().expect("a writer");
    assert!(status.success() && written.is_ok(), "the simulator ended with {status}, {written:?}");
    let verdicts: Vec<Verdict> = output.lines().map(verdict).collect();
    assert_eq!(verdicts.len(), rows.len(), "one verdict for each row");
    Some(verdicts)
}

fn verdict(line: &str) -> Verdict {
    let answer: Value = serde_json::from_str(line).expect("a verdict");
    match answer["verdict"].as_str() {
        Some("Allowed") => Verdict::Decided(Decision::Allow),
        Some("ExplicitlyDenied") => Verdict::Decided(Decision::ExplicitDeny),
        Some("ImplicitlyDenied") => Verdict::Decided(Decision::ImplicitDeny),
        _ => Verdict::Refused(answer["error"].as_str().unwrap_or(line).to_owned()),
    }
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/simulator")
}

/// The directory with the installed package, or why there is none. Asked once in a process.
fn installed() -> Result<PathBuf, String> {
    static INSTALLED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    INSTALLED.get_or_init(find_or_install).clone()
}

fn find_or_install() -> Result<PathBuf, String> {
    run(Command::new("node").arg("--version"))?;
    if let Some(named) = std::env::var_os("IAM_POLICY_SIMULATOR").map(PathBuf::from) {
        let why = format!("no package in IAM_POLICY_SIMULATOR={}", named.display());
        return if is_installed(&named) { Ok(named) } else { Err(why) };
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("no target directory")?;
    let directory = target.join("simulator");
    if is_installed(&directory) {
        return Ok(directory);
    }
    // Somewhere else first: another process may be about the same.
    let fresh = target.join(format!("simulator-{}", std::process::id()));
    let done = install(&fresh).map(|()| std::fs::rename(&fresh, &directory));
    if !matches!(done, Ok(Ok(()))) {
        drop(std::fs::remove_dir_all(&fresh));
    }
    done?.or_else(|e| if is_installed(&directory) { Ok(()) } else { Err(e.to_string()) })?;
    Ok(directory)
}

fn install(directory: &Path) -> Result<(), String> {
    std::fs::create_dir_all(directory).map_err(|e| e.to_string())?;
    for file in ["package.json", "package-lock.json"] {
        std::fs::copy(sources().join(file), directory.join(file)).map_err(|e| e.to_string())?;
    }
    run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]).arg(directory))?;
    if is_installed(directory) { Ok(()) } else { Err("npm ci did not install the package".to_owned()) }
}

fn is_installed(directory: &Path) -> bool {
    directory.join("node_modules/@cloud-copilot/iam-simulate/package.json").exists()
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(e) => Err(format!("{program}: {e}")),
    }
}
