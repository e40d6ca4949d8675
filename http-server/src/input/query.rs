//! Queries.

use std::{
    future::{Ready, ready},
    marker::PhantomData,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{read::read, urlencoded::pairs};
use crate::problem::Problem;

/// A query in the shape of `T`. Of a parameter that stands twice, the last one counts.
#[derive(Debug)]
pub(crate) struct Query<T> {
    parameters: Map<String, Value>,
    shape: PhantomData<T>,
}

impl<T: DeserializeOwned> Query<T> {
    /// Reads the parameters. A handler calls it after it has checked the session and the path, whose refusals (401, 404) come first.
    ///
    /// # Errors
    /// 422 with the first parameter that does not fit.
    pub(crate) fn read(&self) -> Result<T, Problem> {
        read(&self.parameters)
    }
}

impl<T> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parameters = pairs(req.query_string().as_bytes()).map(|(name, text)| (name, value(text))).collect();
        ready(Ok(Self { parameters, shape: PhantomData }))
    }
}

/// A whole number is one to every type of field: no parameter of ours is a text.
fn value(text: String) -> Value {
    let number = text.parse::<i64>().map(Value::from);
    number.or_else(|_| text.parse::<u64>().map(Value::from)).unwrap_or(Value::String(text))
}
