//! The sets of resources that are every one of a type, in the places that statements tell apart.

use super::case::Own;
use super::holder::Reach;
use super::stem::{listed, stemless};
use crate::glob::Glob;
use crate::judge::accounts::resources;
use crate::judge::places::{self, Home, Named, Place};
use crate::judge::scenario::{Aim, Scenario};
use crate::judge::targets::Targets;
use crate::statement::{ResourceElement, Statement};
use crate::variables::Variables;
use std::collections::BTreeSet;
use std::rc::Rc;

impl<'a> Reach<'a> {
    /// The places that statements about any of these actions tell apart.
    pub(in crate::judge) fn places_of<'s>(&self, home: &Home, actions: impl Iterator<Item = &'s str>) -> Vec<Place> {
        let named: Vec<&Named> = actions.flat_map(|action| self.named(action)).collect();
        places::places(home, named.into_iter(), self.budget)
    }

    /// The places that statements about an action tell apart, or the one where it is asked for.
    pub(super) fn places(&self, home: &Home, scenario: Scenario<'_>) -> Vec<Place> {
        match scenario.region.filter(|region| scenario.region_in(home) == Some(region)) {
            Some(region) => vec![Place { home: home.clone(), region: region.to_owned() }],
            None => places::places(home, self.named(scenario.action), self.budget),
        }
    }

    /// What an action is about in other accounts that Allows of it name.
    pub(super) fn elsewhere(&self, home: &Home, action: &str, scenario: Scenario<'_>) -> Vec<Targets> {
        let relevant = self.relevant(scenario.action);
        let allows = relevant.iter().filter(|(number, entry)| number.0 == 0 && entry.statement.is_allow());
        let others = places::elsewhere(home, allows.map(|(_, entry)| entry.traits.places.as_ref()), self.budget);
        let of = |owner: Home| Targets::of_action(action, &self.places(&owner, scenario));
        others.into_iter().flat_map(of).map(|targets| targets.asked_from(home)).collect()
    }

    /// Further sets of resources that are every one: users in a path that an Allow names, each of whom it is about; everything in the only
    /// instance that there is; what a pattern means that names no family; and what is known to be as good as every one.
    pub(super) fn beside(&self, home: &Home, scenario: Scenario<'_>, own: Own, targets: &[Targets]) -> Vec<Targets> {
        let mut all = self.of_people_and_sets(home, scenario.action, own, targets);
        all.extend(self.known(home, scenario, targets));
        if scenario.aim == Aim::Plain {
            return all;
        }
        let templates = targets.iter().filter_map(|targets| Some((targets, targets.template.as_deref()?)));
        all.extend(templates.filter_map(|(targets, template)| {
            let every = Targets::every_of(&self.stemless(scenario.action, template), home)?;
            Some(every.located(targets.region.clone()))
        }));
        all
    }

    /// Of the resources that Allows about an action (in lower case) name those that name no family of what a template is for. Actions that
    /// the same statements are about have them in common.
    fn stemless(&self, action: &str, template: &str) -> Rc<[String]> {
        let speaking = self.speaking_of(action);
        let known = self.stems.borrow().get(&speaking).and_then(|of| of.get(template).map(Rc::clone));
        known.unwrap_or_else(|| {
            let named = self.allowed_resources(action);
            let of_ids = listed(&named, template, self.budget);
            let stemless = stemless(named.iter(), template, self.budget).into_iter();
            let found: Rc<[String]> = stemless.chain(of_ids).collect();
            self.stems.borrow_mut().entry(speaking).or_default().insert(template.to_owned(), Rc::clone(&found));
            found
        })
    }

    /// What is known of the account, and is of the kinds that are asked for.
    fn known(&self, home: &Home, scenario: Scenario<'_>, targets: &[Targets]) -> Vec<Targets> {
        let known = match scenario.aim {
            Aim::Plain | Aim::AnyOne => return Vec::new(),
            Aim::Oneself => &self.zone.holder,
            Aim::Stronger => &self.zone.strong,
            Aim::Open => &self.zone.open,
        };
        if known.is_empty() {
            return Vec::new();
        }
        let templates: Vec<Glob> =
            targets.iter().filter_map(|targets| targets.template.as_deref()).map(Glob::new).collect();
        let named = self.allowed_resources(scenario.action);
        let named: Vec<Glob> = named.iter().filter_map(|pattern| Variables::Any.glob(pattern)).collect();
        let is_of = |arn: &&String| [&named, &templates].iter().all(|globs| globs.iter().any(|glob| glob.matches(arn)));
        known.iter().filter(is_of).map(|arn| Targets::only(arn.clone(), home)).collect()
    }

    fn of_people_and_sets(&self, home: &Home, action: &str, own: Own, targets: &[Targets]) -> Vec<Targets> {
        let every = |template: String| Targets::every(&template, home);
        let is_of_sets = action.starts_with(OF_PERMISSION_SETS);
        let is_of_users = own == Own::Everything && targets.iter().any(|targets| targets.is_of(&[":user/"]));
        if !is_of_users && !is_of_sets {
            return Vec::new();
        }
        let named = self.allowed_resources(action);
        if is_of_sets {
            let sets = only_instances(&named).map(|name| format!("arn:{}:sso:::{name}/*", home.partition));
            return sets.flat_map(|template| Targets::every_form(&template, home)).collect();
        }
        let user = |path: String| every(format!("arn:{}:iam::{}:user/{path}*", home.partition, home.account));
        own_paths(&named).into_iter().map(user).collect()
    }

    /// The resources that Allows about an action (in lower case) name; `*` for one that names what it is not about.
    pub(in crate::judge) fn allowed_resources(&self, action: &str) -> BTreeSet<String> {
        let relevant = self.relevant(action).into_iter();
        let allows = relevant.filter(|(number, entry)| number.0 == 0 && entry.statement.is_allow());
        let named = |statement: &Statement| match &statement.resources {
            // Beside a pattern of everything the others say nothing.
            ResourceElement::Resource(patterns) if !resources(statement).is_empty() => patterns.clone(),
            _ => vec!["*".to_owned()],
        };
        allows.flat_map(|(_, entry)| named(entry.statement)).collect()
    }

    /// What Denies about an action (in lower case) name, and what those leave out that name the rest; each of the latter by itself.
    pub(in crate::judge) fn denied_resources(&self, action: &str) -> (BTreeSet<String>, BTreeSet<BTreeSet<String>>) {
        let (mut named, mut left_out) = (BTreeSet::new(), BTreeSet::new());
        for (_, entry) in self.relevant(action) {
            match &entry.statement.resources {
                _ if entry.statement.is_allow() => {}
                ResourceElement::Resource(patterns) => named.extend(patterns.iter().cloned()),
                ResourceElement::NotResource(patterns) => {
                    left_out.insert(patterns.iter().cloned().collect());
                }
                ResourceElement::None => {}
            }
        }
        (named, left_out)
    }

    /// What the statements about an action say of places; where they ask for tags, what all say, for some may be about setting them.
    fn named(&self, action: &str) -> impl Iterator<Item = &Named> + Clone {
        let relevant = self.relevant(action);
        let all = relevant.iter().any(|(_, entry)| entry.traits.asks_for_tags);
        let every = self.layers.iter().flatten().filter(move |_| all);
        relevant.into_iter().map(|(_, entry)| entry).chain(every).map(|entry| entry.traits.places.as_ref())
    }
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
