//! The statements of the holder of identity policies, made ready, and what is asked of them.

use super::brought::{Brought, PRINCIPAL_TAG, can_be_brought};
use super::case::{Case, EntryNumber};
use super::entry::{Entry, entries};
use super::here;
use crate::budget::Budget;
use crate::glob::Glob;
use crate::judge::holding::Holding;
use crate::judge::places::{self, Home};
use crate::judge::roles::Roles;
use crate::judge::scenario::{Scenario, tag_of_resource};
use crate::judge::sensitive::SensitiveSet;
use crate::judge::session::Session;
use crate::judge::tables::needed;
use crate::judge::tables::roles::{GIVING, TRUSTING};
use crate::keys::{self, Assumed};
use crate::language::Pattern;
use crate::region;
use crate::request::{Context, Witness};
use crate::solve::{Compiler, Formula, KeyTest, Taste, one_or_none, witness};
use crate::zone::TrustZone;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// What it costs to put a statement into a formula.
pub(super) const STEPS_OF_AN_ENTRY: usize = 12;

/// Patterns that name no family, by the template that they are for.
type Stems = HashMap<String, Rc<[String]>>;

/// The statements of a holding, made ready.
pub(in crate::judge) struct Reach<'a> {
    pub(in crate::judge) zone: &'a TrustZone,
    pub(in crate::judge) budget: &'a Budget,
    pub(in crate::judge) roles: &'a Roles<'a>,
    is_shown: bool,
    /// What is held, and each of its limits.
    pub(super) layers: Vec<Vec<Entry<'a>>>,
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
    /// The patterns that name no family, of statements together, as far as that was asked.
    pub(super) stems: RefCell<HashMap<Vec<EntryNumber>, Stems>>,
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
            stems: RefCell::default(),
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
    pub(super) fn keys(&self, speaking: &[EntryNumber]) -> Rc<BTreeSet<String>> {
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

    /// The statements about an action.
    pub(super) fn relevant(&self, action: &str) -> Vec<(EntryNumber, &Entry<'a>)> {
        SensitiveSet::number(action).map(|number| self.speaking(number).collect()).unwrap_or_default()
    }

    /// The same, by their numbers.
    pub(super) fn speaking_of(&self, action: &str) -> Vec<EntryNumber> {
        self.relevant(action).into_iter().map(|(number, _)| number).collect()
    }

    /// The statements about the action of this number.
    fn speaking(&self, number: usize) -> impl Iterator<Item = (EntryNumber, &Entry<'a>)> {
        let numbered = self.layers.iter().enumerate();
        let all = numbered.flat_map(|(layer, entries)| entries.iter().enumerate().map(move |(i, e)| ((layer, i), e)));
        all.filter(move |(_, entry)| entry.traits.actions.has(number))
    }

    /// One case for each choice of values for the policy variables: one new name for each, then none.
    pub(super) fn cases(
        &self,
        home: &Home,
        region: Option<&str>,
        own_name: Option<&str>,
    ) -> Vec<Rc<RefCell<Case<'a>>>> {
        self.cases_of(home, &home.account, region, own_name)
    }

    /// The same, where the resource is of this account.
    pub(super) fn cases_of(
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

    /// What the scenario says of the keys that the statements ask for, and that the holder is of the account.
    pub(super) fn assumptions(
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
        let of_oneself = |key: &str| self.tag_of_oneself(key, scenario, &compiler.frame.context);
        let values = keys.iter().map(|key| brought.values(key).iter().cloned().chain(of_oneself(key)).collect());
        let values: Vec<Vec<String>> = values.collect();
        let facts = &mut compiler.facts;
        let of_keys: Vec<Formula> = keys
            .iter()
            .zip(&values)
            .map(|(key, values)| match self.tagged(key) {
                Some(tag) => {
                    let values = [tag].into_iter().chain(values).cloned().collect();
                    facts.key(key, KeyTest::among(values))
                }
                None => scenario.assumption(key, home, values, &mut |test| facts.key(key, test)),
            })
            .collect();
        let holder = ["role", "user"].map(|kind| {
            let pattern = format!("arn:{}:iam::{}:{kind}/?*", home.partition, home.account);
            Pattern::arn(&Glob::new(&pattern)).unwrap_or_else(Pattern::any)
        });
        let is_holder = if asks_for_principal { compiler.caller_is(holder.into()) } else { Formula::TRUE };
        Formula::all(of_keys.into_iter().chain([is_holder]))
    }

    /// The value of the tag that a key (in lower case) names, if the holder is known to have it.
    fn tagged(&self, key: &str) -> Option<&String> {
        self.zone.tags.as_ref()?.get(key.strip_prefix(PRINCIPAL_TAG)?)
    }

    /// What a tag of the resource is where that is the holder itself: the tag that the holder has.
    fn tag_of_oneself(&self, key: &str, scenario: Scenario<'_>, context: &Context) -> Option<String> {
        let kind = scenario.own_kind()?;
        let is_of = |kind: &str| self.zone.holder.iter().any(|holder| holder.contains(kind));
        let is_known = [":user/", ":role/", ":group/"].into_iter().any(is_of);
        // The members of a group are users.
        let may_be = !is_known || is_of(kind) || (kind == ":user/" && is_of(":group/"));
        let own = format!("{PRINCIPAL_TAG}{}", tag_of_resource(key)?);
        context.get(&own).filter(|_| may_be)?.first().cloned()
    }

    pub(super) fn is_possible(formula: &Formula, compiler: &mut Compiler<'_>) -> bool {
        if formula.is_true() || formula.is_false() {
            return formula.is_true();
        }
        compiler.find(formula).is_some()
    }

    pub(super) fn witness<'e>(
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
