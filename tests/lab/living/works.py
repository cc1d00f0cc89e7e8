"""What those who live in the account do every day, each in their own name: one JSON object, what was done and how it ended.

Not tried, because nobody here can be them: services (CloudFormation as CDK's execution role, Lambda, ECS, S3's replication), those who sign in through
SAML (Identity Center), developers who have to bring a second factor, and a service-linked role of another account. Of GitHub's token the local AWS
asks what it says and not who signed it."""

import base64
import json

import botocore
import botocore.config
import botocore.exceptions
import botocore.session

import tables
from tables import ACCOUNT, MANAGEMENT, PARTNER, VENDOR

SESSION = botocore.session.get_session()
DATA, REPORT = "acme-billing-data", "acme-partner-reports"


def main():
    ended = {}
    for who, calls in ACTING:
        try:
            acting = who()
        except botocore.exceptions.ClientError as error:
            ended[f"{who.__name__}: {calls[0][0]}"] = said(error)
            continue
        for name, service, operation, parameters in calls:
            ended[name] = done(acting, service, operation, parameters)
    print(json.dumps(ended, indent=1, sort_keys=True))


def done(acting, service, operation, parameters):
    try:
        getattr(SESSION.create_client(service, **acting), operation)(**parameters)
    except botocore.exceptions.ClientError as error:
        return said(error)
    return "done"


def said(error):
    return f"{error.operation_name}: {error.response['Error']['Code']}"


def keys(key):
    """As parameters of a client."""
    told = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    return told | ({"aws_session_token": key["SessionToken"]} if "SessionToken" in key else {})


def of_user(name):
    """With a key that the administrator makes, and the one before goes: keys are changed so."""
    iam = SESSION.create_client("iam")
    for old in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=old["AccessKeyId"])
    return keys(iam.create_access_key(UserName=name)["AccessKey"])


def of_account(number):
    """The local AWS takes an account's number for its root user's key."""
    return {"aws_access_key_id": number, "aws_secret_access_key": number}


def as_role(acting, name, **more):
    sts = SESSION.create_client("sts", **acting)
    return keys(sts.assume_role(RoleArn=tables.arn(f"role/{name}"), RoleSessionName="living", **more)["Credentials"])


def user(name):
    def who():
        return of_user(name)
    return who


def role(name, acting=None, **more):
    def who():
        return as_role(acting or of_user("terraform"), name, **more)
    return who


def outsider(number):
    def who():
        return of_account(number)
    return who


def signed_in(name, claims):
    def who():
        parts = [{"alg": "RS256", "typ": "JWT"}, {"iss": f"https://{tables.OPEN_ID}", "aud": "sts.amazonaws.com", **claims}]
        token = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        sts = SESSION.create_client("sts", config=botocore.config.Config(signature_version=botocore.UNSIGNED))
        answer = sts.assume_role_with_web_identity(
            RoleArn=tables.arn(f"role/{name}"), RoleSessionName="living", WebIdentityToken=f"{token}.signature")
        return keys(answer["Credentials"])
    return who



PUT = {"Bucket": DATA, "Key": "row", "Body": b"1"}
GET = {"Bucket": DATA, "Key": "row"}
ACTING = [
    (user("billing-app"), [
        ("an application writes its data", "s3", "put_object", PUT),
        ("an application reads its data", "s3", "get_object", GET)]),
    (user("jane"), [("an administrator looks at users", "iam", "list_users", {})]),
    (user("terraform"), [
        ("Terraform puts a report", "s3", "put_object", {"Bucket": REPORT, "Key": "row", "Body": b"1"}),
        ("Terraform reads a role", "iam", "get_role", {"RoleName": "flow-logs"})]),
    (user("auditor"), [("an auditor reads a bucket's policy", "s3", "get_bucket_policy", {"Bucket": DATA})]),
    (role(tables.cdk("deploy")), [
        ("CDK's deploy role describes stacks", "cloudformation", "describe_stacks", {})]),
    (role(tables.cdk("file-publishing")), [
        ("CDK's publishing role puts a file", "s3", "put_object", {"Bucket": tables.ASSETS, "Key": "asset", "Body": b"1"})]),
    (role(tables.cdk("lookup")), [("CDK's lookup role reads a bucket's place", "s3", "get_bucket_location", {"Bucket": DATA})]),
    (signed_in("github-deploy", {"sub": "repo:acme/platform:ref:refs/heads/main"}), [
        ("GitHub's deployment becomes CDK's deploy role", "sts", "assume_role",
         {"RoleArn": tables.arn(f"role/{tables.cdk('deploy')}"), "RoleSessionName": "living"})]),
    (role("AWSControlTowerExecution", of_account(MANAGEMENT)), [
        ("Control Tower looks at roles", "iam", "list_roles", {})]),
    (role("OrganizationAccountAccessRole", of_account(MANAGEMENT)), [
        ("the management account looks at users", "iam", "list_users", {})]),
    (role("posture-vendor", of_account(VENDOR), ExternalId="1b671a64-40d5-491e-99b0-da01ff1f3341"), [
        ("a vendor reads a bucket's settings", "s3", "get_bucket_encryption", {"Bucket": DATA})]),
    (outsider(PARTNER), [("a partner reads a report", "s3", "get_object", {"Bucket": REPORT, "Key": "row"})]),
    (user("old-admin-1"), [("an old administrator looks at roles", "iam", "list_roles", {})]),
    (user("billing-dev"), [("a developer reads a bucket's settings", "s3", "get_bucket_versioning", {"Bucket": DATA})]),
    (user("backup-restic"), [("a backup is written", "s3", "put_object", {"Bucket": "acme-restic", "Key": "pack", "Body": b"1"})]),
    (user("state-reader"), [
        ("a state is locked", "dynamodb", "put_item", {"TableName": "terraform-locks", "Item": {"LockID": {"S": "state"}}}),
        ("a state is written", "s3", "put_object", {"Bucket": tables.STATE, "Key": "state", "Body": b"{}"})]),
    (user("monitoring"), [("monitoring raises an alert", "sns", "publish", {
        "TopicArn": f"arn:aws:sns:{tables.REGION}:{ACCOUNT}:alerts", "Message": "made up"})]),
    (role(tables.cdk("deploy", tables.OTHER_REGION)), [
        ("CDK's deploy role of the other region describes stacks", "cloudformation", "describe_stacks", {})]),
    (signed_in("github-terraform", {"sub": "repo:acme/infrastructure:environment:production"}), [
        ("GitHub's Terraform reads roles", "iam", "list_roles", {}),
        ("GitHub's Terraform puts an object for the press", "s3", "put_object", {
            "Bucket": tables.PRESS, "Key": "index.html", "Body": b"1"})]),
    (role("DatadogIntegrationRole", of_account(tables.DATADOG), ExternalId="0a1b2c3d4e5f60718293a4b5c6d7e8f9"), [
        ("Datadog lists queues", "sqs", "list_queues", {})]),
    (role("cost-vendor", of_account(tables.COSTS), ExternalId="acme-4711"), [
        ("a vendor lists cost reports", "s3", "list_objects_v2", {"Bucket": "acme-cost-and-usage"})]),
    (role("shared-services-pull", of_account(tables.SHARED)), [
        ("shared services look at images", "ecr", "describe_images", {"repositoryName": "base/java"})]),
    (outsider(tables.STRANGER), [("anybody reads the press site", "s3", "get_object", {"Bucket": tables.PRESS, "Key": "index.html"})]),
    (outsider(tables.LOAD_BALANCERS), [
        ("a load balancer delivers its log", "s3", "put_object",
         {"Bucket": "acme-elb-logs", "Key": f"AWSLogs/{ACCOUNT}/log", "Body": b"1"}),
        ("an old load balancer delivers its log", "s3", "put_object",
         {"Bucket": "acme-elb-logs-2016", "Key": f"legacy/AWSLogs/{ACCOUNT}/log", "Body": b"1"})]),
]

if __name__ == "__main__":
    main()
