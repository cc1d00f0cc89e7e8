//! The logging guard: brings trails back, and starts them.

use parapet_aws::function::run_guard;
use parapet_guards::GuardName;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    run_guard(GuardName::LoggingGuard).await
}
