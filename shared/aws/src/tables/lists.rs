//! What is listed where an event names no resource.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use parapet_core::ErrorKind;
use parapet_guards::{Facet, Mark, ResourceKind};

use super::Look;
use super::answers::{documented, iam, recorded, refused};
use super::run::Account;
use crate::replay::Answer;

/// Everybody, in two pages: what they hold is on the second one.
const HOLDERS: &str = concat!(
    "<UserDetailList><member><UserName>alice</UserName><UserId>AIDAALICE</UserId><CreateDate>2025-03-01T10:00:00Z</CreateDate>",
    "<GroupList><member>staff</member></GroupList>",
    "<UserPolicyList><member><PolicyName>inline</PolicyName><PolicyDocument>",
    "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AGetObject%22%2C%22Resource%22%3A%22%2A%22%7D%7D",
    "</PolicyDocument></member><member><PolicyName>odd</PolicyName><PolicyDocument>%7B</PolicyDocument></member></UserPolicyList>",
    "<AttachedManagedPolicies><member><PolicyArn>arn:aws:iam::aws:policy/ReadOnlyAccess</PolicyArn></member></AttachedManagedPolicies>",
    "<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>",
    "<PermissionsBoundaryArn>arn:aws:iam::644160558196:policy/p</PermissionsBoundaryArn></PermissionsBoundary></member></UserDetailList>",
    "<RoleDetailList><member><RoleName>app</RoleName><RoleId>AROAAPP</RoleId><Path>/</Path><CreateDate>2025-03-02T10:00:00Z</CreateDate>",
    "<AssumeRolePolicyDocument>",
    "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22ec2.amazonaws.com%22%7D%2C",
    "%22Action%22%3A%22sts%3AAssumeRole%22%7D%7D</AssumeRolePolicyDocument>",
    "<AttachedManagedPolicies><member><PolicyArn>arn:aws:iam::644160558196:policy/p</PolicyArn></member></AttachedManagedPolicies>",
    "</member></RoleDetailList>",
    "<GroupDetailList><member><GroupName>staff</GroupName><GroupId>AGPASTAFF</GroupId><CreateDate>2025-03-03T10:00:00Z</CreateDate>",
    "<AttachedManagedPolicies><member><PolicyArn>arn:aws:iam::aws:policy/NotTold</PolicyArn></member></AttachedManagedPolicies>",
    "</member></GroupDetailList>",
);
const POLICIES: &str = concat!(
    "<Policies><member><Arn>arn:aws:iam::644160558196:policy/p</Arn><PolicyId>ANPAP</PolicyId><DefaultVersionId>v10</DefaultVersionId>",
    "<CreateDate>2025-03-04T10:00:00Z</CreateDate><PolicyVersionList>",
    "<member><VersionId>v10</VersionId><IsDefaultVersion>true</IsDefaultVersion><Document>",
    "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22sqs%3ASendMessage%22%2C%22Resource%22%3A%22%2A%22%7D%7D",
    "</Document></member><member><VersionId>v9</VersionId><Document>%7B%7D</Document></member></PolicyVersionList></member>",
    "<member><Arn>arn:aws:iam::aws:policy/ReadOnlyAccess</Arn><PolicyId>ANPAR</PolicyId><DefaultVersionId>v1</DefaultVersionId>",
    "<PolicyVersionList><member><VersionId>v1</VersionId><IsDefaultVersion>true</IsDefaultVersion><Document>",
    "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AList%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D",
    "</Document></member></PolicyVersionList></member></Policies>",
);

/// The answers by which the resources of a kind are listed, over two pages where the call has pages.
pub(super) fn look(kind: ResourceKind) -> Look {
    let details = |details: &str| iam("GetAccountAuthorizationDetails", details);
    const MORE: &str = "<IsTruncated>true</IsTruncated><Marker>page-2</Marker>";
    let aliases = || {
        documented(
            "ListAliases",
            r#"{"Aliases":[{"AliasName":"alias/parapet-ml","TargetKeyId":"ours"},{"AliasName":"alias/no-key"}],"Truncated":true,"NextMarker":"page-2"}"#,
        )
    };
    match kind {
        ResourceKind::Account
        | ResourceKind::DelegatedAdmin
        | ResourceKind::OwnRole
        | ResourceKind::RecordedPolicy
        | ResourceKind::RootSession => Vec::new(),
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
            aliases(),
            recorded("ListAliases", "test_account_disable_ebs_encrypt#1"),
            documented(
                "ListKeys",
                r#"{"Keys":[{"KeyId":"ours"},{"KeyId":"798bc4bb-3079-4a9a-bc27-2c7f2b6c91d0"}],"Truncated":true,"NextMarker":"page-2"}"#,
            ),
            aliases(),
            recorded("ListAliases", "test_account_disable_ebs_encrypt#1"),
            recorded("ListKeys", "test_backup_vault_kms_filter#1"),
        ],
        ResourceKind::Role
        | ResourceKind::ManagedPolicy
        | ResourceKind::Membership
        | ResourceKind::InlinePolicy
        | ResourceKind::Attachment
        | ResourceKind::Principal => vec![details(&format!("{HOLDERS}{MORE}")), details(POLICIES)],
        ResourceKind::IdentityProvider => vec![
            recorded("ListSAMLProviders", "iam_delete_provider_saml#1"),
            recorded("ListOpenIDConnectProviders", "iam_delete_provider_oidc#1"),
        ],
        ResourceKind::InstanceProfile => {
            let profile = |name: &str, roles: &str| {
                format!(
                    "<InstanceProfiles><member><InstanceProfileName>{name}</InstanceProfileName><InstanceProfileId>AIPA1</InstanceProfileId>\
                     <CreateDate>2022-11-17T01:38:57Z</CreateDate><Roles>{roles}</Roles></member></InstanceProfiles>"
                )
            };
            let app = "<member><RoleName>app</RoleName><RoleId>AROA1</RoleId></member>";
            vec![
                iam("ListInstanceProfiles", &format!("{}{MORE}", profile("build", ""))),
                iam("ListInstanceProfiles", &profile("web", app)),
            ]
        }
        ResourceKind::Repository => vec![
            documented(
                "DescribeRepositories",
                r#"{"repositories":[{"repositoryName":"ml/training"}],"nextToken":"page-2"}"#,
            ),
            recorded("DescribeRepositories", "test_ecr_metrics_filter#1"),
        ],
        ResourceKind::Trail => vec![recorded("DescribeTrails", "test_account_data_events#1")],
        ResourceKind::LakeResource => {
            let arn = |path: &str| format!("arn:aws:cloudtrail:us-east-1:644160558196:{path}");
            let stores = |path: &str, more: &str| {
                let body = format!(r#"{{"EventDataStores":[{{"EventDataStoreArn":"{}"}}]{more}}}"#, arn(path));
                documented("ListEventDataStores", &body)
            };
            let channels = |path: &str, more: &str| {
                documented(
                    "ListChannels",
                    &format!(r#"{{"Channels":[{{"ChannelArn":"{}","Name":"n"}}]{more}}}"#, arn(path)),
                )
            };
            let dashboards = |path: &str, more: &str| {
                let body = format!(r#"{{"Dashboards":[{{"DashboardArn":"{}","Type":"CUSTOM"}}]{more}}}"#, arn(path));
                documented("ListDashboards", &body)
            };
            const MORE: &str = r#","NextToken":"page-2""#;
            let foreign = r#"{"EventDataStores":[{"EventDataStoreArn":"arn:aws:cloudtrail:us-east-1:444455556666:eventdatastore/of-the-organization"}]}"#;
            vec![
                stores("eventdatastore/own", MORE),
                documented("ListEventDataStores", foreign),
                channels("channel/one", MORE),
                channels("channel/two", ""),
                dashboards("dashboard/one", MORE),
                dashboards("dashboard/two", ""),
            ]
        }
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
        let _ = writeln!(text, "    = {}", listed.unwrap().join("\n      "));
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
    // Of CloudTrail Lake one list that is denied keeps none of the others.
    for kind in kinds().into_iter().filter(|kind| *kind != ResourceKind::LakeResource) {
        for index in 0..look(kind).len() {
            let mut look = look(kind);
            let answer = look.get_mut(index).unwrap();
            *answer = refused(&answer.operation, 403, "AccessDenied");
            let (listed, _) = account.list(kind, look);
            assert_eq!(listed.map_err(|error| error.kind), Err(ErrorKind::Denied), "{kind}, page {index}");
        }
    }
}

/// What the others have is looked at, and the list has failed all the same.
#[test]
fn a_denied_list_of_lake_hides_none_of_the_others() {
    let account = Account::new();
    let pages = |is_denied: fn(&str) -> bool| {
        let listed = look(ResourceKind::LakeResource);
        let (mut answers, mut again) = (Vec::new(), Vec::new());
        for answer in listed {
            let operation = answer.operation.clone();
            match is_denied(&operation) {
                false => answers.push(answer),
                // The first page of each is denied: the second is not asked for.
                true if again.iter().all(|denied: &Answer| denied.operation != operation) => {
                    answers.push(refused(&operation, 403, "AccessDenied"));
                    again.push(refused(&operation, 403, "AccessDenied"));
                }
                true => {}
            }
        }
        answers.extend(again.into_iter().take(1));
        account.pages_until(ResourceKind::LakeResource, answers)
    };
    for (is_denied, seen) in [
        (
            (|operation| operation == "ListChannels") as fn(&str) -> bool,
            vec!["event data store `own`", "dashboard `one`", "dashboard `two`"],
        ),
        (
            |operation| operation == "ListEventDataStores",
            vec!["channel `one`", "channel `two`", "dashboard `one`", "dashboard `two`"],
        ),
        (|operation| operation != "ListDashboards", vec!["dashboard `one`", "dashboard `two`"]),
    ] {
        let (listed, error) = pages(is_denied);
        assert_eq!(listed, seen);
        assert_eq!(error.map(|error| error.kind), Some(ErrorKind::Denied));
    }
}

/// What was not told is not nothing: it is left to a look.
#[test]
fn a_listing_without_its_lists_tells_less() {
    let told = |user: &str| {
        let user = format!("<UserDetailList><member><UserName>bob</UserName>{user}</member></UserDetailList>");
        let answers = vec![iam("GetAccountAuthorizationDetails", &user)];
        Account::new().list(ResourceKind::Principal, answers).0.unwrap().join("\n")
    };
    let (groups, attached) = ("<GroupList/>", "<AttachedManagedPolicies/>");
    assert!(told(&format!("{groups}{attached}")).contains("all policies"));
    assert!(!told(groups).contains("all policies"));
    assert!(!told(attached).contains("all policies"));
}

#[test]
fn a_listing_that_does_not_say_how_it_goes_on_is_none() {
    let answer = iam("GetAccountAuthorizationDetails", "<IsTruncated>true</IsTruncated>");
    let (listed, _) = Account::new().list(ResourceKind::Role, vec![answer]);
    assert_eq!(listed.map_err(|error| error.kind), Err(ErrorKind::Unreadable));
}

#[test]
fn a_list_goes_on_after_its_own_marks_alone() {
    let everybody = || vec![iam("GetAccountAuthorizationDetails", &format!("{HOLDERS}{POLICIES}"))];
    let after = |mark: &str| Account::new().list_from(ResourceKind::Role, Some(Mark(mark.to_owned())), everybody()).0;
    assert_eq!(after(r#"{"type":"role","name":"aaa"}"#).unwrap().len(), 2, "the role, and what was told of it");
    assert_eq!(after(r#"{"type":"role","name":"app"}"#).unwrap().len(), 0);
    for odd in ["", "page-2", r#"{"type":"bucket","name":"b"}"#] {
        assert_eq!(after(odd).unwrap_err().kind, ErrorKind::Invalid, "{odd}");
    }
}
