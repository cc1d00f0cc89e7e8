//! Parts of the sentences that tell people what was found.

use crate::statement::StatementAt;
use std::collections::BTreeSet;

/// "statements 1, 3 let the holder", for a sentence; of several policies: "statement 1 of policy 0 lets the holder".
pub(super) fn holder_of(statements: &BTreeSet<StatementAt>) -> String {
    let is_one_document = statements.iter().all(|at| at.document == 0);
    let name = |at: &StatementAt| match is_one_document {
        true => at.statement.to_string(),
        false => format!("{} of policy {}", at.statement, at.document),
    };
    let names: Vec<String> = statements.iter().map(name).collect();
    let (noun, verb) = if names.len() == 1 { ("statement", "lets") } else { ("statements", "let") };
    format!("{noun} {} {verb} the holder", names.join(", "))
}

/// The first, and how many more of what they are.
pub(super) fn listed(names: &[&str], what: &str) -> String {
    match names {
        [] => String::new(),
        [only] => format!("`{only}`"),
        [first, _] => format!("`{first}` and one more {what}"),
        [first, rest @ ..] => format!("`{first}` and {} more {what}s", rest.len()),
    }
}
