//! An event data store, and the delegated administrator.

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::Document;
use parapet_guards::{
    AdvancedSelector, DelegatedAdmin, EventConfiguration, EventDataStore, EventSize, Facet, FieldSelector, Resource,
    State, StoreSettings, StoreStatus, on,
};

use serde_json::Value;

use super::Account;

fn store() -> Resource {
    Resource::EventDataStore(on::EventDataStore { id: "f852a1b2-4e8f-4c6e-8bd1-bcf6c5d4e3f2".to_owned() })
}

fn is(field: &str, value: &str) -> FieldSelector {
    FieldSelector { field: field.to_owned(), equals: vec![value.to_owned()], ..FieldSelector::default() }
}

fn management(fields: &[FieldSelector]) -> Vec<AdvancedSelector> {
    let fields = [is("eventCategory", "Management")].iter().chain(fields).cloned().collect();
    vec![AdvancedSelector { name: None, fields }]
}

fn as_made() -> EventDataStore {
    let settings = StoreSettings {
        retention_days: 366,
        termination_protection: true,
        multi_region: true,
        selectors: management(&[]),
    };
    EventDataStore { name: "audit".to_owned(), status: StoreStatus::Ingesting, settings, organization: false }
}

pub(crate) fn exist(account: &Account) {
    account.bootstrapped(&store(), Facet::EventDataStore, &State::EventDataStore(Some(as_made())));
    let events = EventConfiguration {
        max_event_size: EventSize::Large,
        context_keys: BTreeMap::from([("TagContext".to_owned(), BTreeSet::from(["Owner".to_owned()]))]),
        aggregations: BTreeSet::new(),
    };
    account.bootstrapped(&store(), Facet::EventConfiguration, &State::EventConfiguration(Some(events)));
    for path in ["eventdatastore/f852a1b2-4e8f-4c6e-8bd1-bcf6c5d4e3f2", "dashboard/pipeline"] {
        account.bootstrapped(&lake(path), Facet::LakePolicy, &State::LakePolicy(None));
    }
}

/// What can have a policy.
fn lake(path: &str) -> Resource {
    Resource::LakeResource(on::LakeResource { path: path.to_owned() })
}

/// What a call leaves of a policy, by its own parameters; false: it is about something else.
pub(crate) fn happens_to_policy(record: &Value, account: &Account) -> bool {
    let request = &record["requestParameters"];
    let path = |name: &str| lake(request[name].as_str().unwrap().rsplit(':').next().unwrap());
    match record["eventName"].as_str().unwrap() {
        "PutResourcePolicy" => {
            let policy = Document::parse(request["resourcePolicy"].as_str().unwrap()).unwrap();
            account.world.set(&path("resourceArn"), Facet::LakePolicy, State::LakePolicy(Some(policy)));
        }
        "DeleteResourcePolicy" => {
            account.world.set(&path("resourceArn"), Facet::LakePolicy, State::LakePolicy(None));
        }
        "DeleteDashboard" => account.world.remove(&path("dashboardId"), Facet::LakePolicy),
        _ => return false,
    }
    true
}

/// What a call leaves behind; false: it is about something else.
pub(crate) fn happens(file: &str, account: &Account) -> bool {
    let becomes = |change: &dyn Fn(&mut EventDataStore)| {
        let mut store_seen = as_made();
        change(&mut store_seen);
        account.world.set(&store(), Facet::EventDataStore, State::EventDataStore(Some(store_seen)));
    };
    match file {
        "CreateEventDataStore" => becomes(&|store| {
            store.status = StoreStatus::Stopped;
            let settings = &mut store.settings;
            (settings.retention_days, settings.termination_protection, settings.multi_region) = (7, false, false);
        }),
        "UpdateEventDataStore" => becomes(&|store| store.settings.termination_protection = false),
        "narrowed-UpdateEventDataStore" => becomes(&|store| {
            store.settings.selectors = management(&[is("readOnly", "true")]);
            (store.settings.retention_days, store.settings.multi_region) = (7, false);
        }),
        "StopEventDataStoreIngestion" => becomes(&|store| store.status = StoreStatus::Stopped),
        // It has to be unprotected before it can be deleted.
        "DeleteEventDataStore" => becomes(&|store| {
            store.status = StoreStatus::PendingDeletion;
            store.settings.termination_protection = false;
        }),
        "RestoreEventDataStore" => becomes(&|store| store.status = StoreStatus::Stopped),
        "StartEventDataStoreIngestion" => {}
        "PutEventConfiguration" => {
            let plain = EventConfiguration {
                max_event_size: EventSize::Standard,
                context_keys: BTreeMap::new(),
                aggregations: BTreeSet::new(),
            };
            account.world.set(&store(), Facet::EventConfiguration, State::EventConfiguration(Some(plain)));
        }
        "DeregisterOrganizationDelegatedAdmin" => account.world.set(
            &Resource::DelegatedAdmin(on::DelegatedAdmin { account: "777788889999".to_owned() }),
            Facet::DelegatedAdmin,
            State::DelegatedAdmin(DelegatedAdmin::Unseen),
        ),
        _ => return false,
    }
    true
}
