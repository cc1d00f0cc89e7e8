//! One way to use one action, and what a request can carry on it.

use super::places::Home;
use super::tables::administrators::{ADMINISTRATOR_POLICIES, POWERFUL_POLICIES};
use super::tables::scenario::{
    DECRYPTING, EARLIEST, REGION_KEYS, ROOT_TASKS, SILENT_SERVICES, TAG_KEYS, TAGS_OF_REQUESTS, UNNAMED,
};
use crate::keys::{self, Assumed};
use crate::region;
use crate::solve::{Formula, KeyTest};
use crate::zone::Family;

/// On what an action is as good as on every resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// On none, and only what names everything is about it: a pattern such as `secret:*-??????` is meant for what it says of data.
    Plain,
    /// On none.
    AnyOne,
    /// On the policy itself, or whoever holds it: who writes that gives himself what he likes.
    Oneself,
    /// On somebody who is known to have more.
    Stronger,
    /// On a role that is known to have more, and that whoever the account's policies let may become.
    Open,
}

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
    /// On what it is as good as on every resource.
    pub(super) aim: Aim,
    /// The alias of the key that the request is about; `None`: any, or none.
    pub(super) alias: Option<&'a str>,
    /// Tags that the resource has, as their keys and patterns of their values.
    pub(super) tags: &'a [(String, String)],
    /// The roles any one of which it may be about; `None`: it is about something else.
    pub(super) family: Option<&'a Family>,
    /// Whether it does not matter which permissions boundary is set.
    pub(super) is_unbound: bool,
    /// Whether the holder makes the resource, or sets its boundary, so that the boundary can be one of its own.
    pub(super) is_made: bool,
    /// AWS's own policies that will do, to attach or as a boundary.
    pub(super) policies: &'a [&'a str],
    /// Whether conditions hold that somebody can bring about: with what other policies may allow.
    pub(super) is_prepared: bool,
    /// Whether the holder does nothing before, so that it may.
    pub(super) is_alone: bool,
    /// Whether it changes nothing before but itself.
    pub(super) is_of_itself: bool,
}

impl<'a> Scenario<'a> {
    pub(super) fn of(action: &'a str) -> Self {
        Self {
            action,
            passed_to: &[],
            region: None,
            tag: None,
            aim: Aim::AnyOne,
            alias: None,
            tags: &[],
            family: None,
            is_unbound: false,
            is_made: false,
            policies: &POWERFUL_POLICIES,
            is_prepared: false,
            is_alone: false,
            is_of_itself: false,
        }
    }

    /// Of an action with which nothing is brought about before, and which has to be enough.
    pub(super) fn alone(action: &'a str) -> Self {
        Self { is_alone: true, policies: &ADMINISTRATOR_POLICIES, ..Self::of(action) }
    }

    /// The same, but for what the holder makes of itself before: it sets tags of its own.
    pub(super) fn of_itself(action: &'a str) -> Self {
        Self { is_alone: false, is_of_itself: true, ..Self::alone(action) }
    }

    /// The assumption on a key (in lower case), as tests of that key; `brought`: values that the holder can bring about.
    pub(super) fn assumption(
        &self,
        key: &str,
        home: &Home,
        brought: &[String],
        test: &mut dyn FnMut(KeyTest) -> Formula,
    ) -> Formula {
        let assumed = keys::assumed(key, self.action);
        if let (true, Some(region)) = (REGION_KEYS.contains(&key), self.region_in(home)) {
            return match assumed {
                Assumed::Nothing => test(KeyTest::is_absent()),
                _ => test(KeyTest::among(owned(&[region]))),
            };
        }
        if let Some((name, value)) = self.tag {
            let is_named = |prefix: &&str| key.strip_prefix(*prefix).is_some_and(|tag| tag.eq_ignore_ascii_case(name));
            if TAGS_OF_REQUESTS.iter().any(is_named) {
                return test(KeyTest::among(owned(&[value])));
            }
            if TAG_KEYS.contains(&key) {
                return test(KeyTest::among_several(owned(&[name])));
            }
        }
        if let (Some(alias), "kms:resourcealiases" | "kms:requestalias") = (self.alias, key) {
            return test(KeyTest::among(owned(&[alias])));
        }
        if let Some(tag) = tag_of_resource(key) {
            if let Some(family) = self.family.filter(|_| !matches!(assumed, Assumed::Nothing)) {
                return of_family(family, tag, test);
            }
            let of_tag = self.tags.iter().filter(|(name, _)| name.eq_ignore_ascii_case(tag));
            let values: Vec<String> = of_tag.map(|(_, value)| value.clone()).collect();
            if !values.is_empty() {
                return test(KeyTest::like(values));
            }
        }
        if self.is_unbound && key == "iam:permissionsboundary" {
            return Formula::TRUE;
        }
        let or_brought = |values: Vec<String>| values.into_iter().chain(brought.iter().cloned()).collect();
        match assumed {
            Assumed::Anything => Formula::TRUE,
            Assumed::Unnamed | Assumed::UnnamedOf(_) | Assumed::Unconfining | Assumed::UnconfiningPolicy
                if self.is_prepared =>
            {
                Formula::TRUE
            }
            Assumed::NeededService if self.passed_to.is_empty() => Formula::TRUE,
            Assumed::NeededService if self.passed_to.iter().any(|name| SILENT_SERVICES.contains(name)) => {
                test(KeyTest::among_if_exists(services(self.passed_to, home)))
            }
            Assumed::NeededService => test(KeyTest::among(services(self.passed_to, home))),
            Assumed::Nothing => test(KeyTest::is_absent()),
            Assumed::False => test(KeyTest::among_if_exists(owned(&["false"]))),
            Assumed::Unnamed => test(KeyTest::among_if_exists(or_brought(owned(&[UNNAMED])))),
            Assumed::UnnamedOf(forms) => test(KeyTest::among_if_exists(or_brought(self.filled(forms, home)))),
            Assumed::Perhaps(forms) => {
                let is_absent = test(KeyTest::is_absent());
                Formula::any([is_absent, test(KeyTest::among_several(self.filled(forms, home)))])
            }
            Assumed::OneOf(forms) => test(KeyTest::among_several(self.filled(forms, home))),
            Assumed::Stranger => test(strangers(home)),
            Assumed::PerhapsStranger => {
                let is_absent = test(KeyTest::is_absent());
                Formula::any([is_absent, test(strangers(home))])
            }
            Assumed::Unconfining => test(KeyTest::among_if_exists(or_brought(unconfining(self.policies, home)))),
            Assumed::UnconfiningPolicy => test(KeyTest::among(or_brought(unconfining(self.policies, home)))),
            Assumed::Decrypting => test(KeyTest::among_several(owned(&DECRYPTING))),
            Assumed::Holder => test(KeyTest::among(holders(home))),
            Assumed::RootTask => {
                let task = |name: &&str| format!("arn:{}:iam::aws:policy/{name}", home.partition);
                test(KeyTest::among(ROOT_TASKS.iter().map(task).collect()))
            }
            Assumed::Now => test(KeyTest::after_if_exists(EARLIEST)),
        }
    }

    /// The values that forms stand for.
    fn filled(&self, forms: &[&str], home: &Home) -> Vec<String> {
        let region = self.region_in(home).or_else(|| region::regions(&home.partition).first().copied());
        let holes = [
            ("{partition}", home.partition.as_str()),
            ("{region}", region.unwrap_or_default()),
            ("{account}", home.account.as_str()),
            ("{unnamed}", UNNAMED),
        ];
        let fill = |form: &&str| holes.iter().fold((*form).to_owned(), |text, (hole, value)| text.replace(hole, value));
        forms.iter().map(fill).collect()
    }

    /// What somebody is, in an ARN, who does this to himself; `None`: it is not asked, or it is about something else.
    pub(super) fn own_kind(&self) -> Option<&'static str> {
        match self.action {
            _ if self.aim != Aim::Oneself => None,
            "iam:putuserpolicy" | "iam:attachuserpolicy" => Some(":user/"),
            "iam:putrolepolicy" | "iam:attachrolepolicy" => Some(":role/"),
            _ => None,
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

/// The key of a tag, of which a key (in lower case) is the value that the resource has.
pub(super) fn tag_of_resource(key: &str) -> Option<&str> {
    let (of, tag) = key.split_once('/')?;
    of.ends_with(":resourcetag").then_some(tag)
}

/// What is assumed of a tag of one of a family.
fn of_family(family: &Family, tag: &str, test: &mut dyn FnMut(KeyTest) -> Formula) -> Formula {
    let of_tag = family.tags.iter().filter(|(name, _)| name.eq_ignore_ascii_case(tag));
    let values: Vec<String> = of_tag.map(|(_, value)| value.clone()).collect();
    if values.is_empty() {
        return Formula::TRUE;
    }
    let is_absent = test(KeyTest::is_absent());
    Formula::any([is_absent, test(KeyTest::like(values))])
}

/// The services by all names that they have in the partition.
fn services(plain: &[&str], home: &Home) -> Vec<String> {
    plain.iter().flat_map(|name| region::service_names(name, &home.partition)).collect()
}

/// That some value is none of an account's.
fn strangers(home: &Home) -> KeyTest {
    KeyTest::one_unlike(vec![home.account.clone(), format!("arn:*:*:*:{}:*", home.account)])
}

/// AWS's own policies that confine nothing, and one that the holder wrote.
fn unconfining(policies: &[&str], home: &Home) -> Vec<String> {
    let managed = policies.iter().map(|name| format!("arn:{}:iam::aws:{name}", home.partition));
    managed.chain([format!("arn:{}:iam::{}:policy/{UNNAMED}", home.partition, home.account)]).collect()
}

/// Whoever the holder may be: "Valid principals include Amazon Web Services accounts, IAM users, IAM roles, federated users, and assumed role
/// users" (AWS KMS API Reference, CreateGrant, GranteePrincipal).
fn holders(home: &Home) -> Vec<String> {
    let of = |service: &str, name: &str| format!("arn:{}:{service}::{}:{name}", home.partition, home.account);
    vec![
        of("iam", "role/holder"),
        of("iam", "user/holder"),
        of("sts", "assumed-role/holder/session"),
        of("sts", "federated-user/holder"),
    ]
}

fn owned(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}
