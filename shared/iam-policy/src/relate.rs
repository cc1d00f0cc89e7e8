//! How policies relate: whether one allows what another does not.

use crate::budget::{Budget, MAX_RELATION_STEPS};
use crate::document::Document;
use crate::glob::Glob;
use crate::kind::PolicyKind;
use crate::request::Witness;
use crate::solve::{
    Caller, Compiler, EXAMPLE_ACCOUNT, Facts, Formula, Frame, Taste, Universe, asked_about, bindings, of_account,
    witness,
};
use crate::statement::Statement;
use crate::zone::TrustZone;
use std::rc::Rc;

/// The answer to a question about all requests.
#[derive(Clone, Debug, PartialEq)]
pub enum Search {
    /// There is no such request.
    None,
    /// There is one, and this is it.
    Found(Box<Witness>),
    /// It could not be decided, and why: to be treated as if one was found.
    Undetermined(String),
}

impl Search {
    /// Whether it is certain that there is none.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

/// Documents that hold together: all policies of one principal, or the policy of one resource.
type Policies<'a> = &'a [&'a Document];

/// Policies each of which has to allow a request: what is held, and its limits.
pub(crate) type Layers<'l, 'a> = &'l [Policies<'a>];

/// Whether everything that `policies` allow is allowed by `others`. False also if that could not be decided.
pub fn implies(policies: Policies<'_>, others: Policies<'_>, kind: PolicyKind) -> bool {
    new_access(others, policies, kind).is_none()
}

/// Whether both allow the same. False also if that could not be decided.
pub fn equivalent(policies: Policies<'_>, others: Policies<'_>, kind: PolicyKind) -> bool {
    difference(policies, others, kind).is_none()
}

/// Whether no request is allowed by both. False also if that could not be decided.
pub fn disjoint(policies: Policies<'_>, others: Policies<'_>, kind: PolicyKind) -> bool {
    common_access(policies, others, kind).is_none()
}

/// A request that `new` allows and `existing` does not: the witness against [`implies`].
pub fn new_access(existing: Policies<'_>, new: Policies<'_>, kind: PolicyKind) -> Search {
    new_access_in(&TrustZone::new(EXAMPLE_ACCOUNT), existing, new, kind)
}

/// [`new_access`], with a request of the zone's account and partition.
pub fn new_access_in(zone: &TrustZone, existing: Policies<'_>, new: Policies<'_>, kind: PolicyKind) -> Search {
    let budget = Budget::of(MAX_RELATION_STEPS);
    search(&taste(zone, &[]), [&[existing], &[new]], kind, only_new, &budget)
}

/// A request of identity policies that `new` allow and `existing` do not, each of whose layers has to allow it: policies, and what
/// limits them. One of these actions, if there is a choice.
pub(crate) fn new_access_within(
    zone: &TrustZone,
    existing: Layers<'_, '_>,
    new: Layers<'_, '_>,
    telling: &[&str],
    budget: &Budget,
) -> Search {
    search(&taste(zone, telling), [existing, new], PolicyKind::Identity, only_new, budget)
}

/// A request that one of the two allows and the other does not: the witness against [`equivalent`].
pub fn difference(policies: Policies<'_>, others: Policies<'_>, kind: PolicyKind) -> Search {
    match new_access(policies, others, kind) {
        Search::None => new_access(others, policies, kind),
        found => found,
    }
}

/// A request that both allow: the witness against [`disjoint`].
pub fn common_access(policies: Policies<'_>, others: Policies<'_>, kind: PolicyKind) -> Search {
    let zone = TrustZone::new(EXAMPLE_ACCOUNT);
    let budget = Budget::of(MAX_RELATION_STEPS);
    search(&taste(&zone, &[]), [&[policies], &[others]], kind, both, &budget)
}

/// Whether some request is allowed by both, whichever; true also if that could not be decided.
pub(crate) fn have_common_access(
    policies: Policies<'_>,
    others: Policies<'_>,
    kind: PolicyKind,
    budget: &Budget,
) -> bool {
    let zone = TrustZone::new(EXAMPLE_ACCOUNT);
    let taste = Taste { is_shown: false, ..taste(&zone, &[]) };
    !search(&taste, [&[policies], &[others]], kind, both, budget).is_none()
}

fn both(one: Formula, other: Formula) -> Formula {
    Formula::all([one, other])
}

fn only_new(existing: Formula, new: Formula) -> Formula {
    Formula::all([new, existing.not()])
}

fn search(
    taste: &Taste<'_>,
    pair: [Layers<'_, '_>; 2],
    kind: PolicyKind,
    asked: fn(Formula, Formula) -> Formula,
    budget: &Budget,
) -> Search {
    let layers = pair.iter().copied().flatten().copied();
    let statements: Vec<&Statement> = layers.flatten().flat_map(|d| d.statements()).collect();
    let universe = Rc::new(Universe::new(statements.iter().flat_map(|s| s.actions.patterns()), budget));
    let callers = match kind {
        PolicyKind::Identity => vec![Caller::Aws],
        _ => Caller::cases(statements.iter().copied()),
    };
    let bindings = bindings(&statements, taste.account);
    for caller in callers {
        for context in &bindings {
            let context = context.iter().map(|(key, values)| {
                let carried = caller.carries(key).unwrap_or_else(|| values.clone());
                (key.clone(), carried)
            });
            let frame = Frame { caller: caller.clone(), resource: None, context: context.collect() };
            let facts = Facts::new(&universe);
            let mut compiler = Compiler::new(facts, frame, budget);
            let [one, other] = pair.map(|layers| {
                let each: Vec<Formula> = layers.iter().map(|documents| compiler.allowed(documents, kind)).collect();
                Formula::all(each)
            });
            let bound = bound_account(&mut compiler);
            let exists = compiler.caller_exists();
            let formula = Formula::all([asked(one, other), bound, exists]);
            let found = if formula.is_false() {
                None
            } else {
                witness(&formula, |action| asked_about(&statements, action), &mut compiler, taste)
            };
            match found {
                _ if budget.is_exhausted() => return Search::Undetermined(budget.exhaustion()),
                Some(found) => return Search::Found(Box::new(found)),
                None => {}
            }
        }
    }
    Search::None
}

/// That the caller is of the account which stands for `${aws:PrincipalAccount}`, if that is used.
pub(crate) fn bound_account(compiler: &mut Compiler<'_>) -> Formula {
    let account = compiler.frame.context.get("aws:principalaccount").and_then(|values| values.first());
    match account.and_then(|account| of_account(&Glob::literal(account))) {
        Some(pattern) if compiler.frame.caller == Caller::Aws => compiler.caller_is(vec![pattern]),
        _ => Formula::TRUE,
    }
}

fn taste<'t>(zone: &'t TrustZone, telling_actions: &'t [&'t str]) -> Taste<'t> {
    Taste {
        partition: zone.partition_or_usual(),
        region: "us-east-1",
        account: &zone.account,
        principals: &[],
        telling_actions,
        action: None,
        resource: None,
        is_shown: true,
    }
}
