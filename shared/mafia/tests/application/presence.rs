//! Who is connected, through which process.

use std::{sync::Arc, time::Duration};

use mafia::{Command, Connections, HOST_AWAY_MS, MafiaError, Person};
use mafia_rules::{Cause, Options, Phase, Refusal};
use store::{Lease, ProcessId, Timestamp};
use testbed::eventually;
use uuid::Uuid;

use crate::party::{NOW, Party, Place, options};

const LEASE: Timestamp = 15_000;

async fn process(party: &Party, now: Timestamp) -> (ProcessId, Arc<Connections>) {
    let process = ProcessId::random();
    party.store.renew_lease(process, now, now + LEASE).await.unwrap();
    (process, Connections::new(party.mafia.clone(), process, move || now))
}

pub(crate) async fn people_are_connected_until_their_process_dies(place: Place) {
    let party = Party::of(&place, 4).await;
    let ((_, first), (_, second)) = (process(&party, NOW).await, process(&party, NOW).await);
    let kept = first.enter(&party.code, party.user(1)).await.unwrap();
    let gone = second.enter(&party.code, party.user(2)).await.unwrap();
    let mut online = vec![party.user(1).to_string(), party.user(2).to_string()];
    online.sort_unstable();
    assert_eq!(party.seen_by(0, NOW).await.online, online);
    drop(gone);
    let only = [party.user(1).to_string()];
    eventually(Duration::from_secs(20), async || (party.seen_by(0, NOW).await.online == only).then_some(())).await;
    // Nobody renews a dead process's lease, and whoever looks first ends it.
    party.store.reap(NOW + LEASE + 1).await.unwrap();
    assert_eq!(party.seen_by(0, NOW + LEASE + 1).await.online, [""; 0]);
    drop(kept);
}

/// A phone that changes its network: the new socket comes while the old one goes, through another process.
pub(crate) async fn what_the_table_hears_last_is_true(place: Place) {
    let party = Party::of(&place, 4).await;
    let processes = [process(&party, NOW).await.1, process(&party, NOW).await.1];
    let settle = async || {
        for connections in &processes {
            connections.settle().await;
        }
    };
    let mut ear = party.ear().await;
    let (mut held, mut heard) = (None, false);
    for round in 0..40 {
        let leave = async { drop(held.take()) };
        let ((), came) = tokio::join!(leave, processes[round % 2].enter(&party.code, party.user(1)));
        held = Some(came.unwrap());
        settle().await;
        heard = ear.presence().last().map_or(heard, |(_, online)| *online);
        assert!(heard, "in round {round}");
    }
    drop(held);
    settle().await;
    assert_eq!(ear.presence(), [(party.user(1), false)]);
}

/// Nobody has gone because the database was away for longer than a lease.
pub(crate) async fn a_lease_that_nobody_has_ended_still_counts(place: Place) {
    let party = Party::of(&place, 3).await;
    let (id, connections) = process(&party, NOW).await;
    let _host = connections.enter(&party.code, party.user(0)).await.unwrap();
    let later = NOW + 10 * LEASE;
    let refused = party.mafia.act(&party.code, &party.people[1], &Command::TakeOver, later).await.unwrap_err();
    assert!(matches!(refused, MafiaError::Refused(Refusal::NotHost)), "{refused:?}");
    assert_eq!(party.store.renew_lease(id, later, later + LEASE).await.unwrap(), Lease::Renewed);
    assert_eq!(party.seen_by(1, later).await.online, [party.user(0).to_string()]);
}

pub(crate) async fn of_two_who_take_over_at_once_one_does(place: Place) {
    let party = Party::of(&place, 3).await;
    let other = party.another(&place, 1).await;
    let (_, connections) = process(&party, NOW).await;
    let _first = connections.enter(&party.code, party.user(1)).await.unwrap();
    let _second = connections.enter(&party.code, party.user(2)).await.unwrap();
    let (first, second) = tokio::join!(
        party.mafia.act(&party.code, &party.people[1], &Command::TakeOver, NOW),
        other.act(&party.code, &party.people[2], &Command::TakeOver, NOW),
    );
    assert_eq!([first.is_ok(), second.is_ok()].iter().filter(|done| **done).count(), 1, "{first:?} {second:?}");
}

pub(crate) async fn the_table_is_told_who_went_with_their_process(place: Place) {
    let party = Party::of(&place, 4).await;
    let ((_, killed), (alive, here)) = (process(&party, NOW).await, process(&party, NOW).await);
    let mut sockets = Vec::new();
    for (connections, person) in [(&killed, 1), (&killed, 2), (&here, 2)] {
        sockets.push(connections.enter(&party.code, party.user(person)).await.unwrap());
    }
    let mut ear = party.ear().await;
    party.store.renew_lease(alive, NOW, NOW + 2 * LEASE).await.unwrap();
    party.store.reap(NOW + LEASE + 1).await.unwrap();
    here.sweep().await.unwrap();
    assert_eq!(ear.presence(), [(party.user(1), false)], "the other one is connected through two processes");
    here.sweep().await.unwrap();
    assert_eq!(ear.presence(), [], "once is enough");
}

pub(crate) async fn who_was_taken_for_dead_comes_back(place: Place) {
    let party = Party::of(&place, 4).await;
    let ((id, connections), (_, other)) = (process(&party, NOW).await, process(&party, NOW + LEASE + 1).await);
    let _kept = connections.enter(&party.code, party.user(1)).await.unwrap();
    let mut ear = party.ear().await;
    // It slept too long, others reaped it; then it wakes up.
    party.store.reap(NOW + LEASE + 1).await.unwrap();
    other.sweep().await.unwrap();
    let later = NOW + 2 * LEASE;
    assert_eq!(party.store.renew_lease(id, later, later + LEASE).await.unwrap(), Lease::Lost);
    connections.restore().await.unwrap();
    assert_eq!(party.seen_by(0, later).await.online, [party.user(1).to_string()]);
    assert_eq!(ear.presence(), [(party.user(1), false), (party.user(1), true)]);
}

/// Only what differs is written and told.
pub(crate) async fn the_databases_list_of_sockets_is_made_true(place: Place) {
    let party = Party::of(&place, 4).await;
    let (id, connections) = process(&party, NOW).await;
    let _kept = connections.enter(&party.code, party.user(1)).await.unwrap();
    let _lost = connections.enter(&party.code, party.user(2)).await.unwrap();
    let mut ear = party.ear().await;
    connections.restore().await.unwrap();
    assert_eq!(ear.presence(), []);
    let rows = party.store.game_sockets_of(id).await.unwrap();
    let (lost, ..) = rows.iter().find(|(.., user)| *user == party.user(2)).unwrap();
    party.store.close_game_socket(*lost).await.unwrap();
    party.store.open_game_socket(Uuid::new_v4(), party.game, party.user(3), id).await.unwrap();
    connections.restore().await.unwrap();
    let mut told = ear.presence();
    told.sort_unstable_by_key(|(_, online)| *online);
    assert_eq!(told, [(party.user(3), false), (party.user(2), true)]);
    let mut online = [party.user(1), party.user(2)].map(|user| user.to_string());
    online.sort_unstable();
    assert_eq!(party.seen_by(0, NOW).await.online, online);
}

pub(crate) async fn what_the_layer_does_not_take_is_told_later(place: Place) {
    let party = Party::of(&place, 4).await;
    let (_, connections) = process(&party, NOW).await;
    let mut ear = party.ear().await;
    party.line.cut(true);
    let came = connections.enter(&party.code, party.user(1)).await.unwrap();
    party.line.cut(false);
    connections.restore().await.unwrap();
    assert_eq!(ear.presence(), [(party.user(1), true)]);
    party.line.cut(true);
    drop(came);
    connections.settle().await;
    assert_eq!(ear.presence(), []);
    party.line.cut(false);
    connections.restore().await.unwrap();
    assert_eq!(ear.presence(), [(party.user(1), false)]);
}

pub(crate) async fn a_table_whose_host_is_away_is_taken_over(place: Place) {
    let party = Party::of(&place, 3).await;
    let (_, connections) = process(&party, NOW).await;
    let host = connections.enter(&party.code, party.user(0)).await.unwrap();
    let take_over = |now| party.mafia.act(&party.code, &party.people[2], &Command::TakeOver, now);
    let refused = take_over(NOW).await.unwrap_err();
    assert!(matches!(refused, MafiaError::Refused(Refusal::NotHost)), "{refused:?}");
    drop(host);
    eventually(Duration::from_secs(20), async || party.seen_by(0, NOW).await.online.is_empty().then_some(())).await;
    let refused = take_over(NOW + HOST_AWAY_MS - 1).await.unwrap_err();
    assert!(matches!(refused, MafiaError::Refused(Refusal::HostJustLeft)), "the host may only load the page again: {refused:?}");
    take_over(NOW + HOST_AWAY_MS).await.unwrap();
    assert_eq!(party.seen_by(0, NOW).await.public.host, Some(2));
    let guest = Person::nobody();
    let refused = party.mafia.act(&party.code, &guest, &Command::TakeOver, NOW).await.unwrap_err();
    assert!(matches!(refused, MafiaError::Refused(Refusal::NotSeated)), "{refused:?}");
}

pub(crate) async fn who_is_gone_dies_in_their_sleep(place: Place) {
    let options = Options { gone_after: 1, first_night_kill: false, ..options() };
    let party = Party::with(&place, 5, options).await;
    party.start().await;
    let night = party.seen_by(0, NOW).await.public.ends_at.unwrap();
    let (_, connections) = process(&party, night).await;
    let mut connected = Vec::new();
    for person in 0..4 {
        connected.push(connections.enter(&party.code, party.user(person)).await.unwrap());
    }
    party.mafia.tick(|| night).await.unwrap();
    let dawn = party.seen_by(0, night).await.public;
    assert_eq!(dawn.phase, Phase::Dawn);
    let dead: Vec<_> = dawn.seats.iter().filter(|seat| !seat.alive).map(|seat| (seat.seat, seat.death)).collect();
    assert_eq!(dead, [(4, Some(Cause::Gone))]);
}
