use parapet_core::{Actor, Arn, Home};

use super::root;
use crate::evidence::whole_digest;

/// What stands for an actor of whom the record named nothing, and for an invocation by hand.
const NOBODY: &str = "-";

/// Whose evidence is asked for: an ARN, or a name, whoever bears it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who(String);

/// What an actor is called by. All sessions of a role are the role's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parts<'a> {
    /// `user`, `role`, ...; empty: the text is no ARN of a principal.
    kind: &'a str,
    account: &'a str,
    name: &'a str,
    /// Of a role, the session; none: any.
    session: Option<&'a str>,
}

impl Who {
    /// The ARN of a user, a role, a session of a role, an account's root; or a user's, role's or service's name. `-`: whoever is not named.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The one who did something.
    #[must_use]
    pub fn did(actor: &Actor) -> Self {
        Self::new(&actor.arn)
    }

    /// Where entries of all who share the name lie. IAM's names are told apart without regard to case.
    #[must_use]
    pub fn folder(&self, home: &Home) -> String {
        let name = parts(&self.0).name.to_ascii_lowercase();
        format!("{}/actor/{}", root(home), whole_digest(&name))
    }

    /// Whether an actor is the one.
    #[must_use]
    pub fn is(&self, actor: &Actor) -> bool {
        let (asked, seen) = (parts(&self.0), parts(&actor.arn));
        let is_of_that_arn = asked.kind == seen.kind
            && asked.account == seen.account
            && (asked.session.is_none() || asked.session == seen.session);
        asked.name.eq_ignore_ascii_case(seen.name) && (asked.kind.is_empty() || is_of_that_arn)
    }
}

/// AWS Identity and Access Management User Guide, "IAM identifiers": `arn:aws:iam::account:user/path/name`, and of a role's session
/// `arn:aws:sts::account:assumed-role/name/session`, where the role's path is left out.
fn parts(text: &str) -> Parts<'_> {
    let plain = Parts { kind: "", account: "", name: if text.is_empty() { NOBODY } else { text }, session: None };
    let Some(arn) = Arn::parse(text) else { return plain };
    let (kind, rest) = arn.resource.split_once('/').unwrap_or((arn.resource, arn.resource));
    let last = rest.rsplit('/').next().unwrap_or(rest);
    let (kind, name, session) = match (arn.service, kind) {
        ("sts", "assumed-role") => match rest.split_once('/') {
            Some((name, session)) => ("role", name, Some(session)),
            None => ("role", rest, None),
        },
        ("sts" | "iam", kind) => (kind, last, None),
        _ => return plain,
    };
    Parts { kind, account: arn.account, name, session }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(asked: &str, seen: &str) -> bool {
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        let actor = Actor { arn: seen.to_owned(), ..Actor::default() };
        let who = Who::new(asked);
        // What is found has to lie where it is looked for.
        who.is(&actor) && who.folder(&home) == Who::did(&actor).folder(&home)
    }

    #[test]
    fn whoever_bears_a_name_and_the_one_of_an_arn() {
        const USER: &str = "arn:aws:iam::111122223333:user/jane";
        const DEEP: &str = "arn:aws:iam::111122223333:user/dev/eu/jane";
        const ROLE: &str = "arn:aws:iam::111122223333:role/ops/jane";
        const MORNING: &str = "arn:aws:sts::111122223333:assumed-role/jane/morning";
        const ELSEWHERE: &str = "arn:aws:iam::444455556666:user/jane";
        const ROOT: &str = "arn:aws:iam::111122223333:root";
        for (asked, found, others) in [
            ("jane", &[USER, DEEP, ROLE, MORNING, ELSEWHERE][..], &[ROOT, "", "morning"][..]),
            ("Jane", &[USER, MORNING], &[ROOT]),
            (USER, &[USER, DEEP], &[ROLE, MORNING, ELSEWHERE]),
            (ROLE, &[ROLE, MORNING], &[USER, ELSEWHERE]),
            (MORNING, &[MORNING], &[ROLE, USER, "arn:aws:sts::111122223333:assumed-role/jane/evening"]),
            ("arn:aws:sts::111122223333:assumed-role/jane", &[MORNING, ROLE], &[USER]),
            (ROOT, &[ROOT], &["arn:aws:iam::444455556666:root", USER]),
            ("root", &[ROOT], &[USER]),
            ("s3.amazonaws.com", &["s3.amazonaws.com"], &["kms.amazonaws.com"]),
            ("AROA1:morning", &["AROA1:morning"], &[MORNING]),
            ("-", &["", "-"], &[USER]),
            (
                "arn:aws:sts::111122223333:federated-user/bob",
                &["arn:aws:sts::111122223333:federated-user/bob"],
                &[USER],
            ),
        ] {
            assert!(found.iter().all(|seen| is(asked, seen)), "{asked}");
            assert!(!others.iter().any(|seen| is(asked, seen)), "{asked}");
        }
    }
}
