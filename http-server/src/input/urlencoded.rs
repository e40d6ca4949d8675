//! Queries and forms: their texts must be UTF-8. Other bytes are refused, not replaced by U+FFFD.

use std::ops::Deref;

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use percent_encoding::percent_decode;
use serde::de::{
    DeserializeOwned,
    value::{Error, MapDeserializer},
};

use super::body;
use crate::problem::Problem;

/// A form's fields. A field that is not UTF-8 is refused with its name.
pub(crate) struct Form<T>(T);

impl<T> Deref for Form<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_form = req.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let is_utf8 = req.encoding().is_ok_and(|encoding| encoding.name() == "UTF-8");
        let is_plain = body::is_plain(req);
        let payload = payload.take();
        Box::pin(async move {
            match (is_form && is_utf8, is_plain) {
                (false, _) => Err(Problem::media_type("application/x-www-form-urlencoded, in UTF-8")),
                (true, false) => Err(Problem::encoded()),
                (true, true) => read(&body::read(payload).await?),
            }
        })
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<Form<T>, Problem> {
    let fields: Vec<_> = fields_of(body).collect();
    let texts = fields.iter().map(|field| (field.name.text.as_str(), field.value.text.as_str()));
    // All fields are texts and each has a default, so the only fault left is a name that stands twice.
    let form = T::deserialize(MapDeserializer::new(texts));
    let form = form.map_err(|_: Error| Problem::bad_request("the form has a field twice; send each field once"))?;
    fields.iter().try_for_each(Field::check).map(|()| Form(form))
}

/// Refuses a query that is not UTF-8. A path that is not UTF-8 gets 404 anyway.
pub(crate) fn check_query(query: &str) -> Result<(), Problem> {
    fields_of(query.as_bytes()).try_for_each(|field| field.check())
}

/// The names and values of a text in this form. U+FFFD stands in place of bytes that are not UTF-8.
pub(super) fn pairs(text: &[u8]) -> impl Iterator<Item = (String, String)> {
    fields_of(text).map(|field| (field.name.text, field.value.text))
}

struct Field {
    name: Decoded,
    value: Decoded,
}

impl Field {
    fn check(&self) -> Result<(), Problem> {
        match (self.name.is_utf8, self.value.is_utf8) {
            (true, true) => Ok(()),
            (true, false) => Err(not_utf8(&self.name.text)),
            (false, _) => Err(not_utf8("a field's name")),
        }
    }
}

/// A text; where it is not UTF-8, U+FFFD stands in place of other bytes.
struct Decoded {
    text: String,
    is_utf8: bool,
}

fn fields_of(text: &[u8]) -> impl Iterator<Item = Field> {
    text.split(|byte| *byte == b'&').filter(|part| !part.is_empty()).map(|part| {
        let mut halves = part.splitn(2, |byte| *byte == b'=').map(decode);
        let mut half = || halves.next().unwrap_or_else(|| decode(b""));
        Field { name: half(), value: half() }
    })
}

fn decode(text: &[u8]) -> Decoded {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let bytes = percent_decode(&spaced);
    let is_utf8 = bytes.clone().decode_utf8().is_ok();
    Decoded { text: bytes.decode_utf8_lossy().into_owned(), is_utf8 }
}

fn not_utf8(name: &str) -> Problem {
    let name: String = name.chars().take(100).collect();
    let detail = format!("{name} is not UTF-8; expected a text in UTF-8, percent-encoded (%ED%95%9C for 한)");
    Problem::field(name, detail)
}
