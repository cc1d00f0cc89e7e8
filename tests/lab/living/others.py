"""Trails, keys with their grants, repositories; and what is beside them: tables, queues, topics and secrets."""

from words import ACCOUNT, IMAGES, REGION, SHARED, SNOWFLAKE, TEAMS, arn, document, root

TRAILS = {"company": "acme-company-trail"}
KEYS = {f"alias/{team}": document({"Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": root(ACCOUNT),
                                   "Action": "kms:*", "Resource": "*"}) for team in (*TEAMS, "ebs", "rds", "secrets", "logs")}
LAMBDA_PULLS = {"Sid": "LambdaECRImageRetrievalPolicy", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "Condition": {
                    "StringLike": {"aws:sourceArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:*"}}}
REPOSITORIES = {IMAGES: {"immutable": True, "policy": [LAMBDA_PULLS]}}
REPOSITORIES |= {f"{team}/service": {"immutable": False, "policy": None} for team in TEAMS}
# Another account's clusters pull these.
REPOSITORIES |= {f"base/{name}": {"immutable": True, "policy": [
    {"Sid": "Pull", "Effect": "Allow", "Principal": root(SHARED),
     "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}]}
    for name in ("java", "node", "python", "proxy")}

# Whom a key was granted to: a role of the account, for what it does with volumes and objects.
GRANTS = {"alias/orders": ("replication", ["Decrypt", "GenerateDataKey"]), "alias/training": ("training-function", ["Decrypt"]),
          "alias/ebs": ("AWSServiceRoleForAutoScaling", ["Decrypt", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"])}

TABLES = ["terraform-locks", *(f"{team}-items" for team in TEAMS)]
SECRETS = [f"{team}/database" for team in TEAMS]


def queue_arn(name):
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def topic_arn(name):
    return f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}"


def told_by(bucket_name, service, action, resource):
    """What "Granting permissions to publish event notification messages to a destination" asks for."""
    return [{"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": resource, "Condition": {
        "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{bucket_name}"}, "StringEquals": {"aws:SourceAccount": ACCOUNT}}}]


QUEUES = {f"{team}-{kind}": None for team in TEAMS for kind in ("work", "dead-letters")}
QUEUES["thumbnails"] = told_by("acme-thumbnails", "s3.amazonaws.com", "SQS:SendMessage", queue_arn("thumbnails"))
TOPICS = {f"{team}-events": None for team in TEAMS}
TOPICS |= {
    "alerts": None,
    # Snowflake's documentation, "Automating Snowpipe for Amazon S3": its user subscribes to the topic.
    "snowpipe-events": [
        *told_by("acme-snowpipe-events", "s3.amazonaws.com", "SNS:Publish", topic_arn("snowpipe-events")),
        {"Sid": "1", "Effect": "Allow", "Principal": {"AWS": arn("user/vj4g-a-abcd1234", account=SNOWFLAKE)}, "Action": "sns:Subscribe",
         "Resource": topic_arn("snowpipe-events")}],
}
