use parapet_core::{Home, Mode, Outcome, Trigger};
use parapet_guards::foundation::{self, Stage, stages};
use parapet_guards::{Arns, Baseline};
use parapet_guards::{Finding, Recorder, Resource, Standard, World, on};
use serde::Serialize;
use thiserror::Error;

use crate::trails::{self, FoundTrail};
use crate::{Place, Run, reconcile};

/// What bootstrap answers: where everything is, and what was done.
#[derive(Clone, Debug, Serialize)]
pub struct BootstrapReport {
    /// The bucket of the pipeline's data.
    pub ml_data_bucket: String,
    /// Where it is reached.
    pub ml_data_bucket_url: String,
    /// The role the pipeline runs as.
    pub ml_service_role_arn: String,
    /// Its policy.
    pub ml_data_policy_arn: String,
    /// The trail that records: bootstrap's, or the one that the standard uses.
    pub trail_arn: String,
    /// The key; in a dry run before the first bootstrap, its alias.
    pub kms_key_arn: String,
    /// The bucket that CloudTrail delivers to.
    pub log_bucket: String,
    /// The bucket of evidence.
    pub evidence_bucket: String,
    /// The bucket of S3 server access logs.
    pub access_log_bucket: String,
    /// What was written, or in a dry run would be, as `resource: action`.
    pub actions: Vec<String>,
    /// The trails that are there beside bootstrap's, and whether each could be used in its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trails: Vec<FoundTrail>,
    /// How far it is kept what was there before.
    pub baseline: Option<BaselineReport>,
    /// What is not as it should be and was left so, because its control is in `observe`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observed: Vec<String>,
    /// That nobody vouches for what is remembered, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
}

/// How far it is kept what was there when Parapet came.
#[derive(Clone, Debug, Serialize)]
pub struct BaselineReport {
    /// Whether all of it is kept; if not, bootstrap has to run again.
    pub is_complete: bool,
    /// How many settings and documents are kept.
    pub kept: u32,
    /// What could not be read or kept, at most some of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

impl From<Baseline> for BaselineReport {
    fn from(Baseline { ended_at, kept, mut unread, .. }: Baseline) -> Self {
        const TOLD: usize = 20;
        unread.truncate(TOLD);
        Self { is_complete: ended_at.is_some(), kept, unread }
    }
}

/// Creates what is missing and repairs what is weaker than the standard, stage by stage. What is there and stricter stays;
/// nothing is ever deleted. Run again, it writes nothing; stopped anywhere and run again, it completes.
///
/// # Errors
/// The first stage that does not end well: the step, the resource and the remedy, and what was done until then.
pub async fn bootstrap<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    cause: &Trigger,
    kms_key_arn: impl AsyncFnOnce() -> Option<String>,
) -> Result<BootstrapReport, BootstrapStopped> {
    let standard = leaving_the_key(place.standard);
    let place = &Place { standard: &standard, ..*place };
    let mut actions: Vec<String> = Vec::new();
    let mut observed = Vec::new();
    for (number, stage) in stages(place.standard, place.home).into_iter().enumerate() {
        // Several stages write to one resource: each has an id, and so evidence, of its own.
        let cause = Trigger { event_id: format!("{}-{number:02}", cause.event_id), ..cause.clone() };
        let run = Run { guard: stage.guard, ..run };
        if stage.is_found
            && let Err(why) = sufficient(place, run, &cause, &stage).await
        {
            return Err(BootstrapStopped::at(stage, why, actions));
        }
        let report = reconcile(place, run, &cause, &stage.resource, &stage.facets).await;
        actions.extend(report.actions.iter().map(|action| format!("{}: {action}", stage.resource)));
        let left = report.findings.iter().filter(|finding| !finding.is_enforced());
        observed.extend(left.map(|finding| format!("{}: {}: {}", stage.resource, finding.control, finding.detail)));
        // What follows needs the key, and a key that is not usable fails every write under it.
        if let Some(finding) = report.findings.iter().find(|finding| keeps_from_going_on(finding)) {
            return Err(BootstrapStopped::at(stage, finding.detail.clone(), actions));
        }
        match report.outcome {
            Outcome::Compliant | Outcome::Remediated | Outcome::Contested | Outcome::Planned => {}
            // In a dry run nothing was made: settings of a resource that is not there yet cannot be read.
            Outcome::Ignored(_) if run.dry => {
                actions.extend(stage.facets.iter().map(|facet| format!("{}: set {facet}", stage.resource)));
            }
            Outcome::Observed => {}
            _ => {
                let findings =
                    || report.findings.iter().map(|finding| finding.detail.as_str()).collect::<Vec<_>>().join("; ");
                let why = report.outcome.why().unwrap_or_else(findings);
                return Err(BootstrapStopped::at(stage, why, actions));
            }
        }
    }
    let trails = trails::found(place, run).await.unwrap_or_else(|error| {
        observed.push(format!("which trails are there already is not known: {}", error.story()));
        Vec::new()
    });
    Ok(BootstrapReport { trails, ..outputs(place.standard, place.home, kms_key_arn().await, actions, observed) })
}

/// Whether a trail that the standard uses is as it has to be. It is somebody's who was there before, so bootstrap writes nothing of it.
///
/// # Errors
/// What it lacks, each property by its control, and what to do: without a trail that records all, the guards see nothing.
async fn sufficient<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    cause: &Trigger,
    Stage { resource, facets, .. }: &Stage,
) -> Result<(), String> {
    const REMEDY: &str =
        "mend that where the trail is at home, or take `trail.use` out of the standard: then bootstrap makes a trail";
    let found = trails::used(place, run, resource).await;
    if let Some(found) = found.filter(|found| !found.is_sufficient) {
        return Err(format!(
            "the trail that the standard uses is not sufficient: {}. {REMEDY}",
            found.lacks.join("; ")
        ));
    }
    // Beside what is remembered more may be wrong, which the guard mends and bootstrap does not.
    let report = reconcile(place, Run { dry: true, ..run }, cause, resource, facets).await;
    let changed: Vec<&str> =
        report.findings.iter().filter(|finding| finding.is_enforced()).map(|finding| finding.detail.as_str()).collect();
    match changed.as_slice() {
        [] => Ok(()),
        changed => {
            Err(format!("the trail that the standard uses is not what it was: {}. {REMEDY}", changed.join("; ")))
        }
    }
}

/// The same standard, but that it is enforced at large, as whoever invokes bootstrap wants what it makes; and that the key's status is not mended
/// unless it says so itself.
fn leaving_the_key(standard: &Standard) -> Standard {
    let mut standard = standard.clone().enforced_at_large();
    for control in foundation::OF_THE_KEY {
        standard.controls.entry(control).or_insert(Mode::Observe);
    }
    standard
}

fn keeps_from_going_on(finding: &Finding) -> bool {
    foundation::OF_THE_KEY.contains(&finding.control) && !finding.is_enforced()
}

/// Bootstrap could not go on. What it made until then stays.
#[derive(Debug, Error)]
#[error("bootstrap stopped at {facets} of {resource}: {why}. {}. Run bootstrap again when this is mended", self.kept())]
pub struct BootstrapStopped {
    /// The step: what was to be ensured.
    pub facets: String,
    /// Of what.
    pub resource: Resource,
    /// Why it does not go on, and what to do.
    pub why: String,
    /// What was done until then.
    pub done: Vec<String>,
}

impl BootstrapStopped {
    fn at(stage: Stage, why: String, done: Vec<String>) -> Self {
        let facets: Vec<String> = stage.facets.iter().map(ToString::to_string).collect();
        Self { facets: facets.join(", "), resource: stage.resource, why, done }
    }

    fn kept(&self) -> String {
        match self.done.as_slice() {
            [] => "Nothing was changed".to_owned(),
            done => format!("Done until then, and kept: {}", done.join("; ")),
        }
    }
}

fn outputs(
    standard: &Standard,
    home: &Home,
    kms_key_arn: Option<String>,
    actions: Vec<String>,
    observed: Vec<String>,
) -> BootstrapReport {
    let names = &standard.names;
    let domain = if home.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    BootstrapReport {
        ml_data_bucket: names.ml_data_bucket.clone(),
        ml_data_bucket_url: format!("https://{}.s3.{}.{domain}", names.ml_data_bucket, home.region),
        ml_service_role_arn: home.iam_arn(&format!("role/{}", names.ml_service_role)),
        ml_data_policy_arn: home.iam_arn(&format!("policy/{}", names.ml_data_policy)),
        trail_arn: Resource::Trail(on::Trail { name: standard.trail_name().to_owned() }).arn(home),
        kms_key_arn: kms_key_arn.unwrap_or_else(|| names.key_alias.clone()),
        log_bucket: names.log_bucket.clone(),
        evidence_bucket: names.evidence_bucket.clone(),
        access_log_bucket: names.access_log_bucket.clone(),
        actions,
        trails: Vec::new(),
        baseline: None,
        observed,
        memory: None,
    }
}
