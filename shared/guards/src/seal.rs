//! What is believed of what lies in the evidence bucket: what bears a seal that only Parapet's functions can make.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use parapet_core::{Home, Unreadable};
use serde_json::Value;
use sha2::Sha256;
use thiserror::Error;

/// How long the secret is, and every seal: HMAC-SHA-256.
pub const SECRET_BYTES: usize = 32;

/// What a sealed object calls its seal.
pub const SEAL: &str = "seal";

/// What comes before everything that is sealed, so that no other use of the same secret could make a seal.
const CONTEXT: &str = "parapet seal 1";

/// What the secret of an account and region is made of: its key in AWS KMS gives the same code for this text for ever, and gives it to
/// nobody but Parapet's functions.
#[must_use]
pub fn seal_label(home: &Home) -> String {
    format!("parapet memory 1 {} {} {}", home.partition, home.account, home.region)
}

/// The secret that seals are made with.
#[derive(Clone)]
pub struct Seal([u8; SECRET_BYTES]);

/// It is never shown.
impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(..)")
    }
}

/// Why what was read is not believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotSealed {
    /// It is no JSON object.
    #[error("{0}")]
    Malformed(String),
    /// It bears none.
    #[error("it bears no seal")]
    Without,
    /// It bears one that is not of this text in this place, or of another secret.
    #[error("its seal is not Parapet's, or not of this text in this place: somebody else wrote it")]
    Broken,
}

impl NotSealed {
    /// What it means for the object under a key. `is_from_before`: whether it was written before the key was made that seals now, by the
    /// clocks of the store and of the key, which nobody sets.
    #[must_use]
    pub fn of(&self, key: &str, is_from_before: bool) -> Unreadable {
        match self {
            Self::Without | Self::Broken if is_from_before => Unreadable {
                is_from_before_seals: true,
                ..Unreadable::malformed(
                    key,
                    "it is from before the key that seals now, so nobody vouches for it: run bootstrap, which keeps what is there now",
                )
            },
            Self::Without => Unreadable::malformed(
                key,
                format!("{self}, though it was written after there were seals: somebody else wrote it"),
            ),
            Self::Malformed(_) | Self::Broken => Unreadable::malformed(key, self),
        }
    }
}

impl Seal {
    /// Seals with this secret.
    #[must_use]
    pub fn new(secret: [u8; SECRET_BYTES]) -> Self {
        Self(secret)
    }

    /// A document with its seal, for the place where it is to lie. The place is part of what is sealed: its key names account, region,
    /// resource and facet, so that no object vouches for another.
    #[must_use]
    pub fn sealed(&self, key: &str, document: Value) -> Value {
        let code = self.over(key, &document).finalize().into_bytes();
        let mut document = document;
        if let Value::Object(members) = &mut document {
            let text: String = code.iter().map(|byte| format!("{byte:02x}")).collect();
            members.insert(SEAL.to_owned(), text.into());
        }
        document
    }

    /// What was sealed for this place, without its seal.
    ///
    /// # Errors
    /// It bears no seal, or not this one.
    pub fn opened(&self, key: &str, text: &[u8]) -> Result<Value, NotSealed> {
        let mut document = parsed(text)?;
        let seal = document.as_object_mut().and_then(|members| members.shift_remove(SEAL)).ok_or(NotSealed::Without)?;
        let code = seal.as_str().and_then(bytes).ok_or(NotSealed::Broken)?;
        self.over(key, &document).verify_slice(&code).map_err(|_| NotSealed::Broken)?;
        Ok(document)
    }

    /// The length comes before the place, so that nothing of one is read as the other.
    #[expect(clippy::expect_used, reason = "HMAC takes a secret of any length")]
    fn over(&self, key: &str, document: &Value) -> Hmac<Sha256> {
        let mut code = Hmac::<Sha256>::new_from_slice(&self.0).expect("any length will do");
        code.update(format!("{CONTEXT}\n{}\n{key}\n", key.len()).as_bytes());
        code.update(canonical(document).to_string().as_bytes());
        code
    }
}

/// A document without its seal, whoever made that: what a function without a secret reads.
///
/// # Errors
/// It is no JSON.
pub fn unsealed(text: &[u8]) -> Result<Value, NotSealed> {
    let mut document = parsed(text)?;
    if let Value::Object(members) = &mut document {
        members.shift_remove(SEAL);
    }
    Ok(document)
}

/// Of two members of one name the last one counts, here as in what is believed afterwards: it is this value that is read on.
fn parsed(text: &[u8]) -> Result<Value, NotSealed> {
    serde_json::from_slice(text).map_err(|error| NotSealed::Malformed(error.to_string()))
}

/// The same with the members of every object in the order of their names: spelling aside, one document is one text.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            Value::Object(sorted.into_iter().map(|(name, value)| (name.clone(), canonical(value))).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(canonical).collect()),
        other => other.clone(),
    }
}

/// What hexadecimal digits say.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() == 2 * SECRET_BYTES)?;
    Some(digits.chunks_exact(2).filter_map(|pair| Some(pair.first()? << 4 | pair.last()?)).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seal() -> Seal {
        Seal::new([7; SECRET_BYTES])
    }

    fn opened(key: &str, document: &Value) -> Result<Value, NotSealed> {
        seal().opened(key, document.to_string().as_bytes())
    }

    #[test]
    fn what_was_sealed_is_believed() {
        let document = json!({"version": 2, "state": {"b": [1, {"z": null, "a": "é\n"}], "a": 1.5}});
        let sealed = seal().sealed("state/a.json", document.clone());
        assert_eq!(opened("state/a.json", &sealed), Ok(document.clone()));
        // In any order and spacing.
        let text = r#"{"state":{"a":1.5 , "b":[1,{"a":"\u00e9\n","z":null}]},"version":2,"seal":"#;
        let text = format!("{text}{}}}", sealed["seal"]);
        assert_eq!(seal().opened("state/a.json", text.as_bytes()), Ok(document));
    }

    #[test]
    fn what_somebody_else_wrote_is_not() {
        let document = json!({"state": {"a": 1, "b": [1, 2]}});
        let sealed = seal().sealed("state/a.json", document.clone());
        let with = |state: Value| {
            let mut other = sealed.clone();
            other["state"] = state;
            other
        };
        for other in
            [json!({"a": 2, "b": [1, 2]}), json!({"a": 1, "b": [2, 1]}), json!({"a": "1", "b": [1, 2]}), json!(null)]
        {
            assert_eq!(opened("state/a.json", &with(other)), Err(NotSealed::Broken));
        }
        assert_eq!(opened("state/b.json", &sealed), Err(NotSealed::Broken), "it lies elsewhere");
        assert_eq!(opened("state/a.json", &document), Err(NotSealed::Without));
        let theirs = Seal::new([8; SECRET_BYTES]).sealed("state/a.json", document);
        assert_eq!(opened("state/a.json", &theirs), Err(NotSealed::Broken));
        for seal in [json!(""), json!("00"), json!(7), json!("é".repeat(32)), json!("zz".repeat(32)), json!(null)] {
            let mut other = sealed.clone();
            other["seal"] = seal;
            assert_eq!(opened("state/a.json", &other), Err(NotSealed::Broken));
        }
        for text in [&b"{"[..], b"", b"\xff"] {
            assert!(matches!(seal().opened("k", text), Err(NotSealed::Malformed(_))));
        }
        assert_eq!(seal().opened("k", b"[1]"), Err(NotSealed::Without));
    }

    /// A member twice is read once: what was sealed is what is read on.
    #[test]
    fn a_member_twice_is_one() {
        let sealed = seal().sealed("k", json!({"a": 1}));
        let twice = format!(r#"{{"a": 2, "a": 1, "seal": {}}}"#, sealed["seal"]);
        assert_eq!(seal().opened("k", twice.as_bytes()), Ok(json!({"a": 1})));
        let twice = format!(r#"{{"a": 1, "a": 2, "seal": {}}}"#, sealed["seal"]);
        assert_eq!(seal().opened("k", twice.as_bytes()), Err(NotSealed::Broken));
    }

    /// RFC 4231's construction over what the documentation says is sealed: computed with `openssl dgst -sha256 -mac HMAC`.
    #[test]
    fn seals_are_the_same_tomorrow() {
        let sealed = seal().sealed("k", json!({"b": 1, "a": "x"}));
        assert_eq!(sealed["seal"], "9a25f17b784ea82bfbb264f8f16e7097c0af13964967a60aab0aa831e282f3ed");
    }

    #[test]
    fn the_secret_is_never_shown() {
        assert_eq!(format!("{:?}", seal()), "Seal(..)");
    }
}
