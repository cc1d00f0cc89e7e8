//! The policy guard: revokes over-broad policies, and keeps the rest of them as it was written.

use parapet_aws::function::run_guard;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    run_guard(env!("CARGO_PKG_NAME")).await
}
