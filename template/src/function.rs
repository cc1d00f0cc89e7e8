use parapet_aws::permissions::Permission;
use parapet_aws::roles;
use parapet_core::Home;
use parapet_guards::foundation::stages;
use parapet_guards::{Facet, GuardName, Standard};

use crate::grant::grant;

/// A Lambda function of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// What creates and repairs, when it is invoked.
    Bootstrap,
    /// What finds out afterwards, on a schedule.
    Sweep,
    /// What reacts to events.
    Guard(GuardName),
}

impl Function {
    /// Every function, in the order of the template.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::Bootstrap, Self::Sweep].into_iter().chain(Self::guards())
    }

    /// Those of the guards.
    pub fn guards() -> impl Iterator<Item = Self> {
        GuardName::ALL.iter().copied().map(Self::Guard)
    }

    /// What it does, for whoever looks through the account's functions.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Bootstrap => {
                "Creates and repairs the ML bucket, key, role, log buckets and trail. Runs when it is invoked."
            }
            Self::Sweep => {
                "Looks at everything for what no event told, and whether CloudTrail shows the events that the guards were given. \
                 Runs each minute."
            }
            Self::Guard(guard) => guard.owns(),
        }
    }

    /// As its package and folder are called: `policy-guard`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Bootstrap => "bootstrap".to_owned(),
            Self::Sweep => "sweep".to_owned(),
            Self::Guard(guard) => guard.as_str().to_owned(),
        }
    }

    /// What its logical ids begin with: `PolicyGuard`.
    #[must_use]
    pub fn id(self) -> String {
        pascal(&self.name())
    }

    /// In words: `policy guard`.
    #[must_use]
    pub fn words(self) -> String {
        self.name().replace('-', " ")
    }

    /// What its role allows, each permission for each call that needs it. What its scope holds nothing of here, such as users for bootstrap,
    /// is not allowed.
    #[must_use]
    pub fn permissions(self) -> Vec<Permission> {
        let mut needed = match self {
            Self::Bootstrap => of_bootstrap(),
            Self::Sweep => roles::of_sweep(),
            Self::Guard(guard) => roles::of_guard(guard),
        };
        needed.retain(|permission| !grant(permission.scope, self).is_empty());
        needed
    }
}

/// What bootstrap makes and repairs, and what it reads of everything: what it reads so is not said again of its own resources.
fn of_bootstrap() -> Vec<Permission> {
    let everywhere = roles::of_baseline();
    let mut needed = roles::of_bootstrap(&facets_of_bootstrap());
    needed.retain(|permission| !everywhere.iter().any(|wide| wide.action == permission.action));
    [needed, everywhere].concat()
}

/// What bootstrap ensures under the built-in standard. Another one may leave some of it out, and adds nothing.
fn facets_of_bootstrap() -> Vec<Facet> {
    let home = Home { partition: "aws".to_owned(), account: "111122223333".to_owned(), region: "us-east-1".to_owned() };
    let stages = Standard::built_in(&home).map(|standard| stages(&standard, &home)).unwrap_or_default();
    stages.into_iter().flat_map(|stage| stage.facets).collect()
}

/// `policy-guard` as `PolicyGuard`.
pub(crate) fn pascal(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    name.split('-').map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids() {
        let guard = Function::Guard(GuardName::PolicyGuard);
        assert_eq!((guard.name().as_str(), guard.id().as_str()), ("policy-guard", "PolicyGuard"));
        assert_eq!((Function::Bootstrap.id().as_str(), pascal("s3").as_str()), ("Bootstrap", "S3"));
    }

    /// AWS Lambda API Reference, CreateFunction: a description has at most 256 characters.
    #[test]
    fn descriptions_fit() {
        for function in Function::all() {
            assert!((1..=256).contains(&function.description().len()), "{function:?}");
        }
    }

    #[test]
    fn bootstrap_ensures_something_of_every_guard() {
        for &guard in GuardName::ALL {
            // It makes no repository.
            let is_ensured = guard != GuardName::AiGuard;
            assert_eq!(facets_of_bootstrap().iter().any(|facet| facet.owner() == guard), is_ensured, "{guard}");
        }
    }
}
