//! Input of handlers: JSON bodies, queries and forms.
//!
//! A body or a query is one struct. serde reads it and utoipa describes it, so a handler names it once: as an argument.

mod body;
mod json;
mod query;
mod read;
mod types;
mod urlencoded;

pub(crate) use body::check_length;
pub(crate) use json::Json;
pub(crate) use query::Query;
pub(crate) use types::{Seq, Text, Whole, object};
pub(crate) use urlencoded::{Form, check_query};
