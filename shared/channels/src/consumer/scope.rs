//! The data of a handshake.

use std::{borrow::Cow, net::IpAddr};

use serde::de::DeserializeOwned;

use super::{Close, CloseCode, Headers};

/// The data of a socket's handshake, as in Django Channels. `U` is the team's own user type.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Scope<U = ()> {
    /// The requested path, without the query.
    pub path: Box<str>,
    /// The query, without the `?`. Present during [`connect`](crate::Consumer::connect) only.
    pub query: Box<str>,
    /// The named parts of the path, in the order of the route.
    pub params: Vec<(Box<str>, Box<str>)>,
    /// The headers without `cookie` and `authorization`, names in lower case. Present during
    /// [`connect`](crate::Consumer::connect) only, to keep idle sockets small.
    pub headers: Headers,
    /// The subprotocols that the client offered, in its order. Present during [`connect`](crate::Consumer::connect) only.
    pub subprotocols: Vec<Box<str>>,
    /// The client's address; behind trusted proxies, the address that they report.
    pub peer: Option<IpAddr>,
    /// The user; `None` if the client is not signed in.
    pub user: Option<U>,
}

/// The query is not valid for the consumer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the query of this socket's address does not fit: {0}")]
pub struct QueryError(String);

impl From<QueryError> for Close {
    fn from(fault: QueryError) -> Self {
        Self::new(CloseCode::BAD_QUERY, fault.to_string())
    }
}

impl<U> Scope<U> {
    /// Returns the part of the path that the route calls `name`.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| &**known == name).map(|(_, value)| &**value)
    }

    /// Returns the first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// Returns the first value of the query parameter `name`, decoded.
    ///
    /// ```
    /// let scope = catamaran::Scope::<()>::default().with_query("q=two+words&lang=ko");
    /// assert_eq!(scope.query_param("q").as_deref(), Some("two words"));
    /// assert_eq!(scope.query_param("page"), None);
    /// ```
    pub fn query_param(&self, name: &str) -> Option<Cow<'_, str>> {
        form_urlencoded::parse(self.query.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Parses the query into a `Q`. With `?`, an invalid query ends the socket with 4400 and a reason.
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
    /// [`QueryError`] if a parameter is missing or not valid.
    pub fn parse_query<Q: DeserializeOwned>(&self) -> Result<Q, QueryError> {
        serde_urlencoded::from_str(&self.query).map_err(|fault| QueryError(fault.to_string()))
    }

    /// Sets the user.
    #[must_use]
    pub fn with_user(self, user: U) -> Self {
        Self { user: Some(user), ..self }
    }

    /// Adds a part of the path.
    #[must_use]
    pub fn with_param(mut self, name: &str, value: &str) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }

    /// Replaces the query.
    #[must_use]
    pub fn with_query(self, query: &str) -> Self {
        Self { query: query.into(), ..self }
    }

    /// Replaces the headers. Names must be in lower case.
    #[must_use]
    pub fn with_headers<'a>(self, headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self { headers: headers.into_iter().collect(), ..self }
    }

    /// Adds an offered subprotocol after the earlier ones.
    #[must_use]
    pub fn with_subprotocol(mut self, protocol: &str) -> Self {
        self.subprotocols.push(protocol.into());
        self
    }

    /// Drops the data that only the handshake needs.
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
