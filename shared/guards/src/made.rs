use std::collections::BTreeSet;

use parapet_core::Trigger;
use serde_json::Value;

/// Which credentials an event says were made or switched on. Nothing is believed for that: but of those of a user no other is taken, because
/// what users make with their own credentials is theirs, and how they are does not say who made them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    ids: BTreeSet<String>,
    is_password: bool,
}

impl Made {
    /// Those that its record names, in what was asked for or answered.
    #[must_use]
    pub fn by(trigger: &Trigger) -> Self {
        const IDS: [&str; 4] = ["accessKeyId", "serviceSpecificCredentialId", "certificateId", "sSHPublicKeyId"];
        let nested = trigger.response.as_object().into_iter().flat_map(|answer| answer.values());
        let members = [&trigger.request, &trigger.response].into_iter().chain(nested);
        let named = |of: &Value| IDS.iter().filter_map(|id| Some(of.get(id)?.as_str()?.to_owned())).collect::<Vec<_>>();
        Self { ids: members.flat_map(named).collect(), is_password: trigger.event_name == "CreateLoginProfile" }
    }

    /// Whether it is this credential, by its id.
    pub(crate) fn is_it(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Whether it is a password, where there was none.
    pub(crate) fn is_password(&self) -> bool {
        self.is_password
    }
}

#[cfg(test)]
mod tests {
    use parapet_core::Home;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_names_credentials() {
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        let made = |event: &str, request: Value, response: Value| {
            Made::by(&Trigger { request, response, ..Trigger::by_hand(event, "e", &home) })
        };
        let key = made("CreateAccessKey", json!({}), json!({"accessKey": {"accessKeyId": "A", "userName": "B"}}));
        assert_eq!((key.is_it("A"), key.is_it("B"), key.is_password()), (true, false, false));
        assert!(made("UpdateAccessKey", json!({"accessKeyId": "A"}), Value::Null).is_it("A"));
        assert!(made("UploadSSHPublicKey", json!({}), json!({"sSHPublicKey": {"sSHPublicKeyId": "A"}})).is_it("A"));
        assert!(made("UploadSigningCertificate", json!({}), json!({"certificate": {"certificateId": "A"}})).is_it("A"));
        assert!(made("CreateLoginProfile", json!({}), Value::Null).is_password());
        assert!(!made("UpdateLoginProfile", json!({}), Value::Null).is_password());
    }
}
