use catamaran_presence::{Entered, LeaseStore as _, PresenceError};
use store::{GameId, PresenceGroup, StoreError, User, UserId};
use tokio::task::JoinSet;

use crate::{
    games::{QUIET, game},
    test_database::{Helpers as _, LEASE, NOW, TestDatabase, member},
};

const NO_USERS: [UserId; 0] = [];

/// In the order of the store.
fn ids<const N: usize>(users: [&User; N]) -> [UserId; N] {
    let mut ids = users.map(|user| user.id);
    ids.sort();
    ids
}

pub(crate) async fn lists_a_user_of_two_processes_once(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let (game, other) = (game(&store, &QUIET, NOW).await, game(&store, &QUIET, NOW).await);
    let (here, elsewhere) = (PresenceGroup::Game(game.id), PresenceGroup::Game(other.id));
    let (first, second) = (store.process().await, store.process().await);
    for (user, process) in [(&bob, first), (&bob, second), (&ada, second)] {
        store.leases().enter(process, &member(here, user.id), "null").await.unwrap();
    }
    assert_eq!(store.users_online(here).await.unwrap(), ids([&ada, &bob]));
    assert_eq!(store.users_online(elsewhere).await.unwrap(), NO_USERS);
    assert!(!store.leases().leave(first, &member(here, bob.id)).await.unwrap());
    assert!(!store.leases().leave(first, &member(here, bob.id)).await.unwrap());
    assert_eq!(store.users_online(here).await.unwrap(), ids([&ada, &bob]));
    assert!(store.leases().leave(second, &member(here, bob.id)).await.unwrap());
    assert_eq!(store.users_online(here).await.unwrap(), [ada.id]);
}

pub(crate) async fn needs_a_game_and_a_user(database: TestDatabase) {
    let store = database.store().await;
    let (ada, game, process) = (store.user("Ada").await, game(&store, &QUIET, NOW).await, store.process().await);
    for (game, user) in [(GameId::random(), ada.id), (game.id, UserId::random())] {
        let nobody = member(PresenceGroup::Game(game), user);
        let fault = store.leases().enter(process, &nobody, "null").await.unwrap_err();
        assert!(matches!(fault, PresenceError::Refused { .. }), "{fault:?}");
    }
}

pub(crate) async fn a_killed_process_counts_until_it_is_reaped(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob, game) = (store.user("Ada").await, store.user("Bob").await, game(&store, &QUIET, NOW).await);
    let (here, killed, alive) = (PresenceGroup::Game(game.id), store.process().await, store.process().await);
    store.leases().enter(killed, &member(here, ada.id), "null").await.unwrap();
    store.leases().enter(alive, &member(here, bob.id), "null").await.unwrap();
    store.leases().renew(alive, NOW + 1, NOW + 2 * LEASE).await.unwrap();
    // The user counts as online until a process reaps the lease.
    assert_eq!(store.users_online(here).await.unwrap(), ids([&ada, &bob]));
    assert_eq!(store.leases().reap(NOW + LEASE, NOW).await.unwrap(), [killed]);
    assert_eq!(store.users_online(here).await.unwrap(), [bob.id]);
}

pub(crate) async fn goes_with_the_game(database: TestDatabase) {
    let store = database.store().await;
    let (ada, process) = (store.user("Ada").await, store.process().await);
    let idle = game(&store, &QUIET, NOW - 1).await;
    let here = member(PresenceGroup::Game(idle.id), ada.id);
    assert_eq!(store.leases().enter(process, &here, "null").await.unwrap(), Entered::Joined);
    store.delete_idle_lobbies(NOW).await.unwrap();
    assert_eq!(store.leases().find(&here).await.unwrap(), None);
    assert!(!store.leases().leave(process, &here).await.unwrap());
    assert_eq!(store.end(process).await, []);
}

pub(crate) async fn keeps_the_last_departure_of_a_host(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob, game) = (store.user("Ada").await.id, store.user("Bob").await.id, game(&store, &QUIET, NOW).await.id);
    assert_eq!(store.host_left_at(game, ada).await.unwrap(), None);
    for at in [NOW, NOW + 1] {
        store.host_left(game, ada, at).await.unwrap();
        assert_eq!(store.host_left_at(game, ada).await.unwrap(), Some(at));
    }
    store.host_left(game, bob, NOW + 2).await.unwrap();
    assert_eq!(store.host_left_at(game, ada).await.unwrap(), None, "the last one alone");
    let nowhere = store.host_left(GameId::random(), ada, NOW).await.unwrap_err();
    assert!(matches!(nowhere, StoreError::Conflict(_)), "{nowhere:?}");
}

/// Users come and go, leases end, lobbies are deleted and a game is saved, all on the same rows: no deadlock may occur.
pub(crate) async fn concurrent_changes_cause_no_deadlock(database: TestDatabase) {
    let stores = [database.store().await, database.store().await];
    let (ada, bob) = (stores[0].user("Ada").await.id, stores[0].user("Bob").await.id);
    let table = game(&stores[0], &QUIET, NOW).await.id;
    let here = PresenceGroup::Game(table);
    let mut busy = JoinSet::new();
    for number in 0..8 {
        let store = stores[number % 2].clone();
        busy.spawn(async move {
            for _ in 0..5 {
                let process = store.process().await;
                for user in [ada, bob] {
                    store.leases().enter(process, &member(here, user), "null").await.unwrap();
                }
                store.leases().leave(process, &member(here, bob)).await.unwrap();
                let version = store.game_by_id(table).await.unwrap().unwrap().version;
                store.save_game(table, version, &QUIET, NOW).await.unwrap();
                let idle = game(&store, &QUIET, NOW - 1).await;
                // Another task may have deleted the lobby.
                let at_idle = member(PresenceGroup::Game(idle.id), ada);
                match store.leases().enter(process, &at_idle, "null").await {
                    Ok(_) | Err(PresenceError::Refused { .. }) => {}
                    Err(fault) => assert!(fault.to_string().contains("conflict"), "{fault}"),
                }
                store.delete_idle_lobbies(NOW).await.unwrap();
                assert!(store.users_online(here).await.unwrap().contains(&ada));
                store.end(process).await;
            }
        });
    }
    busy.join_all().await;
    assert_eq!(stores[0].users_online(here).await.unwrap(), NO_USERS);
    assert!(stores[0].game_by_id(table).await.unwrap().unwrap().version > 5);
}
