//! The gate: a guard makes the calls that `docs/calls.md` says, no more and no fewer.

use std::collections::BTreeMap;
use std::fmt;

use parapet_console::{Result, Trouble};
use serde_json::Value;

use crate::events::Event;
use crate::storage::{Call, Verb};

/// What the gate holds to.
const DOCUMENT: &str = include_str!("../../../docs/calls.md");

/// The facet of the events. It is not remembered: the standard alone says how to bring it back.
const FACET: &str = "default encryption";

/// What the document says of evidence in words, and in calls.
const EVIDENCE_IN_WORDS: &str =
    "before the write of a repair one GET of what was there before and one PUT, after it two PUTs and one LIST";
const EVIDENCE: [(Verb, usize); 3] = [(Verb::Get, 1), (Verb::Put, 3), (Verb::List, 1)];

/// How often each call is made.
type Counts = BTreeMap<Call, usize>;

/// What `docs/calls.md` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Documented {
    healthy: usize,
    repair: usize,
}

impl fmt::Display for Documented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let evidence: usize = EVIDENCE.iter().map(|(_, count)| count).sum();
        let Self { healthy, repair } = self;
        write!(
            f,
            "{repair} a repair and {evidence} for its evidence, {healthy} a healthy event, none an irrelevant one, as documented"
        )
    }
}

impl Documented {
    /// Reads the document.
    pub(crate) fn read() -> Result<Self> {
        let row = DOCUMENT.lines().find_map(|line| line.strip_prefix(&format!("| {FACET} |")));
        let mut counts = row.into_iter().flat_map(|row| row.split('|')).skip(1).map(|cell| cell.trim().parse().ok());
        match (counts.next().flatten(), counts.next().flatten()) {
            (Some(healthy), Some(repair)) if DOCUMENT.contains(EVIDENCE_IN_WORDS) => Ok(Self { healthy, repair }),
            _ => Err(Trouble::new(format!("`docs/calls.md` does not say how many calls {FACET} takes"))
                .remedy("tests/bench/src/calls.rs reads it: change both together")),
        }
    }

    /// The calls of one event.
    fn counts(self, event: Event) -> Counts {
        match event {
            Event::Repair => {
                let evidence = EVIDENCE.map(|(verb, count)| (Call::Evidence(verb), count));
                [(Call::Guarded, self.repair)].into_iter().chain(evidence).collect()
            }
            Event::Healthy => [(Call::Guarded, self.healthy)].into(),
            Event::Irrelevant => Counts::new(),
        }
    }

    /// What is wrong with the calls that one event made, and with what the guard says of it.
    ///
    /// # Errors
    /// The document says otherwise, or the guard counts otherwise.
    pub(crate) fn check(self, event: Event, calls: &[Call], answer: &str) -> Result<()> {
        let mut found = Counts::new();
        for call in calls {
            *found.entry(*call).or_default() += 1;
        }
        let expected = self.counts(event);
        if found != expected {
            let found =
                format!("{event:?}: the calls are {found:?}, and not {expected:?} as in `docs/calls.md`: {calls:?}");
            return Err(Trouble::new(found));
        }
        let answer: Value = serde_json::from_str(answer)?;
        let said = |name: &str| answer.get(name).cloned().unwrap_or_default();
        let guarded = expected.get(&Call::Guarded).copied().unwrap_or_default();
        if said("outcome") != event.outcome() || said("aws_calls") != guarded {
            return Err(Trouble::new(format!("{event:?}: not {} with {guarded} calls: {answer}", event.outcome())));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GET: Call = Call::Evidence(Verb::Get);
    const PUT: Call = Call::Evidence(Verb::Put);
    const LIST: Call = Call::Evidence(Verb::List);
    const REPAIR: [Call; 8] = [Call::Guarded, GET, PUT, Call::Guarded, Call::Guarded, PUT, LIST, PUT];

    fn check(event: Event, calls: &[Call], outcome: &str, counted: u32) -> bool {
        let answer = format!(r#"{{"outcome": "{outcome}", "aws_calls": {counted}}}"#);
        Documented { healthy: 1, repair: 3 }.check(event, calls, &answer).is_ok()
    }

    #[test]
    fn the_document_says_how_many() {
        assert_eq!(Documented::read().unwrap(), Documented { healthy: 1, repair: 3 });
    }

    #[test]
    fn each_event_makes_its_calls_and_no_other() {
        assert!(check(Event::Repair, &REPAIR, "Remediated", 3));
        assert!(!check(Event::Repair, &REPAIR[1..], "Remediated", 3));
        assert!(!check(Event::Repair, &[&REPAIR[..], &[GET]].concat(), "Remediated", 3));
        assert!(!check(Event::Repair, &REPAIR, "Unresolved", 3));
        assert!(!check(Event::Repair, &REPAIR, "Remediated", 4));
        assert!(check(Event::Healthy, &[Call::Guarded], "Compliant", 1));
        assert!(!check(Event::Healthy, &[Call::Guarded, GET], "Compliant", 1));
        assert!(check(Event::Irrelevant, &[], "Ignored", 0));
        assert!(!check(Event::Irrelevant, &[Call::Guarded], "Ignored", 0));
    }
}
