//! The steps before and after every handler, a file for each; [`pipeline`] has their order.

mod access_log;
mod compression;
mod csrf;
mod head;
mod headers;
mod hosts;
mod measure;
mod pipeline;
mod rate_limit;
mod refusals;
mod upgrade;
mod utf8;

pub(crate) use self::{headers::Policies, pipeline::pipeline};
