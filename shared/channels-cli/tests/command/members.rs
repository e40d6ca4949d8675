//! `members`.

use testbed::{Dialect, PeerOptions, PythonPeer};

use crate::kit::{Deck, member, run, silent_member};

#[tokio::test]
async fn core_knows_them_all() {
    for hosts in [1, 2] {
        let deck = Deck::of("redis-core", hosts).await;
        let peer = PythonPeer::start(PeerOptions::new(Dialect::Core, deck.redis.iter().map(|redis| redis.url()))).await;
        let process = deck.connect().await;
        let _sockets = [member(&process, "room").await, member(&process, "room").await];
        let channels = [peer.new_channel().await, peer.new_channel().await];
        for channel in &channels {
            peer.group_add("room", channel).await;
        }
        deck.run(&["group-send", "room", r#"{"type": "a"}"#]).await.ok();

        let said = deck.run(&["members", "room"]).await.ok();
        assert!(said.contains("\n3 members of 2 processes\n"), "{said}");
        let (django, local) = channels[0].split_once('!').unwrap();
        assert!(said.contains(&format!("\n{django}!\n  Django; 1 unread, the oldest for ")), "{said}");
        assert!(said.contains(&format!("\n  {local}  for ")) && said.contains("\n  g1 "), "{said}");
        assert!(said.contains("!\n  Catamaran; nothing unread\n"), "{said}");
    }
}

#[tokio::test]
async fn core_memberships_that_have_expired_are_none() {
    let deck = Deck::of("redis-core", 1).await;
    let name = silent_member(&deck.redis[0], "room").await;
    let counted = async |expiry: &str| {
        let variables = [deck.variables(), vec![("CHANNEL_GROUP_EXPIRY", expiry.to_owned())]].concat();
        run(&variables, &["members", "room"], "").await.ok()
    };
    assert!(counted("600").await.contains("1 member of 1 process"));
    deck.redis[0].cli(&["ZADD", "asgi:group:room", "1800000", &name]).await;
    assert!(counted("600").await.contains("0 members of 0 processes"));
}

#[tokio::test]
async fn pubsub_knows_how_many_and_says_what_it_does_not_know() {
    for hosts in [1, 2] {
        let deck = Deck::of("redis-pubsub", hosts).await;
        let peer = PythonPeer::start(PeerOptions::new(Dialect::PubSub, deck.redis.iter().map(|redis| redis.url()))).await;
        let channel = peer.new_channel().await;
        peer.group_add("room", &channel).await;
        let process = deck.connect().await;
        let _member = member(&process, "room").await;

        let said = deck.run(&["members", "room"]).await.ok();
        assert!(said.contains("as asgi__group__room") && said.contains("\n2 processes\n"), "{said}");
        assert!(said.contains("keeps no list of a group's members"), "{said}");
        assert!(said.contains("\n  Catamaran  127.0.0.1:") && said.contains("\n  another "), "{said}");
        assert!(!said.contains("warning"), "{said}");
        assert!(deck.run(&["members", "elsewhere"]).await.ok().contains("\n0 processes\n"));
    }
}

#[tokio::test]
async fn pubsub_members_on_the_wrong_host_are_found() {
    let deck = Deck::of("redis-pubsub", 2).await;
    let mut reversed: Vec<_> = deck.redis.iter().map(|redis| redis.url()).collect();
    reversed.reverse();
    let peer = PythonPeer::start(PeerOptions::new(Dialect::PubSub, reversed)).await;
    let channel = peer.new_channel().await;
    peer.group_add("room", &channel).await;
    let said = deck.run(&["members", "room"]).await.ok();
    assert!(said.contains("\n0 processes\nwarning: 1 process is in this group at 127.0.0.1:"), "{said}");
}
