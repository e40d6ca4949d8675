//! Bodies: JSON objects, field by field.

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, error::PayloadError, http::header, web::BytesMut};
use catamaran::why_not_json;
use futures_util::{StreamExt as _, future::LocalBoxFuture};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{limits::BODY_BYTES, problem::Problem};

/// A JSON object. Fields are asked for one by one, so that a fault names its field.
#[derive(Debug)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    fn parse(body: &[u8]) -> Result<Self, Problem> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(mut map)) => {
                map.values_mut().for_each(integers);
                Ok(Self(map))
            }
            Ok(other) => Err(Problem::bad_json(format!("the body is {}; expected a JSON object", kind(&other)))),
            Err(_) if body.is_empty() => Err(Problem::bad_json("the body is empty; expected a JSON object")),
            Err(error) => {
                Err(Problem::bad_json(format!("the body is not JSON: {}; expected a JSON object", why_not_json(&error))))
            }
        }
    }

    /// The fields as they are, for who reads them all.
    pub(crate) fn into_map(self) -> Map<String, Value> {
        self.0
    }

    /// The object in a field, where there is one.
    pub(crate) fn object(&self, name: &'static str) -> Result<Option<&Map<String, Value>>, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map)),
            other => Err(wrong(name, other, "an object")),
        }
    }

    /// A text, where there is one.
    pub(crate) fn optional_text(&self, name: &'static str) -> Result<Option<&str>, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            _ => self.text(name).map(Some),
        }
    }

    /// A text that must be there.
    pub(crate) fn text(&self, name: &'static str) -> Result<&str, Problem> {
        match self.0.get(name) {
            Some(Value::String(text)) => Ok(text),
            other => Err(wrong(name, other, "a text")),
        }
    }

    /// A whole number, where there is one.
    pub(crate) fn number(&self, name: &'static str, range: std::ops::RangeInclusive<u16>) -> Result<Option<u16>, Problem> {
        let found = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(found) => found,
        };
        let number = found.as_u64().and_then(|number| u16::try_from(number).ok());
        match number.filter(|number| range.contains(number)) {
            Some(number) => Ok(Some(number)),
            None => {
                let expected = format!("a whole number from {} to {}", range.start(), range.end());
                Err(wrong(name, Some(found), &expected))
            }
        }
    }

    /// A UUID, where there is one.
    pub(crate) fn uuid(&self, name: &'static str) -> Result<Option<Uuid>, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => {
                let uuid = Uuid::parse_str(text).map_err(|_| wrong(name, self.0.get(name), "a UUID"))?;
                Ok(Some(uuid))
            }
            other => Err(wrong(name, other, "a UUID")),
        }
    }
}

impl FromRequest for Fields {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // A foreign page cannot send this type without asking first (CORS), so insisting on it also keeps such pages out.
        let is_json = req.content_type().eq_ignore_ascii_case("application/json");
        let is_plain = is_plain(req);
        let payload = payload.take();
        Box::pin(async move {
            if !is_json {
                return Err(Problem::media_type("application/json"));
            }
            if !is_plain {
                return Err(Problem::encoded());
            }
            Self::parse(&read(payload).await?)
        })
    }
}

/// Whether the body has no Content-Encoding.
pub(crate) fn is_plain(req: &HttpRequest) -> bool {
    let encoding = req.headers().get(header::CONTENT_ENCODING);
    encoding.is_none_or(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// The body, as long as it keeps within the limit.
pub(crate) async fn read(mut payload: Payload) -> Result<BytesMut, Problem> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| unread(&error))?;
        if body.len() + chunk.len() > BODY_BYTES {
            return Err(Problem::too_large(BODY_BYTES));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn unread(error: &PayloadError) -> Problem {
    let why = match error {
        PayloadError::Incomplete(_) => {
            "it ended, or broke, before all of it had come; send as much as Content-Length says, or a last chunk"
        }
        PayloadError::EncodingCorrupted => "its Content-Encoding is broken; send it as it is",
        PayloadError::Overflow => "it is too large; send less",
        PayloadError::UnknownLength => "its length is not known; send a Content-Length",
        _ => "the connection broke; send it again",
    };
    Problem::bad_request(format!("the body could not be read to its end: {why}"))
}

fn wrong(name: &'static str, found: Option<&Value>, expected: &str) -> Problem {
    let found = found.map_or_else(|| "missing".to_owned(), kind);
    Problem::field(name, format!("{name} is {found}; expected {expected}"))
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

/// What a value is, in words.
pub(crate) fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(_) => "a text".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
