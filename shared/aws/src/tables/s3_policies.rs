//! The documents and lists of buckets and access points.

use parapet_core::ErrorKind;
use parapet_guards::{AccessPointPolicyAction, Acl, AclGrant, Action, BucketPolicyAction, Grantee, Put, Resource, on};

use super::answers::{but, document, documented, done, recorded, refused};
use super::s3::{access_point, bucket, no_bucket};
use super::{Table, nothing};

const POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}]}"#;

pub(super) fn bucket_policy() -> Table {
    let put = Action::BucketPolicy(BucketPolicyAction::PutBucketPolicy(document(POLICY)));
    of_policy(&put, Action::BucketPolicy(BucketPolicyAction::DeleteBucketPolicy))
}

pub(super) fn bucket_guard_access() -> Table {
    let put = Action::BucketGuardAccess(BucketPolicyAction::PutBucketPolicy(document(POLICY)));
    of_policy(&put, Action::BucketGuardAccess(BucketPolicyAction::DeleteBucketPolicy))
}

/// Two facets are about a bucket's policy.
fn of_policy(put: &Action, delete: Action) -> Table {
    const GET: &str = "GetBucketPolicy";
    let refusal = |status, code, kind| (put.clone(), vec![refused("PutBucketPolicy", status, code)], kind);
    Table {
        resource: bucket(),
        found: vec![
            vec![recorded(GET, "test_s3_encrypt_policy#1")],
            vec![recorded(GET, "test_s3_create#2")],
            vec![recorded(GET, "test_s3_encrypt_policy#3")],
        ],
        gone: no_bucket(GET),
        unknown: vec![vec![documented(GET, &POLICY.replace("s3:*", "s3:x-new"))]],
        pages: None,
        unreadable: vec![
            vec![documented(GET, "")],
            vec![documented(GET, &POLICY.replace("Deny", "x-new"))],
            vec![documented(GET, &POLICY.replace("2012-10-17", "x-new"))],
        ],
        also: Vec::new(),
        back: &[],
        writes: vec![(put.clone(), vec![done("PutBucketPolicy")]), (delete, vec![done("DeleteBucketPolicy")])],
        refusals: vec![
            refusal(409, "OperationAborted", ErrorKind::Conflict),
            refusal(403, "AccessDenied", ErrorKind::Denied),
            refusal(400, "MalformedPolicy", ErrorKind::Invalid),
            refusal(404, "NoSuchBucket", ErrorKind::Missing),
        ],
        exceptions: &[],
    }
}

pub(super) fn bucket_acl() -> Table {
    const GET: &str = "GetBucketAcl";
    let groups = recorded(GET, "test_s3_enable_logging#1");
    let everyone = recorded(GET, "test_s3_global_grants_filter#3");
    let grant = |grantee: Grantee| AclGrant { grantee, permission: "READ".to_owned() };
    let acl = Acl {
        owner: "c0ffee".to_owned(),
        grants: vec![
            grant(Grantee::Account("c0ffee".to_owned())),
            grant(Grantee::Group("http://acs.amazonaws.com/groups/s3/LogDelivery".to_owned())),
            grant(Grantee::Email("a@example.com".to_owned())),
        ],
    };
    let put = || Action::BucketAcl(Put(acl.clone()));
    let refusal = |status, code, kind| (put(), vec![refused("PutBucketAcl", status, code)], kind);
    Table {
        resource: bucket(),
        found: vec![
            vec![recorded(GET, "test_s3_dataaccesspointaccount_cross_account#1")],
            vec![groups.clone()],
            vec![everyone.clone()],
            vec![recorded(GET, "test_s3_grants#2")],
            vec![recorded(GET, "test_s3_normalize#1")],
        ],
        gone: no_bucket(GET),
        unknown: vec![
            vec![but(everyone.clone(), ">WRITE<", ">x-new<")],
            vec![but(everyone.clone(), "global/AllUsers", "global/x-new")],
        ],
        pages: None,
        unreadable: vec![
            vec![but(everyone.clone(), "<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI>", "")],
            vec![but(everyone.clone(), "<Permission>WRITE</Permission>", "")],
            vec![documented(GET, "<AccessControlPolicy><AccessControlList/></AccessControlPolicy>")],
        ],
        also: Vec::new(),
        back: &[],
        writes: vec![(put(), vec![done("PutBucketAcl")])],
        refusals: vec![
            refusal(400, "AccessControlListNotSupported", ErrorKind::Conflict),
            refusal(400, "InvalidRequest", ErrorKind::Invalid),
            refusal(403, "AccessDenied", ErrorKind::Denied),
        ],
        exceptions: &[],
    }
}

pub(super) fn access_point_policy() -> Table {
    of_access_point(Action::AccessPointPolicy)
}

pub(super) fn access_point_guard_access() -> Table {
    of_access_point(Action::AccessPointGuardAccess)
}

/// Two facets are about an access point's policy.
fn of_access_point(action: fn(AccessPointPolicyAction) -> Action) -> Table {
    const GET: &str = "GetAccessPointPolicy";
    let found = recorded(GET, "s3_access_point_query#2");
    let put = || action(AccessPointPolicyAction::PutAccessPointPolicy(document(POLICY)));
    let refusal = |status, code, kind| (put(), vec![refused("PutAccessPointPolicy", status, code)], kind);
    Table {
        resource: access_point(),
        found: vec![
            vec![found.clone()],
            vec![recorded(GET, "s3_access_point_query#1")],
            vec![documented(GET, "<GetAccessPointPolicyResult><Policy></Policy></GetAccessPointPolicyResult>")],
        ],
        gone: vec![vec![refused(GET, 404, "NoSuchAccessPoint")]],
        unknown: vec![vec![but(found.clone(), "s3:GetObject", "s3:x-new")]],
        pages: None,
        unreadable: vec![vec![but(found, "Allow", "x-new")]],
        also: Vec::new(),
        back: &[],
        writes: vec![
            (put(), vec![done("PutAccessPointPolicy")]),
            (action(AccessPointPolicyAction::DeleteAccessPointPolicy), vec![done("DeleteAccessPointPolicy")]),
        ],
        refusals: vec![
            refusal(404, "NoSuchAccessPoint", ErrorKind::Missing),
            refusal(403, "AccessDenied", ErrorKind::Denied),
            refusal(400, "MalformedPolicy", ErrorKind::Invalid),
        ],
        exceptions: &[],
    }
}

pub(super) fn recorded_access() -> Table {
    told_by_its_record("arn:aws:s3::644160558196:accesspoint/everywhere.mrap")
}

pub(super) fn recorded_directory() -> Table {
    told_by_its_record("arn:aws:s3express:us-east-1:644160558196:bucket/train--use1-az4--x-s3")
}

pub(super) fn recorded_tables() -> Table {
    told_by_its_record("arn:aws:s3tables:us-east-1:644160558196:bucket/features")
}

pub(super) fn recorded_vectors() -> Table {
    told_by_its_record("arn:aws:s3vectors:us-east-1:644160558196:bucket/embeddings")
}

/// Nothing is asked, and nothing said of it.
fn told_by_its_record(arn: &str) -> Table {
    Table {
        resource: Resource::RecordedPolicy(on::RecordedPolicy { arn: arn.to_owned() }),
        found: vec![Vec::new()],
        gone: nothing("nothing is asked"),
        unknown: nothing("nothing is asked"),
        pages: None,
        unreadable: nothing("nothing is asked"),
        also: Vec::new(),
        back: &[],
        writes: nothing("nothing can be written"),
        refusals: Vec::new(),
        exceptions: &[],
    }
}
