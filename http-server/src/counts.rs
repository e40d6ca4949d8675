//! Numbers of this process that show a wrong configuration.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use catamaran_boot::Role;
use catamaran_metrics::Scrape;

/// The counters since the process started.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Requests for sockets, which ws-server serves.
    pub(crate) misrouted: Count,
    /// Socket tokens for pages whose sockets do not get the cookie.
    pub(crate) tokens_by_setting: Count,
    /// Socket tokens for pages whose sockets get the cookie: one was refused all the same.
    pub(crate) tokens_after_refusal: Count,
}

/// A number that all workers change.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counts {
    /// Beside sockets of its own a process gets no misrouted ones; the sockets' counter has the same name.
    pub(crate) fn write(&self, role: Role, scrape: &mut Scrape<'_>) -> fmt::Result {
        if role != Role::Both {
            self.write_misrouted(scrape)?;
        }
        let reasons = [("other_host", self.tokens_by_setting.get()), ("session_refused", self.tokens_after_refusal.get())];
        let help = "Socket tokens by reason: the sockets' host gets no cookie; a socket with the cookie was refused";
        scrape.counters("catamaran_socket_tokens", help, "reason", reasons)
    }

    fn write_misrouted(&self, scrape: &mut Scrape<'_>) -> fmt::Result {
        let help = "Requests for WebSockets that came to http-server: route every path below /ws/ to ws-server, or set WS_URL";
        scrape.counter("catamaran_misrouted_requests", help, self.misrouted.get())
    }
}
