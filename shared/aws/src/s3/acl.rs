//! Access control lists.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types as s3;
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{Acl, AclGrant, Observed, Put, Resource, facets, on};

use super::{NO_BUCKET, grantee};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{broken, code, failed, written};
use crate::permissions::s3::{ACL, BLOCKS};
use crate::permissions::{Needs, Scope, need};

/// Reads a bucket's list; none: there is no such bucket.
pub(crate) async fn read(world: &AwsWorld<'_>, subject: &Resource, bucket: &str) -> Result<Option<Acl>, WorldError> {
    const STEP: &str = "read the access control list";
    let get = world.connection.s3().get_bucket_acl();
    let answer = match get.bucket(bucket).expected_bucket_owner(&world.home.account).send().await {
        Ok(answer) => answer,
        Err(error) if code(&error) == NO_BUCKET => return Ok(None),
        Err(error) => return Err(failed(STEP, subject, error)),
    };
    let grant = |grant: s3::Grant| {
        let permission = grant.permission?.as_str().to_owned();
        Some(AclGrant { grantee: grantee::of(grant.grantee?)?, permission })
    };
    let grants: Option<Vec<AclGrant>> = answer.grants.unwrap_or_default().into_iter().map(grant).collect();
    let acl = answer.owner.and_then(|owner| owner.id).zip(grants).map(|(owner, grants)| Acl { owner, grants });
    let unreadable =
        || broken(STEP, subject, ErrorKind::Unreadable, "it has no owner, or a grant to nobody".to_owned());
    acl.map(Some).ok_or_else(unreadable)
}

impl Adapter for facets::BucketAcl {
    const NEEDS: Needs = Needs {
        looks: &[ACL],
        ties: BLOCKS,
        writes: &[need("S3:PutBucketAcl", "s3:PutBucketAcl", Scope::Bucket)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        read(world, subject, bucket).await.map(|acl| acl.map(Observed::from))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        Put(desired): &Self::Action,
    ) -> Result<(), WorldError> {
        const STEP: &str = "write the access control list";
        let invalid = |error: BuildError| broken(STEP, subject, ErrorKind::Invalid, error.to_string());
        let grant = |grant: &AclGrant| {
            let permission = s3::Permission::from(grant.permission.as_str());
            Ok(s3::Grant::builder().grantee(grantee::to(&grant.grantee)?).permission(permission).build())
        };
        let grants: Result<Vec<_>, BuildError> = desired.grants.iter().map(grant).collect();
        let owner = s3::Owner::builder().id(&desired.owner).build();
        let policy = s3::AccessControlPolicy::builder().owner(owner).set_grants(Some(grants.map_err(invalid)?)).build();
        let put = world.connection.s3().put_bucket_acl().bucket(bucket).expected_bucket_owner(&world.home.account);
        written(STEP, subject, put.access_control_policy(policy).send().await)
    }
}
