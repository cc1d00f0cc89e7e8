use std::fmt;

/// Which policy denies a call, as AWS's own message says. It is never a plain lack of permission: that may be given back, or come with a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeniedBy {
    /// A service control policy of the organization.
    ServiceControlPolicy,
    /// A resource control policy of the organization.
    ResourceControlPolicy,
    /// The policy of what is called.
    ResourcePolicy,
    /// The permissions boundary of the caller.
    PermissionsBoundary,
    /// A policy of the caller's own.
    IdentityPolicy,
    /// The policy of the caller's session.
    SessionPolicy,
    /// The policy of the VPC endpoint that the call goes through.
    EndpointPolicy,
}

/// The ends of AWS's messages. IAM User Guide, "Troubleshoot access denied error messages": "When a policy explicitly denies access because the
/// policy contains a `Deny` statement, then AWS includes the phrase `with an explicit deny in a <type> policy` in the access denied error message.
/// When the policy implicitly denies access, then AWS includes the phrase `because no <type> policy allows the <action> action`". Of the implicit ones
/// those count that the caller's own role cannot lack. The ARN of the policy may follow (AWS Security Blog, "Enhanced access denied error messages with
/// policy ARNs").
const PHRASES: [(&str, DeniedBy); 10] = [
    ("with an explicit deny in a service control policy", DeniedBy::ServiceControlPolicy),
    ("because no service control policy allows", DeniedBy::ServiceControlPolicy),
    ("with an explicit deny in a resource control policy", DeniedBy::ResourceControlPolicy),
    ("with an explicit deny in a resource-based policy", DeniedBy::ResourcePolicy),
    ("because no resource-based policy allows", DeniedBy::ResourcePolicy),
    ("with an explicit deny in a permissions boundary", DeniedBy::PermissionsBoundary),
    ("with an explicit deny in an identity-based policy", DeniedBy::IdentityPolicy),
    ("with an explicit deny in a session policy", DeniedBy::SessionPolicy),
    ("with an explicit deny in a VPC endpoint policy", DeniedBy::EndpointPolicy),
    ("because no VPC endpoint policy allows", DeniedBy::EndpointPolicy),
];

impl DeniedBy {
    /// What the message of a denial says; none: it names no policy, or one that only lacks something.
    ///
    /// Names that somebody chooses have no blanks in any service that is called here, so that none of them reads like a phrase. Where a message had two
    /// all the same, the one that is louder counts: whoever denies within the account.
    #[must_use]
    pub(crate) fn told_in(message: &str) -> Option<Self> {
        PHRASES
            .iter()
            .filter(|(phrase, _)| message.contains(phrase))
            .map(|(_, by)| *by)
            .max_by_key(|by| !by.is_of_organization())
    }

    /// Whether the organization denies it, from outside of the account: nobody in the account can have made that policy, and nobody in it can change it.
    #[must_use]
    pub fn is_of_organization(self) -> bool {
        matches!(self, Self::ServiceControlPolicy | Self::ResourceControlPolicy)
    }

    /// Who can do something about it, and what; none: that depends on what is called.
    #[must_use]
    pub fn remedy(self) -> Option<&'static str> {
        match self {
            Self::ServiceControlPolicy | Self::ResourceControlPolicy => Some(
                "the organization's management account, or a delegated administrator of its policies, can except Parapet's roles from it; or set \
                 the control to `observe` in the standard where the organization means it",
            ),
            Self::PermissionsBoundary => Some(
                "deploy Parapet's stack again, which puts back the boundary of its role, and find out who changed it",
            ),
            Self::IdentityPolicy => Some(
                "deploy Parapet's stack again, delete what its role has beside the stack's own policy, and find out who put it there",
            ),
            Self::SessionPolicy => Some("run it with a session that is not narrowed"),
            Self::EndpointPolicy => Some("let the calls of Parapet's roles through in the policy of the VPC endpoint"),
            Self::ResourcePolicy => None,
        }
    }
}

impl fmt::Display for DeniedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ServiceControlPolicy => "a service control policy of the organization",
            Self::ResourceControlPolicy => "a resource control policy of the organization",
            Self::ResourcePolicy => "the resource's own policy",
            Self::PermissionsBoundary => "the permissions boundary of the guard's role",
            Self::IdentityPolicy => "a policy of the guard's role",
            Self::SessionPolicy => "the policy of the guard's session",
            Self::EndpointPolicy => "the policy of a VPC endpoint",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages as the IAM User Guide and the Security Blog show them.
    #[test]
    fn messages_of_aws() {
        let of = |end: &str| {
            let message = format!(
                "User: arn:aws:sts::111122223333:assumed-role/g/g is not authorized to perform: s3:X on resource: \"arn:aws:s3:::b\" {end}"
            );
            DeniedBy::told_in(&message)
        };
        let scp = ": arn:aws:organizations::987654321098:policy/o-qv5af4abcd/service_control_policy/p-2kgnabcd";
        for (end, expected) in [
            ("with an explicit deny in a service control policy", Some(DeniedBy::ServiceControlPolicy)),
            (&format!("with an explicit deny in a service control policy{scp}"), Some(DeniedBy::ServiceControlPolicy)),
            ("because no service control policy allows the s3:X action", Some(DeniedBy::ServiceControlPolicy)),
            ("with an explicit deny in a resource control policy", Some(DeniedBy::ResourceControlPolicy)),
            ("with an explicit deny in a resource-based policy", Some(DeniedBy::ResourcePolicy)),
            (
                "with an explicit deny in a permissions boundary: arn:aws:iam::1:policy/b",
                Some(DeniedBy::PermissionsBoundary),
            ),
            ("with an explicit deny in an identity-based policy", Some(DeniedBy::IdentityPolicy)),
            ("with an explicit deny in a VPC endpoint policy", Some(DeniedBy::EndpointPolicy)),
            // What the role lacks may come with the next deployment, or be given back.
            ("because no identity-based policy allows the s3:X action", None),
            ("because no permissions boundary allows the s3:X action", None),
            ("because no session policy allows the s3:X action", None),
            ("", None),
        ] {
            assert_eq!(of(end), expected, "{end}");
        }
        assert_eq!(DeniedBy::told_in("Access Denied"), None);
    }

    /// A name that reads like a phrase makes no denial of the account's own quiet.
    #[test]
    fn of_two_phrases_the_louder_counts() {
        let both = "on resource: x with an explicit deny in a service control policy with an explicit deny in a resource-based policy";
        assert_eq!(DeniedBy::told_in(both), Some(DeniedBy::ResourcePolicy));
    }
}
