//! What an operator asks to have mended: found out here, ordered under Parapet's seal, and done by the guards.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering as Atomic};

use parapet_core::{ErrorKind, Home, WorldError};
use parapet_guards::{
    ControlId, GuardName, ORDER_VERSION, Order, Orders, OwnAccount, Recorder, Resource, ResourceKind, Uses, World,
    mend_key,
};

use tokio::time::Instant;

use crate::mend::Afresh;
use crate::round::{Everything, RoundReport, look_round};
use crate::sweep::{Errand, Guards};
use crate::{Clock, Place};

/// How many resources one order names: as many as a function looks at in its time.
const AN_ORDER: usize = 20;

/// What an operator asks for.
#[derive(Clone, Debug)]
pub struct Mending {
    /// Who, as AWS STS says: an ARN.
    pub operator: String,
    /// The id of the request.
    pub request: String,
    /// By which controls; empty: by all that the standard would mend.
    pub controls: BTreeSet<ControlId>,
    /// Whether what would end something that is used is only told.
    pub keep_used: bool,
}

/// Looks at everything that an errand names as though it had come just now, and orders the guards to mend what is wrong.
///
/// The standard's ceiling of writes counts for that, and policies of IAM are mended only where somebody who is never touched administers the account:
/// the last way of an administrator into it is not cut.
pub async fn order<W: World, R: Recorder + Orders + Uses + Sync, G: Guards + Sync>(
    everything: &Everything<'_, W, R, G>,
    errand: &Errand,
    mending: &Mending,
) -> RoundReport {
    let Everything { place, guards, clock, until } = everything;
    let account = match place.recorder.baseline().await {
        Ok(baseline) => baseline.map(|baseline| baseline.account).unwrap_or_default(),
        Err(_) => OwnAccount::default(),
    };
    let ordering = Ordering {
        home: place.home,
        recorder: place.recorder,
        guards: *guards,
        clock: *clock,
        mending,
        keeps_an_administrator: place.standard.keeps_an_administrator(&account),
        number: AtomicUsize::new(0),
        began: Instant::now(),
    };
    let standard = place.standard.clone().mending(&mending.controls);
    let afresh = Afresh::of(place.recorder, mending.keep_used, clock.now);
    let place = Place { home: place.home, standard: &standard, world: place.world, recorder: &afresh };
    let everything = Everything { place: &place, guards: &ordering, clock: *clock, until: *until };
    let errand = Errand { mends: true, ..errand.clone() };
    let mut report = look_round(&everything, &errand).await;
    if report.held_back > 0 {
        report.failed.push(format!(
            "{} were left, because `rails.writes_a_minute` of the standard allows no more: ask again for those",
            report.held_back
        ));
    }
    report
}

/// The guards, who are given orders where a sweep would tell them to look.
struct Ordering<'a, R, G> {
    home: &'a Home,
    recorder: &'a R,
    guards: &'a G,
    clock: Clock,
    mending: &'a Mending,
    keeps_an_administrator: bool,
    number: AtomicUsize,
    began: Instant,
}

impl<R: Orders + Sync, G: Guards + Sync> Guards for Ordering<'_, R, G> {
    async fn look_again(&self, guard: GuardName, key: &str) -> Result<(), WorldError> {
        self.guards.look_again(guard, key).await
    }

    async fn look(&self, guard: GuardName, resources: &[Resource]) -> Result<(), WorldError> {
        let refused = |kind, message: &str| {
            let (step, subject) = ("order a guard to mend".to_owned(), format!("{guard}"));
            WorldError { step, subject, kind, message: message.to_owned(), source: None }
        };
        if resources.iter().any(decides_who_administers) && !self.keeps_an_administrator {
            let why = "nobody whom the standard names under `principals.administrators` or `break_glass` is known to administer the \
                       account, so the last way in could be cut: name somebody, and run bootstrap";
            return Err(refused(ErrorKind::Invalid, why));
        }
        for resources in resources.chunks(AN_ORDER) {
            let number = self.number.fetch_add(1, Atomic::Relaxed);
            let key = mend_key(self.home, &self.clock.timestamp(), &self.mending.request, number);
            let order = Order {
                version: ORDER_VERSION,
                ordered_at: self.clock.now.saturating_add(self.began.elapsed().as_secs().try_into().unwrap_or(0)),
                operator: self.mending.operator.clone(),
                guard,
                resources: resources.to_vec(),
                controls: self.mending.controls.clone(),
                keep_used: self.mending.keep_used,
            };
            if !self.recorder.keep_order(&key, &order).await {
                return Err(refused(ErrorKind::Transient, "the order could not be kept in the evidence bucket"));
            }
            self.guards.mend(guard, &key).await?;
        }
        Ok(())
    }

    async fn mend(&self, guard: GuardName, key: &str) -> Result<(), WorldError> {
        self.guards.mend(guard, key).await
    }
}

/// Whether somebody may be an administrator by it.
fn decides_who_administers(resource: &Resource) -> bool {
    matches!(
        resource.kind(),
        ResourceKind::Role
            | ResourceKind::ManagedPolicy
            | ResourceKind::InlinePolicy
            | ResourceKind::Attachment
            | ResourceKind::Principal
            | ResourceKind::Membership
            | ResourceKind::IdentityProvider
    )
}
