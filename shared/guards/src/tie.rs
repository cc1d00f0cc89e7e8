//! What AWS ties together: whether it takes a write of one facet can depend on what another is.

use crate::{Facet, State};

/// What another facet was seen to be. None: what would carry it is not there.
pub type Beside = (Facet, Option<State>);

/// What becomes of a write, as far as what it is tied to decides.
#[derive(Clone, Debug, PartialEq)]
pub enum Tied<S = State> {
    /// AWS takes it.
    Taken,
    /// AWS takes this instead, and why that is no loss.
    Instead(S, String),
    /// AWS takes nothing that brings the facet right, and why.
    Refused(String),
}

impl<S> Tied<S> {
    /// The same of something that contains the state.
    pub(crate) fn map<T>(self, within: impl FnOnce(S) -> T) -> Tied<T> {
        match self {
            Self::Taken => Tied::Taken,
            Self::Instead(state, why) => Tied::Instead(within(state), why),
            Self::Refused(why) => Tied::Refused(why),
        }
    }

    /// Why it is not as planned.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Taken => None,
            Self::Instead(_, why) | Self::Refused(why) => Some(why),
        }
    }
}
