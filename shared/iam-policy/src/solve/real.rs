//! ARNs that there could be: in the place of the shortest that fit, and of patterns.

use crate::arn::{ACCOUNT_DIGITS, Arn, is_account};
use crate::region;

/// Where a request is made: its partition and its region.
pub(crate) type Here<'a> = (&'a str, &'a str);

/// What is appended to a name that is not there.
const NAME: &str = "example";

/// What follows the kind of a thing in the ids of EC2.
const ID: &str = "0123456789abcdef0";

/// Services whose resources have no account in their ARNs.
const WITHOUT_ACCOUNT: [&str; 2] = ["s3", "apigateway"];

/// Accounts in the place of a text that is none: its digits stay where they are, the best first.
fn accounts(text: &str) -> Vec<String> {
    let fill = |digit: char| {
        let digits: String = text.chars().map(|c| if c.is_ascii_digit() { c } else { digit }).collect();
        let missing: String = std::iter::repeat_n(digit, ACCOUNT_DIGITS.saturating_sub(digits.len())).collect();
        [format!("{digits}{missing}"), format!("{missing}{digits}")]
    };
    ['9', '0', '1', '2', '3', '4', '5', '6', '7', '8'].into_iter().flat_map(fill).collect()
}

/// The same ARN with an account (this one, if it can be), a region of its partition and a name, the best first; none if it has all that it
/// needs.
pub(super) fn arns(text: &str, home_region: &str, account: Option<&str>) -> Vec<String> {
    let Some(arn) = Arn::parse(text) else { return Vec::new() };
    let has_account = is_account(arn.account) || arn.account == "aws" || WITHOUT_ACCOUNT.contains(&arn.service);
    let has_region = !arn.region.is_empty() || !region::is_in_names(arn.service, arn.partition);
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

/// A pattern, with something for each of its wildcards.
pub(crate) fn filled(pattern: &str, (in_partition, in_region): Here<'_>) -> String {
    let segments: Vec<&str> = pattern.splitn(6, ':').collect();
    let ["arn", partition, service, region, number, resource] = segments.as_slice() else {
        return word(pattern);
    };
    let or =
        |segment: &str, value: &str| if segment.contains(['*', '?']) { value.to_owned() } else { segment.to_owned() };
    let partition = or(partition, in_partition);
    let region = or(region, if region::is_in_names(service, &partition) { in_region } else { "" });
    let number = if *service == "s3" && number.contains('*') { String::new() } else { account(number) };
    format!("arn:{partition}:{service}:{region}:{number}:{}", word(resource))
}

/// A name, with something for each of its wildcards.
fn word(pattern: &str) -> String {
    match pattern.strip_suffix("vpce-*").or_else(|| pattern.strip_suffix("vpc-*")) {
        Some(_) => pattern.replace('*', ID),
        None => pattern.replace('*', "example").replace('?', "x"),
    }
}

/// An account, with digits for each of its wildcards.
pub(super) fn account(pattern: &str) -> String {
    let missing = ACCOUNT_DIGITS.saturating_sub(pattern.chars().filter(|c| *c != '*').count());
    pattern.replacen('*', &"9".repeat(missing), 1).replace('*', "").replace('?', "2")
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
