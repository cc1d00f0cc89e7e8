"""The account's names and numbers, and how statements are written."""

ACCOUNT, REGION = "111122223333", "us-east-1"
MANAGEMENT, AUDIT, VENDOR, SNOWFLAKE, PARTNER, STRANGER = (
    "222233334444", "333344445555", "777788889999", "555566667777", "444455556666", "999988887777")
SHARED, COSTS = "666677778888", "123412341234"
# Datadog's own: its documentation, "Datadog is not authorized to perform sts:AssumeRole".
DATADOG = "464622532012"
# AWS's own accounts and its canonical user, for us-east-1: documentation of Elastic Load Balancing, Amazon Redshift, Amazon CloudFront.
LOAD_BALANCERS, REDSHIFT = "127311923021", "193672423079"
AWS_LOGS_DELIVERY = "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0"

TEAMS = ("billing", "catalog", "checkout", "ingest", "labels", "notify", "orders", "pricing", "search", "training")
QUALIFIER = "hnb659fds"
OTHER_REGION = "eu-west-1"
ASSETS = f"cdk-{QUALIFIER}-assets-{ACCOUNT}-{REGION}"
IMAGES = f"cdk-{QUALIFIER}-container-assets-{ACCOUNT}-{REGION}"
PIPELINES = f"codepipeline-{REGION}-123456789012"
NOTEBOOKS, STATE, PRESS = f"sagemaker-{REGION}-{ACCOUNT}", "acme-terraform-state", "acme-press"
OPEN_ID = "token.actions.githubusercontent.com"


def arn(resource, service="iam", account=ACCOUNT):
    return f"arn:aws:{service}::{account}:{resource}"


def root(account):
    return {"AWS": arn("root", account=account)}


def bucket(name):
    return f"arn:aws:s3:::{name}"


def both(name):
    return [bucket(name), f"{bucket(name)}/*"]


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions, resources, **more):
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def trust(principal, actions="sts:AssumeRole", **more):
    return {"Effect": "Allow", "Principal": principal, "Action": actions, **more}


def service(name, **more):
    return [trust({"Service": name}, **more)]


def by_tls(name):
    return {"Sid": "AllowSSLRequestsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": both(name),
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def admit(name, principal, actions, objects="*", **more):
    """A statement of a bucket's policy."""
    on = bucket(name) if objects is None else f"{bucket(name)}/{objects}"
    return {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": on, **more}


EVERYTHING = allow("*", "*")
KEY_USE = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"]


def asks(key, *values):
    """A condition that a key has one of these values."""
    return {"Condition": {"StringEquals": {key: values[0] if len(values) == 1 else list(values)}}}
