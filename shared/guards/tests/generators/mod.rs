//! Generators of states: every facet, stricter and weaker than the standard, of its own resources and of others'.
//! Also used by the tests of `parapet-reconcile`.

pub(crate) mod buckets;
pub(crate) mod documents;
pub(crate) mod keys;
pub(crate) mod principals;
pub(crate) mod repositories;
pub(crate) mod settings;
pub(crate) mod stores;
pub(crate) mod trails;

use std::fmt::Debug;

use iam_policy::Document;
use parapet_guards::{DelegatedAdmin, Facet, Resource, ResourceKind, RootSession, State, Trust, on};
use parapet_testkit::documents::{identity_documents, resource_documents, trust_documents};
use parapet_testkit::laws::Case;
use parapet_testkit::{fixtures, situations};
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;

/// A facet of a resource, and two states of it.
pub(crate) type Pair = (Resource, Facet, State, State);

/// Cases of the laws: a pair of states under any standard, with the other state remembered or nothing.
pub(crate) fn cases(facet: Facet) -> impl Strategy<Value = Case> {
    (situations(Just(fixtures::key())), pairs(facet), any::<bool>()).prop_map(
        |(mut situation, (resource, facet, observed, other), remembered)| {
            situation.resource = resource;
            let last_known = remembered.then(|| other.clone());
            Case { situation, facet, observed, other, last_known }
        },
    )
}

/// Two states of a facet of one resource. Of some, the one is often what became of the other.
pub(crate) fn pairs(facet: Facet) -> BoxedStrategy<Pair> {
    let any = (resources(facet.kind()), states(facet), states(facet))
        .prop_map(move |(resource, one, other)| (resource, facet, one, other));
    match facet {
        Facet::IdentityProvider => any.prop_filter_map("of two kinds", principals::of_one_provider).boxed(),
        Facet::InlineDocument => {
            let changed = changed(facet, identity_documents(), |document| State::InlineDocument(Some(document)));
            prop_oneof![1 => any, 2 => changed].boxed()
        }
        Facet::RoleTrust => {
            let of = |document| State::RoleTrust(Some(Trust::of(document)));
            prop_oneof![1 => any, 1 => changed(facet, trust_documents(), of)].boxed()
        }
        Facet::BucketPolicy => {
            let changed = changed(facet, resource_documents(), |document| State::BucketPolicy(Some(document)));
            prop_oneof![3 => any, 1 => changed].boxed()
        }
        Facet::RepositoryPolicy => {
            let of = |document| State::RepositoryPolicy(Some(document));
            prop_oneof![2 => any, 1 => changed(facet, repositories::documents(), of)].boxed()
        }
        _ => any.boxed(),
    }
}

/// States of a facet. A facet without a generator does not compile.
pub(crate) fn states(facet: Facet) -> BoxedStrategy<State> {
    match facet {
        Facet::BucketExistence => of(any::<bool>(), State::BucketExistence),
        Facet::BucketPublicAccess => of(settings::public_access(), State::BucketPublicAccess),
        Facet::BucketOwnership => of(settings::ownership(), State::BucketOwnership),
        Facet::BucketVersioning => of(settings::versioning(), State::BucketVersioning),
        Facet::BucketEncryption => of(settings::encryption(), State::BucketEncryption),
        Facet::BucketObjectLock => of(settings::object_lock(), State::BucketObjectLock),
        Facet::BucketTags => of(settings::tags(), State::BucketTags),
        Facet::BucketLogging => of(option::of(settings::log_target()), State::BucketLogging),
        Facet::BucketLifecycle => of(buckets::lifecycle(), State::BucketLifecycle),
        Facet::BucketReplication => of(mostly(buckets::replication()), State::BucketReplication),
        Facet::BucketNotification => of(buckets::notifications(), State::BucketNotification),
        Facet::BucketWebsite => of(option::of(buckets::website()), State::BucketWebsite),
        Facet::BucketCors => of(buckets::cors(), State::BucketCors),
        Facet::BucketInventory => of(buckets::inventories(), State::BucketInventory),
        Facet::BucketGuardAccess => of(mostly(documents::shutting_out()), State::BucketGuardAccess),
        Facet::AccessPointGuardAccess => {
            let of_policy = ["s3:GetAccessPointPolicy", "s3:PutAccessPointPolicy", "s3:*"];
            of(mostly(documents::shutting_out_of(resource_documents(), of_policy)), State::AccessPointGuardAccess)
        }
        Facet::KeyGuardAccess => of(documents::key_shutting_out(), State::KeyGuardAccess),
        Facet::RepositoryGuardAccess => {
            let of_policy = ["ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy", "ecr:*"];
            let documents = documents::shutting_out_of(repositories::documents(), of_policy);
            of(mostly(documents), State::RepositoryGuardAccess)
        }
        Facet::AccountPublicAccess => of(settings::public_access(), State::AccountPublicAccess),
        Facet::AccessPointSettings => of(buckets::access_point(), State::AccessPointSettings),
        Facet::KeyState => of(keys::key_state(), State::KeyState),
        Facet::KeyRotation => of(keys::key_rotation(), State::KeyRotation),
        Facet::BucketPolicy => of(mostly(documents::bucket_policy()), State::BucketPolicy),
        Facet::BucketAcl => of(buckets::acl(), State::BucketAcl),
        Facet::AccessPointPolicy => of(mostly(documents::resource_policy()), State::AccessPointPolicy),
        Facet::RecordedAccess => of(mostly(documents::resource_policy()), State::RecordedAccess),
        Facet::RecordedDirectory => of(mostly(documents::resource_policy()), State::RecordedDirectory),
        Facet::RecordedTables => of(mostly(documents::resource_policy()), State::RecordedTables),
        Facet::RecordedVectors => of(mostly(documents::resource_policy()), State::RecordedVectors),
        Facet::KeyPolicy => of(documents::key_policy(), State::KeyPolicy),
        Facet::KeyGrants => of(keys::grants(), State::KeyGrants),
        Facet::RoleTrust => of(mostly(documents::trust()), State::RoleTrust),
        Facet::ManagedDocument => of(mostly(documents::managed()), State::ManagedDocument),
        Facet::InlineDocument => of(mostly(documents::document(identity_documents())), State::InlineDocument),
        Facet::PolicyAttachment => of(documents::attachment(), State::PolicyAttachment),
        Facet::PermissionsBoundary => of(principals::boundary(), State::PermissionsBoundary),
        Facet::PrincipalPolicies => of(principals::policies(), State::PrincipalPolicies),
        Facet::AccessKeys => of(principals::access_keys(), State::AccessKeys),
        Facet::LoginProfile => of(option::of(principals::login()), State::LoginProfile),
        Facet::UserCredentials => of(principals::credentials(), State::UserCredentials),
        Facet::InstanceProfile => of(principals::instance_profile(), State::InstanceProfile),
        Facet::RootSession => of(Just(RootSession::Unseen), State::RootSession),
        Facet::GroupMembership => of(principals::membership(), State::GroupMembership),
        Facet::IdentityProvider => of(mostly(principals::provider()), State::IdentityProvider),
        Facet::RepositoryPolicy => of(mostly(repositories::policy()), State::RepositoryPolicy),
        Facet::TrailConfiguration => of(mostly(trails::configuration()), State::TrailConfiguration),
        Facet::TrailLogging => of(trails::logging(), State::TrailLogging),
        Facet::TrailSelectors => of(mostly(trails::selectors()), State::TrailSelectors),
        Facet::TrailInsights => of(mostly(trails::insights()), State::TrailInsights),
        Facet::TrailTags => of(mostly(trails::tags()), State::TrailTags),
        Facet::TrailEvents => of(mostly(stores::events()), State::TrailEvents),
        Facet::EventDataStore => of(mostly(stores::store()), State::EventDataStore),
        Facet::EventConfiguration => of(mostly(stores::events()), State::EventConfiguration),
        Facet::LakePolicy => of(mostly(documents::resource_policy()), State::LakePolicy),
        Facet::DelegatedAdmin => of(Just(DelegatedAdmin::Unseen), State::DelegatedAdmin),
        Facet::OwnRole => of(mostly(principals::own_role()), State::OwnRole),
        Facet::RepositoryTagMutability => of(repositories::tag_mutability(), State::RepositoryTagMutability),
        Facet::RepositoryScanning => of(repositories::scanning(), State::RepositoryScanning),
    }
}

/// Resources of a kind: the standard's and others.
fn resources(kind: ResourceKind) -> BoxedStrategy<Resource> {
    match kind {
        ResourceKind::Bucket => settings::buckets().boxed(),
        ResourceKind::Account => Just(Resource::Account(on::Account {})).boxed(),
        ResourceKind::AccessPoint => buckets::access_points().boxed(),
        ResourceKind::RecordedPolicy => {
            let arn = "arn:aws:s3vectors:us-east-1:111122223333:bucket/embeddings".to_owned();
            Just(Resource::RecordedPolicy(on::RecordedPolicy { arn })).boxed()
        }
        ResourceKind::Key => keys::keys().boxed(),
        ResourceKind::Role => documents::roles().boxed(),
        ResourceKind::ManagedPolicy => documents::managed_policies().boxed(),
        ResourceKind::InlinePolicy => documents::inline_policies().boxed(),
        ResourceKind::Attachment => documents::attachments().boxed(),
        ResourceKind::Principal => principals::principals().boxed(),
        ResourceKind::Membership => principals::memberships().boxed(),
        ResourceKind::IdentityProvider => principals::providers().boxed(),
        ResourceKind::Trail => trails::trails().boxed(),
        ResourceKind::EventDataStore => stores::stores().boxed(),
        ResourceKind::LakeResource => stores::lake_resources().boxed(),
        ResourceKind::Repository => repositories::repositories().boxed(),
        ResourceKind::InstanceProfile => principals::instance_profiles().boxed(),
        ResourceKind::OwnRole => Just(Resource::OwnRole(on::OwnRole::of_policy_guard())).boxed(),
        ResourceKind::RootSession => {
            Just(Resource::RootSession(on::RootSession { account: "777788889999".to_owned() })).boxed()
        }
        ResourceKind::DelegatedAdmin => {
            Just(Resource::DelegatedAdmin(on::DelegatedAdmin { account: "777788889999".to_owned() })).boxed()
        }
    }
}

fn of<T: Debug + 'static>(states: impl Strategy<Value = T> + 'static, facet: fn(T) -> State) -> BoxedStrategy<State> {
    states.prop_map(facet).boxed()
}

/// There, but for one in ten.
fn mostly<T: Debug>(states: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    option::weighted(0.9, states)
}

/// A document, and what was there before a change of it.
fn changed(
    facet: Facet,
    documents: impl Strategy<Value = Value> + 'static,
    state: impl Fn(Document) -> State,
) -> impl Strategy<Value = Pair> {
    (resources(facet.kind()), related(documents))
        .prop_map(move |(resource, (one, other))| (resource, facet, state(one), state(other)))
}

/// Two documents that have statements in common: one is what became of the other, or both of a third.
fn related(documents: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = (Document, Document)> {
    let documents = documents.boxed();
    let whole = |value: Value| Document::from_value(value).unwrap();
    let parts = (documents.clone(), documents.clone(), documents, any::<bool>(), any::<bool>());
    parts.prop_map(move |(common, one, other, before, after)| {
        let with = |more: &Value, is_longer: bool| {
            let mut document = common.clone();
            let statements = document["Statement"].as_array_mut().unwrap();
            let more = more["Statement"].as_array().unwrap().clone();
            let place = if is_longer { statements.len() } else { 0 };
            statements.splice(place..place, more.into_iter().take(if is_longer { 2 } else { 1 }));
            whole(document)
        };
        let plain = || whole(common.clone());
        (if before { with(&one, after) } else { plain() }, if after { with(&other, before) } else { plain() })
    })
}
