"""Puts recorded answers back on the wire.

Input: one JSON object a line, {service, operation, status, answer, from}, where `answer` is what botocore parsed and dates are
{"__class__": "datetime", ...}, as placebo keeps them. Output: {operation, status, from, headers, body},
as the service sends it.

    pip install moto==5.2.5
    python3 to_wire.py < placebo.jsonl > service.jsonl
"""

import datetime
import json
import sys
from xml.sax.saxutils import escape

import botocore.session
from moto.core.model import ServiceModel
from moto.core.serialize import get_serializer_class

SHAPES = botocore.session.get_session().get_component("data_loader")
MODELS = {service: ServiceModel(SHAPES.load_service_model(service, "service-2"), service)
          for service in ("s3", "s3control", "iam", "kms", "cloudtrail", "ecr")}

# Amazon S3 API Reference, "Response Syntax" of each call: moto writes `<operation>Response` instead.
ROOTS = {
    "GetBucketAcl": "AccessControlPolicy",
    "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
    "GetBucketLogging": "BucketLoggingStatus",
    "GetBucketNotificationConfiguration": "NotificationConfiguration",
    "GetBucketTagging": "Tagging",
    "GetBucketVersioning": "VersioningConfiguration",
    "GetBucketWebsite": "WebsiteConfiguration",
    "ListBuckets": "ListAllMyBucketsResult",
    "GetAccessPoint": "GetAccessPointResult",
    "GetAccessPointPolicy": "GetAccessPointPolicyResult",
    "ListAccessPoints": "ListAccessPointsResult",
}


def plain(value):
    """The same with dates as dates."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict) and value.get("__class__") == "datetime":
        return datetime.datetime(*(value[part] for part in ("year", "month", "day", "hour", "minute", "second")),
                                 value["microsecond"], tzinfo=datetime.timezone.utc)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def error(service, answer):
    """An error in the service's own form: moto's errors are moto's."""
    told = answer["Error"]
    if service in ("kms", "cloudtrail", "ecr"):
        return json.dumps({"__type": told["Code"], "message": told["Message"]})
    inner = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in sorted(told.items()))
    if service == "s3":
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}<RequestId>request-id</RequestId></Error>'
    return f"<ErrorResponse><Error>{inner}</Error><RequestId>request-id</RequestId></ErrorResponse>"


def sent(service, operation, status, answer):
    """Headers that say something, and the body."""
    if status >= 400:
        return {}, error(service, answer)
    if operation == "GetBucketPolicy":
        return {}, answer["Policy"]
    model = MODELS[service].operation_model(operation)
    serializer = get_serializer_class(service, MODELS[service].metadata["protocol"])
    wire = serializer(operation_model=model).serialize(plain(answer))
    body = wire["body"].decode() if isinstance(wire["body"], bytes) else wire["body"]
    if service.startswith("s3") and operation in ROOTS:
        body = body.replace(f"{operation}Response", ROOTS[operation])
    return {name: value for name, value in wire["headers"].items() if name.lower().startswith("x-amz-")}, body


def main():
    for line in sys.stdin:
        row = json.loads(line)
        service, operation, status = row["service"].replace("-", ""), row["operation"], row["status"]
        headers, body = sent(service, operation, status, row["answer"])
        print(json.dumps({"operation": operation, "status": status, "from": row["from"], "headers": headers, "body": body}))


if __name__ == "__main__":
    main()
