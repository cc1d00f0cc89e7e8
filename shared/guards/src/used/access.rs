//! What a repair changes of who may do what: the documents before and after, and whose they are.

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::{Document, PolicyKind, PrincipalElement, PrincipalEntry, PrincipalType, Principals, Statement};
use parapet_core::{Arn, Home};
use serde_json::json;

use super::history::History;
use super::lost::{Loses, OfResource, lost, lost_on};
use super::summary::Summary;
use crate::iam::{Policies, inline_of_group};
use crate::{IamEntity, Resource, State, on};

/// What a repair changes for whom.
#[derive(Clone, Debug, PartialEq)]
pub enum Access {
    /// One document of those that somebody holds.
    Document {
        /// Who holds it; of a group, whoever is in it.
        holder: IamEntity,
        /// Which of its documents.
        place: Place,
        /// What it says. `None`: there is none.
        before: Option<Document>,
        /// What it will say.
        after: Option<Document>,
    },
    /// All that somebody holds.
    All {
        /// Who holds it.
        holder: IamEntity,
        /// What it is.
        before: Box<Policies>,
        /// What it will be.
        after: Box<Policies>,
    },
    /// What bounds somebody, beside all that he holds.
    Boundary {
        /// Whom it bounds.
        holder: IamEntity,
        /// What it allows. `None`: everything, because nothing bounds him.
        before: Option<Document>,
        /// What it will allow. `None`: that was not read.
        after: Option<Document>,
    },
    /// The policy of a resource.
    OfResource {
        /// The resource's ARN.
        arn: String,
        /// Of what kind the policy is.
        kind: PolicyKind,
        /// What it says. `None`: there is none.
        before: Option<Document>,
        /// What it will say.
        after: Option<Document>,
    },
}

/// Which of somebody's documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The inline policy of this name.
    Inline(String),
    /// The managed policy of this ARN.
    Attached(String),
    /// All that this group gives.
    Group(String),
}

/// What is known of who holds what, and what else is repaired of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Holders {
    held: BTreeMap<IamEntity, Policies>,
    repaired: BTreeMap<IamEntity, Vec<(Place, Option<Document>)>>,
}

impl Holders {
    /// Adds all that somebody holds; of a group, who is in it.
    pub fn add(&mut self, holder: IamEntity, policies: Policies) {
        self.held.insert(holder, policies);
    }

    /// Adds what another repair changes. What two documents allow is lost where both are repaired, so each is held against the others as they
    /// will be.
    pub fn repair(&mut self, access: &Access) {
        if let Access::Document { holder, place, after, .. } = access {
            self.repaired.entry(holder.clone()).or_default().push((place.clone(), after.clone()));
        }
    }

    /// All that somebody holds but for what lies in one place of a holder, the other repairs made.
    fn beside(&self, entity: &IamEntity, holder: &IamEntity, place: &Place) -> Option<Vec<Document>> {
        let mut rest = self.held.get(entity)?.clone();
        take(&mut rest, holder, place);
        self.make_repairs(&mut rest, entity, |of, other| of != holder || other != place);
        Some(all(&rest))
    }

    /// All that somebody will hold once all repairs are made.
    fn will_hold(&self, entity: &IamEntity) -> Option<Vec<Document>> {
        let mut held = self.held.get(entity)?.clone();
        self.make_repairs(&mut held, entity, |_, _| true);
        Some(all(&held))
    }

    fn make_repairs(&self, held: &mut Policies, entity: &IamEntity, is_made: impl Fn(&IamEntity, &Place) -> bool) {
        let groups: Vec<IamEntity> = held.groups.keys().cloned().map(IamEntity::Group).collect();
        for of in groups.iter().chain([entity]) {
            let repaired = self.repaired.get(of).into_iter().flatten();
            for (place, document) in repaired.filter(|(place, _)| is_made(of, place)) {
                put(held, of, place, document.as_ref());
            }
        }
    }

    /// Those whose requests count for a holder: himself, or who is in the group. `None`: that is not known.
    pub(super) fn of(&self, holder: &IamEntity) -> Option<BTreeSet<IamEntity>> {
        match holder {
            IamEntity::Group(_) => {
                let members = &self.held.get(holder)?.members;
                Some(members.iter().cloned().map(IamEntity::User).collect())
            }
            _ => Some(BTreeSet::from([holder.clone()])),
        }
    }
}

impl Access {
    /// What a change of a state changes for whom, where it changes documents: an identity's, a boundary, or those of a resource. Empty: none of
    /// these.
    #[must_use]
    pub fn changed(resource: &Resource, home: &Home, from: &State, to: &State) -> Vec<Self> {
        let of_resource = |kind: PolicyKind, before: Option<&Document>, after: Option<&Document>| {
            vec![Self::OfResource { arn: resource.arn(home), kind, before: before.cloned(), after: after.cloned() }]
        };
        match (from, to) {
            _ if from == to => Vec::new(),
            (State::InlineDocument(before), State::InlineDocument(after)) => match resource {
                Resource::InlinePolicy(on::InlinePolicy { entity, name }) => {
                    let place = Place::Inline(name.clone());
                    let (before, after) = (before.clone(), after.clone());
                    vec![Self::Document { holder: entity.clone(), place, before, after }]
                }
                _ => Vec::new(),
            },
            (State::PolicyAttachment(before), State::PolicyAttachment(after)) => match resource {
                Resource::Attachment(on::Attachment { entity, policy_arn }) => {
                    let place = Place::Attached(policy_arn.clone());
                    let (said, is, will_be) = (before.document.as_ref(), before.attached, after.attached);
                    let says = |is_attached: bool| said.filter(|_| is_attached).cloned();
                    vec![Self::Document { holder: entity.clone(), place, before: says(is), after: says(will_be) }]
                }
                _ => Vec::new(),
            },
            (State::ManagedDocument(before), State::ManagedDocument(after)) => match resource {
                Resource::ManagedPolicy(on::ManagedPolicy { arn }) => {
                    let says = |policy: &Option<crate::iam::ManagedPolicy>, holder: &IamEntity| {
                        let policy = policy.as_ref().filter(|policy| policy.attached_to.contains(holder))?;
                        Some(policy.document.clone())
                    };
                    let both = before.iter().chain(after);
                    let holders: BTreeSet<&IamEntity> = both.clone().flat_map(|policy| &policy.attached_to).collect();
                    let held = holders.into_iter().map(|holder| Self::Document {
                        holder: holder.clone(),
                        place: Place::Attached(arn.clone()),
                        before: says(before, holder),
                        after: says(after, holder),
                    });
                    let bounded: BTreeSet<&IamEntity> = both.flat_map(|policy| &policy.boundary_of).collect();
                    let says =
                        |policy: &Option<crate::iam::ManagedPolicy>| policy.as_ref().map(|it| it.document.clone());
                    let bounds = bounded.into_iter().map(|holder| Self::Boundary {
                        holder: holder.clone(),
                        before: says(before),
                        after: says(after),
                    });
                    held.chain(bounds).collect()
                }
                _ => Vec::new(),
            },
            (State::PrincipalPolicies(before), State::PrincipalPolicies(after)) => match resource {
                Resource::Principal(on::Principal { entity }) => vec![Self::All {
                    holder: entity.clone(),
                    before: Box::new(before.clone()),
                    after: Box::new(after.clone()),
                }],
                _ => Vec::new(),
            },
            (State::GroupMembership(before), State::GroupMembership(after)) if before.member && !after.member => {
                match resource {
                    Resource::Membership(on::Membership { user, group }) => vec![Self::Document {
                        holder: IamEntity::User(user.clone()),
                        place: Place::Group(group.clone()),
                        before: together(before.inline.values().chain(before.attached.values())),
                        after: None,
                    }],
                    _ => Vec::new(),
                }
            }
            (State::PermissionsBoundary(before), State::PermissionsBoundary(after)) => match resource {
                // Of one that is there and was not read nothing is known, so everything counts as allowed by it.
                Resource::Principal(on::Principal { entity }) => vec![Self::Boundary {
                    holder: entity.clone(),
                    before: before.document.clone(),
                    after: after.document.clone(),
                }],
                _ => Vec::new(),
            },
            (State::RoleTrust(before), State::RoleTrust(after)) => {
                let says = |trust: &'_ Option<crate::iam::Trust>| trust.as_ref().map(|trust| trust.document.clone());
                of_resource(PolicyKind::Trust, says(before).as_ref(), says(after).as_ref())
            }
            (State::BucketPolicy(before), State::BucketPolicy(after))
            | (State::AccessPointPolicy(before), State::AccessPointPolicy(after))
            | (State::RepositoryPolicy(before), State::RepositoryPolicy(after)) => {
                of_resource(PolicyKind::Resource, before.as_ref(), after.as_ref())
            }
            (State::KeyPolicy(before), State::KeyPolicy(after)) => {
                of_resource(PolicyKind::Resource, Some(before), Some(after))
            }
            _ => Vec::new(),
        }
    }

    /// Who holds what changes; of a group, the group. `None`: it is a resource's.
    #[must_use]
    pub fn holder(&self) -> Option<&IamEntity> {
        match self {
            Self::Document { holder, .. } | Self::All { holder, .. } | Self::Boundary { holder, .. } => Some(holder),
            Self::OfResource { .. } => None,
        }
    }

    /// Whom a statement of a resource's policy lets in that is not there any more, or not as it was, if he is none of the account's own users and roles:
    /// their requests count for nobody, and so nothing tells whether they make any.
    #[must_use]
    pub fn outsiders(&self, home: &Home) -> BTreeSet<String> {
        let Self::OfResource { before, after, .. } = self else { return BTreeSet::new() };
        let kept: Vec<&Statement> = after.iter().flat_map(|document| document.statements()).collect();
        let changed = before.iter().flat_map(|document| document.statements()).filter(|it| !kept.contains(it));
        let is_ours = |entry: &PrincipalEntry| {
            let named = Arn::parse(&entry.value).map_or(entry.value.as_str(), |arn| arn.account);
            entry.kind == PrincipalType::Aws && named == home.account
        };
        let let_in = |statement: &Statement| match &statement.principals {
            PrincipalElement::Principal(Principals::Listed(entries)) => {
                entries.iter().filter(|entry| !is_ours(entry)).map(|entry| entry.value.clone()).collect()
            }
            PrincipalElement::None => Vec::new(),
            PrincipalElement::Principal(Principals::Everyone) | PrincipalElement::NotPrincipal(_) => {
                vec!["*".to_owned()]
            }
        };
        changed.filter(|statement| statement.is_allow()).flat_map(let_in).collect()
    }

    /// Whose requests are to be known for that. `None`: everybody's, or nobody knows whose.
    #[must_use]
    pub fn of(&self, holders: &Holders) -> Option<BTreeSet<IamEntity>> {
        self.holder().and_then(|holder| holders.of(holder))
    }

    /// Which requests that were seen would not be allowed any more. Where all that somebody holds is known, by all of it; else by what changes
    /// alone.
    #[must_use]
    pub fn loses(&self, history: &History, holders: &Holders) -> Loses {
        if let Self::OfResource { arn, kind, before, after } = self {
            let of = OfResource { arn, kind: *kind, before: before.as_ref(), after: after.as_ref() };
            let not_logged = history.logged.untold(of.before.as_slice(), of.after.as_slice());
            let mut loses = Loses { not_logged, ..Loses::default() };
            for (entity, summary) in &history.summaries {
                // His own policies count as their repairs leave them.
                let held = holders.will_hold(entity);
                let held: Option<Vec<&Document>> = held.as_ref().map(|held| held.iter().collect());
                let sides = held.as_deref().map(|held| (held, held));
                loses.add(lost_on(&of, sides, entity, summary));
            }
            loses.with_others(history)
        } else if let Some(entities) = self.holder().and_then(|holder| holders.of(holder)) {
            let nothing = Summary::default();
            let each = entities.iter().map(|entity| {
                let (before, after, is_whole) = self.sides(entity, holders);
                let (Some(before), Some(after)) = (before, after) else {
                    return Loses::unknown(history.of(entity).map_or(0, Summary::seen));
                };
                let (before, after): (Vec<&Document>, Vec<&Document>) =
                    (before.iter().collect(), after.iter().collect());
                let mut loses = lost(&before, &after, entity, history.of(entity).unwrap_or(&nothing));
                loses.not_logged = history.logged.untold(&before, &after);
                loses.is_alone |= !is_whole;
                loses
            });
            let mut all = Loses::default();
            each.for_each(|loses| all.add(loses));
            all.with_others(history)
        } else {
            Loses { untold_holders: self.holder().map(ToString::to_string).into_iter().collect(), ..Loses::default() }
        }
    }

    /// The documents by which somebody's requests are decided before and after, and whether they are all that he holds. `None`: they are not
    /// known.
    pub(super) fn sides(
        &self,
        entity: &IamEntity,
        holders: &Holders,
    ) -> (Option<Vec<Document>>, Option<Vec<Document>>, bool) {
        match self {
            Self::All { holder, before, after } if holder == entity => (Some(all(before)), Some(all(after)), true),
            Self::All { before, after, .. } => (Some(all(before)), Some(all(after)), false),
            // What bounds him is a layer of its own: what he holds is allowed by it or not.
            Self::Boundary { before, after, .. } => {
                let before = before.clone().or_else(everything).map(|before| vec![before]);
                (before, after.clone().map(|after| vec![after]), true)
            }
            Self::Document { holder, place, before, after } => {
                let beside = holders.beside(entity, holder, place);
                let side = |one: &Option<Document>| {
                    let others = beside.clone().unwrap_or_default();
                    Some(others.into_iter().chain(one.clone()).collect())
                };
                (side(before), side(after), beside.is_some())
            }
            Self::OfResource { before, after, .. } => {
                (Some(before.iter().cloned().collect()), Some(after.iter().cloned().collect()), false)
            }
        }
    }
}

/// Everything that somebody holds.
fn all(policies: &Policies) -> Vec<Document> {
    let documents = [&policies.inline, &policies.attached, &policies.of_groups];
    documents.into_iter().flat_map(|documents| documents.values().cloned()).collect()
}

/// Takes what lies in one place.
fn take(rest: &mut Policies, holder: &IamEntity, place: &Place) {
    match (holder, place) {
        (IamEntity::Group(group), Place::Inline(name)) => {
            rest.of_groups.retain(|arn, _| inline_of_group(arn) != Some((group.as_str(), name.as_str())));
        }
        (IamEntity::Group(group), Place::Attached(arn)) => {
            // What another group gives, too, stays.
            let is_given = |(other, arns): (&String, &BTreeSet<String>)| other != group && arns.contains(arn);
            if !rest.groups.iter().any(is_given) {
                rest.of_groups.remove(arn);
            }
        }
        (_, Place::Group(group)) => {
            let gone = rest.groups.remove(group).unwrap_or_default();
            let stays: BTreeSet<&String> = rest.groups.values().flatten().collect();
            rest.of_groups.retain(|arn, _| stays.contains(arn) || !gone.contains(arn));
        }
        (_, Place::Inline(name)) => drop(rest.inline.remove(name)),
        (_, Place::Attached(arn)) => drop(rest.attached.remove(arn)),
    }
}

/// Puts in one place what a repair leaves there, where something is there.
fn put(rest: &mut Policies, holder: &IamEntity, place: &Place, document: Option<&Document>) {
    let Some(document) = document else { return take(rest, holder, place) };
    let there = match (holder, place) {
        (IamEntity::Group(group), Place::Inline(name)) => {
            let mut of_groups = rest.of_groups.iter_mut();
            let is_it = |arn: &String| inline_of_group(arn) == Some((group.as_str(), name.as_str()));
            of_groups.find(|(arn, _)| is_it(arn)).map(|(_, document)| document)
        }
        (IamEntity::Group(_), Place::Attached(arn)) => rest.of_groups.get_mut(arn),
        (_, Place::Inline(name)) => rest.inline.get_mut(name),
        (_, Place::Attached(arn)) => rest.attached.get_mut(arn),
        (_, Place::Group(_)) => None,
    };
    if let Some(there) = there {
        *there = document.clone();
    }
}

/// Several documents as one: nothing that one denies, another allows.
fn together<'d>(documents: impl Iterator<Item = &'d Document>) -> Option<Document> {
    let statements = |document: &Document| match document.as_value().get("Statement") {
        Some(serde_json::Value::Array(list)) => list.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    let all: Vec<serde_json::Value> = documents.flat_map(statements).collect();
    Document::from_value(json!({"Version": "2012-10-17", "Statement": all})).ok()
}

/// What bounds nobody.
fn everything() -> Option<Document> {
    let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    Document::from_value(json!({"Version": "2012-10-17", "Statement": [statement]})).ok()
}
