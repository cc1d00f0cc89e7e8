//! What is listed where an event names no resource.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use parapet_core::ErrorKind;
use parapet_guards::{Facet, ResourceKind};

use super::Look;
use super::answers::{documented, iam, recorded, refused};
use super::run::Account;

/// The answers by which the resources of a kind are listed, over two pages where the call has pages.
pub(super) fn look(kind: ResourceKind) -> Look {
    let details = |details: &str| iam("GetAccountAuthorizationDetails", details);
    const MORE: &str = "<IsTruncated>true</IsTruncated><Marker>page-2</Marker>";
    let holder = "<UserPolicyList><member><PolicyName>inline</PolicyName></member></UserPolicyList><AttachedManagedPolicies><member>\
        <PolicyArn>arn:aws:iam::aws:policy/AdministratorAccess</PolicyArn></member></AttachedManagedPolicies>";
    let user = format!(
        "<UserDetailList><member><UserName>alice</UserName><GroupList><member>staff</member></GroupList>{holder}</member></UserDetailList>"
    );
    let role = "<RoleDetailList><member><RoleName>app</RoleName></member></RoleDetailList>";
    let policy = "<Policies><member><Arn>arn:aws:iam::644160558196:policy/p</Arn></member></Policies>";
    match kind {
        ResourceKind::Account | ResourceKind::DelegatedAdmin => Vec::new(),
        ResourceKind::Bucket => vec![
            documented(
                "ListBuckets",
                "<ListAllMyBucketsResult><Buckets><Bucket><Name>first</Name></Bucket></Buckets>\
                <ContinuationToken>page-2</ContinuationToken></ListAllMyBucketsResult>",
            ),
            recorded("ListBuckets", "test_datalake_cross_account_deregister#1"),
        ],
        ResourceKind::AccessPoint => vec![
            documented(
                "ListAccessPoints",
                "<ListAccessPointsResult><AccessPointList><AccessPoint><Name>first</Name><NetworkOrigin>VPC</NetworkOrigin><Bucket>b</Bucket>\
                </AccessPoint></AccessPointList><NextToken>page-2</NextToken></ListAccessPointsResult>",
            ),
            recorded("ListAccessPoints", "s3_access_point_query#1"),
        ],
        ResourceKind::Key => vec![
            documented(
                "ListAliases",
                r#"{"Aliases":[{"AliasName":"alias/parapet-ml","TargetKeyId":"ours"},{"AliasName":"alias/no-key"}],"Truncated":true,"NextMarker":"page-2"}"#,
            ),
            recorded("ListAliases", "test_account_disable_ebs_encrypt#1"),
            documented(
                "ListKeys",
                r#"{"Keys":[{"KeyId":"ours"},{"KeyId":"798bc4bb-3079-4a9a-bc27-2c7f2b6c91d0"}],"Truncated":true,"NextMarker":"page-2"}"#,
            ),
            recorded("ListKeys", "test_backup_vault_kms_filter#1"),
        ],
        ResourceKind::Role => vec![details(&format!("{role}{MORE}")), details(role)],
        ResourceKind::ManagedPolicy => vec![details(&format!("{policy}{MORE}")), details(policy)],
        ResourceKind::Membership | ResourceKind::InlinePolicy | ResourceKind::Attachment | ResourceKind::Principal => {
            vec![details(&format!("{user}{MORE}")), details(&user)]
        }
        ResourceKind::IdentityProvider => vec![
            recorded("ListSAMLProviders", "iam_delete_provider_saml#1"),
            recorded("ListOpenIDConnectProviders", "iam_delete_provider_oidc#1"),
        ],
        ResourceKind::Repository => vec![
            documented(
                "DescribeRepositories",
                r#"{"repositories":[{"repositoryName":"ml/training"}],"nextToken":"page-2"}"#,
            ),
            recorded("DescribeRepositories", "test_ecr_metrics_filter#1"),
        ],
        ResourceKind::Trail => vec![recorded("DescribeTrails", "test_account_data_events#1")],
        ResourceKind::EventDataStore => vec![
            documented(
                "ListEventDataStores",
                r#"{"EventDataStores":[{"EventDataStoreArn":"arn:aws:cloudtrail:us-east-1:644160558196:eventdatastore/own"}],"NextToken":"page-2"}"#,
            ),
            documented(
                "ListEventDataStores",
                r#"{"EventDataStores":[{"EventDataStoreArn":"arn:aws:cloudtrail:us-east-1:444455556666:eventdatastore/of-the-organization"}]}"#,
            ),
        ],
    }
}

/// Every kind that some facet is of.
pub(super) fn kinds() -> BTreeSet<ResourceKind> {
    Facet::ALL.iter().map(|facet| facet.kind()).collect()
}

#[test]
fn every_page_is_listed() {
    let account = Account::new();
    let mut text = String::new();
    for kind in kinds() {
        let (listed, played) = account.list(kind, look(kind));
        let _ = writeln!(text, "{kind}");
        for asked in &played.asked {
            let _ = writeln!(text, "    > {asked}");
        }
        let _ = writeln!(text, "    = {}", listed.unwrap().join(", "));
        assert_eq!((&played.unanswered, &played.unasked), (&Vec::new(), &Vec::new()), "{kind}");
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("lists", text);
    });
}

/// A list that breaks off is none.
#[test]
fn a_denied_page_fails_the_list() {
    let account = Account::new();
    for kind in kinds() {
        for index in 0..look(kind).len() {
            let mut look = look(kind);
            let answer = look.get_mut(index).unwrap();
            *answer = refused(&answer.operation, 403, "AccessDenied");
            let (listed, _) = account.list(kind, look);
            assert_eq!(listed.map_err(|error| error.kind), Err(ErrorKind::Denied), "{kind}, page {index}");
        }
    }
}
