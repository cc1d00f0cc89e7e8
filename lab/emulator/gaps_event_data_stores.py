"""Event data stores, which ministack 1.5.33 lacks: their settings and their life, not the events in them."""
import time

import ministack.services.cloudtrail as cloudtrail
from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region, new_uuid

DEFAULT_SELECTORS = [{"Name": "Default management events",
                      "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
# AWS (CreateEventDataStore, RetentionPeriod): the default of either billing mode, in days.
DEFAULT_RETENTION = {"EXTENDABLE_RETENTION_PRICING": 366, "FIXED_RETENTION_PRICING": 2557}
SETTINGS = ("Name", "AdvancedEventSelectors", "MultiRegionEnabled", "OrganizationEnabled", "RetentionPeriod",
            "TerminationProtectionEnabled", "KmsKeyId", "BillingMode")
LIVE_CATEGORIES = {"Management", "Data", "NetworkActivity", "ConfigurationItem"}

stores = AccountRegionScopedDict()  # by ARN


def install():
    cloudtrail._DISPATCH.update({
        "CreateEventDataStore": create,
        "GetEventDataStore": on_existing(get),
        "ListEventDataStores": list_all,
        "UpdateEventDataStore": on_active(update),
        "DeleteEventDataStore": on_active(delete),
        "RestoreEventDataStore": on_existing(restore),
        "StartEventDataStoreIngestion": on_active(moving("STOPPED_INGESTION", "ENABLED")),
        "StopEventDataStoreIngestion": on_active(moving("ENABLED", "STOPPED_INGESTION")),
    })
    cloudtrail._validate_trail_arn = finding_stores_too(cloudtrail._validate_trail_arn)  # AddTags, ListTags, RemoveTags


def on_existing(handler):
    """The store by its ARN or the id in it."""
    def call(request):
        reference = request.get("EventDataStore", "")
        store = find(reference)
        if store:
            return handler(store, request)
        if reference.startswith("arn:") and ":eventdatastore/" not in reference:
            return cloudtrail._err("EventDataStoreARNInvalidException", f"{reference} is not valid.")
        return cloudtrail._err("EventDataStoreNotFoundException", f"{reference} was not found.")
    return call


def on_active(handler):
    """AWS (CloudTrail User Guide, event data store lifecycles): of one that is pending deletion "no operations can be
    performed on the event data store except restoration".
    """
    def call(store, request):
        if store["Status"] == "PENDING_DELETION":
            return cloudtrail._err("InactiveEventDataStoreException", "The event data store is inactive.")
        return handler(store, request)
    return on_existing(call)


def find(reference):
    if reference.startswith("arn:"):
        return stores.get(reference)
    return stores.get(arn_of(reference))


def arn_of(store_id):
    return f"arn:aws:cloudtrail:{get_region()}:{get_account_id()}:eventdatastore/{store_id}"


# --- the calls ----------------------------------------------------------------------------------------------------

def create(request):
    if any(store["Name"] == request["Name"] for store in stores.values()):
        return cloudtrail._err("EventDataStoreAlreadyExistsException",
                               f"An event data store with the name {request['Name']} already exists.")
    billing = request.get("BillingMode", "EXTENDABLE_RETENTION_PRICING")
    now = time.time()
    store = {
        "EventDataStoreArn": arn_of(new_uuid()),
        "Status": "ENABLED" if request.get("StartIngestion", True) else "STOPPED_INGESTION",
        "AdvancedEventSelectors": DEFAULT_SELECTORS, "MultiRegionEnabled": True, "OrganizationEnabled": False,
        "TerminationProtectionEnabled": True, "BillingMode": billing, "RetentionPeriod": DEFAULT_RETENTION[billing],
        **settings(request), "CreatedTimestamp": now, "UpdatedTimestamp": now}
    stores[store["EventDataStoreArn"]] = store
    tags = request.get("TagsList", [])
    cloudtrail._trail_tags[store["EventDataStoreArn"]] = {tag["Key"]: tag.get("Value", "") for tag in tags}
    return cloudtrail._ok({**shown(store), "TagsList": tags})


def get(store, _request):
    return cloudtrail._ok({**shown(store), "FederationStatus": "DISABLED"})


def list_all(_request):
    """Names and ARNs: AWS has ceased to answer the rest here."""
    return cloudtrail._ok({"EventDataStores": [
        {name: store[name] for name in ("EventDataStoreArn", "Name")} for store in stores.values()]})


def update(store, request):
    changes = settings(request)
    if not changes:
        return cloudtrail._err("InvalidParameterException", "At least one optional parameter must be specified.")
    store.update(changes, UpdatedTimestamp=time.time())
    return get(store, request)


def delete(store, _request):
    """AWS (DeleteEventDataStore): "the event data store enters a PENDING_DELETION state, and is automatically deleted
    after a wait period of seven days. TerminationProtectionEnabled must be set to False on the event data store".
    """
    if store["TerminationProtectionEnabled"]:
        return cloudtrail._err(
            "EventDataStoreTerminationProtectedException",
            "The event data store cannot be deleted because termination protection is enabled for it.")
    store.update(Status="PENDING_DELETION", _before=store["Status"], UpdatedTimestamp=time.time())
    return cloudtrail._ok({})


def restore(store, _request):
    """To the status it was deleted in: the documentation names none."""
    if store["Status"] != "PENDING_DELETION":
        return wrong_status()
    store.update(Status=store.pop("_before"), UpdatedTimestamp=time.time())
    return cloudtrail._ok(shown(store))


def moving(status, to):
    """AWS (StopEventDataStoreIngestion): "To stop ingestion, the event data store Status must be ENABLED and the
    eventCategory must be Management, Data, NetworkActivity, or ConfigurationItem." Starting: STOPPED_INGESTION.
    """
    def move(store, _request):
        if not categories(store) & LIVE_CATEGORIES:
            return cloudtrail._err("InvalidEventDataStoreCategoryException", "The event category is not valid.")
        if store["Status"] != status:
            return wrong_status()
        store.update(Status=to, UpdatedTimestamp=time.time())
        return cloudtrail._ok({})
    return move


def finding_stores_too(validate_trail_arn):
    def validate(arn, *, require_existing=False):
        if ":eventdatastore/" not in arn:
            return validate_trail_arn(arn, require_existing=require_existing)
        found = arn in stores
        return None if found else cloudtrail._err("EventDataStoreNotFoundException", f"{arn} was not found.")
    return validate


# --- small things -------------------------------------------------------------------------------------------------

def settings(request):
    given = {name: request[name] for name in SETTINGS if name in request}
    if given.get("KmsKeyId"):
        given["KmsKeyId"] = cloudtrail._normalize_kms_key_id(given["KmsKeyId"])
    return given


def shown(store):
    return {name: value for name, value in store.items() if not name.startswith("_")}


def categories(store):
    return {category for selector in store["AdvancedEventSelectors"] for field in selector["FieldSelectors"]
            if field["Field"] == "eventCategory" for category in field.get("Equals", ())}


def wrong_status():
    return cloudtrail._err("InvalidEventDataStoreStatusException",
                           "The event data store is not in a status that supports the operation.")
