//! The policy guard: revokes over-broad policies, and keeps the rest of them as it was written.

use parapet_aws::function::run_guard;
use parapet_guards::GuardName;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    run_guard(GuardName::PolicyGuard).await
}
