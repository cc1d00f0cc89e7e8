//! The AI guard: keeps the container repositories of ML pipelines from being tampered with.

use parapet_aws::function::run_guard;
use parapet_guards::GuardName;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    run_guard(GuardName::AiGuard).await
}
