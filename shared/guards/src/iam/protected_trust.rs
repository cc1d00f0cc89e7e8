//! Whom a role trusts that is never touched: to become it is what an intruder is after, so it is watched all the same.
//!
//! What is taken is what is new there. Nobody who was let in before is shut out, and the role is never left without anybody.

use std::collections::BTreeSet;

use iam_policy::{Document, PolicyKind, PrincipalElement, PrincipalType, Principals, Search, new_access};
use parapet_core::Arn;
use serde_json::json;

use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::foundation::documents::{with_statement, with_statement_again};
use crate::iam::directly;
use crate::iam::trust::{OPEN, ROLE_TRUST_FOREIGN, ROLE_TRUST_OPEN, TRUST};
use crate::judge::change::{Change, is_allow};
use crate::judge::judgement;
use crate::{Arns, IamEntity, Subject};

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
    let accepted = with_named(subject, before, document);
    let newcomers = new_access(&[&accepted], &[document], PolicyKind::Trust);
    let mut flaws = Vec::new();
    let lets_in_no_others = newcomers.is_none();
    if !lets_in_no_others {
        let detail = "somebody may become the role who could not before, and whom the standard does not name";
        let right = without_newcomers(subject, before, &accepted, document);
        let flaw = match right {
            Some(right) => Flaw::new(PROTECTED_TRUST, detail, move |document: &mut Document| *document = right),
            None => Flaw::without_remedy(PROTECTED_TRUST, format!("{detail}, instead of all who could")).unaccepted(),
        };
        flaws.push(shown(flaw, newcomers));
    }
    let of_account = directly::newcomers(subject, &accepted, document);
    if lets_in_no_others && !of_account.is_none() {
        // He was of the account before, too, so that what it was shuts nobody out whom the account lets in.
        let right = without_newcomers(subject, before, &accepted, document).unwrap_or_else(|| before.clone());
        let flaw = Flaw::new(PROTECTED_TRUST, BY_ITSELF, move |document: &mut Document| *document = right);
        flaws.push(shown(flaw, of_account));
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

/// What it is that somebody of the account is let in by the trust policy alone.
pub(super) const BY_ITSELF: &str = "somebody of the account may become the role now without a permission of their own, which only the account could give \
                                    before";

/// A flaw with who shows it.
pub(super) fn shown<'a, T>(flaw: Flaw<'a, T>, found: Search) -> Flaw<'a, T> {
    match found {
        Search::Found(witness) => flaw.shown_by(*witness),
        Search::None | Search::Undetermined(_) => flaw,
    }
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

/// Whether a document lets in somebody whom the other does not.
fn adds(from: &Document, to: &Document) -> bool {
    !new_access(&[from], &[to], PolicyKind::Trust).is_none()
}

/// Whether a document lets anybody in by itself.
pub(super) fn grants(document: &Document) -> bool {
    document.statements().iter().any(iam_policy::Statement::is_allow)
}

/// What was before, and whom the standard names: those may become the role.
pub(super) fn with_named(subject: &Subject<'_>, before: &Document, document: &Document) -> Document {
    let keepers = subject.standard.keepers(subject.home).into_iter().skip(1).filter(|arn| !arn.contains(['*', '?']));
    let by_arn = named_in(subject, document, |entity| subject.standard.is_never_touched(entity));
    with_these(before, keepers.chain(by_arn).collect())
}

/// Those users and roles of the account whom a document names and who are meant, by their ARNs there: whoever has a path stands without it in the standard,
/// and has that name alone. IAM User Guide, "IAM and AWS STS quotas": names "must be unique within the account", whatever the path.
pub(super) fn named_in(
    subject: &Subject<'_>,
    document: &Document,
    is_meant: impl Fn(&IamEntity) -> bool,
) -> Vec<String> {
    let allows = document.statements().iter().filter(|statement| statement.is_allow());
    let entries = allows.flat_map(|statement| match &statement.principals {
        PrincipalElement::Principal(Principals::Listed(listed)) => listed.as_slice(),
        _ => &[],
    });
    let is_one = |arn: &&String| {
        let of = |arn: Arn<'_>| {
            let is_here = arn.service == "iam" && arn.account == subject.home.account;
            let (kind, path_and_name) = arn.resource.split_once('/').filter(|_| is_here)?;
            let name = path_and_name.rsplit('/').next()?.to_owned();
            // Those of Identity Center are under its path, where nobody but AWS makes one.
            let is_anybodys = name.starts_with(OF_IDENTITY_CENTER) && !path_and_name.starts_with(ITS_PATH);
            match kind {
                "user" => Some(IamEntity::User(name)),
                "role" if !is_anybodys => Some(IamEntity::Role(name)),
                _ => None,
            }
        };
        !arn.contains(['*', '?']) && Arn::parse(arn).and_then(of).is_some_and(|entity| is_meant(&entity))
    };
    entries.filter(|entry| entry.kind == PrincipalType::Aws).map(|entry| &entry.value).filter(is_one).cloned().collect()
}

const OF_IDENTITY_CENTER: &str = "AWSReservedSSO_";
const ITS_PATH: &str = "aws-reserved/sso.amazonaws.com/";

/// A trust policy with these in it.
pub(super) fn with_these(document: &Document, arns: Vec<String>) -> Document {
    match arns.is_empty() {
        true => document.clone(),
        false => {
            with_statement(Some(document), json!({"Effect": "Allow", "Principal": {"AWS": arns}, "Action": "sts:*"}))
        }
    }
}

/// The document without those who are new, and with whoever was there before and is there now. None: of those nobody is, or it cannot be
/// told.
pub(super) fn without_newcomers(
    subject: &Subject<'_>,
    before: &Document,
    accepted: &Document,
    document: &Document,
) -> Option<Document> {
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
    kept.filter(|kept| grants(kept) && !adds(accepted, kept) && directly::newcomers(subject, accepted, kept).is_none())
}
