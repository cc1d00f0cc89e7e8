//! Asks about policies that were read.

use std::collections::BTreeMap;

use iam_policy::{
    Decision, Document, Holding, How, Judgement, More, PolicyKind, Proposal, Rules, Search, StatementAt, Taken, Terms,
    Violation, ViolationKind, Witness, decide, judge, new_access, propose,
};
use serde_json::{Value, json};

use super::kind::PolicyType;
use super::options::Settings;
use super::report::{Answer, Closed, Finding, Left, NOTHING_LEFT, Narrowed, Narrowing, Piece, Refusal, Stronger};

/// Policies that stand together.
#[derive(Debug)]
pub(super) struct Policies {
    pub(super) documents: Vec<Document>,
    /// The name of the list that they stood in; `None` for one that stood alone.
    pub(super) list: Option<&'static str>,
}

impl Policies {
    pub(super) fn one(document: Document) -> Self {
        Self { documents: vec![document], list: None }
    }

    fn all(&self) -> Vec<&Document> {
        self.documents.iter().collect()
    }

    /// The number of a statement, counted through all documents.
    fn number(&self, at: StatementAt) -> usize {
        self.documents.iter().take(at.document).map(|d| d.statements().len()).sum::<usize>() + at.statement
    }

    /// Its JSON path.
    fn path(&self, at: StatementAt) -> String {
        let statement = self.documents.get(at.document).map(|d| statement_path(d, at.statement)).unwrap_or_default();
        match self.list {
            Some(list) => format!("{list}[{}].{statement}", at.document),
            None => statement,
        }
    }
}

/// The JSON path of a statement in its document.
pub(super) fn statement_path(document: &Document, index: usize) -> String {
    match document.as_value().get("Statement") {
        Some(Value::Array(_)) => format!("Statement[{index}]"),
        _ => "Statement".to_owned(),
    }
}

/// What to find out.
#[derive(Debug)]
pub(super) enum Question {
    Check { policies: Policies, kind: PolicyType, limits: Vec<Document>, settings: Settings },
    NewAccess { existing: Policies, new: Policies, kind: PolicyType },
}

impl Question {
    /// What policies violate; of what type they are, if nobody said, they look.
    pub(super) fn check(policies: Policies, limits: Vec<Document>, settings: Settings) -> Result<Self, Refusal> {
        let inferred = || PolicyType::inferred(policies.documents.iter().flat_map(Document::statements));
        let kind = settings.kind.unwrap_or_else(inferred);
        Ok(Self::Check { policies, kind, limits, settings })
    }

    /// What new policies allow and others do not.
    pub(super) fn new_access(existing: Policies, new: Policies, kind: Option<PolicyType>) -> Self {
        let both = || existing.documents.iter().chain(&new.documents).flat_map(Document::statements);
        let kind = kind.unwrap_or_else(|| PolicyType::inferred(both()));
        Self::NewAccess { existing, new, kind }
    }

    pub(super) fn answer(&self) -> Answer {
        match self {
            Self::Check { kind, .. } if !kind.grants() => Answer::default(),
            Self::Check { policies, kind, limits, settings } => check(policies, *kind, limits, settings),
            Self::NewAccess { existing, new, kind } => more(existing, new, kind.policy_kind()),
        }
    }
}

fn check(policies: &Policies, kind: PolicyType, limits: &[Document], settings: &Settings) -> Answer {
    let documents = policies.all();
    let limits: Vec<&Document> = limits.iter().collect();
    let holding = Holding { documents: &documents, kind: kind.policy_kind(), limits: &limits };
    let rules = settings.rules();
    let violations = match judge(&holding, &rules) {
        Judgement::Decided(violations) => violations,
        Judgement::Undetermined(why) => return Answer::undetermined(why),
    };
    let terms = Terms { most_bytes: kind.most_bytes(), ..Terms::for_person() };
    let mut narrowed: BTreeMap<ViolationKind, Narrowing> = BTreeMap::new();
    for violation in violations.iter().filter(|_| !settings.is_filled) {
        let only = || Rules { kinds: [violation.kind].into(), ..rules.clone() };
        narrowed.entry(violation.kind).or_insert_with(|| without(policies, &holding, &only(), &terms));
    }
    let all = match narrowed.len() {
        0 => None,
        1 => narrowed.values().next().cloned(),
        _ => Some(without(policies, &holding, &rules, &terms)),
    };
    let findings = violations.into_iter().map(|violation| {
        let narrowed = narrowed.get(&violation.kind).cloned();
        finding(policies, violation, narrowed.or((!settings.is_filled).then(Narrowing::default)))
    });
    Answer::of(findings.collect(), all)
}

fn finding(policies: &Policies, violation: Violation, narrowed: Option<Narrowing>) -> Finding {
    Finding {
        kind: violation.kind.name(),
        severity: violation.severity().name(),
        statements: violation.statements.iter().map(|at| policies.number(*at)).collect(),
        at: violation.statements.iter().map(|at| policies.path(*at)).collect(),
        detail: violation.to_string(),
        actions: violation.actions().into_iter().map(str::to_owned).collect(),
        witness: violation.witness,
        assumed_account: violation.assumed_account,
        role: violation.role.map(stronger),
        narrowed,
        lines: Vec::new(),
        places: violation.statements,
    }
}

fn stronger(role: iam_policy::Stronger) -> Stronger {
    let (does, why) = match role.more {
        More::Does(witness) => (Some(*witness), None),
        More::Unknown(why) => (None, Some(why)),
        More::Given => (None, Some("the holder can give it more".to_owned())),
    };
    Stronger { arn: role.arn, does, why }
}

/// The nearest policies that keep the rules, and what was taken for that; or why they could not be found.
fn without(policies: &Policies, holding: &Holding<'_>, rules: &Rules, terms: &Terms<'_>) -> Narrowing {
    let left = |left: Vec<iam_policy::Left>| -> Vec<Left> {
        left.into_iter().map(|left| Left { kind: left.kind.name(), why: left.why }).collect()
    };
    let proposed = match propose(holding, rules, terms) {
        Proposal::Changed(proposed) => proposed,
        Proposal::Unchanged(kinds) => {
            let first = kinds.first().map_or("nothing less would do", |left| left.why).to_owned();
            return Narrowing { why: Some(first), left: left(kinds), ..Narrowing::default() };
        }
        Proposal::Undetermined(why) => return Narrowing { why: Some(why), ..Narrowing::default() },
    };
    let emptied_of: Vec<usize> = (0..).zip(&proposed.documents).filter(|(_, d)| d.is_none()).map(|(n, _)| n).collect();
    let pairs = policies.documents.iter().zip(proposed.documents);
    let values = pairs.map(|(before, after)| after.map_or_else(|| emptied(before), |after| after.as_value().clone()));
    let mut values: Vec<Value> = values.collect();
    let narrowed = match (policies.list, values.pop()) {
        (None, Some(only)) => Narrowed::One(only),
        (_, last) => Narrowed::Many(values.into_iter().chain(last).collect()),
    };
    let taken = proposed.taken.iter().map(|taken| piece(policies, taken)).collect();
    Narrowing { narrowed, taken, left: left(proposed.left), why: nothing_left(&emptied_of, policies) }
}

/// What to say of policies of which nothing is left.
fn nothing_left(emptied: &[usize], policies: &Policies) -> Option<String> {
    let of = |number: &usize| format!("of policy {number}");
    match (emptied, policies.list) {
        ([], _) => None,
        (_, None) => Some(NOTHING_LEFT.to_owned()),
        (some, _) => Some(format!("{NOTHING_LEFT} {}", some.iter().map(of).collect::<Vec<_>>().join(", "))),
    }
}

/// A piece that was taken, by its JSON path.
fn piece(policies: &Policies, taken: &Taken) -> Piece {
    let (how, condition, resources, but_on): (_, _, &[String], &[String]) = match &taken.how {
        How::Removed => ("removed", None, &[], &[]),
        How::Useless => ("useless", None, &[], &[]),
        How::Excepted => ("excepted", None, &[], &[]),
        How::WrittenOut => ("written-out", None, &[], &[]),
        How::Denied(spared) => ("denied", None, &[], spared),
        How::Confined(condition) => ("confined", Some(condition), &[], &[]),
        How::ExceptOn(resources) => ("except-on", None, resources, &[]),
    };
    Piece {
        at: format!("{}.{}", policies.path(taken.at), taken.element.name()),
        piece: taken.piece.clone(),
        with: taken.with.iter().map(|(element, entry)| (element.name(), entry.clone())).collect(),
        how,
        condition: condition.map(|c| [(c.key.clone(), c.values.clone())].into()),
        resources: resources.to_vec(),
        but_on: but_on.to_vec(),
        closes: taken.closes.iter().map(|w| Closed { kind: w.kind.name(), actions: w.actions.clone() }).collect(),
    }
}

/// A policy without statements.
fn emptied(document: &Document) -> Value {
    let mut value = document.as_value().clone();
    if let Some(statements) = value.get_mut("Statement") {
        *statements = json!([]);
    }
    value
}

fn more(existing: &Policies, new: &Policies, kind: PolicyKind) -> Answer {
    match new_access(&existing.all(), &new.all(), kind) {
        Search::None => Answer::default(),
        Search::Undetermined(why) => Answer::undetermined(why),
        Search::Found(witness) => {
            let places = granting(new, kind, &witness);
            Answer::of(
                vec![Finding {
                    kind: "new-access",
                    severity: "high",
                    statements: places.iter().map(|at| new.number(*at)).collect(),
                    at: places.iter().map(|at| new.path(*at)).collect(),
                    actions: vec![witness.action.clone()],
                    detail: format!("the new policy allows `{}`, and the existing one does not", asked(&witness)),
                    witness: *witness,
                    assumed_account: None,
                    role: None,
                    narrowed: None,
                    lines: Vec::new(),
                    places,
                }],
                None,
            )
        }
    }
}

fn asked(witness: &Witness) -> String {
    match witness.resource.as_str() {
        "" | "*" => witness.action.clone(),
        resource => format!("{}` on `{resource}", witness.action),
    }
}

/// The statements that allow a request.
fn granting(policies: &Policies, kind: PolicyKind, witness: &Witness) -> Vec<StatementAt> {
    let mut places = Vec::new();
    for (document, d) in policies.documents.iter().enumerate() {
        for statement in 0..d.statements().len() {
            let alone = alone(d, statement);
            if alone.is_some_and(|alone| decide(&alone, kind, witness) == Decision::Allow) {
                places.push(StatementAt { document, statement });
            }
        }
    }
    places
}

/// The document with one of its statements only.
fn alone(document: &Document, index: usize) -> Option<Document> {
    document.without_statements(&(0..document.statements().len()).filter(|i| *i != index).collect())
}
