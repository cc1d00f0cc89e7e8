//! The statements of a holding for certain values of policy variables, compiled when they are first asked for.

use super::entry::Entry;
use crate::budget::Budget;
use crate::catalogue;
use crate::judge::targets::{Mask, Targets};
use crate::reading::Reading;
use crate::request::Context;
use crate::resource::ResourceName;
use crate::solve::{Caller, Compiler, Facts, Formula, Frame};
use crate::statement::{ResourceElement, Statement};
use std::collections::HashMap;
use std::rc::Rc;

/// How policy variables in resources are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::judge) enum Own {
    /// As anything: what is the holder's own counts as everything.
    Everything,
    /// The same, but for the name of a user: whoever has it is that user, but no role, group or policy is.
    EverythingButUsers,
    /// As one name.
    One,
}

impl Own {
    /// By whether the holder's own counts as everything.
    pub(in crate::judge) fn of(is_everything: bool) -> Self {
        if is_everything { Self::Everything } else { Self::One }
    }

    /// The same for an action that is about users, or about something else.
    pub(in crate::judge) fn of_action(action: &str) -> Self {
        let mut templates = catalogue::find(action).into_iter().flat_map(|id| id.resource_templates());
        if templates.any(|template| template.contains(":user/")) { Self::Everything } else { Self::EverythingButUsers }
    }

    /// Whether policy variables of a statement stand for anything.
    fn is_anything_in(self, entry: &Entry<'_>) -> bool {
        match self {
            Self::Everything => true,
            Self::EverythingButUsers => !entry.traits.variables.iter().any(|name| name == "aws:username"),
            Self::One => false,
        }
    }
}

/// An entry, by its layer and its place in it.
pub(super) type EntryNumber = (usize, usize);

/// One set of values for policy variables.
pub(super) struct Case<'a> {
    pub(super) compiler: Compiler<'a>,
    conditions: HashMap<EntryNumber, Formula>,
    beside_action: HashMap<EntryNumber, Formula>,
    readings: HashMap<(EntryNumber, Own), Rc<Reading>>,
    masks: HashMap<(EntryNumber, Own, String), Mask>,
}

impl<'a> Case<'a> {
    pub(super) fn new(context: Context, budget: &'a Budget) -> Self {
        let frame = Frame { caller: Caller::Aws, resource: None, context };
        Self {
            compiler: Compiler::new(Facts::new(&Rc::default()), frame, budget),
            conditions: HashMap::new(),
            beside_action: HashMap::new(),
            readings: HashMap::new(),
            masks: HashMap::new(),
        }
    }

    /// That the conditions of the statement hold.
    pub(super) fn conditions(&mut self, number: EntryNumber, entry: &Entry<'_>) -> Formula {
        let compiler = &mut self.compiler;
        self.conditions.entry(number).or_insert_with(|| compiler.conditions(entry.statement)).clone()
    }

    /// That the statement applies, if the action is one of its own.
    pub(super) fn beside_action(&mut self, number: EntryNumber, entry: &Entry<'_>) -> Formula {
        let compiler = &mut self.compiler;
        self.beside_action.entry(number).or_insert_with(|| compiler.beside_action(entry.statement)).clone()
    }

    /// The targets that the statement is about.
    pub(super) fn mask(&mut self, number: EntryNumber, entry: &Entry<'_>, targets: &Targets, own: Own) -> Mask {
        let context = &self.compiler.frame.context;
        let reading = self.readings.entry((number, own)).or_insert_with(|| {
            Rc::new(match own.is_anything_in(entry) {
                true => Reading::new(entry.statement),
                false => Reading::of_request(entry.statement, context),
            })
        });
        if reading.has_every_resource() {
            return targets.all();
        }
        let place = (number, own, targets.names.first().cloned().unwrap_or_default());
        if let Some(mask) = self.masks.get(&place) {
            return *mask;
        }
        let budget = self.compiler.budget;
        if budget.is_exhausted() {
            return 0;
        }
        let is_in = |name: &String| reading.has_resource(&ResourceName::new(name), budget);
        let within = || reading.has_each(targets.names.iter(), targets.common_start(), budget);
        let mask = if is_same_for_all(entry.statement, targets) {
            targets.names.first().filter(|name| is_in(name)).map_or(0, |_| targets.all())
        } else {
            within().into_iter().enumerate().filter(|(_, is_in)| *is_in).fold(0, |mask, (i, _)| mask | 1 << i)
        };
        self.masks.insert(place, mask);
        mask
    }
}

/// Whether a statement speaks about all of the targets or none: each of its patterns ends, or parts from them, in what all their names
/// begin with.
fn is_same_for_all(statement: &Statement, targets: &Targets) -> bool {
    let common = targets.common_start();
    let is_settled = |pattern: &String| {
        let (start, rest) = pattern.split_at(pattern.find(['*', '?', '$']).unwrap_or(pattern.len()));
        let parts = !start.starts_with(common) && !common.starts_with(start);
        parts || (common.starts_with(start) && !rest.is_empty() && rest.bytes().all(|byte| byte == b'*'))
    };
    match &statement.resources {
        ResourceElement::Resource(patterns) | ResourceElement::NotResource(patterns) => patterns.iter().all(is_settled),
        ResourceElement::None => true,
    }
}
