//! Attacks on container repositories, that the guard of the AI services and the policy guard undo.

use parapet_aws::sdk::ecr::types::{ImageScanningConfiguration, ImageTagMutability};
use parapet_console::{Result, Trouble};
use serde_json::{Value, json};

use super::encryption::sent;
use super::{AI_GUARD, Attack, POLICY_GUARD};
use crate::{ACCOUNT, Scene};

/// Attacks on container repositories.
pub const REPOSITORY_ATTACKS: &[Attack] = &[
    Attack {
        name: "the tags of a pipeline's images made to move",
        event: "PutImageTagMutability",
        guard: AI_GUARD,
        prepare: Some(|s| Box::pin(made(s, "moved"))),
        call: |s| {
            Box::pin(async {
                let put = s.intruder().ecr().put_image_tag_mutability().repository_name(repository(s, "moved"));
                sent(put.image_tag_mutability(ImageTagMutability::Mutable).send().await)
            })
        },
        is_repaired: |s| {
            Box::pin(async {
                let (mutability, _) = settings(s, "moved").await?;
                Ok(mutability == ImageTagMutability::Immutable)
            })
        },
    },
    Attack {
        name: "a pipeline's images pushed without a scan",
        event: "PutImageScanningConfiguration",
        guard: AI_GUARD,
        prepare: Some(|s| Box::pin(made(s, "unseen"))),
        call: |s| {
            Box::pin(async {
                let put = s.intruder().ecr().put_image_scanning_configuration();
                let off = ImageScanningConfiguration::builder().scan_on_push(false).build();
                sent(put.repository_name(repository(s, "unseen")).image_scanning_configuration(off).send().await)
            })
        },
        is_repaired: |s| Box::pin(async { settings(s, "unseen").await.map(|(_, is_scanned)| is_scanned) }),
    },
    Attack {
        name: "a repository opened to everyone",
        event: "SetRepositoryPolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(made(s, "open"))),
        call: |s| Box::pin(open(s, "open", json!(["*"]))),
        is_repaired: |s| Box::pin(async { Ok(principals(s, "open").await?.is_empty()) }),
    },
    Attack {
        name: "a stranger let into a repository beside the account",
        event: "SetRepositoryPolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(made(s, "shared"))),
        call: |s| {
            let own = format!("arn:aws:iam::{ACCOUNT}:root");
            Box::pin(open(s, "shared", json!([own, "arn:aws:iam::999999999999:root"])))
        },
        is_repaired: |s| {
            Box::pin(async {
                let left = principals(s, "shared").await?;
                Ok(!left.is_empty() && left.iter().all(|principal| principal.contains(ACCOUNT)))
            })
        },
    },
];

fn repository(scene: &Scene<'_>, name: &str) -> String {
    format!("ml/{}", scene.named(name))
}

/// A repository as the standard wants it.
async fn made(scene: &Scene<'_>, name: &str) -> Result<()> {
    let scanned = ImageScanningConfiguration::builder().scan_on_push(true).build();
    let create = scene.administrator().ecr().create_repository().repository_name(repository(scene, name));
    let create = create.image_tag_mutability(ImageTagMutability::Immutable).image_scanning_configuration(scanned);
    sent(create.send().await)
}

/// Whether tags move, and whether images are scanned.
async fn settings(scene: &Scene<'_>, name: &str) -> Result<(ImageTagMutability, bool)> {
    let describe = scene.administrator().ecr().describe_repositories().repository_names(repository(scene, name));
    let found = describe.send().await?.repositories.unwrap_or_default().into_iter().next();
    let found = found.ok_or_else(|| Trouble::new("the repository is gone"))?;
    let mutability = found.image_tag_mutability.ok_or_else(|| Trouble::new("nothing is said of its tags"))?;
    Ok((mutability, found.image_scanning_configuration.is_some_and(|scanning| scanning.scan_on_push)))
}

/// Lets each of these pull images.
async fn open(scene: &Scene<'_>, name: &str, principals: Value) -> Result<()> {
    let each = principals.as_array().cloned().unwrap_or_default().into_iter().map(|principal| {
        json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]})
    });
    let policy = json!({"Version": "2012-10-17", "Statement": each.collect::<Vec<_>>()});
    let set = scene.intruder().ecr().set_repository_policy().repository_name(repository(scene, name));
    sent(set.policy_text(policy.to_string()).send().await)
}

/// Whom the policy lets in; nobody where there is none.
async fn principals(scene: &Scene<'_>, name: &str) -> Result<Vec<String>> {
    let get = scene.administrator().ecr().get_repository_policy().repository_name(repository(scene, name));
    let text = match get.send().await {
        Ok(answer) => answer.policy_text.unwrap_or_default(),
        Err(error) if error.as_service_error().is_some_and(|why| why.is_repository_policy_not_found_exception()) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(error.into()),
    };
    let policy: Value = serde_json::from_str(&text)?;
    let statements = policy.get("Statement").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(statements.iter().filter_map(|statement| Some(statement.get("Principal")?.to_string())).collect())
}
