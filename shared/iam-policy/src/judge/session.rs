//! What one call shares among its questions.

use super::holding::Holding;
use super::roles::Roles;
use crate::budget::{Budget, MAX_NARROWING_STEPS};
use crate::solve::Universe;
use crate::statement::Statement;
use std::cell::OnceCell;
use std::rc::Rc;

/// The budget of a call, and the actions that its policies mention.
pub(crate) struct Session<'a> {
    pub(crate) budget: Budget,
    /// Whether witnesses are shown to somebody, or only asked for.
    pub(crate) shows_witnesses: bool,
    /// The known roles, beside what the holder had when the call began.
    pub(crate) roles: Roles<'a>,
    holding: Holding<'a>,
    universe: OnceCell<Rc<Universe>>,
}

impl<'a> Session<'a> {
    /// For findings that are shown.
    pub(crate) fn to_judge(holding: &Holding<'a>) -> Self {
        Self::of(holding, Budget::new(), true)
    }

    /// For findings that are only asked for.
    pub(crate) fn to_narrow(holding: &Holding<'a>) -> Self {
        Self::of(holding, Budget::of(MAX_NARROWING_STEPS), false)
    }

    fn of(holding: &Holding<'a>, budget: Budget, shows_witnesses: bool) -> Self {
        Self { budget, shows_witnesses, roles: Roles::none(), holding: *holding, universe: OnceCell::new() }
    }

    /// With known roles.
    pub(crate) fn knowing(self, roles: Roles<'a>) -> Self {
        Self { roles, ..self }
    }

    /// The actions: made when they are first asked for, because most judgements need not all of them.
    pub(crate) fn universe(&self) -> &Rc<Universe> {
        self.universe.get_or_init(|| {
            let documents = self.holding.documents.iter().chain(self.holding.limits);
            let statements = documents.flat_map(|d| d.statements());
            Rc::new(Universe::new(statements.flat_map(|s: &Statement| s.actions.patterns()), &self.budget))
        })
    }
}
