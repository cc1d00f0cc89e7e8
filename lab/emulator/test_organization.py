"""What a service control policy denies is refused with AWS's words: python -m unittest, in the lab's virtual environment."""
import json
import os
import pathlib
import tempfile
import unittest

import botocore.exceptions

from test_records import ACCOUNT, POLICY, TRUST, Lab

BY_SCP = "with an explicit deny in a service control policy: arn:aws:organizations::"


def setUpModule():
    global lab, denied, directory
    directory = tempfile.TemporaryDirectory()
    denied = pathlib.Path(directory.name, "denied.json")
    os.environ["LAB_SERVICE_CONTROL_POLICY"] = str(denied)
    lab = Lab()


def tearDownModule():
    lab.close()
    directory.cleanup()
    del os.environ["LAB_SERVICE_CONTROL_POLICY"]


def deny(principal, action, resource="*"):
    denied.write_text(json.dumps([{"principal": principal, "action": action, "resource": resource}]))


class ServiceControlPolicy(unittest.TestCase):
    def setUp(self):
        denied.unlink(missing_ok=True)

    def refused(self, call, **given):
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call(**given)
        return caught.exception.response["Error"]

    def test_who_is_denied_what(self):
        s3, alice = lab.client("s3"), f"arn:aws:iam::{ACCOUNT}:user/alice"
        for name in ("walled", "open"):
            s3.create_bucket(Bucket=name)
        versioned = {"VersioningConfiguration": {"Status": "Enabled"}}
        deny(alice, "s3:PutBucket*", "arn:aws:s3:::wall?d")
        error = self.refused(s3.put_bucket_versioning, Bucket="walled", **versioned)
        self.assertEqual(error["Code"], "AccessDenied")
        self.assertIn(f'User: {alice} is not authorized to perform: s3:PutBucketVersioning on resource: '
                      f'"arn:aws:s3:::walled" {BY_SCP}', error["Message"])
        s3.put_bucket_versioning(Bucket="open", **versioned)
        s3.get_bucket_versioning(Bucket="walled")
        for other in (f"arn:aws:iam::{ACCOUNT}:user/bob", "alice", f"arn:aws:iam::{ACCOUNT}:user/alic[e]"):
            deny(other, "*")
            s3.put_bucket_versioning(Bucket="walled", **versioned)

    def test_a_session_is_its_role_and_root_is_bound(self):
        iam, sts = lab.client("iam"), lab.client("sts")
        role = iam.create_role(RoleName="guard", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        iam.put_role_policy(RoleName="guard", PolicyName="all", PolicyDocument=POLICY)
        deny(role, "iam:createuser")
        session = sts.assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
        given, lab.credentials = lab.credentials, (
            session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
        try:
            error = self.refused(lab.client("iam").create_user, UserName="x")
            lab.client("iam").list_users()
            lab.credentials = ("root", "root", None)
            lab.client("iam").create_user(UserName="by-root")
            deny("*", "iam:CreateUser")
            self.assertIn(BY_SCP, self.refused(lab.client("iam").create_user, UserName="y")["Message"])
        finally:
            lab.credentials = given
        self.assertIn("assumed-role/guard/session is not authorized to perform: iam:CreateUser", error["Message"])
        self.assertIn(BY_SCP, error["Message"])
        kms = lab.client("kms")
        deny("*", "kms:CreateKey")
        error = self.refused(kms.create_key)
        self.assertEqual(error["Code"], "AccessDeniedException")
        self.assertIn(BY_SCP, error["Message"])
