//! Sign-in: the session of a request, its cookie, the form and the API.

pub(crate) mod api;
pub(crate) mod page;
pub(crate) mod session;
pub(crate) mod socket_token;
