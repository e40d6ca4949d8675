//! `members`.

use testbed::{Dialect, PeerOptions, PythonPeer};

use crate::kit::{Setup, idle_member, member, run};

#[tokio::test]
async fn core_lists_every_member() {
    for hosts in [1, 2] {
        let setup = Setup::of("redis-core", hosts).await;
        let peer = PythonPeer::start(PeerOptions::new(Dialect::Core, setup.redis.iter().map(|redis| redis.url()))).await;
        let process = setup.connect().await;
        let _sockets = [member(&process, "room").await, member(&process, "room").await];
        let channels = [peer.new_channel().await, peer.new_channel().await];
        for channel in &channels {
            peer.group_add("room", channel).await;
        }
        setup.run(&["group-send", "room", r#"{"type": "a"}"#]).await.ok();

        let output = setup.run(&["members", "room"]).await.ok();
        assert!(output.contains("\n3 members of 2 processes\n"), "{output}");
        let (django, local) = channels[0].split_once('!').unwrap();
        assert!(output.contains(&format!("\n{django}!\n  Django; 1 unread, the oldest for ")), "{output}");
        assert!(output.contains(&format!("\n  {local}  for ")) && output.contains("\n  g1 "), "{output}");
        assert!(output.contains("!\n  Catamaran; nothing unread\n"), "{output}");
    }
}

#[tokio::test]
async fn core_does_not_count_expired_memberships() {
    let setup = Setup::of("redis-core", 1).await;
    let name = idle_member(&setup.redis[0], "room").await;
    let counted = async |expiry: &str| {
        let variables = [setup.variables(), vec![("CHANNEL_GROUP_EXPIRY", expiry.to_owned())]].concat();
        run(&variables, &["members", "room"], "").await.ok()
    };
    assert!(counted("600").await.contains("1 member of 1 process"));
    setup.redis[0].cli(&["ZADD", "asgi:group:room", "1800000", &name]).await;
    assert!(counted("600").await.contains("0 members of 0 processes"));
}

#[tokio::test]
async fn pubsub_counts_processes_and_explains_its_limits() {
    for hosts in [1, 2] {
        let setup = Setup::of("redis-pubsub", hosts).await;
        let peer = PythonPeer::start(PeerOptions::new(Dialect::PubSub, setup.redis.iter().map(|redis| redis.url()))).await;
        let channel = peer.new_channel().await;
        peer.group_add("room", &channel).await;
        let process = setup.connect().await;
        let _member = member(&process, "room").await;

        let output = setup.run(&["members", "room"]).await.ok();
        assert!(output.contains("as asgi__group__room") && output.contains("\n2 processes\n"), "{output}");
        assert!(output.contains("keeps no list of a group's members"), "{output}");
        assert!(output.contains("\n  Catamaran  127.0.0.1:") && output.contains("\n  another "), "{output}");
        assert!(!output.contains("warning"), "{output}");
        assert!(setup.run(&["members", "elsewhere"]).await.ok().contains("\n0 processes\n"));
    }
}

#[tokio::test]
async fn pubsub_warns_of_members_on_the_wrong_host() {
    let setup = Setup::of("redis-pubsub", 2).await;
    let mut reversed: Vec<_> = setup.redis.iter().map(|redis| redis.url()).collect();
    reversed.reverse();
    let peer = PythonPeer::start(PeerOptions::new(Dialect::PubSub, reversed)).await;
    let channel = peer.new_channel().await;
    peer.group_add("room", &channel).await;
    let output = setup.run(&["members", "room"]).await.ok();
    assert!(output.contains("\n0 processes\nwarning: 1 process is in this group at 127.0.0.1:"), "{output}");
}
