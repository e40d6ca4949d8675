//! The counters of this process's sockets.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use catamaran::EventFaults;
use serde::Serialize;

use crate::close_counts::CloseCounts;

/// The counters of this process's sockets since it started.
#[derive(Debug, Default)]
pub struct Counters {
    /// Sockets that a consumer accepted.
    pub accepted: Counter,
    /// Sockets that a consumer refused.
    pub refused: Counter,
    /// Handshakes from a foreign origin or to an unknown host.
    pub foreign: Counter,
    /// Handshakes refused because their address made too many.
    pub handshakes_limited: Counter,
    /// Handshakes refused because their address has too many sockets.
    pub address_full: Counter,
    /// Sockets refused because their user has too many.
    pub user_full: Counter,
    /// Handshakes refused because the process has no room.
    pub process_full: Counter,
    /// Handshakes that are none by RFC 6455.
    pub malformed: Counter,
    /// Sockets refused because their user was not authenticated.
    pub unauthenticated: Counter,
    /// Sockets refused because sessions could not be looked up.
    pub sessions_unavailable: Counter,
    /// Handshakes refused because the process stops.
    pub stopping: Counter,
    /// Requests that were answered with 404 or 426, since they belong to no socket: mostly routed to the wrong process.
    pub misrouted: Counter,
    /// Closed sockets, by side and code.
    pub closed: CloseCounts,
    /// Sockets open now.
    pub open: Counter,
    /// Frames queued for clients.
    pub sent: Counter,
    /// Volatile frames dropped because earlier frames waited for their client.
    pub volatile_dropped: Counter,
    /// Frames received from clients.
    pub received: Counter,
    /// Frames of clients refused by the rate limit.
    pub rate_limited: Counter,
    /// Sockets closed because their client read too slowly.
    pub slow_readers: Counter,
    /// Sockets closed because too much waited for all clients together.
    pub crowded_out: Counter,
    /// Sockets closed because they did not answer a ping.
    pub ping_timeouts: Counter,
    /// Panics of consumers and of their fan-outs.
    pub panics: Counter,
    /// Events that no consumer handled.
    pub unhandled: Arc<EventFaults>,
}

/// A number that all workers change.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    pub(crate) fn one_less(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// Its value now.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The numbers at one moment, for `/healthz`.
#[derive(Debug, Serialize)]
pub(crate) struct Snapshot {
    open: u64,
    accepted: u64,
    refused: u64,
    foreign: u64,
    handshakes_limited: u64,
    address_full: u64,
    user_full: u64,
    process_full: u64,
    sent: u64,
    volatile_dropped: u64,
    received: u64,
    rate_limited: u64,
    slow_readers: u64,
    crowded_out: u64,
    ping_timeouts: u64,
    panics: u64,
    unhandled_events: u64,
}

impl Counters {
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            open: self.open.get(),
            accepted: self.accepted.get(),
            refused: self.refused.get(),
            foreign: self.foreign.get(),
            handshakes_limited: self.handshakes_limited.get(),
            address_full: self.address_full.get(),
            user_full: self.user_full.get(),
            process_full: self.process_full.get(),
            sent: self.sent.get(),
            volatile_dropped: self.volatile_dropped.get(),
            received: self.received.get(),
            rate_limited: self.rate_limited.get(),
            slow_readers: self.slow_readers.get(),
            crowded_out: self.crowded_out.get(),
            ping_timeouts: self.ping_timeouts.get(),
            panics: self.panics.get(),
            unhandled_events: self.unhandled.count(),
        }
    }
}
