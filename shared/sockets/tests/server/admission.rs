//! The bounds of sockets, handshakes and frames of an address and a user.

use serde_json::{Value, json};
use testbed::eventually;
use tokio_tungstenite::tungstenite::{Error, Message, http::Response};

use crate::{
    client::{Client, http},
    server::{PATIENCE, Server},
};

/// Connects as a client of this address, which the proxy names.
async fn connect(server: &Server, address: &str, name: &str) -> Result<Client, Response<Option<Vec<u8>>>> {
    match Client::try_connect(server, name, &[("x-forwarded-for", address)]).await {
        Ok(client) => Ok(client),
        Err(Error::Http(response)) => Err(*response),
        Err(other) => panic!("{other}"),
    }
}

async fn connect_as(server: &Server, token: &str) -> Client {
    let (cookie, origin) = (format!("catamaran_session={token}"), format!("http://{}", server.addr));
    Client::try_connect(server, token, &[("cookie", &cookie), ("origin", &origin)]).await.unwrap()
}

fn assert_refused(response: Response<Option<Vec<u8>>>, status: u16, code: &str) {
    assert_eq!(response.status().as_u16(), status);
    let header = |name: &str| response.headers().get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap().to_owned();
    assert!(header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(header("content-type"), "application/problem+json");
    let body: Value = serde_json::from_slice(response.body().as_deref().unwrap()).unwrap();
    assert_eq!((&body["status"], &body["code"]), (&json!(status), &json!(code)), "{body}");
}

#[tokio::test]
async fn an_address_holds_no_more_sockets_than_its_bound() {
    let server = Server::with_settings(&[("WS_MAX_SOCKETS_PER_ADDRESS", "2")]);
    for (taken, full) in [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.10", "::ffff:203.0.113.10"),
        ("2001:db8::1", "2001:db8::ffff:2"),
        ("127.0.0.1", "127.0.0.1"),
    ] {
        let mut clients = vec![connect(&server, taken, "a").await.unwrap(), connect(&server, taken, "b").await.unwrap()];
        assert_refused(connect(&server, full, "c").await.err().unwrap(), 429, "too_many_sockets");
        assert!(connect(&server, "203.0.113.11", "d").await.is_ok(), "another address has its own bound");
        clients.pop();
        // The server notices the end of a connection some time after the client has ended it.
        eventually(PATIENCE, async || connect(&server, full, "e").await.ok()).await;
    }
    assert!(server.counters.address_full.get() >= 4);
}

#[tokio::test]
async fn refused_handshakes_count_in_the_rate_of_their_address() {
    // The burst is the bound of sockets.
    let server = Server::with_settings(&[("WS_HANDSHAKES_PER_ADDRESS", "1"), ("WS_MAX_SOCKETS_PER_ADDRESS", "3")]);
    let evil = [("x-forwarded-for", "203.0.113.9"), ("origin", "https://evil.example")];
    assert!(matches!(Client::try_connect(&server, "a", &evil).await, Err(Error::Http(response)) if response.status() == 403));
    let broken =
        format!("GET /ws/probe/x/ HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nX-Forwarded-For: 203.0.113.9", server.addr);
    let answer = http(server.addr, &broken).await;
    assert!(answer.contains("bad_handshake"), "{answer}");
    let mut refused = connect(&server, "203.0.113.9", "refused").await.unwrap();
    assert_eq!(refused.closed().await.0, 4403);
    let more = eventually(PATIENCE, async || connect(&server, "203.0.113.9", "b").await.err()).await;
    assert_refused(more, 429, "rate_limited");
    assert!(connect(&server, "203.0.113.10", "c").await.is_ok());
    let health = http(server.addr, "GET /healthz HTTP/1.1\r\nHost: localhost").await;
    assert!(health.contains(r#""handshakes_limited":"#) && !health.contains(r#""handshakes_limited":0"#), "{health}");
}

#[tokio::test]
async fn a_user_with_too_many_sockets_gets_the_reason() {
    let server = Server::with_settings(&[("WS_MAX_SOCKETS_PER_USER", "2")]);
    server.sessions.begin("kim");
    server.sessions.begin("lee");
    let _kept = [connect_as(&server, "kim").await, connect_as(&server, "kim").await];
    let (code, reason) = connect_as(&server, "kim").await.closed().await;
    assert!(code == 1013 && reason.contains("the most a user may have"), "{code} {reason}");
    assert_eq!(connect_as(&server, "lee").await.json().await["hello"], "lee");
    assert_eq!(server.counters.user_full.get(), 1);
}

#[tokio::test]
async fn all_sockets_of_a_user_share_one_rate_of_frames() {
    let server = Server::with_settings(&[("WS_FRAMES_PER_USER", "1")]);
    server.sessions.begin("kim");
    server.sessions.begin("lee");
    let mut sockets = [connect_as(&server, "kim").await, connect_as(&server, "kim").await];
    for socket in &mut sockets {
        assert_eq!(socket.json().await["hello"], "kim");
    }
    // Three are allowed at once, and one in each further second, of which a busy machine may need some.
    let mut refused = 0;
    for at in 0..20 {
        let socket = &mut sockets[at % 2];
        socket.send(r#"{"type":"echo","text":"x"}"#).await;
        refused += usize::from(socket.json().await["code"] == "rate_limited");
    }
    assert!(refused > 0, "twenty frames in a row on two sockets are too many for one user");
    let mut other = connect_as(&server, "lee").await;
    other.json().await;
    other.send(r#"{"type":"echo","text":"x"}"#).await;
    assert_eq!(other.json().await["echo"], "x", "another user has a rate of their own");
}

#[tokio::test]
async fn pings_of_all_sockets_of_an_address_share_one_rate() {
    let server = Server::with_settings(&[("WS_FRAMES_PER_ADDRESS", "1")]);
    let mut clients = [connect(&server, "203.0.113.9", "a").await.unwrap(), connect(&server, "203.0.113.9", "b").await.unwrap()];
    for client in &mut clients {
        client.json().await;
    }
    while server.counters.rate_limited.get() == 0 {
        for client in &mut clients {
            futures_util::SinkExt::send(&mut client.stream, Message::Ping("x".into())).await.unwrap();
        }
    }
}
