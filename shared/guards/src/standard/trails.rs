//! How trails and event data stores have to be.

use parapet_core::{Arn, Home};
use serde::{Deserialize, Serialize};

use super::names::is_bucket_name;
use super::{Refusal, texts};

/// How the trail has to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrailRules {
    /// Which insights it computes, on management events.
    pub insights: Vec<String>,
    /// Where it copies its events in CloudWatch Logs; none: where it did, if it did.
    pub cloud_watch_logs: Option<CloudWatchLogs>,
    /// A trail that is there already, in the place of one that bootstrap makes.
    #[serde(rename = "use")]
    pub used: Option<UsedTrail>,
}

/// A trail that is there already, such as the organization's. Bootstrap makes none beside it.
///
/// It is named in full, with where it delivers: whoever may make a trail may give it any name, and whoever may change one may have it deliver
/// into a bucket of his own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsedTrail {
    /// Its name, where it is this account's and at home in this region; else its ARN.
    pub trail: String,
    /// The bucket that it delivers to.
    pub bucket: String,
    /// The key that its log files are encrypted with, by its ARN, or the alias of the pipeline's; none: any of this account, of the trail's
    /// or of one that the standard trusts.
    #[serde(default)]
    pub key: Option<String>,
}

/// Where a trail copies its events in CloudWatch Logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloudWatchLogs {
    /// The log group's ARN, which ends with `:*`.
    pub log_group_arn: String,
    /// The ARN of the role that writes there.
    pub role_arn: String,
}

/// How event data stores have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EventDataStoreRules {
    /// How many days events are kept, at least.
    pub retention_days: u32,
    /// How large events may be, at least.
    pub max_event_size: EventSize,
}

/// How large events of an event data store may be. The order is that of size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum EventSize {
    /// 256 KB.
    Standard,
    /// 1 MB, which context keys need.
    Large,
}

impl EventSize {
    /// As CloudTrail writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::Large => "Large",
        }
    }
}

impl Default for TrailRules {
    fn default() -> Self {
        Self { insights: texts(&["ApiCallRateInsight", "ApiErrorRateInsight"]), cloud_watch_logs: None, used: None }
    }
}

impl Default for EventDataStoreRules {
    fn default() -> Self {
        Self { retention_days: 365, max_event_size: EventSize::Standard }
    }
}

impl UsedTrail {
    /// Fills the names in. A trail of this account and region goes by its name, as CloudTrail lists it.
    fn fill_in(&mut self, home: &Home) {
        for text in [Some(&mut self.trail), Some(&mut self.bucket), self.key.as_mut()].into_iter().flatten() {
            *text = home.fill(text);
        }
        let own = home.regional_arn("cloudtrail", "trail/");
        if let Some(name) = self.trail.strip_prefix(&own) {
            self.trail = name.to_owned();
        }
    }

    fn check(&self) -> Result<(), Refusal> {
        if !is_trail(&self.trail) {
            let allowed = "it is the ARN of a trail, `arn:aws:cloudtrail:<region>:<account>:trail/<name>`, or the name of one of this \
                           account and region";
            return Err(Refusal::new("trail.use.trail", format!("`{}`", self.trail), allowed));
        }
        if !is_bucket_name(&self.bucket) {
            let allowed = "it is the name of the bucket that the trail delivers to";
            return Err(Refusal::new("trail.use.bucket", format!("`{}`", self.bucket), allowed));
        }
        let is_key = |key: &str| Arn::parse(key).is_some_and(|arn| arn.resource.starts_with("key/"));
        match self.key.as_deref().filter(|key| !key.starts_with("alias/") && !is_key(key)) {
            Some(key) => {
                let allowed =
                    "it is the ARN of a key, `arn:aws:kms:<region>:<account>:key/<id>`, or the alias of the pipeline's";
                Err(Refusal::new("trail.use.key", format!("`{key}`"), allowed))
            }
            None => Ok(()),
        }
    }
}

/// Whether a text names a trail as CloudTrail does.
fn is_trail(text: &str) -> bool {
    let name = match Arn::parse(text) {
        Some(arn) => match (Home::from_arn(text), arn.resource.strip_prefix("trail/")) {
            (Some(_), Some(name)) if arn.service == "cloudtrail" => name,
            _ => return false,
        },
        None => text,
    };
    (3..=128).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

impl TrailRules {
    pub(super) fn fill_in(&mut self, home: &Home) {
        if let Some(used) = &mut self.used {
            used.fill_in(home);
        }
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        if let Some(used) = &self.used {
            used.check()?;
        }
        let Some(CloudWatchLogs { log_group_arn, role_arn }) = &self.cloud_watch_logs else { return Ok(()) };
        if !log_group_arn.starts_with("arn:") || !log_group_arn.contains(":log-group:") {
            let allowed = "it is the ARN of a log group, `arn:aws:logs:<region>:<account>:log-group:<name>:*`";
            return Err(Refusal::new("trail.cloud_watch_logs.log_group_arn", format!("`{log_group_arn}`"), allowed));
        }
        if !role_arn.starts_with("arn:") || !role_arn.contains(":role/") {
            let allowed = "it is the ARN of a role, `arn:aws:iam::<account>:role/<name>`";
            return Err(Refusal::new("trail.cloud_watch_logs.role_arn", format!("`{role_arn}`"), allowed));
        }
        Ok(())
    }
}

impl EventDataStoreRules {
    /// AWS CloudTrail API Reference, UpdateEventDataStore: "If BillingMode is set to FIXED_RETENTION_PRICING, you can set a retention
    /// period of up to 2557 days". More than that could not be asked of every store.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        const RETENTION_DAYS: std::ops::RangeInclusive<u32> = 7..=2557;
        if RETENTION_DAYS.contains(&self.retention_days) {
            return Ok(());
        }
        let found = format!("{} days", self.retention_days);
        Err(Refusal::new("event_data_stores.retention_days", found, "7 to 2557 days are possible"))
    }
}
