use std::fmt;

use parapet_core::{Arn, Home};
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::cloudtrail::resources::{SERVICE, is_elsewhere, is_foundation, used};
use crate::control::control;
use crate::flaw::{Flaw, Flaws, mended};
use crate::{KmsKey, Subject, UsedTrail, on};

control! {
    TRAIL_EXISTS = "CloudTrail.Exists", Critical, Enforce, fsbp ["CloudTrail.1"], cis [],
    "The trail exists",
    "Without a trail nothing is recorded, and the guards see nothing.",
}

control! {
    TRAIL_MULTI_REGION = "CloudTrail.MultiRegion", High, Enforce, fsbp ["CloudTrail.1"], cis ["3.1"],
    "The trail records every region, and global services",
    "An intruder works where nobody looks.",
}

control! {
    TRAIL_VALIDATION = "CloudTrail.Validation", Medium, Enforce, fsbp ["CloudTrail.4"], cis ["3.2"],
    "Log file validation is on",
    "Without digests an altered log cannot be told from a true one.",
}

control! {
    TRAIL_ENCRYPTION = "CloudTrail.Encryption", Medium, Enforce, fsbp ["CloudTrail.2"], cis ["3.5"],
    "Log files are encrypted with the pipeline's key",
    "Logs tell an intruder where to go next.",
}

control! {
    TRAIL_DELIVERY = "CloudTrail.Delivery", High, Enforce, fsbp [], cis [],
    "The trail delivers to the log bucket",
    "Logs delivered elsewhere are somebody else's.",
}

control! {
    TRAIL_CLOUD_WATCH_LOGS = "CloudTrail.CloudWatchLogs", Medium, Enforce, fsbp ["CloudTrail.5"], cis [],
    "The trail's copy in CloudWatch Logs stays, or is the one asked for",
    "Alarms on the copy fall silent with it.",
}

control! {
    TRAIL_TOPIC = "CloudTrail.Topic", Medium, Observe, fsbp [], cis [],
    "The trail tells of its log files in topics of allowed accounts alone",
    "Whoever is told of every log file knows when, and in which region, somebody looks; yet which topic is right only its owner knows.",
}

/// That the trail exists, and its settings; none where it does not. It may have to come back.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Trail;
    type State = Option<TrailConfiguration>;
    type Action = TrailAction;

    const ROW: Row = Row {
        id: "trail-configuration",
        name: "trail configuration",
        service: &SERVICE,
        events: &["CreateTrail", "UpdateTrail", "DeleteTrail"],
        controls: &[
            TRAIL_EXISTS,
            TRAIL_MULTI_REGION,
            TRAIL_VALIDATION,
            TRAIL_ENCRYPTION,
            TRAIL_DELIVERY,
            TRAIL_CLOUD_WATCH_LOGS,
            TRAIL_TOPIC,
        ],
        ..Row::OF_LOGGING
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<TrailConfiguration>>,
        observed: &Option<TrailConfiguration>,
    ) -> Flaws<'a, Option<TrailConfiguration>> {
        let of_the_trail =
            |flaw: Flaw<'a, TrailConfiguration>| flaw.within(|trail: &mut Option<TrailConfiguration>| trail.as_mut());
        let last = last_known.and_then(Option::as_ref);
        if let Some(seen) = observed {
            let flaws = flaws_of(subject, last, seen).into_iter();
            let flaws = flaws.map(|flaw| if is_elsewhere(subject) { flaw.unmendable() } else { flaw });
            return Ok(flaws.map(of_the_trail).collect());
        }
        if !is_foundation(subject) {
            return Ok(Vec::new());
        }
        if is_elsewhere(subject) {
            return Ok(vec![Flaw::without_remedy(TRAIL_EXISTS, "there is no such trail that records this account")]);
        }
        let before = last.cloned().unwrap_or_else(|| of_the_standard(subject));
        let whole = mended(subject, flaws_of(subject, last, &before), &before);
        Ok(vec![Flaw::new(TRAIL_EXISTS, "the trail does not exist", |trail| *trail = Some(whole))])
    }

    /// Nothing is ever deleted by us.
    /// The copy in CloudWatch Logs is a write of its own: it takes the right to pass a role, without which the rest must not fail.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        let Some(to) = to else { return Vec::new() };
        let Some(from) = from else { return vec![TrailAction::CreateTrail(to.clone())] };
        let rest = TrailConfiguration { cloud_watch: from.cloud_watch.clone(), ..to.clone() };
        let updated = (rest != *from).then_some(TrailAction::UpdateTrail(rest));
        // A copy is never taken away by us.
        let link = to.cloud_watch.clone().filter(|link| from.cloud_watch.as_ref() != Some(link));
        updated.into_iter().chain(link.map(TrailAction::LinkCloudWatchLogs)).collect()
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        match (state, action) {
            (_, TrailAction::CreateTrail(new) | TrailAction::UpdateTrail(new)) => Some(new.clone()),
            (Some(trail), TrailAction::LinkCloudWatchLogs(link)) => {
                Some(TrailConfiguration { cloud_watch: Some(link.clone()), ..trail.clone() })
            }
            (trail, _) => trail.clone(),
        }
    }

    fn is_absent(state: &Self::State) -> bool {
        state.is_none()
    }

    /// What was there before and is missed when it is gone, the standard does not ask for.
    fn is_judged_by_memory(_subject: &Subject<'_>, _observed: &Self::State) -> bool {
        true
    }
}

/// What is done about a trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum TrailAction {
    /// Create it.
    CreateTrail(TrailConfiguration),
    /// Change its settings, but for the copy in CloudWatch Logs.
    UpdateTrail(TrailConfiguration),
    /// Copy its events to CloudWatch Logs.
    LinkCloudWatchLogs(CloudWatchLink),
}

impl fmt::Display for TrailAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateTrail(configuration) => write!(f, "CreateTrail {configuration}"),
            Self::UpdateTrail(configuration) => write!(f, "UpdateTrail {configuration}"),
            Self::LinkCloudWatchLogs(link) => write!(f, "UpdateTrail with a copy in {}", link.log_group_arn),
        }
    }
}

/// The settings of a trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
}

/// Where a trail copies its events in CloudWatch Logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// The trail as bootstrap creates it; the one that the standard uses, as far as it says.
fn of_the_standard(subject: &Subject<'_>) -> TrailConfiguration {
    let names = &subject.standard.names;
    let (bucket, key) = match used(subject) {
        Some(used) => (used.bucket.clone(), used.key.as_deref().map(|key| named_key(subject, key))),
        None => (names.log_bucket.clone(), Some(KmsKey::Alias(names.key_alias.clone()))),
    };
    TrailConfiguration {
        bucket,
        prefix: None,
        sns_topic: None,
        multi_region: true,
        global_services: true,
        validation: true,
        key,
        cloud_watch: asked_link(subject),
        organization: false,
    }
}

/// A key as the standard names it, in the guards' words.
fn named_key(subject: &Subject<'_>, key: &str) -> KmsKey {
    if key == subject.standard.names.key_alias { KmsKey::Alias(key.to_owned()) } else { KmsKey::Arn(key.to_owned()) }
}

/// The copy in CloudWatch Logs that the standard asks for.
fn asked_link(subject: &Subject<'_>) -> Option<CloudWatchLink> {
    let asked = subject.standard.trail.cloud_watch_logs.clone().filter(|_| used(subject).is_none())?;
    Some(CloudWatchLink { log_group_arn: asked.log_group_arn, role_arn: asked.role_arn })
}

fn flaws_of<'a>(
    subject: &Subject<'a>,
    last: Option<&TrailConfiguration>,
    seen: &TrailConfiguration,
) -> Vec<Flaw<'a, TrailConfiguration>> {
    let mut flaws: Vec<Flaw<'a, TrailConfiguration>> = Vec::new();
    if !seen.validation {
        let flaw = Flaw::new(TRAIL_VALIDATION, "log file validation is off", |trail: &mut TrailConfiguration| {
            trail.validation = true;
        });
        let was_off = subject.excuse(last).is_some_and(|before| !before.validation);
        flaws.push(if was_off { flaw.from_before() } else { flaw });
    }
    flaws.extend(told_abroad(subject, seen));
    if !is_foundation(subject) {
        return flaws;
    }
    if let Some(used) = used(subject) {
        flaws.extend(of_the_used(subject, used, last, seen));
        flaws.extend(copied(subject, last, seen));
        return flaws;
    }
    let asked = of_the_standard(subject);
    if !seen.multi_region || !seen.global_services {
        let detail = "the trail leaves regions or global services out";
        flaws.push(Flaw::new(TRAIL_MULTI_REGION, detail, |trail: &mut TrailConfiguration| {
            (trail.multi_region, trail.global_services) = (true, true);
        }));
    }
    if seen.key != asked.key {
        let what = seen
            .key
            .as_ref()
            .map_or_else(|| "not encrypted with a KMS key".to_owned(), |key| format!("encrypted with {key}"));
        flaws.push(Flaw::new(TRAIL_ENCRYPTION, format!("log files are {what}"), |trail: &mut TrailConfiguration| {
            trail.key = asked.key;
        }));
    }
    if seen.bucket != asked.bucket || seen.prefix != asked.prefix {
        let detail = format!("the trail delivers to `{}/{}`", seen.bucket, seen.prefix.as_deref().unwrap_or_default());
        flaws.push(Flaw::new(TRAIL_DELIVERY, detail, |trail: &mut TrailConfiguration| {
            (trail.bucket, trail.prefix) = (asked.bucket, asked.prefix);
        }));
    }
    flaws.extend(copied(subject, last, seen));
    flaws
}

/// What is wrong with a trail that the standard uses, each property by itself. It stays its owner's: where its files lie and how they are
/// encrypted, the standard says or memory does.
fn of_the_used<'a>(
    subject: &Subject<'a>,
    used: &UsedTrail,
    last: Option<&TrailConfiguration>,
    seen: &TrailConfiguration,
) -> Vec<Flaw<'a, TrailConfiguration>> {
    let mut flaws: Vec<Flaw<'a, TrailConfiguration>> = Vec::new();
    if !seen.multi_region {
        let detail = "the trail records one region alone";
        flaws.push(Flaw::new(TRAIL_MULTI_REGION, detail, |trail: &mut TrailConfiguration| trail.multi_region = true));
    }
    if !seen.global_services {
        let detail = "the trail leaves global services out";
        let mend = |trail: &mut TrailConfiguration| trail.global_services = true;
        flaws.push(Flaw::new(TRAIL_MULTI_REGION, detail, mend));
    }
    flaws.extend(encrypted(subject, used, last, seen));
    if seen.bucket != used.bucket {
        let detail = format!("the trail delivers to `{}`, and not to `{}`", seen.bucket, used.bucket);
        let bucket = used.bucket.clone();
        // CloudTrail takes no bucket whose policy does not let it in under the prefix.
        let prefix =
            last.filter(|last| last.bucket == bucket).map_or_else(|| seen.prefix.clone(), |last| last.prefix.clone());
        flaws.push(Flaw::new(TRAIL_DELIVERY, detail, |trail: &mut TrailConfiguration| {
            (trail.bucket, trail.prefix) = (bucket, prefix);
        }));
    }
    flaws
}

/// The key of a trail that the standard uses: the one that is named; where none is, one that is not a stranger's. Whose bucket it is
/// decides who has to decrypt there, so no key is put but one that is named, or was there before.
fn encrypted<'a>(
    subject: &Subject<'a>,
    used: &UsedTrail,
    last: Option<&TrailConfiguration>,
    seen: &TrailConfiguration,
) -> Option<Flaw<'a, TrailConfiguration>> {
    let named = used.key.as_deref().map(|key| named_key(subject, key));
    let owner = Home::from_arn(&used.trail).map(|home| home.account);
    let is_known = |key: &KmsKey| match key {
        KmsKey::AwsManaged => false,
        KmsKey::Alias(_) => true,
        KmsKey::Arn(arn) => Arn::parse(arn).is_some_and(|arn| {
            subject.trusts_account(arn.account) || owner.as_deref().is_some_and(|owner| owner == arn.account)
        }),
    };
    let is_right = |key: &KmsKey| named.as_ref().map_or_else(|| is_known(key), |named| named == key);
    if seen.key.as_ref().is_some_and(&is_right) {
        return None;
    }
    let what = seen
        .key
        .as_ref()
        .map_or_else(|| "not encrypted with a KMS key".to_owned(), |key| format!("encrypted with {key}"));
    let detail = format!("log files are {what}");
    let before = last.and_then(|last| last.key.clone()).filter(|key| is_right(key));
    let account = match &seen.key {
        Some(KmsKey::Arn(arn)) => Arn::account_in(arn),
        _ => "",
    };
    let flaw = match named.or(before) {
        Some(key) => Flaw::new(TRAIL_ENCRYPTION, detail, |trail: &mut TrailConfiguration| trail.key = Some(key)),
        None => Flaw::without_remedy(TRAIL_ENCRYPTION, detail),
    };
    Some(flaw.unless_of_members(std::iter::once(account)))
}

/// A topic of an account beyond the trust zone. It is told and left: UpdateTrail cannot be sent without saying which topic is right.
fn told_abroad<'a>(subject: &Subject<'a>, seen: &TrailConfiguration) -> Option<Flaw<'a, TrailConfiguration>> {
    let topic = seen.sns_topic.as_deref()?;
    let trail = subject.on::<on::Trail>().and_then(|trail| Home::from_arn(&trail.name));
    let is_own = |account: &str| trail.as_ref().is_some_and(|home| home.account == account);
    let is_known = Arn::parse(topic).is_some_and(|arn| {
        arn.partition == subject.home.partition && (subject.trusts_account(arn.account) || is_own(arn.account))
    });
    (!is_known).then(|| {
        Flaw::without_remedy(TRAIL_TOPIC, format!("log files are told of in `{topic}`"))
            .unless_of_members(std::iter::once(Arn::account_in(topic)))
    })
}

/// The copy in CloudWatch Logs: the one that is asked for, or one where there was one. One that was moved is its owner's business.
fn copied<'a>(
    subject: &Subject<'a>,
    last: Option<&TrailConfiguration>,
    seen: &TrailConfiguration,
) -> Option<Flaw<'a, TrailConfiguration>> {
    let asked = asked_link(subject);
    let kept = || last.and_then(|last| last.cloud_watch.clone()).filter(|_| seen.cloud_watch.is_none());
    let link = asked.or_else(kept).filter(|link| seen.cloud_watch.as_ref() != Some(link))?;
    let detail = format!("the trail does not copy its events to `{}`", link.log_group_arn);
    let copied = |trail: &mut TrailConfiguration| trail.cloud_watch = Some(link);
    Some(Flaw::new(TRAIL_CLOUD_WATCH_LOGS, detail, copied))
}
