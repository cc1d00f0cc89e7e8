//! The resources of AWS KMS, and how its records name them.

use std::fmt;

use parapet_core::{Arn, Home, Ignored, Trigger};
use serde::{Deserialize, Serialize};

use crate::resource::{Guarded, Named, elsewhere, own_first};
use crate::{Facet, Service, Standard};

/// AWS KMS.
pub(crate) const SERVICE: Service = Service { source: "kms.amazonaws.com", is_regional: true };

/// A KMS key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct Key {
    /// The alias that the standard gives it, such as `alias/parapet-ml`; of any other key, its id.
    pub name: String,
}

impl Guarded for Key {
    fn arn(&self, home: &Home) -> String {
        let name = &self.name;
        home.regional_arn("kms", &if name.starts_with("alias/") { name.clone() } else { format!("key/{name}") })
    }

    /// A key: by id, ARN, alias or alias ARN in the request; by ARN in the resources that the record lists, which is all that RetireGrant
    /// leaves; and in the answer, which of CreateKey is all.
    ///
    /// An alias is a name only: of those, the one of the standard is known here, and the calls about any other are no concern of ours.
    /// A call about an alias that cannot be told may be about that one.
    fn named(trigger: &Trigger, standard: &Standard, home: &Home) -> Named {
        if trigger.event_name.ends_with("Alias") {
            let ours = standard.names.key_alias.as_str();
            let listed =
                || trigger.arns().find_map(|arn| arn.split_once(":alias/")).map(|(_, name)| format!("alias/{name}"));
            let alias = trigger.parameter("aliasName").map(str::to_owned).or_else(listed);
            return match alias {
                Some(alias) if alias != ours => {
                    Named::Elsewhere(Ignored::OutOfScope(format!("alias `{alias}` is not the standard's")))
                }
                _ => Named::this(Self { name: ours.to_owned() }),
            };
        }
        let listed = || own_first(trigger.arns().filter(|arn| arn.contains(":key/")), home);
        let answered = || trigger.answered("keyMetadata", "keyId").or_else(|| trigger.response_text("keyId"));
        let Some(named) = listed().or_else(|| trigger.parameter("keyId")).or_else(answered) else {
            return Named::Unknown;
        };
        match Arn::parse(named) {
            None => Named::this(Self { name: named.to_owned() }),
            Some(arn) => match elsewhere(&arn, home) {
                Some(why) => Named::Elsewhere(why),
                None => Named::this(Self { name: arn.resource.trim_start_matches("key/").to_owned() }),
            },
        }
    }

    fn left_alone(&self, standard: &Standard, _facet: Facet) -> Option<String> {
        let is_ours = self.name == standard.names.key_alias || standard.is_memory_key(&self.name);
        let is_guarded = is_ours || standard.scope.keys.contains(&self.name);
        (!is_guarded).then(|| self.to_string())
    }

    fn is_foundation(&self, standard: &Standard, _home: &Home) -> bool {
        self.name == standard.names.key_alias || standard.is_memory_key(&self.name)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key `{}`", self.name)
    }
}
