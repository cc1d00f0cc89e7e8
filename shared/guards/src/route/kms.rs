//! How records of AWS KMS name what they are about.

use parapet_core::{Arn, Home, Ignored, Resource, Standard, Trigger};

use super::{Named, elsewhere};

/// A key: by id, ARN, alias or alias ARN in the request; by ARN in the resources that the record lists, which is all that RetireGrant
/// leaves; and in the answer, which of CreateKey is all.
///
/// An alias is a name only: of those, the one of the standard is known here, and the calls about any other are no concern of ours.
/// A call about an alias that cannot be told may be about that one.
pub(super) fn key(trigger: &Trigger, standard: &Standard, home: &Home) -> Named {
    if trigger.event_name.ends_with("Alias") {
        let ours = standard.names.key_alias.as_str();
        let listed =
            || trigger.arns.iter().find_map(|arn| arn.split_once(":alias/")).map(|(_, name)| format!("alias/{name}"));
        let alias = trigger.parameter("aliasName").map(str::to_owned).or_else(listed);
        return match alias {
            Some(alias) if alias != ours => {
                Named::Elsewhere(Ignored::OutOfScope(format!("alias `{alias}` is not the standard's")))
            }
            _ => Named::This(Resource::Key { name: ours.to_owned() }),
        };
    }
    let listed = || trigger.arns.iter().map(String::as_str).find(|arn| arn.contains(":key/"));
    let answered = || trigger.answered("keyMetadata", "keyId").or_else(|| trigger.response_text("keyId"));
    let Some(named) = listed().or_else(|| trigger.parameter("keyId")).or_else(answered) else { return Named::Unknown };
    match Arn::parse(named) {
        None => Named::This(Resource::Key { name: named.to_owned() }),
        Some(arn) => match elsewhere(&arn, home) {
            Some(why) => Named::Elsewhere(why),
            None => Named::This(Resource::Key { name: arn.resource.trim_start_matches("key/").to_owned() }),
        },
    }
}
