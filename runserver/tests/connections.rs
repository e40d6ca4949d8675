//! The bounds of connections to pages and sockets behind one listener.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    thread,
    time::Duration,
};

use testbed::{ENDLESS_BODIES, Program, flood, free_port};

/// Fewer than the clients of each test.
const OPEN_FILES: usize = 256;
/// Far longer than any connection here may live.
const PATIENCE: Duration = Duration::from_secs(60);
/// The pace of a client that sends little by little.
const DRIP: Duration = Duration::from_millis(200);
/// Far more than the bound of a request, and than the kernel takes for both sides.
const MUCH: usize = 64 << 20;
const GET: &str = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
const HANDSHAKE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \
                         AAAAAAAAAAAAAAAAAAAAAA==\r\n";

async fn start() -> (Program, u16) {
    let port = free_port();
    let arguments = ["--bind", "127.0.0.1", "--port", &port.to_string(), "--workers", "1"];
    let program = Program::start_with_open_files(OPEN_FILES, "runserver", &[], &arguments);
    program.listens(port).await;
    (program, port)
}

fn connect(port: u16) -> TcpStream {
    let tcp = TcpStream::connect(("127.0.0.1", port)).unwrap();
    tcp.set_read_timeout(Some(PATIENCE)).unwrap();
    tcp.set_write_timeout(Some(PATIENCE)).unwrap();
    tcp
}

/// `/healthz` answers at the third request at the latest: in a flood, a connection may be closed before its request is sent.
fn assert_healthy(port: u16) {
    let ask = || {
        let mut tcp = connect(port);
        let mut answer = [0; 13];
        let asked = tcp.write_all(GET.as_bytes()).and_then(|()| tcp.read_exact(&mut answer));
        assert!(
            asked.as_ref().is_err_and(|fault| fault.kind() != ErrorKind::WouldBlock) || asked.is_ok(),
            "health does not answer"
        );
        &answer == b"HTTP/1.1 200 "
    };
    assert!((0..3).any(|_| ask()), "health does not answer");
}

/// Reads until the server ends the connection.
fn read_to_end(tcp: &mut TcpStream) -> String {
    let mut said = Vec::new();
    if let Err(fault) = tcp.read_to_end(&mut said) {
        assert_eq!(fault.kind(), ErrorKind::ConnectionReset, "the connection lives on: {}", String::from_utf8_lossy(&said));
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// The session cookie of a new user.
fn sign_in(port: u16) -> String {
    let mut tcp = connect(port);
    let head = "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nConnection: close\r\n\
                Content-Type: application/json\r\nContent-Length: 18\r\n\r\n{\"nickname\":\"Ada\"}";
    tcp.write_all(head.as_bytes()).unwrap();
    let said = read_to_end(&mut tcp);
    let cookie = said.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap_or_else(|| panic!("{said}"));
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_body_without_an_end_ends_the_connection_after_its_answer() {
    let (_program, port) = start().await;
    let floods = tokio::task::spawn_blocking(move || {
        for (line, headers, status) in [
            ("GET /healthz", "", "200"),
            ("GET /nothing", "", "404"),
            ("GET /ws/nothing", HANDSHAKE, "404"),
            ("GET /ws/lobby/", "", "426"),
            ("GET /ws/lobby/", HANDSHAKE, "400"),
            ("PUT /healthz", "", "405"),
        ] {
            for (start, repeated) in ENDLESS_BODIES {
                let head = format!("{line} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n{headers}\r\n{start}");
                let flooded = flood(port, &head, repeated, MUCH);
                assert!(flooded.sent < MUCH / 2, "{head}{repeated}: {} bytes", flooded.sent);
                let said = flooded.said;
                assert!(said.is_empty() || said.starts_with(&format!("HTTP/1.1 {status} ")), "{head}: {said}");
            }
        }
    });
    floods.await.unwrap();
}

#[tokio::test]
async fn refuses_a_body_at_its_declared_length() {
    let (_program, port) = start().await;
    let asking = tokio::task::spawn_blocking(move || {
        for expect in ["", "Expect: 100-continue\r\n"] {
            let mut tcp = connect(port);
            let head = "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
            tcp.write_all(format!("{head}Content-Length: 1073741824\r\n{expect}\r\n").as_bytes()).unwrap();
            let said = read_to_end(&mut tcp);
            assert!(said.starts_with("HTTP/1.1 413 ") && said.contains("\r\nconnection: close\r\n"), "{expect}: {said}");
        }
    });
    asking.await.unwrap();
}

#[tokio::test]
async fn later_heads_have_a_deadline_and_sockets_have_none() {
    let (_program, port) = start().await;
    let asking = tokio::task::spawn_blocking(move || {
        let (cookie, mut socket) = (sign_in(port), connect(port));
        let of_a_user = format!("{HANDSHAKE}Origin: http://localhost\r\nCookie: {cookie}\r\n");
        socket.write_all(format!("GET /ws/lobby/ HTTP/1.1\r\nHost: localhost\r\n{of_a_user}\r\n").as_bytes()).unwrap();
        let mut status = [0; 13];
        socket.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 101 ");
        let mut dripping = connect(port);
        dripping.write_all((GET.to_owned() + "GET / HTTP/1.1\r\nHost: localhost\r\n").as_bytes()).unwrap();
        let mut reading = dripping.try_clone().unwrap();
        let reader = thread::spawn(move || read_to_end(&mut reading));
        while !reader.is_finished() && dripping.write_all(b"x").is_ok() {
            thread::sleep(DRIP);
        }
        assert_eq!(reader.join().unwrap().matches("HTTP/1.1 200 ").count(), 1);
        // A ping, after the deadline of a head. The bytes before the pong do not matter.
        socket.write_all(&[0x89, 0x84, 0, 0, 0, 0, b'h', b'e', b'r', b'e']).unwrap();
        let mut said = Vec::new();
        while !said.ends_with(b"\x8a\x04here") {
            let mut byte = [0];
            socket.read_exact(&mut byte).unwrap();
            said.extend(byte);
        }
    });
    asking.await.unwrap();
}

#[tokio::test]
async fn connections_without_a_request_do_not_keep_health_from_answering() {
    let (program, port) = start().await;
    let asking = tokio::task::spawn_blocking(move || {
        let chunked = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n";
        let mut held = Vec::new();
        for start in ["", "GET / HTTP/1.1\r\nHost: loc", GET, &(GET.to_owned() + "GET / HTTP/1.1\r\nHost: loc"), chunked] {
            for _ in 0..OPEN_FILES {
                let mut tcp = connect(port);
                // The connection may be closed already to make room for the next.
                let _closed_already = tcp.write_all(start.as_bytes());
                held.push(tcp);
            }
            assert_healthy(port);
        }
        assert!(program.descriptors() < OPEN_FILES);
    });
    asking.await.unwrap();
}

#[tokio::test]
async fn a_plain_request_to_a_socket_names_no_other_process() {
    let (_program, port) = start().await;
    let asking = tokio::task::spawn_blocking(move || {
        let mut tcp = connect(port);
        tcp.write_all(b"GET /ws/lobby/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        read_to_end(&mut tcp)
    });
    let answer = asking.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 426 ") && answer.contains("connect with ws:// or wss://"), "{answer}");
    assert!(!answer.contains("http-server") && !answer.contains("other process"), "{answer}");
}
