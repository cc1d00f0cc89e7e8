//! **The table** of what opens a resource to others.
//!
//! Whoever writes who may read something can read it. Each action of the catalogue that manages permissions is decided in
//! `ways/permissions.jsonl`, with AWS's sentence; these are the ones that count, because one of them alone shows contents, or what there is, to
//! others, or lets them write or call.

/// As AWS spells them.
pub(in crate::judge) const EXPOSURES: [&str; 69] = [
    "acm-pca:PutPolicy",
    "aoss:CreateAccessPolicy",
    "aoss:UpdateAccessPolicy",
    "appstream:UpdateImagePermissions",
    "backup:PutBackupVaultAccessPolicy",
    "cloudsearch:UpdateServiceAccessPolicies",
    "cloudtrail:PutResourcePolicy",
    "codeartifact:PutDomainPermissionsPolicy",
    "codeartifact:PutRepositoryPermissionsPolicy",
    "dsql:PutClusterPolicy",
    "dynamodb:PutResourcePolicy",
    "ec2:ModifyFpgaImageAttribute",
    "ec2:ModifyImageAttribute",
    "ec2:ModifySnapshotAttribute",
    "ecr:PutRegistryPolicy",
    "ecr:PutReplicationConfiguration",
    "ecr:SetRepositoryPolicy",
    "elasticfilesystem:PutFileSystemPolicy",
    "es:UpdateDomainConfig",
    "es:UpdateElasticsearchDomainConfig",
    "events:PutPermission",
    "glacier:SetVaultAccessPolicy",
    "glue:PutResourcePolicy",
    "kafka:PutClusterPolicy",
    "kinesis:PutResourcePolicy",
    "lakeformation:BatchGrantPermissions",
    "lakeformation:GrantPermissions",
    "lambda:AddLayerVersionPermission",
    "lambda:AddPermission",
    "lambda:PutResourcePolicy",
    "lightsail:UpdateBucket",
    "logs:PutSubscriptionFilter",
    "mediastore:PutContainerPolicy",
    "omics:PutS3AccessPolicy",
    "ram:AssociateResourceShare",
    "ram:CreateResourceShare",
    "rds:ModifyDBClusterSnapshotAttribute",
    "rds:ModifyDBSnapshotAttribute",
    "redshift-serverless:PutResourcePolicy",
    "redshift:AuthorizeDataShare",
    "redshift:AuthorizeSnapshotAccess",
    "redshift:PutResourcePolicy",
    "s3-outposts:PutAccessPointPolicy",
    "s3-outposts:PutBucketPolicy",
    "s3:CreateAccessGrant",
    "s3:PutAccessPointPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutInventoryConfiguration",
    "s3:PutMultiRegionAccessPointPolicy",
    "s3:PutObjectAcl",
    "s3:PutObjectVersionAcl",
    "s3:PutReplicationConfiguration",
    "s3express:PutAccessPointPolicy",
    "s3express:PutBucketPolicy",
    "s3express:PutInventoryConfiguration",
    "s3files:PutFileSystemPolicy",
    "s3tables:PutTableBucketPolicy",
    "s3tables:PutTablePolicy",
    "s3vectors:PutVectorBucketPolicy",
    "sagemaker:PutModelPackageGroupPolicy",
    "secretsmanager:PutResourcePolicy",
    "sns:AddPermission",
    "sns:SetTopicAttributes",
    "sqs:AddPermission",
    "sqs:SetQueueAttributes",
    "ssm:ModifyDocumentPermission",
    "ssm:PutResourcePolicy",
    "workspaces:UpdateWorkspaceImagePermission",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{self, AccessLevel};
    use serde_json::Value;
    use std::collections::BTreeMap;

    fn decided() -> BTreeMap<String, Value> {
        let row = |line: &str| serde_json::from_str::<Value>(line).expect("a row");
        let rows = include_str!("../../../ways/permissions.jsonl").lines().map(row);
        rows.map(|row| (row["action"].as_str().expect("an action").to_owned(), row)).collect()
    }

    #[test]
    fn each_action_that_manages_permissions_is_decided() {
        let decided = decided();
        let managing =
            catalogue::all().into_iter().filter(|id| id.access_level() == AccessLevel::PermissionsManagement);
        let open: Vec<String> = managing.map(|id| id.full_name()).filter(|name| !decided.contains_key(name)).collect();
        assert_eq!(open, Vec::<String>::new());
        for (action, row) in decided {
            let is_known = ["exposes", "power", "closes", "neither"].iter().any(|known| row["decided"] == *known);
            assert!(is_known && row["why"].as_str().is_some_and(|why| !why.is_empty()), "{action}");
            assert_eq!(catalogue::find(&action).map(|id| id.full_name()), Some(action));
        }
    }

    #[test]
    fn those_that_count_expose() {
        let decided = decided();
        let counting = decided.iter().filter(|(_, row)| row["judged"] == true);
        let counting: Vec<&str> = counting.map(|(action, _)| action.as_str()).collect();
        assert_eq!(counting, EXPOSURES);
        for action in EXPOSURES {
            assert_eq!(decided[action]["decided"], "exposes", "{action}");
            assert!(decided[action]["says"].as_str().is_some_and(|says| !says.is_empty()), "{action}");
        }
    }
}
