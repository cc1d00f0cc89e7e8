//! What was told, so that it is not told again and again.

use std::collections::BTreeSet;

use parapet_core::Home;
use serde::{Deserialize, Serialize};

use crate::GuardName;
use crate::evidence::whole_digest;

/// The version of what is kept of it.
pub const TOLD_VERSION: u32 = 1;

/// Something that a person was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The version of the format: [`TOLD_VERSION`].
    pub version: u32,
    /// When, by the guard's clock, in seconds since 1970.
    pub told_at: i64,
    /// By whom.
    pub guard: GuardName,
    /// Of what, as an ARN.
    pub resource: String,
    /// What was said of it.
    pub what: BTreeSet<String>,
}

impl Told {
    /// Something that is told now.
    #[must_use]
    pub fn of(told_at: i64, guard: GuardName, resource: String, what: BTreeSet<String>) -> Self {
        Self { version: TOLD_VERSION, told_at, guard, resource, what }
    }
}

/// Where it is kept what was told on a day, `2026-11-23`: by what was said, of what, and by whom, beside the memories.
#[must_use]
pub fn told_key(home: &Home, date: &str, told: &Told) -> String {
    let what: Vec<&str> = told.what.iter().map(String::as_str).collect();
    let digest = whole_digest(&format!("{}\n{}\n{}", told.guard, told.resource, what.join("\n")));
    format!("state/v2/{}/{}/told/{}/{digest}.json", home.account, home.region, date.replace('-', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_of_a_day_and_of_what_was_said() {
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        let told = |said: &str| {
            Told::of(5, GuardName::PolicyGuard, "arn:aws:s3:::b".into(), BTreeSet::from([said.to_owned()]))
        };
        let key = |date: &str, said: &str| told_key(&home, date, &told(said));
        let first = key("2026-11-23", "x");
        assert!(first.starts_with("state/v2/111122223333/us-east-1/told/20261123/"), "{first}");
        assert_eq!(first, told_key(&home, "2026-11-23", &Told { told_at: 9, ..told("x") }), "whenever on that day");
        assert_ne!(first, key("2026-11-24", "x"));
        assert_ne!(first, key("2026-11-23", "y"));
    }
}
