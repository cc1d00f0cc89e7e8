//! For whom policies are narrowed, and what has to be known for that.

use crate::document::Document;

/// For whom policies are narrowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// A guard, which applies the result by itself.
    #[default]
    Guard,
    /// A person, who reads it first.
    Person,
}

/// How policies are to be narrowed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms<'a> {
    /// For whom.
    pub audience: Audience,
    /// All other policies of all holders: a Deny is written only for what none of them grants. `None`: they are not known. A
    /// guard then writes no Deny, and a person is told that one cuts more than the policy that it is in.
    pub others: Option<&'a [&'a Document]>,
    /// The most bytes that a document may have, as compact JSON. One that had more may keep as many as it had.
    pub most_bytes: Option<usize>,
}

impl Terms<'_> {
    /// For a person who does not know more.
    pub fn for_person() -> Self {
        Self { audience: Audience::Person, ..Self::default() }
    }
}
