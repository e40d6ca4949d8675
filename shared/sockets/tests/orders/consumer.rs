//! The consumer in the test kit.

use std::sync::Arc;

use catamaran::{
    ChannelLayer, ChannelName, Close, CloseCode, GroupName, InMemoryLayer, LayerConfig, Message, Scope, testing::Client,
};
use serde_json::{Value, json};

use crate::{
    order::OrderSocket,
    ticket::TicketKey,
    tickets::{ADA, SECRET, when_made},
};

type Layer = Arc<dyn ChannelLayer>;

fn layer() -> Layer {
    Arc::new(InMemoryLayer::new(LayerConfig::default()))
}

async fn connect(layer: &Layer, order: &str, query: &str) -> Result<Client<OrderSocket>, Close> {
    let scope = Scope::default().with_query(query).with_param("order", order);
    Client::connect(OrderSocket::new(TicketKey::parse(SECRET.into()).unwrap(), when_made), scope, layer).await
}

async fn look_at_order_3(layer: &Layer) -> Client<OrderSocket> {
    connect(layer, "3", &format!("ticket={ADA}")).await.unwrap()
}

/// As a Django view does: `group_send(group, event)`.
async fn announce(layer: &Layer, group: &str, event: Value) {
    let group = GroupName::parse(group).unwrap();
    layer.group_send(&group, &Message::new(&event).unwrap()).await.unwrap();
}

#[tokio::test]
async fn forwards_an_event_of_django_to_the_page() {
    let layer = layer();
    let mut page = look_at_order_3(&layer).await;
    let packed = json!({ "type": "order.changed", "order": 3, "state": "packed" });
    announce(&layer, "order.4", json!({ "type": "order.changed", "order": 4, "state": "lost" })).await;
    announce(&layer, "order.3", packed.clone()).await;
    page.settle().await;
    assert_eq!(page.sent(), [packed]);
}

#[tokio::test]
async fn sends_a_note_to_all_sockets_of_the_order() {
    let layer = layer();
    let (mut mine, mut other) = (look_at_order_3(&layer).await, look_at_order_3(&layer).await);
    mine.send(&json!({ "type": "note", "text": "leave it at the door" })).await;
    for page in [&mut mine, &mut other] {
        page.settle().await;
        let note = json!({ "type": "order.note", "order": 3, "who": "ada", "text": "leave it at the door" });
        assert_eq!(page.sent(), [note]);
    }
}

#[tokio::test]
async fn the_worker_s_answer_reaches_the_socket_that_asked() {
    let layer = layer();
    let (mut mine, mut other) = (look_at_order_3(&layer).await, look_at_order_3(&layer).await);
    let job = layer.receive(&ChannelName::parse("shipping").unwrap());
    mine.send(&json!({ "type": "quote" })).await;
    let job: Value = job.await.unwrap().event().unwrap();
    assert_eq!(job, json!({ "type": "shipping.quote", "order": 3, "reply_channel": mine.channel_name().as_str() }));
    let answer = json!({ "type": "order.quote", "order": 3, "days": 4 });
    let asker = ChannelName::parse(job["reply_channel"].as_str().unwrap()).unwrap();
    layer.send(&asker, &Message::new(&answer).unwrap()).await.unwrap();
    mine.settle().await;
    other.settle().await;
    assert_eq!(mine.sent(), [answer]);
    assert!(other.sent().is_empty());
}

#[tokio::test]
async fn a_sign_out_in_django_closes_the_user_s_socket() {
    let layer = layer();
    let mut page = look_at_order_3(&layer).await;
    announce(&layer, "user.8", json!({ "type": "user.signed_out" })).await;
    page.settle().await;
    assert_eq!(page.closed(), None, "that was another user");
    announce(&layer, "user.7", json!({ "type": "user.signed_out" })).await;
    page.settle().await;
    assert_eq!(page.closed().map(|close| close.code), Some(CloseCode(4401)));
    page.disconnect(CloseCode(4401)).await;
}

#[tokio::test]
async fn refuses_a_socket_without_a_ticket_for_its_order() {
    let layer = layer();
    let ticket = format!("ticket={ADA}");
    for (order, query, code) in [("3", "", 4401), ("3", "ticket=a:b:c", 4401), ("4", &*ticket, 4403), ("03", &*ticket, 4403)] {
        let refusal = connect(&layer, order, query).await.err().expect("a refusal");
        assert_eq!(refusal.code, CloseCode(code), "{order} {query}");
        assert!(!refusal.reason.is_empty());
    }
}
