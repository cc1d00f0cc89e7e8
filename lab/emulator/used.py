"""Which permissions the product's functions use: what a role allows and nobody uses is too much.

One line for each action of each function, when it is first authorised, and one when it is first refused.
"""
import threading

from ministack.core import iam_evaluator, responses

# The roles of the product: an assumed one is `...:assumed-role/parapet-<function>/<session>`.
OWN_ROLE = ":assumed-role/parapet-"


def note(stream):
    noted, lock = set(), threading.Lock()
    enforce = iam_evaluator.enforce

    def noting(access_key_id, iam_action, *rest, **options):
        refusal = enforce(access_key_id, iam_action, *rest, **options)
        if function := function_of(access_key_id):
            line = (function, iam_action, refusal is None)
            with lock:
                is_new = line not in noted
                noted.add(line)
            if is_new:
                stream.write(function=function, action=iam_action, allowed=refusal is None)
        return refusal
    iam_evaluator.enforce = noting


def function_of(access_key_id):
    caller = iam_evaluator.resolve_credential(access_key_id or "", responses.get_account_id())
    arn = getattr(caller, "principal_arn", None) or ""
    _, found, rest = arn.partition(OWN_ROLE)
    return rest.partition("/")[0] if found else None
