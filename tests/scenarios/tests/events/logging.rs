use parapet_core::Facet;
use parapet_guards::{BasicSelector, LoggingGuard, LoggingState as State, Selectors, TrailLogging};
use parapet_testkit::fixtures::{TRAIL, trail};
use serde_json::Value;

use super::Account;

fn nothing() -> [(Facet, State); 4] {
    [
        (Facet::TrailConfiguration, State::Configuration(None)),
        (Facet::TrailLogging, State::Logging(TrailLogging::NoTrail)),
        (Facet::TrailSelectors, State::Selectors(None)),
        (Facet::TrailInsights, State::Insights(Default::default())),
    ]
}

pub(crate) fn account() -> Account<LoggingGuard> {
    let account = Account::empty();
    for (facet, state) in nothing() {
        account.bootstrapped(&trail(TRAIL), facet, &state);
    }
    account
}

/// What a call leaves behind. Any other is harmless.
pub(crate) fn happens(file: &str, _record: &Value, account: &Account<LoggingGuard>) {
    let set = |facet, state| account.world.set(&trail(TRAIL), facet, state);
    match file {
        "StopLogging" | "by-arn-StopLogging" | "string-null-StopLogging" => {
            set(Facet::TrailLogging, State::Logging(TrailLogging::Off))
        }
        "DeleteTrail" => nothing().into_iter().for_each(|(facet, state)| set(facet, state)),
        "UpdateTrail" => {
            let Some(State::Configuration(Some(mut weak))) =
                account.world.state(&trail(TRAIL), Facet::TrailConfiguration)
            else {
                unreachable!("bootstrap made it")
            };
            (weak.multi_region, weak.global_services, weak.validation) = (false, false, false);
            set(Facet::TrailConfiguration, State::Configuration(Some(weak)));
        }
        "PutEventSelectors" => {
            let blind = BasicSelector {
                read_write: "ReadOnly".into(),
                management: false,
                excluded_sources: vec![],
                data: vec![],
            };
            set(Facet::TrailSelectors, State::Selectors(Some(Selectors::Basic(vec![blind]))));
        }
        "PutInsightSelectors" => set(Facet::TrailInsights, State::Insights(Default::default())),
        harmless => assert!(harmless.contains('-'), "{harmless}: what does it do?"),
    }
}
