//! Which buckets there are.

use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{Arns, Mark, Page, Resource, on};

use crate::AwsWorld;
use crate::failure::failed;
use crate::world::token;

/// A page of the general purpose buckets of this account and region. Amazon S3 API Reference, ListBuckets: "Returns a list of all buckets
/// owned by the authenticated sender of the request", page by page.
#[cfg_attr(
    not(any(feature = "encryption-guard", feature = "policy-guard")),
    allow(dead_code, reason = "the others look after no buckets")
)]
pub(crate) async fn buckets(world: &AwsWorld<'_>, from: Option<&Mark>) -> Result<Page, WorldError> {
    const BUCKETS_A_PAGE: i32 = 1_000;
    let list = world.connection.s3().list_buckets().bucket_region(&world.home.region).max_buckets(BUCKETS_A_PAGE);
    let page = list.set_continuation_token(token(from)).send().await;
    let page = page.map_err(|error| failed("list", &"every bucket", error))?;
    let names = page.buckets.unwrap_or_default().into_iter().filter_map(|bucket| bucket.name);
    Ok(Page::up_to(names.map(|name| on::Bucket { name }.into()), page.continuation_token))
}

/// A page of the access points of this account and region.
#[cfg(feature = "s3control")]
pub(crate) async fn access_points(world: &AwsWorld<'_>, from: Option<&Mark>) -> Result<Page, WorldError> {
    let list = world.connection.s3control().list_access_points().account_id(&world.home.account);
    let page = list.set_next_token(token(from)).send().await;
    let page = page.map_err(|error| failed("list", &"every access point", error))?;
    let names = page.access_point_list.unwrap_or_default().into_iter().map(|access_point| access_point.name);
    Ok(Page::up_to(names.map(|name| on::AccessPoint { name }.into()), page.next_token))
}

/// The step that asks for the list of buckets.
const WHOSE_IT_IS: &str = "find out whose the destination is";

/// What a failed look at a bucket means, where S3 denied it. Amazon S3 API Reference, of `x-amz-expected-bucket-owner`, which every call names: "If the
/// account ID that you provide does not match the actual owner of the bucket, the request fails with the HTTP status code 403 Forbidden (access
/// denied)", as it does where somebody denies this account's own. What tells these apart is the list of this account's buckets, which nobody's policy
/// takes one out of. Where that cannot be had, or the bucket is in it, it is denied.
#[cfg(any(feature = "encryption-guard", feature = "policy-guard"))]
pub(crate) async fn denied_or_taken(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
    error: WorldError,
) -> WorldError {
    // A key or a list that is denied says nothing of the bucket.
    let is_of_bucket = error.subject == subject.to_string() && error.step != WHOSE_IT_IS;
    if error.kind != ErrorKind::Denied || !is_of_bucket {
        return error;
    }
    // One question for all facets of a look.
    let mut whose = world.whose.lock().await;
    let is_own = match whose.get(name) {
        Some(is_own) => *is_own,
        None => match is_own(world, subject, &world.home.bucket_arn(name)).await {
            Ok(is_own) => *whose.entry(name.to_owned()).or_insert(is_own),
            Err(_) => return error,
        },
    };
    if is_own { error } else { WorldError { kind: ErrorKind::Taken, ..error } }
}

/// When a bucket was made. Amazon S3 API Reference, Bucket, CreationDate: the date "can change when making changes to your bucket, such as editing its
/// bucket policy", so that one looks younger than it is, and never older.
#[cfg(any(feature = "encryption-guard", feature = "policy-guard"))]
pub(crate) async fn made_at(world: &AwsWorld<'_>, subject: &Resource, name: &str) -> Result<Option<i64>, WorldError> {
    let mut pages = world.connection.s3().list_buckets().prefix(name).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| failed("find out when it was made", subject, error))?;
        if let Some(bucket) = page.buckets().iter().find(|bucket| bucket.name() == Some(name)) {
            return Ok(bucket.creation_date().map(|date| date.secs()));
        }
    }
    Ok(None)
}

/// Whether a bucket is one of this account, wherever it lies. HeadBucket would say so only of buckets of this region.
pub(super) async fn is_own(world: &AwsWorld<'_>, subject: &Resource, arn: &str) -> Result<bool, WorldError> {
    let Some(name) = arn.strip_prefix(&world.home.bucket_arn("")) else { return Ok(false) };
    let mut pages = world.connection.s3().list_buckets().prefix(name).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| failed(WHOSE_IT_IS, subject, error))?;
        if page.buckets().iter().any(|bucket| bucket.name() == Some(name)) {
            return Ok(true);
        }
    }
    Ok(false)
}
