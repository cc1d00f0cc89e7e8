use std::collections::BTreeSet;

use parapet_core::{ControlId, Resource, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::{Flaw, Flaws};
use crate::guard::policy::PolicyAction;

/// A provider whose users may become roles that trust it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// Never a provider made, nor one deleted: whoever signs in through it would be locked out.
pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Option<Provider>>,
    observed: &Option<Provider>,
) -> Flaws<'a, Option<Provider>> {
    let Some(provider) = observed else { return Ok(Vec::new()) };
    let Resource::IdentityProvider { arn } = subject.resource else { return Ok(Vec::new()) };
    let last = last_known.and_then(Option::as_ref);
    let mut flaws = Vec::new();
    if let Some((detail, right)) = last.and_then(|last| changed(last, provider)) {
        let mend = move |provider: &mut Option<Provider>| *provider = Some(right);
        flaws.push(Flaw::new(ControlId::IdentityProvider, detail, mend));
    } else if !subject.standard.trusts_provider(arn) {
        let detail = "the provider is not among trust.providers of the standard";
        let flaw = Flaw::without_remedy(ControlId::IdentityProvider, detail);
        flaws.push(if last.is_some() { flaw.from_before() } else { flaw });
    }
    Ok(flaws)
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

pub(crate) fn diff(from: Option<&Provider>, to: Option<&Provider>) -> Vec<PolicyAction> {
    match (from, to) {
        (Some(Provider::Saml { .. }), Some(Provider::Saml { metadata })) => {
            vec![PolicyAction::UpdateSamlProvider(metadata.clone())]
        }
        (
            Some(Provider::Oidc { client_ids: had, thumbprints: before }),
            Some(Provider::Oidc { client_ids, thumbprints }),
        ) => {
            let replaced = (before != thumbprints).then(|| PolicyAction::UpdateThumbprints(thumbprints.clone()));
            let removed = had.difference(client_ids).cloned().map(PolicyAction::RemoveClientId);
            let added = client_ids.difference(had).cloned().map(PolicyAction::AddClientId);
            replaced.into_iter().chain(removed).chain(added).collect()
        }
        _ => Vec::new(),
    }
}

pub(crate) fn step(provider: Option<&Provider>, action: &PolicyAction) -> Option<Provider> {
    let mut provider = provider?.clone();
    match (&mut provider, action) {
        (Provider::Saml { metadata }, PolicyAction::UpdateSamlProvider(new)) => metadata.clone_from(new),
        (Provider::Oidc { thumbprints, .. }, PolicyAction::UpdateThumbprints(new)) => thumbprints.clone_from(new),
        (Provider::Oidc { client_ids, .. }, PolicyAction::RemoveClientId(id)) => {
            client_ids.remove(id);
        }
        (Provider::Oidc { client_ids, .. }, PolicyAction::AddClientId(id)) => {
            client_ids.insert(id.clone());
        }
        _ => {}
    }
    Some(provider)
}
