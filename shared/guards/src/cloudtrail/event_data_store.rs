use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::cloudtrail::resources::{SERVICE, is_elsewhere};
use crate::cloudtrail::selectors::AdvancedSelector;
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::{Subject, on};

control! {
    STORE_DELETION = "CloudTrail.StoreDeletion", Critical, Enforce, fsbp [], cis [],
    "No event data store is about to be deleted",
    "What it recorded is lost seven days later.",
}

control! {
    STORE_INGESTION = "CloudTrail.StoreIngestion", High, Enforce, fsbp [], cis [],
    "Every event data store takes events in",
    "What happens now is not recorded there.",
}

control! {
    STORE_PROTECTION = "CloudTrail.StoreProtection", High, Enforce, fsbp [], cis [],
    "Every event data store has termination protection",
    "One call would delete it.",
}

control! {
    STORE_RETENTION = "CloudTrail.StoreRetention", High, Enforce, fsbp [], cis [],
    "Every event data store keeps events as long as the standard asks, and no shorter than before",
    "A shorter retention deletes what is older at once.",
}

control! {
    STORE_MULTI_REGION = "CloudTrail.StoreMultiRegion", High, Enforce, fsbp [], cis [],
    "An event data store that recorded every region goes on doing so",
    "An intruder works where nobody looks.",
}

control! {
    STORE_SELECTORS = "CloudTrail.StoreSelectors", Medium, Observe, fsbp [], cis [],
    "An event data store goes on recording what it recorded",
    "A narrower selection is a quiet way to switch it off; yet its owner pays for what it takes in.",
}

/// That the event data store is there, takes events in, and keeps them; none where there is no such store.
pub struct Unit;

impl Aspect for Unit {
    type On = on::EventDataStore;
    type State = Option<EventDataStore>;
    type Action = StoreAction;

    const ROW: Row = Row {
        id: "event-data-store",
        name: "event data store",
        service: &SERVICE,
        events: &[
            "CreateEventDataStore",
            "UpdateEventDataStore",
            "DeleteEventDataStore",
            "RestoreEventDataStore",
            "StopEventDataStoreIngestion",
            "StartEventDataStoreIngestion",
        ],
        controls: &[
            STORE_DELETION,
            STORE_INGESTION,
            STORE_PROTECTION,
            STORE_RETENTION,
            STORE_MULTI_REGION,
            STORE_SELECTORS,
        ],
        ..Row::OF_LOGGING
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<EventDataStore>>,
        observed: &Option<EventDataStore>,
    ) -> Flaws<'a, Option<EventDataStore>> {
        let Some(seen) = observed else { return Ok(Vec::new()) };
        let last = last_known.and_then(Option::as_ref);
        let flaws = flaws_of(subject, last, seen).into_iter();
        // Another account's is an organization's, and its own to look after.
        let flaws = flaws.map(|flaw| if is_elsewhere(subject) { flaw.unmendable() } else { flaw });
        Ok(flaws.map(|flaw| flaw.within(|store: &mut Option<EventDataStore>| store.as_mut())).collect())
    }

    /// Restored first, because nothing else can be changed of one that is about to be deleted; ingestion last, when it is set up.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        use StoreStatus::{Ingesting, PendingDeletion, Stopped};
        // None is made by us, and none deleted.
        let (Some(from), Some(to)) = (from, to) else { return Vec::new() };
        let mut actions = Vec::new();
        let is_restored = from.status == PendingDeletion && matches!(to.status, Stopped | Ingesting);
        if from.status == PendingDeletion && !is_restored {
            return actions;
        }
        actions.extend(is_restored.then_some(StoreAction::RestoreEventDataStore));
        if from.settings != to.settings {
            actions.push(StoreAction::UpdateEventDataStore(to.settings.clone()));
        }
        if to.status == Ingesting && from.status != Ingesting {
            actions.push(StoreAction::StartEventDataStoreIngestion);
        }
        actions
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        let mut store = state.clone()?;
        match action {
            StoreAction::RestoreEventDataStore => store.status = StoreStatus::Stopped,
            StoreAction::UpdateEventDataStore(settings) => store.settings = settings.clone(),
            StoreAction::StartEventDataStoreIngestion => store.status = StoreStatus::Ingesting,
        }
        Some(store)
    }

    fn is_absent(state: &Self::State) -> bool {
        state.is_none()
    }

    /// What was there before and is missed when it is gone, the standard does not ask for.
    fn is_judged_by_memory(_subject: &Subject<'_>, _observed: &Self::State) -> bool {
        true
    }
}

/// What is done about an event data store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum StoreAction {
    /// Take back its deletion.
    RestoreEventDataStore,
    /// Change its settings.
    UpdateEventDataStore(StoreSettings),
    /// Take events in.
    StartEventDataStoreIngestion,
}

impl fmt::Display for StoreAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RestoreEventDataStore => f.write_str("RestoreEventDataStore"),
            Self::UpdateEventDataStore(settings) => write!(f, "UpdateEventDataStore to {settings}"),
            Self::StartEventDataStoreIngestion => f.write_str("StartEventDataStoreIngestion"),
        }
    }
}

/// An event data store of CloudTrail Lake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventDataStore {
    /// Its name.
    pub name: String,
    /// Whether it takes events in.
    pub status: StoreStatus,
    /// What can be set.
    pub settings: StoreSettings,
    /// Whether it is an organization's.
    pub organization: bool,
}

/// Whether an event data store takes events in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum StoreStatus {
    /// It does, or is about to.
    Ingesting,
    /// It does not, or is about to stop.
    Stopped,
    /// It is deleted seven days after somebody asked for it.
    PendingDeletion,
    /// Anything else, such as `CREATED`, which passes.
    Other(String),
}

/// What can be set of an event data store. Its billing mode cannot be set back, nor its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoreSettings {
    /// How many days it keeps events.
    pub retention_days: u32,
    /// Whether it is kept from deletion.
    pub termination_protection: bool,
    /// Whether it records every region.
    pub multi_region: bool,
    /// Which events it records.
    pub selectors: Vec<AdvancedSelector>,
}

impl fmt::Display for StoreSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let regions = if self.multi_region { "every region" } else { "one region" };
        let protection = if self.termination_protection { "protected" } else { "not protected" };
        write!(f, "{} days, {regions}, {protection}, {} selectors", self.retention_days, self.selectors.len())
    }
}

/// AWS CloudTrail API Reference, UpdateEventDataStore: "You can configure up to five advanced event selectors for each event data
/// store".
const MOST_SELECTORS: usize = 5;

fn flaws_of<'a>(
    subject: &Subject<'a>,
    last: Option<&EventDataStore>,
    seen: &EventDataStore,
) -> Vec<Flaw<'a, EventDataStore>> {
    let mut flaws = Vec::new();
    // What it costs to take events in and to keep them, its owner may have saved before.
    let was = |status: StoreStatus| last.is_some_and(|last| last.status == status);
    let was_deleted = was(StoreStatus::PendingDeletion);
    if seen.status == StoreStatus::PendingDeletion {
        let detail = "the event data store is deleted seven days after it was asked for";
        let restored = |store: &mut EventDataStore| store.status = StoreStatus::Stopped;
        let flaw = Flaw::new(STORE_DELETION, detail, restored);
        flaws.push(if was_deleted { flaw.from_before() } else { flaw });
        // One that may be deleted can be left as it is; and AWS changes none that is inactive.
        if was_deleted || !subject.enforces(STORE_DELETION) {
            return flaws;
        }
    }
    flaws.extend(
        flaws_of_settings(subject, last.map(|last| &last.settings), &seen.settings)
            .into_iter()
            .map(|flaw| flaw.within(|store: &mut EventDataStore| Some(&mut store.settings))),
    );
    if matches!(seen.status, StoreStatus::Stopped | StoreStatus::PendingDeletion) {
        let started = |store: &mut EventDataStore| {
            if store.status == StoreStatus::Stopped {
                store.status = StoreStatus::Ingesting;
            }
        };
        let flaw = Flaw::new(STORE_INGESTION, "the event data store takes no events in", started);
        flaws.push(if was_deleted || was(StoreStatus::Stopped) { flaw.from_before() } else { flaw });
    }
    flaws
}

fn flaws_of_settings<'a>(
    subject: &Subject<'a>,
    last: Option<&StoreSettings>,
    seen: &StoreSettings,
) -> Vec<Flaw<'a, StoreSettings>> {
    let mut flaws: Vec<Flaw<'a, StoreSettings>> = Vec::new();
    let rules = subject.standard.event_data_stores;
    let least = last.map_or(rules.retention_days, |last| last.retention_days.max(rules.retention_days));
    if seen.retention_days < least {
        let before = last.map_or(least, |last| last.retention_days);
        let detail = format!("events are kept for {} days, and not {least}", seen.retention_days);
        let lengthened = move |store: &mut StoreSettings| store.retention_days = before;
        let flaw = Flaw::new(STORE_RETENTION, detail, lengthened);
        flaws.push(if seen.retention_days >= before { flaw.from_before() } else { flaw });
    }
    if !seen.termination_protection {
        let detail = "the event data store can be deleted with one call";
        let protected = |store: &mut StoreSettings| store.termination_protection = true;
        let flaw = Flaw::new(STORE_PROTECTION, detail, protected);
        let was_so = last.is_some_and(|last| !last.termination_protection);
        flaws.push(if was_so { flaw.from_before() } else { flaw });
    }
    if !seen.multi_region && last.is_some_and(|last| last.multi_region) {
        let detail = "the event data store no longer records every region";
        let widened = |store: &mut StoreSettings| store.multi_region = true;
        flaws.push(Flaw::new(STORE_MULTI_REGION, detail, widened));
    }
    let before = last.map(|last| last.selectors.as_slice()).unwrap_or_default();
    let selects = |selector: &&AdvancedSelector| seen.selectors.iter().any(|other| other.fields == selector.fields);
    let gone: Vec<AdvancedSelector> = before.iter().filter(|selector| !selects(selector)).cloned().collect();
    if !gone.is_empty() {
        let detail = format!("{} selector(s) of the event data store are gone", gone.len());
        let before = before.to_vec();
        let restored = move |store: &mut StoreSettings| {
            let fits = store.selectors.len() + gone.len() <= MOST_SELECTORS;
            if fits { store.selectors.extend(gone) } else { store.selectors = before }
        };
        flaws.push(Flaw::new(STORE_SELECTORS, detail, restored));
    }
    flaws
}
