"""What ministack 1.5.33 lacks of IAM."""
import json
import os
import urllib.parse

import gaps_credentials
import ministack.services.iam as iam
from ministack.core import iam_evaluator

DOCUMENTS = ("PolicyDocument", "AssumeRolePolicyDocument")
# AWS (CreateAccessKey and its kin): "If you do not specify a user name, IAM determines the user name implicitly based
# on the Amazon Web Services access key ID signing the request."
OF_THE_CALLER = ("CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey", "ListAccessKeys", "GetLoginProfile",
                 "CreateLoginProfile", "GetUser", "CreateServiceSpecificCredential", "ListServiceSpecificCredentials",
                 "UpdateServiceSpecificCredential", "UploadSigningCertificate", "ListSigningCertificates",
                 "UpdateSigningCertificate", "UploadSSHPublicKey", "ListSSHPublicKeys", "UpdateSSHPublicKey",
                 "ResetServiceSpecificCredential")
# Files of AWS's own policies, a JSON object `{"name", "document"}` a line.
TEXTS = "LAB_MANAGED_POLICIES"


def install():
    gaps_credentials.install()
    know_managed_policies([path for path in os.environ.get(TEXTS, "").split(os.pathsep) if path])
    handlers = iam._IAM_HANDLERS
    handlers["SetDefaultPolicyVersion"] = set_default_policy_version
    handlers["AddClientIDToOpenIDConnectProvider"] = on_provider(add_client_id)
    handlers["RemoveClientIDFromOpenIDConnectProvider"] = on_provider(remove_client_id)
    handlers["UpdateOpenIDConnectProviderThumbprint"] = on_provider(update_thumbprints)
    handlers["DeleteGroup"] = refusing_groups_in_use(handlers["DeleteGroup"])
    handlers["GetAccountAuthorizationDetails"] = telling_managed_policies(
        telling_boundaries(handlers["GetAccountAuthorizationDetails"]))
    for action, handler in list(handlers.items()):
        if action.startswith(("Create", "Put", "Update")):
            handlers[action] = refusing_malformed_documents(handler)
        if action in ("AttachRolePolicy", "AttachUserPolicy", "AttachGroupPolicy"):
            handlers[action] = refusing_unknown_policies(handler)
        if action in OF_THE_CALLER:
            handlers[action] = meaning_the_caller(handler)


# --- AWS's own policies -----------------------------------------------------------------------------------------------

def know_managed_policies(files):
    """The texts of files, beside those that ministack has. They name no path: a policy is found under any."""
    texts = {}
    for file in files:
        with open(file, encoding="utf-8") as lines:
            texts.update((row["name"], row["document"]) for row in map(json.loads, lines))
    looked_up = iam._lookup_policy

    def lookup_policy(arn):
        if arn not in known and iam._is_aws_managed_arn(arn) and (text := texts.get(arn.rpartition("/")[2])):
            known.add(arn)
            name = arn.removeprefix(iam._AWS_MANAGED_POLICY_PREFIX)
            iam._aws_managed_policies[arn] = iam._make_aws_managed_record(name, json.dumps(text))
        return looked_up(arn)

    known = set()
    iam._lookup_policy = lookup_policy


# --- policies -----------------------------------------------------------------------------------------------------

def set_default_policy_version(parameters):
    arn, version_id = iam._p(parameters, "PolicyArn"), iam._p(parameters, "VersionId")
    policy = iam._policies.get(arn)
    if not policy:
        return iam._error(404, "NoSuchEntity", f"Policy {arn} was not found.", ns="iam")
    if version_id not in policy["Versions"]:
        return iam._error(
            404, "NoSuchEntity", f"Policy {arn} version {version_id} does not exist or is not attachable.", ns="iam")
    for version in policy["Versions"].values():
        version["IsDefaultVersion"] = version["VersionId"] == version_id
    policy["DefaultVersionId"] = version_id
    return iam._xml(200, "SetDefaultPolicyVersionResponse", "", ns="iam")


def telling_managed_policies(handler):
    """ministack leaves out AWS's own policies; AWS tells those that are in use, unless a filter names others alone."""
    def call(parameters):
        status, headers, body = handler(parameters)
        filters = {value[0] for name, value in parameters.items() if name.startswith("Filter.member.")}
        if filters and "AWSManagedPolicy" not in filters:
            return status, headers, body
        holders = [*iam._users.values(), *iam._roles.values(), *iam._groups.values()]
        in_use = {arn for holder in holders for arn in (*holder.get("AttachedPolicies", ()), holder.get("PermissionsBoundary"))}
        policies = {arn: iam._lookup_policy(arn) for arn in sorted(filter(iam._is_aws_managed_arn, in_use))}
        told = "".join(policy_detail(arn, policy) for arn, policy in policies.items() if policy)
        return status, headers, body.decode().replace("<Policies>", f"<Policies>{told}", 1).encode()
    return call


def policy_detail(arn, policy):
    """Of AWS's own policies the default version alone is told: nobody goes back to another."""
    version = policy["Versions"][policy["DefaultVersionId"]]
    document = urllib.parse.quote(version["Document"], safe="")
    return (f"<member><PolicyName>{policy['PolicyName']}</PolicyName><PolicyId>{policy['PolicyId']}</PolicyId><Arn>{arn}</Arn>"
            f"<Path>{policy['Path']}</Path><DefaultVersionId>{version['VersionId']}</DefaultVersionId><PolicyVersionList><member>"
            f"<Document>{document}</Document><VersionId>{version['VersionId']}</VersionId>"
            f"<IsDefaultVersion>true</IsDefaultVersion></member></PolicyVersionList></member>")


def telling_boundaries(handler):
    """ministack leaves out the permissions boundaries of users and roles."""
    def call(parameters):
        status, headers, body = handler(parameters)
        text = body.decode()
        for entity in [*iam._users.values(), *iam._roles.values()]:
            if boundary := entity.get("PermissionsBoundary"):
                arn = f"<Arn>{entity['Arn']}</Arn>"
                text = text.replace(arn, f"{arn}<PermissionsBoundary>"
                                    "<PermissionsBoundaryType>PermissionsBoundaryPolicy</PermissionsBoundaryType>"
                                    f"<PermissionsBoundaryArn>{boundary}</PermissionsBoundaryArn></PermissionsBoundary>")
        return status, headers, text.encode()
    return call


def refusing_malformed_documents(handler):
    """What is no JSON, and what has two statements of one name; AWS refuses much more."""
    def call(parameters):
        try:
            for document in filter(None, (iam._p(parameters, name) for name in DOCUMENTS)):
                if has_a_name_twice(json.loads(document)):
                    return iam._error(400, "MalformedPolicyDocument",
                                      "Statement IDs (SID) in a single policy must be unique.", ns="iam")
        except ValueError:
            return iam._error(400, "MalformedPolicyDocument", "This policy contains invalid Json", ns="iam")
        return handler(parameters)
    return call


def has_a_name_twice(document):
    statements = document.get("Statement", []) if isinstance(document, dict) else []
    statements = [statements] if isinstance(statements, dict) else statements
    names = [statement.get("Sid") for statement in statements if isinstance(statement, dict) and statement.get("Sid")]
    return len(names) != len(set(names))


def refusing_unknown_policies(handler):
    """Of the customer; ministack does not know all of AWS's own."""
    def call(parameters):
        arn = iam._p(parameters, "PolicyArn")
        if not iam._is_aws_managed_arn(arn) and arn not in iam._policies:
            return iam._error(404, "NoSuchEntity", f"Policy {arn} does not exist or is not attachable.", ns="iam")
        return handler(parameters)
    return call


# --- users and groups ---------------------------------------------------------------------------------------------

def meaning_the_caller(handler):
    def call(parameters):
        kind, _, name = iam_evaluator.caller_arn().rpartition(":")[2].partition("/")
        if not iam._p(parameters, "UserName") and kind == "user":
            parameters["UserName"] = [name.rpartition("/")[2]]
        return handler(parameters)
    return call


def refusing_groups_in_use(delete_group):
    """AWS (DeleteGroup): "The group must not contain any users or have any attached policies." """
    def call(parameters):
        name = iam._p(parameters, "GroupName")
        group = iam._groups.get(name)
        if group and (group["Users"] or group.get("AttachedPolicies") or iam._group_inline_policies.get(name)):
            return iam._error(409, "DeleteConflict", "Cannot delete entity, must remove users and policies first.",
                              ns="iam")
        return delete_group(parameters)
    return call


# --- OpenID Connect providers -------------------------------------------------------------------------------------

def on_provider(change):
    def call(parameters):
        arn = iam._p(parameters, "OpenIDConnectProviderArn")
        provider = iam._oidc_providers.get(arn)
        if provider is None:
            return iam._error(404, "NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}", ns="iam")
        change(provider, parameters)
        return iam._xml(200, iam._p(parameters, "Action") + "Response", "", ns="iam")
    return call


def add_client_id(provider, parameters):
    """AWS: "This operation is idempotent; it does not fail or return an error if you add an existing client ID"."""
    client = iam._p(parameters, "ClientID")
    if client not in provider["ClientIDList"]:
        provider["ClientIDList"].append(client)


def remove_client_id(provider, parameters):
    """AWS: "it does not fail or return an error if you try to remove a client ID that does not exist"."""
    client = iam._p(parameters, "ClientID")
    provider["ClientIDList"] = [known for known in provider["ClientIDList"] if known != client]


def update_thumbprints(provider, parameters):
    """AWS: "The list that you pass with this operation completely replaces the existing list of thumbprints."
    """
    numbered = (iam._p(parameters, f"ThumbprintList.member.{number}") for number in range(1, 6))
    provider["ThumbprintList"] = [thumbprint for thumbprint in numbered if thumbprint]
