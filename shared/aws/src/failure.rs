//! From the SDK's errors to ours: what a failure means for whoever has to decide what next.

use std::error::Error;
use std::fmt::Display;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use parapet_core::{ErrorKind, WorldError};

/// The error of a step on a subject.
pub(crate) fn failed<E>(step: &str, subject: &impl Display, error: SdkError<E, HttpResponse>) -> WorldError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let code = error.code().unwrap_or_default();
    let kind = match &error {
        // It was never sent, and will not be the next time: a name that AWS knows no request for.
        SdkError::ConstructionFailure(_) => ErrorKind::Invalid,
        // An answer that broke off, and not one that says something else.
        SdkError::ResponseError(_) if code.is_empty() => ErrorKind::Transient,
        _ => kind_of(code, status),
    };
    let text = error.message().filter(|message| !message.is_empty()).map_or_else(|| root_cause(&error), str::to_owned);
    let message = if code.is_empty() { text } else { format!("{code}: {text}") };
    WorldError { step: step.to_owned(), subject: subject.to_string(), kind, message, source: Some(Box::new(error)) }
}

/// What comes of a write whose answer says nothing more.
pub(crate) fn written<T, E>(
    step: &str,
    subject: &impl Display,
    answer: Result<T, SdkError<E, HttpResponse>>,
) -> Result<(), WorldError>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    answer.map(drop).map_err(|error| failed(step, subject, error))
}

/// The error of a step that failed without a call having failed.
pub(crate) fn broken(step: &str, subject: &impl Display, kind: ErrorKind, message: String) -> WorldError {
    WorldError { step: step.to_owned(), subject: subject.to_string(), kind, message, source: None }
}

/// The error of a step whose answer lacks what AWS always sends, or holds what is not known.
pub(crate) fn unreadable(step: &str, subject: &impl Display, what: &str) -> WorldError {
    broken(step, subject, ErrorKind::Unreadable, what.to_owned())
}

/// The code of a service's error, empty where the service said nothing.
pub(crate) fn code<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> &str {
    error.code().unwrap_or_default()
}

fn kind_of(code: &str, status: Option<u16>) -> ErrorKind {
    let code = code.trim_end_matches("Exception").trim_end_matches("Fault");
    match code {
        "AccessDenied"
        | "UnauthorizedOperation"
        | "AuthorizationError"
        | "InvalidClientTokenId"
        | "ExpiredToken"
        | "SignatureDoesNotMatch"
        | "InvalidAccessKeyId"
        | "UnrecognizedClient"
        | "Forbidden"
        | "InsufficientDependencyServiceAccessPermission" => ErrorKind::Denied,
        "OperationAborted"
        | "Conflict"
        | "ConcurrentModification"
        | "EntityTemporarilyUnmodifiable"
        | "ConditionalRequestConflict"
        // Somebody else made the same at the same moment.
        | "AlreadyExists" => ErrorKind::Conflict,
        // Object ownership and the access control list have two guards. While the list still lets others in, the bucket cannot be made its
        // owner's alone; once it is, no list can be written. Either way the other guard has the turn, and a new look tells.
        "InvalidBucketAclWithObjectOwnership" | "AccessControlListNotSupported" => ErrorKind::Conflict,
        // CreateTrail and UpdateTrail, while what the trail needs is broken, too: another guard is mending it.
        "InsufficientS3BucketPolicy"
        | "InsufficientEncryptionPolicy"
        | "InsufficientSnsTopicPolicy"
        | "S3BucketDoesNotExist"
        | "CloudWatchLogsDeliveryUnavailable"
        | "Kms" => ErrorKind::Missing,
        // AWS CloudTrail API Reference, PutResourcePolicy: "the provided resource does not exist, or the ARN format of the resource is not valid". It was
        // there when its policy was read, by the same ARN.
        "ResourceARNNotValid" => ErrorKind::Missing,
        "DeleteConflict" => ErrorKind::Conflict,
        // Its status is on its way to another.
        "InvalidEventDataStoreStatus" | "InactiveEventDataStore" | "EventDataStoreHasOngoingImport" => ErrorKind::Conflict,
        "UnmodifiableEntity"
        | "NotOrganizationMasterAccount"
        | "NotOrganizationManagementAccount"
        | "InvalidHomeRegion"
        // Amazon S3 API Reference, "Error responses": the bucket lies in another region.
        | "PermanentRedirect" => ErrorKind::Unmodifiable,
        "BucketAlreadyExists" => ErrorKind::Taken,
        "TooManyBuckets" | "MaximumNumberOfTrailsExceeded" | "ServiceQuotaExceeded" | "PolicyTooLarge" => ErrorKind::Limit,
        "Disabled" | "KMSInvalidState" | "KmsKeyDisabled" | "KMS.Disabled" => ErrorKind::KeyUnusable,
        "NotImplemented" | "UnknownOperation" | "InvalidAction" | "UnsupportedOperation" | "MethodNotAllowed" => {
            ErrorKind::Unsupported
        }
        "Throttling"
        | "Throttled"
        | "TooManyRequests"
        | "SlowDown"
        | "RequestLimitExceeded"
        | "ServiceUnavailable"
        | "ServiceFailure"
        | "InternalError"
        | "InternalFailure"
        | "InternalServerError"
        | "KMSInternal"
        | "DependencyTimeout"
        | "RequestTimeout" => ErrorKind::Transient,
        // `EventDataStoreMaxLimitExceeded`, `TagsLimitExceeded`, and the plain one of IAM and KMS.
        _ if code.ends_with("LimitExceeded") => ErrorKind::Limit,
        _ if code.starts_with("NoSuch") || code.contains("NotFound") => ErrorKind::Missing,
        _ => match status {
            None | Some(307 | 429 | 500..) => ErrorKind::Transient,
            // It says that all is well, and not what was asked.
            Some(200..=299) => ErrorKind::Unreadable,
            // HeadBucket has no body to say the code in.
            Some(301) => ErrorKind::Unmodifiable,
            Some(401 | 403) => ErrorKind::Denied,
            Some(404) => ErrorKind::Missing,
            Some(409) => ErrorKind::Conflict,
            Some(_) => ErrorKind::Invalid,
        },
    }
}

/// The innermost cause, which is the one that says something: `connection refused`, and not `dispatch failure`.
fn root_cause(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_a_meaning() {
        for (code, status, kind) in [
            ("AccessDenied", Some(403), ErrorKind::Denied),
            ("AccessDeniedException", Some(400), ErrorKind::Denied),
            ("", Some(403), ErrorKind::Denied),
            ("", Some(503), ErrorKind::Transient),
            ("", None, ErrorKind::Transient),
            ("ThrottlingException", Some(400), ErrorKind::Transient),
            ("OperationAborted", Some(409), ErrorKind::Conflict),
            ("NoSuchBucket", Some(404), ErrorKind::Missing),
            ("TrailNotFoundException", Some(400), ErrorKind::Missing),
            ("BucketAlreadyExists", Some(409), ErrorKind::Taken),
            ("InvalidBucketAclWithObjectOwnership", Some(400), ErrorKind::Conflict),
            ("AccessControlListNotSupported", Some(400), ErrorKind::Conflict),
            ("MaximumNumberOfTrailsExceededException", Some(400), ErrorKind::Limit),
            ("KmsKeyDisabledException", Some(400), ErrorKind::KeyUnusable),
            ("InsufficientS3BucketPolicyException", Some(400), ErrorKind::Missing),
            ("UnmodifiableEntity", Some(400), ErrorKind::Unmodifiable),
            ("NotOrganizationMasterAccountException", Some(400), ErrorKind::Unmodifiable),
            ("InvalidEventDataStoreStatusException", Some(400), ErrorKind::Conflict),
            ("EventDataStoreNotFoundException", Some(400), ErrorKind::Missing),
            ("ResourceARNNotValidException", Some(400), ErrorKind::Missing),
            ("UnsupportedOperationException", Some(400), ErrorKind::Unsupported),
            ("MalformedPolicyDocument", Some(400), ErrorKind::Invalid),
            ("UnknownOperationException", Some(400), ErrorKind::Unsupported),
            ("AlreadyExistsException", Some(400), ErrorKind::Conflict),
            ("InactiveEventDataStoreException", Some(400), ErrorKind::Conflict),
            ("EventDataStoreMaxLimitExceededException", Some(400), ErrorKind::Limit),
            ("LimitExceeded", Some(409), ErrorKind::Limit),
            ("RequestLimitExceeded", Some(503), ErrorKind::Transient),
            ("PermanentRedirect", Some(301), ErrorKind::Unmodifiable),
            ("TemporaryRedirect", Some(307), ErrorKind::Transient),
            ("", Some(301), ErrorKind::Unmodifiable),
            ("", Some(200), ErrorKind::Unreadable),
        ] {
            assert_eq!(kind_of(code, status), kind, "{code} {status:?}");
        }
    }
}
