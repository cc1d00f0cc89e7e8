//! Resource and trust policies that let everyone in.

use super::witness::{self, Candidate};
use super::{PolicyKind, Violation, ViolationKind, Witness};
use crate::budget::Budget;
use crate::condition::confine;
use crate::document::Document;
use crate::glob::Glob;
use crate::principal;
use crate::reading::{Reading, Set};
use crate::resource::ResourcePattern;
use crate::statement::Statement;
use crate::zone::TrustZone;

/// What a role's trust policy is asked for.
const ASSUMING: [&str; 3] = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];

/// Actions to show, the first that fits.
const TELLING_ACTIONS: [&str; 14] = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:ListBucket",
    "s3:DeleteObject",
    "s3:PutBucketPolicy",
    "kms:Decrypt",
    "kms:PutKeyPolicy",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "sns:Publish",
    "sns:Subscribe",
    "lambda:InvokeFunction",
    "secretsmanager:GetSecretValue",
    "ecr:BatchGetImage",
];

/// One for each Allow to everyone that neither a condition nor a Deny confines to the zone.
pub(super) fn violations(document: &Document, kind: PolicyKind, zone: &TrustZone, budget: &Budget) -> Vec<Violation> {
    let open = document.statements().iter().enumerate().filter_map(|(index, allow)| {
        let denies: Vec<Reading> = document.statements().iter().filter(|d| shuts_out(d, allow, zone)).map(Reading::new).collect();
        let is_open = allow.is_allow() && principal::is_for_everyone(allow) && !confine::confines_callers(allow, zone);
        let candidates = if is_open { candidates(allow, &denies, kind, zone, budget) } else { Vec::new() };
        (!candidates.is_empty()).then(|| {
            let witness = witness::first_allowed(document, kind, zone, Some(allow), candidates);
            Violation { kind: violated(kind), statements: vec![index], detail: detail(index, allow, kind, &witness), witness }
        })
    });
    open.collect()
}

/// Whether the Deny leaves, of everyone whom the Allow lets in, only the zone and principals that it names.
fn shuts_out(deny: &Statement, allow: &Statement, zone: &TrustZone) -> bool {
    !deny.is_allow() && principal::shuts_out(deny, allow) && confine::leaves_only_zone(deny, zone)
}

/// Requests that show it: none if the Denies take everything away.
fn candidates(allow: &Statement, denies: &[Reading], kind: PolicyKind, zone: &TrustZone, budget: &Budget) -> Vec<Candidate> {
    let reading = Reading::new(allow);
    let stranger = format!("arn:{}:iam::{}:user/stranger", zone.partition, zone.stranger());
    let candidate = |action: String, resource: String| Candidate { principal: stranger.clone(), action, resource };
    if kind == PolicyKind::Trust {
        let is_left = |action: &&str| {
            let lower = action.to_ascii_lowercase();
            reading.has_action(&lower, budget) && !denies.iter().any(|d| d.has_action(&lower, budget))
        };
        let left = ASSUMING.into_iter().filter(is_left);
        return left.map(|action| candidate(action.to_owned(), "*".to_owned())).collect();
    }
    for action in atoms(&reading.actions) {
        let fitting: Vec<&Reading> = denies.iter().filter(|d| covers_action(&d.actions, action, budget)).collect();
        for resource in atoms(&reading.resources) {
            if !covers_resource(&fitting, resource, budget) {
                let resources = ["example", "0", "x.y"].map(|filler| resource_example(resource, zone, filler));
                let of_action = |a: String| resources.iter().map(|r| candidate(a.clone(), r.clone())).collect::<Vec<_>>();
                return action_examples(action).into_iter().flat_map(of_action).collect();
            }
        }
    }
    Vec::new()
}

/// A part of an Allow: what one pattern matches, or what none of a `Not` form does.
enum Atom<'a, T> {
    One(&'a T),
    AllBut(&'a [T]),
}

impl<T> Clone for Atom<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Atom<'_, T> {}

fn atoms<T>(set: &Set<T>) -> Vec<Atom<'_, T>> {
    match set {
        Set::Only(patterns) => patterns.iter().map(Atom::One).collect(),
        Set::Except(patterns) => vec![Atom::AllBut(patterns)],
    }
}

fn covers_action(denied: &Set<Glob>, action: Atom<'_, Glob>, budget: &Budget) -> bool {
    match (denied, action) {
        (Set::Only(denied), Atom::One(action)) => action.is_covered_by(denied, budget),
        (Set::Only(denied), Atom::AllBut(_)) => denied.iter().any(Glob::is_any),
        (Set::Except(spared), Atom::One(action)) => !spared.iter().any(|s| s.intersects(action, budget)),
        (Set::Except(spared), Atom::AllBut(except)) => spared.iter().all(|s| s.is_covered_by(except, budget)),
    }
}

fn covers_resource(denies: &[&Reading], resource: Atom<'_, ResourcePattern>, budget: &Budget) -> bool {
    let listed: Vec<&ResourcePattern> = denies
        .iter()
        .filter_map(|d| match &d.resources {
            Set::Only(patterns) => Some(patterns),
            Set::Except(_) => None,
        })
        .flatten()
        .collect();
    let by_list = match resource {
        Atom::One(resource) => resource.is_covered_by(&listed, budget),
        Atom::AllBut(_) => listed.iter().any(|p| matches!(p, ResourcePattern::Any)),
    };
    by_list
        || denies.iter().any(|d| match (&d.resources, resource) {
            (Set::Only(_), _) => false,
            (Set::Except(spared), Atom::One(resource)) => !spared.iter().any(|s| s.intersects(resource, budget)),
            (Set::Except(spared), Atom::AllBut(except)) => {
                let except: Vec<&ResourcePattern> = except.iter().collect();
                spared.iter().all(|s| s.is_covered_by(&except, budget))
            }
        })
}

/// Telling actions first, then one made from the pattern.
fn action_examples(action: Atom<'_, Glob>) -> Vec<String> {
    let fits = |name: &str| {
        let name = name.to_ascii_lowercase();
        match action {
            Atom::One(glob) => glob.matches(&name),
            Atom::AllBut(globs) => !globs.iter().any(|g| g.matches(&name)),
        }
    };
    let telling = TELLING_ACTIONS.into_iter().filter(|name| fits(name)).map(str::to_owned);
    let made = match action {
        Atom::One(glob) => glob.example(""),
        Atom::AllBut(_) => "example:AnyAction".to_owned(),
    };
    telling.chain([made]).collect()
}

fn resource_example(resource: Atom<'_, ResourcePattern>, zone: &TrustZone, filler: &str) -> String {
    match resource {
        Atom::One(pattern) => pattern.example(zone, filler),
        Atom::AllBut(_) => "*".to_owned(),
    }
}

fn violated(kind: PolicyKind) -> ViolationKind {
    if kind == PolicyKind::Trust { ViolationKind::TrustWildcard } else { ViolationKind::PublicAccess }
}

fn detail(index: usize, allow: &Statement, kind: PolicyKind, witness: &Witness) -> String {
    let sid = allow.sid.as_deref().filter(|sid| !sid.is_empty()).map(|sid| format!(" (`{sid}`)")).unwrap_or_default();
    match kind {
        PolicyKind::Trust => format!("statement {index}{sid} lets everyone assume the role with `{}`", witness.action),
        _ => format!("statement {index}{sid} lets everyone perform `{}` on `{}`", witness.action, witness.resource),
    }
}
