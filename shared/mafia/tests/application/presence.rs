//! Who is connected, through which process.

use std::{sync::Arc, time::Duration};

use mafia::Connections;
use mafia_rules::{Cause, Options, Phase};
use store::{Lease, ProcessId, Timestamp};
use testbed::eventually;

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
    assert_eq!(party.seen_by(0, NOW + LEASE + 1).await.online, [""; 0], "nobody renews a dead process's lease");
    drop(kept);
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
