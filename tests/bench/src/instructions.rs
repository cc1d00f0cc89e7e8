//! The other gate: how many instructions a guard takes, as Valgrind counts them. They are nearly the same on every machine, so a change
//! that makes a guard slower shows where times would drown it.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{self, Stdio};
use std::{env, fmt, fs};

use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use tokio::process::Command;

use crate::function::Function;
use crate::series::Bench;

/// How many repairs are counted together: one alone differs by a thousandth or so, because the seeds of its maps are random.
const REPAIRS: u32 = 20;

/// Instructions of one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instructions {
    /// From its start until it waits for the first event.
    pub(crate) init: u64,
    /// The first repair. Under Valgrind it takes longer than what was read may be written over, so it looks once more.
    pub(crate) first: u64,
    /// A later one.
    pub(crate) warm: u64,
}

/// The most that the guard may take: a tenth above what it took when this was written; a fifth until it waits, because most of that is
/// the work of the system's loader. Whoever makes it faster lowers them.
///
/// A repair asks the baseline whether what is wrong was there before: one object more to read, about 0.8 million instructions. It leaves what
/// the sweep looks up: one object more to write, about as many.
#[cfg(target_arch = "x86_64")]
pub(crate) const MOST: Option<Instructions> = Some(Instructions { init: 900_000, first: 10_500_000, warm: 7_800_000 });
/// Other processors count otherwise.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) const MOST: Option<Instructions> = None;

impl fmt::Display for Instructions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} until it waits, {} for the first repair, {} for a warm one", self.init, self.first, self.warm)
    }
}

impl Instructions {
    /// Counts those of a function; none where there is no Valgrind.
    ///
    /// # Errors
    /// Valgrind counts nothing, or the function fails under it.
    pub(crate) async fn count(bench: &mut Bench, function: &Function) -> Result<Option<Self>> {
        let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().await;
        if version.is_err() {
            return Ok(None);
        }
        let log = env::temp_dir().join(format!("parapet-bench-{}.log", process::id()));
        let init = counted(bench, function, &log, 0).await?;
        let first = counted(bench, function, &log, 1).await?;
        let all = counted(bench, function, &log, 1 + REPAIRS).await?;
        fs::remove_file(&log)?;
        let warm = all.saturating_sub(first) / u64::from(REPAIRS);
        Ok(Some(Self { init, first: first.saturating_sub(init), warm }))
    }

    /// Whether none is more than it may be.
    ///
    /// # Errors
    /// Which are.
    pub(crate) fn check(self, most: Self) -> Result<()> {
        let all = [
            ("init", self.init, most.init),
            ("the first repair", self.first, most.first),
            ("a warm repair", self.warm, most.warm),
        ];
        let over: Vec<String> = all
            .iter()
            .filter(|(_, found, most)| found > most)
            .map(|(what, found, most)| format!("{what} takes {found} instructions, {most} are allowed"))
            .collect();
        if over.is_empty() {
            return Ok(());
        }
        let remedy = "find what was added (`valgrind --tool=callgrind`), or raise the bounds in tests/bench/src/instructions.rs and say why";
        Err(Trouble::new(over.join("; ")).remedy(remedy))
    }
}

/// The instructions of a process that makes so many repairs.
async fn counted(bench: &mut Bench, function: &Function, log: &Path, repairs: u32) -> Result<u64> {
    let mut into_log = OsStr::new("--log-file=").to_owned();
    into_log.push(log);
    let under = [
        OsStr::new("valgrind"),
        OsStr::new("--tool=cachegrind"),
        OsStr::new("--cache-sim=no"),
        OsStr::new("--cachegrind-out-file=/dev/null"),
        into_log.as_os_str(),
    ];
    bench.repairs_under(&under, function, repairs).await?;
    let said = fs::read_to_string(log).during("Valgrind has left no log")?;
    total(&said).ok_or_else(|| Trouble::new(format!("Valgrind counted nothing: {said}")))
}

/// What Valgrind says in its last line: `==1== I   refs:      9,873,245`.
fn total(log: &str) -> Option<u64> {
    let (_, count) = log.lines().rev().find_map(|line| line.split_once("refs:"))?;
    count.trim().replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valgrind_says_how_many() {
        assert_eq!(total("==1== Cachegrind\n==1== I   refs:      9,873,245\n"), Some(9_873_245));
        assert_eq!(total("==1== Cachegrind\n"), None);
    }

    #[test]
    fn what_takes_more_than_it_may_is_named() {
        let most = Instructions { init: 1, first: 2, warm: 3 };
        assert!(most.check(most).is_ok());
        let trouble = Instructions { warm: 4, ..most }.check(most).unwrap_err().to_string();
        assert!(trouble.contains("a warm repair takes 4 instructions, 3 are allowed"), "{trouble}");
        assert!(!trouble.contains("init"), "{trouble}");
    }
}
