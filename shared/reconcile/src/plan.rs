//! What enforcement would change in an account, found out by reading alone.

mod gather;
mod lens;
mod met;
mod proposal;
mod row;
mod weigh;

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use parapet_core::{Home, Trigger, WorldError};
use parapet_guards::used::History;
use parapet_guards::{Baseline, Facet, GuardName, Listed, OwnAccount, Recorder, Resource, ResourceKind, World};

use self::gather::{Gathered, Looks};
use self::lens::Lens;
pub use self::proposal::Proposal;
pub use self::row::{Counts, Plan, PlanRow, Unread, When};
use self::weigh::Changes;
pub use self::weigh::{SeenAccessed, SeenHistory};
use crate::own_account::own_account_but;
use crate::round::{foundation, made};
use crate::trails::found;
use crate::{Clock, Place, Run};

/// How many resources are looked at side by side: as few as a look at all of a kind takes.
const SIDE_BY_SIDE: usize = 8;

/// How far a plan is.
#[derive(Clone, Copy, Debug)]
pub struct PlanProgress<'a> {
    /// What is being listed and looked at.
    pub kind: ResourceKind,
    /// What was gathered until now.
    pub plan: &'a Plan,
}

/// Looks at everything in scope of every guard and says what is wrong, what would mend it, and when that would be done. Nothing is written, and
/// nothing kept.
///
/// - The standard counts as enforced at large: nothing at its top and no part of the account says `observe`. A control that it names keeps its
///   mode.
/// - Everything is judged as though it had come just now: what is remembered excuses nothing here, because whoever asks for a mend wants to
///   know all. What is remembered only tells what a scheduled sweep would mend by itself: what bootstrap made, and what is new by the baseline. Before there is a baseline, it mends nothing.
/// - What the account is (its organization, who is strong in it) is as bootstrap kept it; before bootstrap, as it is.
/// - What cannot be read or judged is a row of its own, and holds nothing else back.
///
/// What is as it should be is counted and not kept, so that a large account takes no more room than what is wrong with it.
pub async fn plan<W: World + Sync, R: Recorder + Sync>(
    place: &Place<'_, W, R>,
    clock: Clock,
    tell: impl FnMut(PlanProgress<'_>),
) -> Plan {
    planned(Plan::default(), place, clock, tell).await
}

/// The same held against a history: each repair that changes what a principal of the account may do says what of it it would end. Nothing else is looked
/// at or said because of it; what those hold who were seen is kept meanwhile. `unreadable`: how many parts of its logs could not be read.
pub async fn plan_beside<W: World + Sync, R: Recorder + Sync>(
    place: &Place<'_, W, R>,
    clock: Clock,
    (history, unreadable): (&History, u64),
    tell: impl FnMut(PlanProgress<'_>),
) -> Plan {
    let plan = Plan { changes: Changes::beside(history), ..Plan::default() };
    let mut plan = planned(plan, place, clock, tell).await;
    plan.weigh(history, unreadable);
    plan
}

async fn planned<W: World + Sync, R: Recorder + Sync>(
    mut plan: Plan,
    place: &Place<'_, W, R>,
    clock: Clock,
    tell: impl FnMut(PlanProgress<'_>),
) -> Plan {
    let standard = place.standard.clone().enforced_at_large();
    let place = &Place { standard: &standard, ..*place };
    let run = Run { guard: GuardName::PolicyGuard, clock, dry: true };
    let baseline = baseline(place, &mut plan).await;
    let account = account(place, run, baseline.as_ref().ok().and_then(Option::as_ref), &mut plan).await;
    let lens = |memory| Lens { memory, account: &account };
    let (as_new, as_known) = (lens(None), lens(Some(place.recorder)));
    let cause = Trigger::by_hand("Plan", "plan", place.home);
    let shown = cause.clone().shown();
    let looks = Looks {
        as_new: Place { home: place.home, standard: place.standard, world: place.world, recorder: &as_new },
        as_known: Place { home: place.home, standard: place.standard, world: place.world, recorder: &as_known },
        run,
        account: &account,
        baseline: &baseline,
        cause: &cause,
        shown: &shown,
    };
    let kinds: BTreeSet<ResourceKind> = Facet::ALL.iter().map(|facet| facet.kind()).collect();
    let mut gone_round = GoneRound { plan, tell };
    // Before the first bootstrap nothing of it is missed.
    let has_baseline = matches!(baseline, Ok(Some(_)));
    for (kind, made) in foundation(place).into_iter().filter(|_| has_baseline) {
        gone_round.look(&looks, kind, made).await;
    }
    for kind in kinds {
        gone_round.of_kind(&looks, kind, has_baseline).await;
    }
    let GoneRound { mut plan, .. } = gone_round;
    if place.standard.trail.used.is_none() {
        match found(place, run).await {
            Ok(trails) => plan.proposal.use_one_of(&trails, place.home),
            Err(error) => {
                let unread = Unread::failed(None, ResourceKind::Trail, None, &error);
                if !plan.unread.contains(&unread) {
                    plan.unread.push(unread);
                }
            }
        }
    }
    plan
}

/// What was gathered until now, and who is told.
struct GoneRound<T> {
    plan: Plan,
    tell: T,
}

impl<T: FnMut(PlanProgress<'_>)> GoneRound<T> {
    /// All of a kind, page by page. Where the listing breaks off, that is said.
    async fn of_kind<W: World, N: Recorder, K: Recorder>(
        &mut self,
        looks: &Looks<'_, W, N, K>,
        kind: ResourceKind,
        without_foundation: bool,
    ) {
        let place = &looks.as_new;
        let made = if without_foundation { made(place) } else { BTreeSet::new() };
        let is_other = |listed: &Listed| !made.contains(&listed.resource);
        let mut from = None;
        loop {
            (self.tell)(PlanProgress { kind, plan: &self.plan });
            let page = match place.world.list(kind, from.as_ref()).await {
                Ok(page) => page,
                Err(error) => {
                    let unread = Unread::failed(None, kind, None, &error);
                    // What the account is was asked by the same listing.
                    if !self.plan.unread.contains(&unread) {
                        self.plan.unread.push(unread);
                    }
                    return;
                }
            };
            self.look(looks, kind, page.listed.into_iter().filter(is_other).collect()).await;
            from = page.next;
            if from.is_none() {
                return;
            }
        }
    }

    /// Some of a kind, side by side.
    async fn look<W: World, N: Recorder, K: Recorder>(
        &mut self,
        looks: &Looks<'_, W, N, K>,
        kind: ResourceKind,
        listed: Vec<Listed>,
    ) {
        let facets: Vec<Facet> = Facet::ALL.iter().copied().filter(|facet| facet.kind() == kind).collect();
        // Boxed: the type of these futures is too deep for the compiler otherwise.
        let each = listed.into_iter().map(|listed| Box::pin(looks.at(&facets, listed)));
        let mut gathered = stream::iter(each).buffered(SIDE_BY_SIDE);
        while let Some(of_one) = gathered.next().await {
            self.plan.add(of_one, looks.as_new.home);
            (self.tell)(PlanProgress { kind, plan: &self.plan });
        }
    }
}

/// What was there when Parapet came; none: no baseline was begun. An error, which is told: it cannot be read.
async fn baseline<W, R: Recorder>(place: &Place<'_, W, R>, plan: &mut Plan) -> Result<Option<Baseline>, ()> {
    match place.recorder.baseline().await {
        Ok(baseline) => Ok(baseline),
        // Before there is a store, nothing was kept in it.
        Err(why) if why.has_no_store => Ok(None),
        Err(why) => {
            plan.unread.push(Unread::of_memory(&why));
            Err(())
        }
    }
}

/// What the account is: as bootstrap kept it, or where it did not yet, as it would keep it now.
async fn account<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    kept: Option<&Baseline>,
    plan: &mut Plan,
) -> OwnAccount {
    if let Some(Baseline { account, ended_at: Some(_), .. }) = kept {
        return account.clone();
    }
    let kept = kept.map(|baseline| baseline.account.clone()).unwrap_or_default();
    let before = OwnAccount {
        organization: kept.organization.clone().or(place.world.organization().await),
        members: if kept.members.is_empty() { place.world.members().await } else { kept.members.clone() },
        ..kept
    };
    let unread = &mut plan.unread;
    let tell = |resource: &Resource, facet, error: WorldError| {
        unread.push(Unread::failed(Some(resource.arn(place.home)), resource.kind(), Some(facet), &error));
        Ok(())
    };
    match own_account_but(place, run, &before, tell).await {
        Ok(account) => account,
        Err(error) => {
            plan.unread.push(Unread::failed(None, ResourceKind::Principal, None, &error));
            before
        }
    }
}

impl Plan {
    fn add(&mut self, gathered: Gathered, home: &Home) {
        let Gathered { rows, unread, facets, met, changes, held } = gathered;
        for met in met {
            self.proposal.add(met, home);
        }
        self.changes.add(self.rows.len(), changes, held);
        if facets == 0 {
            self.looked_at.left_alone += 1;
            return;
        }
        self.looked_at.resources += 1;
        self.looked_at.facets += facets;
        self.looked_at.compliant += u64::from(rows.is_empty() && unread.is_empty());
        self.rows.extend(rows);
        // What the account is was asked by the same looks.
        for unread in unread {
            if !self.unread.contains(&unread) {
                self.unread.push(unread);
            }
        }
    }

    /// Whether enforcement would change something.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.rows.iter().any(|row| row.when.is_change())
    }
}
