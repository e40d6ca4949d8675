//! No request is lost when the server stops.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use futures_util::future::join_all;
use testbed::{FaultProxy, Postgres, eventually};
use tokio::task::spawn_blocking;

use crate::{
    server::{ask, serve_tcp},
    support::TestApp,
};

const GET: &str = "GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n";
const SIGN_IN: &str = "POST /api/v1/session HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
    content-length: 18\r\n\r\n{\"nickname\":\"Ada\"}";
/// As many requests as the pool has connections.
const REQUESTS: usize = 8;

/// Connections that the two workers hold in turn.
async fn connect(addr: SocketAddr, count: usize) -> Vec<TcpStream> {
    let connect = move || {
        let mut stream = TcpStream::connect(addr).unwrap();
        ask(&mut stream, GET);
        stream
    };
    spawn_blocking(move || (0..count).map(|_| connect()).collect()).await.unwrap()
}

fn send(streams: &mut [TcpStream]) {
    streams.iter_mut().for_each(|stream| stream.write_all(SIGN_IN.as_bytes()).unwrap());
}

/// Reads an answer on each connection, and asserts that the request has succeeded.
async fn receive(streams: Vec<TcpStream>) -> Vec<TcpStream> {
    let read = |mut stream: TcpStream| {
        spawn_blocking(move || {
            let answer = ask(&mut stream, "");
            assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
            stream
        })
    };
    join_all(streams.into_iter().map(read)).await.into_iter().map(Result::unwrap).collect()
}

/// One worker has no connection at the stop, and the other one has requests that use the database connections of both. `run` waits until
/// they run.
async fn finishes_requests_of_the_other_worker(app: &TestApp, run: impl AsyncFnOnce()) {
    let (addr, server) = serve_tcp(app, Duration::from_secs(30)).await;
    let mut streams = connect(addr, 2 * REQUESTS).await;
    send(&mut streams);
    let streams = receive(streams).await;
    let mut of_one_worker: Vec<TcpStream> = streams.into_iter().step_by(2).collect();
    send(&mut of_one_worker);
    run().await;
    app.parts.stop.cancel();
    receive(of_one_worker).await;
    server.await.unwrap().unwrap();
}

/// A worker that ended took the connections to PostgreSQL with it that it had opened: the requests that used them got 503.
#[actix_web::test]
async fn running_requests_keep_their_connections_to_postgresql() {
    let postgres = Postgres::shared().await;
    let line = FaultProxy::start(postgres.port()).await;
    let url = line.url(&postgres.fresh_database().await);
    let app = TestApp::start_with(&[("DATABASE_URL", &url), ("WEB_CONCURRENCY", "2"), ("HTTP_DRAIN", "60")]).await;
    // So that queries are under way when the server stops.
    line.delay(Duration::from_millis(100)).await;
    // The pool replaces a connection that fails at its ping.
    let ran =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name <> 'psql' AND query NOT LIKE '%ping%' AND query_start >";
    finishes_requests_of_the_other_worker(&app, async || {
        let since = postgres.sql("SELECT clock_timestamp()").await;
        let queries = format!("{ran} '{}'", since.trim());
        eventually(Duration::from_secs(30), async || {
            let running: usize = postgres.sql(&queries).await.trim().parse().unwrap();
            (running >= REQUESTS / 2).then_some(())
        })
        .await;
    })
    .await;
}

#[actix_web::test]
async fn running_requests_keep_their_connections_to_sqlite() {
    let app = TestApp::start_with(&[("WEB_CONCURRENCY", "2"), ("HTTP_DRAIN", "60")]).await;
    finishes_requests_of_the_other_worker(&app, async || ()).await;
}
