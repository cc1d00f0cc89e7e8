//! Where a function's standard comes from.

use std::{env, fs};

use parapet_core::{Home, Standard, StandardError};

/// The standard that `PARAPET_STANDARD` names: inline YAML or JSON, or the path of a file; unset or empty: the built-in one.
///
/// # Errors
/// It cannot be read, or is not valid.
pub(crate) fn load(home: &Home) -> Result<Standard, StandardError> {
    let source = env::var("PARAPET_STANDARD").unwrap_or_default();
    if source.trim().is_empty() {
        return Standard::built_in(home);
    }
    if let Some(parameter) = source.strip_prefix("ssm:") {
        let message = format!(
            "it is in the SSM parameter `{parameter}`, which this version does not read: give its text, or a file in the package"
        );
        return Err(StandardError::Syntax { origin: source.clone(), message });
    }
    // A path is one line without a colon followed by a space, which every mapping has, and not a JSON object.
    let is_path = !source.contains('\n') && !source.contains(": ") && !source.trim_start().starts_with('{');
    if !is_path {
        return Standard::parse(&source, "PARAPET_STANDARD", home);
    }
    let text = fs::read_to_string(&source).map_err(|error| StandardError::Syntax {
        origin: source.clone(),
        message: format!("the file cannot be read: {error}"),
    })?;
    Standard::parse(&text, &source, home)
}
