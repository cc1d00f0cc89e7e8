//! What the logging guard decides about event data stores and the delegated administrator, one line a case.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::Document;
use parapet_guards::{
    AdvancedSelector, DelegatedAdmin, EventConfiguration, EventDataStore, EventSize, FieldSelector, Resource, State,
    StoreSettings, StoreStatus, on,
};
use parapet_testkit::fixtures::{TRAIL, trail};
use parapet_testkit::{Situation, verdict};
use serde_json::{Value, json};

const OURS: &str = "f852a1b2";
const THEIRS: &str = "arn:aws:cloudtrail:us-east-1:444455556666:eventdatastore/f852a1b2";

fn selector(category: &str) -> AdvancedSelector {
    let field = FieldSelector {
        field: "eventCategory".to_owned(),
        equals: vec![category.to_owned()],
        ..FieldSelector::default()
    };
    AdvancedSelector { name: None, fields: vec![field] }
}

fn right() -> EventDataStore {
    let settings = StoreSettings {
        retention_days: 366,
        termination_protection: true,
        multi_region: true,
        selectors: vec![selector("Management")],
    };
    EventDataStore { name: "audit".to_owned(), status: StoreStatus::Ingesting, settings, organization: false }
}

fn but(change: impl FnOnce(&mut EventDataStore)) -> State {
    let mut store = right();
    change(&mut store);
    State::EventDataStore(Some(store))
}

fn check(standard: &str, id: &str, last_known: Option<State>, observed: State, expected: &str) {
    let resource = Resource::EventDataStore(on::EventDataStore { id: id.to_owned() });
    let situation = Situation::new(&resource, standard);
    assert_eq!(verdict(&situation.subject(), last_known.as_ref(), &observed), expected, "{id} {observed:?}");
}

#[test]
#[rustfmt::skip] // One line a case.
fn by_the_standard_alone() {
    let on = |observed, expected: &str| check("", OURS, None, observed, expected);
    on(but(|_| ()), "compliant");
    on(State::EventDataStore(None), "compliant");
    on(but(|store| store.status = StoreStatus::Other("CREATED".into())), "compliant");
    on(but(|store| store.status = StoreStatus::Stopped), "CloudTrail.StoreIngestion -> StartEventDataStoreIngestion");
    on(but(|store| store.settings.termination_protection = false), "CloudTrail.StoreProtection -> UpdateEventDataStore to 366 days, every region, protected, 1 selectors");
    on(but(|store| store.settings.retention_days = 7), "CloudTrail.StoreRetention -> UpdateEventDataStore to 365 days, every region, protected, 1 selectors");
    on(but(|store| store.settings.retention_days = 365), "compliant");
    on(but(|store| store.settings.multi_region = false), "compliant");
    on(but(|store| store.settings.selectors.clear()), "compliant");
    check("event_data_stores: {retention_days: 400}", OURS, None, but(|_| ()), "CloudTrail.StoreRetention -> UpdateEventDataStore to 400 days, every region, protected, 1 selectors");
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_deleted_one_is_restored_first() {
    let deleted = |store: &mut EventDataStore| { store.status = StoreStatus::PendingDeletion; store.settings.termination_protection = false; };
    check("", OURS, None, but(deleted), "CloudTrail.StoreDeletion, CloudTrail.StoreProtection, CloudTrail.StoreIngestion -> RestoreEventDataStore; UpdateEventDataStore to 366 days, every region, protected, 1 selectors; StartEventDataStoreIngestion");
    check("controls: {CloudTrail.StoreDeletion: observe}", OURS, None, but(deleted), "(CloudTrail.StoreDeletion)");
    check("controls: {CloudTrail.StoreIngestion: observe}", OURS, None, but(deleted), "CloudTrail.StoreDeletion, CloudTrail.StoreProtection, (CloudTrail.StoreIngestion) -> RestoreEventDataStore; UpdateEventDataStore to 366 days, every region, protected, 1 selectors");
}

#[test]
#[rustfmt::skip] // One line a case.
fn settings_stay_as_they_were() {
    let on = |standard: &str, last: State, observed, expected: &str| check(standard, OURS, Some(last), observed, expected);
    let long = || but(|store| store.settings.retention_days = 2557);
    let enforced = "controls: {CloudTrail.StoreSelectors: enforce}";
    on("", long(), but(|_| ()), "CloudTrail.StoreRetention -> UpdateEventDataStore to 2557 days, every region, protected, 1 selectors");
    on("", but(|_| ()), long(), "compliant");
    on("", but(|_| ()), but(|store| store.settings.multi_region = false), "CloudTrail.StoreMultiRegion -> UpdateEventDataStore to 366 days, every region, protected, 1 selectors");
    on("", but(|store| store.settings.multi_region = false), but(|_| ()), "compliant");
    on("", but(|_| ()), but(|store| store.settings.selectors = vec![selector("Data")]), "(CloudTrail.StoreSelectors)");
    on("", but(|_| ()), but(|store| store.settings.selectors.push(selector("Data"))), "compliant");
    on(enforced, but(|_| ()), but(|store| store.settings.selectors = vec![selector("Data")]), "CloudTrail.StoreSelectors -> UpdateEventDataStore to 366 days, every region, protected, 2 selectors");
    on(enforced, but(|_| ()), but(|store| store.settings.selectors = vec![selector("Data"); 5]), "CloudTrail.StoreSelectors -> UpdateEventDataStore to 366 days, every region, protected, 1 selectors");
}

#[test]
#[rustfmt::skip] // One line a case.
fn an_organizations_store_is_only_observed() {
    check("", THEIRS, None, but(|store| store.organization = true), "compliant");
    check("", THEIRS, None, but(|store| store.status = StoreStatus::Stopped), "(CloudTrail.StoreIngestion)");
    check("", THEIRS, None, but(|store| store.settings.termination_protection = false), "(CloudTrail.StoreProtection)");
    check("event_data_stores: {max_event_size: Large}", THEIRS, None, events(EventSize::Standard, &[]), "(CloudTrail.EventConfiguration)");
}

fn events(max_event_size: EventSize, keys: &[&str]) -> State {
    let names = keys.iter().map(|&name| name.to_owned()).collect();
    let context_keys =
        if keys.is_empty() { BTreeMap::new() } else { BTreeMap::from([("TagContext".to_owned(), names)]) };
    State::EventConfiguration(Some(EventConfiguration { max_event_size, context_keys, aggregations: BTreeSet::new() }))
}

#[test]
#[rustfmt::skip] // One line a case.
fn events_keep_their_size_and_keys() {
    use EventSize::{Large, Standard};
    check("", OURS, None, events(Standard, &[]), "compliant");
    check("", OURS, None, State::EventConfiguration(None), "compliant");
    check("event_data_stores: {max_event_size: Large}", OURS, None, events(Standard, &[]), "CloudTrail.EventConfiguration -> PutEventConfiguration Large events");
    check("", OURS, Some(events(Large, &[])), events(Standard, &[]), "CloudTrail.EventConfiguration -> PutEventConfiguration Large events");
    check("", OURS, Some(events(Standard, &[])), events(Large, &["Owner"]), "compliant");
    check("", OURS, Some(events(Large, &["Owner"])), events(Large, &["Team"]), "CloudTrail.EventConfiguration -> PutEventConfiguration Large events, TagContext Owner and Team");
}

#[test]
fn a_trail_goes_on_summing_up() {
    let summed = |templates: &[&str]| {
        State::TrailEvents(Some(EventConfiguration {
            max_event_size: EventSize::Standard,
            context_keys: BTreeMap::new(),
            aggregations: templates.iter().map(|&template| template.to_owned()).collect(),
        }))
    };
    for (name, last, expected) in [
        (TRAIL, None, "compliant"),
        (
            TRAIL,
            Some(summed(&["API_ACTIVITY"])),
            "CloudTrail.EventConfiguration -> PutEventConfiguration Standard events, summed up by API_ACTIVITY and USER_ACTIONS",
        ),
        ("another", Some(summed(&["API_ACTIVITY"])), "compliant"),
    ] {
        let situation = Situation::new(&trail(name), "event_data_stores: {max_event_size: Large}");
        let observed = summed(&["USER_ACTIONS"]);
        assert_eq!(verdict(&situation.subject(), last.as_ref(), &observed), expected, "{name}");
    }
}

#[test]
fn a_removed_administrator_is_told() {
    let situation =
        Situation::new(&Resource::DelegatedAdmin(on::DelegatedAdmin { account: "777788889999".to_owned() }), "");
    let observed = State::DelegatedAdmin(DelegatedAdmin::Unseen);
    assert_eq!(verdict(&situation.subject(), None, &observed), "(CloudTrail.DelegatedAdmin)");
}

fn lake(path: &str) -> Resource {
    Resource::LakeResource(on::LakeResource { path: path.to_owned() })
}

/// A statement of a policy of CloudTrail Lake.
fn allows(path: &str, principal: &Value, action: &str) -> Value {
    let arn = format!("arn:aws:cloudtrail:us-east-1:111122223333:{path}");
    json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": arn})
}

fn of_account(account: &str) -> Value {
    json!({"AWS": format!("arn:aws:iam::{account}:root")})
}

fn policy(statements: &[Value]) -> State {
    State::LakePolicy(Some(Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()))
}

/// Who queries an event data store reads what everybody did; who writes into a channel makes it up, which is what a partner does.
#[test]
#[rustfmt::skip] // One line a case.
fn policies_of_the_lake() {
    const STORE: &str = "eventdatastore/f852a1b2";
    const CHANNEL: &str = "channel/80b5a1b2";
    const DASHBOARD: &str = "dashboard/team";
    let on = |standard: &str, path: &str, last_known: Option<&State>, observed: &State, expected: &str| {
        let situation = Situation::new(&lake(path), standard);
        assert_eq!(verdict(&situation.subject(), last_known, observed), expected, "{path} {observed:?}");
    };
    let query = |principal: &Value| allows(STORE, principal, "cloudtrail:StartQuery");
    let (own, stranger) = (query(&of_account("111122223333")), query(&of_account("999999999999")));
    on("", STORE, None, &State::LakePolicy(None), "compliant");
    on("", STORE, None, &policy(std::slice::from_ref(&own)), "compliant");
    on("", STORE, None, &policy(&[query(&json!("*"))]), "CloudTrail.LakePublic -> DeleteResourcePolicy");
    on("", STORE, None, &policy(&[query(&json!({"AWS": "*"})), own.clone()]), "CloudTrail.LakePublic -> PutResourcePolicy with 1 statement");
    on("", STORE, None, &policy(&[own.clone(), stranger.clone()]), "CloudTrail.LakeForeign -> PutResourcePolicy with 1 statement");
    on("trust: {accounts: ['999999999999']}", STORE, None, &policy(std::slice::from_ref(&stranger)), "compliant");
    on("controls: {CloudTrail.LakeForeign: observe}", STORE, None, &policy(std::slice::from_ref(&stranger)), "(CloudTrail.LakeForeign)");
    let before = policy(std::slice::from_ref(&stranger));
    on("", STORE, Some(&before), &policy(&[stranger.clone(), own.clone()]), "(CloudTrail.LakeForeign)");
    // A name, an id that the other one gave, a tag of the caller's prove nothing.
    for condition in [json!({"StringEquals": {"sts:ExternalId": "x"}}), json!({"StringEquals": {"aws:PrincipalTag/team": "audit"}})] {
        let mut named = stranger.clone();
        named["Sid"] = json!("OwnAuditors");
        named["Condition"] = condition;
        on("", STORE, None, &policy(&[named]), "CloudTrail.LakeForeign -> DeleteResourcePolicy");
    }

    // A channel is there for others to write into.
    let deliver = |principal: &Value| allows(CHANNEL, principal, "cloudtrail-data:PutAuditEvents");
    on("", CHANNEL, None, &policy(&[deliver(&of_account("999999999999"))]), "(CloudTrail.ChannelForeign)");
    on("controls: {CloudTrail.ChannelForeign: enforce}", CHANNEL, None, &policy(&[deliver(&of_account("999999999999"))]), "CloudTrail.ChannelForeign -> DeleteResourcePolicy");
    on("", CHANNEL, None, &policy(&[deliver(&json!("*"))]), "CloudTrail.LakePublic -> DeleteResourcePolicy");

    // CloudTrail refreshes a dashboard, and queries the stores for it: for whom, a condition says, as in the policies that its console makes.
    let cloudtrail = json!({"Service": "cloudtrail.amazonaws.com"});
    let dashboard = "arn:aws:cloudtrail:us-east-1:111122223333:dashboard/team";
    for (path, action) in [(DASHBOARD, "cloudtrail:StartDashboardRefresh"), (STORE, "cloudtrail:StartQuery")] {
        for (condition, expected) in [
            (json!({}), "(CloudTrail.LakeConfusedDeputy)"),
            (json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}), "compliant"),
            (json!({"StringEquals": {"aws:SourceArn": dashboard}}), "compliant"),
            (json!({"StringEquals": {"aws:SourceAccount": "999999999999"}}), "CloudTrail.LakeForeign -> DeleteResourcePolicy"),
            (json!({"StringLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:*:dashboard/*"}}), "CloudTrail.LakeForeign -> DeleteResourcePolicy"),
        ] {
            let mut let_in = allows(path, &cloudtrail, action);
            let_in["Condition"] = condition;
            on("", path, None, &policy(&[let_in]), expected);
        }
    }

    // What shuts a guard out of what a store is set to goes, and what it denies others stays.
    let denied = |principal: Value| json!({"Effect": "Deny", "Principal": principal, "Action": "cloudtrail:GetEventDataStore", "Resource": "*"});
    on("", STORE, None, &policy(&[own.clone(), denied(json!("*"))]), "CloudTrail.LakeGuardAccess -> PutResourcePolicy with 2 statements");
    on("", STORE, None, &policy(&[own.clone(), denied(of_account("999999999999"))]), "compliant");
    let denies = policy(&[own, denied(json!("*"))]);
    on("", STORE, Some(&denies), &denies, "(CloudTrail.LakeGuardAccess)");
}
