"""Who may do what: the transport and the resources that ministack 1.5.33 gets wrong."""
import json

import ministack.app as app
import ministack.core.iam_actions as iam_actions
import ministack.services.iam as iam


def install():
    app.pin_request_origin = counting_as_tls(app.pin_request_origin)
    iam_actions.extract_resource_arn = knowing_more_resources(iam_actions.extract_resource_arn)


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
