//! What is missing: the condition with which a statement could stay, and the resources that it should have left out.

use crate::budget::Budget;
use crate::catalogue::{self, AccessLevel};
use crate::glob::Glob;
use crate::kind::PolicyKind;
use crate::operator::{Base, Operator};
use crate::statement::{
    ActionElement, Condition, PrincipalElement, PrincipalType, Principals, ResourceElement, Statement,
};

/// Services that say for whom they act: the documents of each have a page or a policy with `aws:SourceAccount` in it (IAM User
/// Guide, The confused deputy problem, Cross-service confused deputy prevention, and the guide of each service). A condition
/// that a service does not send would lock it out, so that what others may do goes as a whole.
const SAY_THEIR_SOURCE: [&str; 54] = [
    "airflow",
    "airflow-env",
    "appflow",
    "aps",
    "backup",
    "batch",
    "bedrock",
    "bedrock-agentcore",
    "cloudformation",
    "cloudtrail",
    "cloudwatch",
    "codebuild",
    "codepipeline",
    "comprehend",
    "config",
    "datasync",
    "datazone",
    "delivery.logs",
    "dlm",
    "dms",
    "ecs-tasks",
    "eks",
    "elasticmapreduce",
    "events",
    "firehose",
    "forecast",
    "fsx",
    "glue",
    "grafana",
    "inspector2",
    "iot",
    "kendra",
    "kinesisanalytics",
    "lex",
    "logging.s3",
    "logs",
    "lookoutequipment",
    "macie",
    "mediaconvert",
    "opensearchservice",
    "osis-pipelines",
    "personalize",
    "pipes",
    "pods.eks",
    "rekognition",
    "s3",
    "sagemaker",
    "scheduler",
    "ses",
    "sns",
    "ssm",
    "states",
    "transfer",
    "vpc-flow-logs",
];

/// Services that a role can be passed to, by the prefix of their actions. From the examples of `iam:PassedToService` and the
/// trust policies in each service's guide.
const TAKE_A_ROLE: [(&str, &str); 24] = [
    ("airflow", "airflow.amazonaws.com"),
    ("apprunner", "tasks.apprunner.amazonaws.com"),
    ("autoscaling", "autoscaling.amazonaws.com"),
    ("backup", "backup.amazonaws.com"),
    ("batch", "batch.amazonaws.com"),
    ("bedrock", "bedrock.amazonaws.com"),
    ("cloudformation", "cloudformation.amazonaws.com"),
    ("codebuild", "codebuild.amazonaws.com"),
    ("codepipeline", "codepipeline.amazonaws.com"),
    ("comprehend", "comprehend.amazonaws.com"),
    ("ec2", "ec2.amazonaws.com"),
    ("ecs", "ecs-tasks.amazonaws.com"),
    ("elasticmapreduce", "elasticmapreduce.amazonaws.com"),
    ("events", "events.amazonaws.com"),
    ("firehose", "firehose.amazonaws.com"),
    ("glue", "glue.amazonaws.com"),
    ("iot", "iot.amazonaws.com"),
    ("lambda", "lambda.amazonaws.com"),
    ("rds", "monitoring.rds.amazonaws.com"),
    ("sagemaker", "sagemaker.amazonaws.com"),
    ("scheduler", "scheduler.amazonaws.com"),
    ("ssm", "ssm.amazonaws.com"),
    ("states", "states.amazonaws.com"),
    ("transfer", "transfer.amazonaws.com"),
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
    pub(super) account: String,
    /// The services to which roles could be passed: those in which the documents allow to change something.
    services: Vec<String>,
    /// The permissions boundaries that conditions name.
    boundaries: Vec<String>,
}

impl Surroundings {
    pub(super) fn of<'s>(account: &str, statements: impl Iterator<Item = &'s Statement>, budget: &Budget) -> Self {
        let mut all = Self { account: account.to_owned(), ..Self::default() };
        for statement in statements.filter(|statement| statement.is_allow()) {
            let ActionElement::Action(actions) = &statement.actions else { continue };
            for action in actions {
                let of = |(prefix, _): &&(&str, &str)| {
                    action.split_once(':').is_some_and(|(service, _)| service.eq_ignore_ascii_case(prefix))
                };
                let service = TAKE_A_ROLE.iter().find(of).filter(|_| changes_something(action, budget));
                all.services.extend(service.map(|(_, service)| (*service).to_owned()));
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
        let service = only.value.strip_suffix(".amazonaws.com").filter(|_| only.kind == PrincipalType::Service)?;
        let says = SAY_THEIR_SOURCE.contains(&service) && !self.account.is_empty();
        says.then(|| condition(Base::StringEquals, "aws:SourceAccount", vec![self.account.clone()]))
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
    if condition.operator.base == Base::Bool { "Bool" } else { "StringEquals" }
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
