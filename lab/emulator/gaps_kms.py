"""What ministack 1.5.33 lacks of KMS: what a key's state and kind forbid, and importing key material."""
import base64
import hashlib
import json
import os
import time

import ministack.services.kms as kms
from ministack.core.responses import error_response_json, json_response

NOT_USABLE = ("Disabled", "PendingDeletion", "PendingImport")

# AWS (KMS Developer Guide, Key states of AWS KMS keys): which calls fail in which states, as far as ministack lets
# them through. `_check_key_state` has the errors of the same table.
REFUSED_IN = {
    "_enable_key": ("PendingDeletion", "PendingImport"),
    "_disable_key": ("PendingDeletion", "PendingImport"),
    "_enable_key_rotation": NOT_USABLE,
    "_disable_key_rotation": NOT_USABLE,
    "_schedule_key_deletion": ("PendingDeletion",),
    "_create_alias": ("PendingDeletion",),
    "_update_alias": ("PendingDeletion",),
    "_tag_resource": ("PendingDeletion",),
    "_untag_resource": ("PendingDeletion",),
    "_update_key_description": ("PendingDeletion",),
}


def install():
    kms._key_metadata = naming_the_account(kms._key_metadata)
    for name, states in REFUSED_IN.items():
        setattr(kms, name, refusing_in(states, getattr(kms, name)))
    kms._enable_key_rotation = refusing_other_kinds(kms._enable_key_rotation)
    kms._disable_key_rotation = refusing_other_kinds(kms._disable_key_rotation)
    kms._get_key_rotation_status = not_rotating_while_pending_deletion(kms._get_key_rotation_status)
    kms._cancel_key_deletion = refusing_unless_pending(kms._cancel_key_deletion)
    kms._create_key = refusing_malformed_policies(kms._create_key)
    kms._put_key_policy = refusing_malformed_policies(kms._put_key_policy)
    kms._get_parameters_for_import = giving_parameters_for_import(kms._get_parameters_for_import)
    kms._unwrap_key_material = lambda key, algorithm, wrapped: hashlib.sha256(wrapped).digest()


def naming_the_account(key_metadata):
    def metadata(key):
        return {"AWSAccountId": key["Arn"].split(":")[4], **key_metadata(key)}
    return metadata


# --- states and kinds ---------------------------------------------------------------------------------------------

def refusing_in(states, handler):
    def call(request):
        key = key_of(request)
        return kms._check_key_state(key) if key and key["KeyState"] in states else handler(request)
    return call


def refusing_other_kinds(handler):
    """AWS (EnableKeyRotation): "You cannot enable automatic rotation of asymmetric KMS keys, HMAC KMS keys, KMS keys
    with imported key material, or KMS keys in a custom key store."
    """
    def call(request):
        key = key_of(request)
        if key and key["Origin"] != "AWS_KMS":
            return error_response_json("UnsupportedOperationException", f"{key['Arn']} origin is {key['Origin']} which "
                                       "is not valid for this operation.", 400)
        if key and kms._is_asymmetric(key):
            return error_response_json("UnsupportedOperationException", f"{key['Arn']} is asymmetric.", 400)
        return handler(request)
    return call


def not_rotating_while_pending_deletion(get_key_rotation_status):
    """AWS (GetKeyRotationStatus): "While a KMS key is pending deletion, its key rotation status is false ... If you
    cancel the deletion, the original key rotation status returns to true."
    """
    def status(request):
        response = get_key_rotation_status(request)
        key = key_of(request)
        if not key:
            return response
        answer = {**json.loads(response[2]), "KeyId": key["Arn"]}
        answer["KeyRotationEnabled"] &= key["KeyState"] != "PendingDeletion"
        return json_response(answer)
    return status


def refusing_unless_pending(cancel_key_deletion):
    """AWS (CancelKeyDeletion): "When this operation succeeds, the key state of the KMS key is Disabled." ministack
    disables any key.
    """
    def cancel(request):
        key = key_of(request)
        if key and key["KeyState"] not in ("PendingDeletion", "PendingReplicaDeletion"):
            return error_response_json("KMSInvalidStateException", f"{key['Arn']} is not pending deletion.", 400)
        return cancel_key_deletion(request)
    return cancel


def refusing_malformed_policies(handler):
    def call(request):
        policy = request.get("Policy")
        try:
            json.loads(policy if isinstance(policy, str) else "{}")  # a stack gives an object
        except ValueError:
            return error_response_json("MalformedPolicyDocumentException", "The policy is not valid JSON.", 400)
        return handler(request)
    return call


def key_of(request):
    return kms._resolve_key(request.get("TargetKeyId") or request.get("KeyId", ""))


# --- imported key material ----------------------------------------------------------------------------------------

def giving_parameters_for_import(get_parameters_for_import):
    """Without the package that ministack wants for it. The public key is none, and what is imported is not opened: the
    key gets material that depends on it, so that keys can be without their material, and get it back.
    """
    def parameters(request):
        key = key_of(request)
        if not key or key["Origin"] != "EXTERNAL" or key["KeyState"] == "PendingDeletion":
            return get_parameters_for_import(request)
        valid_to = int(time.time()) + kms._IMPORT_TOKEN_VALID_SECONDS
        key.update(_import_token=os.urandom(32), _import_token_expires=valid_to, _import_wrapping_key=None,
                   _import_algorithm=request.get("WrappingAlgorithm"))
        return json_response({"KeyId": key["Arn"], "ImportToken": base64.b64encode(key["_import_token"]).decode(),
                              "PublicKey": base64.b64encode(os.urandom(294)).decode(), "ParametersValidTo": valid_to})
    return parameters
