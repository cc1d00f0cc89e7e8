//! What the logging guard decides, one line a case.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::collections::{BTreeMap, BTreeSet};

use parapet_guards::{
    AdvancedSelector, BasicSelector, CloudWatchLink, DataResource, FieldSelector, KmsKey, Selectors, State,
    TrailConfiguration, TrailLogging,
};
use parapet_testkit::fixtures::{KEY_ALIAS, LOG_BUCKET, TRAIL, trail};
use parapet_testkit::{Situation, verdict};

const OBJECTS: &str = "arn:aws:s3:::parapet-ml-data-111122223333-us-east-1/";

fn check(name: &str, observed: State, expected: &str) {
    let situation = Situation::new(&trail(name), "");
    assert_eq!(verdict(&situation.subject(), None, &observed), expected, "{name} {observed:?}");
}

fn comply(observed: &State, last_known: Option<&State>) -> State {
    observed.comply(&Situation::new(&trail(TRAIL), "").subject(), last_known)
}

fn right() -> TrailConfiguration {
    let (bucket, key) = (LOG_BUCKET.to_owned(), Some(KmsKey::Alias(KEY_ALIAS.to_owned())));
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
    }
}

fn but(change: impl FnOnce(&mut TrailConfiguration)) -> State {
    let mut trail = right();
    change(&mut trail);
    State::TrailConfiguration(Some(trail))
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
    for (topic, verdict) in [
        ("arn:aws:sns:us-east-1:111122223333:logs", "compliant"),
        ("arn:aws:sns:us-east-1:999999999999:logs", "(CloudTrail.Topic)"),
        ("arn:aws-cn:sns:cn-north-1:111122223333:logs", "(CloudTrail.Topic)"),
        ("logs", "(CloudTrail.Topic)"),
    ] {
        check(TRAIL, but(|trail| trail.sns_topic = Some(topic.into())), verdict);
        check("team", but(|trail| trail.sns_topic = Some(topic.into())), verdict);
    }
    check(TRAIL, but(|trail| trail.multi_region = false), &format!("CloudTrail.MultiRegion -> {whole}"));
    check(TRAIL, but(|trail| trail.global_services = false), &format!("CloudTrail.MultiRegion -> {whole}"));
    check(TRAIL, but(|trail| trail.validation = false), &format!("CloudTrail.Validation -> {whole}"));
    check(TRAIL, but(|trail| trail.key = None), &format!("CloudTrail.Encryption -> {whole}"));
    check(TRAIL, but(|trail| trail.key = Some(KmsKey::Arn("arn:aws:kms:us-east-1:999999999999:key/1".into()))), &format!("CloudTrail.Encryption -> {whole}"));
    check(TRAIL, but(|trail| trail.bucket = "elsewhere".into()), &format!("CloudTrail.Delivery -> {whole}"));
    check(TRAIL, but(|trail| trail.prefix = Some("hidden".into())), &format!("CloudTrail.Delivery -> {whole}"));
    check(TRAIL, but(|trail| (trail.multi_region, trail.validation) = (false, false)), &format!("CloudTrail.Validation, CloudTrail.MultiRegion -> {whole}"));
    check(TRAIL, State::TrailConfiguration(None), "CloudTrail.Exists -> CreateTrail to parapet-logs-111122223333-us-east-1, every region, validated, encrypted with alias/parapet-ml");
}

#[test]
#[rustfmt::skip] // One line a case.
fn another_trail_is_only_validated_and_kept_logging() {
    let foreign = |validation| but(|trail| (trail.bucket, trail.multi_region, trail.key, trail.validation) = ("theirs".into(), false, None, validation));
    check("another", foreign(true), "compliant");
    check("another", foreign(false), "CloudTrail.Validation -> UpdateTrail to theirs, one region, validated");
    check("another", State::TrailConfiguration(None), "compliant");
    check("another", State::TrailLogging(TrailLogging::Off), "CloudTrail.Logging -> StartLogging");
    check("another", State::TrailLogging(TrailLogging::NoTrail), "compliant");
    check("another", State::TrailSelectors(Some(Selectors::Basic(vec![]))), "compliant");
    check("another", State::TrailInsights(Some(BTreeMap::new())), "compliant");
    check("another", tagged(&[]), "compliant");
}

#[test]
fn logging() {
    check(TRAIL, State::TrailLogging(TrailLogging::On), "compliant");
    check(TRAIL, State::TrailLogging(TrailLogging::Off), "CloudTrail.Logging -> StartLogging");
    check(TRAIL, State::TrailLogging(TrailLogging::NoTrail), "CloudTrail.Logging -> StartLogging");
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

fn field_of_data() -> FieldSelector {
    field("eventCategory", &["Data"])
}

fn field_of_s3() -> FieldSelector {
    field("resources.type", &["AWS::S3::Object"])
}

fn all_s3() -> AdvancedSelector {
    advanced(&[field_of_data(), field_of_s3()])
}

#[test]
#[rustfmt::skip] // One line a case.
fn basic_selectors() {
    let on = |selectors: &[BasicSelector], expected: &str| check(TRAIL, State::TrailSelectors(Some(Selectors::Basic(selectors.to_vec()))), expected);
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
    check(TRAIL, State::TrailSelectors(None), mended);
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_else_was_selected_stays() {
    let seen = State::TrailSelectors(Some(Selectors::Basic(vec![basic("WriteOnly", true, &[], &["arn:aws:s3:::other/"])])));
    let desired = State::TrailSelectors(Some(Selectors::Basic(vec![basic("All", true, &[], &["arn:aws:s3:::other/", OBJECTS])])));
    assert_eq!(comply(&seen, None), desired);
    let seen = State::TrailSelectors(Some(Selectors::Basic(vec![basic("WriteOnly", false, &[], &["arn:aws:s3:::other/"]), basic("All", true, &[], &[])])));
    let desired = State::TrailSelectors(Some(Selectors::Basic(vec![basic("WriteOnly", false, &[], &["arn:aws:s3:::other/"]), basic("All", true, &[], &[OBJECTS])])));
    assert_eq!(comply(&seen, None), desired, "writes elsewhere stay writes");
    let network = advanced(&[field("eventCategory", &["NetworkActivity"]), field("eventSource", &["kms.amazonaws.com"])]);
    let functions = advanced(&[field("eventCategory", &["Data"]), field("resources.type", &["AWS::Lambda::Function"])]);
    let State::TrailSelectors(Some(Selectors::Advanced(kept))) = comply(&State::TrailSelectors(Some(Selectors::Advanced(vec![network.clone(), functions.clone()]))), None) else { unreachable!() };
    assert!(kept.contains(&network) && kept.contains(&functions) && kept.len() == 4, "{kept:?}");
}

#[test]
#[rustfmt::skip] // One line a case.
fn advanced_selectors() {
    let on = |selectors: &[AdvancedSelector], expected: &str| check(TRAIL, State::TrailSelectors(Some(Selectors::Advanced(selectors.to_vec()))), expected);
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
    on(&[management(), writes_of_s3.clone()], "CloudTrail.Selectors -> PutEventSelectors 3 advanced");
    let only = |value: &str| advanced(&[field("eventCategory", &["Management"]), field("readOnly", &[value])]);
    on(&[only("true"), only("false"), all_s3()], "compliant");
    on(&[only("true"), only("true"), all_s3()], "CloudTrail.Selectors -> PutEventSelectors 2 advanced");
    on(&[advanced(&[field("eventCategory", &["Management"]), field("readOnly", &["true", "false"])]), all_s3()], "compliant");
    let reads_of_s3 = advanced(&[field("eventCategory", &["Data"]), field("resources.type", &["AWS::S3::Object"]), field("readOnly", &["true"])]);
    on(&[management(), writes_of_s3, reads_of_s3], "compliant");
    let but = |field: FieldSelector| advanced(&[field_of_s3(), field_of_data(), field]);
    let starts = |values: &[&str]| FieldSelector { field: "resources.ARN".into(), starts_with: values.iter().map(|&value| value.to_owned()).collect(), ..FieldSelector::default() };
    on(&[management(), but(starts(&[OBJECTS]))], "compliant");
    on(&[management(), but(starts(&["arn:aws:s3:::other/", "arn:aws:s3:::"]))], "compliant");
    on(&[management(), but(starts(&["arn:aws:s3:::other/"]))], "CloudTrail.Selectors -> PutEventSelectors 3 advanced");
    on(&[management(), but(field("resources.ARN", &[OBJECTS]))], "CloudTrail.Selectors -> PutEventSelectors 3 advanced");
    on(&[management(), but(FieldSelector { not_starts_with: vec![OBJECTS.into()], ..starts(&["arn:aws:s3:::"]) })], "CloudTrail.Selectors -> PutEventSelectors 3 advanced");
    on(&[management(), but(FieldSelector { field: "userIdentity.arn".into(), not_equals: vec!["arn:aws:iam::111122223333:user/mallory".into()], ..FieldSelector::default() })], "CloudTrail.Selectors -> PutEventSelectors 3 advanced");
    on(&[management(), but(field("eventName", &["GetObject"]))], "CloudTrail.Selectors -> PutEventSelectors 3 advanced");
    for hidden in ["eventName", "eventSource", "eventType", "userIdentity.arn", "sessionCredentialFromConsole"] {
        let hiding = advanced(&[field("eventCategory", &["Management"]), FieldSelector { field: hidden.into(), not_ends_with: vec!["x".into()], ..FieldSelector::default() }]);
        on(&[hiding, all_s3()], "CloudTrail.Selectors -> PutEventSelectors 2 advanced");
    }
}

fn insights(of: &[(&str, &[&str])]) -> State {
    let one = |(insight, of): &(&str, &[&str])| {
        ((*insight).to_owned(), of.iter().map(|&category| category.to_owned()).collect::<BTreeSet<_>>())
    };
    State::TrailInsights(Some(of.iter().map(one).collect()))
}

#[test]
#[rustfmt::skip] // One line a case.
fn insights_of_management_events() {
    let (rate, errors) = ("ApiCallRateInsight", "ApiErrorRateInsight");
    let both = "CloudTrail.Insights -> PutInsightSelectors ApiCallRateInsight, ApiErrorRateInsight";
    check(TRAIL, insights(&[(rate, &[]), (errors, &[])]), "compliant");
    check(TRAIL, insights(&[(rate, &["Data", "Management"]), (errors, &["Management"])]), "compliant");
    check(TRAIL, insights(&[(rate, &[]), (errors, &[]), ("NewInsight", &["Data"])]), "compliant");
    check(TRAIL, insights(&[(errors, &[])]), both);
    check(TRAIL, insights(&[]), both);
    check(TRAIL, State::TrailInsights(None), both);
    check(TRAIL, insights(&[(rate, &["Data"]), (errors, &["Data", "Management"])]), "CloudTrail.Insights -> PutInsightSelectors ApiCallRateInsight of Data and Management, ApiErrorRateInsight of Data and Management");
    let last = insights(&[(rate, &["Data", "Management"])]);
    assert_eq!(comply(&State::TrailInsights(None), Some(&last)), insights(&[(rate, &["Data", "Management"]), (errors, &[])]));
}

fn tagged(tags: &[(&str, &str)]) -> State {
    State::TrailTags(Some(tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()))
}

#[test]
#[rustfmt::skip] // One line a case.
fn tags() {
    let mended = "CloudTrail.Tags -> AddTags Purpose=AuditTrail";
    check(TRAIL, tagged(&[("Owner", "jane"), ("Purpose", "AuditTrail")]), "compliant");
    check(TRAIL, tagged(&[("Owner", "jane")]), mended);
    check(TRAIL, tagged(&[("Purpose", "Scratch")]), mended);
    check(TRAIL, State::TrailTags(None), mended);
    let last = tagged(&[("Owner", "audit"), ("Purpose", "AuditTrail")]);
    assert_eq!(comply(&State::TrailTags(None), Some(&last)), last);
}

fn under(standard: &str, name: &str, last_known: Option<&State>, observed: &State, expected: &str) {
    let situation = Situation::new(&trail(name), standard);
    assert_eq!(verdict(&situation.subject(), last_known, observed), expected, "{name} {observed:?}");
}

#[test]
#[rustfmt::skip] // One line a case.
fn the_copy_in_cloud_watch_logs() {
    let linked = "CloudTrail.CloudWatchLogs -> UpdateTrail with a copy in arn:aws:logs:us-east-1:111122223333:log-group:t:*";
    let asked = "trail: {cloud_watch_logs: {log_group_arn: 'arn:aws:logs:us-east-1:111122223333:log-group:t:*', role_arn: 'arn:aws:iam::111122223333:role/t'}}";
    let moved = but(|trail| { watched(trail); trail.cloud_watch.as_mut().unwrap().log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:other:*".into(); });
    let (with, without) = (but(watched), but(|_| ()));
    under("", TRAIL, None, &without, "compliant");
    under("", TRAIL, Some(&without), &without, "compliant");
    under("", TRAIL, Some(&with), &without, linked);
    under("", TRAIL, Some(&with), &moved, "compliant");
    under("controls: {CloudTrail.CloudWatchLogs: observe}", TRAIL, Some(&with), &without, "(CloudTrail.CloudWatchLogs)");
    under("", "another", Some(&with), &without, "compliant");
    under(asked, TRAIL, None, &without, linked);
    under(asked, TRAIL, None, &moved, linked);
    under(asked, TRAIL, None, &with, "compliant");
    under("", TRAIL, Some(&with), &but(|trail| trail.validation = false), "CloudTrail.Validation, CloudTrail.CloudWatchLogs -> UpdateTrail to parapet-logs-111122223333-us-east-1, every region, validated, encrypted with alias/parapet-ml; UpdateTrail with a copy in arn:aws:logs:us-east-1:111122223333:log-group:t:*");
}

#[test]
#[rustfmt::skip] // One line a case.
fn an_organizations_trail_is_only_observed() {
    let of_the_organization = "arn:aws:cloudtrail:us-east-1:444455556666:trail/parapet";
    check(of_the_organization, but(|trail| trail.organization = true), "compliant");
    check(of_the_organization, but(|trail| (trail.organization, trail.validation) = (true, false)), "(CloudTrail.Validation)");
    check(of_the_organization, State::TrailLogging(TrailLogging::Off), "(CloudTrail.Logging)");
    check(of_the_organization, State::TrailLogging(TrailLogging::NoTrail), "compliant");
    check(of_the_organization, State::TrailConfiguration(None), "compliant");
    check("arn:aws:cloudtrail:us-east-1:111122223333:trail/another", State::TrailLogging(TrailLogging::Off), "CloudTrail.Logging -> StartLogging");
}

#[test]
fn a_deleted_trail_comes_back_as_it_was() {
    let last = but(watched);
    assert_eq!(comply(&State::TrailConfiguration(None), Some(&last)), last);
    let selected = State::TrailSelectors(Some(Selectors::Advanced(vec![management(), all_s3()])));
    assert_eq!(comply(&State::TrailSelectors(None), Some(&selected)), selected);
}

#[test]
fn a_memory_that_is_weak_is_mended() {
    assert_eq!(comply(&State::TrailConfiguration(None), Some(&but(|trail| trail.validation = false))), but(|_| ()));
    assert_eq!(comply(&State::TrailConfiguration(None), Some(&State::TrailConfiguration(None))), but(|_| ()));
}
