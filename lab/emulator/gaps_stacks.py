"""What stacks make of S3's buckets, as AWS CloudFormation makes it: recorded, one step after another, and refused where
something is there already. ministack 1.5.33 writes its state without a record, at once, over whatever is there.
"""
import contextvars
import json
import os
import time

import ministack.app as app
import ministack.services.cloudformation.provisioners as provisioners
import ministack.services.cloudformation.stacks as stacks
import ministack.services.s3 as s3
from ministack.core.router import extract_access_key_id

import records

# How long a bucket takes to be stable: on AWS some twenty seconds. Whoever hears of it acts meanwhile.
STABLE_SECONDS = float(os.environ.get("LAB_STACK_SECONDS") or 5)

BUCKET, POLICY = "AWS::S3::Bucket", "AWS::S3::BucketPolicy"

# A bucket's properties that ministack keeps: the call that sets each, and its document.
SETTINGS = {
    "VersioningConfiguration": ("versioning", lambda given: b"<VersioningConfiguration><Status>%s</Status>"
                                b"</VersioningConfiguration>" % given["Status"].encode()),
    "PublicAccessBlockConfiguration": ("publicAccessBlock", provisioners._s3_public_access_block_xml),
    "CorsConfiguration": ("cors", provisioners._s3_cors_xml),
    "WebsiteConfiguration": ("website", provisioners._s3_website_xml),
    "NotificationConfiguration": ("notification", provisioners._s3_notification_json_to_xml),
}

# Who has the stack made: CloudFormation calls in his name.
deployer = contextvars.ContextVar("deployer", default="")


def install():
    stacks._runs_on_worker_thread = waiting_aside(stacks._runs_on_worker_thread)
    module = app._get_module(app.SERVICE_REGISTRY["cloudformation"]["module"])
    module.handle_request = noting_the_deployer(module.handle_request)


def record(submit):
    """`submit(call)` records a call that CloudFormation has made."""
    of_bucket, of_policy = (provisioners._RESOURCE_HANDLERS[kind] for kind in (BUCKET, POLICY))
    of_bucket.update(create=creating_a_bucket(of_bucket["create"], submit),
                     update=updating_a_bucket(of_bucket["update"], submit),
                     delete=deleting_a_bucket(of_bucket["delete"], submit))
    of_policy.update(create=creating_a_policy(of_policy["create"], submit),
                     update=updating_a_policy(of_policy["update"], submit),
                     delete=deleting_a_policy(of_policy["delete"], submit))


def noting_the_deployer(handle_request):
    async def handle(method, path, headers, body, query, *rest, **options):
        deployer.set(extract_access_key_id(headers, query) or "")
        return await handle_request(method, path, headers, body, query, *rest, **options)
    return handle


def waiting_aside(runs_on_worker_thread):
    """A thread of its own may wait."""
    def runs_aside(resource_type):
        return resource_type in (BUCKET, POLICY) or runs_on_worker_thread(resource_type)
    return runs_aside


# --- buckets ------------------------------------------------------------------------------------------------------

def creating_a_bucket(create, submit):
    def created(logical_id, props, stack_name):
        name, attributes = create(logical_id, props, stack_name)
        submit(call("PUT", name))
        for setting, given in props.items():
            submit_setting(submit, name, setting, given)
        time.sleep(STABLE_SECONDS)
        return name, attributes
    return created


def updating_a_bucket(update, submit):
    def updated(physical_id, old_props, new_props, stack_name):
        name, attributes = update(physical_id, old_props, new_props, stack_name)
        if name != physical_id:
            submit(call("PUT", name))
        for setting, given in new_props.items():
            if name != physical_id or old_props.get(setting) != given:
                submit_setting(submit, name, setting, given)
        return name, attributes
    return updated


def deleting_a_bucket(delete, submit):
    def deleted(physical_id, props):
        is_there = physical_id in s3._buckets
        delete(physical_id, props)
        if is_there:
            submit(call("DELETE", physical_id))
    return deleted


def submit_setting(submit, name, setting, given):
    if setting in SETTINGS:
        subresource, document = SETTINGS[setting]
        body = document(given)
        submit(call("PUT", name, subresource, body if isinstance(body, bytes) else body.encode()))


# --- their policies -----------------------------------------------------------------------------------------------

def creating_a_policy(create, submit):
    """AWS: "The bucket policy already exists on bucket ..", whoever put it there (aws-cloudformation's coverage roadmap,
    issue 1068).
    """
    def created(logical_id, props, stack_name):
        bucket = props.get("Bucket", "")
        if bucket not in s3._buckets:
            raise ValueError("The specified bucket does not exist")
        if s3._bucket_policies.get(bucket):
            raise ValueError(f"The bucket policy already exists on bucket {bucket}.")
        answer = create(logical_id, props, stack_name)
        submit_policy(submit, props)
        return answer
    return created


def updating_a_policy(update, submit):
    def updated(physical_id, old_props, new_props, stack_name):
        answer = update(physical_id, old_props, new_props, stack_name)
        if old_props.get("Bucket") == new_props.get("Bucket"):
            submit_policy(submit, new_props)
        return answer
    return updated


def deleting_a_policy(delete, submit):
    def deleted(physical_id, props):
        is_there = bool(s3._bucket_policies.get(props.get("Bucket", "")))
        delete(physical_id, props)
        if is_there:
            submit(call("DELETE", props["Bucket"], "policy"))
    return deleted


def submit_policy(submit, props):
    document = s3._bucket_policies[props["Bucket"]]
    text = document if isinstance(document, str) else json.dumps(document)
    submit(call("PUT", props["Bucket"], "policy", text.encode()))


# --- calls --------------------------------------------------------------------------------------------------------

def call(method, bucket, subresource=None, body=b""):
    """As CloudFormation makes it, in the name of whoever has the stack made."""
    headers = {"user-agent": "cloudformation.amazonaws.com",
               "authorization": f"AWS4-HMAC-SHA256 Credential={deployer.get()}/20260101/us-east-1/s3/aws4_request"}
    return records.Call("s3", method, f"/{bucket}", headers, body, {subresource: [""]} if subresource else {})
