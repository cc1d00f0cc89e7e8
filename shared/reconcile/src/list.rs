use futures_util::{StreamExt, stream};
use parapet_core::{Outcome, Trigger, WorldError};
use parapet_guards::{Facet, Finding, Listed, Mark, Recorder, Report, Resource, ResourceKind, World, guarded};

use crate::blocked::told_once;
use crate::reconcile::reconcile_listed;
use crate::{Place, Run};

/// How many resources are looked at side by side where all of a kind are: enough for thousands within a function's minute, few enough for
/// the account's limits.
const SIDE_BY_SIDE: usize = 8;

/// What came of one page of a listing.
#[derive(Debug)]
pub struct Listing {
    /// A report for each resource that the standard leaves to a guard.
    pub reports: Vec<Report>,
    /// Where the next page begins; none: all were looked at.
    pub next: Option<Mark>,
}

/// Reconciles the resources of a kind, a page at a time, from the beginning or from where another run ended: the third way into the loop,
/// beside an event and bootstrap.
///
/// Facets that the listing told are judged as it told them, and looked at by themselves before anything is written. Nobody loses anything by
/// it: what no event named and bootstrap did not make is observed, whatever its mode.
///
/// # Errors
/// The page could not be listed. What earlier pages led to is done.
pub async fn list<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    cause: &Trigger,
    kind: ResourceKind,
    facets: &[Facet],
    from: Option<&Mark>,
) -> Result<Listing, WorldError> {
    let page = place.world.list(kind, from).await?;
    let (others, ours): (Vec<Listed>, Vec<Listed>) =
        page.listed.into_iter().partition(|listed| only_observes(place, &listed.resource));
    let mut reports = look_at(place, run, cause, ours, facets).await;
    let seen = look_at(place, Run { dry: true, ..run }, cause, others, facets).await;
    for report in seen {
        // They were looked at to say what would be written, and this says it.
        reports.push(if run.dry { report } else { told_once(place, run, observed(report)).await });
    }
    Ok(Listing { reports, next: page.next })
}

/// Whether a look only observes: no event named the resource, and bootstrap did not make it. What nobody is known to have changed,
/// somebody works with; and whoever leaves a name out of a request would otherwise have the settings of all the account switched.
fn only_observes<W, R>(place: &Place<'_, W, R>, resource: &Resource) -> bool {
    !resource.is_foundation(place.standard, place.home)
}

/// A report of what would have been done, as one of what was seen.
pub(crate) fn observed(report: Report) -> Report {
    match report.outcome {
        // What AWS would refuse is no more than seen, either.
        Outcome::Planned | Outcome::Unresolved(_) => {
            let findings = report.findings.into_iter().map(Finding::only_observed).collect();
            let (actions, follow_ups, unsure) = Default::default();
            Report { outcome: Outcome::Observed, findings, actions, follow_ups, unsure, ..report }
        }
        _ => Report { follow_ups: Vec::new(), unsure: Vec::new(), ..report },
    }
}

/// Looks at resources side by side, where the standard leaves them to a guard: a report for each.
pub(crate) async fn look_at<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    cause: &Trigger,
    resources: impl IntoIterator<Item = Listed>,
    facets: &[Facet],
) -> Vec<Report> {
    let resources = resources.into_iter().map(|listed| (listed, Vec::new()));
    look_after(place, run, cause, resources, facets).await
}

/// The same at what others led to: each with what was looked at before.
pub(crate) async fn look_after<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    cause: &Trigger,
    resources: impl IntoIterator<Item = (Listed, Vec<Resource>)>,
    facets: &[Facet],
) -> Vec<Report> {
    let each = resources
        .into_iter()
        .map(|(listed, brought)| (guarded(&listed.resource, facets, place.standard), listed, brought));
    let guarded: Vec<(Vec<Facet>, Listed, Vec<Resource>)> = each.filter(|(facets, ..)| !facets.is_empty()).collect();
    let looks =
        guarded.iter().map(|(facets, listed, brought)| reconcile_listed(place, run, cause, listed, facets, brought));
    stream::iter(looks).buffered(SIDE_BY_SIDE).collect().await
}

#[cfg(test)]
mod tests {
    use parapet_guards::{GuardName, IamEntity, on};

    use super::*;

    /// Whatever came of a look that only observes, it leads to no look that mends.
    #[test]
    fn what_is_only_observed_leads_to_nobody_else() {
        let app = Resource::Principal(on::Principal { entity: IamEntity::Role("app".to_owned()) });
        for (outcome, told) in [(Outcome::Planned, "Observed"), (Outcome::Compliant, "Compliant")] {
            let report = Report::ending("e-1", GuardName::PolicyGuard, outcome);
            let report = Report { follow_ups: vec![(app.clone(), Facet::PrincipalPolicies)], ..report };
            let report = observed(report);
            assert_eq!((report.outcome.name(), report.follow_ups.len()), (told, 0));
        }
    }
}
