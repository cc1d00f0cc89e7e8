//! Why a document was refused.

/// A policy document that cannot be read: where, what was found, what is allowed there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {found}, expected {allowed}", if path.is_empty() { "document" } else { path })]
pub struct ParseError {
    path: String,
    found: String,
    allowed: String,
    places: Vec<(usize, usize)>,
}

impl ParseError {
    /// The JSON path of the refused value, such as `Statement[0].Effect`; empty for the document itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What stands at the path.
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What may stand at the path.
    pub fn allowed(&self) -> &str {
        &self.allowed
    }

    /// Lines and columns in the text that was read, both from 1, a column being a byte: where it is no JSON, and of a key that stands
    /// twice both. None for what is JSON and no policy: [`ParseError::path`] leads there.
    pub fn places(&self) -> &[(usize, usize)] {
        &self.places
    }

    pub(crate) fn new(path: impl Into<String>, found: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self { path: path.into(), found: found.into(), allowed: allowed.into(), places: Vec::new() }
    }

    pub(crate) fn at(self, places: impl Into<Vec<(usize, usize)>>) -> Self {
        Self { places: places.into(), ..self }
    }
}
