"""Calls and behaviour that ministack 1.5.33 lacks and the lab needs, each as small as AWS's documentation allows."""
import contextvars
import json
import time

import ministack.app as app
import ministack.core.iam_actions as iam_actions
import ministack.core.lambda_runtime as lambda_runtime
import ministack.services.cloudformation.provisioners as provisioners
import ministack.services.cloudtrail as cloudtrail
import ministack.services.eventbridge as eventbridge
import ministack.services.iam as iam
import ministack.services.kms as kms
import ministack.services.lambda_svc as lambda_service
import ministack.services.s3 as s3


def install():
    app.pin_request_origin = counting_as_tls(app.pin_request_origin)
    iam_actions.extract_resource_arn = knowing_more_resources(iam_actions.extract_resource_arn)
    iam._IAM_HANDLERS["SetDefaultPolicyVersion"] = set_default_policy_version
    cloudtrail._DISPATCH["PutInsightSelectors"] = put_insight_selectors
    cloudtrail._DISPATCH["GetInsightSelectors"] = get_insight_selectors
    cloudtrail._DISPATCH["CreateTrail"] = create_trail
    cloudtrail._DISPATCH["ListEventDataStores"] = lambda body: cloudtrail._ok({"EventDataStores": []})
    kms._key_metadata = naming_the_account(kms._key_metadata)
    s3.handle_request = unavailable_for_a_while(answering_policy_status(s3.handle_request))
    lambda_service._event_invoke_config = unqualified_is_latest(lambda_service._event_invoke_config)
    stack_function = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    stack_function["create"] = keeping_function_settings(stack_function["create"])
    stack_function["update"] = keeping_function_settings(stack_function["update"])
    eventbridge._dispatch_to_lambda = deliver_to_function
    lambda_service._execute_function = waiting_out_throttles(lambda_service._execute_function)
    lambda_runtime.ProvidedWorker._build_handler_class = answering_at_once(
        lambda_runtime.ProvidedWorker._build_handler_class)


# --- authorisation ------------------------------------------------------------------------------------------------

def counting_as_tls(pin_request_origin):
    """The loopback interface stands in for TLS: bucket policies that ask for it would shut everybody out."""
    def pin(source_ip, _secure_transport):
        pin_request_origin(source_ip, True)
    return pin


def knowing_more_resources(extract_resource_arn):
    """The resources of calls that ministack authorises on `*`, which a policy for the resource alone does not allow."""
    def resource_arn(service, method, path, headers, body, query, region, account):
        arn = extract_resource_arn(service, method, path, headers, body, query, region, account)
        return resource_in(service, body, query, region, account) or arn if arn == "*" else arn
    return resource_arn


def resource_in(service, body, query, region, account):
    if service == "iam":
        name = iam._p(query, "PolicyName")
        return name and f"arn:aws:iam::{account}:policy{iam._p(query, 'Path') or '/'}{name}"
    if service not in ("kms", "cloudtrail") or not body:
        return None
    given = json.loads(body)
    if service == "cloudtrail":  # AddTags, RemoveTags; ListTags
        return given.get("ResourceId") or next(iter(given.get("ResourceIdList", [])), None)
    key = given.get("TargetKeyId")  # CreateAlias, UpdateAlias: on AWS authorised on the alias, too
    return key if not key or key.startswith("arn:") else f"arn:aws:kms:{region}:{account}:key/{key}"


# --- IAM ----------------------------------------------------------------------------------------------------------

def set_default_policy_version(parameters):
    arn, version_id = iam._p(parameters, "PolicyArn"), iam._p(parameters, "VersionId")
    policy = iam._policies.get(arn)
    if not policy:
        return iam._error(404, "NoSuchEntity", f"Policy {arn} was not found.", ns="iam")
    if version_id not in policy["Versions"]:
        return iam._error(
            404, "NoSuchEntity", f"Policy {arn} version {version_id} does not exist or is not attachable.", ns="iam")
    for version in policy["Versions"].values():
        version["IsDefaultVersion"] = version["VersionId"] == version_id
    policy["DefaultVersionId"] = version_id
    return iam._xml(200, "SetDefaultPolicyVersionResponse", "", ns="iam")


# --- CloudTrail ---------------------------------------------------------------------------------------------------

def put_insight_selectors(body):
    _, _, trail, error = cloudtrail._find_mutable_trail(body.get("TrailName", ""))
    if error:
        return error
    selectors = body.get("InsightSelectors", [])
    _insight_selectors[trail["TrailARN"]] = selectors
    trail["HasInsightSelectors"] = bool(selectors)
    return cloudtrail._ok({"TrailARN": trail["TrailARN"], "InsightSelectors": selectors})


def get_insight_selectors(body):
    name, _, trail = cloudtrail._find_visible_trail(body.get("TrailName", ""))
    if trail is None:
        return cloudtrail._err("TrailNotFoundException", f"Unknown trail: {name}")
    if not trail.get("HasInsightSelectors"):
        return cloudtrail._err("InsightNotEnabledException", f"Trail {name} does not have Insights enabled.")
    return cloudtrail._ok({"TrailARN": trail["TrailARN"], "InsightSelectors": _insight_selectors[trail["TrailARN"]]})


_insight_selectors = {}  # by trail ARN; HasInsightSelectors on the trail says whether the entry is its own
_create_trail = cloudtrail._create_trail


def create_trail(body):
    """CreateTrail, with the tags and the log group that ministack drops."""
    status, headers, response = _create_trail(body)
    if status == 200:
        created = json.loads(response)
        tags = {tag["Key"]: tag.get("Value", "") for tag in body.get("TagsList", [])}
        cloudtrail._trail_tags[created["TrailARN"]] = tags
        kept = {name: body[name] for name in ("CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn") if name in body}
        cloudtrail._trails[created["Name"]].update(kept)
        response = json.dumps({**created, **kept}).encode()
    return status, headers, response


# --- KMS ----------------------------------------------------------------------------------------------------------

def naming_the_account(key_metadata):
    def metadata(key):
        return {"AWSAccountId": key["Arn"].split(":")[4], **key_metadata(key)}
    return metadata


# --- S3 -----------------------------------------------------------------------------------------------------------

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


# --- functions ----------------------------------------------------------------------------------------------------

def keeping_function_settings(provision):
    """The properties of AWS::Lambda::Function that ministack's stacks drop: dead-letter queue and concurrency."""
    def provision_function(*arguments, **options):
        name, attributes = provision(*arguments, **options)
        properties = options.get("new_props") or [given for given in arguments if isinstance(given, dict)][-1]
        function = lambda_service._functions[name]
        function["config"]["DeadLetterConfig"] = properties.get("DeadLetterConfig")
        function["concurrency"] = properties.get("ReservedConcurrentExecutions")
        return name, attributes
    return provision_function


def unqualified_is_latest(event_invoke_config):
    """Without a qualifier the configuration is that of $LATEST, which is where a stack puts it."""
    def configuration(function, qualifier):
        return event_invoke_config(function, qualifier) or (
            None if qualifier else event_invoke_config(function, "$LATEST"))
    return configuration


# --- EventBridge to Lambda ----------------------------------------------------------------------------------------

# Set while an event is handed over, and so copied into the context of the invocation it starts.
_asynchronous = contextvars.ContextVar("asynchronous", default=False)


def deliver_to_function(arn, payload):
    """An asynchronous invocation as on AWS: only with the function's permission, with its retries and its
    dead-letter queue. ministack calls once, asks nobody and forgets a failure."""
    function, config, name = lambda_service._get_func_record_for_ref(arn)
    if not function or not config:
        eventbridge.logger.warning("EventBridge: no function %s", name)
        return
    if not allows_eventbridge(function):
        eventbridge.logger.warning("EventBridge: function %s does not permit events.amazonaws.com", name)
        return
    token = _asynchronous.set(True)
    lambda_service.invoke_async_with_retry(
        lambda_service._execution_record_for_config(function, config), json.loads(payload))
    _asynchronous.reset(token)


def allows_eventbridge(function):
    return any(statement.get("Effect") == "Allow" and statement.get("Action") in ("lambda:InvokeFunction", "lambda:*")
               and statement.get("Principal") in ({"Service": "events.amazonaws.com"}, "*")
               for statement in function["policy"]["Statement"])


def waiting_out_throttles(execute):
    """A throttled asynchronous event waits in Lambda's queue and costs no retry (AWS: for up to six hours)."""
    def execute_function(function, event):
        result = execute(function, event)
        while result.get("throttle") and _asynchronous.get():
            time.sleep(0.01)
            result = execute(function, event)
        return result
    return execute_function


def answering_at_once(build_handler_class):
    """The Runtime API answers in two writes; with Nagle's algorithm the second waits 40 ms for an acknowledgement."""
    def build(worker, generation, pending):
        handler = build_handler_class(worker, generation, pending)
        handler.disable_nagle_algorithm = True
        return handler
    return build
