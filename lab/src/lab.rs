//! The lab itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use parapet_console::checkout::{Workspace, build};
use parapet_console::terminal::step;
use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use parapet_guards::GuardName;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::emulator::Emulator;
use crate::functions::{self, Invoked};
use crate::principals::{self, Principal};
use crate::stream::Stream;
use crate::{Detached, Script, deploy, http, venv};

/// How to start a lab.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where it listens; otherwise at any free port.
    pub port: Option<u16>,
    /// Where the functions' binaries are; otherwise they are built.
    pub release_dir: Option<PathBuf>,
    /// What makes what was there before the product came; otherwise nothing was.
    pub before: Option<Script>,
    /// How many seconds after a call LookupEvents shows it; otherwise a few.
    pub lookup_delay: Option<u16>,
    /// The standard, in YAML or JSON; otherwise the built-in one.
    pub standard: Option<String>,
    /// Files with the texts of AWS's own policies, an object of `name` and `document` a line; otherwise it knows a few of them.
    pub managed_policies: Vec<PathBuf>,
    /// Whether it lives on after this program.
    pub detached: bool,
}

/// A permission that a function asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Used {
    /// The function, as its package is called.
    pub function: String,
    /// As IAM names it.
    pub action: String,
    /// Whether it had it.
    pub allowed: bool,
}

/// What the organization's service control policy denies: patterns with `*` and `?`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Denial {
    /// Whom, by his ARN; of a session, its role's.
    pub principal: String,
    /// For example `s3:PutBucketVersioning`.
    pub action: String,
    /// On what, by its ARN.
    pub resource: String,
}

/// A running lab. It ends when dropped, unless detached.
#[derive(Debug)]
pub struct Lab {
    emulator: Emulator,
    /// The account's root user.
    pub root: Principal,
    /// Who runs the account.
    pub administrator: Principal,
    /// Who attacks it.
    pub intruder: Principal,
    /// What bootstrap answered.
    pub outputs: Map<String, Value>,
}

impl Lab {
    /// Builds the functions, starts the local AWS, lets there be what was before, deploys the stack and runs bootstrap.
    ///
    /// # Errors
    /// Whatever step fails, with what to do about it. Nothing is left running then.
    pub async fn start(workspace: &Workspace, options: &Options) -> Result<Self> {
        let mut lab = Self::deployed(workspace, options).await?;
        step("running bootstrap");
        lab.outputs = lab.bootstrap(json!({})).await?;
        Ok(lab)
    }

    /// The same up to bootstrap: an account with the product deployed, and nothing to protect yet.
    ///
    /// # Errors
    /// Those of [`Lab::start`].
    pub async fn deployed(workspace: &Workspace, options: &Options) -> Result<Self> {
        let python = venv::python(workspace).await?;
        let binaries = match &options.release_dir {
            Some(directory) => deploy::ready_made(directory)?,
            None => {
                step("building the functions (some minutes the first time)");
                build(workspace, GuardName::FUNCTIONS).await?
            }
        };
        step("starting the local AWS");
        let emulator = Emulator::start(&python, &workspace.lab(), options).await?;
        let endpoint = emulator.endpoint();
        let root = Principal::root(&endpoint);
        let administrator =
            principals::administrator(&root, &endpoint).await.during("the administrator cannot be created")?;
        let intruder = principals::intruder(&root, &endpoint).await.during("the intruder cannot be created")?;
        if let Some(script) = &options.before {
            script.run(&administrator, &endpoint).await?;
        }
        step("deploying template.yaml");
        deploy::deploy(&root.aws, emulator.port, &workspace.template(), &binaries, options.standard.as_deref()).await?;
        Ok(Self { emulator, root, administrator, intruder, outputs: Map::new() })
    }

    /// Where its API is.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.emulator.endpoint()
    }

    /// What happens from now on.
    #[must_use]
    pub fn stream(&self) -> Stream {
        Stream::from_now(&self.emulator.stream())
    }

    /// Which permissions the functions have used since the lab began.
    ///
    /// # Errors
    /// The local AWS's notes cannot be read.
    pub fn permissions_used(&self) -> Result<BTreeSet<Used>> {
        let notes =
            fs::read_to_string(self.emulator.permissions()).during("what permissions were used is not known")?;
        Ok(notes.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    /// Has the organization deny this from now on, and nothing else.
    ///
    /// # Errors
    /// The list cannot be written.
    pub fn deny(&self, denials: &[Denial]) -> Result<()> {
        let (list, new) = (self.emulator.denials(), self.emulator.denials().with_extension("new"));
        // The local AWS reads it at each call, and never half of it.
        fs::write(&new, serde_json::to_string(denials)?)?;
        fs::rename(new, list).during("the service control policy cannot be written")
    }

    /// What a function has logged, line by line.
    ///
    /// # Errors
    /// The local AWS's.
    pub async fn log(&self, function: &str) -> Result<Vec<String>> {
        let asked = json!({"logGroupName": format!("/aws/lambda/parapet-{function}")});
        let answer = http::call_json(self.emulator.port, "logs", "Logs_20140328.FilterLogEvents", &asked).await;
        let body = answer.and_then(http::Response::accepted).during("FilterLogEvents")?.body;
        let events: Value = serde_json::from_str(&body)?;
        let events = events.get("events").and_then(Value::as_array).cloned().unwrap_or_default();
        let messages = events.iter().filter_map(|event| event.get("message")?.as_str());
        Ok(messages.flat_map(str::lines).map(str::to_owned).collect())
    }

    /// A text that bootstrap answered; empty where it did not.
    #[must_use]
    pub fn output(&self, name: &str) -> &str {
        self.outputs.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether the local AWS has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.emulator.has_ended()
    }

    /// Lets it live on after this program.
    pub fn release(self) -> Option<Detached> {
        let (port, directory) = (self.emulator.port, self.emulator.directory.clone());
        self.emulator.release().map(|id| Detached { id, port, directory })
    }

    /// Runs bootstrap.
    ///
    /// # Errors
    /// Bootstrap's, in its own words.
    pub async fn bootstrap(&self, input: Value) -> Result<Map<String, Value>> {
        let invoked = self.invoke("bootstrap", input.to_string().as_bytes()).await?;
        match invoked.payload {
            Value::Object(outputs) if !invoked.failed => Ok(outputs),
            answer => {
                let why = answer
                    .get("errorMessage")
                    .and_then(Value::as_str)
                    .map_or_else(|| answer.to_string(), str::to_owned);
                Err(Trouble::new(why).during("bootstrap failed"))
            }
        }
    }

    /// Runs a function with an input of any kind, as root, once.
    ///
    /// # Errors
    /// The invocation is refused; that the function failed is no error here.
    pub async fn invoke(&self, function: &str, input: &[u8]) -> Result<Invoked> {
        functions::invoke(self.emulator.port, function, input).await
    }

    /// Ends every environment of a function, so that its next run starts cold.
    ///
    /// # Errors
    /// The local AWS's.
    pub async fn chill(&self, function: &str) -> Result<()> {
        functions::chill(self.emulator.port, function).await
    }

    /// What lies in the queues, as the local AWS itself tells it: nothing else here speaks with SQS.
    ///
    /// # Errors
    /// Nobody listens any more.
    pub async fn queued_messages(&self) -> Result<String> {
        Ok(http::get(self.emulator.port, "/_ministack/sqs/messages").await?.body)
    }
}
