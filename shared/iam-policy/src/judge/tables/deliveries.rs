//! **The table** of accounts of AWS itself that deliver logs and reports into buckets: bucket policies and lists name them, from before services
//! had principals of their own, and many still do. Without its statement a delivery ends, and nobody is told.
//!
//! Nobody can be one of these accounts but AWS. So each is let in for what AWS's document asks for it, and for nothing else: whoever may read by one
//! is a stranger as ever (attackers' tools use the numbers, too). Which region an account delivers for is not asked: one of another region
//! delivers nothing, and takes nothing.
//!
//! Looked for, and in no document: accounts of AWS Config, which has had a service principal since it delivers to buckets of other accounts.

use crate::arn::Arn;

/// Accounts that deliver the same.
#[derive(Debug)]
pub struct Delivery {
    /// What is delivered.
    pub what: &'static str,
    /// The partition of the accounts: a number of another partition is another account.
    pub partition: &'static str,
    /// Twelve digits each, sorted.
    pub accounts: &'static [&'static str],
    /// What AWS's document has them allowed, as AWS spells it.
    pub actions: &'static [&'static str],
    /// Where that is from, and of when.
    pub says: &'static str,
}

const PUT: &[&str] = &["s3:PutObject"];
const PUT_AS_OWNER: &[&str] = &["s3:GetBucketAcl", "s3:PutObject"];
const PUT_BILLS: &[&str] = &["s3:GetBucketAcl", "s3:GetBucketPolicy", "s3:PutObject"];

const LOAD_BALANCERS: &str = "access logs of load balancers";
const REDSHIFT: &str = "audit logs of Redshift";
const TRAILS: &str = "CloudTrail's logs";

/// Which accounts deliver what.
static DELIVERIES: [Delivery; 10] = [
    Delivery {
        what: LOAD_BALANCERS,
        partition: "aws",
        accounts: &[
            "009996457667", // eu-west-3
            "027434742980", // us-west-1
            "033677994240", // us-east-2
            "054676820928", // eu-central-1
            "076674570225", // me-south-1
            "098369216593", // af-south-1
            "114774131450", // ap-southeast-1
            "127311923021", // us-east-1
            "156460612806", // eu-west-1
            "383597477331", // ap-northeast-3
            "507241528517", // sa-east-1
            "582318560864", // ap-northeast-1
            "589379963580", // ap-southeast-3
            "600734575887", // ap-northeast-2
            "635631232127", // eu-south-1
            "652711504416", // eu-west-2
            "718504428378", // ap-south-1
            "754344448648", // ap-east-1
            "783225319266", // ap-southeast-2
            "797873946194", // us-west-2
            "897822967062", // eu-north-1
            "985666609251", // ca-central-1
        ],
        actions: PUT,
        says: "User Guide for Classic Load Balancers, Enable access logs, Step 2: Attach a policy, 2023-04-06",
    },
    Delivery {
        what: LOAD_BALANCERS,
        partition: "aws-us-gov",
        accounts: &[
            "048591011584", // us-gov-west-1
            "190560391635", // us-gov-east-1
        ],
        actions: PUT,
        says: "User Guide for Classic Load Balancers, Enable access logs, Step 2: Attach a policy, 2023-04-06",
    },
    Delivery {
        what: LOAD_BALANCERS,
        partition: "aws-cn",
        accounts: &[
            "037604701340", // cn-northwest-1
            "638102146993", // cn-north-1
        ],
        actions: PUT,
        says: "the same guide of the China Regions, as Terraform's aws_elb_service_account has it, 2025-01",
    },
    Delivery {
        what: REDSHIFT,
        partition: "aws",
        accounts: &[
            "013126148197", // me-south-1
            "053454850223", // eu-central-1
            "075028567923", // sa-east-1
            "090321488786", // ap-northeast-3
            "193672423079", // us-east-1
            "210876761215", // eu-west-1
            "262260360010", // us-west-1
            "307160386991", // eu-west-2
            "313564881002", // ap-east-1
            "361669875840", // ap-southeast-1
            "365689465814", // af-south-1
            "391106570357", // us-east-2
            "404641285394", // ap-northeast-1
            "729911121831", // eu-north-1
            "760740231472", // ap-northeast-2
            "762762565011", // ap-southeast-2
            "865932855811", // ap-south-1
            "902366379725", // us-west-2
            "907379612154", // ca-central-1
            "915173422425", // eu-west-3
            "945612479654", // eu-south-1
        ],
        actions: PUT_AS_OWNER,
        says: "Amazon Redshift Management Guide, Bucket permissions for audit logging, 2021-09-04; all but us-east-1 as Terraform's \
               aws_redshift_service_account has that document's table",
    },
    Delivery {
        what: REDSHIFT,
        partition: "aws-us-gov",
        accounts: &["665727464434"],
        actions: PUT_AS_OWNER,
        says: "AWS GovCloud (US) User Guide, Amazon Redshift, as Terraform's aws_redshift_service_account has it",
    },
    Delivery {
        what: REDSHIFT,
        partition: "aws-cn",
        accounts: &[
            "111890595117", // cn-north-1
            "660998842044", // cn-northwest-1
        ],
        actions: PUT_AS_OWNER,
        says: "Amazon Redshift Management Guide of the China Regions, as Terraform's aws_redshift_service_account has it",
    },
    Delivery {
        what: "reports on costs and usage",
        partition: "aws",
        accounts: &["386209384616"],
        actions: PUT_BILLS,
        says: "AWS Billing User Guide, Getting started, as Terraform's aws_billing_service_account has it, with its example",
    },
    Delivery {
        what: TRAILS,
        partition: "aws",
        accounts: &[
            "034638983726", // me-south-1
            "035351147821", // eu-central-1
            "069019280451", // ap-southeast-3
            "086441151436", // us-east-1
            "113285607260", // us-west-2
            "119688915426", // ap-east-1
            "187074758985", // ap-southeast-4
            "216624486486", // ap-northeast-1
            "262312530599", // eu-west-3
            "282025262664", // eu-west-2
            "284668455005", // ap-southeast-2
            "388731089494", // us-west-1
            "453052556044", // eu-central-2
            "475085895292", // us-east-2
            "492519147666", // ap-northeast-2
            "525921808201", // af-south-1
            "582488909970", // ap-south-2
            "585772288577", // me-central-1
            "669305197877", // eu-south-1
            "757211635381", // eu-south-2
            "765225791966", // ap-northeast-3
            "814480443879", // sa-east-1
            "819402241893", // ca-central-1
            "829690693026", // eu-north-1
            "859597730677", // eu-west-1
            "903692715234", // ap-southeast-1
            "977081816279", // ap-south-1
        ],
        actions: PUT_AS_OWNER,
        says: "AWS CloudTrail User Guide, CloudTrail supported regions, and Amazon S3 bucket policy for CloudTrail, 2023-06",
    },
    Delivery {
        what: TRAILS,
        partition: "aws-us-gov",
        accounts: &[
            "608710470296", // us-gov-west-1
            "886388586500", // us-gov-east-1
        ],
        actions: PUT_AS_OWNER,
        says: "AWS CloudTrail User Guide, CloudTrail supported regions, 2023-06",
    },
    Delivery {
        what: TRAILS,
        partition: "aws-cn",
        accounts: &[
            "193415116832", // cn-north-1
            "681348832753", // cn-northwest-1
        ],
        actions: PUT_AS_OWNER,
        says: "AWS CloudTrail User Guide, CloudTrail supported regions, 2023-06",
    },
];

/// The account `awslogsdelivery`, which writes CloudFront's standard logs, by its canonical user ids: of most partitions, and of China. Amazon
/// CloudFront Developer Guide, Configure and use standard logs, 2023-04: "CloudFront uses these permissions to update the ACL for the bucket to give
/// the `awslogsdelivery` account `FULL_CONTROL` permission"; and that guide of the China Regions, as Terraform's
/// `aws_cloudfront_log_delivery_canonical_user_id` has it.
const CLOUDFRONT: [&str; 2] = [
    "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0",
    "a52cb28745c0c06e84ec548334e44bfa7fc2a85c54af20cd59e4969344b7af56",
];

/// What an account of AWS itself delivers into buckets, by its partition and number. None: it is no such account.
#[must_use]
pub(in crate::judge) fn delivery(partition: &str, account: &str) -> Option<&'static Delivery> {
    DELIVERIES.iter().find(|row| row.partition == partition && row.accounts.contains(&account))
}

/// What an account of AWS itself delivers into buckets, by a principal as policies name it: an ARN, or a number, which is of some partition then.
/// None: it is of no such account.
#[must_use]
pub fn delivery_of(principal: &str) -> Option<&'static Delivery> {
    match Arn::parse(principal) {
        Some(arn) => delivery(arn.partition, arn.account),
        None => DELIVERIES.iter().find(|row| row.accounts.contains(&principal)),
    }
}

/// Whether a canonical user id is of the account that writes CloudFront's standard logs, which access control lists let in.
#[must_use]
pub fn writes_logs_by_acl(canonical_id: &str) -> bool {
    CLOUDFRONT.contains(&canonical_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arn::is_account;
    use crate::catalogue;
    use std::collections::BTreeSet;

    #[test]
    fn rows_are_sorted_and_of_accounts_and_actions() {
        for row in &DELIVERIES {
            assert!(row.accounts.windows(2).all(|pair| pair[0] < pair[1]), "{} {}", row.what, row.partition);
            assert!(row.accounts.iter().all(|account| is_account(account)), "{}", row.what);
            assert!(row.actions.iter().all(|action| catalogue::find(action).is_some()), "{}", row.what);
            assert!(!row.says.is_empty());
        }
        let all: Vec<_> =
            DELIVERIES.iter().flat_map(|row| row.accounts.iter().map(|account| (row.partition, *account))).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "an account delivers one thing");
    }

    /// An action that reads or changes more than where to write would be more than a delivery takes.
    #[test]
    fn nothing_is_read_by_a_delivery() {
        let known = ["s3:PutObject", "s3:GetBucketAcl", "s3:GetBucketPolicy"];
        assert!(DELIVERIES.iter().flat_map(|row| row.actions).all(|action| known.contains(action)));
    }

    #[test]
    fn who_delivers() {
        let what = |partition, account| delivery(partition, account).map(|row| row.what);
        assert_eq!(what("aws", "127311923021"), Some(LOAD_BALANCERS));
        assert_eq!(what("aws-us-gov", "048591011584"), Some(LOAD_BALANCERS));
        assert_eq!(what("aws", "193672423079"), Some(REDSHIFT));
        for (partition, account) in
            [("aws", "127311923022"), ("aws-cn", "127311923021"), ("aws", ""), ("", "127311923021")]
        {
            assert_eq!(what(partition, account), None, "{partition} {account}");
        }
        assert!(writes_logs_by_acl(CLOUDFRONT[0]) && !writes_logs_by_acl("c4c1ede6") && !writes_logs_by_acl(""));
    }
}
