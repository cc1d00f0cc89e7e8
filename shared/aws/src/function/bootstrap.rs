//! Bootstrap, as a function.

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use parapet_core::Trigger;
use parapet_guards::GuardName;
use parapet_reconcile::{BootstrapReport, Clock, Place, Run, baseline};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::stack::Question;
use super::{UNSEALED, Warm, tell_old_tables, time_left};

/// Runs bootstrap until Lambda ends the process.
///
/// # Errors
/// Lambda's runtime interface failed.
pub async fn run_bootstrap() -> Result<(), lambda_runtime::Error> {
    tell_old_tables();
    let warm = Warm::default();
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| match Question::of(&event.payload) {
        Some(question) => question.answered(&event.context).await.map(Answer::Stack),
        None => bootstrap(&warm, &event).await.map(|report| Answer::Bootstrap(Box::new(report))),
    }))
    .await
}

/// What the function answers, to whom it is.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Bootstrap(Box<BootstrapReport>),
    Stack(Value),
}

async fn bootstrap(warm: &Warm, event: &LambdaEvent<Value>) -> Result<BootstrapReport, Diagnostic> {
    let dry = dry_run(&event.payload)?;
    let (live, standard) = warm.ready(&event.context).await?;
    let (world, recorder) = (live.world(&standard), live.recorder(&standard));
    let place = Place { home: &live.home, standard: &standard, world: &world, recorder: &recorder };
    let run = Run { guard: GuardName::EncryptionGuard, clock: Clock::system(), dry };
    let cause = Trigger::by_hand("Bootstrap", &event.context.request_id, &live.home);
    let key_arn = async || world.key_arn().await.ok().flatten();
    match Box::pin(parapet_reconcile::bootstrap(&place, run, &cause, key_arn)).await {
        Ok(mut report) => {
            if !dry {
                if let Err(why) = world.keep_key().await {
                    report.observed.push(format!("which key is the pipeline's is not kept: {}", why.story()));
                }
                let until = Instant::now() + time_left(event.context.deadline, Clock::system().now);
                report.baseline = Some(Box::pin(baseline(&place, run, Some(until))).await.into());
            }
            report.memory = (!live.connection.seals()).then(|| UNSEALED.to_owned());
            println!("{}", json!({"bootstrap": report}));
            Ok(report)
        }
        Err(stopped) => {
            let error_message = stopped.to_string();
            println!("{}", json!({"level": "ERROR", "message": error_message}));
            Err(Diagnostic { error_type: "BootstrapStopped".to_owned(), error_message })
        }
    }
}

/// `{}` or `{"dry_run": true}`: what is misspelt would otherwise be a run in earnest.
fn dry_run(input: &Value) -> Result<bool, Diagnostic> {
    let refuse = |what: &str| {
        let error_message = format!("bootstrap takes `{{}}` or `{{\"dry_run\": true}}`; {what}");
        Err(Diagnostic { error_type: "InvalidInput".to_owned(), error_message })
    };
    let Value::Object(fields) = input else { return refuse("the input is not a JSON object") };
    if let Some(unknown) = fields.keys().find(|name| *name != "dry_run") {
        return refuse(&format!("`{unknown}` is not known"));
    }
    match fields.get("dry_run") {
        None => Ok(false),
        Some(Value::Bool(dry)) => Ok(*dry),
        Some(_) => refuse("`dry_run` is `true` or `false`"),
    }
}
