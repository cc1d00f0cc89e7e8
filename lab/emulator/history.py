"""CloudTrail's event history: what LookupEvents answers, from the records of the lab, whether a trail logs them or not.

AWS (CloudTrail User Guide, Working with CloudTrail event history): "CloudTrail is enabled by default for your AWS
account and you automatically have access to the CloudTrail event history." A call shows there later than it was made,
on AWS by minutes.
"""
import base64
import collections
import hashlib
import json
import os
import threading
import time

import ministack.services.cloudtrail as cloudtrail
from ministack.core.responses import get_account_id, get_region

# AWS (LookupEvents): "The default number of results returned is 50, with a maximum of 50 possible."
MOST_RESULTS = 50
# AWS (LookupEvents): "The rate of lookup requests is limited to two per second, per account, per Region."
MOST_LOOKUPS_A_SECOND = 2
ATTRIBUTES = ("EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource",
              "AccessKeyId")
# The latest; the lab forgets what is older, AWS what is older than 90 days.
MOST_EVENTS = 20_000
DELAY_SECONDS = float(os.environ.get("LAB_LOOKUP_DELAY_SECONDS") or 3)

# Members of requests that name resources, by the service and what AWS calls their type.
NAMED = {
    "iam": {"userName": "AWS::IAM::User", "roleName": "AWS::IAM::Role", "groupName": "AWS::IAM::Group",
            "policyArn": "AWS::IAM::Policy", "policyName": "AWS::IAM::Policy", "accessKeyId": "AWS::IAM::AccessKey",
            "instanceProfileName": "AWS::IAM::InstanceProfile", "permissionsBoundary": "AWS::IAM::Policy",
            "sAMLProviderArn": "AWS::IAM::SAMLProvider", "openIDConnectProviderArn": "AWS::IAM::OIDCProvider"},
    "s3": {"bucketName": "AWS::S3::Bucket"},
    "cloudtrail": {"name": "AWS::CloudTrail::Trail", "trailName": "AWS::CloudTrail::Trail",
                   "s3BucketName": "AWS::S3::Bucket"},
    "lambda": {"functionName": "AWS::Lambda::Function"},
    "ecr": {"repositoryName": "AWS::ECR::Repository"},
}
# What an answer tells of what it made: names, ARNs and ids.
MADE = {"user": "AWS::IAM::User", "role": "AWS::IAM::Role", "group": "AWS::IAM::Group", "policy": "AWS::IAM::Policy",
        "accessKey": "AWS::IAM::AccessKey"}
IDENTIFIERS = ("arn", "userId", "roleId", "groupId", "policyId", "accessKeyId")

_events = collections.deque(maxlen=MOST_EVENTS)  # in the order of the calls
_lookups = collections.defaultdict(collections.deque)  # by account and region, when they were answered
_lock = threading.Lock()


def install():
    cloudtrail._DISPATCH["LookupEvents"] = lookup_events


def keep(record, answered_at):
    """A record becomes part of the history, and shows there when its delay is over."""
    with _lock:
        sequence = _events[-1]["sequence"] + 1 if _events else 0
        _events.append({"sequence": sequence, "shows_at": answered_at + DELAY_SECONDS,
                        "place": (record["recipientAccountId"], record["awsRegion"]),
                        "event": event_of(record, answered_at)})


def event_of(record, answered_at):
    identity = record["userIdentity"]
    event = {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": str(record["readOnly"]).lower(),
        "AccessKeyId": identity.get("accessKeyId"),
        "EventTime": int(answered_at),
        "EventSource": record["eventSource"],
        "Username": user_name(identity),
        "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in resources(record)],
        "CloudTrailEvent": json.dumps(record, separators=(",", ":")),
    }
    return {name: value for name, value in event.items() if value is not None}


def user_name(identity):
    """A user's name, a session's, or `root`."""
    if identity["type"] == "Root":
        return "root"
    if identity["type"] == "AssumedRole":
        return identity["arn"].rpartition("/")[2]
    return identity.get("userName")


def resources(record):
    """Types and names, each once: of the record's own resources, of what the request names, and of what was made."""
    found = {}
    for resource in record.get("resources", []):
        if kind := resource.get("type"):
            arn = resource["ARN"]
            found[kind, arn.rpartition(":::")[2] if kind == "AWS::S3::Bucket" else arn] = True
    service = record["eventSource"].partition(".")[0]
    given, answered = record["requestParameters"] or {}, record["responseElements"] or {}
    for member, kind in NAMED.get(service, {}).items():
        if isinstance(name := given.get(member), str):
            found[kind, name] = True
    for member, kind in MADE.items() if service == "iam" else ():
        made = answered.get(member)
        for identifier in IDENTIFIERS if isinstance(made, dict) else ():
            if identifier in made and not (kind != "AWS::IAM::AccessKey" and identifier == "accessKeyId"):
                found[kind, made[identifier]] = True
    if service == "cloudtrail" and "trailARN" in answered:
        found["AWS::CloudTrail::Trail", answered["trailARN"]] = True
    return list(found)


# --- LookupEvents -------------------------------------------------------------------------------------------------

def lookup_events(request):
    """Newest first, a page at a time, of the account and region of the call."""
    place, now = (get_account_id(), get_region()), time.time()
    if refusal := too_many(place, now) or invalid(request):
        return refusal
    before = None
    if token := request.get("NextToken"):
        before = opened(token, request)
        if before is None:
            return cloudtrail._err("InvalidNextTokenException", "The specified NextToken is not valid.")
    most = request.get("MaxResults") or MOST_RESULTS
    found = [kept for kept in newest_first() if kept["place"] == place and kept["shows_at"] <= now
             and (before is None or kept["sequence"] < before) and matches(kept["event"], request)]
    answer = {"Events": [kept["event"] for kept in found[:most]]}
    if len(found) > most:
        answer["NextToken"] = sealed(found[most - 1]["sequence"], request)
    return cloudtrail._ok(answer)


def newest_first():
    with _lock:
        return sorted(_events, key=lambda kept: (kept["event"]["EventTime"], kept["sequence"]), reverse=True)


def too_many(place, now):
    with _lock:
        answered = _lookups[place]
        while answered and answered[0] <= now - 1:
            answered.popleft()
        if len(answered) >= MOST_LOOKUPS_A_SECOND:
            return cloudtrail._err("ThrottlingException", "Rate exceeded")
        answered.append(now)
    return None


def invalid(request):
    attributes = request.get("LookupAttributes") or []
    most = request.get("MaxResults", MOST_RESULTS)
    start, end = request.get("StartTime"), request.get("EndTime")
    # AWS (LookupEvents): "Currently the list can contain only one item."
    if len(attributes) > 1 or any(attribute.get("AttributeKey") not in ATTRIBUTES or not attribute.get("AttributeValue")
                                  for attribute in attributes):
        return cloudtrail._err("InvalidLookupAttributesException", "The specified lookup attributes are not valid.")
    if not isinstance(most, int) or not 1 <= most <= MOST_RESULTS:
        return cloudtrail._err("InvalidMaxResultsException",
                               f"MaxResults has to be between 1 and {MOST_RESULTS}.")
    if start is not None and end is not None and float(start) > float(end):
        return cloudtrail._err("InvalidTimeRangeException", "The start time is after the end time.")
    if request.get("EventCategory") not in (None, "insight"):
        return cloudtrail._err("InvalidEventCategoryException", "The specified event category is not valid.")
    return None


def matches(event, request):
    """Values are compared as they are, with their case. Insights there are none."""
    if request.get("EventCategory") == "insight":
        return False
    start, end = request.get("StartTime"), request.get("EndTime")
    if start is not None and event["EventTime"] < float(start) or end is not None and event["EventTime"] > float(end):
        return False
    for attribute in request.get("LookupAttributes") or []:
        key, value = attribute["AttributeKey"], attribute["AttributeValue"]
        if key in ("ResourceType", "ResourceName"):
            if value not in [resource[key] for resource in event["Resources"]]:
                return False
        elif event.get(key) != value:
            return False
    return True


def sealed(sequence, request):
    return base64.b64encode(json.dumps([sequence, question(request)]).encode()).decode()


def opened(token, request):
    """The event that the page before ended with; None where the token is none, or that of another question."""
    try:
        sequence, asked = json.loads(base64.b64decode(token, validate=True))
    except (ValueError, TypeError):
        return None
    return sequence if asked == question(request) and isinstance(sequence, int) else None


def question(request):
    """AWS (LookupEvents): "This token must be passed in with the same parameters that were specified in the original
    call."
    """
    asked = {name: value for name, value in request.items() if name not in ("NextToken", "MaxResults")}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]
