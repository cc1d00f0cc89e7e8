use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use parapet_guards::{Facet, Resource, ResourceKind};

/// What worlds and recorders were asked to do, in order. Its clones are the same journal.
#[derive(Clone, Debug, Default)]
pub struct Journal(Arc<Mutex<Vec<Entry>>>);

/// One thing that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A facet was read.
    Look(Resource, Facet),
    /// All resources of a kind were listed.
    List(ResourceKind),
    /// An action was carried out, or tried.
    Write(Resource, String),
    /// An action was refused.
    Refusal(Resource, String),
    /// Evidence was opened.
    Open,
    /// Evidence was closed with this outcome.
    Close(String),
    /// The memory of a facet was read.
    Recall(Facet),
    /// A facet was remembered.
    Remember(Facet),
    /// What was remembered of a facet has ended.
    End(Facet),
    /// It was asked whose name this is now.
    Identity(Resource),
    /// It was asked when it was made.
    MadeAt(Resource),
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Look(_, facet) => write!(f, "look at {facet}"),
            Self::List(kind) => write!(f, "list every {kind}"),
            Self::Write(_, action) => f.write_str(action),
            Self::Refusal(_, why) => write!(f, "refused: {why}"),
            Self::Open => f.write_str("open evidence"),
            Self::Close(outcome) => write!(f, "close evidence: {outcome}"),
            Self::Recall(facet) => write!(f, "recall {facet}"),
            Self::Remember(facet) => write!(f, "remember {facet}"),
            Self::End(facet) => write!(f, "end the memory of {facet}"),
            Self::Identity(_) => f.write_str("ask for the identity"),
            Self::MadeAt(_) => f.write_str("ask when it was made"),
        }
    }
}

impl Journal {
    pub(crate) fn note(&self, entry: Entry) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    /// Everything so far.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Everything so far, a line each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.entries().iter().map(ToString::to_string).collect()
    }

    /// How many writes were tried so far.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.entries().iter().filter(|entry| matches!(entry, Entry::Write(..))).count()
    }

    /// How many of them were refused.
    #[must_use]
    pub fn refusals(&self) -> usize {
        self.entries().iter().filter(|entry| matches!(entry, Entry::Refusal(..))).count()
    }

    /// Starts a new page.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
