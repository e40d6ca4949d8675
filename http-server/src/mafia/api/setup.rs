//! A set-up in JSON.

use mafia_rules::{Counts, MAX_PLAYERS, Options, Pace, Setup};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{
    ToSchema,
    openapi::{
        ObjectBuilder,
        schema::{AdditionalProperties, Object, Schema, SchemaType, Type},
    },
};

use crate::input::object;

/// Roles and options of a table. A missing part has its default.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = Setup)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetupBody {
    /// How many of each role, by its name; all others are citizens. `null` for those that suit the number of players.
    #[serde(default, deserialize_with = "object")]
    #[schema(schema_with = roles, required = false)]
    roles: Option<Counts>,
    /// Lengths in seconds (1 to 1800), and the rules that tables differ in.
    #[serde(default, deserialize_with = "object")]
    #[schema(schema_with = options, required = false)]
    options: Option<Options>,
}

impl From<SetupBody> for Setup {
    fn from(body: SetupBody) -> Self {
        Self { roles: body.roles, options: body.options.unwrap_or_default() }
    }
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
