//! What identity policies are judged by, wherever they lie.

use iam_policy::ViolationKind;

use crate::control::control;
use crate::judge::question::Judged;

control! {
    IAM_ADMIN = "IAM.AdminPolicy", Critical, Enforce, fsbp ["IAM.1"], cis [],
    "No policy makes its holder an administrator",
    "One such policy in one stolen session is the whole account.",
}

control! {
    IAM_ESCALATION = "IAM.PrivilegeEscalation", High, Enforce, fsbp [], cis [],
    "No policy gives its holder a way to more permissions",
    "A way to act as any other role is as good as its permissions.",
}

control! {
    IAM_PASS_ROLE = "IAM.PassRole", High, Enforce, fsbp [], cis [],
    "No policy passes every role to any service",
    "Whoever may give any role to a service may act as any role.",
}

control! {
    IAM_LOG_TAMPERING = "IAM.LogTampering", High, Enforce, fsbp [], cis [],
    "No policy lets its holder switch off or delete audit logs",
    "An intruder switches off first what would tell of the rest.",
}

control! {
    IAM_STANDARD_OBJECT = "IAM.StandardObject", High, Enforce, fsbp [], cis [],
    "No policy lets its holder change the object that the standard is read from",
    "Whoever writes the standard can switch every guard off. What is taken is that object alone; who may write it is named under `principals.administrators`.",
}

control! {
    IAM_GUARD_TAMPERING = "IAM.GuardTampering", Critical, Enforce, fsbp [], cis [],
    "No policy lets its holder blind Parapet, or turn it round",
    "Whoever switches off a rule, changes a function or its environment, deletes what it writes or hands it events of his own has the account without an alarm. What is taken is Parapet alone; who deploys it is named under `principals.administrators`.",
}

// Of the next six so many of AWS's own policies have one, and so many that people work with, that enforcing them unasked would
// stop more work than attacks.
control! {
    IAM_PROTECTED_DATA = "IAM.ProtectedData", High, Observe, fsbp [], cis [],
    "No policy reaches more of the pipeline's data than the access envelope allows",
    "Data leaks through whoever may read it; many analysts' and administrators' policies do, so this is observed unless asked for.",
}

control! {
    IAM_KMS_DECRYPT = "IAM.KmsDecrypt", Medium, Observe, fsbp ["KMS.1", "KMS.2"], cis [],
    "No policy decrypts with every key",
    "Encryption keeps nobody out who may use every key; yet many policies of AWS's own allow it, so this is observed unless asked for.",
}

control! {
    IAM_EXPOSURE = "IAM.Exposure", Medium, Observe, fsbp [], cis [],
    "No policy lets its holder open the pipeline's data to others, nor whatever else the account holds",
    "What a policy, a list or a copy opens is out before the guard closes it; yet whoever sets buckets and keys up may do it, so this is observed unless asked for.",
}

control! {
    IAM_CONFUSED_SERVICE = "IAM.ConfusedService", Medium, Observe, fsbp [], cis [],
    "No policy has a service move data with a role that its holder may not assume",
    "A service copies whatever its role reads to where the holder wants it; most who set up transfers, backups and queries may do it, so this is observed unless asked for.",
}

control! {
    IAM_SERVICE_WILDCARD = "IAM.ServiceWildcard", Medium, Observe, fsbp ["IAM.21"], cis [],
    "No policy allows every action of a sensitive service on everything",
    "What the service learns to do tomorrow is allowed today; 308 of AWS's own policies are so, so this is observed unless asked for.",
}

control! {
    IAM_NOT_ELEMENT = "IAM.NotElement", Low, Observe, fsbp [], cis [],
    "No Allow is written as an exception",
    "`NotAction` and `NotResource` grant what nobody named; the policies that do are mostly meant so, so this is observed unless asked for.",
}

control! {
    SERVICE_ROLE_ONLY = "IAM.ServiceRoleOnly", High, Observe, fsbp [], cis [],
    "The ML service role holds its own policy, those that the standard names, and no other that allows more",
    "The pipeline reaches what its role reaches, whichever policy says so; yet most pipelines need logs, metrics and images, too, so this is observed unless asked for.",
}

/// Of an identity policy.
pub(crate) const IDENTITY: Judged = &[
    (ViolationKind::Admin, IAM_ADMIN),
    (ViolationKind::PrivilegeEscalation, IAM_ESCALATION),
    (ViolationKind::PassRole, IAM_PASS_ROLE),
    (ViolationKind::LogTampering, IAM_LOG_TAMPERING),
    (ViolationKind::ObjectTampering, IAM_STANDARD_OBJECT),
    (ViolationKind::GuardTampering, IAM_GUARD_TAMPERING),
    (ViolationKind::ProtectedData, IAM_PROTECTED_DATA),
    (ViolationKind::KmsDecrypt, IAM_KMS_DECRYPT),
    (ViolationKind::Exposure, IAM_EXPOSURE),
    (ViolationKind::ConfusedService, IAM_CONFUSED_SERVICE),
    (ViolationKind::ServiceWildcard, IAM_SERVICE_WILDCARD),
    (ViolationKind::NotElement, IAM_NOT_ELEMENT),
];
