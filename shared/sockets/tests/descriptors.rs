//! A process with few descriptors: `/healthz` always answers, and a refused client gets the reason.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

use std::time::Duration;

use testbed::{ENDLESS_BODIES, Program, eventually, flood, free_port};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(30);
/// Fewer than the clients of each test.
const OPEN_FILES: usize = 256;

struct Crowded {
    program: Program,
    port: u16,
}

impl Crowded {
    async fn start() -> Self {
        let port = free_port();
        let arguments = ["--alone", "--bind", "127.0.0.1", "--port", &port.to_string(), "--workers", "2"];
        let variables = [("CHANNEL_LAYER", "memory")];
        let program = Program::start_with_open_files(OPEN_FILES, "examples/chat", &variables, &arguments);
        program.listens(port).await;
        Self { program, port }
    }

    async fn connect(&self) -> TcpStream {
        timeout(PATIENCE, TcpStream::connect(("127.0.0.1", self.port))).await.expect("a connection").unwrap()
    }

    /// The head of the answer to a handshake of this address, and the connection.
    async fn handshake(&self, address: &str) -> (String, TcpStream) {
        let mut tcp = self.connect().await;
        let request = format!(
            "GET /ws/chat/lobby/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Forwarded-For: \
             {address}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        );
        tcp.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(timeout(PATIENCE, tcp.read_u8()).await.expect("an answer").unwrap());
        }
        (String::from_utf8(head).unwrap(), tcp)
    }

    async fn health(&self) -> String {
        let answer = self.answer("/healthz").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        answer
    }

    /// A plain request is answered at the third time at the latest: in a flood, a connection may be closed before its request is sent.
    async fn answer(&self, path: &str) -> String {
        for _ in 0..3 {
            let answer = timeout(PATIENCE, self.try_ask(path)).await.expect("the server answers, or closes the connection");
            if let Ok(answer) = answer
                && answer.starts_with("HTTP/1.1 ")
            {
                return answer;
            }
        }
        panic!("{path} does not answer");
    }

    async fn try_ask(&self, path: &str) -> std::io::Result<String> {
        let mut tcp = self.connect().await;
        tcp.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).await?;
        let mut answer = String::new();
        tcp.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}

#[tokio::test]
async fn a_process_that_is_full_refuses_sockets_and_answers_health() {
    let server = Crowded::start().await;
    let mut sockets = Vec::new();
    let refusal = loop {
        assert!(sockets.len() < OPEN_FILES, "more sockets than descriptors");
        let (head, tcp) = server.handshake(&format!("203.0.113.{}", sockets.len() % 10)).await;
        if !head.starts_with("HTTP/1.1 101 ") {
            break head;
        }
        sockets.push(tcp);
    };
    assert!(refusal.starts_with("HTTP/1.1 503 ") && refusal.contains("retry-after: "), "{refusal}");
    assert!(sockets.len() > OPEN_FILES / 4, "{} sockets", sockets.len());
    server.program.log_line(|line| line.contains(&format!("room for {} sockets", sockets.len()))).await;
    server.program.log_line(|line| line.contains("the limit of open files") && line.contains("LimitNOFILE")).await;
    server.program.log_line(|line| line.contains(" sockets are open: raise the limit of open files")).await;
    let health = server.health().await;
    assert!(health.contains(r#""process_full":1"#), "{health}");
    let readiness = server.answer("/readyz").await;
    assert!(readiness.starts_with("HTTP/1.1 503 ") && readiness.contains(r#""code":"full""#), "{readiness}");
    assert!(server.answer("/livez").await.starts_with("HTTP/1.1 200 "));

    sockets.truncate(10);
    eventually(PATIENCE, async || server.handshake("203.0.113.1").await.0.starts_with("HTTP/1.1 101 ").then_some(())).await;
    eventually(PATIENCE, async || server.answer("/readyz").await.contains(r#""status":"ready""#).then_some(())).await;
}

#[tokio::test]
async fn one_address_cannot_take_the_whole_process() {
    let server = Crowded::start().await;
    let mut greedy = Vec::new();
    let refusal = loop {
        let (head, tcp) = server.handshake("203.0.113.9").await;
        if !head.starts_with("HTTP/1.1 101 ") {
            break head;
        }
        greedy.push(tcp);
    };
    assert!(refusal.starts_with("HTTP/1.1 429 "), "{refusal}");
    assert!(server.handshake("203.0.113.10").await.0.starts_with("HTTP/1.1 101 "));
}

#[tokio::test]
async fn connections_without_a_request_do_not_keep_health_from_answering() {
    let server = Crowded::start().await;
    let (head, mut socket) = server.handshake("203.0.113.9").await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    let mut idle = Vec::new();
    for number in 0..2 * OPEN_FILES {
        let mut tcp = server.connect().await;
        if number % 2 == 0 {
            // The connection may be closed already to make room for the next.
            let _closed_already = tcp.write_all(b"GET /healthz HTTP/1.1\r\nHost: loc").await;
        }
        idle.push(tcp);
        if number % 64 == 0 {
            server.health().await;
        }
    }
    server.health().await;
    assert!(server.program.descriptors() < OPEN_FILES);
    server.program.log_line(|line| line.contains("have sent no request")).await;
    // An open socket is no idle connection: it still answers a ping.
    socket.write_all(&[0x89, 0x80, 0, 0, 0, 0]).await.unwrap();
    let mut pong = [0; 2];
    timeout(PATIENCE, socket.read_exact(&mut pong)).await.expect("a pong").unwrap();
    assert_eq!(pong, [0x8a, 0]);
}

#[tokio::test]
async fn a_connection_serves_one_request() {
    let server = Crowded::start().await;
    let mut tcp = server.connect().await;
    tcp.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\nGET /healthz HTTP/1.1\r\nHo")
        .await
        .unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, tcp.read_to_string(&mut answer)).await.expect("the connection ends, whatever follows").unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

/// Far more than the bound of a request, and than the kernel takes for both sides.
const MUCH: usize = 64 << 20;
const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";
const HANDSHAKE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \
                         AAAAAAAAAAAAAAAAAAAAAA==\r\n";

/// Requests that have a chunked body, with the status of each answer.
fn requests_with_a_body() -> [(String, &'static str); 6] {
    let request = |path: &str, headers: &str| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{CHUNKED}{headers}\r\n");
    [
        (request("/healthz", ""), "200"),
        (request("/nothing", ""), "404"),
        (request("/ws/nothing", HANDSHAKE), "404"),
        (request("/ws/chat/lobby/", ""), "426"),
        (request("/ws/chat/lobby/", HANDSHAKE), "400"),
        (request("/ws/chat/lobby/", &format!("{HANDSHAKE}Origin: https://evil.example\r\n")), "403"),
    ]
}

#[tokio::test]
async fn a_body_without_an_end_ends_the_connection_after_its_answer() {
    let server = Crowded::start().await;
    let port = server.port;
    let floods = tokio::task::spawn_blocking(move || {
        for (request, status) in requests_with_a_body() {
            for (start, repeated) in ENDLESS_BODIES {
                let flooded = flood(port, &(request.clone() + start), repeated, MUCH);
                assert!(flooded.sent < MUCH / 2, "{request}{start}{repeated}: {} bytes", flooded.sent);
                let said = flooded.said;
                assert!(said.is_empty() || said.starts_with(&format!("HTTP/1.1 {status} ")), "{request}: {said}");
            }
        }
    });
    floods.await.unwrap();
}

#[tokio::test]
async fn bodies_after_their_answers_do_not_keep_health_from_answering() {
    let server = Crowded::start().await;
    let (head, _socket) = server.handshake("203.0.113.9").await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    let mut held = Vec::new();
    for (request, _) in requests_with_a_body() {
        for (start, repeated) in ENDLESS_BODIES {
            for _ in 0..OPEN_FILES / 8 {
                let mut tcp = server.connect().await;
                // The connection may be closed already to make room for the next.
                let _closed_already = tcp.write_all(format!("{request}{start}{repeated}").as_bytes()).await;
                held.push(tcp);
            }
            server.health().await;
        }
    }
    assert!(server.program.descriptors() < OPEN_FILES);
}
