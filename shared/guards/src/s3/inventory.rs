//! Inventories of a bucket: lists of all its objects that S3 writes into another bucket, every day or week.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::object_filter::longer;
use crate::s3::resources::SERVICE;
use crate::{Arns, Subject, on};

control! {
    BUCKET_INVENTORY = "S3.Inventory", Medium, Enforce, fsbp [], cis [],
    "Inventories are written to buckets of allowed accounts alone",
    "Names, sizes, dates and encryption of all objects, written out every day: the list of what to take.",
}

/// The inventories of a bucket, by their ids.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = BTreeMap<String, Inventory>;
    type Action = InventoryAction;

    const ROW: Row = Row {
        id: "bucket-inventory",
        name: "inventories",
        service: &SERVICE,
        // The one is the call's name in S3's API, the other the permission's, and documents of CloudTrail know both.
        events: &["PutBucketInventoryConfiguration", "PutInventoryConfiguration"],
        controls: &[BUCKET_INVENTORY],
        // Whose each destination is, the list of buckets says.
        calls_a_look: None,
        ..Row::USUAL
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&BTreeMap<String, Inventory>>,
        observed: &BTreeMap<String, Inventory>,
    ) -> Flaws<'a, BTreeMap<String, Inventory>> {
        let subject = *subject;
        let before: Vec<Inventory> =
            last_known.into_iter().flat_map(BTreeMap::values).filter(|inventory| inventory.enabled).cloned().collect();
        let strange = observed.iter().filter(|(_, inventory)| !inventory.stays_in(&subject));
        let (old, new): (Vec<_>, Vec<_>) =
            strange.partition(|(_, inventory)| inventory.as_before(&before).as_ref() == Some(*inventory));
        let said = |strange: &[(&String, &Inventory)]| {
            let told: Vec<String> = strange.iter().map(|(id, inventory)| format!("`{id}` {inventory}")).collect();
            format!("an inventory leaves the account: {}", told.join(", "))
        };
        let accounts = |strange: &[(&String, &Inventory)]| -> Vec<String> {
            strange.iter().filter_map(|(_, inventory)| inventory.account.clone()).collect()
        };
        let was_before = (!old.is_empty()).then(|| {
            Flaw::new(BUCKET_INVENTORY, said(&old), |_: &mut BTreeMap<_, _>| ())
                .unless_of_members(accounts(&old).iter().map(String::as_str))
                .from_before()
        });
        let flaw = (!new.is_empty()).then(|| {
            Flaw::new(BUCKET_INVENTORY, said(&new), move |inventories: &mut BTreeMap<String, Inventory>| {
                let all = std::mem::take(inventories).into_iter();
                let meant = |(id, inventory): (String, Inventory)| {
                    let meant =
                        if inventory.stays_in(&subject) { Some(inventory) } else { inventory.as_before(&before) };
                    meant.map(|inventory| (id, inventory))
                };
                *inventories = all.filter_map(meant).collect();
            })
            .unless_of_members(accounts(&new).iter().map(String::as_str))
        });
        Ok(flaw.into_iter().chain(was_before).collect())
    }

    /// What leaves goes first.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<InventoryAction> {
        let gone = from.keys().filter(|id| !to.contains_key(*id)).cloned();
        let put = to.iter().filter(|(id, inventory)| from.get(*id) != Some(*inventory));
        let put = put.map(|(id, inventory)| (id.clone(), Box::new(inventory.clone())));
        gone.map(InventoryAction::DeleteInventory)
            .chain(put.map(|(id, inventory)| InventoryAction::PutInventory { id, inventory }))
            .collect()
    }

    fn step(state: &Self::State, action: &InventoryAction) -> Self::State {
        let mut inventories = state.clone();
        match action {
            InventoryAction::DeleteInventory(id) => {
                inventories.remove(id);
            }
            InventoryAction::PutInventory { id, inventory } => {
                inventories.insert(id.clone(), (**inventory).clone());
            }
        }
        inventories
    }
}

/// What is done about an inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum InventoryAction {
    /// Delete the one of this id.
    DeleteInventory(String),
    /// Put one.
    PutInventory {
        /// Its id.
        id: String,
        /// All of it.
        inventory: Box<Inventory>,
    },
}

impl fmt::Display for InventoryAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeleteInventory(id) => write!(f, "DeleteBucketInventoryConfiguration {id}"),
            Self::PutInventory { id, inventory } => write!(f, "PutBucketInventoryConfiguration {id} {inventory}"),
        }
    }
}

/// As S3 says that not the current versions alone are listed.
const ALL_VERSIONS: &str = "All";

/// One inventory, in all of its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Inventory {
    /// Whether it is written.
    pub enabled: bool,
    /// The ARN of the bucket that it is written to.
    pub bucket: String,
    /// Whether that bucket is one of this account. Its ARN does not say, and the inventory need not.
    pub is_own: bool,
    /// Whose it is, as the inventory says. Amazon S3 API Reference, InventoryS3BucketDestination: "If no account ID is provided, the
    /// owner is not validated before exporting data".
    pub account: Option<String>,
    /// What the names of the lists begin with.
    pub prefix: Option<String>,
    /// `CSV`, `ORC` or `Parquet`.
    pub format: String,
    /// How the lists are encrypted; none: as the bucket does it.
    pub encryption: Option<InventoryEncryption>,
    /// What the names of the listed objects begin with; none: all.
    pub filter: Option<String>,
    /// `All` versions or the `Current` ones.
    pub versions: String,
    /// `Daily` or `Weekly`.
    pub frequency: String,
    /// What is listed beside names.
    pub fields: BTreeSet<String>,
}

/// How inventories are encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum InventoryEncryption {
    /// With keys of S3's own.
    S3,
    /// With this KMS key.
    Kms(String),
    /// In a way that is not known. It decides nothing, and is not written.
    Unknown,
}

impl Inventory {
    /// As much of it as was written to the same place before; none: nothing. How often, and how, does not matter.
    fn as_before(&self, before: &[Self]) -> Option<Self> {
        // What it says of the account, S3 checks: to say it is stricter.
        let is_there = |before: &&Self| {
            self.bucket == before.bucket
                && self.is_own == before.is_own
                && (self.account == before.account || before.account.is_none())
        };
        let written: Vec<Self> = before.iter().filter(is_there).filter_map(|before| self.within(before)).collect();
        written.iter().find(|inventory| *inventory == self).or_else(|| written.first()).cloned()
    }

    /// The same of no more objects, and with no more of each, than another lists.
    fn within(&self, other: &Self) -> Option<Self> {
        let filter = match (&self.filter, &other.filter) {
            (Some(own), Some(others)) => Some(longer(own, others, |long, short| long.starts_with(short))?),
            (own, others) => own.clone().or_else(|| others.clone().filter(|prefix| !prefix.is_empty())),
        };
        let versions = if other.versions == ALL_VERSIONS { &self.versions } else { &other.versions };
        let fields = self.fields.intersection(&other.fields).cloned().collect();
        Some(Self { filter, versions: versions.clone(), fields, ..self.clone() })
    }

    /// Whether it is written to the account or a trusted one, to where the standard lets objects be copied, or to nobody. S3 checks what
    /// the inventory says of the owner; what it does not say, nobody knows.
    fn stays_in(&self, subject: &Subject<'_>) -> bool {
        let is_named = |name: &String| self.bucket == subject.home.bucket_arn(name);
        if subject.standard.buckets.replicate_to.iter().any(is_named) {
            return true;
        }
        !self.enabled || self.is_own || self.account.as_deref().is_some_and(|account| subject.trusts_account(account))
    }
}

impl fmt::Display for Inventory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = self.account.as_deref().map(|account| format!(" of account {account}"));
        let owner = if self.is_own { String::new() } else { account.unwrap_or_else(|| " of whoever".to_owned()) };
        write!(f, "to `{}`{owner}", self.bucket)
    }
}
