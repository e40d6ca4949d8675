//! JSON bodies.

use std::marker::PhantomData;

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload};
use catamaran::why_not_json;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{body, read::read};
use crate::problem::Problem;

/// A body that is a JSON object, in the shape of `T`. utoipa finds a handler's body by the name of this type.
#[derive(Debug)]
pub(crate) struct Json<T> {
    object: Map<String, Value>,
    shape: PhantomData<T>,
}

impl<T: DeserializeOwned> Json<T> {
    /// Reads the fields. A handler first checks the session and the path, since their refusals (401, 404) take precedence.
    ///
    /// # Errors
    /// 422 with the first field that does not fit.
    pub(crate) fn read(&self) -> Result<T, Problem> {
        read(&self.object)
    }
}

impl<T: 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // A page of another site cannot send this type without a CORS preflight, so requiring it also keeps such pages out.
        let is_json = req.content_type().eq_ignore_ascii_case("application/json");
        let is_plain = body::is_plain(req);
        let payload = payload.take();
        Box::pin(async move {
            if !is_json {
                return Err(Problem::media_type("application/json"));
            }
            if !is_plain {
                return Err(Problem::encoded());
            }
            Ok(Self { object: parse(&body::read(payload).await?)?, shape: PhantomData })
        })
    }
}

fn parse(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(mut map)) => {
            map.values_mut().for_each(integers);
            Ok(map)
        }
        Ok(other) => Err(Problem::bad_json(format!("the body is {}; expected a JSON object", kind(&other)))),
        Err(_) if body.is_empty() => Err(Problem::bad_json("the body is empty; expected a JSON object")),
        Err(error) => Err(Problem::bad_json(format!("the body is not JSON: {}; expected a JSON object", why_not_json(&error)))),
    }
}

/// Turns numbers such as `9.0` into `9`: to JSON Schema they are the same integer. Numbers above 2^53 stay, since a float does
/// not hold all of them.
fn integers(value: &mut Value) {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Array(values) => values.iter_mut().for_each(integers),
        Value::Object(map) => map.values_mut().for_each(integers),
        Value::Number(number) if number.is_f64() => {
            let whole = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() <= EXACT);
            if let Some(whole) = whole.and_then(|whole| format!("{whole:.0}").parse::<i64>().ok()) {
                *value = whole.into();
            }
        }
        _ => {}
    }
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(_) => "a text".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
