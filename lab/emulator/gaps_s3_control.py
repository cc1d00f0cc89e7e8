"""What ministack lacks of S3 Control: the account's public access block, and what it and an access point's forbid.

ministack authorises and answers access points by a table of routes; the account's block becomes one of them.
"""
from xml.etree.ElementTree import Element, ParseError, SubElement, fromstring

import ministack.app as app
import ministack.services.s3 as s3
from ministack.core import responses

ACCOUNT_BLOCK_PATH = "/v20180820/configuration/publicAccessBlock"
ACCOUNT_BLOCK_ROUTE = ("", "account", "PUBLICACCESSBLOCK", {
    "GET": "s3:GetAccountPublicAccessBlock", "PUT": "s3:PutAccountPublicAccessBlock",
    "DELETE": "s3:PutAccountPublicAccessBlock"})
NONE = {setting: False for setting in s3._PAB_FIELDS}

_account_blocks = responses.AccountScopedDict()


def install():
    s3._ACCESS_POINT_RESOURCES["policyStatus"] = ("ACCESSPOINTPOLICYSTATUS", {"GET": "s3:GetAccessPointPolicyStatus"})
    s3.is_access_point_control_path = or_the_account(s3.is_access_point_control_path, True)
    s3.access_point_control_route = or_the_account(s3.access_point_control_route, ACCOUNT_BLOCK_ROUTE)
    app._s3control_access_point_arn = no_resource_for_the_account(app._s3control_access_point_arn)
    s3.handle_access_point_control = answering_more(s3.handle_access_point_control)
    s3._public_access_blocked = by_bucket_or_account(s3._public_access_blocked)


def or_the_account(of_path, answer):
    return lambda path: answer if path == ACCOUNT_BLOCK_PATH else of_path(path)


def no_resource_for_the_account(access_point_arn):
    return lambda module, path: "*" if path == ACCOUNT_BLOCK_PATH else access_point_arn(module, path)


def answering_more(handle_access_point_control):
    def handle(method, path, headers, body, query):
        if path == ACCOUNT_BLOCK_PATH:
            return account_block(method, body)
        name, part, *_ = s3.access_point_control_route(path) or ("", None)
        if part == "policyStatus" and method == "GET":
            return policy_status(name)
        if part == "policy" and method == "PUT" and (refusal := public_policy_refusal(name, body)):
            return refusal
        return handle_access_point_control(method, path, headers, body, query)
    return handle


# --- the account's public access block ----------------------------------------------------------------------------

def account_block(method, body):
    if method == "PUT":
        try:
            _account_blocks["block"] = {**NONE, **s3._parse_pab(fromstring(body))}
        except ParseError:
            return s3.s3control_error("MalformedXML", s3._MALFORMED_XML, 400)
        return 200, {}, b""
    if method == "DELETE":
        _account_blocks.pop("block", None)
        return 204, {}, b""
    if "block" not in _account_blocks:
        return s3.s3control_error("NoSuchPublicAccessBlockConfiguration",
                                  "The public access block configuration was not found", 404)
    answer = Element("PublicAccessBlockConfiguration", xmlns=s3.S3CONTROL_NS)
    for setting, value in _account_blocks["block"].items():
        SubElement(answer, setting).text = str(value).lower()
    return s3._s3control_response(answer)


def by_bucket_or_account(public_access_blocked):
    """AWS (S3 API, GetPublicAccessBlock): "If the PublicAccessBlock settings are different between the bucket and the
    account, Amazon S3 uses the most restrictive combination of the bucket-level and account-level settings."
    """
    def blocked(owner, bucket, setting):
        of_account = _account_blocks.get_scoped(owner, None, "block", NONE)
        return of_account.get(setting, False) or public_access_blocked(owner, bucket, setting)
    return blocked


# --- access points ------------------------------------------------------------------------------------------------

def policy_status(name):
    point = s3._access_points.get(name)
    if point is None:
        return s3._no_such_access_point(name).response()
    if not point.get("Policy"):
        return s3.s3control_error("NoSuchAccessPointPolicy", "The specified accesspoint policy does not exist", 404,
                                  {"AccessPointName": name})
    answer = Element("GetAccessPointPolicyStatusResult", xmlns=s3.S3CONTROL_NS)
    status = SubElement(answer, "PolicyStatus")
    SubElement(status, "IsPublic").text = str(s3._policy_is_public(point["Policy"])).lower()
    return s3._s3control_response(answer)


def public_policy_refusal(name, body):
    """The access point's own block, its bucket's or the account's.

    AWS (Security Hub API, AwsS3AccountPublicAccessBlockDetails): BlockPublicPolicy "indicates whether to reject calls
    to update the access policy for an S3 bucket or access point if the policy allows public access".
    """
    point = s3._access_points.get(name)
    try:
        policy = s3._child_text(fromstring(body), "Policy")
    except ParseError:
        return None
    if point is None or not s3._policy_is_public(policy):
        return None
    blocked = point["PublicAccessBlockConfiguration"].get("BlockPublicPolicy") or s3._public_access_blocked(
        point["BucketAccountId"], point["Bucket"], "BlockPublicPolicy")
    return s3.s3control_error("AccessDenied", "Access Denied", 403) if blocked else None
