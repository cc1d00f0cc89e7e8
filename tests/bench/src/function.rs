//! A function as a process: its environment, and what the system knows of it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use parapet_console::Result;
use parapet_console::process::Group;
use parapet_console::trouble::During;
use tokio::process::Command;

use crate::server::{Aws, RuntimeApi};

/// As which function it runs: the account and the region of the files in `events/`.
pub(crate) const ARN: &str = "arn:aws:lambda:us-east-1:111122223333:function:parapet-bench";

/// What Lambda sets, but for the addresses. AWS Lambda Developer Guide, "Defined runtime environment variables"; the keys are those of
/// AWS's own examples.
const ENVIRONMENT: [(&str, &str); 10] = [
    ("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin"),
    ("AWS_LAMBDA_FUNCTION_NAME", "parapet-bench"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/parapet-bench"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjEXAMPLETOKEN"),
];

/// A function's binary.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) binary: PathBuf,
}

/// A function that runs.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) started: Instant,
    group: Group,
}

impl Function {
    /// The same in a file that was written as a whole, as Lambda unpacks a package. A linker writes its file here and there, and the pages of
    /// such a file come in one by one: a start then took a tenth longer.
    pub(crate) fn unpacked(&self, folder: &Path) -> Result<Self> {
        let binary = folder.join(self.name);
        fs::write(&binary, fs::read(&self.binary)?)?;
        fs::set_permissions(&binary, fs::metadata(&self.binary)?.permissions())?;
        Ok(Self { binary, ..self.clone() })
    }

    /// Starts it with nothing in its environment but what Lambda puts there. `under`: a program, with its arguments, that runs it.
    pub(crate) fn start(&self, under: &[&OsStr], runtime: &RuntimeApi, aws: &Aws) -> Result<Process> {
        let binary = self.binary.as_os_str();
        let mut words = under.iter().copied().chain([binary]);
        let program = words.next().unwrap_or(binary);
        let mut command = Command::new(program);
        command.args(words).env_clear().envs(ENVIRONMENT);
        command.env("AWS_LAMBDA_RUNTIME_API", runtime.address.to_string());
        command.env("AWS_ENDPOINT_URL", format!("http://{}", aws.address));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let started = Instant::now();
        let group = Group::start(&mut command).during(&format!("`{}` cannot be started", Path::new(program).display()));
        Ok(Process { started, group: group? })
    }
}

impl Process {
    /// The most memory that it ever had, in megabytes; none where the system does not say so in `/proc`, as Linux does.
    pub(crate) fn peak_memory_mb(&self) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.group.id()?)).ok()?;
        high_water_mark_mb(&status)
    }

    /// Ends it, and waits until it has ended.
    pub(crate) fn end(mut self) {
        self.group.end();
    }
}

/// The peak of the resident set: proc_pid_status(5), `VmHWM`.
fn high_water_mark_mb(status: &str) -> Option<f64> {
    const KIB_A_MB: f64 = 1024.0;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / KIB_A_MB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_among_what_the_system_says_of_a_process() {
        assert_eq!(high_water_mark_mb("VmPeak:\t    9000 kB\nVmHWM:\t    8192 kB\n"), Some(8.0));
        assert_eq!(high_water_mark_mb("VmPeak:\t    9000 kB\n"), None);
    }
}
