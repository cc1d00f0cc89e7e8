//! Narrowing, one rule at a time: nothing is left of the violation, nothing is new, and nothing else is lost.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod common;

#[path = "common/confirm.rs"]
mod confirm;

#[path = "common/handmade.rs"]
mod handmade;

#[path = "common/simulator.rs"]
mod process;

use common::{document, judged, policy, rows, zone};
use confirm::{Case, confirm};
use iam_policy::{
    Document, Holding, Judgement, Narrowing, PolicyKind, PolicyKind::Identity, PolicyKind::Trust, Rules, Search,
    ViolationKind, judge, narrow, new_access,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// Of one narrowing, as many removed pieces are put back one by one; of more, some, evenly.
const MOST_PIECES: usize = 40;

/// What could not be compared with what it was: dozens of conditions on dozens of variables.
const NOT_COMPARED: [&str; 3] = [
    "SageMakerStudioAdminIAMDefaultExecutionPolicy",
    "SageMakerStudioProjectUserRolePolicy",
    "SageMakerStudioUserIAMDefaultExecutionPolicy",
];

/// As many requests the simulator is asked about.
const REQUESTS: usize = 1_000;

/// Requests that the simulator does not decide: an action on a resource that it is not about, a pattern for a principal, a variable in
/// a condition on a key that is not there.
const UNCONFIRMED: [&str; 10] = [
    "AWSSSOServiceRolePolicy by privilege-escalation",
    "AwsGlueSessionUserRestrictedNotebookServiceRole by privilege-escalation",
    "AwsGlueSessionUserRestrictedServiceRole by privilege-escalation",
    "a bucket that everyone may write by public-access",
    "a bucket for everyone, with a Deny that misses by public-access",
    "a bucket for everyone but plain requests by public-access",
    "a bucket, all but one action by public-access",
    "a bucket, all but one action by not-element",
    "a secret for a foreign account by foreign-principal",
    "a role for every root by trust-wildcard",
];

/// What is shown, by which rule.
const READ: [(&str, &str); 16] = [
    ("AdministratorAccess", "admin"),
    ("IAMFullAccess", "admin"),
    ("IAMFullAccess", "privilege-escalation"),
    ("PowerUserAccess", "privilege-escalation"),
    ("PowerUserAccess", "not-element"),
    ("AWSLambda_FullAccess", "privilege-escalation"),
    ("AmazonS3FullAccess", "protected-data"),
    ("AmazonS3FullAccess", "service-wildcard"),
    ("AmazonDynamoDBFullAccess", "service-wildcard"),
    ("AWSCloudTrail_FullAccess", "log-tampering"),
    ("ReadOnlyAccess", "protected-data"),
    ("a bucket for us and a foreign role", "foreign-principal"),
    ("a bucket for two services", "confused-deputy"),
    ("a bucket that everyone may write", "public-access"),
    ("a role for the organization and for others", "trust-wildcard"),
    ("a role for us and a foreign role", "foreign-principal"),
];

/// Policies that are judged together.
struct Policies {
    name: String,
    kind: PolicyKind,
    documents: Vec<Document>,
}

fn all() -> Vec<Policies> {
    let managed =
        rows(include_str!("data/managed_policies.jsonl")).chain(rows(include_str!("data/more_managed_policies.jsonl")));
    let mut all: Vec<Policies> = managed
        .map(|row| Policies {
            name: text(&row["name"]),
            kind: Identity,
            documents: vec![document(row["document"].clone())],
        })
        .collect();
    let mut files: BTreeMap<(String, bool), Vec<Document>> = BTreeMap::new();
    for row in rows(include_str!("data/iam_vulnerable.jsonl")) {
        let file = text(&row["id"]).split('#').next().unwrap_or_default().to_owned();
        files.entry((file, row["kind"] == "trust")).or_default().push(document(row["policy"].clone()));
    }
    all.extend(files.into_iter().map(|((name, trusts), documents)| {
        let kind = if trusts { Trust } else { Identity };
        Policies { name, kind, documents }
    }));
    all.extend(handmade::statements().into_iter().map(|(name, kind, statements)| Policies {
        name: name.to_owned(),
        kind,
        documents: vec![policy(statements)],
    }));
    all
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// One narrowing by one rule.
struct Narrowed<'a> {
    of: &'a Policies,
    rule: ViolationKind,
    after: Vec<Option<Document>>,
}

/// By each rule that they violate; the title, where it could not be decided.
fn each(policies: &[Policies]) -> impl Iterator<Item = Result<Narrowed<'_>, String>> {
    policies.iter().flat_map(|of| {
        let documents: Vec<&Document> = of.documents.iter().collect();
        let found = judged(&documents, of.kind, &Rules::all(zone()));
        let rules: BTreeSet<ViolationKind> = found.into_iter().map(|violation| violation.kind).collect();
        let narrowed = move |rule: ViolationKind| {
            let title = format!("{} by {}", of.name, rule.name());
            match narrow(&Holding::of(&documents, of.kind), &Rules::of(zone(), [rule])) {
                Narrowing::Changed(after) => Ok(Narrowed { of, rule, after }),
                Narrowing::Undetermined(_) => Err(title),
                Narrowing::Unchanged => panic!("{title}: nothing is changed"),
            }
        };
        rules.into_iter().map(narrowed)
    })
}

impl Narrowed<'_> {
    fn title(&self) -> String {
        format!("{} by {}", self.of.name, self.rule.name())
    }

    fn before(&self) -> Vec<&Document> {
        self.of.documents.iter().collect()
    }

    fn after(&self) -> Vec<&Document> {
        self.after.iter().flatten().collect()
    }

    /// The pieces of the policies that are not there any more: a document, and a statement of one action on one resource
    /// for one principal.
    fn removed(&self) -> Vec<(usize, Value)> {
        let mut removed = Vec::new();
        for (number, (before, after)) in self.of.documents.iter().zip(&self.after).enumerate() {
            let after = after.as_ref().map(statements).unwrap_or_default();
            for statement in statements(before) {
                let is_kept = after.contains(&statement);
                let pieces = if is_kept { Vec::new() } else { pieces(&statement) };
                removed.extend(pieces.into_iter().filter(|p| !after.iter().any(|s| has(s, p))).map(|p| (number, p)));
            }
        }
        removed
    }

    /// What is left, and these pieces.
    fn with<'p>(&self, pieces: impl Iterator<Item = &'p (usize, Value)>) -> Vec<Document> {
        let mut all: Vec<Vec<Value>> =
            self.after.iter().map(|after| after.as_ref().map(statements).unwrap_or_default()).collect();
        for (number, piece) in pieces {
            all[*number].push(piece.clone());
        }
        let originals = self.of.documents.iter().map(Document::as_value);
        let documents = all.into_iter().zip(originals).map(|(statements, original)| {
            let mut value = original.clone();
            value["Statement"] = Value::Array(statements);
            document(value)
        });
        documents.collect()
    }

    fn violates(&self, documents: &[Document]) -> bool {
        let documents: Vec<&Document> = documents.iter().collect();
        match judge(&Holding::of(&documents, self.of.kind), &Rules::of(zone(), [self.rule])) {
            Judgement::Decided(violations) => !violations.is_empty(),
            Judgement::Undetermined(why) => panic!("{}: {why}", self.title()),
        }
    }
}

fn statements(document: &Document) -> Vec<Value> {
    list(&document.as_value()["Statement"])
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

/// Each entry of the element alone; an element that is missing, or says what not, stays as it is.
fn entries(name: &str, value: &Value) -> Vec<Value> {
    match (name, value.as_object()) {
        ("Principal", Some(kinds)) => {
            let of_kind = |(kind, values): (&String, &Value)| {
                list(values).into_iter().map(|v| json!({kind: v})).collect::<Vec<_>>()
            };
            kinds.iter().flat_map(of_kind).collect()
        }
        ("Action" | "Resource" | "Principal", _) => list(value),
        _ => vec![value.clone()],
    }
}

/// The statement as statements of one entry each, without a Sid.
fn pieces(statement: &Value) -> Vec<Value> {
    let mut pieces = vec![json!({})];
    for (name, value) in statement.as_object().expect("a statement").iter().filter(|(name, _)| *name != "Sid") {
        let entries = entries(name, value);
        let with = |piece: &Value, entry: &Value| {
            let mut piece = piece.clone();
            piece[name] = entry.clone();
            piece
        };
        pieces = pieces.iter().flat_map(|piece| entries.iter().map(move |entry| with(piece, entry))).collect();
    }
    pieces
}

/// Whether the piece is one of those of the statement.
fn has(statement: &Value, piece: &Value) -> bool {
    let piece = piece.as_object().expect("a statement");
    let fields = statement.as_object().expect("a statement");
    fields.keys().filter(|name| *name != "Sid").count() == piece.len()
        && piece.iter().all(|(name, entry)| fields.get(name).is_some_and(|value| entries(name, value).contains(entry)))
}

/// Few policies are too much to compare, and always the same.
#[track_caller]
fn is_excused(undetermined: &BTreeSet<String>) {
    assert!(undetermined.iter().all(|name| NOT_COMPARED.contains(&name.as_str())), "{undetermined:#?}");
}

/// As many of them, evenly.
fn some<T>(all: &[T], most: usize) -> impl Iterator<Item = &T> {
    (0..all.len().min(most)).filter_map(move |i| all.get(i * all.len() / all.len().min(most)))
}

#[test]
fn nothing_is_left_of_the_violation_and_nothing_is_new() {
    let started = Instant::now();
    let all = all();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut wrong, mut undetermined) = (Vec::new(), BTreeSet::new());
    let mut slowest = (Duration::ZERO, String::new());
    let mut given_up = Vec::new();
    for narrowed in each(&all) {
        let narrowed = match narrowed {
            Ok(narrowed) => narrowed,
            Err(title) => {
                given_up.push(title);
                continue;
            }
        };
        let began = Instant::now();
        *counts.entry(narrowed.rule.name()).or_default() += 1;
        let left: Vec<Document> = narrowed.after().into_iter().cloned().collect();
        if narrowed.violates(&left) {
            wrong.push(format!("{}: still violated by {:?}", narrowed.title(), left));
        }
        match new_access(&narrowed.before(), &narrowed.after(), narrowed.of.kind) {
            Search::None => {}
            Search::Found(witness) => wrong.push(format!("{}: allows {witness:?}", narrowed.title())),
            Search::Undetermined(_) => undetermined.extend([narrowed.of.name.clone()]),
        }
        slowest = slowest.max((began.elapsed(), narrowed.title()));
    }
    assert_eq!(given_up, Vec::<String>::new());
    println!("{counts:?} in {:.1?}, the slowest {slowest:?}; undetermined: {undetermined:#?}", started.elapsed());
    assert_eq!(wrong, Vec::<String>::new());
    is_excused(&undetermined);
}

#[test]
fn no_removed_piece_could_have_been_kept_and_nothing_else_is_lost() {
    let started = Instant::now();
    let all = all();
    let (mut wrong, mut undetermined) = (Vec::new(), BTreeSet::new());
    let (mut total, mut asked) = (0, 0);
    for narrowed in each(&all).flatten() {
        let removed = narrowed.removed();
        if removed.is_empty() {
            wrong.push(format!("{}: nothing is removed", narrowed.title()));
        }
        total += removed.len();
        for piece in some(&removed, MOST_PIECES) {
            asked += 1;
            if !narrowed.violates(&narrowed.with([piece].into_iter())) {
                wrong.push(format!("{}: could be kept: {}", narrowed.title(), piece.1));
            }
        }
        let with_all = narrowed.with(removed.iter());
        match new_access(&with_all.iter().collect::<Vec<_>>(), &narrowed.before(), narrowed.of.kind) {
            Search::None => {}
            Search::Found(witness) => wrong.push(format!("{}: loses {witness:?}", narrowed.title())),
            Search::Undetermined(_) => undetermined.extend([narrowed.of.name.clone()]),
        }
    }
    println!("{asked} of {total} pieces in {:.1?}; undetermined: {undetermined:#?}", started.elapsed());
    assert_eq!(wrong, Vec::<String>::new());
    is_excused(&undetermined);
}

/// Narrowing what is narrowed changes nothing.
#[test]
fn narrowing_is_a_projection() {
    for narrowed in each(&all()).flatten() {
        let again = narrow(&Holding::of(&narrowed.after(), narrowed.of.kind), &Rules::of(zone(), [narrowed.rule]));
        assert_eq!(again, Narrowing::Unchanged, "{}", narrowed.title());
    }
}

/// Requests that are lost are allowed before and not after, by the simulator too.
#[test]
fn what_is_lost_is_lost_for_the_simulator() {
    let policies = all();
    let every: Vec<Narrowed<'_>> = each(&policies).flatten().collect();
    let nothing = policy(json!([]));
    let mut cases = Vec::new();
    // Without every action of a service, those that do not exist yet are lost, and the simulator knows none of them.
    let others: Vec<&Narrowed<'_>> = every.iter().filter(|n| n.rule != ViolationKind::ServiceWildcard).collect();
    for narrowed in some(&others, REQUESTS) {
        let Search::Found(witness) = new_access(&narrowed.after(), &narrowed.before(), narrowed.of.kind) else {
            assert!(NOT_COMPARED.contains(&narrowed.of.name.as_str()), "{}: nothing is lost", narrowed.title());
            continue;
        };
        let left = narrowed.after();
        let left = if left.is_empty() { vec![&nothing] } else { left };
        let case =
            |what, documents: &[&Document]| Case::of(what, &narrowed.title(), narrowed.of.kind, documents, &witness);
        cases.push(case("allowed before", &narrowed.before()));
        cases.push(Case { allowed: false, ..case("not allowed after", &left) });
    }
    let total = cases.len();
    let Some(open) = confirm(cases) else { return };
    for (case, verdict) in &open {
        println!("{} {}: {verdict:?}: {:?}", case.what, case.name, case.row.request());
    }
    println!("{} of {total} not confirmed", open.len());
    let others: BTreeSet<&str> = open.iter().map(|(case, _)| case.name.as_str()).collect();
    assert!(others.iter().all(|name| UNCONFIRMED.contains(name)), "{others:#?}");
}

/// What narrowing does to well-known policies, to be read: the entries of changed statements that are gone and new.
#[test]
fn some_to_read() {
    let all = all();
    let every: Vec<Narrowed<'_>> = each(&all).flatten().collect();
    let shown = READ.map(|(name, rule)| {
        let narrowed = every.iter().find(|n| n.of.name == name && n.rule.name() == rule).expect("a narrowing");
        let [before, after] = [narrowed.before(), narrowed.after()]
            .map(|documents| documents.into_iter().flat_map(statements).collect::<Vec<Value>>());
        let changed = before.iter().filter(|statement| !after.contains(statement)).collect::<Vec<_>>();
        let new = after.iter().filter(|statement| !before.contains(statement)).collect::<Vec<_>>();
        let lines: Vec<String> = match new.is_empty() {
            true => changed.iter().map(|statement| format!("- {statement}\n")).collect(),
            false => {
                ["Principal", "NotAction", "Action", "Resource"].into_iter().map(|n| lines(n, &changed, &new)).collect()
            }
        };
        format!("{}\n{}", narrowed.title(), lines.concat())
    });
    insta::assert_snapshot!(shown.join("\n"));
}

/// A line of the entries of an element that are gone, and one of those that are new.
fn lines(name: &str, before: &[&Value], after: &[&Value]) -> String {
    let all = |statements: &[&Value]| {
        let values = statements.iter().filter_map(|statement| statement.get(name));
        values.flat_map(|value| entries(name, value)).map(|entry| entry.to_string()).collect::<Vec<String>>()
    };
    let (before, after) = (all(before), all(after));
    let line = |sign: char, these: &[String], those: &[String]| {
        let only: Vec<&str> = these.iter().filter(|entry| !those.contains(entry)).map(String::as_str).collect();
        if only.is_empty() { String::new() } else { format!("{sign} {name}: {}\n", only.join(", ")) }
    };
    line('-', &before, &after) + &line('+', &after, &before)
}

/// What is put back is asked for its own actions, however much is kept beside it: else this took too long.
#[test]
fn an_exception_goes_where_every_action_stays() {
    let deny = json!({"Effect": "Deny", "Action": "*", "NotResource": ["arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::*"]});
    let exception = json!({"Effect": "Allow", "Action": "s3:Get*", "NotResource": "arn:aws:iam::*:role/*"});
    let kept = json!({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:iam::*:mfa/app-*"});
    let policy_of_all = policy(json!([deny, exception, kept]));
    let narrowed = narrow(&Holding::of(&[&policy_of_all], Identity), &Rules::all(zone()));
    assert_eq!(narrowed, Narrowing::Changed(vec![Some(policy(json!([deny, kept])))]));
}

/// What is settled stays as it is: judged with the rest, or accepted.
mod beside {
    use super::*;
    use iam_policy::{Settled, StatementAt, narrow_beside};

    fn pass_role() -> Value {
        json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"})
    }

    fn run() -> Value {
        json!({"Effect": "Allow", "Action": ["lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"})
    }

    fn narrowed(statements: Value, settled: &[usize], are: Settled, rule: ViolationKind) -> Narrowing {
        let policy = policy(statements);
        let settled = settled.iter().map(|&statement| StatementAt { document: 0, statement }).collect();
        narrow_beside(&Holding::of(&[&policy], Identity), &Rules::of(zone(), [rule]), &settled, are)
    }

    fn changed(statements: Value) -> Narrowing {
        Narrowing::Changed(vec![Some(policy(statements))])
    }

    #[test]
    fn what_is_settled_takes_part_and_stays() {
        let second = json!({"Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": "*"});
        let by = ViolationKind::PrivilegeEscalation;
        assert_eq!(
            narrowed(json!([pass_role(), run()]), &[0], Settled::Judged, by),
            changed(json!([pass_role(), second]))
        );
        assert_eq!(narrowed(json!([pass_role(), run()]), &[1], Settled::Judged, by), changed(json!([run()])));
        assert_eq!(narrowed(json!([pass_role(), run()]), &[0], Settled::Accepted, by), Narrowing::Unchanged);
    }

    #[test]
    fn what_is_accepted_is_not_asked() {
        let by = ViolationKind::PassRole;
        let two = || json!([pass_role(), {"Effect": "Allow", "Action": ["iam:PassRole", "sqs:SendMessage"], "Resource": "*"}]);
        let less = json!([pass_role(), {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": "*"}]);
        assert_eq!(narrowed(two(), &[0], Settled::Accepted, by), changed(less));
        assert!(matches!(narrowed(two(), &[0], Settled::Judged, by), Narrowing::Undetermined(_)));
        assert_eq!(narrowed(two(), &[0, 1], Settled::Accepted, by), Narrowing::Unchanged);
    }
}
