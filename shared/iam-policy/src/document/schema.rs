//! What a document looks like, as a JSON schema: what [`Document::parse`] reads, as far as a schema can say it.

use super::parse::VERSIONS;
use super::value::Document;
use crate::statement::PrincipalType;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// One statement of a document.
struct OneStatement;

impl JsonSchema for Document {
    fn schema_name() -> Cow<'static, str> {
        "PolicyDocument".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let statements = one_or_many(&generator.subschema_for::<OneStatement>().to_value());
        let document = json_schema!({
            "description": "A policy document, as it was read.",
            "type": "object",
            "properties": {
                "Version": {"enum": VERSIONS},
                "Id": {"type": "string"},
                "Statement": statements,
            },
            "required": ["Statement"],
            "additionalProperties": false,
        });
        let several = "A document in which a key stands twice, as text.";
        json_schema!({"anyOf": [document, {"description": several, "type": "string"}]})
    }
}

impl JsonSchema for OneStatement {
    fn schema_name() -> Cow<'static, str> {
        "PolicyStatement".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        let texts = one_or_many(&json!({"type": "string"}));
        let scalars = one_or_many(&json!({"type": ["string", "number", "boolean"]}));
        let by_type: Map<String, Value> =
            PrincipalType::NAMES.into_iter().map(|(name, _)| (name.to_owned(), texts.clone())).collect();
        let principals = json!({
            "anyOf": [{"const": "*"}, {"type": "object", "properties": by_type, "additionalProperties": false}],
        });
        let tests = json!({"type": "object", "additionalProperties": scalars});
        json_schema!({
            "description": "A statement of a policy document.",
            "type": "object",
            "properties": {
                "Sid": {"type": "string"},
                "Effect": {"enum": ["Allow", "Deny"]},
                "Principal": principals,
                "NotPrincipal": principals,
                "Action": texts,
                "NotAction": texts,
                "Resource": texts,
                "NotResource": texts,
                "Condition": {"type": "object", "additionalProperties": tests},
            },
            "required": ["Effect"],
            "oneOf": [{"required": ["Action"]}, {"required": ["NotAction"]}],
            "not": {
                "anyOf": [{"required": ["Principal", "NotPrincipal"]}, {"required": ["Resource", "NotResource"]}],
            },
            "additionalProperties": false,
        })
    }
}

fn one_or_many(schema: &Value) -> Value {
    json!({"anyOf": [schema, {"type": "array", "items": schema}]})
}
