//! Which buckets there are.

use parapet_core::WorldError;
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

/// Whether a bucket is one of this account, wherever it lies. HeadBucket would say so only of buckets of this region.
pub(super) async fn is_own(world: &AwsWorld<'_>, subject: &Resource, arn: &str) -> Result<bool, WorldError> {
    let Some(name) = arn.strip_prefix(&world.home.bucket_arn("")) else { return Ok(false) };
    let mut pages = world.connection.s3().list_buckets().prefix(name).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| failed("find out whose the destination is", subject, error))?;
        if page.buckets().iter().any(|bucket| bucket.name() == Some(name)) {
            return Ok(true);
        }
    }
    Ok(false)
}
