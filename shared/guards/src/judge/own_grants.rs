//! Whom a resource policy lets in of the account itself: that one needs no policy of his own then, and no other judgement shows it.

use std::collections::BTreeSet;

use iam_policy::{
    Base, Condition, Document, PrincipalElement, PrincipalType, Principals, Quantifier, Statement, reads_for_anybody,
};
use parapet_core::Arn;

use crate::flaw::Flaw;
use crate::foundation::documents::statements_shared_with;
use crate::{ControlId, IamEntity, Subject};

/// That the policy of one of the pipeline's own resources has come to let in somebody of the account whom nothing names, or a service by which
/// anybody reads: told, unless the standard says otherwise.
pub(crate) fn flaws<'a>(
    control: ControlId,
    subject: &Subject<'a>,
    before: Option<&Document>,
    document: &Document,
) -> Vec<Flaw<'a, Option<Document>>> {
    if !subject.is_foundation() {
        return Vec::new();
    }
    let subject = *subject;
    let flaw = |detail: String, is_meant: fn(&Subject<'_>, &Statement) -> bool| {
        let before = before.cloned();
        Flaw::new(control, detail, move |state: &mut Option<Document>| {
            // As it is by now: what was wrong for another reason is gone.
            *state = state.take().and_then(|document| {
                let new = new_grants(&document, before.as_ref());
                let gone = new.into_iter().filter(|(_, statement)| is_meant(&subject, statement));
                document.without_statements(&gone.map(|(index, _)| index).collect())
            });
        })
    };
    let new = new_grants(document, before);
    let names: BTreeSet<String> = new.iter().flat_map(|(_, statement)| named(&subject, statement)).collect();
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    let of_names = (!names.is_empty()).then(|| {
        let detail = format!("the policy itself lets in {}, whatever their own policies say", names.join(", "));
        flaw(detail, |subject, statement| !named(subject, statement).is_empty())
    });
    let reading = new.iter().filter_map(|(index, statement)| {
        let reader = reader(&subject, statement)?;
        let mut detail = format!(
            "statement {} lets `{reader}` read for whoever makes a resource of it in the account, in a minute",
            index + 1
        );
        if let Some(id) = statement.conditions.iter().filter_map(only_source).find_map(distribution) {
            detail.push_str(&format!("; if that is meant, add to `trust` of the standard: identities: [{id}]"));
        }
        Some(flaw(detail, |subject, statement| self::reader(subject, statement).is_some()))
    });
    of_names.into_iter().chain(reading).collect()
}

/// The statements that allow something and were not there before, each with its place.
fn new_grants<'d>(document: &'d Document, before: Option<&Document>) -> Vec<(usize, &'d Statement)> {
    let known = before.map(|before| statements_shared_with(document, before)).unwrap_or_default();
    let statements = document.statements().iter().enumerate();
    statements.filter(|(index, statement)| statement.is_allow() && !known.contains(index)).collect()
}

/// Those of the account whom a statement names, beside its root user, Parapet's and the pipeline's roles, and whom the standard never touches.
/// To name the account leaves it to its own policies, as without.
fn named(subject: &Subject<'_>, statement: &Statement) -> BTreeSet<String> {
    match &statement.principals {
        PrincipalElement::Principal(Principals::Listed(listed)) => listed
            .iter()
            .filter(|entry| entry.kind == PrincipalType::Aws && is_let_in(subject, &entry.value))
            .map(|entry| entry.value.clone())
            .collect(),
        // Everyone is judged by itself; under a condition it may be everyone of the account.
        PrincipalElement::Principal(Principals::Everyone) if !statement.conditions.is_empty() => {
            ["*".to_owned()].into()
        }
        PrincipalElement::NotPrincipal(_) => ["*".to_owned()].into(),
        PrincipalElement::Principal(Principals::Everyone) | PrincipalElement::None => BTreeSet::new(),
    }
}

/// Whether a principal of a policy may be somebody of the account whom nothing names. A unique id may be anybody's: AWS writes a name's in its
/// place once who had it is gone, and takes one that somebody writes.
fn is_let_in(subject: &Subject<'_>, name: &str) -> bool {
    let is_account = name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = Arn::parse(name).is_none() && !is_account;
    match is_id {
        true => !subject.standard.trust.identities.iter().any(|id| id == name),
        false => is_unnamed(subject, name),
    }
}

/// Whether an ARN is of somebody of the account whom nothing names.
pub(crate) fn is_unnamed(subject: &Subject<'_>, name: &str) -> bool {
    let Some(arn) = Arn::parse(name).filter(|arn| arn.account == subject.home.account) else { return false };
    let is_root = arn.service == "iam" && arn.resource == "root";
    !is_root && !is_meant(subject, &arn)
}

/// Whether an ARN is of Parapet's or the pipeline's role, of a session of one, or of somebody whom the standard never touches. A session's own name,
/// a federated user's and a path are whatever somebody wrote; Parapet's and the pipeline's roles have no path.
fn is_meant(subject: &Subject<'_>, arn: &Arn<'_>) -> bool {
    let Some((kind, name)) = arn.resource.split_once('/') else { return false };
    let last = || name.rsplit('/').next().unwrap_or(name).to_owned();
    let entity = match (arn.service, kind) {
        ("iam", "user") => IamEntity::User(last()),
        ("iam", "role") => IamEntity::Role(last()),
        ("sts", "assumed-role") => IamEntity::Role(name.split('/').next().unwrap_or(name).to_owned()),
        _ => return false,
    };
    let standard = subject.standard;
    let service_role = IamEntity::Role(standard.names.ml_service_role.clone());
    let has_path = arn.service == "iam" && name.contains('/');
    let is_ours = || standard.is_own(&entity) || entity == service_role;
    standard.is_never_touched(&entity) || (!has_path && is_ours())
}

/// The service by which anybody reads that a statement lets in, unless the standard names the one resource of it that it is for: whoever may make
/// a distribution makes one in a minute, and the account is the pipeline's own then.
fn reader<'s>(subject: &Subject<'_>, statement: &'s Statement) -> Option<&'s str> {
    let PrincipalElement::Principal(Principals::Listed(listed)) = &statement.principals else { return None };
    let identities = &subject.standard.trust.identities;
    let is_known = |value: &String| {
        identities.contains(value) || distribution(value).is_some_and(|id| identities.iter().any(|known| known == id))
    };
    let is_for_known = |condition: &Condition| sources(condition).is_some_and(|values| values.iter().all(is_known));
    let mut services = listed.iter().filter(|entry| entry.kind == PrincipalType::Service);
    let found = services.find(|entry| reads_for_anybody(&entry.value, &statement.actions))?;
    (!statement.conditions.iter().any(is_for_known)).then_some(found.value.as_str())
}

/// On whose request a service has to act for a condition to hold: the ARNs of resources.
fn sources(condition: &Condition) -> Option<&[String]> {
    let operator = &condition.operator;
    let is_sure = !operator.negated && !operator.if_exists && operator.quantifier != Some(Quantifier::ForAllValues);
    let is_text = matches!(operator.base, Base::StringEquals | Base::StringLike | Base::Arn);
    let is_source = condition.key.eq_ignore_ascii_case("aws:SourceArn");
    (is_sure && is_text && is_source && !condition.values.is_empty()).then_some(&condition.values)
}

fn only_source(condition: &Condition) -> Option<&str> {
    match sources(condition)? {
        [only] => Some(only),
        _ => None,
    }
}

/// The id of the one distribution of CloudFront that an ARN names.
fn distribution(arn: &str) -> Option<&str> {
    let arn = Arn::parse(arn).filter(|arn| arn.service == "cloudfront")?;
    let id = arn.resource.strip_prefix("distribution/")?;
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(id)
}
