//! Writes `template.yaml`, whole.
//!
//! What differs from function to function comes from the tables: the events from the table of facets, roles and boundaries from the table
//! of permissions. What is one of its kind is in the YAML files beside this one, which read as any template does, with places to fill in:
//! `stack.yaml`, and in it, for each function, `bootstrap.yaml`, `sweep.yaml` or `guard.yaml`, and `outputs.yaml`.
//!
//! So is `policies/plan.json`, by which a person looks at an account.
//!
//! A new guard costs nothing here.

mod document;
mod function;
mod grant;
mod part;
mod plan;

use parapet_guards::GuardName;

pub use document::document;
pub use function::Function;
use part::Part;
pub use plan::{plan_actions, plan_policy};

/// The template.
#[must_use]
pub fn template() -> String {
    Part::new(include_str!("stack.yaml"))
        .block("functions", &joined(stanza))
        .block("sealers", &joined(sealer))
        .block("outputs", &(joined(outputs) + &Function::guards().map(queue_output).collect::<String>()))
        .filled()
}

/// A function with all that is its own.
fn stanza(function: Function) -> String {
    let part = match function {
        Function::Bootstrap => Part::new(include_str!("bootstrap.yaml")),
        Function::Sweep => Part::new(include_str!("sweep.yaml")),
        Function::Guard(guard) => Part::new(include_str!("guard.yaml")).block("events", &events(guard)),
    };
    let document = document(function);
    // What the boundary says, the role says, and says why.
    let part = part.block("boundary", &without_comments(&document)).block("role", &document);
    named(part, function).filled()
}

/// One rule for each service whose events lead to the guard.
fn events(guard: GuardName) -> String {
    let mut sources: Vec<&str> = guard.events().into_iter().map(|(source, _)| source).collect();
    sources.dedup();
    let rules = sources.into_iter().map(|source| {
        let of_source = guard.events().into_iter().filter(|(from, _)| *from == source);
        let names: String = of_source.map(|(_, event)| format!("- {event}\n")).collect();
        let service = source.split('.').next().unwrap_or_default();
        let part = Part::new(include_str!("event.yaml")).block("names", &names);
        part.word("source", source).word("service", service).word("Service", &function::pascal(service)).filled()
    });
    rules.collect()
}

/// Whom the key of the memory makes seals for.
fn sealer(function: Function) -> String {
    let name = function.name();
    let session = format!("!Sub arn:${{AWS::Partition}}:sts::${{AWS::AccountId}}:assumed-role/parapet-{name}/*");
    format!("- {}\n- {session}\n", document::iam(&format!("role/parapet-{name}")))
}

fn outputs(function: Function) -> String {
    named(Part::new(include_str!("outputs.yaml")), function).filled()
}

fn queue_output(function: Function) -> String {
    named(Part::new(include_str!("queue_output.yaml")), function).filled()
}

fn named(part: Part, function: Function) -> Part {
    part.word("Id", &function.id())
        .word("name", &function.name())
        .word("words", &function.words())
        .word("description", function.description())
}

fn joined(of: impl Fn(Function) -> String) -> String {
    Function::all().map(of).collect()
}

fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with('#')).map(|line| format!("{line}\n")).collect()
}
