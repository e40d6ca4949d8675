//! A client that does not read: bounded, closed with a reason, and no burden to its neighbours.

use std::sync::Arc;

use channels::{ChannelLayer, InMemoryLayer, LayerConfig};
use channels_redis::{RedisCoreLayer, RedisSettings, Wire};
use tokio::io::AsyncReadExt;
use ws_server::Limits;

use crate::{
    client::{Client, Raw},
    probe::{everybody, same},
    server::Server,
};

#[tokio::test]
async fn a_stalled_reader_is_closed_with_1013_and_its_neighbours_miss_nothing() {
    let layer = Arc::new(InMemoryLayer::new(LayerConfig::default()));
    a_stalled_reader_and_its_neighbour(layer).await;
}

/// There a whole process has one key in Redis: what nobody reads must not fill it for everybody.
#[tokio::test]
async fn the_same_over_the_core_dialect() {
    let redis = testbed::Redis::start().await;
    let settings = RedisSettings::new(&redis.url(), false).unwrap();
    let layer = Arc::new(RedisCoreLayer::connect(settings, &Wire::default(), LayerConfig::default()));
    layer.flush().await.unwrap();
    a_stalled_reader_and_its_neighbour(layer.clone()).await;
    assert_eq!(layer.stats().refused, 0);
    let unread = redis.cli(&["KEYS", "asgispecific.*"]).await;
    assert_eq!(unread.trim(), "", "nothing waits in Redis");
}

async fn a_stalled_reader_and_its_neighbour(layer: Arc<dyn ChannelLayer>) {
    let server = Server::on(Limits { outbox_bytes: 100_000, ..Limits::default() }, layer);
    let mut neighbour = Client::meet(&server, "neighbour").await;
    let mut stalled = Raw::connect(server.addr, "stalled").await;
    server.open(2).await;
    let text = "x".repeat(20_000);
    let mut sent = 0;
    while server.counters.slow_readers.get() == 0 {
        let receipt = server.layer.group_send(&everybody(), &same(&text)).await.unwrap();
        assert_eq!(receipt.dropped, 0, "the process has room");
        sent += 1;
        assert_eq!(neighbour.json().await["same"].as_str().unwrap().len(), text.len());
        assert!(sent < 1_000, "20 MB went to somebody who reads nothing");
    }
    server.log.line("stalled left with 1013").await;
    server.layer.group_send(&everybody(), &same("after")).await.unwrap();
    assert_eq!(neighbour.json().await["same"], "after");

    // It reads at last: what was on its way already, and then why.
    let mut bytes = Vec::new();
    tokio::time::timeout(crate::server::PATIENCE, stalled.0.read_to_end(&mut bytes)).await.unwrap().unwrap();
    let reason = b"this connection reads too slowly";
    assert!(bytes.windows(reason.len()).any(|window| window == reason), "{} bytes without the reason", bytes.len());
    assert!(bytes.len() < 1_500_000, "{} bytes waited for it", bytes.len());
    server.open(1).await;
}
