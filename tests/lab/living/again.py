"""Puts everything in the living account once more as it is, as tools do at each of their runs: an event of each kind on each resource, and no change."""

import json

import botocore.session

import documents
import tables

SESSION = botocore.session.get_session()
iam, s3, kms, ecr, cloudtrail, sqs, sns = (
    SESSION.create_client(name) for name in ("iam", "s3", "kms", "ecr", "cloudtrail", "sqs", "sns"))


def main():
    # AWS lets nobody change a service-linked role.
    for name in (name for name, row in tables.ROLES.items() if not row["path"].startswith(tables.LINKED_PATH)):
        trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
        held("role", name)
    for name in tables.USERS:
        held("user", name)
        for group in iam.list_groups_for_user(UserName=name)["Groups"]:
            iam.add_user_to_group(GroupName=group["GroupName"], UserName=name)
    for name in tables.GROUPS:
        held("group", name)
    for name in tables.POLICIES:
        rolled_back(tables.arn(f"policy/{name}"))
    for url, clients in tables.OPEN_ID_PROVIDERS.items():
        arn = tables.arn(f"oidc-provider/{url.removeprefix('https://')}")
        for client in clients:
            iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client)
    for name in tables.BUCKETS:
        bucket(name)
    for alias in tables.KEYS:
        key = kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"]
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
        kms.enable_key_rotation(KeyId=key)
    for name, row in tables.REPOSITORIES.items():
        if row["policy"]:
            ecr.set_repository_policy(repositoryName=name, policyText=ecr.get_repository_policy(repositoryName=name)["policyText"])
    for name in (name for name, policy in tables.QUEUES.items() if policy):
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes=sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"])
    for name in (name for name, policy in tables.TOPICS.items() if policy):
        topic = tables.topic_arn(name)
        policy = sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    for name in tables.TRAILS:
        cloudtrail.update_trail(Name=name, IsMultiRegionTrail=True)
        cloudtrail.start_logging(Name=name)


def held(kind, name):
    """All that a user, role or group holds."""
    said = {f"{kind.capitalize()}Name": name}
    for policy in getattr(iam, f"list_attached_{kind}_policies")(**said)["AttachedPolicies"]:
        getattr(iam, f"attach_{kind}_policy")(**said, PolicyArn=policy["PolicyArn"])
    for policy in getattr(iam, f"list_{kind}_policies")(**said)["PolicyNames"]:
        document = getattr(iam, f"get_{kind}_policy")(**said, PolicyName=policy)["PolicyDocument"]
        getattr(iam, f"put_{kind}_policy")(**said, PolicyName=policy, PolicyDocument=json.dumps(document))


def rolled_back(arn):
    """A new version, and back to the one before."""
    was = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=was)["PolicyVersion"]["Document"]
    new = iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(document), SetAsDefault=True)
    iam.set_default_policy_version(PolicyArn=arn, VersionId=was)
    iam.delete_policy_version(PolicyArn=arn, VersionId=new["PolicyVersion"]["VersionId"])


# How a bucket's settings are called in what is answered, and in what is put.
SETTINGS = (("policy", "Policy", "Policy"), ("encryption", "ServerSideEncryptionConfiguration", "ServerSideEncryptionConfiguration"),
            ("versioning", None, "VersioningConfiguration"), ("ownership_controls", "OwnershipControls", "OwnershipControls"),
            ("logging", None, "BucketLoggingStatus"), ("cors", None, "CORSConfiguration"),
            ("lifecycle_configuration", None, "LifecycleConfiguration"),
            ("replication", "ReplicationConfiguration", "ReplicationConfiguration"),
            ("notification_configuration", None, "NotificationConfiguration"))


def bucket(name):
    for setting, answered, put in SETTINGS:
        answer = documents.asked(getattr(s3, f"get_bucket_{setting}"), Bucket=name)
        if isinstance(answer, str):
            continue
        for beside in ("ResponseMetadata", "TransitionDefaultMinimumObjectSize"):
            answer.pop(beside, None)
        value = answer[answered] if answered else answer
        if value:
            more = {"SkipDestinationValidation": True} if setting.startswith("notification") else {}
            getattr(s3, f"put_bucket_{setting}")(Bucket=name, **{put: value}, **more)
    if tables.BUCKETS[name].get("ownership") == "ObjectWriter":
        listed = s3.get_bucket_acl(Bucket=name)
        s3.put_bucket_acl(Bucket=name, AccessControlPolicy={part: listed[part] for part in ("Owner", "Grants")})


if __name__ == "__main__":
    main()
