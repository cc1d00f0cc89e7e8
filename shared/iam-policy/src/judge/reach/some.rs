//! What the holder can do to some resource, whichever.

use super::brought::Brought;
use super::case::EntryNumber;
use super::entry::Entry;
use super::here;
use super::holder::{Reach, STEPS_OF_AN_ENTRY};
use super::reached::Reached;
use crate::catalogue;
use crate::document::Document;
use crate::glob::Glob;
use crate::judge::places::Home;
use crate::judge::scenario::Scenario;
use crate::judge::tables::needed::{self, Needed};
use crate::judge::tables::scenario::REGION_KEYS;
use crate::operator::{Base, Operator};
use crate::resource::Bound;
use crate::solve::{Compiler, Formula, KeyTest};
use crate::zone::Family;
use std::collections::BTreeSet;

impl<'a> Reach<'a> {
    /// The action on some resource, whichever, of one of the [homes](Self::homes).
    pub(in crate::judge) fn on_some_resource_of(
        &self,
        home: &Home,
        action: &str,
        scenario: Scenario<'_>,
    ) -> Option<Reached> {
        if !self.is_about(scenario.action) {
            return None;
        }
        let all = needed::needed(scenario.action).iter().filter_map(|needed| match needed {
            Needed::Any(kind) => Some(self.on_one_of(home, action, scenario, kind, &["*"])),
            Needed::EveryOf(_) | Needed::OneOf(..) => None,
        });
        let all = all.collect::<Option<Vec<Reached>>>()?;
        at_once(all).or_else(|| self.on_some_of_home(home, action, "*", &[], scenario))
    }

    /// The action on some resource that the pattern matches, in a way that none of these policies allow.
    pub(in crate::judge) fn on_some_of(
        &self,
        action: &str,
        pattern: &str,
        beyond: &[Document],
        scenario: Scenario<'_>,
    ) -> Option<Reached> {
        if !self.is_about(scenario.action) {
            return None;
        }
        self.homes.iter().find_map(|home| self.on_some_of_home(home, action, pattern, beyond, scenario))
    }

    /// The same, of one of the [homes](Self::homes).
    pub(in crate::judge) fn on_some_of_home(
        &self,
        home: &Home,
        action: &str,
        pattern: &str,
        beyond: &[Document],
        scenario: Scenario<'_>,
    ) -> Option<Reached> {
        let as_it_is = self.some(home, (action, pattern), beyond, scenario, &Brought::default());
        as_it_is.or_else(|| {
            let on_these = |action: &str, scenario: Scenario<'_>, brought: &Brought| {
                self.is_about(scenario.action).then(|| self.some(home, (action, pattern), &[], scenario, brought))?
            };
            let name = (pattern != "*").then_some(pattern);
            let brought = self.brought(scenario, home, None, name, &on_these)?;
            self.some(home, (action, pattern), beyond, scenario, &brought)
        })
    }

    /// The action on any one of some of these roles.
    pub(in crate::judge) fn on_one_of_families(
        &self,
        home: &Home,
        action: &str,
        scenario: Scenario<'_>,
        families: &[Family],
    ) -> Option<Reached> {
        let is_about_roles = || {
            let kinds = catalogue::find(action).into_iter().flat_map(|id| id.resource_patterns().collect::<Vec<_>>());
            needed::needed(scenario.action).is_empty() && kinds.into_iter().any(|kind| kind.contains(":role/"))
        };
        if families.is_empty() || !self.is_about(scenario.action) || !is_about_roles() {
            return None;
        }
        families.iter().find_map(|family| {
            let scenario = Scenario { family: Some(family), ..scenario };
            self.on_some_of_home(home, action, &family.pattern, &[], scenario)
        })
    }

    /// The action on a resource of one of these names, each behind what stands before it.
    pub(super) fn on_one_of(
        &self,
        home: &Home,
        action: &str,
        scenario: Scenario<'_>,
        kind: &str,
        names: &[&str],
    ) -> Option<Reached> {
        let region = scenario.region.unwrap_or("*");
        names.iter().find_map(|name| {
            let pattern = format!("arn:{}:*:{region}:*{kind}{name}", home.partition);
            self.on_some_of_home(home, action, &pattern, &[], scenario)
        })
    }

    /// The action on some resource that the pattern matches, with what was brought about before.
    fn some(
        &self,
        home: &Home,
        (action, pattern): (&str, &str),
        beyond: &[Document],
        scenario: Scenario<'_>,
        brought: &Brought,
    ) -> Option<Reached> {
        let found = self.cases(home, scenario.region_in(home), None).into_iter().find_map(|case| {
            let case = &mut case.borrow_mut();
            let relevant = self.relevant(scenario.action);
            self.budget.spend(STEPS_OF_AN_ENTRY * relevant.len());
            let mut allowed = vec![case.compiler.resource_pattern(pattern, false, Bound::Most)];
            for unlike in scenario.family.iter().flat_map(|family| &family.unlike) {
                allowed.push(case.compiler.resource_pattern(unlike, false, Bound::Least).not());
            }
            let mut some: Vec<Vec<Formula>> = vec![Vec::new(); self.layers.len()];
            let mut allows = Vec::new();
            for (number, entry) in &relevant {
                let formula = case.beside_action(*number, entry);
                match some.get_mut(number.0) {
                    Some(layer) if entry.statement.is_allow() => {
                        if number.0 == 0 {
                            allows.push((entry.at, formula.clone()));
                        }
                        layer.push(formula);
                    }
                    _ => allowed.push(formula.not()),
                }
            }
            allowed.extend(some.into_iter().map(Formula::any));
            allowed.push(self.assumptions(home, &mut case.compiler, &relevant, (scenario, brought)));
            allowed.push(in_its_region(&relevant, &mut case.compiler));
            // What is named is where it is.
            if pattern == "*" && here::matters(home, scenario, &relevant) {
                allowed.push(here::is_here(home, scenario, &mut case.compiler));
            }
            let granted = Formula::any(beyond.iter().map(|d| allows_action(d, scenario.action, &mut case.compiler)));
            if !beyond.is_empty() {
                allowed.push(granted.not());
            }
            let formula = Formula::all(allowed);
            let speaking = relevant.iter().map(|(_, entry)| *entry);
            let witness = self.witness(home, (action, None), &formula, speaking, &mut case.compiler)?;
            let granting = allows.into_iter().filter(|(_, one)| {
                let formula = Formula::all([formula.clone(), one.clone()]);
                Self::is_possible(&formula, &mut case.compiler)
            });
            let statements = granting.map(|(at, _)| at).collect();
            Some(Reached { witness, statements, home: home.clone(), before: BTreeSet::new(), role: None })
        });
        found.map(|reached| brought.added_to(reached))
    }
}

/// Resources of which one request is about each.
pub(super) fn at_once(all: Vec<Reached>) -> Option<Reached> {
    all.into_iter().reduce(|mut first, other| {
        first.statements.extend(other.statements);
        first
    })
}

/// That a document allows a request with this action (in lower case).
fn allows_action(document: &Document, action: &str, compiler: &mut Compiler<'_>) -> Formula {
    let mut allows = Vec::new();
    let mut denies = Vec::new();
    for statement in document.statements().iter().filter(|s| s.actions.is_about(action)) {
        let formula = compiler.beside_action(statement);
        if statement.is_allow() { allows.push(formula) } else { denies.push(formula) }
    }
    Formula::all([Formula::any(allows), Formula::any(denies).not()])
}

/// That a request is made in the region of its resource, if it has one, where statements ask for both.
fn in_its_region(relevant: &[(EntryNumber, &Entry<'_>)], compiler: &mut Compiler<'_>) -> Formula {
    let asks = |name: &str| relevant.iter().any(|(_, entry)| entry.traits.keys.iter().any(|key| key == name));
    let Some(key) = REGION_KEYS.into_iter().find(|key| asks(key) && !compiler.knows(key)) else { return Formula::TRUE };
    let named: BTreeSet<&String> = relevant.iter().flat_map(|(_, entry)| entry.traits.places.regions()).collect();
    let has_region = compiler.resource_pattern("arn:*:*:?*:*:*", false, Bound::Most);
    let there: Vec<Formula> = named
        .into_iter()
        .map(|region| {
            let at = compiler.resource_pattern(&format!("arn:*:*:{region}:*:*"), false, Bound::Most);
            let operator = Operator { quantifier: None, base: Base::StringLike, negated: false, if_exists: false };
            let asked = compiler.facts.key(key, KeyTest::new(operator, vec![(region.clone(), Glob::new(region))]));
            Formula::any([Formula::all([at.clone(), asked.clone()]), Formula::all([at.not(), asked.not()])])
        })
        .collect();
    Formula::any([has_region.not(), Formula::all(there)])
}
