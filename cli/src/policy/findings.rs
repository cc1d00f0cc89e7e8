//! Findings as SARIF.

use iam_policy::{Severity, ViolationKind};
use serde_json::{Map, json};

use super::report::Finding;
use super::show::request;
use super::teller::Told;
use crate::sarif::{Level, Location, Result, Rule};

/// The rules of what could not be decided, and of what could not be read.
const UNDETERMINED: &str = "undetermined";
const INVALID: &str = "invalid";

/// One rule for each kind of finding, by its name; then those of what is not known.
pub(super) fn rules() -> Vec<Rule> {
    let kinds = ViolationKind::ALL
        .map(|kind| rule(kind.name(), Level::of_severity(kind.severity().name()), Some(kind.severity()), told(kind)));
    let others = [
        rule(UNDETERMINED, Level::Warning, None, "It cannot be decided what a policy allows: it counts as a finding"),
        rule(INVALID, Level::Error, None, "A policy cannot be read, and is not judged"),
    ];
    kinds.into_iter().chain(others).collect()
}

fn rule(id: &str, level: Level, severity: Option<Severity>, short: &str) -> Rule {
    let help = match id {
        UNDETERMINED => "Write out what decides it, or judge the policy as it is deployed.",
        INVALID => "Mend the policy, or give the file as the message says.",
        _ => {
            "`parapet policy check FILE` shows the statement, a request that proves it, and the nearest policy without it."
        }
    };
    Rule {
        id: id.to_owned(),
        short: short.to_owned(),
        full: format!("{short}."),
        help: help.to_owned(),
        level,
        severity: severity.map(Severity::name),
        tags: vec!["security".to_owned(), "iam".to_owned()],
    }
}

fn told(kind: ViolationKind) -> &'static str {
    match kind {
        ViolationKind::Admin => "The holder can give anyone any permission",
        ViolationKind::PrivilegeEscalation => "The holder can come by more permissions",
        ViolationKind::ConfusedService => {
            "The holder can have a service read or write data with a role that it gives it"
        }
        ViolationKind::PublicAccess => "A resource policy lets everyone in",
        ViolationKind::TrustWildcard => "Everyone can assume the role",
        ViolationKind::ForeignPrincipal => "Somebody of another account is let in",
        ViolationKind::PassRole => "The holder can pass every role",
        ViolationKind::ProtectedData => {
            "The holder reaches the contents of every bucket, table or secret, or of a protected one"
        }
        ViolationKind::KmsDecrypt => "The holder can decrypt with any key",
        ViolationKind::LogTampering => "The holder can switch off or delete audit logs",
        ViolationKind::ObjectTampering => "A sealed object can be written, deleted or laid open",
        ViolationKind::GuardTampering => "What guards the account can be blinded or turned round",
        ViolationKind::Exposure => "The holder can open what a resource holds to others",
        ViolationKind::ServiceWildcard => "Every action of a sensitive service is allowed on everything",
        ViolationKind::ConfusedDeputy => "A service, or another account, could be made to act for a stranger",
        ViolationKind::NotElement => "An Allow says what is not meant: NotAction, NotResource or NotPrincipal",
    }
}

/// What was found in a file, with the lines of the statements.
pub(super) fn results(told: &Told) -> Vec<Result> {
    let name = told.place.as_ref().map(|place| place.name.clone()).filter(|name| !name.is_empty());
    let whole = || {
        let at = told.unreadable.as_ref().and_then(|unreadable| unreadable.at);
        let line = told.place.as_ref().and_then(|place| place.line).or(at.map(|at| at.line));
        let column = told.place.as_ref().and_then(|place| place.column).or(at.map(|at| at.column));
        vec![Location { file: told.file.clone(), line: line.or(Some(1)), column, logical: name.clone() }]
    };
    let answer = &told.answer;
    let mut results: Vec<Result> = answer.findings.iter().map(|finding| result(told, finding)).collect();
    let others = [(UNDETERMINED, Level::Warning, &answer.why), (INVALID, Level::Error, &answer.error)];
    for (rule, level, message) in others {
        results.extend(message.as_ref().map(|message| Result {
            rule: rule.to_owned(),
            level,
            message: message.clone(),
            locations: whole(),
            properties: Map::new(),
        }));
    }
    results
}

fn result(told: &Told, finding: &Finding) -> Result {
    let locations = finding.places.iter().zip(&finding.at).filter_map(|(at, path)| {
        let source = told.sources.get(at.document)?;
        let place = source.statement(at.statement)?;
        let name = source.placed.as_ref().map(|placed| format!("{} / ", placed.name)).unwrap_or_default();
        Some(Location {
            file: told.file.clone(),
            line: Some(place.line),
            column: Some(place.column),
            logical: Some(format!("{name}{path}")),
        })
    });
    let account = finding.assumed_account.as_ref();
    let account =
        account.map(|account| format!(" {account} was taken for the policy's own account.")).unwrap_or_default();
    let message = format!("{}. Request: {}.{account}", finding.detail, request(&finding.witness).join(" "));
    let mut properties = Map::new();
    properties.insert("severity".to_owned(), finding.severity.into());
    properties.insert("witness".to_owned(), json!(finding.witness));
    Result {
        rule: finding.kind.to_owned(),
        level: Level::of_severity(finding.severity),
        message,
        locations: locations.collect(),
        properties,
    }
}
