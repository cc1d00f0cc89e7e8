use crate::Arns;
use std::fmt;

use iam_policy::{Decision, Document, PolicyKind, Request, ViolationKind, decide};
use serde::Serialize;

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::foundation::documents::{self, with_statement};
use crate::judge::fit::Fit;
use crate::judge::question::Judged;
use crate::judge::shut_out::{Access, Whose};
use crate::judge::{judgement, own_grants, pipeline_denied, statements};
use crate::kms::guard_access::{POLICY_GUARD, kept_for_guards, of_access};
use crate::kms::resources::SERVICE;
use crate::{Subject, on};

control! {
    KEY_PUBLIC_POLICY = "KMS.PublicPolicy", Critical, Enforce, fsbp ["KMS.5"], cis [],
    "No key policy is open to everyone",
    "Whoever may use the key may read the data.",
}

control! {
    KEY_FOREIGN_POLICY = "KMS.ForeignPolicy", High, Enforce, fsbp [], cis [],
    "No key policy is open to accounts that the standard does not trust",
    "A stranger who may use the key reads what it encrypts, and may hold it to ransom.",
}

control! {
    KEY_OWN_GRANT = "KMS.OwnGrant", High, Observe, fsbp [], cis [],
    "Neither the policy nor a grant of the pipeline's key lets in anybody of the account by name whom nothing names, or what reads for anybody",
    "Who is named there needs no policy of his own; yet teams share data so, and whom with only they know.",
}

control! {
    KEY_POLICY = "KMS.KeyPolicy", High, Enforce, fsbp [], cis [],
    "The pipeline's key policy serves its account, CloudTrail and the ML role",
    "CloudTrail and the pipeline stop without a word when the key refuses them; without its account nobody can manage it.",
}

control! {
    KEY_GUARDS = "KMS.GuardAccess", Critical, Enforce, fsbp [], cis [],
    "The key policy lets Parapet's other functions look after the key",
    "What a guard may not read, it cannot mend, and whoever shut it out did so for something.",
}

control! {
    KEY_SEALS = "KMS.MemoryKey", Critical, Enforce, fsbp [], cis [],
    "The key of the memory makes seals for Parapet's functions alone",
    "Whoever gets a seal from it says what was there before.",
}

/// Of a key policy.
const KEY: Judged =
    &[(ViolationKind::PublicAccess, KEY_PUBLIC_POLICY), (ViolationKind::ForeignPrincipal, KEY_FOREIGN_POLICY)];

/// What the other functions do with a key.
const GUARDS: &Access = &Access {
    control: KEY_GUARDS,
    whose: Whose::Others,
    actions: &[
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
        "kms:PutKeyPolicy",
        "kms:GetKeyRotationStatus",
        "kms:EnableKeyRotation",
        "kms:EnableKey",
        "kms:CancelKeyDeletion",
        "kms:CreateAlias",
        "kms:UpdateAlias",
    ],
    detail: "of the key policy deny Parapet's other functions what they do with the key",
    longest: LONGEST_KEY_POLICY,
};

/// A key's policy. Every key has one.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Key;
    type State = Document;
    type Action = KeyPolicyAction;

    const ROW: Row = Row {
        id: "key-policy",
        name: "key policy",
        service: &SERVICE,
        events: &["CreateKey", "PutKeyPolicy"],
        controls: &[KEY_PUBLIC_POLICY, KEY_FOREIGN_POLICY, KEY_POLICY, KEY_GUARDS, KEY_SEALS, KEY_OWN_GRANT],
        is_own_policy: true,
        ..Row::OF_ACCESS
    };

    fn flaws<'a>(subject: &Subject<'a>, last_known: Option<&Document>, observed: &Document) -> Flaws<'a, Document> {
        let subject = *subject;
        let open = judgement::flaws(&subject, PolicyKind::Resource, KEY, last_known, observed)?;
        // A key must have a policy: where nothing is left of it, one that leaves the key to its account.
        let narrowed = |flaw: Flaw<'a, Option<Document>>| {
            let before = observed.clone();
            flaw.leaving(move || documents::key_of_account(&subject)).carried_by(
                Document::clone,
                move |document, narrowed| {
                    let narrowed = kept_manageable(&subject, &before, narrowed);
                    *document = kept_for_guards(&[POLICY_GUARD, GUARDS], &subject, &before, narrowed);
                },
            )
        };
        let mut flaws: Vec<_> = open.into_iter().map(narrowed).collect();
        flaws.extend(of_access(GUARDS, &subject, last_known, observed));
        let own_grants = own_grants::flaws(KEY_OWN_GRANT, &subject, last_known, observed);
        flaws.extend(own_grants.into_iter().map(|flaw| flaw.leaving(move || documents::key_of_account(&subject))));
        flaws.extend(pipeline_denied::flaw(KEY_POLICY, &subject, last_known, observed));
        let number = missing(&subject, observed).len();
        if number > 0 {
            let detail = format!("{number} statement(s) that the pipeline needs are missing");
            let before = last_known.cloned();
            flaws.push(Flaw::new(KEY_POLICY, detail, move |document: &mut Document| {
                for statement in missing(&subject, document) {
                    *document = with_statement(Some(document), statement);
                }
                let needed = documents::key_statements(&subject);
                let (is_known, is_own) = (before.is_some(), subject.is_foundation());
                let fit =
                    Fit { longest: LONGEST_KEY_POLICY, before: before.as_ref(), is_known, is_own, needed: &needed };
                *document = fit.document(document.clone());
            }));
        }
        if let Some(seals) = missing_seals(&subject, observed) {
            let detail = "the policy of the key of the memory does not let Parapet's functions make seals";
            flaws.push(Flaw::new(KEY_SEALS, detail, move |document: &mut Document| {
                *document = with_statement(Some(document), seals);
            }));
        }
        if subject.is_memory_key() && !documents::allows_at_most(observed, &documents::memory_key_policy(&subject)) {
            // What it should be only a deployment knows: another version of the stack may make another one.
            let detail = "the policy of the key of the memory allows more than Parapet's stack does: unless that was deployed just now, \
                          deploy it again";
            flaws.push(Flaw::without_remedy(KEY_SEALS, detail));
        }
        Ok(flaws)
    }

    fn diff(_from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        vec![KeyPolicyAction::PutKeyPolicy(to.clone())]
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            KeyPolicyAction::PutKeyPolicy(document) => document.clone(),
        }
    }
}

/// What is done about a key policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum KeyPolicyAction {
    /// Put it.
    PutKeyPolicy(Document),
}

impl fmt::Display for KeyPolicyAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutKeyPolicy(document) => write!(f, "PutKeyPolicy with {}", statements(document)),
        }
    }
}

/// The statements that the pipeline needs in its key's policy and does not have. Other keys serve others.
fn missing(subject: &Subject<'_>, document: &Document) -> Vec<serde_json::Value> {
    let is_foundation = subject.on::<on::Key>().is_some_and(|key| key.name == subject.standard.names.key_alias);
    let needed = if is_foundation { documents::key_statements(subject) } else { Vec::new() };
    needed.into_iter().filter(|statement| !documents::has_statement(document, statement)).collect()
}

/// What lets Parapet's functions make seals, where the policy of the key of the memory does not have it.
fn missing_seals(subject: &Subject<'_>, document: &Document) -> Option<serde_json::Value> {
    let seals = subject.is_memory_key().then(|| documents::memory_key_seals(subject))?;
    (!documents::has_statement(document, &seals)).then_some(seals)
}

/// Whether the key's account can still manage it. AWS KMS Developer Guide, "Default key policy": otherwise "the key becomes
/// unmanageable".
fn is_manageable(subject: &Subject<'_>, document: &Document) -> bool {
    let request = Request {
        principal: subject.home.iam_arn("root"),
        action: "kms:PutKeyPolicy".to_owned(),
        resource: subject.resource.arn(subject.home),
        ..Request::default()
    };
    decide(document, PolicyKind::Resource, &request) == Decision::Allow
}

/// What an open policy let in together with the world, its own account, is not locked out by narrowing it.
fn kept_manageable(subject: &Subject<'_>, before: &Document, narrowed: Document) -> Document {
    let locks_out = is_manageable(subject, before) && !is_manageable(subject, &narrowed);
    match documents::key_statements(subject).into_iter().next().filter(|_| locks_out) {
        Some(owner) => with_statement(Some(&narrowed), owner),
        None => narrowed,
    }
}

/// AWS KMS Developer Guide, "Resource quotas": "Key policy document size: 32 KB (32,768 bytes)".
pub(super) const LONGEST_KEY_POLICY: usize = 32 * 1024;
