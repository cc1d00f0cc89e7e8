use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::iam::resources::SERVICE;
use crate::{Subject, on};

control! {
    IDENTITY_PROVIDER = "IAM.IdentityProvider", High, Observe, fsbp [], cis [],
    "Identity providers are those of the standard, and do not change",
    "Whoever vouches for others may become every role that trusts the provider; yet to take one away locks its users out, so this is observed unless asked for.",
}

/// Who vouches for those that come from outside; none where there is no such provider.
pub struct Unit;

impl Aspect for Unit {
    type On = on::IdentityProvider;
    type State = Option<Provider>;
    type Action = ProviderAction;

    const ROW: Row = Row {
        id: "identity-provider",
        name: "identity provider",
        service: &SERVICE,
        events: &[
            "CreateSAMLProvider",
            "UpdateSAMLProvider",
            "CreateOpenIDConnectProvider",
            "AddClientIDToOpenIDConnectProvider",
            "UpdateOpenIDConnectProviderThumbprint",
        ],
        controls: &[IDENTITY_PROVIDER],
        is_about_access: false,
        // Roles trust it by its name.
        is_known_by_name: true,
        ..Row::OF_ACCESS
    };

    /// Never a provider made, nor one deleted: whoever signs in through it would be locked out.
    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<Provider>>,
        observed: &Option<Provider>,
    ) -> Flaws<'a, Option<Provider>> {
        let Some(provider) = observed else { return Ok(Vec::new()) };
        let Some(on::IdentityProvider { arn }) = subject.on() else { return Ok(Vec::new()) };
        let last = last_known.and_then(Option::as_ref);
        let mut flaws = Vec::new();
        if let Some((detail, right)) = last.and_then(|last| changed(last, provider)) {
            let mend = move |provider: &mut Option<Provider>| *provider = Some(right);
            flaws.push(Flaw::new(IDENTITY_PROVIDER, detail, mend));
        } else if !subject.standard.trusts_provider(arn) {
            let detail = "the provider is not among trust.providers of the standard";
            let flaw = Flaw::without_remedy(IDENTITY_PROVIDER, detail);
            flaws.push(if last.is_some() { flaw.from_before() } else { flaw });
        } else if last.is_none() {
            let detail = "the standard names the provider, and nothing is known of who vouched by this name before: whether its certificates are \
                          those that are meant is yours to say";
            flaws.push(Flaw::without_remedy(IDENTITY_PROVIDER, detail));
        }
        Ok(flaws)
    }

    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        match (from, to) {
            (Some(Provider::Saml { .. }), Some(Provider::Saml { metadata })) => {
                vec![ProviderAction::UpdateSamlProvider(metadata.clone())]
            }
            (
                Some(Provider::Oidc { client_ids: had, thumbprints: before }),
                Some(Provider::Oidc { client_ids, thumbprints }),
            ) => {
                let replaced = (before != thumbprints).then(|| ProviderAction::UpdateThumbprints(thumbprints.clone()));
                let removed = had.difference(client_ids).cloned().map(ProviderAction::RemoveClientId);
                let added = client_ids.difference(had).cloned().map(ProviderAction::AddClientId);
                replaced.into_iter().chain(removed).chain(added).collect()
            }
            _ => Vec::new(),
        }
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        let mut provider = state.clone()?;
        match (&mut provider, action) {
            (Provider::Saml { metadata }, ProviderAction::UpdateSamlProvider(new)) => metadata.clone_from(new),
            (Provider::Oidc { thumbprints, .. }, ProviderAction::UpdateThumbprints(new)) => thumbprints.clone_from(new),
            (Provider::Oidc { client_ids, .. }, ProviderAction::RemoveClientId(id)) => {
                client_ids.remove(id);
            }
            (Provider::Oidc { client_ids, .. }, ProviderAction::AddClientId(id)) => {
                client_ids.insert(id.clone());
            }
            _ => {}
        }
        Some(provider)
    }

    fn is_absent(state: &Self::State) -> bool {
        state.is_none()
    }

    /// Whose certificate it was before does not show.
    fn is_judged_by_memory(_subject: &Subject<'_>, observed: &Self::State) -> bool {
        observed.is_some()
    }
}

/// What is done about a provider.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum ProviderAction {
    /// Put a SAML provider's metadata.
    UpdateSamlProvider(String),
    /// Put an OpenID Connect provider's thumbprints.
    UpdateThumbprints(BTreeSet<String>),
    /// Take a client id from an OpenID Connect provider.
    RemoveClientId(String),
    /// Give an OpenID Connect provider a client id.
    AddClientId(String),
}

impl fmt::Display for ProviderAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UpdateSamlProvider(_) => f.write_str("UpdateSAMLProvider"),
            Self::UpdateThumbprints(thumbprints) => {
                write!(f, "UpdateOpenIDConnectProviderThumbprint with {}", thumbprints.len())
            }
            Self::RemoveClientId(id) => write!(f, "RemoveClientIDFromOpenIDConnectProvider {id}"),
            Self::AddClientId(id) => write!(f, "AddClientIDToOpenIDConnectProvider {id}"),
        }
    }
}

/// A provider whose users may become roles that trust it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Provider {
    /// A SAML provider.
    Saml {
        /// Its metadata, in which the certificate stands that vouches.
        metadata: String,
    },
    /// An OpenID Connect provider.
    Oidc {
        /// Whom its tokens are for.
        client_ids: BTreeSet<String>,
        /// The certificates of its server. AWS IAM API Reference, UpdateOpenIDConnectProviderThumbprint: the list that is passed
        /// "completely replaces the existing list".
        thumbprints: BTreeSet<String>,
    },
}

/// What was added to a provider, and the provider without it. Less than before is left alone.
fn changed(last: &Provider, observed: &Provider) -> Option<(String, Provider)> {
    match (last, observed) {
        (Provider::Saml { metadata: before }, Provider::Saml { metadata: now }) if before != now => {
            Some(("the provider's metadata is another than before".to_owned(), last.clone()))
        }
        (Provider::Oidc { client_ids: known, thumbprints: before }, Provider::Oidc { client_ids, thumbprints }) => {
            let new_ids: Vec<&str> = client_ids.difference(known).map(String::as_str).collect();
            let new_certificates = thumbprints.difference(before).count();
            if new_ids.is_empty() && new_certificates == 0 {
                return None;
            }
            let detail = format!("new: client ids `{}`, {new_certificates} thumbprints", new_ids.join("`, `"));
            let kept: BTreeSet<String> = thumbprints.intersection(before).cloned().collect();
            let right = Provider::Oidc {
                client_ids: client_ids.intersection(known).cloned().collect(),
                thumbprints: if kept.is_empty() { before.clone() } else { kept },
            };
            Some((detail, right))
        }
        _ => None,
    }
}
