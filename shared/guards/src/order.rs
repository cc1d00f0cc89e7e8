//! What an operator asked to have mended, and a guard does: the guard believes what lies here sealed, and nobody's word.

use std::collections::BTreeSet;

use parapet_core::{Home, Unreadable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ControlId, GuardName, Resource, key_time};

/// The version of an order that is written.
pub const ORDER_VERSION: u32 = 1;

/// How long a guard does what it says: whoever gives it the key again later asks for nothing.
const GOOD_FOR_SECONDS: i64 = 30 * 60;

/// How far the clocks of two functions are apart at the most.
const SKEW_SECONDS: i64 = 60;

/// What is to be mended although it was there before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The version of the format: [`ORDER_VERSION`].
    pub version: u32,
    /// When, in seconds since 1970.
    pub ordered_at: i64,
    /// Who asked, as AWS STS says: an ARN.
    pub operator: String,
    /// The guard that is to do it.
    pub guard: GuardName,
    /// Of what.
    pub resources: Vec<Resource>,
    /// What is wrong with it by these controls; empty: all that the standard would mend.
    pub controls: BTreeSet<ControlId>,
    /// Whether what would end something that is used is only told.
    #[serde(default = "yes")]
    pub keep_used: bool,
}

/// As every order before there was a choice is carried out.
fn yes() -> bool {
    true
}

impl Order {
    /// Whether a guard is to do it now.
    #[must_use]
    pub fn is_for(&self, guard: GuardName, now: i64) -> bool {
        self.guard == guard && (-SKEW_SECONDS..=GOOD_FOR_SECONDS).contains(&now.saturating_sub(self.ordered_at))
    }

    /// Reads one.
    ///
    /// # Errors
    /// It is not of a version that this one knows, or not of its shape.
    pub fn of(key: &str, document: Value) -> Result<Self, Unreadable> {
        let order: Self =
            serde_json::from_value(document).map_err(|error| Unreadable::malformed(key, error.to_string()))?;
        match order.version {
            ORDER_VERSION => Ok(order),
            other => {
                let why = format!("its version is {other}, and this function reads {ORDER_VERSION}");
                Err(Unreadable::malformed(key, why))
            }
        }
    }
}

/// Where orders lie, beside the memories.
#[must_use]
pub fn orders_folder(home: &Home) -> String {
    format!("state/v2/{}/{}/orders/", home.account, home.region)
}

/// Where one lies. `ordered_at`: as evidence writes times; `number`: of those of one request.
#[must_use]
pub fn mend_key(home: &Home, ordered_at: &str, request: &str, number: usize) -> String {
    let time = key_time(ordered_at).unwrap_or_default();
    format!("{}{time}-{request}-{number:04}.json", orders_folder(home))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on;

    fn order() -> Order {
        Order {
            version: ORDER_VERSION,
            ordered_at: 1_000,
            operator: "arn:aws:iam::111122223333:user/jane".to_owned(),
            guard: GuardName::EncryptionGuard,
            resources: vec![on::Bucket { name: "b".to_owned() }.into()],
            controls: BTreeSet::new(),
            keep_used: true,
        }
    }

    #[test]
    fn what_was_written_is_read() {
        assert_eq!(Order::of("k", serde_json::to_value(order()).unwrap()), Ok(order()));
        let later = serde_json::to_value(Order { version: 2, ..order() }).unwrap();
        assert!(Order::of("k", later).unwrap_err().to_string().contains("version is 2"));
        assert!(Order::of("k", Value::Null).is_err());
    }

    #[test]
    fn it_is_for_one_guard_and_ends() {
        let order = order();
        for (guard, now, expected) in [
            (GuardName::EncryptionGuard, 1_000, true),
            (GuardName::EncryptionGuard, 2_800, true),
            (GuardName::EncryptionGuard, 2_801, false),
            (GuardName::EncryptionGuard, 940, true),
            (GuardName::EncryptionGuard, 939, false),
            (GuardName::PolicyGuard, 1_000, false),
        ] {
            assert_eq!(order.is_for(guard, now), expected, "{guard} {now}");
        }
    }
}
