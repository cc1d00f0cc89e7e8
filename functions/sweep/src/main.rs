//! Sweep: finds out, on a schedule, whether CloudTrail shows the events that the guards were given.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parapet_aws::function::run_sweep().await
}
