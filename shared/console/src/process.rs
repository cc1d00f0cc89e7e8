//! Child processes that never outlive us: each is the head of its own process group, and the group ends with the handle.

use std::io;
use std::process::ExitStatus;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

/// How long a process may take to end by itself once asked to.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often to look whether it has ended.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A child process, and everything it starts.
///
/// Ctrl-C at a terminal reaches only the foreground group, which is ours: so the children end when we end them, in order.
#[derive(Debug)]
pub struct Group {
    child: Child,
    id: Option<Pid>,
}

impl Group {
    /// Starts it.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let child = command.process_group(0).spawn()?;
        let id = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        Ok(Self { child, id })
    }

    /// Its process id, which is also the group's.
    #[must_use]
    pub fn id(&self) -> Option<i32> {
        self.id.map(|id| id.as_raw_nonzero().get())
    }

    /// Its output, where it was piped.
    pub fn output(&mut self) -> (Option<ChildStdout>, Option<ChildStderr>) {
        (self.child.stdout.take(), self.child.stderr.take())
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// The system cannot say.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.id = None;
        Ok(status)
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Lets it live on after us.
    pub fn release(mut self) {
        self.id = None;
    }

    /// Ends it and all it started: first it is asked to, then it is made to.
    pub fn end(&mut self) {
        let Some(id) = self.id.take() else { return };
        drop(self.child.stdin.take());
        let _ = kill_process_group(id, Signal::TERM);
        let deadline = Instant::now() + PATIENCE;
        while !self.has_ended() && Instant::now() < deadline {
            sleep(LOOK_EVERY);
        }
        // What it started and left behind, too.
        let _ = kill_process_group(id, Signal::KILL);
        while !self.has_ended() && Instant::now() < deadline + PATIENCE {
            sleep(LOOK_EVERY);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

/// Whether there is a process with this id.
#[must_use]
pub fn is_alive(id: i32) -> bool {
    Pid::from_raw(id).is_some_and(|id| test_kill_process(id).is_ok())
}

/// Ends a process that another run of ours started, with its group.
pub fn end_group(id: i32) {
    let Some(group) = Pid::from_raw(id) else { return };
    let _ = kill_process_group(group, Signal::TERM);
    let deadline = Instant::now() + PATIENCE;
    while is_alive(id) && Instant::now() < deadline {
        sleep(LOOK_EVERY);
    }
    let _ = kill_process_group(group, Signal::KILL);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_child_started_ends_with_it() {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' TERM; sleep 60 & echo $!; exec sleep 61"]).stdout(std::process::Stdio::piped());
        let mut group = Group::start(&mut command).unwrap();
        let (output, _) = group.output();
        let mut lines = tokio::io::AsyncBufReadExt::lines(tokio::io::BufReader::new(output.unwrap()));
        let grandchild: i32 = lines.next_line().await.unwrap().unwrap().parse().unwrap();
        assert!(is_alive(grandchild));
        drop(group);
        let deadline = Instant::now() + PATIENCE;
        while is_alive(grandchild) && Instant::now() < deadline {
            sleep(LOOK_EVERY);
        }
        assert!(!is_alive(grandchild));
    }
}
