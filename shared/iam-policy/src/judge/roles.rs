//! Known roles, compared with what the holder has. Each comparison is made when it is first asked for, and once.

use super::holding::{Holding, Rules};
use super::places::Home;
use super::role::{KnownRole, More};
use super::tables::roles::{TELLING_ACTIONS, Turn, turn};
use crate::arn::Arn;
use crate::budget::{Budget, MAX_ROLE_STEPS};
use crate::document::Document;
use crate::kind::PolicyKind;
use crate::relate::{self, Search};
use crate::statement::{PrincipalElement, PrincipalType, Principals};
use crate::zone::TrustZone;
use serde_json::json;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

/// What a role may have of which nothing is known.
static EVERYTHING: LazyLock<Option<Document>> = LazyLock::new(|| {
    let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).ok()
});

/// Known roles.
pub(crate) struct Roles<'a> {
    known: Vec<Role<'a>>,
    /// What they are compared with: each layer has to allow a request.
    holder: Vec<Vec<&'a Document>>,
    budget: Budget,
}

/// One of them.
pub(super) struct Role<'a> {
    known: &'a KnownRole,
    home: Home,
    trusted: Trusted,
    /// What it has more, as it is and without its boundary.
    more: OnceCell<Option<More>>,
    more_unbound: OnceCell<Option<More>>,
    /// Whom its trust policy lets in, as far as that was asked.
    lets_in: RefCell<BTreeMap<Somebody, bool>>,
}

/// A principal of a trust policy: its type, and its name.
type Somebody = (&'static str, String);

/// The services and providers that a trust policy names.
enum Trusted {
    All,
    Named(BTreeSet<Somebody>),
}

/// A service that no policy names.
const UNNAMED_SERVICE: &str = "example.amazonaws.com";

impl<'a> Roles<'a> {
    /// None.
    pub(crate) fn none() -> Self {
        Self { known: Vec::new(), holder: Vec::new(), budget: Budget::of(MAX_ROLE_STEPS) }
    }

    /// Those of the rules, beside a holder.
    pub(crate) fn beside(holding: &Holding<'a>, rules: &'a Rules) -> Self {
        let limits = holding.limits.iter().map(|limit| vec![*limit]);
        Self {
            known: rules.roles.iter().filter_map(Role::of).collect(),
            holder: [holding.documents.to_vec()].into_iter().chain(limits).collect(),
            budget: Budget::of(MAX_ROLE_STEPS),
        }
    }

    /// Whether the roles of this home are known.
    pub(super) fn are_known(&self, home: &Home) -> bool {
        self.of(home).next().is_some()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Those of a home.
    pub(super) fn of(&self, home: &Home) -> impl Iterator<Item = &Role<'a>> {
        self.known.iter().filter(move |role| role.home == *home)
    }

    /// What a role has more than the holder; a role that cannot be compared may have more.
    pub(super) fn more<'r>(&self, role: &'r Role<'a>) -> Option<&'r More> {
        role.more.get_or_init(|| self.compared(role, role.known.boundary.as_deref())).as_ref()
    }

    /// The same, with all that its policies say.
    pub(super) fn more_unbound<'r>(&self, role: &'r Role<'a>) -> Option<&'r More> {
        role.more_unbound.get_or_init(|| self.compared(role, None)).as_ref()
    }

    fn compared(&self, role: &Role<'a>, boundary: Option<&Document>) -> Option<More> {
        let held: Vec<&Document> = match &role.known.policies {
            Some(policies) => policies.iter().map(Arc::as_ref).collect(),
            None => EVERYTHING.iter().collect(),
        };
        let zone = TrustZone { partition: role.home.partition.clone(), ..TrustZone::new(&role.home.account) };
        let existing: Vec<&[&Document]> = self.holder.iter().map(Vec::as_slice).collect();
        let boundary: Vec<&Document> = boundary.into_iter().collect();
        let limits = [boundary.as_slice()];
        let new = [held.as_slice()].into_iter().chain(limits.into_iter().filter(|limit| !limit.is_empty()));
        let new: Vec<&[&Document]> = new.collect();
        if self.budget.is_exhausted() {
            return Some(More::Unknown(self.budget.exhaustion()));
        }
        match relate::new_access_within(&zone, &existing, &new, &TELLING_ACTIONS, &self.budget) {
            Search::None => None,
            Search::Found(_) if role.known.policies.is_none() => {
                Some(More::Unknown("not all of its policies are known".to_owned()))
            }
            Search::Found(witness) => Some(More::Does(witness)),
            Search::Undetermined(why) => Some(More::Unknown(why)),
        }
    }

    /// The roles, by their ARNs, with which an action is too much; no more than this many.
    pub(crate) fn stronger(&self, action: &str, most: usize) -> Vec<String> {
        let Some(turn) = turn(action) else { return Vec::new() };
        let is_stronger = |role: &&Role<'a>| match turn {
            Turn::Passed => !self.taking(role, None).is_empty() && self.more(role).is_some(),
            Turn::Assumed => self.lets_its_account_in(role) && self.more(role).is_some(),
            Turn::Trusting => self.more(role).is_some(),
            Turn::Unbound => role.is_bound() && self.more_unbound(role).is_some(),
        };
        self.known.iter().filter(|role| !role.is_linked()).filter(is_stronger).take(most).map(|role| role.arn().to_owned()).collect()
    }

    /// The services that can be given a role, of these or of all, by their names in `iam:PassedToService`.
    pub(super) fn taking(&self, role: &Role<'a>, passed_to: Option<&[&str]>) -> BTreeSet<String> {
        let named = match &role.trusted {
            Trusted::All => return passed_to.unwrap_or(&[UNNAMED_SERVICE]).iter().map(|s| (*s).to_owned()).collect(),
            Trusted::Named(named) => named,
        };
        let is_fitting = |name: &str| passed_to.is_none_or(|services| services.iter().any(|s| are_alike(name, s)));
        let fitting = named.iter().filter(|(_, name)| is_fitting(name));
        let let_in = fitting.filter(|(kind, name)| self.lets_in(role, kind, name)).map(|(_, name)| name.clone());
        let let_in: BTreeSet<String> = let_in.collect();
        let asked = passed_to.unwrap_or_default().iter().filter(|s| let_in.iter().any(|name| are_alike(name, s)));
        let asked: Vec<String> = asked.map(|service| (*service).to_owned()).collect();
        let_in.into_iter().chain(asked).collect()
    }

    /// Whether some principal of the role's account may assume it.
    pub(super) fn lets_its_account_in(&self, role: &Role<'a>) -> bool {
        self.lets_in(role, "AWS", &role.home.account)
    }

    /// Whether the trust policy lets somebody in, whatever the request carries beside.
    fn lets_in(&self, role: &Role<'a>, kind: &'static str, name: &str) -> bool {
        let asked = (kind, name.to_owned());
        if let Some(known) = role.lets_in.borrow().get(&asked) {
            return *known;
        }
        let statement = json!({"Effect": "Allow", "Principal": {kind: name}, "Action": "sts:*"});
        let assuming = Document::from_value(json!({"Version": "2012-10-17", "Statement": statement}));
        let lets_in = assuming.is_ok_and(|assuming| {
            relate::have_common_access(&[&role.known.trust], &[&assuming], PolicyKind::Trust, &self.budget)
        });
        role.lets_in.borrow_mut().insert(asked, lets_in);
        lets_in
    }
}

impl<'a> Role<'a> {
    /// `None` for what is no ARN of a role.
    fn of(known: &'a KnownRole) -> Option<Self> {
        let arn = Arn::parse(&known.arn).filter(|arn| arn.resource.starts_with("role/"))?;
        let home = Home { partition: arn.partition.to_owned(), account: arn.account.to_owned() };
        Some(Self {
            known,
            home,
            trusted: Trusted::by(&known.trust),
            more: OnceCell::new(),
            more_unbound: OnceCell::new(),
            lets_in: RefCell::default(),
        })
    }

    pub(super) fn arn(&self) -> &'a str {
        &self.known.arn
    }

    /// Whether it is of one service, which assumes it for its own work whoever passes it; "you cannot edit" it, or whom it trusts (IAM
    /// User Guide, "Service-linked roles").
    pub(super) fn is_linked(&self) -> bool {
        self.known.arn.contains(":role/aws-service-role/")
    }

    /// Whether it has a permissions boundary.
    pub(super) fn is_bound(&self) -> bool {
        self.known.boundary.is_some()
    }
}

impl Trusted {
    /// Those that Allows name. An Allow that names none in particular trusts all.
    fn by(trust: &Document) -> Self {
        let mut named = BTreeSet::new();
        for statement in trust.statements().iter().filter(|statement| statement.is_allow()) {
            let PrincipalElement::Principal(Principals::Listed(entries)) = &statement.principals else {
                return Self::All;
            };
            for entry in entries {
                match entry.kind {
                    PrincipalType::Aws | PrincipalType::Service if entry.value == "*" => return Self::All,
                    PrincipalType::Service => named.insert(("Service", entry.value.clone())),
                    PrincipalType::Federated => named.insert(("Federated", entry.value.clone())),
                    PrincipalType::Aws | PrincipalType::CanonicalUser => false,
                };
            }
        }
        Self::Named(named)
    }
}

/// Whether two names can be of one service: they are the same but for a region and the domain of a partition, or one is a part of the
/// other, as `credentials.iot.amazonaws.com` of `iot.amazonaws.com`.
fn are_alike(one: &str, other: &str) -> bool {
    let (one, other) = (labels(one), labels(other));
    one.ends_with(&other) || other.ends_with(&one)
}

/// The labels of a service's name before its domain, without regions.
fn labels(name: &str) -> Vec<&str> {
    let labels: Vec<&str> = name.split('.').filter(|label| !is_region(label)).collect();
    let end = labels.iter().position(|label| *label == "amazonaws").unwrap_or(labels.len());
    labels.into_iter().take(end).collect()
}

/// Such as `eu-central-1`.
fn is_region(label: &str) -> bool {
    label.split('-').count() > 2 && label.ends_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_service() {
        for (one, other, expected) in [
            ("ec2.amazonaws.com", "ec2.amazonaws.com", true),
            ("ec2.amazonaws.com.cn", "ec2.amazonaws.com", true),
            ("states.eu-west-1.amazonaws.com", "states.amazonaws.com", true),
            ("iot.amazonaws.com", "credentials.iot.amazonaws.com", true),
            ("ecs.amazonaws.com", "ecs-tasks.amazonaws.com", false),
            ("lambda.amazonaws.com", "edgelambda.amazonaws.com", false),
            ("accounts.google.com", "ec2.amazonaws.com", false),
        ] {
            assert_eq!(are_alike(one, other), expected, "{one} {other}");
        }
    }
}
