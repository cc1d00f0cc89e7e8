//! A violated rule: a value for programs, a sentence for people.

use super::kinds::{Severity, ViolationKind};
use super::role::Stronger;
use crate::federation;
use crate::request::Witness;
use crate::statement::StatementAt;
use std::collections::BTreeSet;
use std::fmt;

/// A violated rule. Its [`Display`](fmt::Display) is one plain sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub kind: ViolationKind,
    /// The statements that cause it, in order.
    pub statements: Vec<StatementAt>,
    /// A request that should not be allowed and, by [`decide`](crate::decide), is. It can fall short of that only where
    /// the finding rests on what is not certain: a policy variable.
    pub witness: Witness,
    /// What is wrong.
    pub breach: Breach,
    /// The account that the policies were taken to be of, where the rules say of none; `None` also where it makes no difference: whoever is
    /// let in is foreign to any.
    pub assumed_account: Option<String>,
    /// The role that the witness turns on, where the rules say what the roles of the account have.
    pub role: Option<Stronger>,
}

/// What is wrong, in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// The holder of identity policies reaches too much.
    Reach {
        /// The ways to it, one or more. Each is the actions that it takes together, as AWS spells them; all that a service
        /// has or will have are `iam:*`. The witness goes the first.
        ways: Vec<Vec<String>>,
        /// What is reached.
        target: Target,
    },
    /// One statement of a resource or trust policy lets somebody in, who can do what the witness does.
    Entrance {
        /// The name of the statement, if it has one.
        sid: Option<String>,
        /// Who is let in.
        outsiders: Outsiders,
    },
    /// Allows of what they do not name: whoever, or whatever, that comes to be.
    Exception {
        /// `NotAction`, `NotResource` or `NotPrincipal`, of each statement.
        elements: Vec<&'static str>,
    },
}

/// What a holder reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Every resource that the actions are about.
    EveryResource,
    /// A protected resource.
    Protected,
    /// A sealed object, or its bucket.
    Sealed,
    /// Something that guards the account.
    Guards,
}

/// Who is let in from outside of the trust zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outsiders {
    /// Somebody whom no policy names.
    Everyone,
    /// Whoever has a resource by which some AWS service acts.
    AnyService,
    /// These, as the statement names them.
    Named(BTreeSet<String>),
}

impl Violation {
    /// How bad it is: as its kind, and an exposure of what is protected one step worse.
    pub fn severity(&self) -> Severity {
        match (self.kind, &self.breach) {
            (ViolationKind::Exposure, Breach::Reach { target: Target::Protected, .. }) => Severity::High,
            (kind, _) => kind.severity(),
        }
    }

    /// The actions that have to be allowed for what the witness shows: its own first, then the others of a way that takes
    /// several.
    pub fn actions(&self) -> Vec<&str> {
        let way = match &self.breach {
            Breach::Reach { ways, .. } => ways.first().filter(|way| way.len() > 1),
            Breach::Entrance { .. } | Breach::Exception { .. } => None,
        };
        let own = self.witness.action.as_str();
        let others = way.into_iter().flatten().map(String::as_str).filter(|action| *action != own);
        std::iter::once(own).chain(others).collect()
    }

    /// What somebody can do, for a sentence that says who: ``come by more permissions, with `iam:CreateAccessKey` ``.
    pub fn what(&self) -> String {
        match &self.breach {
            Breach::Reach { ways, target } => reached(self.kind, ways, *target),
            Breach::Entrance { .. } => entered(self.kind, &self.witness),
            Breach::Exception { elements } => {
                format!("whatever is not named, with {}", listed(elements.iter().copied(), "element"))
            }
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.breach {
            Breach::Reach { .. } => {
                write!(f, "{} the holder {}", lets(&self.statements), self.what())?;
                self.role.iter().try_for_each(|role| write!(f, ": by {role}"))
            }
            Breach::Exception { .. } => write!(f, "{} in {}", lets(&self.statements), self.what()),
            Breach::Entrance { sid, outsiders } => {
                let number = self.statements.first().map(|at| at.statement).unwrap_or_default();
                let sid = sid.as_ref().map(|sid| format!(" (`{sid}`)")).unwrap_or_default();
                write!(f, "statement {number}{sid} lets {outsiders} {}", self.what())
            }
        }
    }
}

impl fmt::Display for Outsiders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone => f.write_str("everyone"),
            Self::AnyService => f.write_str("every AWS service"),
            Self::Named(names) => {
                let quoted: BTreeSet<String> = names.iter().map(|name| format!("`{name}`")).collect();
                f.write_str(&quoted.into_iter().collect::<Vec<_>>().join(", "))
            }
        }
    }
}

fn reached(kind: ViolationKind, ways: &[Vec<String>], target: Target) -> String {
    let first_of_each = || ways.iter().filter_map(|way| way.first()).map(String::as_str);
    let actions = || listed(first_of_each(), "action");
    match (kind, target) {
        (ViolationKind::Admin, _) => format!("give anyone any permission, with {} on every resource", actions()),
        (ViolationKind::PrivilegeEscalation, _) => format!("come by more permissions, with {}", together(ways)),
        (ViolationKind::ConfusedService, _) => {
            format!("have a service move data with a role that they give it, with {}", together(ways))
        }
        (ViolationKind::ServiceWildcard, _) => {
            let services = listed(first_of_each(), "service");
            format!("do everything that a service can, today and later, with {services}")
        }
        (ViolationKind::PassRole, _) => format!("give every role of the account to a service, with {}", actions()),
        (ViolationKind::KmsDecrypt, _) => format!("decrypt with every key of the account, with {}", actions()),
        (ViolationKind::LogTampering, _) => format!("switch audit logs off, with {}", actions()),
        (ViolationKind::Exposure, Target::Protected) => {
            format!("open protected resources to others, with {}", actions())
        }
        (ViolationKind::Exposure, _) => format!("open what any resource holds to others, with {}", actions()),
        (_, Target::Guards) => format!("blind what guards the account, or turn it round, with {}", actions()),
        (_, Target::Sealed) => format!("change what only its keepers may, with {}", actions()),
        (_, Target::Protected) => format!("reach the contents of protected resources, with {}", actions()),
        (_, Target::EveryResource) => format!("reach the contents of every resource, with {}", actions()),
    }
}

/// The first way, all of it, and how many more there are.
fn together(ways: &[Vec<String>]) -> String {
    let first: Vec<String> = ways.iter().take(1).flatten().map(|action| format!("`{action}`")).collect();
    let others = match ways.len() {
        0 | 1 => String::new(),
        2 => ", and in one more way".to_owned(),
        all => format!(", and in {} more ways", all - 1),
    };
    format!("{}{others}", first.join(" and "))
}

fn entered(kind: ViolationKind, witness: &Witness) -> String {
    let Witness { action, resource, principal, .. } = witness;
    match kind {
        ViolationKind::ConfusedDeputy if federation::is_unknown(principal) => {
            format!("perform `{action}` without saying for whom (of this provider only a fixed subject says so)")
        }
        ViolationKind::ConfusedDeputy => format!("perform `{action}` without saying for whom"),
        ViolationKind::TrustWildcard => format!("assume the role with `{action}`"),
        _ if resource == "*" => format!("perform `{action}`"),
        _ => format!("perform `{action}` on `{resource}`"),
    }
}

/// "statements 1, 3 let"; of several policies: "statement 1 of policy 0 lets".
fn lets(statements: &[StatementAt]) -> String {
    let is_one_document = statements.iter().all(|at| at.document == 0);
    let name = |at: &StatementAt| match is_one_document {
        true => at.statement.to_string(),
        false => format!("{} of policy {}", at.statement, at.document),
    };
    let names: Vec<String> = statements.iter().map(name).collect();
    let (noun, verb) = if names.len() == 1 { ("statement", "lets") } else { ("statements", "let") };
    format!("{noun} {} {verb}", names.join(", "))
}

/// The first, and how many more of what they are.
fn listed<'a>(mut names: impl Iterator<Item = &'a str>, what: &str) -> String {
    let Some(first) = names.next() else { return String::new() };
    match names.count() {
        0 => format!("`{first}`"),
        1 => format!("`{first}` and one more {what}"),
        more => format!("`{first}` and {more} more {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violation(kind: ViolationKind, statements: &[(usize, usize)], breach: Breach) -> Violation {
        let at = |(document, statement): &(usize, usize)| StatementAt { document: *document, statement: *statement };
        let witness = Witness {
            action: "s3:GetObject".to_owned(),
            resource: "arn:aws:s3:::b/x".to_owned(),
            ..Witness::default()
        };
        Violation {
            kind,
            statements: statements.iter().map(at).collect(),
            witness,
            breach,
            assumed_account: None,
            role: None,
        }
    }

    fn reach(ways: &[&[&str]], target: Target) -> Breach {
        let way = |way: &&[&str]| way.iter().map(|action| (*action).to_owned()).collect();
        Breach::Reach { ways: ways.iter().map(way).collect(), target }
    }

    #[track_caller]
    fn says(kind: ViolationKind, statements: &[(usize, usize)], breach: Breach, expected: &str) {
        assert_eq!(violation(kind, statements, breach).to_string(), expected);
    }

    #[test]
    fn sentences() {
        use ViolationKind as Kind;
        let every = Target::EveryResource;
        says(
            Kind::Admin,
            &[(0, 1)],
            reach(&[&["iam:PutUserPolicy"], &["iam:PutRolePolicy"], &["iam:PutGroupPolicy"]], every),
            "statement 1 lets the holder give anyone any permission, with `iam:PutUserPolicy` and 2 more actions on every resource",
        );
        says(
            Kind::PrivilegeEscalation,
            &[(0, 1), (1, 0)],
            reach(&[&["iam:PassRole", "ec2:RunInstances"], &["iam:CreateAccessKey"]], every),
            "statements 1 of policy 0, 0 of policy 1 let the holder come by more permissions, with `iam:PassRole` and `ec2:RunInstances`, and in one more way",
        );
        says(
            Kind::ProtectedData,
            &[(0, 0)],
            reach(&[&["s3:GetObject"], &["s3:PutObject"]], Target::Protected),
            "statement 0 lets the holder reach the contents of protected resources, with `s3:GetObject` and one more action",
        );
        says(
            Kind::ServiceWildcard,
            &[(0, 0)],
            reach(&[&["iam:*"]], every),
            "statement 0 lets the holder do everything that a service can, today and later, with `iam:*`",
        );
        says(
            Kind::ForeignPrincipal,
            &[(0, 2)],
            Breach::Entrance {
                sid: Some("Any".to_owned()),
                outsiders: Outsiders::Named(["b".to_owned(), "a".to_owned()].into()),
            },
            "statement 2 (`Any`) lets `a`, `b` perform `s3:GetObject` on `arn:aws:s3:::b/x`",
        );
        says(
            Kind::TrustWildcard,
            &[(0, 0)],
            Breach::Entrance { sid: None, outsiders: Outsiders::Everyone },
            "statement 0 lets everyone assume the role with `s3:GetObject`",
        );
        says(
            Kind::NotElement,
            &[(0, 0), (0, 3)],
            Breach::Exception { elements: vec!["NotAction", "NotResource"] },
            "statements 0, 3 let in whatever is not named, with `NotAction` and one more element",
        );
    }

    #[test]
    fn actions_are_those_of_the_first_way() {
        let ways = reach(&[&["ec2:RunInstances", "iam:PassRole"], &["iam:CreateAccessKey"]], Target::EveryResource);
        let mut violation = violation(ViolationKind::PrivilegeEscalation, &[(0, 0)], ways);
        violation.witness.action = "iam:PassRole".to_owned();
        assert_eq!(violation.actions(), ["iam:PassRole", "ec2:RunInstances"]);
        violation.breach = reach(&[&["iam:*"]], Target::EveryResource);
        assert_eq!(violation.actions(), ["iam:PassRole"]);
        violation.breach = Breach::Exception { elements: vec!["NotAction"] };
        assert_eq!(violation.actions(), ["iam:PassRole"]);
    }
}
