//! The servers start, fail and come back as a test demands.

use std::time::{Duration, Instant};

use testbed::{Balancer, BalancerKind, FaultProxy, Postgres, Redis, RedisOptions, Upstreams, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn redis_comes_back_on_its_port_without_its_data() {
    let redis = Redis::start().await;
    redis.cli(&["SET", "name", "value"]).await;
    let url = redis.url();
    redis.kill9();
    assert!(TcpStream::connect(("127.0.0.1", redis.port())).await.is_err());
    redis.restart().await;
    assert_eq!(redis.url(), url);
    assert_eq!(redis.cli(&["EXISTS", "name"]).await.trim(), "0");
}

#[tokio::test]
async fn redis_with_a_password_and_tls_refuses_clients_without_them() {
    let options = RedisOptions { password: Some("open-sesame".into()), tls: true, ..RedisOptions::default() };
    let redis = Redis::start_with(options).await;
    assert!(redis.url().starts_with("rediss://:open-sesame@127.0.0.1:"));
    assert_eq!(redis.cli(&["PING"]).await.trim(), "PONG");
    let mut plain = TcpStream::connect(("127.0.0.1", redis.port())).await.unwrap();
    plain.write_all(b"PING\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _reset = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"+PONG"), "{answer:?}");
}

#[tokio::test]
async fn redis_on_a_unix_socket_accepts_more_lines_of_configuration() {
    let redis = Redis::start_with(RedisOptions {
        unix_socket: true,
        config: vec!["client-output-buffer-limit pubsub 1mb 1mb 1".into()],
        ..RedisOptions::default()
    })
    .await;
    assert!(redis.url().starts_with("unix:///"));
    let limit = redis.cli(&["CONFIG", "GET", "client-output-buffer-limit"]).await;
    assert!(limit.contains("pubsub 1048576 1048576 1"), "{limit}");
}

#[tokio::test]
async fn a_frozen_redis_answers_when_it_is_thawed() {
    let redis = Redis::start().await;
    let mut client = TcpStream::connect(("127.0.0.1", redis.port())).await.unwrap();
    redis.freeze();
    client.write_all(b"PING\r\n").await.unwrap();
    let mut pong = [0; 7];
    let early = tokio::time::timeout(Duration::from_millis(200), client.read_exact(&mut pong)).await;
    assert!(early.is_err(), "a frozen server has answered");
    redis.thaw();
    client.read_exact(&mut pong).await.unwrap();
    assert_eq!(&pong, b"+PONG\r\n");
}

#[tokio::test]
async fn databases_of_the_shared_postgres_are_separate() {
    let postgres = Postgres::shared().await;
    let (one, other) = tokio::join!(postgres.fresh_database(), postgres.fresh_database());
    assert_ne!(one, other);
    let names = postgres.sql("SELECT datname FROM pg_database").await;
    for url in [&one, &other] {
        let name = url.rsplit('/').next().unwrap();
        assert!(names.lines().any(|line| line == name), "{name} is not in {names}");
    }
}

#[tokio::test]
async fn the_shared_postgres_serves_every_runtime_of_the_program() {
    let here = Postgres::shared().await.port();
    let there =
        std::thread::spawn(|| tokio::runtime::Runtime::new().unwrap().block_on(async { Postgres::shared().await.port() }));
    assert_eq!(there.join().unwrap(), here);
    assert_eq!(Postgres::shared().await.sql("SELECT 1").await.trim(), "1");
}

#[tokio::test]
async fn postgres_keeps_its_data_over_a_stop_and_a_crash() {
    let postgres = Postgres::start().await;
    postgres.sql("CREATE TABLE kept (n int)").await;
    postgres.stop().await;
    assert!(TcpStream::connect(("127.0.0.1", postgres.port())).await.is_err());
    postgres.start_again().await;
    postgres.sql("INSERT INTO kept VALUES (7)").await;
    postgres.kill9();
    postgres.start_again().await;
    assert_eq!(postgres.sql("SELECT n FROM kept").await.trim(), "7");
}

#[tokio::test]
async fn the_proxy_cuts_refuses_stalls_and_heals() {
    let redis = Redis::start().await;
    let line = FaultProxy::start(redis.port()).await;
    assert_eq!(line.url(&redis.url()), format!("redis://127.0.0.1:{}", line.port()));

    let mut client = connect(&line).await;
    assert!(pings(&mut client).await);
    line.cut().await;
    assert!(!pings(&mut client).await, "the connection outlived the cut");

    let mut client = connect(&line).await;
    line.refuse().await;
    assert!(TcpStream::connect(("127.0.0.1", line.port())).await.is_err());
    assert!(pings(&mut client).await, "an open connection stays open");
    line.heal().await;

    line.stall().await;
    let held = tokio::time::timeout(Duration::from_millis(200), pings(&mut client)).await;
    assert!(held.is_err(), "a stalled proxy has forwarded bytes");
    line.heal().await;
    let mut pong = [0; 7];
    client.read_exact(&mut pong).await.unwrap();
    assert_eq!(&pong, b"+PONG\r\n", "held bytes arrive");
}

#[tokio::test]
async fn the_proxy_delays_all_bytes_and_keeps_their_order() {
    const DELAY: Duration = Duration::from_millis(150);
    let redis = Redis::start().await;
    let line = FaultProxy::start(redis.port()).await;
    let mut client = connect(&line).await;
    assert!(pings(&mut client).await);

    line.delay(DELAY).await;
    let start = Instant::now();
    assert!(pings(&mut client).await);
    assert!(start.elapsed() >= 2 * DELAY, "a round trip in {:?}", start.elapsed());

    // More than fits into the proxy's buffer, in many pieces: all of them share one delay.
    let start = Instant::now();
    let mut expected = Vec::new();
    for number in 0..200 {
        let word = format!("{number:0>1000}");
        client.write_all(format!("ECHO {word}\r\n").as_bytes()).await.unwrap();
        expected.extend(format!("$1000\r\n{word}\r\n").into_bytes());
    }
    let mut answers = vec![0; expected.len()];
    client.read_exact(&mut answers).await.unwrap();
    assert!(answers == expected, "answers out of order");
    assert!(start.elapsed() < 20 * DELAY, "{:?} for a delay of {DELAY:?}", start.elapsed());

    // Ending the delay also releases bytes in transit.
    line.delay(Duration::from_secs(3600)).await;
    client.write_all(b"PING\r\n").await.unwrap();
    line.heal().await;
    let mut pong = [0; 7];
    client.read_exact(&mut pong).await.unwrap();
    assert_eq!(&pong, b"+PONG\r\n");
}

#[tokio::test]
#[should_panic(expected = "still not so after 50ms")]
async fn eventually_panics_after_the_deadline() {
    eventually(Duration::from_millis(50), || async { None::<()> }).await;
}

async fn connect(line: &FaultProxy) -> TcpStream {
    let address = ("127.0.0.1", line.port());
    TcpStream::connect(address).await.expect("an open proxy accepts")
}

async fn pings(client: &mut TcpStream) -> bool {
    let mut pong = [0; 7];
    client.write_all(b"PING\r\n").await.is_ok() && client.read_exact(&mut pong).await.is_ok()
}

#[tokio::test]
async fn nginx_accepts_the_deployed_configuration_and_routes_each_path_to_its_process() {
    let (web, ws) = (listener().await, listener().await);
    let nginx = Balancer::start(BalancerKind::Nginx, &[Upstreams { web: port(&web), ws: port(&ws) }]).await;
    let page = tokio::spawn(request(nginx.http_port(), "GET /rooms/K7QF2M HTTP/1.1"));
    let head = answer(&web).await;
    assert!(head.contains("GET /rooms/K7QF2M"), "{head}");
    assert!(head.contains("X-Forwarded-For: 127.0.0.1\r\n"), "{head}");
    assert!(page.await.unwrap().starts_with("HTTP/1.1 200"));
    let socket = tokio::spawn(request(nginx.http_port(), "GET /ws/lobby/ HTTP/1.1"));
    // nginx checks a ws-server before it sends a handshake.
    assert!(answer(&ws).await.contains("GET /livez"));
    assert!(answer(&ws).await.contains("GET /ws/lobby/"));
    assert!(socket.await.unwrap().starts_with("HTTP/1.1 200"));
    assert!(nginx.certificate().is_file());
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("a port is free")
}

fn port(listener: &TcpListener) -> u16 {
    listener.local_addr().expect("it is bound").port()
}

/// Sends one request and returns the answer.
async fn request(port: u16, line: &'static str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("nginx listens");
    let head = format!("{line}\r\nHost: localhost\r\nX-Forwarded-For: 6.6.6.6\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("nginx reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("nginx answers");
    answer
}

/// Answers the next request with 200 and returns its head.
async fn answer(upstream: &TcpListener) -> String {
    let (mut stream, _) = upstream.accept().await.expect("nginx connects");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("a whole head"));
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.expect("nginx reads");
    String::from_utf8_lossy(&head).into_owned()
}
