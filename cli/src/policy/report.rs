//! An answer, as JSON.

use std::collections::BTreeMap;
use std::fmt;

use iam_policy::{ParseError, StatementAt, Witness};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Exit;

/// What is said of a policy that was narrowed to nothing: AWS takes none without a statement.
pub(super) const NOTHING_LEFT: &str = "no statement is left";

/// What is said of one row or file.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// Of a row: as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<Box<RawValue>>,
    /// Of a row that cannot be read: where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    /// Of a policy that stands in something else: where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<Place>,
    #[serde(flatten)]
    pub(super) answer: Answer,
    pub(super) micros: u64,
}

/// Where a policy stands in its file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Place {
    /// What the file is, as `--input-format` calls it.
    pub(super) format: &'static str,
    /// What the policy is called there.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) name: String,
    /// From 1, as is the column, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) column: Option<usize>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) path: String,
    /// The policies of a principal, in the order in which findings count them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) policies: Vec<Place>,
    /// What is not known before it is deployed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) unresolved: Vec<Unresolved>,
    /// What the principal has besides, and the file does not say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) missing: Vec<String>,
}

/// A part of a policy that is not known before it is deployed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Unresolved {
    /// Where in the policy, as a JSON path.
    pub(super) at: String,
    pub(super) what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<usize>,
}

/// What was found.
#[derive(Debug, Default, Serialize)]
pub(super) struct Answer {
    pub(super) verdict: Verdict,
    pub(super) findings: Vec<Finding>,
    /// The nearest policies without any of the findings.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(super) narrowed: Option<Narrowing>,
    /// Why it could not be decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<String>,
    /// That there was nothing to judge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
    /// Why it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    #[default]
    Pass,
    Fail,
    Undetermined,
    Invalid,
}

#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub(super) kind: &'static str,
    pub(super) severity: &'static str,
    /// Counted through all policies.
    pub(super) statements: Vec<usize>,
    /// The same as JSON paths.
    pub(super) at: Vec<String>,
    /// One sentence.
    pub(super) detail: String,
    pub(super) witness: Witness,
    /// The account that the policy was taken to be of, where nobody said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) assumed_account: Option<String>,
    /// The role that the witness turns on, where the roles are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<Stronger>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(super) narrowed: Option<Narrowing>,
    /// Where the statements begin in the file, if the policy stands in something else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) lines: Vec<usize>,
    #[serde(skip)]
    pub(super) places: Vec<StatementAt>,
    /// What the witness needs: a way to more permissions can take several.
    #[serde(skip)]
    pub(super) actions: Vec<String>,
}

/// A role that has more than the holder.
#[derive(Debug, Serialize)]
pub(super) struct Stronger {
    pub(super) arn: String,
    /// A request that it may make, and the holder may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) does: Option<Witness>,
    /// Why it may have more, where no such request is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<String>,
}

/// The nearest policies without a finding, or without all of them, and what makes them that.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Narrowing {
    pub(super) narrowed: Narrowed,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) taken: Vec<Piece>,
    /// What they still violate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) left: Vec<Left>,
    /// Why they could not be found, or that no statement is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<String>,
}

/// Policies that are narrower.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Narrowed {
    One(Value),
    Many(Vec<Value>),
    /// They could not be found.
    #[default]
    Unknown,
}

/// A piece of a policy that was taken, or confined.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Piece {
    /// The element that it is an entry of, as a JSON path.
    pub(super) at: String,
    pub(super) piece: String,
    /// The entries of other elements with which it was taken; with all, if there are none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) with: BTreeMap<&'static str, String>,
    pub(super) how: &'static str,
    /// The condition that was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) condition: Option<BTreeMap<String, Vec<String>>>,
    /// The resources that were left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) resources: Vec<String>,
    /// The resources that a Deny spares.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) but_on: Vec<String>,
    pub(super) closes: Vec<Closed>,
}

/// A way to too much that is no more.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Closed {
    pub(super) kind: &'static str,
    /// The actions that it took together; none where it is not the holder who reached too much.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) actions: Vec<String>,
}

/// A kind of findings that is left.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Left {
    pub(super) kind: &'static str,
    pub(super) why: &'static str,
}

impl Answer {
    pub(super) fn invalid(error: impl fmt::Display) -> Self {
        Self { verdict: Verdict::Invalid, error: Some(error.to_string()), ..Self::default() }
    }

    pub(super) fn undetermined(why: String) -> Self {
        Self { verdict: Verdict::Undetermined, why: Some(why), ..Self::default() }
    }

    pub(super) fn of(findings: Vec<Finding>, narrowed: Option<Narrowing>) -> Self {
        let verdict = if findings.is_empty() { Verdict::Pass } else { Verdict::Fail };
        Self { verdict, findings, narrowed, ..Self::default() }
    }

    pub(super) fn exit(&self) -> Exit {
        match self.verdict {
            Verdict::Pass => Exit::Clean,
            Verdict::Fail | Verdict::Undetermined => Exit::Findings,
            Verdict::Invalid => Exit::BadInput,
        }
    }
}

/// Why something was refused: where, what was found, what is allowed there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) path: String,
    pub(super) found: String,
    pub(super) allowed: String,
}

impl Refusal {
    pub(super) fn new(path: impl Into<String>, found: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self { path: path.into(), found: found.into(), allowed: allowed.into() }
    }

    /// An error of a policy that stands at `path`.
    pub(super) fn at(path: &str, error: &ParseError) -> Self {
        let path = [path, error.path()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
        Self::new(path, error.found(), error.allowed())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "document" } else { &self.path };
        write!(f, "{path}: {}, expected {}", self.found, self.allowed)
    }
}
