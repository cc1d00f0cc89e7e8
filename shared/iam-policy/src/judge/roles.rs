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
use crate::statement::{PrincipalElement, PrincipalType, Principals, Statement};
use crate::zone::TrustZone;
use serde_json::json;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

/// What a role may have of which nothing is known.
static EVERYTHING: LazyLock<Option<Arc<Document>>> = LazyLock::new(|| {
    let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).ok().map(Arc::new)
});

/// Services that a role is passed to; `None`: to any.
pub(super) type PassedTo = Option<&'static [&'static str]>;

/// Known roles.
pub(crate) struct Roles<'a> {
    known: Vec<Role<'a>>,
    /// What they are compared with: each layer has to allow a request.
    holder: Vec<Vec<&'a Document>>,
    budget: Budget,
    /// The places of roles by the last label of the services that they trust; under none, of those that trust all.
    by_service: OnceCell<HashMap<String, Vec<usize>>>,
    /// What documents allow that the holder may not, by where they are: many roles share them.
    beyond: RefCell<HashMap<*const Document, Search>>,
    /// Who gets which role, as far as that was asked.
    given: RefCell<HashMap<Asked, Rc<[Given]>>>,
}

/// One of them.
pub(super) struct Role<'a> {
    known: &'a KnownRole,
    home: Home,
    trusted: Trusted,
    /// What it has more, as it is and without its boundary.
    more: OnceCell<Option<More>>,
    more_unbound: OnceCell<Option<More>>,
}

/// How a role is got, and from `iam:PassRole` by whom.
type Asked = (Turn, PassedTo);

/// A role that somebody gets.
pub(super) struct Given {
    /// Its place among the known ones.
    pub(super) role: usize,
    /// The services that get it, by their names in `iam:PassedToService`.
    pub(super) services: BTreeSet<String>,
}

/// The services and providers that a trust policy names, each with its type.
enum Trusted {
    All,
    Named(BTreeSet<(&'static str, String)>),
}

/// The label of a role that trusts all.
const ALL_SERVICES: &str = "*";

/// A service that no policy names.
const UNNAMED_SERVICE: &str = "example.amazonaws.com";

impl<'a> Roles<'a> {
    /// None.
    pub(crate) fn none() -> Self {
        Self::of(Vec::new(), Vec::new(), Budget::of(0))
    }

    /// Those of the rules, beside a holder.
    pub(crate) fn beside(holding: &Holding<'a>, rules: &'a Rules) -> Self {
        let known = rules.roles.iter().filter_map(Role::of).collect();
        Self::of(known, layers(holding), Budget::of(MAX_ROLE_STEPS))
    }

    /// The same, beside a holder who has less. What a role had more it has more all the same.
    pub(crate) fn beside_less<'b>(&self, holding: &Holding<'b>, rules: &'b Rules) -> Roles<'b> {
        let roles = Roles::beside(holding, rules);
        for (role, before) in roles.known.iter().zip(&self.known) {
            for (cell, before) in [(&role.more, &before.more), (&role.more_unbound, &before.more_unbound)] {
                if let Some(more @ Some(More::Does(_))) = before.get() {
                    cell.get_or_init(|| more.clone());
                }
            }
        }
        roles
    }

    fn of(known: Vec<Role<'a>>, holder: Vec<Vec<&'a Document>>, budget: Budget) -> Self {
        Self {
            known,
            holder,
            budget,
            by_service: OnceCell::new(),
            beyond: RefCell::default(),
            given: RefCell::default(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whether the roles of this home are known.
    pub(super) fn are_known(&self, home: &Home) -> bool {
        self.known.iter().any(|role| role.home == *home)
    }

    /// The role at a place, if it is of a home.
    pub(super) fn at(&self, place: usize, home: &Home) -> Option<&Role<'a>> {
        self.known.get(place).filter(|role| role.home == *home)
    }

    pub(super) fn places(&self) -> std::ops::Range<usize> {
        0..self.known.len()
    }

    /// The roles that are got on this turn, for the reason that they are what they are.
    pub(super) fn given(&self, turn: Turn, passed_to: PassedTo) -> Rc<[Given]> {
        if let Some(known) = self.given.borrow().get(&(turn, passed_to)) {
            return Rc::clone(known);
        }
        let given = |place: usize| {
            let role = self.known.get(place)?;
            let is_given = match turn {
                // A service gets no more with the role that is linked to it.
                Turn::Passed => passed_to.is_some() || !role.is_linked(),
                Turn::Assumed => self.lets_in(role, "AWS", &role.home.account),
                Turn::Trusting => !role.is_linked(),
                Turn::Unbound => role.known.boundary.is_some() && !role.is_linked(),
            };
            let services = if turn == Turn::Passed { self.taking(role, passed_to) } else { BTreeSet::new() };
            let is_taken = turn != Turn::Passed || !services.is_empty();
            (is_given && is_taken).then_some(Given { role: place, services })
        };
        let given: Rc<[Given]> = match passed_to {
            Some(services) if turn == Turn::Passed => self.trusting(services).into_iter().filter_map(given).collect(),
            _ => self.places().filter_map(given).collect(),
        };
        self.given.borrow_mut().insert((turn, passed_to), Rc::clone(&given));
        given
    }

    /// The roles, by their ARNs, on which an action is too much; no more than this many.
    pub(crate) fn stronger(&self, action: &str, most: usize) -> Vec<String> {
        let Some(turn) = turn(action) else { return Vec::new() };
        let given = self.given(turn, None);
        let roles = given.iter().filter_map(|given| self.known.get(given.role));
        roles.filter(|role| self.more(role, turn).is_some()).take(most).map(|role| role.arn().to_owned()).collect()
    }

    /// What a role has more than the holder, on this turn; a role that cannot be compared may have more.
    pub(super) fn more<'r>(&self, role: &'r Role<'a>, turn: Turn) -> Option<&'r More> {
        let boundary = role.known.boundary.as_deref();
        match turn {
            Turn::Unbound => role.more_unbound.get_or_init(|| self.compared(role, None)).as_ref(),
            _ => role.more.get_or_init(|| self.compared(role, boundary)).as_ref(),
        }
    }

    fn compared(&self, role: &Role<'a>, boundary: Option<&Document>) -> Option<More> {
        let held: Vec<&Document> = match &role.known.policies {
            Some(policies) => policies.iter().map(Arc::as_ref).collect(),
            None => EVERYTHING.iter().map(Arc::as_ref).collect(),
        };
        // What no document allows by itself, all together do not.
        let beyond = held.iter().map(|document| self.beyond(document, &role.home)).find(|found| !found.is_none())?;
        let denies = held.iter().flat_map(|document| document.statements()).any(|statement| !statement.is_allow());
        let found = match boundary {
            None if !denies => beyond,
            _ => {
                let boundary: Vec<&Document> = boundary.into_iter().collect();
                let limit = Some(boundary.as_slice()).filter(|limit| !limit.is_empty());
                self.more_of(&[held.as_slice()].into_iter().chain(limit).collect::<Vec<_>>(), &role.home)
            }
        };
        match found {
            Search::None => None,
            Search::Found(_) if role.known.policies.is_none() => {
                Some(More::Unknown("not all of its policies are known".to_owned()))
            }
            Search::Found(witness) => Some(More::Does(witness)),
            Search::Undetermined(why) => Some(More::Unknown(why)),
        }
    }

    /// What a document allows by itself and the holder may not.
    fn beyond(&self, document: &Document, home: &Home) -> Search {
        let place: *const Document = document;
        if let Some(known) = self.beyond.borrow().get(&place) {
            return known.clone();
        }
        let found = self.more_of(&[&[document]], home);
        self.beyond.borrow_mut().insert(place, found.clone());
        found
    }

    fn more_of(&self, layers: &[&[&Document]], home: &Home) -> Search {
        if self.budget.is_exhausted() {
            return Search::Undetermined(self.budget.exhaustion());
        }
        let zone = TrustZone { partition: home.partition.clone(), ..TrustZone::new(&home.account) };
        let holder: Vec<&[&Document]> = self.holder.iter().map(Vec::as_slice).collect();
        relate::new_access_within(&zone, &holder, layers, &TELLING_ACTIONS, &self.budget)
    }

    /// The places of the roles that may trust one of these services.
    fn trusting(&self, services: &[&str]) -> BTreeSet<usize> {
        let by_service = self.by_service.get_or_init(|| {
            let mut all: HashMap<String, Vec<usize>> = HashMap::new();
            for (place, role) in self.known.iter().enumerate() {
                let last: BTreeSet<&str> = match &role.trusted {
                    Trusted::All => [ALL_SERVICES].into(),
                    Trusted::Named(named) => named.iter().map(|(_, name)| last_label(name)).collect(),
                };
                last.into_iter().for_each(|label| all.entry(label.to_owned()).or_default().push(place));
            }
            all
        });
        let labels = services.iter().map(|service| last_label(service)).chain([ALL_SERVICES]);
        labels.filter_map(|label| by_service.get(label)).flatten().copied().collect()
    }

    /// The services that can be given a role, of these or of all.
    fn taking(&self, role: &Role<'a>, passed_to: PassedTo) -> BTreeSet<String> {
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

    /// Whether the trust policy lets somebody in, whatever the request carries beside.
    fn lets_in(&self, role: &Role<'a>, kind: &'static str, name: &str) -> bool {
        let trust = &role.known.trust;
        let is_plain = |statement: &Statement| statement.is_allow() && statement.conditions.is_empty();
        if kind == "Service" && trust.statements().iter().all(is_plain) {
            return trust.statements().iter().any(|s| names(s, name) && s.actions.is_about("sts:assumerole"));
        }
        let statement = json!({"Effect": "Allow", "Principal": {kind: name}, "Action": "sts:*"});
        let assuming = Document::from_value(json!({"Version": "2012-10-17", "Statement": statement}));
        assuming.is_ok_and(|assuming| {
            relate::have_common_access(&[trust], &[&assuming], PolicyKind::Trust, &Budget::of(MAX_TRUST_STEPS))
        })
    }
}

/// What it may cost to find out whom a trust policy lets in.
const MAX_TRUST_STEPS: u64 = 500_000;

fn layers<'a>(holding: &Holding<'a>) -> Vec<Vec<&'a Document>> {
    let limits = holding.limits.iter().map(|limit| vec![*limit]);
    [holding.documents.to_vec()].into_iter().chain(limits).collect()
}

/// Whether a statement names a service.
fn names(statement: &Statement, service: &str) -> bool {
    match &statement.principals {
        PrincipalElement::Principal(Principals::Listed(entries)) => {
            entries.iter().any(|entry| entry.kind == PrincipalType::Service && entry.value == service)
        }
        _ => false,
    }
}

impl<'a> Role<'a> {
    /// `None` for what is no ARN of a role.
    fn of(known: &'a KnownRole) -> Option<Self> {
        let arn = Arn::parse(&known.arn).filter(|arn| arn.resource.starts_with("role/"))?;
        let home = Home { partition: arn.partition.to_owned(), account: arn.account.to_owned() };
        let trusted = Trusted::by(&known.trust);
        Some(Self { known, home, trusted, more: OnceCell::new(), more_unbound: OnceCell::new() })
    }

    pub(super) fn arn(&self) -> &'a str {
        &self.known.arn
    }

    /// Whether it is linked to one service, which assumes it for its own work whoever passes it. "You cannot edit" it, or whom it trusts
    /// (IAM User Guide, "Service-linked roles").
    pub(super) fn is_linked(&self) -> bool {
        self.known.arn.contains(":role/aws-service-role/")
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

/// The last label of a service's name before its domain: services that are alike have it in common.
fn last_label(name: &str) -> &str {
    labels(name).last().copied().unwrap_or_default()
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
