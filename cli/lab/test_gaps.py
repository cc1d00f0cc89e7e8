"""What gaps.py adds to ministack, against a running lab."""
import io
import json
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

    def test_policy_status(self):
        s3 = lab.client("s3")
        s3.create_bucket(Bucket="status")
        s3.delete_public_access_block(Bucket="status")
        for principal, public in (("*", True), ({"AWS": ACCOUNT}, False)):
            s3.put_bucket_policy(Bucket="status", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject",
                 "Resource": "arn:aws:s3:::status/*"}]}))
            self.assertEqual(s3.get_bucket_policy_status(Bucket="status")["PolicyStatus"]["IsPublic"], public)

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


def bootstrap_zip():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("bootstrap", BOOTSTRAP)
    return archive.getvalue()


if __name__ == "__main__":
    unittest.main()
