//! Sequences that fail, and why they are left: each by its exact shape. `docs/threat-model.md` has them under "What remains".

use std::fmt;

/// What a minimised sequence is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    /// Where it leads, or what is lost.
    pub(super) what: String,
    /// The calls, and what their documents say.
    pub(super) calls: Vec<(String, String)>,
    /// Whether it takes records that come late.
    pub(super) is_late: bool,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls: Vec<String> = self.calls.iter().map(|(event, says)| format!("{event} [{says}]")).collect();
        write!(f, "{}: {}{}", self.what, calls.join(", "), if self.is_late { " (late)" } else { "" })
    }
}

/// One that is left.
struct Known {
    what: &'static str,
    /// All of its calls are among these.
    events: &'static [&'static str],
    /// One of these is what a document of it says.
    says: &'static [&'static str],
    why: &'static str,
}

/// What gives somebody a policy, in one call or two.
const GIVES: &[&str] = &[
    "PutUserPolicy",
    "PutRolePolicy",
    "PutGroupPolicy",
    "CreatePolicy",
    "CreatePolicyVersion",
    "AttachUserPolicy",
    "AttachRolePolicy",
    "AttachGroupPolicy",
    "AddUserToGroup",
];

const KNOWN: &[Known] = &[Known {
    what: "to administrator",
    events: GIVES,
    says: &[
        "Allow iam:* role/app",
        "Allow iam:PutUserPolicy user/mallory",
        "Allow iam:CreatePolicyVersion policy/team",
    ],
    why: "a policy that names one role, user or policy is no way to more by itself: what that one may do is not in it",
}];

/// Why a failure is left; none: it is not known.
pub(super) fn why(shape: &Shape) -> Option<&'static str> {
    let says =
        |known: &Known| shape.calls.iter().all(|(_, said)| said.is_empty() || known.says.contains(&said.as_str()));
    let events = |known: &Known| shape.calls.iter().all(|(event, _)| known.events.contains(&event.as_str()));
    KNOWN.iter().find(|known| known.what == shape.what && events(known) && says(known)).map(|known| known.why)
}
