//! Statements of a bucket policy that keep AWS services from delivering what they have to, into the buckets that bootstrap made for it.

use std::collections::BTreeSet;

use iam_policy::{Document, PolicyKind, Statement, common_access};
use serde_json::{Map, Value, json};

use super::bucket_policy::BUCKET_SERVICE_POLICY;
use crate::flaw::Flaw;
use crate::foundation::documents::{service_statements, statements_shared_with};
use crate::judge::shut_out::each_statement;
use crate::{Subject, on};

/// That a document denies a service what it needs. What such a statement denies others, it goes on to deny them; one that only services could mean
/// goes. What was there before is told: what it is for, only whoever wrote it can tell.
pub(super) fn flaws<'a>(
    subject: &Subject<'a>,
    before: Option<&Document>,
    document: &Document,
) -> Vec<Flaw<'a, Option<Document>>> {
    let known = before.map(|before| statements_shared_with(document, before)).unwrap_or_default();
    let (mended, was) = (*subject, before.cloned());
    let flaw = |needs: &str, denying: &BTreeSet<usize>| {
        let detail = format!("{} statement(s) deny {needs}", denying.len());
        Flaw::new(BUCKET_SERVICE_POLICY, detail, |_: &mut Option<Document>| ())
    };
    let mut flaws = Vec::new();
    for (needs, denying) in denied(subject, document) {
        let (old, new): (BTreeSet<usize>, BTreeSet<usize>) = denying.into_iter().partition(|it| known.contains(it));
        if !new.is_empty() {
            let was = was.clone();
            flaws.push(flaw(&needs, &new).mended_by(move |state: &mut Option<Document>| {
                *state = state.take().and_then(|document| spared(&mended, was.as_ref(), document));
            }));
        }
        if !old.is_empty() {
            flaws.push(flaw(&needs, &old).from_before());
        }
    }
    flaws
}

/// What each service needs, and which statements deny it.
fn denied(subject: &Subject<'_>, document: &Document) -> Vec<(String, BTreeSet<usize>)> {
    let Some(bucket) = subject.on::<on::Bucket>() else { return Vec::new() };
    let denying = document.statements().iter().enumerate().filter(|(_, statement)| !statement.is_allow());
    let denying: Vec<usize> = denying.map(|(index, _)| index).collect();
    let needed = service_statements(subject, &bucket.name).into_iter();
    let found = needed.map(|needed| {
        let denying = denying.iter().filter(|&&index| denies(subject, document, index, &needed));
        (said(&needed), denying.copied().collect::<BTreeSet<usize>>())
    });
    found.filter(|(_, denying)| !denying.is_empty()).collect()
}

fn said(needed: &Value) -> String {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let service = text(needed.get("Principal").and_then(|principal| principal.get("Service")));
    format!("`{service}` the `{}` that it needs", text(needed.get("Action")))
}

/// Whether one statement may deny a request that a service makes by the statement that lets it in: whether both would be about some request.
fn denies(subject: &Subject<'_>, document: &Document, index: usize, needed: &Value) -> bool {
    let others = (0..document.statements().len()).filter(|other| *other != index).collect();
    let Some(mut turned) = document.without_statements(&others).map(|alone| alone.as_value().clone()) else {
        return false;
    };
    let keys: BTreeSet<String> = document.statements().get(index).map(keys).unwrap_or_default();
    each_statement(&mut turned, |statement| {
        statement.insert("Effect".to_owned(), json!("Allow"));
        // Whom it spares are principals, and a service is none of these.
        if statement.remove("NotPrincipal").is_some() {
            statement.insert("Principal".to_owned(), json!("*"));
        }
        let conditions = statement.get_mut("Condition").and_then(Value::as_object_mut);
        for keys in conditions.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
            keys.retain(|key, _| is_known(key) || is_absent(key));
        }
    });
    let asked = json!({"Version": "2012-10-17", "Statement": [request(subject, needed, &keys)]});
    match (Document::from_value(turned), Document::from_value(asked)) {
        (Ok(turned), Ok(asked)) => !common_access(&[&turned], &[&asked], PolicyKind::Resource).is_none(),
        _ => true,
    }
}

fn keys(statement: &Statement) -> BTreeSet<String> {
    statement.conditions.iter().map(|condition| condition.key.to_ascii_lowercase()).collect()
}

/// What is known of requests of services, beside what the statements that let them in ask for.
const KNOWN: [(&str, &str, &str); 4] = [
    ("Bool", "aws:SecureTransport", "true"),
    ("Bool", "aws:PrincipalIsAWSService", "true"),
    ("Bool", "aws:ViaAWSService", "false"),
    ("NumericEquals", "s3:TlsVersion", "1.3"),
];

/// The same where the value is the account, the service, or how the trail encrypts: with the pipeline's key.
const OF_REQUEST: [&str; 7] = [
    "aws:PrincipalServiceName",
    "aws:ResourceAccount",
    "aws:SourceAccount",
    "aws:SourceArn",
    "s3:ResourceAccount",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
];

/// What no request of a service has: it is no principal of IAM, in no network of the account's. By the beginnings of keys, in lower case.
const ABSENT: [&str; 14] = [
    "aws:assumedroot",
    "aws:calledvia",
    "aws:federatedprovider",
    "aws:multifactorauth",
    "aws:principalarn",
    "aws:principalorg",
    "aws:principaltag/",
    "aws:principaltype",
    "aws:sourceidentity",
    "aws:sourcevpc",
    "aws:username",
    "aws:vpc",
    "s3:dataaccesspoint",
    "saml:",
];

fn is_known(key: &str) -> bool {
    KNOWN.iter().map(|(_, known, _)| known).chain(&OF_REQUEST).any(|known| known.eq_ignore_ascii_case(key))
}

fn is_absent(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ABSENT.iter().any(|absent| key.starts_with(absent))
}

/// The requests that a service makes by a statement that lets it in, as a statement about these alone; `keys` are those that the other one asks of.
fn request(subject: &Subject<'_>, needed: &Value, keys: &BTreeSet<String>) -> Value {
    let (account, service) = (&subject.home.account, needed.get("Principal").and_then(|it| it.get("Service")));
    let mut conditions: Map<String, Value> = Map::new();
    let mut ask = |operator: &str, key: &str, value: Value| {
        let of_operator = conditions.entry(operator).or_insert_with(|| json!({}));
        if let Some(of_operator) = of_operator.as_object_mut() {
            of_operator.entry(key).or_insert(value);
        }
    };
    let stated = needed.get("Condition").and_then(|condition| condition.get("StringEquals"));
    for (key, value) in stated.and_then(Value::as_object).into_iter().flatten() {
        ask("StringEquals", key, value.clone());
    }
    for (operator, key, value) in KNOWN {
        ask(operator, key, json!(value));
    }
    for key in ["aws:ResourceAccount", "s3:ResourceAccount", "aws:SourceAccount"] {
        ask("StringEquals", key, json!(account));
    }
    ask("StringEquals", "aws:PrincipalServiceName", service.cloned().unwrap_or_default());
    let is_trail = needed.get("Sid").is_some_and(|sid| sid == "AWSCloudTrailWrite");
    if is_trail {
        ask("StringEquals", "s3:x-amz-server-side-encryption", json!("aws:kms"));
    }
    for key in keys.iter().filter(|key| is_absent(key)) {
        ask("Null", key, json!("true"));
    }
    let mut statement = needed.clone();
    if let Some(statement) = statement.as_object_mut() {
        statement.insert("Condition".to_owned(), Value::Object(conditions));
        // AWS CloudTrail User Guide, "CloudTrail log file name format": log files, digests and insights lie below such folders.
        if let Some(folder) = statement.get("Resource").and_then(Value::as_str).filter(|_| is_trail) {
            let below = folder.trim_end_matches('*');
            statement.insert("Resource".to_owned(), json!(format!("{below}CloudTrail*")));
        }
    }
    statement
}

/// The document where no new statement denies a service what it needs.
fn spared(subject: &Subject<'_>, before: Option<&Document>, document: Document) -> Option<Document> {
    let new = |document: &Document| -> BTreeSet<usize> {
        let known = before.map(|before| statements_shared_with(document, before)).unwrap_or_default();
        let denying = denied(subject, document).into_iter().flat_map(|(_, denying)| denying);
        denying.filter(|index| !known.contains(index)).collect()
    };
    let denying = new(&document);
    let mut value = document.as_value().clone();
    let mut indices = 0..;
    each_statement(&mut value, |statement| {
        if indices.next().is_some_and(|index| denying.contains(&index)) && !names_services(statement) {
            spare(statement);
        }
    });
    let sparing = Document::from_value(value).unwrap_or(document);
    sparing.without_statements(&new(&sparing))
}

/// Whether a statement is about services alone.
fn names_services(statement: &Map<String, Value>) -> bool {
    let named = statement.get("Principal").and_then(Value::as_object);
    named.is_some_and(|kinds| kinds.keys().all(|kind| kind == "Service"))
}

/// IAM User Guide, `aws:PrincipalIsAWSService`: "to check whether the call to your resource is being made directly by an AWS service principal".
fn spare(statement: &mut Map<String, Value>) {
    let conditions = statement.entry("Condition").or_insert_with(|| json!({}));
    let operator = conditions.as_object().and_then(|it| it.keys().find(|it| it.eq_ignore_ascii_case("Bool")).cloned());
    let Some(conditions) = conditions.as_object_mut() else { return };
    let keys = conditions.entry(operator.unwrap_or_else(|| "Bool".to_owned())).or_insert_with(|| json!({}));
    if let Some(keys) = keys.as_object_mut() {
        keys.entry("aws:PrincipalIsAWSService").or_insert(json!("false"));
    }
}
