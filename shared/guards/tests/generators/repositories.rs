//! Container repositories: of a pipeline and of another team, and their policies, which name no resource.

use iam_policy::Document;
use parapet_guards::{Resource, Scanning, TagFilter, TagMutability, on};
use parapet_testkit::documents::resource_documents;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

pub(crate) fn repositories() -> impl Strategy<Value = Resource> {
    select(vec!["ml/training", "shop/web"])
        .prop_map(|name| Resource::Repository(on::Repository { name: name.to_owned() }))
}

pub(crate) fn tag_mutability() -> impl Strategy<Value = TagMutability> {
    let filter = select(vec!["*", "**", "latest", "v1*"])
        .prop_map(|pattern| TagFilter { kind: "WILDCARD".to_owned(), pattern: pattern.to_owned() });
    let filters = || vec(filter.clone(), 1..=5);
    prop_oneof![
        Just(TagMutability::Mutable),
        Just(TagMutability::Immutable),
        filters().prop_map(TagMutability::MutableExcept),
        filters().prop_map(TagMutability::ImmutableExcept),
    ]
}

pub(crate) fn scanning() -> impl Strategy<Value = Scanning> {
    any::<bool>().prop_map(|on_push| Scanning { on_push })
}

pub(crate) fn policy() -> impl Strategy<Value = Document> {
    documents().prop_map(|document| Document::from_value(document).unwrap())
}

/// Of any resource, but that none is named.
pub(crate) fn documents() -> impl Strategy<Value = Value> {
    resource_documents().prop_map(|mut document| {
        for statement in document["Statement"].as_array_mut().unwrap() {
            let statement = statement.as_object_mut().unwrap();
            statement.remove("Resource");
            statement.remove("NotResource");
        }
        document
    })
}
