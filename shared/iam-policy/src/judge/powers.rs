//! Powers that are too broad when they reach everything: passing any role, decrypting with any key, switching off any
//! log, reading any data, every action of a service.

use super::found::{Way, violation};
use super::holding::Rules;
use super::kinds::ViolationKind;
use super::places::Home;
use super::protected::meant;
use super::reach::{Own, Reach, Reached};
use super::scenario::{Aim, Scenario};
use super::sensitive::future;
use super::stronger;
use super::tables::powers::{BESIDE, ON_PROTECTED_ONLY, POWERS, SENSITIVE_SERVICES};
use super::targets::Targets;
use super::violation::{Target, Violation};
use crate::budget::Budget;
use crate::catalogue;
use crate::document::Document;
use crate::glob::Glob;
use crate::language::{Pattern, is_satisfiable};

/// A role that goes to one named service only is not given away: "We recommend that you specify resource ARNs or add the
/// iam:PassedToService condition key to your statement" (IAM Access Analyzer, Pass role with star in resource).
const UNNAMED_SERVICE: &str = "example.amazonaws.com";

pub(super) fn found(reach: &Reach<'_>, rules: &Rules, kind: ViolationKind) -> Option<Violation> {
    let mut reached: Vec<(&str, Target, Reached)> = reached(reach, rules, kind).collect();
    reached.sort_by_key(|(_, target, _)| *target == Target::EveryResource);
    let (_, target, _) = reached.first()?;
    violation(reach.zone, kind, *target, reached.into_iter().map(|(action, _, step)| Way::of(action, step)).collect())
}

/// The actions of a kind's power that reach everything, or something protected.
pub(super) fn reached<'r>(
    reach: &'r Reach<'_>,
    rules: &'r Rules,
    kind: ViolationKind,
) -> impl Iterator<Item = (&'static str, Target, Reached)> + 'r {
    let actions = POWERS.iter().filter(move |power| power.kind == kind).flat_map(|power| power.actions);
    actions.filter_map(move |action| {
        let (target, step) = on_enough(reach, rules, kind, action)?;
        Some((*action, target, with_what_it_needs(reach, action, step)?))
    })
}

/// An action that is reached, with the one that it needs beside it.
fn with_what_it_needs(reach: &Reach<'_>, action: &str, step: Reached) -> Option<Reached> {
    let Some((_, needed)) = BESIDE.iter().find(|(other, _)| *other == action) else { return Some(step) };
    let lower = needed.to_ascii_lowercase();
    let other = reach.on_some_resource_of(&step.home, needed, Scenario::alone(&lower))?;
    let mut both = step;
    both.before.insert((*needed).to_owned());
    both.statements.extend(other.statements);
    Some(both)
}

fn on_enough(reach: &Reach<'_>, rules: &Rules, kind: ViolationKind, action: &str) -> Option<(Target, Reached)> {
    let lower = action.to_ascii_lowercase();
    let passed_to: &[&str] = if kind == ViolationKind::PassRole { &[UNNAMED_SERVICE] } else { &[] };
    let aim = if kind == ViolationKind::ProtectedData { Aim::Plain } else { Aim::AnyOne };
    let scenario = Scenario { passed_to, aim, ..Scenario::of(&lower) };
    if !reach.asks_about(&lower) {
        return None;
    }
    if kind == ViolationKind::ProtectedData && rules.protected.is_empty() && ON_PROTECTED_ONLY.contains(&action) {
        return None;
    }
    let on_some = |patterns: &[String], beyond: &[Document], target: Target| {
        let of_service = patterns.iter().filter(|pattern| could_act_on(&lower, pattern));
        // What is sealed is named whole.
        let around = |pattern: &String| match target {
            Target::Protected => meant(action, pattern),
            _ => vec![pattern.clone()],
        };
        let is_open_to_it = |p: &String| kind != ViolationKind::Exposure || is_of_a_kind(&lower, p, reach.budget);
        let mut of_kind = of_service.flat_map(around).filter(is_open_to_it);
        let reached = of_kind.find_map(|p| reach.on_some_of(action, &p, beyond, scenario))?;
        Some((target, reached))
    };
    let on_protected = || on_some(&rules.protected, &rules.envelope, Target::Protected);
    let on_everything = || Some((Target::EveryResource, reach.on_every_resource(action, scenario, Own::One)?));
    let on_any_role = || {
        reach.homes.iter().find_map(|home| {
            let every = reach.on_every_resource_of(home, action, scenario, Own::One)?;
            if stronger::is_asked(reach, home, action) {
                stronger::reached(reach, home, action, None)
            } else {
                Some(every)
            }
        })
    };
    match kind {
        ViolationKind::PassRole => Some((Target::EveryResource, on_any_role()?)),
        ViolationKind::ProtectedData if !rules.protected.is_empty() => on_protected(),
        ViolationKind::LogTampering => on_everything().or_else(on_protected),
        // What is protected is worse.
        ViolationKind::Exposure => on_protected().or_else(on_everything),
        ViolationKind::ObjectTampering => on_some(&rules.sealed.resources, &[], Target::Sealed),
        _ => on_everything(),
    }
}

/// Whether an action (in lower case) is of the service whose resources a pattern names: nothing is read from a bucket with DynamoDB.
pub(super) fn could_act_on(action: &str, pattern: &str) -> bool {
    let service = pattern.split(':').nth(2).unwrap_or("*");
    service.contains(['*', '?']) || action.split(':').next() == Some(service)
}

/// Whether the action (in lower case) is about some kind of resource that the pattern can name: no request opens a trail by
/// `cloudtrail:PutResourcePolicy`, which is about event data stores. Of an action of which the catalogue names no kind, any.
pub(super) fn is_of_a_kind(action: &str, pattern: &str, budget: &Budget) -> bool {
    let kinds = || catalogue::find(action).into_iter().flat_map(|id| id.resource_patterns());
    let Some(named) = Pattern::arn(&Glob::new(pattern)) else { return true };
    // The name of a bucket has no slash.
    let mut possible = kinds().filter(|kind| !(kind.ends_with(":s3:::*") && pattern.contains('/')));
    let mut meets = |kind: Pattern| is_satisfiable(&[&named, &kind], &[], budget);
    kinds().next().is_none() || possible.any(|kind| Pattern::arn(&Glob::new(&kind)).is_some_and(&mut meets))
}

/// Sensitive services of which every action is allowed on everything.
pub(super) fn services(reach: &Reach<'_>) -> Option<Violation> {
    let ways = reached_services(reach).map(|(service, step)| Way::of(format!("{service}:*"), step)).collect();
    violation(reach.zone, ViolationKind::ServiceWildcard, Target::EveryResource, ways)
}

/// The services, one by one.
pub(super) fn reached_services<'r>(reach: &'r Reach<'_>) -> impl Iterator<Item = (&'static str, Reached)> + 'r {
    SENSITIVE_SERVICES.into_iter().filter_map(|service| {
        let action = future(service);
        if !reach.asks_about(&action) {
            return None;
        }
        let everything = Targets::only("*".to_owned(), &Home::of(reach.zone));
        let name = format!("{service}:AnyFutureAction");
        Some((service, reach.on_most(&name, &everything, Scenario::of(&action), Own::One)?))
    })
}
