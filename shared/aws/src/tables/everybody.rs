//! What the list of everybody tells of each, and how it is handed out page by page.

use parapet_guards::ResourceKind;

use super::answers::iam;
use super::run::Account;

/// A role of AWS's own and one of the account's; a user, and the younger group that it is in.
const DETAILS: &str = concat!(
    "<UserDetailList><member><UserName>alice</UserName><UserId>AIDAALICE</UserId><CreateDate>2025-03-01T10:00:00Z</CreateDate>",
    "<GroupList><member>staff</member></GroupList></member>",
    "<member><UserName>bob</UserName><UserId>AIDABOB</UserId><CreateDate>2025-03-05T10:00:00Z</CreateDate>",
    "<GroupList><member>staff</member></GroupList></member></UserDetailList>",
    "<RoleDetailList>",
    "<member><RoleName>app</RoleName><RoleId>AROAAPP</RoleId><Path>/service-role/</Path><CreateDate>2025-03-02T10:00:00Z</CreateDate>",
    "<AssumeRolePolicyDocument>%7B%22Statement%22%3A%5B%5D%7D</AssumeRolePolicyDocument></member>",
    "<member><RoleName>AWSServiceRoleForX</RoleName><RoleId>AROAX</RoleId><Path>/aws-service-role/x.amazonaws.com/</Path>",
    "<CreateDate>2025-03-02T10:00:00Z</CreateDate>",
    "<AssumeRolePolicyDocument>%7B%22Statement%22%3A%5B%5D%7D</AssumeRolePolicyDocument></member></RoleDetailList>",
    "<GroupDetailList><member><GroupName>staff</GroupName><GroupId>AGPASTAFF</GroupId>",
    "<CreateDate>2025-03-03T10:00:00Z</CreateDate><AttachedManagedPolicies></AttachedManagedPolicies></member></GroupDetailList>",
);

/// The line that is told of a facet of the resource of these words.
fn told(kind: ResourceKind, resource: &str) -> String {
    let (listed, _) = Account::new().list(kind, vec![iam("GetAccountAuthorizationDetails", DETAILS)]);
    let listed = listed.unwrap();
    let at = listed.iter().position(|line| line == resource).unwrap_or_else(|| panic!("{resource}: {listed:#?}"));
    listed[at + 1].trim().to_owned()
}

/// What is AWS's own no guard may change, and a listing must not say otherwise.
#[test]
fn a_role_of_awss_own_is_told_as_one() {
    for (role, is_of_aws) in [("app", false), ("AWSServiceRoleForX", true)] {
        let line = told(ResourceKind::Role, &format!("role `{role}`"));
        assert!(line.contains(&format!(r#""service_linked":{is_of_aws}"#)), "{line}");
    }
}

/// Either of a membership may be another than before: the younger one tells it from an earlier.
#[test]
fn a_membership_is_as_young_as_the_younger_of_the_two() {
    const DAY: i64 = 24 * 60 * 60;
    const FIRST_OF_MARCH: i64 = 1_740_823_200;
    for (user, created) in [("alice", FIRST_OF_MARCH + 2 * DAY), ("bob", FIRST_OF_MARCH + 4 * DAY)] {
        let line = told(ResourceKind::Membership, &format!("membership of `{user}` in group `staff`"));
        assert!(line.ends_with(&format!(r#"of {{"created":{created}}}"#)), "{line}");
    }
}

/// Everybody once, whatever a page begins and ends with, and no page with nobody on it.
#[test]
fn everybody_is_handed_out_once() {
    for (groups, expected) in
        [(0, vec![0]), (1, vec![1]), (1_000, vec![1_000]), (1_001, vec![1_000, 1]), (2_001, vec![1_000, 1_000, 1])]
    {
        let group =
            |number| format!("<member><GroupName>g{number}</GroupName><GroupId>AGPA{number}</GroupId></member>");
        let details = format!("<GroupDetailList>{}</GroupDetailList>", (0..groups).map(group).collect::<String>());
        let answers = vec![iam("GetAccountAuthorizationDetails", &details)];
        let pages = Account::new().pages(ResourceKind::Principal, answers);
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), expected);
        let mut all: Vec<String> = pages.concat();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), groups);
    }
}
