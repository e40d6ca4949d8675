//! Answers to handshakes that exceed a bound.

use std::net::IpAddr;

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use catamaran::LogThrottle;

use crate::{admission::Refusal, counters::Counters, plain::problem};

/// Seconds after which an address with too many sockets may try again.
const ADDRESS_RETRY: u64 = 30;
/// Seconds after which a client may try a full process again.
const PROCESS_RETRY: u64 = 5;

/// The answer to a refused handshake, counted and logged.
pub(crate) fn answer(refusal: Refusal, client: Option<IpAddr>, counters: &Counters) -> HttpResponse {
    let (status, code, detail, seconds) = match refusal {
        Refusal::TooOften(seconds) => {
            counters.handshakes_limited.add(1);
            let detail = format!("too many handshakes from your address: try again in {seconds} s");
            (StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail, seconds)
        }
        Refusal::AddressFull(max) => {
            counters.address_full.add(1);
            let detail = format!("your address has {max} sockets here, which is the most it may have: close one first");
            (StatusCode::TOO_MANY_REQUESTS, "too_many_sockets", detail, ADDRESS_RETRY)
        }
        Refusal::ProcessFull(max) => {
            counters.process_full.add(1);
            let detail = format!("this server holds {max} sockets, which is the most it can: connect again, to another or later");
            (StatusCode::SERVICE_UNAVAILABLE, "full", detail, PROCESS_RETRY)
        }
    };
    log(refusal, client);
    let mut response = problem(status, code, &detail);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// One line in ten seconds for each kind, so that one client cannot hide the lines about another.
fn log(refusal: Refusal, client: Option<IpAddr>) {
    static TOO_OFTEN: LogThrottle = LogThrottle::new();
    static ADDRESS: LogThrottle = LogThrottle::new();
    static PROCESS: LogThrottle = LogThrottle::new();
    let from = client.map_or_else(|| "a Unix socket without X-Forwarded-For".to_owned(), |addr| addr.to_string());
    let hint = "if this is a proxy, name it in TRUSTED_PROXIES and let it send X-Forwarded-For";
    match refusal {
        Refusal::TooOften(_) => {
            if let Some(more) = TOO_OFTEN.pass() {
                log::warn!("refused a socket to {from}: too many handshakes (WS_HANDSHAKES_PER_ADDRESS); {hint}{more}");
            }
        }
        Refusal::AddressFull(max) => {
            if let Some(more) = ADDRESS.pass() {
                log::warn!("refused a socket to {from}: it has {max} open (WS_MAX_SOCKETS_PER_ADDRESS); {hint}{more}");
            }
        }
        Refusal::ProcessFull(max) => {
            if let Some(more) = PROCESS.pass() {
                log::error!(
                    "refused a socket to {from}: the process has {max} open, and the limit of open files allows no more; raise it (ulimit -n, \
                     LimitNOFILE) or start more processes{more}"
                );
            }
        }
    }
}
