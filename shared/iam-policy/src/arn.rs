//! Amazon Resource Names.

/// The parts of an ARN. AWS General Reference, "Amazon Resource Names": `arn:partition:service:region:account-id:resource`, where the last
/// may hold further colons. Region and account are empty where a resource has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`, ...
    pub partition: &'a str,
    /// For example `s3`.
    pub service: &'a str,
    /// For example `eu-west-1`.
    pub region: &'a str,
    /// Twelve digits, or `aws` for what AWS itself manages.
    pub account: &'a str,
    /// What comes after the account, such as `role/path/name`.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart. None: the text is none.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        const SEGMENTS_AFTER_ARN: usize = 5;
        let mut parts = text.strip_prefix("arn:")?.splitn(SEGMENTS_AFTER_ARN, ':');
        Some(Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }

    /// The account of an ARN, or a text that is no ARN as it is: policies name accounts either way.
    #[must_use]
    pub fn account_in(text: &'a str) -> &'a str {
        Self::parse(text).map_or(text, |arn| arn.account)
    }

    /// Whether AWS itself manages what the ARN names, as it does the policies of `arn:aws:iam::aws:policy/`.
    #[must_use]
    pub fn is_of_aws(text: &str) -> bool {
        Arn::parse(text).is_some_and(|arn| arn.account == "aws")
    }
}

/// How many digits an account has.
pub(crate) const ACCOUNT_DIGITS: usize = 12;

/// Whether a text is the number of an account.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == ACCOUNT_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let parts = |text| Arn::parse(text).map(|a| [a.partition, a.service, a.region, a.account, a.resource]);
        assert_eq!(parts("arn:aws:s3:::data/a:b"), Some(["aws", "s3", "", "", "data/a:b"]));
        assert_eq!(
            parts("arn:aws-cn:kms:cn-north-1:111122223333:key/1"),
            Some(["aws-cn", "kms", "cn-north-1", "111122223333", "key/1"])
        );
        for not_one in ["", "arn", "arn:", "arn:aws:iam::111122223333", "111122223333", "ARN:aws:s3:::b"] {
            assert_eq!(parts(not_one), None, "{not_one}");
        }
    }

    #[test]
    fn accounts() {
        for (text, account) in [
            ("arn:aws:iam::111122223333:root", "111122223333"),
            ("111122223333", "111122223333"),
            ("*", "*"),
            ("arn:aws:s3:::b", ""),
        ] {
            assert_eq!(Arn::account_in(text), account);
        }
        assert!(Arn::is_of_aws("arn:aws:iam::aws:policy/ReadOnlyAccess") && !Arn::is_of_aws("aws"));
    }
}
