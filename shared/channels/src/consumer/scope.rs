//! What is known of a socket before it is let in.

use std::net::IpAddr;

use uuid::Uuid;

use super::Headers;

/// Who opened the socket, as the session cookie says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub user_id: Uuid,
    /// The session by which they signed in; when it ends, so does the socket.
    pub session_id: Uuid,
    /// The user's name at that moment.
    pub name: Box<str>,
}

/// A socket's surroundings, as in Django Channels.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The path that was asked for, without the query.
    pub path: Box<str>,
    /// The query, without the `?`.
    pub query: Box<str>,
    /// The parts of the path that the route names, in its order.
    pub params: Vec<(Box<str>, Box<str>)>,
    /// The handshake's headers, names in lower case, without `cookie` and `authorization`. Here during
    /// [`connect`](crate::Consumer::connect) only: then they are let go, to keep idle sockets small.
    pub headers: Headers,
    /// The subprotocols that the client offered, in its order.
    pub subprotocols: Vec<Box<str>>,
    /// The client's address, seen through trusted proxies.
    pub peer: Option<IpAddr>,
    /// Who it is; `None` where nobody is signed in.
    pub identity: Option<Identity>,
}

impl Scope {
    /// The part of the path that the route calls `name`.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| &**known == name).map(|(_, value)| &**value)
    }

    /// The first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// Lets go what only the handshake needs.
    pub fn forget_handshake(&mut self) {
        self.headers = Headers::default();
        self.subprotocols = Vec::new();
        self.query = Box::default();
    }
}
