//! Readers that are killed between fetching a message from a general channel and confirming it.

use std::{pin::pin, time::Instant};

use futures_util::FutureExt as _;
use testbed::{Host, PeerOptions, PythonPeer, Redis, eventually};
use tokio::{runtime::Builder, sync::oneshot};

use crate::fleet::{PATIENCE, Setup, channel, number, numbered, patient, python_numbers, receive_one, roomy};

/// Python's confirmation (ZPOPMIN of the message in flight) never arrives, as if it had been killed just before.
#[tokio::test]
async fn recovers_the_message_of_a_killed_python_worker() {
    let setup = Setup::core();
    let redis = setup.redis().await;
    redis[0].cli(&["ACL", "SETUSER", "worker", "on", ">word", "~*", "&*", "+@all", "-zpopmin"]).await;
    let url = redis[0].url().replace("redis://", "redis://worker:word@");
    let python = PythonPeer::start(PeerOptions { hosts: vec![Host::Url(patient(&url))], ..setup.options(&redis) }).await;
    let ours = setup.ours(&redis).await;
    ours.send(&channel("jobs"), &numbered(1)).await.unwrap();
    assert_eq!(python_numbers(&python, "jobs", 1).await, [1]);
    python.kill9();
    assert_eq!(redis[0].keys("asgijobs*").await, ["asgijobs$inflight"]);

    let start = Instant::now();
    assert_eq!(receive_one(&ours, "jobs").await, 1);
    println!("our process recovered the message of a killed Python worker after {:.1?}", start.elapsed());
    until_settled(&redis[0]).await;
}

/// Between BZPOPMIN and the ZADD to the backup, the message is only in the connection, so upstream loses it. Ours moves it in one step.
#[tokio::test]
async fn a_python_worker_killed_before_its_backup_loses_the_message() {
    let setup = Setup::core();
    let redis = setup.redis().await;
    let (ours, python) = (setup.ours(&redis).await, setup.python(&redis).await);
    {
        let mut waiting = pin!(python.receive("jobs"));
        tokio::select! {
            _ = &mut waiting => panic!("nothing has been sent"),
            () = until_python_blocks(&redis[0]) => {}
        }
        python.freeze();
    }
    ours.send(&channel("jobs"), &numbered(1)).await.unwrap();
    assert!(redis[0].keys("asgijobs*").await.is_empty(), "the message is only in the connection");
    python.kill9();
    ours.send(&channel("jobs"), &numbered(2)).await.unwrap();
    assert_eq!(receive_one(&ours, "jobs").await, 2);
    until_settled(&redis[0]).await;
}

#[tokio::test]
async fn a_python_worker_recovers_the_message_of_our_killed_process() {
    let setup = Setup::core();
    let redis = setup.redis().await;
    let python = setup.python(&redis).await;
    python.send("jobs", number(1)).await.unwrap();
    kill_with_a_message_in_flight(setup, &redis).await;
    let start = Instant::now();
    assert_eq!(python_numbers(&python, "jobs", 1).await, [1]);
    println!("a Python worker recovered the message of our killed process after {:.1?}", start.elapsed());
    until_settled(&redis[0]).await;
}

#[tokio::test]
async fn another_process_recovers_the_message_of_a_killed_one() {
    let setup = Setup::core();
    let redis = setup.redis().await;
    let ours = setup.ours(&redis).await;
    for n in [1, 2] {
        ours.send(&channel("jobs"), &numbered(n)).await.unwrap();
    }
    kill_with_a_message_in_flight(setup, &redis).await;
    let start = Instant::now();
    assert_eq!(receive_one(&ours, "jobs").await, 2, "a waiting message comes first");
    assert_eq!(receive_one(&ours, "jobs").await, 1);
    println!("another process recovered the message of our killed one after {:.1?}", start.elapsed());
    until_settled(&redis[0]).await;
}

/// Kills a Catamaran process, as Redis sees it: its tasks and connections end at once, in any state.
async fn kill_with_a_message_in_flight(setup: Setup, redis: &[Redis]) {
    let urls: Vec<_> = redis.iter().map(Redis::url).collect();
    let (kill, killed) = oneshot::channel();
    let process = tokio::task::spawn_blocking(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let hands = runtime.block_on(async {
            let layer = setup.ours_at(&urls, roomy()).await;
            let mut asked = layer.receive(&channel("jobs"));
            assert!((&mut asked).now_or_never().is_none(), "it fetches a message, but is not polled again");
            killed.await.unwrap();
            (layer, asked)
        });
        drop(runtime);
        drop(hands);
    });
    eventually(PATIENCE, async || redis[0].keys("asgijobs$inflight").await.first().cloned()).await;
    kill.send(()).unwrap();
    process.await.unwrap();
}

/// Waits until a client of another kind than ours is blocked in BZPOPMIN.
async fn until_python_blocks(redis: &Redis) {
    let is_python = |line: &str| line.contains("cmd=bzpopmin") && line.contains("flags=b") && !line.contains("name=catamaran");
    eventually(PATIENCE, async || redis.cli(&["CLIENT", "LIST"]).await.lines().any(is_python).then_some(())).await;
}

/// Waits until no message waits or is in flight.
async fn until_settled(redis: &Redis) {
    eventually(PATIENCE, async || redis.keys("asgijobs*").await.is_empty().then_some(())).await;
}
