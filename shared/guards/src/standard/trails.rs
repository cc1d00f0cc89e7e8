//! How trails and event data stores have to be.

use serde::{Deserialize, Serialize};

use super::{Refusal, texts};

/// How the trail has to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrailRules {
    /// Which insights it computes, on management events.
    pub insights: Vec<String>,
    /// Where it copies its events in CloudWatch Logs; none: where it did, if it did.
    pub cloud_watch_logs: Option<CloudWatchLogs>,
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
        Self { insights: texts(&["ApiCallRateInsight", "ApiErrorRateInsight"]), cloud_watch_logs: None }
    }
}

impl Default for EventDataStoreRules {
    fn default() -> Self {
        Self { retention_days: 365, max_event_size: EventSize::Standard }
    }
}

impl TrailRules {
    pub(super) fn check(&self) -> Result<(), Refusal> {
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
