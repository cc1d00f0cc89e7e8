//! The line of the standard that a finding names, for whoever was let in and is meant.

use crate::Finding;

/// What stands before that line in a finding, of whom `trust` has to name.
pub(crate) const IF_MEANT: &str = "; if that is meant, add to `trust` of the standard: ";

/// The same of any section, up to its name, and after it.
const AROUND_SECTION: (&str, &str) = ("; if that is meant, add to `", "` of the standard: ");

/// One entry of a list of the standard.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Meant {
    /// Which section: `trust`, `buckets`.
    pub section: String,
    /// Which list: `accounts`, `networks`, ..
    pub list: String,
    /// The entry, as YAML writes it within brackets.
    pub entry: String,
}

impl Finding {
    /// What the standard would have to name for this to be none; empty: nothing that would help is known.
    #[must_use]
    pub fn meant(&self) -> Vec<Meant> {
        let (begin, end) = AROUND_SECTION;
        let after = self.detail.split_once(begin).map(|(_, after)| after);
        let Some((section, line)) = after.and_then(|after| after.split_once(end)) else { return Vec::new() };
        let (mut rest, mut meant) = (line, Vec::new());
        while let Some((list, after)) = rest.split_once(": [") {
            if list.is_empty() || !list.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
                break;
            }
            let Some((entries, after)) = bracketed(after) else { break };
            let named = |entry| Meant { section: section.to_owned(), list: list.to_owned(), entry };
            meant.extend(entries.into_iter().map(named));
            let Some(next) = after.strip_prefix(", ") else { break };
            rest = next;
        }
        meant
    }
}

/// The entries up to the bracket that closes the list, and what stands after it.
fn bracketed(text: &str) -> Option<(Vec<String>, &str)> {
    let (mut depth, mut is_quoted, mut begin) = (0_u32, false, 0);
    let mut entries = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '\'' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '[' | '{' => depth = depth.saturating_add(1),
            ']' | '}' if depth > 0 => depth -= 1,
            ']' | ',' if depth == 0 => {
                entries.push(text.get(begin..at)?.trim().to_owned());
                begin = at.saturating_add(1);
                if c == ']' {
                    return Some((entries, text.get(begin..)?));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ControlId;

    fn finding(line: &str) -> Finding {
        let detail = format!("statement 0 lets somebody in{line}");
        let kept = json!({"control": ControlId::NAME, "severity": "HIGH", "mode": "enforce", "detail": detail});
        serde_json::from_value(kept).unwrap()
    }

    fn check(line: &str, expected: &[(&str, &str)]) {
        let meant = finding(line).meant();
        let found: Vec<(&str, &str)> = meant.iter().map(|one| (one.list.as_str(), one.entry.as_str())).collect();
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn each_entry_of_the_line_is_told() {
        let check = |line: &str, expected: &[(&str, &str)]| check(&format!("{IF_MEANT}{line}"), expected);
        check("accounts: ['444455556666']", &[("accounts", "'444455556666'")]);
        check("accounts: ['1'], networks: ['vpce-1']; and more", &[("accounts", "'1'"), ("networks", "'vpce-1'")]);
        let of_github = "{provider: a.example, claim: sub, pattern: 'repo:acme/*, [x]'}";
        check(&format!("subjects: [{of_github}]; nobody else"), &[("subjects", of_github)]);
        check("identities: [A, B]", &[("identities", "A"), ("identities", "B")]);
        // Whatever a policy writes into a name.
        for broken in ["accounts: ['1'", "accounts", "", "a b: [x]", ": [x]"] {
            check(broken, &[]);
        }
    }

    #[test]
    fn a_line_may_be_of_another_section() {
        let detail =
            "told to `q`; if that is meant, add to `buckets` of the standard: notify_to: ['arn:aws:sqs:us-east-1:1:q']";
        let finding = Finding { detail: detail.to_owned(), ..finding("") };
        let meant = Meant {
            section: "buckets".to_owned(),
            list: "notify_to".to_owned(),
            entry: "'arn:aws:sqs:us-east-1:1:q'".to_owned(),
        };
        assert_eq!(finding.meant(), [meant]);
    }

    #[test]
    fn where_no_line_helps_none_is_told() {
        check("", &[]);
        check("; add to `trust` of the standard: identities: [A]", &[]);
    }
}
