"""What stacks make of buckets is recorded and refused as on AWS: python -m unittest, in the lab's virtual environment."""
import json
import os
import unittest

from test_records import Lab, wait_until

CLOUDFORMATION = "cloudformation.amazonaws.com"
BLOCK = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)


def setUpModule():
    global lab
    os.environ["LAB_STACK_SECONDS"] = "0.2"
    lab = Lab()


def tearDownModule():
    lab.close()
    del os.environ["LAB_STACK_SECONDS"]


def document(bucket):
    return {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
         "Resource": f"arn:aws:s3:::{bucket}/*"}]}


def policy(bucket):
    return {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": bucket, "PolicyDocument": document(bucket)}}


class Stacks(unittest.TestCase):
    def setUp(self):
        lab.records()
        self.cloudformation, self.s3 = lab.client("cloudformation"), lab.client("s3")

    def ends(self, ask, name, resources):
        if resources is None:
            stack = self.cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
            ask(StackName=name)
        else:
            stack = ask(StackName=name, TemplateBody=json.dumps({"Resources": resources}))["StackId"]
        status = lambda: self.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        wait_until(lambda: not status().endswith("IN_PROGRESS"))
        return status()

    def calls(self):
        records = lab.records()
        for record in records:
            self.assertEqual(record["userIdentity"]["invokedBy"], CLOUDFORMATION)
            self.assertEqual((record["sourceIPAddress"], record["userAgent"]), (CLOUDFORMATION, CLOUDFORMATION))
            self.assertEqual(record["userIdentity"]["userName"], "alice")
        return [(record["eventName"], record["requestParameters"]["bucketName"]) for record in records]

    def test_what_is_made_changed_and_deleted_is_recorded(self):
        bucket = {"Type": "AWS::S3::Bucket", "Properties": {
            "BucketName": "stacked", "PublicAccessBlockConfiguration": BLOCK,
            "VersioningConfiguration": {"Status": "Enabled"}}}
        kept = {**bucket, "DeletionPolicy": "Retain"}
        both = {"Bucket": kept, "Policy": {**policy("stacked"), "DependsOn": "Bucket"}}
        self.assertEqual(self.ends(self.cloudformation.create_stack, "made", both), "CREATE_COMPLETE")
        calls = self.calls()
        self.assertEqual((calls[0], calls[-1]), (("CreateBucket", "stacked"), ("PutBucketPolicy", "stacked")))
        self.assertEqual({name for name, _ in calls}, {
            "CreateBucket", "PutBucketPolicy", "PutBucketPublicAccessBlock", "PutBucketVersioning"})
        self.assertEqual(self.ends(self.cloudformation.update_stack, "made", {"Bucket": kept}), "UPDATE_COMPLETE")
        self.assertEqual(self.calls(), [("DeleteBucketPolicy", "stacked")])
        self.assertEqual(self.ends(self.cloudformation.update_stack, "made", both), "UPDATE_COMPLETE")
        self.assertEqual(self.calls(), [("PutBucketPolicy", "stacked")])
        self.assertEqual(self.ends(self.cloudformation.delete_stack, "made", None), "DELETE_COMPLETE")
        self.assertEqual(self.calls(), [("DeleteBucketPolicy", "stacked")])
        self.s3.head_bucket(Bucket="stacked")
        self.s3.delete_bucket(Bucket="stacked")

    def test_a_policy_that_is_there_is_no_stacks(self):
        self.s3.create_bucket(Bucket="taken")
        self.s3.put_bucket_policy(Bucket="taken", Policy=json.dumps(document("taken")))
        lab.records()
        self.assertEqual(self.ends(self.cloudformation.create_stack, "late", {"Policy": policy("taken")}),
                         "ROLLBACK_COMPLETE")
        reasons = [event.get("ResourceStatusReason", "") for event in self.cloudformation.describe_stack_events(
            StackName="late")["StackEvents"]]
        self.assertTrue(any("The bucket policy already exists on bucket taken." in reason for reason in reasons), reasons)
        self.assertEqual(self.calls(), [])
        self.assertEqual(json.loads(self.s3.get_bucket_policy(Bucket="taken")["Policy"]), document("taken"))

    def test_what_is_refused_goes_back(self):
        """The bucket that was made before goes with it."""
        resources = {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "gone-again"}},
                     "Policy": {**policy("never-there"), "DependsOn": "Bucket"}}
        self.assertEqual(self.ends(self.cloudformation.create_stack, "back", resources), "ROLLBACK_COMPLETE")
        self.assertEqual(self.calls(), [("CreateBucket", "gone-again"), ("DeleteBucket", "gone-again")])
