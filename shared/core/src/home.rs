use iam_policy::Arn;
use serde::{Deserialize, Serialize};

/// Where a function runs: the account it protects. Taken from its own ARN, never configured and never from an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// `aws`, `aws-us-gov`, `aws-cn`, ...
    pub partition: String,
    /// Twelve digits.
    pub account: String,
    /// For example `eu-central-1`.
    pub region: String,
}

impl Home {
    /// Reads partition, region and account from an ARN such as the one of the running function.
    ///
    /// `None` where the text is no ARN or names no account.
    #[must_use]
    pub fn from_arn(arn: &str) -> Option<Self> {
        let Arn { partition, region, account, .. } = Arn::parse(arn)?;
        let is_complete = !partition.is_empty() && !region.is_empty() && is_account_id(account);
        let home = || Self { partition: partition.into(), account: account.into(), region: region.into() };
        is_complete.then(home)
    }

    /// The ARN of a resource of this account whose service has no regions. `path` is for example `role/name`.
    #[must_use]
    pub fn global_arn(&self, service: &str, path: &str) -> String {
        format!("arn:{}:{service}::{}:{path}", self.partition, self.account)
    }

    /// The ARN of a resource of this account and region. `path` is for example `key/1234abcd`.
    #[must_use]
    pub fn regional_arn(&self, service: &str, path: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{path}", self.partition, self.region, self.account)
    }

    /// Replaces `{account}`, `{region}` and `{partition}` in a name.
    #[must_use]
    pub fn fill(&self, template: &str) -> String {
        template
            .replace("{account}", &self.account)
            .replace("{region}", &self.region)
            .replace("{partition}", &self.partition)
    }

    /// The partition a region lies in. Unlisted regions are in `aws`: AWS names each other partition's regions by a prefix.
    #[must_use]
    pub fn partition_of(region: &str) -> &'static str {
        match region.split_once('-') {
            Some(("cn", _)) => "aws-cn",
            Some(("us", rest)) if rest.starts_with("gov-") => "aws-us-gov",
            Some(("us", rest)) if rest.starts_with("iso-") => "aws-iso",
            Some(("us", rest)) if rest.starts_with("isob-") => "aws-iso-b",
            Some(("us", rest)) if rest.starts_with("isof-") => "aws-iso-f",
            Some(("eu", rest)) if rest.starts_with("isoe-") => "aws-iso-e",
            Some(("eusc", _)) => "aws-eusc",
            _ => "aws",
        }
    }
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_the_home() {
        let home =
            Home::from_arn("arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:parapet-policy-guard").unwrap();
        assert_eq!(
            (home.partition.as_str(), home.region.as_str(), home.account.as_str()),
            ("aws-us-gov", "us-gov-west-1", "111122223333")
        );
        for bad in [
            "",
            "arn",
            "arn:aws:lambda",
            "arn:aws:s3:::bucket",
            "arn:aws:lambda:us-east-1:12:function:x",
            "x:aws:lambda:r:111122223333",
        ] {
            assert_eq!(Home::from_arn(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_region_names_its_partition() {
        for (region, partition) in [
            ("us-east-1", "aws"),
            ("us-gov-east-1", "aws-us-gov"),
            ("cn-north-1", "aws-cn"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("us-isof-south-1", "aws-iso-f"),
            ("eusc-de-east-1", "aws-eusc"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("eu-west-1", "aws"),
            ("", "aws"),
        ] {
            assert_eq!(Home::partition_of(region), partition, "{region}");
        }
    }
}
