//! What the logging guard decides of a trail that was there already and is used, one line a case.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use parapet_guards::{
    BasicSelector, DataResource, Facet, KmsKey, Selectors, Standard, State, TrailConfiguration, TrailLogging,
};
use parapet_testkit::fixtures::{KEY_ALIAS, TRAIL, home, trail};
use parapet_testkit::{Situation, verdict};

const OURS: &str = "trail: {use: {trail: audit, bucket: audit-logs}}";
const ORGANIZATION: &str =
    "trail: {use: {trail: 'arn:aws:cloudtrail:eu-west-1:444455556666:trail/org', bucket: org-logs}}";
const ORGANIZATIONS: &str = "arn:aws:cloudtrail:eu-west-1:444455556666:trail/org";
const OWN_KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/audit";
const THEIR_KEY: &str = "arn:aws:kms:eu-west-1:444455556666:key/org";
const STRANGERS_KEY: &str = "arn:aws:kms:us-east-1:999999999999:key/x";
const OBJECTS: &str = "arn:aws:s3:::parapet-ml-data-111122223333-us-east-1/";

fn under(standard: &str, name: &str, last_known: Option<&State>, observed: &State, expected: &str) {
    let situation = Situation::new(&trail(name), standard);
    assert_eq!(verdict(&situation.subject(), last_known, observed), expected, "{name} {observed:?}");
}

fn ours(observed: &State, expected: &str) {
    under(OURS, "audit", None, observed, expected);
}

fn theirs(observed: &State, expected: &str) {
    under(ORGANIZATION, ORGANIZATIONS, None, observed, expected);
}

fn audit(change: impl FnOnce(&mut TrailConfiguration)) -> State {
    let mut trail = TrailConfiguration {
        bucket: "audit-logs".into(),
        prefix: Some("all".into()),
        sns_topic: None,
        multi_region: true,
        global_services: true,
        validation: true,
        key: Some(KmsKey::Arn(OWN_KEY.into())),
        cloud_watch: None,
        organization: false,
    };
    change(&mut trail);
    State::TrailConfiguration(Some(trail))
}

fn organizations(change: impl FnOnce(&mut TrailConfiguration)) -> State {
    audit(|trail| {
        (trail.bucket, trail.organization) = ("org-logs".into(), true);
        trail.key = Some(KmsKey::Arn(THEIR_KEY.into()));
        change(trail);
    })
}

fn key(arn: &str) -> Option<KmsKey> {
    Some(KmsKey::Arn(arn.into()))
}

#[test]
#[rustfmt::skip] // One line a case.
fn one_of_this_account_is_kept_as_bootstraps_own() {
    let whole = format!("UpdateTrail to audit-logs, every region, validated, encrypted with {OWN_KEY}");
    ours(&audit(|_| ()), "compliant");
    ours(&audit(|trail| trail.key = Some(KmsKey::Alias(KEY_ALIAS.into()))), "compliant");
    ours(&audit(|trail| trail.multi_region = false), &format!("CloudTrail.MultiRegion -> {whole}"));
    ours(&audit(|trail| trail.global_services = false), &format!("CloudTrail.MultiRegion -> {whole}"));
    ours(&audit(|trail| trail.validation = false), &format!("CloudTrail.Validation -> {whole}"));
    ours(&audit(|trail| trail.bucket = "mallorys".into()), &format!("CloudTrail.Delivery -> {whole}"));
    ours(&State::TrailLogging(TrailLogging::Off), "CloudTrail.Logging -> StartLogging");
    ours(&State::TrailLogging(TrailLogging::NoTrail), "CloudTrail.Logging -> StartLogging");
    ours(&State::TrailConfiguration(None), "CloudTrail.Exists -> CreateTrail to audit-logs, every region, validated");
    // Insights and tags are its owner's.
    ours(&State::TrailInsights(Some([].into())), "compliant");
    ours(&State::TrailTags(Some([].into())), "compliant");
}

/// Which key may stand there, nobody but its owner knows, unless the standard says or it was so before.
#[test]
#[rustfmt::skip] // One line a case.
fn its_key_is_named_or_was_there_before_or_is_told() {
    let plain = audit(|trail| trail.key = None);
    let strangers = audit(|trail| trail.key = key(STRANGERS_KEY));
    let whole = format!("CloudTrail.Encryption -> UpdateTrail to audit-logs, every region, validated, encrypted with {OWN_KEY}");
    ours(&plain, "(CloudTrail.Encryption)");
    ours(&strangers, "(CloudTrail.Encryption)");
    ours(&audit(|trail| trail.key = key("audit")), "(CloudTrail.Encryption)");
    for seen in [&plain, &strangers] {
        under(OURS, "audit", Some(&audit(|_| ())), seen, &whole);
        under(OURS, "audit", Some(&strangers), seen, "(CloudTrail.Encryption)");
    }
    let named = "trail: {use: {trail: audit, bucket: audit-logs, key: 'arn:aws:kms:us-east-1:111122223333:key/audit'}}";
    under(named, "audit", None, &audit(|_| ()), "compliant");
    under(named, "audit", None, &plain, &whole);
    under(named, "audit", None, &audit(|trail| trail.key = key("arn:aws:kms:us-east-1:111122223333:key/mallorys")), &whole);
    let pipelines = "trail: {use: {trail: audit, bucket: audit-logs, key: alias/parapet-ml}}";
    under(pipelines, "audit", None, &audit(|trail| trail.key = Some(KmsKey::Alias(KEY_ALIAS.into()))), "compliant");
    under("trust: {accounts: ['999999999999']}\ntrail: {use: {trail: audit, bucket: audit-logs}}", "audit", None, &strangers, "compliant");
    under("controls: {CloudTrail.Encryption: off}\ntrail: {use: {trail: audit, bucket: audit-logs}}", "audit", None, &plain, "compliant");
}

#[test]
fn what_was_deleted_or_led_away_comes_back_as_it_was() {
    let (last, gone) = (audit(|_| ()), State::TrailConfiguration(None));
    let comply = |seen: &State| seen.comply(&Situation::new(&trail("audit"), OURS).subject(), Some(&last));
    assert_eq!(comply(&gone), last);
    let mallorys = audit(|trail| (trail.bucket, trail.prefix) = ("mallorys".into(), Some("mine".into())));
    assert_eq!(comply(&mallorys), last);
}

#[test]
#[rustfmt::skip] // One line a case.
fn anothers_is_only_looked_at_and_told() {
    theirs(&organizations(|_| ()), "compliant");
    theirs(&organizations(|trail| trail.multi_region = false), "(CloudTrail.MultiRegion)");
    theirs(&organizations(|trail| trail.global_services = false), "(CloudTrail.MultiRegion)");
    theirs(&organizations(|trail| trail.validation = false), "(CloudTrail.Validation)");
    theirs(&organizations(|trail| trail.bucket = "mallorys".into()), "(CloudTrail.Delivery)");
    theirs(&organizations(|trail| trail.key = None), "(CloudTrail.Encryption)");
    theirs(&organizations(|trail| trail.key = key(STRANGERS_KEY)), "(CloudTrail.Encryption)");
    theirs(&State::TrailConfiguration(None), "(CloudTrail.Exists)");
    theirs(&State::TrailLogging(TrailLogging::Off), "(CloudTrail.Logging)");
    theirs(&State::TrailLogging(TrailLogging::NoTrail), "(CloudTrail.Logging)");
    theirs(&selected(&[basic("ReadOnly", &[], &[])]), "(CloudTrail.Selectors)");
    theirs(&State::TrailSelectors(None), "(CloudTrail.Selectors)");
    // One of this account that is at home in another region is that region's to mend.
    let elsewhere = "trail: {use: {trail: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit', bucket: audit-logs}}";
    let name = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit";
    under(elsewhere, name, None, &audit(|_| ()), "compliant");
    under(elsewhere, name, None, &audit(|trail| trail.validation = false), "(CloudTrail.Validation)");
    under(elsewhere, name, None, &State::TrailLogging(TrailLogging::Off), "(CloudTrail.Logging)");
}

fn basic(read_write: &str, excluded: &[&str], data: &[&str]) -> BasicSelector {
    let data = data.iter().map(|arn| DataResource { kind: "AWS::S3::Object".into(), arns: vec![(*arn).to_owned()] });
    BasicSelector {
        read_write: read_write.into(),
        management: true,
        excluded_sources: excluded.iter().map(|&source| source.to_owned()).collect(),
        data: data.collect(),
    }
}

fn selected(selectors: &[BasicSelector]) -> State {
    State::TrailSelectors(Some(Selectors::Basic(selectors.to_vec())))
}

#[test]
#[rustfmt::skip] // One line a case.
fn all_management_events_are_asked_for_and_what_was_recorded_of_the_data() {
    let mended = "CloudTrail.Selectors -> PutEventSelectors 1 basic";
    let (plain, whole) = (selected(&[basic("All", &[], &[])]), selected(&[basic("All", &[], &[OBJECTS])]));
    ours(&plain, "compliant");
    ours(&whole, "compliant");
    ours(&selected(&[]), mended);
    ours(&State::TrailSelectors(None), mended);
    ours(&selected(&[basic("WriteOnly", &[], &[])]), mended);
    ours(&selected(&[basic("All", &["kms.amazonaws.com"], &[])]), mended);
    ours(&selected(&[basic("ReadOnly", &["kms.amazonaws.com"], &[])]), mended);
    under(OURS, "audit", Some(&plain), &plain, "compliant");
    under(OURS, "audit", Some(&plain), &whole, "compliant");
    under(OURS, "audit", Some(&whole), &plain, mended);
    let comply = |seen: &State, last| seen.comply(&Situation::new(&trail("audit"), OURS).subject(), last);
    assert_eq!(comply(&selected(&[basic("ReadOnly", &[], &[])]), Some(&whole)), whole);
    assert_eq!(comply(&selected(&[basic("ReadOnly", &[], &[])]), Some(&plain)), plain);
    assert_eq!(comply(&State::TrailSelectors(None), Some(&whole)), whole);
}

/// The name alone makes no trail the one that is used, and bootstrap's is like any other beside it.
#[test]
#[rustfmt::skip] // One line a case.
fn no_other_is_taken_for_it() {
    let mallorys = audit(|trail| (trail.bucket, trail.multi_region, trail.key) = ("mallorys".into(), false, None));
    for name in ["arn:aws:cloudtrail:us-east-1:999999999999:trail/audit", "audit-2", TRAIL] {
        under(OURS, name, None, &mallorys, "compliant");
        under(OURS, name, None, &State::TrailConfiguration(None), "compliant");
        under(OURS, name, None, &State::TrailSelectors(Some(Selectors::Basic(vec![]))), "compliant");
    }
    under(OURS, TRAIL, None, &State::TrailLogging(TrailLogging::Off), "CloudTrail.Logging -> StartLogging");
    under(OURS, TRAIL, None, &State::TrailLogging(TrailLogging::NoTrail), "compliant");
}

#[test]
fn what_names_it() {
    let parse = |text: &str| Standard::parse(text, "test", &home());
    let own = parse(
        "trail: {use: {trail: 'arn:{partition}:cloudtrail:{region}:{account}:trail/audit', bucket: 'logs-{account}'}}",
    );
    let own = own.unwrap();
    assert_eq!((own.trail_name(), own.makes_trail(TRAIL)), ("audit", false));
    assert_eq!(own.trail.used.as_ref().unwrap().bucket, "logs-111122223333");
    assert!(Facet::TrailSelectors.is_asked_of(&trail("audit"), &own));
    assert!(
        !Facet::TrailInsights.is_asked_of(&trail("audit"), &own) && !Facet::TrailTags.is_asked_of(&trail(TRAIL), &own)
    );
    assert_eq!(parse(ORGANIZATION).unwrap().trail_name(), ORGANIZATIONS);
    for (wrong, path) in [
        ("{trail: audit}", "bucket"),
        ("{bucket: audit-logs}", "trail"),
        ("audit", "expected names with their values"),
        ("{trail: 'a u', bucket: audit-logs}", "trail.use.trail"),
        ("{trail: '*', bucket: audit-logs}", "trail.use.trail"),
        ("{trail: 'audit*', bucket: audit-logs}", "trail.use.trail"),
        (
            "{trail: 'arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/audit', bucket: audit-logs}",
            "trail.use.trail",
        ),
        ("{trail: 'arn:aws:s3:::audit', bucket: audit-logs}", "trail.use.trail"),
        ("{trail: 'arn:aws:cloudtrail:*:444455556666:trail/*', bucket: audit-logs}", "trail.use.trail"),
        ("{trail: parapet, bucket: audit-logs}", "trail.use.trail"),
        ("{trail: audit, bucket: '*'}", "trail.use.bucket"),
        ("{trail: audit, bucket: 'parapet-logs-{account}-{region}'}", "trail.use.bucket"),
        ("{trail: audit, bucket: audit-logs, key: 1234}", "key"),
        ("{trail: audit, bucket: audit-logs, key: 'arn:aws:kms:us-east-1:111122223333:alias/a'}", "trail.use.key"),
    ] {
        let error = parse(&format!("trail: {{use: {wrong}}}")).unwrap_err().to_string();
        assert!(error.contains(path), "{wrong}: {error}");
    }
}
