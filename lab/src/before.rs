//! What is done to the account before the product is deployed there: a history of its own.

use std::env;
use std::fs;
use std::io::{self, stderr};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use parapet_console::process::{Group, end_group};
use parapet_console::terminal::step;
use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use tokio::process::Command;
use tokio::time::{Instant, timeout};

use crate::Principal;

/// How long it may take. A history is some hundred calls, and a script that waits for something would wait for ever: there is no one to ask.
pub const TIME_LIMIT: Duration = Duration::from_secs(600);

/// A script that makes what was there before.
#[derive(Clone, Debug)]
pub struct Script {
    path: PathBuf,
    is_executable: bool,
}

impl Script {
    /// The script in this file.
    ///
    /// # Errors
    /// There is no such file.
    pub fn find(file: &Path) -> Result<Self> {
        let trouble = || format!("the script `{}` cannot be read", file.display());
        // Without a directory in its name it would be looked for on the path.
        let path = fs::canonicalize(file).during(&trouble())?;
        let metadata = fs::metadata(&path).during(&trouble())?;
        if !metadata.is_file() {
            return Err(Trouble::new("it is no file").during(trouble()));
        }
        const BY_ANYBODY: u32 = 0o111;
        Ok(Self { is_executable: metadata.permissions().mode() & BY_ANYBODY != 0, path })
    }

    /// Runs it with somebody's keys, and waits until it has ended; what it leaves running is ended, too. What it says goes to stderr.
    ///
    /// # Errors
    /// It cannot be started, fails, or takes longer than [`TIME_LIMIT`].
    pub(crate) async fn run(&self, who: &Principal, endpoint: &str) -> Result<()> {
        self.run_within(TIME_LIMIT, who, endpoint).await
    }

    async fn run_within(&self, limit: Duration, who: &Principal, endpoint: &str) -> Result<()> {
        let name = self.path.display();
        let began = Instant::now();
        let mut group = self.start(who, endpoint).during(&format!("the script `{name}` cannot be started"))?;
        let id = group.id();
        let Ok(ended) = timeout(limit, group.wait()).await else {
            return Err(Trouble::new(format!("the script `{name}` has not ended within {} s", limit.as_secs()))
                .remedy(
                    "make it shorter: nothing is read from a terminal, and what waits for an answer waits in vain",
                ));
        };
        // What it started beside itself would go on calling while the product is deployed.
        id.into_iter().for_each(end_group);
        let status = ended.during(&format!("it is not known how the script `{name}` ended"))?;
        if !status.success() {
            return Err(Trouble::new(format!("the script `{name}` failed: {}", in_words(status)))
                .remedy("what it said is above; nothing was deployed"));
        }
        step(format!("`{name}` has made what was there before, in {:.1} s", began.elapsed().as_secs_f64()));
        Ok(())
    }

    fn start(&self, who: &Principal, endpoint: &str) -> io::Result<Group> {
        let by_shell = || {
            let mut command = Command::new("sh");
            command.arg(&self.path);
            command
        };
        if !self.is_executable {
            return started(by_shell(), who, endpoint);
        }
        match started(Command::new(&self.path), who, endpoint) {
            // An executable file that does not say by what: a shell takes it for its own.
            Err(error) if error.raw_os_error() == Some(NO_FORMAT) => started(by_shell(), who, endpoint),
            started => started,
        }
    }
}

/// `ENOEXEC`, which is the same on Linux and macOS.
const NO_FORMAT: i32 = 8;

/// With the settings that the lab prints for a shell, and none of the caller's own for AWS. Its output is nothing for who reads ours.
fn started(mut command: Command, who: &Principal, endpoint: &str) -> io::Result<Group> {
    for (foreign, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
        command.env_remove(foreign);
    }
    command.envs(who.settings(endpoint)).stdin(Stdio::null());
    command.stdout(Stdio::from(stderr().as_fd().try_clone_to_owned()?)).stderr(Stdio::inherit());
    Group::start(&mut command)
}

fn in_words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("ended by signal {signal}"),
        (None, None) => status.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDPOINT: &str = "http://127.0.0.1:1";

    async fn ended_within(limit: Duration, name: &str, mode: u32, text: &str) -> Result<()> {
        let file = std::env::temp_dir().join(format!("parapet-before-{name}-{}", std::process::id()));
        // By another process: a file that this one has open for writing, or a child that another test just made of it, is not executed
        // ("text file busy").
        let source = file.with_extension("source");
        fs::write(&source, text).unwrap();
        assert!(std::process::Command::new("cp").arg(&source).arg(&file).status().unwrap().success());
        fs::remove_file(source).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let script = Script::find(&file).unwrap();
        let ended = script.run_within(limit, &Principal::root(ENDPOINT), ENDPOINT).await;
        fs::remove_file(file).unwrap();
        ended
    }

    async fn ended(name: &str, mode: u32, text: &str) -> Result<()> {
        ended_within(TIME_LIMIT, name, mode, text).await
    }

    const SETTINGS: &str = r#"[ "$AWS_ENDPOINT_URL $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY $AWS_REGION $AWS_DEFAULT_REGION" = \
        "http://127.0.0.1:1 root root us-east-1 us-east-1" ] && [ -z "$AWS_PROFILE" ] && ! read anything"#;

    #[tokio::test]
    async fn a_script_has_the_keys_and_no_terminal() {
        for (name, mode, first) in
            [("plain", 0o600, ""), ("executable", 0o700, "#!/bin/sh\n"), ("no-format", 0o700, "")]
        {
            assert!(ended(name, mode, &format!("{first}{SETTINGS}\n")).await.is_ok(), "{name}");
        }
    }

    #[tokio::test]
    async fn how_a_script_fails_is_said() {
        let failed = ended("fails", 0o600, "exit 3").await.unwrap_err().to_string();
        assert!(failed.contains("failed: exit code 3"), "{failed}");
        let killed = ended("killed", 0o600, "kill -9 $$").await.unwrap_err().to_string();
        assert!(killed.contains("ended by signal 9"), "{killed}");
        let missing = Script::find(Path::new("/nowhere/script")).unwrap_err().to_string();
        assert!(missing.contains("the script `/nowhere/script` cannot be read"), "{missing}");
        assert!(Script::find(Path::new("/")).unwrap_err().to_string().contains("no file"));
        let slow = ended_within(Duration::from_secs(1), "slow", 0o600, "sleep 60").await.unwrap_err().to_string();
        assert!(slow.contains("has not ended within 1 s"), "{slow}");
    }

    #[tokio::test]
    async fn what_a_script_leaves_running_is_ended() {
        let note = std::env::temp_dir().join(format!("parapet-before-left-{}", std::process::id()));
        let text = format!("sleep 60 & echo $! > {}", note.display());
        ended("leaves", 0o600, &text).await.unwrap();
        let id: i32 = fs::read_to_string(&note).unwrap().trim().parse().unwrap();
        fs::remove_file(note).unwrap();
        let deadline = Instant::now() + Duration::from_secs(5);
        while parapet_console::process::is_alive(id) && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(!parapet_console::process::is_alive(id));
    }
}
