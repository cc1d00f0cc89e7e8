//! What the holder of identity policies can reach.

use super::before::Before;
use super::brought::{Brought, Told, can_be_brought, is_about_tags, is_set};
use super::case::{Case, EntryNumber, Own};
use super::entry::{Entry, entries};
use super::here;
use super::reached::Reached;
use crate::budget::Budget;
use crate::document::Document;
use crate::glob::Glob;
use crate::judge::holding::Holding;
use crate::judge::places::{self, Home, Named, Place};
use crate::judge::roles::Roles;
use crate::judge::scenario::Scenario;
use crate::judge::sensitive::SensitiveSet;
use crate::judge::session::Session;
use crate::judge::tables::across::is_across;
use crate::judge::tables::needed::{self, Needed};
use crate::judge::tables::roles::{GIVING, TRUSTING};
use crate::judge::tables::scenario::REGION_KEYS;
use crate::judge::targets::{Mask, Targets};
use crate::keys::{self, Assumed};
use crate::language::Pattern;
use crate::operator::{Base, Operator};
use crate::region;
use crate::request::{Context, Witness};
use crate::resource::Bound;
use crate::solve::{Compiler, Formula, KeyTest, Taste, one_or_none, witness};
use crate::statement::{Condition, ResourceElement, Statement, StatementAt};
use crate::zone::TrustZone;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// What it costs to put a statement into a formula.
const STEPS_OF_AN_ENTRY: usize = 12;

/// The statements of a holding, made ready.
pub(in crate::judge) struct Reach<'a> {
    pub(in crate::judge) zone: &'a TrustZone,
    pub(in crate::judge) budget: &'a Budget,
    pub(in crate::judge) roles: &'a Roles<'a>,
    is_shown: bool,
    /// What is held, and each of its limits.
    layers: Vec<Vec<Entry<'a>>>,
    /// The actions that Allows of every layer are about.
    about: SensitiveSet,
    /// The actions that it is asked about: all, or those that may be reached since it was last asked.
    asked: SensitiveSet,
    /// Whether one of these brings something about for others.
    asks_about_preparing: bool,
    /// The policy variables that they use, in lower case.
    variables: BTreeSet<String>,
    /// Those of them that stand for a region.
    of_regions: BTreeSet<String>,
    /// Whose the policies can be: one, unless they name other partitions, or accounts where the zone has none.
    pub(in crate::judge) homes: Vec<Home>,
    /// The keys that statements ask for together, as far as that was asked.
    keys: RefCell<HashMap<Vec<EntryNumber>, Rc<BTreeSet<String>>>>,
    /// The cases that were asked for, by their contexts.
    cases: RefCell<HashMap<Context, Rc<RefCell<Case<'a>>>>>,
}

/// What actions have in common that are reached alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::judge) struct Alike {
    /// The statements about them.
    speaking: Vec<EntryNumber>,
    /// What a request carries of the keys that these ask for.
    carried: Vec<Assumed>,
    /// Their service, if that counts.
    service: Option<String>,
    region: Option<String>,
    /// Whether it matters where the resource is.
    is_placed: bool,
    /// The action itself, if several resources are needed at once.
    needs: Option<String>,
}

/// A statement about one action, for one set of targets.
struct Part<'e, 'a> {
    layer: usize,
    entry: &'e Entry<'a>,
    mask: Mask,
    conditions: Formula,
}

impl<'a> Reach<'a> {
    pub(in crate::judge) fn new(holding: &Holding<'a>, zone: &'a TrustZone, session: &'a Session<'_>) -> Self {
        let held = entries(holding.documents, &session.budget);
        let limits = holding.limits.iter().map(|limit| entries(&[*limit], &session.budget));
        Self::of([held].into_iter().chain(limits).collect(), SensitiveSet::all(), zone, session)
    }

    /// Of the statements that are held, and those of each limit.
    pub(in crate::judge) fn of(
        layers: Vec<Vec<Entry<'a>>>,
        asked: SensitiveSet,
        zone: &'a TrustZone,
        session: &'a Session<'_>,
    ) -> Self {
        let of_regions =
            layers.iter().flatten().flat_map(|entry| places::variables_of_regions(entry.statement)).collect();
        let variables = layers.iter().flatten().flat_map(|e| e.traits.variables.iter().cloned()).collect();
        let is_shown = session.shows_witnesses;
        let budget = &session.budget;
        let allows = layers.first().into_iter().flatten().filter(|entry| entry.statement.is_allow());
        let allowed = allows.map(|entry| entry.traits.places.as_ref());
        let all = layers.iter().flatten().map(|entry| entry.traits.places.as_ref());
        let homes = places::homes(zone, allowed, all, budget);
        let asks_about_preparing = asked.has_preparing()
            || has_any(&asked, &GIVING)
            || (!session.roles.is_empty() && has_any(&asked, &[TRUSTING]));
        let about = about(&layers);
        Self {
            zone,
            budget,
            roles: &session.roles,
            is_shown,
            layers,
            about,
            asked,
            asks_about_preparing,
            variables,
            of_regions,
            homes,
            keys: RefCell::default(),
            cases: RefCell::default(),
        }
    }

    /// Whether some Allow is about the action (in lower case), whatever else.
    pub(in crate::judge) fn is_about(&self, action: &str) -> bool {
        SensitiveSet::number(action).is_some_and(|number| self.has(number))
    }

    /// The same, by the number of the action.
    pub(in crate::judge) fn has(&self, number: usize) -> bool {
        self.about.has(number) && !self.budget.is_exhausted()
    }

    /// Whether it is asked about the action of this number, and some Allow is about it.
    pub(in crate::judge) fn asks(&self, number: usize) -> bool {
        (self.asked.has(number) || self.asks_about_preparing) && self.has(number)
    }

    /// Whether some statement about the action of this number asks for the key, in lower case.
    pub(in crate::judge) fn asks_for(&self, number: usize, key: &str) -> bool {
        self.speaking(number).any(|(_, entry)| entry.traits.keys.iter().any(|asked| asked == key))
    }

    /// Whether statements about the action of this number name regions.
    pub(in crate::judge) fn tells_regions_apart(&self, number: usize) -> bool {
        self.speaking(number).any(|(_, entry)| !entry.traits.places.regions().is_empty())
    }

    /// What it turns on whether an action is reached on some resource, beside its name: actions that have it in common are reached, or
    /// not, alike.
    pub(in crate::judge) fn alike(&self, number: usize, scenario: Scenario<'_>, home: &Home) -> Alike {
        let speaking: Vec<EntryNumber> = self.speaking(number).map(|(place, _)| place).collect();
        self.budget.spend(speaking.len());
        let keys = self.keys(&speaking);
        let carried = keys.iter().map(|key| keys::assumed(key, scenario.action)).collect();
        // What can be brought about first is so by actions of the same service.
        let can_be_brought = keys.iter().any(|key| can_be_brought(key));
        let service = scenario.action.split(':').next().filter(|_| can_be_brought).map(str::to_owned);
        let region = scenario.region_in(home);
        let needs = Some(scenario.action).filter(|action| !needed::needed(action).is_empty()).map(str::to_owned);
        let is_placed = here::matters(home, scenario, &self.relevant(scenario.action));
        Alike { speaking, carried, service, region: region.map(str::to_owned), is_placed, needs }
    }

    /// The keys that statements ask for, in lower case.
    fn keys(&self, speaking: &[EntryNumber]) -> Rc<BTreeSet<String>> {
        if let Some(known) = self.keys.borrow().get(speaking) {
            return Rc::clone(known);
        }
        let entries = speaking.iter().filter_map(|(layer, place)| self.layers.get(*layer)?.get(*place));
        let keys: Rc<BTreeSet<String>> = Rc::new(entries.flat_map(|entry| entry.traits.keys.iter().cloned()).collect());
        self.keys.borrow_mut().insert(speaking.to_vec(), Rc::clone(&keys));
        keys
    }

    /// Whether it is asked about the action (in lower case), and some Allow is about it.
    pub(in crate::judge) fn asks_about(&self, action: &str) -> bool {
        SensitiveSet::number(action).is_some_and(|number| self.asks(number))
    }

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
        targets.extend(self.beside(home, scenario.action, own, &targets));
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

    /// The action on a resource of one of these names, each behind what stands before it.
    fn on_one_of(
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

    /// The places that statements about any of these actions tell apart.
    pub(in crate::judge) fn places_of<'s>(&self, home: &Home, actions: impl Iterator<Item = &'s str>) -> Vec<Place> {
        let named: Vec<&Named> = actions.flat_map(|action| self.named(action)).collect();
        places::places(home, named.into_iter(), self.budget)
    }

    /// The places that statements about an action tell apart, or the one where it is asked for.
    fn places(&self, home: &Home, scenario: Scenario<'_>) -> Vec<Place> {
        match scenario.region.filter(|region| scenario.region_in(home) == Some(region)) {
            Some(region) => vec![Place { home: home.clone(), region: region.to_owned() }],
            None => places::places(home, self.named(scenario.action), self.budget),
        }
    }

    /// What an action is about in other accounts that Allows of it name.
    fn elsewhere(&self, home: &Home, action: &str, scenario: Scenario<'_>) -> Vec<Targets> {
        let relevant = self.relevant(scenario.action);
        let allows = relevant.iter().filter(|(number, entry)| number.0 == 0 && entry.statement.is_allow());
        let others = places::elsewhere(home, allows.map(|(_, entry)| entry.traits.places.as_ref()), self.budget);
        let of = |owner: Home| Targets::of_action(action, &self.places(&owner, scenario));
        others.into_iter().flat_map(of).map(|targets| targets.asked_from(home)).collect()
    }

    /// Further sets of resources that are every one: users in a path that an Allow names, each of whom it is about; everything in the only
    /// instance that there is.
    fn beside(&self, home: &Home, action: &str, own: Own, targets: &[Targets]) -> Vec<Targets> {
        let every = |template: String| Targets::every(&template, home);
        let is_of_sets = action.starts_with(OF_PERMISSION_SETS);
        let is_of_users = own == Own::Everything && targets.iter().any(|targets| targets.is_of(&[":user/"]));
        if !is_of_users && !is_of_sets {
            return Vec::new();
        }
        let named = self.allowed_resources(action);
        if is_of_sets {
            return only_instances(&named)
                .map(|name| every(format!("arn:{}:sso:::{name}/*", home.partition)))
                .collect();
        }
        let user = |path: String| every(format!("arn:{}:iam::{}:user/{path}*", home.partition, home.account));
        own_paths(&named).into_iter().map(user).collect()
    }

    /// The resources that Allows about an action (in lower case) name; `*` for one that names what it is not about.
    pub(in crate::judge) fn allowed_resources(&self, action: &str) -> BTreeSet<String> {
        let relevant = self.relevant(action).into_iter();
        let allows = relevant.filter(|(number, entry)| number.0 == 0 && entry.statement.is_allow());
        let named = |statement: &Statement| match &statement.resources {
            ResourceElement::Resource(patterns) => patterns.clone(),
            ResourceElement::NotResource(_) | ResourceElement::None => vec!["*".to_owned()],
        };
        allows.flat_map(|(_, entry)| named(entry.statement)).collect()
    }

    /// What the statements about an action say of places; where they ask for tags, what all say, for some may be about setting them.
    fn named(&self, action: &str) -> impl Iterator<Item = &Named> + Clone {
        let relevant = self.relevant(action);
        let asks = |entry: &Entry<'_>| entry.traits.keys.iter().any(|key| is_about_tags(key));
        let all = relevant.iter().any(|(_, entry)| asks(entry));
        let every = self.layers.iter().flatten().filter(move |_| all);
        relevant.into_iter().map(|(_, entry)| entry).chain(every).map(|entry| entry.traits.places.as_ref())
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
        if !targets.is_most(reached) {
            return None;
        }
        let target = targets.names.get(mask.trailing_zeros() as usize)?;
        let of_parts = parts.iter().filter(|p| p.mask & mask != 0).map(|p| p.entry);
        let conditional = self.relevant(scenario.action).into_iter().map(|(_, entry)| entry);
        let speaking = of_parts.chain(conditional.filter(|entry| !entry.statement.conditions.is_empty()));
        let witness = self.witness(&targets.home, (action, Some(target)), &formula, speaking, compiler)?;
        let statements = self.causes(targets, parts, assumptions, reached, compiler);
        Some(Reached { witness, statements, home: targets.home.clone(), before: BTreeSet::new(), role: None })
    }

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

    /// What the holder can bring about of what the conditions on an action ask for; `None`: nothing.
    fn brought(
        &self,
        scenario: Scenario<'_>,
        home: &Home,
        own_name: Option<&str>,
        resource: Option<&str>,
        on_these: &dyn Fn(&str, Scenario<'_>, &Brought) -> Option<Reached>,
    ) -> Option<Brought> {
        let asked = self.keys(&self.speaking_of(scenario.action));
        if scenario.is_alone || !asked.iter().any(|key| can_be_brought(key)) {
            return None;
        }
        let known: Vec<String> = {
            let cases = self.cases(home, scenario.region_in(home), own_name);
            let contexts = cases.iter().map(|case| case.borrow().compiler.frame.context.clone());
            contexts.flat_map(Context::into_values).flatten().collect::<BTreeSet<_>>().into_iter().collect()
        };
        let setting: Vec<&Condition> = self.layers.iter().flatten().flat_map(setting).collect();
        let told = Told { known: &known, setting: &setting, is_made: scenario.is_made, budget: self.budget };
        let conditions = |action: &str| {
            let relevant = self.relevant(action).into_iter();
            relevant.flat_map(|(_, entry)| &entry.statement.conditions).collect()
        };
        let on = |action: &str, scenario: Scenario<'_>, targets: &Targets, own: Own| {
            self.on_most(action, targets, scenario, own)
        };
        let on_some = |action: &str, scenario: Scenario<'_>| self.on_some_resource_of(home, action, scenario);
        let (conditions, on_some, on) = (&conditions, &on_some, &on);
        Before { scenario, home, resource, told, conditions, on_these, on_some, on }.brought()
    }

    /// The statements about an action.
    fn relevant(&self, action: &str) -> Vec<(EntryNumber, &Entry<'a>)> {
        SensitiveSet::number(action).map(|number| self.speaking(number).collect()).unwrap_or_default()
    }

    /// The same, by their numbers.
    fn speaking_of(&self, action: &str) -> Vec<EntryNumber> {
        self.relevant(action).into_iter().map(|(number, _)| number).collect()
    }

    /// The statements about the action of this number.
    fn speaking(&self, number: usize) -> impl Iterator<Item = (EntryNumber, &Entry<'a>)> {
        let numbered = self.layers.iter().enumerate();
        let all = numbered.flat_map(|(layer, entries)| entries.iter().enumerate().map(move |(i, e)| ((layer, i), e)));
        all.filter(move |(_, entry)| entry.traits.actions.has(number))
    }

    /// One case for each choice of values for the policy variables: one new name for each, then none.
    fn cases(&self, home: &Home, region: Option<&str>, own_name: Option<&str>) -> Vec<Rc<RefCell<Case<'a>>>> {
        self.cases_of(home, &home.account, region, own_name)
    }

    /// The same, where the resource is of this account.
    fn cases_of(
        &self,
        home: &Home,
        owner: &str,
        region: Option<&str>,
        own_name: Option<&str>,
    ) -> Vec<Rc<RefCell<Case<'a>>>> {
        let region = region.or_else(|| region::regions(&home.partition).first().copied()).unwrap_or_default();
        let known = [
            ("aws:principalaccount", home.account.as_str()),
            ("aws:resourceaccount", owner),
            ("kms:calleraccount", home.account.as_str()),
        ];
        let mut cases = self.cases.borrow_mut();
        one_or_none(&self.variables, own_name)
            .into_iter()
            .map(|mut context| {
                context.extend(known.map(|(key, account)| (key.to_owned(), vec![account.to_owned()])));
                context.entry("aws:principalarn".to_owned()).and_modify(|arn| *arn = vec![holder(home)]);
                let of_region = |(name, values): (&String, &mut Vec<String>)| {
                    if self.of_regions.contains(name) && !values.is_empty() {
                        *values = vec![region.to_owned()];
                    }
                };
                context.iter_mut().for_each(of_region);
                let made = || Rc::new(RefCell::new(Case::new(context.clone(), self.budget)));
                Rc::clone(cases.entry(context.clone()).or_insert_with(made))
            })
            .collect()
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

    /// What the scenario says of the keys that the statements ask for, and that the holder is of the account.
    fn assumptions(
        &self,
        home: &Home,
        compiler: &mut Compiler<'_>,
        relevant: &[(EntryNumber, &Entry<'a>)],
        (scenario, brought): (Scenario<'_>, &Brought),
    ) -> Formula {
        let numbers: Vec<EntryNumber> = relevant.iter().map(|(number, _)| *number).collect();
        let keys = self.keys(&numbers);
        let asks_for_principal = keys.contains("aws:principalarn");
        let keys: Vec<&String> = keys.iter().filter(|key| !compiler.knows(key)).collect();
        let facts = &mut compiler.facts;
        let of_keys: Vec<Formula> = keys
            .iter()
            .map(|key| scenario.assumption(key, home, brought.values(key), &mut |test| facts.key(key, test)))
            .collect();
        let holder = ["role", "user"].map(|kind| {
            let pattern = format!("arn:{}:iam::{}:{kind}/?*", home.partition, home.account);
            Pattern::arn(&Glob::new(&pattern)).unwrap_or_else(Pattern::any)
        });
        let is_holder = if asks_for_principal { compiler.caller_is(holder.into()) } else { Formula::TRUE };
        Formula::all(of_keys.into_iter().chain([is_holder]))
    }

    fn is_possible(formula: &Formula, compiler: &mut Compiler<'_>) -> bool {
        if formula.is_true() || formula.is_false() {
            return formula.is_true();
        }
        compiler.find(formula).is_some()
    }

    fn witness<'e>(
        &self,
        home: &Home,
        (action, resource): (&str, Option<&String>),
        formula: &Formula,
        speaking: impl Iterator<Item = &'e Entry<'a>>,
        compiler: &mut Compiler<'_>,
    ) -> Option<Witness>
    where
        'a: 'e,
    {
        let user = compiler.frame.context.get("aws:username").and_then(|values| values.first());
        let name = user.map_or_else(|| "role/holder".to_owned(), |name| format!("user/{name}"));
        let holder = format!("arn:{}:iam::{}:{name}", home.partition, home.account);
        let taste = Taste {
            partition: &home.partition,
            region: region::regions(&home.partition).first().copied().unwrap_or_default(),
            account: &home.account,
            principals: &[holder],
            telling_actions: &[],
            action: Some(action),
            resource: resource.map(String::as_str),
            is_shown: self.is_shown,
        };
        let asked = |_: &str| speaking.flat_map(|entry| entry.traits.spellings.iter().map(String::as_str)).collect();
        let mut found = witness(formula, asked, compiler, &taste)?;
        action.clone_into(&mut found.action);
        Some(found)
    }

    fn causes(
        &self,
        targets: &Targets,
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
            granting.iter().filter(|p| targets.is_most(p.mask & reached)).map(|p| p.entry.at).collect();
        if alone.is_empty() { granting.iter().map(|p| p.entry.at).collect() } else { alone }
    }
}

/// The conditions of a statement on tags that requests set.
fn setting<'a>(entry: &Entry<'a>) -> impl Iterator<Item = &'a Condition> {
    let has_some = entry.traits.keys.iter().any(|key| is_set(key));
    let conditions = entry.statement.conditions.iter().filter(move |_| has_some);
    conditions.filter(|condition| is_set(&condition.key.to_ascii_lowercase()))
}

/// The actions of IAM Identity Center, in lower case.
const OF_PERMISSION_SETS: &str = "sso:";

/// The instances whose permission sets some of these patterns name: an organization has one (AWS IAM Identity Center User Guide, "Organization
/// and account instances of IAM Identity Center"), and those of accounts have no permission sets. So all of its own are every one.
fn only_instances(patterns: &BTreeSet<String>) -> impl Iterator<Item = String> {
    let instance = |pattern: &String| {
        let (_, name) = pattern.split_once(":permissionSet/")?;
        let (instance, _) = name.split_once('/').filter(|(instance, _)| !instance.contains(['*', '?', '$']))?;
        Some(format!("permissionSet/{instance}"))
    };
    patterns.iter().filter_map(instance)
}

/// The paths of users, each of whom some of these patterns are about by name: `team/` of `user/team/${aws:username}`. The name that the variable
/// stands for has no path (IAM User Guide, "IAM identifiers").
fn own_paths(patterns: &BTreeSet<String>) -> BTreeSet<String> {
    let path = |pattern: &String| {
        let (_, name) = pattern.split_once(":user/")?;
        let (path, _) = name.split_once("${")?;
        path.ends_with('/').then(|| Glob::new(path).example("x"))
    };
    patterns.iter().filter_map(path).collect()
}

/// Resources of which one request is about each.
fn at_once(all: Vec<Reached>) -> Option<Reached> {
    all.into_iter().reduce(|mut first, other| {
        first.statements.extend(other.statements);
        first
    })
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

/// What the holder is called who has no other name.
fn holder(home: &Home) -> String {
    format!("arn:{}:iam::{}:role/holder", home.partition, home.account)
}

/// Whether some of these actions are in a set.
fn has_any(set: &SensitiveSet, actions: &[&str]) -> bool {
    actions.iter().filter_map(|action| SensitiveSet::number(&action.to_ascii_lowercase())).any(|number| set.has(number))
}

/// The actions that Allows of every layer are about.
fn about(layers: &[Vec<Entry<'_>>]) -> SensitiveSet {
    let allowed = |layer: &Vec<Entry<'_>>| {
        let allows = layer.iter().filter(|entry| entry.statement.is_allow());
        allows.fold(SensitiveSet::default(), |all, entry| all.union(&entry.traits.actions))
    };
    layers.iter().map(allowed).reduce(|all, next| all.intersection(&next)).unwrap_or_default()
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
