//! Reads a struct from an object. A refusal names the field, the value found and the value expected.

use catamaran::why_not_field;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};

use crate::problem::Problem;

/// An error of serde and the field that it is about: `setup.roles.spy`.
struct Fault {
    path: String,
    error: serde_json::Error,
}

/// Reads a struct from an object.
///
/// # Errors
/// 422 with the first field that does not fit.
pub(super) fn read<T: DeserializeOwned>(object: &Map<String, Value>) -> Result<T, Problem> {
    attempt(object).map_err(|fault: Fault| match missing_field(&fault.error) {
        Some(name) => missing::<T>(name),
        None => {
            let detail = detail(&fault);
            Problem::field(fault.path, detail)
        }
    })
}

fn attempt<T: DeserializeOwned>(object: &Map<String, Value>) -> Result<T, Fault> {
    serde_path_to_error::deserialize(object).map_err(|fault| Fault { path: joined(fault.path()), error: fault.into_inner() })
}

fn joined(path: &Path) -> String {
    let keys = path.iter().filter_map(|segment| match segment {
        Segment::Map { key } => Some(key.as_str()),
        _ => None,
    });
    keys.collect::<Vec<_>>().join(".")
}

fn detail(fault: &Fault) -> String {
    // A text that breaks a rule brings a message of its own, which says what to do.
    why_not_field(&fault.path, &fault.error).replacen(" does not fit: ", ": ", 1)
}

/// The name of a missing field. Only the outermost struct of a body requires fields.
fn missing_field(error: &serde_json::Error) -> Option<String> {
    Some(error.to_string().strip_prefix("missing field `")?.strip_suffix('`')?.to_owned())
}

/// serde names the expected type only where it finds another value, so this reads a null in the field's place.
fn missing<T: DeserializeOwned>(name: String) -> Problem {
    let null = Map::from_iter([(name.clone(), Value::Null)]);
    let detail = attempt::<T>(&null).err().map_or_else(|| format!("{name} is missing"), |fault| detail(&fault));
    Problem::field(name, detail.replacen(" is null", " is missing", 1))
}
