//! A client that does not read is bounded and closed with a reason. Other clients do not notice.

use std::sync::Arc;

use catamaran::{ChannelLayer, InMemoryLayer, LayerConfig};
use catamaran_redis::{RedisCoreLayer, RedisSettings, Wire};
use catamaran_sockets::Limits;
use testbed::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    client::{Client, Raw},
    probe::{all_probes, same},
    server::{PATIENCE, Server},
};

#[tokio::test]
async fn a_stalled_reader_is_closed_with_1013_and_its_neighbours_miss_nothing() {
    let layer = Arc::new(InMemoryLayer::new(LayerConfig::default()));
    a_stalled_reader_and_its_neighbour(layer).await;
}

/// In that dialect a process has one key in Redis: unread frames of one client must not fill it for all.
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
    let server = Server::on(Limits::default().with(|limits| limits.outbox_bytes = 100_000), layer);
    let mut neighbour = Client::meet(&server, "neighbour").await;
    let mut stalled = Raw::connect(server.addr, "stalled").await;
    server.open(2).await;
    let text = "x".repeat(20_000);
    let mut sent = 0;
    while server.counters.slow_readers.get() == 0 {
        let receipt = server.layer.group_send(&all_probes(), &same(&text)).await.unwrap();
        assert_eq!(receipt.dropped, 0, "the process has room");
        sent += 1;
        assert_eq!(neighbour.json().await["same"].as_str().unwrap().len(), text.len());
        assert!(sent < 1_000, "20 MB went to a client that reads nothing");
    }
    server.log.line("stalled left with 1013").await;
    server.layer.group_send(&all_probes(), &same("after")).await.unwrap();
    assert_eq!(neighbour.json().await["same"], "after");

    // Now it reads: first the frames that were sent already, then the reason.
    let mut bytes = Vec::new();
    tokio::time::timeout(crate::server::PATIENCE, stalled.0.read_to_end(&mut bytes)).await.unwrap().unwrap();
    let reason = b"this connection reads too slowly";
    assert!(bytes.windows(reason.len()).any(|window| window == reason), "{} bytes without the reason", bytes.len());
    assert!(bytes.len() < 1_500_000, "{} bytes waited for it", bytes.len());
    server.open(1).await;
}

#[tokio::test]
async fn a_client_that_reads_stays_open_in_every_burst() {
    let server = Server::start();
    let mut client = Client::meet(&server, "reader").await;
    for (count, bytes) in [(64, 30_000), (2, 700_000), (2, 3_000_000), (200, 10_000)] {
        let text = "x".repeat(bytes);
        for _ in 0..count {
            let receipt = server.layer.group_send(&all_probes(), &same(&text)).await.unwrap();
            assert_eq!(receipt.dropped, 0);
        }
        for number in 0..count {
            let arrived = client.json().await;
            assert_eq!(arrived["same"].as_str().unwrap().len(), bytes, "{number} of {count}");
        }
    }
    assert_eq!(server.counters.slow_readers.get(), 0);
}

/// A masked text frame that asks for an answer of about so many bytes.
fn echo(bytes: usize) -> Vec<u8> {
    let text = format!(r#"{{"type":"echo","text":"{}"}}"#, "x".repeat(bytes));
    let length = u16::try_from(text.len()).unwrap().to_be_bytes();
    [&[0x81, 0xfe][..], &length, &[0; 4], text.as_bytes()].concat()
}

#[tokio::test]
async fn no_commands_are_taken_from_a_client_that_does_not_read_the_answers() {
    let limits = Limits::default()
        .with(|limits| (limits.outbox_bytes, limits.frames_per_second, limits.frames_burst) = (100_000, 1_000, 1_000));
    let server = Server::with_both(limits, &[]);
    let mut stalled = Raw::connect(server.addr, "stalled").await;
    let frames = echo(50_000).repeat(200);
    // It blocks as soon as the server reads no more.
    let writing = tokio::spawn(async move {
        let _closed_meanwhile = stalled.0.write_all(&frames).await;
        stalled
    });
    server.log.line("stalled left with 1013").await;
    assert_eq!(server.counters.slow_readers.get(), 1);
    let received = server.counters.received.get();
    assert!(received < 100, "{received} commands of 200 were taken");
    writing.abort();
}

#[tokio::test]
async fn the_bytes_that_wait_for_all_clients_are_bounded() {
    // Nothing but the total bounds these sockets.
    let limits = Limits::default()
        .with(|limits| (limits.outbox_bytes, limits.frames_per_second, limits.frames_burst) = (1 << 30, 10_000, 10_000));
    let server = Server::with_both(limits, &[("WS_OUTBOX_TOTAL_BYTES", "16777216")]);
    let mut reader = Client::meet(&server, "reader").await;
    let mut writing = Vec::new();
    for number in 0..4 {
        let mut stalled = Raw::connect(server.addr, &format!("stalled{number}")).await;
        let frames = echo(50_000).repeat(500);
        writing.push(tokio::spawn(async move {
            let _closed_meanwhile = stalled.0.write_all(&frames).await;
            stalled
        }));
    }
    eventually(PATIENCE, async || (server.counters.crowded_out.get() > 0).then_some(())).await;
    reader.send(r#"{"type":"echo","text":"still here"}"#).await;
    assert_eq!(reader.json().await["echo"], "still here", "a client that reads stays");
    writing.iter().for_each(tokio::task::JoinHandle::abort);
}
