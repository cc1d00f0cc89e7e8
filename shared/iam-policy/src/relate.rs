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
    search(zone, [existing, new], kind, |existing, new| Formula::all([new, existing.not()]))
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
    search(&zone, [policies, others], kind, |one, other| Formula::all([one, other]))
}

fn search(
    zone: &TrustZone,
    pair: [Policies<'_>; 2],
    kind: PolicyKind,
    asked: fn(Formula, Formula) -> Formula,
) -> Search {
    let budget = Budget::of(MAX_RELATION_STEPS);
    let statements: Vec<&Statement> = pair.iter().copied().flatten().flat_map(|d| d.statements()).collect();
    let universe = Rc::new(Universe::new(statements.iter().flat_map(|s| s.actions.patterns()), &budget));
    let callers = match kind {
        PolicyKind::Identity => vec![Caller::Aws],
        _ => Caller::cases(statements.iter().copied()),
    };
    let bindings = bindings(&statements, &zone.account);
    for caller in callers {
        for context in &bindings {
            let context = context.iter().map(|(key, values)| {
                let carried = caller.carries(key).unwrap_or_else(|| values.clone());
                (key.clone(), carried)
            });
            let frame = Frame { caller: caller.clone(), resource: None, context: context.collect() };
            let facts = Facts::new(&universe);
            let mut compiler = Compiler::new(facts, frame, &budget);
            let [one, other] = pair.map(|documents| compiler.allowed(documents, kind));
            let bound = bound_account(&mut compiler);
            let exists = compiler.caller_exists();
            let formula = Formula::all([asked(one, other), bound, exists]);
            let found = if formula.is_false() {
                None
            } else {
                witness(&formula, |action| asked_about(&statements, action), &mut compiler, &taste(zone))
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

fn taste(zone: &TrustZone) -> Taste<'_> {
    Taste {
        partition: &zone.partition,
        region: "us-east-1",
        account: &zone.account,
        principals: &[],
        telling_actions: &[],
        action: None,
        resource: None,
        is_shown: true,
    }
}
