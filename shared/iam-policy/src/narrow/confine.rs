//! What is missing: the condition with which a statement could stay, and the resources that it should have left out.

use super::sources::{Source, sent_by};
use crate::budget::Budget;
use crate::catalogue::{self, AccessLevel};
use crate::glob::Glob;
use crate::kind::PolicyKind;
use crate::operator::{Base, Operator};
use crate::region;
use crate::statement::{
    ActionElement, Condition, PrincipalElement, PrincipalType, Principals, ResourceElement, Statement,
};
use crate::zone::TrustZone;

/// Services that a role can be passed to, without `.amazonaws.com`, by the prefix of their actions: what AWS's managed policies ask of
/// `iam:PassedToService`, and the operations that are decided in `ways/roles.jsonl`. "`iam:PassedToService` includes only the final service that assumes the
/// role, not the intermediate service that passes the role" (IAM and AWS STS condition context keys).
const TAKE_A_ROLE: [(&str, &[&str]); 42] = [
    ("airflow", &["airflow"]),
    ("airflow-serverless", &["airflow-serverless"]),
    ("apprunner", &["apprunner", "tasks.apprunner"]),
    ("appsync", &["appsync"]),
    ("autoscaling", &["autoscaling"]),
    ("backup", &["backup"]),
    ("batch", &["batch", "ecs-tasks"]),
    ("bedrock", &["bedrock"]),
    ("bedrock-agentcore", &["bedrock-agentcore"]),
    ("cloudformation", &["cloudformation"]),
    ("codebuild", &["codebuild"]),
    ("codepipeline", &["codepipeline"]),
    ("comprehend", &["comprehend"]),
    ("databrew", &["databrew"]),
    ("datasync", &["datasync"]),
    ("datazone", &["datazone"]),
    ("dms", &["dms"]),
    ("ec2", &["ec2"]),
    ("ecs", &["ecs", "ecs-tasks"]),
    ("eks", &["eks", "pods.eks"]),
    ("elasticmapreduce", &["ec2", "elasticmapreduce"]),
    ("emr-serverless", &["emr-serverless"]),
    ("events", &["events"]),
    ("firehose", &["firehose"]),
    ("forecast", &["forecast"]),
    ("glue", &["glue"]),
    ("greengrass", &["greengrass"]),
    ("iot", &["credentials.iot", "iot"]),
    ("kinesisanalytics", &["kinesisanalytics"]),
    ("lambda", &["lambda"]),
    ("mediaconvert", &["mediaconvert"]),
    ("omics", &["omics"]),
    ("personalize", &["personalize"]),
    ("pipes", &["pipes"]),
    ("rds", &["monitoring.rds", "rds"]),
    ("redshift", &["redshift"]),
    ("redshift-serverless", &["redshift-serverless"]),
    ("sagemaker", &["sagemaker"]),
    ("scheduler", &["scheduler"]),
    ("ssm", &["ssm"]),
    ("states", &["states"]),
    ("transfer", &["transfer"]),
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
    /// The account that is judged.
    account: String,
    /// Its partition.
    partition: String,
    /// The services to which roles could be passed: those in which the documents allow to change something.
    services: Vec<String>,
    /// The permissions boundaries that conditions name.
    boundaries: Vec<String>,
}

impl Surroundings {
    pub(super) fn of<'s>(zone: &TrustZone, statements: impl Iterator<Item = &'s Statement>, budget: &Budget) -> Self {
        let (account, partition) = (zone.account.clone(), zone.partition.clone());
        let mut all = Self { account, partition, ..Self::default() };
        for statement in statements.filter(|statement| statement.is_allow()) {
            let ActionElement::Action(actions) = &statement.actions else { continue };
            for action in actions {
                let of = |(prefix, _): &&(&str, &[&str])| {
                    action.split_once(':').is_some_and(|(service, _)| service.eq_ignore_ascii_case(prefix))
                };
                let services = TAKE_A_ROLE.iter().find(of).filter(|_| changes_something(action, budget));
                let services = services.into_iter().flat_map(|(_, services)| *services);
                all.services.extend(services.map(|service| format!("{service}.amazonaws.com")));
            }
            let named = statement.conditions.iter().filter(|c| c.key.eq_ignore_ascii_case("iam:PermissionsBoundary"));
            let named = named.filter(|c| !c.operator.negated).flat_map(|c| c.values.iter());
            all.boundaries.extend(named.filter(|value| !value.contains(['*', '?', '$'])).cloned());
        }
        for list in [&mut all.services, &mut all.boundaries] {
            list.sort_unstable();
            list.dedup();
        }
        all
    }

    /// The condition with which a statement of one entry in each element could stay.
    pub(super) fn missing(&self, statement: &Statement, kind: PolicyKind) -> Option<Condition> {
        let condition = match kind {
            PolicyKind::Identity => self.missing_of_holder(statement)?,
            PolicyKind::Resource | PolicyKind::Trust => self.missing_of_service(statement)?,
        };
        let is_there = statement.conditions.iter().any(|c| c.key.eq_ignore_ascii_case(&condition.key));
        (!is_there).then_some(condition)
    }

    fn missing_of_service(&self, statement: &Statement) -> Option<Condition> {
        let PrincipalElement::Principal(Principals::Listed(entries)) = &statement.principals else { return None };
        let [only] = entries.as_slice() else { return None };
        let ActionElement::Action(actions) = &statement.actions else { return None };
        let name = only.value.strip_suffix(".amazonaws.com").filter(|_| only.kind == PrincipalType::Service)?;
        let service = self.without_region(name);
        let (account, partition) = (Some(&self.account).filter(|account| !account.is_empty())?, &self.partition);
        let mut sent = actions.iter().map(|action| sent_by(service, &action.to_ascii_lowercase()));
        let first = sent.next()??;
        Some(match sent.all(|other| other == Some(first)).then_some(first)? {
            Source::Account => condition(Base::StringEquals, "aws:SourceAccount", vec![account.clone()]),
            Source::Arn(of) => {
                condition(Base::Arn, "aws:SourceArn", vec![format!("arn:{partition}:{of}:*:{account}:*")])
            }
        })
    }

    /// A service's name without the region that some have: `logs` of `logs.eu-west-1`.
    fn without_region<'n>(&self, name: &'n str) -> &'n str {
        let is_region = |label: &str| region::regions(&self.partition).contains(&label);
        name.rsplit_once('.').filter(|(_, label)| is_region(label)).map_or(name, |(service, _)| service)
    }

    fn missing_of_holder(&self, statement: &Statement) -> Option<Condition> {
        let ActionElement::Action(actions) = &statement.actions else { return None };
        let [action] = actions.as_slice() else { return None };
        match action.to_ascii_lowercase().as_str() {
            "iam:passrole" if !self.services.is_empty() => {
                Some(condition(Base::StringEquals, "iam:PassedToService", self.services.clone()))
            }
            "kms:creategrant" => Some(condition(Base::Bool, "kms:GrantIsForAWSResource", vec!["true".to_owned()])),
            action if UNDER_A_BOUNDARY.contains(&action) && !self.boundaries.is_empty() => {
                Some(condition(Base::StringEquals, "iam:PermissionsBoundary", self.boundaries.clone()))
            }
            _ => None,
        }
    }
}

/// Whether a pattern for actions matches one that writes.
fn changes_something(pattern: &str, budget: &Budget) -> bool {
    let matched = catalogue::matching(&Glob::lower(pattern), budget);
    matched.into_iter().flatten().any(|id| id.access_level() == AccessLevel::Write)
}

fn condition(base: Base, key: &str, values: Vec<String>) -> Condition {
    let operator = Operator { quantifier: None, base, negated: false, if_exists: false };
    Condition { operator, key: key.to_owned(), values }
}

/// How the operator of a condition that was added is written.
pub(super) fn operator_name(condition: &Condition) -> &'static str {
    match condition.operator.base {
        Base::Bool => "Bool",
        Base::Arn => "ArnLike",
        _ => "StringEquals",
    }
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
    use serde_json::{Value, json};

    /// What is missing in a statement about a service.
    #[track_caller]
    fn check(service: &str, action: Value, expected: Option<(&str, &str)>) {
        let principal = json!({"Service": service});
        let statement = json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"});
        let text = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        let document = Document::parse(&text).expect("a document");
        let zone = TrustZone::new("111111111111");
        let surroundings = Surroundings::of(&zone, document.statements().iter(), &Budget::new());
        let found = surroundings.missing(&document.statements()[0], PolicyKind::Resource);
        let found = found.map(|condition| (condition.key, condition.values.concat()));
        let found = found.as_ref().map(|(key, value)| (key.as_str(), value.as_str()));
        assert_eq!(found, expected, "{service} {action}");
    }

    #[test]
    fn only_what_a_service_sends() {
        const ACCOUNT: (&str, &str) = ("aws:SourceAccount", "111111111111");
        check("scheduler.amazonaws.com", json!("sts:AssumeRole"), Some(ACCOUNT));
        check("pods.eks.amazonaws.com", json!(["sts:AssumeRole", "sts:TagSession"]), Some(ACCOUNT));
        check("logs.eu-west-1.amazonaws.com", json!("s3:PutObject"), Some(ACCOUNT));
        check("logs.nowhere-1.amazonaws.com", json!("s3:PutObject"), None);
        let rule = ("aws:SourceArn", "arn:aws:events:*:111111111111:*");
        check("events.amazonaws.com", json!("lambda:InvokeFunction"), Some(rule));
        check("events.amazonaws.com", json!("sns:Publish"), None);
        check("events.amazonaws.com", json!(["sts:AssumeRole", "sqs:SendMessage"]), None);
        check("glue.amazonaws.com", json!("sts:AssumeRole"), None);
    }
}
