//! The resources of Amazon S3, and how its records name them.

use crate::Arns;
use std::fmt;

use parapet_core::{Arn, Home, Ignored, Trigger};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::resource::{Guarded, Named, elsewhere, own_first};
use crate::route::member_within;
use crate::{BucketNeeds, Facet, Service, Standard, Subject, on};

/// Amazon S3, S3 Control included.
pub(crate) const SERVICE: Service = Service { source: "s3.amazonaws.com", is_regional: false };

/// An S3 bucket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct Bucket {
    /// Its name.
    pub name: String,
}

/// The S3 settings of the whole account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct Account {}

/// An S3 access point.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct AccessPoint {
    /// Its name.
    pub name: String,
}

/// What has a policy of which the record of an event alone tells: a directory bucket, a table, a vector bucket, a Multi-Region or Object Lambda
/// access point, or the account's S3 Access Grants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct RecordedPolicy {
    /// Its ARN, as far as the record tells it.
    pub arn: String,
}

/// The subject's bucket, and what the standard asks of it.
pub(crate) fn bucket_needs<'a>(subject: &Subject<'a>) -> Option<(&'a str, BucketNeeds<'a>)> {
    let on::Bucket { name } = subject.on()?;
    Some((name, subject.standard.bucket_needs(name)))
}

impl Bucket {
    /// Whether bootstrap makes it, or the standard lies in it: who holds the standard decides what is guarded.
    #[must_use]
    pub fn is_needed(&self, standard: &Standard) -> bool {
        standard.bucket_needs(&self.name).foundation || standard.lies_in(&self.name)
    }
}

impl Guarded for Bucket {
    fn arn(&self, home: &Home) -> String {
        home.bucket_arn(&self.name)
    }

    /// From the request, or where that was left out or cut, from the resources that the record lists.
    ///
    /// A call on a bucket of another account is recorded in the caller's account, too. Such a record is left to the other account where every
    /// entry says that the bucket is of that one. What the standard needs is looked at whatever a record says: where its name has become another
    /// account's, that is told.
    fn named(trigger: &Trigger, standard: &Standard, home: &Home) -> Named {
        let listed = || trigger.arns().find_map(|arn| arn.split_once(":s3:::")).map(|(_, bucket)| bucket);
        let listed = || listed().filter(|bucket| !bucket.is_empty() && !bucket.contains('/'));
        let Some(name) = trigger.parameter("bucketName").or_else(listed) else { return Named::Unknown };
        let bucket = Self { name: name.to_owned() };
        let is_it = |arn: &str| arn.split_once(":s3:::").is_some_and(|(_, listed)| listed == name);
        match trigger.owner_elsewhere(home, is_it).filter(|_| !bucket.is_needed(standard)) {
            Some(owner) => Named::Elsewhere(Ignored::OtherAccount(owner.to_owned())),
            None => Named::this(bucket),
        }
    }

    fn left_alone(&self, standard: &Standard, _facet: Facet) -> Option<String> {
        let is_guarded = self.is_needed(standard) || standard.scope.buckets.contains(&self.name);
        (!is_guarded).then(|| self.to_string())
    }

    fn is_foundation(&self, standard: &Standard, _home: &Home) -> bool {
        standard.bucket_needs(&self.name).foundation
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bucket `{}`", self.name)
    }
}

impl Guarded for Account {
    fn arn(&self, home: &Home) -> String {
        home.iam_arn("root")
    }

    fn named(_trigger: &Trigger, _standard: &Standard, _home: &Home) -> Named {
        Named::this(Self {})
    }

    /// Whatever the account was before: the standard asks for all of it, and there is but one.
    fn is_foundation(&self, _standard: &Standard, _home: &Home) -> bool {
        true
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the account")
    }
}

impl Guarded for AccessPoint {
    fn arn(&self, home: &Home) -> String {
        home.regional_arn("s3", &format!("accesspoint/{}", self.name))
    }

    /// `name` in the request; listed as `arn:aws:s3:<region>:<account>:accesspoint/<name>`. One that is listed as another account's alone is left to
    /// that one.
    fn named(trigger: &Trigger, _standard: &Standard, home: &Home) -> Named {
        let listed = || {
            let arns = trigger.arns().filter_map(Arn::parse);
            arns.filter_map(|arn| Some((arn.resource.strip_prefix("accesspoint/")?, arn.account)))
        };
        let first = || listed().map(|(name, _)| name).next();
        let name = trigger.parameter("name").or_else(|| trigger.parameter("accessPointName")).or_else(first);
        let Some(name) = name else { return Named::Unknown };
        let accounts = || listed().filter(|(listed, _)| *listed == name).map(|(_, account)| account);
        match accounts().next().filter(|_| accounts().all(|account| account != home.account)) {
            Some(other) => Named::Elsewhere(Ignored::OtherAccount(other.to_owned())),
            None => Named::this(Self { name: name.to_owned() }),
        }
    }
}

impl fmt::Display for AccessPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "access point `{}`", self.name)
    }
}

impl Guarded for RecordedPolicy {
    fn arn(&self, _home: &Home) -> String {
        self.arn.clone()
    }

    /// By ARN in the request or among the resources that the record lists; else by its name. No record of most of these calls is known to us, so any
    /// ARN of these services counts that a member named so holds; what else a request holds its caller chose. Nothing can be listed, so one that cannot be told is told all the same.
    fn named(trigger: &Trigger, _standard: &Standard, home: &Home) -> Named {
        const SERVICES: [&str; 5] = ["s3", "s3-object-lambda", "s3express", "s3tables", "s3vectors"];
        let asked = trigger.request.as_object().into_iter().flatten();
        let is_arn = |(name, _): &(&String, &Value)| name.to_ascii_lowercase().ends_with("arn");
        let arns = asked.filter(is_arn).filter_map(|(_, value)| value.as_str()).chain(trigger.arns());
        let is_it = |arn: &&str| Arn::parse(arn).is_some_and(|arn| SERVICES.contains(&arn.service));
        if let Some(named) = own_first(arns.filter(is_it), home) {
            return match Arn::parse(named).and_then(|arn| elsewhere(&arn, home)) {
                Some(why) => Named::Elsewhere(why),
                None => Named::this(Self { arn: named.to_owned() }),
            };
        }
        let name =
            ["bucketname", "vectorbucketname", "name"].iter().find_map(|name| member_within(&trigger.request, name));
        let name = name.unwrap_or("unknown");
        let arn = match (trigger.event_source.as_str(), trigger.event_name.as_str()) {
            (_, "PutAccessGrantsInstanceResourcePolicy" | "CreateAccessGrant") => {
                home.regional_arn("s3", "access-grants/default")
            }
            (_, "PutAccessPointPolicyForObjectLambda") => {
                home.regional_arn("s3-object-lambda", &format!("accesspoint/{name}"))
            }
            // Amazon S3 User Guide, "Multi-Region access point": its ARN has no region.
            (_, "PutMultiRegionAccessPointPolicy") => {
                format!("arn:{}:s3::{}:accesspoint/{name}", home.partition, home.account)
            }
            (_, "PutAccessPointPolicy") => home.regional_arn("s3express", &format!("accesspoint/{name}")),
            (source, _) => {
                let service = source.split('.').next().unwrap_or_default();
                home.regional_arn(service, &format!("bucket/{name}"))
            }
        };
        Named::this(Self { arn })
    }
}

impl fmt::Display for RecordedPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "policy of `{}`", self.arn)
    }
}

#[cfg(test)]
mod tests {
    use parapet_core::ListedResource;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_bucket_of_a_record() {
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        let standard = Standard::built_in(&home).unwrap();
        let bucket = |request: Value, arn: &str| {
            let resources = vec![ListedResource { arn: arn.to_owned(), owner: None }];
            let trigger = Trigger { request, resources, ..Trigger::by_hand("Test", "e-1", &home) };
            Bucket::named(&trigger, &standard, &home)
        };
        let data = Named::this(Bucket { name: "data".to_owned() });
        assert_eq!(bucket(json!({"bucketName": "data"}), "arn:aws:s3:::other"), data);
        assert_eq!(bucket(json!({"bucketName": ""}), "arn:aws-cn:s3:::data"), data);
        assert_eq!(bucket(Value::Null, "arn:aws:s3:::data/object"), Named::Unknown);
        assert_eq!(bucket(Value::Null, "arn:aws:s3:::"), Named::Unknown);
        assert_eq!(bucket(Value::Null, "arn:aws:kms:us-east-1:111122223333:key/1"), Named::Unknown);
    }
}
