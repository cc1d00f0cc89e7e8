//! What an input is said to be.

/// How records follow each other in an input. What is around each is found out whatever this is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputFormat {
    /// As its content tells.
    #[default]
    Auto,
    /// Values of JSON, one after the other, with or without anything between them.
    Json,
    /// The same, with text before each: exports of CloudWatch Logs, `aws logs tail`.
    Lines,
    /// Rows of a table, whose first one has the names of its columns.
    Csv,
}
