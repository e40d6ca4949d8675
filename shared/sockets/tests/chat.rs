//! The example, as a reader starts it: alone in memory, and twice over one Redis.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use testbed::{Program, Redis, free_port};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

const PATIENCE: Duration = Duration::from_secs(20);

async fn chat(variables: &[(&str, &str)], flags: &[&str]) -> (Program, u16) {
    let port = free_port();
    let given = port.to_string();
    let program = Program::start("examples/chat", variables, &[&["--bind", "127.0.0.1", "--port", &given], flags].concat());
    program.listens(port).await;
    (program, port)
}

async fn join(port: u16, room: &str) -> WebSocketStream<TcpStream> {
    let tcp = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    client_async(format!("ws://127.0.0.1:{port}/ws/chat/{room}/"), tcp).await.unwrap().0
}

async fn say(socket: &mut WebSocketStream<TcpStream>, message: &str) {
    socket.send(Message::text(serde_json::json!({ "message": message }).to_string())).await.unwrap();
}

async fn hear(socket: &mut WebSocketStream<TcpStream>) -> serde_json::Value {
    let frame = timeout(PATIENCE, socket.next()).await.expect("something is said").unwrap().unwrap();
    serde_json::from_str(frame.to_text().unwrap()).unwrap()
}

#[tokio::test]
async fn alone_in_memory() {
    let (_program, port) = chat(&[("CHANNEL_LAYER", "memory")], &["--alone"]).await;
    let (mut a, mut b, mut elsewhere) = (join(port, "lobby").await, join(port, "lobby").await, join(port, "attic").await);
    say(&mut a, "hello").await;
    assert_eq!(hear(&mut a).await, serde_json::json!({ "message": "hello" }));
    assert_eq!(hear(&mut b).await, serde_json::json!({ "message": "hello" }));
    say(&mut elsewhere, "anybody here?").await;
    assert_eq!(hear(&mut elsewhere).await["message"], "anybody here?", "and nothing of the lobby's");

    let mut tcp = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    tcp.write_all(b"GET /chat/lobby/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut page = String::new();
    tcp.read_to_string(&mut page).await.unwrap();
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("/ws/chat/"), "{page}");
}

#[tokio::test]
async fn two_processes_over_redis() {
    let redis = Redis::start().await;
    let url = redis.url();
    let variables = [("REDIS_URL", url.as_str())];
    let ((_one, one), (_two, two)) = tokio::join!(chat(&variables, &[]), chat(&variables, &[]));
    let (mut a, mut b) = (join(one, "lobby").await, join(two, "lobby").await);
    say(&mut a, "across").await;
    assert_eq!(hear(&mut b).await["message"], "across");
    assert_eq!(hear(&mut a).await["message"], "across");
    // As a Django view would: `group_send("chat_lobby", {"type": "chat.message", "message": "hi"})`, msgpack by hand.
    let mut tcp = TcpStream::connect(("127.0.0.1", redis.port())).await.unwrap();
    let event = b"\x82\xa4type\xacchat.message\xa7message\xa2hi";
    let group = b"asgi__group__chat_lobby";
    let head = format!("*3\r\n$7\r\nPUBLISH\r\n${}\r\n", group.len());
    let publish = [head.as_bytes(), group, format!("\r\n${}\r\n", event.len()).as_bytes(), event, b"\r\n"].concat();
    tcp.write_all(&publish).await.unwrap();
    assert_eq!(hear(&mut a).await["message"], "hi");
    assert_eq!(hear(&mut b).await["message"], "hi");
}
