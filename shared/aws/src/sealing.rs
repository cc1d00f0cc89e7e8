//! What memory is sealed with: a secret that AWS KMS makes of its key, for Parapet's functions and for nobody else.
//!
//! The key is asked once by a process, for the code of a text that never changes; with that code the process seals and verifies by itself.
//! It lies in the process's memory alone. Who may call GenerateMac with the key could make seals either way.

#[cfg(test)]
#[cfg(feature = "guards")]
mod replayed;

use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::MacAlgorithmSpec;
use parapet_core::{ErrorKind, Home, Unreadable, WorldError};
use parapet_guards::{NotSealed, SECRET_BYTES, Seal, seal_label, unsealed};
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::Connection;
use crate::failure::{failed, unreadable};
use crate::objects::Stored;

/// What a process seals with, once it was asked for. What failed is asked for again the next time.
#[derive(Debug, Default)]
pub(crate) struct Sealing {
    /// The key, as the environment names it; none: nothing is sealed.
    pub(crate) key: Option<String>,
    seal: OnceCell<Seal>,
    /// When the key was made, in seconds since 1970: what was written earlier cannot bear a seal.
    made_at: OnceCell<i64>,
}

impl Sealing {
    pub(crate) fn with(key: Option<String>) -> Self {
        Self { key, ..Self::default() }
    }
}

impl Connection {
    /// Whether memory is sealed.
    #[must_use]
    pub fn seals(&self) -> bool {
        self.sealing().key.is_some()
    }

    /// A document as it is kept under a key.
    ///
    /// # Errors
    /// It cannot be sealed: without a seal nothing is kept where there are seals.
    pub(crate) async fn sealed(&self, home: &Home, key: &str, document: Value) -> Result<Value, WorldError> {
        Ok(match self.seal(home).await? {
            Some(seal) => seal.sealed(key, document),
            None => document,
        })
    }

    /// What is believed of an object.
    ///
    /// # Errors
    /// Nobody vouches for it, or whether somebody does cannot be told now.
    pub(crate) async fn opened(&self, home: &Home, key: &str, stored: &Stored) -> Result<Value, Unreadable> {
        let opened = match self.seal(home).await.map_err(|error| unanswered(key, &error))? {
            Some(seal) => seal.opened(key, &stored.text),
            None => unsealed(&stored.text),
        };
        match opened {
            Ok(document) => Ok(document),
            Err(why @ (NotSealed::Without | NotSealed::Broken)) => {
                let made_at = self.made_at().await.map_err(|error| unanswered(key, &error))?;
                Err(why.of(key, stored.stored_at < made_at))
            }
            Err(why) => Err(why.of(key, false)),
        }
    }

    /// The same, where what is from before there were seals counts as it did then.
    pub(crate) async fn opened_or_older(&self, home: &Home, key: &str, stored: &Stored) -> Result<Value, Unreadable> {
        match self.opened(home, key, stored).await {
            Err(why) if why.is_from_before_seals => unsealed(&stored.text).map_err(|why| why.of(key, false)),
            opened => opened,
        }
    }

    async fn seal(&self, home: &Home) -> Result<Option<&Seal>, WorldError> {
        const STEP: &str = "ask for what memory is sealed with";
        let Some(key) = &self.sealing().key else { return Ok(None) };
        let ask = async || {
            let label = Blob::new(seal_label(home));
            let asked = self.kms_for_evidence().generate_mac().key_id(key).message(label);
            let asked = asked.mac_algorithm(MacAlgorithmSpec::HmacSha256).send().await;
            let code = asked.map_err(|error| failed(STEP, &subject(key), error))?.mac.map(Blob::into_inner);
            let secret: Option<[u8; SECRET_BYTES]> = code.and_then(|code| code.try_into().ok());
            secret.map(Seal::new).ok_or_else(|| unreadable(STEP, &subject(key), "the answer holds no code of 32 bytes"))
        };
        self.sealing().seal.get_or_try_init(ask).await.map(Some)
    }

    /// Only where something was met that bears no seal of this key.
    async fn made_at(&self) -> Result<i64, WorldError> {
        const STEP: &str = "ask since when memory is sealed";
        let Some(key) = &self.sealing().key else { return Ok(i64::MIN) };
        let ask = async || {
            let asked = self.kms_for_evidence().describe_key().key_id(key).send().await;
            let described = asked.map_err(|error| failed(STEP, &subject(key), error))?.key_metadata;
            let made = described.and_then(|key| key.creation_date).map(|date| date.secs());
            made.ok_or_else(|| unreadable(STEP, &subject(key), "the answer has no date"))
        };
        self.sealing().made_at.get_or_try_init(ask).await.copied()
    }
}

/// What was asked for and not answered.
pub(crate) fn unanswered(key: &str, error: &WorldError) -> Unreadable {
    Unreadable {
        object: key.to_owned(),
        why: error.story(),
        may_pass_later: error.may_pass_later(),
        is_denied: error.kind == ErrorKind::Denied,
        has_no_store: error.message.starts_with("NoSuchBucket"),
        is_from_before_seals: false,
    }
}

fn subject(key: &str) -> String {
    format!("key `{key}` of the memory")
}
