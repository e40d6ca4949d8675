//! A stop with open sockets: new ones are refused in time, and each open one gets a close frame.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use testbed::eventually;

use crate::{
    client::{Client, Raw, http},
    probe::{all_probes, same},
    server::{PATIENCE, Server},
};

#[tokio::test]
async fn closes_every_socket_with_1012_when_the_server_stops() {
    let mut server = Server::start();
    let mut clients = Vec::new();
    for n in 0..50 {
        clients.push(Client::meet(&server, &format!("c{n}")).await);
    }
    let stalled = Raw::connect(server.addr, "never-answers").await;
    server.open(51).await;
    let begun = Instant::now();
    server.stop.cancel();
    for client in &mut clients {
        assert_eq!(client.closed().await, (1012, "the server restarts; connect again".to_owned()));
    }
    drop(clients);
    server.join();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    server.log.line("c7 left with 1012").await;
    server.log.line("never-answers left with 1012").await;
    drop(stalled);
}

const HANDSHAKE: &str = "GET /ws/probe/x/ HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==";

/// A handler that runs keeps the server draining.
#[tokio::test]
async fn takes_sockets_for_a_time_after_the_signal_and_then_refuses_them() {
    let server = Server::with_settings(&[("WS_DRAIN_DELAY", "5"), ("WS_DRAIN", "60")]);
    let mut busy = Client::meet(&server, "busy").await;
    busy.send(r#"{"type":"hold"}"#).await;
    server.log.line("busy holds").await;
    server.stop.cancel();
    let readiness = http(server.addr, "GET /readyz HTTP/1.1\r\nHost: localhost").await;
    let mut late = Client::meet(&server, "late").await;
    late.send(r#"{"type":"echo","text":"served"}"#).await;
    assert_eq!(late.json().await["echo"], "served");
    assert!(readiness.starts_with("HTTP/1.1 503 ") && readiness.contains("draining"), "{readiness}");
    assert_eq!(late.closed().await.0, 1012);
    let refusal = http(server.addr, HANDSHAKE).await.to_lowercase();
    server.log.note("released".to_owned());
    assert!(refusal.starts_with("http/1.1 503 ") && refusal.contains(r#""code":"restarting""#), "{refusal}");
    assert!(refusal.contains("\r\nretry-after: 1\r\n") && refusal.contains("\r\nconnection: close\r\n"), "{refusal}");
}

/// Half of 20 s is enough for each worker to close one socket in each batch.
#[tokio::test]
async fn closes_sockets_in_batches_and_serves_the_others_meanwhile() {
    const CLIENTS: u64 = 120;
    let server = Server::with_settings(&[("WS_DRAIN", "20")]);
    let clients = join_all((0..CLIENTS).map(async |n| Client::meet(&server, &format!("c{n}")).await)).await;
    server.stop.cancel();
    eventually(PATIENCE, async || (server.counters.open.get() < CLIENTS).then_some(())).await;
    server.layer.group_send(&all_probes(), &same("still here")).await.unwrap();
    let mut served = 0;
    for mut client in clients {
        let mut frames = Vec::new();
        let close = loop {
            match client.next().await {
                tokio_tungstenite::tungstenite::Message::Close(close) => break close.unwrap(),
                other => frames.push(other.into_text().unwrap().to_string()),
            }
        };
        assert_eq!(u16::from(close.code), 1012);
        served += u32::from(frames.iter().any(|frame| frame.contains("still here")));
    }
    assert!(served > 0, "all sockets were closed at once");
}
