use crate::Arns;
use std::fmt;

use iam_policy::{Document, PolicyKind, ViolationKind, denies_insecure_transport, denies_tls_below};
use serde::Serialize;
use serde_json::Value;

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws, mended};
use crate::foundation::documents::{self, with_statement};
use crate::judge::fit::Fit;
use crate::judge::question::Judged;
use crate::judge::shut_out::{Access, Whose};
use crate::judge::{judgement, own_grants, pipeline_denied, statements};
use crate::s3::resources::SERVICE;
use crate::s3::service_access;
use crate::{Beside, Facet, PublicAccess, Resource, Subject, Tied, TlsVersion, on};

control! {
    BUCKET_TLS_ONLY = "S3.TlsOnly", Medium, Enforce, fsbp ["S3.5"], cis ["2.1.1"],
    "The bucket policy denies requests without TLS",
    "Data and credentials could otherwise be read on the wire.",
}

control! {
    BUCKET_PUBLIC_POLICY = "S3.PublicPolicy", Critical, Enforce, fsbp ["S3.2", "S3.3"], cis [],
    "The bucket policy is not open to everyone",
    "Anybody could read or write the data.",
}

control! {
    BUCKET_FOREIGN_POLICY = "S3.ForeignPolicy", High, Enforce, fsbp ["S3.6"], cis [],
    "The bucket policy lets in no account beyond the trust zone",
    "An account that was let in once reads on, unseen by everybody here.",
}

control! {
    BUCKET_CONFUSED_DEPUTY = "S3.ConfusedDeputy", Medium, Observe, fsbp [], cis [],
    "Services that the bucket policy lets in cannot be made to act for a stranger",
    "A stranger asks the service to write to, or read from, the bucket; yet which source is right only its owner knows.",
}

control! {
    BUCKET_MINIMUM_TLS = "S3.MinimumTls", Medium, Enforce, fsbp [], cis [],
    "The bucket policy denies TLS below the version that the standard names",
    "Old versions of TLS can be broken on the wire.",
}

control! {
    BUCKET_OWN_GRANT = "S3.OwnGrant", High, Observe, fsbp [], cis [],
    "The policies of the pipeline's buckets let in nobody of the account by name whom nothing names, and nothing that reads for anybody",
    "Who is named there needs no policy of his own; yet teams share data so, and whom with only they know.",
}

control! {
    BUCKET_SERVICE_POLICY = "S3.ServicePolicy", High, Enforce, fsbp [], cis [],
    "The buckets of the pipeline let the AWS services deliver that have to",
    "CloudTrail and access logging stop without a word when their bucket refuses them.",
}

control! {
    BUCKET_STANDARD_OBJECT = "S3.StandardObject", High, Enforce, fsbp [], cis [],
    "The bucket policy lets nobody but administrators and break-glass principals change the object that the standard is read from",
    "Whoever writes the standard can switch every guard off.",
}

control! {
    BUCKET_GUARDS = "S3.GuardAccess", Critical, Enforce, fsbp [], cis [],
    "The bucket policy lets Parapet's other functions read and mend the bucket's settings",
    "What a guard may not read, it cannot mend, and whoever shut it out did so for something.",
}

control! {
    BUCKET_EVIDENCE_WRITERS = "S3.EvidenceWriters", Critical, Enforce, fsbp [], cis [],
    "The policy of the evidence bucket denies everybody but Parapet's functions to write or delete evidence and memory",
    "Whoever writes there says what was there before, and what was done about it.",
}

/// Of a bucket policy.
const BUCKET: Judged = &[
    (ViolationKind::PublicAccess, BUCKET_PUBLIC_POLICY),
    (ViolationKind::ForeignPrincipal, BUCKET_FOREIGN_POLICY),
    (ViolationKind::ConfusedDeputy, BUCKET_CONFUSED_DEPUTY),
    (ViolationKind::ObjectTampering, BUCKET_STANDARD_OBJECT),
];

/// What the other functions do with a bucket.
const GUARDS: &Access = &Access {
    control: BUCKET_GUARDS,
    whose: Whose::Others,
    actions: &[
        "s3:ListBucket",
        "s3:GetBucketAcl",
        "s3:PutBucketAcl",
        "s3:GetBucketCORS",
        "s3:PutBucketCORS",
        "s3:GetBucketLogging",
        "s3:PutBucketLogging",
        "s3:GetBucketNotification",
        "s3:PutBucketNotification",
        "s3:GetBucketObjectLockConfiguration",
        "s3:PutBucketObjectLockConfiguration",
        "s3:GetBucketOwnershipControls",
        "s3:PutBucketOwnershipControls",
        "s3:GetBucketPublicAccessBlock",
        "s3:PutBucketPublicAccessBlock",
        "s3:GetBucketPolicy",
        "s3:PutBucketPolicy",
        "s3:GetBucketTagging",
        "s3:PutBucketTagging",
        "s3:GetBucketVersioning",
        "s3:PutBucketVersioning",
        "s3:GetBucketWebsite",
        "s3:DeleteBucketWebsite",
        "s3:GetEncryptionConfiguration",
        "s3:PutEncryptionConfiguration",
        "s3:GetInventoryConfiguration",
        "s3:PutInventoryConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:GetReplicationConfiguration",
        "s3:PutReplicationConfiguration",
    ],
    detail: "of the bucket policy deny Parapet's other functions what they do with the bucket",
    longest: LONGEST_BUCKET_POLICY,
};

/// A bucket's policy; none where there is none.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = Option<Document>;
    type Action = BucketPolicyAction;

    const ROW: Row = Row {
        id: "bucket-policy",
        name: "bucket policy",
        service: &SERVICE,
        events: &["CreateBucket", "DeleteBucket", "PutBucketPolicy", "DeleteBucketPolicy"],
        controls: &[
            BUCKET_TLS_ONLY,
            BUCKET_PUBLIC_POLICY,
            BUCKET_FOREIGN_POLICY,
            BUCKET_CONFUSED_DEPUTY,
            BUCKET_MINIMUM_TLS,
            BUCKET_SERVICE_POLICY,
            BUCKET_STANDARD_OBJECT,
            BUCKET_GUARDS,
            BUCKET_EVIDENCE_WRITERS,
            BUCKET_OWN_GRANT,
        ],
        calls_beside: 3,
        is_own_policy: true,
        ..Row::OF_ACCESS
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<Document>>,
        observed: &Option<Document>,
    ) -> Flaws<'a, Option<Document>> {
        let before = last_known.and_then(Option::as_ref).and_then(|last| beside_transport(subject, last));
        let mut flaws = match observed {
            Some(document) => judgement::flaws(subject, PolicyKind::Resource, BUCKET, before.as_ref(), document)?,
            None => Vec::new(),
        };
        let before_transport = before;
        let before = last_known.and_then(Option::as_ref);
        let of_guards = observed.iter().flat_map(|document| GUARDS.flaws(subject, before, document));
        let of_services = observed.iter().flat_map(|document| service_access::flaws(subject, before, document));
        let denied = of_guards.chain(of_services);
        flaws.extend(denied.map(|flaw| and_judged_again(subject, before_transport.as_ref(), flaw)));
        flaws.extend(
            observed.iter().flat_map(|document| own_grants::flaws(BUCKET_OWN_GRANT, subject, before, document)),
        );
        let of_pipeline = |document| pipeline_denied::flaw(BUCKET_SERVICE_POLICY, subject, before, document);
        flaws.extend(observed.iter().filter_map(of_pipeline));
        flaws.extend(
            missing(subject, last_known, observed).into_iter().map(|flaw| and_fitted(subject, last_known, flaw)),
        );
        Ok(flaws)
    }

    /// One write, unless it would be refused for its length: then what has to go goes first, in a write of its own.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        let Some(to) = to else { return vec![BucketPolicyAction::DeleteBucketPolicy] };
        let whole = BucketPolicyAction::PutBucketPolicy(to.clone());
        let narrowed = from.as_ref().filter(|_| to.to_json().len() > LONGEST_BUCKET_POLICY).and_then(|from| {
            let gone =
                (0..from.statements().len()).filter(|&index| !documents::keeps_statement(to, from, index)).collect();
            from.without_statements(&gone)
        });
        match narrowed.filter(|narrowed| narrowed != to && Some(narrowed) != from.as_ref()) {
            Some(narrowed) => vec![BucketPolicyAction::PutBucketPolicy(narrowed), whole],
            None => vec![whole],
        }
    }

    /// Amazon S3 API Reference, PublicAccessBlockConfiguration, BlockPublicPolicy: it "causes Amazon S3 to reject calls to PUT Bucket
    /// policy if the specified bucket policy allows public access". What was open before, or is only observed, would keep every other
    /// repair of the policy from being written.
    fn ties(subject: &Subject<'_>, _observed: &Self::State, desired: &Self::State) -> Vec<(Resource, Facet)> {
        let is_open = desired.as_ref().is_some_and(judgement::is_open_to_everyone);
        if is_open { PublicAccess::facets(subject) } else { Vec::new() }
    }

    /// The same, RestrictPublicBuckets: it "restricts access to this bucket to only AWS service principals and authorized users within
    /// this account if the bucket has a public policy". Without it everyone still comes in, and that is not ours to end.
    fn tied(_subject: &Subject<'_>, desired: &Self::State, beside: &[Beside]) -> Tied<Self::State> {
        let block = PublicAccess::combined(beside);
        let Some(document) =
            desired.as_ref().filter(|document| block.block_public_policy && judgement::is_open_to_everyone(document))
        else {
            return Tied::Taken;
        };
        match judgement::closed_to_everyone(document).filter(|_| block.restrict_public_buckets) {
            Some(closed) => Tied::Instead(
                closed,
                "what opens the policy to everyone goes with it: S3 takes no policy that has it while public access is blocked, \
                 and it lets in nobody from elsewhere"
                    .to_owned(),
            ),
            None => Tied::Refused(
                "S3 takes no policy that is open to everyone while BlockPublicPolicy is on: take that out of the policy".to_owned(),
            ),
        }
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            BucketPolicyAction::PutBucketPolicy(document) => Some(document.clone()),
            BucketPolicyAction::DeleteBucketPolicy => None,
        }
    }

    /// What the policy belongs to is there without one.
    fn is_empty(state: &Self::State) -> bool {
        state.is_none()
    }
}

/// A policy without what is asked of it about transport, which comes back by itself. Whoever puts his policy as he wrote it, without that, lets in
/// nobody whom he did not let in before.
fn beside_transport(subject: &Subject<'_>, document: &Document) -> Option<Document> {
    let arn = subject.resource.arn(subject.home);
    let versions = [TlsVersion::V1_2, TlsVersion::V1_3].map(|version| documents::minimum_tls_statement(&arn, version));
    let ours: Vec<Value> = versions.into_iter().chain([documents::tls_only_statement(&arn)]).collect();
    documents::without_statements_like(document, &ours)
}

/// What is done about a bucket policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum BucketPolicyAction {
    /// Put it.
    PutBucketPolicy(Document),
    /// Delete it.
    DeleteBucketPolicy,
}

impl fmt::Display for BucketPolicyAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutBucketPolicy(document) => write!(f, "PutBucketPolicy with {}", statements(document)),
            Self::DeleteBucketPolicy => f.write_str("DeleteBucketPolicy"),
        }
    }
}

/// What the policy has to say beside what others wrote, and does not.
fn missing<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Option<Document>>,
    observed: &Option<Document>,
) -> Vec<Flaw<'a, Option<Document>>> {
    let subject = *subject;
    let mut flaws = Vec::new();
    // Somebody may live on plain HTTP: a website of a bucket is served by nothing else.
    let before = |is_wrong: &dyn Fn(Option<&Document>) -> bool| {
        !subject.is_foundation() && last_known.is_some_and(|last| is_wrong(last.as_ref()))
    };
    if !is_tls_only(&subject, observed.as_ref()) {
        let detail = "the bucket policy lets requests without TLS through";
        let flaw = Flaw::new(BUCKET_TLS_ONLY, detail, move |document| with_tls_only(&subject, document));
        // Whoever makes a policy finds none in his way. Where there is one, somebody has come to it.
        let flaw = flaw.completing(observed.is_none());
        let was_before = before(&|last| !is_tls_only(&subject, last));
        flaws.push(if was_before { flaw.from_before() } else { flaw });
    }
    if let Some((_, version)) = missing_minimum_tls(&subject, observed.as_ref()) {
        let detail = format!("the bucket policy lets TLS older than {} through", version.as_str());
        let flaw = Flaw::new(BUCKET_MINIMUM_TLS, detail, move |document: &mut Option<Document>| {
            if let Some((arn, version)) = missing_minimum_tls(&subject, document.as_ref()) {
                *document = Some(with_statement(document.as_ref(), documents::minimum_tls_statement(&arn, version)));
            }
        });
        let flaw = flaw.completing(observed.is_none());
        let was_before = before(&|last| missing_minimum_tls(&subject, last).is_some());
        flaws.push(if was_before { flaw.from_before() } else { flaw });
    }
    let missing = missing_service_statements(&subject, observed.as_ref());
    if !missing.is_empty() {
        let detail = format!("{} statement(s) that AWS services need are missing", missing.len());
        flaws.push(Flaw::new(BUCKET_SERVICE_POLICY, detail, move |document: &mut Option<Document>| {
            for statement in missing_service_statements(&subject, document.as_ref()) {
                *document = Some(with_statement(document.as_ref(), statement));
            }
        }));
    }
    if missing_writers_statement(&subject, observed.as_ref()).is_some() {
        let detail = "the policy of the evidence bucket lets others than Parapet's functions write evidence and memory";
        flaws.push(Flaw::new(BUCKET_EVIDENCE_WRITERS, detail, move |document: &mut Option<Document>| {
            if let Some(statement) = missing_writers_statement(&subject, document.as_ref()) {
                *document = Some(documents::with_writers(document.as_ref(), statement));
            }
        }));
    }
    flaws
}

/// What is added has room: whoever fills a policy keeps nothing from being mended.
fn and_fitted<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Option<Document>>,
    flaw: Flaw<'a, Option<Document>>,
) -> Flaw<'a, Option<Document>> {
    let (subject, is_known, before) = (*subject, last_known.is_some(), last_known.cloned().flatten());
    flaw.carried_by(Option::clone, move |policy: &mut Option<Document>, wanted: Option<Document>| {
        let Some(bucket) = bucket(&subject) else { return };
        let arn = subject.home.bucket_arn(bucket);
        let mut needed = documents::service_statements(&subject, bucket);
        needed.extend(documents::writers_statement(&subject, bucket));
        needed.push(documents::tls_only_statement(&arn));
        let version = subject.standard.buckets.minimum_tls;
        needed.extend(version.map(|version| documents::minimum_tls_statement(&arn, version)));
        let (before, is_own) = (before.as_ref(), subject.is_foundation());
        let fit = Fit { longest: LONGEST_BUCKET_POLICY, before, is_known, is_own, needed: &needed };
        *policy = wanted.map(|wanted| fit.document(wanted));
    })
}

/// What let in nobody under a Deny may let in those whom the Deny comes to spare.
fn and_judged_again<'a>(
    subject: &Subject<'a>,
    before: Option<&Document>,
    flaw: Flaw<'a, Option<Document>>,
) -> Flaw<'a, Option<Document>> {
    let (subject, before) = (*subject, before.cloned());
    flaw.carried_by(Option::clone, move |policy: &mut Option<Document>, sparing: Option<Document>| {
        let judged = sparing
            .as_ref()
            .map(|document| judgement::flaws(&subject, PolicyKind::Resource, BUCKET, before.as_ref(), document));
        *policy = match judged {
            Some(Ok(flaws)) => mended(&subject, flaws, &sparing),
            _ => sparing,
        };
    })
}

fn bucket<'a>(subject: &Subject<'a>) -> Option<&'a str> {
    subject.on::<on::Bucket>().map(|bucket| bucket.name.as_str())
}

fn is_tls_only(subject: &Subject<'_>, document: Option<&Document>) -> bool {
    let Some(bucket) = bucket(subject) else { return true };
    document.is_some_and(|document| denies_insecure_transport(document, &subject.home.bucket_arn(bucket)))
}

/// The version of TLS that is asked for, where older ones are not denied.
fn missing_minimum_tls(subject: &Subject<'_>, document: Option<&Document>) -> Option<(String, TlsVersion)> {
    let arn = subject.home.bucket_arn(bucket(subject)?);
    let version = subject.standard.buckets.minimum_tls?;
    let denied = document.is_some_and(|document| denies_tls_below(document, &arn, version.as_str()));
    (!denied).then_some((arn, version))
}

/// The statements that AWS services need in this bucket and do not have.
fn missing_service_statements(subject: &Subject<'_>, document: Option<&Document>) -> Vec<serde_json::Value> {
    let needed = bucket(subject).map(|bucket| documents::service_statements(subject, bucket)).unwrap_or_default();
    needed
        .into_iter()
        .filter(|statement| !document.is_some_and(|document| documents::has_statement(document, statement)))
        .collect()
}

/// That nobody else writes into the evidence bucket, where that is not denied.
fn missing_writers_statement(subject: &Subject<'_>, document: Option<&Document>) -> Option<serde_json::Value> {
    let needed = documents::writers_statement(subject, bucket(subject)?)?;
    (!document.is_some_and(|document| documents::has_statement(document, &needed))).then_some(needed)
}

fn with_tls_only(subject: &Subject<'_>, document: &mut Option<Document>) {
    if let Some(bucket) = bucket(subject).filter(|_| !is_tls_only(subject, document.as_ref())) {
        let statement = documents::tls_only_statement(&subject.home.bucket_arn(bucket));
        *document = Some(with_statement(document.as_ref(), statement));
    }
}

/// Amazon S3 User Guide, "Bucket policies for Amazon S3": "Bucket policies are limited to 20 KB in size".
pub(super) const LONGEST_BUCKET_POLICY: usize = 20 * 1024;
