//! General channels in the core dialect: exactly when is a message lost, or doubled?

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use channels::{LayerError, Message};
use futures_util::{FutureExt as _, future::BoxFuture};
use testbed::{Cutter, Redis, eventually};

use crate::fleet::{Dialect, Layer, PATIENCE, at, channel, down, group, number_of, numbered, up};

const JOBS: &str = "jobs";
/// Two looks that find a message unmoved are so far apart.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

type Asked = BoxFuture<'static, Result<Message, LayerError>>;

/// Asks for a message, and is on the list of those who wait for one.
fn ask(layer: &Layer) -> Asked {
    let mut asked = layer.receive(&channel(JOBS));
    assert!((&mut asked).now_or_never().is_none(), "nothing is there yet");
    asked
}

async fn answer(asked: Asked) -> u64 {
    number_of(&tokio::time::timeout(PATIENCE, asked).await.expect("a message comes").unwrap())
}

async fn send(layer: &Layer, n: u64) {
    layer.send(&channel(JOBS), &numbered(n)).await.unwrap();
}

/// Until a reader has a message in hand, as Redis sees it.
async fn in_flight(redis: &Redis) {
    eventually(PATIENCE, async || redis.keys("asgijobs$inflight").await.first().cloned()).await;
}

/// Until nothing waits and nothing is in flight.
async fn settled(redis: &Redis) {
    eventually(PATIENCE, async || redis.keys("asgijobs*").await.is_empty().then_some(())).await;
}

/// Everything that this process has been asked before has reached Redis.
async fn told(layer: &Layer) {
    let own = layer.new_channel(channels::ChannelOptions::default());
    layer.group_add(&group("round.trip"), own.name()).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_is_lost_on_the_way_back_costs_no_message() {
    let redis = Redis::start().await;
    let line = Cutter::start(redis.port()).await;
    let (sender, reader) =
        (Dialect::Core.connect(&at(&redis.url())).await, Dialect::Core.connect(&at(&line.url(&redis.url()))).await);
    let asked = ask(&reader);
    line.delay(Duration::from_millis(200)).await;
    send(&sender, 1).await;
    in_flight(&redis).await;
    line.cut().await; // Redis has given it away, and the answer is on the line
    line.heal().await;
    let start = Instant::now();
    assert_eq!(answer(asked).await, 1);
    eprintln!("taken again {:.1?} after its answer was lost", start.elapsed());
    settled(&redis).await;
}

#[tokio::test]
async fn dropped_with_the_message_in_hand() {
    let redis = Redis::start().await;
    let layer = Dialect::Core.connect(&at(&redis.url())).await;
    let asked = ask(&layer);
    send(&layer, 1).await;
    in_flight(&redis).await;
    told(&layer).await;
    drop(asked);
    assert_eq!(answer(layer.receive(&channel(JOBS))).await, 1);
    settled(&redis).await;
}

/// Two processes in which callers give up at every moment: before they are heard, while it is asked, with the message in hand.
#[tokio::test]
async fn dropped_at_every_moment_nothing_is_lost_and_nothing_comes_twice() {
    const MESSAGES: u64 = 300;
    let redis = Redis::start().await;
    let readers = [Dialect::Core.connect(&at(&redis.url())).await, Dialect::Core.connect(&at(&redis.url())).await];
    let sender = readers[0].clone();
    let sending = tokio::spawn(async move {
        for n in 0..MESSAGES {
            while sender.send(&channel(JOBS), &numbered(n)).await.is_err() {}
        }
    });
    let mut taken = BTreeMap::new();
    let start = Instant::now();
    for patience in (0..40).cycle() {
        for reader in &readers {
            let mut asked = reader.receive(&channel(JOBS));
            let mut message = (&mut asked).now_or_never();
            for _ in 0..patience {
                if message.is_none() {
                    tokio::task::yield_now().await;
                    message = (&mut asked).now_or_never();
                }
            }
            if let Some(message) = message {
                *taken.entry(number_of(&message.unwrap())).or_insert(0) += 1;
            }
        }
        if taken.len() as u64 == MESSAGES {
            break;
        }
        assert!(start.elapsed() < PATIENCE, "{} of {MESSAGES}", taken.len());
    }
    sending.await.unwrap();
    assert!(taken.values().all(|times| *times == 1), "{taken:?}");
    settled(&redis).await;
}

/// The line is cut after `receive` has returned and before Redis hears of it, and is back sooner than two looks of another reader.
#[tokio::test]
async fn a_short_cut_before_the_confirmation_doubles_nothing() {
    let redis = Redis::start().await;
    let line = Cutter::start(redis.port()).await;
    let (other, reader) =
        (Dialect::Core.connect(&at(&redis.url())).await, Dialect::Core.connect(&at(&line.url(&redis.url()))).await);
    let asked = ask(&reader);
    send(&other, 1).await;
    in_flight(&redis).await;
    told(&reader).await;
    line.refuse().await;
    line.cut().await;
    assert_eq!(answer(asked).await, 1, "it is in hand already");
    down(&reader).await;
    line.heal().await;
    up(&reader).await;
    // Nobody asks for another: it is the connection that comes back that confirms.
    settled(&redis).await;
}

/// The only way to a message that comes twice among readers of ours.
#[tokio::test]
async fn a_long_cut_before_the_confirmation_doubles_the_message() {
    let redis = Redis::start().await;
    let line = Cutter::start(redis.port()).await;
    let (other, reader) =
        (Dialect::Core.connect(&at(&redis.url())).await, Dialect::Core.connect(&at(&line.url(&redis.url()))).await);
    let asked = ask(&reader);
    send(&other, 1).await;
    in_flight(&redis).await;
    told(&reader).await;
    line.refuse().await;
    line.cut().await;
    let start = Instant::now();
    assert_eq!(answer(asked).await, 1);
    assert_eq!(answer(other.receive(&channel(JOBS))).await, 1, "the other cannot know");
    let doubled_after = start.elapsed();
    eprintln!("doubled {doubled_after:.1?} after the line was cut");
    assert!(doubled_after >= BETWEEN_LOOKS, "{doubled_after:?}");
    line.heal().await;
    settled(&redis).await;
}

#[tokio::test]
async fn waiting_through_an_outage() {
    let redis = Redis::start().await;
    let layer = Dialect::Core.connect(&at(&redis.url())).await;
    let asked = ask(&layer);
    told(&layer).await;
    redis.kill9();
    down(&layer).await;
    redis.restart().await;
    up(&layer).await;
    send(&layer, 1).await;
    assert_eq!(answer(asked).await, 1);
    settled(&redis).await;
}

/// A channel under whose name somebody keeps something else.
#[tokio::test]
async fn a_channel_that_cannot_be_read_harms_no_other() {
    let redis = Redis::start().await;
    let layer = Dialect::Core.connect(&at(&redis.url())).await;
    redis.cli(&["SET", "asgibroken", "a text"]).await;
    let broken = layer.receive(&channel("broken"));
    let asked = layer.receive(&channel(JOBS));
    told(&layer).await;
    send(&layer, 1).await;
    assert_eq!(answer(asked).await, 1);
    redis.cli(&["DEL", "asgibroken"]).await;
    layer.send(&channel("broken"), &numbered(2)).await.unwrap();
    assert_eq!(answer(broken).await, 2);
}

/// Of all keys that are read while sending, Redis remembers none for us: it would tell us of each message that anybody takes.
#[tokio::test]
async fn redis_watches_only_what_is_waited_for() {
    let redis = Redis::start().await;
    let layer = Dialect::Core.connect(&at(&redis.url())).await;
    let _receiver = crate::fleet::member(&layer, "room").await;
    for n in 0..10 {
        layer.group_send(&group("room"), &numbered(n)).await.unwrap();
    }
    assert_eq!(redis.info("tracking_total_keys").await.as_deref(), Some("0"));
    let asked = ask(&layer);
    told(&layer).await;
    eventually(PATIENCE, async || (redis.info("tracking_total_keys").await.as_deref() == Some("1")).then_some(())).await;
    send(&layer, 1).await;
    assert_eq!(answer(asked).await, 1);
}
