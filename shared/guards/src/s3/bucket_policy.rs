use iam_policy::{Decision, Document, PolicyKind, Request, decide, denies_insecure_transport, denies_tls_below};
use parapet_core::{ControlId, Resource, Subject, TlsVersion};

use crate::flaw::{Flaw, Flaws};
use crate::foundation::documents::{self, with_statement};
use crate::guard::policy::PolicyAction;
use crate::judge::judgement;

fn bucket<'a>(subject: &Subject<'a>) -> Option<&'a str> {
    match subject.resource {
        Resource::Bucket { name } => Some(name),
        _ => None,
    }
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

pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Option<Document>>,
    observed: &Option<Document>,
) -> Flaws<'a, Option<Document>> {
    let mut flaws = match observed {
        Some(document) => judgement::flaws(
            subject,
            PolicyKind::Resource,
            judgement::BUCKET,
            last_known.and_then(Option::as_ref),
            document,
        )?,
        None => Vec::new(),
    };
    let subject = *subject;
    if !is_tls_only(&subject, observed.as_ref()) {
        let detail = "the bucket policy lets requests without TLS through";
        flaws.push(Flaw::new(ControlId::BucketTlsOnly, detail, move |document| with_tls_only(&subject, document)));
    }
    if let Some((_, version)) = missing_minimum_tls(&subject, observed.as_ref()) {
        let detail = format!("the bucket policy lets TLS older than {} through", version.as_str());
        flaws.push(Flaw::new(ControlId::BucketMinimumTls, detail, move |document: &mut Option<Document>| {
            if let Some((arn, version)) = missing_minimum_tls(&subject, document.as_ref()) {
                *document = Some(with_statement(document.as_ref(), documents::minimum_tls_statement(&arn, version)));
            }
        }));
    }
    let missing = missing_service_statements(&subject, observed.as_ref());
    if !missing.is_empty() {
        let detail = format!("{} statement(s) that AWS services need are missing", missing.len());
        flaws.push(Flaw::new(ControlId::BucketServicePolicy, detail, move |document: &mut Option<Document>| {
            for statement in missing_service_statements(&subject, document.as_ref()) {
                *document = Some(with_statement(document.as_ref(), statement));
            }
        }));
    }
    flaws.extend(observed.iter().flat_map(|document| shut_out(&subject, document)).map(|whom| {
        let detail = format!("a statement denies {whom}; what it is for, only whoever wrote it can tell");
        Flaw::without_remedy(ControlId::BucketServicePolicy, detail)
    }));
    Ok(flaws)
}

/// Which AWS services a document denies what they need, whatever else allows it to them. Statements whose conditions are on other keys
/// than those that are known of such requests are left out.
fn shut_out(subject: &Subject<'_>, document: &Document) -> Vec<String> {
    let needed = bucket(subject).map(|bucket| documents::service_requests(subject, bucket)).unwrap_or_default();
    let is_denied = |request: &Request| {
        let is_known = |key: &str| request.context.keys().any(|known| known.eq_ignore_ascii_case(key));
        let statements = document.statements().iter().enumerate();
        let unknown = statements.filter(|(_, it)| !it.conditions.iter().all(|condition| is_known(&condition.key)));
        let certain = document.without_statements(&unknown.map(|(index, _)| index).collect());
        certain.is_some_and(|certain| decide(&certain, PolicyKind::Resource, request) == Decision::ExplicitDeny)
    };
    let denied = needed.into_iter().filter(is_denied);
    denied.map(|request| format!("`{}` the `{}` that it needs", request.principal, request.action)).collect()
}

fn with_tls_only(subject: &Subject<'_>, document: &mut Option<Document>) {
    if let Some(bucket) = bucket(subject).filter(|_| !is_tls_only(subject, document.as_ref())) {
        let statement = documents::tls_only_statement(&subject.home.bucket_arn(bucket));
        *document = Some(with_statement(document.as_ref(), statement));
    }
}

/// Amazon S3 User Guide, "Bucket policies for Amazon S3": "Bucket policies are limited to 20 KB in size".
const LONGEST_BUCKET_POLICY: usize = 20 * 1024;

/// One write, unless it would be refused for its length: then what has to go goes first, in a write of its own.
pub(crate) fn diff(from: Option<&Document>, to: Option<&Document>) -> Vec<PolicyAction> {
    let Some(to) = to else { return vec![PolicyAction::DeleteBucketPolicy] };
    let whole = PolicyAction::PutBucketPolicy(to.clone());
    let narrowed = from.filter(|_| to.to_json().len() > LONGEST_BUCKET_POLICY).and_then(|from| {
        let gone = (0..from.statements().len()).filter(|&index| !documents::keeps_statement(to, from, index)).collect();
        from.without_statements(&gone)
    });
    match narrowed.filter(|narrowed| narrowed != to && Some(narrowed) != from) {
        Some(narrowed) => vec![PolicyAction::PutBucketPolicy(narrowed), whole],
        None => vec![whole],
    }
}
