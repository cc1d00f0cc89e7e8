//! Kinds of callers, and which context keys are tied to them.

use crate::federation;
use crate::keys::{self, There};
use crate::statement::{PrincipalElement, PrincipalEntry, PrincipalType, Principals, Statement};
use std::collections::BTreeSet;

/// Who asks. The cases are told apart before the search, because each fixes many context keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A user, a role or the root of some account: which one is a dimension of the search.
    Aws,
    /// An AWS service, such as `sns.amazonaws.com`.
    Service(String),
    /// An identity provider, such as `accounts.google.com`.
    Federated(String),
    /// A canonical user id, as S3 names accounts.
    Canonical(String),
    /// Somebody without credentials.
    Anonymous,
}

/// A provider that no policy names.
const EXAMPLE_PROVIDER: &str = "arn:aws:iam::123456789012:saml-provider/example";

/// The region of a service's name that has one no policy tells.
const EXAMPLE_REGION: &str = "us-east-1";

/// Whether no request of an IAM principal lacks the key (in lower case).
pub(super) fn is_always_there(key: &str) -> bool {
    matches!(Caller::Aws.there(key), Some(There::Always(_)))
}

impl Caller {
    /// All cases that statements tell apart: IAM principals, each service and provider that is named, one of each that
    /// is not, and nobody.
    pub(crate) fn cases<'a>(statements: impl Iterator<Item = &'a Statement>) -> Vec<Self> {
        let mut services = BTreeSet::from(["newservice.amazonaws.com"]);
        let mut providers = BTreeSet::from([EXAMPLE_PROVIDER]);
        let mut canonical = BTreeSet::new();
        for entry in statements.flat_map(entries) {
            match entry.kind {
                PrincipalType::Service if !entry.value.contains(['*', '?']) => services.insert(entry.value.as_str()),
                PrincipalType::Federated if !entry.value.contains(['*', '?']) => providers.insert(entry.value.as_str()),
                PrincipalType::CanonicalUser => canonical.insert(entry.value.as_str()),
                _ => false,
            };
        }
        let services = services.into_iter().map(|s| Self::Service(s.to_owned()));
        let providers = providers.into_iter().map(|s| Self::Federated(s.to_owned()));
        let canonical = canonical.into_iter().map(|s| Self::Canonical(s.to_owned()));
        [Self::Aws].into_iter().chain(services).chain(providers).chain(canonical).chain([Self::Anonymous]).collect()
    }

    /// What the request carries of a key (in lower case) for certain; empty: nothing. `None`: it depends.
    pub(crate) fn carries(&self, key: &str) -> Option<Vec<String>> {
        let name = || self.name().unwrap_or_default();
        match self.there(key) {
            Some(There::Never) => Some(Vec::new()),
            Some(There::Is(value)) => Some(vec![value.to_owned()]),
            Some(There::Name) => Some(vec![name().to_owned()]),
            Some(There::Names) => Some(names_of_service(name())),
            Some(There::Always(_) | There::Some) => None,
            None => self.lacks_claim(key).then(Vec::new),
        }
    }

    /// Whether the key is a claim that no request with a token of such a caller has. Sessions of roles keep the claims that they began with.
    fn lacks_claim(&self, key: &str) -> bool {
        match (federation::issuer_of_key(key), self) {
            (None, _) | (_, Self::Aws | Self::Canonical(_)) => false,
            (Some(issuer), Self::Federated(provider)) => {
                let is_given = federation::claim_of_key(key).is_some_and(|claim| federation::is_given(issuer, claim));
                !federation::is_issuer(issuer, provider) || !is_given
            }
            (Some(_), Self::Service(_) | Self::Anonymous) => true,
        }
    }

    /// Whether requests of such a caller carry a key (in lower case); `None`: nothing is known of it.
    fn there(&self, key: &str) -> Option<There> {
        let carried = &keys::find(key)?.carried;
        Some(match self {
            Self::Aws | Self::Canonical(_) => carried.principal,
            Self::Service(_) => carried.service,
            Self::Federated(_) => carried.provider,
            Self::Anonymous => carried.nobody,
        })
    }

    /// What stands in [`Request`](crate::Request)s for a caller that is not an IAM principal.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Aws => None,
            Self::Service(name) | Self::Federated(name) | Self::Canonical(name) => Some(name),
            Self::Anonymous => Some("*"),
        }
    }

    /// The usual value of a key (in lower case) that every request of such a caller carries.
    pub(crate) fn usual(&self, key: &str) -> Option<&'static str> {
        match self.there(key)? {
            There::Always(usual) => Some(usual),
            _ => None,
        }
    }
}

/// The names of a service: "Some services may create Regional service principals to indicate a particular instance of the service
/// within a specific Region" (IAM User Guide, AWS global condition context keys, `aws:PrincipalServiceNamesList`).
fn names_of_service(name: &str) -> Vec<String> {
    let labels: Vec<&str> = name.split('.').collect();
    let without: Vec<&str> = labels.iter().copied().filter(|label| !is_region(label)).collect();
    let other = match labels.len() == without.len() {
        true => name.split_once('.').map(|(head, tail)| format!("{head}.{EXAMPLE_REGION}.{tail}")),
        false => Some(without.join(".")),
    };
    [name.to_owned()].into_iter().chain(other).collect()
}

/// Such as `eu-central-1`.
fn is_region(label: &str) -> bool {
    label.split('-').count() > 2 && label.ends_with(|c: char| c.is_ascii_digit())
}

fn entries(statement: &Statement) -> &[PrincipalEntry] {
    match &statement.principals {
        PrincipalElement::Principal(Principals::Listed(list))
        | PrincipalElement::NotPrincipal(Principals::Listed(list)) => list,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use serde_json::json;

    #[test]
    fn each_service_and_provider_that_is_named_is_a_case() {
        let principal = json!({"AWS": "*", "Service": ["sns.amazonaws.com", "*"], "Federated": "accounts.google.com"});
        let statement = json!({"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*"});
        let document = Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap();
        let cases = Caller::cases(document.statements().iter());
        let names: Vec<Option<&str>> = cases.iter().map(Caller::name).collect();
        let expected = [
            None,
            Some("newservice.amazonaws.com"),
            Some("sns.amazonaws.com"),
            Some("accounts.google.com"),
            Some(EXAMPLE_PROVIDER),
            Some("*"),
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn what_a_caller_carries() {
        let service = Caller::Service("sns.amazonaws.com".to_owned());
        let check = |caller: &Caller, key: &str, expected: Option<&[&str]>| {
            let found = caller.carries(key);
            let found = found.as_ref().map(|values| values.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(found.as_deref(), expected, "{key} of {caller:?}");
        };
        check(&service, "aws:principalservicename", Some(&["sns.amazonaws.com"]));
        check(&service, "aws:principalisawsservice", Some(&["true"]));
        check(&service, "aws:principalarn", Some(&[]));
        check(&service, "aws:principaltag/team", Some(&[]));
        check(&service, "aws:sourcearn", None);
        check(&service, "aws:sourcevpce", Some(&[]));
        check(&service, "aws:viaawsservice", Some(&["false"]));
        check(&service, "token.actions.githubusercontent.com:sub", Some(&[]));
        check(&service, "aws:principalservicenameslist", Some(&["sns.amazonaws.com", "sns.us-east-1.amazonaws.com"]));
        let regional = Caller::Service("states.eu-west-1.amazonaws.com".to_owned());
        let both: &[&str] = &["states.eu-west-1.amazonaws.com", "states.amazonaws.com"];
        check(&regional, "aws:principalservicenameslist", Some(both));
        check(&Caller::Aws, "aws:principalarn", None);
        for key in ["aws:principalservicename", "aws:principalservicenameslist", "aws:sourceaccount", "aws:sourcearn"] {
            check(&Caller::Aws, key, Some(&[]));
            check(&Caller::Anonymous, key, Some(&[]));
        }
        check(&Caller::Aws, "aws:sourcevpce", None);
        check(&Caller::Aws, "cognito-identity.amazonaws.com:sub", None);
        let github = Caller::Federated("arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com".to_owned());
        check(&github, "token.actions.githubusercontent.com:sub", None);
        check(&github, "gitlab.com:sub", Some(&[]));
        check(&Caller::Aws, "aws:principalisawsservice", Some(&["false"]));
        check(&Caller::Anonymous, "aws:principalisawsservice", Some(&[]));
        assert_eq!(Caller::Aws.usual("aws:principaltype"), Some("AssumedRole"));
        assert_eq!(Caller::Anonymous.usual("aws:principaltype"), None);
        assert_eq!(Caller::Anonymous.usual("aws:securetransport"), Some("true"));
    }
}
