//! Between the analysis of policies and the controls: which violation is which control's, and what of it is new.
//!
//! A policy is judged by what has changed. What the last known document violated already, and the new one does not widen, is reported and stays:
//! somebody works with it. Without a memory all of it is new.

use std::rc::Rc;

use iam_policy::{Document, PolicyKind, PrincipalElement, PrincipalType, Principals, Statement, ViolationKind};
use parapet_core::Mode;

use crate::flaw::{Flaw, Flaws};
use crate::iam::identity::IAM_ESCALATION;
use crate::judge::meant;
use crate::judge::question::{Found, Judged, Kinds, Question};
use crate::judge::rules::Deploying;
use crate::meant::IF_MEANT;
use crate::{ControlId, IamEntity, Subject, Undetermined};

/// What the analysis says against a document. Mending one narrows the document, once for all that is enforced: what is new first, what
/// was there before only if it has to be. None: nothing is left of it. One that cannot be narrowed stays.
pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    kind: PolicyKind,
    judged: Judged,
    last_known: Option<&Document>,
    document: &Document,
) -> Flaws<'a, Option<Document>> {
    let (last_known, deploying) = (last_known.cloned(), Deploying::of(subject));
    let question = Question { subject: *subject, kind, judged, last_known, holders: Vec::new(), deploying };
    let told = deploys(&question, document).map(|found| {
        let detail = format!("{}; {DEPLOYS}", found.violation);
        Flaw::without_remedy(IAM_ESCALATION, detail).shown_by(found.violation.witness)
    });
    let mut flaws = flaws_of(question, document)?;
    flaws.extend(told);
    Ok(flaws)
}

/// Why a way by a deploy role stays.
const DEPLOYS: &str = "it stays, because the standard names the holder under `principals.deployers`";

/// The way by the deploy roles of presets, and by nothing else, that a document gives whoever deploys.
pub(crate) fn deploys(question: &Question<'_>, document: &Document) -> Option<Found> {
    let kind = Kinds::from([ViolationKind::PrivilegeEscalation]);
    let is_judged = kind.is_subset(&question.kinds(|mode| mode != Mode::Off));
    if question.deploying == Deploying::NotMeant || !is_judged || question.kind != PolicyKind::Identity {
        return None;
    }
    let as_another = Question {
        last_known: question.last_known.clone(),
        holders: question.holders.clone(),
        deploying: Deploying::NotMeant,
        ..*question
    };
    let powers = Kinds::from([ViolationKind::PrivilegeEscalation, ViolationKind::Admin]);
    // What cannot be decided is told where the document is judged.
    let besides = question.violations(document, &powers).ok()?;
    as_another.found(document, &kind).ok()?.into_iter().next().filter(|_| besides.is_empty())
}

/// The same of a managed policy of the account, with those who hold it.
pub(crate) fn flaws_of_held<'a>(
    subject: &Subject<'a>,
    judged: Judged,
    holders: &[IamEntity],
    last_known: Option<&Document>,
    document: &Document,
) -> Flaws<'a, Option<Document>> {
    flaws_of(of_held(subject, judged, holders, last_known), document)
}

/// What is asked of a managed policy of the account. One that nobody holds yet is not narrowed for what a deployer may be given: whoever else it is
/// attached to loses it at once.
pub(crate) fn of_held<'a>(
    subject: &Subject<'a>,
    judged: Judged,
    holders: &[IamEntity],
    last_known: Option<&Document>,
) -> Question<'a> {
    let is_meant = holders.is_empty() || holders.iter().any(|holder| subject.standard.is_deployer(holder));
    let deploying = if is_meant { Deploying::Meant } else { Deploying::NotMeant };
    let (kind, last_known) = (PolicyKind::Identity, last_known.cloned());
    Question { subject: *subject, kind, judged, last_known, holders: holders.to_vec(), deploying }
}

fn flaws_of<'a>(question: Question<'a>, document: &Document) -> Flaws<'a, Option<Document>> {
    let judged = question.judged;
    let question = Rc::new(question);
    let found = match question.found(document, &question.kinds(|mode| mode != Mode::Off)) {
        Ok(found) => found,
        Err(why) => return undecided(&question, document, why),
    };
    let flaw = |found: Found| {
        let question = Rc::clone(&question);
        let mend =
            move |document: &mut Option<Document>| *document = document.take().and_then(|it| question.mended(it));
        let mut detail = found.violation.to_string();
        let line = meant::line(document, &found.violation);
        if let Some(meant::Line { words, .. }) = &line {
            detail.push_str(IF_MEANT);
            detail.push_str(words);
        }
        if let Some(said) = meant::delivering(&found.violation) {
            detail.push_str("; ");
            detail.push_str(&said);
        }
        let mut flaw =
            Flaw::new(control_of(judged, found.violation.kind)?, detail, mend).shown_by(found.violation.witness);
        if line.is_some_and(|line| line.may_be_own) {
            flaw = flaw.unless_of_own_account();
        }
        Some(if found.is_from_before { flaw.from_before() } else { flaw })
    };
    // Who may give himself everything has what guards, too, and loses it with the rest.
    let is_new_admin = |found: &Found| found.violation.kind == ViolationKind::Admin && !found.is_from_before;
    let is_all = found.iter().any(is_new_admin);
    let found = found.into_iter().filter(|found| !(is_all && found.violation.kind == ViolationKind::GuardTampering));
    Ok(found.filter_map(flaw).collect())
}

/// What is new and cannot be decided is taken back: whoever wants to hide something writes what nobody can judge. What was there before stays,
/// and is undetermined.
fn undecided<'a>(question: &Rc<Question<'a>>, document: &Document, why: Undetermined) -> Flaws<'a, Option<Document>> {
    let is_enforced = |control: &ControlId| question.subject.mode(*control) == Mode::Enforce;
    let control = question.judged.iter().map(|(_, control)| *control).find(is_enforced);
    let Some(control) = control.filter(|_| question.last_known.as_ref() != Some(document)) else { return Err(why) };
    let question = Rc::clone(question);
    let detail =
        format!("what the policy allows cannot be decided, so that what is new of it is taken back: {}", why.0);
    let mend = move |document: &mut Option<Document>| *document = document.take().and_then(|it| question.decidable(it));
    Ok(vec![Flaw::new(control, detail, mend)])
}

/// Whether a document has a statement that lets in whoever asks, without a condition: what S3 counts as public for certain. Of conditions it
/// decides by a list of keys of its own (Amazon S3 User Guide, "The meaning of 'public'"): there AWS will say.
pub(crate) fn is_open_to_everyone(document: &Document) -> bool {
    document.statements().iter().any(is_open)
}

/// The document without these statements. The outer none: one of them names others, too, who would go with it; the inner: nothing is left.
pub(crate) fn closed_to_everyone(document: &Document) -> Option<Option<Document>> {
    let statements = || document.statements().iter().enumerate().filter(|(_, statement)| is_open(statement));
    let names_others = |statement: &Statement| matches!(&statement.principals, PrincipalElement::Principal(Principals::Listed(listed)) if listed.len() > 1);
    if statements().any(|(_, statement)| names_others(statement)) {
        return None;
    }
    Some(document.without_statements(&statements().map(|(index, _)| index).collect()))
}

fn is_open(statement: &Statement) -> bool {
    let is_everyone = match &statement.principals {
        PrincipalElement::Principal(Principals::Everyone) => true,
        PrincipalElement::Principal(Principals::Listed(listed)) => {
            listed.iter().any(|entry| entry.kind == PrincipalType::Aws && entry.value == "*")
        }
        PrincipalElement::NotPrincipal(_) | PrincipalElement::None => false,
    };
    is_everyone && statement.is_allow() && statement.conditions.is_empty()
}

fn control_of(judged: Judged, kind: ViolationKind) -> Option<ControlId> {
    judged.iter().find(|(of, _)| *of == kind).map(|(_, control)| *control)
}
