//! AWS IAM. What bootstrap made comes back when it is deleted or detached; nothing else is ever made or attached, and nobody joins a group.

use super::Scope::{
    AwsPolicy, DataPolicy, Group, NoResource, Policy, Provider, Role, ServiceRole, ServiceRolePolicy, User,
};
use super::{Needs, Permission, need};

/// Everybody with all that they hold.
pub(super) const LIST_ALL: &[Permission] =
    &[need("IAM:GetAccountAuthorizationDetails", "iam:GetAccountAuthorizationDetails", NoResource)];

pub(super) const LIST_PROVIDERS: &[Permission] = &[
    need("IAM:ListSAMLProviders", "iam:ListSAMLProviders", NoResource),
    need("IAM:ListOpenIDConnectProviders", "iam:ListOpenIDConnectProviders", NoResource),
];

pub(super) const IDENTIFY_ROLE: &[Permission] = &[GET_ROLE];
pub(super) const IDENTIFY_POLICY: &[Permission] = &[GET_POLICY];
pub(super) const IDENTIFY_HOLDER: &[Permission] = &[GET_ROLE, GET_USER, GET_GROUP];
pub(super) const IDENTIFY_MEMBERSHIP: &[Permission] = &[GET_USER, GET_GROUP];

const GET_ROLE: Permission = need("IAM:GetRole", "iam:GetRole", Role);
const GET_USER: Permission = need("IAM:GetUser", "iam:GetUser", User);
const GET_GROUP: Permission = need("IAM:GetGroup", "iam:GetGroup", Group);

const GET_POLICY: Permission = need("IAM:GetPolicy", "iam:GetPolicy", Policy);
const GET_POLICY_VERSION: Permission = need("IAM:GetPolicyVersion", "iam:GetPolicyVersion", Policy);
const GET_AWS_POLICY: Permission = need("IAM:GetPolicy", "iam:GetPolicy", AwsPolicy);
const GET_AWS_POLICY_VERSION: Permission = need("IAM:GetPolicyVersion", "iam:GetPolicyVersion", AwsPolicy);

const ROLE_POLICIES: Permission = need("IAM:ListRolePolicies", "iam:ListRolePolicies", Role);
const USER_POLICIES: Permission = need("IAM:ListUserPolicies", "iam:ListUserPolicies", User);
const GROUP_POLICIES: Permission = need("IAM:ListGroupPolicies", "iam:ListGroupPolicies", Group);
const ROLE_ATTACHMENTS: Permission = need("IAM:ListAttachedRolePolicies", "iam:ListAttachedRolePolicies", Role);
const USER_ATTACHMENTS: Permission = need("IAM:ListAttachedUserPolicies", "iam:ListAttachedUserPolicies", User);
const GROUP_ATTACHMENTS: Permission = need("IAM:ListAttachedGroupPolicies", "iam:ListAttachedGroupPolicies", Group);
const GROUPS_OF_USER: Permission = need("IAM:ListGroupsForUser", "iam:ListGroupsForUser", User);

const GET_ROLE_POLICY: Permission = need("IAM:GetRolePolicy", "iam:GetRolePolicy", Role);
const GET_USER_POLICY: Permission = need("IAM:GetUserPolicy", "iam:GetUserPolicy", User);
const GET_GROUP_POLICY: Permission = need("IAM:GetGroupPolicy", "iam:GetGroupPolicy", Group);
const PUT_ROLE_POLICY: Permission = need("IAM:PutRolePolicy", "iam:PutRolePolicy", Role);
const PUT_USER_POLICY: Permission = need("IAM:PutUserPolicy", "iam:PutUserPolicy", User);
const PUT_GROUP_POLICY: Permission = need("IAM:PutGroupPolicy", "iam:PutGroupPolicy", Group);
const DELETE_ROLE_POLICY: Permission = need("IAM:DeleteRolePolicy", "iam:DeleteRolePolicy", Role);
const DELETE_USER_POLICY: Permission = need("IAM:DeleteUserPolicy", "iam:DeleteUserPolicy", User);
const DELETE_GROUP_POLICY: Permission = need("IAM:DeleteGroupPolicy", "iam:DeleteGroupPolicy", Group);

/// The pipeline's policy, to the role that the pipeline runs as.
const ATTACH_ROLE_POLICY: Permission = need("IAM:AttachRolePolicy", "iam:AttachRolePolicy", ServiceRolePolicy);
const DETACH_ROLE_POLICY: Permission = need("IAM:DetachRolePolicy", "iam:DetachRolePolicy", Role);
const DETACH_USER_POLICY: Permission = need("IAM:DetachUserPolicy", "iam:DetachUserPolicy", User);
const DETACH_GROUP_POLICY: Permission = need("IAM:DetachGroupPolicy", "iam:DetachGroupPolicy", Group);

const TO_NO_USER: (&str, &str) = ("IAM:AttachUserPolicy", "what bootstrap made is attached to a role");
const TO_NO_GROUP: (&str, &str) = ("IAM:AttachGroupPolicy", "what bootstrap made is attached to a role");

pub(super) const ROLE_TRUST: Needs = Needs {
    looks: &[GET_ROLE],
    writes: &[
        need("IAM:CreateRole", "iam:CreateRole", ServiceRole),
        need("IAM:UpdateAssumeRolePolicy", "iam:UpdateAssumeRolePolicy", Role),
    ],
    ..Needs::NONE
};

pub(super) const MANAGED_DOCUMENT: Needs = Needs {
    looks: &[
        need("IAM:ListPolicyVersions", "iam:ListPolicyVersions", Policy),
        need("IAM:ListEntitiesForPolicy", "iam:ListEntitiesForPolicy", Policy),
        GET_POLICY_VERSION,
    ],
    writes: &[
        need("IAM:CreatePolicy", "iam:CreatePolicy", DataPolicy),
        need("IAM:CreatePolicyVersion", "iam:CreatePolicyVersion", Policy),
        // A policy has five versions at most: the oldest makes room.
        need("IAM:DeletePolicyVersion", "iam:DeletePolicyVersion", Policy),
        ATTACH_ROLE_POLICY,
    ],
    removals: &[
        need("IAM:DeletePolicy", "iam:DeletePolicy", Policy),
        DETACH_ROLE_POLICY,
        DETACH_USER_POLICY,
        DETACH_GROUP_POLICY,
    ],
    ..Needs::NONE
};

pub(super) const INLINE_DOCUMENT: Needs = Needs {
    looks: &[GET_ROLE_POLICY, GET_USER_POLICY, GET_GROUP_POLICY],
    writes: &[PUT_ROLE_POLICY, PUT_USER_POLICY, PUT_GROUP_POLICY],
    removals: &[DELETE_ROLE_POLICY, DELETE_USER_POLICY, DELETE_GROUP_POLICY],
    ..Needs::NONE
};

pub(super) const POLICY_ATTACHMENT: Needs = Needs {
    // Of a policy of AWS's own it is read what it says: no event of it would tell.
    looks: &[ROLE_ATTACHMENTS, USER_ATTACHMENTS, GROUP_ATTACHMENTS, GET_AWS_POLICY, GET_AWS_POLICY_VERSION],
    writes: &[ATTACH_ROLE_POLICY],
    removals: &[DETACH_ROLE_POLICY, DETACH_USER_POLICY, DETACH_GROUP_POLICY],
    never: &[TO_NO_USER, TO_NO_GROUP],
};

pub(super) const PERMISSIONS_BOUNDARY: Needs = Needs {
    looks: &[GET_ROLE, GET_USER, GET_POLICY, GET_POLICY_VERSION, GET_AWS_POLICY, GET_AWS_POLICY_VERSION],
    writes: &[
        need("IAM:PutRolePermissionsBoundary", "iam:PutRolePermissionsBoundary", Role),
        need("IAM:PutUserPermissionsBoundary", "iam:PutUserPermissionsBoundary", User),
    ],
    ..Needs::NONE
};

pub(super) const PRINCIPAL_POLICIES: Needs = Needs {
    looks: &[
        GET_ROLE,
        ROLE_POLICIES,
        GET_ROLE_POLICY,
        ROLE_ATTACHMENTS,
        GET_USER,
        USER_POLICIES,
        GET_USER_POLICY,
        USER_ATTACHMENTS,
        GROUPS_OF_USER,
        GROUP_POLICIES,
        GET_GROUP_POLICY,
        GROUP_ATTACHMENTS,
        GET_POLICY,
        GET_POLICY_VERSION,
        GET_AWS_POLICY,
        GET_AWS_POLICY_VERSION,
    ],
    writes: &[PUT_ROLE_POLICY, PUT_USER_POLICY, PUT_GROUP_POLICY],
    removals: &[
        DELETE_ROLE_POLICY,
        DELETE_USER_POLICY,
        DELETE_GROUP_POLICY,
        DETACH_ROLE_POLICY,
        DETACH_USER_POLICY,
        DETACH_GROUP_POLICY,
    ],
    never: &[TO_NO_USER, ("IAM:AttachRolePolicy", "what somebody holds is narrowed here, and never added to")],
};

pub(super) const ACCESS_KEYS: Needs = Needs {
    looks: &[need("IAM:ListAccessKeys", "iam:ListAccessKeys", User)],
    // Switched off, and never deleted.
    removals: &[need("IAM:UpdateAccessKey", "iam:UpdateAccessKey", User)],
    ..Needs::NONE
};

pub(super) const LOGIN_PROFILE: Needs = Needs {
    looks: &[need("IAM:GetLoginProfile", "iam:GetLoginProfile", User)],
    removals: &[need("IAM:DeleteLoginProfile", "iam:DeleteLoginProfile", User)],
    ..Needs::NONE
};

pub(super) const GROUP_MEMBERSHIP: Needs = Needs {
    looks: &[
        GROUPS_OF_USER,
        GROUP_POLICIES,
        GET_GROUP_POLICY,
        GROUP_ATTACHMENTS,
        GET_POLICY,
        GET_POLICY_VERSION,
        GET_AWS_POLICY,
        GET_AWS_POLICY_VERSION,
    ],
    removals: &[need("IAM:RemoveUserFromGroup", "iam:RemoveUserFromGroup", Group)],
    never: &[("IAM:AddUserToGroup", "a membership is taken back, and never given")],
    ..Needs::NONE
};

pub(super) const IDENTITY_PROVIDER: Needs = Needs {
    looks: &[
        need("IAM:GetSAMLProvider", "iam:GetSAMLProvider", Provider),
        need("IAM:GetOpenIDConnectProvider", "iam:GetOpenIDConnectProvider", Provider),
    ],
    writes: &[
        need("IAM:UpdateSAMLProvider", "iam:UpdateSAMLProvider", Provider),
        need("IAM:UpdateOpenIDConnectProviderThumbprint", "iam:UpdateOpenIDConnectProviderThumbprint", Provider),
    ],
    removals: &[need(
        "IAM:RemoveClientIDFromOpenIDConnectProvider",
        "iam:RemoveClientIDFromOpenIDConnectProvider",
        Provider,
    )],
    never: &[("IAM:AddClientIDToOpenIDConnectProvider", "who was taken off a provider's list stays off it")],
};
