"""Prowler (Apache-2.0): the module of its checks that analyses policies, without the rest of it, each policy by itself."""

import logging

from prowler.providers.aws.services.iam.lib.policy import check_admin_access, check_full_service_access, is_policy_public
from prowler.providers.aws.services.iam.lib.privilege_escalation import check_privilege_escalation

from rows import answer, each

logging.disable(logging.CRITICAL)

ACCOUNT = "111111111111"


def read(kind, policy):
    if kind == "identity":
        ways = [way for way in check_privilege_escalation(policy).split(", ") if way]
        services = [service for service in ("kms", "cloudtrail") if check_full_service_access(service, policy)]
        return {
            "privilege-escalation": ways,
            "admin": ways + (["administrative privileges"] if check_admin_access(policy) else []),
            "kms-decrypt": ["full access to kms"] if "kms" in services else [],
            "log-tampering": ["full access to cloudtrail"] if "cloudtrail" in services else [],
            "service-wildcard": services,
        }
    # As the checks of resources ask, and that of roles for services.
    public = is_policy_public(policy, ACCOUNT)
    foreign = is_policy_public(policy, ACCOUNT, is_cross_account_allowed=False)
    deputy = is_policy_public(policy, ACCOUNT, check_cross_service_confused_deputy=True, not_allowed_actions=["sts:AssumeRole", "sts:*"])
    everyone = ["public"] if public else []
    return {
        "public-access": everyone,
        "trust-wildcard": everyone if kind == "trust" else [],
        "foreign-principal": ["cross-account"] if foreign else [],
        "confused-deputy": ["confused deputy"] if deputy or public else [],
    }


answer(each(read))
