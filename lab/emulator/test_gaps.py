"""What gaps.py adds to ministack, against a running lab."""
import io
import json
import tempfile
import textwrap
import time
import unittest
import zipfile

import botocore.exceptions

from test_records import ACCOUNT, POLICY, POLICY_ARN, TRUST, Lab, wait_until

# The smallest custom runtime: it fails where the event asks for it.
BOOTSTRAP = textwrap.dedent("""\
    #!/usr/bin/env python3
    import http.client, json, os
    runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    def call(method, path, body=None):
        runtime.request(method, "/2018-06-01/runtime/invocation/" + path, body)
        response = runtime.getresponse()
        return response.headers, response.read()
    while True:
        headers, event = call("GET", "next")
        failing = json.loads(event)["detail"]["requestParameters"].get("bucketName") == "failing"
        answer = {"errorMessage": "asked to"} if failing else {"outcome": "Compliant"}
        kind = "/error" if failing else "/response"
        call("POST", headers["Lambda-Runtime-Aws-Request-Id"] + kind, json.dumps(answer))
    """)


def setUpModule():
    global lab
    lab = Lab()


def tearDownModule():
    lab.close()


class Gaps(unittest.TestCase):
    def test_set_default_policy_version(self):
        iam = lab.client("iam")
        iam.create_policy(PolicyName="p", PolicyDocument=POLICY)
        iam.create_policy_version(PolicyArn=POLICY_ARN, PolicyDocument=POLICY, SetAsDefault=True)
        iam.set_default_policy_version(PolicyArn=POLICY_ARN, VersionId="v1")
        self.assertEqual(iam.get_policy(PolicyArn=POLICY_ARN)["Policy"]["DefaultVersionId"], "v1")
        with self.assertRaisesRegex(botocore.exceptions.ClientError, "NoSuchEntity"):
            iam.set_default_policy_version(PolicyArn=POLICY_ARN, VersionId="v9")

    def test_openid_connect_providers(self):
        iam = lab.client("iam")
        provider = {"OpenIDConnectProviderArn": iam.create_open_id_connect_provider(
            Url="https://id.example", ClientIDList=["a"], ThumbprintList=["1" * 40])["OpenIDConnectProviderArn"]}
        for client in "bbc":
            iam.add_client_id_to_open_id_connect_provider(**provider, ClientID=client)
        for client in "cd":
            iam.remove_client_id_from_open_id_connect_provider(**provider, ClientID=client)
        iam.update_open_id_connect_provider_thumbprint(**provider, ThumbprintList=["2" * 40, "3" * 40])
        found = iam.get_open_id_connect_provider(**provider)
        self.assertEqual(found["ClientIDList"], ["a", "b"])
        self.assertEqual(found["ThumbprintList"], ["2" * 40, "3" * 40])
        self.refused("NoSuchEntity", iam.add_client_id_to_open_id_connect_provider, ClientID="a",
                     OpenIDConnectProviderArn=provider["OpenIDConnectProviderArn"] + "x")

    def test_own_access_keys(self):
        """Without a user name, the caller's."""
        iam = lab.client("iam")
        created = iam.create_access_key()["AccessKey"]
        self.assertEqual(created["UserName"], "alice")
        self.assertIn(created["AccessKeyId"],
                      [key["AccessKeyId"] for key in iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]])
        iam.update_access_key(AccessKeyId=created["AccessKeyId"], Status="Inactive")
        iam.delete_access_key(AccessKeyId=created["AccessKeyId"])
        self.assertEqual(iam.get_user()["User"]["UserName"], "alice")

    def test_the_whole_account_with_its_boundaries(self):
        iam = lab.client("iam")
        boundary = iam.create_policy(PolicyName="bound", PolicyDocument=POLICY)["Policy"]["Arn"]
        iam.create_role(RoleName="bounded", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=boundary)
        iam.create_role(RoleName="boundless", AssumeRolePolicyDocument=TRUST)
        roles = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
        boundaries = {role["RoleName"]: role.get("PermissionsBoundary") for role in roles}
        self.assertEqual(boundaries["bounded"]["PermissionsBoundaryArn"], boundary)
        self.assertIsNone(boundaries["boundless"])

    def test_policies_of_aws_are_told_where_they_are_in_use(self):
        iam = lab.client("iam")
        read, support = (f"arn:aws:iam::aws:policy/{name}" for name in ("ReadOnlyAccess", "AWSSupportAccess"))
        iam.create_role(RoleName="reads", AssumeRolePolicyDocument=TRUST)
        iam.attach_role_policy(RoleName="reads", PolicyArn=read)
        told = {policy["Arn"]: policy for policy in iam.get_account_authorization_details()["Policies"]}
        self.assertIn("Statement", told[read]["PolicyVersionList"][0]["Document"])
        self.assertNotIn(support, told)
        # Neither where others are asked for alone.
        for kind, is_told in (("AWSManagedPolicy", True), ("LocalManagedPolicy", False)):
            policies = iam.get_account_authorization_details(Filter=[kind])["Policies"]
            self.assertEqual(read in {policy["Arn"] for policy in policies}, is_told)

    def test_texts_of_policies_that_are_given(self):
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write(json.dumps({"name": "GivenAccess", "document": {"Version": "2012-10-17", "Statement": []}}) + "\n")
            file.flush()
            given = Lab(LAB_MANAGED_POLICIES=file.name)
            try:
                iam = given.client("iam")
                arn = "arn:aws:iam::aws:policy/service-role/GivenAccess"
                version = iam.get_policy_version(PolicyArn=arn, VersionId=iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"])
                self.assertEqual(version["PolicyVersion"]["Document"]["Statement"], [])
                self.refused("NoSuchEntity", iam.get_policy, PolicyArn="arn:aws:iam::aws:policy/NotGivenAccess")
            finally:
                given.close()

    def test_what_iam_refuses(self):
        iam = lab.client("iam")
        iam.create_role(RoleName="strict", AssumeRolePolicyDocument=TRUST)
        iam.create_group(GroupName="used")
        self.refused("MalformedPolicyDocument", iam.put_role_policy, RoleName="strict", PolicyName="p",
                     PolicyDocument="{")
        self.refused("MalformedPolicyDocument", iam.update_assume_role_policy, RoleName="strict", PolicyDocument="{")
        statement = {"Sid": "Same", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
        self.refused("MalformedPolicyDocument", iam.put_role_policy, RoleName="strict", PolicyName="p",
                     PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement, statement]}))
        self.refused("NoSuchEntity", iam.attach_role_policy, RoleName="strict",
                     PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/none")
        iam.put_group_policy(GroupName="used", PolicyName="p", PolicyDocument=POLICY)
        self.refused("DeleteConflict", iam.delete_group, GroupName="used")
        iam.delete_group_policy(GroupName="used", PolicyName="p")
        iam.add_user_to_group(GroupName="used", UserName="alice")
        self.refused("DeleteConflict", iam.delete_group, GroupName="used")
        iam.remove_user_from_group(GroupName="used", UserName="alice")
        iam.delete_group(GroupName="used")

    def test_authorisation(self):
        """Every call is allowed by a policy for its resource, and by none for another."""
        iam, kms, cloudtrail = lab.client("iam"), lab.client("kms"), lab.client("cloudtrail")
        iam.create_user(UserName="bob")
        key = iam.create_access_key(UserName="bob")["AccessKey"]
        iam.create_role(RoleName="deep", Path="/team/", AssumeRolePolicyDocument=TRUST)
        iam.create_group(GroupName="crew")
        policy = iam.create_policy(PolicyName="crew", PolicyDocument=POLICY)["Policy"]["Arn"]
        provider = iam.create_open_id_connect_provider(Url="https://other.example")["OpenIDConnectProviderArn"]
        aliased = kms.create_key()["KeyMetadata"]["Arn"]
        kms.create_alias(AliasName="alias/authorised", TargetKeyId=aliased)
        store = cloudtrail.create_event_data_store(Name="authorised")["EventDataStoreArn"]
        lab.client("s3").create_bucket(Bucket="authorised")

        entities, point = f"arn:aws:iam::{ACCOUNT}:", f"arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/authorised"
        account, crew = {"AccountId": ACCOUNT}, {"GroupName": "crew"}
        cases = [
            ("s3control:PutAccountPublicAccessBlock", "*", "put_public_access_block",
             {**account, "PublicAccessBlockConfiguration": {"BlockPublicAcls": False}}),
            ("s3control:GetAccountPublicAccessBlock", "*", "get_public_access_block", account),
            ("s3control:PutAccountPublicAccessBlock", "*", "delete_public_access_block", account),
            ("s3control:CreateAccessPoint", point, "create_access_point",
             {**account, "Name": "authorised", "Bucket": "authorised"}),
            ("s3control:DeleteAccessPoint", point, "delete_access_point", {**account, "Name": "authorised"}),
            ("kms:DescribeKey", aliased, "describe_key", {"KeyId": "alias/authorised"}),
            ("kms:UpdateAlias", aliased, "update_alias", {"AliasName": "alias/authorised", "TargetKeyId": aliased}),
            ("kms:DeleteAlias", aliased.split(":key/")[0] + ":alias/authorised", "delete_alias",
             {"AliasName": "alias/authorised"}),
            ("cloudtrail:GetEventDataStore", store, "get_event_data_store", {"EventDataStore": store.split("/")[1]}),
            ("cloudtrail:UpdateEventDataStore", store, "update_event_data_store",
             {"EventDataStore": store, "Name": "renamed"}),
            ("cloudtrail:PutResourcePolicy", store, "put_resource_policy",
             {"ResourceArn": store, "ResourcePolicy": POLICY}),
            ("cloudtrail:AddTags", store, "add_tags", {"ResourceId": store, "TagsList": [{"Key": "a"}]}),
            ("iam:GetRole", entities + "role/team/deep", "get_role", {"RoleName": "deep"}),
            ("iam:CreateRole", entities + "role/team/new", "create_role",
             {"RoleName": "new", "Path": "/team/", "AssumeRolePolicyDocument": TRUST}),
            ("iam:AddClientIDToOpenIDConnectProvider", provider, "add_client_id_to_open_id_connect_provider",
             {"OpenIDConnectProviderArn": provider, "ClientID": "a"}),
            ("iam:CreateSAMLProvider", entities + "saml-provider/s", "create_saml_provider",
             {"Name": "s", "SAMLMetadataDocument": "x" * 1000}),
            ("iam:ListAccessKeys", entities + "user/bob", "list_access_keys", {}),
            ("iam:AttachGroupPolicy", entities + "group/crew", "attach_group_policy", {**crew, "PolicyArn": policy}),
            ("iam:AddUserToGroup", entities + "group/crew", "add_user_to_group", {**crew, "UserName": "bob"}),
        ]
        own = lab.credentials
        self.addCleanup(setattr, lab, "credentials", own)
        for action, resource, call, arguments in cases:
            service, _, name = action.partition(":")
            lab.credentials = key["AccessKeyId"], key["SecretAccessKey"], None
            call = getattr(lab.client(service), call)
            for allowed in ("arn:aws:nowhere:::it", resource):
                iam.put_user_policy(UserName="bob", PolicyName="p", PolicyDocument=json.dumps({
                    "Version": "2012-10-17", "Statement": [
                        {"Effect": "Allow", "Action": f"{service.removesuffix('control')}:{name}",
                         "Resource": allowed}]}))
                with self.subTest(action, resource=allowed):
                    if allowed == resource:
                        call(**arguments)
                    else:
                        with self.assertRaisesRegex(botocore.exceptions.ClientError, "AccessDenied"):
                            call(**arguments)

    def test_a_bucket_policy_denies_whoever_it_means(self):
        """In every spelling, and whatever the role's own policies allow; but not the root user."""
        iam, bucket = lab.client("iam"), {"Bucket": "denied"}
        lab.client("s3").create_bucket(**bucket)
        role = iam.create_role(RoleName="shut-out", Path="/team/", AssumeRolePolicyDocument=TRUST)["Role"]
        iam.put_role_policy(RoleName="shut-out", PolicyName="all", PolicyDocument=POLICY)
        session = lab.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="session")
        account, alice = f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{ACCOUNT}:user/alice"
        self.addCleanup(setattr, lab, "credentials", lab.credentials)
        key = session["Credentials"]
        lab.credentials = key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"]
        guest = lab.client("s3")
        lab.credentials = ("root", "root", None)
        root = lab.client("s3")
        denied = [
            {"Principal": {"AWS": role["Arn"]}},
            {"Principal": {"AWS": session["AssumedRoleUser"]["Arn"]}},
            {"Principal": "*", "Condition": {"ArnEquals": {"aws:PrincipalArn": role["Arn"]}}},
            {"Principal": "*", "Condition": {"StringLike": {"aws:userid": role["RoleId"] + ":*"}}},
            {"Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalArn": [alice, account]}}},
            {"Principal": "*", "Condition": {"Bool": {"aws:PrincipalIsAWSService": "false"},
                                             "ArnNotEquals": {"aws:PrincipalArn": alice}}},
            {"NotPrincipal": {"AWS": [account, alice]}},
            {"NotPrincipal": {"AWS": [account, role["Arn"]]}},
        ]
        spared = [
            {"NotPrincipal": {"AWS": [account, role["Arn"], session["AssumedRoleUser"]["Arn"]]}},
            {"Principal": {"AWS": role["Arn"].replace("shut-out", "other")}},
        ]
        for statement in denied + spared:
            policy = json.dumps({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "s3:GetObject",
                 "Resource": "arn:aws:s3:::denied/*"},
                {"Effect": "Deny", "Action": "s3:*BucketPolicy", "Resource": "arn:aws:s3:::denied", **statement}]})
            root.put_bucket_policy(**bucket, Policy=policy)
            with self.subTest(statement):
                if statement in spared:
                    guest.get_bucket_policy(**bucket)
                else:
                    self.refused("AccessDenied", guest.get_bucket_policy, **bucket)
                    self.refused("AccessDenied", guest.put_bucket_policy, **bucket, Policy=policy)
                    self.refused("AccessDenied", guest.delete_bucket_policy, **bucket)
        root.delete_bucket_policy(**bucket)

    def test_quotas_of_inline_policies(self):
        """The sum of all that a holder has, without white space."""
        iam = lab.client("iam")
        for kind, most in (("user", 2_048), ("group", 5_120), ("role", 10_240)):
            name = f"full-{kind}"
            trust = {"AssumeRolePolicyDocument": TRUST} if kind == "role" else {}
            holder = {f"{kind.title()}Name": name}
            getattr(iam, f"create_{kind}")(**holder, **trust)
            put = getattr(iam, f"put_{kind}_policy")
            put(**holder, PolicyName="half", PolicyDocument=document_of(most // 2))
            put(**holder, PolicyName="rest", PolicyDocument=document_of(most - most // 2))
            put(**holder, PolicyName="rest", PolicyDocument=document_of(most - most // 2) + " \n" * 100)
            with self.assertRaises(botocore.exceptions.ClientError) as refusal:
                put(**holder, PolicyName="rest", PolicyDocument=document_of(most - most // 2 + 1))
            answer = refusal.exception.response
            self.assertEqual(answer["ResponseMetadata"]["HTTPStatusCode"], 409)
            self.assertEqual((answer["Error"]["Code"], answer["Error"]["Message"]), (
                "LimitExceeded", f"Maximum policy size of {most} bytes exceeded for {kind} {name}"))

    def test_quotas_of_other_policies(self):
        iam, kms = lab.client("iam"), lab.client("kms")
        long = iam.create_policy(PolicyName="long", PolicyDocument=document_of(6_144))["Policy"]["Arn"]
        self.refused("LimitExceeded", iam.create_policy, PolicyName="longer", PolicyDocument=document_of(6_145))
        self.refused("LimitExceeded", iam.create_policy_version, PolicyArn=long, PolicyDocument=document_of(6_145))
        for _ in range(4):
            iam.create_policy_version(PolicyArn=long, PolicyDocument=POLICY)
        self.refused("LimitExceeded", iam.create_policy_version, PolicyArn=long, PolicyDocument=POLICY)
        iam.create_role(RoleName="trusting", AssumeRolePolicyDocument=TRUST)
        self.refused("LimitExceeded", iam.update_assume_role_policy, RoleName="trusting",
                     PolicyDocument=document_of(2_049, "Principal"))
        self.refused("LimitExceeded", iam.create_role, RoleName="trusting-more",
                     AssumeRolePolicyDocument=document_of(2_049, "Principal"))
        for number in range(10):
            iam.attach_role_policy(RoleName="trusting", PolicyArn=f"arn:aws:iam::aws:policy/p{number}")
        iam.attach_role_policy(RoleName="trusting", PolicyArn="arn:aws:iam::aws:policy/p9")
        self.refused("LimitExceeded", iam.attach_role_policy, RoleName="trusting", PolicyArn=long)
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        self.refused("LimitExceededException", kms.put_key_policy, KeyId=key, Policy=document_of(32_769, "Principal"))

    def test_quota_of_a_bucket_policy(self):
        s3, bucket = lab.client("s3"), {"Bucket": "long-policy"}
        s3.create_bucket(**bucket)
        policy = allowing("*", "arn:aws:s3:::long-policy/" + "x" * 20_480)
        self.refused("PolicyTooLarge", s3.put_bucket_policy, **bucket, Policy=policy)

    def test_event_history(self):
        """A call shows after a while, whoever looks; a page at a time, newest first, by one attribute."""
        iam = lab.client("iam")
        began = time.time()
        role = iam.create_role(RoleName="history", AssumeRolePolicyDocument=TRUST)["Role"]
        at_once = looked_up("ResourceName", "history")["Events"]
        self.assertTrue(at_once == [] or time.time() - began > 1)
        for number in range(3):
            iam.tag_role(RoleName="history", Tags=[{"Key": str(number), "Value": "v"}])
        self.refused("NoSuchEntity", iam.delete_role_policy, RoleName="history", PolicyName="none")
        wait_until(lambda: len(looked_up("ResourceName", "history")["Events"]) == 5)

        found = looked_up("ResourceName", "history")["Events"]
        self.assertEqual([event["EventName"] for event in found],
                         ["DeleteRolePolicy"] + 3 * ["TagRole"] + ["CreateRole"])
        created, failed = found[-1], json.loads(found[0]["CloudTrailEvent"])
        self.assertEqual((created["ReadOnly"], created["Username"], created["EventSource"], created["AccessKeyId"]),
                         ("false", "alice", "iam.amazonaws.com", lab.credentials[0]))
        self.assertEqual({(resource["ResourceType"], resource["ResourceName"]) for resource in created["Resources"]},
                         {("AWS::IAM::Role", name) for name in ("history", role["Arn"], role["RoleId"])})
        self.assertEqual(json.loads(created["CloudTrailEvent"])["eventID"], created["EventId"])
        self.assertEqual(failed["errorCode"], "NoSuchEntityException")
        then = {"StartTime": created["EventTime"], "EndTime": created["EventTime"]}
        for attribute in ("EventId", "EventName", "EventSource", "ReadOnly", "AccessKeyId", "Username"):
            self.assertIn(created, looked_up(attribute, created[attribute], **then)["Events"])
        self.assertIn(created, looked_up("ResourceType", "AWS::IAM::Role", **then)["Events"])
        self.assertEqual(looked_up("ResourceName", "HISTORY")["Events"], [])
        self.assertEqual(looked_up("EventName", "CreateRole", EventCategory="insight")["Events"], [])
        before = created["EventTime"].timestamp() - 1
        self.assertEqual(looked_up("ResourceName", "history", EndTime=before)["Events"], [])

        first = looked_up("ResourceName", "history", MaxResults=2)
        rest = looked_up("ResourceName", "history", MaxResults=50, NextToken=first["NextToken"])
        self.assertEqual(first["Events"] + rest["Events"], found)
        self.assertNotIn("NextToken", rest)

    def test_what_no_trail_records_is_in_the_history(self):
        lab.records()
        iam, cloudtrail = lab.client("iam"), lab.client("cloudtrail")
        cloudtrail.stop_logging(Name="main")
        iam.create_group(GroupName="unrecorded")
        cloudtrail.start_logging(Name="main")
        wait_until(lambda: looked_up("ResourceName", "unrecorded")["Events"])
        self.assertNotIn("CreateGroup", [record["eventName"] for record in lab.records()])

    def test_what_a_lookup_refuses(self):
        attributes = [{"AttributeKey": key, "AttributeValue": "v"} for key in ("EventName", "Username")]
        token = looked_up("EventSource", "iam.amazonaws.com", MaxResults=1)["NextToken"]
        for code, request in (
                ("InvalidLookupAttributesException", {"LookupAttributes": attributes}),
                ("InvalidMaxResultsException", {"MaxResults": 51}),
                ("InvalidTimeRangeException", {"StartTime": 2, "EndTime": 1}),
                ("InvalidNextTokenException", {"NextToken": token}),
                ("InvalidNextTokenException", {"NextToken": "none"})):
            with self.subTest(code):
                self.refused(code, look_up, **request)

    def test_two_lookups_a_second(self):
        time.sleep(1.1)
        cloudtrail, codes, began = one_try("cloudtrail"), [], time.time()
        for _ in range(12):
            try:
                cloudtrail.lookup_events(MaxResults=1)
                codes.append(None)
            except botocore.exceptions.ClientError as refusal:
                codes.append(refusal.response["Error"]["Code"])
        self.assertEqual(codes[:2], [None, None])
        self.assertLessEqual(codes.count(None), 2 * (time.time() - began + 1))
        self.assertLessEqual(set(codes), {None, "ThrottlingException"})
        time.sleep(1.1)
        cloudtrail.lookup_events(MaxResults=1)

    def test_trail_insights_and_tags(self):
        cloudtrail = lab.client("cloudtrail")
        arn = cloudtrail.create_trail(Name="tagged", S3BucketName="trail-logs",
                                      TagsList=[{"Key": "a", "Value": "b"}])["TrailARN"]
        self.assertEqual(cloudtrail.list_tags(ResourceIdList=[arn])["ResourceTagList"][0]["TagsList"],
                         [{"Key": "a", "Value": "b"}])
        with self.assertRaisesRegex(botocore.exceptions.ClientError, "InsightNotEnabled"):
            cloudtrail.get_insight_selectors(TrailName="tagged")
        selectors = [{"InsightType": "ApiCallRateInsight"}]
        cloudtrail.put_insight_selectors(TrailName="tagged", InsightSelectors=selectors)
        self.assertEqual(cloudtrail.get_insight_selectors(TrailName=arn)["InsightSelectors"], selectors)

    def test_event_data_stores(self):
        """AWS: "By default, termination protection is enabled", and what is pending deletion can only be restored."""
        cloudtrail = lab.client("cloudtrail")
        arn = cloudtrail.create_event_data_store(
            Name="store", TagsList=[{"Key": "a", "Value": "b"}])["EventDataStoreArn"]
        store = {"EventDataStore": arn}

        def status():
            return cloudtrail.get_event_data_store(EventDataStore=arn.split("/")[1])["Status"]

        self.assertIn({"EventDataStoreArn": arn, "Name": "store"},
                      cloudtrail.list_event_data_stores()["EventDataStores"])
        cloudtrail.add_tags(ResourceId=arn, TagsList=[{"Key": "c", "Value": "d"}])
        cloudtrail.remove_tags(ResourceId=arn, TagsList=[{"Key": "a"}])
        self.assertEqual(cloudtrail.list_tags(ResourceIdList=[arn])["ResourceTagList"][0]["TagsList"],
                         [{"Key": "c", "Value": "d"}])
        cloudtrail.stop_event_data_store_ingestion(**store)
        self.assertEqual(status(), "STOPPED_INGESTION")
        self.refused("InvalidEventDataStoreStatusException", cloudtrail.stop_event_data_store_ingestion, **store)
        cloudtrail.start_event_data_store_ingestion(**store)
        self.refused("EventDataStoreTerminationProtectedException", cloudtrail.delete_event_data_store, **store)
        self.refused("InvalidEventDataStoreStatusException", cloudtrail.restore_event_data_store, **store)
        cloudtrail.update_event_data_store(**store, TerminationProtectionEnabled=False, RetentionPeriod=7)
        cloudtrail.delete_event_data_store(**store)
        self.assertEqual(status(), "PENDING_DELETION")
        self.refused("InactiveEventDataStoreException", cloudtrail.update_event_data_store, **store, RetentionPeriod=8)
        cloudtrail.restore_event_data_store(**store)
        found = cloudtrail.get_event_data_store(**store)
        self.assertEqual((found["Status"], found["RetentionPeriod"], found["TerminationProtectionEnabled"]),
                         ("ENABLED", 7, False))
        self.refused("EventDataStoreNotFoundException", cloudtrail.get_event_data_store, EventDataStore="none")

    def test_policies_of_event_data_stores(self):
        cloudtrail = lab.client("cloudtrail")
        store = {"ResourceArn": cloudtrail.create_event_data_store(Name="shared")["EventDataStoreArn"]}
        self.refused("ResourcePolicyNotFoundException", cloudtrail.get_resource_policy, **store)
        cloudtrail.put_resource_policy(**store, ResourcePolicy=POLICY)
        self.assertEqual(cloudtrail.get_resource_policy(**store)["ResourcePolicy"], POLICY)
        self.refused("ResourcePolicyNotValidException", cloudtrail.put_resource_policy, **store, ResourcePolicy="{}")
        cloudtrail.delete_resource_policy(**store)
        self.refused("ResourcePolicyNotFoundException", cloudtrail.delete_resource_policy, **store)
        self.refused("ResourceNotFoundException", cloudtrail.get_resource_policy,
                     ResourceArn=store["ResourceArn"] + "0")
        self.assertEqual((cloudtrail.list_channels()["Channels"], cloudtrail.list_dashboards()["Dashboards"]),
                         ([], []))

    def test_event_configuration(self):
        cloudtrail = lab.client("cloudtrail")
        store = {"EventDataStore": cloudtrail.create_event_data_store(Name="keys")["EventDataStoreArn"]}
        keys = [{"Type": "TagContext", "Equals": ["team"]}]
        self.refused("InvalidParameterCombinationException", cloudtrail.put_event_configuration, **store,
                     MaxEventSize="Standard", ContextKeySelectors=keys)
        cloudtrail.put_event_configuration(**store, MaxEventSize="Large", ContextKeySelectors=keys)
        found = cloudtrail.get_event_configuration(**store)
        self.assertEqual((found["MaxEventSize"], found["ContextKeySelectors"]), ("Large", keys))
        selectors = [{"InsightType": "ApiErrorRateInsight"}]
        self.refused("InsightNotEnabledException", cloudtrail.get_insight_selectors, **store)
        cloudtrail.put_insight_selectors(**store, InsightSelectors=selectors,
                                         InsightsDestination=store["EventDataStore"])
        self.assertEqual(cloudtrail.get_insight_selectors(**store)["InsightSelectors"], selectors)
        aggregations = [{"EventCategory": "Data", "Templates": ["API_ACTIVITY"]}]
        cloudtrail.put_event_configuration(TrailName="main", AggregationConfigurations=aggregations)
        found = cloudtrail.get_event_configuration(TrailName="main")
        self.assertEqual(found["AggregationConfigurations"], aggregations)

    def test_a_multi_region_trail_includes_global_events(self):
        cloudtrail = lab.client("cloudtrail")
        self.refused("InvalidParameterCombinationException", cloudtrail.update_trail, Name="main",
                     IncludeGlobalServiceEvents=False)
        cloudtrail.update_trail(Name="main", IncludeGlobalServiceEvents=True)

    def test_an_organizations_trail_is_only_seen(self):
        own, lab.credentials = lab.credentials, ("999988887777", "any", None)  # another account's root user
        theirs = lab.client("cloudtrail").create_trail(
            Name="theirs", S3BucketName="trail-logs", IsMultiRegionTrail=True, IsOrganizationTrail=True)["TrailARN"]
        lab.credentials = own
        cloudtrail = lab.client("cloudtrail")
        self.assertIn(theirs, [trail["TrailARN"] for trail in cloudtrail.describe_trails()["trailList"]])
        self.assertTrue(cloudtrail.get_trail(Name=theirs)["Trail"]["IsOrganizationTrail"])
        self.refused("NotOrganizationMasterAccountException", cloudtrail.start_logging, Name=theirs)
        self.refused("NotOrganizationMasterAccountException", cloudtrail.update_trail, Name="theirs")
        self.refused("TrailNotFoundException", cloudtrail.start_logging, Name="nobodys")

    def test_delegated_administrators(self):
        cloudtrail, organizations = lab.client("cloudtrail"), lab.client("organizations")
        member = {"DelegatedAdminAccountId": "999988887777"}
        self.refused("AccountNotRegisteredException", cloudtrail.deregister_organization_delegated_admin, **member)
        cloudtrail.register_organization_delegated_admin(MemberAccountId="999988887777")
        found = organizations.list_delegated_administrators(ServicePrincipal="cloudtrail.amazonaws.com")
        self.assertEqual([account["Id"] for account in found["DelegatedAdministrators"]], ["999988887777"])
        cloudtrail.deregister_organization_delegated_admin(**member)
        self.assertEqual(organizations.list_delegated_administrators()["DelegatedAdministrators"], [])

    def test_policy_status(self):
        s3 = lab.client("s3")
        s3.create_bucket(Bucket="status")
        s3.delete_public_access_block(Bucket="status")
        for principal, public in (("*", True), ({"AWS": ACCOUNT}, False)):
            s3.put_bucket_policy(Bucket="status", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject",
                 "Resource": "arn:aws:s3:::status/*"}]}))
            self.assertEqual(s3.get_bucket_policy_status(Bucket="status")["PolicyStatus"]["IsPublic"], public)

    def test_account_public_access_block(self):
        s3, control, account = lab.client("s3"), lab.client("s3control"), {"AccountId": ACCOUNT}
        with self.assertRaisesRegex(botocore.exceptions.ClientError, "NoSuchPublicAccessBlockConfiguration"):
            control.get_public_access_block(**account)
        control.put_public_access_block(**account, PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
        self.addCleanup(control.delete_public_access_block, **account)
        self.assertEqual(control.get_public_access_block(**account)["PublicAccessBlockConfiguration"], {
            "BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": True,
            "RestrictPublicBuckets": False})
        s3.create_bucket(Bucket="blocked")
        s3.delete_public_access_block(Bucket="blocked")
        with self.assertRaisesRegex(botocore.exceptions.ClientError, "AccessDenied"):
            s3.put_bucket_policy(Bucket="blocked", Policy=allowing("*", "arn:aws:s3:::blocked/*"))
        control.delete_public_access_block(**account)
        s3.put_bucket_policy(Bucket="blocked", Policy=allowing("*", "arn:aws:s3:::blocked/*"))
        with self.assertRaisesRegex(botocore.exceptions.ClientError, "AccessDenied"):
            control.get_public_access_block(AccountId="999988887777")

    def test_access_point_policies(self):
        s3, control = lab.client("s3"), lab.client("s3control")
        s3.create_bucket(Bucket="pointed")
        s3.delete_public_access_block(Bucket="pointed")
        for name, block in (("open", False), ("closed", True)):
            point = {"AccountId": ACCOUNT, "Name": name}
            arn = control.create_access_point(**point, Bucket="pointed", PublicAccessBlockConfiguration={
                "BlockPublicPolicy": block})["AccessPointArn"]
            with self.assertRaisesRegex(botocore.exceptions.ClientError, "NoSuchAccessPointPolicy"):
                control.get_access_point_policy_status(**point)
            if block:
                with self.assertRaisesRegex(botocore.exceptions.ClientError, "AccessDenied"):
                    control.put_access_point_policy(**point, Policy=allowing("*", arn + "/object/*"))
            else:
                control.put_access_point_policy(**point, Policy=allowing("*", arn + "/object/*"))
                self.assertTrue(control.get_access_point_policy_status(**point)["PolicyStatus"]["IsPublic"])
            control.put_access_point_policy(**point, Policy=allowing({"AWS": "999988887777"}, arn + "/object/*"))
            self.assertFalse(control.get_access_point_policy_status(**point)["PolicyStatus"]["IsPublic"])
        points = control.list_access_points(AccountId=ACCOUNT, Bucket="pointed")["AccessPointList"]
        self.assertEqual([point["Name"] for point in points], ["closed", "open"])

    def test_bucket_settings(self):
        s3, bucket = lab.client("s3"), {"Bucket": "settings"}
        s3.create_bucket(**bucket, ObjectLockEnabledForBucket=True)
        with self.assertRaisesRegex(botocore.exceptions.ClientError, "InvalidBucketState"):
            s3.put_bucket_versioning(**bucket, VersioningConfiguration={"Status": "Suspended"})
        with self.assertRaisesRegex(botocore.exceptions.ClientError, "MalformedPolicy"):
            s3.put_bucket_policy(**bucket, Policy="{")
        s3.create_bucket(Bucket="access-logs")
        for target, is_fit in (("access-logs", True), ("settings", False), ("nobodys-bucket", False)):
            logging = {**bucket, "BucketLoggingStatus": {"LoggingEnabled": {
                "TargetBucket": target, "TargetPrefix": ""}}}
            if is_fit:
                s3.put_bucket_logging(**logging)
            else:
                self.refused("InvalidTargetBucketForLogging", s3.put_bucket_logging, **logging)
        rules = {"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]}
        for size in ("varies_by_storage_class", "all_storage_classes_128K"):
            s3.put_bucket_lifecycle_configuration(
                **bucket, LifecycleConfiguration=rules, TransitionDefaultMinimumObjectSize=size)
            lifecycle = s3.get_bucket_lifecycle_configuration(**bucket)
            self.assertEqual(lifecycle["TransitionDefaultMinimumObjectSize"], size)
            self.assertEqual(lifecycle["Rules"], rules["Rules"])

    def test_a_deleted_bucket_comes_back_empty(self):
        s3, bucket = lab.client("s3"), {"Bucket": "phoenix"}
        s3.create_bucket(**bucket)
        s3.put_bucket_tagging(**bucket, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
        s3.put_bucket_website(**bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
        s3.delete_bucket(**bucket)
        with self.assertRaisesRegex(botocore.exceptions.ClientError, "404"):
            s3.head_bucket(**bucket)
        s3.create_bucket(**bucket)
        with self.assertRaisesRegex(botocore.exceptions.ClientError, "NoSuchTagSet"):
            s3.get_bucket_tagging(**bucket)
        with self.assertRaisesRegex(botocore.exceptions.ClientError, "NoSuchWebsiteConfiguration"):
            s3.get_bucket_website(**bucket)

    def test_states_of_keys(self):
        kms = lab.client("kms")
        key = {"KeyId": kms.create_key()["KeyMetadata"]["KeyId"]}
        kms.enable_key_rotation(**key)
        self.refused("KMSInvalidStateException", kms.cancel_key_deletion, **key)
        kms.disable_key(**key)
        self.refused("DisabledException", kms.disable_key_rotation, **key)
        kms.schedule_key_deletion(**key, PendingWindowInDays=7)
        self.assertFalse(kms.get_key_rotation_status(**key)["KeyRotationEnabled"])
        for call in (kms.enable_key, kms.disable_key, kms.enable_key_rotation, kms.schedule_key_deletion):
            self.refused("KMSInvalidStateException", call, **key)
        self.refused("KMSInvalidStateException", kms.create_alias, AliasName="alias/late", TargetKeyId=key["KeyId"])
        kms.cancel_key_deletion(**key)
        self.assertEqual(kms.describe_key(**key)["KeyMetadata"]["KeyState"], "Disabled")
        self.assertTrue(kms.get_key_rotation_status(**key)["KeyRotationEnabled"])
        kms.enable_key(**key)
        kms.disable_key_rotation(**key)
        self.assertFalse(kms.get_key_rotation_status(**key)["KeyRotationEnabled"])
        self.refused("MalformedPolicyDocumentException", kms.put_key_policy, **key, Policy="{")

    def test_imported_key_material(self):
        kms = lab.client("kms")
        key = {"KeyId": kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]}

        def state():
            return kms.describe_key(**key)["KeyMetadata"]["KeyState"]

        self.assertEqual(state(), "PendingImport")
        self.refused("KMSInvalidStateException", kms.enable_key, **key)
        self.refused("UnsupportedOperationException", kms.enable_key_rotation, **key)
        token = kms.get_parameters_for_import(
            **key, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048")["ImportToken"]
        material = {"EncryptedKeyMaterial": b"wrapped", "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
        self.refused("InvalidImportTokenException", kms.import_key_material, **key, ImportToken=b"other", **material)
        kms.import_key_material(**key, ImportToken=token, **material)
        self.assertEqual(state(), "Enabled")
        kms.encrypt(**key, Plaintext=b"p")
        kms.delete_imported_key_material(**key)
        self.assertEqual(state(), "PendingImport")
        self.refused("KMSInvalidStateException", kms.encrypt, **key, Plaintext=b"p")

    def test_function_as_a_target(self):
        """Invoked and reported if permitted, silent if not; a failing event ends in the dead-letter queue."""
        awslambda, sqs, s3 = lab.client("lambda"), lab.client("sqs"), lab.client("s3")
        dead_letters = sqs.create_queue(QueueName="dead-letters")["QueueUrl"]
        self.function_on_every_bucket_creation()

        s3.create_bucket(Bucket="before-permission")
        awslambda.add_permission(FunctionName="f", StatementId="s", Action="lambda:InvokeFunction",
                                 Principal="events.amazonaws.com")
        s3.create_bucket(Bucket="permitted")
        s3.create_bucket(Bucket="failing")
        wait_until(lambda: len(self.lines("invocation")) == 2)

        events = {line["resource"]: line["event_id"] for line in self.lines("event")}
        invocations = {line["event_id"]: line for line in self.lines("invocation")}
        self.assertEqual(set(invocations), {events["permitted"], events["failing"]})
        self.assertEqual(invocations[events["permitted"]]["response"], {"outcome": "Compliant"})
        self.assertEqual(invocations[events["failing"]]["error"], {"errorMessage": "asked to"})
        [letter] = self.messages(dead_letters)
        self.assertEqual(json.loads(letter)["requestPayload"]["detail"]["eventID"], events["failing"])

    def refused(self, code, call, **arguments):
        with self.assertRaises(botocore.exceptions.ClientError) as refusal:
            call(**arguments)
        self.assertEqual(refusal.exception.response["Error"]["Code"], code)

    def function_on_every_bucket_creation(self):
        awslambda, events = lab.client("lambda"), lab.client("events")
        role = lab.client("iam").create_role(RoleName="f", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        arn = awslambda.create_function(
            FunctionName="f", Runtime="provided.al2023", Handler="bootstrap", Role=role,
            Code={"ZipFile": bootstrap_zip()},
            DeadLetterConfig={"TargetArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead-letters"})["FunctionArn"]
        awslambda.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=0)
        awslambda.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
        events.put_rule(Name="creations", EventPattern=json.dumps({"detail": {"eventName": ["CreateBucket"]}}))
        events.put_targets(Rule="creations", Targets=[{"Id": "f", "Arn": arn}])

    def lines(self, kind):
        lines = [json.loads(line) for line in lab.stream.read_text().splitlines()]
        return [line for line in lines if line["kind"] == kind]

    def messages(self, queue):
        for _ in range(100):
            if found := lab.client("sqs").receive_message(QueueUrl=queue).get("Messages"):
                return [message["Body"] for message in found]
            time.sleep(0.05)
        return []


def look_up(**request):
    """Once the rate allows it."""
    time.sleep(0.55)
    return one_try("cloudtrail").lookup_events(**request)


def looked_up(key, value, **request):
    return look_up(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}], **request)


def one_try(service):
    return lab.client(service, retries={"total_max_attempts": 1})


def document_of(characters, *more):
    """A policy that has so many."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/"}
    statement.update({member: "*" for member in more})
    document = {"Version": "2012-10-17", "Statement": [statement]}
    statement["Resource"] += "x" * (characters - len("".join(json.dumps(document).split())))
    return json.dumps(document)


def allowing(principal, resource):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": resource}]})


def bootstrap_zip():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("bootstrap", BOOTSTRAP)
    return archive.getvalue()


if __name__ == "__main__":
    unittest.main()
