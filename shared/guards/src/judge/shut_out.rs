//! Statements of a resource policy that deny Parapet's own roles what they do: whoever writes one keeps a guard from reading what else the
//! policy says. A guard cannot take out what binds itself, so another one looks after that.

use std::collections::BTreeSet;

use iam_policy::{Decision, Document, PolicyKind, Request, decide};
use serde_json::{Map, Value, json};

use crate::flaw::Flaw;
use crate::foundation::documents::statements_shared_with;
use crate::judge::own_call::{is_unknown, request};
use crate::{Arns, ControlId, ResourceKind, Subject, on};

/// What a policy has to leave some of Parapet's roles, for a guard of another role to see to it.
pub(crate) struct Access {
    /// Which control says so.
    pub(crate) control: ControlId,
    /// Whose access it is.
    pub(crate) whose: Whose,
    /// What they do.
    pub(crate) actions: &'static [&'static str],
    /// What is wrong, after the number of statements.
    pub(crate) detail: &'static str,
    /// How long such a policy may be, in bytes.
    pub(crate) longest: usize,
}

/// Which of Parapet's own roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// That of the function that looks after policies.
    PolicyGuard,
    /// Those of all others.
    Others,
}

impl Access {
    /// That they are denied it. What such a statement denies others, it goes on to deny them. Where the policy has no room for that, it goes.
    /// A statement that was there before is told.
    pub(crate) fn flaws<'a>(
        &'static self,
        subject: &Subject<'a>,
        before: Option<&Document>,
        document: &Document,
    ) -> Vec<Flaw<'a, Option<Document>>> {
        let (old, new) = self.denied(subject, before, document);
        let said = |denied: &BTreeSet<usize>| format!("{} statement(s) {}", denied.len(), self.detail);
        let (mended, known) = (*subject, before.cloned());
        let newly = Flaw::new(self.control, said(&new), move |state: &mut Option<Document>| {
            if let Some(document) = state.take() {
                *state = self.mended(&mended, known.as_ref(), document);
            }
        });
        let newly =
            if may_be_own_organization(subject, document, &new) { newly.unless_of_own_account() } else { newly };
        let long_since = Flaw::new(self.control, said(&old), |_: &mut Option<Document>| ()).from_before();
        let of = |flaw, denied: &BTreeSet<usize>| (!denied.is_empty()).then_some(flaw);
        of(newly, &new).into_iter().chain(of(long_since, &old)).collect()
    }

    fn mended(&self, subject: &Subject<'_>, before: Option<&Document>, document: Document) -> Option<Document> {
        let (_, denied) = self.denied(subject, before, &document);
        if denied.is_empty() {
            return Some(document);
        }
        let excepted = without(&document, &denied, &roles(subject, self.whose));
        let fits = |excepted: &Document| excepted.to_json().len() <= self.longest;
        excepted.filter(fits).or_else(|| document.without_statements(&denied))
    }

    /// Which statements deny it: those that were there before, and those that were not.
    fn denied(
        &self,
        subject: &Subject<'_>,
        before: Option<&Document>,
        document: &Document,
    ) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let known = before.map(|before| statements_shared_with(document, before)).unwrap_or_default();
        let denied = statements(subject, document, &roles(subject, self.whose), self.actions);
        denied.into_iter().partition(|index| known.contains(index))
    }
}

/// The ARNs of Parapet's own roles.
pub(crate) fn roles(subject: &Subject<'_>, whose: Whose) -> Vec<String> {
    let is_wanted = |name: &&String| name.ends_with("policy-guard") == (whose == Whose::PolicyGuard);
    subject.standard.principals.own.iter().filter(is_wanted).map(|name| subject.home.iam_arn(name)).collect()
}

/// Which statements deny one of these roles one of these actions on what the policy belongs to.
pub(crate) fn statements(
    subject: &Subject<'_>,
    document: &Document,
    roles: &[String],
    actions: &[&str],
) -> BTreeSet<usize> {
    let denying = document.statements().iter().enumerate().filter(|(_, statement)| !statement.is_allow());
    let indices: Vec<usize> = denying.map(|(index, _)| index).collect();
    if indices.is_empty() {
        return BTreeSet::new();
    }
    let actions: Vec<&str> = actions.iter().chain(for_memory(subject)).copied().collect();
    let asked = |role: &String| actions.iter().map(|action| request(subject, role, action)).collect::<Vec<_>>();
    let requests: Vec<Request> = roles.iter().flat_map(asked).collect();
    let denies = |alone: &Document| {
        requests.iter().any(|request| decide(alone, PolicyKind::Resource, request) == Decision::ExplicitDeny)
    };
    let is_denying = |index: &usize| at_its_widest(subject, document, *index).is_some_and(|alone| denies(&alone));
    indices.into_iter().filter(is_denying).collect()
}

/// What Parapet's functions do beside with the bucket that has their evidence and memory, and with the key that seals it: without it they are
/// blind.
fn for_memory(subject: &Subject<'_>) -> &'static [&'static str] {
    if is_evidence_bucket(subject) {
        &["s3:GetObject", "s3:PutObject"]
    } else if subject.is_memory_key() {
        &["kms:GenerateMac"]
    } else {
        &[]
    }
}

fn is_evidence_bucket(subject: &Subject<'_>) -> bool {
    subject.on::<on::Bucket>().is_some_and(|bucket| bucket.name == subject.standard.names.evidence_bucket)
}

/// One statement of a policy, as much as it could deny: what cannot be known of a call counts as what the statement asks for.
fn at_its_widest(subject: &Subject<'_>, document: &Document, index: usize) -> Option<Document> {
    let others = (0..document.statements().len()).filter(|other| *other != index).collect();
    let mut value = document.without_statements(&others)?.as_value().clone();
    each_statement(&mut value, |statement| {
        // AWS asks of whom it spares that the account, the role and the session be named.
        if statement.remove("NotPrincipal").is_some() {
            statement.insert("Principal".to_owned(), json!("*"));
        }
        if subject.resource.kind() == ResourceKind::Key {
            about_the_key(statement);
        }
        // One object of the memory that cannot be read is enough.
        if is_evidence_bucket(subject) {
            statement.remove("NotResource");
            statement.insert("Resource".to_owned(), json!("*"));
        }
        let conditions = statement.get_mut("Condition").and_then(Value::as_object_mut);
        for keys in conditions.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
            keys.retain(|key, values| !is_unknown(subject, key, values));
        }
    });
    Document::from_value(value).ok()
}

/// AWS KMS Developer Guide, "Key policies": "the value of the Resource element is "*", which means this KMS key". What names another key by its
/// ARN says nothing; and of a key that is known by its alias the ARN is not known here.
pub(crate) fn about_the_key(statement: &mut Map<String, Value>) {
    statement.remove("NotResource");
    statement.insert("Resource".to_owned(), json!("*"));
}

/// Does something with each statement of a document's value.
pub(crate) fn each_statement(value: &mut Value, mut with: impl FnMut(&mut Map<String, Value>)) {
    match value.get_mut("Statement") {
        Some(Value::Array(several)) => several.iter_mut().filter_map(Value::as_object_mut).for_each(with),
        Some(Value::Object(single)) => with(single),
        _ => {}
    }
}

/// Whether some of the statements may deny nobody of the organization that the account is in, which was not asked for yet.
fn may_be_own_organization(subject: &Subject<'_>, document: &Document, statements: &BTreeSet<usize>) -> bool {
    let names_one = |index: &usize| {
        let conditions = document.statements().get(*index).map(|statement| &statement.conditions);
        conditions.is_some_and(|all| all.iter().any(|one| one.key.eq_ignore_ascii_case("aws:PrincipalOrgID")))
    };
    subject.account.is_none_or(|account| account.organization.is_none()) && statements.iter().any(names_one)
}

/// The document where these statements deny these roles nothing, and everybody else what they did.
///
/// IAM User Guide, "Negated matching condition operators": a request matches where its key has none of the values.
fn without(document: &Document, statements: &BTreeSet<usize>, roles: &[String]) -> Option<Document> {
    let mut value = document.as_value().clone();
    let mut indices = 0..;
    each_statement(&mut value, |statement| {
        if indices.next().is_some_and(|index| statements.contains(&index)) {
            except(statement, roles);
        }
    });
    Document::from_value(value).ok()
}

fn except(statement: &mut Map<String, Value>, roles: &[String]) {
    const KEY: &str = "aws:PrincipalArn";
    let conditions = statement.entry("Condition").or_insert_with(|| json!({}));
    let Some(conditions) = conditions.as_object_mut() else { return };
    // Of two operators that negate, both have to match: one of them is enough to let a role through.
    let named =
        |keys: &Value| keys.as_object().is_some_and(|keys| keys.keys().any(|key| key.eq_ignore_ascii_case(KEY)));
    let of_arns =
        |operator: &&String| ["ArnNotEquals", "ArnNotLike"].iter().any(|it| operator.eq_ignore_ascii_case(it));
    let operators = || conditions.keys().filter(of_arns).cloned();
    let operator = operators().find(|it| conditions.get(it).is_some_and(named)).or_else(|| operators().next());
    let operator = operator.unwrap_or_else(|| "ArnNotEquals".to_owned());
    let keys = conditions.entry(operator).or_insert_with(|| json!({}));
    let Some(keys) = keys.as_object_mut() else { return };
    let known = keys.keys().find(|known| known.eq_ignore_ascii_case(KEY)).cloned().unwrap_or_else(|| KEY.to_owned());
    let mut values = match keys.remove(&known) {
        Some(Value::Array(several)) => several,
        Some(single) => vec![single],
        None => Vec::new(),
    };
    values.extend(roles.iter().map(|role| json!(role)));
    keys.insert(known, Value::Array(values));
}
