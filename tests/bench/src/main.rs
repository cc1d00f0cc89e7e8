//! How long a guard takes, beside the least that a function on Lambda can do, and how many calls it makes.
//!
//! Times and memory are reported and nothing is held to them: they are another machine's tomorrow. Calls are the same everywhere and
//! instructions nearly so: the program fails where the calls are not those of `docs/calls.md`, or the instructions more than they were.

mod calls;
mod events;
mod figures;
mod function;
mod http;
mod instructions;
mod series;
mod server;
mod storage;

use std::path::PathBuf;
use std::process::ExitCode;

use calls::Documented;
use clap::Parser;
use figures::{Spread, line, milliseconds};
use function::Function;
use instructions::{Instructions, MOST};
use parapet_console::checkout::{Workspace, build_released};
use parapet_console::{Result, Trouble, signals, terminal};
use series::{Bench, Series};

/// What is measured, and what it is set beside.
const GUARD: &str = "encryption-guard";
const HELLO: &str = "parapet-hello";

/// How long the encryption guard takes, beside a function that does nothing, and whether it makes the calls that docs/calls.md says.
///
/// Both are built for release, each alone as SAM does it, and run as processes against a Lambda Runtime API and an Amazon S3 that answer
/// at once. Exits with 1 if the calls are others, or if there is a Valgrind and it counts more instructions than it did; times and memory
/// are reported only.
#[derive(Debug, Parser)]
#[command(name = "parapet-bench")]
struct Options {
    /// How many processes of each are started, in turns
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// How many events of each kind a process gets after its first
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    events: u32,
    /// Use the binaries in this directory instead of building them
    #[arg(long, value_name = "DIR")]
    release_dir: Option<PathBuf>,
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Trouble::from);
    match runtime.and_then(|runtime| runtime.block_on(run_until_interrupted(&Options::parse()))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}

async fn run_until_interrupted(options: &Options) -> Result<()> {
    tokio::select! {
        ended = run(options) => ended,
        ended = signals::interrupted() => ended.and_then(|()| Err(Trouble::new("interrupted"))),
    }
}

async fn run(options: &Options) -> Result<()> {
    let documented = Documented::read()?;
    let folder = tempfile::tempdir()?;
    let guard = found(GUARD, options).await?.unpacked(folder.path())?;
    let hello = found(HELLO, options).await?.unpacked(folder.path())?;
    let mut bench = Bench::start().await?;
    let (mut of_guard, mut of_hello) = (Vec::new(), Vec::new());
    terminal::step(format!("{} processes of each, {} events of each kind", options.runs, options.events));
    // In turns, so that whatever else the machine does slows both.
    for _ in 0..options.runs {
        of_guard.push(bench.series(&guard, options.events, Some(documented)).await?);
        of_hello.push(bench.series(&hello, options.events, None).await?);
    }
    print!("{}", table(&of_guard, &of_hello));
    println!("calls: {documented}");
    terminal::step("counting instructions");
    gate(&mut bench, &guard).await
}

/// Holds the guard to the instructions that it took.
async fn gate(bench: &mut Bench, guard: &Function) -> Result<()> {
    let Some(found) = Instructions::count(bench, guard).await? else {
        println!("instructions: not counted, because there is no `valgrind`");
        return Ok(());
    };
    println!("instructions: {found}");
    MOST.map_or(Ok(()), |most| found.check(most))
}

async fn found(name: &'static str, options: &Options) -> Result<Function> {
    let binary = match &options.release_dir {
        Some(directory) => std::path::absolute(directory)?.join(name),
        None => build_released(&Workspace::find().await?, name).await?,
    };
    if !binary.is_file() {
        let remedy = format!("cargo build --release -p {name}");
        return Err(Trouble::new(format!("there is no `{}`", binary.display())).remedy(remedy));
    }
    Ok(Function { name, binary })
}

/// The figures of both, side by side: median, least and most, and how many times as much the guard takes.
fn table(guard: &[Series], hello: &[Series]) -> String {
    type Figures = fn(&Series) -> Vec<f64>;
    let times: [(&str, Figures); 5] = [
        ("start to first wait", |series| vec![milliseconds(series.init)]),
        ("start to first repair", |series| vec![milliseconds(series.init + series.first)]),
        ("warm repair", |series| series.repairs.iter().copied().map(milliseconds).collect()),
        ("healthy", |series| series.healthy.iter().copied().map(milliseconds).collect()),
        ("irrelevant", |series| series.irrelevant.iter().copied().map(milliseconds).collect()),
    ];
    let spread = |of: &[Series], figures: Figures| Spread::of(of.iter().flat_map(figures));
    let mut text = format!("{:<32} {GUARD:>24} {HELLO:>24} {:>7}\n", "median [least..most]", "ratio");
    for (what, figures) in times {
        text += &line(what, "ms", spread(guard, figures), spread(hello, figures));
        text.push('\n');
    }
    let memory: Figures = |series| series.peak_memory_mb.into_iter().collect();
    text += &line("peak memory", "MB", spread(guard, memory), spread(hello, memory));
    text.push('\n');
    text
}
