//! The values of variables, held against the types that an operation gives them, before anything is executed.
//!
//! GraphQL refuses the whole request where a value does not fit. The engine would find that out by the arguments in which
//! a variable is used, anew for every request and in part only when the mutations before it are done.

use async_graphql::parser::types::{BaseType, OperationDefinition, Type, VariableDefinition};
use async_graphql::registry::{MetaInputValue, MetaType, MetaTypeName, Registry};
use async_graphql::{OutputType, ServerError, SubscriptionType, Value, Variables};

use super::join::{Mutation, Query, Subscription};

/// The input types of the graph.
pub(super) struct InputTypes {
    registry: Registry,
}

/// What is wrong with a value, and how far inside it.
struct Misfit {
    path: String,
    problem: String,
}

impl InputTypes {
    pub(super) fn new() -> Self {
        let mut registry = Registry::default();
        Query::create_type_info(&mut registry);
        Mutation::create_type_info(&mut registry);
        Subscription::create_type_info(&mut registry);
        Self { registry }
    }

    /// Checks the variables of an operation.
    ///
    /// # Errors
    /// The first variable that lacks a value or whose value does not fit.
    pub(super) fn check(&self, operation: &OperationDefinition, variables: &Variables) -> Result<(), ServerError> {
        operation.variable_definitions.iter().try_for_each(|definition| {
            let VariableDefinition { name, var_type, default_value, .. } = &definition.node;
            let given = variables.get(&name.node);
            let problem = match given {
                None if var_type.node.nullable || default_value.is_some() => return Ok(()),
                None => "has no value".to_owned(),
                Some(value) => match self.check_value(&var_type.node, value) {
                    Ok(()) => return Ok(()),
                    Err(Misfit { path, problem }) if path.is_empty() => problem,
                    Err(Misfit { path, problem }) => format!("does not fit: at {path} it {problem}"),
                },
            };
            let message = format!("Variable \"${}\" of type \"{}\" {problem}.", name.node, var_type.node);
            Err(ServerError::new(message, Some(definition.pos)))
        })
    }

    fn check_value(&self, ty: &Type, value: &Value) -> Result<(), Misfit> {
        match (&ty.base, value) {
            (_, Value::Null) if ty.nullable => Ok(()),
            (_, Value::Null) => Err(misfit("has no value")),
            (BaseType::Named(name), value) => self.check_named(name, value),
            (BaseType::List(item), Value::List(values)) => {
                each(values.iter().enumerate(), |value| self.check_value(item, value))
            }
            // A single value stands for a list of one.
            (BaseType::List(item), value) => self.check_value(item, value),
        }
    }

    /// The same for a type as the registry writes it.
    fn check_written(&self, ty: &str, value: &Value) -> Result<(), Misfit> {
        match (MetaTypeName::create(ty), value) {
            (MetaTypeName::NonNull(_), Value::Null) => Err(misfit("has no value")),
            (MetaTypeName::NonNull(inner), value) => self.check_written(inner, value),
            (_, Value::Null) => Ok(()),
            (MetaTypeName::List(item), Value::List(values)) => {
                each(values.iter().enumerate(), |value| self.check_written(item, value))
            }
            (MetaTypeName::List(item), value) => self.check_written(item, value),
            (MetaTypeName::Named(name), value) => self.check_named(name, value),
        }
    }

    fn check_named(&self, name: &str, value: &Value) -> Result<(), Misfit> {
        match self.registry.types.get(name) {
            Some(MetaType::Scalar { is_valid, .. }) => {
                let fits = is_valid.as_ref().is_none_or(|fits| fits(value)) && (name != "Int" || is_int(value));
                if fits { Ok(()) } else { Err(misfit(format!("is no {name}"))) }
            }
            Some(MetaType::Enum { enum_values, .. }) => match value {
                Value::String(word) if enum_values.contains_key(word) => Ok(()),
                Value::Enum(word) if enum_values.contains_key(word.as_str()) => Ok(()),
                _ => Err(misfit(format!("is no member of {name}"))),
            },
            Some(MetaType::InputObject { input_fields, .. }) => {
                let Value::Object(members) = value else {
                    return Err(misfit(format!("is no {name}")));
                };
                if let Some(unknown) = members.keys().find(|member| !input_fields.contains_key(member.as_str())) {
                    return Err(misfit(format!("has a member {:?}, which {name} does not know", unknown.as_str())));
                }
                input_fields.values().try_for_each(|field| {
                    self.check_member(field, members.get(field.name.as_str()))
                        .map_err(|misfit| misfit.inside(&field.name))
                })
            }
            // A variable of no input type is refused by the document's validation.
            _ => Ok(()),
        }
    }

    fn check_member(&self, field: &MetaInputValue, value: Option<&Value>) -> Result<(), Misfit> {
        match value {
            Some(value) => self.check_written(&field.ty, value),
            None if field.ty.ends_with('!') && field.default_value.is_none() => Err(misfit("has no value")),
            None => Ok(()),
        }
    }
}

impl Misfit {
    fn inside(mut self, place: &str) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path.insert_str(0, separator);
        self.path.insert_str(0, place);
        self
    }
}

fn misfit(problem: impl Into<String>) -> Misfit {
    Misfit { path: String::new(), problem: problem.into() }
}

fn each<'a>(
    values: impl Iterator<Item = (usize, &'a Value)>,
    check: impl Fn(&Value) -> Result<(), Misfit>,
) -> Result<(), Misfit> {
    for (index, value) in values {
        check(value).map_err(|misfit| misfit.inside(&format!("[{index}]")))?;
    }
    Ok(())
}

/// An `Int` has 32 bits.
fn is_int(value: &Value) -> bool {
    matches!(value, Value::Number(number) if number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()))
}
