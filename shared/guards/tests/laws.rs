//! The laws of `parapet-testkit`, for every guard, over every facet of its own resources and of others', under any standard.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod generators;

use parapet_guards::{EncryptionGuard, LoggingGuard, PolicyGuard};
use parapet_testkit::laws;
use proptest::prelude::*;

use generators::cases;

macro_rules! laws {
    ($module:ident, $guard:ident: $($law:ident)*) => {
        mod $module {
            use super::*;

            proptest! {
                $(#[test]
                fn $law(case in cases::<$guard>(generators::$module::pairs())) {
                    laws::$law::<$guard>(&case)?;
                })*
            }
        }
    };
    ($($module:ident, $guard:ident;)*) => {
        $(laws! { $module, $guard:
            comply_is_idempotent
            a_compliant_state_plans_nothing
            what_complies_has_no_enforced_finding
            the_plan_arrives
            every_way_arrives
            no_step_weakens
            findings_are_of_the_owner
            memory_never_accuses
            a_state_survives_evidence
        })*
    };
}

laws! {
    encryption, EncryptionGuard;
    policy, PolicyGuard;
    logging, LoggingGuard;
}
