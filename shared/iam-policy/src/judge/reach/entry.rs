//! The statements of a holding, made ready for many questions.

use super::brought::is_about_tags;
use crate::budget::Budget;
use crate::document::Document;
use crate::judge::places::Named;
use crate::judge::sensitive::SensitiveSet;
use crate::solve::{asked, used};
use crate::statement::{Statement, StatementAt};
use std::rc::Rc;

/// A statement, made ready.
#[derive(Clone)]
pub(crate) struct Entry<'a> {
    pub(crate) at: StatementAt,
    pub(crate) statement: &'a Statement,
    pub(crate) traits: Traits,
}

/// What of a statement is asked for again and again.
#[derive(Clone, Debug)]
pub(crate) struct Traits {
    pub(crate) actions: SensitiveSet,
    /// Whether it asks for a tag of what exists.
    pub(super) asks_for_tags: bool,
    /// Its condition keys and its policy variables, in lower case.
    pub(super) keys: Rc<[String]>,
    pub(super) variables: Rc<[String]>,
    /// Both, as they are written.
    pub(super) spellings: Rc<[String]>,
    /// The places that it names.
    pub(super) places: Rc<Named>,
}

impl Traits {
    pub(crate) fn of(statement: &Statement, budget: &Budget) -> Self {
        let keys: Rc<[String]> = statement.conditions.iter().map(|c| c.key.to_ascii_lowercase()).collect();
        Self {
            actions: SensitiveSet::of(&statement.actions, budget),
            asks_for_tags: keys.iter().any(|key| is_about_tags(key)),
            keys,
            variables: used(statement).map(str::to_ascii_lowercase).collect(),
            spellings: asked(statement).map(str::to_owned).collect(),
            places: Rc::new(Named::of(statement)),
        }
    }
}

/// The statements of documents, made ready.
pub(crate) fn entries<'a>(documents: &[&'a Document], budget: &Budget) -> Vec<Entry<'a>> {
    let numbered = documents.iter().enumerate();
    let all = numbered.flat_map(|(document, d)| d.statements().iter().enumerate().map(move |s| (document, s)));
    all.map(|(document, (index, statement))| Entry {
        at: StatementAt { document, statement: index },
        statement,
        traits: Traits::of(statement, budget),
    })
    .collect()
}
