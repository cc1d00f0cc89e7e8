"""Makes the living account: a few hundred resources as years of tools, teams and AWS's own services leave them. Run before Parapet is deployed."""

import json

import botocore.session

import tables
from tables import ACCOUNT, REGION

SESSION = botocore.session.get_session()
AWS_POLICY = "arn:aws:iam::aws:policy/"
BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
iam, s3, kms, ecr, cloudtrail, dynamodb, secrets, sqs, sns = (SESSION.create_client(name) for name in (
    "iam", "s3", "kms", "ecr", "cloudtrail", "dynamodb", "secretsmanager", "sqs", "sns"))


def main():
    for name, document in tables.POLICIES.items():
        iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))
    for url, clients in tables.OPEN_ID_PROVIDERS.items():
        iam.create_open_id_connect_provider(Url=url, ClientIDList=clients)
    for name in tables.SAML_PROVIDERS:
        saml(name)
    for name, row in tables.GROUPS.items():
        iam.create_group(GroupName=name)
        give("group", name, row)
    for name, row in tables.USERS.items():
        user(name, row)
    for name, row in tables.ROLES.items():
        role(name, row)
    for name, of_role in tables.INSTANCE_PROFILES.items():
        iam.create_instance_profile(InstanceProfileName=name)
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=of_role)
    for name, row in tables.BUCKETS.items():
        bucket(name, row)
    beside()
    # Once all of them are there.
    for name, row in tables.BUCKETS.items():
        beside_others(name, row)
    for name, row in tables.REPOSITORIES.items():
        repository(name, row)
    for alias, document in tables.KEYS.items():
        key = kms.create_key(Policy=json.dumps(document))["KeyMetadata"]["KeyId"]
        kms.enable_key_rotation(KeyId=key)
        kms.create_alias(AliasName=alias, TargetKeyId=key)
        if alias in tables.GRANTS:
            name, operations = tables.GRANTS[alias]
            grantee = iam.get_role(RoleName=name)["Role"]["Arn"]
            kms.create_grant(KeyId=key, GranteePrincipal=grantee, Operations=operations)
    for name, target in tables.TRAILS.items():
        cloudtrail.create_trail(Name=name, S3BucketName=target, IsMultiRegionTrail=True, EnableLogFileValidation=True)
        cloudtrail.start_logging(Name=name)
    plant()


def beside():
    """What others keep beside buckets, keys and roles."""
    for name in tables.TABLES:
        dynamodb.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}])
    for name in tables.SECRETS:
        secrets.create_secret(Name=name, SecretString="made up")
    for name, policy in tables.QUEUES.items():
        attributes = {"Policy": json.dumps(tables.document(*policy))} if policy else {}
        sqs.create_queue(QueueName=name, Attributes=attributes)
    for name, policy in tables.TOPICS.items():
        attributes = {"Policy": json.dumps(tables.document(*policy))} if policy else {}
        sns.create_topic(Name=name, Attributes=attributes)


def plant(prefix="planted"):
    """What is truly wrong, under names that begin so."""
    makers = {"user": user, "role": role, "bucket": bucket, "repository": repository}
    for resource, row in renamed(tables.PLANTED, {"planted": prefix}).items():
        kind, name = resource.split("/")
        makers[kind](name, row)


def renamed(rows, names):
    """The same rows with other names in all of their words."""
    text = json.dumps(rows)
    for old, new in names.items():
        text = text.replace(old, new)
    return json.loads(text)


def give(kind, name, row):
    """To a user, role or group."""
    said = {f"{kind.capitalize()}Name": name}
    arns = [AWS_POLICY + policy for policy in row["attached"]]
    arns += [tables.arn(f"policy/{policy}") for policy in row.get("own", ())]
    for arn in arns:
        getattr(iam, f"attach_{kind}_policy")(**said, PolicyArn=arn)
    for policy, document in row["inline"].items():
        getattr(iam, f"put_{kind}_policy")(**said, PolicyName=policy, PolicyDocument=json.dumps(document))


def user(name, row):
    iam.create_user(UserName=name)
    give("user", name, row)
    for group in row["groups"]:
        iam.add_user_to_group(GroupName=group, UserName=name)


def role(name, row):
    trusts = json.dumps(tables.document(*row["trust"]))
    bounds = {"PermissionsBoundary": tables.arn(f"policy/{row['boundary']}")} if row["boundary"] else {}
    iam.create_role(RoleName=name, Path=row["path"], AssumeRolePolicyDocument=trusts, **bounds)
    give("role", name, row)


def saml(name):
    metadata = f"<EntityDescriptor entityID='https://portal.sso.{REGION}.amazonaws.com/saml/assertion/{name}'/>"
    iam.create_saml_provider(Name=name, SAMLMetadataDocument=metadata.ljust(1000))


def bucket(name, row):
    s3.create_bucket(Bucket=name, ObjectOwnership=row.get("ownership", "BucketOwnerEnforced"))
    # S3 does so by itself; the local AWS does not.
    encryption = {"SSEAlgorithm": row.get("encryption", "AES256")}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={
        "Rules": [{"ApplyServerSideEncryptionByDefault": encryption, "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]}}]})
    if row.get("is_open"):
        s3.delete_public_access_block(Bucket=name)
    else:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=BLOCKED)
    if "versioning" in row:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": row["versioning"]})
    if "policy" in row:
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(tables.document(*row["policy"])))
    if "lifecycle" in row:
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": row["lifecycle"]})
    if "cors" in row:
        s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": row["cors"]})
    if "website" in row:
        s3.put_bucket_website(Bucket=name, WebsiteConfiguration={"IndexDocument": {"Suffix": row["website"]}})
    if "full_control" in row or "log_delivery" in row:
        grants(name, row)


def grants(name, row):
    owner = s3.get_bucket_acl(Bucket=name)["Owner"]
    by_id = {"Type": "CanonicalUser", "ID": owner["ID"]}
    given = [(by_id, "FULL_CONTROL")]
    if "full_control" in row:
        given.append(({"Type": "CanonicalUser", "ID": row["full_control"]}, "FULL_CONTROL"))
    if "log_delivery" in row:
        deliverer = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"}
        given += [(deliverer, "WRITE"), (deliverer, "READ_ACP")]
    listed = [{"Grantee": grantee, "Permission": permission} for grantee, permission in given]
    s3.put_bucket_acl(Bucket=name, AccessControlPolicy={"Owner": owner, "Grants": listed})


def beside_others(name, row):
    if "log_to" in row:
        s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={
            "LoggingEnabled": {"TargetBucket": row["log_to"], "TargetPrefix": f"{name}/"}})
    if "queue" in row:
        s3.put_bucket_notification_configuration(Bucket=name, SkipDestinationValidation=True, NotificationConfiguration={
            "QueueConfigurations": [{"Id": "snowpipe", "QueueArn": row["queue"], "Events": ["s3:ObjectCreated:*"]}]})
    if "topic" in row:
        s3.put_bucket_notification_configuration(Bucket=name, SkipDestinationValidation=True, NotificationConfiguration={
            "TopicConfigurations": [{"Id": "snowpipe", "TopicArn": row["topic"], "Events": ["s3:ObjectCreated:*"]}]})
    if "replicate" in row:
        by, target = row["replicate"]
        s3.put_bucket_replication(Bucket=name, ReplicationConfiguration={
            "Role": tables.arn(f"role/{by}"), "Rules": [{
                "ID": "copy", "Priority": 1, "Status": "Enabled", "Filter": {"Prefix": ""},
                "DeleteMarkerReplication": {"Status": "Disabled"},
                "Destination": {"Bucket": tables.bucket(target), "Account": ACCOUNT}}]})


def repository(name, row):
    mutability = "IMMUTABLE" if row["immutable"] else "MUTABLE"
    ecr.create_repository(repositoryName=name, imageTagMutability=mutability)
    if row["policy"]:
        ecr.set_repository_policy(repositoryName=name, policyText=json.dumps(tables.document(*row["policy"])))


if __name__ == "__main__":
    main()
