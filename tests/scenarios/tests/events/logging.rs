use std::collections::{BTreeMap, BTreeSet};

use parapet_guards::{
    BasicSelector, CloudWatchLink, EventConfiguration, EventSize, Facet, Selectors, State, TrailConfiguration,
    TrailLogging,
};
use parapet_testkit::fixtures::{TRAIL, trail};
use serde_json::Value;

use super::{Account, own_role, stores};

fn nothing() -> [(Facet, State); 5] {
    [
        (Facet::TrailConfiguration, State::TrailConfiguration(None)),
        (Facet::TrailLogging, State::TrailLogging(TrailLogging::NoTrail)),
        (Facet::TrailSelectors, State::TrailSelectors(None)),
        (Facet::TrailInsights, State::TrailInsights(None)),
        (Facet::TrailTags, State::TrailTags(None)),
    ]
}

pub(crate) fn account() -> Account {
    let account = Account::empty();
    for (facet, state) in nothing() {
        account.bootstrapped(&trail(TRAIL), facet, &state);
    }
    let plain = EventConfiguration {
        max_event_size: EventSize::Standard,
        context_keys: BTreeMap::new(),
        aggregations: BTreeSet::new(),
    };
    account.bootstrapped(&trail(TRAIL), Facet::TrailEvents, &State::TrailEvents(Some(plain)));
    stores::exist(&account);
    own_role::exists(&account);
    account
}

/// The trail as it is.
fn seen(account: &Account) -> TrailConfiguration {
    match account.world.state(&trail(TRAIL), Facet::TrailConfiguration) {
        Some(State::TrailConfiguration(Some(trail))) => trail,
        _ => unreachable!("bootstrap made it"),
    }
}

/// Another trail, as one call made it.
fn made(account: &Account, name: &str, validation: bool, logging: TrailLogging) {
    let configuration = TrailConfiguration { validation, ..seen(account) };
    account.world.set(&trail(name), Facet::TrailConfiguration, State::TrailConfiguration(Some(configuration)));
    account.world.set(&trail(name), Facet::TrailLogging, State::TrailLogging(logging));
}

/// What a call leaves behind. Any other is harmless.
pub(crate) fn happens(file: &str, record: &Value, account: &Account) {
    let set = |facet, state| account.world.set(&trail(TRAIL), facet, state);
    match file {
        "StopLogging" | "by-arn-StopLogging" | "string-null-StopLogging" => {
            set(Facet::TrailLogging, State::TrailLogging(TrailLogging::Off))
        }
        "DeleteTrail" => nothing().into_iter().for_each(|(facet, state)| set(facet, state)),
        "UpdateTrail" => {
            let mut weak = seen(account);
            (weak.multi_region, weak.global_services, weak.validation) = (false, false, false);
            set(Facet::TrailConfiguration, State::TrailConfiguration(Some(weak)));
        }
        "plain-UpdateTrail" => {
            let plain = TrailConfiguration { key: None, ..seen(account) };
            set(Facet::TrailConfiguration, State::TrailConfiguration(Some(plain)));
        }
        "elsewhere-UpdateTrail" => {
            let elsewhere = TrailConfiguration { bucket: "audit-archive".into(), ..seen(account) };
            set(Facet::TrailConfiguration, State::TrailConfiguration(Some(elsewhere)));
        }
        "topic-UpdateTrail" => {
            let topic = Some("arn:aws:sns:us-east-1:999999999999:logs".into());
            let told = TrailConfiguration { sns_topic: topic, ..seen(account) };
            set(Facet::TrailConfiguration, State::TrailConfiguration(Some(told)));
        }
        // It had a copy, and was remembered with it.
        "unlinked-UpdateTrail" => {
            let link = CloudWatchLink {
                log_group_arn: "arn:aws:logs:us-east-1:111122223333:log-group:audit:*".into(),
                role_arn: "arn:aws:iam::111122223333:role/audit-to-logs".into(),
            };
            let before = TrailConfiguration { cloud_watch: Some(link), ..seen(account) };
            let before = State::TrailConfiguration(Some(before)).kept();
            account.recorder.learn(&trail(TRAIL), Facet::TrailConfiguration, before);
        }
        "organization-UpdateTrail" => {
            let of_all = TrailConfiguration { validation: false, organization: true, ..seen(account) };
            let arn = "arn:aws:cloudtrail:us-east-1:444455556666:trail/organization";
            account.world.set(&trail(arn), Facet::TrailConfiguration, State::TrailConfiguration(Some(of_all)));
        }
        // A new trail does not log until somebody starts it.
        "CreateTrail" => made(account, "shadow", false, TrailLogging::Off),
        "harmless-CreateTrail" => made(account, "partner", true, TrailLogging::On),
        "StartLogging" => {}
        "AddTags" => set(Facet::TrailTags, tagged("Scratch")),
        "RemoveTags" => set(Facet::TrailTags, State::TrailTags(Some(BTreeMap::new()))),
        "PutEventSelectors" => {
            let blind = BasicSelector {
                read_write: "ReadOnly".into(),
                management: false,
                excluded_sources: vec![],
                data: vec![],
            };
            set(Facet::TrailSelectors, State::TrailSelectors(Some(Selectors::Basic(vec![blind]))));
        }
        "PutInsightSelectors" => set(Facet::TrailInsights, State::TrailInsights(Some(BTreeMap::new()))),
        "data-only-PutInsightSelectors" => {
            let data = ["ApiCallRateInsight", "ApiErrorRateInsight"]
                .map(|insight| (insight.to_owned(), BTreeSet::from(["Data".to_owned()])));
            set(Facet::TrailInsights, State::TrailInsights(Some(BTreeMap::from(data))));
        }
        _ if stores::happens_to_policy(record, account) => {}
        of_a_store if stores::happens(of_a_store, account) => {}
        of_own_role if own_role::happens(of_own_role, account) => {}
        harmless => assert!(harmless.contains('-'), "{harmless}: what does it do?"),
    }
}

fn tagged(purpose: &str) -> State {
    State::TrailTags(Some(BTreeMap::from([("Purpose".to_owned(), purpose.to_owned())])))
}
