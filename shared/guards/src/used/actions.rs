//! Which IAM actions an event of CloudTrail stands for.
//!
//! Most events are named as the action is that allows them. Those that are not stand in a table here, after two public ones: `aws/map.json` of
//! github.com/iann0036/iam-dataset (MIT), which maps calls of the SDKs to actions, and the record types of
//! github.com/flosell/trailscraper (Apache-2.0), which maps events. What is in neither, and is no action of the catalogue, is not mapped: of
//! such an event it is not known what allows it.

use iam_policy::catalogue;

/// Sources whose first word is not the prefix of the service's actions.
const PREFIXES: &[(&str, &str)] = &[
    ("appstream2.amazonaws.com", "appstream"),
    ("models.lex.amazonaws.com", "lex"),
    ("monitoring.amazonaws.com", "cloudwatch"),
    ("mturk-requester.amazonaws.com", "mechanicalturk"),
    ("runtime.lex.amazonaws.com", "lex"),
    ("streams.dynamodb.amazonaws.com", "dynamodb"),
    ("tagging.amazonaws.com", "tag"),
];

/// Events that are not named as what allows them, by service, sorted. None: nothing has to allow it.
const EVENTS: &[(&str, &str, &[&str])] = &[
    ("budgets", "CreateBudget", &["ModifyBudget"]),
    ("budgets", "CreateNotification", &["ModifyBudget"]),
    ("budgets", "CreateSubscriber", &["ModifyBudget"]),
    ("budgets", "DeleteBudget", &["ModifyBudget"]),
    ("budgets", "DeleteNotification", &["ModifyBudget"]),
    ("budgets", "DeleteSubscriber", &["ModifyBudget"]),
    ("budgets", "DescribeBudget", &["ViewBudget"]),
    ("budgets", "DescribeBudgetPerformanceHistory", &["ViewBudget"]),
    ("budgets", "DescribeBudgets", &["ViewBudget"]),
    ("budgets", "DescribeNotificationsForBudget", &["ViewBudget"]),
    ("budgets", "DescribeSubscribersForNotification", &["ViewBudget"]),
    ("budgets", "UpdateBudget", &["ModifyBudget"]),
    ("budgets", "UpdateNotification", &["ModifyBudget"]),
    ("budgets", "UpdateSubscriber", &["ModifyBudget"]),
    ("dynamodb", "DescribeEndpoints", &[]),
    ("dynamodb", "TransactGetItems", &["GetItem"]),
    ("glue", "BatchUpdatePartition", &["UpdatePartition"]),
    ("glue", "CreatePartitionIndex", &["UpdateTable"]),
    ("glue", "DeleteColumnStatisticsForPartition", &["UpdatePartition"]),
    ("glue", "DeleteColumnStatisticsForTable", &["UpdateTable"]),
    ("glue", "DeletePartitionIndex", &["UpdateTable"]),
    ("glue", "GetColumnStatisticsForPartition", &["GetPartition"]),
    ("glue", "GetColumnStatisticsForTable", &["GetTable"]),
    ("glue", "GetPartitionIndexes", &["GetTable"]),
    ("kms", "ReEncrypt", &["ReEncryptFrom", "ReEncryptTo"]),
    ("lambda", "GetLayerVersionByArn", &["GetLayerVersion"]),
    ("lambda", "Invoke", &["InvokeFunction"]),
    ("lambda", "InvokeWithResponseStream", &["InvokeFunction"]),
    ("s3", "CompleteMultipartUpload", &["PutObject"]),
    ("s3", "CopyObject", &["PutObject"]),
    ("s3", "CreateMultipartUpload", &["PutObject"]),
    ("s3", "DeleteAccountPublicAccessBlock", &["PutAccountPublicAccessBlock"]),
    ("s3", "DeleteBucketAnalyticsConfiguration", &["PutAnalyticsConfiguration"]),
    ("s3", "DeleteBucketCors", &["PutBucketCORS"]),
    ("s3", "DeleteBucketEncryption", &["PutEncryptionConfiguration"]),
    ("s3", "DeleteBucketInventoryConfiguration", &["PutInventoryConfiguration"]),
    ("s3", "DeleteBucketLifecycle", &["PutLifecycleConfiguration"]),
    ("s3", "DeleteBucketMetricsConfiguration", &["PutMetricsConfiguration"]),
    ("s3", "DeleteBucketPublicAccessBlock", &["PutBucketPublicAccessBlock"]),
    ("s3", "DeleteBucketReplication", &["PutReplicationConfiguration"]),
    ("s3", "DeleteBucketTagging", &["PutBucketTagging"]),
    ("s3", "DeleteObjects", &["DeleteObject"]),
    ("s3", "DeletePublicAccessBlock", &["PutBucketPublicAccessBlock"]),
    ("s3", "GetBucketAccelerateConfiguration", &["GetAccelerateConfiguration"]),
    ("s3", "GetBucketAnalyticsConfiguration", &["GetAnalyticsConfiguration"]),
    ("s3", "GetBucketEncryption", &["GetEncryptionConfiguration"]),
    ("s3", "GetBucketIntelligentTieringConfiguration", &["GetIntelligentTieringConfiguration"]),
    ("s3", "GetBucketInventoryConfiguration", &["GetInventoryConfiguration"]),
    ("s3", "GetBucketLifecycle", &["GetLifecycleConfiguration"]),
    ("s3", "GetBucketLifecycleConfiguration", &["GetLifecycleConfiguration"]),
    ("s3", "GetBucketMetricsConfiguration", &["GetMetricsConfiguration"]),
    ("s3", "GetBucketNotificationConfiguration", &["GetBucketNotification"]),
    ("s3", "GetBucketReplication", &["GetReplicationConfiguration"]),
    ("s3", "GetPublicAccessBlock", &["GetBucketPublicAccessBlock"]),
    ("s3", "HeadBucket", &["ListBucket"]),
    ("s3", "HeadObject", &["GetObject"]),
    ("s3", "ListBucketAnalyticsConfigurations", &["GetAnalyticsConfiguration"]),
    ("s3", "ListBucketInventoryConfigurations", &["GetInventoryConfiguration"]),
    ("s3", "ListBucketMetricsConfigurations", &["GetMetricsConfiguration"]),
    ("s3", "ListBuckets", &["ListAllMyBuckets"]),
    ("s3", "ListMultipartUploads", &["ListBucketMultipartUploads"]),
    ("s3", "ListObjectVersions", &["ListBucketVersions"]),
    ("s3", "ListObjects", &["ListBucket"]),
    ("s3", "ListObjectsV2", &["ListBucket"]),
    ("s3", "ListParts", &["ListMultipartUploadParts"]),
    ("s3", "PutBucketAccelerateConfiguration", &["PutAccelerateConfiguration"]),
    ("s3", "PutBucketAnalyticsConfiguration", &["PutAnalyticsConfiguration"]),
    ("s3", "PutBucketEncryption", &["PutEncryptionConfiguration"]),
    ("s3", "PutBucketInventoryConfiguration", &["PutInventoryConfiguration"]),
    ("s3", "PutBucketLifecycle", &["PutLifecycleConfiguration"]),
    ("s3", "PutBucketLifecycleConfiguration", &["PutLifecycleConfiguration"]),
    ("s3", "PutBucketMetricsConfiguration", &["PutMetricsConfiguration"]),
    ("s3", "PutBucketNotificationConfiguration", &["PutBucketNotification"]),
    ("s3", "PutBucketReplication", &["PutReplicationConfiguration"]),
    ("s3", "PutPublicAccessBlock", &["PutBucketPublicAccessBlock"]),
    ("s3", "SelectObjectContent", &["GetObject"]),
    ("s3", "UploadPart", &["PutObject"]),
    ("s3", "UploadPartCopy", &["PutObject"]),
    // `sdk_permissionless_actions` of iam-dataset.
    ("sts", "GetCallerIdentity", &[]),
    ("sts", "GetSessionToken", &[]),
];

/// The whole names of the actions that an event stands for, as the catalogue spells them: `s3:GetObject`. None of them: nothing has to allow it.
/// `None`: it is not known.
#[must_use]
pub fn actions(source: &str, event: &str) -> Option<Vec<String>> {
    let prefix = prefix_of(source)?;
    let whole = |action: &str| catalogue::find(&format!("{prefix}:{action}")).map(|id| id.full_name());
    let at = EVENTS.binary_search_by(|(service, name, _)| (*service, *name).cmp(&(prefix, event)));
    if let Some((_, _, names)) = at.ok().and_then(|at| EVENTS.get(at)) {
        return names.iter().map(|name| whole(name)).collect();
    }
    // Its own name first: one that ends in digits may be whole.
    whole(event).or_else(|| whole(unversioned(event)?)).map(|action| vec![action])
}

/// The prefix of a service's actions, by the source of its events. `None`: the catalogue has no such service.
#[must_use]
pub fn prefix_of(source: &str) -> Option<&str> {
    let special = PREFIXES.binary_search_by(|(name, _)| (*name).cmp(source)).ok().and_then(|at| PREFIXES.get(at));
    let prefix = match special {
        Some((_, prefix)) => prefix,
        None => source.split_once('.')?.0,
    };
    (!catalogue::actions_of(prefix).is_empty()).then_some(prefix)
}

/// The name without the version of the API that some services add to it: `UpdateFunctionCode20150331v2`, `CreateDistribution2020_05_31`.
/// `None`: it has none.
fn unversioned(event: &str) -> Option<&str> {
    const DATE_DIGITS: usize = 8;
    let bare = match event.rsplit_once('v') {
        Some((bare, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => bare,
        _ => event,
    };
    let name = bare.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    let digits = bare.get(name.len()..)?.bytes().filter(u8::is_ascii_digit).count();
    (digits == DATE_DIGITS && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line a case: the source's first word and the event, and what has to be allowed for it.
    fn check(source: &str, event: &str, expected: Option<&[&str]>) {
        let found = actions(&format!("{source}.amazonaws.com"), event);
        let expected = expected.map(|names| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(found, expected, "{source} {event}");
    }

    #[test]
    fn events_stand_for_actions() {
        check("iam", "PutRolePolicy", Some(&["iam:PutRolePolicy"]));
        check("s3", "GetObject", Some(&["s3:GetObject"]));
        check("s3", "ListBuckets", Some(&["s3:ListAllMyBuckets"]));
        check("s3", "ListObjects", Some(&["s3:ListBucket"]));
        check("s3", "ListObjectsV2", Some(&["s3:ListBucket"]));
        check("s3", "HeadObject", Some(&["s3:GetObject"]));
        check("s3", "HeadBucket", Some(&["s3:ListBucket"]));
        check("s3", "CompleteMultipartUpload", Some(&["s3:PutObject"]));
        check("s3", "DeleteObjects", Some(&["s3:DeleteObject"]));
        check("s3", "GetBucketEncryption", Some(&["s3:GetEncryptionConfiguration"]));
        check("s3", "PutBucketLifecycle", Some(&["s3:PutLifecycleConfiguration"]));
        check("s3", "PutBucketCors", Some(&["s3:PutBucketCORS"]));
        check("s3", "GetBucketPublicAccessBlock", Some(&["s3:GetBucketPublicAccessBlock"]));
        check("kms", "ReEncrypt", Some(&["kms:ReEncryptFrom", "kms:ReEncryptTo"]));
        check("lambda", "Invoke", Some(&["lambda:InvokeFunction"]));
        check("lambda", "CreateFunction20150331", Some(&["lambda:CreateFunction"]));
        check("lambda", "UpdateFunctionCode20150331v2", Some(&["lambda:UpdateFunctionCode"]));
        check("cloudfront", "CreateDistribution2020_05_31", Some(&["cloudfront:CreateDistribution"]));
        check("monitoring", "PutMetricAlarm", Some(&["cloudwatch:PutMetricAlarm"]));
        check("tagging", "GetResources", Some(&["tag:GetResources"]));
        check("sts", "AssumeRole", Some(&["sts:AssumeRole"]));
    }

    #[test]
    fn nothing_has_to_allow_some() {
        check("sts", "GetCallerIdentity", Some(&[]));
        check("sts", "GetSessionToken", Some(&[]));
    }

    /// What is not mapped is not known, and is not the action of another service or of no service.
    #[test]
    fn what_is_not_mapped_is_not_known() {
        check("s3", "GetStorageLensDashboardDataInternal", None);
        check("dynamodb", "ExecuteStatement", None);
        check("signin", "CheckMfa", None);
        check("nosuchservice", "GetObject", None);
        assert_eq!(actions("s3", "GetObject"), None, "a source has a domain");
        assert_eq!(actions("", ""), None);
        assert_eq!(actions("s3.amazonaws.com", "20150331"), None);
        assert_eq!(actions("s3.amazonaws.com", "*"), None);
    }

    #[test]
    fn the_tables_are_sorted_and_of_the_catalogue() {
        assert!(PREFIXES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(EVENTS.windows(2).all(|pair| (pair[0].0, pair[0].1) < (pair[1].0, pair[1].1)));
        for (source, prefix) in PREFIXES {
            assert_eq!(prefix_of(source), Some(*prefix));
        }
        for (service, event, names) in EVENTS {
            for name in *names {
                assert!(catalogue::find(&format!("{service}:{name}")).is_some(), "{service} {event}: {name}");
            }
        }
    }
}
