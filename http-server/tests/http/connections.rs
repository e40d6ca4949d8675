//! Limits of a client's connection, and when the server closes it.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    thread::{JoinHandle, sleep, spawn},
    time::Duration,
};

use tokio::task::spawn_blocking;

use crate::{server::serve_tcp, support::TestApp};

/// The pace of a client that sends little by little.
const DRIP: Duration = Duration::from_millis(20);
/// Far longer than any connection here may live.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends `head`, then `piece` again and again until the server closes the connection. Returns what the server sent.
fn drip(addr: SocketAddr, head: &str, piece: &[u8]) -> String {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    let reader = read_to_end(stream.try_clone().unwrap());
    while !reader.is_finished() && stream.write_all(piece).is_ok() {
        sleep(DRIP);
    }
    let _closed_already = stream.shutdown(Shutdown::Write);
    reader.join().unwrap()
}

/// Fails where the server does not close the connection in time.
fn read_to_end(mut stream: TcpStream) -> JoinHandle<String> {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    spawn(move || {
        let (mut said, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            match stream.read(&mut buffer) {
                // A reset: the server closed before it had read everything.
                Err(fault) if fault.kind() == std::io::ErrorKind::ConnectionReset => break,
                Ok(0) => break,
                Ok(bytes) => said.extend_from_slice(&buffer[..bytes]),
                Err(fault) => panic!("the connection lives on: {fault}; {}", String::from_utf8_lossy(&said)),
            }
        }
        String::from_utf8_lossy(&said).into_owned()
    })
}

fn request(line: &str, headers: &str) -> String {
    format!("{line} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n")
}

const CHUNKED: &str = "content-type: application/json\r\ntransfer-encoding: chunked\r\n";

#[actix_web::test]
async fn an_unread_body_in_chunks_ends_the_connection() {
    let app = TestApp::start().await;
    let (addr, server) = serve_tcp(&app, Duration::from_secs(30)).await;
    let foreign = format!("{CHUNKED}origin: https://evil.example\r\n");
    let large = "1000\r\n".to_owned() + &"x".repeat(0x1000) + "\r\n";
    let asking = spawn_blocking(move || {
        for (line, headers, piece, status) in [
            ("POST /nothing", CHUNKED, "1\r\n \r\n", "404"),
            ("PUT /healthz", CHUNKED, "1\r\n \r\n", "405"),
            ("POST /api/v1/session", foreign.as_str(), "1\r\n \r\n", "403"),
            ("POST /ws/lobby/", CHUNKED, "1\r\n \r\n", "426"),
            ("POST /api/v1/session", "transfer-encoding: chunked\r\n", "1\r\n \r\n", "415"),
            ("POST /api/v1/session", CHUNKED, large.as_str(), "413"),
            ("GET /healthz", CHUNKED, "1\r\n \r\n", "200"),
            ("GET /healthz", CHUNKED, "1;extension\r\n \r\n", "200"),
        ] {
            let said = drip(addr, &request(line, headers), piece.as_bytes());
            assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {said}");
            assert!(said.contains("\r\nconnection: close"), "{line}: {said}");
        }
    });
    asking.await.unwrap();
    app.parts.stop.cancel();
    server.await.unwrap().unwrap();
}

#[actix_web::test]
async fn refuses_a_body_at_its_declared_length() {
    let app = TestApp::start().await;
    let (addr, server) = serve_tcp(&app, Duration::from_secs(3600)).await;
    // Each connection lingers for a second, so they run side by side.
    let begin = move |line: &str, headers: &str| {
        let types = "content-type: application/json\r\naccept: application/json\r\n";
        let mut stream = TcpStream::connect(addr).unwrap();
        stream.write_all(request(line, &format!("{types}{headers}")).as_bytes()).unwrap();
        (format!("{line} {headers}"), read_to_end(stream))
    };
    let asking = spawn_blocking(move || {
        let most = u64::MAX;
        let lengths = ["content-length: 65537\r\n".to_owned(), format!("content-length: {most}\r\n")];
        let lengths = lengths.iter().map(|headers| begin("POST /api/v1/session", headers));
        let endpoints = WITH_BODIES.iter().flat_map(|line| {
            ["", "expect: 100-continue\r\n"].map(|expect| begin(line, &format!("content-length: 1073741824\r\n{expect}")))
        });
        for (asked, said) in lengths.chain(endpoints).collect::<Vec<_>>() {
            let said = said.join().unwrap();
            assert!(said.starts_with("HTTP/1.1 413 ") && said.contains("\r\nconnection: close\r\n"), "{asked}: {said}");
            assert!(said.contains("application/problem+json") && said.contains("\"too_large\""), "{asked}: {said}");
            assert!(said.contains("65536 bytes"), "{asked}: {said}");
        }
    });
    asking.await.unwrap();
    app.parts.stop.cancel();
    server.await.unwrap().unwrap();
}

/// Requests of the API and of forms that have a body.
const WITH_BODIES: [&str; 10] = [
    "POST /api/v1/session",
    "POST /api/v1/rooms",
    "POST /api/v1/rooms/K7QF2M/messages",
    "POST /api/v1/games",
    "PUT /api/v1/games/K7QF2M/setup",
    "POST /api/v1/games/K7QF2M/bots",
    "POST /sign-in",
    "POST /language",
    "POST /rooms",
    "POST /mafia/join",
];

#[actix_web::test]
async fn refuses_a_body_in_chunks_as_soon_as_it_is_too_large() {
    let app = TestApp::start().await;
    let (addr, server) = serve_tcp(&app, Duration::from_secs(3600)).await;
    let asking = spawn_blocking(move || {
        for expect in ["", "expect: 100-continue\r\n"] {
            let mut stream = TcpStream::connect(addr).unwrap();
            // One chunk of 1 GiB, of which one byte more than the limit is sent.
            let start = request("POST /api/v1/session", &format!("{CHUNKED}{expect}")) + "40000000\r\n" + &"x".repeat(65_537);
            stream.write_all(start.as_bytes()).unwrap();
            let said = read_to_end(stream).join().unwrap();
            assert!(said.contains("HTTP/1.1 413 ") && said.contains("\r\nconnection: close\r\n"), "{expect}: {said}");
        }
    });
    asking.await.unwrap();
    app.parts.stop.cancel();
    server.await.unwrap().unwrap();
}

#[actix_web::test]
async fn a_body_that_drips_past_its_time_ends_the_connection() {
    let app = TestApp::start().await;
    let (addr, server) = serve_tcp(&app, Duration::from_millis(300)).await;
    let asking = spawn_blocking(move || {
        let expect = format!("{CHUNKED}expect: 100-continue\r\n");
        let length = "content-type: application/json\r\ncontent-length: 60000\r\n";
        for (headers, start, piece) in [
            (CHUNKED, "", "1\r\n \r\n"),
            (CHUNKED, "1;", "extension"),
            (CHUNKED, "1\r\n{\r\n0\r\n", "trailer: x\r\n"),
            (expect.as_str(), "", "1\r\n \r\n"),
            (length, "", " "),
        ] {
            let said = drip(addr, &(request("POST /api/v1/session", headers) + start), piece.as_bytes());
            assert!(said.contains("HTTP/1.1 503 ") && said.contains("\r\nconnection: close\r\n"), "{start}{piece}: {said}");
        }
    });
    asking.await.unwrap();
    app.parts.stop.cancel();
    server.await.unwrap().unwrap();
}

/// nginx with `proxy_set_header Connection "upgrade"` for every request: actix-http closes the connection behind the answer, so the
/// answer must say so, or the proxy's next request meets a closed connection.
#[actix_web::test]
async fn an_answer_to_connection_upgrade_says_that_the_connection_ends() {
    let app = TestApp::start().await;
    let (addr, server) = serve_tcp(&app, Duration::from_secs(30)).await;
    let asking = spawn_blocking(move || {
        for connection in ["upgrade", "Upgrade", "keep-alive, Upgrade", "upgrade\r\nupgrade: h2c"] {
            let said = drip(addr, &request("GET /healthz", &format!("connection: {connection}\r\n")), b"");
            assert!(said.starts_with("HTTP/1.1 200 ") && said.contains("\r\nconnection: close\r\n"), "{connection}: {said}");
        }
        let kept = drip(addr, &request("GET /healthz", "").repeat(2), b"GARBAGE\r\n\r\n");
        assert_eq!(kept.matches("HTTP/1.1 200 ").count(), 2, "other connections are kept: {kept}");
        assert!(!kept.split("HTTP/1.1 400 ").next().unwrap().contains("connection: close"), "{kept}");
    });
    asking.await.unwrap();
    app.parts.stop.cancel();
    server.await.unwrap().unwrap();
}

#[actix_web::test]
async fn limits_the_connections_of_an_address_to_the_setting() {
    let app = TestApp::start_with(&[("WEB_MAX_CONNECTIONS_PER_ADDRESS", "2"), ("TRUSTED_PROXIES", "none")]).await;
    let (addr, server) = serve_tcp(&app, Duration::from_secs(30)).await;
    let asking = spawn_blocking(move || {
        let mut kept = [0; 2].map(|_| TcpStream::connect(addr).unwrap());
        for stream in &mut kept {
            stream.write_all(request("GET /healthz", "").as_bytes()).unwrap();
            assert!(stream.read(&mut [0; 4096]).unwrap() > 0, "a connection within the bound is answered");
        }
        let refused = TcpStream::connect(addr).unwrap();
        assert_eq!(read_to_end(refused).join().unwrap(), "", "one connection more is closed without an answer");
    });
    asking.await.unwrap();
    app.parts.stop.cancel();
    server.await.unwrap().unwrap();
}

#[actix_web::test]
async fn every_head_of_a_connection_has_a_deadline() {
    let app = TestApp::start().await;
    let (addr, server) = serve_tcp(&app, Duration::from_secs(30)).await;
    let get = request("GET /healthz", "");
    let starts =
        [(String::new(), 0), (get.clone(), 1), (get.repeat(3), 3), (get.clone() + "GET / HTTP/1.1\r\nhost: localhost\r\n", 1)];
    let asking = starts.map(|(start, answers)| {
        spawn_blocking(move || {
            let said = drip(addr, &start, b"x");
            assert_eq!(said.matches("HTTP/1.1 200 ").count(), answers, "{said}");
            assert_eq!(said.contains("HTTP/1.1 408 "), answers == 0, "{said}");
        })
    });
    for asked in asking {
        asked.await.unwrap();
    }
    app.parts.stop.cancel();
    server.await.unwrap().unwrap();
}

#[actix_web::test]
async fn a_body_has_more_time_than_a_head() {
    let app = TestApp::start().await;
    let (addr, server) = serve_tcp(&app, Duration::from_secs(30)).await;
    let asking = spawn_blocking(move || {
        let mut stream = TcpStream::connect(addr).unwrap();
        let length = "content-type: application/json\r\ncontent-length: 18\r\nconnection: close\r\n";
        let head = request("GET /healthz", "") + &request("POST /api/v1/session", length);
        stream.write_all(head.as_bytes()).unwrap();
        let reader = read_to_end(stream.try_clone().unwrap());
        for byte in br#"{"nickname":"Ada"}"# {
            stream.write_all(&[*byte]).unwrap();
            // 18 bytes in 6 s: more than the 5 s that a head may take.
            sleep(Duration::from_millis(340));
        }
        let said = reader.join().unwrap();
        assert!(said.contains("HTTP/1.1 201 "), "{said}");
    });
    asking.await.unwrap();
    app.parts.stop.cancel();
    server.await.unwrap().unwrap();
}

/// Trailers and chunk extensions do not count as body, so the connection's own limit must end them.
#[actix_web::test]
async fn endless_trailers_and_extensions_end_the_connection_before_the_requests_time_does() {
    let app = TestApp::start().await;
    let (addr, server) = serve_tcp(&app, Duration::from_secs(3600)).await;
    let flood = "x".repeat(64 << 10);
    let asking = spawn_blocking(move || {
        for start in ["1\r\n{\r\n0\r\ntrailer: ", "1;"] {
            let said = drip(addr, &(request("POST /api/v1/session", CHUNKED) + start), flood.as_bytes());
            assert!(said.starts_with("HTTP/1.1 400 "), "{start}: {said}");
        }
    });
    asking.await.unwrap();
    app.parts.stop.cancel();
    server.await.unwrap().unwrap();
}
