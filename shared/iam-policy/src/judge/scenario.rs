//! What a holder who looks for a way can have in a request, and what it cannot.
//!
//! **The table** for identity policies: a condition confines a grant if the holder cannot satisfy it by choice.
//!
//! | key | assumed | because |
//! |---|---|---|
//! | `..ResourceTag/..`, `s3:ExistingObjectTag/..` | no value that a policy names | the tags of the target are not the holder's choice |
//! | `iam:PermissionsBoundary`, `iam:PolicyARN` | absent, or a policy that confines nothing | the holder would take another |
//! | `iam:PassedToService` | the service that is needed | only that one gives the role's permissions away |
//! | `kms:ViaService`, `kms:EncryptionContext..` | absent, or no value that a policy names | the data is not the holder's |
//! | `aws:RequestTag/..`, `aws:TagKeys` of IAM's own actions | absent | the judged ones carry none |
//! | keys of another service | absent | a request carries keys of its own service only |
//! | `aws:CurrentTime`, `aws:TokenIssueTime`, .. | later than this crate | time passes |
//! | `aws:PrincipalAccount`, `aws:ResourceAccount` | the account | both are the holder's own |
//! | all others: `aws:SourceIp`, `aws:MultiFactorAuthPresent`, `aws:RequestedRegion`, `aws:CalledVia`, .. | anything | the holder, or whoever writes the policy, chooses |

use super::admin::ADMINISTRATOR_POLICIES;
use crate::solve::{Formula, KeyTest};
use crate::zone::TrustZone;

/// A value that no policy names.
const UNNAMED: &str = "example-unnamed";

/// No request is older than this crate.
const EARLIEST: &str = "2026-01-01T00:00:00Z";

/// Prefixes of keys that only requests to the same service carry.
const OF_ONE_SERVICE: [&str; 12] =
    ["iam", "ec2", "s3", "kms", "lambda", "rds", "dynamodb", "ssm", "secretsmanager", "sns", "sqs", "organizations"];

/// Keys that say where the credentials come from, whatever service is asked.
const OF_CREDENTIALS: [&str; 5] = [
    "ec2:sourceinstancearn",
    "ec2:roledelivery",
    "ec2:instanceprofile",
    "lambda:sourcefunctionarn",
    "ssm:sourceinstancearn",
];

/// One way to use one action.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scenario<'a> {
    /// In lower case.
    pub(super) action: &'a str,
    /// For `iam:PassRole`: the services that will do; empty: any.
    pub(super) passed_to: &'a [&'a str],
}

/// What can be in a request.
enum Assumed {
    Anything,
    Nothing,
    /// One of these, or nothing.
    Among(Vec<String>),
    /// A time that is not past.
    Now,
}

impl<'a> Scenario<'a> {
    pub(super) fn of(action: &'a str) -> Self {
        Self { action, passed_to: &[] }
    }

    /// The assumption on a key (in lower case), as tests of that key.
    pub(super) fn assumption(&self, key: &str, zone: &TrustZone, test: &mut dyn FnMut(KeyTest) -> Formula) -> Formula {
        match self.assumed(key, zone) {
            Assumed::Anything => Formula::TRUE,
            Assumed::Nothing => test(KeyTest::is_absent()),
            Assumed::Among(values) => test(KeyTest::among_if_exists(values)),
            Assumed::Now => test(KeyTest::after_if_exists(EARLIEST)),
        }
    }

    fn assumed(&self, key: &str, zone: &TrustZone) -> Assumed {
        let service = self.action.split(':').next().unwrap_or_default();
        let of_service = key.split(':').next().unwrap_or_default();
        let unnamed = || Assumed::Among(vec![UNNAMED.to_owned()]);
        if key.contains("resourcetag/") || key.starts_with("s3:existingobjecttag/") {
            return unnamed();
        }
        if of_service != service && OF_ONE_SERVICE.contains(&of_service) && !OF_CREDENTIALS.contains(&key) {
            return Assumed::Nothing;
        }
        match key {
            "aws:currenttime" | "aws:epochtime" | "aws:tokenissuetime" => Assumed::Now,
            "iam:passedtoservice" if self.action != "iam:passrole" => Assumed::Nothing,
            "iam:passedtoservice" if self.passed_to.is_empty() => Assumed::Anything,
            "iam:passedtoservice" => Assumed::Among(self.passed_to.iter().map(|s| (*s).to_owned()).collect()),
            "iam:permissionsboundary" => Assumed::Among(administrator_policies(zone)),
            "iam:policyarn" if self.action.starts_with("iam:attach") => Assumed::Among(administrator_policies(zone)),
            "iam:policyarn" => Assumed::Nothing,
            "kms:viaservice" | "kms:calleraccount" | "kms:grantisforawsresource" => Assumed::Nothing,
            "kms:resourcealiases" | "kms:requestalias" => unnamed(),
            _ if key.starts_with("kms:encryptioncontext") => unnamed(),
            _ if service == "iam" && (key.starts_with("aws:requesttag/") || key == "aws:tagkeys") => Assumed::Nothing,
            _ => Assumed::Anything,
        }
    }
}

/// Policies that confine nothing, and one that the holder wrote.
fn administrator_policies(zone: &TrustZone) -> Vec<String> {
    let managed = ADMINISTRATOR_POLICIES.iter().map(|name| format!("arn:{}:iam::aws:{name}", zone.partition));
    managed.chain([format!("arn:{}:iam::{}:policy/{UNNAMED}", zone.partition, zone.account)]).collect()
}
