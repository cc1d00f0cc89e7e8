"""Parliament (BSD-3-Clause), with its community auditors, each policy by itself."""

import json
import logging

from parliament import analyze_policy_string

from rows import answer, each

logging.disable(logging.CRITICAL)

KINDS = {
    "PRIVILEGE_ESCALATION": ["privilege-escalation", "admin"],
    "PERMISSIONS_MANAGEMENT_ACTIONS": ["exposure"],
    "SENSITIVE_ACCESS": ["protected-data"],
}


def read(kind, policy):
    # It reads other policies, too, and asks nothing of them that is asked here.
    if kind != "identity":
        raise NotImplementedError("it asks of identity policies alone what is asked here")
    found = {}
    for finding in analyze_policy_string(json.dumps(policy), include_community_auditors=True).findings:
        for name in KINDS.get(finding.issue, []):
            found.setdefault(name, []).append(finding.issue)
    return found


answer(each(read))
