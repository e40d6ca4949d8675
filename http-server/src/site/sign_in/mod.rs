//! Sign-in: the session of a request, its cookie, and the API for it.

pub(crate) mod api;
pub(crate) mod session;
