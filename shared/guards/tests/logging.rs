//! What the logging guard decides, one line a case.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::collections::{BTreeMap, BTreeSet};

use parapet_core::Guard;
use parapet_guards::{
    AdvancedSelector, BasicSelector, CloudWatchLink, DataResource, FieldSelector, KmsKey, LoggingGuard,
    LoggingState as State, Selectors, TrailConfiguration, TrailLogging,
};
use parapet_testkit::fixtures::{KEY_ALIAS, LOG_BUCKET, TRAIL, trail};
use parapet_testkit::{Situation, verdict};

const OBJECTS: &str = "arn:aws:s3:::parapet-ml-data-111122223333-us-east-1/";

fn check(name: &str, observed: State, expected: &str) {
    let situation = Situation::new(&trail(name), "");
    assert_eq!(verdict::<LoggingGuard>(&situation.subject(), None, &observed), expected, "{name} {observed:?}");
}

fn comply(observed: &State, last_known: Option<&State>) -> State {
    LoggingGuard::comply(&Situation::new(&trail(TRAIL), "").subject(), last_known, observed)
}

fn right() -> TrailConfiguration {
    let (bucket, key) = (LOG_BUCKET.to_owned(), Some(KmsKey::Alias(KEY_ALIAS.to_owned())));
    let tags = BTreeMap::from([("Purpose".to_owned(), "AuditTrail".to_owned())]);
    TrailConfiguration {
        bucket,
        prefix: None,
        sns_topic: None,
        multi_region: true,
        global_services: true,
        validation: true,
        key,
        cloud_watch: None,
        organization: false,
        tags,
    }
}

fn but(change: impl FnOnce(&mut TrailConfiguration)) -> State {
    let mut trail = right();
    change(&mut trail);
    State::Configuration(Some(trail))
}

fn watched(trail: &mut TrailConfiguration) {
    trail.cloud_watch = Some(CloudWatchLink {
        log_group_arn: "arn:aws:logs:us-east-1:111122223333:log-group:t:*".into(),
        role_arn: "arn:aws:iam::111122223333:role/t".into(),
    });
}

#[test]
#[rustfmt::skip] // One line a case.
fn configuration_of_the_trail() {
    let whole = "UpdateTrail to parapet-logs-111122223333-us-east-1, every region, validated, encrypted with alias/parapet-ml";
    check(TRAIL, but(|_| ()), "compliant");
    check(TRAIL, but(watched), "compliant");
    check(TRAIL, but(|trail| trail.tags.clear()), "compliant");
    check(TRAIL, but(|trail| trail.multi_region = false), &format!("CloudTrail.MultiRegion -> {whole}"));
    check(TRAIL, but(|trail| trail.global_services = false), &format!("CloudTrail.MultiRegion -> {whole}"));
    check(TRAIL, but(|trail| trail.validation = false), &format!("CloudTrail.Validation -> {whole}"));
    check(TRAIL, but(|trail| trail.key = None), &format!("CloudTrail.Encryption -> {whole}"));
    check(TRAIL, but(|trail| trail.key = Some(KmsKey::Arn("arn:aws:kms:us-east-1:999999999999:key/1".into()))), &format!("CloudTrail.Encryption -> {whole}"));
    check(TRAIL, but(|trail| trail.bucket = "elsewhere".into()), &format!("CloudTrail.Delivery -> {whole}"));
    check(TRAIL, but(|trail| trail.prefix = Some("hidden".into())), &format!("CloudTrail.Delivery -> {whole}"));
    check(TRAIL, but(|trail| (trail.multi_region, trail.validation) = (false, false)), &format!("CloudTrail.Validation, CloudTrail.MultiRegion -> {whole}"));
    check(TRAIL, State::Configuration(None), "CloudTrail.Exists -> CreateTrail to parapet-logs-111122223333-us-east-1, every region, validated, encrypted with alias/parapet-ml");
}

#[test]
#[rustfmt::skip] // One line a case.
fn another_trail_is_only_validated_and_kept_logging() {
    let foreign = |validation| but(|trail| (trail.bucket, trail.multi_region, trail.key, trail.validation) = ("theirs".into(), false, None, validation));
    check("another", foreign(true), "compliant");
    check("another", foreign(false), "CloudTrail.Validation -> UpdateTrail to theirs, one region, validated");
    check("another", State::Configuration(None), "compliant");
    check("another", State::Logging(TrailLogging::Off), "CloudTrail.Logging -> StartLogging");
    check("another", State::Logging(TrailLogging::NoTrail), "compliant");
    check("another", State::Selectors(Some(Selectors::Basic(vec![]))), "compliant");
    check("another", State::Insights(BTreeSet::new()), "compliant");
}

#[test]
fn logging() {
    check(TRAIL, State::Logging(TrailLogging::On), "compliant");
    check(TRAIL, State::Logging(TrailLogging::Off), "CloudTrail.Logging -> StartLogging");
    check(TRAIL, State::Logging(TrailLogging::NoTrail), "CloudTrail.Logging -> StartLogging");
}

fn basic(read_write: &str, management: bool, excluded: &[&str], data: &[&str]) -> BasicSelector {
    let data =
        data.iter().map(|arn| DataResource { kind: "AWS::S3::Object".into(), arns: vec![(*arn).to_owned()] }).collect();
    BasicSelector {
        read_write: read_write.into(),
        management,
        excluded_sources: excluded.iter().map(|&source| source.to_owned()).collect(),
        data,
    }
}

fn field(name: &str, values: &[&str]) -> FieldSelector {
    FieldSelector {
        field: name.into(),
        equals: values.iter().map(|&value| value.to_owned()).collect(),
        ..FieldSelector::default()
    }
}

fn advanced(fields: &[FieldSelector]) -> AdvancedSelector {
    AdvancedSelector { name: None, fields: fields.to_vec() }
}

fn management() -> AdvancedSelector {
    advanced(&[field("eventCategory", &["Management"])])
}

fn all_s3() -> AdvancedSelector {
    advanced(&[field("eventCategory", &["Data"]), field("resources.type", &["AWS::S3::Object"])])
}

#[test]
#[rustfmt::skip] // One line a case.
fn basic_selectors() {
    let on = |selectors: &[BasicSelector], expected: &str| check(TRAIL, State::Selectors(Some(Selectors::Basic(selectors.to_vec()))), expected);
    let mended = "CloudTrail.Selectors -> PutEventSelectors 1 basic";
    on(&[basic("All", true, &[], &[OBJECTS])], "compliant");
    on(&[basic("All", true, &[], &["arn:aws:s3"])], "compliant");
    on(&[basic("All", true, &[], &[]), basic("All", false, &[], &["arn:aws:s3:::"])], "compliant");
    on(&[], mended);
    on(&[basic("ReadOnly", false, &[], &[])], mended);
    on(&[basic("All", false, &[], &[OBJECTS])], mended);
    on(&[basic("All", true, &["kms.amazonaws.com"], &[OBJECTS])], mended);
    on(&[basic("WriteOnly", true, &[], &[OBJECTS])], mended);
    on(&[basic("All", true, &[], &["arn:aws:s3:::parapet-ml-data-111122223333-us-east-1/raw/"])], mended);
    check(TRAIL, State::Selectors(None), mended);
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_else_was_selected_stays() {
    let seen = State::Selectors(Some(Selectors::Basic(vec![basic("WriteOnly", true, &[], &["arn:aws:s3:::other/"])])));
    let desired = State::Selectors(Some(Selectors::Basic(vec![basic("All", true, &[], &[OBJECTS, "arn:aws:s3:::other/"])])));
    assert_eq!(comply(&seen, None), desired);
}

#[test]
#[rustfmt::skip] // One line a case.
fn advanced_selectors() {
    let on = |selectors: &[AdvancedSelector], expected: &str| check(TRAIL, State::Selectors(Some(Selectors::Advanced(selectors.to_vec()))), expected);
    let hiding_kms = advanced(&[
        field("eventCategory", &["Management"]),
        FieldSelector { field: "eventSource".into(), not_equals: vec!["kms.amazonaws.com".into()], ..FieldSelector::default() },
    ]);
    let reads = advanced(&[field("eventCategory", &["Management"]), field("readOnly", &["true"])]);
    let writes_of_s3 = advanced(&[field("eventCategory", &["Data"]), field("resources.type", &["AWS::S3::Object"]), field("readOnly", &["false"])]);
    on(&[management(), all_s3()], "compliant");
    on(&[management(), all_s3(), reads.clone()], "compliant");
    on(&[management()], "CloudTrail.Selectors -> PutEventSelectors 2 advanced");
    on(&[all_s3()], "CloudTrail.Selectors -> PutEventSelectors 2 advanced");
    on(&[hiding_kms, all_s3()], "CloudTrail.Selectors -> PutEventSelectors 2 advanced");
    on(&[reads, all_s3()], "CloudTrail.Selectors -> PutEventSelectors 2 advanced");
    on(&[management(), writes_of_s3], "CloudTrail.Selectors -> PutEventSelectors 3 advanced");
}

#[test]
#[rustfmt::skip] // One line a case.
fn insights() {
    let on = |insights: &[&str], expected: &str| check(TRAIL, State::Insights(insights.iter().map(|&insight| insight.to_owned()).collect()), expected);
    on(&["ApiCallRateInsight", "ApiErrorRateInsight"], "compliant");
    on(&["ApiCallRateInsight", "ApiErrorRateInsight", "NewInsight"], "compliant");
    on(&["ApiErrorRateInsight"], "CloudTrail.Insights -> PutInsightSelectors ApiCallRateInsight, ApiErrorRateInsight");
    on(&[], "CloudTrail.Insights -> PutInsightSelectors ApiCallRateInsight, ApiErrorRateInsight");
}

#[test]
fn a_deleted_trail_comes_back_as_it_was() {
    let last = but(|trail| {
        watched(trail);
        trail.tags = BTreeMap::from([("Owner".to_owned(), "audit".to_owned())]);
    });
    assert_eq!(comply(&State::Configuration(None), Some(&last)), last);
    let selected = State::Selectors(Some(Selectors::Advanced(vec![management(), all_s3()])));
    assert_eq!(comply(&State::Selectors(None), Some(&selected)), selected);
}

#[test]
fn a_memory_that_is_weak_is_mended() {
    assert_eq!(comply(&State::Configuration(None), Some(&but(|trail| trail.validation = false))), but(|_| ()));
    assert_eq!(comply(&State::Configuration(None), Some(&State::Configuration(None))), but(|_| ()));
    assert_eq!(comply(&but(|_| ()), Some(&but(watched))), but(|_| ()), "what is there is not overwritten by a memory");
}
