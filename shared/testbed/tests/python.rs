//! The Python peer uses the real `channels_redis`, for values and errors too. Daphne serves a page.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use testbed::{Dialect, Host, PeerOptions, Program, PythonPeer, Redis, free_port};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Long compared with a message, short compared with a test.
const AT_ONCE: Duration = Duration::from_millis(200);

async fn peer(dialect: Dialect, redis: &Redis) -> PythonPeer {
    PythonPeer::start(PeerOptions::new(dialect, [redis.url()])).await
}

#[tokio::test]
async fn two_peers_share_a_group_in_either_dialect() {
    let redis = Redis::start().await;
    for dialect in [Dialect::Core, Dialect::PubSub] {
        let (here, there) = tokio::join!(peer(dialect, &redis), peer(dialect, &redis));
        let (mine, yours) = (here.new_channel().await, there.new_channel().await);
        here.group_add("orders", &mine).await;
        there.group_add("orders", &yours).await;
        let message = json!({ "type": "order.paid", "amount": 12.5, "lines": [1, 2] });
        here.group_send("orders", message.clone()).await.unwrap();
        let both = tokio::join!(here.receive(&mine), there.receive(&yours));
        assert_eq!(both, (message.clone(), message.clone()), "{dialect:?}");

        there.group_discard("orders", &yours).await;
        here.group_send("orders", message).await.unwrap();
        here.receive(&mine).await;
        assert_eq!(there.try_receive(&yours, AT_ONCE).await, None, "{dialect:?}");
        here.send(&yours, json!({ "type": "word" })).await.unwrap();
        assert_eq!(
            there.receive(&yours).await,
            json!({ "type": "word" }),
            "{dialect:?}: a call after a timeout gets the message"
        );
    }
}

#[tokio::test]
async fn transfers_values_that_json_cannot_hold_as_tags() {
    let redis = Redis::start().await;
    let peer = peer(Dialect::Core, &redis).await;
    let message = json!({
        "type": "values",
        "bytes": { "$bytes": "AP8=" },
        "floats": [{ "$float": "NaN" }, { "$float": "-Infinity" }, 1.0],
        "integers": [u64::MAX, i64::MIN, 9_007_199_254_740_993_u64],
                // Python's msgpack packs number keys, but refuses to unpack them.
        "keyed by bytes": { "$map": [[{ "$bytes": "AQ==" }, null], ["text", true]] },
        "like a tag": { "$map": [["$bytes", "not so"]] },
        "extension": { "$ext": [5, "AQI="] },
        "time": { "$ext": [-1, "AAAAAQ=="] },
        "text": "안녕 🦀",
    });
    peer.send("values", message.clone()).await.unwrap();
    assert_eq!(peer.receive("values").await, message);
    peer.send("values", json!({ "type": "x", "numbered": { "$map": [[7, "seven"]] } })).await.unwrap();
    let packed = redis.cli(&["ZRANGE", "asgivalues", "0", "-1"]).await;
    assert!(packed.contains("numbered\u{fffd}\u{7}\u{fffd}seven"), "{packed:?}");
    let refused = peer.send("values", json!({ "type": "x", "far": { "$int": "18446744073709551616" } })).await;
    assert!(refused.as_ref().is_err_and(|error| error.starts_with("OverflowError")), "{refused:?}");
}

#[tokio::test]
async fn passes_options_to_the_layer() {
    let redis = Redis::start().await;
    let options = PeerOptions {
        prefix: Some("shop".into()),
        channel_capacity: vec![("few*".into(), 1), ("*".into(), 2)],
        expiry: Some(30),
        group_expiry: Some(300),
        keys: vec!["new".into(), "old".into()],
        serializer: Some("json".into()),
        ..PeerOptions::new(Dialect::Core, [redis.url()])
    };
    let sender = PythonPeer::start(options.clone()).await;
    sender.send("few.things", json!({ "type": "first" })).await.unwrap();
    let full = sender.send("few.things", json!({ "type": "second" })).await;
    assert!(full.as_ref().is_err_and(|error| error.starts_with("ChannelFull")), "{full:?}");
    sender.group_add("things", "few.things").await;
    let lives: u32 = redis.cli(&["TTL", "shopfew.things"]).await.trim().parse().unwrap();
    let remembered: u32 = redis.cli(&["TTL", "shop:group:things"]).await.trim().parse().unwrap();
    assert!(lives <= 30 && (31..=300).contains(&remembered), "{lives} {remembered}");

    let rotated = PeerOptions { keys: vec!["newest".into(), "new".into()], ..options.clone() };
    assert_eq!(PythonPeer::start(rotated).await.receive("few.things").await, json!({ "type": "first" }));
    sender.flush().await;
    assert_eq!(redis.cli(&["DBSIZE"]).await.trim(), "0");
}

#[tokio::test]
async fn many_receives_wait_at_once_and_a_cancelled_one_consumes_nothing() {
    let redis = Redis::start().await;
    for dialect in [Dialect::Core, Dialect::PubSub] {
        let peer = peer(dialect, &redis).await;
        let (first, second) = (peer.new_channel().await, peer.new_channel().await);
        // The call is polled once, then dropped.
        assert!(tokio::time::timeout(AT_ONCE, peer.receive(&first)).await.is_err());
        let say = async {
            peer.send(&second, json!({ "type": "to.second" })).await.unwrap();
            peer.send(&first, json!({ "type": "to.first" })).await.unwrap();
        };
        let (one, two, ()) = tokio::join!(peer.receive(&first), peer.receive(&second), say);
        assert_eq!((kind(&one), kind(&two)), ("to.first", "to.second"), "{dialect:?}");
    }
}

fn kind(message: &Value) -> &str {
    message["type"].as_str().expect("every message has a type")
}

#[tokio::test]
async fn a_frozen_peer_answers_when_it_is_thawed() {
    let redis = Redis::start().await;
    let peer = peer(Dialect::Core, &redis).await;
    peer.freeze();
    assert!(tokio::time::timeout(AT_ONCE, peer.new_channel()).await.is_err());
    peer.thaw();
    assert!(peer.new_channel().await.starts_with("specific."));
}

#[tokio::test]
#[should_panic(expected = "has ended: signal: 9")]
async fn reports_a_killed_peer() {
    let redis = Redis::start().await;
    let peer = peer(Dialect::Core, &redis).await;
    peer.kill9();
    peer.new_channel().await;
}

#[tokio::test]
#[should_panic(expected = "SerializerDoesNotExist")]
async fn reports_pythons_last_output() {
    let wrong = PeerOptions {
        serializer: Some("yaml".into()),
        ..PeerOptions::new(Dialect::Core, [Host::Url("redis://127.0.0.1".into())])
    };
    PythonPeer::start(wrong).await;
}

#[tokio::test]
async fn daphne_serves_a_project_of_the_tests() {
    let port = free_port();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page");
    let given = port.to_string();
    let arguments = ["-m", "daphne", "-b", "127.0.0.1", "-p", &given, "page:application"];
    let mut daphne = Program::start_python(&folder, &[("WORDS", "안녕")], &arguments);
    for _ in 0..2 {
        daphne.listens(port).await;
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(b"GET /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("안녕"), "{answer}");
        daphne.log_line(|line| line == "asked for /page").await;
        daphne.restart();
    }
    daphne.listens(port).await;
    daphne.terminate();
    daphne.exit_status().await;
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

#[tokio::test]
async fn transfers_megabytes_between_test_and_peer() {
    let redis = Redis::start().await;
    let peer = peer(Dialect::PubSub, &redis).await;
    let channel = peer.new_channel().await;
    let message = json!({ "type": "long", "text": "말".repeat(1_000_000) });
    peer.send(&channel, message.clone()).await.unwrap();
    assert!(peer.receive(&channel).await == message, "another text of the same length has arrived");
}
