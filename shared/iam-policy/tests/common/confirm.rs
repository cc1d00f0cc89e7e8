//! Confirming with the simulator that requests are allowed or not. Needs `mod process` beside it.
#![allow(dead_code, reason = "each test binary uses some of it")]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use crate::common::ACCOUNT;
use crate::process::{SimRow, Verdict, simulate};
use iam_policy::{Decision, Document, PolicyKind, PolicyKind::Identity, Witness};
use serde_json::json;
use std::collections::BTreeMap;

/// Not the account of anybody who asks: so a resource's policy alone decides, and not what its account allows.
const ELSEWHERE: &str = "600000000006";

/// One witness and what should be said of it.
pub(crate) struct Case {
    /// The kind of the finding.
    pub(crate) what: &'static str,
    /// Whose policy it is.
    pub(crate) name: String,
    pub(crate) row: SimRow,
    /// Whether it should be allowed.
    pub(crate) allowed: bool,
}

impl Case {
    pub(crate) fn of(
        what: &'static str,
        name: &str,
        kind: PolicyKind,
        documents: &[&Document],
        witness: &Witness,
    ) -> Self {
        let account = if kind == Identity { witness.principal.split(':').nth(4).unwrap_or(ACCOUNT) } else { ELSEWHERE };
        let mut row = SimRow::of(kind, documents[0], witness, account);
        if kind == Identity {
            row.identity = documents.iter().map(|d| d.as_value().clone()).collect();
        }
        Self { what, name: name.to_owned(), row, allowed: true }
    }

    fn is_confirmed(&self, verdict: &Verdict) -> bool {
        matches!(verdict, Verdict::Decided(decision) if (*decision == Decision::Allow) == self.allowed)
    }
}

/// Other words for a row that the simulator does not confirm.
struct Mend {
    name: &'static str,
    /// Leaves a row that is something else as it is. The text is why the row was refused, if it was.
    mend: fn(&mut SimRow, &str),
}

/// An action of each sensitive service that is about no resource.
const OF_NO_RESOURCE: [&str; 16] = [
    "bedrock:ListFoundationModels",
    "cloudtrail:ListTrails",
    "config:DescribeConfigurationRecorders",
    "dynamodb:ListTables",
    "ec2:DescribeInstances",
    "guardduty:ListDetectors",
    "iam:ListUsers",
    "kms:ListKeys",
    "lambda:ListFunctions",
    "organizations:ListAccounts",
    "s3:ListAllMyBuckets",
    "sagemaker:ListModels",
    "secretsmanager:ListSecrets",
    "ssm:DescribeParameters",
    "sso:ListInstances",
    "sts:GetCallerIdentity",
];

/// Keys that the simulator does not know, and others of the same type that it does: for an ARN, a tag, a text.
const RENAMED: [(&str, &str); 7] = [
    ("secretsmanager:ResourceTag/", "aws:ResourceTag/"),
    ("token.actions.githubusercontent.com:sub", "token.actions.githubusercontent.com:repository"),
    ("app.terraform.io:sub", "token.actions.githubusercontent.com:repository"),
    ("app.terraform.io:aud", "token.actions.githubusercontent.com:actor"),
    ("token.actions.githubusercontent.com:aud", "token.actions.githubusercontent.com:actor"),
    ("s3:DataAccessPointArn", "aws:SourceArn"),
    ("kms:EncryptionContext:aws:scheduler:schedule:arn", "kms:RequestAlias"),
];

const MENDS: [Mend; 5] = [
    // Every action of the service is allowed, so one that exists is.
    Mend {
        name: "an action that does not exist yet",
        mend: |row, _| {
            let service = row.action.strip_suffix("AnyFutureAction").unwrap_or_default().to_owned();
            let other = OF_NO_RESOURCE.iter().find(|action| !service.is_empty() && action.starts_with(&service));
            if let Some(other) = other {
                row.action = (*other).to_owned();
            }
        },
    },
    // "No AWS principal, including the account root user or key creator, has any permissions to a KMS key unless they
    // are explicitly allowed [..] in a key policy" (Key policies in AWS KMS): the default one leaves it to IAM.
    Mend {
        name: "a KMS key without a policy",
        mend: |row, _| {
            if row.action.starts_with("kms:") && row.resource != "*" && row.resource_policy.is_none() {
                let root = json!({"AWS": format!("arn:aws:iam::{}:root", row.account)});
                let allow = json!({"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"});
                row.resource_policy = Some(json!({"Version": "2012-10-17", "Statement": allow}));
            }
        },
    },
    Mend {
        name: "a key that the simulator does not know",
        mend: |row, _| {
            for (known, other) in RENAMED {
                if !row.context.keys().any(|key| key.starts_with(known)) {
                    continue;
                }
                row.context = row.context.iter().map(|(key, v)| (key.replace(known, other), v.clone())).collect();
                for document in row.identity.iter_mut().chain(&mut row.resource_policy) {
                    *document = serde_json::from_str(&document.to_string().replace(known, other)).expect("a policy");
                }
            }
        },
    },
    // It shifts by 32 bits, which is by none: `0.0.0.0/0` is one address.
    Mend {
        name: "the range of all IPv4 addresses",
        mend: |row, _| {
            const ALL: &str = r#""0.0.0.0/0""#;
            const HALVES: &str = r#""0.0.0.0/1","128.0.0.0/1""#;
            for document in row.identity.iter_mut().chain(&mut row.resource_policy) {
                let text =
                    document.to_string().replace(&format!(":{ALL}"), &format!(":[{HALVES}]")).replace(ALL, HALVES);
                *document = serde_json::from_str(&text).expect("a policy");
            }
        },
    },
    // Keys that some statement asks for are in every witness; this one has to be allowed without, too.
    Mend {
        name: "a key that requests for the action do not carry",
        mend: |row, why| {
            let Some(keys) = why.strip_prefix("the action has no context key ") else { return };
            for key in keys.trim_end_matches('"').split(", ") {
                row.context.remove(key);
            }
        },
    },
];

/// The cases that are not confirmed, those of [`MENDS`] in other words; `None` if there is no simulator. Prints counts.
pub(crate) fn confirm(cases: Vec<Case>) -> Option<Vec<(Case, Verdict)>> {
    let rows: Vec<SimRow> = cases.iter().map(|case| case.row.clone()).collect();
    let verdicts = simulate(&rows)?;
    // Of each kind: all, as it is, in other words.
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut mended: BTreeMap<&str, usize> = BTreeMap::new();
    let mut open: Vec<(Case, Verdict)> = Vec::new();
    for (case, verdict) in cases.into_iter().zip(verdicts) {
        let count = counts.entry(case.what).or_default();
        count[0] += 1;
        if case.is_confirmed(&verdict) { count[1] += 1 } else { open.push((case, verdict)) }
    }
    for mend in &MENDS {
        let (mut met, mut left) = (Vec::new(), Vec::new());
        for (mut case, verdict) in open {
            let before = case.row.clone();
            (mend.mend)(&mut case.row, if let Verdict::Refused(why) = &verdict { why } else { "" });
            if case.row == before { left.push((case, verdict)) } else { met.push(case) }
        }
        let rows: Vec<SimRow> = met.iter().map(|case| case.row.clone()).collect();
        for (case, verdict) in met.into_iter().zip(simulate(&rows)?) {
            if case.is_confirmed(&verdict) {
                counts.entry(case.what).or_default()[2] += 1;
                *mended.entry(mend.name).or_default() += 1;
            } else {
                left.push((case, verdict));
            }
        }
        open = left;
    }
    for (what, [all, as_is, other]) in &counts {
        println!("{what}: of {all}, {as_is} confirmed and {other} in other words");
    }
    println!("other words: {mended:#?}");
    Some(open)
}
