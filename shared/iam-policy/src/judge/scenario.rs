//! One way to use one action, and what a request can carry on it.

use super::places::Home;
use super::tables::administrators::ADMINISTRATOR_POLICIES;
use super::tables::scenario::{
    ASSUMPTIONS, Assumed, DECRYPTING, EARLIEST, Key, OF_CREDENTIALS, OF_ONE_SERVICE, Of, REGION_KEYS, ROOT_TASKS,
    UNNAMED,
};
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
        match self.assumed(key) {
            Assumed::Anything => Formula::TRUE,
            Assumed::Unnamed | Assumed::Unconfining if self.is_prepared => Formula::TRUE,
            Assumed::NeededService if self.passed_to.is_empty() => Formula::TRUE,
            Assumed::NeededService => test(KeyTest::among_if_exists(owned(self.passed_to))),
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

    /// Where the request is made, as far as that is known.
    pub(super) fn region_in(&self, home: &Home) -> Option<&'a str> {
        let service = self.action.split(':').next().unwrap_or_default();
        region::of_global(service, &home.partition).or(self.region)
    }

    /// What the request carries of a key, in lower case.
    pub(super) fn assumed(&self, key: &str) -> Assumed {
        let about = ASSUMPTIONS.iter().filter(|row| self.is_in(&row.of));
        let row = about.into_iter().find(|row| row.keys.iter().any(|keys| self.is_key(keys, key)));
        row.map_or(Assumed::Anything, |row| row.is)
    }

    fn is_in(&self, actions: &Of) -> bool {
        match actions {
            Of::Any => true,
            Of::Begins(prefix) => self.action.starts_with(prefix),
            Of::Only(action) => self.action == *action,
        }
    }

    fn is_key(&self, keys: &Key, key: &str) -> bool {
        match keys {
            Key::Is(name) => key == *name,
            Key::Begins(prefix) => key.starts_with(prefix),
            Key::Has(part) => key.contains(part),
            Key::OfAnotherService => {
                let of_service = key.split(':').next().unwrap_or_default();
                let is_own = self.action.split(':').next() == Some(of_service);
                !is_own && OF_ONE_SERVICE.contains(&of_service) && !OF_CREDENTIALS.contains(&key)
            }
        }
    }
}

/// Policies that confine nothing, and one that the holder wrote.
fn administrator_policies(home: &Home) -> Vec<String> {
    let managed = ADMINISTRATOR_POLICIES.iter().map(|name| format!("arn:{}:iam::aws:{name}", home.partition));
    managed.chain([format!("arn:{}:iam::{}:policy/{UNNAMED}", home.partition, home.account)]).collect()
}

fn owned(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(action: &str, key: &str, expected: Assumed) {
        assert_eq!(Scenario::of(action).assumed(key), expected, "{key} of {action}");
    }

    #[test]
    fn what_a_holder_can_have() {
        check("iam:putrolepolicy", "iam:resourcetag/team", Assumed::Unnamed);
        check("s3:getobject", "s3:existingobjecttag/team", Assumed::Unnamed);
        check("s3:getobject", "iam:passedtoservice", Assumed::Nothing);
        check("iam:passrole", "iam:passedtoservice", Assumed::NeededService);
        check("iam:putrolepolicy", "iam:passedtoservice", Assumed::Nothing);
        check("iam:putrolepolicy", "iam:permissionsboundary", Assumed::Unconfining);
        check("iam:attachrolepolicy", "iam:policyarn", Assumed::Unconfining);
        check("iam:putrolepolicy", "iam:policyarn", Assumed::Nothing);
        check("kms:decrypt", "kms:viaservice", Assumed::Nothing);
        check("kms:decrypt", "kms:encryptioncontext:app", Assumed::Unnamed);
        check("kms:creategrant", "kms:grantoperations", Assumed::Decrypting);
        check("kms:creategrant", "kms:granteeprincipal", Assumed::Holder);
        check("ec2:createtags", "ec2:createaction", Assumed::Nothing);
        check("iam:createuser", "aws:tagkeys", Assumed::Anything);
        check("iam:createaccesskey", "aws:tagkeys", Assumed::Nothing);
        check("kms:creategrant", "aws:tagkeys", Assumed::Nothing);
        check("ec2:runinstances", "aws:tagkeys", Assumed::Anything);
        check("s3:getobject", "aws:currenttime", Assumed::Now);
        check("s3:getobject", "ec2:region", Assumed::Nothing);
        check("s3:getobject", "ec2:sourceinstancearn", Assumed::Anything);
        check("s3:getobject", "aws:sourceip", Assumed::Anything);
    }
}
