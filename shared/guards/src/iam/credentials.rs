//! What else than keys and a password proves somebody a user: credentials for one service, signing certificates, SSH keys, and the second
//! factor.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use parapet_core::Identity;
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::iam::resources::SERVICE;
use crate::iam::strong::{self, BROAD_PRINCIPAL, Holder, Novelty, STRONG_USER};
use crate::{Facet, IamEntity, Resource, Standard, State, Subject, on};

control! {
    SECOND_FACTOR = "IAM.SecondFactor", Critical, Enforce, fsbp [], cis [],
    "No second factor is taken from a user who is an administrator, has a way to more permissions or is never touched",
    "Without it a password is enough. Only the user can register a device again, so this can be told and not mended.",
}

/// The further credentials of a user, and the devices of his second factor.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Principal;
    type State = Credentials;
    type Action = CredentialAction;

    const ROW: Row = Row {
        id: "user-credentials",
        name: "further credentials",
        service: &SERVICE,
        events: &[
            "CreateServiceSpecificCredential",
            "UpdateServiceSpecificCredential",
            "ResetServiceSpecificCredential",
            "UploadSigningCertificate",
            "UpdateSigningCertificate",
            "UploadSSHPublicKey",
            "UpdateSSHPublicKey",
            "EnableMFADevice",
            "DeactivateMFADevice",
            "DeleteVirtualMFADevice",
        ],
        controls: &[STRONG_USER, BROAD_PRINCIPAL, SECOND_FACTOR],
        // Of a user with a new one, or with one factor less, also what he may.
        calls_a_look: None,
        is_about_access: false,
        is_about_credentials: true,
        ..Row::OF_ACCESS
    };

    /// Roles and groups have none.
    fn is_asked_of(on: &Self::On, _standard: &Standard) -> bool {
        matches!(on.entity, IamEntity::User(_))
    }

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Credentials>,
        observed: &Credentials,
    ) -> Flaws<'a, Credentials> {
        let holder = &observed.holder;
        let is_strong = holder.control(subject, STRONG_USER) == Some(STRONG_USER);
        let of_services = new(subject, last_known, observed, |of| Some(&of.services));
        let certificates = new(subject, last_known, observed, |of| Some(&of.certificates));
        let ssh_keys = new(subject, last_known, observed, |of| of.ssh_keys.as_ref());
        let mut flaws = strong::of_credentials(
            subject,
            holder,
            "credential for a service",
            of_services,
            |of: &mut Credentials, ids| switch_off(&mut of.services, ids),
        );
        flaws.extend(strong::of_credentials(
            subject,
            holder,
            "signing certificate",
            certificates,
            |of: &mut Credentials, ids| switch_off(&mut of.certificates, ids),
        ));
        flaws.extend(strong::of_credentials(subject, holder, "SSH key", ssh_keys, |of: &mut Credentials, ids| {
            of.ssh_keys.iter_mut().for_each(|keys| switch_off(keys, ids));
        }));
        if let Some(control) = holder.control(subject, STRONG_USER).filter(|_| observed.may_be_reset(last_known)) {
            // As of a password: nobody knows the one before.
            let detail = "a user who is an administrator or has a way to more has credentials for a service that are as they were; whether one was \
                          reset cannot be told";
            flaws.push(Flaw::without_remedy(control, detail).from_before());
        }
        let lost = last_known.map(|last| observed.lost_since(last)).filter(|lost| is_strong && !lost.is_empty());
        flaws.extend(lost.map(|lost| {
            let left = match observed.devices.is_empty() {
                true => "he has no second factor",
                false => "he has another",
            };
            let detail = format!("`{}` is no device of the user's any more; {left}", lost.join("`, `"));
            let flaw = Flaw::without_remedy(SECOND_FACTOR, detail);
            // Until he has one again, it is told at each look.
            if observed.devices.is_empty() { flaw.unaccepted() } else { flaw }
        }));
        Ok(flaws)
    }

    /// They are switched on and off, never made and never deleted. Nobody but the user can register a device.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        let changed = |from: &BTreeMap<String, bool>, to: &BTreeMap<String, bool>| -> Vec<(String, bool)> {
            let is_changed = |(id, active): &(&String, &bool)| from.get(*id).is_some_and(|before| before != *active);
            to.iter().filter(is_changed).map(|(id, active)| (id.clone(), *active)).collect()
        };
        let of_services = changed(&from.services, &to.services).into_iter();
        let certificates = changed(&from.certificates, &to.certificates).into_iter();
        let ssh_keys = from.ssh_keys.as_ref().zip(to.ssh_keys.as_ref()).map(|(from, to)| changed(from, to));
        of_services
            .map(|(id, active)| CredentialAction::UpdateServiceSpecificCredential { id, active })
            .chain(certificates.map(|(id, active)| CredentialAction::UpdateSigningCertificate { id, active }))
            .chain(
                ssh_keys.into_iter().flatten().map(|(id, active)| CredentialAction::UpdateSshPublicKey { id, active }),
            )
            .collect()
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        let mut state = state.clone();
        let (of, id, active) = match action {
            CredentialAction::UpdateServiceSpecificCredential { id, active } => (Some(&mut state.services), id, active),
            CredentialAction::UpdateSigningCertificate { id, active } => (Some(&mut state.certificates), id, active),
            CredentialAction::UpdateSshPublicKey { id, active } => (state.ssh_keys.as_mut(), id, active),
        };
        if let Some(is_active) = of.and_then(|of| of.get_mut(id)) {
            *is_active = *active;
        }
        state
    }

    /// What there was before does not show.
    fn is_judged_by_memory(_subject: &Subject<'_>, _observed: &Self::State) -> bool {
        true
    }

    /// What the user may, where something is new or a device is gone.
    fn asks(
        subject: &Subject<'_>,
        last_known: Option<&Self::State>,
        observed: &Self::State,
        _identity: &Identity,
    ) -> Option<(Resource, Facet)> {
        let is_new = !new(subject, last_known, observed, |of| Some(&of.services)).is_empty()
            || !new(subject, last_known, observed, |of| Some(&of.certificates)).is_empty()
            || !new(subject, last_known, observed, |of| of.ssh_keys.as_ref()).is_empty()
            || observed.may_be_reset(last_known);
        let is_less = last_known.is_some_and(|last| !observed.lost_since(last).is_empty());
        strong::asked_of_user(subject).filter(|_| is_new || is_less)
    }

    fn knowing(subject: &Subject<'_>, observed: Self::State, known: Option<State>, _: &Identity) -> Self::State {
        let holder = Holder::told(known);
        let holder = if strong::is_protected(subject) { holder.named() } else { holder };
        Self::State { holder, ..observed }
    }
}

/// What is done about a credential.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum CredentialAction {
    /// Switch a credential for one service on or off.
    UpdateServiceSpecificCredential {
        /// Its id.
        id: String,
        /// Whether it is to be active.
        active: bool,
    },
    /// Switch a signing certificate on or off.
    UpdateSigningCertificate {
        /// Its id.
        id: String,
        /// Whether it is to be active.
        active: bool,
    },
    /// Switch an SSH key on or off.
    UpdateSshPublicKey {
        /// Its id.
        id: String,
        /// Whether it is to be active.
        active: bool,
    },
}

impl fmt::Display for CredentialAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (call, id, active) = match self {
            Self::UpdateServiceSpecificCredential { id, active } => ("UpdateServiceSpecificCredential", id, active),
            Self::UpdateSigningCertificate { id, active } => ("UpdateSigningCertificate", id, active),
            Self::UpdateSshPublicKey { id, active } => ("UpdateSSHPublicKey", id, active),
        };
        write!(f, "{call} {id} {}", if *active { "Active" } else { "Inactive" })
    }
}

/// The further credentials of a user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Credentials {
    /// Credentials for one service, by id, and whether each is active.
    pub services: BTreeMap<String, bool>,
    /// Signing certificates, likewise.
    pub certificates: BTreeMap<String, bool>,
    /// Public SSH keys for AWS CodeCommit, likewise; none: what was kept is from before they were looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh_keys: Option<BTreeMap<String, bool>>,
    /// The serial numbers of the devices of the second factor.
    pub devices: BTreeSet<String>,
    /// By id, when each credential was made, in seconds since 1970, as AWS told just now.
    #[serde(skip)]
    pub made_at: BTreeMap<String, i64>,
    /// What the user may, where that was asked for.
    #[serde(skip)]
    pub holder: Holder,
}

impl Credentials {
    /// The devices that are gone.
    fn lost_since(&self, last: &Self) -> Vec<String> {
        last.devices.difference(&self.devices).cloned().collect()
    }

    /// Whether all is as it was, and something led here all the same: a credential that was reset looks like one that was not.
    fn may_be_reset(&self, last_known: Option<&Self>) -> bool {
        let is_as_before = |last: &Self| {
            (&self.services, &self.certificates, &self.ssh_keys, &self.devices)
                == (&last.services, &last.certificates, &last.ssh_keys, &last.devices)
        };
        self.services.values().any(|active| *active) && last_known.is_some_and(is_as_before)
    }
}

fn switch_off(credentials: &mut BTreeMap<String, bool>, ids: &[String]) {
    credentials.iter_mut().filter(|(id, _)| ids.contains(id)).for_each(|(_, active)| *active = false);
}

fn new(
    subject: &Subject<'_>,
    last_known: Option<&Credentials>,
    observed: &Credentials,
    of: fn(&Credentials) -> Option<&BTreeMap<String, bool>>,
) -> Vec<(String, Novelty)> {
    let Some(now) = of(observed) else { return Vec::new() };
    strong::new_credentials(subject, last_known.and_then(of), now, &observed.made_at)
}
