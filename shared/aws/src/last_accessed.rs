//! When a user or role last used which services, as IAM tells: a report that it makes on request.

use std::time::Duration;

use aws_sdk_iam::types::{AccessAdvisorUsageGranularityType, JobStatusType, ServiceLastAccessed};
use aws_smithy_types::DateTime;
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::IamEntity;
use parapet_guards::used::{LastAccess, LastAccessed};
use tokio::time::{Instant, sleep};

use crate::Connection;
use crate::failure::{broken, failed, unreadable};

/// How long a report is waited for at first. It doubles.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// The longest between two questions.
const LONGEST_WAIT: Duration = Duration::from_secs(4);

/// IAM makes most reports within seconds.
const PATIENCE: Duration = Duration::from_secs(60);

const STEP: &str = "read when it last used which services";

/// What IAM tells of a user or role. Of a group it tells of its members.
///
/// IAM API Reference, GenerateServiceLastAccessedDetails: the report tells of "the last attempt to access a service or action", and lists the services that
/// the policies of the principal allow.
///
/// # Errors
/// AWS denies it, gives no answer, or makes no report in a minute.
pub async fn last_accessed(connection: &Connection, entity: &IamEntity) -> Result<LastAccessed, WorldError> {
    let iam = connection.iam();
    let arn = arn_of(connection, entity).await?;
    let generate = iam.generate_service_last_accessed_details().arn(&arn);
    let generate = generate.granularity(AccessAdvisorUsageGranularityType::ActionLevel).send().await;
    let job = generate.map_err(|error| failed(STEP, &entity, error))?.job_id;
    let job = job.ok_or_else(|| unreadable(STEP, &entity, "the answer names no report"))?;
    let mut told = LastAccessed { arn, ..LastAccessed::default() };
    let (until, mut wait, mut marker) = (Instant::now() + PATIENCE, FIRST_WAIT, None);
    loop {
        let page = iam.get_service_last_accessed_details().job_id(&job).set_marker(marker).send().await;
        let page = page.map_err(|error| failed(STEP, &entity, error))?;
        match page.job_status {
            JobStatusType::Completed => {
                told.services.extend(page.services_last_accessed.into_iter().filter_map(service));
                marker = page.marker.filter(|_| page.is_truncated);
                if marker.is_none() {
                    return Ok(told);
                }
            }
            JobStatusType::InProgress if Instant::now() + wait < until => {
                marker = None;
                sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
            JobStatusType::InProgress => {
                let why = format!("IAM made no report within {} s", PATIENCE.as_secs());
                return Err(broken(STEP, &entity, ErrorKind::Transient, why));
            }
            _ => {
                let why = page.error.map(|error| format!("{}: {}", error.code, error.message));
                return Err(unreadable(
                    STEP,
                    &entity,
                    &why.unwrap_or_else(|| "IAM could not make its report".to_owned()),
                ));
            }
        }
    }
}

/// The ARN, with the path that a name does not tell.
async fn arn_of(connection: &Connection, entity: &IamEntity) -> Result<String, WorldError> {
    let iam = connection.iam();
    let arn = match entity {
        IamEntity::User(name) => {
            let answer = iam.get_user().user_name(name).send().await;
            answer.map_err(|error| failed(STEP, &entity, error))?.user.map(|user| user.arn)
        }
        IamEntity::Role(name) => {
            let answer = iam.get_role().role_name(name).send().await;
            answer.map_err(|error| failed(STEP, &entity, error))?.role.map(|role| role.arn)
        }
        IamEntity::Group(_) => None,
    };
    arn.filter(|arn| !arn.is_empty()).ok_or_else(|| unreadable(STEP, &entity, "the answer names nobody"))
}

fn service(told: ServiceLastAccessed) -> Option<(String, LastAccess)> {
    let actions = told.tracked_actions_last_accessed.into_iter().flatten();
    let actions = actions.filter_map(|action| Some((action.action_name?, seconds(action.last_accessed_time))));
    let access = LastAccess { at: seconds(told.last_authenticated), actions: actions.collect() };
    let namespace = told.service_namespace;
    (!namespace.is_empty()).then_some((namespace, access))
}

fn seconds(date: Option<DateTime>) -> Option<i64> {
    date.map(|date| date.secs())
}

#[cfg(test)]
#[cfg(feature = "guards")]
mod tests {
    use aws_credential_types::Credentials;
    use aws_smithy_runtime_api::client::http::SharedHttpClient;
    use tokio::runtime::Builder;

    use super::*;
    use crate::replay::{Answer, Replay, Says};

    /// What is told of a role, and which operations it took.
    fn told(answers: Vec<Answer>) -> (Result<LastAccessed, WorldError>, Vec<String>) {
        let replay = Replay::default();
        let credentials = Credentials::new("id", "secret", None, None, "a test");
        let connection =
            Connection::new("us-east-1", credentials, None).replaying(SharedHttpClient::new(replay.clone()));
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        replay.play(answers);
        let told = runtime.block_on(last_accessed(&connection, &IamEntity::Role("app".into())));
        let played = replay.played();
        assert_eq!((played.unanswered, played.unasked), (Vec::new(), Vec::new()));
        (told, played.asked.into_iter().map(|asked| asked.operation).collect())
    }

    /// An answer in the form of the response syntax of the IAM API Reference.
    fn iam(operation: &str, result: &str) -> Answer {
        let body =
            format!("<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>");
        Answer {
            operation: operation.to_owned(),
            source: "API Reference".to_owned(),
            says: Says::Body { status: 200, headers: Vec::new(), body },
        }
    }

    fn role() -> Answer {
        iam("GetRole", "<Role><RoleName>app</RoleName><Arn>arn:aws:iam::111122223333:role/team/app</Arn></Role>")
    }

    fn job() -> Answer {
        iam("GenerateServiceLastAccessedDetails", "<JobId>eb8d1c2a</JobId>")
    }

    fn report(inside: &str) -> Answer {
        iam("GetServiceLastAccessedDetails", inside)
    }

    fn refused(operation: &str) -> Answer {
        let says = Says::Refusal { status: 403, code: "AccessDenied" };
        Answer { operation: operation.to_owned(), source: "a test".to_owned(), says }
    }

    #[test]
    fn a_report_is_waited_for_and_read_to_its_end() {
        let first = "<JobStatus>COMPLETED</JobStatus><IsTruncated>true</IsTruncated><Marker>page-2</Marker><ServicesLastAccessed><member>\
             <ServiceName>Amazon S3</ServiceName><ServiceNamespace>s3</ServiceNamespace><LastAuthenticated>2026-10-02T10:00:00Z</LastAuthenticated>\
             <TrackedActionsLastAccessed><member><ActionName>GetBucketPolicy</ActionName><LastAccessedTime>2026-10-02T10:00:00Z</LastAccessedTime></member>\
             <member><ActionName>PutBucketPolicy</ActionName></member></TrackedActionsLastAccessed></member></ServicesLastAccessed>";
        let second = "<JobStatus>COMPLETED</JobStatus><IsTruncated>false</IsTruncated><ServicesLastAccessed><member><ServiceName>Amazon EC2\
             </ServiceName><ServiceNamespace>ec2</ServiceNamespace></member></ServicesLastAccessed>";
        let (told, asked) =
            told(vec![role(), job(), report("<JobStatus>IN_PROGRESS</JobStatus>"), report(first), report(second)]);
        let told = told.unwrap();
        assert_eq!(told.arn, "arn:aws:iam::111122223333:role/team/app");
        let used = Some(1_790_935_200);
        let actions = [("GetBucketPolicy".to_owned(), used), ("PutBucketPolicy".to_owned(), None)].into();
        let services = [("ec2".to_owned(), LastAccess::default()), ("s3".to_owned(), LastAccess { at: used, actions })];
        assert_eq!(told.services, services.into());
        assert_eq!(asked.len(), 5);
    }

    #[test]
    fn what_is_not_told_says_why() {
        let failed =
            "<JobStatus>FAILED</JobStatus><Error><Message>no more</Message><Code>ServiceFailure</Code></Error>";
        for (answers, kind, says) in [
            (vec![refused("GetRole")], ErrorKind::Denied, "AccessDenied"),
            (vec![role(), refused("GenerateServiceLastAccessedDetails")], ErrorKind::Denied, "AccessDenied"),
            (vec![role(), job(), refused("GetServiceLastAccessedDetails")], ErrorKind::Denied, "AccessDenied"),
            (vec![role(), job(), report(failed)], ErrorKind::Unreadable, "ServiceFailure: no more"),
            (vec![role(), job(), report("<JobStatus>ELSE</JobStatus>")], ErrorKind::Unreadable, "could not make"),
            (vec![iam("GetRole", "")], ErrorKind::Unreadable, "names nobody"),
        ] {
            let error = told(answers).0.unwrap_err();
            assert_eq!(error.kind, kind, "{error}");
            assert!(error.message.contains(says), "{error}");
        }
    }
}
