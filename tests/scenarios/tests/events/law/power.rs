//! Who can get where, by the policy engine alone: what an account allows, request by request. Nothing here knows how the guards judge.

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::{Context, Decision, Document, Policies, Request, evaluate};
use parapet_guards::{Facet, IamEntity, Resource, State, on};
use parapet_testkit::fixtures::{ACCOUNT, DATA_BUCKET, STRANGER, bucket, key};

use super::iam::arn;
use super::world::Snapshot;

/// Somebody who got somewhere, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path {
    pub(super) who: String,
    pub(super) to: &'static str,
    /// What it leads through: users, roles, groups, policies.
    pub(super) by: Vec<String>,
}

/// Who, and where to.
pub(super) type Way = (String, &'static str);

const EVE: &str = "arn:aws:iam::999999999999:user/eve";
const SERVICE: &str = "lambda.amazonaws.com";

/// Asks for nobody's else than an administrator may do all of.
const OF_AN_ADMINISTRATOR: [(&str, &str); 4] = [
    ("iam:DeleteRole", "arn:aws:iam::111122223333:role/somebody"),
    ("ec2:TerminateInstances", "arn:aws:ec2:us-east-1:111122223333:instance/i-1"),
    ("kms:ScheduleKeyDeletion", "arn:aws:kms:us-east-1:111122223333:key/1"),
    ("organizations:LeaveOrganization", "*"),
];

pub(super) struct Powers<'a> {
    account: &'a Snapshot,
    everything: Document,
}

impl<'a> Powers<'a> {
    pub(super) fn of(account: &'a Snapshot) -> Self {
        let everything = super::documents::admin();
        Self { account, everything }
    }

    /// Every way to administrator, and every way of strangers to the protected data. The account's own people read that by policies that are no
    /// wider than the envelope of the standard: that is meant.
    pub(super) fn paths(&self) -> BTreeMap<Way, Path> {
        let people: Vec<&IamEntity> =
            self.account.iam.holders.keys().filter(|entity| !matches!(entity, IamEntity::Group(_))).collect();
        let strong: BTreeSet<&IamEntity> = people.iter().copied().filter(|entity| self.is_strong(entity)).collect();
        let reads: BTreeSet<&IamEntity> = people.iter().copied().filter(|entity| self.reads_data(entity)).collect();
        let edges_of = |from: &'a IamEntity| {
            // Who is strong needs nobody else.
            let others = people.iter().copied().filter(|to| from != *to && !strong.contains(from));
            others.filter(|to| self.becomes(from, to)).collect()
        };
        let edges: BTreeMap<&IamEntity, Vec<&IamEntity>> = people.iter().map(|from| (*from, edges_of(from))).collect();
        let mut paths = BTreeMap::new();
        let mut note = |who: String, to: &'static str, by: Vec<String>| {
            paths.insert((who.clone(), to), Path { who, to, by });
        };
        let known = |entity: &IamEntity| self.told(entity);
        for &from in &people {
            if let Some(way) = reached(vec![from], &edges, &strong) {
                note(from.to_string(), "administrator", way.into_iter().flat_map(known).collect());
            }
        }
        let let_in: Vec<&IamEntity> = people.iter().copied().filter(|role| self.lets_in(role, EVE)).collect();
        for first in let_in {
            for (to, goal) in [("administrator", &strong), ("data", &reads)] {
                if let Some(way) = reached(vec![first], &edges, goal) {
                    note("a stranger".to_owned(), to, way.into_iter().flat_map(known).collect());
                }
            }
            note(format!("a stranger as {first}"), "the account", known(first));
        }
        for by in self.doors() {
            note(format!("a stranger by {by}"), "data", vec![by]);
        }
        paths
    }

    /// By which names a report may speak of somebody.
    fn told(&self, entity: &IamEntity) -> Vec<String> {
        let holder = self.account.iam.holders.get(entity);
        let groups = self.account.iam.groups_of(entity);
        let of_groups = groups.iter().filter_map(|group| self.account.iam.holders.get(group));
        let policies: Vec<String> =
            holder.into_iter().chain(of_groups).flat_map(|holder| holder.attached.clone()).collect();
        [entity.to_string()].into_iter().chain(groups.iter().map(ToString::to_string)).chain(policies).collect()
    }

    fn documents(&self, entity: &IamEntity) -> Vec<&Document> {
        let groups = self.account.iam.groups_of(entity);
        let of_groups = groups.iter().flat_map(|group| self.account.iam.own_documents(group));
        self.account.iam.own_documents(entity).into_iter().chain(of_groups).collect()
    }

    fn may(&self, entity: &IamEntity, action: &str, resource: &str, more: &[(&str, &str)]) -> bool {
        let boundary = self.account.iam.boundary_of(entity);
        let policies = Policies { identity: self.documents(entity), boundary, ..Policies::default() };
        is_allowed(&policies, &arn(&entity.to_string()), action, resource, more)
    }

    /// Whether somebody is an administrator, or makes himself one in a call or two.
    fn is_strong(&self, entity: &IamEntity) -> bool {
        let may = |action: &str, resource: &str| self.may(entity, action, resource, &[]);
        if OF_AN_ADMINISTRATOR.iter().all(|(action, resource)| may(action, resource)) {
            return true;
        }
        let me = arn(&entity.to_string());
        let (put, attach, unbound) = match entity {
            IamEntity::User(_) => ("iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:DeleteUserPermissionsBoundary"),
            _ => ("iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:DeleteRolePermissionsBoundary"),
        };
        // What somebody gives himself is bound, too.
        let holder = self.account.iam.holders.get(entity);
        if holder.is_some_and(|holder| holder.boundary.is_some()) && !may(unbound, &me) {
            return false;
        }
        let groups = self.account.iam.groups_of(entity);
        let policies =
            self.told(entity).into_iter().filter(|name| name.starts_with("arn:") && !name.contains("::aws:"));
        let by_groups = groups.iter().any(|group| {
            ["iam:PutGroupPolicy", "iam:AttachGroupPolicy"].iter().any(|action| may(action, &arn(&group.to_string())))
        });
        let joins = |group: &IamEntity| {
            may("iam:AddUserToGroup", &arn(&group.to_string()))
                && matches!(entity, IamEntity::User(_))
                && self.account.iam.own_documents(group).iter().any(|document| **document == self.everything)
        };
        may(put, &me)
            || may(attach, &me)
            || by_groups
            || policies.into_iter().any(|policy| may("iam:CreatePolicyVersion", &policy))
            || self.account.iam.holders.keys().filter(|entity| matches!(entity, IamEntity::Group(_))).any(joins)
    }

    /// Whether somebody becomes somebody else: by his trust, his key, or a function.
    fn becomes(&self, from: &IamEntity, to: &IamEntity) -> bool {
        let other = arn(&to.to_string());
        let may = |action: &str| self.may(from, action, &other, &[]);
        match to {
            IamEntity::User(_) => ["iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"]
                .iter()
                .any(|action| may(action)),
            IamEntity::Role(_) => {
                let passes = || self.may(from, "iam:PassRole", &other, &[("iam:PassedToService", SERVICE)]);
                let runs =
                    |action: &str| self.may(from, action, "arn:aws:lambda:us-east-1:111122223333:function:made", &[]);
                may("iam:UpdateAssumeRolePolicy")
                    || self.assumes(from, to)
                    || self.lets_in(to, SERVICE)
                        && passes()
                        && runs("lambda:CreateFunction")
                        && runs("lambda:InvokeFunction")
            }
            IamEntity::Group(_) => false,
        }
    }

    fn assumes(&self, from: &IamEntity, role: &IamEntity) -> bool {
        let Some(trust) = self.trust(role) else { return false };
        let boundary = self.account.iam.boundary_of(from);
        let policies =
            Policies { identity: self.documents(from), resource: Some(trust), boundary, ..Policies::default() };
        is_allowed(&policies, &arn(&from.to_string()), "sts:AssumeRole", &arn(&role.to_string()), &[])
    }

    fn trust(&self, role: &IamEntity) -> Option<&Document> {
        self.account.iam.holders.get(role)?.trust.as_ref()
    }

    /// Whether somebody from elsewhere, or a service, may become a role.
    fn lets_in(&self, role: &IamEntity, who: &str) -> bool {
        let Some(trust) = self.trust(role) else { return false };
        let organization = ("aws:PrincipalOrgID", "o-stranger01");
        let policies = Policies { identity: vec![&self.everything], resource: Some(trust), ..Policies::default() };
        is_allowed(&policies, who, "sts:AssumeRole", &arn(&role.to_string()), &[organization])
    }

    fn reads_data(&self, entity: &IamEntity) -> bool {
        let policies = Policies {
            identity: self.documents(entity),
            resource: self.bucket_policy(DATA_BUCKET),
            boundary: self.account.iam.boundary_of(entity),
            resource_account: Some(ACCOUNT),
            ..Policies::default()
        };
        is_allowed(&policies, &arn(&entity.to_string()), "s3:GetObject", &object(DATA_BUCKET), &[])
    }

    fn bucket_policy(&self, name: &str) -> Option<&Document> {
        match self.account.others.get(&(bucket(name), Facet::BucketPolicy)) {
            Some(State::BucketPolicy(document)) => document.as_ref(),
            _ => None,
        }
    }

    /// What lets a stranger at the data without anybody's policies.
    fn doors(&self) -> Vec<String> {
        let lets = |document: Option<&Document>, action: &str, resource: &str| {
            let Some(document) = document else { return false };
            let policies = Policies {
                identity: vec![&self.everything],
                resource: Some(document),
                resource_account: Some(ACCOUNT),
                ..Policies::default()
            };
            let known = [("aws:PrincipalOrgID", "o-stranger01"), ("aws:SourceIp", "203.0.113.7")];
            [EVE, "*"].iter().any(|who| is_allowed(&policies, who, action, resource, &known))
        };
        let mut doors = Vec::new();
        if lets(self.bucket_policy(DATA_BUCKET), "s3:GetObject", &object(DATA_BUCKET)) {
            doors.push(format!("arn:aws:s3:::{DATA_BUCKET}"));
        }
        if let Some(State::KeyPolicy(document)) = self.account.others.get(&(key(), Facet::KeyPolicy))
            && lets(Some(document), "kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:key/1")
        {
            doors.push("alias/parapet-ml".to_owned());
        }
        for ((resource, _), state) in &self.account.others {
            match (resource, state) {
                (Resource::AccessPoint(on::AccessPoint { name }), State::AccessPointPolicy(document)) => {
                    let place = format!("arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/{name}/object/x");
                    if lets(document.as_ref(), "s3:GetObject", &place) {
                        doors.push(name.clone());
                    }
                }
                (Resource::Key(_), State::KeyGrants(grants))
                    if *resource == key()
                        && grants
                            .iter()
                            .any(|grant| grant.grantee.contains(STRANGER) || !grant.grantee.contains(ACCOUNT)) =>
                {
                    doors.push("alias/parapet-ml".to_owned());
                }
                (Resource::Bucket(on::Bucket { name }), State::BucketAcl(list))
                    if name == DATA_BUCKET && list.grants.iter().any(|grant| grant.grantee.is_public()) =>
                {
                    doors.push(format!("arn:aws:s3:::{name}"));
                }
                (Resource::Bucket(on::Bucket { name }), State::BucketReplication(Some(replication)))
                    if name == DATA_BUCKET
                        && replication.rules.iter().any(|rule| rule.enabled && !rule.destination.is_own) =>
                {
                    doors.push(format!("arn:aws:s3:::{name}"));
                }
                _ => {}
            }
        }
        doors
    }
}

fn object(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}/train/a")
}

fn is_allowed(policies: &Policies<'_>, who: &str, action: &str, resource: &str, more: &[(&str, &str)]) -> bool {
    let mut context: Context = more.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()])).collect();
    if who.starts_with("arn:") {
        context.insert("aws:PrincipalArn".to_owned(), vec![who.to_owned()]);
        let account = who.split(':').nth(4).unwrap_or_default();
        context.insert("aws:PrincipalAccount".to_owned(), vec![account.to_owned()]);
    }
    context.insert("aws:SecureTransport".to_owned(), vec!["true".to_owned()]);
    let request =
        Request { principal: who.to_owned(), action: action.to_owned(), resource: resource.to_owned(), context };
    evaluate(policies, &request).decision == Decision::Allow
}

/// The first way from somebody to one of a set.
fn reached<'e>(
    from: Vec<&'e IamEntity>,
    edges: &BTreeMap<&'e IamEntity, Vec<&'e IamEntity>>,
    goal: &BTreeSet<&'e IamEntity>,
) -> Option<Vec<&'e IamEntity>> {
    let (mut ways, mut seen) = (vec![from], BTreeSet::new());
    while !ways.is_empty() {
        let mut next = Vec::new();
        for way in ways {
            let last = *way.last()?;
            if goal.contains(last) {
                return Some(way);
            }
            if seen.insert(last) {
                let steps = edges.get(last).into_iter().flatten();
                next.extend(steps.map(|to| way.iter().copied().chain([*to]).collect::<Vec<_>>()));
            }
        }
        ways = next;
    }
    None
}
