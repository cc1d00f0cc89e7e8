//! AWS CloudTrail. Trails and event data stores of the organization are looked at, and those of the account alone are written.

use super::Scope::NoResource;
use super::{Permission, need};

pub(crate) const LIST_TRAILS: &[Permission] =
    &[need("CloudTrail:DescribeTrails", "cloudtrail:DescribeTrails", NoResource)];

pub(crate) const LIST_EVENT_DATA_STORES: &[Permission] = &[EVENT_DATA_STORES];

const EVENT_DATA_STORES: Permission =
    need("CloudTrail:ListEventDataStores", "cloudtrail:ListEventDataStores", NoResource);

pub(crate) const LIST_LAKE_RESOURCES: &[Permission] = &[
    EVENT_DATA_STORES,
    need("CloudTrail:ListChannels", "cloudtrail:ListChannels", NoResource),
    need("CloudTrail:ListDashboards", "cloudtrail:ListDashboards", NoResource),
];
