use std::fmt;

use serde::Serialize;

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::resources::{SERVICE, bucket_needs};
use crate::{Subject, on};

control! {
    BUCKET_EXISTS = "S3.Exists", Critical, Enforce, fsbp [], cis [],
    "The buckets of the pipeline exist",
    "Whoever takes the name of a deleted bucket receives what the pipeline writes to it.",
}

/// That the bucket exists, and whether Object Lock was enabled when it was made.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = bool;
    type Action = ExistenceAction;

    const ROW: Row = Row {
        id: "bucket-existence",
        name: "existence",
        service: &SERVICE,
        events: &["DeleteBucket"],
        controls: &[BUCKET_EXISTS],
        is_existence: true,
        ..Row::USUAL
    };

    fn flaws<'a>(subject: &Subject<'a>, _last_known: Option<&bool>, exists: &bool) -> Flaws<'a, bool> {
        let missing = !exists && bucket_needs(subject).is_some_and(|(_, needs)| needs.foundation);
        let flaw = missing.then(|| Flaw::new(BUCKET_EXISTS, "the bucket does not exist", |exists| *exists = true));
        Ok(flaw.into_iter().collect())
    }

    /// Nothing that exists is ever deleted.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        if !from && *to { vec![ExistenceAction::CreateBucket] } else { Vec::new() }
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            ExistenceAction::CreateBucket => true,
        }
    }

    fn is_absent(exists: &bool) -> bool {
        !exists
    }
}

/// What is done about a bucket that is not there.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum ExistenceAction {
    /// Create the bucket.
    CreateBucket,
}

impl fmt::Display for ExistenceAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateBucket => f.write_str("CreateBucket"),
        }
    }
}
