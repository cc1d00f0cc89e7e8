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

/// What stands for a `*` in an example: one that a Deny spares is enough.
const FILLERS: [&str; 4] = ["example", "0", "x.y", ""];

/// How many patterns that Denies spare are tried as examples.
const MAX_SPARED: usize = 8;

/// One for each Allow to everyone that neither a condition nor a Deny confines to the zone.
pub(super) fn violations(document: &Document, kind: PolicyKind, zone: &TrustZone, budget: &Budget) -> Vec<Violation> {
    let is_open = |allow: &Statement| {
        allow.is_allow() && principal::is_for_everyone(allow) && !confine::confines_callers(allow, zone)
    };
    let stranger = zone.stranger(&document.to_json());
    let violation = |(index, allow): (usize, &Statement)| {
        let denies: Vec<Reading> =
            document.statements().iter().filter(|d| shuts_out(d, allow, zone)).map(Reading::new).collect();
        let requests = match kind {
            PolicyKind::Trust => assumptions(allow, &denies, budget),
            _ => accesses(allow, &denies, zone, budget),
        };
        if requests.is_empty() {
            return None;
        }
        let candidates = requests
            .into_iter()
            .map(|(action, resource)| Candidate { principal: stranger.clone(), action, resource })
            .collect();
        let witness = witness::first_allowed(document, kind, allow, candidates, budget);
        let detail = detail(index, allow, kind, &witness);
        Some(Violation { kind: violated(kind), statements: vec![index], witness, detail })
    };
    document.statements().iter().enumerate().filter(|(_, s)| is_open(s)).filter_map(violation).collect()
}

/// Whether the Deny leaves, of everyone whom the Allow lets in, only the zone and principals that it names.
fn shuts_out(deny: &Statement, allow: &Statement, zone: &TrustZone) -> bool {
    !deny.is_allow() && principal::shuts_out(deny, allow) && confine::leaves_only_zone(deny, zone)
}

/// An action and a resource.
type Access = (String, String);

/// The ways to assume the role that no Deny takes away.
fn assumptions(allow: &Statement, denies: &[Reading], budget: &Budget) -> Vec<Access> {
    let allow = Reading::new(allow);
    let is_left = |action: &&str| {
        let lower = action.to_ascii_lowercase();
        allow.has_action(&lower, budget) && !denies.iter().any(|d| d.has_action(&lower, budget))
    };
    ASSUMING.into_iter().filter(is_left).map(|action| (action.to_owned(), "*".to_owned())).collect()
}

/// Examples of a pair of action and resource that the Denies do not take away; none if there is no such pair.
fn accesses(allow: &Statement, denies: &[Reading], zone: &TrustZone, budget: &Budget) -> Vec<Access> {
    let allow = Reading::new(allow);
    for action in atoms(&allow.actions, Glob::is_any) {
        let fitting: Vec<&Reading> = denies.iter().filter(|d| covers_action(&d.actions, action, budget)).collect();
        for resource in atoms(&allow.resources, ResourcePattern::is_any) {
            if !covers_resource(&fitting, resource, budget) {
                return examples(denies, action, resource, zone);
            }
        }
    }
    Vec::new()
}

/// Examples of both, and of what the Denies spare with a `Not` form: whoever takes one has to try them.
fn examples(
    denies: &[Reading],
    action: Atom<'_, Glob>,
    resource: Atom<'_, ResourcePattern>,
    zone: &TrustZone,
) -> Vec<Access> {
    let spared_actions = denies.iter().flat_map(|d| d.actions.excepted()).map(|a| a.example(""));
    let spared_resources = denies.iter().flat_map(|d| d.resources.excepted()).map(|r| r.example(zone, "example"));
    let actions = action_examples(action).into_iter().chain(spared_actions.take(MAX_SPARED));
    let resources: Vec<String> = FILLERS
        .iter()
        .map(|filler| resource_example(resource, zone, filler))
        .chain(spared_resources.take(MAX_SPARED))
        .collect();
    actions.flat_map(|a| resources.iter().map(move |r| (a.clone(), r.clone()))).collect()
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

/// All parts; a `Not` form of everything has none.
fn atoms<T>(set: &Set<T>, is_any: fn(&T) -> bool) -> Vec<Atom<'_, T>> {
    match set {
        Set::Only(patterns) => patterns.iter().map(Atom::One).collect(),
        Set::Except(patterns) if patterns.iter().any(is_any) => Vec::new(),
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
        Atom::AllBut(_) => listed.iter().any(|p| p.is_any()),
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
