//! AWS IAM. What bootstrap made comes back when it is deleted or detached, and what denied something: such a policy is put, attached or its
//! group joined again. Nothing else is ever made or attached, and nobody else joins a group.

use super::Scope::{
    AwsPolicy, Group, InstanceProfile, NoResource, Policy, PolicyGuardRole, Role, ServiceRolePolicy, User,
};
use super::{Permission, need};

/// Everybody with all that they hold.
pub(crate) const LIST_ALL: &[Permission] =
    &[need("IAM:GetAccountAuthorizationDetails", "iam:GetAccountAuthorizationDetails", NoResource)];

pub(crate) const LIST_PROVIDERS: &[Permission] = &[
    need("IAM:ListSAMLProviders", "iam:ListSAMLProviders", NoResource),
    need("IAM:ListOpenIDConnectProviders", "iam:ListOpenIDConnectProviders", NoResource),
];

pub(crate) const LIST_INSTANCE_PROFILES: &[Permission] =
    &[need("IAM:ListInstanceProfiles", "iam:ListInstanceProfiles", NoResource)];

pub(crate) const GET_INSTANCE_PROFILE: Permission =
    need("IAM:GetInstanceProfile", "iam:GetInstanceProfile", InstanceProfile);
pub(crate) const IDENTIFY_INSTANCE_PROFILE: &[Permission] = &[GET_INSTANCE_PROFILE];

pub(crate) const IDENTIFY_ROLE: &[Permission] = &[GET_ROLE];
pub(crate) const IDENTIFY_POLICY: &[Permission] = &[GET_POLICY];
pub(crate) const IDENTIFY_HOLDER: &[Permission] = &[GET_ROLE, GET_USER, GET_GROUP];
pub(crate) const IDENTIFY_MEMBERSHIP: &[Permission] = &[GET_USER, GET_GROUP];

pub(crate) const GET_ROLE: Permission = need("IAM:GetRole", "iam:GetRole", Role);
pub(crate) const GET_USER: Permission = need("IAM:GetUser", "iam:GetUser", User);
pub(crate) const GET_GROUP: Permission = need("IAM:GetGroup", "iam:GetGroup", Group);

pub(crate) const GET_POLICY: Permission = need("IAM:GetPolicy", "iam:GetPolicy", Policy);
pub(crate) const GET_POLICY_VERSION: Permission = need("IAM:GetPolicyVersion", "iam:GetPolicyVersion", Policy);
pub(crate) const GET_AWS_POLICY: Permission = need("IAM:GetPolicy", "iam:GetPolicy", AwsPolicy);
pub(crate) const GET_AWS_POLICY_VERSION: Permission = need("IAM:GetPolicyVersion", "iam:GetPolicyVersion", AwsPolicy);

pub(crate) const ROLE_POLICIES: Permission = need("IAM:ListRolePolicies", "iam:ListRolePolicies", Role);
pub(crate) const USER_POLICIES: Permission = need("IAM:ListUserPolicies", "iam:ListUserPolicies", User);
pub(crate) const GROUP_POLICIES: Permission = need("IAM:ListGroupPolicies", "iam:ListGroupPolicies", Group);
pub(crate) const ROLE_ATTACHMENTS: Permission =
    need("IAM:ListAttachedRolePolicies", "iam:ListAttachedRolePolicies", Role);
pub(crate) const USER_ATTACHMENTS: Permission =
    need("IAM:ListAttachedUserPolicies", "iam:ListAttachedUserPolicies", User);
pub(crate) const GROUP_ATTACHMENTS: Permission =
    need("IAM:ListAttachedGroupPolicies", "iam:ListAttachedGroupPolicies", Group);
pub(crate) const GROUPS_OF_USER: Permission = need("IAM:ListGroupsForUser", "iam:ListGroupsForUser", User);

pub(crate) const GET_ROLE_POLICY: Permission = need("IAM:GetRolePolicy", "iam:GetRolePolicy", Role);
pub(crate) const GET_USER_POLICY: Permission = need("IAM:GetUserPolicy", "iam:GetUserPolicy", User);
pub(crate) const GET_GROUP_POLICY: Permission = need("IAM:GetGroupPolicy", "iam:GetGroupPolicy", Group);
pub(crate) const PUT_ROLE_POLICY: Permission = need("IAM:PutRolePolicy", "iam:PutRolePolicy", Role);
pub(crate) const PUT_USER_POLICY: Permission = need("IAM:PutUserPolicy", "iam:PutUserPolicy", User);
pub(crate) const PUT_GROUP_POLICY: Permission = need("IAM:PutGroupPolicy", "iam:PutGroupPolicy", Group);
pub(crate) const DELETE_ROLE_POLICY: Permission = need("IAM:DeleteRolePolicy", "iam:DeleteRolePolicy", Role);
pub(crate) const DELETE_USER_POLICY: Permission = need("IAM:DeleteUserPolicy", "iam:DeleteUserPolicy", User);
pub(crate) const DELETE_GROUP_POLICY: Permission = need("IAM:DeleteGroupPolicy", "iam:DeleteGroupPolicy", Group);

/// The pipeline's policy, to the role that the pipeline runs as.
pub(crate) const ATTACH_ROLE_POLICY: Permission =
    need("IAM:AttachRolePolicy", "iam:AttachRolePolicy", ServiceRolePolicy);
pub(crate) const DETACH_ROLE_POLICY: Permission = need("IAM:DetachRolePolicy", "iam:DetachRolePolicy", Role);
pub(crate) const DETACH_USER_POLICY: Permission = need("IAM:DetachUserPolicy", "iam:DetachUserPolicy", User);
pub(crate) const DETACH_GROUP_POLICY: Permission = need("IAM:DetachGroupPolicy", "iam:DetachGroupPolicy", Group);

/// A policy that denied something, to whom it was taken from.
pub(crate) const ATTACH_AGAIN: [Permission; 3] = [
    need("IAM:AttachRolePolicy", "iam:AttachRolePolicy", Role),
    need("IAM:AttachUserPolicy", "iam:AttachUserPolicy", User),
    need("IAM:AttachGroupPolicy", "iam:AttachGroupPolicy", Group),
];
/// A user, to a group that denied him something.
pub(crate) const JOIN_AGAIN: Permission = need("IAM:AddUserToGroup", "iam:AddUserToGroup", Group);

pub(crate) const TO_NO_USER: (&str, &str) = ("IAM:AttachUserPolicy", "what bootstrap made is attached to a role");
pub(crate) const TO_NO_GROUP: (&str, &str) = ("IAM:AttachGroupPolicy", "what bootstrap made is attached to a role");

/// The policy guard's role and what bounds it, as a whole.
pub(crate) const LOOK_AT_POLICY_GUARD: [Permission; 6] = [
    need("IAM:GetRole", "iam:GetRole", PolicyGuardRole),
    need("IAM:ListAttachedRolePolicies", "iam:ListAttachedRolePolicies", PolicyGuardRole),
    need("IAM:ListRolePolicies", "iam:ListRolePolicies", PolicyGuardRole),
    need("IAM:GetRolePolicy", "iam:GetRolePolicy", PolicyGuardRole),
    need("IAM:ListPolicyVersions", "iam:ListPolicyVersions", PolicyGuardRole),
    need("IAM:GetPolicyVersion", "iam:GetPolicyVersion", PolicyGuardRole),
];
pub(crate) const MEND_POLICY_GUARD: [Permission; 5] = [
    need("IAM:UpdateAssumeRolePolicy", "iam:UpdateAssumeRolePolicy", PolicyGuardRole),
    need("IAM:PutRolePolicy", "iam:PutRolePolicy", PolicyGuardRole),
    need("IAM:PutRolePermissionsBoundary", "iam:PutRolePermissionsBoundary", PolicyGuardRole),
    need("IAM:SetDefaultPolicyVersion", "iam:SetDefaultPolicyVersion", PolicyGuardRole),
    need("IAM:CreatePolicyVersion", "iam:CreatePolicyVersion", PolicyGuardRole),
];
pub(crate) const TAKE_FROM_POLICY_GUARD: [Permission; 3] = [
    need("IAM:DetachRolePolicy", "iam:DetachRolePolicy", PolicyGuardRole),
    need("IAM:DeleteRolePolicy", "iam:DeleteRolePolicy", PolicyGuardRole),
    // A policy has five versions at most: the oldest makes room.
    need("IAM:DeletePolicyVersion", "iam:DeletePolicyVersion", PolicyGuardRole),
];
