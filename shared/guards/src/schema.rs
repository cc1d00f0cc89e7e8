//! What is kept, as JSON schemas: made of the types that write and read it, so that a shape which changes shows in `docs/schema/`.
//!
//! Only the tests that hold those files to it are built with this; no function is.

mod earlier;
mod facets;

use schemars::consts::meta_schemas::DRAFT2020_12 as META_SCHEMA;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::{EVIDENCE_VERSION, Evidence, MEMORY_VERSION, Memory, SEAL};

/// The schema of evidence of [`EVIDENCE_VERSION`].
#[must_use]
pub fn evidence() -> Value {
    let mut generator = generator();
    let guards = facets::of_guards(&mut generator);
    let lies = format!("evidence/v{EVIDENCE_VERSION}/<account>/<region>/<resource>/<guard>/<time>-<event id>.json");
    let mut schema = whole::<Evidence>(generator, &format!("Evidence, version {EVIDENCE_VERSION}"), &lies);
    schema.insert("allOf".to_owned(), guards);
    schema.into()
}

/// The schema of memory of [`MEMORY_VERSION`].
#[must_use]
pub fn memory() -> Value {
    let lies = format!("state/v{MEMORY_VERSION}/<account>/<region>/<resource>/<facet id>.json");
    let mut schema = whole::<Memory>(generator(), &format!("Memory, version {MEMORY_VERSION}"), &lies);
    if let Some(Value::Object(members)) = schema.get_mut("properties") {
        let words = "What vouches for it, and for where it lies; none: a deployment without seals, or before there were any, kept it.";
        members.insert(SEAL.to_owned(), json!({"type": "string", "pattern": "^[0-9a-f]{64}$", "description": words}));
    }
    schema.into()
}

/// What somebody wants to know first comes first: what it is, and where it lies.
fn whole<Kept: JsonSchema>(generator: SchemaGenerator, title: &str, lies: &str) -> Map<String, Value> {
    let mut schema = generator.into_root_schema_for::<Kept>();
    let description = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    let description = format!("{description} At {lies}.");
    let mut ordered = Map::new();
    for (member, value) in [("$schema", META_SCHEMA), ("title", title), ("description", &description)] {
        ordered.insert(member.to_owned(), value.into());
        schema.remove(member);
    }
    if let Value::Object(rest) = schema.to_value() {
        ordered.extend(rest);
    }
    ordered
}

/// What a reader may meet, and not only what is written today: what is left out where it is empty, or came with a later build, need not
/// be there.
fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12()
        .for_deserialize()
        .with_transform(RecursiveTransform(closed))
        .with_transform(RecursiveTransform(in_plain_words))
        .into_generator()
}

/// Nothing is kept that the schema does not name.
fn closed(schema: &mut Schema) {
    let is_of_members = schema.get("type").is_some_and(|kind| kind == "object") && schema.get("properties").is_some();
    if is_of_members && schema.get("additionalProperties").is_none() {
        schema.insert("additionalProperties".to_owned(), false.into());
    }
}

/// The first paragraph of a documentation says what something is; the others, and links into the code, are for who changes that.
fn in_plain_words(schema: &mut Schema) {
    if let Some(Value::String(words)) = schema.get_mut("description") {
        let first = words.split("\n\n").next().unwrap_or_default();
        *words = first.replace('\n', " ").replace("[`", "`").replace("`]", "`");
    }
}
