"""CloudTrail records from API calls: the shapes CloudTrail writes, derived from botocore's service models.

Pure: no clock, no ids, no emulator. `operation_name` and `parameters` read the request, `outcome` the response.
Rules read off real records (samples.jsonl): member names with a lower-case first letter, map keys untouched; secrets
left out; S3 parameters as the XML came, numbers and booleans converted; policies as the caller sent them.
"""
import datetime
import functools
import json
import re
import xml.etree.ElementTree as ElementTree
from typing import NamedTuple
from urllib.parse import parse_qs, unquote

import botocore.awsrequest
import botocore.parsers
import botocore.session


class Call(NamedTuple):
    """One request as the emulator's handlers see it: header names in lower case, query values in lists."""
    service: str
    method: str
    path: str
    headers: dict
    body: bytes
    query: dict


# Reads, and data-plane calls that CloudTrail records only as data events, if at all.
_READ = re.compile(r"(Get|List|Head|Describe|Lookup|Simulate|Test|BatchGet|Search|Select|Check)")
_NOT_MANAGEMENT_WRITES = {
    "Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext", "GenerateMac", "GenerateRandom", "Sign", "Verify", "VerifyMac",
    "SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch",
    "ChangeMessageVisibility", "ChangeMessageVisibilityBatch", "Publish", "PublishBatch", "PutEvents",
    "Invoke", "InvokeAsync", "InvokeWithResponseStream", "CreateSession", "DeleteObjects",
}

# CloudTrail's names for S3 calls where they are not the API's.
_S3_EVENT_NAMES = {
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "PutBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "DeleteBucketAnalyticsConfiguration": "DeleteAnalyticsConfiguration",
    "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
    "DeleteBucketInventoryConfiguration": "DeleteInventoryConfiguration",
    "PutBucketMetricsConfiguration": "PutMetricsConfiguration",
    "DeleteBucketMetricsConfiguration": "DeleteMetricsConfiguration",
}

# S3 Control's calls on the account, named apart from those on a bucket.
_S3_CONTROL_EVENT_NAMES = {
    "PutPublicAccessBlock": "PutAccountPublicAccessBlock",
    "DeletePublicAccessBlock": "DeleteAccountPublicAccessBlock",
}

_S3_RECORDED_HEADERS = ("x-amz-acl", "x-amz-object-ownership")

# Lambda's event names carry the API date of these paths, and a second version for these calls.
_LAMBDA_DATED_PATHS = ("2015-03-31", "2017-03-31", "2017-10-31", "2018-10-31")
_LAMBDA_SECOND_VERSIONS = {"UpdateFunctionCode", "UpdateFunctionConfiguration", "AddPermission", "RemovePermission",
                           "TagResource", "UntagResource"}

# Secrets that the models do not mark: with its token a grant can be used before it is known everywhere.
_UNMARKED_SECRETS = {"GrantTokenType", "GrantTokenList"}

_XSI = "http://www.w3.org/2001/XMLSchema-instance"


# --- which call is it ---------------------------------------------------------------------------------------------

def operation_name(call):
    """The API operation of a management write; None for reads, data-plane calls and what no model knows."""
    name = _operation(call)
    if not name or _READ.match(name) or name in _NOT_MANAGEMENT_WRITES:
        return None
    return name


def event_name(call, operation):
    if call.service == "s3":
        return _S3_EVENT_NAMES.get(operation, operation)
    if call.service == "s3control":
        return _S3_CONTROL_EVENT_NAMES.get(operation, operation)
    if call.service == "lambda":
        return operation + _lambda_suffix(call.path, operation)
    return operation


def event_source(call):
    """S3 Control's calls are recorded as S3's."""
    return "s3.amazonaws.com" if call.service == "s3control" else f"{call.service}.amazonaws.com"


def _operation(call):
    if call.service == "s3":
        return _s3_operation(call)
    target = call.headers.get("x-amz-target", "")
    if target:
        return target.rsplit(".", 1)[-1]
    if model(call.service).metadata["protocol"] in ("rest-json", "rest-xml"):
        return _rest_match(call)[0]
    return _form(call).get("Action")


def _s3_operation(call):
    """Bucket calls only: everything below a bucket is a data event. /v20180820 is S3 Control, not a bucket."""
    segments = [segment for segment in call.path.split("/") if segment]
    if len(segments) != 1 or segments[0] == "v20180820":
        return None
    routes = _s3_bucket_routes()
    subresource = next((name for name in call.query if (call.method, name) in routes), "")
    return routes.get((call.method, subresource))


@functools.cache
def _s3_bucket_routes():
    routes = {}
    service = model("s3")
    for name in service.operation_names:
        http = service.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        if path == "/{Bucket}":
            routes.setdefault((http["method"], query.partition("&")[0]), name)
    return routes


def _lambda_suffix(path, operation):
    date = path.split("/")[1]
    if date not in _LAMBDA_DATED_PATHS or "Layer" in operation and "Permission" in operation:
        return ""
    return date.replace("-", "") + ("v2" if operation in _LAMBDA_SECOND_VERSIONS else "")


def _rest_match(call):
    for name, method, pattern in _rest_routes(call.service):
        if method == call.method and (match := pattern.fullmatch(call.path.rstrip("/"))):
            return name, {member: unquote(value) for member, value in match.groupdict().items()}
    return None, {}


@functools.cache
def _rest_routes(service):
    routes = []
    for name in model(service).operation_names:
        http = model(service).operation_model(name).http
        path = http["requestUri"].partition("?")[0].rstrip("/")
        routes.append((name, http["method"], re.compile(re.sub(r"\{(\w+)\+?\}", r"(?P<\1>[^/]+)", path))))
    return routes


# --- requestParameters --------------------------------------------------------------------------------------------

def parameters(call, operation, region):
    """requestParameters, or None where the call has none."""
    if call.service == "s3":
        return _s3_parameters(call, region)
    if call.service == "s3control":
        return _s3_control_parameters(call, region)
    shape = model(call.service).operation_model(operation).input_shape
    if shape is None:
        return None
    if call.headers.get("x-amz-target"):
        given = _rename(shape, _json(call.body), _hide(call.service))
    elif model(call.service).metadata["protocol"] == "rest-json":
        given = _rest_parameters(call, shape)
    else:
        given = _from_form(shape, _form(call), "")
    return given or None


def _s3_parameters(call, region):
    bucket = call.path.strip("/")
    given = {"bucketName": bucket, "Host": f"{bucket}.s3.{region}.amazonaws.com"}
    given.update({name: values[0] for name, values in call.query.items() if name != "x-id"})
    given.update({name: call.headers[name] for name in _S3_RECORDED_HEADERS if name in call.headers})
    grants = {name: value for name, value in call.headers.items() if name.startswith("x-amz-grant-")}
    if grants:
        given["accessControlList"] = grants
    if "policy" in call.query and call.method == "PUT":
        given["bucketPolicy"] = _json(call.body, otherwise="invalid-json-policy")
    elif call.body:
        given.update(_from_xml_document(call.body))
    return given


def _s3_control_parameters(call, region):
    """As S3's: what the path and the query name, and the document. Of the account only the host speaks."""
    given = {_lower(name): value for name, value in _rest_match(call)[1].items()}
    given["Host"] = f"{call.headers['x-amz-account-id']}.s3-control.{region}.amazonaws.com"
    given.update({name: values[0] for name, values in call.query.items()})
    return {**given, **_from_xml_document(call.body or b"")}


def _from_xml_document(body):
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        return {}
    return {_split(root.tag)[1]: _from_xml(root, outer_namespace="")}


def _from_xml(element, outer_namespace):
    """CloudTrail's JSON of an S3 document: one child is a value, several of a name an array, nothing is ""."""
    namespace, _ = _split(element.tag)
    value = {"xmlns": namespace} if namespace != outer_namespace else {}
    for name, attribute in element.attrib.items():
        if name.startswith(f"{{{_XSI}}}"):
            value["xmlns:xsi"] = _XSI
            name = "xsi:" + name.rpartition("}")[2]
        value[name] = attribute
    for child in element:
        name = _split(child.tag)[1]
        item = _from_xml(child, namespace)
        if name not in value:
            value[name] = item
        elif isinstance(value[name], list):
            value[name].append(item)
        else:
            value[name] = [value[name], item]
    return value or _scalar((element.text or "").strip())


def _split(tag):
    namespace, _, name = tag.rpartition("}")
    return namespace.lstrip("{"), name


def _scalar(text):
    """Any text that looks like a boolean or a number becomes one, tag values too (seen in the samples)."""
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"-?(0|[1-9]\d{0,14})", text) else text


def _from_form(shape, form, prefix):
    """A query-protocol form, unfolded along its shape; None where the form holds nothing of it."""
    if prefix and not any(key == prefix or key.startswith(prefix + ".") for key in form):
        return None
    if shape.type_name == "structure":
        fields = ((name, member, _from_form(member, form, _dotted(prefix, member.serialization.get("name", name))))
                  for name, member in shape.members.items())
        return {_lower(name): value for name, member, value in fields if value is not None and not _secret(member)}
    if shape.type_name == "list":
        name = shape.member.serialization.get("name", "member")
        item = prefix if shape.serialization.get("flattened") else _dotted(prefix, name)
        return _numbered(lambda number: _from_form(shape.member, form, f"{item}.{number}"))
    if shape.type_name == "map":
        entry = prefix if shape.serialization.get("flattened") else f"{prefix}.entry"
        return dict(_numbered(lambda number: (form[f"{entry}.{number}.key"],
                                              _from_form(shape.value, form, f"{entry}.{number}.value"))
                              if f"{entry}.{number}.key" in form else None))
    return _typed(shape, form[prefix])


def _numbered(item):
    items = []
    while (value := item(len(items) + 1)) is not None:
        items.append(value)
    return items


def _typed(shape, text):
    if shape.type_name == "boolean":
        return text.lower() == "true"
    return int(text) if shape.type_name in ("integer", "long") and text.lstrip("-").isdigit() else text


def _rest_parameters(call, shape):
    _, given = _rest_match(call)
    body = _json(call.body)
    for name, member in shape.members.items():
        wire = member.serialization.get("name", name)
        if member.serialization.get("location") == "querystring" and wire in call.query:
            given[name] = call.query[wire][0]
        elif wire in body:
            given[name] = body[wire]
    return _rename(shape, given, _hide(call.service))


def _hide(service):
    """Parameter Store shows that a secret was given; the others leave it out."""
    return "HIDDEN_DUE_TO_SECURITY_REASONS" if service == "ssm" else None


# --- responseElements and errors ----------------------------------------------------------------------------------

def outcome(call, operation, status, headers, body):
    """(responseElements, errorCode, errorMessage)."""
    service = model(call.service)
    shape = service.operation_model(operation).output_shape
    response = {"status_code": status, "headers": botocore.awsrequest.HeadersDict(headers),
                "body": body if isinstance(body, bytes) else body.encode()}
    parsed = botocore.parsers.create_parser(service.metadata["protocol"]).parse(response, shape)
    if status >= 300:
        error = parsed.get("Error", {})
        return None, _error_code(service, error.get("Code", "")), error.get("Message", "")
    if call.service in ("s3", "s3control") or shape is None:
        return None, None, None
    body_members = {name: value for name, value in parsed.items()
                    if name in shape.members and "location" not in shape.members[name].serialization}
    return _rename(shape, body_members) or None, None, None


def _error_code(service, code):
    """CloudTrail names an error by its shape: IAM's NoSuchEntity is recorded as NoSuchEntityException."""
    return next((shape.name for shape in service.error_shapes
                 if shape.metadata.get("error", {}).get("code") == code), code)


# --- shapes -------------------------------------------------------------------------------------------------------

@functools.cache
def model(service):
    return _session().get_service_model(service)


@functools.cache
def _session():
    return botocore.session.get_session()


def _rename(shape, value, hidden=None):
    """A value with its members renamed along its shape and its secrets hidden, or left out."""
    if isinstance(value, datetime.datetime):
        return value.strftime(f"%b {value.day}, %Y, {value.hour % 12 or 12}:%M:%S %p")
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if shape is None or not isinstance(value, (dict, list)):
        return value
    if shape.type_name == "structure":
        return {_lower(name): hidden if _secret(member) else _rename(member, item, hidden)
                for name, item in value.items()
                for member in [shape.members.get(name)] if hidden or not _secret(member)}
    if shape.type_name == "map":
        return {key: _rename(shape.value, item, hidden) for key, item in value.items()}
    return [_rename(shape.member, item, hidden) for item in value] if shape.type_name == "list" else value


def _secret(shape):
    return shape is not None and (bool(shape.metadata.get("sensitive")) or shape.name in _UNMARKED_SECRETS)


def _lower(name):
    return name[:1].lower() + name[1:]


def _dotted(prefix, name):
    return f"{prefix}.{name}" if prefix else name


def _form(call):
    values = {**parse_qs((call.body or b"").decode(errors="replace"), keep_blank_values=True), **call.query}
    return {name: items[0] for name, items in values.items()}


def _json(body, otherwise=None):
    try:
        return json.loads(body or b"{}")
    except ValueError:
        return {} if otherwise is None else otherwise
