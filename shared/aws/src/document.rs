//! Policy documents as AWS hands them out.

use iam_policy::Document;
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::Resource;
use percent_encoding::percent_decode_str;

use crate::failure::broken;

/// A document as S3 and KMS hand it out: JSON. Where a key stands twice, all readings of it count.
pub(crate) fn parse(step: &str, subject: &Resource, text: &str) -> Result<Document, WorldError> {
    Document::parse_as_found(text)
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

#[cfg(test)]
mod tests {
    use super::*;
    use parapet_guards::on;

    /// A key that stands twice is read in every way, percent-encoded too.
    #[test]
    #[rustfmt::skip] // One line a case.
    fn documents_as_they_are_handed_out() {
        let bucket = Resource::Bucket(on::Bucket { name: "b".to_owned() });
        let read = |text: &str| parse_encoded("read", &bucket, text).map(|document| (document.is_sure(), document.statements().len())).map_err(|error| error.kind);
        assert_eq!(read(r#"{"Statement": {"Effect": "Allow", "Action": "*"}}"#), Ok((true, 1)));
        assert_eq!(read("%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22%2A%22%7D%7D"), Ok((true, 1)));
        assert_eq!(read(r#"{"Statement": {"Effect": "Allow", "Action": "*", "Action": "s3:*"}}"#), Ok((false, 2)));
        assert_eq!(read("%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22%2A%22%2C%22Act%5Cu0069on%22%3A%22s3%3A%2A%22%7D%7D"), Ok((false, 2)));
        assert_eq!(read("%FF"), Err(ErrorKind::Unreadable));
        assert_eq!(read("[]"), Err(ErrorKind::Unreadable));
    }
}
