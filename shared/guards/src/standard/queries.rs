//! What the standard says of a resource.

use std::collections::BTreeSet;

use crate::Arns;
use iam_policy::Arn;
use parapet_core::{Home, matches};

use super::iam::{as_pattern, is_named};
use super::{Algorithm, ObjectLocation, Principals, RequiredBoundary, Retention, Standard};
use crate::{ControlId, Facet, IamEntity, Resource, on};

/// What one bucket has to have beyond what every bucket has to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketNeeds<'a> {
    /// Its default encryption, at least.
    pub encryption: Encryption<'a>,
    /// Whether it is one that bootstrap creates.
    pub foundation: bool,
    /// Where its accesses are logged.
    pub access_log_bucket: Option<&'a str>,
    /// Its Object Lock, at least.
    pub retention: Option<Retention>,
    /// How many days its lifecycle rules may delete nothing.
    pub kept_days: Option<u32>,
    /// How long its objects have to be readable at once.
    pub readable: Readable,
}

/// How long objects have to be readable at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readable {
    /// As their owner likes.
    Any,
    /// For so many days.
    Days(u32),
    /// For ever, and what Parapet remembers never goes.
    Always,
}

/// An encryption, and the alias of its key where one is prescribed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encryption<'a> {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The alias of the key; none: any key of this account.
    pub key_alias: Option<&'a str>,
    /// Whether a bucket key is asked for.
    pub bucket_key: bool,
    /// Whether nothing else will do, be it stronger: whoever disables the key of a stronger one takes what lies there away.
    pub is_exact: bool,
}

/// How long transitions to archives have to wait for logs, at most.
///
/// PCI DSS 4.0, 10.5.1: "Retain audit log history for at least 12 months, with at least the most recent three months immediately available
/// for analysis."
const READABLE_DAYS: u32 = 90;

impl Standard {
    /// What a bucket has to have.
    #[must_use]
    pub fn bucket_needs(&self, bucket: &str) -> BucketNeeds<'_> {
        let names = &self.names;
        let plain = |foundation| BucketNeeds {
            encryption: Encryption {
                algorithm: self.buckets.encryption,
                key_alias: None,
                bucket_key: false,
                is_exact: false,
            },
            foundation,
            access_log_bucket: None,
            retention: None,
            kept_days: None,
            readable: Readable::Any,
        };
        let sse_s3 = Encryption { algorithm: Algorithm::Aes256, key_alias: None, bucket_key: false, is_exact: true };
        // CloudTrail writes few objects, and a bucket key under it takes further permissions on the key: AWS CloudTrail User
        // Guide, "Configure AWS KMS key policies": with "an S3 Bucket Key, kms:Decrypt permissions are required".
        let protected = |retention: Option<Retention>, bucket_key| {
            let algorithm = self.buckets.ml_encryption;
            let key_alias = (algorithm != Algorithm::Aes256).then_some(names.key_alias.as_str());
            let kept_days = retention.map_or(self.buckets.data_retention_days, |retention| retention.days);
            // CloudTrail writes under a key that lets it, and under no other.
            let is_exact = algorithm == Algorithm::Aes256 && retention.is_some();
            BucketNeeds {
                encryption: Encryption {
                    algorithm,
                    key_alias,
                    bucket_key: bucket_key && key_alias.is_some(),
                    is_exact,
                },
                foundation: true,
                access_log_bucket: Some(names.access_log_bucket.as_str()),
                retention,
                kept_days: Some(kept_days),
                readable: Readable::Days(kept_days.min(READABLE_DAYS)),
            }
        };
        if bucket == names.ml_data_bucket {
            protected(None, true)
        } else if bucket == names.log_bucket {
            protected(Some(self.buckets.log_retention), false)
        } else if bucket == names.evidence_bucket {
            // Not under the pipeline's key: whoever disables the key must not silence the evidence.
            BucketNeeds {
                encryption: sse_s3,
                access_log_bucket: Some(names.access_log_bucket.as_str()),
                retention: Some(self.buckets.evidence_retention),
                kept_days: Some(self.buckets.evidence_retention.days),
                readable: Readable::Always,
                ..plain(true)
            }
        } else if bucket == names.access_log_bucket {
            // Amazon S3 User Guide, "Enabling Amazon S3 server access logging": "You can use default bucket encryption on the
            // destination bucket only if you use AES256 (SSE-S3)", and a bucket with Object Lock cannot be the destination.
            BucketNeeds {
                encryption: sse_s3,
                kept_days: Some(self.buckets.access_log_retention_days),
                readable: Readable::Days(self.buckets.access_log_retention_days.min(READABLE_DAYS)),
                ..plain(true)
            }
        } else {
            plain(false)
        }
    }

    /// The ARNs of the object that the standard itself was read from, and of its bucket; empty: it was read from none.
    #[must_use]
    pub fn own_object(&self, home: &Home) -> Vec<String> {
        let arns = |object: &ObjectLocation| {
            let bucket = home.bucket_arn(&object.bucket);
            vec![format!("{bucket}/{}", object.key), bucket]
        };
        self.object.as_ref().map(arns).unwrap_or_default()
    }

    /// Whether a bucket holds the object that the standard itself was read from.
    #[must_use]
    pub fn lies_in(&self, bucket: &str) -> bool {
        self.object.as_ref().is_some_and(|object| object.bucket == bucket)
    }

    /// Who may change that object, as patterns for the ARNs of principals: root, and those who are never touched. Parapet's own roles
    /// have no need to.
    #[must_use]
    pub fn keepers(&self, home: &Home) -> Vec<String> {
        let Principals { break_glass, administrators, .. } = &self.principals;
        let arns = |name: &str| {
            let (kind, plain) = name.split_once('/')?;
            let with_path = home.iam_arn(&format!("{kind}/*/{plain}"));
            let session = home.global_arn("sts", &format!("assumed-role/{plain}/*"));
            Some([home.iam_arn(name), with_path].into_iter().chain((kind == "role").then_some(session)))
        };
        // Whoever fits a pattern that has no shape may have given himself that name.
        let named = break_glass
            .iter()
            .chain(administrators)
            .filter(|name| !name.starts_with("group/"))
            .filter_map(|name| arns(&as_pattern(name)?))
            .flatten();
        [home.iam_arn("root")].into_iter().chain(named).collect()
    }

    /// The ARNs of those who have more than others, as far as they are named: who gives himself a key of theirs is one of them.
    #[must_use]
    pub fn strong(&self, home: &Home) -> BTreeSet<String> {
        let Principals { break_glass, administrators, deployers, own, .. } = &self.principals;
        let named = break_glass.iter().chain(administrators).chain(deployers).chain(own);
        named.filter(|name| !name.contains(['*', '?'])).map(|name| home.iam_arn(name)).collect()
    }

    /// Whether a bucket is the pipeline's: one that bootstrap makes, the one that the standard lies in, or one of `access.protected`, whole or in part.
    #[must_use]
    pub fn is_of_pipeline(&self, bucket: &str, home: &Home) -> bool {
        let is_of = |pattern: &String| {
            let Some(arn) = Arn::parse(pattern) else { return false };
            let name = arn.resource.split('/').next().unwrap_or_default();
            matches(arn.partition, &home.partition)
                && matches(arn.service, "s3")
                && [arn.region, arn.account].iter().all(|part| matches(part, ""))
                && matches(name, bucket)
        };
        self.bucket_needs(bucket).foundation || self.lies_in(bucket) || self.access.protected.iter().any(is_of)
    }

    /// Why one facet of a resource is left alone; `None`: it is guarded. The credentials of those who are never touched are watched, too.
    #[must_use]
    pub fn leaves_out(&self, resource: &Resource, facet: Facet) -> Option<String> {
        match resource {
            Resource::Principal(on::Principal { entity }) if facet.row().is_about_credentials => {
                (!matches!(entity, IamEntity::User(_))).then(|| format!("`{entity}` has no credentials of its own"))
            }
            _ => resource.left_alone(self, facet),
        }
    }

    /// Whether the credentials of a user are watched.
    #[must_use]
    pub fn protects(&self, entity: &IamEntity) -> bool {
        let name = entity.to_string();
        let Principals { break_glass, administrators, deployers, protected, .. } = &self.principals;
        let mut named = [break_glass, administrators, deployers, protected].into_iter().flatten();
        matches!(entity, IamEntity::User(_)) && named.any(|pattern| matches(pattern, &name))
    }

    /// The permissions boundary that a user or role has to have, as an ARN.
    #[must_use]
    pub fn required_boundary(&self, entity: &IamEntity, home: &Home) -> Option<String> {
        let name = entity.to_string();
        let fits = |rule: &&RequiredBoundary| rule.principals.iter().any(|pattern| matches(pattern, &name));
        let rule = self.principals.boundaries.iter().find(fits)?;
        Some(policy_arn(&rule.boundary, home))
    }

    /// Whether the ML service role may hold a managed policy beside its own.
    #[must_use]
    pub fn lets_service_hold(&self, arn: &str, home: &Home) -> bool {
        self.service.policies.iter().any(|pattern| matches(&policy_arn(pattern, home), arn))
    }

    /// The trail that has to record: the one that is used, or else the one that bootstrap makes. By its name; one that is at home in another
    /// region or account by its ARN.
    #[must_use]
    pub fn trail_name(&self) -> &str {
        self.trail.used.as_ref().map_or(&self.names.trail, |used| &used.trail)
    }

    /// Whether bootstrap makes a trail. It does not where another one is used.
    #[must_use]
    pub fn makes_trail(&self, name: &str) -> bool {
        self.trail.used.is_none() && name == self.names.trail
    }

    /// Whether an identity provider is one of the standard's.
    #[must_use]
    pub fn trusts_provider(&self, arn: &str) -> bool {
        let name = Arn::parse(arn).map_or(arn, |arn| arn.resource);
        self.trust.providers.iter().any(|pattern| matches(pattern, name))
    }

    /// Whether what a facet of a resource was is remembered for good: bootstrap's own things come back as they were, whoever had their
    /// name meanwhile. This is the one place that says which these are. What somebody else gave to the ML service role is not among them:
    /// nothing brings it back, so nothing is to be excused by it either.
    #[must_use]
    pub fn comes_back(&self, resource: &Resource, facet: Facet, home: &Home) -> bool {
        match (resource, facet) {
            (Resource::InlinePolicy(on::InlinePolicy { .. }), _) | (_, Facet::PrincipalPolicies) => false,
            (Resource::Attachment(on::Attachment { policy_arn, .. }), _) => {
                let own = Resource::ManagedPolicy(on::ManagedPolicy { arn: policy_arn.clone() });
                resource.is_foundation(self, home) && own.is_foundation(self, home)
            }
            _ => resource.is_foundation(self, home),
        }
    }

    /// Whether an IAM entity is a break-glass or administrator principal: never touched, and watched for that. Parapet's own roles are not
    /// among them.
    #[must_use]
    pub fn is_never_touched(&self, entity: &IamEntity) -> bool {
        let name = entity.to_string();
        let Principals { break_glass, administrators, .. } = &self.principals;
        break_glass.iter().chain(administrators).any(|written| is_named(written, &name))
    }

    /// Those of them who are named in full.
    pub fn never_touched(&self) -> impl Iterator<Item = IamEntity> {
        let Principals { break_glass, administrators, .. } = &self.principals;
        break_glass.iter().chain(administrators).filter_map(|written| IamEntity::written(&as_pattern(written)?))
    }

    /// Whether an IAM entity is one that deploys as the tools do whose presets are on.
    #[must_use]
    pub fn is_deployer(&self, entity: &IamEntity) -> bool {
        let name = entity.to_string();
        self.principals.deployers.iter().any(|written| is_named(written, &name))
    }

    /// Whether the standard says by a name that an IAM entity has more than others: whoever becomes one has it, too. Parapet's own roles are not among
    /// them.
    #[must_use]
    pub fn is_named_strong(&self, entity: &IamEntity) -> bool {
        self.is_never_touched(entity) || self.is_deployer(entity)
    }

    /// Those who deploy, as far as they are named in full.
    pub fn deployers(&self) -> impl Iterator<Item = IamEntity> {
        self.principals.deployers.iter().filter_map(|written| IamEntity::written(&as_pattern(written)?))
    }

    /// Those who may have the old accepted or mended, as far as they are named in full.
    pub fn operators(&self) -> impl Iterator<Item = IamEntity> {
        self.principals.operators.iter().filter_map(|written| IamEntity::written(&as_pattern(written)?))
    }

    /// The same standard, if somebody else had the name by which it spares somebody.
    #[must_use]
    pub fn without(&self, entity: &IamEntity) -> Self {
        let name = entity.to_string();
        let mut standard = self.clone();
        let Principals { break_glass, administrators, deployers, .. } = &mut standard.principals;
        for named in [break_glass, administrators, deployers] {
            named.retain(|written| !is_named(written, &name));
        }
        standard
    }

    /// Whether an IAM entity is one of Parapet's own roles: as their stack makes them, and watched for that.
    #[must_use]
    pub fn is_own(&self, entity: &IamEntity) -> bool {
        let name = entity.to_string();
        self.principals.own.iter().any(|written| is_named(written, &name))
    }

    /// Why an IAM entity is never touched; `None`: it may be.
    #[must_use]
    pub fn spares(&self, entity: &IamEntity) -> Option<&'static str> {
        let name = entity.to_string();
        let any = |names: &[String]| names.iter().any(|written| is_named(written, &name));
        if any(&self.principals.break_glass) {
            Some("a break-glass principal")
        } else if any(&self.principals.administrators) {
            Some("an administrator principal")
        } else if any(&self.principals.own) {
            Some("one of Parapet's own roles")
        } else {
            None
        }
    }

    /// Whether an exemption is in force. One that has ended counts for nothing.
    #[must_use]
    pub fn exempts(&self, arn: &str, control: ControlId, now: i64) -> bool {
        self.exemptions.iter().any(|exemption| {
            exemption.until.unix_timestamp() > now
                && exemption.controls.contains(&control)
                && matches(&exemption.resource, arn)
        })
    }
}

/// A managed policy by its ARN, or by its name in this account.
fn policy_arn(named: &str, home: &Home) -> String {
    if named.starts_with("arn:") { named.to_owned() } else { home.iam_arn(&format!("policy/{named}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Home {
        Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() }
    }

    fn standard(text: &str) -> Standard {
        Standard::parse(text, "test", &home()).unwrap()
    }

    /// Whoever disables the pipeline's key must not silence the evidence, whatever encryption is asked of the rest.
    #[test]
    fn what_each_bucket_needs() {
        let standard = standard("{buckets: {encryption: 'aws:kms', ml_encryption: 'aws:kms:dsse'}}");
        let of = |name: &str| {
            let needs = standard.bucket_needs(name);
            let (encryption, logs) = (needs.encryption, needs.access_log_bucket.is_some());
            let retention = needs.retention.map(|retention| retention.days);
            format!(
                "{:?} by {:?}, bucket key {}; foundation {}; logged {logs}; locked {retention:?}; kept {:?}",
                encryption.algorithm, encryption.key_alias, encryption.bucket_key, needs.foundation, needs.kept_days
            )
        };
        let names = &standard.names;
        let buckets = [&names.ml_data_bucket, &names.log_bucket, &names.evidence_bucket, &names.access_log_bucket];
        let told = buckets.map(|name| format!("{name}: {}", of(name))).join("\n");
        insta::assert_snapshot!(format!("{told}\nanother: {}", of("another")));
    }

    #[test]
    fn which_buckets_are_of_the_pipeline() {
        let standard = standard(
            "access: {protected: ['arn:aws:s3:::labels', 'arn:aws:s3:::raw-*/in/*', 'arn:aws:s3:us-east-1:1:x']}",
        );
        for (bucket, expected) in [
            ("parapet-logs-111122223333-us-east-1", true),
            ("labels", true),
            ("raw-1", true),
            ("raw", false),
            ("labels-2", false),
            ("x", false),
        ] {
            assert_eq!(standard.is_of_pipeline(bucket, &home()), expected, "{bucket}");
        }
        assert!(self::standard("access: {protected: ['arn:*:*:*:*:*']}").is_of_pipeline("any", &home()));
        let read = standard.read_from("s3://rules/standard.yaml".parse().unwrap());
        assert!(read.is_of_pipeline("rules", &home()));
    }

    #[test]
    fn who_may_change_the_standard() {
        // A pattern counts only with a shape that AWS gives.
        let standard = standard(
            "principals: {administrators: [role/admin, group/a], break_glass: [user/g*, role/AWSReservedSSO_Ops_*]}",
        );
        let expected = [
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:role/AWSReservedSSO_Ops_????????????????",
            "arn:aws:iam::111122223333:role/*/AWSReservedSSO_Ops_????????????????",
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_????????????????/*",
            "arn:aws:iam::111122223333:role/admin",
            "arn:aws:iam::111122223333:role/*/admin",
            "arn:aws:sts::111122223333:assumed-role/admin/*",
        ];
        assert_eq!(standard.keepers(&home()), expected);
    }

    /// Whoever gives himself a name that fits a pattern is not spared by it.
    #[test]
    fn who_is_never_touched() {
        let standard = standard(
            "principals: {break_glass: [user/breakglass-*, user/glass], administrators: [role/AWSReservedSSO_Ops_*, role/AWSReservedSSO_*]}",
        );
        let user = |name: &str| IamEntity::User(name.to_owned());
        let role = |name: &str| IamEntity::Role(name.to_owned());
        for (entity, is_spared) in [
            (user("glass"), true),
            // Names are not distinguished by case.
            (user("GLASS"), true),
            (role("Parapet-Policy-Guard"), true),
            (role("glass"), false),
            (user("glass-2"), false),
            (user("breakglass-evil"), false),
            (user("breakglass-*"), true),
            (role("AWSReservedSSO_Ops_0123456789abcdef"), true),
            (role("AWSReservedSSO_Ops_0123456789abcdeg"), false),
            (role("AWSReservedSSO_Ops_evil"), false),
            (role("AWSReservedSSO_Dev_0123456789abcdef"), false),
        ] {
            assert_eq!(standard.spares(&entity).is_some(), is_spared, "{entity}");
        }
        assert!(standard.protects(&user("breakglass-1")), "the credentials of those that fit are watched");
    }

    /// Whatever the scope says.
    #[test]
    fn the_bucket_of_the_standard_is_guarded() {
        let standard = standard("scope: {buckets: {exclude: ['*']}}");
        let rules = Resource::Bucket(on::Bucket { name: "rules".to_owned() });
        let facets = [Facet::BucketVersioning, Facet::BucketPublicAccess, Facet::BucketPolicy, Facet::BucketAcl];
        assert!(facets.iter().all(|facet| standard.leaves_out(&rules, *facet).is_some()));
        let read = standard.read_from("s3://rules/standard.yaml".parse().unwrap());
        assert!(facets.iter().all(|facet| read.leaves_out(&rules, *facet).is_none()));
    }

    #[test]
    fn what_bootstrap_makes() {
        let standard = standard("version: 1");
        let is_made = |resource: Resource| resource.is_foundation(&standard, &home());
        let (ours, other) = (IamEntity::Role("parapet-ml-service".to_owned()), IamEntity::Role("app".to_owned()));
        let inline = |entity: &IamEntity| {
            Resource::InlinePolicy(on::InlinePolicy { entity: entity.clone(), name: "p".to_owned() })
        };
        let bucket = |name: &str| Resource::Bucket(on::Bucket { name: name.to_owned() });
        let key = |name: &str| Resource::Key(on::Key { name: name.to_owned() });
        let role = |name: &str| Resource::Role(on::Role { name: name.to_owned() });
        let policy =
            |name: &str| Resource::ManagedPolicy(on::ManagedPolicy { arn: home().iam_arn(&format!("policy/{name}")) });
        let trail = |name: &str| Resource::Trail(on::Trail { name: name.to_owned() });
        assert!(is_made(Resource::Account(on::Account {})));
        assert!(!is_made(Resource::AccessPoint(on::AccessPoint { name: "d".to_owned() })));
        assert!(!is_made(Resource::EventDataStore(on::EventDataStore { id: "parapet".to_owned() })));
        for (made, another) in [
            (bucket("parapet-logs-111122223333-us-east-1"), bucket("logs")),
            (key("alias/parapet-ml"), key("alias/app")),
            (role("parapet-ml-service"), role("app")),
            (policy("parapet-ml-data"), policy("app")),
            (inline(&ours), inline(&other)),
            (trail("parapet"), trail("team")),
        ] {
            assert!(is_made(made.clone()), "{made}");
            assert!(!is_made(another.clone()), "{another}");
        }
    }

    #[test]
    fn what_comes_back() {
        let standard = standard("version: 1");
        let comes_back = |resource: &Resource, facet| standard.comes_back(resource, facet, &home());
        let role = IamEntity::Role("parapet-ml-service".to_owned());
        let attachment = |policy: &str| {
            Resource::Attachment(on::Attachment {
                entity: role.clone(),
                policy_arn: home().iam_arn(&format!("policy/{policy}")),
            })
        };
        let principal = Resource::Principal(on::Principal { entity: role.clone() });
        let inline = Resource::InlinePolicy(on::InlinePolicy { entity: role.clone(), name: "power".to_owned() });
        assert!(comes_back(&Resource::Trail(on::Trail { name: "parapet".to_owned() }), Facet::TrailConfiguration));
        assert!(comes_back(&principal, Facet::PermissionsBoundary));
        assert!(comes_back(&attachment("parapet-ml-data"), Facet::PolicyAttachment));
        assert!(!comes_back(&attachment("another"), Facet::PolicyAttachment));
        assert!(!comes_back(&principal, Facet::PrincipalPolicies));
        assert!(!comes_back(&inline, Facet::InlineDocument));
        assert!(!comes_back(&Resource::Trail(on::Trail { name: "team".to_owned() }), Facet::TrailConfiguration));
    }

    #[test]
    fn what_nothing_is_asked_of() {
        let standard = standard("version: 1");
        let bucket = |name: &str| Resource::Bucket(on::Bucket { name: name.to_owned() });
        let asks = |resource: &Resource, facet: Facet| facet.is_asked_of(resource, &standard);
        let (logs, another) = (bucket("parapet-logs-111122223333-us-east-1"), bucket("another"));
        for facet in [Facet::BucketLifecycle, Facet::BucketObjectLock, Facet::BucketLogging, Facet::BucketTags] {
            assert!(asks(&logs, facet) && !asks(&another, facet), "{facet}");
        }
        assert!(asks(&another, Facet::BucketEncryption));
        let of = |entity: IamEntity| asks(&Resource::Principal(on::Principal { entity }), Facet::PermissionsBoundary);
        assert!(of(IamEntity::User("u".to_owned())) && of(IamEntity::Role("r".to_owned())));
        assert!(!of(IamEntity::Group("g".to_owned())), "AWS has no boundary for groups");
    }
}
