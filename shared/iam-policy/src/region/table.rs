//! **The tables** of partitions, their regions, and global services.
//!
//! Source: botocore 1.44.8 (Apache-2.0): the regions of each partition in `endpoints.json`; a service whose `endpoint-rule-set` or
//! `credentialScope` signs for another region than the one that was asked for has that one, and one with a single endpoint its region. What else is
//! marked there is of the AWS General Reference, "Service endpoints and quotas". AWS Chatbot and AWS Trusted Advisor have endpoints in several regions.
//!
//! IAM User Guide, "AWS: Denies access to AWS based on the requested Region": "popular AWS global services with a single endpoint that is physically
//! located in the us-east-1 Region. Because all requests to these services are made to the us-east-1 Region, the requests would be denied". AWS STS is
//! not among them: it has an endpoint in each region beside the global one.

/// Each partition with its regions, the one to show first.
pub(super) static PARTITIONS: [(&str, &[&str]); 8] = [
    (
        "aws",
        &[
            "us-east-1",
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-south-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-central-1",
            "ca-west-1",
            "eu-central-1",
            "eu-central-2",
            "eu-north-1",
            "eu-south-1",
            "eu-south-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "mx-central-1",
            "sa-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ],
    ),
    ("aws-cn", &["cn-north-1", "cn-northwest-1"]),
    ("aws-us-gov", &["us-gov-west-1", "us-gov-east-1"]),
    ("aws-iso", &["us-iso-east-1", "us-iso-west-1"]),
    ("aws-iso-b", &["us-isob-east-1", "us-isob-west-1"]),
    ("aws-iso-e", &["eu-isoe-west-1"]),
    ("aws-iso-f", &["us-isof-east-1", "us-isof-south-1"]),
    ("aws-eusc", &["eusc-de-east-1"]),
];

/// The domains of partitions, as names of services can end in them: "ec2.amazonaws.com.cn" is who runs instances in China. Of the others the
/// plain name stays (AWS CDK, `region-info`, service principals).
pub(super) static DOMAINS: [(&str, &str); 6] = [
    ("aws-cn", "amazonaws.com.cn"),
    ("aws-eusc", "amazonaws.eu"),
    ("aws-iso", "c2s.ic.gov"),
    ("aws-iso-b", "sc2s.sgov.gov"),
    ("aws-iso-e", "cloud.adc-e.uk"),
    ("aws-iso-f", "csp.hci.ic.gov"),
];

/// Services whose resources are named without a region though they are in one (Service Authorization Reference: the ARNs of buckets and of
/// sessions), beside those of global services.
pub(super) static NAMED_WITHOUT_REGION: [&str; 2] = ["s3", "sts"];

/// Global services of a partition, and the region that their requests carry.
pub(super) static GLOBAL: [(&str, &[&str], &str); 10] = [
    (
        "aws",
        &[
            "account",
            "artifact",
            "aws-portal",
            "bcm-dashboards",
            "bcm-data-exports",
            "bcm-pricing-calculator",
            "bcm-recommended-actions",
            "billing",
            "billingconductor",
            "budgets",
            "ce",
            "cloudfront",
            "consolidatedbilling",
            "cost-optimization-hub",
            "cur",
            "freetier",
            "health",
            "iam",
            "importexport",
            "invoicing",
            "notifications-contacts",
            "organizations",
            "payments",
            "purchase-orders",
            "route53",
            "route53domains",
            "savingsplans",
            "shield",
            "support",
            "tax",
            "waf",
        ],
        "us-east-1",
    ),
    ("aws", &["devicefarm", "globalaccelerator", "networkmanager", "route53-recovery-control-config"], "us-west-2"),
    ("aws-cn", &["iam"], "cn-north-1"),
    (
        "aws-cn",
        &[
            "account",
            "artifact",
            "bcm-data-exports",
            "billing",
            "budgets",
            "ce",
            "cloudfront",
            "health",
            "invoicing",
            "networkmanager",
            "notifications-contacts",
            "organizations",
            "payments",
            "route53",
            "tax",
        ],
        "cn-northwest-1",
    ),
    ("aws-eusc", &["iam", "organizations", "route53"], "eusc-de-east-1"),
    ("aws-iso", &["budgets", "ce", "iam", "organizations", "route53"], "us-iso-east-1"),
    ("aws-iso-b", &["budgets", "ce", "iam", "organizations", "route53"], "us-isob-east-1"),
    ("aws-iso-e", &["budgets", "iam", "organizations", "route53", "savingsplans"], "eu-isoe-west-1"),
    ("aws-iso-f", &["budgets", "ce", "iam", "organizations", "route53", "savingsplans"], "us-isof-south-1"),
    (
        "aws-us-gov",
        &[
            "account",
            "artifact",
            "billing",
            "budgets",
            "ce",
            "iam",
            "invoicing",
            "networkmanager",
            "notifications-contacts",
            "organizations",
            "payments",
            "route53",
            "support",
        ],
        "us-gov-west-1",
    ),
];
