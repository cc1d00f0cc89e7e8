//! One way to use one action, and what a request can carry on it.

use super::places::Home;
use super::tables::administrators::ADMINISTRATOR_POLICIES;
use super::tables::scenario::{DECRYPTING, EARLIEST, REGION_KEYS, ROOT_TASKS, UNNAMED};
use crate::keys::{self, Assumed};
use crate::region;
use crate::solve::{Formula, KeyTest};

/// One way to use one action.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scenario<'a> {
    /// In lower case.
    pub(super) action: &'a str,
    /// For `iam:PassRole`: the services that will do; empty: any.
    pub(super) passed_to: &'a [&'a str],
    /// The region that the request is made in; `None`: any.
    pub(super) region: Option<&'a str>,
    /// The key and the value of a tag that the request sets.
    pub(super) tag: Option<(&'a str, &'a str)>,
    /// Whether it does not matter which permissions boundary is set.
    pub(super) is_unbound: bool,
    /// Whether conditions hold that somebody can bring about: with what other policies may allow.
    pub(super) is_prepared: bool,
    /// Whether the holder does nothing before, so that it may.
    pub(super) is_alone: bool,
}

impl<'a> Scenario<'a> {
    pub(super) fn of(action: &'a str) -> Self {
        Self { action, passed_to: &[], region: None, tag: None, is_unbound: false, is_prepared: false, is_alone: false }
    }

    /// Of an action with which nothing is brought about before.
    pub(super) fn alone(action: &'a str) -> Self {
        Self { is_alone: true, ..Self::of(action) }
    }

    /// The assumption on a key (in lower case), as tests of that key; `brought`: values that the holder can bring about.
    pub(super) fn assumption(
        &self,
        key: &str,
        home: &Home,
        brought: &[String],
        test: &mut dyn FnMut(KeyTest) -> Formula,
    ) -> Formula {
        if let (true, Some(region)) = (REGION_KEYS.contains(&key), self.region_in(home)) {
            return test(KeyTest::among(owned(&[region])));
        }
        if let Some((name, value)) = self.tag {
            if key.strip_prefix("aws:requesttag/").is_some_and(|tag| tag.eq_ignore_ascii_case(name)) {
                return test(KeyTest::among(owned(&[value])));
            }
            if key == "aws:tagkeys" {
                return test(KeyTest::among_several(owned(&[name])));
            }
        }
        if self.is_unbound && key == "iam:permissionsboundary" {
            return Formula::TRUE;
        }
        let or_brought = |values: Vec<String>| values.into_iter().chain(brought.iter().cloned()).collect();
        match keys::assumed(key, self.action) {
            Assumed::Anything => Formula::TRUE,
            Assumed::Unnamed | Assumed::Unconfining if self.is_prepared => Formula::TRUE,
            Assumed::NeededService if self.passed_to.is_empty() => Formula::TRUE,
            Assumed::NeededService => test(KeyTest::among_if_exists(services(self.passed_to, home))),
            Assumed::Nothing => test(KeyTest::is_absent()),
            Assumed::Unnamed => test(KeyTest::among_if_exists(or_brought(owned(&[UNNAMED])))),
            Assumed::Unconfining => test(KeyTest::among_if_exists(or_brought(administrator_policies(home)))),
            Assumed::Decrypting => test(KeyTest::among_several(owned(&DECRYPTING))),
            Assumed::Holder => {
                test(KeyTest::among(vec![format!("arn:{}:iam::{}:role/holder", home.partition, home.account)]))
            }
            Assumed::RootTask => {
                let task = |name: &&str| format!("arn:{}:iam::aws:policy/{name}", home.partition);
                test(KeyTest::among(ROOT_TASKS.iter().map(task).collect()))
            }
            Assumed::Now => test(KeyTest::after_if_exists(EARLIEST)),
        }
    }

    /// Where the request is made, as far as that is known. None is made to IAM for `iam:PassRole`, but one to whom the role is given: "PassRole is
    /// not an API call. PassRole is a permission" (IAM User Guide, Grant a user permissions to pass a role to an AWS service).
    pub(super) fn region_in(&self, home: &Home) -> Option<&'a str> {
        if self.action == "iam:passrole" {
            return self.region;
        }
        let service = self.action.split(':').next().unwrap_or_default();
        region::of_global(service, &home.partition).or(self.region)
    }
}

/// The services by all names that they have in the partition.
fn services(plain: &[&str], home: &Home) -> Vec<String> {
    plain.iter().flat_map(|name| region::service_names(name, &home.partition)).collect()
}

/// Policies that confine nothing, and one that the holder wrote.
fn administrator_policies(home: &Home) -> Vec<String> {
    let managed = ADMINISTRATOR_POLICIES.iter().map(|name| format!("arn:{}:iam::aws:{name}", home.partition));
    managed.chain([format!("arn:{}:iam::{}:policy/{UNNAMED}", home.partition, home.account)]).collect()
}

fn owned(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}
