//! The order in which evidence is looked through, and what of it is passed over.

use parapet_core::Home;

use crate::EVIDENCE_VERSION;

/// How long after an event there may be evidence of it: dead-letter queues keep events for fourteen days, and Lambda tries for six hours.
pub const LATEST_DAYS: i64 = 15;

/// Where evidence of each version lies, in the order of their keys.
#[must_use]
pub fn roots(home: &Home) -> Vec<String> {
    (1..=EVIDENCE_VERSION).map(|version| format!("evidence/v{version}/{}/{}/", home.account, home.region)).collect()
}

/// After which key to list, at the beginning of a root. `since`: of events before then, all evidence is known; `20261123T140000Z`, or
/// empty: none is.
#[must_use]
pub fn beginning(root: &str, since: &str) -> String {
    // The first version's keys are by day.
    let day = |digits: &str| Some(format!("{root}{}/{}/{}", digits.get(..4)?, digits.get(4..6)?, digits.get(6..8)?));
    day(since).filter(|_| is_by_day(root)).unwrap_or_default()
}

/// After which key to list on, after a list that ended with `last`: the rest of a folder's old evidence is passed over in one step.
///
/// So there is never more than one list for each folder and for each thousand pieces of what is recent.
#[must_use]
pub fn onward(last: &str, since: &str) -> String {
    match last.rsplit_once('/') {
        Some((folder, name)) if !is_by_day(last) && name < since => format!("{folder}/{since}"),
        _ => last.to_owned(),
    }
}

fn is_by_day(key: &str) -> bool {
    key.starts_with("evidence/v1/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_evidence_is_passed_over() {
        const SINCE: &str = "20261108T140000Z";
        for (last, next) in [
            ("evidence/v2/1/r/aa/guard/20260101T000000Z-e.json", "evidence/v2/1/r/aa/guard/20261108T140000Z"),
            ("evidence/v2/1/r/aa/guard/20261108T140000Z-e.json", "evidence/v2/1/r/aa/guard/20261108T140000Z-e.json"),
            ("evidence/v2/1/r/aa/guard/20261201T000000Z-e.json", "evidence/v2/1/r/aa/guard/20261201T000000Z-e.json"),
            ("evidence/v1/1/r/2026/01/01/0-e.json", "evidence/v1/1/r/2026/01/01/0-e.json"),
        ] {
            assert_eq!(onward(last, SINCE), next);
            assert!(*next >= *last, "it goes on");
            assert_eq!(onward(last, ""), last, "nothing is known yet");
        }
    }

    #[test]
    fn the_first_version_begins_with_a_day() {
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        let begins = |since| roots(&home).iter().map(|root| beginning(root, since)).collect::<Vec<_>>();
        assert_eq!(begins("20261108T140000Z"), ["evidence/v1/111122223333/us-east-1/2026/11/08", ""]);
        assert_eq!(begins(""), ["", ""]);
    }
}
