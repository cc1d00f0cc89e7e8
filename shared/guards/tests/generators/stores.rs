//! States of event data stores: of this account and of another one.

use parapet_guards::{EventConfiguration, EventDataStore, EventSize, Resource, StoreSettings, StoreStatus, on};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;

use super::trails::advanced;

pub(crate) fn stores() -> impl Strategy<Value = Resource> {
    let ids = vec!["f852a1b2", "arn:aws:cloudtrail:us-east-1:444455556666:eventdatastore/f852a1b2"];
    select(ids).prop_map(|id| Resource::EventDataStore(on::EventDataStore { id: id.to_owned() }))
}

pub(crate) fn lake_resources() -> impl Strategy<Value = Resource> {
    let paths = vec!["eventdatastore/f852a1b2", "channel/80b5a1b2", "dashboard/team"];
    select(paths).prop_map(|path| Resource::LakeResource(on::LakeResource { path: path.to_owned() }))
}

pub(crate) fn store() -> impl Strategy<Value = EventDataStore> {
    let status = select(vec![
        StoreStatus::Ingesting,
        StoreStatus::Stopped,
        StoreStatus::PendingDeletion,
        StoreStatus::Other("CREATED".to_owned()),
    ]);
    (status, settings(), any::<bool>()).prop_map(|(status, settings, organization)| EventDataStore {
        name: "audit".to_owned(),
        status,
        settings,
        organization,
    })
}

fn settings() -> impl Strategy<Value = StoreSettings> {
    (select(vec![7, 365, 366, 2557]), any::<(bool, bool)>(), vec(advanced(), 0..5)).prop_map(
        |(retention_days, (termination_protection, multi_region), selectors)| StoreSettings {
            retention_days,
            termination_protection,
            multi_region,
            selectors,
        },
    )
}

pub(crate) fn events() -> impl Strategy<Value = EventConfiguration> {
    let names = || btree_set(select(vec!["Owner", "Team"]).prop_map(str::to_owned), 1..3);
    let kinds = || select(vec!["TagContext", "RequestContext"]).prop_map(str::to_owned);
    let templates = btree_set(select(vec!["API_ACTIVITY", "USER_ACTIONS"]).prop_map(str::to_owned), 0..3);
    (select(vec![EventSize::Standard, EventSize::Large]), btree_map(kinds(), names(), 0..3), templates).prop_map(
        |(max_event_size, context_keys, aggregations)| EventConfiguration {
            max_event_size,
            context_keys,
            aggregations,
        },
    )
}
