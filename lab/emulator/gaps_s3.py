"""What ministack 1.5.33 lacks of S3's bucket calls."""
import json

import ministack.services.s3 as s3


def install():
    s3._put_bucket_policy = refusing_what_is_no_json(s3._put_bucket_policy)
    s3._put_bucket_versioning = refusing_to_suspend_under_object_lock(s3._put_bucket_versioning)
    s3._put_bucket_logging = refusing_unfit_targets(s3._put_bucket_logging)
    s3.handle_request = keeping_transition_sizes(s3.handle_request)
    s3.handle_request = keeping_inventories(answering_policy_status(s3.handle_request))
    s3.handle_request = unavailable_for_a_while(s3.handle_request)


def refusing_what_is_no_json(put_bucket_policy):
    def put(name, body):
        try:
            json.loads(body)
        except ValueError:
            return s3._error("MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'", 400)
        return put_bucket_policy(name, body)
    return put


def refusing_to_suspend_under_object_lock(put_bucket_versioning):
    """AWS (S3 User Guide, Object Lock considerations): "After you enable Object Lock on a bucket, you can't disable
    Object Lock or suspend versioning for that bucket."
    """
    def put(name, body):
        if s3._bucket_object_lock.get(name) and b"<Status>Suspended</Status>" in body:
            return s3._error("InvalidBucketState", "An Object Lock configuration is present on this bucket, so the "
                             "versioning state cannot be changed.", 409)
        return put_bucket_versioning(name, body)
    return put


def refusing_unfit_targets(put_bucket_logging):
    """AWS (S3 User Guide, Object Lock considerations): "S3 buckets with Object Lock can't be used as destination
    buckets for server access logs." Nor can what does not exist, or is another account's.
    """
    def put(name, body):
        targets = [element.text for element in s3.fromstring(body).iter() if s3._local_tag(element) == "TargetBucket"]
        if any(target not in s3._buckets or s3._bucket_object_lock.get(target) for target in targets):
            return s3._error("InvalidTargetBucketForLogging", "The target bucket for logging does not exist", 400)
        return put_bucket_logging(name, body)
    return put


def keeping_transition_sizes(handle_request):
    """TransitionDefaultMinimumObjectSize is given and answered in a header; ministack always answers the default."""
    header = "x-amz-transition-default-minimum-object-size"

    async def handle(method, path, headers, body, query, *rest, **options):
        response = await handle_request(method, path, headers, body, query, *rest, **options)
        if "lifecycle" not in query or response[0] != 200:
            return response
        rules = s3._bucket_lifecycle.get(path.strip("/"))
        if method == "PUT" and isinstance(rules, list):
            for rule in rules:
                rule[header] = headers.get(header, response[1].get(header))
        size = rules[0].get(header) if isinstance(rules, list) and rules else None
        return (response[0], {**response[1], header: size}, response[2]) if size else response
    return handle


def answering_policy_status(handle_request):
    """GetBucketPolicyStatus, from ministack's own judgement of public policies; it answers with a listing."""
    async def handle(method, path, headers, body, query, *rest, **options):
        if method != "GET" or "policyStatus" not in query:
            return await handle_request(method, path, headers, body, query, *rest, **options)
        status, answered, policy = await handle_request(method, path, headers, body, {"policy": [""]}, *rest, **options)
        if status != 200:
            return status, answered, policy
        public = str(s3._policy_is_public(policy if isinstance(policy, str) else policy.decode())).lower()
        document = f"<PolicyStatus><IsPublic>{public}</IsPublic></PolicyStatus>"
        return 200, {"Content-Type": "application/xml"}, document.encode()
    return handle


def keeping_inventories(handle_request):
    """Inventory configurations, by bucket and id; ministack takes the calls for ones about objects."""
    kept = {}

    async def handle(method, path, headers, body, query, *rest, **options):
        if "inventory" not in query:
            return await handle_request(method, path, headers, body, query, *rest, **options)
        bucket = path.strip("/")
        if bucket not in s3._buckets:
            return s3._error("NoSuchBucket", "The specified bucket does not exist", 404)
        inventories, name = kept.setdefault(bucket, {}), query.get("id", [""])[0]
        if method == "GET" and not name:
            document = b"<ListInventoryConfigurationsResult>%s<IsTruncated>false</IsTruncated></ListInventoryConfigurationsResult>"
            return 200, {"Content-Type": "application/xml"}, document % b"".join(inventories.values())
        if method == "PUT":
            inventories[name] = body[body.index(b"<InventoryConfiguration"):]
            return 200, {}, b""
        if name not in inventories:
            return s3._error("NoSuchConfiguration", "The specified configuration does not exist.", 404)
        if method == "DELETE":
            del inventories[name]
            return 204, {}, b""
        return 200, {"Content-Type": "application/xml"}, inventories[name]
    return handle


def unavailable_for_a_while(handle_request):
    """Buckets whose names begin with `unavailable-` cannot be read: S3 is busy. For tests of what happens then."""
    async def handle(method, path, headers, body, query, *rest, **options):
        if method == "GET" and query and path.startswith("/unavailable-"):
            busy = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
            return 503, {"Content-Type": "application/xml"}, busy
        return await handle_request(method, path, headers, body, query, *rest, **options)
    return handle
