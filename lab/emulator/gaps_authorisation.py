"""Who may do what: the transport, the callers and the resources that ministack 1.5.33 gets wrong."""
import json

import gaps_iam
import ministack.app as app
import ministack.core.iam_actions as iam_actions
import ministack.services.iam as iam
import ministack.services.kms as kms
from ministack.core import iam_evaluator


# Who calls for himself; what a service does is asked for without such a type.
CALLERS = ("User", "AssumedRole", "FederatedUser")


def install():
    app.pin_request_origin = counting_as_tls(app.pin_request_origin)
    iam_evaluator._resolve_condition_key = telling_whose_the_session_is(iam_evaluator._resolve_condition_key)
    iam_evaluator.evaluate_resource_policy = counting_not_principals(iam_evaluator.evaluate_resource_policy)
    iam_actions.extract_resource_arn = knowing_more_resources(iam_actions.extract_resource_arn)


def counting_as_tls(pin_request_origin):
    """The loopback interface stands in for TLS: bucket policies that ask for it would shut everybody out."""
    def pin(source_ip, _secure_transport):
        pin_request_origin(source_ip, True)
    return pin


# --- policies of buckets and keys: a Deny there binds everybody but the root user -----------------------------------

def telling_whose_the_session_is(resolve_condition_key):
    """AWS (Global condition context keys): "For IAM roles, the request context returns the ARN of the role, not the
    ARN of the user that assumed the role", and `aws:userid` has the role's id. `aws:PrincipalIsAWSService` and
    `aws:ViaAWSService` are in every request.
    """
    def resolve(key, context):
        lowered, role = key.lower(), role_of(context.principal_arn)
        if lowered in ("aws:principalisawsservice", "aws:viaawsservice") and context.principal_type in CALLERS:
            return "false"
        if role and lowered == "aws:principalarn":
            return role["Arn"]
        if role and lowered == "aws:userid":
            return f"{role['RoleId']}:{context.principal_arn.rpartition('/')[2]}"
        return resolve_condition_key(key, context)
    return resolve


def role_of(arn):
    """The role behind a session's ARN."""
    account, _, session = arn.partition(":assumed-role/")
    return iam._roles.get_scoped(account.rpartition(":")[2], None, session.partition("/")[0]) if session else None


def counting_not_principals(evaluate_resource_policy):
    """ministack leaves out statements with NotPrincipal. AWS (NotPrincipal): with Deny, "you must also specify the
    account ARN of the not-denied principal", and of a session its role, too: else everybody of them is denied.
    """
    def evaluate(document, context, *rest, **options):
        if context.principal_type in CALLERS:
            document = with_denied_principals(document, context)
        return evaluate_resource_policy(document, context, *rest, **options)
    return evaluate


def with_denied_principals(document, context):
    try:
        document = json.loads(document) if isinstance(document, str) else document
    except ValueError:
        return document
    statements = document.get("Statement") if isinstance(document, dict) else None
    if not statements:
        return document
    statements = statements if isinstance(statements, list) else [statements]
    return {**document, "Statement": [with_denied_principal(statement, context) for statement in statements]}


def with_denied_principal(statement, context):
    if not isinstance(statement, dict) or "NotPrincipal" not in statement or statement.get("Effect") != "Deny":
        return statement
    spared = statement["NotPrincipal"]
    named = spared.get("AWS", []) if isinstance(spared, dict) else spared
    named = {named} if isinstance(named, str) else set(named)
    account, role = context.principal_account, role_of(context.principal_arn)
    of_all = [{account, f"arn:aws:iam::{account}:root"}, {context.principal_arn}, {role["Arn"]} if role else named]
    if "*" in named or all(names & named for names in of_all):
        return statement  # and ministack leaves it out
    return {**{key: value for key, value in statement.items() if key != "NotPrincipal"}, "Principal": "*"}


# --- resources ----------------------------------------------------------------------------------------------------

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
    if profile := iam._p(query, "InstanceProfileName"):
        return f"arn:aws:iam::{account}:instance-profile{iam._p(query, 'Path') or '/'}{profile}"
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
    if arn == "*":  # a policy of the lake; AddTags, RemoveTags; ListTags
        return given.get("ResourceArn") or given.get("ResourceId") or next(iter(given.get("ResourceIdList", [])), arn)
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
