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
    /// Reads the parameters. A handler first checks the session and the path, since their refusals (401, 404) take precedence.
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

/// Turns a whole number into a JSON number. All our parameters are numbers, so none loses a text that looks like one.
fn value(text: String) -> Value {
    let number = text.parse::<i64>().map(Value::from);
    number.or_else(|_| text.parse::<u64>().map(Value::from)).unwrap_or(Value::String(text))
}
