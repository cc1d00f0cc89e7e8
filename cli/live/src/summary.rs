//! What the demo comes to: one table, and the times against their targets.

use std::collections::BTreeMap;
use std::time::Duration;

use parapet_console::terminal::{Output, Paint, of_outcome};
use parapet_console::{Result, Trouble};
use parapet_lab::trial::Repair;
use parapet_lab::{Answer, Attack, Harmless};

/// What a repair may take at the median where the guard was running already.
pub(crate) const WARM_TARGET: Duration = Duration::from_millis(100);

/// What a repair may take at the median where the guard's process had to be started.
pub(crate) const COLD_TARGET: Duration = Duration::from_millis(500);

/// How wide the column of names is.
const NAME: usize = 57;

/// All that was tried so far.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    attacks: BTreeMap<usize, Trials>,
    harmless: Vec<(&'static Harmless, Result<Option<Answer>, String>)>,
}

#[derive(Debug)]
struct Trials {
    attack: &'static Attack,
    cold: Vec<Duration>,
    warm: Vec<Duration>,
    outcome: String,
    failures: Vec<String>,
}

impl Summary {
    /// Notes how an attack ended. The number is its place in the table.
    pub(crate) fn note(
        &mut self,
        number: usize,
        attack: &'static Attack,
        is_cold: bool,
        ended: &Result<Repair, Trouble>,
    ) {
        let new =
            || Trials { attack, cold: Vec::new(), warm: Vec::new(), outcome: String::new(), failures: Vec::new() };
        let trials = self.attacks.entry(number).or_insert_with(new);
        match ended {
            Ok(repair) => {
                if is_cold { &mut trials.cold } else { &mut trials.warm }.push(repair.time);
                repair.answer.outcome.clone_into(&mut trials.outcome);
            }
            Err(trouble) => trials.failures.push(trouble.to_string()),
        }
    }

    /// Notes how a harmless call ended.
    pub(crate) fn note_harmless(&mut self, call: &'static Harmless, ended: &Result<Option<Answer>>) {
        self.harmless.push((call, ended.clone().map_err(|trouble| trouble.to_string())));
    }

    /// Whether every attack was repaired every time, and every harmless call left alone.
    #[must_use]
    pub(crate) fn is_good(&self) -> bool {
        self.attacks.values().all(|trials| trials.failures.is_empty())
            && self.harmless.iter().all(|(_, ended)| ended.is_ok())
    }

    /// The table and what is below it.
    #[must_use]
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![paint(
            format!("{:<NAME$} {:<17} {:<11} {:>7} {:>7}", "attack", "guard", "outcome", "cold ms", "warm ms"),
            Paint::Bold,
        )];
        lines.extend(self.attacks.values().map(Trials::line));
        lines.push(String::new());
        lines.push(paint(format!("{:<NAME$} {:<17} {:<11}", "harmless call", "guard", "outcome"), Paint::Bold));
        lines.extend(self.harmless.iter().map(|(call, ended)| harmless_line(call, ended)));
        lines.push(String::new());
        lines.push("Milliseconds from sending the attack to the answer of the administrator's first read that shows it repaired;".to_owned());
        lines.push("cold: the attack's event finds no process of the guard. On AWS, CloudTrail's delivery and Lambda's sandbox come on top.".to_owned());
        if self.attacks.values().any(|trials| trials.outcome == "Contested") {
            lines.push(
                "Contested: repaired, and reported because the same resource has been repaired again and again."
                    .to_owned(),
            );
        }
        let all = |pick: fn(&Trials) -> &Vec<Duration>| {
            self.attacks.values().flat_map(|trials| pick(trials).clone()).collect()
        };
        lines.push(against_target("warm", all(|trials| &trials.warm), WARM_TARGET));
        lines.push(against_target("cold", all(|trials| &trials.cold), COLD_TARGET));
        lines.extend(self.verdict());
        lines
    }

    fn verdict(&self) -> Vec<String> {
        let repaired = self.attacks.values().filter(|trials| trials.failures.is_empty()).count();
        let left_alone = self.harmless.iter().filter(|(_, ended)| ended.is_ok()).count();
        let counts = format!(
            "{repaired} of {} attacks repaired, {left_alone} of {} harmless calls left alone",
            self.attacks.len(),
            self.harmless.len()
        );
        let mut lines = vec![paint(counts, if self.is_good() { Paint::Good } else { Paint::Bad })];
        let failed = self
            .attacks
            .values()
            .flat_map(|trials| trials.failures.iter().map(|failure| (trials.attack.name, failure)));
        let meddled = self.harmless.iter().filter_map(|(call, ended)| Some((call.name, ended.as_ref().err()?)));
        lines.extend(failed.chain(meddled).map(|(name, failure)| format!("{name}: {failure}")));
        lines
    }
}

impl Trials {
    fn line(&self) -> String {
        let time = |times: &[Duration]| median(times).map_or_else(|| "-".to_owned(), milliseconds);
        let outcome = if self.failures.is_empty() { self.outcome.as_str() } else { "NOT REPAIRED" };
        let outcome = paint(format!("{outcome:<11}"), of_outcome(outcome));
        format!(
            "{:<NAME$} {:<17} {outcome} {:>7} {:>7}",
            self.attack.name,
            self.attack.guard,
            time(&self.cold),
            time(&self.warm)
        )
    }
}

fn harmless_line(call: &Harmless, ended: &Result<Option<Answer>, String>) -> String {
    let (outcome, colour) = match ended {
        Ok(Some(answer)) => (answer.outcome.as_str(), Paint::Dim),
        Ok(None) => ("no rule", Paint::Dim),
        Err(_) => ("MEDDLED WITH", Paint::Bad),
    };
    format!("{:<NAME$} {:<17} {}", call.name, call.guard.unwrap_or("-"), paint(outcome, colour))
}

fn against_target(name: &str, mut times: Vec<Duration>, target: Duration) -> String {
    times.sort();
    let Some((median, max)) = median(&times).zip(times.last().copied()) else {
        return format!("{name}: nothing was measured");
    };
    let verdict = if median <= target { paint("pass", Paint::Good) } else { paint("fail", Paint::Bad) };
    let (median, max) = (milliseconds(median), milliseconds(max));
    format!(
        "{name}: median {median} ms, max {max} ms, n = {}; target: median at most {} ms: {verdict}",
        times.len(),
        target.as_millis()
    )
}

fn median(times: &[Duration]) -> Option<Duration> {
    let mut sorted = times.to_vec();
    sorted.sort();
    let upper = sorted.get(sorted.len() / 2)?;
    let lower = sorted.get(sorted.len().saturating_sub(1) / 2)?;
    Some((*upper + *lower) / 2)
}

/// Whole milliseconds, rounded up: never better than measured.
#[must_use]
pub(crate) fn milliseconds(time: Duration) -> String {
    time.as_micros().div_ceil(1000).to_string()
}

fn paint(text: impl std::fmt::Display, paint: Paint) -> String {
    Output::Stdout.paint(text, paint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        let times = |ms: &[u64]| ms.iter().copied().map(Duration::from_millis).collect::<Vec<_>>();
        assert_eq!(median(&times(&[])), None);
        assert_eq!(median(&times(&[9, 1, 5])), Some(Duration::from_millis(5)));
        assert_eq!(median(&times(&[4, 2])), Some(Duration::from_millis(3)));
        assert!(
            against_target("warm", times(&[90, 100, 300]), WARM_TARGET).contains("median 100 ms, max 300 ms, n = 3")
        );
    }
}
