//! The ways to power as `ways/` decides them, and those of them that are minimal.

use iam_policy::catalogue;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const PASS_ROLE: &str = "iam:PassRole";

/// An operation that takes a role.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Role {
    pub(crate) operation: String,
    pub(crate) service: String,
    pub(crate) action: Option<String>,
    pub(crate) member: String,
    pub(crate) decided: Decided,
    pub(crate) passed_to: Vec<String>,
    pub(crate) ways: Vec<Vec<String>>,
    pub(crate) says: String,
    pub(crate) source: String,
    pub(crate) why: String,
    pub(crate) by: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Decided {
    Runs,
    Moves,
    Neither,
}

/// A way that stands by itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) actions: Vec<String>,
    pub(crate) gains: Gains,
    #[serde(default)]
    pub(crate) passed_to: Vec<String>,
    pub(crate) says: String,
    pub(crate) source: String,
    pub(crate) why: String,
    pub(crate) known_to: Vec<String>,
}

/// How a way gains permissions, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Gains {
    Iam,
    Assume,
    NewPassrole,
    ExistingRole,
}

/// A way of a public list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Known {
    pub(crate) id: String,
    pub(crate) actions: BTreeSet<String>,
    pub(crate) known_to: Vec<String>,
}

/// What is no way.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeftOut {
    pub(crate) action: String,
    pub(crate) why: String,
}

/// Where a way comes from.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) says: String,
    pub(crate) source: String,
    pub(crate) why: String,
}

/// A way.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) id: String,
    /// `iam:PassRole` first, if it is one of them.
    pub(crate) actions: Vec<String>,
    pub(crate) passed_to: BTreeSet<String>,
    pub(crate) gains: Gains,
    pub(crate) facts: Vec<Fact>,
    pub(crate) known_to: Vec<String>,
}

/// All ways.
pub(crate) struct Ways {
    pub(crate) runs: Vec<Way>,
    pub(crate) moves: Vec<Way>,
    /// Of actions that the catalogue does not know.
    pub(crate) ahead: Vec<Vec<String>>,
}

fn rows<T: for<'de> Deserialize<'de>>(text: &str) -> Vec<T> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

pub(crate) fn roles() -> Vec<Role> {
    rows(include_str!("../../ways/roles.jsonl"))
}

pub(crate) fn rules() -> BTreeMap<String, String> {
    serde_json::from_str(include_str!("../../ways/rules.json")).expect("an object")
}

pub(crate) fn existing() -> Vec<Listed> {
    rows(include_str!("../../ways/existing.jsonl"))
}

pub(crate) fn unlisted() -> Vec<Listed> {
    rows(include_str!("../../ways/unlisted.jsonl"))
}

pub(crate) fn known() -> Vec<Known> {
    rows(include_str!("../../ways/known.jsonl"))
}

pub(crate) fn left_out() -> Vec<LeftOut> {
    rows(include_str!("../../ways/left-out.jsonl"))
}

/// The paths of pathfinding.cloud: the actions of each, and its id.
pub(crate) fn pathfinding() -> BTreeMap<BTreeSet<String>, String> {
    let path = |row: serde_json::Value| {
        let required = row["required"].as_array().expect("a list").iter();
        let actions = required.map(|r| r["action"].as_str().expect("an action").to_owned()).collect();
        (actions, row["id"].as_str().expect("an id").to_owned())
    };
    rows(include_str!("../data/privesc_pathfinding.jsonl")).into_iter().map(path).collect()
}

pub(crate) fn set(actions: &[String]) -> BTreeSet<String> {
    actions.iter().cloned().collect()
}

/// The actions but `iam:PassRole`, with `+` between, and a service named once.
pub(crate) fn made_up_id(actions: &[String]) -> String {
    let mut last = "";
    let mut words = Vec::new();
    for action in actions.iter().filter(|action| *action != PASS_ROLE) {
        let (service, name) = action.split_once(':').expect("an action");
        words.push(if service == last { name } else { action });
        last = service;
    }
    words.join("+")
}

/// Who can assume a role that is passed to a service.
pub(crate) fn is_service(principal: &str) -> bool {
    principal.ends_with(".amazonaws.com") && !principal.contains(':')
}

pub(crate) fn is_known(action: &str) -> bool {
    catalogue::find(action).is_some()
}

impl Ways {
    pub(crate) fn derived() -> Self {
        let mut ahead = BTreeSet::new();
        let (roles, ids, known) = (roles(), pathfinding(), known());
        let decided = |decided: Decided| roles.iter().filter(move |role| role.decided == decided);
        let mut runs = Passing::default();
        decided(Decided::Runs).for_each(|role| runs.add_role(role, &mut ahead));
        unlisted().iter().for_each(|way| runs.add(&way.actions, &way.passed_to, Fact::of_way(way)));
        let mut moves = Passing::default();
        decided(Decided::Moves).for_each(|role| moves.add_role(role, &mut ahead));
        let running: Vec<BTreeSet<String>> = runs.0.keys().map(|actions| set(actions)).collect();
        moves.0.retain(|actions, _| !running.iter().any(|run| run.is_subset(&set(actions))));
        let existing = existing();
        let mut passing = runs.minimal(&ids, &known);
        for way in passing.iter_mut().filter(|way| existing.iter().any(|other| other.id == way.id)) {
            way.id = format!("{PASS_ROLE}+{}", way.id);
        }
        let mut all: Vec<Way> = existing.into_iter().map(Way::of).chain(passing).collect();
        all.sort_by_key(|way| way.gains);
        Self { runs: all, moves: moves.minimal(&ids, &known), ahead: ahead.into_iter().collect() }
    }
}

/// Ways that pass a role: by all of their actions, whom to, and why.
#[derive(Default)]
struct Passing(BTreeMap<Vec<String>, (BTreeSet<String>, Vec<Fact>)>);

impl Passing {
    fn add_role(&mut self, role: &Role, ahead: &mut BTreeSet<Vec<String>>) {
        let services: Vec<String> = role.passed_to.iter().filter(|to| is_service(to)).cloned().collect();
        for way in role.ways.iter().filter(|_| !services.is_empty()) {
            if way.iter().all(|action| is_known(action)) {
                self.add(way, &services, Fact::of_role(role));
            } else {
                ahead.insert(passing(way));
            }
        }
    }

    fn add(&mut self, actions: &[String], passed_to: &[String], fact: Fact) {
        let (services, facts) = self.0.entry(passing(actions)).or_default();
        services.extend(passed_to.iter().cloned());
        facts.push(fact);
    }

    /// Those that contain no other.
    fn minimal(self, ids: &BTreeMap<BTreeSet<String>, String>, known: &[Known]) -> Vec<Way> {
        let all: Vec<BTreeSet<String>> = self.0.keys().map(|actions| set(actions)).collect();
        let contains_another = |actions: &BTreeSet<String>| all.iter().any(|o| o != actions && o.is_subset(actions));
        let minimal: Vec<BTreeSet<String>> = all.iter().filter(|a| !contains_another(a)).cloned().collect();
        let way = |(actions, (passed_to, facts)): (Vec<String>, (BTreeSet<String>, Vec<Fact>))| {
            let of = set(&actions);
            minimal.contains(&of).then(|| Way {
                id: ids.get(&of).cloned().unwrap_or_else(|| made_up_id(&actions)),
                known_to: knowers(&of, &minimal, known),
                actions,
                passed_to,
                gains: Gains::NewPassrole,
                facts,
            })
        };
        self.0.into_iter().filter_map(way).collect()
    }
}

/// `iam:PassRole` first, then the others in order.
fn passing(actions: &[String]) -> Vec<String> {
    let others: BTreeSet<&String> = actions.iter().filter(|action| *action != PASS_ROLE).collect();
    std::iter::once(PASS_ROLE.to_owned()).chain(others.into_iter().cloned()).collect()
}

/// The lists that have it, or ask for more than it.
fn knowers(way: &BTreeSet<String>, all: &[BTreeSet<String>], known: &[Known]) -> Vec<String> {
    let is_meant = |row: &&Known| {
        let larger = |other: &&BTreeSet<String>| other.len() > way.len() && other.is_subset(&row.actions);
        way.is_subset(&row.actions) && !all.iter().any(|other| larger(&other))
    };
    let mut names: Vec<String> = Vec::new();
    for name in known.iter().filter(is_meant).flat_map(|row| &row.known_to) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

impl Way {
    fn of(row: Listed) -> Self {
        let fact = Fact::of_way(&row);
        let Listed { id, actions, gains, known_to, .. } = row;
        Self { id, actions, passed_to: BTreeSet::new(), gains, facts: vec![fact], known_to }
    }

    pub(crate) fn passes_role(&self) -> bool {
        self.actions.iter().any(|action| action == PASS_ROLE)
    }
}

impl Fact {
    fn of_role(role: &Role) -> Self {
        Self { says: role.says.clone(), source: role.source.clone(), why: role.why.clone() }
    }

    fn of_way(way: &Listed) -> Self {
        Self { says: way.says.clone(), source: way.source.clone(), why: way.why.clone() }
    }
}
