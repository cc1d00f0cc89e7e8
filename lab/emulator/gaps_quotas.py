"""What AWS refuses because it has no room for it, and ministack 1.5.33 takes: policies that are too long, and too many.

AWS (IAM User Guide, IAM and AWS STS quotas): of inline policies, "the total aggregate policy size (the sum size of all
inline policies) per entity cannot exceed" 2,048 characters for a user, 10,240 for a role and 5,120 for a group. "IAM
doesn't count white space when calculating the size of a policy against these quotas."
"""
import json

import ministack.services.iam as iam
import ministack.services.kms as kms
import ministack.services.s3 as s3
from ministack.core.responses import error_response_json

INLINE = {"User": 2_048, "Group": 5_120, "Role": 10_240}
MANAGED = 6_144
TRUST = 2_048
ATTACHED = 10
# AWS (S3 User Guide): "Bucket policies are limited to 20 KB in size."
BUCKET = 20_480
# AWS (KMS Developer Guide, Resource quotas): key policy document size, 32 KB.
KEY = 32_768


def install():
    handlers = iam._IAM_HANDLERS
    for kind in INLINE:
        handlers[f"Put{kind}Policy"] = refusing_long_inline_policies(kind, handlers[f"Put{kind}Policy"])
        handlers[f"Attach{kind}Policy"] = refusing_too_many_policies(kind, handlers[f"Attach{kind}Policy"])
    for action in ("CreatePolicy", "CreatePolicyVersion"):
        handlers[action] = refusing_longer("PolicyDocument", "PolicySize", MANAGED, handlers[action])
    handlers["CreateRole"] = refusing_longer(
        "AssumeRolePolicyDocument", "ACLSizePerRole", TRUST, handlers["CreateRole"])
    handlers["UpdateAssumeRolePolicy"] = refusing_longer(
        "PolicyDocument", "ACLSizePerRole", TRUST, handlers["UpdateAssumeRolePolicy"])
    s3._put_bucket_policy = refusing_long_bucket_policies(s3._put_bucket_policy)
    kms._create_key = refusing_long_key_policies(kms._create_key)
    kms._put_key_policy = refusing_long_key_policies(kms._put_key_policy)


# --- IAM ----------------------------------------------------------------------------------------------------------

def characters(document):
    return sum(not character.isspace() for character in document)


def holder(kind, name):
    return {"User": iam._users, "Group": iam._groups, "Role": iam._roles}[kind].get(name)


def inline_policies(kind, name):
    if kind == "Role":
        return holder(kind, name)["InlinePolicies"]
    return {"User": iam._user_inline_policies, "Group": iam._group_inline_policies}[kind].get(name) or {}


def exceeded(message):
    return iam._error(409, "LimitExceeded", message, ns="iam")


def refusing_long_inline_policies(kind, handler):
    def call(parameters):
        name = iam._p(parameters, f"{kind}Name")
        if holder(kind, name):
            policies = {**inline_policies(kind, name),
                        iam._p(parameters, "PolicyName"): iam._p(parameters, "PolicyDocument")}
            if sum(map(characters, policies.values())) > INLINE[kind]:
                return exceeded(f"Maximum policy size of {INLINE[kind]} bytes exceeded for {kind.lower()} {name}")
        return handler(parameters)
    return call


def refusing_longer(member, quota, most, handler):
    def call(parameters):
        if characters(iam._p(parameters, member)) > most:
            return exceeded(f"Cannot exceed quota for {quota}: {most}")
        return handler(parameters)
    return call


def refusing_too_many_policies(kind, handler):
    def call(parameters):
        attached = (holder(kind, iam._p(parameters, f"{kind}Name")) or {}).get("AttachedPolicies") or []
        if len(attached) >= ATTACHED and iam._p(parameters, "PolicyArn") not in attached:
            return exceeded(f"Cannot exceed quota for PoliciesPer{kind}: {ATTACHED}")
        return handler(parameters)
    return call


# --- policies of resources ----------------------------------------------------------------------------------------

def refusing_long_bucket_policies(put_bucket_policy):
    """Counted without the white space between its elements: so it has been seen."""
    def put(name, body):
        try:
            length = len(json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode())
        except ValueError:
            length = 0  # refused as no JSON
        if length > BUCKET:
            return s3._error("PolicyTooLarge", "Policy exceeds the maximum allowed document size.", 400)
        return put_bucket_policy(name, body)
    return put


def refusing_long_key_policies(handler):
    def call(request):
        policy = request.get("Policy")
        if isinstance(policy, str) and len(policy.encode()) > KEY:
            return error_response_json("LimitExceededException", f"The key policy has more than {KEY} bytes.", 400)
        return handler(request)
    return call
