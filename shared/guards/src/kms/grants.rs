use std::collections::BTreeSet;
use std::fmt;

use parapet_core::Arn;
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws, is_account_id};
use crate::judge::own_grants;
use crate::kms::key_policy::KEY_OWN_GRANT;
use crate::kms::resources::SERVICE;
use crate::{Subject, on};

control! {
    KEY_GRANTS = "KMS.Grants", High, Enforce, fsbp [], cis [],
    "No grant lets in accounts that the standard does not trust",
    "A grant opens a key past its policy, and nobody sees it there.",
}

/// The grants on a key.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Key;
    type State = Vec<KeyGrant>;
    type Action = GrantAction;

    const ROW: Row = Row {
        id: "key-grants",
        name: "grants",
        service: &SERVICE,
        events: &["CreateGrant", "RevokeGrant", "RetireGrant"],
        controls: &[KEY_GRANTS, KEY_OWN_GRANT],
        is_remembered: false,
        ..Row::OF_ACCESS
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Vec<KeyGrant>>,
        observed: &Vec<KeyGrant>,
    ) -> Flaws<'a, Vec<KeyGrant>> {
        let flaw = |grant: &KeyGrant| {
            let (control, grantee) = match grant.stranger(subject) {
                Some(stranger) => (KEY_GRANTS, stranger),
                None => (KEY_OWN_GRANT, grant.of_account(subject)?),
            };
            let detail = format!("the grant `{}` lets `{grantee}` {}", grant.id, grant.operations.join(", "));
            let id = grant.id.clone();
            let revoked = move |grants: &mut Vec<KeyGrant>| grants.retain(|grant| grant.id != id);
            let flaw = Flaw::new(control, detail, revoked);
            let stranger = grant.stranger(subject);
            let flaw = match stranger {
                Some(stranger) => flaw.unless_of_members(std::iter::once(Arn::account_in(stranger))),
                None => flaw,
            };
            // A grant never changes, but for how AWS writes a principal that is gone.
            let was_so = last_known.is_some_and(|before| before.iter().any(|before| before.id == grant.id));
            Some(if was_so { flaw.from_before() } else { flaw })
        };
        Ok(observed.iter().filter_map(flaw).collect())
    }

    /// What is gone is not given back: nobody is let in by us.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        let kept: BTreeSet<&str> = to.iter().map(|grant| grant.id.as_str()).collect();
        let gone = from.iter().filter(|grant| !kept.contains(grant.id.as_str()));
        gone.map(|grant| GrantAction::RevokeGrant(grant.id.clone())).collect()
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        let is_revoked = |grant: &&KeyGrant| matches!(action, GrantAction::RevokeGrant(id) if *id == grant.id);
        state.iter().filter(|grant| !is_revoked(grant)).cloned().collect()
    }
}

/// What is done about a grant.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum GrantAction {
    /// Revoke the grant of this id.
    RevokeGrant(String),
}

impl fmt::Display for GrantAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RevokeGrant(id) => write!(f, "RevokeGrant {id}"),
        }
    }
}

/// A grant on a key. It cannot be put back as it was: a new one has another id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyGrant {
    /// Its id.
    pub id: String,
    /// Its name, where it has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// Who may use the key: an ARN, a service, or what AWS writes instead.
    pub grantee: String,
    /// Who may give the grant up.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retiring: Option<String>,
    /// Who made it: an account.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub issuer: Option<String>,
    /// For what.
    pub operations: Vec<String>,
    /// Under which conditions, as `name: value`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub constraints: Vec<String>,
}

impl KeyGrant {
    /// Whom it lets in from outside. A grant names no organization, so that only accounts are trusted here: its members among them.
    ///
    /// To retire a grant is to give it up, which opens nothing; but who may do so can take a service's access away.
    fn stranger(&self, subject: &Subject<'_>) -> Option<&str> {
        let named = [Some(self.grantee.as_str()), self.retiring.as_deref()];
        named.into_iter().flatten().find(|principal| is_stranger(principal, subject))
    }

    /// Whom of the account whom nothing names it lets use the pipeline's key, past all policies.
    fn of_account(&self, subject: &Subject<'_>) -> Option<&str> {
        let is_asked = subject.is_foundation() && !is_of_aws_role(&self.grantee);
        (is_asked && own_grants::is_unnamed(subject, &self.grantee)).then_some(&self.grantee)
    }
}

/// Whether AWS made it for a role of its own: IAM lets nobody else use that path, nor a colon in a role's name.
fn is_of_aws_role(principal: &str) -> bool {
    let resource = Arn::parse(principal).map_or("", |arn| arn.resource);
    ["role/aws-service-role/", "assumed-role/aws:"].iter().any(|start| resource.starts_with(start))
}

/// AWS KMS Developer Guide, "Grants in AWS KMS": the grantee is a principal "in the same AWS account as the KMS key or in a different
/// account". AWS services, and principals that exist no more and are written as their unique ids, are nobody's account.
fn is_stranger(principal: &str, subject: &Subject<'_>) -> bool {
    if principal == "*" {
        return true;
    }
    let account = Arn::account_in(principal);
    (is_account_id(account) && !subject.trusts_account(account)) || account == "*"
}
