//! Which trails there are beside bootstrap's, and whether one of them records all that the standard asks of a trail.

use std::collections::BTreeSet;

use parapet_core::WorldError;
use parapet_guards::{
    Facet, KmsKey, Observed, Resource, ResourceKind, Standard, State, Subject, TrailConfiguration, UsedTrail, World, on,
};
use serde::Serialize;

use crate::{Place, Run};

/// What a second copy costs. AWS CloudTrail pricing: "The first copy of management events is delivered free of charge. Additional copies of
/// management events are charged at $2.00 per 100,000 events".
pub(crate) const SECOND_COPY: &str = "a second copy of management events costs 2 USD per 100,000";

/// A trail that is there already, and whether it could be used in the place of bootstrap's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FoundTrail {
    /// Its ARN.
    pub trail: String,
    /// The bucket that it delivers to; none: that could not be read.
    pub bucket: Option<String>,
    /// Whether the standard uses it.
    pub is_used: bool,
    /// Whether nothing is lacking that the standard enforces. What could not be read is lacking.
    pub is_sufficient: bool,
    /// Each of that: the control, or what could not be read, and how it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
    /// What to do about it, and what the other choice costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// As a standard would name it; none: how it is could not be read.
    #[serde(skip)]
    pub(crate) used: Option<UsedTrail>,
}

/// Every trail that records this account here, but for the one that bootstrap makes. Nothing is used because it is there: whoever may make a
/// trail may have it record all, into a bucket of his own.
///
/// # Errors
/// They could not be listed.
pub(crate) async fn found<W: World, R>(place: &Place<'_, W, R>, run: Run) -> Result<Vec<FoundTrail>, WorldError> {
    let mut resources: BTreeSet<Resource> = place.world.trails_of_elsewhere().await?.into_iter().collect();
    let mut from = None;
    loop {
        let page = place.world.list(ResourceKind::Trail, from.as_ref()).await?;
        resources.extend(page.listed.into_iter().map(|listed| listed.resource));
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    let mut trails = Vec::new();
    for resource in resources {
        let Resource::Trail(trail) = &resource else { continue };
        if !place.standard.makes_trail(&trail.name) {
            trails.extend(at(place, run, &resource, trail).await);
        }
    }
    Ok(trails)
}

/// The trail that the standard uses, whether it is there or not.
pub(crate) async fn used<W: World, R>(place: &Place<'_, W, R>, run: Run, resource: &Resource) -> Option<FoundTrail> {
    let Resource::Trail(trail) = resource else { return None };
    at(place, run, resource, trail).await
}

/// One trail, judged as though the standard used it; none: there is none, and none is used.
async fn at<W: World, R>(
    place: &Place<'_, W, R>,
    run: Run,
    resource: &Resource,
    trail: &on::Trail,
) -> Option<FoundTrail> {
    let is_used = place.standard.trail.used.as_ref().is_some_and(|used| used.trail == trail.name);
    let configuration = place.world.observe(resource, Facet::TrailConfiguration).await;
    let seen = match &configuration {
        Ok(Some(Observed { state: State::TrailConfiguration(seen), .. })) => seen.clone(),
        _ => None,
    };
    // A listing names the trail of the standard whether it is there or not.
    if seen.is_none() && configuration.is_ok() && !is_used {
        return None;
    }
    let used = seen.as_ref().map(|seen| as_used(trail, seen));
    let standard = match &used {
        Some(used) if !is_used => under(place.standard, used.clone()),
        _ => place.standard.clone(),
    };
    let subject = Subject { standard: &standard, ..place.subject(run, resource) };
    let mut found = FoundTrail {
        trail: resource.arn(place.home),
        bucket: seen.map(|seen| seen.bucket),
        is_used,
        is_sufficient: false,
        lacks: Vec::new(),
        advice: None,
        used,
    };
    found.lacks.extend(lacking(&subject, Facet::TrailConfiguration, configuration));
    for facet in [Facet::TrailLogging, Facet::TrailSelectors] {
        found.lacks.extend(lacking(&subject, facet, place.world.observe(resource, facet).await));
    }
    found.is_sufficient = found.lacks.is_empty();
    found.advice = advice(place.standard, trail, &found);
    Some(found)
}

/// What a facet lacks that the standard enforces. What nobody here can mend is only observed, and lacking all the same.
fn lacking(subject: &Subject<'_>, facet: Facet, observed: Result<Option<Observed>, WorldError>) -> Vec<String> {
    let unknown = |why: String| vec![format!("{facet}: {why}")];
    match observed.map(|observed| observed.map(|observed| observed.state.assess(subject, None))) {
        Ok(Some(Ok(findings))) => {
            let lacking = findings.into_iter().filter(|finding| subject.enforces(finding.control));
            lacking.map(|finding| format!("{}: {}", finding.control, finding.detail)).collect()
        }
        Ok(Some(Err(undetermined))) => unknown(undetermined.0),
        Ok(None) => unknown("there is no such trail".to_owned()),
        Err(error) => unknown(error.story()),
    }
}

/// A standard that uses this trail as it is now.
fn under(standard: &Standard, used: UsedTrail) -> Standard {
    let mut standard = standard.clone();
    standard.trail.used = Some(used);
    standard
}

/// A trail as a standard names it. A key that is another account's is not named: that says no more than whose the trail is.
fn as_used(trail: &on::Trail, seen: &TrailConfiguration) -> UsedTrail {
    let key = match &seen.key {
        Some(KmsKey::Alias(alias)) => Some(alias.clone()),
        Some(KmsKey::Arn(arn)) if arn.starts_with("arn:") => Some(arn.clone()),
        _ => None,
    };
    UsedTrail { trail: trail.name.clone(), bucket: seen.bucket.clone(), key }
}

fn advice(standard: &Standard, trail: &on::Trail, found: &FoundTrail) -> Option<String> {
    if found.is_used {
        return None;
    }
    if trail.name == standard.names.trail {
        return Some(format!("bootstrap made it, and the standard uses another: {SECOND_COPY}"));
    }
    let used = found.used.as_ref().filter(|_| found.is_sufficient && standard.trail.used.is_none())?;
    Some(format!(
        "{SECOND_COPY}, as bootstrap's own trail beside it; if you know it, `{}` uses it instead",
        entry(used)
    ))
}

/// A trail as a line of the standard.
pub(crate) fn entry(UsedTrail { trail, bucket, key }: &UsedTrail) -> String {
    // Letters, digits and what stands in ARNs: a quote is none of them, and where one is, nothing of it counts.
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let key = key.as_deref().map(|key| format!(", key: {}", quoted(key))).unwrap_or_default();
    format!("trail: {{use: {{trail: {}, bucket: {}{key}}}}}", quoted(trail), quoted(bucket))
}
