use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::resources::SERVICE;
use crate::{Beside, ControlId, Facet, Resource, State, Subject, on};

control! {
    BUCKET_PUBLIC_ACCESS = "S3.PublicAccessBlock", Critical, Enforce, fsbp ["S3.8"], cis ["2.1.4"],
    "Public access is blocked, all four settings",
    "One ACL or policy would otherwise publish the bucket.",
}

/// The public access block of a bucket.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = PublicAccess;
    whole!();

    const ROW: Row = Row {
        id: "bucket-public-access",
        name: "public access block",
        service: &SERVICE,
        events: &["CreateBucket", "DeleteBucket", "PutBucketPublicAccessBlock", "DeleteBucketPublicAccessBlock"],
        controls: &[BUCKET_PUBLIC_ACCESS],
        ..Row::USUAL
    };

    fn flaws<'a>(
        _subject: &Subject<'a>,
        last_known: Option<&PublicAccess>,
        observed: &PublicAccess,
    ) -> Flaws<'a, PublicAccess> {
        Ok(observed.flaws(BUCKET_PUBLIC_ACCESS, last_known, |off: &[&str]| format!("{} off", off.join(", "))))
    }
}

impl Words for Unit {
    fn words(block: &PublicAccess) -> String {
        format!("PutPublicAccessBlock {block}")
    }
}

/// The public access block of a bucket. Where none is set, all four are off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PublicAccess {
    /// New public ACLs are refused.
    pub block_public_acls: bool,
    /// Public ACLs that are there count for nothing.
    pub ignore_public_acls: bool,
    /// New public policies are refused.
    pub block_public_policy: bool,
    /// A public policy that is there reaches only this account and AWS services.
    pub restrict_public_buckets: bool,
}

impl PublicAccess {
    /// Everything blocked.
    pub const BLOCKED: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };

    /// What is off, and was not before. A site that was public before may need what was off then.
    pub(super) fn flaws<'a>(
        self,
        control: ControlId,
        last_known: Option<&Self>,
        said: impl Fn(&[&str]) -> String,
    ) -> Vec<Flaw<'a, Self>> {
        let was_off = last_known.map_or(Self::BLOCKED, |before| before.or(self));
        let long_since = was_off.off();
        let newly: Vec<&str> = self.off().into_iter().filter(|name| !long_since.contains(name)).collect();
        let new = (!newly.is_empty()).then(|| Flaw::new(control, said(&newly), move |block| *block = was_off));
        let old =
            (!long_since.is_empty()).then(|| Flaw::new(control, said(&long_since), |_: &mut Self| ()).from_before());
        new.into_iter().chain(old).collect()
    }

    /// The block of the subject and that of its account: what decides whether S3 takes something public.
    pub(crate) fn facets(subject: &Subject<'_>) -> Vec<(Resource, Facet)> {
        let own = (subject.resource.clone(), Facet::BucketPublicAccess);
        vec![own, (Resource::Account(on::Account {}), Facet::AccountPublicAccess)]
    }

    /// Both as one. Amazon S3 API Reference, PutPublicAccessBlock: S3 "uses the most restrictive combination of the bucket-level and
    /// account-level settings".
    pub(crate) fn combined(beside: &[Beside]) -> Self {
        let blocks = beside.iter().filter_map(|(_, state)| match state {
            Some(State::BucketPublicAccess(block) | State::AccountPublicAccess(block)) => Some(*block),
            _ => None,
        });
        blocks.fold(Self::default(), Self::or)
    }

    /// What one of both has on.
    fn or(self, other: Self) -> Self {
        Self {
            block_public_acls: self.block_public_acls || other.block_public_acls,
            ignore_public_acls: self.ignore_public_acls || other.ignore_public_acls,
            block_public_policy: self.block_public_policy || other.block_public_policy,
            restrict_public_buckets: self.restrict_public_buckets || other.restrict_public_buckets,
        }
    }

    pub(crate) fn off(self) -> Vec<&'static str> {
        let settings = [
            (self.block_public_acls, "BlockPublicAcls"),
            (self.ignore_public_acls, "IgnorePublicAcls"),
            (self.block_public_policy, "BlockPublicPolicy"),
            (self.restrict_public_buckets, "RestrictPublicBuckets"),
        ];
        settings.into_iter().filter(|(on, _)| !on).map(|(_, name)| name).collect()
    }
}

impl fmt::Display for PublicAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.off().as_slice() {
            [] => f.write_str("all on"),
            off => write!(f, "without {}", off.join(", ")),
        }
    }
}
