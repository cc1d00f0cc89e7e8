"""Cloudsplaining (BSD-3-Clause): its own classes, each policy by itself."""

from cloudsplaining.scan.policy_document import PolicyDocument

from rows import answer, each


def read(kind, policy):
    if kind != "identity":
        raise NotImplementedError("it reads identity policies")
    document = PolicyDocument(policy)
    ways = [way["type"] for way in document.allows_privilege_escalation]
    return {
        "privilege-escalation": ways,
        # What a single action gives is among its ways.
        "admin": ways,
        "service-wildcard": document.service_wildcard,
        "protected-data": document.allows_data_exfiltration_actions,
        "exposure": document.permissions_management_without_constraints,
    }


answer(each(read))
