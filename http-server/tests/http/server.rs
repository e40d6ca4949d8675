//! The server on a real socket.

use std::{
    cell::Cell,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    os::unix::net::UnixStream,
    time::{Duration, Instant},
};

use catamaran_boot::Listen;
use http_server::Options;
use testbed::eventually;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::support::TestApp;

const GET: &str = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";

async fn serve(app: &TestApp, listen: Listen, timeout: Duration) -> (Option<SocketAddr>, JoinHandle<std::io::Result<()>>) {
    let listener = listen.bind().unwrap();
    let addr = listener.local_addr().unwrap();
    let options = Options { timeout, ..Options::default() };
    (addr, actix_web::rt::spawn(http_server::run(listener, app.parts.clone(), options)))
}

pub(crate) async fn serve_tcp(app: &TestApp, timeout: Duration) -> (SocketAddr, JoinHandle<std::io::Result<()>>) {
    let any = Listen::Tcp { host: "127.0.0.1".to_owned(), port: 0 };
    let (addr, server) = serve(app, any, timeout).await;
    (addr.unwrap(), server)
}

/// Sends a request and reads the answer's head and body; the connection stays open.
pub(crate) fn ask(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).unwrap();
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "the server closed: {head}");
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    head + &String::from_utf8(body).unwrap()
}

#[actix_web::test]
async fn a_connection_is_kept_and_an_idle_one_does_not_delay_the_end() {
    let app = TestApp::start().await;
    let (addr, server) = serve_tcp(&app, Duration::from_secs(30)).await;
    let stream = spawn_blocking(move || {
        let mut stream = TcpStream::connect(addr).unwrap();
        for _ in 0..3 {
            assert!(ask(&mut stream, GET).starts_with("HTTP/1.1 200"));
        }
        stream
    });
    let mut stream = stream.await.unwrap();
    let stopping = Instant::now();
    app.parts.stop.cancel();
    server.await.unwrap().unwrap();
    assert!(stopping.elapsed() < Duration::from_secs(5), "{:?}", stopping.elapsed());
    assert_eq!(stream.read(&mut [0]).unwrap(), 0, "closed in good order");
}

#[actix_web::test]
async fn answers_503_after_the_deadline_and_drops_the_work() {
    let app = TestApp::start().await;
    let (addr, server) = serve_tcp(&app, Duration::from_millis(300)).await;
    let answer = spawn_blocking(move || {
        let mut stream = TcpStream::connect(addr).unwrap();
        ask(
            &mut stream,
            "POST /api/v1/session HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 18\r\n\r\n{",
        )
    });
    let answer = answer.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("application/problem+json") && answer.contains("\"unavailable\""), "{answer}");
    assert!(answer.contains("content-security-policy: ") && answer.contains("x-request-id: "), "{answer}");
    app.parts.stop.cancel();
    server.await.unwrap().unwrap();
}

#[actix_web::test]
async fn a_running_request_is_finished_before_the_end() {
    let app = TestApp::start().await;
    let (addr, server) = serve_tcp(&app, Duration::from_secs(30)).await;
    let open = spawn_blocking(move || {
        let mut stream = TcpStream::connect(addr).unwrap();
        // The first answer shows that a worker has the connection; then half a request is on its way.
        ask(&mut stream, GET);
        let half = "POST /api/v1/session HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 18\r\n\
            expect: 100-continue\r\n\r\n";
        stream.write_all(half.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 100"), "{line}");
        stream
    });
    let mut stream = open.await.unwrap();
    app.parts.stop.cancel();
    eventually(Duration::from_secs(10), async || TcpStream::connect(addr).is_err().then_some(())).await;
    let answer = spawn_blocking(move || {
        let mut answer = String::new();
        stream.write_all(b"{\"nickname\":\"Ada\"}").unwrap();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    let answer = answer.await.unwrap();
    assert!(answer.contains("HTTP/1.1 201 Created"), "{answer}");
    server.await.unwrap().unwrap();
}

#[actix_web::test]
async fn a_unix_socket_is_served() {
    let app = TestApp::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("http.sock");
    let (addr, server) = serve(&app, Listen::unix(path.clone()), Duration::from_secs(30)).await;
    assert_eq!(addr, None);
    let answer = spawn_blocking(move || {
        let mut stream = UnixStream::connect(path).unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    assert!(answer.await.unwrap().starts_with("HTTP/1.1 200"));
    app.parts.stop.cancel();
    server.await.unwrap().unwrap();
}

#[actix_web::test]
async fn answers_400_to_bytes_that_are_no_http() {
    let app = TestApp::start().await;
    let (addr, server) = serve_tcp(&app, Duration::from_secs(30)).await;
    for bytes in
        ["\x16\x03\x01\x02\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", "nonsense\r\n\r\n"]
    {
        let answer = spawn_blocking(move || {
            let mut stream = TcpStream::connect(addr).unwrap();
            stream.write_all(bytes.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        });
        let answer = answer.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 400"), "{bytes:?}: {answer}");
    }
    app.parts.stop.cancel();
    server.await.unwrap().unwrap();
}

/// Bytes that wait in the kernel on the server's side of a connection.
#[cfg(target_os = "linux")]
fn waiting(server: SocketAddr, client: SocketAddr) -> Option<usize> {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let ends = (format!(":{:04X}", server.port()), format!(":{:04X}", client.port()));
    let mut rows = table.lines().map(|row| row.split_whitespace().collect::<Vec<_>>());
    let row = rows.find(|row| row[1].ends_with(&ends.0) && row[2].ends_with(&ends.1))?;
    usize::from_str_radix(row[4].split(':').next().unwrap(), 16).ok()
}

#[cfg(target_os = "linux")]
#[actix_web::test]
async fn a_reader_that_stalls_pins_little_in_the_kernel() {
    let app = TestApp::start().await;
    let (addr, server) = serve_tcp(&app, Duration::from_secs(30)).await;
    let home = app.guest().open("/").await.text();
    let sheet = home.split('"').find(|word| word.ends_with("/site.css")).unwrap();
    let mut stream = TcpStream::connect(addr).unwrap();
    let client = stream.local_addr().unwrap();
    // Megabytes of answers that the client does not read.
    let many = format!("GET {sheet} HTTP/1.1\r\nhost: localhost\r\n\r\n").repeat(200);
    stream.write_all(many.as_bytes()).unwrap();
    let last = Cell::new((0, 0));
    let stalled = eventually(Duration::from_secs(20), async || {
        let bytes = waiting(addr, client).unwrap_or_default();
        let (before, times) = last.get();
        last.set(if bytes > 0 && bytes == before { (bytes, times + 1) } else { (bytes, 0) });
        (last.get().1 == 20).then_some(bytes)
    });
    let stalled = stalled.await;
    assert!(stalled <= 256 << 10, "{stalled} bytes wait for a client that reads nothing");
    drop(stream);
    app.parts.stop.cancel();
    server.await.unwrap().unwrap();
}

#[actix_web::test]
async fn an_idle_connection_is_kept_longer_than_the_framework_would() {
    let app = TestApp::start().await;
    let (addr, server) = serve_tcp(&app, Duration::from_secs(30)).await;
    let asked = spawn_blocking(move || {
        let mut stream = TcpStream::connect(addr).unwrap();
        ask(&mut stream, GET);
        // This test lets real time pass: it shows that the connection outlives actix's default of 5 s. Another test asserts the limit
        // itself.
        stream.set_read_timeout(Some(Duration::from_secs(7))).unwrap();
        let idle = stream.read(&mut [0]);
        assert!(idle.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "the server closed an idle connection");
        ask(&mut stream, GET)
    });
    assert!(asked.await.unwrap().starts_with("HTTP/1.1 200"));
    app.parts.stop.cancel();
    server.await.unwrap().unwrap();
}

#[actix_web::test]
async fn says_that_a_body_ended_too_early() {
    let app = TestApp::start().await;
    let (addr, _server) = serve_tcp(&app, Duration::from_secs(30)).await;
    for (framing, body) in [("content-length: 100", "{\"a\""), ("transfer-encoding: chunked", "3\r\n{\"a\r\n")] {
        let answer = spawn_blocking(move || {
            let mut stream = TcpStream::connect(addr).unwrap();
            let head = "POST /api/v1/session HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
            stream.write_all(format!("{head}{framing}\r\n\r\n{body}").as_bytes()).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        });
        let answer = answer.await.unwrap();
        assert!(answer.contains("before all of it had come") && !answer.contains("payload"), "{framing}: {answer}");
    }
}
