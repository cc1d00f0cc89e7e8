//! `parapet-live`, the program that does what needs the AWS SDK: started with the arguments that this one was started with, in its place.

use std::env;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};

use parapet_console::checkout::{Binaries, Workspace, build};
use parapet_console::signals::{EXIT_INTERRUPTED, interrupted};
use parapet_console::terminal::step;
use parapet_guards::GuardName;
use tokio::runtime::Builder;

use crate::arguments::Command;
use crate::trouble::During;
use crate::{Result, Trouble};

const NAME: &str = "parapet-live";

/// The program, and what to tell it besides our own arguments.
#[derive(Debug, Default)]
struct Companion {
    program: PathBuf,
    functions: Option<PathBuf>,
}

/// Becomes the other program. From a checkout it is built first, together with the functions that a lab needs, so that the SDK is
/// compiled once; elsewhere it lies beside this one.
///
/// # Errors
/// It is nowhere, does not build, or cannot be started. The code of a build that the user ended is no error.
pub fn run(command: &Command) -> Result<ExitCode> {
    let found = Builder::new_current_thread().enable_all().build()?.block_on(async {
        tokio::select! {
            found = find(command) => found.map(Some),
            ended = interrupted() => ended.map(|()| None),
        }
    })?;
    let Some(Companion { program, functions }) = found else { return Ok(ExitCode::from(EXIT_INTERRUPTED)) };
    let mut companion = process::Command::new(&program);
    companion.args(env::args_os().skip(1));
    if let Some(functions) = functions {
        companion.arg("--release-dir").arg(functions);
    }
    // It comes back only if that failed.
    Err(Trouble::from(companion.exec()).during(format!("`{}` cannot be started", program.display())))
}

async fn find(command: &Command) -> Result<Companion> {
    let own = env::current_exe().during("this program's own place cannot be told")?;
    let checkout = Workspace::find().await;
    let is_built_there = checkout.as_ref().is_ok_and(|checkout| own.starts_with(&checkout.target));
    let beside = own.with_file_name(NAME);
    match checkout {
        // A program that was installed goes by what was installed with it.
        _ if !is_built_there && beside.is_file() => Ok(Companion { program: beside, functions: None }),
        Ok(checkout) => built(&checkout, command).await,
        Err(trouble) => Err(trouble
            .during(format!("this needs `{NAME}`, which speaks with AWS, beside `{}`", own.display()))
            .remedy("in a checkout of the repository, run it there, or `cargo install --locked --path cli/live`")),
    }
}

async fn built(checkout: &Workspace, command: &Command) -> Result<Companion> {
    let mut names = vec![NAME];
    if command.needs_functions() {
        step("building the functions (some minutes the first time)");
        names.extend(GuardName::FUNCTIONS);
    } else {
        step(format!("building {NAME} (some minutes the first time)"));
    }
    let binaries = build(checkout, &names).await?;
    let first = GuardName::FUNCTIONS.first().filter(|_| command.needs_functions());
    let functions = first.and_then(|name| folder(&binaries, name));
    let program = binaries.get(NAME).cloned().unwrap_or_default();
    Ok(Companion { program, functions })
}

fn folder(binaries: &Binaries, name: &str) -> Option<PathBuf> {
    binaries.get(name).and_then(|file| file.parent()).map(Path::to_owned)
}
