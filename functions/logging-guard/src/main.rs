//! The logging guard: brings trails back, and starts them.

use parapet_aws::function::run_guard;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    run_guard(env!("CARGO_PKG_NAME")).await
}
