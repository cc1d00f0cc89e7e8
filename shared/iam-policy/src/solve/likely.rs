//! Values of keys as AWS's own requests have them: twelve digits of an account, an ARN with a region, the id of an organization.

use super::real::{Here, account, filled};
use crate::federation;

/// Somebody else's account.
const ACCOUNT: &str = "999999999999";

const ORGANIZATION: &str = "o-exampleorg1";
const ORGANIZATION_PATH: &str = "o-exampleorg1/r-ab12/ou-ab12-11111111/";

/// Addresses that are nobody's (RFC 5737, RFC 3849).
const ADDRESSES: [&str; 2] = ["198.51.100.7", "2001:db8::7"];

/// The names of keys, behind the colon and in lower case, and a value of them.
const USUAL: [(&str, &str); 18] = [
    ("calleraccount", ACCOUNT),
    ("dataaccesspointaccount", ACCOUNT),
    ("principalaccount", ACCOUNT),
    ("principalorgid", ORGANIZATION),
    ("principalorgpaths", ORGANIZATION_PATH),
    ("resourceaccount", ACCOUNT),
    ("resourceorgid", ORGANIZATION),
    ("resourceorgpaths", ORGANIZATION_PATH),
    ("sourceaccount", ACCOUNT),
    ("sourcearn", "arn:*:sns:*:*:example"),
    ("sourceorgid", ORGANIZATION),
    ("sourceorgpaths", ORGANIZATION_PATH),
    ("sourceowner", ACCOUNT),
    ("sourcevpc", "vpc-*"),
    ("sourcevpcarn", "arn:*:ec2:*:*:vpc/vpc-*"),
    ("sourcevpce", "vpce-*"),
    ("vpceaccount", ACCOUNT),
    ("vpceorgid", ORGANIZATION),
];

/// Values that a key (in lower case) can have of those that tests ask for, as one of AWS's requests would have them.
pub(super) fn values<'a>(key: &str, asked: impl Iterator<Item = &'a String>, here: Here<'_>) -> Vec<String> {
    let name = key.rsplit(':').next().unwrap_or_default();
    if name == "sourceip" {
        return ADDRESSES.map(str::to_owned).into();
    }
    let usual = USUAL.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    if usual.is_none() && !is_arn(key) && federation::issuer_of_key(key).is_none() {
        let arns = asked.filter(|pattern| pattern.starts_with("arn:"));
        return arns.map(|pattern| filled(pattern, here)).collect();
    }
    let found = asked.map(|pattern| match usual {
        Some(ACCOUNT) => account(pattern),
        Some(ORGANIZATION | ORGANIZATION_PATH) if pattern.starts_with("o-*") => usual.unwrap_or_default().to_owned(),
        _ => filled(pattern, here),
    });
    usual.map(|value| filled(value, here)).into_iter().chain(found).collect()
}

/// Whether a key (in lower case) has an ARN.
fn is_arn(key: &str) -> bool {
    key.ends_with("arn")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, asked: &[&str], expected: &[&str]) {
        let asked: Vec<String> = asked.iter().map(|&pattern| pattern.to_owned()).collect();
        assert_eq!(values(key, asked.iter(), ("aws", "eu-west-1")), expected, "{key} {asked:?}");
    }

    #[test]
    fn as_one_of_aws_would_be() {
        let topic = "arn:aws:sns:eu-west-1:999999999999:topic";
        check("aws:sourcearn", &["arn:aws:sns:*:*:topic"], &["arn:aws:sns:eu-west-1:999999999999:example", topic]);
        check("aws:principalaccount", &["1111*", "11111111111?"], &[ACCOUNT, "111199999999", "111111111112"]);
        check("aws:principalorgid", &["o-*"], &[ORGANIZATION, ORGANIZATION]);
        check("aws:sourcevpce", &["vpce-*"], &["vpce-0123456789abcdef0", "vpce-0123456789abcdef0"]);
        check("aws:sourceip", &["::/0"], &["198.51.100.7", "2001:db8::7"]);
        check("kms:encryptioncontext:x", &["a*", "arn:aws:s3:::b/*"], &["arn:aws:s3:::b/example"]);
        check("aws:useragent", &["a*"], &[]);
    }
}
