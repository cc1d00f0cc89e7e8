//! `parapet demo`.

use parapet_console::checkout::Workspace;
use parapet_console::terminal::{Output, Paint, of_outcome, step};
use parapet_console::{Result, signals};
use parapet_lab::attacks::{HARMLESS_CALLS, attacks};
use parapet_lab::trial::{self, Repair};
use parapet_lab::{Answer, Attack, Lab, Options, Scene, Stream};

use crate::lab::Ending;
use crate::summary::{Summary, milliseconds};

/// Attacks an account in a lab: each attack once on a cold guard, then `repeat` times on a warm one; and the harmless calls.
///
/// # Errors
/// The lab does not start, or ends by itself. That an attack is not repaired is no error but a bad ending.
pub(crate) async fn run(options: &Options, repeat: u32) -> Result<Ending> {
    let workspace = Workspace::find().await?;
    tokio::select! {
        ending = in_lab(&workspace, options, repeat) => ending,
        ended = signals::interrupted() => ended.map(|()| Ending::Interrupted),
    }
}

async fn in_lab(workspace: &Workspace, options: &Options, repeat: u32) -> Result<Ending> {
    let lab = Lab::start(workspace, options).await?;
    let mut stream = lab.stream();
    let mut summary = Summary::default();

    headline("Attacks on cold guards");
    for round in 0..=repeat {
        let is_cold = round == 0;
        if round == 1 {
            headline("The same attacks on warm guards");
        }
        let scene = Scene::new(&lab, round);
        for (number, attack) in attacks().enumerate() {
            println!(
                "{:>2}  {}: {}",
                number + 1,
                lab.intruder.name,
                paint(format!("{} ({})", attack.name, attack.event), Paint::Bold)
            );
            let ended = one_attack(&scene, &mut stream, attack, is_cold).await;
            match &ended {
                Ok(repair) => show_repair(attack, repair, is_cold),
                Err(trouble) => println!("    {}", paint(trouble, Paint::Bad)),
            }
            summary.note(number, attack, is_cold, &ended);
        }
    }

    headline("Calls that weaken nothing");
    let scene = Scene::new(&lab, repeat + 1);
    for call in HARMLESS_CALLS {
        println!("    {}: {}", lab.administrator.name, paint(format!("{} ({})", call.name, call.event), Paint::Bold));
        let ended = async {
            trial::prepare(&scene, &mut stream, call.prepare).await?;
            trial::harmless(&scene, &mut stream, call).await
        }
        .await;
        match &ended {
            Ok(answer) => println!(
                "    {} {}",
                call.guard.unwrap_or("no rule matches"),
                answer.as_ref().map(quietly).unwrap_or_default()
            ),
            Err(trouble) => println!("    {}", paint(trouble, Paint::Bad)),
        }
        summary.note_harmless(call, &ended);
    }

    println!();
    for line in summary.lines() {
        println!("{line}");
    }
    step("ending the lab");
    drop(lab);
    Ok(if summary.is_good() { Ending::Good } else { Ending::Bad })
}

async fn one_attack(scene: &Scene<'_>, stream: &mut Stream, attack: &Attack, is_cold: bool) -> Result<Repair> {
    trial::prepare(scene, stream, attack.prepare).await?;
    if is_cold {
        scene.lab().chill(attack.guard).await?;
    }
    trial::attack(scene, stream, attack).await
}

fn show_repair(attack: &Attack, repair: &Repair, is_cold: bool) {
    let answer = &repair.answer;
    let outcome = paint(&answer.outcome, of_outcome(&answer.outcome));
    let start = if is_cold { "cold start included" } else { "warm" };
    println!("    {} {outcome} after {} ms, {start}", attack.guard, paint(milliseconds(repair.time), Paint::Bold));
    if !is_cold {
        return;
    }
    for finding in &answer.findings {
        println!("      found    {} {}: {}", finding.severity, finding.control, finding.detail);
    }
    for action in &answer.actions {
        println!("      repaired {action}");
    }
    if let Some(evidence) = &answer.evidence {
        println!("      {}", paint(format!("evidence {evidence}"), Paint::Dim));
    }
}

fn quietly(answer: &Answer) -> String {
    format!("says {}, nothing written", paint(&answer.outcome, of_outcome(&answer.outcome)))
}

fn headline(text: &str) {
    println!("\n{}", paint(text, Paint::Bold));
}

fn paint(text: impl std::fmt::Display, paint: Paint) -> String {
    Output::Stdout.paint(text, paint)
}
