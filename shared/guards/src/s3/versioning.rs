use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::resources::SERVICE;
use crate::{Subject, VersioningScope, on};

control! {
    BUCKET_VERSIONING = "S3.Versioning", Medium, Enforce, fsbp [], cis [],
    "Versioning is on where the standard asks for it, and stays on where it was",
    "Without it an overwritten or deleted object is gone.",
}

/// Versioning of a bucket.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = Versioning;
    whole!();

    const ROW: Row = Row {
        id: "bucket-versioning",
        name: "versioning",
        service: &SERVICE,
        events: &["CreateBucket", "DeleteBucket", "PutBucketVersioning"],
        controls: &[BUCKET_VERSIONING],
        calls_beside: 1,
        ..Row::USUAL
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Versioning>,
        observed: &Versioning,
    ) -> Flaws<'a, Versioning> {
        // Suspended keeps the versions that there are, and so is no less than off.
        let was_so = subject.excuse(last_known).is_some_and(|before| *before != Versioning::Enabled);
        let is_wrong = match observed {
            Versioning::Enabled => false,
            // AWS SDK for .NET, SetBucketVersioning: "Once versioning has been "Enabled" on a bucket, it can be "Suspended" but cannot be switched
            // "Off"." So one that is suspended kept versions, and one that is off never did.
            Versioning::Suspended => true,
            Versioning::Off => is_asked(subject),
        };
        let flaw = is_wrong.then(|| {
            let flaw = Flaw::new(BUCKET_VERSIONING, format!("versioning is {observed}"), |versioning| {
                *versioning = Versioning::Enabled;
            });
            // Who suspends it has come to it.
            let flaw = flaw.completing(*observed == Versioning::Off);
            if was_so { flaw.from_before() } else { flaw }
        });
        Ok(flaw.into_iter().collect())
    }
}

/// Whether the bucket has to keep old versions, whether it ever did or not.
fn is_asked(subject: &Subject<'_>) -> bool {
    subject.on::<on::Bucket>().is_some_and(|bucket| match subject.standard.buckets.versioning {
        VersioningScope::All => true,
        VersioningScope::Pipeline => subject.standard.is_of_pipeline(&bucket.name, subject.home),
    })
}

impl Words for Unit {
    fn words(versioning: &Versioning) -> String {
        format!("PutBucketVersioning {versioning}")
    }
}

/// Versioning of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Versioning {
    /// Never switched on.
    Off,
    /// Old versions stay, new ones are not kept.
    Suspended,
    /// On.
    Enabled,
}

impl fmt::Display for Versioning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Suspended => "Suspended",
            Self::Enabled => "Enabled",
        })
    }
}
