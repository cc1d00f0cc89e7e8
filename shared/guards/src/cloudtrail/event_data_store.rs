use std::fmt;

use parapet_core::{ControlId, Subject};
use serde::{Deserialize, Serialize};

use crate::cloudtrail::selectors::AdvancedSelector;
use crate::flaw::{Flaw, Flaws};
use crate::guard::logging::LoggingAction;
use crate::guard::logging::of_another_account;

/// An event data store of CloudTrail Lake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Option<EventDataStore>>,
    observed: &Option<EventDataStore>,
) -> Flaws<'a, Option<EventDataStore>> {
    let Some(seen) = observed else { return Ok(Vec::new()) };
    let last = last_known.and_then(Option::as_ref).map(|store| &store.settings);
    let flaws = flaws_of(subject, last, seen).into_iter();
    // Another account's is an organization's, and its own to look after.
    let flaws = flaws.map(|flaw| if of_another_account(subject) { flaw.unmendable() } else { flaw });
    Ok(flaws.map(|flaw| flaw.within(|store: &mut Option<EventDataStore>| store.as_mut())).collect())
}

fn flaws_of<'a>(
    subject: &Subject<'a>,
    last: Option<&StoreSettings>,
    seen: &EventDataStore,
) -> Vec<Flaw<'a, EventDataStore>> {
    let mut flaws = Vec::new();
    if seen.status == StoreStatus::PendingDeletion {
        let detail = "the event data store is deleted seven days after it was asked for";
        let restored = |store: &mut EventDataStore| store.status = StoreStatus::Stopped;
        flaws.push(Flaw::new(ControlId::StoreDeletion, detail, restored));
        // One that may be deleted can be left as it is; and AWS changes none that is inactive.
        if !subject.enforces(ControlId::StoreDeletion) {
            return flaws;
        }
    }
    flaws.extend(
        flaws_of_settings(subject, last, &seen.settings)
            .into_iter()
            .map(|flaw| flaw.within(|store: &mut EventDataStore| Some(&mut store.settings))),
    );
    if matches!(seen.status, StoreStatus::Stopped | StoreStatus::PendingDeletion) {
        let started = |store: &mut EventDataStore| {
            if store.status == StoreStatus::Stopped {
                store.status = StoreStatus::Ingesting;
            }
        };
        flaws.push(Flaw::new(ControlId::StoreIngestion, "the event data store takes no events in", started));
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
        let detail = format!("events are kept for {} days, and not {least}", seen.retention_days);
        let lengthened = move |store: &mut StoreSettings| store.retention_days = least;
        flaws.push(Flaw::new(ControlId::StoreRetention, detail, lengthened));
    }
    if !seen.termination_protection {
        let detail = "the event data store can be deleted with one call";
        let protected = |store: &mut StoreSettings| store.termination_protection = true;
        flaws.push(Flaw::new(ControlId::StoreProtection, detail, protected));
    }
    if !seen.multi_region && last.is_some_and(|last| last.multi_region) {
        let detail = "the event data store no longer records every region";
        let widened = |store: &mut StoreSettings| store.multi_region = true;
        flaws.push(Flaw::new(ControlId::StoreMultiRegion, detail, widened));
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
        flaws.push(Flaw::new(ControlId::StoreSelectors, detail, restored));
    }
    flaws
}

/// Restored first, because nothing else can be changed of one that is about to be deleted; ingestion last, when it is set up.
pub(crate) fn diff(from: &EventDataStore, to: &EventDataStore) -> Vec<LoggingAction> {
    use StoreStatus::{Ingesting, PendingDeletion, Stopped};
    let mut actions = Vec::new();
    let is_restored = from.status == PendingDeletion && matches!(to.status, Stopped | Ingesting);
    if from.status == PendingDeletion && !is_restored {
        return actions;
    }
    actions.extend(is_restored.then_some(LoggingAction::RestoreEventDataStore));
    if from.settings != to.settings {
        actions.push(LoggingAction::UpdateEventDataStore(to.settings.clone()));
    }
    if to.status == Ingesting && from.status != Ingesting {
        actions.push(LoggingAction::StartEventDataStoreIngestion);
    }
    actions
}

pub(crate) fn step(store: &EventDataStore, action: &LoggingAction) -> EventDataStore {
    let mut store = store.clone();
    match action {
        LoggingAction::RestoreEventDataStore => store.status = StoreStatus::Stopped,
        LoggingAction::UpdateEventDataStore(settings) => store.settings = settings.clone(),
        LoggingAction::StartEventDataStoreIngestion => store.status = StoreStatus::Ingesting,
        _ => {}
    }
    store
}
