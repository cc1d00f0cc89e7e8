//! A lab's settings as lines for a shell.

use parapet_lab::Lab;
use serde_json::Value;

/// Answers of bootstrap that are no settings.
const NOT_EXPORTED: [&str; 2] = ["actions", "observed"];

/// One `export NAME=value` a line: how to reach the account as its administrator, and what bootstrap made.
#[must_use]
pub(crate) fn exports(lab: &Lab) -> String {
    let fixed = lab.administrator.settings(&lab.endpoint());
    let made = lab.outputs.iter().filter(|(name, _)| !NOT_EXPORTED.contains(&name.as_str()));
    let made = made.filter_map(|(name, value)| Some((format!("PARAPET_{}", name.to_uppercase()), text(value)?)));
    let all = fixed.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(made);
    all.map(|(name, value)| format!("export {name}={}\n", quoted(&value))).collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// A word of POSIX shells; in quotes where it has to be.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_quotes_has_them() {
        assert_eq!(
            quoted("arn:aws:iam::111122223333:role/parapet-ml-service"),
            "arn:aws:iam::111122223333:role/parapet-ml-service"
        );
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
