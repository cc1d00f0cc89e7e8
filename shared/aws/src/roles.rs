//! Which permissions each function needs: what the adapters of its facets say, and what every function does besides.

use std::collections::BTreeSet;

use parapet_guards::{Facet, GuardName, ResourceKind, facets};

use crate::adapter::Adapter;
use crate::permissions::{
    DEAD_LETTERS, EVIDENCE, LAST_ACCESSED, LOGS, Needs, ORGANIZATION, Permission, STANDARD, SWEEP, Scope, need,
};

/// What each facet needs, as its adapter says.
macro_rules! needs {
    ($({ $guard:literal: $($facet:ident)+ })+) => {
        /// What a facet needs.
        #[must_use]
        pub fn needs(facet: Facet) -> Needs {
            match facet {
                $($(Facet::$facet => <facets::$facet as Adapter>::NEEDS,)+)+
            }
        }
    };
}

parapet_guards::with_every_facet!(needs);

/// What a guard's function needs, each permission for each call that needs it.
#[must_use]
pub fn of_guard(guard: GuardName) -> Vec<Permission> {
    let facets = || Facet::ALL.iter().copied().filter(move |facet| facet.owner() == guard);
    let kinds = || facets().map(Facet::kind);
    let mut needed: Vec<Permission> = facets().flat_map(|facet| needs(facet).all()).collect();
    needed.extend(kinds().flat_map(|kind| crate::to_list(kind).iter().chain(crate::to_identify(kind))));
    needed.extend(of_function());
    needed.extend(DEAD_LETTERS);
    needed
}

/// What bootstrap needs to ensure these facets: it makes and repairs, and takes nothing away. It waits for no event, so it has no
/// dead letters; what it lists, [`of_baseline`] says.
#[must_use]
pub fn of_bootstrap(facets: &[Facet]) -> Vec<Permission> {
    let of_facets = facets.iter().map(|facet| needs(*facet));
    let mut needed: Vec<Permission> =
        of_facets.flat_map(|needs| needs.looks.iter().chain(needs.ties).chain(needs.writes)).copied().collect();
    needed.extend(of_function());
    needed.extend(ORGANIZATION);
    needed
}

/// What the sweep needs: it looks at everything, and has the guards mend what is wrong. It waits for no event of anybody's, so it has no dead
/// letters.
#[must_use]
pub fn of_sweep() -> Vec<Permission> {
    let ties = Facet::ALL.iter().flat_map(|facet| needs(*facet).ties).map(everything);
    let everywhere: Vec<Permission> = of_baseline().into_iter().chain(ties).collect();
    let mut needed: Vec<Permission> = of_function().chain(SWEEP.iter().copied()).collect();
    needed.retain(|permission| !everywhere.iter().any(|wide| wide.action == permission.action));
    [needed, everywhere].concat()
}

/// What it takes to keep what is there when Parapet comes: to list every kind and to look at every facet, once.
#[must_use]
pub fn of_baseline() -> Vec<Permission> {
    let kinds = || Facet::ALL.iter().map(|facet| facet.kind());
    let looks = Facet::ALL.iter().flat_map(|facet| needs(*facet).looks);
    let lists = kinds().flat_map(|kind| crate::to_list(kind).iter().chain(crate::to_identify(kind)));
    looks.chain(lists).map(everything).collect()
}

/// The same permission, whatever there is.
fn everything(permission: &Permission) -> Permission {
    match permission.scope {
        Scope::NoResource => *permission,
        _ => Permission { scope: Scope::Everything, ..*permission },
    }
}

/// What it takes to plan: to list and look at everything, as for the baseline, and to read what is remembered. Nothing is written.
#[must_use]
pub fn of_plan() -> Vec<Permission> {
    let ties = Facet::ALL.iter().flat_map(|facet| needs(*facet).ties);
    let ties = ties.map(|permission| Permission { scope: Scope::Everything, ..*permission });
    // By some role it is told whose account it is.
    let account = need("IAM:ListRoles", "iam:ListRoles", Scope::NoResource);
    let besides = ORGANIZATION.iter().copied().chain([account]);
    let besides = besides.chain(LAST_ACCESSED.iter().copied());
    of_baseline().into_iter().chain(ties).chain(of_memory()).chain(besides).collect()
}

/// What it takes to look at a facet, as AWS names the actions.
#[must_use]
pub fn to_look_at(facet: Facet) -> BTreeSet<&'static str> {
    needs(facet).looks.iter().map(|permission| permission.action).collect()
}

/// What it takes to list a kind of resource, likewise.
#[must_use]
pub fn to_list(kind: ResourceKind) -> BTreeSet<&'static str> {
    crate::to_list(kind).iter().map(|permission| permission.action).collect()
}

/// What of [`EVIDENCE`] reads.
fn of_memory() -> impl Iterator<Item = Permission> {
    let is_read =
        |permission: &Permission| matches!(permission.action, "s3:GetObject" | "s3:ListBucket" | "kms:Decrypt");
    EVIDENCE.iter().copied().filter(is_read)
}

/// What every function needs.
fn of_function() -> impl Iterator<Item = Permission> {
    STANDARD.iter().chain(EVIDENCE).chain(LOGS).copied()
}
