//! What the function binaries are made of: from Lambda's input to one JSON object.

#[cfg(feature = "bootstrap")]
mod bootstrap;
#[cfg(feature = "bootstrap")]
mod stack;
#[cfg(feature = "sweep")]
mod sweep;

use std::sync::Arc;
#[cfg(any(feature = "bootstrap", feature = "sweep"))]
use std::time::Duration;
use std::time::{Instant, SystemTime};

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use lambda_runtime::{Context, Diagnostic, LambdaEvent, service_fn};
use parapet_core::{Home, Trigger};
use parapet_guards::{GuardName, Report, Resource, Standard};
use parapet_reconcile::{Clock, Place, Run};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

#[cfg(feature = "bootstrap")]
pub use bootstrap::run_bootstrap;
#[cfg(feature = "sweep")]
pub use sweep::run_sweep;

use crate::standard::{LiveStandard, StandardSettings};
use crate::{AwsWorld, Connection, KeyArn, S3Recorder, SeenLately, metrics};

/// What a sweep gives a guard in the place of an event: the key of what waits. It proves nothing; what lies there does.
pub(crate) const SECOND_LOOK: &str = "second_look";

/// What a sweep gives a guard that is to look at resources by itself.
pub(crate) const LOOK: &str = "look";

/// What a sweep gives a guard that is to mend what is old: the key of an order. It proves nothing; what lies there does.
pub(crate) const MEND: &str = "mend";

/// What is told of a deployment that seals nothing, once by each process and in the report of bootstrap.
const UNSEALED: &str = "memory bears no seal: whoever may put objects into the evidence bucket can say what was there before; deploy the \
                        stack's template, which makes a key for it and sets PARAPET_MEMORY_KEY";

/// What a warm function keeps from one event to the next: its place, once the first event told which that is.
#[derive(Debug, Default)]
struct Warm(OnceCell<LivePlace>);

/// The account and region of a function with all that is kept of them. What was seen lately says of what, because the standard may change.
#[derive(Debug)]
struct LivePlace {
    home: Home,
    connection: Connection,
    settings: StandardSettings,
    standard: LiveStandard,
    key_arn: KeyArn,
    seen_lately: SeenLately,
}

/// Runs the guard of a name until Lambda ends the process. Its function's package bears the same name.
///
/// # Errors
/// There is no guard of the name, or Lambda's runtime interface failed.
pub async fn run_guard(name: &str) -> Result<(), lambda_runtime::Error> {
    let guard = GuardName::named(name).ok_or_else(|| format!("no guard is named `{name}`"))?;
    tell_old_tables();
    let warm = Warm::default();
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Box<RawValue>>| {
        let (live, standard) = warm.ready(&event.context).await?;
        let (world, recorder) = (live.world(&standard), live.recorder(&standard));
        let place = Place { home: &live.home, standard: &standard, world: &world, recorder: &recorder };
        let run = Run { guard, clock: Clock::system(), dry: false };
        let record = record_of(&event.payload)?;
        // Boxed: the type of these futures is too deep for the compiler otherwise.
        if let Some(resources) = record.get(LOOK) {
            let resources = resources_of(resources)?;
            let cause = Trigger::by_hand("Sweep", &event.context.request_id, &live.home);
            return answer_all(Box::pin(parapet_reconcile::look_at_these(&place, run, &cause, &resources)).await);
        }
        if let Some(key) = record.get(MEND).and_then(Value::as_str) {
            return answer_all(Box::pin(parapet_reconcile::mend(&place, run, key)).await);
        }
        let report = match record.get(SECOND_LOOK).and_then(Value::as_str) {
            Some(key) => Box::pin(parapet_reconcile::look_again(&place, run, key)).await,
            None => Box::pin(parapet_reconcile::handle(&place, run, &record)).await,
        };
        answer(report).map(|report| json!(report))
    }))
    .await
}

/// Says once in the log, at the start of a process, which of the tables that policies are judged by are old.
fn tell_old_tables() {
    for message in iam_policy::TABLES.iter().filter_map(|table| table.warning(SystemTime::now())) {
        println!("{}", json!({"level": "WARN", "message": message}));
    }
}

impl Warm {
    /// Home and connection, read at the first event, because the function's ARN comes with it; and the standard that counts now.
    async fn ready(&self, context: &Context) -> Result<(&LivePlace, Arc<Standard>), Diagnostic> {
        let place = self.0.get_or_try_init(async || LivePlace::read(&context.invoked_function_arn)).await?;
        let LivePlace { home, connection, settings, standard, .. } = place;
        // Boxed: the type of this future is too deep for the compiler otherwise.
        let standard = Box::pin(standard.current(settings, connection, home, Instant::now())).await;
        Ok((place, standard.map_err(|error| refuse("InvalidStandard", error.to_string()))?))
    }
}

impl LivePlace {
    fn read(function_arn: &str) -> Result<Self, Diagnostic> {
        let home = Home::from_arn(function_arn).ok_or_else(|| {
            refuse("NoHome", format!("the function's ARN `{function_arn}` names no account and region"))
        })?;
        let settings = StandardSettings::from_env().map_err(|error| refuse("InvalidStandard", error.to_string()))?;
        let connection = Connection::from_env().map_err(|error| refuse("NoConnection", error.to_string()))?;
        if !connection.seals() {
            println!("{}", json!({"level": "WARN", "message": UNSEALED}));
        }
        let (standard, key_arn, seen_lately) = Default::default();
        Ok(Self { home, connection, settings, standard, key_arn, seen_lately })
    }

    fn world<'a>(&'a self, standard: &'a Standard) -> AwsWorld<'a> {
        AwsWorld::new(&self.connection, &self.home, &standard.names, &self.key_arn).recorded_by(standard.trail_name())
    }

    fn recorder<'a>(&'a self, standard: &'a Standard) -> S3Recorder<'a> {
        S3Recorder::new(&self.connection, &self.home, &standard.names.evidence_bucket, &self.seen_lately)
    }
}

/// How long a run may go on, so that what it did is told before Lambda ends it. `deadline`: in milliseconds since 1970; `now`: in seconds.
#[cfg(any(feature = "bootstrap", feature = "sweep"))]
fn time_left(deadline: u64, now: i64) -> Duration {
    const TO_TELL: Duration = Duration::from_secs(10);
    let now = Duration::from_secs(u64::try_from(now).unwrap_or_default());
    Duration::from_millis(deadline).saturating_sub(now).saturating_sub(TO_TELL)
}

fn refuse(error_type: &str, error_message: String) -> Diagnostic {
    println!("{}", json!({"level": "ERROR", "message": error_message}));
    Diagnostic { error_type: error_type.to_owned(), error_message }
}

/// The resources that a guard is to look at, as a sweep writes them.
fn resources_of(given: &Value) -> Result<Vec<Resource>, Diagnostic> {
    const MOST: usize = 100;
    let refused = |why: String| refuse("InvalidInput", format!("`{LOOK}` takes at most {MOST} resources: {why}"));
    let resources = Vec::<Resource>::deserialize(given).map_err(|error| refused(error.to_string()))?;
    if resources.len() > MOST {
        return Err(refused(format!("there are {}", resources.len())));
    }
    Ok(resources)
}

/// The CloudTrail record of an input: an EventBridge event's detail, or the input itself. An event is parsed once, and nothing of
/// it is copied.
fn record_of(input: &RawValue) -> Result<Value, Diagnostic> {
    if let Ok(event) = serde_json::from_str::<EventBridgeEvent<Value>>(input.get()) {
        return Ok(event.detail);
    }
    let mut input: Value = serde_json::from_str(input.get())
        .map_err(|error| Diagnostic { error_type: "InvalidInput".to_owned(), error_message: error.to_string() })?;
    // An envelope that is odd in what is not needed here is one all the same.
    Ok(input.get_mut("detail").map(Value::take).unwrap_or(input))
}

/// Prints the report, which is what people read, and its metrics, which is what alarms read, and answers it. What may succeed later is answered as an error,
/// so that Lambda delivers the event again and its dead-letter queue keeps it.
fn answer(report: Report) -> Result<Report, Diagnostic> {
    let text = serde_json::to_string(&report).unwrap_or_default();
    println!("{text}");
    metrics::tell_report(&report);
    if report.retry {
        Err(Diagnostic { error_type: report.outcome.name().to_owned(), error_message: text })
    } else {
        Ok(report)
    }
}

/// The same of several. One that may succeed later has all looked at again: what is right by then is left.
fn answer_all(reports: Vec<Report>) -> Result<Value, Diagnostic> {
    let answers: Vec<Result<Report, Diagnostic>> = reports.into_iter().map(answer).collect();
    let reports: Vec<Report> = answers.into_iter().collect::<Result<_, _>>()?;
    Ok(json!({"reports": reports}))
}

#[cfg(test)]
mod tests {
    use parapet_core::Outcome;

    use super::*;

    fn check(input: &str, expected: Value) {
        let raw: Box<RawValue> = serde_json::from_str(input).unwrap();
        assert_eq!(record_of(&raw).unwrap(), expected, "{input}");
    }

    #[test]
    fn a_record_is_taken_out_of_its_envelope() {
        let record = json!({"eventName": "StopLogging", "z": 1, "a": 2});
        check(&record.to_string(), record.clone());
        check(
            &json!({"detail-type": "AWS API Call via CloudTrail", "source": "aws.s3", "detail": record}).to_string(),
            record.clone(),
        );
        // Odd envelopes: without a type, with a time that is none, with a member twice.
        check(&json!({"detail": record}).to_string(), record.clone());
        check(
            &json!({"detail-type": "t", "source": "s", "time": "noon", "detail": record}).to_string(),
            record.clone(),
        );
        check(&format!(r#"{{"source": "a", "source": "b", "detail-type": "t", "detail": {record}}}"#), record);
        check(r#"{"detail-type": "t", "source": "s", "detail": null}"#, Value::Null);
        check("[7]", json!([7]));
    }

    /// Lambda delivers the event again of an error alone, and keeps it in the dead-letter queue then.
    #[test]
    fn what_may_succeed_later_is_answered_as_an_error() {
        for outcome in [Outcome::Remediated, Outcome::Undetermined("throttled".to_owned())] {
            let report = |retry| Report { retry, ..Report::ending("e-1", GuardName::PolicyGuard, outcome.clone()) };
            assert_eq!(answer(report(false)).unwrap().outcome, outcome);
            let again = answer(report(true)).unwrap_err();
            assert_eq!(again.error_type, outcome.name());
            assert!(again.error_message.contains(r#""event_id":"e-1""#), "{}", again.error_message);
        }
    }

    #[test]
    fn what_no_value_can_hold_is_refused() {
        let raw: Box<RawValue> = serde_json::from_str(r#"{"detail": "\ud800"}"#).unwrap();
        assert_eq!(record_of(&raw).unwrap_err().error_type, "InvalidInput");
    }
}
