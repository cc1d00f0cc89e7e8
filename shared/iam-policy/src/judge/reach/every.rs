//! What the holder can do to every resource, or to most of those that are asked for.

use super::brought::Brought;
use super::case::{Case, EntryNumber, Own};
use super::entry::Entry;
use super::holder::{Reach, STEPS_OF_AN_ENTRY};
use super::reached::Reached;
use super::some::at_once;
use crate::judge::places::Home;
use crate::judge::scenario::{Aim, Scenario};
use crate::judge::tables::across::is_across;
use crate::judge::tables::needed::{self, Needed};
use crate::judge::targets::{Mask, Targets};
use crate::solve::{Compiler, Formula};
use crate::statement::StatementAt;
use std::collections::{BTreeMap, BTreeSet};

/// A statement about one action, for one set of targets.
struct Part<'e, 'a> {
    layer: usize,
    entry: &'e Entry<'a>,
    mask: Mask,
    conditions: Formula,
}

impl<'a> Reach<'a> {
    /// The action on every resource of some type that it is about.
    pub(in crate::judge) fn on_every_resource(
        &self,
        action: &str,
        scenario: Scenario<'_>,
        own: Own,
    ) -> Option<Reached> {
        self.homes.iter().find_map(|home| self.on_every_resource_of(home, action, scenario, own))
    }

    /// The same, of one of the [homes](Self::homes).
    pub(in crate::judge) fn on_every_resource_of(
        &self,
        home: &Home,
        action: &str,
        scenario: Scenario<'_>,
        own: Own,
    ) -> Option<Reached> {
        if !self.is_about(scenario.action) {
            return None;
        }
        let mut targets = Targets::of_action(action, &self.places(home, scenario));
        targets.extend(self.beside(home, scenario, own, &targets));
        if is_across(scenario.action) {
            targets.extend(self.elsewhere(home, action, scenario));
        }
        let most = |targets: &Targets| self.on_most(action, targets, scenario, own);
        let all = needed::needed(scenario.action).iter().map(|needed| match needed {
            Needed::EveryOf(kinds) => targets.iter().filter(|of| of.is_of(kinds)).find_map(most),
            Needed::OneOf(kind, names) => self.on_one_of(home, action, scenario, kind, names),
            Needed::Any(kind) => self.on_one_of(home, action, scenario, kind, &["*"]),
        });
        let all = all.collect::<Option<Vec<Reached>>>()?;
        at_once(all).or_else(|| targets.iter().find_map(most))
    }

    /// The action on most of the targets.
    pub(in crate::judge) fn on_most(
        &self,
        action: &str,
        targets: &Targets,
        scenario: Scenario<'_>,
        own: Own,
    ) -> Option<Reached> {
        if !self.is_about(scenario.action) {
            return None;
        }
        let scenario = Scenario { region: targets.region.as_deref().or(scenario.region), ..scenario };
        let as_it_is = self.most(action, targets, scenario, own, &Brought::default());
        as_it_is.or_else(|| {
            let first = targets.names.first().map(String::as_str);
            let on_these = |action: &str, scenario: Scenario<'_>, brought: &Brought| {
                let scenario = Scenario { region: targets.region.as_deref(), ..scenario };
                self.is_about(scenario.action).then(|| self.most(action, targets, scenario, own, brought))?
            };
            let brought = self.brought(scenario, &targets.home, own_name(targets, own), first, &on_these)?;
            self.most(action, targets, scenario, own, &brought)
        })
    }

    /// The action on most of the targets, with what was brought about before.
    fn most(
        &self,
        action: &str,
        targets: &Targets,
        scenario: Scenario<'_>,
        own: Own,
        brought: &Brought,
    ) -> Option<Reached> {
        let owner = targets.owner.as_deref().unwrap_or(&targets.home.account);
        let cases = self.cases_of(&targets.home, owner, scenario.region_in(&targets.home), own_name(targets, own));
        let found = cases.into_iter().find_map(|case| {
            let case = &mut case.borrow_mut();
            let relevant = self.relevant(scenario.action);
            self.budget.spend(STEPS_OF_AN_ENTRY * relevant.len());
            let parts = self.parts(case, &relevant, targets, own);
            let assumptions = self.assumptions(&targets.home, &mut case.compiler, &relevant, (scenario, brought));
            self.most_of(action, scenario, targets, &parts, &assumptions, &mut case.compiler)
        });
        found.map(|reached| brought.added_to(reached))
    }

    fn most_of(
        &self,
        action: &str,
        scenario: Scenario<'_>,
        targets: &Targets,
        parts: &[Part<'_, 'a>],
        assumptions: &Formula,
        compiler: &mut Compiler<'_>,
    ) -> Option<Reached> {
        // Targets about which the same statements speak are alike.
        let groups = groups(parts, targets);
        let mut reached: Mask = 0;
        let mut example: Option<(u32, Mask, Formula)> = None;
        for (spoken, mask) in groups {
            let applying = || parts.iter().zip(&spoken).filter(|(_, s)| **s).map(|(p, _)| p);
            let formula = Formula::all([self.allowed(applying()), assumptions.clone()]);
            if !Self::is_possible(&formula, compiler) {
                continue;
            }
            reached |= mask;
            if example.as_ref().is_none_or(|(size, ..)| mask.count_ones() > *size) {
                example = Some((mask.count_ones(), mask, formula));
            }
        }
        let (_, mask, formula) = example?;
        if !targets.is_most(reached, scenario.aim) {
            return None;
        }
        let target = targets.names.get(mask.trailing_zeros() as usize)?;
        let of_parts = parts.iter().filter(|p| p.mask & mask != 0).map(|p| p.entry);
        let conditional = self.relevant(scenario.action).into_iter().map(|(_, entry)| entry);
        let speaking = of_parts.chain(conditional.filter(|entry| !entry.statement.conditions.is_empty()));
        let witness = self.witness(&targets.home, (action, Some(target)), &formula, speaking, compiler)?;
        let statements = self.causes((targets, scenario.aim), parts, assumptions, reached, compiler);
        Some(Reached { witness, statements, home: targets.home.clone(), before: BTreeSet::new(), role: None })
    }

    /// Those of the statements that speak about some target.
    fn parts<'e>(
        &self,
        case: &mut Case<'a>,
        relevant: &[(EntryNumber, &'e Entry<'a>)],
        targets: &Targets,
        own: Own,
    ) -> Vec<Part<'e, 'a>> {
        let part = |(number, entry): &(EntryNumber, &'e Entry<'a>)| {
            let mask = case.mask(*number, entry, targets, own);
            if mask == 0 {
                return None;
            }
            let conditions = case.conditions(*number, entry);
            (!conditions.is_false()).then_some(Part { layer: number.0, entry, mask, conditions })
        };
        relevant.iter().filter_map(part).collect()
    }

    /// That every layer has an Allow that applies, and no Deny does.
    fn allowed<'p>(&self, parts: impl Iterator<Item = &'p Part<'p, 'a>>) -> Formula
    where
        'a: 'p,
    {
        let mut allows: Vec<Vec<Formula>> = vec![Vec::new(); self.layers.len()];
        let mut members = Vec::new();
        for part in parts {
            match allows.get_mut(part.layer) {
                Some(layer) if part.entry.statement.is_allow() => layer.push(part.conditions.clone()),
                _ => members.push(part.conditions.clone().not()),
            }
        }
        Formula::all(allows.into_iter().map(Formula::any).chain(members))
    }

    fn causes(
        &self,
        (targets, aim): (&Targets, Aim),
        parts: &[Part<'_, 'a>],
        assumptions: &Formula,
        reached: Mask,
        compiler: &mut Compiler<'_>,
    ) -> BTreeSet<StatementAt> {
        let granting: Vec<&Part<'_, 'a>> = parts
            .iter()
            .filter(|p| p.layer == 0 && p.entry.statement.is_allow() && p.mask & reached != 0)
            .filter(|p| {
                let formula = Formula::all([p.conditions.clone(), assumptions.clone()]);
                Self::is_possible(&formula, compiler)
            })
            .collect();
        let alone: BTreeSet<StatementAt> =
            granting.iter().filter(|p| targets.is_most(p.mask & reached, aim)).map(|p| p.entry.at).collect();
        if alone.is_empty() { granting.iter().map(|p| p.entry.at).collect() } else { alone }
    }
}

/// The value of policy variables where what is the holder's own counts as everything: the name of the first target.
fn own_name(targets: &Targets, own: Own) -> Option<&str> {
    match own {
        Own::Everything | Own::EverythingButUsers => {
            targets.names.first().and_then(|name| name.rsplit(['/', ':']).next())
        }
        Own::One => None,
    }
}

/// Which of the parts speak about which targets.
fn groups(parts: &[Part<'_, '_>], targets: &Targets) -> BTreeMap<Vec<bool>, Mask> {
    let all = targets.all();
    if parts.iter().all(|p| p.mask == all) {
        return [(vec![true; parts.len()], all)].into();
    }
    let mut groups: BTreeMap<Vec<bool>, Mask> = BTreeMap::new();
    for i in 0..targets.names.len() {
        let spoken: Vec<bool> = parts.iter().map(|p| p.mask >> i & 1 == 1).collect();
        *groups.entry(spoken).or_default() |= 1 << i;
    }
    groups
}
