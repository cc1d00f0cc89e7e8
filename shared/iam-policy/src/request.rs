//! One concrete request: who asks for what, on which resource, and what the request carries beside.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One concrete request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Request {
    /// Who asks: an ARN, an account, a service, a provider. Not looked at for an identity policy: its holder asks.
    pub principal: String,
    /// Such as `s3:GetObject`.
    pub action: String,
    /// An ARN, or `*` for an action without a resource.
    pub resource: String,
    /// The condition keys that the request carries, and their values. Written as a text where there is one value, as a list
    /// where there are several.
    #[serde(with = "one_or_many")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, one_or_many::Values>"))]
    pub context: Context,
}

/// A request that proves something: policies allow it, and should not or did not before.
///
/// For an identity policy, a made-up role of the account that holds it asks.
pub type Witness = Request;

/// The values that a request carries for each context key.
pub type Context = BTreeMap<String, Vec<String>>;

/// The values of a key. "Condition key names are not case-sensitive" (IAM User Guide, Condition element).
pub(crate) fn lookup<'a>(context: &'a Context, key: &str) -> Option<&'a [String]> {
    context.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, values)| values.as_slice())
}

mod one_or_many {
    use super::Context;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::BTreeMap;

    #[derive(Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(untagged)]
    pub(super) enum Values {
        One(String),
        Many(Vec<String>),
    }

    pub(super) fn serialize<S: Serializer>(context: &Context, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(context.iter().map(|(key, values)| match values.as_slice() {
            [only] => (key, Values::One(only.clone())),
            many => (key, Values::Many(many.to_vec())),
        }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Context, D::Error> {
        let map = BTreeMap::<String, Values>::deserialize(deserializer)?;
        let listed = |values| match values {
            Values::One(only) => vec![only],
            Values::Many(many) => many,
        };
        Ok(map.into_iter().map(|(key, values)| (key, listed(values))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_is_written_as_a_text_and_several_as_a_list() {
        let context = [("aws:username", vec!["a"]), ("aws:TagKeys", vec!["b", "c"]), ("aws:userid", vec![])];
        let owned = |values: Vec<&str>| values.into_iter().map(str::to_owned).collect();
        let request = Request {
            principal: "*".to_owned(),
            action: "s3:GetObject".to_owned(),
            resource: "arn:aws:s3:::b/x".to_owned(),
            context: context.map(|(key, values)| (key.to_owned(), owned(values))).into(),
        };
        let text = r#"{"principal":"*","action":"s3:GetObject","resource":"arn:aws:s3:::b/x","context":{"aws:TagKeys":["b","c"],"aws:userid":[],"aws:username":"a"}}"#;
        assert_eq!(serde_json::to_string(&request).unwrap(), text);
        assert_eq!(serde_json::from_str::<Request>(text).unwrap(), request);
    }

    #[test]
    fn a_key_is_found_in_any_case() {
        let context = Context::from([("aws:UserName".to_owned(), vec!["a".to_owned()])]);
        assert_eq!(lookup(&context, "AWS:username"), Some(["a".to_owned()].as_slice()));
        assert_eq!(lookup(&context, "aws:userid"), None);
    }
}
