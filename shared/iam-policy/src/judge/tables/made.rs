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
    /// The action for which it does not matter which boundary is set: another takes it away.
    pub(in crate::judge) unbound: Option<&'static str>,
}

/// Each is a way also where none of its actions is allowed on every resource.
pub(in crate::judge) static MADE: [Made; 18] = [
    // Its trust policy names the holder.
    made(&["iam:AttachRolePolicy", "iam:CreateRole"], "role"),
    made(&["iam:PutRolePolicy", "iam:CreateRole"], "role"),
    made(&["iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"], "role"),
    made(&["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"], "role"),
    // The account trusts the holder with it already.
    made(&["iam:AttachRolePolicy", "sts:AssumeRole"], "role"),
    made(&["iam:PutRolePolicy", "sts:AssumeRole"], "role"),
    // The boundary that it has to be made with is taken away again.
    unbound(&["iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePermissionsBoundary"], "role"),
    unbound(&["iam:PutRolePolicy", "iam:CreateRole", "iam:DeleteRolePermissionsBoundary"], "role"),
    unbound(&["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary"], "role"),
    unbound(&["iam:PutRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary"], "role"),
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
];

const fn made(actions: &'static [&'static str], of: &'static str) -> Made {
    Made { actions, of, unbound: None }
}

const fn unbound(actions: &'static [&'static str], of: &'static str) -> Made {
    Made { actions, of, unbound: Some("iam:CreateRole") }
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
