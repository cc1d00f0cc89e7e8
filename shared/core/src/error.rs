use std::error::Error;

use thiserror::Error;

use crate::DeniedBy;

/// A call to AWS that failed: which step, on what, and what it means for us.
#[derive(Debug, Error)]
#[error("cannot {step} of {subject}: {message}")]
pub struct WorldError {
    /// What was being done, as a verb and a noun: `read the default encryption`.
    pub step: String,
    /// On what, already in words: ``bucket `b` ``.
    pub subject: String,
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// The service's own code and message.
    pub message: String,
    /// The SDK's error.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

/// What a failure means for whoever has to decide what next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// We are not allowed to.
    Denied,
    /// Too many calls, or a temporary fault: the same call may succeed later.
    Transient,
    /// Somebody changed the same thing at the same moment; read again, then try again.
    Conflict,
    /// The thing itself, or something it needs, is not there.
    Missing,
    /// The name belongs to another account.
    Taken,
    /// A quota of the account is used up.
    Limit,
    /// A KMS key cannot be used in the state it is in.
    KeyUnusable,
    /// Only somebody else may change it: AWS itself a service-linked role, its management account an organization's trail.
    Unmodifiable,
    /// AWS does not know this call (an emulator, a partition without the feature).
    Unsupported,
    /// AWS refuses the request as it stands.
    Invalid,
    /// The answer came and could not be understood.
    Unreadable,
}

impl WorldError {
    /// What to do about it, in one sentence for a person.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self.kind {
            ErrorKind::Denied => {
                "allow the function's role this call, or look for a resource or key policy that denies it"
            }
            ErrorKind::Transient => "try again; it is retried by itself where an event caused it",
            ErrorKind::Conflict => "try again: another change to the same resource was under way",
            ErrorKind::Missing => "create it first, or correct its name in the standard",
            ErrorKind::Taken => "the name belongs to another account: choose another one under `names` in the standard",
            ErrorKind::Limit => {
                "delete one that is not needed, name an existing one in the standard, or ask AWS to raise the quota"
            }
            ErrorKind::KeyUnusable => {
                "enable the KMS key (or cancel its deletion), or name another one under `names` in the standard"
            }
            ErrorKind::Unmodifiable => {
                "change it through the AWS service, or in the account and region, that it belongs to"
            }
            ErrorKind::Unsupported => "set the control to `off` in the standard where the service lacks this call",
            ErrorKind::Unreadable => "look at the resource by hand",
            ErrorKind::Invalid => "correct the value in the standard that AWS refuses",
        }
    }

    /// Whether the same call may succeed later without anybody changing the standard or the resource.
    #[must_use]
    pub fn may_pass_later(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Denied
                | ErrorKind::Transient
                | ErrorKind::Conflict
                | ErrorKind::Missing
                | ErrorKind::Limit
                | ErrorKind::KeyUnusable
        )
    }

    /// Which policy denies it, as far as AWS says. None: it is no denial, or the caller only lacks the permission.
    #[must_use]
    pub fn denied_by(&self) -> Option<DeniedBy> {
        if self.kind == ErrorKind::Denied { DeniedBy::told_in(&self.message) } else { None }
    }

    /// Whether AWS takes the credentials themselves for none, or for some that ended: no permission is missing then.
    #[must_use]
    pub fn is_about_credentials(&self) -> bool {
        const CODES: [&str; 6] = [
            "ExpiredToken",
            "InvalidClientTokenId",
            "UnrecognizedClient",
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "InvalidSignature",
        ];
        CODES.iter().any(|code| self.message.starts_with(code))
    }

    /// The failure and what to do about it, in one line.
    #[must_use]
    pub fn story(&self) -> String {
        format!("{self}; {}", self.remedy())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every failure says what to do, and whether waiting may be enough.
    #[test]
    fn stories() {
        let kinds = [
            ErrorKind::Denied,
            ErrorKind::Transient,
            ErrorKind::Conflict,
            ErrorKind::Missing,
            ErrorKind::Taken,
            ErrorKind::Limit,
            ErrorKind::KeyUnusable,
            ErrorKind::Unmodifiable,
            ErrorKind::Unsupported,
            ErrorKind::Invalid,
            ErrorKind::Unreadable,
        ];
        let told = kinds.map(|kind| {
            let (step, subject, message) = ("read the tags".to_owned(), "bucket `data`".to_owned(), "X".to_owned());
            let error = WorldError { step, subject, kind, message, source: None };
            let later = if error.may_pass_later() { "may pass later" } else { "stays" };
            format!("{kind:?}, {later}: {}", error.story())
        });
        insta::assert_snapshot!(told.join("\n"));
    }
}
