"""What ministack 1.5.33 lacks of IAM."""
import ministack.services.iam as iam


def install():
    iam._IAM_HANDLERS["SetDefaultPolicyVersion"] = set_default_policy_version


def set_default_policy_version(parameters):
    arn, version_id = iam._p(parameters, "PolicyArn"), iam._p(parameters, "VersionId")
    policy = iam._policies.get(arn)
    if not policy:
        return iam._error(404, "NoSuchEntity", f"Policy {arn} was not found.", ns="iam")
    if version_id not in policy["Versions"]:
        return iam._error(
            404, "NoSuchEntity", f"Policy {arn} version {version_id} does not exist or is not attachable.", ns="iam")
    for version in policy["Versions"].values():
        version["IsDefaultVersion"] = version["VersionId"] == version_id
    policy["DefaultVersionId"] = version_id
    return iam._xml(200, "SetDefaultPolicyVersionResponse", "", ns="iam")
