use std::collections::BTreeMap;
use std::fmt;

use parapet_core::{ControlId, Finding, Subject};
use serde::{Deserialize, Serialize};

use super::is_foundation;
use crate::KmsKey;

/// The settings of a trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailConfiguration {
    /// The bucket it delivers to.
    pub bucket: String,
    /// What the names of its log files begin with.
    pub prefix: Option<String>,
    /// The SNS topic that is told of each delivery.
    pub sns_topic: Option<String>,
    /// Whether it records every region.
    pub multi_region: bool,
    /// Whether it records global services such as IAM.
    pub global_services: bool,
    /// Whether digests are written.
    pub validation: bool,
    /// The key its log files are encrypted with; none: the bucket's own encryption.
    pub key: Option<KmsKey>,
    /// Its copy in CloudWatch Logs.
    pub cloud_watch: Option<CloudWatchLink>,
    /// Whether it is an organization's.
    pub organization: bool,
    /// Its tags. Restored when the trail is created again; otherwise nobody's business here.
    pub tags: BTreeMap<String, String>,
}

/// Where a trail copies its events in CloudWatch Logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudWatchLink {
    /// The log group's ARN.
    pub log_group_arn: String,
    /// The role that writes there.
    pub role_arn: String,
}

impl fmt::Display for TrailConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = vec![format!("to {}", self.bucket)];
        parts.push(if self.multi_region { "every region" } else { "one region" }.to_owned());
        parts.extend((!self.global_services).then(|| "without global services".to_owned()));
        parts.push(if self.validation { "validated" } else { "not validated" }.to_owned());
        parts.extend(self.key.as_ref().map(|key| format!("encrypted with {key}")));
        f.write_str(&parts.join(", "))
    }
}

/// The trail as bootstrap creates it.
fn of_the_standard(subject: &Subject<'_>) -> TrailConfiguration {
    let names = &subject.standard.names;
    TrailConfiguration {
        bucket: names.log_bucket.clone(),
        prefix: None,
        sns_topic: None,
        multi_region: true,
        global_services: true,
        validation: true,
        key: Some(KmsKey::Alias(names.key_alias.clone())),
        cloud_watch: None,
        organization: false,
        tags: BTreeMap::from([("Purpose".to_owned(), "AuditTrail".to_owned())]),
    }
}

/// What is wrong with a trail that is there, as (control, what to mend, what to say).
type Flaw = (ControlId, fn(&mut TrailConfiguration, &TrailConfiguration), String);

fn flaws(subject: &Subject<'_>, seen: &TrailConfiguration) -> Vec<Flaw> {
    let asked = of_the_standard(subject);
    let mut flaws: Vec<Flaw> = Vec::new();
    if !seen.validation {
        flaws.push((
            ControlId::TrailValidation,
            |trail, _| trail.validation = true,
            "log file validation is off".to_owned(),
        ));
    }
    if !is_foundation(subject) {
        return flaws;
    }
    if !seen.multi_region || !seen.global_services {
        let mend: fn(&mut TrailConfiguration, &TrailConfiguration) =
            |trail, _| (trail.multi_region, trail.global_services) = (true, true);
        flaws.push((ControlId::TrailMultiRegion, mend, "the trail leaves regions or global services out".to_owned()));
    }
    if seen.key != asked.key {
        let what = seen
            .key
            .as_ref()
            .map_or_else(|| "not encrypted with a KMS key".to_owned(), |key| format!("encrypted with {key}"));
        flaws.push((
            ControlId::TrailEncryption,
            |trail, asked| trail.key.clone_from(&asked.key),
            format!("log files are {what}"),
        ));
    }
    if seen.bucket != asked.bucket || seen.prefix != asked.prefix {
        let mend: fn(&mut TrailConfiguration, &TrailConfiguration) = |trail, asked| {
            trail.bucket.clone_from(&asked.bucket);
            trail.prefix.clone_from(&asked.prefix);
        };
        flaws.push((
            ControlId::TrailDelivery,
            mend,
            format!("the trail delivers to `{}/{}`", seen.bucket, seen.prefix.as_deref().unwrap_or_default()),
        ));
    }
    flaws
}

pub(super) fn assess(subject: &Subject<'_>, observed: Option<&TrailConfiguration>) -> Vec<Option<Finding>> {
    match observed {
        None if is_foundation(subject) => {
            vec![Finding::on(ControlId::TrailExists, subject, "the trail does not exist".to_owned())]
        }
        None => Vec::new(),
        Some(seen) => {
            flaws(subject, seen).into_iter().map(|(control, _, detail)| Finding::on(control, subject, detail)).collect()
        }
    }
}

pub(super) fn comply(
    subject: &Subject<'_>,
    last_known: Option<&TrailConfiguration>,
    observed: Option<&TrailConfiguration>,
) -> Option<TrailConfiguration> {
    let asked = of_the_standard(subject);
    let mut trail = match observed {
        Some(seen) => seen.clone(),
        None if is_foundation(subject) && subject.enforces(ControlId::TrailExists) => {
            last_known.unwrap_or(&asked).clone()
        }
        None => return None,
    };
    for (control, mend, _) in flaws(subject, &trail) {
        if subject.enforces(control) {
            mend(&mut trail, &asked);
        }
    }
    Some(trail)
}
