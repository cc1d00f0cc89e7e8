"""A service control policy of the account's organization, as a list of what it denies. ministack 1.5.33 knows no
organization's policies.

The list is a JSON file, `LAB_SERVICE_CONTROL_POLICY`, of objects with `principal`, `action` and `resource`: patterns with
`*` and `?`, as in a policy. It is read at each call, so that it can change while the lab runs; without one, nothing is
denied. It is no language: no Allow, no conditions, no `Not`.
"""
import fnmatch
import json
import os

import ministack.core.iam_actions as iam_actions
from ministack.core import iam_evaluator, responses

import gaps_authorisation

LIST = os.environ.get("LAB_SERVICE_CONTROL_POLICY")
POLICY = "arn:aws:organizations::999988887777:policy/o-labexample1/service_control_policy/p-labexample"


def install():
    iam_evaluator.enforce = asking_the_organization(iam_evaluator.enforce)
    iam_actions._resource_policy_denial = naming_the_organization(iam_actions._resource_policy_denial)


def asking_the_organization(enforce):
    """AWS (Organizations User Guide, Service control policies): "SCPs affect all users and roles in attached accounts,
    including the root user", and not service-linked roles. What nobody could sign stays that error.
    """
    def asked(access_key_id, iam_action, service, region, resource_arn="*", *rest, **options):
        result = enforce(access_key_id, iam_action, service, region, resource_arn, *rest, **options)
        if isinstance(result, iam_evaluator.AuthError):
            return result
        arn = principal(access_key_id)
        if arn and any(denies(entry, arn, iam_action, resource_arn) for entry in entries()):
            return iam_evaluator.EvalResult("Deny", principal_arn=caller(access_key_id),
                                            resource_policy_arn=f"{POLICY} {resource_arn}")
        return result
    return asked


def naming_the_organization(denial):
    """AWS (IAM User Guide, Troubleshoot access denied error messages): "with an explicit deny in a service control
    policy", with its ARN behind it.
    """
    def named(service, action, principal_arn, resource_arn):
        policy, found, resource = resource_arn.partition(" ")
        if policy != POLICY or not found:
            return denial(service, action, principal_arn, resource_arn)
        resource = f'"{resource}"' if service == "s3" else resource
        return (f"User: {principal_arn} is not authorized to perform: {action} on resource: {resource} "
                f"with an explicit deny in a service control policy: {POLICY}")
    return named


def entries():
    try:
        with open(LIST, encoding="utf-8") as file:
            return json.load(file)
    except (TypeError, FileNotFoundError):
        return []


def denies(entry, arn, action, resource):
    """Actions are the same in any case (IAM User Guide, Action element), ARNs are not."""
    return (fnmatch.fnmatchcase(arn, literal(entry["principal"]))
            and fnmatch.fnmatchcase(action.lower(), literal(entry["action"].lower()))
            and fnmatch.fnmatchcase(resource, literal(entry["resource"])))


def literal(pattern):
    """A policy knows no `[..]`."""
    return pattern.replace("[", "[[]")


def caller(access_key_id):
    found = iam_evaluator.resolve_credential(access_key_id or "", responses.get_account_id())
    return getattr(found, "principal_arn", None) or ""


def principal(access_key_id):
    """As `aws:PrincipalArn` has it: of a session, its role."""
    arn = caller(access_key_id)
    role = gaps_authorisation.role_of(arn)
    return role["Arn"] if role else arn
