//! One look at some facets of a resource: what each is, and what is wrong with it.

mod judge;
mod sight;

use std::collections::BTreeMap;

use futures_util::future::join_all;
use parapet_core::{ErrorKind, Unreadable, WorldError};
use parapet_guards::{Beside, Facet, IamEntity, Observed, OwnAccount, Recorder, Resource, State, Subject, Tied, World};

use self::judge::judge;
use self::sight::Judged;
pub(crate) use self::sight::{Seen, Sight};
use crate::own_name::{Untold, among_holders};
use crate::recall::Recalled;
use crate::spare::spared;
use crate::{Place, Run};

/// Whether something that the standard needs is looked at: where another account has that name, it is told and not passed over.
fn is_needed(subject: &Subject<'_>) -> bool {
    match subject.resource {
        Resource::Bucket(bucket) => bucket.is_needed(subject.standard),
        _ => subject.is_foundation(),
    }
}

/// Looks at several facets at once. One that cannot be read holds no other back. What is remembered of a facet is asked for only
/// where something is wrong with it, or where it has to stay as it was.
///
/// `recalled`: what this run has asked for already.
pub(crate) async fn look<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    recalled: &Recalled,
    subject: &Subject<'_>,
    facets: &[Facet],
) -> Vec<Sight> {
    let sights = join_all(facets.iter().map(|facet| look_at(place, recalled, subject, *facet))).await;
    judged_by_names(place, run, recalled, subject, sights).await
}

/// The sights as they are judged once it is known whose the names are that would spare those who hold a policy.
async fn judged_by_names<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    recalled: &Recalled,
    subject: &Subject<'_>,
    sights: Vec<Sight>,
) -> Vec<Sight> {
    let held_by = sights.iter().find_map(holders).unwrap_or_default();
    match among_holders(place, &held_by).await {
        Ok(None) => spared(place, subject, while_it_settles(place, run, recalled, subject, sights).await).await,
        Ok(Some((standard, why))) => {
            let place = &Place { standard: &standard, ..*place };
            let subject = &Subject { standard: &standard, ..*subject };
            let judged = sights.into_iter().map(|sight| judged_again(place, recalled, subject, sight));
            let sights = while_it_settles(place, run, recalled, subject, join_all(judged).await).await;
            let sights = sights.into_iter().map(|sight| sight.map(|judged| judged.with_another(subject, &why)));
            spared(place, subject, sights.collect()).await
        }
        Err(why) => {
            let sights = while_it_settles(place, run, recalled, subject, sights).await;
            let mut why = Some(why);
            let untold = |sight: Sight| match why.take_if(|_| holders(&sight).is_some()) {
                None => sight,
                Some(Untold::Before(why)) => sight.map(|judged| judged.without_account(subject, &why)),
                Some(Untold::Now(error)) => sight.map(|judged| judged.without(error)),
            };
            spared(place, subject, sights.into_iter().map(untold).collect()).await
        }
    }
}

/// Who holds the policy that is looked at: some may be spared by their names.
fn holders(sight: &Sight) -> Option<Vec<IamEntity>> {
    match &sight.judged()?.state {
        State::ManagedDocument(Some(policy)) => Some(policy.attached_to.clone()),
        _ => None,
    }
}

/// The same, where a listing told some of them. A listing is as old as its beginning: what is wrong by it is looked at by itself, before
/// anything is written.
pub(crate) async fn look_after_listing<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    recalled: &Recalled,
    subject: &Subject<'_>,
    facets: &[Facet],
    told: &BTreeMap<Facet, Observed>,
) -> Vec<Sight> {
    let sights = join_all(facets.iter().map(|&facet| async move {
        if let Some(observed) = told.get(&facet) {
            let judged = judge(place, recalled, subject, facet, observed.clone()).await;
            let sight = Sight { facet, seen: Seen::State(Box::new(Judged { is_listed: true, ..judged })) };
            if !sight.is_violated() {
                return sight;
            }
        }
        look_at(place, recalled, subject, facet).await
    }))
    .await;
    // Of all that a listing told, it told the holders, too, and whose they are is judged with them.
    if told.is_empty() {
        return judged_by_names(place, run, recalled, subject, sights).await;
    }
    spared(place, subject, while_it_settles(place, run, recalled, subject, sights).await).await
}

/// The sights as they are judged while the resource is being made: what only completes it waits. When it was made is asked where something is to be
/// completed, and only then.
async fn while_it_settles<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    recalled: &Recalled,
    subject: &Subject<'_>,
    sights: Vec<Sight>,
) -> Vec<Sight> {
    let is_to_complete =
        |sight: &Sight| sight.findings().iter().any(|finding| finding.completes && finding.is_enforced());
    let settles_at =
        if sights.iter().any(is_to_complete) { recalled.settles_at(place, run, subject).await } else { None };
    if settles_at.is_none() {
        return within_account(place, run, recalled, subject, sights).await;
    }
    let subject = &Subject { settles_at, ..*subject };
    let judged = sights.into_iter().map(|sight| async move {
        if is_to_complete(&sight) { judged_again(place, recalled, subject, sight).await } else { sight }
    });
    within_account(place, run, recalled, subject, join_all(judged).await).await
}

/// A sight of the same, judged under what is known of the subject now.
async fn judged_again<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    recalled: &Recalled,
    subject: &Subject<'_>,
    sight: Sight,
) -> Sight {
    let Sight { facet, seen: Seen::State(judged) } = sight else { return sight };
    let is_listed = judged.is_listed;
    let observed = Observed::of(judged.state, judged.identity);
    let judged = judge(place, recalled, subject, facet, observed).await;
    Sight { facet, seen: Seen::State(Box::new(Judged { is_listed, ..judged })) }
}

/// What is known of the account: as bootstrap asked AWS, or as AWS says now; and why it cannot be read what bootstrap kept.
pub(crate) async fn account<W: World, R: Recorder>(place: &Place<'_, W, R>) -> (OwnAccount, Option<Unreadable>) {
    let (kept, unread) = match place.recorder.baseline().await {
        Ok(baseline) => (baseline.map(|baseline| baseline.account).unwrap_or_default(), None),
        // Before there is a store, nothing was kept in it.
        Err(why) if why.has_no_store => (OwnAccount::default(), None),
        Err(why) => (OwnAccount::default(), Some(why)),
    };
    match &kept.organization {
        Some(_) => (kept, unread),
        None => (OwnAccount { organization: place.world.organization().await, ..kept }, unread),
    }
}

/// The sights as they are judged by what is known of the account, which is asked for where it could make a difference: where one is let in whom
/// the standard does not name, or a policy names others. Where it cannot be read, nothing to which it could make a difference is compliant.
async fn within_account<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    recalled: &Recalled,
    subject: &Subject<'_>,
    sights: Vec<Sight>,
) -> Vec<Sight> {
    let asks = |sight: &Sight| {
        sight.findings().iter().any(|finding| finding.asks_for_account)
            || sight.judged().is_some_and(|judged| judged.state.depends_on_account())
    };
    let (account, unread) = if sights.iter().any(asks) { account(place).await } else { (OwnAccount::default(), None) };
    if account == OwnAccount::default() && unread.is_none() {
        return tied(place, run, subject, sights).await;
    }
    let subject = &Subject { account: Some(&account), ..*subject };
    let unread = unread.as_ref();
    let judged = sights.into_iter().map(|sight| async move {
        let unread = unread.filter(|_| asks(&sight));
        let Sight { facet, seen } = judged_again(place, recalled, subject, sight).await;
        let seen = match (seen, unread) {
            (Seen::State(judged), Some(why)) => Seen::State(Box::new(judged.without_account(subject, why))),
            (seen, _) => seen,
        };
        Sight { facet, seen }
    });
    tied(place, run, subject, join_all(judged).await).await
}

/// The sights with what each has to become, and what AWS makes of the way there: where something else decides about that, it is read now.
/// What cannot be read is no reason to leave a write: AWS will say.
async fn tied<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    subject: &Subject<'_>,
    mut sights: Vec<Sight>,
) -> Vec<Sight> {
    for judged in sights.iter_mut().filter_map(Sight::judged_mut).filter(|judged| judged.is_violated()) {
        judged.desired = Some(judged.state.comply(subject, judged.last_known.as_ref()));
    }
    let all = &sights;
    let ties = join_all(all.iter().map(async |sight| {
        let judged = sight.judged()?;
        let desired = judged.desired.as_ref()?;
        let ties = judged.state.ties(subject, desired);
        let beside =
            join_all(ties.iter().map(|(resource, facet)| beside(place, run, subject, all, resource, *facet))).await;
        // Half of what decides is not enough to leave a write.
        let beside: Option<Vec<Beside>> = beside.into_iter().collect();
        Some(beside.map_or(Tied::Taken, |beside| desired.tied(subject, &beside)))
    }))
    .await;
    let tie = |(sight, tied): (Sight, Option<Tied>)| match (sight.seen, tied) {
        (Seen::State(judged), Some(tied)) => Sight { seen: Seen::State(Box::new(judged.tied(tied))), ..sight },
        (seen, _) => Sight { seen, ..sight },
    };
    sights.into_iter().zip(ties).map(tie).collect()
}

/// What another facet will be when it counts: what is seen beside it is brought right first, and so is, where nothing is written,
/// what an earlier run would have. None: it cannot be told.
async fn beside<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    subject: &Subject<'_>,
    sights: &[Sight],
    resource: &Resource,
    facet: Facet,
) -> Option<Beside> {
    let seen = sights.iter().find(|sight| sight.facet == facet && resource == subject.resource);
    match seen.and_then(Sight::judged) {
        Some(judged) => Some((facet, Some(judged.desired.as_ref().unwrap_or(&judged.state).clone()))),
        None => {
            let observed = place.world.observe(resource, facet).await.ok()?;
            let is_ours = run.dry && resource == subject.resource && facet.owner() == run.guard;
            let state = |seen: State| if is_ours { seen.comply(subject, None) } else { seen };
            Some((facet, observed.map(|observed| state(observed.state))))
        }
    }
}

async fn look_at<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    recalled: &Recalled,
    subject: &Subject<'_>,
    facet: Facet,
) -> Sight {
    let observed = match recalled.part(facet) {
        Some(part) => place.world.observe_part(subject.resource, facet, part).await,
        None => place.world.observe(subject.resource, facet).await,
    };
    let seen = match observed {
        Err(error) if error.kind == ErrorKind::Taken && !is_needed(subject) => match recalled.is_said_own() {
            // One that was made just now need not be listed yet: it is looked at again.
            true => Seen::Unreadable(WorldError { kind: ErrorKind::Denied, ..error }),
            false => Seen::Elsewhere,
        },
        Err(error) => Seen::Unreadable(error),
        Ok(None) => Seen::Gone,
        Ok(Some(observed)) => Seen::State(Box::new(judge(place, recalled, subject, facet, observed).await)),
    };
    Sight { facet, seen }
}
