//! Two lines for each socket, as http-server writes one for each request: at its handshake, and at its end.

use std::{
    cell::{Cell, OnceCell},
    net::IpAddr,
    time::Instant,
};

use actix_web::{
    HttpRequest,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
};
use catamaran::CloseCode;
use catamaran_edge::{ClientInfo, REQUEST_ID, quoted};
use uuid::Uuid;

use crate::{Key, close_counts::Side, outbox::Taken};

/// The identity of one socket for the log, and what its client has sent.
pub(crate) struct AccessRecord {
    request_id: Box<str>,
    client: Option<IpAddr>,
    /// Without the query, which may hold a token.
    path: Box<str>,
    since: Instant,
    user: OnceCell<Key>,
    frames_in: Cell<u64>,
    bytes_in: Cell<u64>,
    dropped: Cell<u64>,
}

impl AccessRecord {
    pub(crate) fn of(request: &HttpRequest, client: &ClientInfo) -> Self {
        Self {
            request_id: client.request_id.clone().unwrap_or_else(|| Uuid::now_v7().to_string().into()),
            client: client.addr,
            path: request.path().into(),
            since: Instant::now(),
            user: OnceCell::new(),
            frames_in: Cell::new(0),
            bytes_in: Cell::new(0),
            dropped: Cell::new(0),
        }
    }

    pub(crate) fn set_user(&self, user: Option<&Key>) {
        if let Some(user) = user {
            // A socket is authenticated once.
            let _first = self.user.set(user.clone());
        }
    }

    /// Counts a frame of the client.
    pub(crate) fn received(&self, bytes: usize) {
        self.frames_in.set(self.frames_in.get() + 1);
        self.bytes_in.set(self.bytes_in.get() + bytes as u64);
    }

    /// Counts a frame that was dropped: a volatile one for a client that lags, or one of a client above its rate.
    pub(crate) fn dropped(&self) {
        self.dropped.set(self.dropped.get() + 1);
    }

    /// Gives the answer to the handshake its `X-Request-Id`.
    pub(crate) fn sign(&self, headers: &mut HeaderMap) {
        if let Ok(id) = HeaderValue::from_str(&self.request_id) {
            headers.insert(HeaderName::from_static(REQUEST_ID), id);
        }
    }

    /// Writes the line of the answered handshake. 101 is also the status of a socket that gets a close frame at once.
    pub(crate) fn write_opening(&self, request: &HttpRequest, status: StatusCode) {
        let origin = request.headers().get(header::ORIGIN).map(|origin| quoted(&String::from_utf8_lossy(origin.as_bytes())));
        log::info!(
            target: "access",
            request_id = &*self.request_id,
            client = self.client().as_str(),
            user = self.user(),
            origin = origin.as_deref().map_or("-", |origin| origin.trim_matches('"')),
            method = request.method().as_str(),
            path = &*self.path,
            status = status.as_u16(),
            us = self.us();
            "{} {} {}", request.method(), self.path, status.as_u16()
        );
    }

    /// Writes the line of the socket's end.
    pub(crate) fn write_end(&self, side: Side, code: CloseCode, taken: Taken) {
        log::info!(
            target: "access",
            request_id = &*self.request_id,
            client = self.client().as_str(),
            user = self.user(),
            path = &*self.path,
            code = code.0,
            side = side.as_str(),
            reason = reason(code),
            us = self.us(),
            frames_in = self.frames_in.get(),
            bytes_in = self.bytes_in.get(),
            frames_out = taken.frames,
            bytes_out = taken.bytes,
            dropped = self.dropped.get();
            "CLOSE {} {}", self.path, code.0
        );
    }

    fn client(&self) -> String {
        self.client.map_or_else(|| "unix".to_owned(), |addr| addr.to_string())
    }

    fn user(&self) -> &str {
        self.user.get().map_or("-", |user| user)
    }

    fn us(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// The class of a close code, for filters of logs. A client's own text is not repeated.
fn reason(code: CloseCode) -> &'static str {
    match code.0 {
        1000 => "normal",
        1001 => "going_away",
        1002 | 1003 | 1007 => "protocol_error",
        1005 => "no_status",
        1006 => "connection_lost",
        1008 => "policy",
        1009 => "too_large",
        1011 => "internal_error",
        1012 => "restart",
        1013 => "try_again",
        4401 => "signed_out",
        4403 => "forbidden",
        4404 => "not_found",
        4429 => "rate_limited",
        _ => "application",
    }
}
