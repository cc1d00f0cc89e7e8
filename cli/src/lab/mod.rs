//! A local AWS with the whole product deployed on it: the real template, the real binaries, the real rules and roles.
//!
//! The account is made anew each time. Its trail records from the end of [`Lab::start`] on, and the guards react.

mod build;
mod deploy;
mod detached;
mod emulator;
mod http;
mod principals;
mod python;
mod stream;
mod venv;
mod workspace;

use std::path::PathBuf;
use std::time::Duration;

use parapet_aws::sdk::lambda::config::Builder as LambdaConfig;
use parapet_aws::sdk::lambda::config::retry::RetryConfig;
use parapet_aws::sdk::lambda::config::timeout::TimeoutConfig;
use parapet_aws::sdk::lambda::primitives::Blob;
use serde_json::{Map, Value, json};

pub use build::FUNCTIONS;
pub use deploy::TRAIL_LOGS_ROLE;
pub use detached::Detached;
pub use emulator::{ACCOUNT, Emulator, REGION};
pub use principals::Principal;
pub use stream::{Answer, Event, Finding, Invocation, Line, Stream};
pub use workspace::Workspace;

use crate::terminal::step;
use crate::trouble::During;
use crate::{Result, Trouble};

/// How to start a lab.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where it listens; otherwise at any free port.
    pub port: Option<u16>,
    /// Where the functions' binaries are; otherwise they are built.
    pub release_dir: Option<PathBuf>,
    /// The standard, in YAML or JSON; otherwise the built-in one.
    pub standard: Option<String>,
    /// Whether it lives on after this program.
    pub detached: bool,
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

/// How an invocation by hand ended.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// What the function answered, or how it failed.
    pub payload: Value,
    /// Whether it failed.
    pub failed: bool,
}

impl Invoked {
    /// The answer of a guard.
    #[must_use]
    pub fn answer(&self) -> Option<Answer> {
        if self.failed { None } else { stream::read_answer(&self.payload) }
    }
}

impl Lab {
    /// Builds the functions, starts the local AWS, deploys the stack and runs bootstrap.
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
        let python = workspace.python().await?;
        let binaries = match &options.release_dir {
            Some(directory) => build::ready_made(directory)?,
            None => build::build(workspace).await?,
        };
        step("starting the local AWS");
        let emulator = Emulator::start(&python, &workspace.lab(), options.port, options.detached).await?;
        let endpoint = emulator.endpoint();
        let root = Principal::root(&endpoint);
        let administrator =
            principals::administrator(&root, &endpoint).await.during("the administrator cannot be created")?;
        let intruder = principals::intruder(&root, &endpoint).await.during("the intruder cannot be created")?;
        step("deploying template.yaml");
        deploy::deploy(&root.aws, &endpoint, &workspace.template(), &binaries, options.standard.as_deref()).await?;
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
        const FUNCTION_TIMEOUT: Duration = Duration::from_secs(300);
        let patient = LambdaConfig::new()
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(FUNCTION_TIMEOUT).build());
        let call =
            self.root.aws.lambda().invoke().function_name(format!("parapet-{function}")).payload(Blob::new(input));
        let answer = call.customize().config_override(patient).send().await.during("Invoke")?;
        let payload =
            answer.payload.as_ref().map(|blob| String::from_utf8_lossy(blob.as_ref()).into_owned()).unwrap_or_default();
        let payload = serde_json::from_str(&payload).unwrap_or(Value::String(payload));
        Ok(Invoked { payload, failed: answer.function_error.is_some() })
    }

    /// Ends every environment of a function, so that its next run starts cold.
    ///
    /// # Errors
    /// The local AWS's.
    pub async fn chill(&self, function: &str) -> Result<()> {
        const MEMORY_MB: i32 = 256;
        let update =
            self.root.aws.lambda().update_function_configuration().function_name(format!("parapet-{function}"));
        update.memory_size(MEMORY_MB).send().await.during("UpdateFunctionConfiguration")?;
        Ok(())
    }

    /// What lies in the queues, as the local AWS itself tells it: nothing else here speaks with SQS.
    ///
    /// # Errors
    /// Nobody listens any more.
    pub async fn queued_messages(&self) -> Result<String> {
        let (_, messages) = http::get(self.emulator.port, "/_ministack/sqs/messages").await?;
        Ok(messages)
    }
}
