//! The graph's input types as JSON Schema (2020-12), as agents want them.

use async_graphql::parser::types::{BaseType, InputValueDefinition, Type, TypeKind};
use serde_json::{Map, Value, json};

use super::schema::{Definition, Types, said};

/// The scalars of the graph as JSON has them.
const SCALARS: &[Scalar] = &[
    ("ID", "string", None),
    ("String", "string", None),
    ("Boolean", "boolean", None),
    ("Int", "integer", None),
    ("Float", "number", None),
    ("Date", "string", Some(("format", "date"))),
    ("DateTime", "string", Some(("format", "date-time"))),
    ("Decimal", "string", None),
    ("ObjectId", "string", Some(("pattern", "^[0-9A-Fa-f]{24}$"))),
    // With or without hyphens, so that the format `uuid` would say too much.
    ("UUID", "string", None),
];

/// A scalar: its name, its type in JSON, and what is to be known of that besides.
type Scalar = (&'static str, &'static str, Option<(&'static str, &'static str)>);

/// Schemas as far as they are written: named types are written once, and referred to.
pub(super) struct Schemas<'a> {
    types: &'a Types,
    definitions: Map<String, Value>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(types: &'a Types) -> Self {
        Self { types, definitions: Map::new() }
    }

    /// An object with these members, and all that they refer to.
    pub(super) fn into_object(self, members: Map<String, Value>, required: &[String]) -> Map<String, Value> {
        let mut object = Map::new();
        object.insert("type".to_owned(), "object".into());
        object.insert("properties".to_owned(), members.into());
        if !required.is_empty() {
            object.insert("required".to_owned(), required.into());
        }
        object.insert("additionalProperties".to_owned(), false.into());
        if !self.definitions.is_empty() {
            object.insert("$defs".to_owned(), self.definitions.into());
        }
        object
    }

    /// What a value of a type is.
    pub(super) fn of(&mut self, ty: &Type) -> Value {
        let schema = match &ty.base {
            BaseType::List(item) => json!({ "type": "array", "items": self.of(item) }),
            BaseType::Named(name) => self.of_named(name),
        };
        if ty.nullable { or_null(schema) } else { schema }
    }

    /// What a value of a named type is, where it is not null.
    fn of_named(&mut self, name: &str) -> Value {
        let definition = self.types.find(name);
        if let Some(scalar) = scalar(name) {
            return described(scalar, definition.map(Definition::description).unwrap_or_default());
        }
        match definition.map(|definition| &definition.node.kind) {
            Some(TypeKind::Enum(_) | TypeKind::InputObject(_)) => {}
            // JSON itself, and what nobody has told of: anything goes.
            _ => return described(json!({}), definition.map(Definition::description).unwrap_or_default()),
        }
        if !self.definitions.contains_key(name) {
            // Before its members are looked at, since they may be of the same type.
            self.definitions.insert(name.to_owned(), Value::Null);
            let schema = definition.map(|definition| self.of_definition(definition)).unwrap_or_default();
            self.definitions.insert(name.to_owned(), schema);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    fn of_definition(&mut self, definition: &Definition) -> Value {
        let schema = match &definition.node.kind {
            TypeKind::Enum(values) => {
                let values: Vec<&str> = values.values.iter().map(|value| value.node.value.node.as_str()).collect();
                json!({ "type": "string", "enum": values })
            }
            _ => self.of_input(definition),
        };
        described(schema, definition.description())
    }

    fn of_input(&mut self, definition: &Definition) -> Value {
        let is_one_of = definition.is_one_of();
        let mut members = Map::new();
        let mut required = Vec::new();
        for field in definition.inputs() {
            let field = &field.node;
            // Of one alone, null is no value that it may have.
            let ty = Type { nullable: field.ty.node.nullable && !is_one_of, ..field.ty.node.clone() };
            members.insert(field.name.node.to_string(), self.of_member(field, &ty));
            if !field.ty.node.nullable && field.default_value.is_none() {
                required.push(field.name.node.to_string());
            }
        }
        let mut object = json!({ "type": "object", "properties": members, "additionalProperties": false });
        if !required.is_empty() {
            set(&mut object, "required", required.into());
        }
        if is_one_of {
            set(&mut object, "minProperties", 1.into());
            set(&mut object, "maxProperties", 1.into());
        }
        object
    }

    fn of_member(&mut self, field: &InputValueDefinition, ty: &Type) -> Value {
        let mut schema = described(self.of(ty), said(field.description.as_ref()));
        if let Some(default) = field.default_value.as_ref().and_then(|value| value.node.clone().into_json().ok()) {
            set(&mut schema, "default", default);
        }
        if field.directives.iter().any(|directive| directive.node.name.node == "deprecated") {
            set(&mut schema, "deprecated", true.into());
        }
        schema
    }
}

/// The same schema with a description; what is said of a member goes before what is said of its type.
pub(super) fn described(mut schema: Value, description: &str) -> Value {
    if !description.is_empty() {
        set(&mut schema, "description", description.into());
    }
    schema
}

pub(super) fn set(schema: &mut Value, member: &str, value: Value) {
    if let Value::Object(members) = schema {
        members.insert(member.to_owned(), value);
    }
}

fn scalar(name: &str) -> Option<Value> {
    let (_, ty, besides) = SCALARS.iter().find(|(known, ..)| *known == name)?;
    let mut schema = json!({ "type": ty });
    if let Some((member, value)) = besides {
        set(&mut schema, member, (*value).into());
    }
    Some(schema)
}

/// The same, or null. What takes anything takes null already.
fn or_null(mut schema: Value) -> Value {
    match schema.get("type").cloned() {
        Some(ty) => {
            set(&mut schema, "type", json!([ty, "null"]));
            schema
        }
        None if schema.get("$ref").is_some() => json!({ "anyOf": [schema, { "type": "null" }] }),
        None => schema,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::types::{Type, TypeKind};
    use serde_json::{Map, Value, json};

    use super::{SCALARS, Schemas};
    use crate::mcp::schema::Types;

    fn schema(ty: &str) -> Value {
        let mut schemas = Schemas::new(Types::known());
        let member = schemas.of(&Type::new(ty).unwrap());
        let mut object = schemas.into_object(Map::from_iter([("it".to_owned(), member)]), &[]);
        json!({ "it": object["properties"]["it"].take(), "$defs": object.remove("$defs") })
    }

    #[test]
    fn every_scalar_of_the_graph_is_told_but_json() {
        let types = Types::known();
        let is_scalar = |name: &&str| matches!(types.find(name).unwrap().node.kind, TypeKind::Scalar);
        let scalars = types.iter().map(|definition| definition.name()).filter(is_scalar);
        let untold: Vec<&str> = scalars.filter(|name| SCALARS.iter().all(|(known, ..)| known != name)).collect();
        assert_eq!(untold, ["JSON"]);
    }

    #[test]
    fn lists_and_nulls_stand_where_the_type_has_them() {
        assert_eq!(
            schema("[Int!]!"),
            json!({ "it": { "type": "array", "items": { "type": "integer" } }, "$defs": null })
        );
        let nullable = json!({ "type": ["array", "null"], "items": { "type": ["boolean", "null"] } });
        assert_eq!(schema("[Boolean]"), json!({ "it": nullable, "$defs": null }));
    }

    #[test]
    fn of_an_input_with_one_member_exactly_one_is_wanted() {
        let schema = schema("BuyerDeliveryLink!");
        assert_eq!(schema["it"], json!({ "$ref": "#/$defs/BuyerDeliveryLink" }));
        let link = &schema["$defs"]["BuyerDeliveryLink"];
        assert_eq!((&link["minProperties"], &link["maxProperties"]), (&json!(1), &json!(1)));
        assert_eq!(link.get("required"), None);
        assert!(link["properties"].as_object().unwrap().values().all(|member| member["type"] == "string"), "{link:#}");
    }

    #[test]
    fn a_type_that_is_used_twice_is_written_once() {
        let schema = schema("OnboardOrder");
        assert_eq!(schema["it"], json!({ "anyOf": [{ "$ref": "#/$defs/OnboardOrder" }, { "type": "null" }] }));
        let order = &schema["$defs"]["OnboardOrder"];
        assert_eq!(order["type"], "object");
        assert_eq!(order["additionalProperties"], false);
        assert_eq!(schema["$defs"]["OnboardOrderField"]["type"], "string");
    }
}
