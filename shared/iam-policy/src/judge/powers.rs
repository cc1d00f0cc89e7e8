//! Powers that are too broad when they reach everything: passing any role, decrypting with any key, switching off any
//! log, reading any data, every action of a service.

use super::reach::{Own, Reach, Reached};
use super::scenario::Scenario;
use super::sensitive::future;
use super::targets::Targets;
use super::{Rules, ViolationKind};
use crate::statement::StatementAt;
use std::collections::BTreeSet;

/// Actions that must not reach everything.
pub(super) struct Power {
    pub(super) kind: ViolationKind,
    /// As AWS spells them.
    pub(super) actions: &'static [&'static str],
    /// What the holder can do with them.
    what: &'static str,
}

pub(super) static POWERS: [Power; 4] = [
    Power {
        kind: ViolationKind::PassRole,
        actions: &["iam:PassRole"],
        what: "give every role of the account to a service",
    },
    Power {
        kind: ViolationKind::KmsDecrypt,
        actions: &["kms:Decrypt", "kms:ReEncryptFrom"],
        what: "decrypt with every key of the account",
    },
    Power {
        kind: ViolationKind::LogTampering,
        actions: &[
            "cloudtrail:StopLogging",
            "cloudtrail:DeleteTrail",
            "cloudtrail:UpdateTrail",
            "cloudtrail:PutEventSelectors",
            "cloudtrail:DeleteEventDataStore",
            "cloudtrail:StopEventDataStoreIngestion",
            "cloudtrail:UpdateEventDataStore",
            "config:StopConfigurationRecorder",
            "config:DeleteConfigurationRecorder",
            "config:DeleteDeliveryChannel",
            "ec2:DeleteFlowLogs",
            "guardduty:DeleteDetector",
            "guardduty:UpdateDetector",
        ],
        what: "switch audit logs off",
    },
    Power {
        kind: ViolationKind::ProtectedData,
        actions: &[
            "s3:GetObject",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:GetObjectTorrent",
            "s3:GetObjectVersion",
            "s3:DeleteObjectVersion",
            "s3:PutBucketPolicy",
            "s3:DeleteBucketPolicy",
            "s3:DeleteBucket",
            "s3:PutLifecycleConfiguration",
            "dynamodb:GetItem",
            "dynamodb:BatchGetItem",
            "dynamodb:Scan",
            "dynamodb:Query",
            "dynamodb:PartiQLSelect",
            "dynamodb:ExportTableToPointInTime",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "secretsmanager:GetSecretValue",
        ],
        what: "reach the contents",
    },
];

/// Actions that concern the contents only where it is said which are protected.
const ON_PROTECTED_ONLY: [&str; 5] = [
    "s3:DeleteObjectVersion",
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "s3:DeleteBucket",
    "s3:PutLifecycleConfiguration",
];

/// Services of which nobody should hold every action.
pub(super) const SENSITIVE_SERVICES: [&str; 16] = [
    "bedrock",
    "cloudtrail",
    "config",
    "dynamodb",
    "ec2",
    "guardduty",
    "iam",
    "kms",
    "lambda",
    "organizations",
    "s3",
    "sagemaker",
    "secretsmanager",
    "ssm",
    "sso",
    "sts",
];

/// A role that goes to one named service only is not given away: "We recommend that you specify resource ARNs or add the
/// iam:PassedToService condition key to your statement" (IAM Access Analyzer, Pass role with star in resource).
const UNNAMED_SERVICE: &str = "example.amazonaws.com";

/// What was found of one kind.
pub(super) struct Found {
    pub(super) first: Reached,
    pub(super) statements: BTreeSet<StatementAt>,
    pub(super) detail: String,
}

pub(super) fn found(reach: &Reach<'_>, rules: &Rules, kind: ViolationKind) -> Option<Found> {
    let power = POWERS.iter().find(|power| power.kind == kind)?;
    let reached: Vec<(&str, Reached)> = reached(reach, rules, kind).collect();
    let of_what = if kind == ViolationKind::ProtectedData { protected(rules) } else { "" };
    let actions: Vec<&str> = reached.iter().map(|(action, _)| *action).collect();
    let statements = reached.iter().flat_map(|(_, r)| r.statements.iter().copied()).collect();
    let holder = super::holder_of(&statements);
    let detail = format!("{holder} {}{of_what}, with {}", power.what, super::listed(&actions, "action"));
    Some(Found { first: reached.into_iter().next()?.1, statements, detail })
}

/// The actions of a kind's power that reach everything, or something protected.
pub(super) fn reached<'r>(
    reach: &'r Reach<'_>,
    rules: &'r Rules,
    kind: ViolationKind,
) -> impl Iterator<Item = (&'static str, Reached)> + 'r {
    let actions = POWERS.iter().filter(move |power| power.kind == kind).flat_map(|power| power.actions);
    actions.filter_map(move |action| Some((*action, on_enough(reach, rules, kind, action)?)))
}

fn protected(rules: &Rules) -> &'static str {
    if rules.protected.is_empty() { " of every resource" } else { " of protected resources" }
}

fn on_enough(reach: &Reach<'_>, rules: &Rules, kind: ViolationKind, action: &str) -> Option<Reached> {
    let lower = action.to_ascii_lowercase();
    let passed_to: &[&str] = if kind == ViolationKind::PassRole { &[UNNAMED_SERVICE] } else { &[] };
    let scenario = Scenario { action: &lower, passed_to };
    if !reach.asks_about(&lower) {
        return None;
    }
    if rules.protected.is_empty() && ON_PROTECTED_ONLY.contains(&action) {
        return None;
    }
    let on_protected = || {
        let of_service = rules.protected.iter().filter(|pattern| could_act_on(&lower, pattern));
        of_service.into_iter().find_map(|p| reach.on_some_of(action, p, &rules.envelope, scenario))
    };
    let on_everything = || reach.on_every_resource(action, scenario, Own::IsOne);
    match kind {
        ViolationKind::ProtectedData if !rules.protected.is_empty() => on_protected(),
        ViolationKind::LogTampering => on_everything().or_else(on_protected),
        _ => on_everything(),
    }
}

/// Whether an action (in lower case) is of the service whose resources a pattern names: nothing is read from a bucket with DynamoDB.
fn could_act_on(action: &str, pattern: &str) -> bool {
    let service = pattern.split(':').nth(2).unwrap_or("*");
    service.contains(['*', '?']) || action.split(':').next() == Some(service)
}

/// Sensitive services of which every action is allowed on everything.
pub(super) fn services(reach: &Reach<'_>) -> Option<Found> {
    let reached: Vec<(&str, Reached)> = reached_services(reach).collect();
    let statements = reached.iter().flat_map(|(_, r)| r.statements.iter().copied()).collect();
    let names: Vec<String> = reached.iter().map(|(service, _)| format!("{service}:*")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let holder = super::holder_of(&statements);
    let listed = super::listed(&names, "service");
    let detail = format!("{holder} do everything that a service can, today and later, with {listed}");
    Some(Found { first: reached.into_iter().next()?.1, statements, detail })
}

/// The services, one by one.
pub(super) fn reached_services<'r>(reach: &'r Reach<'_>) -> impl Iterator<Item = (&'static str, Reached)> + 'r {
    SENSITIVE_SERVICES.into_iter().filter_map(|service| {
        let action = future(service);
        if !reach.asks_about(&action) {
            return None;
        }
        let everything = Targets::only("*".to_owned());
        let name = format!("{service}:AnyFutureAction");
        Some((service, reach.on_most(&name, &everything, Scenario::of(&action), Own::IsOne)?))
    })
}
