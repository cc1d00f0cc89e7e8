//! What another standard would enforce differently.
//!
//! Every part of a standard is taken apart by name here, so that a new one does not compile before somebody has said when it is looser.

mod compare;

use std::cmp::Reverse;
use std::fmt;

use compare::Comparison;
use iam_policy::Document;
use serde::Serialize;

use super::{
    AccessRules, BucketRules, CloudWatchLogs, ContestRules, EventDataStoreRules, Exemption, GeneralMode, Names,
    PartMode, Patterns, Preset, Principals, Rails, RequiredBoundary, Retention, ServiceRules, Standard, TlsVersion,
    TrailRules, TrustRules, TrustedSubject, UsedTrail,
};
use crate::{ControlId, Scope};

/// What another standard would enforce differently, in the order of the standard's parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Difference {
    /// Each of them.
    pub changes: Vec<Change>,
}

/// One thing that would be enforced differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Where it stands in the standard, such as `controls.S3.Encryption`.
    pub path: String,
    /// What is asked for, or let through, now; none: an entry that is new.
    pub before: Option<String>,
    /// What would be; none: an entry that is gone.
    pub after: Option<String>,
    /// Which way it goes.
    pub direction: Direction,
}

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Less is asked for, or more is let through.
    Looser,
    /// More is asked for, or less is let through.
    Stricter,
    /// Something else is asked for, and what was is not any more.
    Different,
}

impl Difference {
    /// What `new` enforces that `old` does not, and the other way round. `now`, in seconds since 1970: an exemption that has ended
    /// by then counts for nothing. Names and patterns that others of the same list include make no difference.
    #[must_use]
    pub fn between(old: &Standard, new: &Standard, now: i64) -> Self {
        let mut found = Comparison::default();
        let Standard {
            version: _,
            scope,
            names,
            buckets,
            service,
            trail,
            event_data_stores,
            trust,
            access,
            principals,
            presets,
            mode: _,
            modes: parts,
            controls: _,
            exemptions,
            contest,
            rails,
            settle,
            digest: _,
            object: _,
            memory_key: _,
        } = old;
        modes(&mut found, old, new);
        in_parts(&mut found, parts, &new.modes);
        in_scope(&mut found, scope, &new.scope);
        named(&mut found, names, &new.names);
        of_buckets(&mut found, buckets, &new.buckets);
        of_the_service(&mut found, service, &new.service);
        of_trails(&mut found, trail, &new.trail);
        of_stores(&mut found, *event_data_stores, new.event_data_stores);
        trusted(&mut found, trust, &new.trust);
        protected(&mut found, access, &new.access);
        spared(&mut found, principals, &new.principals);
        let names = |presets: &[Preset]| texts(presets, |preset| preset.name().to_owned());
        found.permits("presets", &names(presets), &names(&new.presets));
        exempt(&mut found, exemptions, &new.exemptions, now);
        contested(&mut found, *contest, new.contest);
        railed(&mut found, *rails, new.rails);
        found.more_is_stricter("settle.minutes", Reverse(settle.minutes), Reverse(new.settle.minutes), |minutes| {
            minutes.0.to_string()
        });
        Self { changes: found.changes }
    }

    /// Whether nothing would be enforced differently.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether anything that is asked for now would not be asked for any more.
    #[must_use]
    pub fn asks_less(&self) -> bool {
        self.changes.iter().any(|change| change.direction != Direction::Stricter)
    }
}

impl Direction {
    /// Its name: `looser`, `stricter`, `different`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Looser => "looser",
            Self::Stricter => "stricter",
            Self::Different => "different",
        }
    }
}

/// `controls.S3.Encryption: enforce -> observe (looser)`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = self.direction.name();
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, "{}: {before} -> {after} ({direction})", self.path),
            (Some(gone), None) => write!(f, "{}: without {gone} ({direction})", self.path),
            (None, Some(new)) => write!(f, "{}: with {new} ({direction})", self.path),
            (None, None) => write!(f, "{} ({direction})", self.path),
        }
    }
}

/// By what is done in the end: a mode that is written out and the default are one.
fn modes(found: &mut Comparison, old: &Standard, new: &Standard) {
    found.more_is_stricter("mode", Reverse(old.mode), Reverse(new.mode), |mode| mode.0.to_string());
    // Of the others the line above says it.
    let is_named = |control: &&ControlId| [old, new].iter().any(|standard| standard.controls.contains_key(control));
    for &control in ControlId::all().iter().filter(is_named) {
        let path = format!("controls.{}", control);
        let (old, new) = (Reverse(old.mode(control)), Reverse(new.mode(control)));
        found.more_is_stricter(&path, old, new, |mode| mode.0.name().to_owned());
    }
}

/// Of several parts that have a resource the first counts, so their order matters.
fn in_parts(found: &mut Comparison, old: &[PartMode], new: &[PartMode]) {
    let of = |parts: &[PartMode], mode: GeneralMode| -> Vec<String> {
        parts.iter().filter(|part| part.mode == mode).map(PartMode::to_string).collect()
    };
    let both = |mode| (of(old, mode), of(new, mode));
    let ((observed, observed_now), (enforced, enforced_now)) = (both(GeneralMode::Observe), both(GeneralMode::Enforce));
    found.permits_exactly("modes", &observed, &observed_now);
    found.demands_exactly("modes", &enforced, &enforced_now);
    let sorted = |parts: &[PartMode]| {
        let mut parts: Vec<String> = parts.iter().map(PartMode::to_string).collect();
        parts.sort();
        parts
    };
    if sorted(old) == sorted(new) {
        found.other_is_different("modes", &old, &new, |parts| {
            parts.iter().map(PartMode::to_string).collect::<Vec<_>>().join("; ")
        });
    }
}

fn in_scope(found: &mut Comparison, old: &Scope, new: &Scope) {
    for ((name, old), (_, new)) in old.by_name().into_iter().zip(new.by_name()) {
        let Patterns { include, exclude } = old;
        found.demands(&format!("scope.{name}.include"), include, &new.include);
        found.permits(&format!("scope.{name}.exclude"), exclude, &new.exclude);
    }
}

/// What had a name is not kept any more once another thing has it.
fn named(found: &mut Comparison, old: &Names, new: &Names) {
    let Names {
        key_alias,
        key_id,
        ml_data_bucket,
        log_bucket,
        access_log_bucket,
        evidence_bucket,
        ml_service_role,
        ml_data_policy,
        trail,
    } = old;
    found.other_is_different("names.key_id", key_id, &new.key_id, |id| {
        id.clone().unwrap_or_else(|| "bootstrap's".to_owned())
    });
    for (name, old, new) in [
        ("key_alias", key_alias, &new.key_alias),
        ("ml_data_bucket", ml_data_bucket, &new.ml_data_bucket),
        ("log_bucket", log_bucket, &new.log_bucket),
        ("access_log_bucket", access_log_bucket, &new.access_log_bucket),
        ("evidence_bucket", evidence_bucket, &new.evidence_bucket),
        ("ml_service_role", ml_service_role, &new.ml_service_role),
        ("ml_data_policy", ml_data_policy, &new.ml_data_policy),
        ("trail", trail, &new.trail),
    ] {
        found.other_is_different(&format!("names.{name}"), old, new, String::clone);
    }
}

fn of_buckets(found: &mut Comparison, old: &BucketRules, new: &BucketRules) {
    let BucketRules {
        encryption,
        ml_encryption,
        log_retention,
        evidence_retention,
        data_retention_days,
        access_log_retention_days,
        minimum_tls,
        versioning,
        replicate_to,
        notify_to,
    } = old;
    let algorithm = |algorithm: super::Algorithm| algorithm.as_str().to_owned();
    found.more_is_stricter("buckets.encryption", *encryption, new.encryption, algorithm);
    found.more_is_stricter("buckets.ml_encryption", *ml_encryption, new.ml_encryption, algorithm);
    locked(found, "buckets.log_retention", *log_retention, new.log_retention);
    locked(found, "buckets.evidence_retention", *evidence_retention, new.evidence_retention);
    found.more_is_stricter("buckets.data_retention_days", *data_retention_days, new.data_retention_days, days);
    let access_logs = (*access_log_retention_days, new.access_log_retention_days);
    found.more_is_stricter("buckets.access_log_retention_days", access_logs.0, access_logs.1, days);
    let version = |version: Option<TlsVersion>| version.map_or("any", TlsVersion::as_str).to_owned();
    found.more_is_stricter("buckets.minimum_tls", *minimum_tls, new.minimum_tls, version);
    let scope = |scope: super::VersioningScope| scope.name().to_owned();
    found.more_is_stricter("buckets.versioning", *versioning, new.versioning, scope);
    found.permits("buckets.replicate_to", replicate_to, &new.replicate_to);
    found.permits("buckets.notify_to", notify_to, &new.notify_to);
}

fn locked(found: &mut Comparison, path: &str, old: Retention, new: Retention) {
    let Retention { mode, days: length } = old;
    found.more_is_stricter(&format!("{path}.mode"), mode, new.mode, |mode| mode.name().to_owned());
    found.more_is_stricter(&format!("{path}.days"), length, new.days, days);
}

fn days(days: u32) -> String {
    days.to_string()
}

fn of_the_service(found: &mut Comparison, old: &ServiceRules, new: &ServiceRules) {
    let ServiceRules { trusted, policies } = old;
    found.permits("service.trusted", trusted, &new.trusted);
    found.permits("service.policies", policies, &new.policies);
}

fn of_trails(found: &mut Comparison, old: &TrailRules, new: &TrailRules) {
    let TrailRules { insights, cloud_watch_logs, used } = old;
    found.demands("trail.insights", insights, &new.insights);
    let copy = |copy: &CloudWatchLogs| {
        let CloudWatchLogs { log_group_arn, role_arn } = copy;
        format!("{log_group_arn} by {role_arn}")
    };
    let trail = |used: &Option<UsedTrail>| match used {
        Some(UsedTrail { trail, bucket, key: None }) => format!("{trail} into {bucket}"),
        Some(UsedTrail { trail, bucket, key: Some(key) }) => format!("{trail} into {bucket} under {key}"),
        None => "bootstrap's".to_owned(),
    };
    found.other_is_different("trail.use", used, &new.used, trail);
    let path = "trail.cloud_watch_logs";
    match (cloud_watch_logs, &new.cloud_watch_logs) {
        (Some(old), Some(new)) => found.other_is_different(path, old, new, copy),
        (old, new) => found.demands(path, &texts(old, copy), &texts(new, copy)),
    }
}

fn of_stores(found: &mut Comparison, old: EventDataStoreRules, new: EventDataStoreRules) {
    let EventDataStoreRules { retention_days, max_event_size } = old;
    found.more_is_stricter("event_data_stores.retention_days", retention_days, new.retention_days, days);
    let size = |size: super::EventSize| size.as_str().to_owned();
    found.more_is_stricter("event_data_stores.max_event_size", max_event_size, new.max_event_size, size);
}

fn trusted(found: &mut Comparison, old: &TrustRules, new: &TrustRules) {
    let TrustRules { accounts, management_account, organizations, networks, identities, providers, subjects } = old;
    found.permits("trust.accounts", accounts, &new.accounts);
    let (account, now) = (management_account, &new.management_account);
    found.other_is_different("trust.management_account", account, now, |id| {
        id.clone().unwrap_or_else(|| "any".to_owned())
    });
    found.permits("trust.organizations", organizations, &new.organizations);
    found.permits("trust.networks", networks, &new.networks);
    found.permits("trust.identities", identities, &new.identities);
    found.permits("trust.providers", providers, &new.providers);
    let subject = |subject: &TrustedSubject| format!("{}:{} {}", subject.provider, subject.claim, subject.pattern);
    found.permits("trust.subjects", &texts(subjects, subject), &texts(&new.subjects, subject));
}

fn protected(found: &mut Comparison, old: &AccessRules, new: &AccessRules) {
    let AccessRules { protected, envelope } = old;
    found.demands("access.protected", protected, &new.protected);
    // Documents have stars of their own, which are no patterns here.
    let document = |document: &Document| document.as_value().to_string();
    let (old, new) = (texts(envelope, document), texts(&new.envelope, document));
    found.permits_exactly("access.envelope", &old, &new);
}

fn spared(found: &mut Comparison, old: &Principals, new: &Principals) {
    let Principals { break_glass, administrators, deployers, own, protected, operators, boundaries } = old;
    found.permits("principals.break_glass", break_glass, &new.break_glass);
    found.permits("principals.administrators", administrators, &new.administrators);
    found.permits("principals.deployers", deployers, &new.deployers);
    found.permits("principals.own", own, &new.own);
    found.demands("principals.protected", protected, &new.protected);
    found.permits("principals.operators", operators, &new.operators);
    bounded(found, boundaries, &new.boundaries);
}

/// The first that fits counts: only what comes after all others adds to them.
fn bounded(found: &mut Comparison, old: &[RequiredBoundary], new: &[RequiredBoundary]) {
    const PATH: &str = "principals.boundaries";
    let rule = |rule: &RequiredBoundary| {
        let RequiredBoundary { principals, boundary } = rule;
        format!("{boundary} of {}", principals.join(", "))
    };
    if new.starts_with(old) || old.starts_with(new) {
        found.demands_exactly(PATH, &texts(old, rule), &texts(new, rule));
    } else {
        found.other_is_different(PATH, &old, &new, |rules| texts(*rules, rule).join("; "));
    }
}

/// One resource, one control, until when.
type Excuse<'a> = (&'a str, ControlId, i64);

fn exempt(found: &mut Comparison, old: &[Exemption], new: &[Exemption], now: i64) {
    let (old, new) = (excuses(old, now), excuses(new, now));
    let covers = |wide: &Excuse<'_>, narrow: &Excuse<'_>| {
        compare::covers(wide.0, narrow.0) && wide.1 == narrow.1 && wide.2 >= narrow.2
    };
    let text = |(resource, control, until): &Excuse<'_>| {
        let until = time::OffsetDateTime::from_unix_timestamp(*until).ok();
        let until = until.and_then(|until| until.format(&time::format_description::well_known::Rfc3339).ok());
        format!("{control} of {resource} until {}", until.unwrap_or_default())
    };
    found.listed("exemptions", &old, &new, covers, text, compare::PERMIT);
}

/// What the exemptions in force let through, one by one.
fn excuses(exemptions: &[Exemption], now: i64) -> Vec<Excuse<'_>> {
    let in_force = exemptions.iter().filter(|exemption| exemption.until.unix_timestamp() > now);
    in_force
        .flat_map(|exemption| {
            let Exemption { resource, controls, until, reason: _, who: _ } = exemption;
            controls.iter().map(move |control| (resource.as_str(), *control, until.unix_timestamp()))
        })
        .collect()
}

/// A contested resource is repaired all the same; it is told sooner, the fewer repairs it takes.
fn contested(found: &mut Comparison, old: ContestRules, new: ContestRules) {
    let ContestRules { repairs, window_minutes, slow } = old;
    let count = |count: Reverse<u32>| count.0.to_string();
    found.more_is_stricter("contest.repairs", Reverse(repairs), Reverse(new.repairs), count);
    found.more_is_stricter("contest.window_minutes", window_minutes, new.window_minutes, days);
    found.more_is_stricter("contest.slow.repairs", Reverse(slow.repairs), Reverse(new.slow.repairs), count);
    found.more_is_stricter("contest.slow.days", slow.days, new.slow.days, days);
}

/// The fewer writes, the longer something stays as it is.
fn railed(found: &mut Comparison, old: Rails, new: Rails) {
    let Rails { writes_a_minute } = old;
    found.more_is_stricter("rails.writes_a_minute", writes_a_minute, new.writes_a_minute, days);
}

fn texts<'a, T: 'a>(values: impl IntoIterator<Item = &'a T>, text: impl Fn(&T) -> String) -> Vec<String> {
    values.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests;
