//! Silence: whether something cuts a silent socket, and whether something ends a request that never becomes whole.

use std::time::Duration;

use catamaran_boot::findings::Finding;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    join,
    time::Instant,
};

use super::{or_unknown, sockets};
use crate::{fault::Fault, socket::Event, visit::Visit};

/// The servers ping a silent client after so many seconds by default (`WS_PING_INTERVAL`). No timeout may be shorter.
const PING: Duration = Duration::from_secs(20);
/// nginx, HAProxy and our servers give a head 5 to 60 s.
const LONGEST_HEAD: Duration = Duration::from_secs(60);

pub(super) async fn findings(visit: &Visit) -> Vec<Finding> {
    if visit.idle.is_zero() {
        return Vec::new();
    }
    let (silent, slow) = join!(silent_socket(visit), slow_head(visit));
    vec![or_unknown("idle", "a silent socket", silent), or_unknown("slow", "half of a request's head", slow)]
}

async fn silent_socket(visit: &Visit) -> Result<Finding, Fault> {
    if visit.session.is_none() {
        return Ok(Finding::unknown("idle", "not examined without a session"));
    }
    let Ok(mut socket) = sockets::open(visit).await? else {
        return Ok(Finding::unknown("idle", "not examined without a socket"));
    };
    let start = Instant::now();
    let mut pinged = false;
    let patient = visit.dialer.with_more_time(visit.idle);
    let end = patient.within_time(visit.idle, async { Ok(socket.end(&mut pinged).await) }).await;
    match end {
        Err(Fault::Late(_)) => Ok(stayed(visit.idle, pinged)),
        Err(fault) => Err(fault),
        Ok(end) => Ok(ended(&end, start.elapsed())),
    }
}

fn stayed(idle: Duration, pinged: bool) -> Finding {
    let seconds = idle.as_secs();
    let text = match pinged {
        true => format!(
            "a silent socket stays open for {seconds} s, and the server pings it: no timeout between is shorter than that"
        ),
        false => {
            format!("a silent socket stays open for {seconds} s; --idle 70 waits past the first pings, and past most timeouts")
        }
    };
    Finding::ok("idle", text).with("seconds", seconds)
}

fn ended(end: &Event, after: Duration) -> Finding {
    let seconds = after.as_secs_f64();
    let finding = match end {
        Event::Close(closed) if closed.code == 1012 => Finding::ok(
            "idle",
            format!("after {seconds:.1} s ws-server was stopped for a release, and closed the socket with 1012"),
        ),
        Event::Close(closed) if closed.code == 1001 => Finding::warning(
            "idle",
            format!("after {seconds:.1} s the proxy closed the socket with 1001, as Caddy does when it is reloaded"),
            "reload the proxy seldom; pages come back by themselves",
        ),
        Event::Close(closed) => Finding::error(
            "idle",
            format!("after {seconds:.1} s the silent socket was closed with {}", closed.code),
            "read the log of ws-server, and compare WS_PING_INTERVAL and WS_PING_TIMEOUT with the proxies' timeouts",
        ),
        _ => Finding::error(
            "idle",
            format!(
                "something cuts a socket after {seconds:.1} s without traffic, before the server's ping (every {} s by default)",
                PING.as_secs()
            ),
            "raise the timeout above WS_PING_INTERVAL (nginx, in location /ws/: proxy_read_timeout 1h; HAProxy: timeout tunnel 1h; a platform's \
             balancer: its idle timeout), or lower WS_PING_INTERVAL",
        ),
    };
    finding.with("seconds", seconds)
}

/// Sends half of a head, and waits for what happens.
async fn slow_head(visit: &Visit) -> Result<Finding, Fault> {
    let mut stream = visit.dialer.connect(&visit.site).await?;
    let start = Instant::now();
    let half = format!("GET / HTTP/1.1\r\nHost: {}\r\nX-", visit.site.authority());
    let patient = visit.dialer.with_more_time(visit.idle);
    let waiting = async {
        stream.write_all(half.as_bytes()).await?;
        let mut answer = Vec::new();
        // A cut connection is an end too.
        let _ = stream.read_to_end(&mut answer).await;
        Ok(())
    };
    let seconds = visit.idle.as_secs();
    match patient.within_time(visit.idle, waiting).await {
        Ok(()) => {
            Ok(Finding::ok("slow", format!("half of a request's head is given up after {:.0} s", start.elapsed().as_secs_f64())))
        }
        Err(Fault::Late(_)) if visit.idle < LONGEST_HEAD => Ok(Finding::note(
            "slow",
            format!("half of a request's head still waits after {seconds} s; --idle 70 says whether it ends"),
        )),
        Err(Fault::Late(_)) => Ok(Finding::warning(
            "slow",
            format!("half of a request's head still holds its connection after {seconds} s"),
            "bound it at the proxy (nginx: client_header_timeout 10s; HAProxy: timeout http-request 10s)",
        )),
        Err(fault) => Err(fault),
    }
}
