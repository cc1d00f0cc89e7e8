//! Why a text is no standard, in words for whoever wrote it. The parser's own are for programmers: they name its options and Rust's types.

use serde_saphyr::{Error, Location, UserMessageFormatter};

/// Nobody means by it what the built-in standard says: it is what an upload leaves that broke off, or a template whose value was not set.
pub(super) const SAYS_NOTHING: &str =
    "it says nothing, and that is not taken for the built-in values; write `version: 1` for these";

/// What is wrong and where, and the nearest valid name where a name is unknown.
pub(super) fn explain(error: &Error) -> String {
    let error = error.without_snippet();
    let place = error.location().filter(|place| *place != Location::UNKNOWN);
    let nearest = nearest(error).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
    match (own_words(error), place) {
        (Some(words), Some(place)) => format!("{words} at line {}, column {}{nearest}", place.line(), place.column()),
        (Some(words), None) => format!("{words}{nearest}"),
        (None, _) => error.render_with_formatter(&UserMessageFormatter) + &nearest,
    }
}

/// None: the parser's words for users serve.
fn own_words(error: &Error) -> Option<String> {
    let words = match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            return Some(format!("unknown field `{field}`, expected one of {}", expected.join(", ")));
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            return Some(format!("unknown variant `{variant}`, expected one of {}", expected.join(", ")));
        }
        Error::DuplicateMappingKey { key: Some(key), .. } => return Some(format!("`{key}` is there twice")),
        // What an anchor stands for is wrong where it is used.
        Error::AliasError { error, .. } => return own_words(error),
        Error::DuplicateMappingKey { key: None, .. } => "a name is there twice",
        Error::MultipleDocuments { .. } => "another document begins (`---`); a standard is one document",
        Error::NullIntoString { .. } => "there is no value",
        Error::BinaryNotUtf8 { .. } => "expected a text, and not `!!binary`",
        Error::Unexpected { expected: "mapping start", .. } => {
            "expected names with their values, such as `name: value`"
        }
        Error::Unexpected { expected: "sequence start", .. } => "expected a list, such as `[a, b]`",
        Error::Unexpected { expected: "string scalar", .. }
        | Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. } => "expected one value",
        // Nothing in a standard has a fraction or is less than nothing.
        Error::InvalidScalar { .. } => "expected a whole number",
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => "it is too deep or too long to be read",
        _ => return None,
    };
    Some(words.to_owned())
}

fn nearest(error: &Error) -> Option<&'static str> {
    const LEAST_LIKENESS: f64 = 0.7;
    let (Error::SerdeUnknownField { field: unknown, expected, .. }
    | Error::SerdeUnknownVariant { variant: unknown, expected, .. }) = error
    else {
        return None;
    };
    let scored = expected.iter().map(|&name| (strsim::jaro_winkler(unknown, name), name));
    let likely = scored.filter(|(likeness, _)| *likeness >= LEAST_LIKENESS);
    likely.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}
