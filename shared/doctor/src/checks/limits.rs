//! Limits: what a single client may make the servers hold. A handful of requests, and none of them is large on the wire.

use actix_http::ws::OpCode;
use catamaran_boot::findings::Finding;
use tokio::join;

use super::{or_unknown, sockets};
use crate::{
    fault::Fault,
    http::Request,
    socket::Event,
    visit::{LOBBY, Visit},
};

/// Cookies of all applications of a domain: 9 kB are not rare.
const MANY_COOKIES: usize = 9_000;
/// More than any of the limits in use.
const HUGE_HEAD: usize = 200_000;
const HUGE_BODY: u64 = 1 << 30;
const HUGE_FRAME: u64 = 1 << 30;

pub(super) async fn findings(visit: &Visit) -> Vec<Finding> {
    let (cookies, head, body, frame) = join!(cookies(visit), head(visit), body(visit), frame(visit));
    vec![
        or_unknown("cookies", "9 kB of cookies", cookies),
        or_unknown("head", "a huge head", head),
        or_unknown("body", "a huge body", body),
        or_unknown("frame", "a huge frame", frame),
    ]
}

async fn cookies(visit: &Visit) -> Result<Finding, Fault> {
    let many = format!("other={}", "x".repeat(MANY_COOKIES));
    let page = Request::get("/api/v1/connection").header("Cookie", many.as_str()).send(&visit.dialer, &visit.site).await?;
    let socket = Request::get(LOBBY).header("Cookie", many.as_str()).send(&visit.dialer, &visit.sockets).await?;
    Ok(match [page.status, socket.status].into_iter().find(|status| matches!(status, 400 | 413 | 431 | 494)) {
        None => Finding::ok("cookies", "9 kB of cookies are accepted, as other applications of a domain set them"),
        Some(status) => Finding::warning(
            "cookies",
            format!("9 kB of cookies are refused with {status}: a user with cookies of other applications is shut out"),
            "allow as much as the servers (nginx: large_client_header_buffers 4 16k; HAProxy: tune.bufsize 32768)",
        ),
    })
}

async fn head(visit: &Visit) -> Result<Finding, Fault> {
    let answer =
        Request::get("/api/v1/connection").header("X-Padding", "x".repeat(HUGE_HEAD)).send(&visit.dialer, &visit.site).await;
    Ok(match answer {
        Ok(answer) if answer.status < 300 => Finding::warning(
            "head",
            "a head of 200 kB is accepted",
            "refuse more than 64 KiB at the proxy (nginx: large_client_header_buffers 4 16k)",
        ),
        Ok(answer) => Finding::ok("head", format!("a head of 200 kB is refused with {}", answer.status)),
        // A server that stops reading may cut the connection before its answer is read.
        Err(Fault::Cut) => Finding::ok("head", "a head of 200 kB is refused: the connection is cut"),
        Err(fault) => return Err(fault),
    })
}

/// Announces a huge body and sends none of it.
async fn body(visit: &Visit) -> Result<Finding, Fault> {
    let request = Request::post("/api/v1/session")
        .header("Content-Type", "application/json")
        .header("Content-Length", HUGE_BODY.to_string());
    let advice = "let the proxy refuse it (nginx: client_max_body_size 256k;), and not buffer before that";
    Ok(match request.send(&visit.dialer, &visit.site).await {
        Ok(answer) if answer.status == 413 => Finding::ok("body", "a body of 1 GiB is refused with 413 before it is sent"),
        Ok(answer) => Finding::note("body", format!("a body of 1 GiB is refused with {} before it is sent", answer.status)),
        Err(Fault::Cut) => Finding::ok("body", "a body of 1 GiB is refused: the connection is cut"),
        Err(Fault::Late(_)) => Finding::warning("body", "a body of 1 GiB is awaited, not refused", advice),
        Err(fault) => return Err(fault),
    })
}

/// Announces a huge frame and sends none of it.
async fn frame(visit: &Visit) -> Result<Finding, Fault> {
    if visit.session.is_none() {
        return Ok(Finding::unknown("frame", "not examined without a session"));
    }
    let Ok(mut socket) = sockets::open(visit).await? else {
        return Ok(Finding::unknown("frame", "not examined without a socket"));
    };
    let ended = visit.dialer.within(async {
        socket.announce(HUGE_FRAME).await?;
        Ok(socket.end(&mut false).await)
    });
    let ended = ended.await;
    Ok(match ended {
        Ok(Event::Close(closed)) if closed.code == 1009 => {
            // Answers the close frame, so that the server need not wait.
            let _ = socket.send(OpCode::Close, &1009_u16.to_be_bytes()).await;
            Finding::ok("frame", "a frame of 1 GiB is refused at its header with 1009")
        }
        Ok(Event::Close(closed)) => Finding::note("frame", format!("a frame of 1 GiB ends the socket with {}", closed.code)),
        Ok(_) => Finding::warning(
            "frame",
            "a frame of 1 GiB cuts the socket without its close code",
            "let no proxy between cut sockets",
        ),
        Err(Fault::Late(_)) => {
            let advice = "lower WS_MESSAGE_BYTES (default 65536), and let no proxy between buffer frames";
            Finding::warning("frame", "a frame of 1 GiB is awaited, not refused", advice)
        }
        Err(fault) => return Err(fault),
    })
}
