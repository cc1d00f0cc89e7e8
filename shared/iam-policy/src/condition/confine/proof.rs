//! Which values of a condition prove that a request comes from the trust zone.

use super::rule::confined_values;
use super::table::{AUDIENCES_OF_ONE, RESOURCE_KEYS, Rule};
use crate::operator::Base;
use crate::statement::Condition;
use crate::zone::TrustZone;

/// The values of a condition that prove, each by itself, that a request comes from the zone; for address ranges all or none.
pub(crate) fn proofs(condition: &Condition, zone: &TrustZone) -> Vec<String> {
    let Condition { operator, key, values } = condition;
    let Some(rule) = rule(key) else {
        return Vec::new();
    };
    match operator.base {
        Base::Null => Vec::new(),
        Base::IpAddress => {
            if confined_values(rule, operator, values, zone) {
                values.clone()
            } else {
                Vec::new()
            }
        }
        Base::Bool => {
            let truth = vec!["true".to_owned()];
            if confined_values(rule, operator, &truth, zone) { truth } else { Vec::new() }
        }
        _ => {
            values.iter().filter(|v| confined_values(rule, operator, std::slice::from_ref(*v), zone)).cloned().collect()
        }
    }
}

fn rule(key: &str) -> Option<Rule> {
    let key = key.to_ascii_lowercase();
    if key.ends_with(":sub") {
        return Some(Rule::Subject);
    }
    if AUDIENCES_OF_ONE.contains(&key.as_str()) {
        return Some(Rule::Fixed);
    }
    RESOURCE_KEYS.iter().find(|(name, _)| key == *name).map(|(_, rule)| *rule)
}
