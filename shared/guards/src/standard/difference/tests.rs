use parapet_core::Home;

use super::*;

fn home() -> Home {
    Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() }
}

fn between(old: &str, new: &str) -> Difference {
    let standard = |text: &str| Standard::parse(text, "test", &home()).unwrap();
    const NOON: i64 = 1_795_953_600;
    Difference::between(&standard(old), &standard(new), NOON)
}

/// What it says from `old` to `new`.
fn said(old: &str, new: &str) -> Vec<String> {
    between(old, new).changes.iter().map(ToString::to_string).collect()
}

const NOTHING: &str = "version: 1";

fn check(new: &str, expected: &[&str]) {
    assert_eq!(said(NOTHING, new), expected, "{new}");
}

#[test]
fn every_part_of_the_standard_has_a_direction() {
    check("controls: {S3.Encryption: observe}", &["controls.S3.Encryption: enforce -> observe (looser)"]);
    check("controls: {KMS.OtherKeyEnabled: enforce}", &["controls.KMS.OtherKeyEnabled: observe -> enforce (stricter)"]);
    check("mode: observe", &["mode: enforce -> observe (looser)"]);
    check(
        "{mode: observe, controls: {S3.Versioning: enforce, S3.Tags: observe}}",
        &["mode: enforce -> observe (looser)", "controls.S3.Tags: enforce -> observe (looser)"],
    );
    check("modes: [{buckets: [a], mode: observe}]", &["modes: with observe of buckets a (looser)"]);
    check("modes: [{principals: [role/a], mode: enforce}]", &["modes: with enforce of principals role/a (stricter)"]);
    check("buckets: {encryption: 'aws:kms'}", &["buckets.encryption: AES256 -> aws:kms (stricter)"]);
    check("buckets: {ml_encryption: AES256}", &["buckets.ml_encryption: aws:kms -> AES256 (looser)"]);
    check(
        "buckets: {log_retention: {mode: COMPLIANCE, days: 30}}",
        &[
            "buckets.log_retention.mode: GOVERNANCE -> COMPLIANCE (stricter)",
            "buckets.log_retention.days: 365 -> 30 (looser)",
        ],
    );
    check("buckets: {data_retention_days: 0}", &["buckets.data_retention_days: 30 -> 0 (looser)"]);
    check("buckets: {access_log_retention_days: 91}", &["buckets.access_log_retention_days: 90 -> 91 (stricter)"]);
    check("buckets: {minimum_tls: '1.2'}", &["buckets.minimum_tls: any -> 1.2 (stricter)"]);
    check("buckets: {versioning: all}", &["buckets.versioning: pipeline -> all (stricter)"]);
    check("buckets: {replicate_to: [copies]}", &["buckets.replicate_to: with copies (looser)"]);
    check(
        "buckets: {notify_to: ['arn:aws:sqs:us-east-1:123456789012:sf-snowpipe-*']}",
        &["buckets.notify_to: with arn:aws:sqs:us-east-1:123456789012:sf-snowpipe-* (looser)"],
    );
    check("service: {policies: [tools]}", &["service.policies: with tools (looser)"]);
    check("trail: {insights: [ApiCallRateInsight]}", &["trail.insights: without ApiErrorRateInsight (looser)"]);
    check(
        "event_data_stores: {max_event_size: Large}",
        &["event_data_stores.max_event_size: Standard -> Large (stricter)"],
    );
    check("event_data_stores: {retention_days: 7}", &["event_data_stores.retention_days: 365 -> 7 (looser)"]);
    check("trust: {accounts: ['444455556666']}", &["trust.accounts: with 444455556666 (looser)"]);
    check(
        "trust: {accounts: ['444455556666'], management_account: '444455556666'}",
        &["trust.accounts: with 444455556666 (looser)", "trust.management_account: any -> 444455556666 (different)"],
    );
    check("trust: {providers: [saml-provider/idp]}", &["trust.providers: with saml-provider/idp (looser)"]);
    check("trust: {networks: [vpce-1]}", &["trust.networks: with vpce-1 (looser)"]);
    check("trust: {identities: [EABC]}", &["trust.identities: with EABC (looser)"]);
    check(
        "trust: {subjects: [{provider: gitlab.com, claim: sub, pattern: 'project_path:acme/*'}]}",
        &["trust.subjects: with gitlab.com:sub project_path:acme/* (looser)"],
    );
    check("access: {protected: ['arn:aws:s3:::a']}", &["access.protected: with arn:aws:s3:::a (stricter)"]);
    check("presets: [cdk, stacksets]", &["presets: with cdk (looser)", "presets: with stacksets (looser)"]);
    check("principals: {break_glass: [user/fire]}", &["principals.break_glass: with user/fire (looser)"]);
    check("principals: {administrators: [role/a*]}", &["principals.administrators: with role/a* (looser)"]);
    check("principals: {deployers: [role/ci]}", &["principals.deployers: with role/ci (looser)"]);
    check("principals: {protected: [user/ci]}", &["principals.protected: with user/ci (stricter)"]);
    check("names: {trail: audit}", &["names.trail: parapet -> audit (different)"]);
    check(
        "contest: {repairs: 30, window_minutes: 90}",
        &["contest.repairs: 20 -> 30 (looser)", "contest.window_minutes: 60 -> 90 (stricter)"],
    );
    check(
        "contest: {slow: {repairs: 4, days: 14}}",
        &["contest.slow.repairs: 3 -> 4 (looser)", "contest.slow.days: 7 -> 14 (stricter)"],
    );
    check("settle: {minutes: 30}", &["settle.minutes: 10 -> 30 (looser)"]);
    check("settle: {minutes: 0}", &["settle.minutes: 10 -> 0 (stricter)"]);
}

#[test]
fn the_order_of_parts_counts() {
    let (a, b) = ("{buckets: [a*], mode: observe}", "{buckets: [ab], mode: enforce}");
    let expected = "modes: observe of buckets a*; enforce of buckets ab -> enforce of buckets ab; observe of buckets a* (different)";
    assert_eq!(said(&format!("modes: [{a}, {b}]"), &format!("modes: [{b}, {a}]")), [expected]);
}

#[test]
fn what_is_written_differently_and_means_the_same_is_no_difference() {
    let built_in = Standard::built_in(&home()).unwrap();
    let nothing = Standard::parse(NOTHING, "test", &home()).unwrap();
    assert!(Difference::between(&built_in, &nothing, 0).is_empty());
    check("controls: {S3.Encryption: enforce}", &[]);
    check("scope: {buckets: {include: ['*', 'a-*']}}", &[]);
    assert_eq!(
        said(
            "trust: {accounts: ['111122223333', '444455556666']}",
            "trust: {accounts: ['444455556666', '111122223333']}"
        ),
        [""; 0]
    );
}

#[test]
fn a_smaller_scope_is_looser() {
    check("scope: {keys: {include: ['app-*']}}", &["scope.keys.include: without * (looser)"]);
    check("scope: {buckets: {exclude: ['tmp-*']}}", &["scope.buckets.exclude: with tmp-* (looser)"]);
    let (some, all) = ("scope: {trails: {include: ['a-*']}}", NOTHING);
    assert_eq!(said(some, all), ["scope.trails.include: with * (stricter)"]);
    let other = "scope: {trails: {include: ['b-*']}}";
    assert_eq!(
        said(some, other),
        ["scope.trails.include: without a-* (looser)", "scope.trails.include: with b-* (stricter)"]
    );
}

#[test]
fn organizations() {
    check("trust: {organizations: [o-one]}", &["trust.organizations: with o-one (looser)"]);
}

#[test]
fn exemptions_count_while_they_are_in_force() {
    let exempt = |resource: &str, until: &str| {
        format!("exemptions: [{{resource: '{resource}', controls: [S3.Ownership], reason: r, who: w, until: {until}}}]")
    };
    let (wide, long) = ("arn:aws:s3:::a-*", "2027-01-31T00:00:00Z");
    let told = "exemptions: with S3.Ownership of arn:aws:s3:::a-* until 2027-01-31T00:00:00Z (looser)";
    check(&exempt(wide, long), &[told]);
    check(&exempt(wide, "2025-01-31T00:00:00Z"), &[]);
    let to = |old: String, new: String| said(&old, &new);
    assert_eq!(
        to(exempt(wide, long), NOTHING.to_owned()),
        [told.replace(" with", " without").replace("looser", "stricter")]
    );
    let narrower = "exemptions: without S3.Ownership of arn:aws:s3:::a-* until 2027-01-31T00:00:00Z (stricter)";
    assert_eq!(to(exempt(wide, long), exempt("arn:aws:s3:::a-1", long)), [narrower]);
    assert_eq!(to(exempt(wide, "2026-12-31T00:00:00Z"), exempt(wide, long)), [told]);
}

#[test]
fn the_first_boundary_that_fits_counts() {
    let of = |rules: &str| format!("principals: {{boundaries: [{rules}]}}");
    let (any, app) = ("{principals: ['role/*'], boundary: b}", "{principals: [role/app], boundary: c}");
    let both = of(&format!("{any}, {app}"));
    assert_eq!(said(&of(any), &both), ["principals.boundaries: with c of role/app (stricter)"]);
    assert_eq!(said(&both, &of(any)), ["principals.boundaries: without c of role/app (looser)"]);
    assert_eq!(
        said(&both, &of(&format!("{app}, {any}"))),
        ["principals.boundaries: b of role/*; c of role/app -> c of role/app; b of role/* (different)"]
    );
}

#[test]
fn what_may_be_reached_is_told_by_document() {
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    check(&format!("access: {{envelope: [{document}]}}"), &[&format!("access.envelope: with {document} (looser)")]);
}

#[test]
fn another_trail_that_is_used_is_another() {
    let used = |bucket: &str| format!("trail: {{use: {{trail: audit, bucket: {bucket}}}}}");
    assert_eq!(said(NOTHING, &used("logs")), ["trail.use: bootstrap's -> audit into logs (different)"]);
    assert_eq!(said(&used("logs"), NOTHING), ["trail.use: audit into logs -> bootstrap's (different)"]);
    assert_eq!(said(&used("logs"), &used("more")), ["trail.use: audit into logs -> audit into more (different)"]);
    let keyed = "trail: {use: {trail: audit, bucket: logs, key: alias/parapet-ml}}";
    let under = "trail.use: audit into logs -> audit into logs under alias/parapet-ml (different)";
    assert_eq!(said(&used("logs"), keyed), [under]);
}

#[test]
fn a_copy_of_the_trail_elsewhere_is_another() {
    let to = |name: &str| {
        format!(
            "trail: {{cloud_watch_logs: {{log_group_arn: 'arn:aws:logs:us-east-1:111122223333:log-group:{name}:*', role_arn: 'arn:aws:iam::111122223333:role/r'}}}}"
        )
    };
    let directions = |old: &str, new: &str| -> Vec<Direction> {
        between(old, new).changes.iter().map(|change| change.direction).collect()
    };
    assert_eq!(directions(NOTHING, &to("a")), [Direction::Stricter]);
    assert_eq!(directions(&to("a"), NOTHING), [Direction::Looser]);
    assert_eq!(directions(&to("a"), &to("b")), [Direction::Different]);
}

#[test]
fn who_asks_for_less_is_told_of() {
    assert!(!between(NOTHING, NOTHING).asks_less());
    assert!(!between(NOTHING, "buckets: {encryption: 'aws:kms'}").asks_less());
    assert!(between(NOTHING, "buckets: {encryption: 'aws:kms', ml_encryption: AES256}").asks_less());
    assert!(between(NOTHING, "names: {trail: audit}").asks_less(), "the trail before it is not brought back any more");
}

#[test]
fn a_difference_is_a_list() {
    let difference = between(NOTHING, "{controls: {S3.Encryption: 'off'}, buckets: {replicate_to: [copies]}}");
    assert_eq!(
        serde_json::to_value(difference).unwrap(),
        serde_json::json!([
            {"path": "controls.S3.Encryption", "before": "enforce", "after": "off", "direction": "looser"},
            {"path": "buckets.replicate_to", "before": null, "after": "copies", "direction": "looser"},
        ])
    );
}
