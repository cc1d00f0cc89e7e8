//! Where something stands in a document, and what is shown of it.

/// The path of a member.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { brief(key) } else { format!("{path}.{}", brief(key)) }
}

/// At most 60 characters of a user's value.
pub(super) fn brief(text: &str) -> String {
    match text.char_indices().nth(60) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}..", text.get(..end).unwrap_or_default()),
    }
}
