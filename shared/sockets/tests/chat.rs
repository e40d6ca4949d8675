//! The chat example: one process in memory, and two processes over one Redis.

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

async fn get(port: u16, path: &str) -> String {
    let mut tcp = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    tcp.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    tcp.read_to_string(&mut answer).await.unwrap();
    answer
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

    let page = get(port, "/chat/lobby/").await;
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("/ws/chat/"), "{page}");
    assert!(page.contains(r#"<link rel="icon" href="data:,">"#), "a browser asks for no icon: {page}");
}

/// The program has neither a database nor another process: its answers and its log mention none.
#[tokio::test]
async fn answers_and_log_name_only_what_the_program_has() {
    let (program, port) = chat(&[("CHANNEL_LAYER", "memory")], &["--alone"]).await;
    for (path, status, expected) in [
        ("/nothing", "404", "this path has no page: the sockets of this process are at /ws/chat/{room}/"),
        ("/ws/chat/lobby/", "426", r#"connect with ws:// or wss://""#),
        ("/healthz", "200", r#""process":"chat""#),
    ] {
        let answer = get(port, path).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(expected), "{path}: {answer}");
        assert!(!answer.contains("http-server") && !answer.contains("database"), "{path}: {answer}");
    }
    let line = program.log_line(|line| line.contains("GET /nothing")).await;
    assert!(line.contains("/ws/chat/{room}/") && !line.contains("http-server"), "{line}");
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
