"""What ministack 1.5.33 lacks of CloudTrail's trails. Event data stores have their own file."""
import json

import gaps_event_data_stores as event_data_stores
import ministack.services.cloudtrail as cloudtrail
import ministack.services.organizations as organizations
from ministack.core.responses import AccountScopedDict, get_account_id, get_region


def install():
    cloudtrail._DISPATCH.update({
        "CreateTrail": create_trail,
        "AddTags": with_values(cloudtrail._add_tags),
        "UpdateTrail": including_global_events_everywhere(cloudtrail._update_trail),
        "PutInsightSelectors": of_trail_or_store(put_insight_selectors, put_insight_selectors_of_store),
        "GetInsightSelectors": of_trail_or_store(get_insight_selectors, get_insight_selectors_of_store),
        "PutEventConfiguration": of_trail_or_store(put_aggregations, put_event_configuration),
        "GetEventConfiguration": of_trail_or_store(get_aggregations, get_event_configuration),
        "RegisterOrganizationDelegatedAdmin": register_delegated_administrator,
        "DeregisterOrganizationDelegatedAdmin": deregister_delegated_administrator,
    })
    organizations._DISPATCH["ListDelegatedAdministrators"] = list_delegated_administrators
    cloudtrail._visible_trail_items = with_the_organizations(cloudtrail._visible_trail_items)
    cloudtrail._find_visible_trail = or_the_organizations(cloudtrail._find_visible_trail)
    cloudtrail._find_mutable_trail = unless_the_organizations(cloudtrail._find_mutable_trail)


def of_trail_or_store(of_trail, of_store):
    of_store = event_data_stores.on_active(of_store)
    return lambda request: of_store(request) if "EventDataStore" in request else of_trail(request)


# --- trails -------------------------------------------------------------------------------------------------------

_create_trail = cloudtrail._create_trail


def create_trail(request):
    """CreateTrail, with the tags and the log group that ministack drops."""
    if request.get("IsMultiRegionTrail") and request.get("IncludeGlobalServiceEvents") is False:
        return no_global_events()
    status, headers, response = _create_trail(request)
    if status == 200:
        created = json.loads(response)
        tags = {tag["Key"]: tag.get("Value", "") for tag in request.get("TagsList", [])}
        cloudtrail._trail_tags[created["TrailARN"]] = tags
        kept = {name: request[name] for name in ("CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn")
                if name in request}
        cloudtrail._trails[created["Name"]].update(kept)
        response = json.dumps({**created, **kept}).encode()
    return status, headers, response


def including_global_events_everywhere(update_trail):
    def update(request):
        _, _, trail, error = cloudtrail._find_mutable_trail(request.get("Name", ""))
        if not error and request.get("IncludeGlobalServiceEvents") is False and request.get(
                "IsMultiRegionTrail", trail["IsMultiRegionTrail"]):
            return no_global_events()
        return update_trail(request)
    return update


def with_values(add_tags):
    """A tag's value is optional."""
    def add(request):
        tags = [{"Value": "", **tag} for tag in request.get("TagsList", [])]
        return add_tags({**request, "TagsList": tags})
    return add


def no_global_events():
    return cloudtrail._err("InvalidParameterCombinationException",
                           "Multi-Region trail must include global service events.")


# --- an organization's trail, seen from another account ------------------------------------------------------------

def organization_trails():
    """Every other account of the lab counts as a member of the organization whose trail it is."""
    return [(region, name, trail) for (account, region, name), trail in cloudtrail._trails.all_items()
            if account != get_account_id() and trail.get("IsOrganizationTrail")]


def with_the_organizations(visible_trail_items):
    def items(*, include_shadow_trails=True):
        shadows = [(region, name, trail) for region, name, trail in organization_trails()
                   if trail.get("IsMultiRegionTrail") or region == get_region()]
        return visible_trail_items(include_shadow_trails=include_shadow_trails) + (
            shadows if include_shadow_trails else [])
    return items


def or_the_organizations(find_visible_trail):
    def find(reference):
        name, region, trail = find_visible_trail(reference)
        return (name, region, trail) if trail else organization_trail(reference) or (name, region, trail)
    return find


def unless_the_organizations(find_mutable_trail):
    """AWS (CloudTrail User Guide, Creating a trail for an organization): "users in member accounts do not have
    sufficient permissions to delete the organization trail, turn logging on or off, change what types of events are
    logged, or otherwise change the organization trail in any way."
    """
    def find(reference):
        name, region, trail, error = find_mutable_trail(reference)
        if error and organization_trail(reference):
            error = cloudtrail._err("NotOrganizationMasterAccountException",
                                    "The account is not the management account for an organization.")
        return name, region, trail, error
    return find


def organization_trail(reference):
    return next(((name, region, trail) for region, name, trail in organization_trails()
                 if reference in (name, trail["TrailARN"])), None)


# --- insights -----------------------------------------------------------------------------------------------------

_insight_selectors = {}  # by ARN; HasInsightSelectors on the trail says whether the entry is its own


def put_insight_selectors(request):
    _, _, trail, error = cloudtrail._find_mutable_trail(request.get("TrailName", ""))
    if error:
        return error
    selectors = request.get("InsightSelectors", [])
    _insight_selectors[trail["TrailARN"]] = selectors
    trail["HasInsightSelectors"] = bool(selectors)
    return cloudtrail._ok({"TrailARN": trail["TrailARN"], "InsightSelectors": selectors})


def get_insight_selectors(request):
    name, _, trail = cloudtrail._find_visible_trail(request.get("TrailName", ""))
    if trail is None:
        return cloudtrail._err("TrailNotFoundException", f"Unknown trail: {name}")
    if not trail.get("HasInsightSelectors"):
        return cloudtrail._err("InsightNotEnabledException", f"Trail {name} does not have Insights enabled.")
    return cloudtrail._ok({"TrailARN": trail["TrailARN"], "InsightSelectors": _insight_selectors[trail["TrailARN"]]})


def put_insight_selectors_of_store(store, request):
    """AWS (PutInsightSelectors): "To enable Insights on an event data store, you must provide both the EventDataStore
    and InsightsDestination parameters."
    """
    if request.get("InsightSelectors") and not request.get("InsightsDestination"):
        return cloudtrail._err("InvalidParameterCombinationException", "InsightsDestination is missing.")
    store["_insights"] = {"EventDataStoreArn": store["EventDataStoreArn"],
                          "InsightSelectors": request.get("InsightSelectors", []),
                          "InsightsDestination": request.get("InsightsDestination")}
    return cloudtrail._ok(store["_insights"])


def get_insight_selectors_of_store(store, _request):
    if not store.get("_insights", {}).get("InsightSelectors"):
        return cloudtrail._err("InsightNotEnabledException", f"{store['Name']} does not have Insights enabled.")
    return cloudtrail._ok(store["_insights"])


# --- event configuration: context keys and size of a store, aggregations of a trail ---------------------------------

def put_event_configuration(store, request):
    """AWS (PutEventConfiguration): "If you are using context key selectors, MaxEventSize must be set to Large." """
    if request.get("ContextKeySelectors") and request.get("MaxEventSize") != "Large":
        return cloudtrail._err("InvalidParameterCombinationException",
                               "MaxEventSize must be Large with context key selectors.")
    store["_configuration"] = {name: request[name] for name in ("MaxEventSize", "ContextKeySelectors")
                               if name in request}
    return get_event_configuration(store, request)


def get_event_configuration(store, _request):
    return cloudtrail._ok({"EventDataStoreArn": store["EventDataStoreArn"], "MaxEventSize": "Standard",
                           "ContextKeySelectors": [], **store.get("_configuration", {})})


_aggregations = {}  # by ARN


def put_aggregations(request):
    _, _, trail, error = cloudtrail._find_mutable_trail(request.get("TrailName", ""))
    if error:
        return error
    _aggregations[trail["TrailARN"]] = request.get("AggregationConfigurations", [])
    return get_aggregations(request)


def get_aggregations(request):
    name, _, trail = cloudtrail._find_visible_trail(request.get("TrailName", ""))
    if trail is None:
        return cloudtrail._err("TrailNotFoundException", f"Unknown trail: {name}")
    arn = trail["TrailARN"]
    return cloudtrail._ok({"TrailARN": arn, "AggregationConfigurations": _aggregations.get(arn, [])})


# --- the organization's delegated administrators --------------------------------------------------------------------

_delegated_administrators = AccountScopedDict()  # by account; every account of ministack manages an organization


def register_delegated_administrator(request):
    account = request["MemberAccountId"]
    if account == get_account_id():
        return cloudtrail._err("CannotDelegateManagementAccountException", f"{account} is the management account.")
    if account in _delegated_administrators:
        return cloudtrail._err("AccountRegisteredException", f"{account} is registered already.")
    _delegated_administrators[account] = True
    return cloudtrail._ok({})


def deregister_delegated_administrator(request):
    account = request["DelegatedAdminAccountId"]
    if account not in _delegated_administrators:
        return cloudtrail._err("AccountNotRegisteredException", f"{account} is not registered.")
    del _delegated_administrators[account]
    return cloudtrail._ok({})


def list_delegated_administrators(request):
    listed = request.get("ServicePrincipal") in (None, "cloudtrail.amazonaws.com")
    return cloudtrail._ok({"DelegatedAdministrators": [
        {"Id": account, "Status": "ACTIVE"} for account in _delegated_administrators if listed]})
