//! The two calls of AWS Lambda that a lab makes.

use std::time::Duration;

use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::http;
use crate::stream::{self, Answer};

/// How long a function may take.
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(300);

/// How an invocation by hand ended.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// What the function answered, or how it failed.
    pub payload: Value,
    /// Whether it failed.
    pub failed: bool,
}

impl Invoked {
    /// The answer of a guard.
    #[must_use]
    pub fn answer(&self) -> Option<Answer> {
        if self.failed { None } else { stream::read_answer(&self.payload) }
    }
}

/// Runs a function with an input of any kind, once.
///
/// # Errors
/// The invocation is refused, or takes too long; that the function failed is no error here.
pub(crate) async fn invoke(port: u16, function: &str, input: &[u8]) -> Result<Invoked> {
    let path = format!("POST /2015-03-31/functions/parapet-{function}/invocations");
    let call = http::call(port, "lambda", &path, "application/octet-stream", input);
    let answer = timeout(FUNCTION_TIMEOUT, call)
        .await
        .map_err(|_| Trouble::new(format!("no answer after {} s", FUNCTION_TIMEOUT.as_secs())));
    let answer = answer.flatten().and_then(http::Response::accepted).during("Invoke")?;
    let failed = answer.has_header("x-amz-function-error");
    let payload = serde_json::from_str(&answer.body).unwrap_or(Value::String(answer.body));
    Ok(Invoked { payload, failed })
}

/// Ends every environment of a function, so that its next run starts cold: a change of its configuration does.
///
/// # Errors
/// The local AWS's.
pub(crate) async fn chill(port: u16, function: &str) -> Result<()> {
    const MEMORY_MB: i32 = 256;
    let path = format!("PUT /2015-03-31/functions/parapet-{function}/configuration");
    let change = json!({"MemorySize": MEMORY_MB}).to_string();
    let answer = http::call(port, "lambda", &path, "application/json", change.as_bytes()).await;
    answer.and_then(http::Response::accepted).during("UpdateFunctionConfiguration").map(|_| ())
}
