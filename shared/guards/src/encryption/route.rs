use parapet_core::{Facet, Ignored, Resource, Route, Standard, Trigger};

/// What every bucket has.
const EVERY_BUCKET: &[Facet] =
    &[Facet::BucketPublicAccess, Facet::BucketEncryption, Facet::BucketOwnership, Facet::BucketVersioning];

/// The events that lead here. Names are CloudTrail's, which differ from the API's for public access blocks.
pub(super) const EVENTS: &[(&str, &str)] = &[
    (S3, "CreateBucket"),
    (S3, "PutBucketEncryption"),
    (S3, "DeleteBucketEncryption"),
    (S3, "PutBucketPublicAccessBlock"),
    (S3, "DeleteBucketPublicAccessBlock"),
    (S3, "PutBucketVersioning"),
    (S3, "PutBucketOwnershipControls"),
    (S3, "DeleteBucketOwnershipControls"),
];

const S3: &str = "s3.amazonaws.com";

/// Which facets an S3 event makes worth looking at.
fn facets_of(event_name: &str) -> Option<&'static [Facet]> {
    Some(match event_name {
        "CreateBucket" => EVERY_BUCKET,
        "PutBucketEncryption" | "DeleteBucketEncryption" => &[Facet::BucketEncryption],
        "PutBucketPublicAccessBlock" | "DeleteBucketPublicAccessBlock" => &[Facet::BucketPublicAccess],
        "PutBucketVersioning" => &[Facet::BucketVersioning],
        "PutBucketOwnershipControls" | "DeleteBucketOwnershipControls" => &[Facet::BucketOwnership],
        _ => return None,
    })
}

pub(super) fn route(trigger: &Trigger, standard: &Standard) -> Route {
    let facets = match trigger.event_source.as_str() {
        S3 => facets_of(&trigger.event_name),
        _ => None,
    };
    let Some(facets) = facets else {
        return Route::Ignore(Ignored::UnknownEvent(trigger.event_name.clone()));
    };
    match trigger.bucket() {
        None => Route::Unnamed("the record does not name the bucket".to_owned()),
        Some(bucket) if !standard.covers_bucket(bucket) => {
            Route::Ignore(Ignored::OutOfScope(format!("bucket `{bucket}`")))
        }
        Some(bucket) => Route::Look(vec![(Resource::Bucket { name: bucket.to_owned() }, facets.to_vec())]),
    }
}
