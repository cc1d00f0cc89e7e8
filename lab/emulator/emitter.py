"""The lab's AWS: ministack, with CloudTrail's records put on EventBridge the way AWS does it.

Run it with `python emitter.py`; ministack reads its settings from the environment (see README.md).

Each management write becomes a record once it has been answered, in the order of the calls. All of them are in the
event history (history.py); as "AWS API Call via CloudTrail" on EventBridge they are while a trail that is logging
records management events. As on AWS, the state before the call decides: the StopLogging that blinds the guards is
itself still delivered, and nothing is before the first trail logs. A rule sees no call from before it was made.

Not as on AWS: calls refused by ministack's own authentication and authorisation never reach a handler and leave no
record; of what CloudFormation creates, buckets and their policies alone leave one (gaps_stacks.py); delivery takes
milliseconds, not seconds.
"""
import contextvars
import datetime
import json
import os
import queue
import signal
import sys
import threading
import time
import uuid
from typing import NamedTuple, Optional

import ministack.app as app
import ministack.core.lambda_runtime as lambda_runtime
import ministack.services.cloudtrail as cloudtrail
import ministack.services.eventbridge as eventbridge
import ministack.services.iam as iam
import ministack.services.lambda_svc as lambda_service
import ministack.services.s3 as s3
import ministack.services.sts as sts
from ministack.core import iam_evaluator, responses
from ministack.core.router import extract_access_key_id

import gaps
import gaps_cloudtrail
import gaps_stacks
import history
import records
import touched
import used

RECORDED_SERVICES = ("s3", "iam", "cloudtrail", "kms", "events", "lambda", "sns", "sqs", "ssm", "scheduler", "ecr")
GLOBAL_SERVICES = ("iam",)  # recorded in us-east-1 wherever the caller is
CLOUDFORMATION = "cloudformation.amazonaws.com"
EMIT_ALWAYS = os.environ.get("LAB_EMIT_ALWAYS") == "1"


def main():
    if os.environ.get("LAB_EXIT_ON_EOF") == "1":
        threading.Thread(target=exit_with_launcher, daemon=True).start()
    gaps.install()
    history.install()
    stream = Stream(os.environ.get("LAB_STREAM"))
    emitter = Emitter(stream)
    record_calls(emitter)
    gaps_stacks.record(submitting_for_stacks(emitter))
    report_invocations(stream)
    used.note(Stream(os.environ.get("LAB_PERMISSIONS")))
    sys.argv = ["ministack"]
    app.main()


def exit_with_launcher():
    """A launcher that is killed closes our standard input, and should leave no emulator behind."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


class Stream:
    """What happened, one JSON object a line, for whoever started the lab."""

    def __init__(self, path):
        self._file = open(path, "a", buffering=1, encoding="utf-8") if path else None
        self._lock = threading.Lock()

    def write(self, **facts):
        if self._file:
            line = json.dumps(facts) + "\n"
            with self._lock:
                self._file.write(line)


# --- records ------------------------------------------------------------------------------------------------------

def record_calls(emitter):
    for service in RECORDED_SERVICES:
        records.model(service)  # loaded now, so that no call waits for it
        module = app._get_module(app.SERVICE_REGISTRY[service]["module"])
        module.handle_request = recorded(service, module.handle_request, emitter)
    s3.handle_access_point_control = recorded_s3_control(s3.handle_access_point_control, emitter)


def recorded(service, handle_request, emitter):
    async def handle(method, path, headers, body, query, *rest, **options):
        if method in ("GET", "HEAD"):
            return await handle_request(method, path, headers, body, query, *rest, **options)
        call = records.Call(service, method, path, headers, body, query)
        before = state_before(call)
        response = await handle_request(method, path, headers, body, query, *rest, **options)
        emitter.submit(call, before, response)
        return response
    return handle


def recorded_s3_control(handle_control, emitter):
    records.model("s3control")

    def handle(method, path, headers, body, query):
        if method == "GET":
            return handle_control(method, path, headers, body, query)
        call = records.Call("s3control", method, path, headers, body, query)
        before = state_before(call)
        response = handle_control(method, path, headers, body, query)
        emitter.submit(call, before, response)
        return response
    return handle


def submitting_for_stacks(emitter):
    """CloudFormation calls in the name of whoever has the stack made, and the record says so (records in samples of
    others: `invokedBy`, `sourceIPAddress` and `userAgent` are the service).
    """
    def submit(call):
        before = state_before(call)
        before.identity["invokedBy"] = CLOUDFORMATION
        emitter.submit(call, before, (200, {}, b""))
    return submit


class Before(NamedTuple):
    """What only the state before the call tells: it can delete all of this."""
    identity: dict
    subject: dict
    rules: Optional[frozenset]  # those that there are, where a trail records the call


def state_before(call):
    service = "s3" if call.service == "s3control" else call.service
    rules = existing_rules(region_of(call)) if is_recording(service) else None
    return Before(user_identity(extract_access_key_id(call.headers, call.query)), touched.subject(call), rules)


def existing_rules(region):
    with responses.request_scope(responses.get_account_id(), region):
        return frozenset((rule.get("EventBusName"), rule.get("Name")) for rule in eventbridge._rules.values())


def region_of(call):
    return "us-east-1" if call.service in GLOBAL_SERVICES else responses.get_region()


class Emitter:
    """One thread: the caller never waits for it, and records keep the order of the calls."""

    def __init__(self, stream):
        self._stream = stream
        self._calls = queue.SimpleQueue()
        self._matched = []
        self._rules = frozenset()
        self._thread = threading.Thread(target=self._run, daemon=True, name="cloudtrail-emitter")
        eventbridge._invoke_target = self._noting_the_rule(eventbridge._invoke_target)
        self._thread.start()

    def submit(self, call, before, response):
        self._calls.put((contextvars.copy_context(), call, before, response, time.time()))

    def _run(self):
        while True:
            context, *answered = self._calls.get()
            try:
                context.run(self._emit, *answered)
            except Exception:
                app.logger.exception("no record of a call")

    def _emit(self, call, before, response, answered_at):
        operation = records.operation_name(call)
        if operation is None:
            return
        record = make_record(call, operation, before.identity, before.subject, response, answered_at)
        history.keep(record, answered_at)
        if before.rules is not None:
            self._deliver(record, before, answered_at)

    def _deliver(self, record, before, answered_at):
        source = record["eventSource"].partition(".")[0]
        entry = {"Source": f"aws.{source}", "DetailType": "AWS API Call via CloudTrail", "Detail": json.dumps(record)}
        self._matched.clear()
        self._rules = before.rules
        with responses.request_scope(responses.get_account_id(), record["awsRegion"]):
            eventbridge._put_events({"Entries": [entry]}, True)
        self._stream.write(
            kind="event", time_ms=round(answered_at * 1000), event_id=record["eventID"],
            event_name=record["eventName"], event_source=record["eventSource"], actor_arn=before.identity.get("arn"),
            source_ip=record["sourceIPAddress"], error_code=record.get("errorCode"),
            resource=touched.hint(record), matched_rules=sorted(set(self._matched)))

    def _noting_the_rule(self, invoke_target):
        def invoke(target, event, rule, view=None):
            if threading.current_thread() is self._thread:
                if (rule.get("EventBusName"), rule.get("Name")) not in self._rules:
                    return None
                self._matched.append(rule.get("Name"))
            return invoke_target(target, event, rule, view)
        return invoke


def make_record(call, operation, identity, subject, response, answered_at):
    status, headers, body = response
    region = region_of(call)
    elements, error_code, error_message = records.outcome(call, operation, status, headers, body)
    parameters = records.parameters(call, operation, region)
    record = {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": iso_time(answered_at),
        "eventSource": records.event_source(call),
        "eventName": records.event_name(call, operation),
        "awsRegion": region,
        "sourceIPAddress": identity.get("invokedBy") or responses.get_request_client_ip(),
        "userAgent": call.headers.get("user-agent", ""),
        "requestParameters": parameters,
        "responseElements": elements,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": responses.get_account_id(),
        "eventCategory": "Management",
    }
    if error_code:
        record.update(errorCode=error_code, errorMessage=error_message)
    if call.service in ("s3", "s3control"):
        record["additionalEventData"] = {
            "SignatureVersion": "SigV4", "AuthenticationMethod": "AuthHeader",
            "bytesTransferredIn": len(call.body or b""), "bytesTransferredOut": len(body)}
    if call.service == "kms":
        touched.complete_key_record(record, subject)
    if resources := touched.resources(call, operation, subject, record):
        record["resources"] = resources
    return record


# --- who called ---------------------------------------------------------------------------------------------------

def user_identity(access_key_id):
    account = responses.get_account_id()
    caller = iam_evaluator.resolve_credential(access_key_id or "", account)
    if isinstance(caller, iam_evaluator.CredentialResolutionError):
        return {"type": "Unknown", "accountId": account, "accessKeyId": access_key_id}
    identity = {"type": "IAMUser" if caller.principal_type == "User" else caller.principal_type,
                "principalId": caller.principal_id, "arn": caller.principal_arn, "accountId": caller.account_id,
                "accessKeyId": access_key_id}
    if caller.principal_type == "User":
        identity["userName"] = caller.principal_name
    if caller.principal_type == "AssumedRole":
        _, role_name, session_name = caller.principal_arn.split("/", 2)
        issuer = session_issuer(role_name, caller.account_id)
        identity["principalId"] = f"{issuer['principalId']}:{session_name}"
        identity["sessionContext"] = {
            "sessionIssuer": issuer,
            "attributes": {"creationDate": session_start(access_key_id), "mfaAuthenticated": "false"}}
    return identity


def session_issuer(role_name, account):
    role = iam._roles.get_scoped(account, None, role_name) or {}
    return {"type": "Role", "principalId": role.get("RoleId", ""), "accountId": account, "userName": role_name,
            "arn": role.get("Arn", f"arn:aws:iam::{account}:role/{role_name}")}


def session_start(access_key_id):
    session = sts._sessions.get(access_key_id) or {}
    return iso_time(session.get("IssuedAt") or time.time())


# --- whether CloudTrail is recording ------------------------------------------------------------------------------

def is_recording(service):
    return EMIT_ALWAYS or any(
        trail.get("IsLogging") and covers(trail, home_region, service)
        and records_management_writes(name, home_region, service)
        for home_region, name, trail in (*cloudtrail._account_trail_items(), *gaps_cloudtrail.organization_trails()))


def covers(trail, home_region, service):
    if service in GLOBAL_SERVICES:
        return trail.get("IncludeGlobalServiceEvents", True)
    return trail.get("IsMultiRegionTrail") or home_region == responses.get_region()


def records_management_writes(name, home_region, service):
    selectors = cloudtrail._event_selectors.get_scoped(
        responses.get_account_id(), home_region, name, cloudtrail._DEFAULT_EVENT_SELECTORS)
    return any(selects_management_writes(selector, f"{service}.amazonaws.com") for selector in selectors)


def selects_management_writes(selector, source):
    if "FieldSelectors" in selector:
        fields = {field["Field"]: field for field in selector["FieldSelectors"]}
        return ("Management" in fields.get("eventCategory", {}).get("Equals", ())
                and "true" not in fields.get("readOnly", {}).get("Equals", ())
                and source not in fields.get("eventSource", {}).get("NotEquals", ()))
    return (selector.get("IncludeManagementEvents", True) and selector.get("ReadWriteType", "All") != "ReadOnly"
            and source not in selector.get("ExcludeManagementEventSources", ()))


# --- what the functions did ---------------------------------------------------------------------------------------

def report_invocations(stream):
    """One line for each invocation, timed to the moment the function posts its response.

    ministack returns up to 50 ms later: it waits for log lines that may still come.
    """
    responded = {}
    execute, record_result = lambda_service._execute_function_dispatch, lambda_runtime.ProvidedWorker._record_result

    def noting_the_time(worker, generation, request_id, kind, payload):
        responded[request_id] = time.time()
        return record_result(worker, generation, request_id, kind, payload)

    def reporting(function, config, event, request_id, started):
        result = execute(function, config, event, request_id, started)
        ended = responded.pop(request_id, None) or time.time()
        failed = bool(result.get("error"))
        stream.write(kind="invocation", time_ms=round(ended * 1000), function=config.get("FunctionName"),
                     request_id=request_id, event_id=event_id(event), status="error" if failed else "ok",
                     duration_ms=round((ended - started) * 1000, 1),
                     response=None if failed else result.get("body"), error=result.get("body") if failed else None)
        return result

    lambda_runtime.ProvidedWorker._record_result = noting_the_time
    lambda_service._execute_function_dispatch = reporting


def event_id(event):
    """The CloudTrail record's id where there is one, so that an invocation can be joined with its event."""
    if not isinstance(event, dict):
        return None
    detail = event.get("detail")
    return (detail.get("eventID") if isinstance(detail, dict) else None) or event.get("id")


def iso_time(epoch_seconds):
    return datetime.datetime.fromtimestamp(epoch_seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    main()
