//! Whom a role trusts that is never touched: to become it is what an intruder is after, so it is watched all the same.
//!
//! What is taken is what is new there. Nobody who was let in before is shut out, and the role is never left without anybody.

use std::collections::BTreeSet;

use iam_policy::{
    Document, PolicyKind, PrincipalElement, PrincipalEntry, PrincipalType, Principals, Search, new_access,
};
use serde_json::{Value, json};

use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::foundation::documents::{with_statement, with_statement_again};
use crate::iam::trust::{OPEN, ROLE_TRUST_FOREIGN, ROLE_TRUST_OPEN, TRUST};
use crate::judge::change::{Change, is_allow};
use crate::judge::judgement;
use crate::{Arns, Subject};

control! {
    PROTECTED_TRUST = "IAM.ProtectedTrust", Critical, Enforce, fsbp [], cis [],
    "Nobody new may become a break-glass or administrator role",
    "Such a role is never touched, so whoever may become it has the account; whom the standard names under `principals` may.",
}

/// What is wrong with the trust policy of a role that is never touched.
pub(super) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Document>,
    document: &Document,
) -> Flaws<'a, Document> {
    match last_known {
        Some(before) => beside(subject, before, document),
        None => of_unknown(subject, document),
    }
}

/// Beside what is remembered, whoever is let in and was not is new. He goes where what was before stays; a policy that was replaced by
/// another is told, and mended only where the other lets in strangers.
fn beside<'a>(subject: &Subject<'a>, before: &Document, document: &Document) -> Flaws<'a, Document> {
    let accepted = with_named(subject, before);
    let newcomers = new_access(&[&accepted], &[document], PolicyKind::Trust);
    let mut flaws = Vec::new();
    let (lets_in_no_others, named) = (newcomers.is_none(), named_since(&accepted, document));
    if !lets_in_no_others {
        let detail = "somebody may become the role who could not before, and whom the standard does not name";
        let right = without_newcomers(before, &accepted, document);
        let flaw = match right {
            Some(right) => Flaw::new(PROTECTED_TRUST, detail, move |document: &mut Document| *document = right),
            None => Flaw::without_remedy(PROTECTED_TRUST, format!("{detail}, instead of all who could")).unaccepted(),
        };
        flaws.push(match newcomers {
            Search::Found(witness) => flaw.shown_by(*witness),
            Search::None | Search::Undetermined(_) => flaw,
        });
    }
    if lets_in_no_others && !named.is_empty() {
        let detail = format!(
            "`{}` may become the role now without a permission of their own, which only the account could give before",
            named.join("`, `")
        );
        flaws.push(Flaw::without_remedy(PROTECTED_TRUST, detail).unaccepted());
    }
    let open = judgement::flaws(subject, PolicyKind::Trust, TRUST, Some(before), document)?;
    let back = |flaw: Flaw<'a, Option<Document>>| {
        let (before, accepted) = (before.clone(), accepted.clone());
        flaw.carried_by(
            |document: &Document| Some(document.clone()),
            move |document, narrowed| {
                let is_as_before = |it: &Document| grants(it) && !adds(&accepted, it);
                *document = narrowed.filter(is_as_before).unwrap_or(before);
            },
        )
    };
    flaws.extend(open.into_iter().map(back));
    Ok(flaws)
}

/// Where nothing is remembered, a stranger may well be whom the role is for: another account of the organization, a vendor. He is told.
/// Only a role that everyone may become is closed, down to its own account where nobody else was named.
fn of_unknown<'a>(subject: &Subject<'a>, document: &Document) -> Flaws<'a, Document> {
    let found = judgement::flaws(subject, PolicyKind::Trust, TRUST, None, document)?;
    let told = |flaw: Flaw<'a, Option<Document>>| {
        if flaw.control() == ROLE_TRUST_OPEN {
            return None;
        }
        let is_stranger = flaw.control() == ROLE_TRUST_FOREIGN;
        let flaw = flaw.mended_by(|_: &mut Document| ());
        let since = "it is not known since when";
        Some(if is_stranger {
            flaw.on(PROTECTED_TRUST).saying(since).unmendable().unaccepted()
        } else {
            flaw.unmendable()
        })
    };
    let mut flaws: Vec<Flaw<'a, Document>> = found.into_iter().filter_map(told).collect();
    // No such role was ever open to everyone.
    let open = judgement::flaws(subject, PolicyKind::Trust, OPEN, None, document)?;
    flaws.extend(open.into_iter().map(|flaw| {
        let account = json!({
            "Sid": "OwnAccount",
            "Effect": "Allow",
            "Principal": {"AWS": subject.home.iam_arn("root")},
            "Action": "sts:AssumeRole",
        });
        flaw.carried_by(
            |document: &Document| Some(document.clone()),
            move |document, narrowed| {
                *document = match narrowed {
                    Some(narrowed) if grants(&narrowed) => narrowed,
                    narrowed => with_statement(narrowed.as_ref(), account),
                };
            },
        )
    }));
    Ok(flaws)
}

/// Users and roles that a document names, and that the one before did not. IAM User Guide, "AWS JSON policy elements: Principal": to trust an account
/// "delegates authority to the account", whose policies have to allow it, too; who is named needs none. So they are new though the account was
/// trusted before.
pub(super) fn named_since(before: &Document, document: &Document) -> Vec<String> {
    let known = named(before);
    named(document).into_iter().filter(|name| !known.contains(name)).collect()
}

fn named(document: &Document) -> BTreeSet<String> {
    let allows = document.statements().iter().filter(|statement| statement.is_allow());
    let listed = allows.flat_map(|statement| match &statement.principals {
        PrincipalElement::Principal(Principals::Listed(listed)) => listed.as_slice(),
        _ => &[],
    });
    let is_one = |entry: &&PrincipalEntry| {
        entry.kind == PrincipalType::Aws && entry.value.contains('/') && !entry.value.contains(['*', '?'])
    };
    listed.filter(is_one).map(|entry| entry.value.clone()).collect()
}

/// Whether a document lets in somebody whom the other does not.
fn adds(from: &Document, to: &Document) -> bool {
    !new_access(&[from], &[to], PolicyKind::Trust).is_none()
}

/// Whether a document lets anybody in by itself.
pub(super) fn grants(document: &Document) -> bool {
    document.statements().iter().any(iam_policy::Statement::is_allow)
}

/// What was before, and whom the standard names: those may become the role.
pub(super) fn with_named(subject: &Subject<'_>, before: &Document) -> Document {
    let named: Vec<Value> = subject
        .standard
        .keepers(subject.home)
        .into_iter()
        .skip(1)
        .filter(|arn| !arn.contains(['*', '?']))
        .map(Value::from)
        .collect();
    if named.is_empty() {
        return before.clone();
    }
    with_statement(Some(before), json!({"Effect": "Allow", "Principal": {"AWS": named}, "Action": "sts:*"}))
}

/// The document without those who are new, and with whoever was there before and is there now. None: of those nobody is, or it cannot be
/// told.
pub(super) fn without_newcomers(before: &Document, accepted: &Document, document: &Document) -> Option<Document> {
    if !adds(document, before) {
        return Some(before.clone());
    }
    let mut kept = Change::from(Some(accepted), document, PolicyKind::Trust).old_part(document);
    for index in (0..before.statements().len()).filter(|&index| is_allow(before, index)) {
        let others: BTreeSet<usize> = (0..before.statements().len()).filter(|other| *other != index).collect();
        let Some(alone) = before.without_statements(&others) else { continue };
        if !adds(document, &alone) && kept.as_ref().is_none_or(|kept| adds(kept, &alone)) {
            kept = with_statement_again(kept.as_ref(), before, index);
        }
    }
    kept.filter(|kept| grants(kept) && !adds(accepted, kept))
}
