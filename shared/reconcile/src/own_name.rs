//! A name by which the standard spares somebody, and that is another's now: it spares nobody.

use parapet_core::{Identity, Outcome, Trigger, Unreadable, WorldError};
use parapet_guards::{
    Baseline, ControlId, Facet, Finding, IamEntity, OwnAccount, Recorder, Report, Resource, Route, Standard, World,
    entity_named, on, route,
};

use crate::recall::account_unreadable;
use crate::{Place, Run};

/// Somebody who has a name that another had when bootstrap saw it.
pub(crate) struct Another {
    entity: IamEntity,
    id: String,
    /// The standard, as it is about him: without his name.
    standard: Standard,
}

/// Whose a name is that would spare somebody.
pub(crate) enum Bearer {
    /// The one whom the standard means, as far as anybody knows; or the event is about nobody whom a name would spare.
    Meant,
    /// Another one.
    Another(Box<Another>),
    /// It cannot be read whose it was.
    Untold(IamEntity, Unreadable),
}

/// Whose the name is now that an event is about. Asked only where that name would spare him, and only by a guard that would look at him or at what
/// he holds: the others may not read it.
///
/// # Errors
/// Whose the name is now could not be read.
pub(crate) async fn bearer<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    trigger: &Trigger,
) -> Result<Bearer, WorldError> {
    let Some(entity) = entity_named(trigger, place.standard).filter(|entity| place.standard.is_named_strong(entity))
    else {
        return Ok(Bearer::Meant);
    };
    let looks = || matches!(route(run.guard, trigger, &place.standard.without(&entity), place.home), Route::Look(_));
    if Facet::PrincipalPolicies.owner() != run.guard && !looks() {
        return Ok(Bearer::Meant);
    }
    let baseline = match baseline(place).await {
        Ok(Some(baseline)) => baseline,
        Ok(None) => return Ok(Bearer::Meant),
        Err(why) => return Ok(Bearer::Untold(entity, why)),
    };
    let now = place.world.identity(&Resource::Principal(on::Principal { entity: entity.clone() })).await?;
    Ok(match another(place.standard, &baseline, &entity, now) {
        Some(id) => Bearer::Another(Box::new(Another { standard: place.standard.without(&entity), entity, id })),
        None => Bearer::Meant,
    })
}

/// What bootstrap kept; none: nothing.
async fn baseline<W, R: Recorder>(place: &Place<'_, W, R>) -> Result<Option<Baseline>, Unreadable> {
    match place.recorder.baseline().await {
        // Before there is a store, nothing was kept in it.
        Err(why) if why.has_no_store => Ok(None),
        kept => kept,
    }
}

/// The id of whoever has the name now, where he is not whom the standard means: another had it when bootstrap saw it, or nobody, so that whoever made it, or
/// took it by a rename, would be meant. Of a name that the standard has since, whoever was made after the baseline was begun is not.
fn another(standard: &Standard, baseline: &Baseline, entity: &IamEntity, now: Identity) -> Option<String> {
    let name = OwnAccount::name_of(entity);
    let is_vouched_for = |id: &String| standard.trust.identities.contains(id);
    let id = now.id.clone().filter(|id| !is_vouched_for(id))?;
    let is_another = match baseline.account.holders.get(&name) {
        Some(before) => before.id.as_ref() != Some(&id),
        None if baseline.account.nobodys.contains(&name) => true,
        None => {
            let mut in_full = standard.never_touched().chain(standard.deployers());
            let is_since = now.created.is_some_and(|created| created > baseline.begun_at);
            is_since && in_full.any(|named| OwnAccount::name_of(&named) == name)
        }
    };
    is_another.then_some(id)
}

/// The standard as it is about a policy that these hold: without the names of those among them who are not whom it means.
///
/// # Errors
/// Whose the names are could not be read.
pub(crate) async fn among_holders<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    holders: &[IamEntity],
) -> Result<Option<(Standard, String)>, Untold> {
    let named: Vec<&IamEntity> = holders.iter().filter(|entity| place.standard.is_named_strong(entity)).collect();
    if named.is_empty() {
        return Ok(None);
    }
    let Some(baseline) = baseline(place).await.map_err(Untold::Before)? else { return Ok(None) };
    let (mut standard, mut others) = (place.standard.clone(), Vec::new());
    for entity in named {
        let resource = Resource::Principal(on::Principal { entity: entity.clone() });
        let now = place.world.identity(&resource).await.map_err(Untold::Now)?;
        if let Some(id) = another(place.standard, &baseline, entity, now) {
            standard = standard.without(entity);
            others.push(of_another(entity, &id));
        }
    }
    Ok((!others.is_empty()).then(|| (standard, others.join("; "))))
}

/// Why it is not known whose a name is.
pub(crate) enum Untold {
    /// Whose it was could not be read.
    Before(Unreadable),
    /// Whose it is.
    Now(WorldError),
}

impl Bearer {
    /// The standard that his name leaves.
    pub(crate) fn standard<'s>(&'s self, standard: &'s Standard) -> &'s Standard {
        match self {
            Self::Another(another) => &another.standard,
            Self::Meant | Self::Untold(..) => standard,
        }
    }

    /// The report, with what is to be said of him. Where it cannot be read whose the name was, what was wrong in any case is mended, and the
    /// rest undetermined.
    pub(crate) fn told<W, R>(&self, place: &Place<'_, W, R>, run: Run, report: Report) -> Report {
        match self {
            Self::Meant => report,
            Self::Another(another) => another.told(place, run, report),
            Self::Untold(entity, why) => untold(place, run, entity, why, report),
        }
    }
}

fn untold<W, R>(place: &Place<'_, W, R>, run: Run, entity: &IamEntity, why: &Unreadable, mut report: Report) -> Report {
    let resource = Resource::Principal(on::Principal { entity: entity.clone() });
    report.findings.extend(account_unreadable(&place.subject(run, &resource), why));
    let story = format!("whether `{entity}` is who had this name before cannot be told: {why}");
    report.outcome = report.outcome.max(Outcome::Undetermined(story));
    report.retry |= why.may_pass_later;
    report
}

/// That a name is another's.
fn of_another(entity: &IamEntity, id: &str) -> String {
    format!(
        "`{entity}` is `{id}` now and was another, or nobody, when bootstrap saw it, so that its name spares nobody; if that is meant, add to `trust` of \
         the standard: identities: [{id}], or, of a name that nobody had, run bootstrap, which keeps whose it is"
    )
}

impl Another {
    /// The report, which says so, too.
    fn told<W, R>(&self, place: &Place<'_, W, R>, run: Run, mut report: Report) -> Report {
        let Self { entity, id, .. } = self;
        let detail = of_another(entity, id);
        let resource = Resource::Principal(on::Principal { entity: entity.clone() });
        let finding = Finding::on(ControlId::NAME, &place.subject(run, &resource), detail);
        report.findings.extend(finding.map(Finding::only_observed));
        report.outcome = report.outcome.max(Outcome::Observed);
        report
    }
}
