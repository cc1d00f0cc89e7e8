"""Policies of event data stores, which ministack 1.5.33 lacks. There are no channels and no dashboards."""
import json

import ministack.services.cloudtrail as cloudtrail

import gaps_event_data_stores


def install():
    cloudtrail._DISPATCH.update({
        "GetResourcePolicy": on_existing(get),
        "PutResourcePolicy": on_existing(put),
        "DeleteResourcePolicy": on_existing(delete),
        "ListChannels": lambda _request: cloudtrail._ok({"Channels": []}),
        "ListDashboards": lambda _request: cloudtrail._ok({"Dashboards": []}),
    })


def on_existing(handler):
    """The store by its ARN: these calls take nothing else."""
    def call(request):
        arn = request.get("ResourceArn", "")
        if not arn.startswith("arn:"):
            return cloudtrail._err("ResourceARNNotValidException", f"{arn} is not valid.")
        store = gaps_event_data_stores.stores.get(arn)
        if not store:
            return cloudtrail._err("ResourceNotFoundException", f"{arn} was not found.")
        return handler(store, request)
    return call


def get(store, _request):
    if "_policy" not in store:
        return cloudtrail._err("ResourcePolicyNotFoundException", "The resource policy was not found.")
    return answered(store)


def put(store, request):
    try:
        statements = json.loads(request["ResourcePolicy"])["Statement"]
    except (ValueError, KeyError, TypeError):
        statements = None
    if not statements or len(request["ResourcePolicy"]) > 8192:
        return cloudtrail._err("ResourcePolicyNotValidException", "The resource policy is not valid.")
    store["_policy"] = request["ResourcePolicy"]
    return answered(store)


def delete(store, _request):
    if store.pop("_policy", None) is None:
        return cloudtrail._err("ResourcePolicyNotFoundException", "The resource policy was not found.")
    return cloudtrail._ok({})


def answered(store):
    return cloudtrail._ok({"ResourceArn": store["EventDataStoreArn"], "ResourcePolicy": store["_policy"]})
