//! Bootstrap: creates the secured resources of the pipeline, and repairs them when invoked again.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parapet_aws::function::run_bootstrap().await
}
