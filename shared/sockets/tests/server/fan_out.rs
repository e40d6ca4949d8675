//! Groups: which sockets get an event, in which order, with and without their consumers.

use catamaran::{ChannelName, Message};
use serde_json::{Value, json};

use crate::{
    client::Client,
    probe::{all_probes, each, same},
    server::Server,
};

#[tokio::test]
async fn all_sockets_of_a_group_get_each_event_once_and_in_order() {
    let server = Server::start();
    let mut clients = Vec::new();
    for n in 0..20 {
        clients.push(Client::meet(&server, &format!("c{n}")).await);
    }
    for n in 0..50 {
        let text = n.to_string();
        let message = if n % 3 == 1 { each(&text) } else { same(&text) };
        let receipt = server.layer.group_send(&all_probes(), &message).await.unwrap();
        assert!(receipt.reached <= 2, "one for each worker thread, not for each of 20 sockets: {receipt:?}");
    }
    for client in &mut clients {
        for n in 0..50 {
            let key = if n % 3 == 1 { "each" } else { "same" };
            assert_eq!(
                client.json().await[key],
                n.to_string(),
                "events that the consumer handles keep their place among the others"
            );
        }
    }
}

#[tokio::test]
async fn a_consumer_may_handle_each_event_itself() {
    let server = Server::start();
    let (mut a, mut b) = (Client::meet(&server, "a").await, Client::meet(&server, "b").await);
    server.layer.group_send(&all_probes(), &each("hi")).await.unwrap();
    assert_eq!(a.json().await, json!({ "each": "hi", "to": "a" }));
    assert_eq!(b.json().await, json!({ "each": "hi", "to": "b" }));
}

#[tokio::test]
async fn a_message_to_a_channel_reaches_its_socket_alone() {
    let server = Server::start();
    let mut client = Client::try_connect(&server, "mine", &[]).await.unwrap();
    let mut other = Client::meet(&server, "other").await;
    let hello = client.json().await;
    let channel = ChannelName::parse(hello["channel"].as_str().unwrap()).unwrap();
    server.layer.send(&channel, &same("you")).await.unwrap();
    assert_eq!(client.json().await, json!({ "each": "you", "to": "mine" }));
    server.layer.group_send(&all_probes(), &same("all")).await.unwrap();
    assert_eq!(other.json().await, json!({ "same": "all" }), "and nothing before it");
}

#[tokio::test]
async fn the_consumer_s_first_frame_comes_before_those_of_its_groups() {
    let server = Server::start();
    let mut client = Client::try_connect(&server, "talks-early", &[]).await.unwrap();
    assert_eq!(client.json().await["hello"], "talks-early");
    assert_eq!(client.json().await, json!({ "same": "early" }));
}

#[tokio::test]
async fn a_socket_that_leaves_a_group_gets_no_more_of_its_events() {
    let server = Server::start();
    let (mut leaver, mut stayer) = (Client::meet(&server, "leaver").await, Client::meet(&server, "stayer").await);
    leaver.send(r#"{"type":"leave"}"#).await;
    assert_eq!(leaver.json().await, json!({ "left": true }));
    server.layer.group_send(&all_probes(), &same("late")).await.unwrap();
    assert_eq!(stayer.json().await, json!({ "same": "late" }));
    leaver.send(r#"{"type":"echo","text":"mark"}"#).await;
    assert_eq!(leaver.json().await, json!({ "echo": "mark" }));
}

#[tokio::test]
async fn the_layer_has_no_member_after_the_last_socket_has_gone() {
    let server = Server::start();
    drop(Client::meet(&server, "only").await);
    server.log.line("only left with 1006").await;
    server.open(0).await;
    assert_eq!(server.layer.group_send(&all_probes(), &same("x")).await.unwrap().reached, 0);
}

#[tokio::test]
async fn an_event_that_nobody_handles_is_counted_and_every_socket_lives_on() {
    let server = Server::start();
    let mut client = Client::meet(&server, "patient").await;
    let unknown = Message::new(&json!({ "type": "new_type" })).unwrap();
    for _ in 0..3 {
        server.layer.group_send(&all_probes(), &unknown).await.unwrap();
    }
    server.layer.group_send(&all_probes(), &same("after")).await.unwrap();
    assert_eq!(client.json().await, json!({ "same": "after" }));
    assert_eq!(server.counters.unhandled.count(), 3);
}

/// The bug that this project began with, over real sockets.
#[tokio::test]
async fn a_consumer_s_change_of_its_event_is_invisible_to_others() {
    let server = Server::start();
    let (mut first, mut second) = (Client::meet(&server, "first").await, Client::meet(&server, "second").await);
    server.layer.group_send(&all_probes(), &each("original")).await.unwrap();
    let seen: [Value; 2] = [first.json().await, second.json().await];
    assert_eq!(seen.map(|frame| frame["each"].clone()), [json!("original"), json!("original")]);
}
