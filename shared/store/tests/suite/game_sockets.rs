use store::{GameId, Lease, ProcessId, StoreError, User, UserId};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    games::{QUIET, game},
    place::{LEASE, NOW, Place, Scene as _},
};

const NOBODY: [UserId; 0] = [];

/// In the order in which the store lists them.
fn ids<const N: usize>(users: [&User; N]) -> [UserId; N] {
    let mut ids = users.map(|user| user.id);
    ids.sort();
    ids
}

pub(crate) async fn make_their_people_online(place: Place) {
    let store = place.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let (game, other) = (game(&store, &QUIET, NOW).await, game(&store, &QUIET, NOW).await);
    let (first, second) = (store.process().await, store.process().await);
    let (phone, laptop) = (Uuid::now_v7(), Uuid::now_v7());
    for (socket, user, process) in [(phone, &bob, first), (laptop, &bob, second), (Uuid::now_v7(), &ada, second)] {
        store.open_game_socket(socket, game.id, user.id, process).await.unwrap();
    }
    assert_eq!(store.users_online(game.id).await.unwrap(), ids([&ada, &bob]));
    assert_eq!(store.users_online(other.id).await.unwrap(), NOBODY);
    store.close_game_socket(phone).await.unwrap();
    store.close_game_socket(phone).await.unwrap();
    assert_eq!(store.users_online(game.id).await.unwrap(), ids([&ada, &bob]));
    store.close_game_socket(laptop).await.unwrap();
    assert_eq!(store.users_online(game.id).await.unwrap(), [ada.id]);
}

pub(crate) async fn opened_again_move(place: Place) {
    let store = place.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let (game, other) = (game(&store, &QUIET, NOW).await, game(&store, &QUIET, NOW).await);
    let (process, socket) = (store.process().await, Uuid::now_v7());
    for (game, user) in [(&game, &ada), (&game, &bob), (&other, &ada)] {
        store.open_game_socket(socket, game.id, user.id, process).await.unwrap();
        assert_eq!(store.users_online(game.id).await.unwrap(), [user.id]);
    }
    assert_eq!(store.users_online(game.id).await.unwrap(), NOBODY);
}

pub(crate) async fn need_a_game_a_user_and_a_lease(place: Place) {
    let store = place.store().await;
    let (ada, game, process) = (store.user("Ada").await, game(&store, &QUIET, NOW).await, store.process().await);
    for (game, user, process) in
        [(GameId::random(), ada.id, process), (game.id, UserId::random(), process), (game.id, ada.id, ProcessId::random())]
    {
        let error = store.open_game_socket(Uuid::now_v7(), game, user, process).await.unwrap_err();
        assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
    }
}

pub(crate) async fn of_a_killed_process_do_not_count(place: Place) {
    let store = place.store().await;
    let (ada, bob, game) = (store.user("Ada").await, store.user("Bob").await, game(&store, &QUIET, NOW).await);
    let (killed, alive) = (store.process().await, store.process().await);
    store.open_game_socket(Uuid::now_v7(), game.id, ada.id, killed).await.unwrap();
    store.open_game_socket(Uuid::now_v7(), game.id, bob.id, alive).await.unwrap();
    assert_eq!(store.renew_lease(alive, NOW + 1, NOW + 2 * LEASE).await.unwrap(), Lease::Renewed);
    // Nobody has gone before somebody looked whether they have.
    assert_eq!(store.users_online(game.id).await.unwrap(), ids([&ada, &bob]));
    store.reap(NOW + LEASE).await.unwrap();
    assert_eq!(store.users_online(game.id).await.unwrap(), [bob.id]);
}

pub(crate) async fn of_the_dead_stay_until_they_are_closed(place: Place) {
    let store = place.store().await;
    let (ada, bob, game) = (store.user("Ada").await, store.user("Bob").await, game(&store, &QUIET, NOW).await);
    let (killed, alive) = (store.process().await, store.process().await);
    let (phone, laptop, other) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    for (socket, person, process) in [(phone, &ada, killed), (laptop, &ada, killed), (other, &bob, alive)] {
        store.open_game_socket(socket, game.id, person.id, process).await.unwrap();
    }
    assert_eq!(store.sockets_of_the_dead(9).await.unwrap(), [], "both leases hold");
    assert_eq!(store.renew_lease(alive, NOW + 1, NOW + 2 * LEASE).await.unwrap(), Lease::Renewed);
    store.reap(NOW + LEASE).await.unwrap();
    let mut dead = store.sockets_of_the_dead(9).await.unwrap();
    dead.sort_unstable();
    assert_eq!(dead, [(phone, game.id, ada.id), (laptop, game.id, ada.id)]);
    assert_eq!(store.sockets_of_the_dead(1).await.unwrap().len(), 1);
    store.close_socket_of_the_dead(other).await.unwrap();
    store.close_socket_of_the_dead(phone).await.unwrap();
    assert_eq!(store.sockets_of_the_dead(9).await.unwrap(), [(laptop, game.id, ada.id)]);
    store.close_socket_of_the_dead(laptop).await.unwrap();
    assert_eq!(store.game_sockets_of(killed).await.unwrap(), []);
    assert_eq!(store.game_sockets_of(alive).await.unwrap(), [(other, game.id, bob.id)], "who lives keeps theirs");
}

/// At a graceful stop, and where a process that only slept takes its lease again.
pub(crate) async fn go_with_the_lease(place: Place) {
    let store = place.store().await;
    let (ada, bob, game) = (store.user("Ada").await, store.user("Bob").await, game(&store, &QUIET, NOW).await);
    let (stopping, slept) = (store.process().await, store.process().await);
    store.open_game_socket(Uuid::now_v7(), game.id, ada.id, stopping).await.unwrap();
    store.open_game_socket(Uuid::now_v7(), game.id, bob.id, slept).await.unwrap();
    store.end_lease(stopping, NOW).await.unwrap();
    assert_eq!(store.users_online(game.id).await.unwrap(), [bob.id]);
    store.reap(NOW + LEASE).await.unwrap();
    assert_eq!(store.renew_lease(slept, NOW + LEASE, NOW + 2 * LEASE).await.unwrap(), Lease::Lost);
    assert_eq!(store.users_online(game.id).await.unwrap(), NOBODY);
    store.open_game_socket(Uuid::now_v7(), game.id, bob.id, slept).await.unwrap();
    assert_eq!(store.users_online(game.id).await.unwrap(), [bob.id]);
}

/// So that a process sees which it lost.
pub(crate) async fn of_a_process_are_listed(place: Place) {
    let store = place.store().await;
    let (ada, game) = (store.user("Ada").await, game(&store, &QUIET, NOW).await);
    let (process, other) = (store.process().await, store.process().await);
    assert_eq!(store.game_sockets_of(process).await.unwrap(), []);
    let sockets = [Uuid::now_v7(), Uuid::now_v7()];
    for socket in sockets {
        for process in [other, process] {
            store.open_game_socket(socket, game.id, ada.id, process).await.unwrap();
        }
    }
    let mut listed = store.game_sockets_of(process).await.unwrap();
    listed.sort_unstable();
    assert_eq!(listed, sockets.map(|socket| (socket, game.id, ada.id)));
    assert_eq!(store.game_sockets_of(other).await.unwrap(), []);
    store.end_lease(process, NOW).await.unwrap();
    assert_eq!(store.game_sockets_of(process).await.unwrap(), []);
}

pub(crate) async fn of_a_host_are_missed_since_the_last_went(place: Place) {
    let store = place.store().await;
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

/// Sockets that come and go, leases that end, lobbies that are swept and a game that is saved meet on the same rows: none may wait
/// in a circle.
pub(crate) async fn come_and_go_while_all_else_goes_on(place: Place) {
    let stores = [place.store().await, place.store().await];
    let (ada, table) = (stores[0].user("Ada").await.id, game(&stores[0], &QUIET, NOW).await.id);
    let mut busy = JoinSet::new();
    for number in 0..8 {
        let store = stores[number % 2].clone();
        busy.spawn(async move {
            for _ in 0..5 {
                let (process, closed) = (store.process().await, Uuid::now_v7());
                for socket in [closed, Uuid::now_v7(), Uuid::now_v7()] {
                    store.open_game_socket(socket, table, ada, process).await.unwrap();
                }
                store.close_game_socket(closed).await.unwrap();
                let version = store.game_by_id(table).await.unwrap().unwrap().version;
                store.save_game(table, version, &QUIET, NOW).await.unwrap();
                let idle = game(&store, &QUIET, NOW - 1).await;
                match store.open_game_socket(Uuid::now_v7(), idle.id, ada, process).await {
                    Ok(()) | Err(StoreError::Conflict(_)) => {} // Another one may have swept the lobby away.
                    Err(error) => panic!("{error}"),
                }
                store.delete_idle_lobbies(NOW).await.unwrap();
                assert_eq!(store.users_online(table).await.unwrap(), [ada]);
                store.end_lease(process, NOW).await.unwrap();
            }
        });
    }
    busy.join_all().await;
    assert_eq!(stores[0].users_online(table).await.unwrap(), NOBODY);
    assert!(stores[0].game_by_id(table).await.unwrap().unwrap().version > 5);
}
