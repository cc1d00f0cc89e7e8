//! A name that the standard never touches, and that is another's now: it spares nobody.

use parapet_core::{Outcome, Trigger, WorldError};
use parapet_guards::{
    ControlId, Finding, IamEntity, OwnAccount, Recorder, Report, Resource, Standard, World, entity_named, on,
};

use crate::{Place, Run};

/// Somebody who has a name that another had when bootstrap saw it.
pub(crate) struct Another {
    entity: IamEntity,
    id: String,
    /// The standard, as it is about him: without his name.
    pub(crate) standard: Standard,
}

/// Whether an event is about such a one. Asked only where a name would spare him.
///
/// # Errors
/// Whose the name is now could not be read.
pub(crate) async fn another<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    trigger: &Trigger,
) -> Result<Option<Another>, WorldError> {
    let Some(entity) = entity_named(trigger, place.standard).filter(|entity| place.standard.is_never_touched(entity))
    else {
        return Ok(None);
    };
    let Ok(Some(baseline)) = place.recorder.baseline().await else { return Ok(None) };
    let Some(before) = baseline.account.holders.get(&OwnAccount::name_of(&entity)) else { return Ok(None) };
    let now = place.world.identity(&Resource::Principal(on::Principal { entity: entity.clone() })).await?;
    let is_meant = |id: &String| Some(id) == before.id.as_ref() || place.standard.trust.identities.contains(id);
    Ok(now.id.filter(|id| !is_meant(id)).map(|id| Another { standard: place.standard.without(&entity), entity, id }))
}

impl Another {
    /// The report, which says so, too.
    pub(crate) fn told<W, R>(&self, place: &Place<'_, W, R>, run: Run, mut report: Report) -> Report {
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
