//! `group-send` and `send`.

use serde_json::json;

use crate::kit::{DIALECTS, Setup, idle_member, member, next, run};

const EVENT: &str =
    r#"{"type": "chat.message", "text": "안녕", "n": 9007199254740993, "raw": {"$bytes": "AP8="}, "big": {"$float": "NaN"}}"#;

fn event() -> serde_json::Value {
    json!({ "type": "chat.message", "text": "안녕", "n": 9_007_199_254_740_993_u64, "raw": { "$bytes": "AP8=" }, "big": { "$float": "NaN" } })
}

#[tokio::test]
async fn an_event_reaches_every_process_of_a_group() {
    for dialect in DIALECTS {
        for hosts in [1, 2] {
            let setup = Setup::of(dialect, hosts).await;
            let processes = [setup.connect().await, setup.connect().await];
            for room in ["room.1", "room.2", "room.3"] {
                let mut members =
                    [member(&processes[0], room).await, member(&processes[0], room).await, member(&processes[1], room).await];
                assert_eq!(setup.run(&["group-send", room, EVENT]).await.ok(), "handed to 2 processes\n", "{dialect}, {hosts}");
                for member in &mut members {
                    assert_eq!(next(member).await, event());
                }
            }
            let output = setup.run(&["group-send", "room.9", EVENT]).await.ok();
            assert_eq!(output, "handed to no process: nobody is in room.9\n");
        }
    }
}

#[tokio::test]
async fn an_event_from_standard_input_reaches_one_channel() {
    for dialect in DIALECTS {
        for hosts in [1, 2] {
            let setup = Setup::of(dialect, hosts).await;
            let process = setup.connect().await;
            let mut receivers = [process.new_channel(Default::default()), process.new_channel(Default::default())];
            let name = receivers[1].name().to_string();
            let output = run(&setup.variables(), &["send", &name, "-"], EVENT).await.ok();
            assert!(output.contains(&name), "{output}");
            assert_eq!(next(&mut receivers[1]).await, event());
            assert!(receivers[0].try_recv().is_none());
        }
    }
}

#[tokio::test]
async fn the_flag_overrides_the_variable() {
    let setup = Setup::of("redis-core", 1).await;
    let process = setup.connect().await;
    let mut member = member(&process, "room").await;
    for variable in ["redis-pubsub", "memory"] {
        let variables = [("CHANNEL_LAYER", variable.to_owned()), ("REDIS_URL", setup.urls())];
        run(&variables, &["group-send", "room", EVENT, "--layer", "redis-core"], "").await.ok();
        assert_eq!(next(&mut member).await, event());
    }
}

#[tokio::test]
async fn reports_full_processes() {
    let setup = Setup::of("redis-core", 1).await;
    let process = setup.connect().await;
    let mut member = member(&process, "room").await;
    let idle = idle_member(&setup.redis[0], "room").await;
    let variables = [setup.variables(), vec![("CHANNEL_CAPACITY", "1".to_owned())]].concat();
    for output in ["handed to 2 processes\n", "handed to 1 process, 1 is full\n"] {
        assert_eq!(run(&variables, &["group-send", "room", EVENT], "").await.ok(), output);
        next(&mut member).await;
    }
    let refused = run(&variables, &["send", &idle, EVENT], "").await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains(&idle) && refused.err.contains("is full: 1 messages wait unread"), "{}", refused.err);
    assert_eq!(refused.out, "");
}

#[tokio::test]
async fn django_reads_what_is_sent() {
    use testbed::{Dialect, PeerOptions, PythonPeer};
    for (dialect, python) in [("redis-core", Dialect::Core), ("redis-pubsub", Dialect::PubSub)] {
        let setup = Setup::of(dialect, 1).await;
        let peer = PythonPeer::start(PeerOptions {
            keys: vec!["secret".to_owned()],
            ..PeerOptions::new(python, [setup.redis[0].url()])
        })
        .await;
        let channel = peer.new_channel().await;
        peer.group_add("room", &channel).await;
        let variables = [setup.variables(), vec![("CHANNEL_LAYER_KEYS", "secret".to_owned())]].concat();
        assert_eq!(run(&variables, &["group-send", "room", EVENT], "").await.ok(), "handed to 1 process\n");
        assert_eq!(peer.receive(&channel).await, event());
    }
}
