//! Presence of users through several processes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use catamaran_presence::{Here, LeaseStore as _, Member, Presence, ProcessId};
use mafia::{Caller, Command, HOST_AWAY_MS, MafiaError, TableAnnouncer, groups};
use mafia_rules::{Cause, Options, Phase, Refusal};
use store::{PresenceGroup, Timestamp, UserId};
use testbed::eventually;

use crate::party::{NOW, Party, TestDatabase, options};

const LEASE: Timestamp = 15_000;

/// A process with a lease and its own clock.
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
        let presence = Presence::builder(Arc::clone(&party.layer) as _, party.store.leases())
            .process(id)
            .now(move || hands.load(Ordering::SeqCst))
            .announce(PresenceGroup::GAMES, announcer)
            .build();
        presence.renew().await.unwrap();
        Self { id, presence, time }
    }

    async fn enter(&self, party: &Party, person: usize) -> Here {
        let (group, key) = (groups::public(party.game), party.user(person).to_string());
        self.presence.enter(&group, &key, &()).await.unwrap()
    }

    /// One round of the presence keeper.
    async fn tick(&self, now: Timestamp) {
        self.time.store(now, Ordering::SeqCst);
        self.presence.renew().await.unwrap();
        self.presence.reconcile().await.unwrap();
        self.presence.sweep().await.unwrap();
    }

    /// Lets the leases of all other processes expire.
    async fn outlive(&self) {
        for elapsed in [LEASE / 2, LEASE + 1] {
            self.tick(NOW + elapsed).await;
        }
    }
}

fn at_table(party: &Party, user: UserId) -> Member {
    Member::new(PresenceGroup::Game(party.game).to_string(), user.to_string())
}

pub(crate) async fn users_are_online_until_their_process_dies(database: TestDatabase) {
    let party = Party::of(&database, 4).await;
    let (first, second) = (Process::new(&party, NOW).await, Process::new(&party, NOW).await);
    let kept = first.enter(&party, 1).await;
    let gone = second.enter(&party, 2).await;
    let mut online = vec![party.user(1).to_string(), party.user(2).to_string()];
    online.sort_unstable();
    assert_eq!(party.seen_by(0, NOW).await.online, online);
    drop(gone);
    let only = [party.user(1).to_string()];
    eventually(Duration::from_secs(20), async || (party.seen_by(0, NOW).await.online == only).then_some(())).await;
    // Only the process itself renews its lease; the first other process to look ends it.
    party.store.leases().reap(NOW + LEASE + 1, NOW).await.unwrap();
    assert_eq!(party.seen_by(0, NOW + LEASE + 1).await.online, [""; 0]);
    drop(kept);
}

/// A phone changes its network: its new socket opens in another process while the old one closes.
pub(crate) async fn the_last_announced_presence_is_true(database: TestDatabase) {
    let party = Party::of(&database, 4).await;
    let processes = [Process::new(&party, NOW).await, Process::new(&party, NOW).await];
    let mut subscriber = party.subscriber().await;
    let (mut held, mut heard): (Option<Here>, bool) = (None, false);
    for round in 0..40 {
        let leave = async {
            if let Some(here) = held.take() {
                here.leave().await;
            }
        };
        let ((), came) = tokio::join!(leave, processes[round % 2].enter(&party, 1));
        held = Some(came);
        heard = subscriber.presence().last().map_or(heard, |(_, online)| *online);
        assert!(heard, "in round {round}");
    }
    held.unwrap().leave().await;
    assert_eq!(subscriber.presence(), [(party.user(1), false)]);
}

/// A database outage longer than a lease ends no presence.
pub(crate) async fn an_expired_lease_counts_until_it_is_reaped(database: TestDatabase) {
    let party = Party::of(&database, 3).await;
    let process = Process::new(&party, NOW).await;
    let _host = process.enter(&party, 0).await;
    let later = NOW + 10 * LEASE;
    let refused = party.mafia.act(&party.code, &party.people[1], &Command::TakeOver, later).await.unwrap_err();
    assert!(matches!(refused, MafiaError::Refused(Refusal::NotHost)), "{refused:?}");
    process.tick(later).await;
    assert_eq!(party.seen_by(1, later).await.online, [party.user(0).to_string()]);
}

pub(crate) async fn of_two_concurrent_takeovers_one_succeeds(database: TestDatabase) {
    let party = Party::of(&database, 3).await;
    let other = party.another(&database, 1).await;
    let process = Process::new(&party, NOW).await;
    let (_first, _second) = (process.enter(&party, 1).await, process.enter(&party, 2).await);
    let (first, second) = tokio::join!(
        party.mafia.act(&party.code, &party.people[1], &Command::TakeOver, NOW),
        other.act(&party.code, &party.people[2], &Command::TakeOver, NOW),
    );
    assert_eq!([first.is_ok(), second.is_ok()].iter().filter(|done| **done).count(), 1, "{first:?} {second:?}");
}

pub(crate) async fn announces_users_of_a_dead_process_as_offline(database: TestDatabase) {
    let party = Party::of(&database, 4).await;
    let (killed, here) = (Process::new(&party, NOW).await, Process::new(&party, NOW).await);
    let mut sockets = Vec::new();
    for (process, person) in [(&killed, 1), (&killed, 2), (&here, 2)] {
        sockets.push(process.enter(&party, person).await);
    }
    let mut subscriber = party.subscriber().await;
    here.outlive().await;
    assert_eq!(subscriber.presence(), [(party.user(1), false)], "the other one is connected through two processes");
    here.presence.sweep().await.unwrap();
    assert_eq!(subscriber.presence(), [], "announced once");
}

pub(crate) async fn a_reaped_process_returns_with_its_users(database: TestDatabase) {
    let party = Party::of(&database, 4).await;
    let (asleep, other) = (Process::new(&party, NOW).await, Process::new(&party, NOW).await);
    let _kept = asleep.enter(&party, 1).await;
    let mut subscriber = party.subscriber().await;
    // Another process reaped it while it slept; then it wakes up.
    other.outlive().await;
    let later = NOW + 2 * LEASE;
    asleep.tick(later).await;
    assert_eq!(party.seen_by(0, later).await.online, [party.user(1).to_string()]);
    assert_eq!(subscriber.presence(), [(party.user(1), false), (party.user(1), true)]);
}

/// Only differences are written and announced.
pub(crate) async fn reconciles_the_database_with_the_open_sockets(database: TestDatabase) {
    let party = Party::of(&database, 4).await;
    let process = Process::new(&party, NOW).await;
    let (_kept, _lost) = (process.enter(&party, 1).await, process.enter(&party, 2).await);
    let mut subscriber = party.subscriber().await;
    process.presence.reconcile().await.unwrap();
    assert_eq!(subscriber.presence(), []);
    let leases = party.store.leases();
    assert!(leases.leave(process.id, &at_table(&party, party.user(2))).await.unwrap());
    leases.enter(process.id, &at_table(&party, party.user(3)), "null").await.unwrap();
    process.presence.reconcile().await.unwrap();
    let mut announced = subscriber.presence();
    announced.sort_unstable_by_key(|(_, online)| *online);
    assert_eq!(announced, [(party.user(3), false), (party.user(2), true)]);
    let mut online = [party.user(1), party.user(2)].map(|user| user.to_string());
    online.sort_unstable();
    assert_eq!(party.seen_by(0, NOW).await.online, online);
}

pub(crate) async fn announces_presence_again_after_a_layer_outage(database: TestDatabase) {
    let party = Party::of(&database, 4).await;
    let process = Process::new(&party, NOW).await;
    let mut subscriber = party.subscriber().await;
    party.layer.cut(true);
    let came = process.enter(&party, 1).await;
    party.layer.cut(false);
    process.presence.reconcile().await.unwrap();
    assert_eq!(subscriber.presence(), [(party.user(1), true)]);
    party.layer.cut(true);
    came.leave().await;
    assert_eq!(subscriber.presence(), []);
    party.layer.cut(false);
    process.presence.reconcile().await.unwrap();
    assert_eq!(subscriber.presence(), [(party.user(1), false)]);
}

pub(crate) async fn a_player_takes_over_from_an_absent_host(database: TestDatabase) {
    let party = Party::of(&database, 3).await;
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
    let guest = Caller::guest();
    let refused = party.mafia.act(&party.code, &guest, &Command::TakeOver, NOW).await.unwrap_err();
    assert!(matches!(refused, MafiaError::Refused(Refusal::NotSeated)), "{refused:?}");
}

pub(crate) async fn an_absent_player_dies_at_dawn(database: TestDatabase) {
    let options = Options { gone_after: 1, first_night_kill: false, ..options() };
    let party = Party::with(&database, 5, options).await;
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
