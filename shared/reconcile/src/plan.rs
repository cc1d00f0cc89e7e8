//! What enforcement would change in an account, found out by reading alone.

mod gather;
mod lens;
mod row;

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use parapet_core::Trigger;
use parapet_guards::{Baseline, Facet, GuardName, OwnAccount, Recorder, ResourceKind, World};

use self::gather::{Gathered, Looks};
use self::lens::Lens;
pub use self::row::{Counts, Plan, PlanRow, Unread, When};
use crate::own_account::own_account;
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
///   know all. What is remembered only tells what a scheduled sweep would mend by itself: what bootstrap made, and what is known to be new.
/// - What the account is (its organization, who is strong in it) is as bootstrap kept it; before bootstrap, as it is.
/// - What cannot be read or judged is a row of its own, and holds nothing else back.
///
/// What is as it should be is counted and not kept, so that a large account takes no more room than what is wrong with it.
pub async fn plan<W: World + Sync, R: Recorder + Sync>(
    place: &Place<'_, W, R>,
    clock: Clock,
    mut tell: impl FnMut(PlanProgress<'_>),
) -> Plan {
    let mut plan = Plan::default();
    let standard = place.standard.clone().enforced_at_large();
    let place = &Place { standard: &standard, ..*place };
    let run = Run { guard: GuardName::PolicyGuard, clock, dry: true };
    let account = account(place, run, &mut plan).await;
    let lens = |memory| Lens { memory, account: &account };
    let (as_new, as_known) = (lens(None), lens(Some(place.recorder)));
    let cause = Trigger::by_hand("Plan", "plan", place.home);
    let shown = cause.clone().shown();
    let looks = Looks {
        as_new: Place { home: place.home, standard: place.standard, world: place.world, recorder: &as_new },
        as_known: Place { home: place.home, standard: place.standard, world: place.world, recorder: &as_known },
        run,
        cause: &cause,
        shown: &shown,
    };
    let kinds: BTreeSet<ResourceKind> = Facet::ALL.iter().map(|facet| facet.kind()).collect();
    for kind in kinds {
        of_kind(&looks, kind, &mut plan, &mut tell).await;
    }
    plan
}

/// All of a kind, page by page. Where the listing breaks off, that is said.
async fn of_kind<W: World, N: Recorder, K: Recorder>(
    looks: &Looks<'_, W, N, K>,
    kind: ResourceKind,
    plan: &mut Plan,
    tell: &mut impl FnMut(PlanProgress<'_>),
) {
    let facets: Vec<Facet> = Facet::ALL.iter().copied().filter(|facet| facet.kind() == kind).collect();
    let mut from = None;
    loop {
        tell(PlanProgress { kind, plan });
        let page = match looks.as_new.world.list(kind, from.as_ref()).await {
            Ok(page) => page,
            Err(error) => {
                plan.unread.push(Unread::failed(None, kind, None, &error));
                return;
            }
        };
        // Boxed: the type of these futures is too deep for the compiler otherwise.
        let each = page.listed.into_iter().map(|listed| Box::pin(looks.at(&facets, listed)));
        let mut gathered = stream::iter(each).buffered(SIDE_BY_SIDE);
        while let Some(of_one) = gathered.next().await {
            plan.add(of_one);
            tell(PlanProgress { kind, plan });
        }
        drop(gathered);
        from = page.next;
        if from.is_none() {
            return;
        }
    }
}

/// What the account is: as bootstrap kept it, or where it did not yet, as it would keep it now.
async fn account<W: World, R: Recorder>(place: &Place<'_, W, R>, run: Run, plan: &mut Plan) -> OwnAccount {
    let kept = match place.recorder.baseline().await {
        Ok(Some(Baseline { account, ended_at: Some(_), .. })) => return account,
        Ok(Some(Baseline { account, .. })) => account,
        Ok(None) => OwnAccount::default(),
        Err(why) => {
            if !why.has_no_store {
                plan.unread.push(Unread::of_memory(&why));
            }
            OwnAccount::default()
        }
    };
    let before = OwnAccount {
        organization: kept.organization.clone().or(place.world.organization().await),
        members: if kept.members.is_empty() { place.world.members().await } else { kept.members.clone() },
        ..kept
    };
    match own_account(place, run, &before).await {
        Ok(account) => account,
        Err(error) => {
            plan.unread.push(Unread::failed(None, ResourceKind::Principal, None, &error));
            before
        }
    }
}

impl Plan {
    fn add(&mut self, Gathered { rows, unread, facets }: Gathered) {
        if facets == 0 {
            self.looked_at.left_alone += 1;
            return;
        }
        self.looked_at.resources += 1;
        self.looked_at.facets += facets;
        self.looked_at.compliant += u64::from(rows.is_empty() && unread.is_empty());
        self.rows.extend(rows);
        self.unread.extend(unread);
    }

    /// Whether enforcement would change something.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.rows.iter().any(|row| row.when.is_change())
    }
}
