//! `parapet sweep`: has the deployed sweep look at something, accept what is there, or mend what is old. To ask it is the other program's, which speaks
//! with AWS; what is asked and how the answer reads is here.

use clap::Args;
use parapet_guards::{Asked, GuardName};
use serde_json::Value;

pub use crate::policy::Exit;

/// What users can set.
#[derive(Debug, Args)]
pub struct Options {
    /// Look at what these guards own alone
    #[arg(long = "guard", value_name = "GUARD", value_parser = guard)]
    pub guards: Vec<GuardName>,
    /// Look at the resource of this ARN alone
    #[arg(long = "resource", value_name = "ARN", value_parser = arn)]
    pub resources: Vec<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Have what is there count as before from now on: it is told, and not mended unless you ask
    #[arg(long, conflicts_with_all = ["guards", "resources", "mend"])]
    pub baseline: bool,
    /// Mend what is old: by this control, by those of a pattern such as `S3.*`, or of the resource of this ARN
    #[arg(long, value_name = "WHAT")]
    pub mend: Vec<String>,
    /// Mend also what ends requests that were seen to be made. Without this they are kept: what would end some is only told
    #[arg(long, requires = "mend")]
    pub cut_used: bool,
    /// Print the function's answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// What it takes, for the help.
pub const HELP: &str = "\
The account is the one of your credentials, the region AWS_REGION. They need lambda:InvokeFunction on parapet-sweep. `--baseline` and `--mend`
prove who asks: your user or role has to stand in the standard under `principals.operators`, and bootstrap has to have run since.";

impl Options {
    /// What is asked for.
    #[must_use]
    pub fn asked(&self) -> Asked {
        Asked {
            guards: self.guards.iter().copied().collect(),
            resources: self.resources.iter().cloned().collect(),
            dry_run: self.dry_run,
            baseline: self.baseline,
            mend: self.mend.clone(),
            keep_used: self.cut_used.then_some(false),
        }
    }
}

fn guard(name: &str) -> Result<GuardName, String> {
    let names: Vec<&str> = GuardName::ALL.iter().map(|guard| guard.as_str()).collect();
    GuardName::named(name).ok_or_else(|| format!("the guards are {}", names.join(", ")))
}

fn arn(text: &str) -> Result<String, String> {
    match text.starts_with("arn:") {
        true => Ok(text.to_owned()),
        false => Err("a resource is named by its ARN: `arn:aws:s3:::bucket`".to_owned()),
    }
}

/// An answer in words: a line for each thing that is wrong, and what was done.
#[must_use]
pub fn text(answer: &Value) -> String {
    let mut lines = Vec::new();
    if let Some(round) = answer.get("round").filter(|round| !round.is_null()) {
        for report in members(round, "reports") {
            let named = |name: &str| report.get(name).and_then(Value::as_str).unwrap_or_default();
            lines.push(format!("{}  {}", named("outcome"), named("resource")));
            for finding in members(report, "findings") {
                let said = |name: &str| finding.get(name).and_then(Value::as_str).unwrap_or_default();
                lines.push(format!("    {} ({}): {}", said("control"), said("severity"), said("detail")));
            }
            lines.extend(texts(report, "actions").map(|action| format!("    -> {action}")));
        }
        lines.extend(texts(round, "sent").map(|arn| format!("given to a guard: {arn}")));
        lines.extend(texts(round, "failed").map(|why| format!("not done: {why}")));
        let outcomes = round.get("outcomes").and_then(Value::as_object).into_iter().flatten();
        let outcomes: Vec<String> = outcomes.map(|(name, number)| format!("{number} {name}")).collect();
        let number = |name: &str| round.get(name).and_then(Value::as_u64).unwrap_or_default();
        let looked = format!("{} resources looked at with {} calls", number("resources"), number("aws_calls"));
        lines.push(format!(
            "{looked}: {}",
            if outcomes.is_empty() { "nothing".to_owned() } else { outcomes.join(", ") }
        ));
    }
    if let Some(baseline) = answer.get("baseline") {
        let replaced = baseline.get("replaces").and_then(Value::as_str);
        lines.extend(replaced.map(|why| format!("replaces what nobody vouches for: {why}")));
        lines.extend(texts(baseline, "accepted").map(|what| format!("accepted: {what}")));
        lines.extend(texts(baseline, "unread").map(|why| format!("not read: {why}")));
        let number = |name: &str| baseline.get(name).and_then(Value::as_u64).unwrap_or_default();
        let is_whole = baseline.get("ended").and_then(Value::as_bool) == Some(true);
        let rest = if is_whole { "" } else { "; the schedule goes on with the rest" };
        lines.push(format!("{} kept, {} newly accepted{rest}", number("kept"), number("newly")));
    }
    lines.join("\n")
}

/// Whether something of it was not done.
#[must_use]
pub fn has_failed(answer: &Value) -> bool {
    let of = |part: &str, name: &str| answer.get(part).is_some_and(|part| members(part, name).next().is_some());
    of("round", "failed") || of("baseline", "unread")
}

fn members<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    of.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn texts<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    members(of, name).filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_reads_line_by_line() {
        let answer = json!({"waited": 0, "round": {"ended": true, "resources": 2, "aws_calls": 9, "outcomes": {"Compliant": 1, "Planned": 1},
            "sent": ["arn:aws:s3:::b"], "reports": [{"outcome": "Planned", "resource": "arn:aws:s3:::b", "actions": ["turn versioning on"],
            "findings": [{"control": "S3.Versioning", "severity": "MEDIUM", "detail": "versioning is Suspended"}]}]}});
        let expected = "Planned  arn:aws:s3:::b\n    S3.Versioning (MEDIUM): versioning is Suspended\n    -> turn versioning on\n\
                        given to a guard: arn:aws:s3:::b\n2 resources looked at with 9 calls: 1 Compliant, 1 Planned";
        assert_eq!((text(&answer).as_str(), has_failed(&answer)), (expected, false));
    }

    #[test]
    fn a_baseline_says_what_it_accepts() {
        let answer = json!({"round": null, "baseline": {"ended": false, "kept": 3, "newly": 1, "accepted": ["arn:aws:s3:::b: S3.Acl: open"], "unread": ["x"],
            "replaces": "no seal"}});
        assert!(has_failed(&answer));
        let text = text(&answer);
        assert!(text.starts_with("replaces what nobody vouches for: no seal\n"), "{text}");
        assert!(text.ends_with("3 kept, 1 newly accepted; the schedule goes on with the rest"), "{text}");
    }
}
