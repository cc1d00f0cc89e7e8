"""What a call touches, as its record tells it: in `resources`, and for KMS in what the request does not say."""
import json

import ministack.services.kms as kms
from ministack.core import responses

ALIAS_CALLS = ("CreateAlias", "UpdateAlias", "DeleteAlias")


def subject(call):
    """What only the state before the call tells: the key behind an alias, the grant behind a token."""
    if call.service != "kms":
        return {}
    try:
        given = json.loads(call.body or b"{}")
    except ValueError:
        return {}
    grant = grant_of(given)
    key = kms._resolve_key(given.get("TargetKeyId") or given.get("KeyId") or given.get("AliasName") or (
        grant["KeyId"] if grant else ""))
    return {"key": key["Arn"] if key else None, "grant": grant["GrantId"] if grant else None}


def grant_of(given):
    if token := given.get("GrantToken"):
        return next((grant for grant in kms._grants.values() if token in grant["_tokens"]), None)
    return kms._grants.get(given["GrantId"]) if given.get("GrantId") else None


def complete_key_record(record, subject):
    """AWS (KMS Developer Guide, log entry of CreateGrant, and others): "CloudTrail log entries for this operation
    recorded on or after December 2022 include the key ARN of the affected KMS key in the responseElements.keyId value,
    even though this operation does not return the key ARN." RetireGrant's there has no requestParameters and tells the
    grant in additionalEventData.
    """
    if "errorCode" not in record:
        elements = record["responseElements"] or {}
        if "keyMetadata" not in elements and subject["key"]:
            record["responseElements"] = {**elements, "keyId": subject["key"]}
    if record["eventName"] == "RetireGrant":
        record["requestParameters"] = None
        if subject["grant"]:
            record["additionalEventData"] = {"grantId": subject["grant"]}


def resources(call, operation, subject, record):
    account = responses.get_account_id()
    parameters, elements = record["requestParameters"] or {}, record["responseElements"] or {}
    if call.service == "s3" and operation != "CreateBucket" and record.get("errorCode") != "NoSuchBucket":
        return [{"accountId": account, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{parameters['bucketName']}"}]
    if call.service == "kms":
        key = subject["key"] or elements.get("keyMetadata", {}).get("arn")
        alias = key and operation in ALIAS_CALLS and key.split(":key/")[0] + ":" + parameters["aliasName"]
        arns = [key, alias] if operation == "CreateAlias" else [alias, key]  # as in the examples of both
        return [{"accountId": account, "type": "AWS::KMS::Key", "ARN": arn} for arn in arns if arn]
    if call.service == "ssm" and "name" in parameters:
        name = parameters["name"].lstrip("/")
        return [{"accountId": account, "ARN": f"arn:aws:ssm:{responses.get_region()}:{account}:parameter/{name}"}]
    return None


def hint(record):
    """The one parameter that best tells a reader what was touched."""
    given = record["requestParameters"] or {}
    names = ("bucketName", "roleName", "userName", "groupName", "policyArn", "policyName", "name", "trailName", "keyId",
             "aliasName", "functionName", "rule", "topicArn", "queueUrl", "resourceId", "eventDataStore",
             "sAMLProviderArn", "openIDConnectProviderArn")
    found = next((given[name] for name in names if given.get(name)), None)
    return found or next((touched["ARN"] for touched in record.get("resources", [])), None)
