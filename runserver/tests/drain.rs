//! The end of pages and sockets behind one listener.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
};

use testbed::{Program, free_port};

const BODY: &str = "{\"nickname\":\"Ada\"}";

async fn start(variables: &[(&str, &str)]) -> (Program, u16) {
    let port = free_port();
    let program = Program::start("runserver", variables, &["--bind", "127.0.0.1", "--port", &port.to_string()]);
    program.listens(port).await;
    // The listener is open before the start is complete.
    assert!(ask(port, "/livez", "").starts_with("HTTP/1.1 200 "));
    (program, port)
}

/// The whole answer to a request without a body.
fn ask(port: u16, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let close = if headers.is_empty() { "Connection: close\r\n" } else { headers };
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n{close}\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// A request that the server has begun to read, and whose body has not been sent.
fn begin(port: u16) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let head = format!(
        "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Expect: 100-continue\r\n\r\n",
        BODY.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 100"), "{line}");
    reader.read_line(&mut line).unwrap();
    stream
}

#[tokio::test]
async fn finishes_a_request_that_runs_when_the_sockets_have_ended() {
    let (program, port) = start(&[("HTTP_DRAIN", "3600")]).await;
    let mut request = begin(port);
    program.terminate();
    program.log_line(|line| line.contains("closing 0 sockets with 1012")).await;
    request.write_all(BODY.as_bytes()).unwrap();
    let mut answer = String::new();
    request.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert!(program.exit_status().await.success());
}

#[tokio::test]
async fn cuts_a_request_at_the_end_of_its_time() {
    let (program, port) = start(&[("HTTP_DRAIN", "1")]).await;
    let mut request = begin(port);
    program.terminate();
    program.log_line(|line| line.contains("1 connections did not end within 1 s and are cut")).await;
    assert!(program.exit_status().await.success());
    assert_eq!(request.read(&mut [0]).unwrap_or_default(), 0);
}

#[tokio::test]
async fn serves_for_the_longer_delay_and_says_that_it_is_not_ready() {
    for variable in ["HTTP_DRAIN_DELAY", "WS_DRAIN_DELAY"] {
        let (program, port) = start(&[(variable, "3600")]).await;
        program.terminate();
        program.log_line(|line| line.contains("new sockets are taken for another 3600s")).await;
        assert!(ask(port, "/readyz", "").starts_with("HTTP/1.1 503 "), "{variable}");
        assert!(ask(port, "/livez", "").starts_with("HTTP/1.1 200 "), "{variable}");
        let handshake = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
        // A stranger is refused by a close frame. A server that takes no new sockets answers with 503.
        assert!(ask(port, "/ws/lobby/", handshake).starts_with("HTTP/1.1 101 "), "{variable}");
    }
}
