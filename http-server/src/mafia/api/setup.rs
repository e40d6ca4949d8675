//! A set-up in JSON, read so that a fault names its field.

use catamaran::why_not_field;
use mafia_rules::{Counts, MAX_PLAYERS, Options, Pace, Setup};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use utoipa::{
    ToSchema,
    openapi::{
        ObjectBuilder,
        schema::{AdditionalProperties, Object, Schema, SchemaType, Type},
    },
};

use crate::{fields::kind, problem::Problem};

/// Roles and options of a table. What is not there is as usual.
#[derive(ToSchema)]
#[schema(as = Setup)]
#[expect(dead_code, reason = "describes the body for the OpenAPI document; fields are read one by one, for better faults")]
pub(crate) struct SetupBody {
    /// How many of each role, by its name; all others are citizens. `null` for those that suit the number of players.
    #[schema(schema_with = roles, required = false)]
    roles: Option<Counts>,
    /// Lengths in seconds (1 to 1800), and the rules that tables differ in.
    #[schema(schema_with = options, required = false)]
    options: Option<Options>,
}

/// One number for each role.
fn roles() -> Object {
    let no_more = i64::try_from(MAX_PLAYERS).unwrap_or(i64::MAX);
    described(&json!(Counts::default()), |_, _| whole(0, no_more))
}

fn options() -> Object {
    described(&json!(Options::default()), |name, default| match default {
        Value::Bool(_) => ObjectBuilder::new().schema_type(Type::Boolean),
        Value::Number(_) if name == "gone_after" => {
            whole((*Options::GONE_AFTER.start()).into(), (*Options::GONE_AFTER.end()).into())
        }
        Value::Number(_) => whole((*Options::SECONDS.start()).into(), (*Options::SECONDS.end()).into()),
        _ => ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Pace::ALL.map(|pace| json!(pace)))),
    })
}

/// An object or null, with the fields of `defaults` and no others.
fn described(defaults: &Value, of: impl Fn(&str, &Value) -> ObjectBuilder) -> Object {
    let object = ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Object, Type::Null]))
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    let fields = defaults.as_object().into_iter().flatten();
    fields.fold(object, |object, (name, default)| object.property(name, of(name, default))).build()
}

fn whole(minimum: i64, maximum: i64) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(minimum)).maximum(Some(maximum))
}

/// Reads a set-up. `at` stands before the names of fields: empty, or a path that ends in a point.
pub(super) fn read(body: &Map<String, Value>, at: &str) -> Result<Setup, Problem> {
    let mut setup = Setup::default();
    for (name, value) in body {
        let path = format!("{at}{name}");
        match (name.as_str(), value) {
            ("roles" | "options", Value::Null) => {}
            ("roles", Value::Object(roles)) => setup.roles = Some(part::<Counts>(roles, &path)?),
            ("options", Value::Object(options)) => setup.options = part::<Options>(options, &path)?,
            ("roles" | "options", other) => return Err(wrong(&path, &format!("is {}; expected an object", kind(other)))),
            _ => return Err(wrong(&path, "is no field of a set-up; expected roles or options")),
        }
    }
    Ok(setup)
}

/// Each field is read by itself first, since a fault in the whole does not say where it is.
fn part<T: DeserializeOwned>(fields: &Map<String, Value>, path: &str) -> Result<T, Problem> {
    for (name, value) in fields {
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        object::<T>(&alone).map_err(|error| unread(format!("{path}.{name}"), &error))?;
    }
    object(fields).map_err(|error| unread(path.to_owned(), &error))
}

fn object<T: DeserializeOwned>(fields: &Map<String, Value>) -> Result<T, serde_json::Error> {
    T::deserialize(fields)
}

fn unread(path: String, error: &serde_json::Error) -> Problem {
    let detail = why_not_field(&path, error);
    Problem::field(path, detail)
}

fn wrong(path: &str, what: &str) -> Problem {
    Problem::field(path.to_owned(), format!("{path} {what}"))
}
