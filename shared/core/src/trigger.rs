use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Home, Ignored};

/// A successful write that CloudTrail recorded in this account: a reason to look at something.
///
/// `requestParameters` and `responseElements` are kept as they came, because their shapes differ for each service (one rule is
/// an object, several are an array; policies are objects or strings). They only ever serve to find the resource's name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trigger {
    /// CloudTrail's id of the event, or the invocation's where there is no event.
    pub event_id: String,
    /// For example `s3.amazonaws.com`.
    pub event_source: String,
    /// For example `DeleteBucketEncryption`.
    pub event_name: String,
    /// When the call was made, as CloudTrail writes it: `2026-11-23T14:00:00Z`.
    pub event_time: String,
    /// Who made the call.
    pub actor: Actor,
    /// From where.
    pub source_ip: String,
    /// With what.
    pub user_agent: String,
    /// The region it was made in.
    pub region: String,
    /// What was asked for. Left out of evidence: it can hold what must not be stored.
    #[serde(skip)]
    pub request: Value,
    /// What was answered. Left out of evidence likewise.
    #[serde(skip)]
    pub response: Value,
    /// The resources that the record lists.
    #[serde(skip)]
    pub resources: Vec<ListedResource>,
}

/// A resource that a record lists, as CloudTrail tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedResource {
    /// Its ARN.
    pub arn: String,
    /// The account that owns it; none: the entry does not say. AWS CloudTrail User Guide, "CloudTrail record contents", `resources`: the entry
    /// can hold the "Account ID of the resource owner".
    pub owner: Option<String>,
}

/// Who made a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Actor {
    /// `IAMUser`, `AssumedRole`, `Root`, `AWSService`, ...
    pub kind: String,
    /// The ARN, or the service's name; empty where the record names neither.
    pub arn: String,
    /// Whether CloudTrail itself has shown the event. Until then whoever may invoke a guard may have made the record up, and this name with it.
    /// None: nobody asked, as in what earlier versions kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
}

/// Whether an event of a service, by CloudTrail's names, leads any guard anywhere.
pub type Leads = fn(source: &str, event: &str) -> bool;

impl Trigger {
    /// The members of a record that are read; whatever else it has is of no concern.
    pub const MEMBERS: &'static [&'static str] = &[
        "awsRegion",
        "errorCode",
        "eventID",
        "eventName",
        "eventSource",
        "eventTime",
        "readOnly",
        "recipientAccountId",
        "requestParameters",
        "resources",
        "responseElements",
        "sourceIPAddress",
        "userAgent",
        "userIdentity",
    ];

    /// Reads a CloudTrail record (what EventBridge carries in `detail`).
    ///
    /// # Errors
    /// [`Ignored`]: the record changed nothing here, or is not one.
    pub fn from_record(record: &Value, home: &Home, leads: Leads) -> Result<Self, Ignored> {
        let member = |name: &str| record.get(name).cloned().unwrap_or_default();
        let trigger = Self::without_parameters(record, home, leads)?;
        Ok(Self { request: member("requestParameters"), response: member("responseElements"), ..trigger })
    }

    /// The same from a record that is not needed any more: nothing of it is copied that can be large.
    ///
    /// # Errors
    /// Likewise.
    pub fn from_owned(mut record: Value, home: &Home, leads: Leads) -> Result<Self, Ignored> {
        let trigger = Self::without_parameters(&record, home, leads)?;
        let mut member = |name: &str| record.get_mut(name).map(Value::take).unwrap_or_default();
        Ok(Self { request: member("requestParameters"), response: member("responseElements"), ..trigger })
    }

    fn without_parameters(record: &Value, home: &Home, leads: Leads) -> Result<Self, Ignored> {
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let event_name = text("eventName");
        let event_source = text("eventSource");
        if !record.is_object() {
            return Err(Ignored::NotARecord("it is not a JSON object".to_owned()));
        }
        if event_name.is_empty() || event_source.is_empty() {
            return Err(Ignored::NotARecord("it has no `eventName` or no `eventSource`".to_owned()));
        }
        // A failed call has an error code. Its request parameters may be there or not: of 309 failed records 185 had some.
        if let Some(code) = record.get("errorCode").filter(|code| !code.is_null()) {
            return Err(Ignored::FailedCall(code.as_str().unwrap_or("an unreadable error code").to_owned()));
        }
        // Of an event that leads somewhere the flag says nothing new: all of those write, and records of some say otherwise.
        let only_reads = record.get("readOnly").and_then(Value::as_bool) == Some(true);
        if only_reads && !leads(&event_source, &event_name) {
            return Err(Ignored::ReadOnly);
        }
        let region = text("awsRegion");
        let partition = Home::partition_of(&region);
        // A region of the function's own is in its partition, whatever its name: partitions are added.
        if !region.is_empty() && region != home.region && partition != home.partition {
            return Err(Ignored::OtherPartition(partition.to_owned()));
        }
        let account = account_of(record);
        if let Some(account) = account.filter(|account| *account != home.account) {
            return Err(Ignored::OtherAccount(account.to_owned()));
        }
        Ok(Self {
            event_id: safe_id(&text("eventID")),
            event_source,
            event_name,
            event_time: text("eventTime"),
            actor: actor_of(record),
            source_ip: text("sourceIPAddress"),
            user_agent: text("userAgent"),
            region,
            request: Value::Null,
            response: Value::Null,
            resources: resources_of(record),
        })
    }

    /// A trigger without an event: an invocation by hand.
    #[must_use]
    pub fn by_hand(what: &str, id: &str, home: &Home) -> Self {
        Self {
            event_id: safe_id(id),
            event_source: "parapet".to_owned(),
            event_name: what.to_owned(),
            event_time: String::new(),
            actor: Actor::default(),
            source_ip: String::new(),
            user_agent: String::new(),
            region: home.region.clone(),
            request: Value::Null,
            response: Value::Null,
            resources: Vec::new(),
        }
    }

    /// What is kept of it: without what was asked for and answered, which can hold what must not be stored.
    #[must_use]
    pub fn kept(&self) -> Self {
        let (request, response, resources) = (Value::Null, Value::Null, Vec::new());
        Self { request, response, resources, ..self.clone() }
    }

    /// The same where CloudTrail itself has shown the event.
    #[must_use]
    pub fn shown(self) -> Self {
        Self { actor: Actor { verified: Some(true), ..self.actor }, ..self }
    }

    /// The ARNs of the resources that the record lists.
    pub fn arns(&self) -> impl Iterator<Item = &str> {
        self.resources.iter().map(|listed| listed.arn.as_str())
    }

    /// The other account that a resource is of, by every entry of the record that names it; `is_it` tells these by their ARN. None: no entry names it,
    /// or one says that it is of this account, or does not say.
    ///
    /// A record proves nothing, so this is a reason to leave something alone only where nothing is lost by it: a record that was made up comes beside
    /// the true one and not in its place.
    pub fn owner_elsewhere(&self, home: &Home, is_it: impl Fn(&str) -> bool) -> Option<&str> {
        let is_elsewhere = |owner: &&str| is_account_id(owner) && *owner != home.account;
        let named = self.resources.iter().filter(|listed| is_it(&listed.arn));
        let owners: Option<Vec<&str>> = named.map(|listed| listed.owner.as_deref().filter(is_elsewhere)).collect();
        owners?.first().copied()
    }

    /// Whether an entry of the record says that a resource is of this account; `is_it` tells these by their ARN.
    pub fn is_said_own(&self, home: &Home, is_it: impl Fn(&str) -> bool) -> bool {
        let says = |listed: &ListedResource| listed.owner.as_ref() == Some(&home.account) && is_it(&listed.arn);
        self.resources.iter().any(says)
    }

    /// A request parameter that is text and not empty.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        text_at(&self.request, name)
    }

    /// A response element that is text and not empty.
    #[must_use]
    pub fn response_text(&self, name: &str) -> Option<&str> {
        text_at(&self.response, name)
    }

    /// A response element that is text and not empty, below `within`.
    #[must_use]
    pub fn answered(&self, within: &str, name: &str) -> Option<&str> {
        self.response.get(within).and_then(|element| text_at(element, name))
    }
}

fn text_at<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The account whose resources the call was about. CloudTrail, "CloudTrail record contents": `recipientAccountId` "represents
/// the account ID that received this event" and may differ from the caller's.
fn account_of(record: &Value) -> Option<&str> {
    text_at(record, "recipientAccountId")
        .or_else(|| record.get("userIdentity").and_then(|identity| text_at(identity, "accountId")))
}

/// CloudTrail writes `ARN` in a record's resources, a few services `arn`; some leave it out.
fn resources_of(record: &Value) -> Vec<ListedResource> {
    let resources = record.get("resources").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let arn = |resource| text_at(resource, "ARN").or_else(|| text_at(resource, "arn"));
    let owner = |resource| text_at(resource, "accountId").map(str::to_owned);
    let listed = |resource| Some(ListedResource { arn: arn(resource)?.to_owned(), owner: owner(resource) });
    resources.iter().filter_map(listed).collect()
}

/// Whether a text has the form of an account's id.
fn is_account_id(text: &str) -> bool {
    const DIGITS: usize = 12;
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn actor_of(record: &Value) -> Actor {
    let identity = record.get("userIdentity").unwrap_or(&Value::Null);
    let kind = text_at(identity, "type").unwrap_or("Unknown").to_owned();
    let arn = ["arn", "invokedBy", "principalId", "userName"].into_iter().find_map(|name| text_at(identity, name));
    Actor { kind, arn: arn.unwrap_or_default().to_owned(), verified: Some(false) }
}

/// Ids become part of S3 keys: what CloudTrail writes is a UUID, and anything else is cut down to what a key may safely hold.
fn safe_id(id: &str) -> String {
    const LONGEST_ID: usize = 64;
    let safe: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(LONGEST_ID).collect();
    if safe.is_empty() { "no-event-id".to_owned() } else { safe }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn home() -> Home {
        Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() }
    }

    fn stops(_source: &str, event: &str) -> bool {
        event == "StopLogging"
    }

    fn record() -> Value {
        json!({"eventID": "b1", "eventName": "StopLogging", "eventSource": "cloudtrail.amazonaws.com", "awsRegion": "us-east-1",
            "recipientAccountId": "111122223333", "requestParameters": {"name": "parapet"}, "readOnly": false})
    }

    fn with(name: &str, value: Value) -> Result<Trigger, Ignored> {
        let mut record = record();
        record[name] = value;
        Trigger::from_record(&record, &home(), stops)
    }

    #[test]
    fn a_write_of_this_account_is_a_trigger() {
        assert_eq!(Trigger::from_record(&record(), &home(), stops).unwrap().parameter("name"), Some("parapet"));
        assert!(with("errorCode", Value::Null).is_ok(), "a null error code is none");
        assert!(with("requestParameters", json!("text")).is_ok());
    }

    #[test]
    fn everything_else_is_ignored_by_name() {
        assert_eq!(with("errorCode", json!("AccessDenied")), Err(Ignored::FailedCall("AccessDenied".into())));
        assert!(matches!(with("errorCode", json!(7)), Err(Ignored::FailedCall(_))));
        let mut reading = record();
        (reading["eventName"], reading["readOnly"]) = (json!("GetTrailStatus"), json!(true));
        assert_eq!(Trigger::from_record(&reading, &home(), stops), Err(Ignored::ReadOnly));
        assert!(with("readOnly", json!(true)).is_ok(), "StopLogging writes, whatever its record says");
        assert_eq!(
            with("recipientAccountId", json!("444455556666")),
            Err(Ignored::OtherAccount("444455556666".into()))
        );
        assert_eq!(with("awsRegion", json!("cn-north-1")), Err(Ignored::OtherPartition("aws-cn".into())));
        assert!(matches!(with("eventName", json!(7)), Err(Ignored::NotARecord(_))));
        for not_a_record in [json!(null), json!([]), json!("x"), json!({})] {
            assert!(matches!(Trigger::from_record(&not_a_record, &home(), stops), Err(Ignored::NotARecord(_))));
        }
    }

    #[test]
    fn who_called() {
        let actor = |identity: Value| {
            let Actor { kind, arn, verified } = with("userIdentity", identity).unwrap().actor;
            assert_eq!(verified, Some(false), "a record proves nothing");
            format!("{kind} {arn}")
        };
        let arn = "arn:aws:iam::111122223333:user/jane";
        assert_eq!(actor(json!({"type": "IAMUser", "arn": arn, "userName": "jane"})), format!("IAMUser {arn}"));
        assert_eq!(
            actor(json!({"type": "AWSService", "invokedBy": "s3.amazonaws.com"})),
            "AWSService s3.amazonaws.com"
        );
        assert_eq!(actor(json!({"type": "Unknown", "principalId": "AIDA"})), "Unknown AIDA");
        assert_eq!(actor(Value::Null), "Unknown ");
    }

    /// Only where every entry that names it says so.
    #[test]
    fn whose_a_record_says_that_a_resource_is() {
        let (own, other) = ("111122223333", "444455556666");
        let entry = |arn: &str, owner: Value| json!({"ARN": arn, "accountId": owner, "type": "AWS::S3::Bucket"});
        let elsewhere = |resources: Value| {
            let trigger = with("resources", resources).unwrap();
            trigger.owner_elsewhere(&home(), |arn| arn == "arn:aws:s3:::b").map(str::to_owned)
        };
        let b = "arn:aws:s3:::b";
        assert_eq!(elsewhere(json!([entry(b, json!(other))])).as_deref(), Some(other));
        assert_eq!(elsewhere(json!([entry(b, json!(other)), entry(b, json!("777788889999"))])).as_deref(), Some(other));
        for said in [
            json!(null),
            json!([]),
            json!([entry("arn:aws:s3:::c", json!(other))]),
            json!([entry(b, json!(own))]),
            json!([entry(b, json!(other)), entry(b, json!(own))]),
            json!([entry(b, json!(other)), entry(b, json!(null))]),
            json!([entry(b, json!("44445555666"))]),
            json!([entry(b, json!("anonymous"))]),
            json!([entry(b, json!(444_455_556_666_u64))]),
        ] {
            assert_eq!(elsewhere(said.clone()), None, "{said}");
        }
        let is_own = |owner: &str| {
            let trigger = with("resources", json!([entry(b, json!(other)), entry(b, json!(owner))])).unwrap();
            trigger.is_said_own(&home(), |arn| arn == b)
        };
        assert!(is_own(own) && !is_own(other));
    }

    #[test]
    fn an_id_cannot_leave_its_folder() {
        assert_eq!(with("eventID", json!("../../x")).unwrap().event_id, "x");
        assert_eq!(with("eventID", json!(null)).unwrap().event_id, "no-event-id");
    }
}
