//! ARNs that there could be, in the place of the shortest that fit.

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

/// The same ARN with an account (this one, if it can be), a region of its partition and a name, the best first; none if it has all that it
/// needs.
pub(super) fn arns(text: &str, home_region: &str, account: Option<&str>) -> Vec<String> {
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
    let accounts = match has_account {
        true => vec![arn.account.to_owned()],
        false => account.map(str::to_owned).into_iter().chain(accounts(arn.account)).collect(),
    };
    let name = if has_name { "" } else { NAME };
    let filled = |account| format!("arn:{}:{}:{region}:{account}:{}{name}", arn.partition, arn.service, arn.resource);
    accounts.into_iter().map(filled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_first() {
        for (text, account, expected) in [
            ("arn:aws:iam::x:role/a", None, Some("arn:aws:iam::999999999999:role/a")),
            ("arn:aws:iam::11111111111x:role/a", None, Some("arn:aws:iam::111111111119:role/a")),
            ("arn:aws:iam::111111111111:role/a", None, None),
            ("arn:aws:iam::aws:policy/a", None, None),
            ("arn:aws:s3:::b", None, None),
            ("arn:aws:ssm:::document/d", Some("111111111111"), Some("arn:aws:ssm:eu-west-1:111111111111:document/d")),
            ("arn:aws-cn:ssm:::document/", None, Some("arn:aws-cn:ssm:cn-north-1:999999999999:document/example")),
        ] {
            let found = arns(text, "eu-west-1", account);
            assert_eq!(found.first().map(String::as_str), expected, "{text}");
        }
    }
}
