//! A name by which the standard spares somebody, and that is another's now: it spares nobody.

use parapet_core::{Outcome, Trigger, Unreadable, WorldError};
use parapet_guards::{
    ControlId, Facet, Finding, IamEntity, OwnAccount, Recorder, Report, Resource, Route, Standard, World, entity_named,
    on, route,
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
    let baseline = match place.recorder.baseline().await {
        Ok(Some(baseline)) => baseline,
        Ok(None) => return Ok(Bearer::Meant),
        // Before there is a store, nothing was kept in it.
        Err(why) if why.has_no_store => return Ok(Bearer::Meant),
        Err(why) => return Ok(Bearer::Untold(entity, why)),
    };
    let Some(before) = baseline.account.holders.get(&OwnAccount::name_of(&entity)) else { return Ok(Bearer::Meant) };
    let now = place.world.identity(&Resource::Principal(on::Principal { entity: entity.clone() })).await?;
    let is_meant = |id: &String| Some(id) == before.id.as_ref() || place.standard.trust.identities.contains(id);
    Ok(match now.id.filter(|id| !is_meant(id)) {
        Some(id) => Bearer::Another(Box::new(Another { standard: place.standard.without(&entity), entity, id })),
        None => Bearer::Meant,
    })
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

impl Another {
    /// The report, which says so, too.
    fn told<W, R>(&self, place: &Place<'_, W, R>, run: Run, mut report: Report) -> Report {
        let Self { entity, id, .. } = self;
        let detail = format!(
            "`{entity}` is `{id}` now and was another when bootstrap saw it, so that its name spares nobody; if that is meant, add to `trust` of \
             the standard: identities: [{id}]"
        );
        let resource = Resource::Principal(on::Principal { entity: entity.clone() });
        let finding = Finding::on(ControlId::NAME, &place.subject(run, &resource), detail);
        report.findings.extend(finding.map(Finding::only_observed));
        report.outcome = report.outcome.max(Outcome::Observed);
        report
    }
}
