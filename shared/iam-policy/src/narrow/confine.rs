//! What is missing: the condition with which a statement could stay, and the resources that it should have left out.

use super::added::{condition, could_stand};
use super::deputy::Clients;
use crate::glob::Glob;
use crate::judge::passed_to;
use crate::kind::PolicyKind;
use crate::operator::Base;
use crate::statement::{ActionElement, Condition, ResourceElement, Statement};
use crate::zone::TrustZone;
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// What a role is passed to for beside that by which `ways/roles.jsonl` names an operation: each action, in lower case, and the service.
const FURTHER: [(&str, &str); 10] = [
    ("batch:createcomputeenvironment", "batch.amazonaws.com"),
    ("batch:createcomputeenvironment", "spotfleet.amazonaws.com"),
    // "Spot Fleet permissions" (Amazon EC2 User Guide).
    ("ec2:requestspotfleet", "spotfleet.amazonaws.com"),
    // "Service role for Amazon EMR" (Amazon EMR Management Guide).
    ("elasticmapreduce:runjobflow", "elasticmapreduce.amazonaws.com"),
    // "Setting up and enabling Enhanced Monitoring" (Amazon RDS User Guide).
    ("rds:createdbcluster", "monitoring.rds.amazonaws.com"),
    ("rds:createdbinstance", "monitoring.rds.amazonaws.com"),
    ("rds:createdbinstancereadreplica", "monitoring.rds.amazonaws.com"),
    ("rds:modifydbcluster", "monitoring.rds.amazonaws.com"),
    ("rds:modifydbinstance", "monitoring.rds.amazonaws.com"),
    ("rds:restoredbinstancefroms3", "monitoring.rds.amazonaws.com"),
];

/// Actions to which `iam:PermissionsBoundary` applies, in lower case (Service Authorization Reference, IAM).
const UNDER_A_BOUNDARY: [&str; 12] = [
    "iam:attachrolepolicy",
    "iam:attachuserpolicy",
    "iam:createrole",
    "iam:createuser",
    "iam:deleterolepolicy",
    "iam:deleteuserpolicy",
    "iam:detachrolepolicy",
    "iam:detachuserpolicy",
    "iam:putrolepermissionsboundary",
    "iam:putrolepolicy",
    "iam:putuserpermissionsboundary",
    "iam:putuserpolicy",
];

/// What the documents around a statement say of what could confine it.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    clients: Clients,
    /// Patterns for the actions that they allow.
    actions: Vec<String>,
    /// The services to which the work that they allow passes roles.
    services: OnceCell<Vec<String>>,
    /// The permissions boundaries that conditions name.
    boundaries: Vec<String>,
}

impl Surroundings {
    pub(super) fn of<'s>(zone: &TrustZone, statements: impl Iterator<Item = &'s Statement> + Clone) -> Self {
        let mut all = Self { clients: Clients::of(zone, statements.clone()), ..Self::default() };
        for statement in statements.filter(|statement| statement.is_allow()) {
            let ActionElement::Action(actions) = &statement.actions else { continue };
            all.actions.extend(actions.iter().cloned());
            let named = statement.conditions.iter().filter(|c| c.key.eq_ignore_ascii_case("iam:PermissionsBoundary"));
            let named = named.filter(|c| !c.operator.negated).flat_map(|c| c.values.iter());
            all.boundaries.extend(named.filter(|value| !value.contains(['*', '?', '$'])).cloned());
        }
        all.boundaries.sort_unstable();
        all.boundaries.dedup();
        all
    }

    /// The conditions with each of which a statement of one entry in each element could stay.
    pub(super) fn missing(&self, statement: &Statement, kind: PolicyKind) -> Vec<Condition> {
        let mut missing = match kind {
            PolicyKind::Identity => self.missing_of_holder(statement).into_iter().collect(),
            PolicyKind::Resource | PolicyKind::Trust => self.clients.missing(statement),
        };
        missing.retain(|condition| could_stand(statement, condition));
        missing
    }

    /// Why nothing can be said of a statement about one service in which something is missing.
    pub(super) fn why_none(&self, statement: &Statement) -> Option<&'static str> {
        self.clients.why_none(statement)
    }

    fn missing_of_holder(&self, statement: &Statement) -> Option<Condition> {
        let ActionElement::Action(actions) = &statement.actions else { return None };
        let [action] = actions.as_slice() else { return None };
        match action.to_ascii_lowercase().as_str() {
            "iam:passrole" if !self.services().is_empty() => {
                Some(condition(Base::StringEquals, "iam:PassedToService", self.services().to_vec()))
            }
            "kms:creategrant" => Some(condition(Base::Bool, "kms:GrantIsForAWSResource", vec!["true".to_owned()])),
            action if UNDER_A_BOUNDARY.contains(&action) && !self.boundaries.is_empty() => {
                Some(condition(Base::StringEquals, "iam:PermissionsBoundary", self.boundaries.clone()))
            }
            _ => None,
        }
    }

    fn services(&self) -> &[String] {
        self.services.get_or_init(|| {
            // Of everything that there is, nobody says what the work is; and to give power is none.
            let is_work = |service: &str| !is_wild(service) && !service.eq_ignore_ascii_case("iam");
            let named = self.actions.iter().filter(|action| action.split(':').next().is_some_and(is_work));
            let services = named.flat_map(|action| {
                let glob = Glob::lower(action);
                let further =
                    FURTHER.iter().filter(move |(action, _)| glob.matches(action)).map(|(_, service)| *service);
                further.chain(passed_to(action)).collect::<Vec<_>>()
            });
            services.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
        })
    }
}

fn is_wild(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether a pattern of these resources has all that the known pattern has, and more.
pub(super) fn is_wider(resources: &ResourceElement, known: &str) -> bool {
    let glob = Glob::new(known);
    let is_more = |resource: &String| Glob::new(resource).matches(known) && !glob.matches(resource);
    matches!(resources, ResourceElement::Resource(list) if list.iter().any(is_more))
}

/// A statement about everything, split into what is about these actions, on everything but what is known, and the rest of it.
pub(super) fn beside_known(
    statement: &Statement,
    is_about: impl Fn(&str) -> bool,
    known: &[String],
) -> Option<(Statement, Option<Statement>)> {
    match &statement.resources {
        ResourceElement::Resource(resources) if resources.iter().any(|resource| resource == "*") => {}
        _ => return None,
    }
    let confined = |actions| {
        let resources = ResourceElement::NotResource(known.to_vec());
        Statement { actions, resources, ..statement.clone() }
    };
    let ActionElement::Action(entries) = &statement.actions else {
        return Some((confined(statement.actions.clone()), None));
    };
    let (about, others): (Vec<String>, Vec<String>) = entries.iter().cloned().partition(|entry| is_about(entry));
    if about.is_empty() {
        return None;
    }
    let rest = (!others.is_empty()).then(|| Statement { actions: ActionElement::Action(others), ..statement.clone() });
    Some((confined(ActionElement::Action(about)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use serde_json::json;

    /// The services to which `iam:PassRole` is confined beside these actions.
    #[track_caller]
    fn check(actions: &[&str], expected: &[&str]) {
        let statement = json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
        let pass = json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"});
        let text = json!({"Version": "2012-10-17", "Statement": [pass, statement]}).to_string();
        let document = Document::parse(&text).expect("a document");
        let surroundings = Surroundings::of(&TrustZone::new("111111111111"), document.statements().iter());
        let found = surroundings.missing(&document.statements()[0], PolicyKind::Identity);
        let found: Vec<String> = found.into_iter().flat_map(|condition| condition.values).collect();
        let expected: Vec<String> = expected.iter().map(|service| format!("{service}.amazonaws.com")).collect();
        assert_eq!(found, expected, "{actions:?}");
    }

    #[test]
    fn what_the_work_passes_roles_to() {
        check(&["lambda:InvokeFunction"], &[]);
        check(&["lambda:CreateFunction", "s3:GetObject"], &["lambda"]);
        check(&["elasticmapreduce:RunJobFlow"], &["ec2", "elasticmapreduce"]);
        check(&["ec2:CreateFlowLogs", "ec2:DescribeFlowLogs"], &["vpc-flow-logs"]);
        check(&["ec2:RequestSpotFleet"], &["ec2", "spotfleet"]);
        check(&["rds:AddRoleToDBCluster", "rds:StartExportTask"], &["export.rds", "rds"]);
        check(&["rds:ModifyDBInstance"], &["monitoring.rds"]);
        check(&["ecs:UpdateService"], &["ecs"]);
        check(&["eks:CreateNodegroup"], &["ec2", "eks"]);
        check(&["mediaconvert:CreateJob", "dms:CreateReplicationTask"], &["mediaconvert"]);
        check(&["*"], &[]);
    }
}
