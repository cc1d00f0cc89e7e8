//! From a request that exists to one that looks like AWS's own.

use super::bindings::used;
use super::compile::Compiler;
use super::facts::Dimension;
use super::formula::Formula;
use super::key::KeyTest;
use super::likely;
use super::real;
use super::search::{DEFAULT_TEXT, Found, find};
use crate::arn::Arn;
use crate::catalogue::{self, ActionId};
use crate::glob::Glob;
use crate::language::Pattern;
use crate::request::{Witness, lookup};
use crate::statement::Statement;
use std::collections::BTreeSet;
use std::rc::Rc;

/// How many values that tests ask of a key are tried.
const MAX_ASKED: usize = 32;

/// How many actions of a service are tried.
const MAX_FITTING: usize = 12;

/// Who and where an example is by preference.
pub(crate) struct Taste<'a> {
    pub(crate) partition: &'a str,
    pub(crate) region: &'a str,
    /// The account of resources.
    pub(crate) account: &'a str,
    /// Actions that say most, the best first.
    pub(crate) telling_actions: &'a [&'a str],
    /// The action, if it is known though the formula does not ask for it.
    pub(crate) action: Option<&'a str>,
    /// The resource, if it is known though the formula does not ask for it.
    pub(crate) resource: Option<&'a str>,
    /// Whether somebody will look at it; else any request will do.
    pub(crate) is_shown: bool,
    /// ARNs of callers, the best first.
    pub(crate) principals: &'a [String],
}

/// The request that [`find`] finds, as near to a real one as the formula allows: a resource of the kind that the action
/// is about, a caller that exists, and what the frame knows of what is asked for: the keys, as they are written, that statements about an
/// action (in lower case) have in conditions and as variables.
pub(crate) fn witness<'s>(
    formula: &Formula,
    asked: impl FnOnce(&str) -> BTreeSet<&'s str>,
    compiler: &mut Compiler<'_>,
    taste: &Taste<'_>,
) -> Option<Witness> {
    let mut found = compiler.find(formula)?.clone();
    let mut wishes: Vec<Formula> = Vec::new();
    let mut wish = |compiler: &Compiler<'_>, found: &mut Found, wish: Formula| {
        let all: Vec<&Formula> = [formula].into_iter().chain(&wishes).chain([&wish]).collect();
        let better = compiler.budget.for_looks(|looks| find(&all, &compiler.facts, &compiler.frame.caller, looks));
        let is_better = better.is_some();
        if let Some(better) = better {
            *found = better;
            wishes.push(wish);
        }
        is_better
    };
    let action = match (taste.action, found.action) {
        (Some(fixed), _) => fixed.to_owned(),
        (None, at) if !taste.is_shown => compiler.facts.universe.name(at.unwrap_or_default()),
        (None, at) => {
            let known = compiler.facts.universe.name(at.unwrap_or_default());
            let fitting = fitting_actions(&known, found.resource.as_deref(), taste);
            let mut chosen = None;
            for candidate in fitting {
                let Some(id) = catalogue::find(&candidate) else { continue };
                let only = Rc::new(compiler.facts.universe.only(id.index()));
                let mut wishes = vec![compiler.facts.action(only)];
                if compiler.frame.resource.is_none() {
                    let templates = resources(&candidate, taste).into_iter();
                    let fits: Vec<Formula> = templates.map(|p| compiler.facts.text(Dimension::Resource, p)).collect();
                    wishes.push(Formula::any(fits));
                }
                if wish(compiler, &mut found, Formula::all(wishes)) {
                    chosen = Some(candidate);
                    break;
                }
            }
            match chosen {
                Some(chosen) => chosen,
                None => {
                    let at = at.unwrap_or_default();
                    let only = Rc::new(compiler.facts.universe.only(at));
                    let that_one = compiler.facts.action(only);
                    wish(compiler, &mut found, that_one);
                    compiler.facts.universe.name(at)
                }
            }
        }
    };
    if taste.is_shown && taste.resource.is_none() && compiler.frame.resource.is_none() {
        for pattern in resources(&action, taste) {
            let is_that = compiler.facts.text(Dimension::Resource, pattern);
            if wish(compiler, &mut found, is_that) {
                break;
            }
        }
    }
    let asks_for_principal = found.principal.is_some();
    if taste.is_shown && asks_for_principal {
        let accounts = [taste.account, "999999999999", "????????????", "?*"];
        let name = |account| {
            ["role/example", "user/example", "root"]
                .map(|name| format!("arn:{}:iam::{account}:{name}", taste.partition))
        };
        let usual: Vec<String> = accounts.into_iter().flat_map(name).collect();
        let named = taste.principals.iter().map(|principal| Pattern::equal(principal));
        let usual = usual.iter().filter_map(|pattern| Pattern::arn(&Glob::new(pattern)));
        for pattern in named.chain(usual) {
            let is_that = compiler.facts.text(Dimension::Principal, pattern);
            if wish(compiler, &mut found, is_that) {
                break;
            }
        }
    }
    if taste.is_shown {
        // The shortest text that fits need not be one that there can be.
        let caller = found.principal.iter().flat_map(|principal| real::arns(principal, taste.region, None));
        let caller: Vec<(Dimension, String)> = caller.map(|text| (Dimension::Principal, text)).collect();
        let account = Some(taste.account);
        let resource = found.resource.iter().flat_map(|resource| real::arns(resource, taste.region, account));
        let resource: Vec<(Dimension, String)> = resource.map(|text| (Dimension::Resource, text)).collect();
        for candidates in [caller, resource] {
            for (dimension, candidate) in candidates {
                let is_that = compiler.facts.text(dimension, Pattern::equal(&candidate));
                if wish(compiler, &mut found, is_that) {
                    break;
                }
            }
        }
        for (spelling, carried) in found.context.clone() {
            let key = spelling.to_ascii_lowercase();
            let asked = compiler.facts.asked_of(&key).take(MAX_ASKED);
            let likely = likely::values(&key, asked, (taste.partition, taste.region));
            if !likely.is_empty() && !carried.iter().all(|value| likely.contains(value)) {
                let is_likely = compiler.facts.key(&key, KeyTest::among(likely));
                wish(compiler, &mut found, is_likely);
            }
        }
    }
    let frame = &compiler.frame;
    let or_default = |given: &Option<String>, found: Option<String>| {
        given.clone().or(found).unwrap_or_else(|| DEFAULT_TEXT.to_owned())
    };
    let name = catalogue::find(&action).map(|id| id.name()).map(|(service, name)| format!("{service}:{name}"));
    let anybody = || {
        let holder = || format!("arn:{}:iam::{}:role/holder", taste.partition, taste.account);
        taste.principals.first().cloned().unwrap_or_else(holder)
    };
    let named = frame.caller.name().map(str::to_owned);
    let principal = named.or(found.principal).unwrap_or_else(anybody);
    let mut context = found.context;
    // What nobody will look at need not say what the frame knows.
    let spellings = if taste.is_shown { asked(&action.to_ascii_lowercase()) } else { BTreeSet::new() };
    for spelling in spellings {
        let key = spelling.to_ascii_lowercase();
        let known = frame.context.get(&key).cloned().or_else(|| frame.caller.carries(&key));
        let values = known.unwrap_or_else(|| of_caller(&key, &principal));
        if !values.is_empty() && lookup(&context, spelling).is_none() {
            context.insert(spelling.to_owned(), values);
        }
    }
    Some(Witness {
        principal,
        action: name.unwrap_or(action),
        resource: or_default(&frame.resource, taste.resource.map(str::to_owned).or(found.resource)),
        context,
    })
}

/// Actions to show, the first that can be: those that tell, then some of the service of the resource that it was found with.
fn fitting_actions(found: &str, resource: Option<&str>, taste: &Taste<'_>) -> Vec<String> {
    let matches = |id: &ActionId, resource: &str| {
        let fits = |kind: String| Pattern::arn(&Glob::new(&kind)).is_some_and(|pattern| pattern.matches(resource));
        id.resource_patterns().any(fits)
    };
    let spelled = |id: ActionId| format!("{}:{}", id.name().0, id.name().1);
    let service = resource.and_then(Arn::parse).map_or("", |arn| arn.service);
    let of_service = catalogue::actions_of(service).into_iter().filter(|id| matches(id, resource.unwrap_or_default()));
    let telling = taste.telling_actions.iter().map(|action| (*action).to_owned());
    telling.chain([found.to_owned()]).chain(of_service.map(spelled).take(MAX_FITTING)).collect()
}

/// The keys that those of the statements that are about an action (in lower case) ask for, in conditions and as variables.
pub(crate) fn asked_about<'s>(statements: &[&'s Statement], action: &str) -> BTreeSet<&'s str> {
    let about = statements.iter().filter(|statement| statement.actions.is_about(action));
    about.flat_map(|statement| asked(statement)).collect()
}

/// The keys that a statement asks for, as they are written.
pub(crate) fn asked(statement: &Statement) -> impl Iterator<Item = &str> {
    statement.conditions.iter().map(|c| c.key.as_str()).chain(used(statement))
}

/// What a key that is tied to the caller's ARN says.
fn of_caller(key: &str, principal: &str) -> Vec<String> {
    let account = || Arn::parse(principal).map(|arn| arn.account.to_owned());
    match key {
        "aws:principalarn" => vec![principal.to_owned()],
        "aws:principalaccount" | "kms:calleraccount" => account().into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Patterns of what the action acts on, the nicest first.
fn resources(action: &str, taste: &Taste<'_>) -> Vec<Pattern> {
    let Some(id) = catalogue::find(action) else {
        return vec![Pattern::equal(DEFAULT_TEXT)];
    };
    let mut templates: Vec<&str> = id.resource_templates().collect();
    templates.sort_by_key(|template| template.len());
    if templates.is_empty() {
        return vec![Pattern::equal(DEFAULT_TEXT)];
    }
    let filled = |partition: &str, region: &str, account: &str, name: &str| {
        let fill = move |template: &&str| {
            let text = template
                .replace("${Partition}", partition)
                .replace("${Region}", region)
                .replace("${Account}", account)
                .replace('*', "?*");
            // The last name is the one that is looked at.
            let text = text.rsplit_once("?*").map(|(head, tail)| format!("{head}{name}{tail}")).unwrap_or(text);
            Pattern::arn(&Glob::new(&text))
        };
        templates.iter().filter_map(fill).collect::<Vec<_>>()
    };
    let mut patterns = filled(taste.partition, taste.region, taste.account, "*example");
    patterns.extend(filled(taste.partition, taste.region, taste.account, "?*"));
    // What AWS keeps for everyone has a region, but no account.
    patterns.extend(filled(taste.partition, taste.region, "*", "?*"));
    patterns.extend(filled(taste.partition, "*", "*", "?*"));
    patterns.extend(filled("*", "*", "*", "?*"));
    patterns
}
