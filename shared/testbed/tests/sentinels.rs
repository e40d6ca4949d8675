//! Sentinels replace a master that is killed or demoted.

use serde_json::json;
use testbed::{Dialect, Host, PeerOptions, PythonPeer, Sentinels};

#[tokio::test]
async fn a_killed_master_is_replaced_by_its_replica() {
    let sentinels = Sentinels::start_with_password("open-sesame").await;
    let before = sentinels.master_port().await;
    let killed = sentinels.kill_master().await;
    sentinels.failed_over(before).await;
    let master = sentinels.master().await;
    assert_ne!(master.port(), killed.port());
    master.cli(&["SET", "name", "value"]).await;

    // A restarted server follows the new master.
    killed.restart().await;
    sentinels.rejoined(killed).await;
    assert_eq!(killed.cli(&["GET", "name"]).await.trim(), "value");
}

#[tokio::test]
async fn python_follows_a_manual_failover_with_two_of_three_sentinels() {
    let sentinels = Sentinels::start().await;
    assert_eq!(sentinels.urls().len(), 3);
    let hosts = [Host::Sentinel { ports: sentinels.ports(), master_name: sentinels.master_name().to_owned(), password: None }];
    let peer = PythonPeer::start(PeerOptions::new(Dialect::Core, hosts)).await;
    peer.send("before", json!({ "type": "word" })).await.unwrap();
    assert_eq!(sentinels.master().await.keys("asgi*").await, ["asgibefore"]);

    sentinels.kill_sentinel(0);
    sentinels.failover().await;
    peer.flush().await;
    peer.send("after", json!({ "type": "word" })).await.unwrap();
    assert_eq!(sentinels.master().await.keys("asgiafter").await, ["asgiafter"]);
}
