//! What earlier builds wrote under the same version, and this one would write otherwise. A version that changes a shape has no such list.

use schemars::{Schema, SchemaGenerator, json_schema};

use super::facets::action;
use crate::Facet;

/// What was put had a tag of the guard's own, as the first version's states have. These never change.
const TAGS: &[(Facet, &str)] = &[
    (Facet::BucketPublicAccess, "public-access"),
    (Facet::BucketOwnership, "ownership"),
    (Facet::BucketVersioning, "versioning"),
    (Facet::BucketEncryption, "encryption"),
    (Facet::BucketObjectLock, "object-lock"),
    (Facet::BucketTags, "tags"),
    (Facet::BucketLogging, "logging"),
    (Facet::BucketLifecycle, "lifecycle"),
    (Facet::BucketReplication, "replication"),
    (Facet::BucketNotification, "notification"),
    (Facet::BucketWebsite, "website"),
    (Facet::BucketCors, "cors"),
    (Facet::AccountPublicAccess, "account-public-access"),
    (Facet::KeyRotation, "key-rotation"),
];

/// An action of a facet as earlier builds wrote it, where they wrote it otherwise.
pub(super) fn earlier_action(facet: Facet, generator: &mut SchemaGenerator) -> Option<Schema> {
    let state = facet.state_schema(generator);
    if facet == Facet::BucketAcl {
        return Some(action("put-bucket-acl", &state));
    }
    let (_, tag) = TAGS.iter().find(|(tagged, _)| *tagged == facet)?;
    let value = json_schema!({
        "type": "object",
        "properties": {"facet": {"const": tag}, "state": state},
        "required": ["facet", "state"],
        "additionalProperties": false,
    });
    Some(action("put", &value))
}
