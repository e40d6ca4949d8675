//! The rules of the contract on the history of groups.

#![expect(missing_docs, reason = "the README describes each function under its number")]

use super::*;
use crate::{History, HistoryLimits, HistoryRule, Position};

/// The number of concurrent senders, and of messages that each sends.
const SENDERS: u64 = 8;
const EACH: u64 = 25;

fn kept(limits: HistoryLimits) -> LayerConfig {
    LayerConfig { history: vec![HistoryRule::new("kept.*", limits)], capacity: 1_000, ..LayerConfig::default() }
}

async fn publish(layer: &Arc<dyn ChannelLayer>, name: &str, n: u64) -> Position {
    let receipt = layer.group_send(&group(name), &numbered(n)).await.expect("group_send succeeds");
    receipt.position.expect("the group keeps a history")
}

async fn asked(layer: &Arc<dyn ChannelLayer>, name: &str, since: Option<Position>) -> History {
    layer.history(&group(name), since).await.expect("the group keeps a history")
}

/// Returns the numbers of the messages after `since`, and checks that their positions follow each other.
async fn since(layer: &Arc<dyn ChannelLayer>, name: &str, since: Option<Position>) -> Vec<u64> {
    let History::Known { messages, newest } = asked(layer, name, since).await else { panic!("{since:?} of {name} is unknown") };
    let positions: Vec<_> = messages.iter().map(|message| message.position().expect("it is of a history")).collect();
    assert!(positions.windows(2).all(|two| two[0].next() == two[1]), "{positions:?}");
    assert!(positions.first().is_none_or(|first| since.is_none_or(|since| since.next() == *first)), "{positions:?}");
    assert!(positions.last().is_none_or(|last| Some(*last) == newest), "{positions:?} {newest:?}");
    messages.iter().map(number_of).collect()
}

async fn assert_unknown(layer: &Arc<dyn ChannelLayer>, name: &str, since: Position, newest: Option<Position>) {
    match asked(layer, name, Some(since)).await {
        History::Unknown { newest: found } => assert_eq!(found, newest),
        known => panic!("{since} must be unknown, not {known:?}"),
    }
}

/// Returns whether the layer keeps no history, and checks that it says so. Messages are sent all the same.
async fn has_none(d: &Deployment) -> bool {
    if d.declared.has_no_history {
        let receipt = d.here.group_send(&group("kept.not"), &numbered(1)).await.expect("group_send succeeds");
        assert_eq!(receipt.position, None);
        let fault = d.here.history(&group("kept.not"), None).await.expect_err("the layer keeps none");
        assert!(matches!(fault, LayerError::NoHistory { .. }), "{fault}");
        let fault = d.there.positions(&[group("kept.not")]).await.expect_err("the layer keeps none");
        assert!(matches!(fault, LayerError::NoHistory { .. }), "{fault}");
    }
    d.declared.has_no_history
}

fn number_of(message: &Message) -> u64 {
    message.event::<Value>().expect("the event decodes")["n"].as_u64().expect("a numbered message")
}

pub async fn contract_21_a_history_keeps_the_order_of_delivery<F: Future<Output = Deployment>>(
    deploy: impl Fn(LayerConfig) -> F,
) {
    let d = deploy(kept(HistoryLimits::default())).await;
    if has_none(&d).await {
        return;
    }
    let (mut here, mut there) = (open(&d.here), open(&d.there));
    join(&d.here, "kept.order", &here).await;
    join(&d.there, "kept.order", &there).await;
    let mut positions = Vec::new();
    for n in 0..20 {
        let sender = if n % 2 == 0 { &d.here } else { &d.there };
        positions.push(publish(sender, "kept.order", n).await);
    }
    assert_eq!(positions[0].offset, 1);
    assert!(positions.windows(2).all(|two| two[0].next() == two[1]), "{positions:?}");
    for reader in [&mut here, &mut there] {
        for (n, position) in positions.iter().enumerate() {
            let message = delivery(reader).await.message;
            assert_eq!((message.position(), number_of(&message)), (Some(*position), n as u64));
            assert_eq!(message.encoded(), numbered(n as u64).encoded(), "the position is no part of the event");
        }
    }
    assert_eq!(since(&d.there, "kept.order", None).await, (0..20).collect::<Vec<_>>());
}

pub async fn contract_22_a_history_gives_the_messages_after_a_position<F: Future<Output = Deployment>>(
    deploy: impl Fn(LayerConfig) -> F,
) {
    let d = deploy(kept(HistoryLimits::default())).await;
    if has_none(&d).await {
        return;
    }
    assert!(matches!(asked(&d.here, "kept.after", None).await, History::Known { messages, newest: None } if messages.is_empty()));
    let groups = ["kept.after", "kept.other", "kept.none"].map(group);
    assert_eq!(d.here.positions(&groups).await.expect("all keep a history"), [None; 3]);
    let mut positions = Vec::new();
    for n in 1..=5 {
        positions.push(publish(&d.here, "kept.after", n).await);
        publish(&d.there, "kept.other", 100 + n).await;
    }
    for layer in [&d.here, &d.there] {
        let start = Position { offset: 0, ..positions[0] };
        assert_eq!(since(layer, "kept.after", Some(start)).await, [1, 2, 3, 4, 5]);
        assert_eq!(since(layer, "kept.after", Some(positions[2])).await, [4, 5]);
        assert_eq!(since(layer, "kept.after", Some(positions[4])).await, [0; 0]);
        assert_eq!(since(layer, "kept.other", None).await, [101, 102, 103, 104, 105]);
        let newest = layer.positions(&groups).await.expect("all keep a history");
        assert_eq!((newest[0], newest[1].map(|newest| newest.offset), newest[2]), (Some(positions[4]), Some(5), None));
    }
    assert_eq!(d.here.positions(&[]).await.expect("no group, no error"), []);
    d.here.flush().await.expect("it is connected");
    assert_eq!(since(&d.there, "kept.after", Some(positions[2])).await, [4, 5], "another process may need it");
}

pub async fn contract_23_a_history_is_bounded<F: Future<Output = Deployment>>(deploy: impl Fn(LayerConfig) -> F) {
    let clock = ManualClock::new();
    let bytes = 3 * numbered(1).encoded().len() + numbered(1).encoded().len() / 2;
    let limits = HistoryLimits { messages: 4, age: Duration::from_secs(60), bytes: 10_000 };
    let rules = vec![
        HistoryRule::new("kept.bytes", HistoryLimits { bytes, messages: 100, ..limits }),
        HistoryRule::new("kept.*", limits),
    ];
    let d = deploy(LayerConfig { clock: clock.clock(), history: rules, ..LayerConfig::default() }).await;
    if has_none(&d).await {
        return;
    }
    let mut positions = Vec::new();
    for n in 1..=6 {
        positions.push(publish(&d.here, "kept.count", n).await);
        publish(&d.here, "kept.bytes", n).await;
    }
    assert_eq!(since(&d.there, "kept.count", Some(positions[1])).await, [3, 4, 5, 6]);
    assert_unknown(&d.there, "kept.count", positions[0], Some(positions[5])).await;
    assert_eq!(since(&d.there, "kept.bytes", None).await, [4, 5, 6]);
    too_large_for_its_history(&d).await;

    clock.advance(Duration::from_secs(30));
    let young = publish(&d.there, "kept.count", 7).await;
    clock.advance(Duration::from_secs(31));
    assert_eq!(since(&d.here, "kept.count", None).await, [7]);
    assert_unknown(&d.here, "kept.count", positions[4], Some(young)).await;
    clock.advance(Duration::from_secs(31));
    assert_eq!(since(&d.here, "kept.count", Some(young)).await, [0; 0], "the position is known longer than the message");
    let last = publish(&d.here, "kept.count", 8).await;
    assert_eq!(last, young.next());
    assert_eq!(since(&d.here, "kept.count", Some(young)).await, [8]);
}

/// A message that is larger than the bound is delivered, but not kept, and none before it.
async fn too_large_for_its_history(d: &Deployment) {
    let mut reader = open(&d.there);
    join(&d.there, "kept.large", &reader).await;
    let first = publish(&d.here, "kept.large", 1).await;
    let large = message(&json!({ "type": "test.number", "n": 2, "rest": "x".repeat(20_000) }));
    let receipt = d.here.group_send(&group("kept.large"), &large).await.expect("group_send succeeds");
    assert_eq!(receipt.position, Some(first.next()));
    assert_eq!((number(&mut reader).await, number(&mut reader).await), (1, 2));
    assert_unknown(&d.here, "kept.large", first, Some(first.next())).await;
    publish(&d.here, "kept.large", 3).await;
    assert_eq!(since(&d.here, "kept.large", Some(first.next())).await, [3]);
}

pub async fn contract_24_an_unknown_position_is_reported<F: Future<Output = Deployment>>(deploy: impl Fn(LayerConfig) -> F) {
    let d = deploy(kept(HistoryLimits::default())).await;
    if has_none(&d).await {
        return;
    }
    publish(&d.here, "kept.epoch", 1).await;
    let newest = publish(&d.here, "kept.epoch", 2).await;
    let forged = Position { epoch: newest.epoch ^ 1, offset: 1 };
    for unknown in [newest.next(), forged, Position { epoch: 0, offset: 0 }, Position { offset: u64::MAX, ..newest }] {
        assert_unknown(&d.there, "kept.epoch", unknown, Some(newest)).await;
    }
    assert_unknown(&d.there, "kept.silent", newest, None).await;
    let other = publish(&d.here, "kept.other", 1).await;
    assert_ne!(other.epoch, newest.epoch, "a position says nothing of another group");
    // A backend without the messages begins anew.
    let emptied = deploy(kept(HistoryLimits::default())).await;
    assert_unknown(&emptied.here, "kept.epoch", newest, None).await;
    let begun = publish(&emptied.here, "kept.epoch", 3).await;
    assert_eq!(begun.offset, 1);
    assert_ne!(begun.epoch, newest.epoch);
    assert_unknown(&emptied.there, "kept.epoch", newest, Some(begun)).await;
    assert_eq!(since(&emptied.there, "kept.epoch", None).await, [3]);
}

pub async fn contract_25_publishers_leave_no_hole_and_no_double<F: Future<Output = Deployment>>(
    deploy: impl Fn(LayerConfig) -> F,
) {
    let d = deploy(kept(HistoryLimits { messages: 1_000, ..HistoryLimits::default() })).await;
    if has_none(&d).await {
        return;
    }
    let mut reader = open(&d.there);
    join(&d.there, "kept.crowd", &reader).await;
    let senders = (0..SENDERS).map(|sender| {
        let layer = Arc::clone(if sender % 2 == 0 { &d.here } else { &d.there });
        tokio::spawn(async move {
            for n in 0..EACH {
                let name = group("kept.crowd");
                let message = numbered(sender * EACH + n);
                let mut send = layer.group_send(&name, &message);
                // Some callers end in the middle of a call: the message is kept and sent, or neither.
                match n % 5 {
                    0 if (&mut send).now_or_never().is_some() => {}
                    0 => {
                        tokio::task::yield_now().await;
                        let _ = (&mut send).now_or_never();
                    }
                    _ => drop(send.await.expect("group_send succeeds")),
                }
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.expect("it does not panic");
    }
    let last = publish(&d.here, "kept.crowd", u64::MAX).await;
    let (mut live, mut expected) = (Vec::new(), Position { offset: 1, ..last });
    loop {
        let message = delivery(&mut reader).await.message;
        assert_eq!(message.position(), Some(expected), "no hole, no double, no other order");
        live.push(number_of(&message));
        if expected == last {
            break;
        }
        expected = expected.next();
    }
    assert!(live.len() as u64 > SENDERS * EACH * 4 / 5, "{}", live.len());
    assert_eq!(BTreeSet::from_iter(&live).len(), live.len());
    assert_eq!(since(&d.here, "kept.crowd", None).await, live);
}

pub async fn contract_26_the_number_of_histories_is_bounded<F: Future<Output = Deployment>>(deploy: impl Fn(LayerConfig) -> F) {
    let clock = ManualClock::new();
    let config = LayerConfig { clock: clock.clock(), history_groups: 3, ..kept(HistoryLimits::default()) };
    let d = deploy(config).await;
    if has_none(&d).await {
        return;
    }
    let names: Vec<_> = (0..40).map(|n| format!("kept.{n:02}")).collect();
    for name in &names {
        clock.advance(Duration::from_millis(5));
        publish(&d.here, name, 1).await;
        assert_eq!(since(&d.there, name, None).await, [1], "the newest group has its history");
    }
    let groups: Vec<_> = names.iter().map(|name| group(name)).collect();
    let left = d.there.positions(&groups).await.expect("all keep a history").iter().flatten().count() as u64;
    let bound = d.declared.hosts * 3_u64.div_ceil(d.declared.hosts); // each host has its part of the three
    assert!((1..=bound).contains(&left), "{left}");
    if d.declared.hosts == 1 {
        assert_eq!(left, 3);
        assert_eq!(since(&d.there, "kept.37", None).await, [1], "the oldest ones were removed");
    }
}

pub async fn contract_27_other_groups_have_no_history<F: Future<Output = Deployment>>(deploy: impl Fn(LayerConfig) -> F) {
    let d = deploy(kept(HistoryLimits::default())).await;
    let mut reader = open(&d.there);
    join(&d.there, "plain", &reader).await;
    let receipt = d.here.group_send(&group("plain"), &numbered(1)).await.expect("group_send succeeds");
    assert_eq!((receipt.position, delivery(&mut reader).await.message.position()), (None, None));
    let fault = d.here.history(&group("plain"), None).await.expect_err("it keeps none");
    assert!(matches!(&fault, LayerError::NoHistory { group, .. } if group.as_str() == "plain"), "{fault}");
    let fault = d.here.positions(&[group("plain")]).await.expect_err("it keeps none");
    assert!(matches!(&fault, LayerError::NoHistory { .. }), "{fault}");
    send(&d.here, reader.name(), 2).await.expect("it is connected");
    assert_eq!(delivery(&mut reader).await.message.position(), None);
}
