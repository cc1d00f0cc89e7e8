//! Inventories: each is read and written in all of its parts.

use std::collections::BTreeMap;

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types as s3;
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::inventory::{Inventory, InventoryAction, InventoryEncryption};
use parapet_guards::{Observed, Resource, facets, on};

use super::listing::is_own;
use super::{NO_BUCKET, invalid};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{broken, code, failed, unreadable, written};
use crate::permissions::s3::ALL_BUCKETS;
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::BucketInventory {
    const NEEDS: Needs = Needs {
        looks: &[
            need("S3:ListBucketInventoryConfigurations", "s3:GetInventoryConfiguration", Scope::Bucket),
            ALL_BUCKETS,
        ],
        writes: &[need("S3:PutBucketInventoryConfiguration", "s3:PutInventoryConfiguration", Scope::Bucket)],
        removals: &[need("S3:DeleteBucketInventoryConfiguration", "s3:PutInventoryConfiguration", Scope::Bucket)],
        ..Needs::NONE
    };

    /// One call for a hundred inventories; where some are written, one more for each bucket that they go to, because neither the bucket's
    /// ARN nor the inventory has to say whose it is.
    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        const STEP: &str = "read the inventories";
        let mut own: BTreeMap<String, bool> = BTreeMap::new();
        let mut inventories = BTreeMap::new();
        let mut token: Option<String> = None;
        loop {
            let list = world.connection.s3().list_bucket_inventory_configurations().bucket(bucket);
            let list = list.expected_bucket_owner(&world.home.account).set_continuation_token(token);
            let page = match list.send().await {
                Ok(page) => page,
                Err(error) if code(&error) == NO_BUCKET => return Ok(None),
                Err(error) => return Err(failed(STEP, subject, error)),
            };
            for configuration in page.inventory_configuration_list.unwrap_or_default() {
                let id = configuration.id.clone();
                let lacks = || unreadable(STEP, subject, "an inventory has no destination, or no schedule");
                let mut inventory = inventory_of(configuration).ok_or_else(lacks)?;
                let to = inventory.bucket.clone();
                inventory.is_own = match own.get(&to) {
                    Some(known) => *known,
                    None => is_own(world, subject, &to).await?,
                };
                own.insert(to, inventory.is_own);
                inventories.insert(id, inventory);
            }
            token = page.next_continuation_token.filter(|_| page.is_truncated.unwrap_or_default());
            if token.is_none() {
                return Ok(Some(inventories.into()));
            }
        }
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        const STEP: &str = "write the inventory";
        let (client, owner) = (world.connection.s3(), &world.home.account);
        match action {
            InventoryAction::DeleteInventory(id) => {
                let delete = client.delete_bucket_inventory_configuration().bucket(bucket).id(id);
                match delete.expected_bucket_owner(owner).send().await {
                    // What is gone already is as wanted.
                    Err(error) if code(&error) == "NoSuchConfiguration" => Ok(()),
                    deleted => written("delete the inventory", subject, deleted),
                }
            }
            InventoryAction::PutInventory { id, inventory } => {
                if inventory.encryption == Some(InventoryEncryption::Unknown) {
                    let message = "how it was encrypted is not known".to_owned();
                    return Err(broken(STEP, subject, ErrorKind::Invalid, message));
                }
                let configuration = inventory_to(id, inventory).map_err(|error| invalid(STEP, subject, &error))?;
                let put =
                    client.put_bucket_inventory_configuration().bucket(bucket).id(id).expected_bucket_owner(owner);
                written(STEP, subject, put.inventory_configuration(configuration).send().await)
            }
        }
    }
}

/// None: it lacks what every inventory has. Whose the destination is, it does not say.
fn inventory_of(configuration: s3::InventoryConfiguration) -> Option<Inventory> {
    let destination = configuration.destination?.s3_bucket_destination?;
    Some(Inventory {
        enabled: configuration.is_enabled,
        bucket: Some(destination.bucket).filter(|bucket| !bucket.is_empty())?,
        is_own: false,
        account: destination.account_id.filter(|account| !account.is_empty()),
        prefix: destination.prefix.filter(|prefix| !prefix.is_empty()),
        format: destination.format.as_str().to_owned(),
        encryption: destination.encryption.map(encryption_of),
        filter: configuration.filter.map(|filter| filter.prefix),
        versions: configuration.included_object_versions.as_str().to_owned(),
        frequency: configuration.schedule?.frequency.as_str().to_owned(),
        fields: configuration.optional_fields.iter().flatten().map(|field| field.as_str().to_owned()).collect(),
    })
}

fn encryption_of(encryption: s3::InventoryEncryption) -> InventoryEncryption {
    match (encryption.ssekms, encryption.sses3) {
        (Some(kms), _) => InventoryEncryption::Kms(kms.key_id),
        (None, Some(_)) => InventoryEncryption::S3,
        (None, None) => InventoryEncryption::Unknown,
    }
}

fn inventory_to(id: &str, inventory: &Inventory) -> Result<s3::InventoryConfiguration, BuildError> {
    let encryption = inventory.encryption.as_ref().map(encryption_to).transpose()?;
    let destination = s3::InventoryS3BucketDestination::builder()
        .bucket(&inventory.bucket)
        .set_account_id(inventory.account.clone())
        .set_prefix(inventory.prefix.clone())
        .format(s3::InventoryFormat::from(inventory.format.as_str()))
        .set_encryption(encryption)
        .build()?;
    let filter = |prefix: &String| s3::InventoryFilter::builder().prefix(prefix).build();
    let fields =
        inventory.fields.iter().map(|field| s3::InventoryOptionalField::from(field.as_str())).collect::<Vec<_>>();
    let frequency = s3::InventoryFrequency::from(inventory.frequency.as_str());
    s3::InventoryConfiguration::builder()
        .id(id)
        .is_enabled(inventory.enabled)
        .destination(s3::InventoryDestination::builder().s3_bucket_destination(destination).build())
        .set_filter(inventory.filter.as_ref().map(filter).transpose()?)
        .included_object_versions(s3::InventoryIncludedObjectVersions::from(inventory.versions.as_str()))
        .set_optional_fields((!fields.is_empty()).then_some(fields))
        .schedule(s3::InventorySchedule::builder().frequency(frequency).build()?)
        .build()
}

fn encryption_to(encryption: &InventoryEncryption) -> Result<s3::InventoryEncryption, BuildError> {
    Ok(match encryption {
        InventoryEncryption::S3 => s3::InventoryEncryption::builder().sses3(s3::Sses3::builder().build()).build(),
        InventoryEncryption::Unknown => s3::InventoryEncryption::builder().build(),
        InventoryEncryption::Kms(key) => {
            s3::InventoryEncryption::builder().ssekms(s3::Ssekms::builder().key_id(key).build()?).build()
        }
    })
}
