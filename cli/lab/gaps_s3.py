"""What ministack 1.5.33 lacks of S3."""
import ministack.services.s3 as s3


def install():
    s3.handle_request = unavailable_for_a_while(answering_policy_status(s3.handle_request))


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


def unavailable_for_a_while(handle_request):
    """Buckets whose names begin with `unavailable-` cannot be read: S3 is busy. For tests of what happens then."""
    async def handle(method, path, headers, body, query, *rest, **options):
        if method == "GET" and query and path.startswith("/unavailable-"):
            busy = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
            return 503, {"Content-Type": "application/xml"}, busy
        return await handle_request(method, path, headers, body, query, *rest, **options)
    return handle
