//! Policies of Amazon S3's further kinds of storage and of access, of which no call is made here: their event's own record is all that is seen of them.
//! Whom that lets in is told. Each has an API, a client or a region of its own, for which the policy guard has no room.

use iam_policy::{Document, PolicyKind, ViolationKind};

use crate::Subject;
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::judge::judgement;
use crate::judge::question::Judged;

control! {
    RECORDED_PUBLIC = "S3.RecordedPublic", Critical, Observe, fsbp [], cis [],
    "No directory bucket, table, vector bucket, Multi-Region or Object Lambda access point and no instance of S3 Access Grants is open to everyone",
    "It is a door like any bucket's. No call of ours reads or mends its policy: what the record of the event says is told.",
}

control! {
    RECORDED_FOREIGN = "S3.RecordedForeign", High, Observe, fsbp [], cis [],
    "No directory bucket, table, vector bucket, Multi-Region or Object Lambda access point and no instance of S3 Access Grants lets in an account beyond the trust zone",
    "What is copied to another account stays there. No call of ours reads or mends its policy: what the record of the event says is told.",
}

const RECORDED: Judged =
    &[(ViolationKind::PublicAccess, RECORDED_PUBLIC), (ViolationKind::ForeignPrincipal, RECORDED_FOREIGN)];

/// What a document lets in that a record holds. Nobody here could mend it.
fn flaws<'a>(subject: &Subject<'a>, recorded: &Option<Document>) -> Flaws<'a, Option<Document>> {
    let Some(document) = recorded else { return Ok(Vec::new()) };
    let found = judgement::flaws(subject, PolicyKind::Resource, RECORDED, None, document)?;
    Ok(found.into_iter().map(Flaw::unmendable).collect())
}

/// Makes of a list the facets, one for each service that records such calls.
macro_rules! recorded {
    ($($(#[$doc:meta])+ $module:ident = $id:literal, $name:literal, $source:literal, $events:expr;)+) => {
        $(
            $(#[$doc])+
            pub(crate) mod $module {
                use iam_policy::Document;

                use crate::aspect::{Aspect, Never, Row};
                use crate::flaw::Flaws;
                use crate::{Service, Subject, on};

                /// Its service, as its records call it.
                const SERVICE: &Service = &Service { source: $source, is_regional: true };

                /// A policy that a record holds; none: nothing else tells of it.
                pub struct Unit;

                impl Aspect for Unit {
                    type On = on::RecordedPolicy;
                    type State = Option<Document>;
                    type Action = Never;

                    const ROW: Row = Row {
                        id: $id,
                        name: $name,
                        service: SERVICE,
                        events: $events,
                        controls: &[super::RECORDED_PUBLIC, super::RECORDED_FOREIGN],
                        calls_a_look: Some(0),
                        is_told_by_record: true,
                        ..Row::USUAL
                    };

                    fn flaws<'a>(
                        subject: &Subject<'a>,
                        _last_known: Option<&Self::State>,
                        observed: &Self::State,
                    ) -> Flaws<'a, Self::State> {
                        super::flaws(subject, observed)
                    }

                    fn diff(_from: &Self::State, _to: &Self::State) -> Vec<Self::Action> {
                        Vec::new()
                    }

                    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
                        match *action {}
                    }
                }
            }
        )+
    };
}

recorded! {
    /// Multi-Region access points, Object Lambda access points, and S3 Access Grants.
    access = "recorded-access-policy", "further ways to buckets", "s3.amazonaws.com", &[
        "PutMultiRegionAccessPointPolicy",
        "PutAccessPointPolicyForObjectLambda",
        "PutAccessGrantsInstanceResourcePolicy",
        "CreateAccessGrant",
    ];
    /// Directory buckets, and their access points.
    directory = "recorded-directory-policy", "directory buckets", "s3express.amazonaws.com",
        &["PutBucketPolicy", "PutAccessPointPolicy"];
    /// Table buckets, and their tables.
    tables = "recorded-table-policy", "table buckets", "s3tables.amazonaws.com", &["PutTableBucketPolicy", "PutTablePolicy"];
    /// Vector buckets.
    vectors = "recorded-vector-policy", "vector buckets", "s3vectors.amazonaws.com", &["PutVectorBucketPolicy"];
}
