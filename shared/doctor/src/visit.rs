//! The site under examination, as the first requests have found it.

use std::time::Duration;

use crate::{Place, dial::Dialer, http::Answer, session::Session};

/// The path of the socket that the examination opens.
pub(crate) const LOBBY: &str = "/ws/lobby/";

/// A site that answers as Catamaran.
pub(crate) struct Visit {
    pub(crate) dialer: Dialer,
    pub(crate) site: Place,
    /// The answer to `GET /`.
    pub(crate) front: Answer,
    /// The answer to `GET /api/v1/connection`.
    pub(crate) connection: Answer,
    /// The address that pages use for sockets.
    pub(crate) sockets: Place,
    /// Whether the pages are encrypted and name sockets that are not: browsers refuse those. `sockets` is the encrypted address then.
    pub(crate) mixed: bool,
    pub(crate) session: Option<Session>,
    pub(crate) idle: Duration,
    /// The port of plain HTTP.
    pub(crate) http_port: Option<u16>,
}
