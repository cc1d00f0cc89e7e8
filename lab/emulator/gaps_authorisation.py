"""Who may do what: the transport and the resources that ministack 1.5.33 gets wrong."""
import json

import gaps_iam
import ministack.app as app
import ministack.core.iam_actions as iam_actions
import ministack.services.iam as iam
import ministack.services.kms as kms
from ministack.core import iam_evaluator


def install():
    app.pin_request_origin = counting_as_tls(app.pin_request_origin)
    iam_actions.extract_resource_arn = knowing_more_resources(iam_actions.extract_resource_arn)


def counting_as_tls(pin_request_origin):
    """The loopback interface stands in for TLS: bucket policies that ask for it would shut everybody out."""
    def pin(source_ip, _secure_transport):
        pin_request_origin(source_ip, True)
    return pin


def knowing_more_resources(extract_resource_arn):
    """The resources of calls that ministack authorises on `*` or on another resource: a policy for the resource alone
    does not allow them.
    """
    def resource_arn(service, method, path, headers, body, query, region, account):
        arn = extract_resource_arn(service, method, path, headers, body, query, region, account)
        if service == "iam":
            return iam_resource(arn, query, account)
        if service not in ("kms", "cloudtrail", "ecr"):
            return arn
        given, place = given_in(body), f"{region}:{account}"
        if service == "ecr":
            return ecr_resource(arn, given, place)
        return kms_resource(arn, given, place) if service == "kms" else cloudtrail_resource(
            arn, given, place, headers.get("x-amz-target", "").rpartition(".")[2])
    return resource_arn


def iam_resource(arn, query, account):
    """AWS (IAM identifiers): a role's, user's or group's ARN has its path before its name."""
    kind, _, name = arn.rpartition(":")[2].partition("/")
    if group := iam._p(query, "GroupName"):  # a policy or a user with it is no resource of the call
        kind, name = "group", group
    if entities := {"role": iam._roles, "user": iam._users, "group": iam._groups}.get(kind):
        known, path = entities.get(name), iam._p(query, "Path") or "/"
        return known["Arn"] if known else f"arn:aws:iam::{account}:{kind}{path}{name}"
    if arn != "*":
        return arn
    if name := iam._p(query, "PolicyName"):
        return f"arn:aws:iam::{account}:policy{iam._p(query, 'Path') or '/'}{name}"
    if provider := iam._p(query, "OpenIDConnectProviderArn") or iam._p(query, "SAMLProviderArn"):
        return provider
    action = iam._p(query, "Action")
    if action == "CreateSAMLProvider":
        return f"arn:aws:iam::{account}:saml-provider/{iam._p(query, 'Name')}"
    if action == "CreateOpenIDConnectProvider":
        return f"arn:aws:iam::{account}:oidc-provider/{iam._p(query, 'Url').partition('://')[2].rstrip('/')}"
    return iam_evaluator.caller_arn() if action in gaps_iam.OF_THE_CALLER else arn


def kms_resource(arn, given, place):
    """AWS (KMS Developer Guide, Controlling access to aliases): a call that names a key by its alias is authorised on
    the key; what makes, moves or deletes the alias is, on both. Here one of both: the key, if the call tells it.
    """
    token = given.get("GrantToken")
    grant = token and next((grant for grant in kms._grants.values() if token in grant["_tokens"]), None)
    named = given.get("TargetKeyId") or given.get("KeyId") or (grant["KeyId"] if grant else "")
    key = kms._resolve_key(named)
    if arn == "*" and not key and "AliasName" in given:
        return f"arn:aws:kms:{place}:{given['AliasName']}"
    return key["Arn"] if key else arn


def cloudtrail_resource(arn, given, place, action):
    store = given.get("EventDataStore")
    if action == "CreateEventDataStore":
        return f"arn:aws:cloudtrail:{place}:eventdatastore/*"
    if store:
        return store if store.startswith("arn:") else f"arn:aws:cloudtrail:{place}:eventdatastore/{store}"
    if arn == "*":  # AddTags, RemoveTags; ListTags
        return given.get("ResourceId") or next(iter(given.get("ResourceIdList", [])), arn)
    return arn


def ecr_resource(arn, given, place):
    """DescribeRepositories names repositories in a list; without one it is about all."""
    if "repositoryName" in given:
        return arn
    return f"arn:aws:ecr:{place}:repository/{next(iter(given.get('repositoryNames', [])), '*')}"


def given_in(body):
    try:
        return json.loads(body or b"{}")
    except ValueError:
        return {}
