//! Where something is wrong on known resources only, what is about these is narrowed by itself.

use super::confine::{self, beside_known};
use super::explain::{Gone, How};
use super::pieces::Piece;
use super::run::Run;
use super::terms::Audience;
use super::ways::{self, Going, Way};
use crate::glob::Glob;
use crate::judge::{self, ViolationKind};
use crate::kind::PolicyKind;
use crate::statement::{ActionElement, ResourceElement, Statement, StatementAt};
use std::collections::BTreeSet;

/// As many roles are written out in a `NotResource`.
const MAX_ROLES: usize = 9;

/// A part of a statement that is narrowed by itself.
pub(super) struct Fragment {
    pub(super) at: StatementAt,
    pub(super) statement: Statement,
    pub(super) going: Going,
}

impl Run<'_, '_, '_> {
    /// The broken statements; where something is wrong on known resources only, what is about it apart, and without them.
    pub(super) fn fragments(&mut self) -> Option<Vec<Fragment>> {
        let task = self.task;
        let going = task.going(self.faults);
        // A guard takes what is sealed by a Deny of its own.
        let is_left_out = |way: &Way| {
            way.is_about_known
                && (task.terms.audience == Audience::Person || way.kind != ViolationKind::ObjectTampering)
        };
        let is_known = |action: &String| {
            let mut ways = self.faults.ways.iter().filter(|way| way.actions.contains(action)).peekable();
            ways.peek().is_some() && ways.all(is_left_out)
        };
        let on_role = |action: &String| !self.stronger(action).is_empty();
        let leaves_out = |action: &&String| self.plan.leaves_out_known && (is_known(action) || on_role(action));
        let on_any: BTreeSet<String> = going.0.iter().filter(leaves_out).cloned().collect();
        let mut fragments = Vec::new();
        for at in &self.faults.broken {
            let statement = task.statement(*at)?;
            let here = on_any.iter().filter(|action| is_known(action) || is_written_out(statement, action));
            let on_known = Going(here.cloned().collect());
            let others = Going(going.0.difference(&on_known.0).cloned().collect());
            let hits = on_known.of_statement(statement);
            let known = self.known(&hits);
            let is_hit = |entry: &str| !on_known.matched_by(entry).is_empty();
            let split =
                (!hits.is_empty() && !known.is_empty()).then(|| beside_known(statement, is_hit, &known)).flatten();
            let Some((confined, rest)) = split else {
                let is_denied = self.denies_on_known(*at, statement, &hits);
                let going = if is_denied { &others } else { &going };
                fragments.push(Fragment { at: *at, statement: statement.clone(), going: going.clone() });
                continue;
            };
            let enveloped = self.enveloped(statement, &hits);
            fragments.extend(enveloped.map(|statement| Fragment { at: *at, statement, going: others.clone() }));
            let piece = Piece::new(*at, confined.clone(), &task.session.budget);
            self.gone.push(Gone::new(piece, How::ExceptOn(known)));
            fragments.push(Fragment { at: *at, statement: confined, going: others.clone() });
            fragments.extend(rest.map(|statement| Fragment { at: *at, statement, going: others.clone() }));
        }
        Some(fragments)
    }

    /// Denies actions on the known resources beside a wildcard for more of their kind, if that can be.
    fn denies_on_known(&mut self, at: StatementAt, statement: &Statement, hits: &[String]) -> bool {
        let task = self.task;
        let may_deny = |action: &String| {
            let is_shown = task.terms.audience == Audience::Person;
            is_shown || task.terms.others.is_some() && task.granting(&self.faults.broken, action).next().is_none()
        };
        // What the envelope allows of a known resource, a Deny would take.
        let is_possible = self.plan.denies
            && task.holding.kind == PolicyKind::Identity
            && task.rules.envelope.is_empty()
            && !hits.is_empty()
            && hits.iter().all(may_deny);
        let on: Vec<(String, Vec<String>)> =
            hits.iter().map(|hit| (hit.clone(), self.known(std::slice::from_ref(hit)))).collect();
        let is_wider = |pattern: &String| confine::is_wider(&statement.resources, pattern);
        if !is_possible || !on.iter().all(|(_, known)| known.iter().any(is_wider)) {
            return false;
        }
        on.into_iter().for_each(|(action, known)| self.denials.add_on(at.document, action, known));
        true
    }

    /// What of a statement about everything the envelope allows of the known resources.
    fn enveloped(&self, statement: &Statement, hits: &[String]) -> impl Iterator<Item = Statement> + use<> {
        let free = |s: &&Statement| {
            s.is_allow() && s.conditions.is_empty() && matches!(s.resources, ResourceElement::Resource(_))
        };
        let envelope = self.task.rules.envelope.iter().flat_map(|document| document.statements()).filter(free);
        let part = |allowed: &Statement| {
            let actions: Vec<String> = hits.iter().filter(|hit| ways::is_about(allowed, hit)).cloned().collect();
            let statement = Statement {
                actions: ActionElement::Action(actions.clone()),
                resources: allowed.resources.clone(),
                ..statement.clone()
            };
            (!actions.is_empty()).then_some(statement)
        };
        envelope.filter_map(part).collect::<Vec<Statement>>().into_iter()
    }

    /// The known resources on which these actions are wrong.
    fn known(&self, actions: &[String]) -> Vec<String> {
        let ways = || self.faults.ways.iter().filter(|way| way.actions.iter().any(|action| actions.contains(action)));
        let rules = self.task.rules;
        let is_of = |kind: ViolationKind| ways().any(|way| way.kind == kind);
        let sealed = rules.sealed.resources.iter().filter(|_| is_of(ViolationKind::ObjectTampering));
        let guards = rules.guards.iter().filter(|_| is_of(ViolationKind::GuardTampering));
        let of_their_own = [ViolationKind::ObjectTampering, ViolationKind::GuardTampering];
        let protected = rules.protected.iter().filter(|_| ways().any(|way| !of_their_own.contains(&way.kind)));
        let of_data = actions.iter().filter(|action| self.stronger(action).is_empty());
        let services: BTreeSet<&str> = of_data.filter_map(|action| action.split(':').next()).collect();
        let is_of_service = |pattern: &&String| {
            let service = pattern.split(':').nth(2).unwrap_or("*");
            !services.is_empty() && (service.contains(['*', '?']) || services.contains(service))
        };
        let around =
            |pattern: &String| actions.iter().flat_map(|action| judge::meant(action, pattern)).collect::<Vec<_>>();
        let mut known: Vec<String> = protected.filter(is_of_service).flat_map(around).collect();
        known.extend(sealed.chain(guards).filter(is_of_service).cloned());
        known.extend(actions.iter().flat_map(|action| self.stronger(action)));
        let mut seen = BTreeSet::new();
        known.retain(|pattern| seen.insert(pattern.clone()));
        known
    }

    /// The known roles that an action is wrong on, if they are few.
    fn stronger(&self, action: &str) -> Vec<String> {
        let stronger = self.task.session.roles.stronger(action, MAX_ROLES + 1);
        if stronger.len() > MAX_ROLES { Vec::new() } else { stronger }
    }
}

/// Whether a statement names an action, and no pattern of it matches it, too.
fn is_written_out(statement: &Statement, action: &str) -> bool {
    let ActionElement::Action(entries) = &statement.actions else { return false };
    let lower = action.to_ascii_lowercase();
    let mut matching = entries.iter().filter(|entry| Glob::lower(entry).matches(&lower)).peekable();
    matching.peek().is_some() && matching.all(|entry| entry.eq_ignore_ascii_case(action))
}
