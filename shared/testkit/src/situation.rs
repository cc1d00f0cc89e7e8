use parapet_core::Home;
use parapet_guards::{ControlId, Resource, Room, Standard, Subject};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use crate::fixtures::{NOW, home, standard};

/// What a state is judged under; owns what a [`Subject`] borrows.
#[derive(Clone, Debug)]
pub struct Situation {
    /// The resource.
    pub resource: Resource,
    /// The standard.
    pub standard: Standard,
    /// The account.
    pub home: Home,
    /// The moment.
    pub now: i64,
    /// Until when what only completes the resource waits.
    pub settles_at: Option<i64>,
}

impl Situation {
    /// A resource under the built-in standard with some values changed.
    #[must_use]
    pub fn new(resource: &Resource, changes: &str) -> Self {
        Self { resource: resource.clone(), standard: standard(changes), home: home(), now: NOW, settles_at: None }
    }

    /// The same under that standard, read from an object (`s3://bucket/key`).
    ///
    /// # Panics
    /// That is no such place.
    #[must_use]
    #[expect(clippy::panic, reason = "a fixture that is wrong has to stop the test")]
    pub fn with_standard_in(self, place: &str) -> Self {
        let object = place.parse().unwrap_or_else(|error| panic!("{place}: {error}"));
        Self { standard: self.standard.read_from(object), ..self }
    }

    /// The subject.
    #[must_use]
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            resource: &self.resource,
            standard: &self.standard,
            home: &self.home,
            now: self.now,
            account: None,
            room: Room::Quota,
            settles_at: self.settles_at,
            made: None,
        }
    }
}

/// An object in the bucket of the pipeline's data.
const DATA_OBJECT: &str = "s3://parapet-ml-data-111122223333-us-east-1/standard.yaml";

/// A resource under any standard, read from an object or not: any modes, exemptions in force and ended, any encryption, spared principals or none; settled or not.
pub fn situations(resource: impl Strategy<Value = Resource>) -> impl Strategy<Value = Situation> {
    let places = weighted(0.3, select(vec!["s3://training-images/standard.yaml", DATA_OBJECT]));
    let settling = weighted(0.2, Just(NOW + 60));
    (resource, standards(), places, settling).prop_map(|(resource, changes, place, settles_at)| {
        let situation = Situation { settles_at, ..Situation::new(&resource, &changes.to_string()) };
        match place {
            Some(place) => situation.with_standard_in(place),
            None => situation,
        }
    })
}

fn standards() -> impl Strategy<Value = Value> {
    let algorithm = || select(vec!["AES256", "aws:kms", "aws:kms:dsse"]);
    let retention = (select(vec!["GOVERNANCE", "COMPLIANCE"]), 1..800_u32)
        .prop_map(|(mode, days)| json!({"mode": mode, "days": days}));
    let tls = select(vec![json!(null), json!("1.2"), json!("1.3")]);
    let copies = prop_oneof![3 => Just(json!([])), 1 => Just(json!(["elsewhere"]))];
    let buckets = (algorithm(), algorithm(), retention, 0..800_u32, tls, copies).prop_map(|(every, ml, retention, days, tls, copies)| {
        json!({
            "encryption": every, "ml_encryption": ml, "log_retention": retention, "evidence_retention": retention,
            "data_retention_days": days, "access_log_retention_days": days, "minimum_tls": tls, "replicate_to": copies,
        })
    });
    let trusted = prop_oneof![3 => Just(json!([])), 1 => Just(json!(["999999999999"]))];
    let spared = prop_oneof![Just(json!([])), Just(json!(["user/break-glass", "role/emergency-1"]))];
    let boundaries = prop_oneof![
        2 => Just(json!([])),
        1 => Just(json!([{"principals": ["role/app", "user/*"], "boundary": "app-boundary"}])),
    ];
    let providers = prop_oneof![Just(json!([])), Just(json!(["saml-provider/*"]))];
    let used = prop_oneof![
        3 => Just(json!(null)),
        1 => Just(json!({"trail": "another", "bucket": "elsewhere"})),
        1 => Just(json!({"trail": "another", "bucket": "elsewhere", "key": "alias/parapet-ml"})),
        1 => Just(json!({"trail": "arn:aws:cloudtrail:us-east-1:444455556666:trail/parapet", "bucket": "elsewhere"})),
    ];
    (modes(), vec(exemption(), 0..3), buckets, spared, trusted, boundaries, providers, used).prop_map(
        |(controls, exemptions, buckets, spared, trusted, boundaries, providers, used)| {
            json!({
                "controls": controls,
                "exemptions": exemptions,
                "buckets": buckets,
                "principals": {"break_glass": spared, "boundaries": boundaries},
                "trust": {"accounts": trusted, "providers": providers},
                "trail": {"use": used},
            })
        },
    )
}

/// A mode for each control, or none: mostly the default.
fn modes() -> impl Strategy<Value = Value> {
    let mode = || weighted(0.3, select(vec!["enforce", "observe", "off"]));
    let each: Vec<_> =
        ControlId::all().iter().map(|control| mode().prop_map(move |mode| (control.as_str(), mode))).collect();
    each.prop_map(|modes| {
        modes.into_iter().filter_map(|(id, mode)| Some((id.to_owned(), json!(mode?)))).collect::<Map<_, _>>().into()
    })
}

fn exemption() -> impl Strategy<Value = Value> {
    let controls = subsequence(ControlId::all().iter().map(|control| control.as_str()).collect::<Vec<_>>(), 1..5);
    let until = select(vec!["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"]);
    let resource = select(vec!["*", "arn:aws:s3:::*", "arn:aws:iam::*", "arn:aws:cloudtrail:*"]);
    (controls, until, resource)
        .prop_map(|(controls, until, resource)| json!({"resource": resource, "controls": controls, "reason": "r", "who": "w", "until": until}))
}
