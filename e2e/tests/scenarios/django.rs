//! A Django project and our sockets share a Redis: `examples/mixed-fleet` as it stands, in both dialects, over one and two
//! hosts, with and without encryption.

mod customer;
mod fleet;
mod up;

use customer::{Customer, Line};
use e2e::{Data, Person, Site};
use fleet::{Fleet, lobby_under_daphne};
use serde_json::{Value, json};

/// A day at the shop, with a customer who looks at one order through both servers.
async fn a_day(fleet: Fleet) {
    let mut ada = Customer::sign_in(fleet.daphne_port).await;
    let mut theirs = ada.look_at(1, fleet.daphne_port).await;
    let mut ours = ada.look_at(1, fleet.ws_port).await;
    let mut elsewhere = ada.look_at(2, fleet.ws_port).await;

    // A view, and a process that holds no socket, tell a group that has members on both sides.
    ada.post("/orders/1/state/", "state=packed").await;
    both_hear(&mut theirs, &mut ours, changed("packed")).await;
    fleet.manage(&["move", "1", "shipped"]).await;
    both_hear(&mut theirs, &mut ours, changed("shipped")).await;

    // A consumer of ours tells the group, a consumer under Daphne does.
    for at_ours in [true, false] {
        let text = if at_ours { "문 앞에 두세요" } else { "thank you" };
        let sender = if at_ours { &mut ours } else { &mut theirs };
        sender.say(json!({ "type": "note", "text": text })).await;
        let note = json!({ "type": "order.note", "order": 1, "who": "ada", "text": text });
        both_hear(&mut theirs, &mut ours, note).await;
    }

    // The worker hears us, and answers the one socket that asked: the next frame of the others is another.
    for _ in 0..4 {
        ours.say(json!({ "type": "quote" })).await;
        assert_eq!(ours.hear().await, Ok(json!({ "type": "order.quote", "order": 1, "days": 2 })));
    }
    fleet.manage(&["move", "2", "packed"]).await;
    let packed = json!({ "type": "order.changed", "order": 2, "state": "packed" });
    assert_eq!(elsewhere.hear().await, Ok(packed), "and nothing of the other order's");

    ada.post("/logout/", "").await;
    for line in [&mut theirs, &mut ours, &mut elsewhere] {
        assert_eq!(line.hear().await, Err(4401), "who signs out has left");
    }
}

fn changed(state: &str) -> Value {
    json!({ "type": "order.changed", "order": 1, "state": state })
}

async fn both_hear(theirs: &mut Line, ours: &mut Line, event: Value) {
    assert_eq!(theirs.hear().await.as_ref(), Ok(&event), "under Daphne");
    assert_eq!(ours.hear().await.as_ref(), Ok(&event), "at ws-server");
}

macro_rules! days {
    ($($name:ident: $dialect:literal, $hosts:literal, $keys:literal;)+) => {
        $(#[tokio::test] async fn $name() { a_day(Fleet::start($dialect, $hosts, $keys).await).await })+
    };
}

days! {
    core: "redis-core", 1, "";
    core_encrypted: "redis-core", 1, "new,old";
    core_on_two_hosts: "redis-core", 2, "";
    core_encrypted_on_two_hosts: "redis-core", 2, "new,old";
    pubsub: "redis-pubsub", 1, "";
    pubsub_encrypted: "redis-pubsub", 1, "new,old";
    pubsub_on_two_hosts: "redis-pubsub", 2, "";
    pubsub_encrypted_on_two_hosts: "redis-pubsub", 2, "new,old";
}

/// A Django consumer receives announcements of `http-server`.
async fn a_room_opens(dialect: &str) {
    let site = Site::start_with(Data::sqlite(), &[("CHANNEL_LAYER", dialect)]).await;
    let (_daphne, port) = lobby_under_daphne(dialect, &site.redis).await;
    let mut django = Line::open(&format!("ws://localhost:{port}/"), "http://localhost", "").await;
    let ada = Person::sign_in(&site.door(), "Ada").await;
    for name in ["Lighthouse", "등대"] {
        let code = ada.create_room(name).await;
        let heard = django.hear().await.expect("an event");
        assert_eq!(heard["type"], "lobby.room");
        assert_eq!((&heard["room"]["name"], &heard["room"]["code"]), (&json!(name), &json!(code)));
    }
}

#[tokio::test]
async fn django_hears_our_http_server_in_core() {
    a_room_opens("redis-core").await;
}

#[tokio::test]
async fn django_hears_our_http_server_in_pubsub() {
    a_room_opens("redis-pubsub").await;
}
