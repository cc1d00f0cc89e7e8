//! States of trails: the pipeline's, another one, and an organization's.

use std::collections::{BTreeMap, BTreeSet};

use parapet_guards::{
    AdvancedSelector, BasicSelector, CloudWatchLink, DataResource, FieldSelector, KmsKey, Resource, Selectors,
    TrailConfiguration, TrailLogging,
};
use parapet_testkit::fixtures::{KEY_ALIAS, LOG_BUCKET, TRAIL, trail};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) fn trails() -> impl Strategy<Value = Resource> {
    select(vec![TRAIL, "another", "arn:aws:cloudtrail:us-east-1:444455556666:trail/parapet"]).prop_map(trail)
}

fn text(choices: &[&'static str]) -> impl Strategy<Value = String> {
    select(choices.to_vec()).prop_map(str::to_owned)
}

pub(crate) fn configuration() -> impl Strategy<Value = TrailConfiguration> {
    let key = select(vec![
        KmsKey::Alias(KEY_ALIAS.to_owned()),
        KmsKey::Arn("arn:aws:kms:us-east-1:999999999999:key/1".to_owned()),
    ]);
    let cloud_watch = || CloudWatchLink {
        log_group_arn: "arn:aws:logs:us-east-1:111122223333:log-group:t:*".to_owned(),
        role_arn: "arn:aws:iam::111122223333:role/t".to_owned(),
    };
    let names = (
        text(&[LOG_BUCKET, "elsewhere"]),
        option::of(text(&["p"])),
        option::of(text(&["arn:aws:sns:us-east-1:111122223333:t"])),
    );
    (names, any::<(bool, bool, bool, bool, bool)>(), option::of(key)).prop_map(
        move |(
            (bucket, prefix, sns_topic),
            (multi_region, global_services, validation, watched, organization),
            key,
        )| {
            TrailConfiguration {
                bucket,
                prefix,
                sns_topic,
                multi_region,
                global_services,
                validation,
                key,
                cloud_watch: watched.then(cloud_watch),
                organization,
            }
        },
    )
}

pub(crate) fn logging() -> impl Strategy<Value = TrailLogging> {
    select(vec![TrailLogging::On, TrailLogging::Off, TrailLogging::NoTrail])
}

pub(crate) fn selectors() -> impl Strategy<Value = Selectors> {
    prop_oneof![vec(basic(), 0..3).prop_map(Selectors::Basic), vec(advanced(), 0..3).prop_map(Selectors::Advanced)]
}

const OBJECTS: &[&str] = &[
    "arn:aws:s3",
    "arn:aws:s3:::parapet-ml-data-111122223333-us-east-1/",
    "arn:aws:s3:::parapet-ml-data-111122223333-us-east-1/raw/",
    "arn:aws:s3:::other/",
];

fn basic() -> impl Strategy<Value = BasicSelector> {
    let data = (text(&["AWS::S3::Object", "AWS::Lambda::Function"]), vec(text(OBJECTS), 1..3))
        .prop_map(|(kind, arns)| DataResource { kind, arns });
    (
        text(&["All", "All", "ReadOnly", "WriteOnly"]),
        any::<bool>(),
        vec(text(&["kms.amazonaws.com"]), 0..2),
        vec(data, 0..3),
    )
        .prop_map(|(read_write, management, excluded_sources, data)| BasicSelector {
            read_write,
            management,
            excluded_sources,
            data,
        })
}

pub(super) fn advanced() -> impl Strategy<Value = AdvancedSelector> {
    let is = |field: &str, value: &str| FieldSelector {
        field: field.to_owned(),
        equals: vec![value.to_owned()],
        ..FieldSelector::default()
    };
    let objects = text(OBJECTS).prop_map(|arn| FieldSelector {
        field: "resources.ARN".to_owned(),
        starts_with: vec![arn],
        ..FieldSelector::default()
    });
    let hidden = FieldSelector {
        field: "eventSource".to_owned(),
        not_equals: vec!["kms.amazonaws.com".to_owned()],
        ..FieldSelector::default()
    };
    let field = prop_oneof![
        3 => Just(is("eventCategory", "Management")),
        3 => Just(is("eventCategory", "Data")),
        3 => Just(is("resources.type", "AWS::S3::Object")),
        2 => objects,
        2 => text(&["true", "false"]).prop_map(move |value| is("readOnly", &value)),
        1 => Just(hidden),
    ];
    (option::of(text(&["mine"])), vec(field, 1..4)).prop_map(|(name, fields)| AdvancedSelector { name, fields })
}

pub(crate) fn insights() -> impl Strategy<Value = BTreeMap<String, BTreeSet<String>>> {
    let of = btree_set(text(&["Management", "Data"]), 0..3);
    btree_map(text(&["ApiCallRateInsight", "ApiErrorRateInsight", "NewInsight"]), of, 0..3)
}

pub(crate) fn tags() -> impl Strategy<Value = BTreeMap<String, String>> {
    btree_map(text(&["Purpose", "Owner"]), text(&["AuditTrail", "else"]), 0..3)
}
