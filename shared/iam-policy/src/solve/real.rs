//! Values that AWS could send, in the place of the shortest that fit.

use crate::arn::Arn;
use crate::region;

/// How many digits an account has.
const DIGITS: usize = 12;

/// What is appended to a name that is not there.
const NAME: &str = "example";

/// Services whose resources have no account in their ARNs, and those that have no region. Most have both.
const WITHOUT_ACCOUNT: [&str; 2] = ["s3", "apigateway"];
const WITHOUT_REGION: [&str; 9] =
    ["s3", "iam", "sts", "cloudfront", "route53", "organizations", "globalaccelerator", "networkmanager", "shield"];

/// Accounts in the place of a text that is none: its digits stay where they are, the best first.
fn accounts(text: &str) -> Vec<String> {
    let fill = |digit: char| {
        let digits: String = text.chars().map(|c| if c.is_ascii_digit() { c } else { digit }).collect();
        let missing: String = std::iter::repeat_n(digit, DIGITS.saturating_sub(digits.len())).collect();
        [format!("{digits}{missing}"), format!("{missing}{digits}")]
    };
    ['9', '0', '1', '2', '3', '4', '5', '6', '7', '8'].into_iter().flat_map(fill).collect()
}

fn is_account(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The same ARN with an account, a region of its partition and a name, the best first; none if it has all that it needs.
pub(super) fn arns(text: &str, home_region: &str) -> Vec<String> {
    let Some(arn) = Arn::parse(text) else { return Vec::new() };
    let has_account = is_account(arn.account) || arn.account == "aws" || WITHOUT_ACCOUNT.contains(&arn.service);
    let has_region = !arn.region.is_empty() || WITHOUT_REGION.contains(&arn.service);
    let has_name = !arn.resource.is_empty() && !arn.resource.ends_with(['/', ':']);
    if has_account && has_region && has_name {
        return Vec::new();
    }
    let of_partition = region::regions(arn.partition);
    let first = of_partition.iter().find(|name| **name == home_region).or(of_partition.first());
    let region = if has_region { arn.region } else { first.copied().unwrap_or_default() };
    let accounts = if has_account { vec![arn.account.to_owned()] } else { accounts(arn.account) };
    let name = if has_name { "" } else { NAME };
    let filled = |account| format!("arn:{}:{}:{region}:{account}:{}{name}", arn.partition, arn.service, arn.resource);
    accounts.into_iter().map(filled).collect()
}

/// Values of a key (in lower case) for one that no request has, the best first; none if the value can be.
pub(super) fn values(key: &str, value: &str, home_region: &str) -> Vec<String> {
    if key.ends_with("account") {
        return if is_account(value) { Vec::new() } else { accounts(value) };
    }
    arns(value, home_region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_first() {
        for (key, value, expected) in [
            ("aws:sourceaccount", "x", Some("999999999999")),
            ("aws:sourceaccount", "1111", Some("111199999999")),
            ("aws:principalaccount", "11111111111x", Some("111111111119")),
            ("aws:principalaccount", "111111111111", None),
            ("aws:sourcearn", "arn:aws:sns:::topic", Some("arn:aws:sns:eu-west-1:999999999999:topic")),
            ("aws:sourcearn", "arn:aws-cn:sns:::topic", Some("arn:aws-cn:sns:cn-north-1:999999999999:topic")),
            ("aws:sourcearn", "arn:aws:sns:us-east-2:x:t", Some("arn:aws:sns:us-east-2:999999999999:t")),
            (
                "aws:sourcearn",
                "arn:aws:cloudtrail:::trail/",
                Some("arn:aws:cloudtrail:eu-west-1:999999999999:trail/example"),
            ),
            ("aws:sourcearn", "arn:aws:s3:::b", None),
            ("aws:sourcearn", "arn:aws:iam::x:role/a", Some("arn:aws:iam::999999999999:role/a")),
            ("aws:principalarn", "arn:aws:iam::aws:policy/a", None),
            ("s3:prefix", "x", None),
        ] {
            assert_eq!(values(key, value, "eu-west-1").first().map(String::as_str), expected, "{key} {value}");
        }
    }
}
