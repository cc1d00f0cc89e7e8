//! Policy documents as AWS hands them out.

use iam_policy::Document;
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::Resource;
use percent_encoding::percent_decode_str;

use crate::failure::broken;

/// A document as S3 and KMS hand it out: JSON.
pub(crate) fn parse(step: &str, subject: &Resource, text: &str) -> Result<Document, WorldError> {
    Document::parse(text)
        .map_err(|error| broken(step, subject, ErrorKind::Unreadable, format!("the policy is not understood: {error}")))
}

/// A document as IAM hands it out. AWS IAM API Reference, GetRolePolicy: "Policies returned by this operation are URL-encoded
/// compliant with RFC 3986".
#[cfg_attr(not(feature = "iam"), allow(dead_code, reason = "IAM alone hands documents out so"))]
pub(crate) fn parse_encoded(step: &str, subject: &Resource, text: &str) -> Result<Document, WorldError> {
    // A local AWS may hand it out plain. An encoded document never begins with a brace.
    if text.trim_start().starts_with('{') {
        return parse(step, subject, text);
    }
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded
        .map_err(|error| broken(step, subject, ErrorKind::Unreadable, format!("the policy is not UTF-8: {error}")))?;
    parse(step, subject, &decoded)
}
