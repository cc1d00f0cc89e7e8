use parapet_core::Trigger;

use crate::Facet;

/// The part of a facet that an event is about, where AWS reads that part alone. None: the whole is read.
///
/// A key can have ten thousand grants, fifty on a page, and its policy says nothing of them. Each has an event of its own, which names it: AWS KMS
/// writes the id that it gave into the answer of CreateGrant. So an event looks at one grant, and the sweep at all. A record that was made up and names
/// another hides nothing: the true one names its own.
#[must_use]
pub fn part_of(facet: Facet, trigger: &Trigger) -> Option<&str> {
    match (facet, trigger.event_name.as_str()) {
        (Facet::KeyGrants, "CreateGrant") => trigger.response_text("grantId"),
        (Facet::KeyGrants, "RevokeGrant" | "RetireGrant") => trigger.parameter("grantId"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use parapet_core::Home;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_grant_of_a_record() {
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        let part = |event: &str, request: Value, response: Value| {
            let trigger = Trigger { request, response, ..Trigger::by_hand(event, "e-1", &home) };
            part_of(Facet::KeyGrants, &trigger).map(str::to_owned)
        };
        let id = || json!({"grantId": "abcd"});
        assert_eq!(part("CreateGrant", json!({"keyId": "1"}), id()).as_deref(), Some("abcd"));
        assert_eq!(part("RevokeGrant", id(), Value::Null).as_deref(), Some("abcd"));
        // What AWS did not write tells no grant: all are read.
        assert_eq!(part("CreateGrant", id(), Value::Null), None);
        assert_eq!(part("CreateGrant", json!({"keyId": "1"}), json!("null")), None);
        assert_eq!(part("RetireGrant", json!({"grantToken": "t"}), Value::Null), None);
        assert_eq!(part("PutKeyPolicy", id(), id()), None);
    }
}
