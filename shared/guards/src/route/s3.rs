//! How records of Amazon S3 name what they are about.

use parapet_core::{Arn, Resource, Trigger};

use super::Named;

/// From the request, or where that was left out or cut, from the resources that the record lists.
pub(super) fn bucket(trigger: &Trigger) -> Named {
    Named::found(trigger.bucket().map(|name| Resource::Bucket { name: name.to_owned() }))
}

/// `name` in the request; listed as `arn:aws:s3:<region>:<account>:accesspoint/<name>`.
pub(super) fn access_point(trigger: &Trigger) -> Named {
    let listed = || {
        let arns = trigger.arns.iter().filter_map(|arn| Arn::parse(arn));
        arns.filter_map(|arn| arn.resource.strip_prefix("accesspoint/")).next()
    };
    let name = trigger.parameter("name").or_else(|| trigger.parameter("accessPointName")).or_else(listed);
    Named::found(name.map(|name| Resource::AccessPoint { name: name.to_owned() }))
}
