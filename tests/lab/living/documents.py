"""The digest of each policy, trust policy, list of grants and setting of the living account, as one JSON object; what others made is left out."""

import hashlib
import json

import botocore.exceptions
import botocore.session

import tables

SESSION = botocore.session.get_session()
iam, s3, kms, ecr, cloudtrail, sqs, sns = (
    SESSION.create_client(name) for name in ("iam", "s3", "kms", "ecr", "cloudtrail", "sqs", "sns"))

# What an answer has of the moment and not of the resource.
OF_THE_MOMENT = {"ResponseMetadata", "RoleLastUsed", "PasswordLastUsed", "LastUpdatedDate", "UpdateDate", "LatestDeliveryTime",
                 "LatestDigestDeliveryTime", "AttachmentCount"}
SETTINGS = ("policy", "acl", "encryption", "versioning", "ownership_controls", "logging", "lifecycle_configuration", "replication",
            "notification_configuration", "cors", "website", "tagging")


def main():
    print(json.dumps({name: digest(document) for name, document in found()}, indent=1, sort_keys=True))


def digest(document):
    return hashlib.sha256(json.dumps(plain(document), sort_keys=True, default=str).encode()).hexdigest()


def plain(value):
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if key not in OF_THE_MOMENT}
    if isinstance(value, list):
        return sorted((plain(inner) for inner in value), key=lambda inner: json.dumps(inner, sort_keys=True, default=str))
    if isinstance(value, str) and value.startswith("{"):
        return plain(json.loads(value))
    return value


def named(kind):
    return {resource.split("/")[1] for resource in tables.PLANTED if resource.startswith(f"{kind}/")}


def found():
    yield from of_iam()
    for name in sorted({*tables.BUCKETS, *named("bucket")}):
        yield from of_bucket(name)
    for alias in sorted(tables.KEYS):
        key = kms.describe_key(KeyId=alias)["KeyMetadata"]
        yield f"{alias} metadata", key
        yield f"{alias} policy", kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"]
        yield f"{alias} rotation", kms.get_key_rotation_status(KeyId=key["KeyId"])
        yield f"{alias} grants", kms.list_grants(KeyId=key["KeyId"])["Grants"]
    for repository in ecr.describe_repositories(repositoryNames=sorted(tables.REPOSITORIES))["repositories"]:
        name = repository["repositoryName"]
        yield f"repository/{name} settings", repository
        yield f"repository/{name} policy", asked(ecr.get_repository_policy, repositoryName=name)
    for name in tables.QUEUES:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        yield f"queue/{name} policy", sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]).get("Attributes", {})
    for name in tables.TOPICS:
        attributes = sns.get_topic_attributes(TopicArn=tables.topic_arn(name))["Attributes"]
        yield f"topic/{name} policy", attributes.get("Policy")
    for name in tables.TRAILS:
        yield f"trail/{name} configuration", cloudtrail.get_trail(Name=name)["Trail"]
        yield f"trail/{name} is logging", cloudtrail.get_trail_status(Name=name)["IsLogging"]
        yield f"trail/{name} selectors", cloudtrail.get_event_selectors(TrailName=name)


def of_iam():
    details = SESSION.create_client("iam").get_paginator("get_account_authorization_details").paginate().build_full_result()
    users, roles = {*tables.USERS, *named("user")}, {*tables.ROLES, *named("role")}
    for kind, members, names in (("User", "UserDetailList", users), ("Role", "RoleDetailList", roles),
                                 ("Group", "GroupDetailList", set(tables.GROUPS)), ("Policy", "Policies", set(tables.POLICIES))):
        there = {detail[f"{kind}Name"]: detail for detail in details[members] if detail[f"{kind}Name"] in names}
        for name in sorted(names):
            for part, value in sorted(there.get(name, {"gone": True}).items()):
                if part not in OF_THE_MOMENT:
                    yield f"{kind.lower()}/{name} {part}", value
    for url in tables.OPEN_ID_PROVIDERS:
        arn = tables.arn(f"oidc-provider/{url.removeprefix('https://')}")
        yield arn, asked(iam.get_open_id_connect_provider, OpenIDConnectProviderArn=arn)
    for name in tables.SAML_PROVIDERS:
        arn = tables.arn(f"saml-provider/{name}")
        yield arn, asked(iam.get_saml_provider, SAMLProviderArn=arn)


def of_bucket(name):
    for setting in SETTINGS:
        yield f"bucket/{name} {setting}", asked(getattr(s3, f"get_bucket_{setting}"), Bucket=name)
    yield f"bucket/{name} public_access_block", asked(s3.get_public_access_block, Bucket=name)


def asked(call, **parameters):
    """What is answered, or that it is not there; anything else is an error."""
    try:
        return call(**parameters)
    except botocore.exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        if not code.startswith("NoSuch") and "NotFound" not in code:
            raise
        return code


if __name__ == "__main__":
    main()
