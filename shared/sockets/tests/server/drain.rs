//! A stop with open sockets: each gets a close frame, and the stop ends in time.

use std::time::{Duration, Instant};

use crate::{
    client::{Client, Raw},
    server::Server,
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
