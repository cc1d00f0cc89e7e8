//! An action that is reached.

use crate::judge::places::Home;
use crate::judge::role::Stronger;
use crate::request::Witness;
use crate::statement::StatementAt;
use std::collections::BTreeSet;

/// An action that is reached.
#[derive(Clone, Debug)]
pub(in crate::judge) struct Reached {
    pub(in crate::judge) witness: Witness,
    /// The statements that grant it: each that is enough alone, or all that take part.
    pub(in crate::judge) statements: BTreeSet<StatementAt>,
    /// The actions that the holder takes before, so that conditions hold.
    pub(in crate::judge) before: BTreeSet<String>,
    /// Whose the policies were taken to be.
    pub(in crate::judge) home: Home,
    /// The role that it turns on, where the roles are known.
    pub(in crate::judge) role: Option<Stronger>,
}
