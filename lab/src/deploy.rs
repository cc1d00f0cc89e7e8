//! Puts the product on the local AWS as `sam deploy` puts it on the real one: the same template, the same packages.

use std::env::consts::ARCH;
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use parapet_aws::Connection;
use parapet_aws::sdk::s3::types::{BucketVersioningStatus, VersioningConfiguration};
use parapet_console::checkout::Binaries;
use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use parapet_guards::GuardName;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::cloudformation::{self, Stack};
use crate::emulator::ACCOUNT;
use crate::http;

const STACK: &str = "parapet";

/// Where the packages lie. Made before anything is recorded, so no guard ever looks at it.
const CODE_BUCKET: &str = "parapet-lab-code";

/// Bucket and key of a standard of one's own: it may be longer than a parameter.
pub const STANDARD_OBJECT: (&str, &str) = (CODE_BUCKET, "standard/standard.yaml");

/// The role with which a trail of the lab may copy its events to CloudWatch Logs.
pub const TRAIL_LOGS_ROLE: &str = "trail-to-logs";

/// The built-in standard, but that young resources are completed at once.
const AT_ONCE: &str = "settle: {minutes: 0}";

/// Deploys the template with these binaries, and with a standard of one's own or the built-in one.
///
/// # Errors
/// The template does not fit the binaries, or the stack fails: then with the reasons of its resources.
pub(crate) async fn deploy(
    root: &Connection,
    port: u16,
    template: &Path,
    binaries: &Binaries,
    standard: Option<&str>,
) -> Result<()> {
    root.s3().create_bucket().bucket(CODE_BUCKET).send().await.during("CreateBucket")?;
    for (function, binary) in binaries {
        upload(port, &format!("{function}.zip"), &package(binary)?).await?;
    }
    let template = fs::read_to_string(template).during("the template cannot be read")?;
    upload(port, "template.yaml", with_packages(&template)?.as_bytes()).await?;

    let architecture = if ARCH == "aarch64" { "arm64" } else { ARCH };
    let logs_role = format!("arn:aws:iam::{ACCOUNT}:role/{TRAIL_LOGS_ROLE}");
    let mut parameters = vec![("Architecture", architecture), ("TrailLogsRoleArns", logs_role.as_str())];
    if let Some(standard) = standard {
        keep_versions(root).await?;
        let (bucket, key) = STANDARD_OBJECT;
        upload(port, key, standard.as_bytes()).await?;
        parameters.extend([("StandardBucket", bucket), ("StandardKey", key)]);
    } else {
        // Whoever plays does not wait until what he made has settled.
        parameters.push(("Standard", AT_ONCE));
    }
    let template_url = format!("http://127.0.0.1:{port}/{CODE_BUCKET}/template.yaml");
    let stack = Stack { name: STACK, template_url: &template_url, parameters: &parameters };
    cloudformation::create(port, &stack).await?;
    // The local CloudFormation does not pass on a role's PermissionsBoundary.
    for function in GuardName::FUNCTIONS {
        let boundary = format!("arn:aws:iam::{ACCOUNT}:policy/parapet-{function}-boundary");
        root.iam()
            .put_role_permissions_boundary()
            .role_name(format!("parapet-{function}"))
            .permissions_boundary(boundary)
            .send()
            .await
            .during("PutRolePermissionsBoundary")?;
    }
    Ok(())
}

/// So that a function that starts while a bad standard lies there has one to go back to.
async fn keep_versions(root: &Connection) -> Result<()> {
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    let put = root.s3().put_bucket_versioning().bucket(CODE_BUCKET).versioning_configuration(enabled);
    put.send().await.during("PutBucketVersioning").map(drop)
}

/// Puts an object into the bucket of packages: without the checksums that the SDK takes, which for functions that are not optimised takes longer
/// than everything else.
async fn upload(port: u16, key: &str, contents: &[u8]) -> Result<()> {
    let path = format!("PUT /{CODE_BUCKET}/{key}");
    let answer = http::call(port, "s3", &path, "application/octet-stream", contents).await;
    answer.and_then(http::Response::accepted).during("PutObject").map(|_| ())
}

/// Binaries that are there already.
///
/// # Errors
/// One is missing.
pub(crate) fn ready_made(directory: &Path) -> Result<Binaries> {
    let found: Binaries = GuardName::FUNCTIONS.iter().map(|function| (*function, directory.join(function))).collect();
    match found.iter().find(|(_, path)| !path.is_file()) {
        Some((_, missing)) => Err(Trouble::new(format!("there is no function at `{}`", missing.display()))
            .remedy("leave out --release-dir, and the functions are built")),
        None => Ok(found),
    }
}

/// The template with packages in the place of sources, as `sam package` does it.
fn with_packages(template: &str) -> Result<String> {
    let mut packaged = template.to_owned();
    for function in GuardName::FUNCTIONS {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_of_the_template_gets_its_package() {
        let packaged = with_packages(include_str!("../../template.yaml")).unwrap();
        assert_eq!(packaged.matches("CodeUri: s3://").count(), GuardName::FUNCTIONS.len());
        assert!(!packaged.contains("CodeUri: functions/"));
    }
}
