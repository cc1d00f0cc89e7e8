//! What AWS refuses because it has no room for it.

use std::collections::BTreeMap;

use parapet_guards::{Facet, IamEntity, Resource, State, on};

type States = BTreeMap<(Resource, Facet), State>;

/// Whether AWS would refuse a write that leads to a state, because it becomes longer than its quota. What somebody put into the world that is
/// too long already can become shorter.
pub(crate) fn refuse(states: &States, resource: &Resource, before: &State, after: &State) -> bool {
    let Some((now, most)) = measure(states, resource, after) else { return false };
    now > most && measure(states, resource, before).is_none_or(|(was, _)| now > was)
}

/// How long what counts together is, and how long it may be. IAM User Guide, "IAM and AWS STS quotas": all inline policies of a holder together,
/// without white space. Amazon S3 User Guide: "Bucket policies are limited to 20 KB in size." AWS KMS Developer Guide, "Resource quotas": 32 KB.
fn measure(states: &States, resource: &Resource, state: &State) -> Option<(usize, usize)> {
    let (document, most) = match (resource, state) {
        (Resource::InlinePolicy(on::InlinePolicy { entity, .. }), State::InlineDocument(Some(document))) => {
            let others = states.iter().filter(|((other, _), _)| other != resource);
            let of_the_same = others.filter_map(|((other, _), state)| match (other, state) {
                (Resource::InlinePolicy(other), State::InlineDocument(Some(document))) if other.entity == *entity => {
                    Some(characters(&document.to_json()))
                }
                _ => None,
            });
            return Some((of_the_same.sum::<usize>() + characters(&document.to_json()), inline(entity)));
        }
        (Resource::Principal(on::Principal { entity }), State::PrincipalPolicies(policies)) => {
            let all = policies.inline.values().map(|document| characters(&document.to_json()));
            return Some((all.sum(), inline(entity)));
        }
        (_, State::ManagedDocument(Some(policy))) => (&policy.document, 6_144),
        (_, State::RoleTrust(Some(trust))) => (&trust.document, 2_048),
        (_, State::BucketPolicy(Some(document)) | State::AccessPointPolicy(Some(document))) => (document, 20_480),
        (_, State::KeyPolicy(document)) => (document, 32_768),
        _ => return None,
    };
    Some((characters(&document.to_json()), most))
}

fn inline(holder: &IamEntity) -> usize {
    match holder {
        IamEntity::User(_) => 2_048,
        IamEntity::Group(_) => 5_120,
        IamEntity::Role(_) => 10_240,
    }
}

fn characters(text: &str) -> usize {
    text.chars().filter(|character| !character.is_whitespace()).count()
}
