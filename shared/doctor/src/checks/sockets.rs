//! Sockets: which process answers below `/ws/`, the upgrade over the proxy, origins, and what a socket without a session is told.

use actix_http::ws::OpCode;
use catamaran_boot::findings::Finding;
use catamaran_edge::quoted;
use serde_json::Value;

use super::{
    cookies, or_unknown,
    pages::{FOREIGN, origin_advice},
};
use crate::{
    fault::Fault,
    http::{Answer, Request},
    socket::{self, Credential, Event, Handshake, Socket},
    visit::{LOBBY, Visit},
};

/// The close code of a socket without a session.
const SIGNED_OUT: u16 = 4401;
/// The close code of a socket whose token is refused.
const TOKEN_REFUSED: u16 = 4498;

pub(super) async fn findings(visit: &Visit) -> Vec<Finding> {
    let mut findings = vec![
        or_unknown("route", LOBBY, route(visit).await),
        or_unknown("origin", "a socket of another site's page", foreign_origin(visit).await),
    ];
    findings.extend(visit.mixed.then(mixed));
    match open(visit).await {
        Ok(Ok(socket)) => findings.extend(first_frame(visit, *socket).await),
        Ok(Err(finding)) => findings.push(*finding),
        Err(fault) => findings.push(unreachable(visit, &fault)),
    }
    if visit.session.is_some() {
        findings.push(or_unknown("stranger", "a socket without a session", stranger(visit).await));
    }
    findings
}

/// A socket of the site's own page with the session, or the finding that says why there is none.
pub(super) async fn open(visit: &Visit) -> Result<Result<Box<Socket>, Box<Finding>>, Fault> {
    let credential = credential(visit).await?;
    Ok(match socket::open(&visit.dialer, &visit.sockets, &visit.site.origin(), credential).await? {
        Handshake::Open(socket) => Ok(socket),
        Handshake::Refused(answer) => Err(Box::new(refused(visit, &answer))),
    })
}

/// The cookie if a browser sends it to the sockets' host, otherwise a token, as the pages do.
async fn credential(visit: &Visit) -> Result<Credential, Fault> {
    let Some(session) = &visit.session else { return Ok(Credential::None) };
    if !cookies::reaches_sockets(visit, session) {
        let token = session.token(&visit.dialer, &visit.site).await?;
        return Ok(token.map_or(Credential::None, Credential::Token));
    }
    Ok(Credential::Cookie(session.cookie.clone()))
}

fn mixed() -> Finding {
    Finding::error(
        "mixed",
        "the pages come over https and name ws:// for their sockets: browsers refuse that, and no page gets live news",
        "let the proxy say https (nginx: proxy_set_header X-Forwarded-Proto $scheme;), or write wss:// in WS_URL",
    )
}

fn unreachable(visit: &Visit, fault: &Fault) -> Finding {
    Finding::error(
        "socket",
        format!("no socket opens at {}: {fault}", visit.sockets.sockets()),
        "start ws-server, route /ws/ to it, and check WS_URL of http-server, which names the address that pages use",
    )
}

/// Which process answers below `/ws/`: each says so to a plain request.
async fn route(visit: &Visit) -> Result<Finding, Fault> {
    let place = visit.sockets.sockets();
    let answer = Request::get(LOBBY).send(&visit.dialer, &visit.sockets).await?;
    let process = quoted(&answer.field("process"));
    Ok(match (answer.status, answer.code().as_str()) {
        (426, "upgrade_required") => Finding::ok("route", format!("{place}/ws/ is answered by {process}")),
        _ => misrouted(&answer)
            .unwrap_or_else(|| Finding::unknown("route", format!("a plain request is answered with {}", answer.status))),
    })
}

/// The finding if the answer shows that `/ws/` leads elsewhere.
fn misrouted(answer: &Answer) -> Option<Finding> {
    let to_ws = "route /ws/ to ws-server (nginx: location /ws/ { proxy_pass http://ws; }, HAProxy: use_backend ws if { path_beg /ws/ }, \
                 Caddy: handle /ws/* { reverse_proxy … })";
    Some(match (answer.status, answer.code().as_str()) {
        (426, "not_here") => Finding::error("route", "/ws/ is answered by http-server, which holds no sockets", to_ws),
        (_, "no_socket") => Finding::error(
            "route",
            "/ws/ comes to ws-server under another path: the proxy removes or adds a part of it",
            "pass paths on unchanged (nginx: proxy_pass http://ws; without a path or slash behind the name; Caddy: handle instead of handle_path)",
        ),
        (502..=504, _) => Finding::error(
            "route",
            format!("the proxy answers {} below /ws/: it reaches no ws-server", answer.status),
            "start ws-server; compare its address with the proxy's (nginx: upstream ws { server HOST:PORT; })",
        ),
        (404, _) | (200, _) => {
            Finding::error("route", format!("/ws/ is answered with {} by a program that holds no sockets", answer.status), to_ws)
        }
        _ => return None,
    })
}

/// A handshake of the site's own page was refused.
fn refused(visit: &Visit, answer: &Answer) -> Finding {
    let detail = quoted(&answer.field("detail"));
    if let Some(finding) = misrouted(answer) {
        return finding;
    }
    match (answer.status, answer.code().as_str()) {
        (426, _) | (400, "bad_handshake") => Finding::error(
            "upgrade",
            "the proxy removes Upgrade from handshakes: ws-server sees plain requests",
            "nginx, in location /ws/: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; \
             (HAProxy and Caddy pass it on)",
        ),
        (403, _) => {
            Finding::error("origin", format!("sockets of the site's own pages are refused: {detail}"), origin_advice(visit))
        }
        (400, "bad_host") => {
            Finding::error("host", format!("ws-server refuses the host: {detail}"), "add it to ALLOWED_HOSTS of ws-server")
        }
        (429 | 503, _) => Finding::unknown("socket", format!("ws-server takes no socket now: {} {detail}", answer.status)),
        (status, _) => Finding::error(
            "socket",
            format!("a handshake is answered with {status}: {detail}"),
            "read the logs of the proxy and of ws-server",
        ),
    }
}

async fn foreign_origin(visit: &Visit) -> Result<Finding, Fault> {
    let accepted = "a socket of any other site's page is accepted";
    Ok(match socket::open(&visit.dialer, &visit.sockets, FOREIGN, Credential::None).await? {
        Handshake::Refused(answer) if answer.status == 403 => Finding::ok("origin", "sockets of other sites' pages are refused"),
        Handshake::Refused(answer) => {
            Finding::unknown("origin", format!("a socket of another site is answered with {}", answer.status))
        }
        Handshake::Open(_) => {
            Finding::error("origin", accepted, "name single origins in ALLOWED_ORIGINS, and let no proxy set or remove Origin")
        }
    })
}

/// The first frame, and the answer to a ping of the page: frames travel in both directions.
async fn first_frame(visit: &Visit, mut socket: Socket) -> Vec<Finding> {
    let waiting = async {
        let first = socket.wait_for(&["lobby.state"]).await;
        if first.is_ok() {
            socket.send(OpCode::Text, br#"{"type":"ping"}"#).await?;
            return Ok(socket.wait_for(&["pong"]).await.and(first));
        }
        Ok(first)
    };
    match visit.dialer.within(waiting).await {
        Ok(Ok(frame)) => vec![Finding::ok("socket", "a socket opens, and frames travel both ways"), return_after(&frame)],
        Ok(Err(event)) => vec![closed_at_once(visit, &event)],
        Err(fault) => vec![Finding::error(
            "socket",
            format!("a socket opens, and no frame comes: {fault}"),
            "let the proxy not buffer /ws/ (nginx: proxy_http_version 1.1, and no second proxy that buffers)",
        )],
    }
}

/// As far as a drain is seen from outside: the server says beforehand how long pages spread their return.
fn return_after(frame: &Value) -> Finding {
    match frame["reconnect_within_ms"].as_u64() {
        Some(ms) => {
            let text = format!("after a release (close code 1012) pages spread their return over {} s", ms.div_ceil(1_000));
            Finding::ok("drain", text).with("reconnect_within_ms", ms)
        }
        None => Finding::note("drain", "the first frame does not say how long pages spread their return after a release"),
    }
}

fn closed_at_once(visit: &Visit, event: &Event) -> Finding {
    match event {
        Event::Close(closed) if [SIGNED_OUT, TOKEN_REFUSED].contains(&closed.code) && visit.session.is_some() => Finding::error(
            "session",
            "ws-server does not know the session that http-server has just opened",
            "give both servers the same SECRET_KEY and DATABASE_URL, and let the proxy pass Cookie on",
        ),
        Event::Close(closed) if closed.code == SIGNED_OUT => {
            Finding::unknown("socket", "a socket opens and is closed with 4401, since the examination has no session")
        }
        Event::Close(closed) => Finding::error(
            "socket",
            format!("the socket is closed at once with {}: {}", closed.code, quoted(&closed.reason)),
            "read the log of ws-server; `channels doctor` examines the channel layer",
        ),
        _ => {
            Finding::error("socket", "the connection is cut behind the handshake", "read the logs of the proxy and of ws-server")
        }
    }
}

/// Close codes and reasons pass the proxy: pages act on them.
async fn stranger(visit: &Visit) -> Result<Finding, Fault> {
    let Handshake::Open(mut socket) = socket::open(&visit.dialer, &visit.sockets, &visit.site.origin(), Credential::None).await?
    else {
        return Ok(Finding::unknown("stranger", "no socket opens"));
    };
    let end = visit.dialer.within(async { Ok(socket.end(&mut false).await) }).await?;
    Ok(match end {
        Event::Close(closed) if closed.code == SIGNED_OUT && !closed.reason.is_empty() => Finding::ok(
            "stranger",
            "a socket without a session is closed at once with 4401 and a reason: close codes pass the proxy",
        ),
        Event::Close(closed) => Finding::warning(
            "stranger",
            format!("a socket without a session is closed with {} instead of 4401", closed.code),
            "let no proxy between change close frames",
        ),
        _ => Finding::warning(
            "stranger",
            "the close frame of a socket is lost: pages see 1006",
            "let no proxy between cut sockets before their close frame",
        ),
    })
}
