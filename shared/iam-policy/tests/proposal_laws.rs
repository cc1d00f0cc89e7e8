//! What holds for whatever is proposed to a person, on all corpora: nothing is new, nothing is left of what it was narrowed
//! for, nothing else is lost, each piece that was taken had to be, and a second proposal changes nothing.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod common;

#[path = "common/handmade.rs"]
mod handmade;

use common::{document, judged, policy, rows, zone};
use iam_policy::{
    Document, Element, Holding, How, Narrowed, PolicyKind, Proposal, Rules, Search, Taken, Terms, ViolationKind,
    new_access, propose,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What takes more than may be spent on it: dozens of statements with conditions on variables, and hundreds of ways.
const NOT_NARROWED: [&str; 3] = [
    "AmazonSageMakerServiceCatalogProductsLambdaServiceRolePolicy",
    "SageMakerStudioAdminIAMDefaultExecutionPolicy",
    "SageMakerStudioUserIAMDefaultExecutionPolicy",
];

/// Of one proposal, as many pieces are put back one by one.
const MOST_PIECES: usize = 12;

struct Policy {
    name: String,
    kind: PolicyKind,
    document: Document,
}

fn all() -> Vec<Policy> {
    let managed =
        rows(include_str!("data/managed_policies.jsonl")).chain(rows(include_str!("data/more_managed_policies.jsonl")));
    let managed = managed.map(|row| Policy {
        name: row["name"].as_str().expect("a name").to_owned(),
        kind: PolicyKind::Identity,
        document: document(row["document"].clone()),
    });
    let labelled = rows(include_str!("data/iam_vulnerable.jsonl")).map(|row| Policy {
        name: row["id"].as_str().expect("an id").to_owned(),
        kind: if row["kind"] == "trust" { PolicyKind::Trust } else { PolicyKind::Identity },
        document: document(row["policy"].clone()),
    });
    let handmade = handmade::statements().into_iter().map(|(name, kind, statements)| Policy {
        name: name.to_owned(),
        kind,
        document: policy(statements),
    });
    managed.chain(labelled).chain(handmade).collect()
}

fn kinds(documents: &[&Document], kind: PolicyKind, rules: &Rules) -> BTreeSet<ViolationKind> {
    judged(documents, kind, rules).into_iter().map(|violation| violation.kind).collect()
}

fn statements(document: &Document) -> Vec<Value> {
    let value = &document.as_value()["Statement"];
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

/// The statement in which only this entry of the element is left.
fn only(mut statement: Value, element: Element, entry: &str) -> Value {
    let fields = statement.as_object_mut().expect("a statement");
    fields.shift_remove("Sid");
    match element {
        _ if entry == "NotAction" || entry == "NotPrincipal" => {}
        Element::Action => {
            fields.shift_remove("NotAction");
            fields.insert("Action".to_owned(), json!(entry));
        }
        Element::Resource => {
            fields.insert("Resource".to_owned(), json!(entry));
        }
        Element::Principal => {
            if let Some(types) = fields["Principal"].as_object() {
                let has =
                    |values: &Value| values == entry || values.as_array().is_some_and(|l| l.contains(&json!(entry)));
                let kind = types.iter().find(|(_, values)| has(values)).map(|(kind, _)| kind.clone());
                fields.insert("Principal".to_owned(), json!({kind.expect("the entry"): entry}));
            }
        }
        Element::Condition => {
            for tests in fields["Condition"].as_object_mut().expect("conditions").values_mut() {
                for values in tests.as_object_mut().expect("tests").values_mut() {
                    if values.as_array().is_some_and(|list| list.contains(&json!(entry))) {
                        *values = json!(entry);
                    }
                }
            }
        }
    }
    statement
}

/// What is left, with a piece that was taken.
fn with(before: &Document, after: &[Value], taken: &Taken) -> Vec<Value> {
    let mut all = after.to_vec();
    if matches!(taken.how, How::Denied(_)) {
        let piece = json!(taken.piece);
        let names = |statement: &Value| {
            statement["Effect"] == "Deny" && statement["Action"].as_array().is_some_and(|list| list.contains(&piece))
        };
        if let Some(index) = all.iter().rposition(names) {
            let left: Vec<Value> = all[index]["Action"].as_array().into_iter().flatten().cloned().collect();
            let left: Vec<Value> = left.into_iter().filter(|action| *action != taken.piece).collect();
            all[index]["Action"] = left.into();
            if all[index]["Action"] == json!([]) {
                all.remove(index);
            }
        }
        // An entry that says just that is gone, too.
        let original = statements(before)[taken.at.statement].clone();
        if original["Action"] == taken.piece
            || original["Action"].as_array().is_some_and(|l| l.contains(&json!(taken.piece)))
        {
            all.push(only(original, taken.element, &taken.piece));
        }
        return all;
    }
    let whole = statements(before)[taken.at.statement].clone();
    let divided = taken.with.iter().fold(whole, |statement, (element, entry)| only(statement, *element, entry));
    all.push(only(divided, taken.element, &taken.piece));
    all
}

/// Whether a statement could begin a session that is tagged.
fn begins_sessions(statement: &Value) -> bool {
    let list = statement["Action"].as_array().cloned().unwrap_or_else(|| vec![statement["Action"].clone()]);
    let begins = |entry: &Value| {
        let entry = entry.as_str().unwrap_or("*").to_ascii_lowercase();
        entry == "*" || entry.starts_with("sts:assumerole") || entry.starts_with("sts:") && entry.contains('*')
    };
    statement["Effect"] == "Allow" && list.iter().any(begins)
}

/// Whether a statement is for somebody for whom another is, or for everyone.
fn is_for(statement: &Value, other: &Value) -> bool {
    let named = |statement: &Value| -> BTreeSet<String> {
        let lists = statement["Principal"].as_object().into_iter().flatten().map(|(_, values)| values);
        let texts = lists.flat_map(|values| values.as_array().cloned().unwrap_or_else(|| vec![values.clone()]));
        texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
    };
    let (own, others) = (named(statement), named(other));
    own.is_empty() || own.contains("*") || !own.is_disjoint(&others)
}

struct Check<'p> {
    policy: &'p Policy,
    rules: Rules,
    title: String,
}

impl Check<'_> {
    fn wrong(&self) -> Vec<String> {
        let Policy { kind, document: before, .. } = self.policy;
        let proposal = propose(&Holding::of(&[before], *kind), &self.rules, &Terms::for_person());
        let Narrowed { documents, taken, left } = match proposal {
            Proposal::Changed(narrowed) => narrowed,
            Proposal::Unchanged(left) if !left.is_empty() => return Vec::new(),
            Proposal::Undetermined(_) if NOT_NARROWED.contains(&self.policy.name.as_str()) => return Vec::new(),
            other => return vec![format!("{}: {other:?}", self.title)],
        };
        let mut rules = self.rules.clone();
        rules.kinds.retain(|kind| !left.iter().any(|left| left.kind == *kind));
        let after: Vec<&Document> = documents.iter().flatten().collect();
        let mut wrong = Vec::new();
        let mut say = |what: &str| wrong.push(format!("{}: {what}", self.title));
        if !judged(&after, *kind, &rules).is_empty() {
            say("still violated");
        }
        if let Search::Found(witness) = new_access(&[before], &after, *kind) {
            say(&format!("allows {witness:?}"));
        }
        if let Some(after) = after.first()
            && !matches!(
                propose(&Holding::of(&[after], *kind), &self.rules, &Terms::for_person()),
                Proposal::Unchanged(_)
            )
        {
            say("is narrowed again");
        }
        if taken.is_empty() || taken.iter().any(|taken| taken.closes.is_empty()) {
            say("is not explained");
        }
        let after: Vec<Value> = after.first().map(|after| statements(after)).unwrap_or_default();
        // What is good for nothing is not wrong, so that putting it back shows nothing: it has to be good for nothing.
        let (useless, taken): (Vec<Taken>, Vec<Taken>) = taken.into_iter().partition(|taken| taken.how == How::Useless);
        for piece in &useless {
            let statements = with(before, &after, piece);
            let (put_back, others) = statements.split_last().expect("the piece");
            if others.iter().any(|other| begins_sessions(other) && is_for(other, put_back)) {
                say(&format!("takes what is of use: {}", piece.piece));
            }
        }
        let step = taken.len().div_ceil(MOST_PIECES).max(1);
        for piece in taken.iter().step_by(step) {
            let statements = with(before, &after, piece);
            let put_back = statements.len() - 1;
            let again = policy(statements.into());
            // Of a kind of which something is left, such as one service of several that says nothing of whom it acts for, the rules without
            // it would find nothing: by these, the piece itself has to be wrong, and not what is left.
            let is_wrong_itself = || {
                let found = judged(&[&again], *kind, &self.rules);
                found.iter().any(|violation| violation.statements.iter().any(|at| at.statement == put_back))
            };
            if judged(&[&again], *kind, &rules).is_empty() && (left.is_empty() || !is_wrong_itself()) {
                say(&format!("could keep {} {} {:?}", piece.element.name(), piece.piece, piece.how));
            }
        }
        // Those of a wildcard that is written out would be lost that do not exist yet.
        if !taken.iter().any(|taken| taken.how == How::WrittenOut) {
            let all = useless.iter().chain(&taken).fold(after, |all, piece| with(before, &all, piece));
            if let Search::Found(witness) = new_access(&[&policy(all.into())], &[before], *kind) {
                say(&format!("loses {witness:?}"));
            }
        }
        wrong
    }
}

#[test]
fn proposals_keep_the_laws() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for policy in &all() {
        let found = kinds(&[&policy.document], policy.kind, &Rules::all(zone()));
        // Levels that are needed are a guess, and not the most that could be kept.
        let single = found.iter().filter(|kind| **kind != ViolationKind::ServiceWildcard);
        let each = single.map(|kind| Rules::of(zone(), [*kind]));
        let mut together = Rules::all(zone());
        together.kinds.remove(&ViolationKind::ServiceWildcard);
        let all = (found.len() > 1).then_some(together);
        for rules in each.chain(all) {
            let title = format!("{} by {:?}", policy.name, rules.kinds);
            count += 1;
            wrong.extend(Check { policy, rules, title }.wrong());
        }
    }
    println!("{count} proposals");
    assert_eq!(wrong, Vec::<String>::new());
}
