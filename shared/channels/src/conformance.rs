//! The contract of layers as tests, one for each number in the README. A backend runs them all:
//!
//! ```
//! use catamaran::{InMemoryLayer, LayerConfig, conformance::{Declared, Deployment}};
//! use std::sync::Arc;
//!
//! async fn in_memory(config: LayerConfig) -> Deployment {
//!     let layer = Arc::new(InMemoryLayer::new(config));
//!     Deployment { here: layer.clone(), there: layer, declared: Declared::default(), keep: Box::new(()) }
//! }
//!
//! catamaran::conformance_suite!(in_memory);
//! ```

#![expect(clippy::unwrap_used, reason = "these are tests, though other crates run them")]

mod history;

use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use futures_util::FutureExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    ChannelLayer, ChannelName, ChannelOptions, Delivery, Gap, GapReason, GroupName, Incoming, LayerConfig, LayerError,
    ManualClock, Message, Receiver, Target,
};

/// Two processes on one backend.
pub struct Deployment {
    /// The layer of one process.
    pub here: Arc<dyn ChannelLayer>,
    /// The layer of another process; the same layer if it works within one process.
    pub there: Arc<dyn ChannelLayer>,
    /// The differences that this layer declares.
    pub declared: Declared,
    /// Any values that must live as long as the two layers, such as a server.
    pub keep: Box<dyn Any>,
}

/// The differences that the contract allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Declared {
    /// The layer learns at the receiving end that a channel is full. So no send is refused and receipts count no drops; the receiving
    /// end counts them and marks a gap.
    pub full_is_known_late: bool,
    /// A message to a general channel goes to each process that has called `receive` for it, and waits for no reader.
    pub general_is_copied: bool,
    /// The layer keeps no history: it cannot append and send a message in one step. Every query is [`LayerError::NoHistory`].
    pub has_no_history: bool,
    /// The number of hosts that names are spread over. With more than one, the order of sending is kept for each name alone. A general
    /// channel uses all hosts in turn, so it has its capacity on each host and no order.
    pub hosts: u64,
}

impl Declared {
    /// Returns these differences with a change: `Declared::default().with(|declared| declared.hosts = 2)`.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

impl Default for Declared {
    /// No difference.
    fn default() -> Self {
        Self { full_is_known_late: false, general_is_copied: false, has_no_history: false, hosts: 1 }
    }
}

/// How long a test waits for a message.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs every test of the contract against a backend. `$deploy` is an `async fn(LayerConfig) -> Deployment`.
#[macro_export]
macro_rules! conformance_suite {
    ($deploy:expr) => {
        $crate::conformance_suite!(@each $deploy;
            contract_01_send_reaches_only_its_receiver, contract_02_values_arrive_unchanged, contract_03_keeps_the_order,
            contract_04_delivers_no_message_twice, contract_05_delivers_to_members_only, contract_06_delivers_after_group_add_returned,
            contract_07_delivers_nothing_after_group_discard, contract_08_allows_sending_without_a_receiver,
            contract_09_refuses_beyond_the_capacity, contract_10_delivers_to_others_if_a_member_is_full, contract_11_drops_expired_messages,
            contract_12_ends_expired_memberships, contract_13_dropping_a_receiver_leaves_its_groups,
            contract_14_each_receiver_has_its_own_event, contract_15_addresses_reach_their_receiver,
            contract_16_calls_take_effect_in_order, contract_17_flush_removes_messages_and_memberships,
            contract_18_only_a_receivers_own_channel_joins, contract_19_a_general_channel_has_many_readers,
            contract_20_a_general_channel_has_a_capacity, contract_21_a_history_keeps_the_order_of_delivery,
            contract_22_a_history_gives_the_messages_after_a_position, contract_23_a_history_is_bounded,
            contract_24_an_unknown_position_is_reported, contract_25_publishers_leave_no_hole_and_no_double,
            contract_26_the_number_of_histories_is_bounded, contract_27_other_groups_have_no_history);
    };
    (@each $deploy:expr; $($contract:ident),+) => {
        $(
            #[test]
            fn $contract() {
                $crate::conformance::run($crate::conformance::$contract($deploy));
            }
        )+
    };
}

/// Runs one test on its own runtime.
pub fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be made").block_on(test);
}

fn group(name: &str) -> GroupName {
    GroupName::parse(name).expect("a test's group name is valid")
}

fn numbered(n: u64) -> Message {
    message(&json!({ "type": "test.number", "n": n }))
}

fn message(value: &impl Serialize) -> Message {
    Message::new(value).expect("a test's message is valid")
}

fn open(layer: &Arc<dyn ChannelLayer>) -> Receiver {
    layer.new_channel(ChannelOptions::default())
}

async fn next(receiver: &mut Receiver) -> Incoming {
    tokio::time::timeout(PATIENCE, receiver.recv()).await.expect("something arrives in time")
}

async fn delivery(receiver: &mut Receiver) -> Delivery {
    match next(receiver).await {
        Incoming::Delivery(delivery) => delivery,
        Incoming::Gap(gap) => panic!("a message was expected, not {gap:?}"),
    }
}

async fn number(receiver: &mut Receiver) -> u64 {
    let event: Value = delivery(receiver).await.message.event().expect("the event decodes");
    event["n"].as_u64().expect("a numbered message")
}

async fn join(layer: &Arc<dyn ChannelLayer>, name: &str, receiver: &Receiver) {
    layer.group_add(&group(name), receiver.name()).await.expect("the join succeeds");
}

async fn send(layer: &Arc<dyn ChannelLayer>, to: &ChannelName, n: u64) -> Result<(), LayerError> {
    layer.send(to, &numbered(n)).await
}

async fn group_send(layer: &Arc<dyn ChannelLayer>, name: &str, n: u64) {
    layer.group_send(&group(name), &numbered(n)).await.expect("group_send succeeds");
}

/// Waits until all earlier messages of `from` have reached the process of `of`.
async fn arrived(from: &Arc<dyn ChannelLayer>, of: &Arc<dyn ChannelLayer>) {
    let mut last = open(of);
    send(from, last.name(), 0).await.expect("the marker is sent");
    number(&mut last).await;
}

#[expect(missing_docs, reason = "the README describes each function under its number")]
mod contract {
    use super::*;

    pub async fn contract_01_send_reaches_only_its_receiver<F: Future<Output = Deployment>>(deploy: impl Fn(LayerConfig) -> F) {
        let d = deploy(LayerConfig::default()).await;
        let (mut mine, mut theirs, mut other) = (open(&d.here), open(&d.there), open(&d.there));
        send(&d.here, theirs.name(), 1).await.unwrap();
        send(&d.there, mine.name(), 2).await.unwrap();
        send(&d.there, other.name(), 3).await.unwrap();
        let got = delivery(&mut theirs).await;
        assert_eq!(got.to, Target::Channel(theirs.name().clone()));
        assert_eq!(got.message.event::<Value>().unwrap()["n"], 1);
        assert_eq!(number(&mut mine).await, 2);
        assert_eq!(number(&mut other).await, 3, "it gets only its own message");
    }

    pub async fn contract_02_values_arrive_unchanged<F: Future<Output = Deployment>>(deploy: impl Fn(LayerConfig) -> F) {
        #[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
        struct Everything {
            r#type: String,
            text: String,
            none: Option<u8>,
            yes: bool,
            small: i64,
            large: u64,
            real: f64,
            list: Vec<Option<f32>>,
            map: BTreeMap<String, Vec<u8>>,
            megabyte: String,
        }
        let sent = Everything {
            r#type: "test.everything".into(),
            text: "마피아 \u{1F99D} \"\\\n\0".into(),
            none: None,
            yes: true,
            small: i64::MIN,
            large: u64::MAX,
            real: 1e-300,
            list: vec![None, Some(0.5)],
            map: BTreeMap::from([(String::new(), vec![0, 255])]),
            megabyte: "m".repeat(1_000_000),
        };
        let d = deploy(LayerConfig::default()).await;
        let mut reader = open(&d.there);
        join(&d.there, "values", &reader).await;
        d.here.send(reader.name(), &message(&sent)).await.unwrap();
        d.here.group_send(&group("values"), &message(&sent)).await.unwrap();
        for _ in 0..2 {
            assert_eq!(delivery(&mut reader).await.message.event::<Everything>().unwrap(), sent);
        }
    }

    pub async fn contract_03_keeps_the_order<F: Future<Output = Deployment>>(deploy: impl Fn(LayerConfig) -> F) {
        let d = deploy(LayerConfig::default()).await;
        let mut reader = open(&d.there);
        join(&d.there, "order", &reader).await;
        for n in 0..45 {
            send(&d.here, reader.name(), 2 * n).await.unwrap();
            group_send(&d.here, "order", 2 * n + 1).await;
        }
        let mut arrived = Vec::new();
        for _ in 0..90 {
            arrived.push(number(&mut reader).await);
        }
        if d.declared.hosts > 1 {
            arrived.sort_by_key(|n| n % 2); // stable: each of the two names keeps its order
            assert_eq!(arrived, (0..45).map(|n| 2 * n).chain((0..45).map(|n| 2 * n + 1)).collect::<Vec<_>>());
        } else {
            assert_eq!(arrived, (0..90).collect::<Vec<_>>());
        }
    }

    pub async fn contract_04_delivers_no_message_twice<F: Future<Output = Deployment>>(deploy: impl Fn(LayerConfig) -> F) {
        let d = deploy(LayerConfig::default()).await;
        let mut reader = open(&d.here);
        for _ in 0..3 {
            join(&d.here, "twice", &reader).await;
        }
        group_send(&d.there, "twice", 1).await;
        group_send(&d.here, "twice", 2).await;
        send(&d.here, reader.name(), 3).await.unwrap();
        for n in 1..=3 {
            assert_eq!(number(&mut reader).await, n);
        }
    }

    pub async fn contract_05_delivers_to_members_only<F: Future<Output = Deployment>>(deploy: impl Fn(LayerConfig) -> F) {
        let d = deploy(LayerConfig::default()).await;
        let (mut a, mut b, mut c) = (open(&d.here), open(&d.here), open(&d.there));
        join(&d.here, "room", &a).await;
        join(&d.there, "room", &c).await;
        join(&d.here, "room.1", &b).await;
        group_send(&d.there, "room", 1).await;
        group_send(&d.there, "room.1", 2).await;
        let got = delivery(&mut a).await;
        assert_eq!(got.to, Target::Group(group("room")));
        assert_eq!(number(&mut c).await, 1);
        assert_eq!(number(&mut b).await, 2);
        for reader in [&mut a, &mut c] {
            send(&d.here, reader.name(), 9).await.unwrap();
            assert_eq!(number(reader).await, 9, "no message of the other group came before it");
        }
    }

    pub async fn contract_06_delivers_after_group_add_returned<F: Future<Output = Deployment>>(
        deploy: impl Fn(LayerConfig) -> F,
    ) {
        let d = deploy(LayerConfig::default()).await;
        for n in 0..50 {
            let mut reader = open(&d.here);
            let name = format!("join.{n}");
            join(&d.here, &name, &reader).await;
            group_send(&d.there, &name, n).await;
            assert_eq!(number(&mut reader).await, n);
        }
    }

    pub async fn contract_07_delivers_nothing_after_group_discard<F: Future<Output = Deployment>>(
        deploy: impl Fn(LayerConfig) -> F,
    ) {
        let d = deploy(LayerConfig::default()).await;
        let mut reader = open(&d.here);
        d.here.group_discard(&group("left"), reader.name()).await.expect("it is no member: no error");
        join(&d.here, "left", &reader).await;
        d.here.group_discard(&group("left"), reader.name()).await.unwrap();
        d.here.group_discard(&group("left"), reader.name()).await.expect("it is no member any more: no error");
        group_send(&d.there, "left", 1).await;
        send(&d.there, reader.name(), 2).await.unwrap();
        assert_eq!(number(&mut reader).await, 2);
    }

    pub async fn contract_08_allows_sending_without_a_receiver<F: Future<Output = Deployment>>(
        deploy: impl Fn(LayerConfig) -> F,
    ) {
        let d = deploy(LayerConfig::default()).await;
        let receipt = d.here.group_send(&group("empty"), &numbered(1)).await.unwrap();
        assert_eq!((receipt.reached, receipt.dropped), (0, 0));
        send(&d.here, &ChannelName::parse("specific.nobody!1").unwrap(), 1).await.unwrap();
    }

    pub async fn contract_09_refuses_beyond_the_capacity<F: Future<Output = Deployment>>(deploy: impl Fn(LayerConfig) -> F) {
        let d = deploy(LayerConfig::default()).await;
        fills(&d, 100).await;
        let of_five = LayerConfig { channel_capacity: vec![("*specific.*".into(), 5)], ..LayerConfig::default() };
        fills(&deploy(of_five).await, 5).await;
    }

    async fn fills(d: &Deployment, capacity: u64) {
        let mut reader = open(&d.here);
        for n in 0..capacity {
            send(&d.there, reader.name(), n).await.expect("there is room");
        }
        let over = send(&d.there, reader.name(), 999).await;
        if d.declared.full_is_known_late {
            over.expect("it is not known yet");
            arrived(&d.there, &d.here).await;
            assert_eq!(d.here.stats().dropped, 1);
        } else {
            let fault = over.expect_err("it is full");
            assert!(matches!(&fault, LayerError::Full { channel, .. } if channel == reader.name()), "{fault}");
        }
        for n in 0..capacity {
            assert_eq!(number(&mut reader).await, n);
        }
        if d.declared.full_is_known_late {
            assert_overflow(next(&mut reader).await, 1);
        }
        send(&d.there, reader.name(), 7).await.expect("there is room again");
        assert_eq!(number(&mut reader).await, 7);
    }

    fn assert_overflow(incoming: Incoming, expected: u64) {
        match incoming {
            Incoming::Gap(Gap { reason: GapReason::Overflow, dropped }) => assert_eq!(dropped, expected),
            other => panic!("a gap was expected, not {other:?}"),
        }
    }

    pub async fn contract_10_delivers_to_others_if_a_member_is_full<F: Future<Output = Deployment>>(
        deploy: impl Fn(LayerConfig) -> F,
    ) {
        let d = deploy(LayerConfig { capacity: 2, ..LayerConfig::default() }).await;
        let (mut full, mut other) = (open(&d.here), open(&d.here));
        join(&d.here, "mixed", &full).await;
        join(&d.here, "mixed", &other).await;
        let mut dropped = 0;
        for n in 1..=4 {
            dropped += d.there.group_send(&group("mixed"), &numbered(n)).await.expect("a full member is no error").dropped;
            assert_eq!(number(&mut other).await, n);
        }
        assert_eq!(dropped, if d.declared.full_is_known_late { 0 } else { 2 });
        assert_eq!(d.here.stats().dropped, 2);
        assert_eq!((number(&mut full).await, number(&mut full).await), (1, 2));
        assert_overflow(next(&mut full).await, 2);
        group_send(&d.there, "mixed", 5).await;
        assert_eq!(number(&mut full).await, 5);
    }

    pub async fn contract_11_drops_expired_messages<F: Future<Output = Deployment>>(deploy: impl Fn(LayerConfig) -> F) {
        let clock = ManualClock::new();
        let d = deploy(LayerConfig { clock: clock.clock(), capacity: 2, ..LayerConfig::default() }).await;
        let mut reader = open(&d.here);
        send(&d.there, reader.name(), 1).await.unwrap();
        arrived(&d.there, &d.here).await;
        clock.advance(Duration::from_secs(59));
        send(&d.there, reader.name(), 2).await.unwrap();
        arrived(&d.there, &d.here).await;
        clock.advance(Duration::from_secs(1));
        send(&d.there, reader.name(), 3).await.expect("the first message has expired and uses no capacity");
        assert_eq!(number(&mut reader).await, 2);
        assert_eq!(number(&mut reader).await, 3);

        // Messages after a gap expire too. The witness is in the same group: when it has a message, the reader has it too.
        let mut witness = open(&d.here);
        join(&d.here, "old", &reader).await;
        join(&d.here, "old", &witness).await;
        for n in 1..=3 {
            group_send(&d.there, "old", n).await;
            assert_eq!(number(&mut witness).await, n);
        }
        assert_eq!(number(&mut reader).await, 1);
        group_send(&d.there, "old", 4).await;
        assert_eq!(number(&mut witness).await, 4);
        clock.advance(Duration::from_secs(60));
        for n in 5..=6 {
            group_send(&d.there, "old", n).await;
            assert_eq!(number(&mut witness).await, n);
        }
        assert_overflow(next(&mut reader).await, 1);
        assert_eq!((number(&mut reader).await, number(&mut reader).await), (5, 6));
    }

    pub async fn contract_12_ends_expired_memberships<F: Future<Output = Deployment>>(deploy: impl Fn(LayerConfig) -> F) {
        let clock = ManualClock::new();
        let d = deploy(LayerConfig { clock: clock.clock(), ..LayerConfig::default() }).await;
        let (mut renewed, mut forgotten) = (open(&d.here), open(&d.here));
        join(&d.here, "day", &renewed).await;
        join(&d.here, "day", &forgotten).await;
        clock.advance(Duration::from_secs(80_000));
        join(&d.here, "day", &renewed).await;
        clock.advance(Duration::from_secs(6_400));
        group_send(&d.there, "day", 1).await;
        assert_eq!(number(&mut renewed).await, 1);
        send(&d.there, forgotten.name(), 2).await.unwrap();
        assert_eq!(number(&mut forgotten).await, 2);
        join(&d.here, "day", &forgotten).await;
        group_send(&d.there, "day", 3).await;
        assert_eq!(number(&mut forgotten).await, 3, "it may join again");
    }

    pub async fn contract_13_dropping_a_receiver_leaves_its_groups<F: Future<Output = Deployment>>(
        deploy: impl Fn(LayerConfig) -> F,
    ) {
        let d = deploy(LayerConfig::default()).await;
        let gone = open(&d.here);
        let name = gone.name().clone();
        join(&d.here, "wake", &gone).await;
        drop(gone);
        assert!(matches!(d.here.group_add(&group("wake"), &name).await, Err(LayerError::NoReceiver(_))));
        let later = open(&d.here);
        join(&d.here, "later", &later).await; // the backend handles this after the earlier changes
        let receipt = d.there.group_send(&group("wake"), &numbered(1)).await.unwrap();
        assert_eq!((receipt.reached, receipt.dropped), (0, 0), "no member and no subscription is left");
        send(&d.there, &name, 1).await.expect("a channel without a reader is no error");
    }

    /// The bug that led to this project: a handler changed the `type` of its event, and all other consumers saw the changed one
    /// (`ValueError: No handler for message type 'new_type'`).
    pub async fn contract_14_each_receiver_has_its_own_event<F: Future<Output = Deployment>>(deploy: impl Fn(LayerConfig) -> F) {
        let d = deploy(LayerConfig::default()).await;
        let (mut first, mut second) = (open(&d.here), open(&d.here));
        join(&d.here, "game", &first).await;
        join(&d.here, "game", &second).await;
        d.there.group_send(&group("game"), &message(&json!({ "type": "game.vote", "for": "lee" }))).await.unwrap();
        let mut changed: Value = delivery(&mut first).await.message.event().unwrap();
        changed["type"] = json!("new_type");
        changed["for"] = json!("park");
        let seen: Value = delivery(&mut second).await.message.event().unwrap();
        assert_eq!(seen, json!({ "type": "game.vote", "for": "lee" }));
    }

    pub async fn contract_15_addresses_reach_their_receiver<F: Future<Output = Deployment>>(deploy: impl Fn(LayerConfig) -> F) {
        let d = deploy(LayerConfig::default()).await;
        let mut reader = open(&d.here);
        let (first, second) = (reader.address(), reader.address());
        assert_ne!(first.name(), second.name());
        for address in [&second, &first] {
            send(&d.there, address.name(), 1).await.unwrap();
            assert_eq!(delivery(&mut reader).await.to, Target::Channel(address.name().clone()));
        }
        let ended = second.name().clone();
        drop(second);
        send(&d.there, &ended, 2).await.expect("a name without a reader is no error");
        send(&d.there, first.name(), 3).await.unwrap();
        assert_eq!(number(&mut reader).await, 3);
    }

    pub async fn contract_16_calls_take_effect_in_order<F: Future<Output = Deployment>>(deploy: impl Fn(LayerConfig) -> F) {
        let d = deploy(LayerConfig::default()).await;
        let mut reader = open(&d.here);
        let (stay, go) = (group("stay"), group("go"));
        for n in 0..20 {
            let last = [
                d.here.group_add(&stay, reader.name()),
                d.here.group_discard(&stay, reader.name()),
                d.here.group_add(&go, reader.name()),
                d.here.group_add(&stay, reader.name()),
                d.here.group_discard(&go, reader.name()),
            ];
            for call in last.into_iter().rev() {
                call.await.unwrap();
            }
            group_send(&d.there, "go", 1_000).await;
            group_send(&d.there, "stay", n).await;
            assert_eq!(number(&mut reader).await, n);
        }
    }

    pub async fn contract_17_flush_removes_messages_and_memberships<F: Future<Output = Deployment>>(
        deploy: impl Fn(LayerConfig) -> F,
    ) {
        let d = deploy(LayerConfig::default()).await;
        let mut reader = open(&d.here);
        join(&d.here, "old", &reader).await;
        group_send(&d.there, "old", 1).await;
        arrived(&d.there, &d.here).await;
        d.here.flush().await.unwrap();
        group_send(&d.there, "old", 2).await;
        send(&d.there, reader.name(), 3).await.unwrap();
        assert_eq!(number(&mut reader).await, 3);
        join(&d.here, "old", &reader).await;
        group_send(&d.there, "old", 4).await;
        assert_eq!(number(&mut reader).await, 4);
    }

    pub async fn contract_18_only_a_receivers_own_channel_joins<F: Future<Output = Deployment>>(
        deploy: impl Fn(LayerConfig) -> F,
    ) {
        let d = deploy(LayerConfig::default()).await;
        let reader = open(&d.here);
        let address = reader.address();
        for name in [ChannelName::parse("specific.nobody!1").unwrap(), address.name().clone()] {
            let fault = d.here.group_add(&group("g"), &name).await.expect_err("it has no receiver of its own");
            assert!(matches!(fault, LayerError::NoReceiver(of) if of == name));
        }
    }

    pub async fn contract_19_a_general_channel_has_many_readers<F: Future<Output = Deployment>>(
        deploy: impl Fn(LayerConfig) -> F,
    ) {
        let clock = ManualClock::new();
        let d = deploy(LayerConfig { clock: clock.clock(), ..LayerConfig::default() }).await;
        let name = ChannelName::parse("thumbnails").unwrap();
        let of_another = ChannelName::parse("thumbnails.large").unwrap();
        if d.declared.general_is_copied {
            let (mut here, mut there) = (d.here.receive(&name), d.there.receive(&name));
            // Send until both have a copy: no event shows when a process has subscribed.
            let (mut first, mut second) = (None, None);
            while first.is_none() || second.is_none() {
                send(&d.here, &name, 1).await.unwrap();
                arrived(&d.here, &d.there).await;
                arrived(&d.there, &d.here).await;
                first = first.or_else(|| (&mut here).now_or_never());
                second = second.or_else(|| (&mut there).now_or_never());
            }
            assert_eq!((number_of(&first.unwrap().unwrap()), number_of(&second.unwrap().unwrap())), (1, 1));
        } else {
            for n in 0..2 {
                send(&d.here, &name, n).await.unwrap();
            }
            send(&d.here, &of_another, 9).await.unwrap();
            let waited = [taken(&d.there, &name).await, taken(&d.here, &name).await];
            match d.declared.hosts {
                1 => assert_eq!(waited, [0, 1]),
                _ => assert_eq!(BTreeSet::from(waited), [0, 1].into()),
            }
            // Each message goes to one waiting caller. A cancelled call consumes none.
            drop(d.here.receive(&name));
            let mut cancelled = d.there.receive(&name);
            assert!((&mut cancelled).now_or_never().is_none());
            drop(cancelled);
            let (a, b) = (d.here.receive(&name), d.there.receive(&name));
            send(&d.there, &name, 2).await.unwrap();
            send(&d.there, &name, 3).await.unwrap();
            let both = async { futures_util::future::join(a, b).await };
            let (a, b) = tokio::time::timeout(PATIENCE, both).await.expect("both get one");
            assert_eq!(BTreeSet::from([number_of(&a.unwrap()), number_of(&b.unwrap())]), [2, 3].into());
            assert_eq!(taken(&d.there, &of_another).await, 9);
            // An expired message is not delivered.
            send(&d.here, &name, 4).await.unwrap();
            clock.advance(Duration::from_secs(61));
            send(&d.here, &name, 5).await.unwrap();
            assert_eq!(taken(&d.there, &name).await, 5);
        }
        let reader = open(&d.here);
        let fault = d.here.receive(reader.name()).await.expect_err("it has a reader of its own");
        assert!(matches!(fault, LayerError::NotGeneral(of) if of == *reader.name()));
    }

    pub async fn contract_20_a_general_channel_has_a_capacity<F: Future<Output = Deployment>>(deploy: impl Fn(LayerConfig) -> F) {
        let d = deploy(LayerConfig { channel_capacity: vec![("small.*".into(), 2)], ..LayerConfig::default() }).await;
        let name = ChannelName::parse("small.jobs").unwrap();
        if d.declared.general_is_copied {
            send(&d.here, &name, 0).await.expect("no process reads it: no error, and no message waits");
            return;
        }
        let capacity = 2 * d.declared.hosts;
        for n in 0..capacity {
            send(&d.here, &name, n).await.expect("there is room");
        }
        let fault = send(&d.here, &name, 99).await.expect_err("it is full");
        assert!(matches!(&fault, LayerError::Full { channel, capacity: 2 } if *channel == name), "{fault}");
        let mut unread = BTreeSet::new();
        for _ in 0..capacity {
            unread.insert(taken(&d.there, &name).await);
        }
        assert_eq!(unread, (0..capacity).collect());
        send(&d.there, &name, 100).await.expect("there is room again");
        assert_eq!(taken(&d.here, &name).await, 100);
    }

    async fn taken(layer: &Arc<dyn ChannelLayer>, name: &ChannelName) -> u64 {
        let received = tokio::time::timeout(PATIENCE, layer.receive(name)).await.expect("something arrives in time");
        number_of(&received.expect("it is a general channel"))
    }

    fn number_of(message: &Message) -> u64 {
        message.event::<Value>().expect("the event decodes")["n"].as_u64().expect("a numbered message")
    }
}
pub use contract::*;
pub use history::*;
