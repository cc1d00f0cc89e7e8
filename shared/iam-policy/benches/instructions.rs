//! How many instructions an answer about a text that is written to be slow may take.
//!
//! `cargo bench -p iam-policy --bench instructions` has `valgrind` count those of each case, in a process of its own, and fails where one
//! takes more than [`MOST`]. Without `valgrind` it says so, and tells times. `-- NAME` takes the cases whose names have this in them.
#![allow(missing_docs, clippy::expect_used, reason = "a benchmark")]

#[path = "../tests/common/hostile.rs"]
mod hostile;
#[path = "../tests/common/slow.rs"]
mod slow;

use iam_policy::{Document, Holding, PolicyKind, Rules, Terms, TrustZone, judge, narrow, new_access, propose};
use serde_json::json;
use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::time::Instant;
use std::{env, fs};

/// Some fifty to seventy milliseconds of a processor of 2026. Policies that AWS would take need half of it.
const MOST: u64 = 700_000_000;

/// The sizes of policies that are counted: the largest bucket policy, and more than AWS takes anywhere.
const SIZES: [&str; 2] = [", 20480", ", 130000"];

/// Tells a process that it is to do one case, by its number.
const CASE: &str = "IAM_POLICY_CASE";

/// What one case does, and its name.
type Case = (String, Box<dyn Fn()>);

fn cases() -> Vec<Case> {
    let read = hostile::texts().into_iter().map(|(name, text)| -> Case {
        (format!("read {name}"), Box::new(move || drop(black_box(Document::parse(&text)))))
    });
    let sized = slow::statements().into_iter().filter(|(name, _)| SIZES.iter().any(|size| name.ends_with(size)));
    let statements = sized.flat_map(|(name, statements)| {
        let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        [PolicyKind::Identity, PolicyKind::Resource].into_iter().flat_map(move |kind| of_policy(&name, &text, kind))
    });
    read.chain(statements).collect()
}

fn of_policy(name: &str, text: &str, kind: PolicyKind) -> [Case; 4] {
    let case = |what: &str, work: fn(&Document, PolicyKind)| -> Case {
        let text = text.to_owned();
        let work = move || work(&Document::parse(&text).expect("a policy"), kind);
        (format!("{what} {name} as {kind:?}"), Box::new(work))
    };
    [
        case("judge", |document, kind| drop(black_box(judge(&Holding::of(&[document], kind), &rules())))),
        case("narrow", |document, kind| drop(black_box(narrow(&Holding::of(&[document], kind), &rules())))),
        case("propose", |document, kind| {
            drop(black_box(propose(&Holding::of(&[document], kind), &rules(), &Terms::for_person())));
        }),
        case("relate", |document, kind| drop(black_box(new_access(&[document], &[document], kind)))),
    ]
}

fn rules() -> Rules {
    Rules::all(TrustZone::new("123456789012"))
}

fn main() -> ExitCode {
    let cases = cases();
    if let Ok(number) = env::var(CASE) {
        let case = number.parse().ok().and_then(|number: usize| cases.get(number));
        if let Some((_, work)) = case {
            work();
        }
        return ExitCode::SUCCESS;
    }
    let wanted: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let mut failed = false;
    let base = counted(cases.len());
    for (number, (name, work)) in cases.iter().enumerate() {
        if !wanted.iter().all(|part| name.contains(part.as_str())) {
            continue;
        }
        let start = Instant::now();
        work();
        let took = start.elapsed();
        let Some(count) = counted(number).zip(base).map(|(all, base)| all.saturating_sub(base)) else {
            println!("{took:>10.1?}  {name}");
            continue;
        };
        let is_over = count > MOST;
        failed |= is_over;
        println!("{took:>10.1?} {count:>14} {} {name}", if is_over { "OVER" } else { "    " });
    }
    if base.is_none() {
        println!("instructions: not counted, because there is no `valgrind`");
    }
    if failed {
        eprintln!("at most {MOST} instructions are allowed: charge the budget for what takes them, see src/budget.rs");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The instructions of a process that does one case; with a number that none has, what a process takes in any case.
fn counted(number: usize) -> Option<u64> {
    let log = env::temp_dir().join(format!("iam-policy-instructions-{}.log", std::process::id()));
    let own = env::current_exe().ok()?;
    let into_log = format!("--log-file={}", log.display());
    let under = ["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", &into_log];
    let status = Command::new("valgrind").args(under).arg(own).env(CASE, number.to_string()).status().ok()?;
    let said = fs::read_to_string(&log).ok()?;
    fs::remove_file(&log).ok()?;
    let (_, count) = said.lines().rev().find_map(|line| line.split_once("refs:"))?;
    status.success().then(|| count.trim().replace(',', "").parse().ok())?
}
