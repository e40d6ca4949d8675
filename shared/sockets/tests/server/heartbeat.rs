//! Idle sockets are pinged; those that do not answer are closed.

use std::time::Duration;

use catamaran_sockets::Limits;
use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    client::{Client, Raw},
    server::Server,
};

#[tokio::test]
async fn an_idle_socket_is_pinged_and_one_that_answers_stays() {
    let short = Duration::from_millis(1);
    let server = Server::with(
        Limits::default().with(|limits| (limits.ping_interval, limits.ping_timeout) = (short, Duration::from_millis(1_500))),
    );
    let (mut voice, mut ear) = Client::meet(&server, "answers").await.stream.split();
    let mut silent = Raw::connect(server.addr, "silent").await;
    // Reading the stream answers pings.
    let listening = tokio::spawn(async move {
        let mut pings = 0;
        loop {
            match ear.next().await.unwrap().unwrap() {
                Message::Ping(_) => pings += 1,
                Message::Text(text) => return (pings, text),
                other => panic!("{other:?}"),
            }
        }
    });
    assert_eq!(silent.closed().await, (1011, "no answer to a ping".to_owned()));
    voice.send(Message::text(r#"{"type":"echo","text":"alive"}"#)).await.unwrap();
    let (pings, text) = listening.await.unwrap();
    assert!(pings >= 2 && text.contains("alive"), "{pings} pings, then {text}");
    assert_eq!(server.counters.ping_timeouts.get(), 1);
    server.log.line("silent left with 1011").await;
}
