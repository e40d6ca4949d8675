//! Who is connected, through which process.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use catamaran_presence::{Here, LeaseStore as _, Member, Presence, ProcessId};
use mafia::{Command, HOST_AWAY_MS, MafiaError, Person, TableAnnouncer, groups};
use mafia_rules::{Cause, Options, Phase, Refusal};
use store::{PresenceGroup, Timestamp, UserId};
use testbed::eventually;

use crate::party::{NOW, Party, Place, options};

const LEASE: Timestamp = 15_000;

/// A process with a lease, and the time that it reads.
struct Process {
    id: ProcessId,
    presence: Presence,
    time: Arc<AtomicI64>,
}

impl Process {
    async fn new(party: &Party, now: Timestamp) -> Self {
        let (id, time) = (ProcessId::random(), Arc::new(AtomicI64::new(now)));
        let (hands, hours) = (Arc::clone(&time), Arc::clone(&time));
        let announcer = TableAnnouncer::new(party.mafia.clone(), move || hours.load(Ordering::SeqCst));
        let presence = Presence::builder(Arc::clone(&party.line) as _, party.store.leases())
            .process(id)
            .now(move || hands.load(Ordering::SeqCst))
            .announce(PresenceGroup::GAMES, announcer)
            .build();
        presence.renew().await.unwrap();
        Self { id, presence, time }
    }

    async fn enter(&self, party: &Party, person: usize) -> Here {
        let (group, key) = (groups::everybody(party.game), party.user(person).to_string());
        self.presence.enter(&group, &key, &()).await.unwrap()
    }

    /// What its keeper does.
    async fn tick(&self, now: Timestamp) {
        self.time.store(now, Ordering::SeqCst);
        self.presence.renew().await.unwrap();
        self.presence.reconcile().await.unwrap();
        self.presence.sweep().await.unwrap();
    }

    /// Only this process lives on, until the leases of all others have run out.
    async fn outlive(&self) {
        for elapsed in [LEASE / 2, LEASE + 1] {
            self.tick(NOW + elapsed).await;
        }
    }
}

fn at_table(party: &Party, user: UserId) -> Member {
    Member::new(PresenceGroup::Game(party.game).to_string(), user.to_string())
}

pub(crate) async fn people_are_connected_until_their_process_dies(place: Place) {
    let party = Party::of(&place, 4).await;
    let (first, second) = (Process::new(&party, NOW).await, Process::new(&party, NOW).await);
    let kept = first.enter(&party, 1).await;
    let gone = second.enter(&party, 2).await;
    let mut online = vec![party.user(1).to_string(), party.user(2).to_string()];
    online.sort_unstable();
    assert_eq!(party.seen_by(0, NOW).await.online, online);
    drop(gone);
    let only = [party.user(1).to_string()];
    eventually(Duration::from_secs(20), async || (party.seen_by(0, NOW).await.online == only).then_some(())).await;
    // No process renews a dead process's lease, and the first to look ends it.
    party.store.leases().reap(NOW + LEASE + 1, NOW).await.unwrap();
    assert_eq!(party.seen_by(0, NOW + LEASE + 1).await.online, [""; 0]);
    drop(kept);
}

/// A phone that changes its network: the new socket comes while the old one goes, through another process.
pub(crate) async fn what_the_table_hears_last_is_true(place: Place) {
    let party = Party::of(&place, 4).await;
    let processes = [Process::new(&party, NOW).await, Process::new(&party, NOW).await];
    let mut ear = party.ear().await;
    let (mut held, mut heard): (Option<Here>, bool) = (None, false);
    for round in 0..40 {
        let leave = async {
            if let Some(here) = held.take() {
                here.leave().await;
            }
        };
        let ((), came) = tokio::join!(leave, processes[round % 2].enter(&party, 1));
        held = Some(came);
        heard = ear.presence().last().map_or(heard, |(_, online)| *online);
        assert!(heard, "in round {round}");
    }
    held.unwrap().leave().await;
    assert_eq!(ear.presence(), [(party.user(1), false)]);
}

/// Nobody has gone because the database was away for longer than a lease.
pub(crate) async fn a_lease_that_nobody_has_ended_still_counts(place: Place) {
    let party = Party::of(&place, 3).await;
    let process = Process::new(&party, NOW).await;
    let _host = process.enter(&party, 0).await;
    let later = NOW + 10 * LEASE;
    let refused = party.mafia.act(&party.code, &party.people[1], &Command::TakeOver, later).await.unwrap_err();
    assert!(matches!(refused, MafiaError::Refused(Refusal::NotHost)), "{refused:?}");
    process.tick(later).await;
    assert_eq!(party.seen_by(1, later).await.online, [party.user(0).to_string()]);
}

pub(crate) async fn of_two_who_take_over_at_once_one_does(place: Place) {
    let party = Party::of(&place, 3).await;
    let other = party.another(&place, 1).await;
    let process = Process::new(&party, NOW).await;
    let (_first, _second) = (process.enter(&party, 1).await, process.enter(&party, 2).await);
    let (first, second) = tokio::join!(
        party.mafia.act(&party.code, &party.people[1], &Command::TakeOver, NOW),
        other.act(&party.code, &party.people[2], &Command::TakeOver, NOW),
    );
    assert_eq!([first.is_ok(), second.is_ok()].iter().filter(|done| **done).count(), 1, "{first:?} {second:?}");
}

pub(crate) async fn the_table_is_told_who_went_with_their_process(place: Place) {
    let party = Party::of(&place, 4).await;
    let (killed, here) = (Process::new(&party, NOW).await, Process::new(&party, NOW).await);
    let mut sockets = Vec::new();
    for (process, person) in [(&killed, 1), (&killed, 2), (&here, 2)] {
        sockets.push(process.enter(&party, person).await);
    }
    let mut ear = party.ear().await;
    here.outlive().await;
    assert_eq!(ear.presence(), [(party.user(1), false)], "the other one is connected through two processes");
    here.presence.sweep().await.unwrap();
    assert_eq!(ear.presence(), [], "once is enough");
}

pub(crate) async fn who_was_taken_for_dead_comes_back(place: Place) {
    let party = Party::of(&place, 4).await;
    let (asleep, other) = (Process::new(&party, NOW).await, Process::new(&party, NOW).await);
    let _kept = asleep.enter(&party, 1).await;
    let mut ear = party.ear().await;
    // It slept too long, another process reaped it; then it wakes up.
    other.outlive().await;
    let later = NOW + 2 * LEASE;
    asleep.tick(later).await;
    assert_eq!(party.seen_by(0, later).await.online, [party.user(1).to_string()]);
    assert_eq!(ear.presence(), [(party.user(1), false), (party.user(1), true)]);
}

/// Only what differs is written and told.
pub(crate) async fn the_databases_list_of_sockets_is_made_true(place: Place) {
    let party = Party::of(&place, 4).await;
    let process = Process::new(&party, NOW).await;
    let (_kept, _lost) = (process.enter(&party, 1).await, process.enter(&party, 2).await);
    let mut ear = party.ear().await;
    process.presence.reconcile().await.unwrap();
    assert_eq!(ear.presence(), []);
    let leases = party.store.leases();
    assert!(leases.leave(process.id, &at_table(&party, party.user(2))).await.unwrap());
    leases.enter(process.id, &at_table(&party, party.user(3)), "null").await.unwrap();
    process.presence.reconcile().await.unwrap();
    let mut told = ear.presence();
    told.sort_unstable_by_key(|(_, online)| *online);
    assert_eq!(told, [(party.user(3), false), (party.user(2), true)]);
    let mut online = [party.user(1), party.user(2)].map(|user| user.to_string());
    online.sort_unstable();
    assert_eq!(party.seen_by(0, NOW).await.online, online);
}

pub(crate) async fn what_the_layer_does_not_take_is_told_later(place: Place) {
    let party = Party::of(&place, 4).await;
    let process = Process::new(&party, NOW).await;
    let mut ear = party.ear().await;
    party.line.cut(true);
    let came = process.enter(&party, 1).await;
    party.line.cut(false);
    process.presence.reconcile().await.unwrap();
    assert_eq!(ear.presence(), [(party.user(1), true)]);
    party.line.cut(true);
    came.leave().await;
    assert_eq!(ear.presence(), []);
    party.line.cut(false);
    process.presence.reconcile().await.unwrap();
    assert_eq!(ear.presence(), [(party.user(1), false)]);
}

pub(crate) async fn a_table_whose_host_is_away_is_taken_over(place: Place) {
    let party = Party::of(&place, 3).await;
    let process = Process::new(&party, NOW).await;
    let host = process.enter(&party, 0).await;
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
    let process = Process::new(&party, night).await;
    let mut connected = Vec::new();
    for person in 0..4 {
        connected.push(process.enter(&party, person).await);
    }
    party.mafia.tick(|| night).await.unwrap();
    let dawn = party.seen_by(0, night).await.public;
    assert_eq!(dawn.phase, Phase::Dawn);
    let dead: Vec<_> = dawn.seats.iter().filter(|seat| !seat.alive).map(|seat| (seat.seat, seat.death)).collect();
    assert_eq!(dead, [(4, Some(Cause::Gone))]);
}
