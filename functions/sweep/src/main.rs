//! Sweep: looks at everything on a schedule, has the guards mend what is new and wrong, and finds out whether CloudTrail shows the events that they
//! were given.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parapet_aws::function::run_sweep().await
}
