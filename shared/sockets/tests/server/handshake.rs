//! Handshakes: origin, host and consumer, and the answers to other requests.

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};
use tokio_tungstenite::tungstenite::Error;

use crate::{
    client::{Client, http, parsed, whole},
    server::{PATIENCE, Server},
};

async fn refused(server: &Server, headers: &[(&str, &str)]) -> (u16, String) {
    match Client::try_connect(server, "visitor", headers).await {
        Err(Error::Http(response)) => {
            (response.status().as_u16(), String::from_utf8(response.into_body().unwrap_or_default()).unwrap())
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it got in"),
    }
}

#[tokio::test]
async fn a_foreign_origin_is_refused_with_the_reason_and_a_known_one_is_not() {
    let server = Server::start();
    for origin in ["https://evil.example", "http://127.0.0.1:1", "capacitor://localhost", "null"] {
        let (status, body) = refused(&server, &[("origin", origin)]).await;
        assert_eq!(status, 403, "{origin}");
        assert!(body.contains("bad_origin"), "{body}");
        assert!(body.contains("ALLOWED_ORIGINS") || body.contains("Host"), "{body}");
    }
    assert_eq!(server.counters.foreign.get(), 4);
    let own = ["http", "https", "ws", "wss"].map(|scheme| format!("{scheme}://{}", server.addr));
    for origin in own.iter().map(String::as_str).chain(["https://friend.example", "wss://friend.example/"]) {
        assert!(Client::try_connect(&server, "visitor", &[("origin", origin)]).await.is_ok(), "{origin}");
    }
    Client::meet(&server, "program-without-an-origin-is-anonymous").await;
    let (status, body) = refused(&server, &[("cookie", "catamaran_session=kim")]).await;
    assert_eq!(status, 403, "with a session it must send an Origin: {body}");
}

#[tokio::test]
async fn an_unknown_host_is_refused() {
    let server = Server::start();
    let head = "GET /ws/probe/x/ HTTP/1.1\r\nHost: evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket";
    let answer = http(server.addr, head).await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("ALLOWED_HOSTS"), "{answer}");
    let absolute = head.replace("GET /", "GET http://evil.example/").replace("Host: evil.example", "Host: localhost");
    let answer = http(server.addr, &absolute).await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("ALLOWED_HOSTS"), "the target's own host counts: {answer}");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused_with_a_reason() {
    let server = Server::start();
    let cookies = format!("Cookie: a={}\r\nX-Other: {}", "x".repeat(40_000), "x".repeat(40_000));
    let head = format!("GET /ws/probe/x/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{cookies}");
    let answer = http(server.addr, &head).await;
    assert!(answer.starts_with("HTTP/1.1 431 ") && answer.contains("head_too_large"), "{answer}");
    let cookie = format!("catamaran_session=kim; other={}", "x".repeat(9_000));
    server.sessions.begin("kim");
    let own = format!("http://{}", server.addr);
    assert!(Client::try_connect(&server, "visitor", &[("origin", &own), ("cookie", &cookie)]).await.is_ok());
}

#[tokio::test]
async fn a_refusal_says_that_the_connection_ends() {
    let server = Server::start();
    let answer = http(server.addr, "GET /ws/probe/x/ HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade").await;
    assert!(answer.starts_with("HTTP/1.1 426 ") && answer.contains("\r\nconnection: close"), "{answer}");
}

#[tokio::test]
async fn answers_plain_http_with_the_application_s_advice() {
    let server = Server::start();
    let answer = http(server.addr, "GET /ws/probe/x/ HTTP/1.1\r\nHost: localhost").await;
    assert!(answer.starts_with("HTTP/1.1 426 ") && answer.contains("http-server"), "{answer}");
    for path in ["/", "/rooms/ABCDEF"] {
        let answer = http(server.addr, &format!("GET {path} HTTP/1.1\r\nHost: localhost")).await;
        assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("route every other path to http-server"), "{answer}");
    }
}

#[tokio::test]
async fn a_path_without_a_socket_is_answered_with_the_path_that_was_meant() {
    let server = Server::start();
    let upgrade =
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==";
    for path in ["/ws/probe/x", "/ws//probe/x/", "/probe/x/", "/app/ws/probe/x/"] {
        let answer = http(server.addr, &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{upgrade}")).await;
        assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("did you mean /ws/probe/{name}/"), "{path}: {answer}");
        assert!(!answer.contains("http-server"), "{answer}");
    }
    for (path, more) in [("/ws/unknown/", ""), ("/ws/", ""), ("/ws", ""), ("/elsewhere", upgrade)] {
        let more = if more.is_empty() { String::new() } else { format!("\r\n{more}") };
        let answer = http(server.addr, &format!("GET {path} HTTP/1.1\r\nHost: localhost{more}")).await;
        assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("are at /ws/probe/{name}/"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn health_answers_every_way_in_which_a_balancer_asks() {
    let server = Server::start();
    for head in ["GET /healthz HTTP/1.1\r\nHost: localhost", "GET /healthz HTTP/1.0", "GET /healthz HTTP/1.1\r\nHost: 10.1.2.3"] {
        let answer = http(server.addr, head).await;
        assert!(answer.contains(" 200 ") && answer.contains(r#""process":"tier""#), "{head}: {answer}");
    }
    for head in ["HEAD /healthz HTTP/1.1\r\nHost: a", "HEAD /healthz HTTP/1.0", "OPTIONS /healthz HTTP/1.0"] {
        let answer = http(server.addr, head).await;
        assert!(answer.contains(" 200 ") && answer.to_lowercase().contains("allow: get, head, options"), "{head}: {answer}");
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        assert_eq!(body.is_empty(), head.starts_with("HEAD"), "{head}: {answer}");
    }
    let answer = http(server.addr, "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0").await;
    assert!(answer.starts_with("HTTP/1.1 405 ") && answer.contains("method_not_allowed"), "{answer}");
}

#[tokio::test]
async fn a_broken_handshake_is_answered_with_the_reason() {
    let server = Server::start();
    let upgrade = "GET /ws/probe/x/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket";
    let old =
        http(server.addr, &format!("{upgrade}\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 8")).await;
    assert!(old.starts_with("HTTP/1.1 4") && old.contains("bad_handshake"), "{old}");
    let keyless = http(server.addr, &format!("{upgrade}\r\nSec-WebSocket-Version: 13")).await;
    assert!(keyless.starts_with("HTTP/1.1 400 ") && keyless.contains("bad_handshake"), "{keyless}");
}

#[tokio::test]
async fn a_consumer_s_refusal_reaches_the_page() {
    let server = Server::start();
    // A browser that offers a subprotocol and gets none fails the handshake: its page would see 1006 and no reason.
    for offer in [None, Some("probe.v1, other")] {
        let answer = refusal_of(&server, offer).await;
        assert_eq!(answer.contains("sec-websocket-protocol: probe.v1\r\n"), offer.is_some(), "{answer}");
        assert!(answer.contains("not you"), "{answer}");
    }
    assert_eq!(server.counters.refused.get(), 2);
}

/// Clients that cannot send headers offer tokens as subprotocols.
#[tokio::test]
async fn a_refusal_answers_no_subprotocol_that_the_consumer_does_not_know() {
    let server = Server::start();
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2VjcmV0";
    for (offer, answered) in [
        (token.to_owned(), None),
        (format!("{token}, other"), None),
        (format!("{token}, probe.v1"), Some("probe.v1")),
        (format!("probe.v1, {token}"), Some("probe.v1")),
        (format!("probe.v1.{token}, PROBE.V1"), None),
        (format!("{token}\r\nSec-WebSocket-Protocol: probe.v1"), Some("probe.v1")),
    ] {
        let answer = refusal_of(&server, Some(&offer)).await;
        assert!(answer.contains("not you") && !answer.contains(token), "{answer}");
        let line = answer.lines().find_map(|line| line.strip_prefix("sec-websocket-protocol: "));
        assert_eq!(line, answered, "{offer}");
    }
}

/// All bytes that a client gets which its consumer refuses.
async fn refusal_of(server: &Server, offer: Option<&str>) -> String {
    let offer = offer.map_or(String::new(), |offer| format!("Sec-WebSocket-Protocol: {offer}\r\n"));
    let head = handshake(server, &[]).replace("/ws/probe/x/", "/ws/probe/refused/");
    let answer = raw(server, &format!("{head}{offer}\r\n")).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// A handshake without the empty line at its end. The lines of `changed` replace the usual ones.
fn handshake(server: &Server, changed: &[&str]) -> String {
    let usual = [
        format!("Host: {}", server.addr),
        "Connection: Upgrade".to_owned(),
        "Upgrade: websocket".to_owned(),
        "Sec-WebSocket-Version: 13".to_owned(),
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==".to_owned(),
    ];
    let name = |line: &str| line.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let is_changed = |line: &String| changed.iter().any(|change| name(change) == name(line));
    let kept = usual.iter().filter(|line| !is_changed(line)).map(String::as_str);
    let lines: Vec<&str> = kept.chain(changed.iter().copied().filter(|line| line.contains(": "))).collect();
    format!("GET /ws/probe/x/ HTTP/1.1\r\n{}\r\n", lines.join("\r\n"))
}

/// Sends the request and a close frame, and reads to the end.
async fn raw(server: &Server, request: &str) -> Vec<u8> {
    let mut tcp = tokio::net::TcpStream::connect(server.addr).await.unwrap();
    let goodbye = whole(0x88, &[]);
    tcp.write_all(&[request.as_bytes(), &goodbye].concat()).await.unwrap();
    let mut answer = Vec::new();
    let _reset = timeout(PATIENCE, tcp.read_to_end(&mut answer)).await.expect("the server ends the connection");
    answer
}

#[tokio::test]
async fn an_unusual_handshake_opens_a_working_socket_or_is_refused_with_the_reason() {
    let server = Server::start();
    let key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==";
    for (changed, expected) in [
        (&[][..], 101),
        (&["Connection: keep-alive, Upgrade"], 101),
        (&["Connection: ,  uPGRADE ,"], 101),
        (&["Connection: keep-alive", "Connection: upgrade"], 101),
        (&["Upgrade: WebSocket"], 101),
        (&["Content-Length: 0"], 101),
        (&["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x"], 101),
        (&["Connection: Upgrade, close"], 400),
        (&["Connection: keep-alive"], 400),
        (&["Connection: Upgrade-Insecure-Requests"], 400),
        (&["Connection:"], 400),
        (&["Transfer-Encoding: chunked"], 400),
        (&["Content-Length: 6"], 400),
        (&["Upgrade: h2c, websocket"], 400),
        (&["Upgrade: websocket, h2c"], 400),
        (&["Upgrade: h2c", "Upgrade: websocket"], 400),
        (&["Upgrade: websocket", "Upgrade: websocket"], 400),
        (&["Upgrade: websocket/13"], 426),
        (&["Upgrade: h2c"], 426),
        (&["Upgrade:"], 426),
        (&[key, "Sec-WebSocket-Key: BAAAAAAAAAAAAAAAAAAAAA=="], 400),
        (&[key, key], 400),
        (&["Sec-WebSocket-Key:"], 400),
        (&["Sec-WebSocket-Key: "], 400),
        (&["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA"], 400),
        (&["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA"], 400),
        (&["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAAA"], 400),
        (&["Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!=="], 400),
        (&["Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"], 400),
        (&["Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 13"], 400),
        (&["Sec-WebSocket-Version:"], 400),
        (&["Sec-WebSocket-Version: 13, 8"], 426),
        (&["Sec-WebSocket-Version: 8"], 426),
        (&["Sec-WebSocket-Version: 013"], 426),
    ] {
        let answer = raw(&server, &format!("{}\r\n", handshake(&server, changed))).await;
        judge(&answer, expected, &format!("{changed:?}"));
    }
    for (line, expected) in [
        ("GET /ws/probe/x/ HTTP/1.0", 400),
        ("POST /ws/probe/x/ HTTP/1.1", 405),
        ("HEAD /ws/probe/x/ HTTP/1.1", 405),
        ("OPTIONS /ws/probe/x/ HTTP/1.1", 405),
        ("BREW /ws/probe/x/ HTTP/1.1", 405),
    ] {
        let head = handshake(&server, &[]).replace("GET /ws/probe/x/ HTTP/1.1", line);
        judge(&raw(&server, &format!("{head}\r\n")).await, expected, line);
    }
}

#[tokio::test]
async fn a_refused_handshake_gets_the_remedy() {
    let server = Server::start();
    for (changed, cure) in [
        ("Connection: Upgrade, close", "Connection must hold upgrade, and not close"),
        ("Sec-WebSocket-Key: AAAA", "Sec-WebSocket-Key must be 16 bytes in base64"),
        ("Sec-WebSocket-Version: 8", "Sec-WebSocket-Version must be 13"),
        ("Sec-WebSocket-Version:", "Sec-WebSocket-Version must be 13"),
    ] {
        let answer = raw(&server, &format!("{}\r\n", handshake(&server, &[changed]))).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.contains(cure), "{changed}: {answer}");
    }
}

/// Checks that a working socket sends its first frame and its close frame, and that a refusal has its reason and headers.
fn judge(answer: &[u8], expected: u16, what: &str) {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| panic!("no answer to {what}")) + 4;
    let (head, body) = answer.split_at(end);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    assert!(
        head.starts_with(&format!("http/1.1 {expected} ")) || head.starts_with(&format!("http/1.0 {expected} ")),
        "{what}: {head}"
    );
    let has = |line: &str| head.contains(line);
    if expected == 101 {
        let ((first, hello), size) = parsed(body).unwrap_or_else(|| panic!("no frame after {head}"));
        assert!(first == 0x81 && hello.starts_with(b"{"), "{what}");
        assert_eq!(&body[size..], [0x88, 0], "{what}");
        assert!(!has("sec-websocket-extensions") && !has("transfer-encoding") && !has("content-length"), "{head}");
        return;
    }
    assert!(has("application/problem+json"), "{what}: {head}");
    assert!(what.starts_with("HEAD") || String::from_utf8_lossy(body).contains(r#""code":""#), "{what}");
    assert_eq!(has("allow: get\r\n"), expected == 405, "{what}: {head}");
    assert_eq!(has("upgrade: websocket\r\n"), expected == 426, "{what}: {head}");
    assert_eq!(has("sec-websocket-version: 13\r\n"), expected == 426 && what.contains("Version"), "{what}: {head}");
}

#[tokio::test]
async fn a_consumer_that_hangs_in_connect_is_cancelled() {
    let limits =
        catamaran_sockets::Limits::default().with(|limits| limits.connect_timeout = std::time::Duration::from_millis(50));
    let server = Server::with(limits);
    let mut client = Client::try_connect(&server, "hangs", &[]).await.unwrap();
    assert_eq!(client.closed().await.0, 1013);
}

#[tokio::test]
async fn a_consumer_is_disconnected_whose_client_goes_away_during_connect() {
    let limits =
        catamaran_sockets::Limits::default().with(|limits| limits.connect_timeout = std::time::Duration::from_millis(300));
    let server = Server::with(limits);
    let head = format!(
        "GET /ws/probe/hangs/ HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        server.addr
    );
    let mut tcp = tokio::net::TcpStream::connect(server.addr).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut tcp, head.as_bytes()).await.unwrap();
    server.log.line("hangs connects").await;
    drop(tcp);
    server.log.line("hangs left with 1013").await;
    server.open(0).await;
}

#[tokio::test]
async fn answers_a_subprotocol_if_the_client_offers_it() {
    let server = Server::start();
    let protocol =
        |client: &Client| client.response.headers().get("sec-websocket-protocol").map(|v| v.to_str().unwrap().to_owned());
    let client = Client::try_connect(&server, "p", &[("sec-websocket-protocol", "other, probe.v1")]).await.unwrap();
    assert_eq!(protocol(&client).as_deref(), Some("probe.v1"));
    let client = Client::meet(&server, "p").await;
    assert_eq!(protocol(&client), None);
}

#[tokio::test]
async fn the_peers_address_is_seen_through_a_trusted_proxy() {
    let server = Server::start();
    let mut client = Client::try_connect(&server, "far", &[("x-forwarded-for", "6.6.6.6, 203.0.113.9")]).await.unwrap();
    assert_eq!(
        client.json().await["peer"],
        json!("203.0.113.9"),
        "the one that the proxy saw, not the one that the client made up"
    );
}
