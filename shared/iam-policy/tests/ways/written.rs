//! What is written from the rows. `PARAPET_UPDATE=1` writes it.

use crate::ways::{Gains, PASS_ROLE, Way, Ways, is_known, is_service, left_out, roles, unlisted};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

const TABLE: &str = "src/judge/tables/paths/table.rs";
const DOCUMENT: &str = "../../docs/ways.md";

#[track_caller]
fn check(file: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if env::var_os("PARAPET_UPDATE").is_some() {
        fs::write(&path, expected).expect("a file that can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let stale = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
    assert_eq!(stale, None, "{file} is old: run PARAPET_UPDATE=1 cargo test -p iam-policy --test ways");
    assert_eq!(found.len(), expected.len(), "{file} is old: run PARAPET_UPDATE=1 cargo test -p iam-policy --test ways");
}

fn source() -> [String; 2] {
    let source: Value = serde_json::from_str(include_str!("../../ways/source.json")).expect("an object");
    ["models", "date"].map(|name| source[name].as_str().expect("a text").to_owned())
}

#[test]
fn the_table() {
    let ways = Ways::derived();
    let [models, date] = source();
    let mut text = format!(
        "//! The ways to power. Written from `ways/` by `PARAPET_UPDATE=1 cargo test -p iam-policy --test ways`.\n\n\
         use super::path::{{Gain, Path}};\n\n\
         /// The edition of AWS's models that was decided, and its date.\n\
         pub(in crate::judge) const MODELS: [&str; 2] = [{models:?}, {date:?}];\n\n\
         /// How many actions the ways take.\n\
         pub(in crate::judge) const ACTIONS: usize = {};\n\n",
        ways.runs.iter().chain(&ways.moves).flat_map(|way| &way.actions).collect::<BTreeSet<_>>().len()
    );
    for (what, name, ways) in
        [("Ways to act with more.", "PATHS", &ways.runs), ("Ways to move data as somebody else.", "MOVES", &ways.moves)]
    {
        write!(text, "/// {what}\npub(in crate::judge) static {name}: &[Path] = &[\n").expect("a text");
        ways.iter().for_each(|way| text += &row(way));
        text += "];\n\n";
    }
    text += "/// What passes a role, and the services that the role can trust.\n\
             pub(in crate::judge) static PASSED: &[(&str, &[&str])] = &[\n";
    for (action, services) in passed() {
        let services: Vec<String> = services.into_iter().collect();
        writeln!(text, "    ({action:?}, &{services:?}),").expect("a text");
    }
    text += "];\n";
    check(TABLE, &text);
}

/// Each action that passes a role, and whom to. Of ways that are not those of one operation with its role, what makes something hands it
/// over, where all is of one service.
fn passed() -> BTreeMap<String, BTreeSet<String>> {
    let of_roles = roles().into_iter().filter_map(|role| Some((role.action?, role.passed_to)));
    let of_ways = unlisted().into_iter().flat_map(|way| {
        let others: Vec<String> = way.actions.into_iter().filter(|action| action != PASS_ROLE).collect();
        let services: BTreeSet<String> = others.iter().filter_map(|a| Some(a.split_once(':')?.0.to_owned())).collect();
        let (is_alone, is_one) = (others.len() == 1, services.len() == 1);
        let taken = others.into_iter().filter(move |action| is_alone || is_one && action.contains(":Create"));
        taken.map(move |action| (action, way.passed_to.clone())).collect::<Vec<_>>()
    });
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (action, services) in of_roles.chain(of_ways).filter(|(action, _)| is_known(action)) {
        let services: Vec<String> = services.into_iter().filter(|to| is_service(to)).collect();
        if !services.is_empty() {
            all.entry(action).or_default().extend(services);
        }
    }
    all
}

fn row(way: &Way) -> String {
    let Way { id, actions, passed_to, .. } = way;
    let gains = match way.gains {
        Gains::Iam => "Iam",
        Gains::Assume => "Assume",
        Gains::NewPassrole => "NewPassRole",
        Gains::ExistingRole => "ExistingRole",
    };
    let passed_to: Vec<&String> = passed_to.iter().collect();
    format!("    Path {{ id: {id:?}, actions: &{actions:?}, passed_to: &{passed_to:?}, gains: Gain::{gains} }},\n")
}

#[test]
fn the_document() {
    let ways = Ways::derived();
    let [models, date] = source();
    let of = |gains: Gains| ways.runs.iter().filter(move |way| way.gains == gains).collect::<Vec<_>>();
    let mut text = format!(
        "# Ways to power\n\n\
         Written from `shared/iam-policy/ways` by `PARAPET_UPDATE=1 cargo test -p iam-policy --test ways`; its README says what a row is. \
         Each way is all that it takes: with any one action left out it is none. AWS's own sentence stands beside it, from {models} of {date} \
         unless it says otherwise. A service is named without `.amazonaws.com`. \"Known to\" are the public lists that have it, or ask for more than it: \
         [pathfinding.cloud](https://pathfinding.cloud), [HackTricks](https://cloud.hacktricks.wiki), \
         [Prowler](https://github.com/prowler-cloud/prowler), [Cloudsplaining](https://github.com/salesforce/cloudsplaining), \
         [PMapper](https://github.com/nccgroup/PMapper).\n\n"
    );
    text += &counted(&ways);
    for (title, ways) in [
        ("Through IAM, or what stands for it", of(Gains::Iam)),
        ("By assuming a role", of(Gains::Assume)),
        ("By giving a role to a service", of(Gains::NewPassrole)),
        ("Through what has a role already", of(Gains::ExistingRole)),
        ("Data that a service moves with the role (`confused-service`)", ways.moves.iter().collect()),
    ] {
        section(&mut text, &models, title, &ways);
    }
    text += "\n## Waiting for the catalogue\n\nOf actions that the catalogue of actions does not know yet: a policy cannot be asked about them.\n\n";
    for actions in &ways.ahead {
        writeln!(text, "- {}", quoted(actions)).expect("a text");
    }
    text += "\n## No ways\n\nLooked at, and left out by themselves.\n\n| Actions | Why not |\n|---|---|\n";
    for row in left_out() {
        writeln!(text, "| {} | {} |", code(&row.action), cell(&row.why)).expect("a text");
    }
    check(DOCUMENT, &text);
}

/// How many ways each list has, and how many of them no list has.
fn counted(ways: &Ways) -> String {
    let knows = |name: &str| ways.runs.iter().filter(|way| way.known_to.iter().any(|known| known == name)).count();
    let unknown = ways.runs.iter().filter(|way| way.known_to.is_empty()).count();
    let lists = ["pathfinding.cloud", "hacktricks", "prowler", "cloudsplaining", "pmapper"];
    let listed: Vec<String> = lists.iter().map(|name| format!("{name} {}", knows(name))).collect();
    format!(
        "{} ways to more permissions: {}; {unknown} are in none of them. {} ways to move data.\n",
        ways.runs.len(),
        listed.join(", "),
        ways.moves.len()
    )
}

fn section(text: &mut String, models: &str, title: &str, ways: &[&Way]) {
    let passes = ways.iter().any(|way| way.passes_role());
    let (head, line) = if passes { ("| Passed to ", "|---") } else { ("", "") };
    write!(text, "\n## {title}\n\n| Actions {head}| Why | AWS | Known to |\n|---{line}|---|---|---|\n")
        .expect("a text");
    for way in ways {
        let others: Vec<String> = way.actions.iter().filter(|action| *action != "iam:PassRole").cloned().collect();
        let to: Vec<&str> = way.passed_to.iter().map(|to| to.trim_end_matches(".amazonaws.com")).collect();
        let to = if passes { format!("| {} ", to.join(", ")) } else { String::new() };
        let fact = &way.facts[0];
        writeln!(
            text,
            "| {} {to}| {} | \"{}\" ({}) | {} |",
            quoted(&others),
            cell(&fact.why),
            cell(&fact.says),
            cell(fact.source.trim_start_matches(&format!("{models}, "))),
            way.known_to.join(", ")
        )
        .expect("a text");
    }
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn quoted(actions: &[String]) -> String {
    actions.iter().map(|action| code(action)).collect::<Vec<_>>().join(", ")
}

/// A text that does not end the cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
