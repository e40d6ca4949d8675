//! The consumer without a server: the test kit is the client.

#[path = "../src/consumer.rs"]
mod consumer;
#[path = "../src/store.rs"]
#[expect(dead_code, reason = "the store of sessions, which sign-in uses")]
mod store;
#[path = "../src/token.rs"]
#[expect(dead_code, reason = "the key of tokens, which sign-in uses")]
mod token;

use std::{path::Path, sync::Arc};

use catamaran::{ChannelLayer, InMemoryLayer, LayerConfig, Scope, testing::Client};
use catamaran_presence::{MemoryLeases, Presence};
use consumer::Board;
use serde_json::json;
use store::Store;
use token::Claims;

#[tokio::test]
async fn shows_a_card_to_the_other_member() {
    let layer: Arc<dyn ChannelLayer> = Arc::new(InMemoryLayer::new(LayerConfig::default()));
    let (store, presence) = (Store::open(Path::new(":memory:")).unwrap(), Presence::new(layer.clone(), MemoryLeases::new()));
    let keeper = presence.start().await; // before the first `enter`
    let connect = async |user, name: &str| {
        let claims = Claims { user, name: name.into(), jti: name.into(), exp: u64::MAX };
        let board = Board::new(store.clone(), presence.clone(), 1);
        Client::connect(board, Scope::default().with_user(claims), &layer).await.unwrap()
    };
    let (mut ann, mut ben) = (connect(7, "Ann").await, connect(8, "Ben").await);
    ann.send(&json!({ "type": "add", "title": "Paint the shed" })).await;
    ben.settle().await;
    let card = json!({ "id": 1, "lane": 0, "title": "Paint the shed", "owner": null });
    assert_eq!(ben.sent().last(), Some(&json!({ "type": "card.changed", "card": card })));
    drop((ann, ben));
    keeper.close().await;
}

#[tokio::test]
async fn refuses_a_client_without_a_user() {
    let layer: Arc<dyn ChannelLayer> = Arc::new(InMemoryLayer::new(LayerConfig::default()));
    let (store, presence) = (Store::open(Path::new(":memory:")).unwrap(), Presence::new(layer.clone(), MemoryLeases::new()));
    let refusal = Client::connect(Board::new(store, presence, 1), Scope::default(), &layer).await.err();
    assert_eq!(refusal.map(|close| close.code.0), Some(4401));
}
