//! What each facet's states and actions look like, where it is the facet's id, or the guard's, that says so.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::earlier::earlier_action;
use crate::aspect::{Aspect, Never, Put};
use crate::{Facet, GuardName, Image, Missing, Remembered};

/// What each guard keeps: evidence of its own facets, and of their actions.
pub(super) fn of_guards(generator: &mut SchemaGenerator) -> Value {
    GuardName::ALL.iter().map(|guard| of_guard(*guard, generator)).collect()
}

fn of_guard(guard: GuardName, generator: &mut SchemaGenerator) -> Value {
    let ids: Vec<&str> = guard.facets().map(Facet::id).collect();
    let images = json!({"items": {"properties": {"facet": {"enum": ids}}}});
    json!({
        "if": {"properties": {"guard": {"const": guard}}},
        "then": {
            "properties": {
                "pre_image": images,
                "plan": {"items": {"properties": {"action": {"anyOf": actions(guard, generator)}}}},
                "post_image": images,
            },
        },
    })
}

/// The actions of a guard. What two facets have in common stands there once.
fn actions(guard: GuardName, generator: &mut SchemaGenerator) -> Vec<Schema> {
    let mut actions = Vec::new();
    for facet in guard.facets() {
        for action in [Some(facet.action_schema(generator)), earlier_action(facet, generator)].into_iter().flatten() {
            if action.as_bool() != Some(false) && !actions.contains(&action) {
                actions.push(action);
            }
        }
    }
    actions
}

/// An action with a value.
pub(super) fn action(name: &str, value: &Schema) -> Schema {
    json_schema!({
        "type": "object",
        "properties": {"action": {"const": name}, "value": value},
        "required": ["action", "value"],
        "additionalProperties": false,
    })
}

/// The state of each facet, where the member beside it says which facet it is.
fn states(generator: &mut SchemaGenerator) -> Value {
    let state = |facet: &Facet| {
        json!({
            "if": {"properties": {"facet": {"const": facet}}},
            "then": {"properties": {"state": facet.state_schema(generator)}},
        })
    };
    Facet::ALL.iter().map(state).collect()
}

/// A state, or what stands there instead of one.
fn state_or(member: &str, instead: &Schema, generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "properties": {
            "state": {"description": "The facet's state; its shape is the facet's own."},
            member: instead,
        },
        "oneOf": [{"required": ["state"]}, {"required": [member]}],
        "allOf": states(generator),
    })
}

impl JsonSchema for Image {
    fn schema_name() -> Cow<'static, str> {
        "Image".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let missing = generator.subschema_for::<Missing>();
        state_or("missing", &missing, generator)
    }
}

impl JsonSchema for Remembered {
    fn schema_name() -> Cow<'static, str> {
        "Remembered".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let ended_at = json_schema!({
            "description": "The resource, or the facet of it, was deleted then: seconds since 1970.",
            "type": "integer",
        });
        state_or("ended-at", &ended_at, generator)
    }
}

impl JsonSchema for Facet {
    fn schema_name() -> Cow<'static, str> {
        "Facet".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        let ids: Vec<&str> = Self::ALL.iter().map(|facet| facet.id()).collect();
        json_schema!({"description": "The id of a facet. It never changes.", "enum": ids})
    }
}

impl<A: Aspect<State: JsonSchema>> JsonSchema for Put<A> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Put{}", A::State::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        action("put", &generator.subschema_for::<A::State>())
    }
}

impl JsonSchema for Never {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Never".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        false.into()
    }
}
