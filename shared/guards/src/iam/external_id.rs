//! `sts:ExternalId`: a word that a vendor and its customer agreed on. To change it lets in nobody whom the role did not trust already.

use iam_policy::Document;
use serde_json::{Map, Value};

use crate::foundation::documents::values;

/// The document before, and besides those statements of the one now that differ from one of it in their external id alone.
pub(super) fn rotated(before: &Document, document: &Document) -> Document {
    let known: Vec<Value> = values(before).into_iter().filter_map(without_external_id).collect();
    let is_rotated =
        |statement: &Value| without_external_id(statement.clone()).is_some_and(|rest| known.contains(&rest));
    let rotated = values(document).into_iter().filter(is_rotated).filter_map(|statement| {
        let mut fields = statement.as_object()?.clone();
        fields.remove("Sid");
        Some(Value::Object(fields))
    });
    rotated.fold(before.clone(), |known, statement| known.with_statement(statement).unwrap_or(known))
}

/// An Allow without its external id; none: it asks for none, or not for just that.
fn without_external_id(statement: Value) -> Option<Value> {
    let Value::Object(mut statement) = statement else { return None };
    statement.remove("Sid");
    let is_allow = statement.get("Effect").is_some_and(|effect| effect == "Allow");
    let conditions = statement.get_mut("Condition").and_then(Value::as_object_mut).filter(|_| is_allow)?;
    let equals = conditions.get_mut("StringEquals").and_then(Value::as_object_mut)?;
    let key = equals.keys().find(|key| key.eq_ignore_ascii_case("sts:ExternalId"))?.clone();
    let is_said = |id: &Value| id.as_str().is_some_and(|id| !id.is_empty());
    let all_said = match equals.remove(&key)? {
        Value::Array(ids) => !ids.is_empty() && ids.iter().all(is_said),
        id => is_said(&id),
    };
    // Which of the keys of a condition it was stays told.
    equals.insert("sts:externalid".to_owned(), Value::Object(Map::new()));
    all_said.then_some(Value::Object(statement))
}
