use serde::{Deserialize, Serialize};

/// Which of those that bore a name in turn: what AWS gives to one of them and never to another.
///
/// A name can be given again, these cannot. IAM User Guide, "IAM identifiers": "When IAM creates a user, user group, role, policy, ... it
/// assigns a unique ID to each resource"; it is what tells a role from one of the same name that was deleted before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Identity {
    /// The id that AWS never gives again, such as `AROA..`; none where AWS gives none, or no call told it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// When it was created, in seconds since 1970; none where AWS does not tell, or no call did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub created: Option<i64>,
}

/// What the clock of a function may be behind AWS's.
const CLOCK_SKEW_SECONDS: i64 = 2;

impl Identity {
    /// One that is told by its id.
    #[must_use]
    pub fn of(id: impl Into<String>, created: Option<i64>) -> Self {
        Self { id: Some(id.into()), created }
    }

    /// One that is told by the moment it was created.
    #[must_use]
    pub fn created_at(created: Option<i64>) -> Self {
        Self { id: None, created }
    }

    /// Whether something that was seen of `earlier` at the moment `seen_at` was seen of this one: by the id where both have one, else by
    /// this one having been there at that moment. Where AWS tells nothing of it, it counts as the same.
    #[must_use]
    pub fn is_same_as(&self, earlier: &Self, seen_at: i64) -> bool {
        match (&self.id, &earlier.id) {
            (Some(id), Some(before)) => id == before,
            _ => self.created.is_none_or(|created| created <= seen_at.saturating_add(CLOCK_SKEW_SECONDS)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_was_given_again_is_another() {
        let nothing = Identity::default();
        for (now, before, seen_at, is_same) in [
            (Identity::of("AROA1", None), Identity::of("AROA1", None), 0, true),
            (Identity::of("AROA2", None), Identity::of("AROA1", None), 0, false),
            // An id outweighs a date.
            (Identity::of("AROA1", Some(100)), Identity::of("AROA1", Some(50)), 60, true),
            (Identity::created_at(Some(100)), Identity::created_at(Some(50)), 60, false),
            (Identity::of("AROA1", Some(100)), nothing.clone(), 99, true),
            // Two seconds before it was created by AWS's clock: a function's may be behind by that much, and by no more.
            (Identity::of("AROA1", Some(100)), nothing.clone(), 98, true),
            (Identity::of("AROA1", Some(100)), nothing.clone(), 97, false),
            (nothing.clone(), Identity::of("AROA1", Some(50)), 60, true),
            (nothing.clone(), nothing, 0, true),
        ] {
            assert_eq!(now.is_same_as(&before, seen_at), is_same, "{now:?} {before:?} {seen_at}");
        }
    }
}
