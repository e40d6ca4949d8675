//! What happens to every request around its handler: one file for each thing, their order in [`around`].

mod access_log;
mod around;
mod compression;
mod csrf;
mod head;
mod headers;
mod hosts;
mod rate_limit;
mod refusals;
mod upgrade;
mod utf8;

pub(crate) use self::{around::around, headers::Policies};
