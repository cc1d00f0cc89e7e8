//! Documents of resources, roles and keys, and policies and their attachments.

use iam_policy::Document;
use parapet_guards::Arns;
use parapet_guards::foundation::documents::{
    key_statements, minimum_tls_statement, service_policy, service_statements, service_trust, tls_only_statement,
};
use parapet_guards::{
    Attachment, IamEntity, ManagedPolicy, PolicyVersion, Resource, Room, Subject, TlsVersion, Trust, on,
};
use parapet_testkit::documents::{identity_documents, resource_documents, trust_documents};
use parapet_testkit::fixtures::{
    DATA_BUCKET, LOG_BUCKET, ML_POLICY_ARN, ML_ROLE, NOW, home, key, managed_policy, role, standard,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

pub(crate) fn document(documents: impl Strategy<Value = Value>) -> impl Strategy<Value = Document> {
    documents.prop_map(|value| Document::from_value(value).unwrap())
}

/// Any document, and perhaps some of the statements that belong there, in any order, in any place.
fn with_ours(documents: impl Strategy<Value = Value>, ours: Vec<Value>) -> impl Strategy<Value = Document> {
    let merged = (documents, vec(select(ours), 0..4)).prop_map(|(mut document, ours)| {
        let statements = document["Statement"].as_array_mut().unwrap();
        for statement in ours {
            statements.insert(statements.len() / 2, statement);
        }
        document
    });
    document(merged)
}

/// What a subject makes of a template, under the built-in standard.
fn built<T>(build: impl Fn(&Subject<'_>) -> T) -> T {
    build(&Subject {
        resource: &key(),
        standard: &standard(""),
        home: &home(),
        now: NOW,
        account: None,
        room: Room::Quota,
        settles_at: None,
        made: None,
    })
}

pub(crate) fn bucket_policy() -> impl Strategy<Value = Document> {
    let mut ours = vec![
        tls_only_statement(&home().bucket_arn(DATA_BUCKET)),
        tls_only_statement(&home().bucket_arn("training-images")),
        minimum_tls_statement(&home().bucket_arn(DATA_BUCKET), TlsVersion::V1_2),
        minimum_tls_statement(&home().bucket_arn(DATA_BUCKET), TlsVersion::V1_3),
    ];
    ours.extend(built(|subject| service_statements(subject, LOG_BUCKET)));
    with_ours(resource_documents(), ours)
}

/// Of a bucket, where some statements deny the policy guard what it does.
pub(crate) fn shutting_out() -> impl Strategy<Value = Document> {
    with_ours(resource_documents(), denials("s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:*"))
}

/// Of whatever resource, where some statements deny the policy guard these, which read it, write it, and do all.
pub(crate) fn shutting_out_of(
    documents: impl Strategy<Value = Value>,
    [read, write, all]: [&'static str; 3],
) -> impl Strategy<Value = Document> {
    with_ours(documents, denials(read, write, all))
}

fn denials(read: &str, write: &str, all: &str) -> Vec<Value> {
    let guard = |name: &str| home().iam_arn(&format!("role/parapet-{name}-guard"));
    let deny = |who: Value, action: &str, condition: Value| {
        let statement = json!({"Effect": "Deny", "Principal": who, "Action": action, "Condition": condition});
        with_resource(statement, all)
    };
    vec![
        deny(json!({"AWS": guard("policy")}), read, json!({})),
        deny(json!({"AWS": [guard("encryption"), guard("ai")]}), write, json!({})),
        deny(json!("*"), write, json!({"ArnNotLike": {"aws:principalarn": home().iam_arn("role/app")}})),
        deny(
            json!("*"),
            all,
            json!({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}, "ArnNotEquals": {"aws:SourceArn": "arn:aws:s3:::x"}}),
        ),
        deny(json!("*"), all, json!({"Bool": {"aws:SecureTransport": "false"}})),
        deny(
            json!("*"),
            all,
            json!({"StringLike": {"aws:userid": "AROA*"}, "IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}),
        ),
    ]
}

/// What the policies of repositories have not.
fn with_resource(mut statement: Value, all: &str) -> Value {
    if all != "ecr:*" {
        statement["Resource"] = if all == "s3:*" { json!([home().bucket_arn(DATA_BUCKET), "*"]) } else { json!("*") };
    }
    statement
}

/// Of whatever resource.
pub(crate) fn resource_policy() -> impl Strategy<Value = Document> {
    document(resource_documents())
}

pub(crate) fn key_policy() -> impl Strategy<Value = Document> {
    with_ours(resource_documents(), [built(key_statements), of_key_guards()].concat())
}

/// Of a key, where the account may manage it and some of Parapet's roles may not.
pub(crate) fn key_shutting_out() -> impl Strategy<Value = Document> {
    with_ours(resource_documents(), [built(key_statements), of_key_guards()].concat())
}

fn of_key_guards() -> Vec<Value> {
    let but = |name: &str| {
        json!({"Effect": "Allow", "Principal": {"AWS": home().iam_arn("root")}, "Action": "kms:*", "Resource": "*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": home().iam_arn(&format!("role/parapet-{name}*"))}}})
    };
    let denials = denials("kms:GetKeyPolicy", "kms:PutKeyPolicy", "kms:*");
    denials.into_iter().chain(["policy", "encryption", ""].map(but)).collect()
}

pub(crate) fn roles() -> impl Strategy<Value = Resource> {
    select(vec![ML_ROLE, "app", "emergency-1"]).prop_map(role)
}

pub(crate) fn trust() -> impl Strategy<Value = Trust> {
    let document = prop_oneof![3 => document(trust_documents()), 1 => Just(built(service_trust))];
    (document, prop::bool::weighted(0.1))
        .prop_map(|(document, service_linked)| Trust { service_linked, ..Trust::of(document) })
}

pub(crate) fn inline_policies() -> impl Strategy<Value = Resource> {
    entities().prop_map(|entity| Resource::InlinePolicy(on::InlinePolicy { entity, name: "p".to_owned() }))
}

pub(crate) fn entities() -> impl Strategy<Value = IamEntity> {
    let users = ["break-glass", "jane"].map(|name| IamEntity::User(name.to_owned()));
    let roles = [ML_ROLE, "app", "emergency-1"].map(|name| IamEntity::Role(name.to_owned()));
    select(users.into_iter().chain(roles).chain([IamEntity::Group("g".to_owned())]).collect::<Vec<_>>())
}

pub(crate) fn managed_policies() -> impl Strategy<Value = Resource> {
    select(vec![ML_POLICY_ARN, "arn:aws:iam::111122223333:policy/team/debug"]).prop_map(managed_policy)
}

pub(crate) fn managed() -> impl Strategy<Value = ManagedPolicy> {
    let document = prop_oneof![3 => document(identity_documents()), 1 => Just(built(service_policy))];
    let bounded = prop_oneof![3 => Just(Vec::new()), 1 => vec(entities(), 1..2)];
    let other_documents = vec(option::of(self::document(identity_documents())), 4);
    // One in three was switched to.
    let parts = (document, 0..5_usize, 1..10_usize, vec(entities(), 0..4), bounded, other_documents, 0..3_usize);
    parts.prop_map(|(document, others, first, mut attached_to, boundary_of, other_documents, switched)| {
        attached_to.sort();
        attached_to.dedup();
        let version = |number: usize| format!("v{number}");
        let shift = usize::from(switched == 0);
        let other_versions: Vec<String> = (first + shift..first + shift + others).map(version).collect();
        let default_version = version(if switched == 0 { first } else { first + others });
        let known = other_versions.iter().cloned().zip(other_documents);
        let versions = known.map(|(id, document)| (id, PolicyVersion { made_at: None, document })).collect();
        ManagedPolicy {
            document,
            default_version,
            other_versions,
            attached_to,
            bounded: Vec::new(),
            boundary_of,
            versions,
        }
    })
}

pub(crate) fn attachments() -> impl Strategy<Value = Resource> {
    let policy = select(vec![ML_POLICY_ARN, "arn:aws:iam::aws:policy/AdministratorAccess"]);
    (entities(), policy).prop_map(|(entity, policy_arn)| {
        Resource::Attachment(on::Attachment { entity, policy_arn: policy_arn.to_owned() })
    })
}

pub(crate) fn attachment() -> impl Strategy<Value = Attachment> {
    (any::<bool>(), option::of(document(identity_documents())))
        .prop_map(|(attached, document)| Attachment::of(attached, document))
}
