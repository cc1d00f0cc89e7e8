"""What ministack 1.5.33 lacks of users' credentials: those for one service, signing certificates, and SSH keys."""
import secrets

import ministack.services.iam as iam

CREDENTIAL, CERTIFICATE = "ServiceSpecificCredential", "Certificate"
# By id. A restarted lab has none.
credentials, certificates, ssh_keys = {}, {}, {}


def install():
    iam._IAM_HANDLERS.update({
        "CreateServiceSpecificCredential": create_credential,
        "ListServiceSpecificCredentials": listing(credentials, "ListServiceSpecificCredentials",
                                                  "ServiceSpecificCredentials"),
        "UpdateServiceSpecificCredential": switching(credentials, "ServiceSpecificCredentialId"),
        "DeleteServiceSpecificCredential": deleting(credentials, "ServiceSpecificCredentialId"),
        "ResetServiceSpecificCredential": reset_credential,
        "UploadSSHPublicKey": upload_ssh_key,
        "ListSSHPublicKeys": listing(ssh_keys, "ListSSHPublicKeys", "SSHPublicKeys"),
        "UpdateSSHPublicKey": switching(ssh_keys, "SSHPublicKeyId"),
        "DeleteSSHPublicKey": deleting(ssh_keys, "SSHPublicKeyId"),
        "UploadSigningCertificate": upload_certificate,
        "ListSigningCertificates": listing(certificates, "ListSigningCertificates", "Certificates"),
        "UpdateSigningCertificate": switching(certificates, "CertificateId"),
        "DeleteSigningCertificate": deleting(certificates, "CertificateId"),
    })


def create_credential(parameters):
    user, service = iam._p(parameters, "UserName"), iam._p(parameters, "ServiceName")
    if user not in iam._users:
        return no_such_user(user)
    one = {"CreateDate": iam._now(), "ServiceName": service,
           "ServiceUserName": f"{user}-at-{iam.get_account_id()}", "Status": "Active", "UserName": user,
           "ServiceSpecificCredentialId": "ACCA" + secrets.token_hex(8).upper()}
    credentials[one["ServiceSpecificCredentialId"]] = one
    answer = element(CREDENTIAL, {**one, "ServicePassword": secrets.token_urlsafe(24)})
    return answered("CreateServiceSpecificCredential", answer)


def reset_credential(parameters):
    """AWS (ResetServiceSpecificCredential): the password is another one; all else of it stays."""
    one = credentials.get(iam._p(parameters, "ServiceSpecificCredentialId"))
    if one is None or one["UserName"] != iam._p(parameters, "UserName"):
        return iam._error(404, "NoSuchEntity", "The credential cannot be found.", ns="iam")
    answer = element(CREDENTIAL, {**one, "ServicePassword": secrets.token_urlsafe(24)})
    return answered("ResetServiceSpecificCredential", answer)


def upload_ssh_key(parameters):
    user = iam._p(parameters, "UserName")
    if user not in iam._users:
        return no_such_user(user)
    one = {"UserName": user, "SSHPublicKeyId": "APKA" + secrets.token_hex(8).upper(), "Status": "Active",
           "UploadDate": iam._now()}
    ssh_keys[one["SSHPublicKeyId"]] = one
    more = {"Fingerprint": secrets.token_hex(16), "SSHPublicKeyBody": iam._p(parameters, "SSHPublicKeyBody")}
    return answered("UploadSSHPublicKey", element("SSHPublicKey", {**one, **more}))


def upload_certificate(parameters):
    user = iam._p(parameters, "UserName")
    if user not in iam._users:
        return no_such_user(user)
    one = {"UserName": user, "CertificateId": secrets.token_hex(12).upper(), "Status": "Active",
           "CertificateBody": iam._p(parameters, "CertificateBody"), "UploadDate": iam._now()}
    certificates[one["CertificateId"]] = one
    return answered("UploadSigningCertificate", element(CERTIFICATE, one))


def listing(those, action, name):
    def call(parameters):
        user = iam._p(parameters, "UserName")
        if user not in iam._users:
            return no_such_user(user)
        members = "".join(element("member", one) for one in those.values() if one["UserName"] == user)
        return answered(action, f"<{name}>{members}</{name}><IsTruncated>false</IsTruncated>")
    return call


def switching(those, name):
    def call(parameters):
        one = those.get(iam._p(parameters, name))
        if one is None or one["UserName"] != iam._p(parameters, "UserName"):
            return iam._error(404, "NoSuchEntity", "The credential cannot be found.", ns="iam")
        one["Status"] = iam._p(parameters, "Status")
        return iam._xml(200, iam._p(parameters, "Action") + "Response", "", ns="iam")
    return call


def deleting(those, name):
    def call(parameters):
        if those.pop(iam._p(parameters, name), None) is None:
            return iam._error(404, "NoSuchEntity", "The credential cannot be found.", ns="iam")
        return iam._xml(200, iam._p(parameters, "Action") + "Response", "", ns="iam")
    return call


def no_such_user(user):
    return iam._error(404, "NoSuchEntity", f"The user with name {user} cannot be found.", ns="iam")


def element(tag, members):
    return f"<{tag}>" + "".join(f"<{name}>{value}</{name}>" for name, value in members.items()) + f"</{tag}>"


def answered(action, result):
    return iam._xml(200, f"{action}Response", f"<{action}Result>{result}</{action}Result>", ns="iam")
