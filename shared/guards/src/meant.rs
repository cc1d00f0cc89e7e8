//! The line of the standard that a finding names, for whoever was let in and is meant.

use crate::Finding;

/// What stands before that line in a finding.
pub(crate) const IF_MEANT: &str = "; if that is meant, add to `trust` of the standard: ";

/// One entry of a list under `trust` of the standard.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Meant {
    /// Which list: `accounts`, `networks`, ..
    pub list: String,
    /// The entry, as YAML writes it within brackets.
    pub entry: String,
}

impl Finding {
    /// What the standard would have to name under `trust` for this to be none; empty: nothing that would help is known.
    #[must_use]
    pub fn meant(&self) -> Vec<Meant> {
        let Some((_, line)) = self.detail.split_once(IF_MEANT) else { return Vec::new() };
        let (mut rest, mut meant) = (line, Vec::new());
        while let Some((list, after)) = rest.split_once(": [") {
            if list.is_empty() || !list.bytes().all(|byte| byte.is_ascii_lowercase()) {
                break;
            }
            let Some((entries, after)) = bracketed(after) else { break };
            meant.extend(entries.into_iter().map(|entry| Meant { list: list.to_owned(), entry }));
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
    use parapet_core::{Mode, Severity};

    use super::*;
    use crate::ControlId;

    fn check(line: &str, expected: &[(&str, &str)]) {
        let finding = Finding {
            control: ControlId::NAME,
            severity: Severity::High,
            mode: Mode::Enforce,
            detail: format!("statement 0 lets somebody in{line}"),
            was_before: false,
            is_unaccepted: false,
            asks_for_account: false,
            witness: None,
        };
        let meant = finding.meant();
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
    fn where_no_line_helps_none_is_told() {
        check("", &[]);
        check("; add to `trust` of the standard: identities: [A]", &[]);
    }
}
