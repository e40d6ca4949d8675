//! The sockets' numbers for Prometheus. They are read at each scrape, from counters that exist anyway.

use std::fmt;

use catamaran_metrics::{Metrics, Scrape};

use crate::{Counter, Counters, ServerState};

impl ServerState {
    /// Adds the sockets of this server, and whether it drains, to the numbers of its process.
    pub fn measure(&self, metrics: &mut Metrics) {
        let state = self.clone();
        metrics.draining(self.stop.clone());
        metrics.collect(move |scrape| {
            write_bounds(&state, scrape)?;
            write_handshakes(&state.counters, scrape)?;
            write_frames(&state.counters, scrape)?;
            write_ends(&state.counters, scrape)
        });
    }
}

fn write_bounds(state: &ServerState, scrape: &mut Scrape<'_>) -> fmt::Result {
    let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let (sockets, _) = state.admission.bounds();
    let (waiting, limit) = state.waiting_bytes();
    scrape.gauge("catamaran_sockets_open", "WebSockets that are open", state.counters.open.get())?;
    scrape.gauge("catamaran_sockets_limit", "The most WebSockets that the process can hold", number(sockets))?;
    scrape.gauge("catamaran_outbox_bytes", "Bytes that wait for slow clients", number(waiting))?;
    let help = "The bound of the bytes that wait (WS_OUTBOX_TOTAL_BYTES); beyond it the slowest sockets are closed with 1013";
    scrape.gauge("catamaran_outbox_limit_bytes", help, number(limit))
}

fn write_handshakes(counters: &Counters, scrape: &mut Scrape<'_>) -> fmt::Result {
    let outcomes = [
        ("accepted", &counters.accepted),
        ("consumer_refused", &counters.refused),
        ("foreign", &counters.foreign),
        ("malformed", &counters.malformed),
        ("rate_limited", &counters.handshakes_limited),
        ("address_full", &counters.address_full),
        ("user_full", &counters.user_full),
        ("process_full", &counters.process_full),
        ("unauthenticated", &counters.unauthenticated),
        ("sessions_unavailable", &counters.sessions_unavailable),
        ("stopping", &counters.stopping),
    ];
    let help = "WebSocket handshakes by outcome: accepted, or why refused";
    scrape.counters("catamaran_handshakes", help, "outcome", outcomes.map(read))?;
    let help = "Requests to paths without a socket and plain requests to sockets: mostly routed to the wrong process";
    scrape.counter("catamaran_misrouted_requests", help, counters.misrouted.get())
}

fn write_frames(counters: &Counters, scrape: &mut Scrape<'_>) -> fmt::Result {
    scrape.counter("catamaran_frames_received", "Frames received from clients", counters.received.get())?;
    scrape.counter("catamaran_frames_sent", "Frames queued for clients: deliveries", counters.sent.get())?;
    let reasons = [("client_lags", &counters.volatile_dropped), ("rate_limited", &counters.rate_limited)];
    let help = "Frames dropped: volatile ones for a client that lags, and those of a client above its rate";
    scrape.counters("catamaran_frames_dropped", help, "reason", reasons.map(read))?;
    scrape.counter("catamaran_unhandled_events", "Events that no consumer handled", counters.unhandled.count())
}

fn write_ends(counters: &Counters, scrape: &mut Scrape<'_>) -> fmt::Result {
    let closed = counters.closed.iter().map(|([side, code], count)| ([("side", side), ("code", code)], count));
    scrape.labelled_counters("catamaran_sockets_closed", "Closed WebSockets by close code and the side that closed", closed)?;
    let reasons = [
        ("slow_reader", &counters.slow_readers),
        ("crowded_out", &counters.crowded_out),
        ("ping_timeout", &counters.ping_timeouts),
    ];
    let help = "WebSockets closed because their client was too slow, too much waited for all clients, or no ping was answered";
    scrape.counters("catamaran_sockets_evicted", help, "reason", reasons.map(read))?;
    scrape.counter("catamaran_panics", "Panics of consumers; each closed one socket or lost one event", counters.panics.get())
}

fn read((label, counter): (&'static str, &Counter)) -> (&'static str, u64) {
    (label, counter.get())
}
