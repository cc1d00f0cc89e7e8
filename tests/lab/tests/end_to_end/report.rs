use std::fmt::Display;
use std::process::ExitCode;
use std::time::Instant;

use parapet_console::{Result, Trouble};

/// Which cases to run, and how those that ran have ended.
#[derive(Debug, Default)]
pub(crate) struct Report {
    filters: Vec<String>,
    lists: bool,
    passed: usize,
    failures: Vec<(String, String)>,
}

impl Report {
    /// From what follows `cargo test --`: words to look for in names. Options of Rust's own harness mean nothing here.
    pub(crate) fn of_arguments(arguments: impl Iterator<Item = String>) -> Self {
        let (options, filters): (Vec<String>, Vec<String>) = arguments.partition(|argument| argument.starts_with('-'));
        Self { filters, lists: options.iter().any(|option| option == "--list"), ..Self::default() }
    }

    /// Whether somebody asks for the names only. They depend on the lab, so there is one.
    pub(crate) fn only_lists(&self) -> bool {
        if self.lists {
            println!("end_to_end: test");
        }
        self.lists
    }

    /// Whether nobody asked for some of the cases only.
    pub(crate) fn runs_all(&self) -> bool {
        self.filters.is_empty()
    }

    /// Runs a case, and says at once how it ended.
    pub(crate) async fn case(&mut self, name: impl Display, case: impl Future<Output = Result<()>>) {
        let name = name.to_string();
        if !self.filters.is_empty() && !self.filters.iter().any(|filter| name.contains(filter.as_str())) {
            return;
        }
        let started = Instant::now();
        let ended = case.await;
        let time = started.elapsed().as_millis();
        match ended {
            Ok(()) => {
                println!("test {name} ... ok ({time} ms)");
                self.passed += 1;
            }
            Err(trouble) => {
                println!("test {name} ... FAILED ({time} ms)");
                self.failures.push((name, trouble.to_string()));
            }
        }
    }

    /// What failed and why, and the exit code.
    pub(crate) fn conclude(self) -> ExitCode {
        if self.lists {
            return ExitCode::SUCCESS;
        }
        for (name, why) in &self.failures {
            println!("\n---- {name}\n{why}");
        }
        println!("\ntest result: {} passed; {} failed", self.passed, self.failures.len());
        if self.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Fails the case unless it is so.
pub(crate) fn ensure(is_so: bool, otherwise: impl Display) -> Result<()> {
    if is_so { Ok(()) } else { Err(Trouble::new(otherwise.to_string())) }
}
