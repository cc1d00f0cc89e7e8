//! From who is let in to violations.

use super::entrance::{Question, search};
use super::outsider::Outsider;
use super::owner;
use super::wanted::Scene;
use crate::judge::holding::{Holding, Rules};
use crate::judge::kinds::ViolationKind;
use crate::judge::session::Session;
use crate::judge::violation::{Breach, Outsiders, Violation};
use crate::kind::PolicyKind;
use crate::request::Witness;
use crate::solve::Caller;
use crate::statement::{Statement, StatementAt};
use std::collections::BTreeSet;

/// One violation for each statement that lets such an outsider in.
pub(in crate::judge) fn found(
    holding: &Holding<'_>,
    rules: &Rules,
    kind: ViolationKind,
    session: &Session<'_>,
) -> Vec<Violation> {
    let zone = &*owner::zone(holding, &rules.zone);
    let text: String = holding.documents.iter().map(|d| d.to_json()).collect();
    let statements: Vec<&Statement> = holding.documents.iter().flat_map(|d| d.statements()).collect();
    let question = Question { holding, zone, sealed: &rules.sealed, statements: &statements, session };
    let assumed_account = (!rules.zone.is_known() && zone.is_known()).then(|| zone.account.clone());
    let mut all = Vec::new();
    for (document, d) in holding.documents.iter().enumerate() {
        for (index, statement) in d.statements().iter().enumerate().filter(|(_, s)| s.is_allow()) {
            let scene = Scene { statement, all: &statements, policy: holding.kind, zone, text: &text };
            let enters = |outsider: &Outsider| search(&question, statement, outsider, true);
            let wanted = scene.wanted(kind, |everyone| everyone.iter().any(|outsider| enters(outsider).is_some()));
            let Some((outsiders, witness)) = entering(&wanted, kind, enters) else { continue };
            let sid = statement.sid.clone().filter(|sid| !sid.is_empty());
            let at = StatementAt { document, statement: index };
            let breach = Breach::Entrance { sid, outsiders };
            all.push(Violation {
                kind,
                statements: vec![at],
                witness,
                breach,
                assumed_account: assumed_account.clone(),
                role: None,
            });
        }
    }
    all
}

/// Those who are let in, and the request of the first. One of many stands for all.
fn entering(
    wanted: &[Outsider],
    kind: ViolationKind,
    enters: impl Fn(&Outsider) -> Option<Witness>,
) -> Option<(Outsiders, Witness)> {
    let (mut names, mut first) = (BTreeSet::new(), None);
    let (named, others): (Vec<&Outsider>, Vec<&Outsider>) = wanted.iter().partition(|o| o.named.is_some());
    for outsider in named {
        let is_told = outsider.named.as_ref().is_some_and(|name| names.contains(name));
        if let Some(witness) = (!is_told).then(|| enters(outsider)).flatten() {
            names.extend(outsider.named.clone());
            first = first.or(Some(witness));
        }
    }
    let one_of_many = others.into_iter().find_map(|outsider| Some((outsider, enters(outsider)?)));
    let Some((outsider, witness)) = one_of_many else { return Some((Outsiders::Named(names), first?)) };
    let are_services_meant = matches!(kind, ViolationKind::ConfusedDeputy | ViolationKind::ForeignPrincipal);
    let is_service = matches!(outsider.caller, Caller::Service(_)) && are_services_meant;
    let outsiders = match (names.is_empty(), is_service) {
        (true, true) => Outsiders::AnyService,
        (true, false) => Outsiders::Everyone,
        // Beside those who are named, the others as a wildcard would name them.
        (false, _) => {
            names.insert(if is_service { "*.amazonaws.com" } else { "*" }.to_owned());
            Outsiders::Named(names)
        }
    };
    Some((outsiders, witness))
}

/// A request of anyone at all that the statement lets through.
pub(in crate::judge) fn anyone(
    holding: &Holding<'_>,
    rules: &Rules,
    at: StatementAt,
    session: &Session<'_>,
) -> Option<Witness> {
    let statement = holding.documents.get(at.document)?.statements().get(at.statement)?;
    let statements: Vec<&Statement> = holding.documents.iter().flat_map(|d| d.statements()).collect();
    let zone = &*owner::zone(holding, &rules.zone);
    let question = Question { holding, zone, sealed: &rules.sealed, statements: &statements, session };
    let callers = match holding.kind {
        PolicyKind::Identity => vec![Caller::Aws],
        _ => Caller::cases(std::iter::once(statement)),
    };
    callers.into_iter().find_map(|caller| search(&question, statement, &Outsider::any(caller, None), false))
}
