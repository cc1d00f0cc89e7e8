//! Policies that are attached by their ARN, whose text is not in the file. Of AWS's own those are known that [`managed`] has.

use super::found::Text;
use super::managed;
use super::unresolved::has_mark;
use super::walk::plain;

/// Lists and members that attach policies, in templates and in plans, without `_` and in small letters.
const ATTACHING: [&str; 6] =
    ["managedpolicyarns", "managedpolicies", "policies", "policyarn", "policyarns", "managedpolicyarn"];

/// A policy that is attached.
pub(super) struct Attached {
    pub(super) name: &'static str,
    pub(super) text: Text,
}

/// What a text attaches that stands in a member of this name; none: nothing whose text is known. A SAM function names AWS's policies without their ARNs.
pub(super) fn known(text: &str, key: &str) -> Option<Attached> {
    let name = text.rsplit_once(":iam::aws:policy/").map_or(text, |(_, name)| name);
    let (name, policy) = managed::known(name).filter(|_| attaches(key))?;
    Some(Attached { name, text: Text::known(policy, Vec::new()) })
}

/// The known policy that a text could become by what is filled in: nothing that is known of it says otherwise.
pub(super) fn could_be(text: &str, key: &str) -> Option<&'static str> {
    let known = text.split('\u{e000}').next().unwrap_or_default();
    let is_it = |name: &&str| name.starts_with(known) || format!("arn:aws:iam::aws:policy/{name}").starts_with(known);
    managed::names().find(is_it).filter(|_| attaches(key) && has_mark(text))
}

/// Whether a member of this name attaches policies.
pub(super) fn attaches(key: &str) -> bool {
    ATTACHING.contains(&plain(key).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_attaches_it_is_told() {
        for (text, key, expected) in [
            ("arn:aws:iam::aws:policy/AdministratorAccess", "ManagedPolicyArns", true),
            ("arn:aws-cn:iam::aws:policy/AdministratorAccess", "policy_arn", true),
            ("AdministratorAccess", "Policies", true),
            ("arn:aws:iam::aws:policy/IAMFullAccess", "policy_arns", true),
            ("arn:aws:iam::aws:policy/PowerUserAccess", "PolicyArn", true),
            ("arn:aws:iam::aws:policy/AdministratorAccess", "PermissionsBoundary", false),
            ("arn:aws:iam::111122223333:policy/AdministratorAccess", "ManagedPolicyArns", false),
            ("arn:aws:iam::aws:policy/ReadOnlyAccess", "ManagedPolicyArns", false),
        ] {
            assert_eq!(known(text, key).is_some(), expected, "{text} {key}");
        }
    }

    #[test]
    fn what_is_filled_in_could_make_it_one() {
        for (text, expected) in [
            ("\u{e000}0\u{e001}", Some("AdministratorAccess")),
            ("arn:aws:iam::aws:policy/Power\u{e000}0\u{e001}", Some("PowerUserAccess")),
            ("arn:aws:iam::aws:policy/service-role/\u{e000}0\u{e001}", None),
            ("arn:aws:iam::111122223333:policy/\u{e000}0\u{e001}", None),
            ("AdministratorAccess", None),
        ] {
            assert_eq!(could_be(text, "ManagedPolicyArns"), expected, "{text}");
        }
    }
}
