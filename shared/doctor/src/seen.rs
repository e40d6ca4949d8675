//! The client as a server describes it to itself.

use std::net::IpAddr;

use serde::Deserialize;
use serde_json::Value;

/// The client as a server sees it: `catamaran_edge::ClientInfo`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Seen {
    pub(crate) address: Option<IpAddr>,
    pub(crate) scheme: String,
    pub(crate) host: String,
    pub(crate) proxied: bool,
    pub(crate) ignored: Option<String>,
}

impl Seen {
    /// Reads it from JSON; `None` for anything else.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        Self::deserialize(value).ok()
    }
}
