//! Puts the product on the local AWS as `sam deploy` puts it on the real one: the same template, the same packages.

use std::env::consts::ARCH;
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use std::time::Duration;

use parapet_aws::Connection;
use parapet_aws::sdk::cloudformation::types::{Capability, Parameter, StackStatus};
use parapet_aws::sdk::s3::primitives::ByteStream;
use tokio::time::{Instant, sleep};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::build::{Binaries, FUNCTIONS};
use super::emulator::ACCOUNT;
use crate::trouble::During;
use crate::{Result, Trouble};

const STACK: &str = "parapet";

/// Where the packages lie. Made before anything is recorded, so no guard ever looks at it.
const CODE_BUCKET: &str = "parapet-lab-code";

/// The functions that the boundary is for: all but bootstrap.
const GUARDS: [&str; 3] = ["parapet-encryption-guard", "parapet-policy-guard", "parapet-logging-guard"];

/// The role with which a trail of the lab may copy its events to CloudWatch Logs.
pub const TRAIL_LOGS_ROLE: &str = "trail-to-logs";

/// How long the stack may take.
const DEPLOY_TIMEOUT: Duration = Duration::from_secs(120);

/// Deploys the template with these binaries, and with a standard of one's own or the built-in one.
///
/// # Errors
/// The template does not fit the binaries, or the stack fails: then with the reasons of its resources.
pub(super) async fn deploy(
    root: &Connection,
    endpoint: &str,
    template: &Path,
    binaries: &Binaries,
    standard: Option<&str>,
) -> Result<()> {
    let s3 = root.s3();
    s3.create_bucket().bucket(CODE_BUCKET).send().await.during("CreateBucket")?;
    for (function, binary) in binaries {
        let package = ByteStream::from(package(binary)?);
        s3.put_object()
            .bucket(CODE_BUCKET)
            .key(format!("{function}.zip"))
            .body(package)
            .send()
            .await
            .during("PutObject")?;
    }
    let template = fs::read_to_string(template).during("the template cannot be read")?;
    let template = ByteStream::from(with_packages(&template)?.into_bytes());
    s3.put_object().bucket(CODE_BUCKET).key("template.yaml").body(template).send().await.during("PutObject")?;

    let parameter = |name: &str, value: &str| Parameter::builder().parameter_key(name).parameter_value(value).build();
    let architecture = if ARCH == "aarch64" { "arm64" } else { ARCH };
    let stack = root
        .cloudformation()
        .create_stack()
        .stack_name(STACK)
        .template_url(format!("{endpoint}/{CODE_BUCKET}/template.yaml"));
    let stack = stack.capabilities(Capability::CapabilityNamedIam).capabilities(Capability::CapabilityAutoExpand);
    let logs_role = format!("arn:aws:iam::{ACCOUNT}:role/{TRAIL_LOGS_ROLE}");
    let parameters = [("Architecture", architecture), ("TrailLogsRoleArns", &logs_role)];
    let parameters = parameters.into_iter().chain(standard.map(|standard| ("Standard", standard)));
    let parameters = parameters.map(|(name, value)| parameter(name, value)).collect();
    stack.set_parameters(Some(parameters)).send().await.during("CreateStack")?;
    wait_for_stack(root).await?;
    // The local CloudFormation does not pass on a role's PermissionsBoundary.
    for role in GUARDS {
        let boundary = format!("arn:aws:iam::{ACCOUNT}:policy/parapet-guard-boundary");
        root.iam()
            .put_role_permissions_boundary()
            .role_name(role)
            .permissions_boundary(boundary)
            .send()
            .await
            .during("PutRolePermissionsBoundary")?;
    }
    Ok(())
}

/// The template with packages in the place of sources, as `sam package` does it.
fn with_packages(template: &str) -> Result<String> {
    let mut packaged = template.to_owned();
    for function in FUNCTIONS {
        let source = format!("CodeUri: functions/{function}/\n");
        if !packaged.contains(&source) {
            return Err(Trouble::new(format!("the template has no `{}`", source.trim())));
        }
        packaged = packaged.replace(&source, &format!("CodeUri: s3://{CODE_BUCKET}/{function}.zip\n"));
    }
    Ok(packaged)
}

/// A function's package: one executable file named `bootstrap`, as the runtime `provided.al2023` wants it. Not compressed:
/// it travels no further than this machine.
fn package(binary: &Path) -> Result<Vec<u8>> {
    let contents = fs::read(binary).during(&format!("`{}` cannot be read", binary.display()))?;
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    let executable = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).unix_permissions(0o755);
    package.start_file("bootstrap", executable)?;
    package.write_all(&contents)?;
    Ok(package.finish()?.into_inner())
}

async fn wait_for_stack(root: &Connection) -> Result<()> {
    const LOOK_EVERY: Duration = Duration::from_millis(50);
    let deadline = Instant::now() + DEPLOY_TIMEOUT;
    while Instant::now() < deadline {
        let described =
            root.cloudformation().describe_stacks().stack_name(STACK).send().await.during("DescribeStacks")?;
        match described.stacks().first().and_then(|stack| stack.stack_status.clone()) {
            Some(StackStatus::CreateComplete) => return Ok(()),
            Some(StackStatus::CreateInProgress | StackStatus::ReviewInProgress) | None => sleep(LOOK_EVERY).await,
            Some(_) => return Err(failed(root).await),
        }
    }
    Err(Trouble::new(format!("the stack is not complete after {} s", DEPLOY_TIMEOUT.as_secs())))
}

/// Why the stack failed: what its resources say.
async fn failed(root: &Connection) -> Trouble {
    let events = root.cloudformation().describe_stack_events().stack_name(STACK).send().await;
    let events = events.map(|events| events.stack_events.unwrap_or_default()).unwrap_or_default();
    let reasons: Vec<String> = events
        .iter()
        .filter(|event| event.resource_status.as_ref().is_some_and(|status| status.as_str().ends_with("FAILED")))
        .filter_map(|event| Some(format!("{}: {}", event.logical_resource_id()?, event.resource_status_reason()?)))
        .collect();
    Trouble::new(if reasons.is_empty() { "it does not say why".to_owned() } else { reasons.join("\n    ") })
        .during("the stack cannot be deployed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_of_the_template_gets_its_package() {
        let packaged = with_packages(include_str!("../../../template.yaml")).unwrap();
        assert_eq!(packaged.matches("CodeUri: s3://").count(), FUNCTIONS.len());
        assert!(!packaged.contains("CodeUri: functions/"));
    }
}
