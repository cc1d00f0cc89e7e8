use std::collections::BTreeMap;
use std::fmt;

use parapet_core::{ControlId, Subject};
use serde::{Deserialize, Serialize};

use super::is_foundation;
use crate::KmsKey;
use crate::flaw::{Flaw, Flaws, mended};

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

pub(super) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Option<TrailConfiguration>>,
    observed: &Option<TrailConfiguration>,
) -> Flaws<'a, Option<TrailConfiguration>> {
    let of_the_trail =
        |flaw: Flaw<'a, TrailConfiguration>| flaw.within(|trail: &mut Option<TrailConfiguration>| trail.as_mut());
    if let Some(seen) = observed {
        return Ok(flaws_of(subject, seen).into_iter().map(of_the_trail).collect());
    }
    if !is_foundation(subject) {
        return Ok(Vec::new());
    }
    let before = last_known.cloned().flatten().unwrap_or_else(|| of_the_standard(subject));
    let whole = mended(subject, flaws_of(subject, &before), &before);
    Ok(vec![Flaw::new(ControlId::TrailExists, "the trail does not exist", |trail| *trail = Some(whole))])
}

fn flaws_of<'a>(subject: &Subject<'a>, seen: &TrailConfiguration) -> Vec<Flaw<'a, TrailConfiguration>> {
    let mut flaws: Vec<Flaw<'a, TrailConfiguration>> = Vec::new();
    if !seen.validation {
        flaws.push(Flaw::new(
            ControlId::TrailValidation,
            "log file validation is off",
            |trail: &mut TrailConfiguration| {
                trail.validation = true;
            },
        ));
    }
    if !is_foundation(subject) {
        return flaws;
    }
    let asked = of_the_standard(subject);
    if !seen.multi_region || !seen.global_services {
        let detail = "the trail leaves regions or global services out";
        flaws.push(Flaw::new(ControlId::TrailMultiRegion, detail, |trail: &mut TrailConfiguration| {
            (trail.multi_region, trail.global_services) = (true, true);
        }));
    }
    if seen.key != asked.key {
        let what = seen
            .key
            .as_ref()
            .map_or_else(|| "not encrypted with a KMS key".to_owned(), |key| format!("encrypted with {key}"));
        flaws.push(Flaw::new(
            ControlId::TrailEncryption,
            format!("log files are {what}"),
            |trail: &mut TrailConfiguration| {
                trail.key = asked.key;
            },
        ));
    }
    if seen.bucket != asked.bucket || seen.prefix != asked.prefix {
        let detail = format!("the trail delivers to `{}/{}`", seen.bucket, seen.prefix.as_deref().unwrap_or_default());
        flaws.push(Flaw::new(ControlId::TrailDelivery, detail, |trail: &mut TrailConfiguration| {
            (trail.bucket, trail.prefix) = (asked.bucket, asked.prefix);
        }));
    }
    flaws
}
