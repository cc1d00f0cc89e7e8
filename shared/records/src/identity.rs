//! Who called.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::members::{Members, is_value};
use crate::scalar::Scalar;

/// `userIdentity`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity<'a> {
    pub(crate) kind: Scalar<'a>,
    pub(crate) arn: Scalar<'a>,
    pub(crate) invoked_by: Scalar<'a>,
    pub(crate) principal_id: Scalar<'a>,
    pub(crate) user_name: Scalar<'a>,
    pub(crate) account_id: Scalar<'a>,
    /// Whether it is an object that is written as text.
    pub(crate) is_text: bool,
}

impl<'de> Members<'de> for Identity<'de> {
    fn member<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<bool, A::Error> {
        let Some(key) = map.next_key_seed(IdentityKeySeed)? else { return Ok(false) };
        let field = match key {
            IdentityKey::Kind => &mut self.kind,
            IdentityKey::Arn => &mut self.arn,
            IdentityKey::InvokedBy => &mut self.invoked_by,
            IdentityKey::PrincipalId => &mut self.principal_id,
            IdentityKey::UserName => &mut self.user_name,
            IdentityKey::AccountId => &mut self.account_id,
            IdentityKey::Other => return map.next_value::<IgnoredAny>().map(|_| true),
        };
        *field = map.next_value()?;
        Ok(true)
    }

    fn text(&mut self, text: &str) {
        self.is_text = is_value(text);
    }
}

enum IdentityKey {
    Kind,
    Arn,
    InvokedBy,
    PrincipalId,
    UserName,
    AccountId,
    Other,
}

struct IdentityKeySeed;

impl<'de> DeserializeSeed<'de> for IdentityKeySeed {
    type Value = IdentityKey;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<IdentityKey, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for IdentityKeySeed {
    type Value = IdentityKey;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, name: &str) -> Result<IdentityKey, E> {
        Ok(match name {
            "type" => IdentityKey::Kind,
            "arn" => IdentityKey::Arn,
            "invokedBy" => IdentityKey::InvokedBy,
            "principalId" => IdentityKey::PrincipalId,
            "userName" => IdentityKey::UserName,
            "accountId" => IdentityKey::AccountId,
            _ => IdentityKey::Other,
        })
    }
}
