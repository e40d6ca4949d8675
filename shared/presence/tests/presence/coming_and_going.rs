//! Sockets open and close.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Waker},
};

use catamaran::GroupName;
use catamaran_presence::{Announce, Change, MAX_PAYLOAD_BYTES, News, Presence, PresenceError, Present};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use testbed::eventually;

use crate::kit::{PATIENCE, Stage};

#[tokio::test]
async fn announces_the_first_socket_and_the_last() {
    let mut stage = Stage::new().await;
    let (one, other) = (stage.process().await, stage.process().await);
    let phone = one.enter(&stage.group, "ann", &()).await.unwrap();
    let laptop = one.enter(&stage.group, "ann", &()).await.unwrap();
    let tablet = other.enter(&stage.group, "ann", &()).await.unwrap();
    assert_eq!((phone.group(), phone.key()), ("deck", "ann"));
    assert_eq!((stage.heard(), stage.online().await), (vec!["+ann".into()], vec!["ann".into()]));
    phone.leave().await;
    laptop.leave().await;
    assert_eq!((stage.heard(), stage.online().await), (vec![], vec!["ann".into()]));
    tablet.leave().await;
    assert_eq!((stage.heard(), stage.online().await), (vec!["-ann".into()], vec![]));
}

#[tokio::test]
async fn announces_a_changed_payload_and_lists_the_last_one() {
    let mut stage = Stage::new().await;
    let (one, other) = (stage.process().await, stage.process().await);
    let phone = one.enter(&stage.group, "ann", &json!({ "color": "red" })).await.unwrap();
    phone.update(&json!({ "color": "blue" })).await.unwrap();
    phone.update(&json!({ "color": "blue" })).await.unwrap();
    let laptop = other.enter(&stage.group, "ann", &json!({ "color": "green" })).await.unwrap();
    let listed = one.list::<Value>(&stage.group).await.unwrap();
    assert_eq!(listed, [Present::new("ann", json!({ "color": "green" }))]);
    laptop.leave().await;
    phone.leave().await;
    let heard = stage.heard();
    assert_eq!(heard[..3], [r#"+ann {"color":"red"}"#, r#"~ann {"color":"blue"}"#, r#"~ann {"color":"green"}"#]);
    assert!(heard.len() == 4 && heard[3].starts_with("-ann"), "{heard:?}");
    let fault = one.list::<u32>(&stage.group).await;
    assert_eq!(fault.unwrap(), [], "no member, no payload to misread");
}

#[tokio::test]
async fn leaves_when_the_guard_is_dropped() {
    let mut stage = Stage::new().await;
    let process = stage.process().await;
    drop(process.enter(&stage.group, "ann", &()).await.unwrap());
    eventually(PATIENCE, async || stage.online().await.is_empty().then_some(())).await;
    let mut heard = Vec::new();
    while heard.len() < 2 {
        heard.extend(stage.heard());
        tokio::task::yield_now().await;
    }
    assert_eq!(heard, ["+ann", "-ann"]);
}

/// At whatever await the call is cancelled.
#[tokio::test]
async fn a_cancelled_call_leaves_no_member_behind() {
    for polls in 0..20 {
        let stage = Stage::new().await;
        let process = stage.process().await;
        poll(polls, process.enter(&stage.group, "ann", &())).await;
        let here = process.enter(&stage.group, "ann", &()).await.unwrap();
        poll(polls, here.leave()).await;
        eventually(PATIENCE, async || stage.online().await.is_empty().then_some(())).await;
    }
}

/// Lets the other tasks run once between two polls, and then cancels `work`.
async fn poll<T>(times: usize, work: impl Future<Output = T>) {
    let mut work = pin!(work);
    for _ in 0..times {
        if work.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn concurrent_enters_and_leaves_end_with_the_state_of_the_last_socket() {
    let mut stage = Stage::new().await;
    let process = stage.process().await;
    let mut here = process.enter(&stage.group, "ann", &()).await.unwrap();
    for _ in 0..20 {
        let (_, entered) = tokio::join!(here.leave(), process.enter(&stage.group, "ann", &()));
        here = entered.unwrap();
        assert_eq!(stage.online().await, ["ann"]);
    }
    here.leave().await;
    assert!(stage.online().await.is_empty());
    assert_eq!(stage.heard().last().unwrap(), "-ann");
}

/// A phone that changes its network: the new socket comes while the old one goes, through another process.
#[tokio::test]
async fn the_last_announcement_matches_the_store() {
    let mut stage = Stage::new().await;
    let processes = [stage.process().await, stage.process().await];
    let mut here = processes[1].enter(&stage.group, "ann", &()).await.unwrap();
    let mut is_online = stage.heard() == ["+ann"];
    for round in 0..40 {
        let (_, entered) = tokio::join!(here.leave(), processes[round % 2].enter(&stage.group, "ann", &()));
        here = entered.unwrap();
        is_online = stage.heard().last().map_or(is_online, |last| last == "+ann");
        assert!(is_online, "in round {round}");
    }
}

#[tokio::test]
async fn refuses_keys_and_payloads_beyond_their_bounds() {
    let stage = Stage::new().await;
    let process = stage.process().await;
    for key in [String::new(), "k".repeat(257)] {
        let fault = process.enter(&stage.group, &key, &()).await.err().unwrap();
        assert!(matches!(fault, PresenceError::Key(bytes) if bytes == key.len()), "{fault}");
    }
    let here = process.enter(&stage.group, &"k".repeat(256), &"p".repeat(MAX_PAYLOAD_BYTES - 2)).await.unwrap();
    let fault = here.update(&"p".repeat(MAX_PAYLOAD_BYTES)).await.unwrap_err();
    assert_eq!(fault.to_string(), "a payload may have 4096 bytes as JSON, this one has 4098");
    assert_eq!(stage.online().await.len(), 1);
}

/// An application that has its own events for presence.
#[tokio::test]
async fn a_prefix_chooses_the_announcer() {
    struct Diary(tokio::sync::mpsc::UnboundedSender<(String, Change)>);
    impl Announce for Diary {
        fn announce<'a>(&'a self, news: &'a News) -> BoxFuture<'a, bool> {
            Box::pin(async { self.0.send((news.member.key.to_string(), news.change)).is_ok() })
        }
    }
    let mut stage = Stage::new().await;
    let (sender, mut written) = tokio::sync::mpsc::unbounded_channel();
    let builder = Presence::builder(std::sync::Arc::clone(&stage.layer) as _, stage.store.clone());
    let process = builder.announce("room.", Diary(sender)).build();
    process.renew().await.unwrap();
    let room = GroupName::parse("room.7").unwrap();
    process.enter(&room, "ann", &()).await.unwrap().leave().await;
    process.enter(&stage.group, "bob", &()).await.unwrap().leave().await;
    assert_eq!(written.try_recv().unwrap(), ("ann".into(), Change::Joined));
    assert_eq!(written.try_recv().unwrap(), ("ann".into(), Change::Left));
    assert!(written.try_recv().is_err());
    assert_eq!(stage.heard(), ["+bob", "-bob"]);
}
