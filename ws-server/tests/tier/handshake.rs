//! Who gets in: origin, host, consumer, and the answers to what is no handshake.

use serde_json::json;
use tokio_tungstenite::tungstenite::Error;

use crate::{
    client::{Client, http},
    server::Server,
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
    for origin in ["https://evil.example", "http://127.0.0.1:1", "null"] {
        let (status, body) = refused(&server, &[("origin", origin)]).await;
        assert_eq!(status, 403, "{origin}");
        assert!(body.contains("bad_origin"), "{body}");
        assert_eq!(body.contains("ALLOWED_ORIGINS"), origin != "null", "{body}");
    }
    assert_eq!(server.counters.foreign.get(), 3);
    let own = format!("http://{}", server.addr);
    for origin in [own.as_str(), "https://friend.example"] {
        assert!(Client::try_connect(&server, "visitor", &[("origin", origin)]).await.is_ok(), "{origin}");
    }
    Client::meet(&server, "program-without-an-origin-is-nobody").await;
    let (status, body) = refused(&server, &[("cookie", "catamaran_session=kim")]).await;
    assert_eq!(status, 403, "with a session it has to say where it comes from: {body}");
}

#[tokio::test]
async fn an_unknown_host_is_refused() {
    let server = Server::start();
    let head = "GET /ws/probe/x/ HTTP/1.1\r\nHost: evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket";
    let answer = http(server.addr, head).await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("ALLOWED_HOSTS"), "{answer}");
}

#[tokio::test]
async fn plain_http_is_told_where_to_go() {
    let server = Server::start();
    let answer = http(server.addr, "GET /ws/probe/x/ HTTP/1.1\r\nHost: localhost").await;
    assert!(answer.starts_with("HTTP/1.1 426 ") && answer.contains("http-server"), "{answer}");
    for path in ["/", "/rooms/ABCDEF", "/ws/unknown/"] {
        let answer = http(server.addr, &format!("GET {path} HTTP/1.1\r\nHost: localhost")).await;
        assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("route every other path to http-server"), "{answer}");
    }
    let answer = http(server.addr, "GET /healthz HTTP/1.1\r\nHost: localhost").await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains(r#""process":"ws-server""#), "{answer}");
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
async fn a_consumers_refusal_reaches_the_page() {
    let server = Server::start();
    // A browser that offers a subprotocol and hears of none fails the handshake: its page would see 1006 and no reason.
    for headers in [&[][..], &[("sec-websocket-protocol", "probe.v1, other")]] {
        let mut client = Client::try_connect(&server, "refused", headers).await.unwrap();
        assert_eq!(client.closed().await, (4403, "not you".to_owned()));
        let taken_up = client.response.headers().get("sec-websocket-protocol").map(|value| value.to_str().unwrap());
        assert_eq!(taken_up, headers.first().map(|_| "probe.v1"));
    }
    assert_eq!(server.counters.refused.get(), 2);
}

#[tokio::test]
async fn a_consumer_that_hangs_while_connecting_is_given_up() {
    let limits = ws_server::Limits { connect_timeout: std::time::Duration::from_millis(50), ..ws_server::Limits::default() };
    let server = Server::with(limits);
    let mut client = Client::try_connect(&server, "hangs", &[]).await.unwrap();
    assert_eq!(client.closed().await.0, 1013);
}

#[tokio::test]
async fn a_client_that_gives_up_while_its_consumer_connects_is_still_said_goodbye_to() {
    let limits = ws_server::Limits { connect_timeout: std::time::Duration::from_millis(300), ..ws_server::Limits::default() };
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
async fn the_subprotocol_is_spoken_where_it_is_asked_for() {
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
