"""The records the lab emits have the shape of real ones: python -m unittest, in the lab's virtual environment.

Every call below is made against a running emitter; its record, fetched from an EventBridge rule, is compared with the
real record of the same event and error in samples.jsonl by key sets and JSON types, never by values.
"""
import io
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
import zipfile

import botocore.config
import botocore.session

import records

HERE = pathlib.Path(__file__).parent
ACCOUNT = "111122223333"
TAGS = [{"Key": "StratusRedTeam", "Value": "true"}]
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}]})
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
KEY_POLICY = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}]})
MANAGED = "arn:aws:iam::aws:policy/ReadOnlyAccess"
POLICY_ARN = f"arn:aws:iam::{ACCOUNT}:policy/p"

# What depends on the transport, the console or the age of a sample rather than on the call.
INCIDENTAL = {"tlsDetails", "vpcEndpointId", "sessionCredentialFromConsole"}


class Lab:
    """A running emitter with one logging trail, one rule for everything, and a caller who is not root."""

    def __init__(self, **settings):
        self.port = free_port()
        self.directory = tempfile.TemporaryDirectory()
        self.stream = pathlib.Path(self.directory.name, "stream.jsonl")
        url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, HERE / "emitter.py"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "GATEWAY_PORT": str(self.port), "BIND_HOST": "127.0.0.1", "MINISTACK_HOST": "127.0.0.1",
                 "AUTH": "true", "AWS_ENDPOINT_URL": url, "MINISTACK_ACCOUNT_ID": ACCOUNT, "AWS_ACCESS_KEY_ID": "root",
                 "AWS_SECRET_ACCESS_KEY": "root", "LAB_STREAM": str(self.stream), "TMPDIR": self.directory.name,
                 "LAB_LOOKUP_DELAY_SECONDS": "1", "PYTHONDONTWRITEBYTECODE": "1", **settings})
        wait_until(lambda: answers(url + "/_ministack/ready"))
        self.credentials = ("root", "root", None)
        self.client("s3").create_bucket(Bucket="trail-logs")
        self.client("cloudtrail").create_trail(Name="main", S3BucketName="trail-logs", IsMultiRegionTrail=True)
        self.queue = self.client("sqs").create_queue(QueueName="records")["QueueUrl"]
        events = self.client("events")
        events.put_rule(Name="all", EventPattern=json.dumps({"detail-type": ["AWS API Call via CloudTrail"]}))
        events.put_targets(Rule="all", Targets=[{"Id": "q", "Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:records"}])
        key = self.administrator()
        self.client("cloudtrail").start_logging(Name="main")
        self.credentials = (key["AccessKeyId"], key["SecretAccessKey"], None)

    def administrator(self):
        iam = self.client("iam")
        iam.create_user(UserName="alice")
        iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        return iam.create_access_key(UserName="alice")["AccessKey"]

    def client(self, service, **settings):
        key, secret, token = self.credentials
        client = botocore.session.get_session().create_client(
            service, region_name="us-east-1", endpoint_url=f"http://127.0.0.1:{self.port}",
            config=botocore.config.Config(**settings),
            aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token)
        if service == "s3control":
            client.meta.events.register("before-sign.s3-control", without_account_in_host)
        return client

    def records(self):
        """What has been delivered since the last time, once deliveries have ceased."""
        sqs, found, quiet = self.client("sqs"), [], 0
        while quiet < 3:
            messages = sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])
            for message in messages:
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
            found += [json.loads(message["Body"])["detail"] for message in messages]
            quiet = 0 if messages else quiet + 1
            time.sleep(0 if messages else 0.05)
        return found

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.directory.cleanup()


def setUpModule():
    global lab
    lab = Lab()


def tearDownModule():
    lab.close()


class Shapes(unittest.TestCase):
    """One test for each service: a list of calls, in an order in which each of them works."""

    def setUp(self):
        lab.records()

    def test_s3(self):
        s3 = lab.client("s3")
        bucket = {"Bucket": "data"}
        calls = [
            lambda: s3.create_bucket(**bucket, ACL="private"),
            lambda: s3.put_bucket_policy(**bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
                {"Sid": "s", "Effect": "Deny", "Principal": {"Service": "cloudtrail.amazonaws.com"},
                 "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::data"},
                {"Sid": "t", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
                 "Action": "s3:PutObject", "Resource": "arn:aws:s3:::data/*",
                 "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}}]})),
            lambda: s3.delete_bucket_policy(**bucket),
            lambda: s3.put_bucket_tagging(**bucket, Tagging={"TagSet": TAGS}),
            lambda: s3.put_bucket_versioning(**bucket, VersioningConfiguration={"Status": "Enabled"}),
            lambda: s3.put_bucket_replication(**bucket, ReplicationConfiguration={
                "Role": f"arn:aws:iam::{ACCOUNT}:role/replication", "Rules": [
                    {"ID": "r", "Status": "Enabled", "Priority": 0, "Filter": {},
                     "DeleteMarkerReplication": {"Status": "Disabled"},
                     "Destination": {"Bucket": "arn:aws:s3:::other"}}]}),
            lambda: s3.delete_bucket_replication(**bucket),
            lambda: s3.put_bucket_lifecycle_configuration(**bucket, LifecycleConfiguration={"Rules": [
                {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "*"}, "Expiration": {"Days": 1}}]}),
            lambda: s3.delete_bucket_lifecycle(**bucket),
            lambda: s3.delete_public_access_block(**bucket),
            lambda: s3.delete_bucket_ownership_controls(**bucket),
            lambda: s3.put_bucket_acl(
                **bucket, GrantWriteACP="uri=http://acs.amazonaws.com/groups/global/AuthenticatedUsers"),
            lambda: s3.put_bucket_website(**bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}}),
            lambda: s3.delete_bucket_website(**bucket),
            lambda: s3.put_bucket_cors(**bucket, CORSConfiguration={"CORSRules": [
                {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}),
            lambda: s3.delete_bucket_cors(**bucket),
            lambda: s3.put_bucket_notification_configuration(**bucket, NotificationConfiguration={}),
            lambda: s3.delete_bucket_tagging(**bucket),
            lambda: s3.delete_bucket_encryption(**bucket),
            lambda: s3.put_bucket_logging(**bucket, BucketLoggingStatus={}),
            lambda: s3.put_object(**bucket, Key="k", Body=b""),
            lambda: s3.delete_bucket(**bucket),
            lambda: [s3.delete_object(**bucket, Key="k", VersionId=version["VersionId"])
                     for version in s3.list_object_versions(**bucket)["Versions"]],
            lambda: s3.delete_bucket(**bucket),
        ]
        self.check(calls, [
            "CreateBucket", "PutBucketPolicy", "DeleteBucketPolicy", "PutBucketTagging", "PutBucketVersioning",
            "PutBucketReplication", "DeleteBucketReplication", "PutBucketLifecycle", "DeleteBucketLifecycle",
            "DeleteBucketPublicAccessBlock", "DeleteBucketOwnershipControls", "PutBucketAcl", "PutBucketWebsite",
            "DeleteBucketWebsite", "PutBucketCors", "DeleteBucketCors", "PutBucketNotification", "DeleteBucketTagging",
            "DeleteBucketEncryption", "PutBucketLogging", ("DeleteBucket", "BucketNotEmpty"), "DeleteBucket"])

    def test_s3_control(self):
        """Recorded as S3's, without a bucket."""
        s3, control = lab.client("s3"), lab.client("s3control")
        account, point = {"AccountId": ACCOUNT}, {"AccountId": ACCOUNT, "Name": "point"}
        s3.create_bucket(Bucket="pointed-at")
        lab.records()
        control.put_public_access_block(**account, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
        control.delete_public_access_block(**account)
        control.create_access_point(**point, Bucket="pointed-at")
        control.put_access_point_policy(**point, Policy=POLICY)
        control.delete_access_point_policy(**point)
        control.delete_access_point(**point)
        with self.assertRaises(botocore.exceptions.ClientError):
            control.delete_access_point(**point)
        found = lab.records()
        self.assertEqual({record["eventSource"] for record in found}, {"s3.amazonaws.com"})
        self.assertEqual([event_and_error(record) for record in found], [
            ("PutAccountPublicAccessBlock", None), ("DeleteAccountPublicAccessBlock", None),
            ("CreateAccessPoint", None), ("PutAccessPointPolicy", None), ("DeleteAccessPointPolicy", None),
            ("DeleteAccessPoint", None),
            ("DeleteAccessPoint", "NoSuchAccessPoint")])
        xmlns = "http://awss3control.amazonaws.com/doc/2018-08-20/"
        host = {"Host": f"{ACCOUNT}.s3-control.us-east-1.amazonaws.com"}
        name = {"name": "point", **host}
        self.assertEqual([record["requestParameters"] for record in found], [
            {**host, "PublicAccessBlockConfiguration": {"xmlns": xmlns, "BlockPublicAcls": True}}, host,
            {**name, "CreateAccessPointRequest": {"xmlns": xmlns, "Bucket": "pointed-at"}},
            {**name, "PutAccessPointPolicyRequest": {"xmlns": xmlns, "Policy": POLICY}}, name, name, name])

    def test_s3_control_parameters(self):
        """No sample of a write has today's shape, so the reads' parameters are compared, value by value."""
        for event, operation, path in (
                ("ListAccessPoints", "ListAccessPoints", "/v20180820/accesspoint"),
                ("GetAccountPublicAccessBlock", "GetPublicAccessBlock", "/v20180820/configuration/publicAccessBlock")):
            [real] = [sample for sample in SAMPLES.values() if sample["eventName"] == event]
            query = {name: [value] for name, value in real["requestParameters"].items() if name != "Host"}
            headers = {"x-amz-account-id": real["recipientAccountId"]}
            call = records.Call("s3control", "GET", path, headers, b"", query)
            self.assertEqual(records.parameters(call, operation, real["awsRegion"]), real["requestParameters"])

    def test_s3_documents(self):
        """One rule is an object and several are an array; numbers and booleans are no strings."""
        s3 = lab.client("s3")
        s3.create_bucket(Bucket="documents")
        default = {"SSEAlgorithm": "AES256"}
        s3.put_bucket_encryption(Bucket="documents", ServerSideEncryptionConfiguration={"Rules": [
            {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]})
        s3.put_bucket_lifecycle_configuration(Bucket="documents", LifecycleConfiguration={"Rules": [
            {"ID": name, "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}} for name in "ab"]})
        s3.put_bucket_logging(Bucket="documents", BucketLoggingStatus={})
        _, encryption, lifecycle, logging = [record["requestParameters"] for record in lab.records()]
        xmlns = "http://s3.amazonaws.com/doc/2006-03-01/"
        self.assertEqual(encryption, {
            "bucketName": "documents", "Host": "documents.s3.us-east-1.amazonaws.com", "encryption": "",
            "ServerSideEncryptionConfiguration": {
                "xmlns": xmlns, "Rule": {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}}})
        rules = lifecycle["LifecycleConfiguration"]["Rule"]
        self.assertEqual([rule["Expiration"] for rule in rules], [{"Days": 30}] * 2)
        self.assertEqual(logging["BucketLoggingStatus"], {"xmlns": xmlns})

    def test_iam(self):
        iam = lab.client("iam")
        calls = [
            lambda: iam.create_user(UserName="u", Tags=TAGS),
            lambda: iam.attach_user_policy(UserName="u", PolicyArn=MANAGED),
            lambda: iam.create_access_key(UserName="u"),
            lambda: iam.delete_access_key(
                UserName="u", AccessKeyId=iam.list_access_keys(UserName="u")["AccessKeyMetadata"][0]["AccessKeyId"]),
            lambda: iam.create_login_profile(UserName="u", Password="Correct-Horse-1", PasswordResetRequired=False),
            lambda: iam.create_role(Path="/", RoleName="r", AssumeRolePolicyDocument=TRUST, MaxSessionDuration=3600,
                                    Tags=TAGS),
            lambda: iam.update_assume_role_policy(RoleName="r", PolicyDocument=TRUST),
            lambda: iam.put_role_policy(RoleName="r", PolicyName="i", PolicyDocument=POLICY),
            lambda: iam.delete_role_policy(RoleName="r", PolicyName="i"),
            lambda: iam.create_policy(PolicyName="p", Path="/", PolicyDocument=POLICY, Description="", Tags=TAGS),
            lambda: iam.create_policy_version(PolicyArn=POLICY_ARN, PolicyDocument=POLICY, SetAsDefault=True),
            lambda: iam.set_default_policy_version(PolicyArn=POLICY_ARN, VersionId="v1"),
            lambda: iam.attach_role_policy(RoleName="r", PolicyArn=MANAGED),
            lambda: iam.detach_role_policy(RoleName="r", PolicyArn=MANAGED),
            lambda: iam.delete_policy_version(PolicyArn=POLICY_ARN, VersionId="v2"),
            lambda: iam.delete_policy(PolicyArn=POLICY_ARN),
            lambda: iam.delete_policy(PolicyArn=POLICY_ARN),
            lambda: iam.delete_role(RoleName="r"),
        ]
        self.check(calls, [
            "CreateUser", "AttachUserPolicy", "CreateAccessKey", "DeleteAccessKey", "CreateLoginProfile", "CreateRole",
            "UpdateAssumeRolePolicy", "PutRolePolicy", "DeleteRolePolicy", "CreatePolicy", "CreatePolicyVersion",
            "SetDefaultPolicyVersion", "AttachRolePolicy", "DetachRolePolicy", "DeletePolicyVersion", "DeletePolicy",
            ("DeletePolicy", "NoSuchEntityException"), "DeleteRole"])

    def test_iam_access(self):
        iam = lab.client("iam")
        user, group, role = {"UserName": "v"}, {"GroupName": "g"}, {"RoleName": "w"}
        inline, attached = {"PolicyName": "i", "PolicyDocument": POLICY}, {"PolicyArn": MANAGED}
        boundary = {"PermissionsBoundary": MANAGED}
        saml = {"SAMLProviderArn": f"arn:aws:iam::{ACCOUNT}:saml-provider/s"}
        oidc = {"OpenIDConnectProviderArn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/id.example"}
        iam.create_user(**user)
        iam.create_group(**group)
        iam.create_role(**role, AssumeRolePolicyDocument=TRUST)
        key = {**user, "AccessKeyId": iam.create_access_key(**user)["AccessKey"]["AccessKeyId"]}
        lab.records()
        calls = [
            lambda: iam.put_user_policy(**user, **inline),
            lambda: iam.delete_user_policy(**user, PolicyName="i"),
            lambda: iam.put_group_policy(**group, **inline),
            lambda: iam.delete_group_policy(**group, PolicyName="i"),
            lambda: iam.attach_group_policy(**group, **attached),
            lambda: iam.detach_group_policy(**group, **attached),
            lambda: iam.attach_user_policy(**user, **attached),
            lambda: iam.detach_user_policy(**user, **attached),
            lambda: iam.put_role_permissions_boundary(**role, **boundary),
            lambda: iam.delete_role_permissions_boundary(**role),
            lambda: iam.put_user_permissions_boundary(**user, **boundary),
            lambda: iam.delete_user_permissions_boundary(**user),
            lambda: iam.update_role(**role, MaxSessionDuration=7200),
            lambda: iam.add_user_to_group(**group, **user),
            lambda: iam.update_access_key(**key, Status="Inactive"),
            lambda: iam.create_login_profile(**user, Password="Correct-Horse-1", PasswordResetRequired=False),
            lambda: iam.update_login_profile(**user, Password="Correct-Horse-2"),
            lambda: iam.delete_login_profile(**user),
            lambda: iam.delete_login_profile(**user),
            lambda: iam.create_saml_provider(Name="s", SAMLMetadataDocument="x" * 1000),
            lambda: iam.update_saml_provider(**saml, SAMLMetadataDocument="y" * 1000),
            lambda: iam.create_open_id_connect_provider(Url="https://id.example"),
            lambda: iam.add_client_id_to_open_id_connect_provider(**oidc, ClientID="c"),
            lambda: iam.update_open_id_connect_provider_thumbprint(**oidc, ThumbprintList=["1" * 40]),
        ]
        found = self.check(calls, [
            "PutUserPolicy", "DeleteUserPolicy", "PutGroupPolicy", "DeleteGroupPolicy", "AttachGroupPolicy",
            "DetachGroupPolicy", "AttachUserPolicy", "DetachUserPolicy", "PutRolePermissionsBoundary",
            "DeleteRolePermissionsBoundary", "PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary",
            "UpdateRole", "AddUserToGroup", "UpdateAccessKey", "CreateLoginProfile", "UpdateLoginProfile",
            "DeleteLoginProfile", ("DeleteLoginProfile", "NoSuchEntityException"), "CreateSAMLProvider",
            "UpdateSAMLProvider", "CreateOpenIDConnectProvider", "AddClientIDToOpenIDConnectProvider",
            "UpdateOpenIDConnectProviderThumbprint"])
        self.assertEqual(found[-1]["requestParameters"], {
            "openIDConnectProviderArn": oidc["OpenIDConnectProviderArn"], "thumbprintList": ["1" * 40]})
        self.assertEqual(found[13]["requestParameters"], {"groupName": "g", "userName": "v"})

    def test_kms_and_parameters(self):
        kms, ssm = lab.client("kms"), lab.client("ssm")
        key = {}
        calls = [
            lambda: key.update(kms.create_key(
                Origin="AWS_KMS", Policy=KEY_POLICY, Description="", KeyUsage="ENCRYPT_DECRYPT", Tags=[],
                CustomerMasterKeySpec="SYMMETRIC_DEFAULT", BypassPolicyLockoutSafetyCheck=False)["KeyMetadata"]),
            lambda: kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=KEY_POLICY,
                                       BypassPolicyLockoutSafetyCheck=False),
            lambda: ssm.put_parameter(Name="/s", Value="v", Type="SecureString", Overwrite=False, AllowedPattern="",
                                      Tags=TAGS, Tier="Standard"),
            lambda: ssm.delete_parameter(Name="/s"),
        ]
        self.check(calls, ["CreateKey", "PutKeyPolicy", "PutParameter", "DeleteParameter"])

    def test_keys(self):
        """Every record tells the key: by its ARN in `resources` and in `responseElements`."""
        kms = lab.client("kms")
        key = kms.create_key(Policy=KEY_POLICY)["KeyMetadata"]
        named, other = {"KeyId": key["KeyId"]}, kms.create_key()["KeyMetadata"]["Arn"]
        grant = {"KeyId": key["KeyId"], "GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:root", "Operations": ["Decrypt"]}
        lab.records()
        kms.create_alias(AliasName="alias/a", TargetKeyId=key["KeyId"])
        kms.enable_key_rotation(KeyId="alias/a")
        kms.disable_key_rotation(**named)
        kms.disable_key(**named)
        kms.enable_key(**named)
        kms.schedule_key_deletion(**named, PendingWindowInDays=7)
        kms.cancel_key_deletion(**named)
        kms.enable_key(**named)
        kms.revoke_grant(**named, GrantId=kms.create_grant(**grant)["GrantId"])
        retired = kms.create_grant(**grant)
        kms.retire_grant(GrantToken=retired["GrantToken"])
        kms.delete_alias(AliasName="alias/a")
        found = lab.records()
        self.assertEqual([record["eventName"] for record in found], [
            "CreateAlias", "EnableKeyRotation", "DisableKeyRotation", "DisableKey", "EnableKey",
            "ScheduleKeyDeletion", "CancelKeyDeletion", "EnableKey", "CreateGrant", "RevokeGrant", "CreateGrant",
            "RetireGrant", "DeleteAlias"])
        for record in found:
            self.assertEqual(record["responseElements"]["keyId"], key["Arn"], record["eventName"])
            self.assertIn({"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": key["Arn"]}, record["resources"])
        self.assertEqual(set(found[8]["responseElements"]), {"grantId", "keyId"})  # and not its token
        self.assertEqual(found[11]["requestParameters"], None)
        self.assertEqual(found[11]["additionalEventData"], {"grantId": retired["GrantId"]})
        alias = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/a"
        self.assertEqual([touched["ARN"] for touched in found[12]["resources"]], [alias, key["Arn"]])
        kms.create_alias(AliasName="alias/a", TargetKeyId=key["KeyId"])
        kms.update_alias(AliasName="alias/a", TargetKeyId=other)
        self.assertEqual([touched["ARN"] for touched in lab.records()[1]["resources"]], [alias, other])

    def test_functions(self):
        awslambda = lab.client("lambda")
        role = lab.client("iam").create_role(RoleName="f", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        awslambda.create_function(FunctionName="f", Runtime="provided.al2023", Handler="bootstrap", Role=role,
                                  Code={"ZipFile": empty_zip()})
        lab.records()
        calls = [
            lambda: awslambda.add_permission(FunctionName="f", StatementId="s", Action="lambda:InvokeFunction",
                                             Principal="*"),
            lambda: awslambda.remove_permission(FunctionName="f", StatementId="s"),
            lambda: awslambda.delete_function(FunctionName="f"),
        ]
        self.check(calls, ["AddPermission20150331v2", "RemovePermission20150331v2", "DeleteFunction20150331"])

    def test_trails(self):
        """The trail's own end is delivered, and nothing after it."""
        cloudtrail, iam = lab.client("cloudtrail"), lab.client("iam")
        calls = [
            lambda: cloudtrail.create_trail(Name="other", S3BucketName="trail-logs"),
            lambda: cloudtrail.start_logging(Name="other"),
            lambda: cloudtrail.update_trail(Name="other", IncludeGlobalServiceEvents=True, IsMultiRegionTrail=True),
            lambda: cloudtrail.stop_logging(Name="other"),
            lambda: cloudtrail.delete_trail(Name="other"),
            lambda: cloudtrail.delete_trail(Name="other"),
            lambda: cloudtrail.put_event_selectors(TrailName="main", EventSelectors=[
                {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [],
                 "ExcludeManagementEventSources": []}]),
            lambda: cloudtrail.stop_logging(Name="main"),
            lambda: iam.create_user(UserName="unseen"),
            lambda: cloudtrail.start_logging(Name="main"),
            lambda: iam.delete_user(UserName="unseen"),
        ]
        self.check(calls, [
            "CreateTrail", "StartLogging", "UpdateTrail", "StopLogging", "DeleteTrail",
            ("DeleteTrail", "TrailNotFoundException"), "PutEventSelectors", "StopLogging", "DeleteUser"])

    def test_event_data_stores(self):
        cloudtrail = lab.client("cloudtrail")
        lab.records()
        arn = cloudtrail.create_event_data_store(Name="eds", TerminationProtectionEnabled=False)["EventDataStoreArn"]
        store = {"EventDataStore": arn}
        cloudtrail.update_event_data_store(**store, RetentionPeriod=7)
        cloudtrail.stop_event_data_store_ingestion(**store)
        cloudtrail.start_event_data_store_ingestion(**store)
        cloudtrail.put_event_configuration(**store, MaxEventSize="Large")
        cloudtrail.add_tags(ResourceId=arn, TagsList=[{"Key": "a", "Value": "b"}])
        cloudtrail.remove_tags(ResourceId=arn, TagsList=[{"Key": "a", "Value": "b"}])
        cloudtrail.delete_event_data_store(**store)
        cloudtrail.restore_event_data_store(**store)
        cloudtrail.register_organization_delegated_admin(MemberAccountId="999988887777")
        cloudtrail.deregister_organization_delegated_admin(DelegatedAdminAccountId="999988887777")
        found = lab.records()
        self.assertEqual([record["eventName"] for record in found], [
            "CreateEventDataStore", "UpdateEventDataStore", "StopEventDataStoreIngestion",
            "StartEventDataStoreIngestion", "PutEventConfiguration", "AddTags", "RemoveTags", "DeleteEventDataStore",
            "RestoreEventDataStore", "RegisterOrganizationDelegatedAdmin", "DeregisterOrganizationDelegatedAdmin"])
        named = {"eventDataStore": arn}
        self.assertEqual([record["requestParameters"] for record in found], [
            {"name": "eds", "terminationProtectionEnabled": False}, {**named, "retentionPeriod": 7}, named, named,
            {**named, "maxEventSize": "Large"}, *[{"resourceId": arn, "tagsList": [{"key": "a", "value": "b"}]}] * 2,
            named, named, {"memberAccountId": "999988887777"}, {"delegatedAdminAccountId": "999988887777"}])
        self.assertEqual(found[0]["responseElements"]["eventDataStoreArn"], arn)

    def test_assumed_role(self):
        iam = lab.client("iam")
        iam.create_role(RoleName="assumed", AssumeRolePolicyDocument=TRUST)
        iam.put_role_policy(RoleName="assumed", PolicyName="all", PolicyDocument=POLICY)
        session = lab.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/assumed", RoleSessionName="session")["Credentials"]
        lab.records()
        own, lab.credentials = lab.credentials, (
            session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
        self.addCleanup(setattr, lab, "credentials", own)
        lab.client("iam").create_user(UserName="by-role")
        [record] = lab.records()
        real = next(sample for sample in SAMPLES.values() if sample["userIdentity"]["type"] == "AssumedRole")
        self.assertEqual(shape(record["userIdentity"]), shape(real["userIdentity"]))

    def test_stream(self):
        lab.client("s3").create_bucket(Bucket="streamed")
        [record] = lab.records()
        lines = [json.loads(line) for line in lab.stream.read_text().splitlines()]
        [line] = [line for line in lines if line.get("event_id") == record["eventID"]]
        self.assertEqual((line["kind"], line["event_name"], line["resource"], line["matched_rules"]),
                         ("event", "CreateBucket", "streamed", ["all"]))
        self.assertEqual(line["actor_arn"], f"arn:aws:iam::{ACCOUNT}:user/alice")

    def check(self, calls, expected):
        for call in calls:
            try:
                call()
            except botocore.exceptions.ClientError:
                pass  # its record has the error, and `expected` says which
        found = lab.records()
        self.assertEqual([event_and_error(record) for record in found],
                         [name if isinstance(name, tuple) else (name, None) for name in expected])
        self.assertEqual(len({record["eventID"] for record in found}), len(found))
        for record in found:
            if real := SAMPLES.get(event_and_error(record)):
                with self.subTest(record["eventName"]):
                    self.compare(record, real)
        return found

    def compare(self, record, real):
        self.assertEqual(set(record) - INCIDENTAL, set(real) - INCIDENTAL)
        if real["requestParameters"] is not None:
            self.assertEqual(shape(record["requestParameters"]), shape(real["requestParameters"]))
        if real["userIdentity"]["type"] == "IAMUser":
            self.assertEqual(shape(record["userIdentity"]), shape(real["userIdentity"]))
        self.assert_within(self.response_today(real), shape(record["responseElements"]))
        self.assertEqual(shape(record.get("resources")), shape(real.get("resources")))

    def response_today(self, real):
        """KMS tells the key in what answers nothing since December 2022, and the samples are older."""
        is_old = real["eventSource"] == "kms.amazonaws.com" and real["responseElements"] is None
        return {"keyId": "str"} if is_old else shape(real["responseElements"])

    def assert_within(self, less, more):
        """Responses may have grown members since the sample was taken; none may be missing."""
        if isinstance(less, dict):
            self.assertLessEqual(set(less), set(more))
            for name in less:
                self.assert_within(less[name], more[name])
        else:
            self.assertEqual(less, more)


def without_account_in_host(request, **_):
    """SDKs put the account before the host, also where the host is an address, and no name server knows that."""
    request.url = re.sub(r"//\d{12}\.", "//", request.url)


def shape(value):
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return type(value).__name__


def event_and_error(record):
    return record["eventName"], record.get("errorCode")


def read_samples():
    lines = (HERE / "samples.jsonl").read_text().splitlines()
    return {event_and_error(record): record for record in (json.loads(line)["record"] for line in lines)}


SAMPLES = read_samples()


def empty_zip():
    archive = io.BytesIO()
    zipfile.ZipFile(archive, "w").close()
    return archive.getvalue()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=1) as response:
            return response.status == 200
    except OSError:
        return False


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the lab did not start")
        time.sleep(0.05)


if __name__ == "__main__":
    unittest.main()
