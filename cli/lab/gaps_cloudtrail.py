"""What ministack 1.5.33 lacks of CloudTrail's trails."""
import json

import ministack.services.cloudtrail as cloudtrail


def install():
    cloudtrail._DISPATCH["PutInsightSelectors"] = put_insight_selectors
    cloudtrail._DISPATCH["GetInsightSelectors"] = get_insight_selectors
    cloudtrail._DISPATCH["CreateTrail"] = create_trail
    cloudtrail._DISPATCH["ListEventDataStores"] = lambda body: cloudtrail._ok({"EventDataStores": []})


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
