//! AWS CloudTrail. Trails and event data stores of the organization are looked at, and those of the account alone are written.

use super::Scope::{AnyEventDataStore, AnyTrail, EventDataStore, NoResource, Trail, TrailLogsRole};
use super::kms::DESCRIBE_KEY;
use super::{Needs, Permission, need};

pub(super) const LIST_TRAILS: &[Permission] =
    &[need("CloudTrail:DescribeTrails", "cloudtrail:DescribeTrails", NoResource)];

pub(super) const LIST_EVENT_DATA_STORES: &[Permission] =
    &[need("CloudTrail:ListEventDataStores", "cloudtrail:ListEventDataStores", NoResource)];

pub(super) const TRAIL_CONFIGURATION: Needs = Needs {
    looks: &[need("CloudTrail:GetTrail", "cloudtrail:GetTrail", AnyTrail), DESCRIBE_KEY],
    writes: &[
        need("CloudTrail:CreateTrail", "cloudtrail:CreateTrail", Trail),
        need("CloudTrail:CreateTrail", "iam:PassRole", TrailLogsRole),
        need("CloudTrail:UpdateTrail", "cloudtrail:UpdateTrail", Trail),
        need("CloudTrail:UpdateTrail", "iam:PassRole", TrailLogsRole),
    ],
    ..Needs::NONE
};

pub(super) const TRAIL_LOGGING: Needs = Needs {
    looks: &[need("CloudTrail:GetTrailStatus", "cloudtrail:GetTrailStatus", AnyTrail)],
    writes: &[need("CloudTrail:StartLogging", "cloudtrail:StartLogging", Trail)],
    ..Needs::NONE
};

pub(super) const TRAIL_SELECTORS: Needs = Needs {
    looks: &[need("CloudTrail:GetEventSelectors", "cloudtrail:GetEventSelectors", AnyTrail)],
    writes: &[need("CloudTrail:PutEventSelectors", "cloudtrail:PutEventSelectors", Trail)],
    ..Needs::NONE
};

pub(super) const TRAIL_INSIGHTS: Needs = Needs {
    looks: &[need("CloudTrail:GetInsightSelectors", "cloudtrail:GetInsightSelectors", AnyTrail)],
    writes: &[need("CloudTrail:PutInsightSelectors", "cloudtrail:PutInsightSelectors", Trail)],
    ..Needs::NONE
};

pub(super) const TRAIL_TAGS: Needs = Needs {
    looks: &[need("CloudTrail:ListTags", "cloudtrail:ListTags", AnyTrail)],
    writes: &[need("CloudTrail:AddTags", "cloudtrail:AddTags", Trail)],
    ..Needs::NONE
};

pub(super) const TRAIL_EVENTS: Needs = Needs {
    looks: &[need("CloudTrail:GetEventConfiguration", "cloudtrail:GetEventConfiguration", AnyTrail)],
    writes: &[need("CloudTrail:PutEventConfiguration", "cloudtrail:PutEventConfiguration", Trail)],
    ..Needs::NONE
};

pub(super) const EVENT_DATA_STORE: Needs = Needs {
    looks: &[need("CloudTrail:GetEventDataStore", "cloudtrail:GetEventDataStore", AnyEventDataStore)],
    writes: &[
        need("CloudTrail:UpdateEventDataStore", "cloudtrail:UpdateEventDataStore", EventDataStore),
        need("CloudTrail:RestoreEventDataStore", "cloudtrail:RestoreEventDataStore", EventDataStore),
        need("CloudTrail:StartEventDataStoreIngestion", "cloudtrail:StartEventDataStoreIngestion", EventDataStore),
    ],
    ..Needs::NONE
};

pub(super) const EVENT_CONFIGURATION: Needs = Needs {
    looks: &[need("CloudTrail:GetEventConfiguration", "cloudtrail:GetEventConfiguration", AnyEventDataStore)],
    writes: &[need("CloudTrail:PutEventConfiguration", "cloudtrail:PutEventConfiguration", EventDataStore)],
    ..Needs::NONE
};

/// Told by its event alone.
pub(super) const DELEGATED_ADMIN: Needs = Needs::NONE;
