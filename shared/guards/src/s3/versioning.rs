use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::resources::SERVICE;
use crate::{Subject, on};

control! {
    BUCKET_VERSIONING = "S3.Versioning", Medium, Enforce, fsbp [], cis [],
    "Versioning is on",
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
        let flaw = (*observed != Versioning::Enabled).then(|| {
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
