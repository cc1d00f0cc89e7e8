//! Kinds of callers, and which context keys are tied to them.

use super::carried::{ALWAYS_THERE, ALWAYS_THERE_FOR_AWS, OF_IAM_PRINCIPALS};
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
pub(crate) const EXAMPLE_PROVIDER: &str = "arn:aws:iam::123456789012:saml-provider/example";

/// Whether no request of an IAM principal lacks the key (in lower case).
pub(super) fn is_always_there(key: &str) -> bool {
    ALWAYS_THERE.iter().chain(&ALWAYS_THERE_FOR_AWS).any(|(name, _)| *name == key)
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

    /// What the request carries of a key for certain; empty: nothing. `None`: it depends.
    pub(crate) fn carries(&self, key: &str) -> Option<Vec<String>> {
        let one = |value: &str| Some(vec![value.to_owned()]);
        let is_of_iam = OF_IAM_PRINCIPALS.iter().any(|prefix| key.starts_with(prefix));
        match (self, key) {
            (Self::Service(_), "aws:principalisawsservice") => one("true"),
            (Self::Anonymous, "aws:principalisawsservice") => Some(Vec::new()),
            (_, "aws:principalisawsservice") => one("false"),
            (Self::Service(name), "aws:principalservicename") => one(name),
            (Self::Federated(name), "aws:federatedprovider") => one(name),
            (_, "aws:principalservicename") => Some(Vec::new()),
            (Self::Aws, "aws:principalservicenameslist") => Some(Vec::new()),
            (Self::Aws, _) => None,
            _ if is_of_iam => Some(Vec::new()),
            _ => None,
        }
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
        let of_aws: &[(&str, &str)] = if *self == Self::Aws { &ALWAYS_THERE_FOR_AWS } else { &[] };
        ALWAYS_THERE.iter().chain(of_aws).find(|(name, _)| *name == key).map(|(_, value)| *value)
    }
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
        check(&Caller::Aws, "aws:principalarn", None);
        check(&Caller::Aws, "aws:principalisawsservice", Some(&["false"]));
        check(&Caller::Anonymous, "aws:principalisawsservice", Some(&[]));
        assert_eq!(Caller::Aws.usual("aws:principaltype"), Some("AssumedRole"));
        assert_eq!(Caller::Anonymous.usual("aws:principaltype"), None);
        assert_eq!(Caller::Anonymous.usual("aws:securetransport"), Some("true"));
    }
}
