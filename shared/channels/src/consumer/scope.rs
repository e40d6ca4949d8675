//! What is known of a socket before it is let in.

use std::{borrow::Cow, net::IpAddr};

use serde::de::DeserializeOwned;

use super::{Close, CloseCode, Headers};

/// A socket's surroundings, as in Django Channels. `U` is the team's own user type.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Scope<U = ()> {
    /// The path that was asked for, without the query.
    pub path: Box<str>,
    /// The query, without the `?`. Here during [`connect`](crate::Consumer::connect) only.
    pub query: Box<str>,
    /// The parts of the path that the route names, in its order.
    pub params: Vec<(Box<str>, Box<str>)>,
    /// The handshake's headers, names in lower case, without `cookie` and `authorization`. Here during
    /// [`connect`](crate::Consumer::connect) only: then they are let go, to keep idle sockets small.
    pub headers: Headers,
    /// The subprotocols that the client offered, in its order. Here during [`connect`](crate::Consumer::connect) only.
    pub subprotocols: Vec<Box<str>>,
    /// The client's address, seen through trusted proxies.
    pub peer: Option<IpAddr>,
    /// The user; `None` for a client that is not signed in.
    pub user: Option<U>,
}

/// A query that does not fit what the consumer asks of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the query of this socket's address does not fit: {0}")]
pub struct QueryError(String);

impl From<QueryError> for Close {
    fn from(fault: QueryError) -> Self {
        Self::new(CloseCode::BAD_QUERY, fault.to_string())
    }
}

impl<U> Scope<U> {
    /// The part of the path that the route calls `name`.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| &**known == name).map(|(_, value)| &**value)
    }

    /// The first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// The first value in the query that is called `name`, decoded.
    ///
    /// ```
    /// let scope = catamaran::Scope::<()>::default().with_query("q=two+words&lang=ko");
    /// assert_eq!(scope.query_param("q").as_deref(), Some("two words"));
    /// assert_eq!(scope.query_param("page"), None);
    /// ```
    pub fn query_param(&self, name: &str) -> Option<Cow<'_, str>> {
        form_urlencoded::parse(self.query.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The query as a `Q`. By `?`, one that does not fit ends the socket with 4400 and a reason.
    ///
    /// ```
    /// #[derive(serde::Deserialize)]
    /// struct Wanted { after: u64, #[serde(default)] lang: String }
    ///
    /// let scope = catamaran::Scope::<()>::default().with_query("after=12");
    /// assert_eq!(scope.parse_query::<Wanted>()?.after, 12);
    /// let fault = scope.with_query("after=yesterday").parse_query::<Wanted>().err().unwrap();
    /// assert_eq!(fault.to_string(), "the query of this socket's address does not fit: invalid digit found in string");
    /// # Ok::<(), catamaran::QueryError>(())
    /// ```
    ///
    /// # Errors
    /// [`QueryError`] where a part is missing or has another shape.
    pub fn parse_query<Q: DeserializeOwned>(&self) -> Result<Q, QueryError> {
        serde_urlencoded::from_str(&self.query).map_err(|fault| QueryError(fault.to_string()))
    }

    /// With this user.
    #[must_use]
    pub fn with_user(self, user: U) -> Self {
        Self { user: Some(user), ..self }
    }

    /// With this part of the path.
    #[must_use]
    pub fn with_param(mut self, name: &str, value: &str) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }

    /// With this query, in place of the one before.
    #[must_use]
    pub fn with_query(self, query: &str) -> Self {
        Self { query: query.into(), ..self }
    }

    /// With these headers, in place of those before; names in lower case.
    #[must_use]
    pub fn with_headers<'a>(self, headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self { headers: headers.into_iter().collect(), ..self }
    }

    /// With this subprotocol offered, behind those before.
    #[must_use]
    pub fn with_subprotocol(mut self, protocol: &str) -> Self {
        self.subprotocols.push(protocol.into());
        self
    }

    /// Lets go what only the handshake needs.
    pub(super) fn forget_handshake(&mut self) {
        self.headers = Headers::default();
        self.subprotocols = Vec::new();
        self.query = Box::default();
    }
}

impl<U> Default for Scope<U> {
    fn default() -> Self {
        Self {
            path: Box::default(),
            query: Box::default(),
            params: Vec::new(),
            headers: Headers::default(),
            subprotocols: Vec::new(),
            peer: None,
            user: None,
        }
    }
}
