//! Groups with members on both sides.

use crate::fleet::{Fleet, channel, group, member, number, numbered, numbers, python_member, python_numbers};

/// The number of messages of each of three senders.
const EACH: u64 = 10;

pub(crate) async fn each_member_gets_each_message_once_and_in_order(fleet: &Fleet) {
    let Fleet { here, there, python, .. } = fleet;
    let room = group("room");
    let mut ours = [member(here, "room").await, member(here, "room").await, member(there, "room").await];
    let theirs = [python_member(python, "room").await, python_member(python, "room").await];

    for n in 0..EACH {
        here.group_send(&room, &numbered(n)).await.unwrap();
    }
    for n in EACH..2 * EACH {
        python.group_send("room", number(n)).await.unwrap();
    }
    for n in 2 * EACH..3 * EACH {
        there.group_send(&room, &numbered(n)).await.unwrap();
    }
    let all: Vec<_> = (0..3 * EACH).collect();
    for receiver in &mut ours {
        assert_eq!(numbers(receiver, all.len()).await, all);
        assert!(receiver.try_recv().is_none());
    }
    for name in &theirs {
        assert_eq!(python_numbers(python, name, all.len()).await, all);
    }
}

pub(crate) async fn groups_whose_names_begin_alike_do_not_mix(fleet: &Fleet) {
    let names = ["chat", "chat.1", "chat.10", "chat_1", "Chat"];
    let mut members = Vec::new();
    for name in names {
        members.push((member(&fleet.here, name).await, python_member(&fleet.python, name).await));
    }
    // The second round marks the end of the first, since the order is kept for each name.
    for round in [0, 100] {
        for (n, name) in (round..).zip(names) {
            match n % 2 {
                0 => fleet.python.group_send(name, number(n)).await.unwrap(),
                _ => fleet.there.group_send(&group(name), &numbered(n)).await.map(|_| ()).unwrap(),
            }
        }
    }
    for (n, (receiver, python_channel)) in (0..).zip(&mut members) {
        assert_eq!(numbers(receiver, 2).await, [n, 100 + n]);
        assert_eq!(python_numbers(&fleet.python, python_channel, 2).await, [n, 100 + n]);
    }
    assert!(members.iter_mut().all(|(receiver, _)| receiver.try_recv().is_none()));
}

pub(crate) async fn a_member_that_left_gets_nothing(fleet: &Fleet) {
    let Fleet { here, python, .. } = fleet;
    let (mut stays, mut leaves) = (member(here, "leaving").await, member(here, "leaving").await);
    let (python_stays, python_leaves) = (python_member(python, "leaving").await, python_member(python, "leaving").await);
    python.group_discard("leaving", &python_leaves).await;
    python.group_discard("leaving", "specific.0!never").await;
    here.group_discard(&group("leaving"), leaves.name()).await.unwrap();
    for n in [1, 2] {
        send_from_both(fleet, n).await;
    }
    assert_eq!(numbers(&mut stays, 4).await, [1, 1, 2, 2]);
    assert_eq!(python_numbers(python, &python_stays, 4).await, [1, 1, 2, 2]);
    assert!(leaves.try_recv().is_none());
    // No message waits for the channel that left: the next message comes first.
    here.send(&channel(&python_leaves), &numbered(7)).await.unwrap();
    assert_eq!(python_numbers(python, &python_leaves, 1).await, [7]);

    // After joining again it gets messages.
    here.group_add(&group("leaving"), leaves.name()).await.unwrap();
    python.group_add("leaving", &python_leaves).await;
    send_from_both(fleet, 3).await;
    assert_eq!(numbers(&mut leaves, 2).await, [3, 3]);
    assert_eq!(python_numbers(python, &python_leaves, 2).await, [3, 3]);
}

async fn send_from_both(fleet: &Fleet, n: u64) {
    fleet.python.group_send("leaving", number(n)).await.unwrap();
    fleet.there.group_send(&group("leaving"), &numbered(n)).await.unwrap();
}
