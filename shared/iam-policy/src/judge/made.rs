//! Ways that turn on one resource, which the holder makes or changes and gives power.

use super::found::Way;
use super::places::Home;
use super::reach::{Own, Reach, Reached};
use super::scenario::Scenario;
use super::tables::made::{MADE, Made};
use super::tables::roles::GIVING;
use super::targets::Targets;
use super::ways::PASS_ROLE;
use crate::glob::Glob;
use crate::language::{self, Pattern};
use crate::variables::Variables;
use std::collections::BTreeSet;
use std::rc::Rc;

/// How many names are tried for one way.
const MAX_NAMES: usize = 24;

/// Patterns that are compared in the time of a step.
const COMPARISONS_OF_A_STEP: usize = 8;

/// How many roles are tried that the holder gives what it likes and passes.
const MAX_PASSED: usize = 8;

/// In lower case.
const PASSING: &str = "iam:passrole";

/// With which a boundary is set that has to be none.
const EXCHANGING: [&str; 2] = ["iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"];

/// ARNs that tell a reader that their names are made up.
const NAMED: &str = "arn:*:*:*:*:*example";

/// The ways of the table that the holder can go, but for those that have all actions of another: of these, or of the table.
pub(super) fn reached<'r>(reach: &'r Reach<'_>, beside: &'r [Way]) -> impl Iterator<Item = Way> + 'r {
    let asked = MADE.iter().filter(|made| {
        let lower = || made.actions.iter().map(|action| action.to_ascii_lowercase());
        lower().any(|action| reach.asks_about(&action)) && lower().all(|action| reach.is_about(&action))
    });
    let mut known: Vec<&Made> = Vec::new();
    asked.filter_map(move |made| {
        let has_all_of = |other: &&Made| other.actions.iter().all(|action| made.actions.contains(action));
        if known.iter().any(has_all_of) || beside.iter().any(|way| way.is_within(made.actions)) {
            return None;
        }
        let steps = reach.homes.iter().find_map(|home| steps(reach, home, made))?;
        known.push(made);
        Some(Way::new(made.actions.iter().map(|action| (*action).to_owned()).collect(), steps))
    })
}

/// A role that the holder gives what it likes, and may pass.
pub(super) struct Given {
    role: Targets,
    action: &'static str,
    step: Reached,
}

/// Such roles.
pub(super) fn given(reach: &Reach<'_>, home: &Home) -> Vec<Given> {
    let mut all = Vec::new();
    for action in GIVING {
        let lower = action.to_ascii_lowercase();
        if !reach.is_about(&lower) || !reach.is_about(PASSING) {
            continue;
        }
        for name in names(reach, home, &[action, PASS_ROLE], "role").into_iter().take(MAX_PASSED) {
            let role = Targets::only(name, home);
            let step = reach.on_most(action, &role, Scenario::of(&lower), Own::Everything);
            all.extend(step.map(|step| Given { role, action, step }));
        }
    }
    all
}

/// Passing one of these roles to one of these services.
pub(super) fn passed(reach: &Reach<'_>, given: &[Given], passed_to: &[&str]) -> Option<Reached> {
    let scenario = Scenario { passed_to, ..Scenario::of(PASSING) };
    given.iter().find_map(|given| {
        let mut passed = reach.on_most(PASS_ROLE, &given.role, scenario, Own::Everything)?;
        passed.before.extend(given.step.before.iter().cloned());
        passed.before.insert(given.action.to_owned());
        passed.statements.extend(given.step.statements.iter().copied());
        Some(passed)
    })
}

/// How each action is reached on some resource that is the same for all of them.
fn steps(reach: &Reach<'_>, home: &Home, made: &Made) -> Option<Vec<Rc<Reached>>> {
    let step = |action: &&str, target: &Targets| {
        let lower = action.to_ascii_lowercase();
        let is_exchanged = EXCHANGING.contains(action);
        let scenario = Scenario {
            is_unbound: made.is_unbound && !is_exchanged,
            is_made: made.sets_boundary(),
            ..Scenario::of(&lower)
        };
        reach.on_most(action, target, scenario, Own::Everything)
    };
    names(reach, home, made.actions, made.of).into_iter().find_map(|name| {
        let target = Targets::only(name, home);
        made.actions.iter().map(|action| step(action, &target).map(Rc::new)).collect()
    })
}

/// Names of such resources that some Allow of each action is about.
fn names(reach: &Reach<'_>, home: &Home, actions: &[&str], of: &str) -> Vec<String> {
    let all = format!("arn:{}:iam::{}:{of}/*", home.partition, home.account);
    // Each pattern by its place: a choice of some is compared with others by these.
    let mut globs: Vec<Glob> = vec![Glob::new(&all)];
    let start = all.trim_end_matches('*');
    let mut found: Vec<BTreeSet<usize>> = vec![[0].into()];
    let (denied, asked) = asked(reach, actions);
    for allowed in asked {
        let of_action: Vec<Glob> = allowed.iter().filter_map(|pattern| Variables::Any.glob(pattern)).collect();
        let (any, named): (Vec<Glob>, Vec<Glob>) = of_action.into_iter().partition(Glob::is_any);
        // What begins in another way is no such resource.
        let begins =
            |glob: &Glob| glob.literal_prefix().chars().zip(start.chars()).all(|(c, own)| c.eq_ignore_ascii_case(&own));
        let named: Vec<Glob> = named.into_iter().filter(begins).collect();
        reach.budget.spend(named.len() * (globs.len() + named.len()) / COMPARISONS_OF_A_STEP);
        let place = |glob: Glob| match globs.iter().position(|known| *known == glob) {
            Some(place) => place,
            None => {
                globs.push(glob);
                globs.len() - 1
            }
        };
        let named: Vec<Option<usize>> = named.into_iter().map(place).map(Some).collect();
        let everything = (!any.is_empty()).then_some(None);
        let mut more: Vec<BTreeSet<usize>> = Vec::new();
        let mut seen: BTreeSet<BTreeSet<usize>> = BTreeSet::new();
        // What has to match one pattern twice has to match it once, and in whichever order.
        let with = |chosen: &BTreeSet<usize>, place: &Option<usize>| chosen.iter().copied().chain(*place).collect();
        for with in
            found.iter().flat_map(|chosen| named.iter().chain(&everything).map(move |place| with(chosen, place)))
        {
            reach.budget.spend(1);
            if more.len() >= MAX_NAMES * MAX_NAMES || reach.budget.is_exhausted() {
                break;
            }
            if seen.insert(BTreeSet::clone(&with)) {
                more.push(with);
            }
        }
        found = more;
    }
    let avoided: Vec<Pattern> = denied.iter().filter(|glob| !glob.is_any()).filter_map(Pattern::arn).collect();
    let mut names = Vec::new();
    for chosen in found {
        if reach.budget.is_exhausted() || names.len() >= MAX_NAMES {
            break;
        }
        let chosen: Vec<Glob> = chosen.iter().filter_map(|place| globs.get(*place).cloned()).collect();
        // A Deny that has conditions may not matter: where each name is denied, one that is will do.
        let free = (!avoided.is_empty()).then(|| common(&chosen, &avoided, reach)).flatten();
        for name in free.into_iter().chain(common(&chosen, &[], reach)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// What Denies of the actions name; and of each action what Allows name, and of each Deny that names what it is not about that, or anything.
fn asked(reach: &Reach<'_>, actions: &[&str]) -> (Vec<Glob>, Vec<BTreeSet<String>>) {
    let lower: Vec<String> = actions.iter().map(|action| action.to_ascii_lowercase()).collect();
    let mut asked: Vec<BTreeSet<String>> = lower.iter().map(|action| reach.allowed_resources(action)).collect();
    let (mut denied, mut left_out) = (BTreeSet::new(), BTreeSet::new());
    for (named, others) in lower.iter().map(|action| reach.denied_resources(action)) {
        denied.extend(named);
        left_out.extend(others);
    }
    asked.extend(left_out.into_iter().map(|patterns| patterns.into_iter().chain(["*".to_owned()]).collect()));
    (denied.iter().filter_map(|pattern| Variables::Any.glob(pattern)).collect(), asked)
}

/// A name that all patterns match, and none of others, with something in the place of a wildcard if that can be.
fn common(globs: &[Glob], avoided: &[Pattern], reach: &Reach<'_>) -> Option<String> {
    reach.budget.spend(globs.iter().map(|glob| glob.tokens().len()).sum());
    let patterns: Vec<Pattern> = globs.iter().filter_map(Pattern::arn).collect();
    if patterns.len() < globs.len() {
        return None;
    }
    let named = Pattern::arn(&Glob::new(NAMED))?;
    let all: Vec<&Pattern> = patterns.iter().collect();
    let avoided: Vec<&Pattern> = avoided.iter().collect();
    let shortest = |all: &[&Pattern]| language::shortest(all, &avoided, reach.budget);
    shortest(&all.iter().copied().chain([&named]).collect::<Vec<_>>()).or_else(|| shortest(&all))
}
