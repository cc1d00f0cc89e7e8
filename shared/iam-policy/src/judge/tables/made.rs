//! **The table** of ways that turn on one resource, whatever its name: the holder makes it, or changes what it is, and gives it power.
//!
//! A pattern for names does not limit them: "a permissions boundary [..] sets the maximum permissions" that such a role or user can have
//! (IAM User Guide, "Permissions boundaries for IAM entities", "Delegating responsibility to others using permissions boundaries").

/// Actions that one has to be allowed on the same resource.
#[derive(Debug)]
pub(in crate::judge) struct Made {
    /// All of them, as AWS spells them; that which gives the power first.
    pub(in crate::judge) actions: &'static [&'static str],
    /// What the resource is: the beginning of the last segment of its ARN.
    pub(in crate::judge) of: &'static str,
    /// Whether the last action takes the boundary away that the others may ask for: they come first, while it is still there.
    pub(in crate::judge) is_unbound: bool,
}

impl Made {
    /// Whether one of the actions says with which boundary the resource is made, or has it from now on.
    pub(in crate::judge) fn sets_boundary(&self) -> bool {
        self.actions.iter().any(|action| SETTING_BOUNDARIES.iter().any(|other| other.eq_ignore_ascii_case(action)))
    }
}

/// The actions whose request names the permissions boundary that somebody gets, in lower case. Of all others `iam:PermissionsBoundary` is the
/// boundary that is there.
pub(in crate::judge) const SETTING_BOUNDARIES: [&str; 4] =
    ["iam:createrole", "iam:createuser", "iam:putrolepermissionsboundary", "iam:putuserpermissionsboundary"];

/// Each is a way also where none of its actions is allowed on every resource. Those that take a boundary away come last: they are needed
/// only where there is one.
pub(in crate::judge) static MADE: [Made; 38] = [
    // Its trust policy names the holder.
    made(&["iam:AttachRolePolicy", "iam:CreateRole"], "role"),
    made(&["iam:PutRolePolicy", "iam:CreateRole"], "role"),
    made(&["iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"], "role"),
    made(&["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"], "role"),
    // The account trusts the holder with it already.
    made(&["iam:AttachRolePolicy", "sts:AssumeRole"], "role"),
    made(&["iam:PutRolePolicy", "sts:AssumeRole"], "role"),
    // Its credentials are the holder's.
    made(&["iam:AttachUserPolicy", "iam:CreateAccessKey"], "user"),
    made(&["iam:PutUserPolicy", "iam:CreateAccessKey"], "user"),
    made(&["iam:AttachUserPolicy", "iam:CreateLoginProfile"], "user"),
    made(&["iam:PutUserPolicy", "iam:CreateLoginProfile"], "user"),
    made(&["iam:AttachUserPolicy", "iam:UpdateLoginProfile"], "user"),
    made(&["iam:PutUserPolicy", "iam:UpdateLoginProfile"], "user"),
    // The holder becomes a member.
    made(&["iam:AttachGroupPolicy", "iam:AddUserToGroup"], "group"),
    made(&["iam:PutGroupPolicy", "iam:AddUserToGroup"], "group"),
    // The boundary that it is made with, or has, is taken away again: AWS's own example for delegated administrators denies just that, as
    // `NoBoundaryUserDelete`.
    unbound(&["iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePermissionsBoundary"], "role"),
    unbound(&["iam:PutRolePolicy", "iam:CreateRole", "iam:DeleteRolePermissionsBoundary"], "role"),
    unbound(&["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary"], "role"),
    unbound(&["iam:PutRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary"], "role"),
    unbound(&["iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePermissionsBoundary"], "role"),
    unbound(&["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePermissionsBoundary"], "role"),
    unbound(&["iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:PutRolePermissionsBoundary"], "role"),
    unbound(&["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:PutRolePermissionsBoundary"], "role"),
    unbound(&["iam:AttachRolePolicy", "sts:AssumeRole", "iam:DeleteRolePermissionsBoundary"], "role"),
    unbound(&["iam:PutRolePolicy", "sts:AssumeRole", "iam:DeleteRolePermissionsBoundary"], "role"),
    unbound(&["iam:AttachRolePolicy", "sts:AssumeRole", "iam:PutRolePermissionsBoundary"], "role"),
    unbound(&["iam:PutRolePolicy", "sts:AssumeRole", "iam:PutRolePermissionsBoundary"], "role"),
    unbound(&["iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:DeleteUserPermissionsBoundary"], "user"),
    unbound(&["iam:PutUserPolicy", "iam:CreateAccessKey", "iam:DeleteUserPermissionsBoundary"], "user"),
    unbound(&["iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:PutUserPermissionsBoundary"], "user"),
    unbound(&["iam:PutUserPolicy", "iam:CreateAccessKey", "iam:PutUserPermissionsBoundary"], "user"),
    unbound(&["iam:AttachUserPolicy", "iam:CreateLoginProfile", "iam:DeleteUserPermissionsBoundary"], "user"),
    unbound(&["iam:PutUserPolicy", "iam:CreateLoginProfile", "iam:DeleteUserPermissionsBoundary"], "user"),
    unbound(&["iam:AttachUserPolicy", "iam:CreateLoginProfile", "iam:PutUserPermissionsBoundary"], "user"),
    unbound(&["iam:PutUserPolicy", "iam:CreateLoginProfile", "iam:PutUserPermissionsBoundary"], "user"),
    unbound(&["iam:AttachUserPolicy", "iam:UpdateLoginProfile", "iam:DeleteUserPermissionsBoundary"], "user"),
    unbound(&["iam:PutUserPolicy", "iam:UpdateLoginProfile", "iam:DeleteUserPermissionsBoundary"], "user"),
    unbound(&["iam:AttachUserPolicy", "iam:UpdateLoginProfile", "iam:PutUserPermissionsBoundary"], "user"),
    unbound(&["iam:PutUserPolicy", "iam:UpdateLoginProfile", "iam:PutUserPermissionsBoundary"], "user"),
];

const fn made(actions: &'static [&'static str], of: &'static str) -> Made {
    Made { actions, of, is_unbound: false }
}

const fn unbound(actions: &'static [&'static str], of: &'static str) -> Made {
    Made { actions, of, is_unbound: true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn every_action_exists_and_is_about_such_a_resource() {
        for made in &MADE {
            for action in made.actions {
                let id = catalogue::find(action).expect("an action");
                assert_eq!(id.full_name(), *action);
                let of = format!(":{}/*", made.of);
                assert!(id.resource_templates().any(|template| template.ends_with(&of)), "{action}");
            }
        }
    }
}
