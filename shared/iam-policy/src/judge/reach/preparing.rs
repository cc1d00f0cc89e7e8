//! What the holder can bring about before.

use super::before::Before;
use super::brought::{Brought, Told, can_be_brought, is_set};
use super::case::Own;
use super::entry::Entry;
use super::holder::Reach;
use super::reached::Reached;
use crate::judge::places::Home;
use crate::judge::scenario::Scenario;
use crate::judge::targets::Targets;
use crate::request::Context;
use crate::statement::Condition;
use std::collections::BTreeSet;

impl<'a> Reach<'a> {
    /// What the holder can bring about of what the conditions on an action ask for; `None`: nothing.
    pub(super) fn brought(
        &self,
        scenario: Scenario<'_>,
        home: &Home,
        own_name: Option<&str>,
        resource: Option<&str>,
        on_these: &dyn Fn(&str, Scenario<'_>, &Brought) -> Option<Reached>,
    ) -> Option<Brought> {
        let asked = self.keys(&self.speaking_of(scenario.action));
        if scenario.is_alone || !asked.iter().any(|key| can_be_brought(key)) {
            return None;
        }
        let known: Vec<String> = {
            let cases = self.cases(home, scenario.region_in(home), own_name);
            let contexts = cases.iter().map(|case| case.borrow().compiler.frame.context.clone());
            contexts.flat_map(Context::into_values).flatten().collect::<BTreeSet<_>>().into_iter().collect()
        };
        let setting: Vec<&Condition> = self.layers.iter().flatten().flat_map(setting).collect();
        let told = Told { known: &known, setting: &setting, is_made: scenario.is_made, budget: self.budget };
        let conditions = |action: &str| {
            let relevant = self.relevant(action).into_iter();
            relevant.flat_map(|(_, entry)| &entry.statement.conditions).collect()
        };
        let on = |action: &str, scenario: Scenario<'_>, targets: &Targets, own: Own| {
            self.on_most(action, targets, scenario, own)
        };
        let on_some = |action: &str, scenario: Scenario<'_>| self.on_some_resource_of(home, action, scenario);
        let (conditions, on_some, on) = (&conditions, &on_some, &on);
        let holders = &self.zone.holder;
        Before { scenario, home, resource, told, holders, conditions, on_these, on_some, on }.brought()
    }
}

/// The conditions of a statement on tags that requests set.
fn setting<'a>(entry: &Entry<'a>) -> impl Iterator<Item = &'a Condition> {
    let has_some = entry.traits.keys.iter().any(|key| is_set(key));
    let conditions = entry.statement.conditions.iter().filter(move |_| has_some);
    conditions.filter(|condition| is_set(&condition.key.to_ascii_lowercase()))
}
