//! One resource in a plan: looked at as though everything had come just now, and where something is wrong, beside what is remembered.

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::Witness;
use parapet_core::{Outcome, Trigger};
use parapet_guards::used::Access;
use parapet_guards::{
    Baseline, ControlId, Facet, Finding, IamEntity, Listed, Made, Observed, OwnAccount, Policies, Recorder, Resource,
    State, Subject, World, guarded, on,
};

use super::met::met;
use super::proposal::Met;
use super::row::{PlanRow, Unread, When, holder};
use crate::denial::Denial;
use crate::look::{Seen, Sight, look_after_listing};
use crate::recall::Recalled;
use crate::round::may_be_mended;
use crate::{Place, Run};

/// What a plan says of one resource.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) rows: Vec<PlanRow>,
    pub(super) unread: Vec<Unread>,
    /// How many settings and documents were looked at; none: the standard leaves the resource alone.
    pub(super) facets: u64,
    pub(super) met: Vec<Met>,
    /// What repairs change of who may do what, with the places of their rows.
    pub(super) changes: Vec<(Vec<usize>, Vec<Access>)>,
    /// All that a user, role or group holds, where that was looked at.
    pub(super) held: Option<(IamEntity, Policies)>,
}

/// Where the same resource is judged in two ways.
pub(super) struct Looks<'a, W, N, K> {
    /// Where nothing is remembered.
    pub(super) as_new: Place<'a, W, N>,
    /// Where it is.
    pub(super) as_known: Place<'a, W, K>,
    pub(super) run: Run,
    /// What the account is.
    pub(super) account: &'a OwnAccount,
    /// What was there when Parapet came; an error: it cannot be read.
    pub(super) baseline: &'a Result<Option<Baseline>, ()>,
    /// By hand; CloudTrail has shown nothing.
    pub(super) cause: &'a Trigger,
    /// The same, as though CloudTrail had shown that all of it was changed just now.
    pub(super) shown: &'a Trigger,
}

impl<W: World, N: Recorder, K: Recorder> Looks<'_, W, N, K> {
    pub(super) async fn at(&self, facets: &[Facet], Listed { resource, told }: Listed) -> Gathered {
        let facets = guarded(&resource, facets, self.as_new.standard);
        if facets.is_empty() {
            return Gathered::default();
        }
        let made = Made::by(self.cause);
        let subject = Subject { made: Some(&made), ..self.as_new.subject(self.run, &resource) };
        let recalled = Recalled::after(self.shown, &[]);
        let sights = look_after_listing(&self.as_new, self.run, &recalled, &subject, &facets, &told).await;

        let mut gathered = Gathered { facets: facets.len() as u64, ..Gathered::default() };
        let arn = resource.arn(self.as_new.home);
        let of_failed = |sight: &Sight| {
            let error = sight.failure()?;
            Some(Unread::failed(Some(arn.clone()), resource.kind(), Some(sight.facet), error))
        };
        let denial = Denial { subject: &subject, run: self.run, cause: self.cause };
        for sight in &sights {
            match (of_failed(sight), sight.outcome(&denial)) {
                (Some(unread), _) => gathered.unread.push(unread),
                (None, Outcome::Undetermined(why)) => {
                    gathered.unread.push(Unread::undecided(arn.clone(), sight.facet, why));
                }
                _ => {}
            }
        }
        let known = self.beside_memory(&subject, &sights).await;
        for sight in &sights {
            gathered.add_rows(&subject, sight, rows(&subject, &arn, sight, &known), &known);
            if let Seen::State(judged) = &sight.seen {
                gathered.met.extend(met(&subject, self.account, &judged.state, sight.findings()));
                gathered.held = gathered.held.or_else(|| held(&resource, &judged.state));
            }
        }
        gathered.unread.extend(known.unread);
        gathered
    }

    /// The facets that are wrong, judged beside what is remembered of them.
    async fn beside_memory(&self, subject: &Subject<'_>, sights: &[Sight]) -> Known {
        let wrong: Vec<Facet> = sights.iter().filter(|sight| sight.is_violated()).map(|sight| sight.facet).collect();
        match self.baseline {
            // What is wrong is to be told from what was before, or nobody mends it by himself.
            Ok(baseline) if wrong.is_empty() || !may_be_mended(&self.as_known, baseline.as_ref(), subject.resource) => {
                return Known::default();
            }
            Ok(_) => {}
            Err(()) => return Known { untold: wrong.into_iter().collect(), ..Known::default() },
        }
        let subject = &Subject { standard: self.as_known.standard, ..*subject };
        let told: BTreeMap<Facet, Observed> = sights.iter().filter_map(told).collect();
        let recalled = Recalled::after(self.cause, &[]);
        let sights = look_after_listing(&self.as_known, self.run, &recalled, subject, &wrong, &told).await;
        let mut known = Known::default();
        for sight in sights {
            if let Some(finding) = sight.findings().iter().find(|finding| finding.control == ControlId::MEMORY) {
                known.untold.insert(sight.facet);
                let arn = subject.resource.arn(subject.home);
                known.unread.push(Unread::undecided(arn, sight.facet, finding.detail.clone()));
                continue;
            }
            if !sight.is_violated() {
                continue;
            }
            let enforced = sight.findings().iter().filter(|finding| finding.is_enforced());
            let controls = enforced.map(|finding| finding.control).collect();
            let repair = sight.plan().iter().map(ToString::to_string).collect();
            let changes = changes(subject, &sight);
            known.scheduled.insert(sight.facet, Scheduled { controls, repair, changes });
        }
        known
    }
}

/// What came of a look beside what is remembered.
#[derive(Default)]
struct Known {
    /// What a scheduled sweep would mend.
    scheduled: BTreeMap<Facet, Scheduled>,
    /// The facets of which that cannot be told.
    untold: BTreeSet<Facet>,
    unread: Vec<Unread>,
}

struct Scheduled {
    controls: BTreeSet<ControlId>,
    repair: Vec<String>,
    changes: Vec<Access>,
}

impl Gathered {
    /// Adds the rows of a facet, with what their repair changes: where a sweep would mend it by itself, what that writes.
    fn add_rows(&mut self, subject: &Subject<'_>, sight: &Sight, rows: Vec<PlanRow>, known: &Known) {
        let first = self.rows.len();
        let at = |is: fn(When) -> bool| -> Vec<usize> {
            let of = rows.iter().enumerate().filter(|(_, row)| is(row.when));
            of.map(|(number, _)| first + number).collect()
        };
        let scheduled = known.scheduled.get(&sight.facet).map(|scheduled| scheduled.changes.clone());
        let both = [
            (at(|when| when == When::OnSchedule), scheduled.unwrap_or_default()),
            (at(|when| when != When::OnSchedule && when.is_change()), changes(subject, sight)),
        ];
        self.changes.extend(both.into_iter().filter(|(rows, changes)| !rows.is_empty() && !changes.is_empty()));
        self.rows.extend(rows);
    }
}

/// What the repair of a facet changes of who may do what.
fn changes(subject: &Subject<'_>, sight: &Sight) -> Vec<Access> {
    match (&sight.seen, sight.mended()) {
        (Seen::State(judged), Some(mended)) => Access::changed(subject.resource, subject.home, &judged.state, mended),
        _ => Vec::new(),
    }
}

/// All that somebody holds, where the state is that.
fn held(resource: &Resource, state: &State) -> Option<(IamEntity, Policies)> {
    match (resource, state) {
        (Resource::Principal(on::Principal { entity }), State::PrincipalPolicies(policies)) => {
            Some((entity.clone(), policies.clone()))
        }
        _ => None,
    }
}

/// A state, so that the second look reads only what is wrong again.
fn told(sight: &Sight) -> Option<(Facet, Observed)> {
    match &sight.seen {
        Seen::State(judged) => Some((sight.facet, Observed::of(judged.state.clone(), judged.identity.clone()))),
        Seen::Gone | Seen::Elsewhere | Seen::Unreadable(_) => None,
    }
}

fn rows(subject: &Subject<'_>, arn: &str, sight: &Sight, known: &Known) -> Vec<PlanRow> {
    let Seen::State(judged) = &sight.seen else { return Vec::new() };
    let facet = sight.facet;
    let asked: Vec<String> = sight.plan().iter().map(ToString::to_string).collect();
    let scheduled = known.scheduled.get(&facet);
    let row = |finding: &Finding| {
        let is_scheduled = scheduled.filter(|scheduled| scheduled.controls.contains(&finding.control));
        let (when, repair) = match is_scheduled {
            _ if !finding.is_enforced() || !sight.is_violated() || asked.is_empty() => (When::Never, Vec::new()),
            Some(scheduled) => (When::OnSchedule, scheduled.repair.clone()),
            None if known.untold.contains(&facet) => (When::Unknown, asked.clone()),
            None => (When::WhenAsked, asked.clone()),
        };
        let statements = |witness: &Witness| judged.state.statements_allowing(witness);
        PlanRow {
            control: finding.control,
            severity: finding.severity,
            resource: arn.to_owned(),
            kind: subject.resource.kind(),
            facet,
            principals: principals(subject.resource, &judged.state),
            detail: finding.detail.clone(),
            statements: finding.witness.as_ref().map(statements).unwrap_or_default(),
            witness: finding.witness.clone(),
            repair,
            when,
            loses: None,
            ends: None,
        }
    };
    sight.findings().iter().map(row).collect()
}

/// Who a resource is, or who holds it.
fn principals(resource: &Resource, state: &State) -> Vec<String> {
    match state {
        State::ManagedDocument(Some(policy)) => policy.attached_to.iter().map(ToString::to_string).collect(),
        _ => holder(resource).into_iter().collect(),
    }
}
