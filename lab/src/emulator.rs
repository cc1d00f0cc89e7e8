//! The local AWS as a process.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use parapet_console::process::{Group, is_alive};
use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use tokio::process::Command;
use tokio::time::{Instant, sleep};

use super::{Detached, Options, http};

/// The account that the local AWS plays.
pub const ACCOUNT: &str = "111122223333";

/// The region that everything is in: the one where IAM's calls are reported.
pub const REGION: &str = "us-east-1";

/// The access key of the account's root user. Its secret is not looked at.
pub(crate) const ROOT_KEY: &str = "root";

macro_rules! sources {
    ($($name:literal)*) => { &[$(($name, include_str!(concat!("../emulator/", $name)))),*] };
}

/// The emulator's sources, which have to lie together.
const SOURCES: &[(&str, &str)] = sources! {
    "emitter.py"
    "history.py"
    "records.py"
    "touched.py"
    "used.py"
    "gaps.py"
    "gaps_authorisation.py"
    "gaps_credentials.py"
    "gaps_cloudtrail.py"
    "gaps_event_data_stores.py"
    "gaps_functions.py"
    "gaps_iam.py"
    "gaps_kms.py"
    "gaps_lake_policies.py"
    "gaps_organization.py"
    "gaps_quotas.py"
    "gaps_s3.py"
    "gaps_s3_control.py"
    "gaps_stacks.py"
};

/// How long the emulator may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A failed event is tried again, on AWS after one minute and then two. Nobody waits for that in a lab.
const RETRY_BASE_SECONDS: &str = "0.1";

/// How many of its last log lines are shown when it does not start.
const LINES_TO_SHOW: usize = 8;

/// A running local AWS.
#[derive(Debug)]
pub struct Emulator {
    process: Option<Group>,
    /// Where it listens, on 127.0.0.1 alone.
    pub port: u16,
    /// What it writes: removed when it ends.
    pub directory: PathBuf,
}

impl Emulator {
    /// Starts it and waits until it answers.
    ///
    /// # Errors
    /// The port is taken, or the emulator does not start.
    pub async fn start(python: &Path, lab: &Path, options: &Options) -> Result<Self> {
        remove_leftovers(lab).await;
        let port = free_port(options.port)?;
        let directory = lab.join(format!("run-{port}-{}", std::process::id()));
        fs::create_dir_all(directory.join("tmp")).during("the lab's directory cannot be made")?;
        for (name, source) in SOURCES {
            fs::write(directory.join(name), source)?;
        }
        let mut command = command(python, &directory, port)?;
        // When we are gone, however that came, our end of its standard input closes: then it ends.
        if let Some(seconds) = options.lookup_delay {
            command.env("LAB_LOOKUP_DELAY_SECONDS", seconds.to_string());
        }
        if !options.managed_policies.is_empty() {
            let files = std::env::join_paths(&options.managed_policies);
            command.env("LAB_MANAGED_POLICIES", files.during("the files of AWS's policies cannot be named")?);
        }
        if options.detached {
            command.stdin(Stdio::null());
        } else {
            command.stdin(Stdio::piped()).env("LAB_EXIT_ON_EOF", "1");
        }
        let process = Group::start(&mut command).during("the local AWS cannot be started")?;
        let mut emulator = Self { process: Some(process), port, directory };
        emulator.wait_until_ready().await?;
        Ok(emulator)
    }

    /// Where its API is.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The file in which it notes what happens.
    #[must_use]
    pub fn stream(&self) -> PathBuf {
        stream_in(&self.directory)
    }

    /// The file in which it notes which permissions the functions use.
    pub(crate) fn permissions(&self) -> PathBuf {
        permissions_in(&self.directory)
    }

    /// The file from which it reads what the organization denies.
    pub(crate) fn denials(&self) -> PathBuf {
        denials_in(&self.directory)
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> Option<i32> {
        self.process.as_ref().and_then(Group::id)
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.process.as_mut().is_none_or(Group::has_ended)
    }

    /// Lets it live on after this program. Answers its process id.
    pub fn release(mut self) -> Option<i32> {
        let process = self.process.take()?;
        let id = process.id();
        process.release();
        id
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        const LOOK_EVERY: Duration = Duration::from_millis(20);
        let deadline = Instant::now() + START_TIMEOUT;
        while Instant::now() < deadline && !self.has_ended() {
            if http::is_ready(self.port).await {
                return Ok(());
            }
            sleep(LOOK_EVERY).await;
        }
        let log = fs::read_to_string(log_in(&self.directory)).unwrap_or_default();
        Err(not_started(self.port, &log))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.end();
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

/// What labs left behind that were killed. The last part of the name is the id of who started them.
async fn remove_leftovers(lab: &Path) {
    let detached = Detached::running(lab).await.map(|running| running.directory);
    for entry in fs::read_dir(lab).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix("run-").and_then(|rest| rest.rsplit('-').next()?.parse().ok());
        if owner.is_some_and(|id| !is_alive(id)) && detached.as_ref() != Some(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

pub(crate) fn stream_in(directory: &Path) -> PathBuf {
    directory.join("stream.jsonl")
}

fn permissions_in(directory: &Path) -> PathBuf {
    directory.join("permissions.jsonl")
}

fn denials_in(directory: &Path) -> PathBuf {
    directory.join("service-control-policy.json")
}

fn log_in(directory: &Path) -> PathBuf {
    directory.join("aws.log")
}

fn command(python: &Path, directory: &Path, port: u16) -> Result<Command> {
    let log = File::create(log_in(directory))?;
    File::create(stream_in(directory))?;
    File::create(permissions_in(directory))?;
    let endpoint = format!("http://127.0.0.1:{port}");
    let mut command = Command::new(python);
    command.arg(directory.join("emitter.py")).current_dir(directory).stdout(log.try_clone()?).stderr(log);
    let settings = [
        ("GATEWAY_PORT", port.to_string()),
        ("BIND_HOST", "127.0.0.1".to_owned()),
        ("MINISTACK_HOST", "127.0.0.1".to_owned()),
        ("MINISTACK_ACCOUNT_ID", ACCOUNT.to_owned()),
        ("MINISTACK_REGION", REGION.to_owned()),
        ("AUTH", "true".to_owned()),
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", ROOT_KEY.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", ROOT_KEY.to_owned()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("LAMBDA_ASYNC_RETRY_BASE_SECONDS", RETRY_BASE_SECONDS.to_owned()),
        ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
    ];
    command.envs(settings).env("TMPDIR", directory.join("tmp"));
    command.env("LAB_STREAM", stream_in(directory)).env("LAB_PERMISSIONS", permissions_in(directory));
    command.env("LAB_SERVICE_CONTROL_POLICY", denials_in(directory));
    // The caller's own AWS settings are nothing to it.
    for foreign in [
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CA_BUNDLE",
        "LAB_EXIT_ON_EOF",
        "LAB_LOOKUP_DELAY_SECONDS",
        "LAB_EMIT_ALWAYS",
        "LAB_MANAGED_POLICIES",
    ] {
        command.env_remove(foreign);
    }
    Ok(command)
}

/// The port that was asked for, if it is free, or else any that is.
fn free_port(asked: Option<u16>) -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", asked.unwrap_or_default()));
    match (listener, asked) {
        (Ok(listener), _) => Ok(listener.local_addr()?.port()),
        (Err(error), Some(port)) => Err(Trouble::from(error)
            .during(format!("port {port} cannot be used"))
            .remedy("leave out --port, and a free one is taken")),
        (Err(error), None) => Err(Trouble::from(error).during("no port of 127.0.0.1 can be used")),
    }
}

fn not_started(port: u16, log: &str) -> Trouble {
    if log.to_lowercase().contains("address already in use") {
        return Trouble::new(format!("port {port} was taken while the local AWS started")).remedy("run this again");
    }
    let lines: Vec<&str> = log.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(LINES_TO_SHOW)..).unwrap_or_default().join("\n    ");
    let why = if last.is_empty() { "it does not say why".to_owned() } else { last };
    Trouble::new(why)
        .during("the local AWS does not start")
        .remedy("remove `lab` in cargo's target directory, so that it is installed again, and run this again")
}
