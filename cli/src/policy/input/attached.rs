//! Policies that are attached by their ARN, whose text is not in the file. Of AWS's own only that of administrators is known here: it is the one that
//! allows everything, and nothing else need be known of whoever holds it.

use serde_json::json;

use super::found::Text;
use super::unresolved::has_mark;

/// Lists and members that attach policies, in templates and in plans, in small letters.
const ATTACHING: [&str; 6] =
    ["managedpolicyarns", "managedpolicies", "policies", "managed_policy_arns", "policy_arn", "managed_policy_arn"];

/// The policy of AWS that is known.
pub(super) const ADMINISTRATOR: &str = "AdministratorAccess";

/// What a text attaches that stands in a member of this name; none: nothing whose text is known. A SAM function names AWS's policies without their ARNs.
pub(super) fn known(text: &str, key: &str) -> Option<Text> {
    let name = text.rsplit_once(":iam::aws:policy/").map_or(text, |(_, name)| name);
    let is_it = name == ADMINISTRATOR && attaches(key);
    // AWS Managed Policy Reference, AdministratorAccess.
    let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    is_it.then(|| Text::known(json!({"Version": "2012-10-17", "Statement": [statement]}), Vec::new()))
}

/// Whether what is filled into a text could make it that one: nothing that is known of it says otherwise.
pub(super) fn could_be(text: &str, key: &str) -> bool {
    let known = text.split('\u{e000}').next().unwrap_or_default();
    let names = ["arn:aws:iam::aws:policy/AdministratorAccess", ADMINISTRATOR];
    attaches(key) && has_mark(text) && names.iter().any(|name| name.starts_with(known))
}

fn attaches(key: &str) -> bool {
    ATTACHING.contains(&key.to_ascii_lowercase().as_str())
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
            ("arn:aws:iam::aws:policy/AdministratorAccess", "PermissionsBoundary", false),
            ("arn:aws:iam::111122223333:policy/AdministratorAccess", "ManagedPolicyArns", false),
            ("arn:aws:iam::aws:policy/ReadOnlyAccess", "ManagedPolicyArns", false),
        ] {
            assert_eq!(known(text, key).is_some(), expected, "{text} {key}");
        }
    }
}
