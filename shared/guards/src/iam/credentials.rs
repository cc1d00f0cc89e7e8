//! What else than keys and a password proves somebody a user: credentials for one service, signing certificates, and the second factor.

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
            "UploadSigningCertificate",
            "UpdateSigningCertificate",
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
        let of_services = new(subject, last_known, observed, |of| &of.services);
        let certificates = new(subject, last_known, observed, |of| &of.certificates);
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
        of_services
            .map(|(id, active)| CredentialAction::UpdateServiceSpecificCredential { id, active })
            .chain(certificates.map(|(id, active)| CredentialAction::UpdateSigningCertificate { id, active }))
            .collect()
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        let mut state = state.clone();
        let (of, id, active) = match action {
            CredentialAction::UpdateServiceSpecificCredential { id, active } => (&mut state.services, id, active),
            CredentialAction::UpdateSigningCertificate { id, active } => (&mut state.certificates, id, active),
        };
        if let Some(is_active) = of.get_mut(id) {
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
        let is_new = !new(subject, last_known, observed, |of| &of.services).is_empty()
            || !new(subject, last_known, observed, |of| &of.certificates).is_empty();
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
}

impl fmt::Display for CredentialAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (call, id, active) = match self {
            Self::UpdateServiceSpecificCredential { id, active } => ("UpdateServiceSpecificCredential", id, active),
            Self::UpdateSigningCertificate { id, active } => ("UpdateSigningCertificate", id, active),
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
}

fn switch_off(credentials: &mut BTreeMap<String, bool>, ids: &[String]) {
    credentials.iter_mut().filter(|(id, _)| ids.contains(id)).for_each(|(_, active)| *active = false);
}

fn new(
    subject: &Subject<'_>,
    last_known: Option<&Credentials>,
    observed: &Credentials,
    of: fn(&Credentials) -> &BTreeMap<String, bool>,
) -> Vec<(String, Novelty)> {
    strong::new_credentials(subject, last_known.map(of), of(observed), &observed.made_at)
}
