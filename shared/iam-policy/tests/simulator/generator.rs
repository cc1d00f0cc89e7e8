//! Random policies and the requests that they are about, from a seed: of several partitions, with regions, tags, services and sessions.

mod callers;
mod conditions;
mod keys;
mod places;
mod policies;
mod random;
mod requests;

use crate::process::SimRow;
use callers::{Caller, Who};
use places::{OWN, Place};
use policies::{Maker, Wanted};
use random::Random;
use requests::Asked;

/// Whether the identity policies alone decide, where they are the only policies.
pub(crate) fn is_for_identity_alone(row: &SimRow) -> bool {
    let account = row.principal.split(':').nth(4);
    let is_root = row.principal.ends_with(":root");
    let needs_resource_policy = ["kms:", "sts:"].iter().any(|service| row.action.starts_with(service));
    account == Some(&row.account) && !is_root && !needs_resource_policy
}

/// The same row for the same numbers.
pub(crate) fn row(seed: usize, index: usize) -> SimRow {
    let mut random = Random::of(seed, index);
    let mut place = Place::any(&mut random);
    let mut asked = Asked::any(&mut random, &place);
    // Nobody is let in from another account but by the policy of what is asked for.
    if place.account != OWN && !asked.has_resource_policy() && random.chance(80) {
        asked.resource = asked.resource.replace(place.account, OWN);
        place.account = OWN;
    }
    let caller = Caller::any(&mut random, &place, &asked);
    let known = keys::known(&mut random, &place, &asked, &caller);
    let context = keys::context(&mut random, &known);
    let mut maker = Maker::new(random, &place, &asked, &caller, &known);
    let is_alone = matches!(caller.who, Who::Root | Who::ServiceLinked);
    let has_policies = caller.is_of_account() && caller.who != Who::Root;
    let wanted = if asked.needs_trust() { Wanted::Trust } else { Wanted::Resource };
    let is_needed = !caller.is_of_account() || place.account != OWN;
    let has_resource_policy =
        asked.needs_trust() || asked.has_resource_policy() && maker.chance(if is_needed { 97 } else { 70 });
    // "A federated user session has no permissions" without a session policy.
    let session = if caller.who == Who::FederatedUser { 100 } else { 15 };
    SimRow {
        identity: if has_policies { maker.policies(Wanted::Identity) } else { Vec::new() },
        resource_policy: has_resource_policy.then(|| maker.policy(wanted)),
        boundary: (has_policies && !is_alone && maker.chance(20)).then(|| maker.policy(Wanted::Identity)),
        session: (caller.is_session() && maker.chance(session)).then(|| maker.policy(Wanted::Identity)),
        scps: if caller.is_of_account() && maker.chance(20) { maker.levels(Wanted::Scp) } else { Vec::new() },
        rcps: if maker.chance(10) { maker.levels(Wanted::Rcp) } else { Vec::new() },
        principal: caller.principal.clone(),
        account: place.account.to_owned(),
        action: asked.action.to_owned(),
        resource: asked.resource.clone(),
        context,
    }
}
