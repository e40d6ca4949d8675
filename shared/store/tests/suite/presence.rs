use catamaran_presence::{Entered, LeaseStore as _, PresenceError, ProcessId, Renewal};
use store::{PresenceGroup, UserId};

use crate::test_database::{Helpers as _, LEASE, NOW, TestDatabase, member};

const NO_USERS: [&str; 0] = [];

pub(crate) async fn begins_and_ends(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let room = store.room_of(&[&ada, &bob]).await;
    let process = store.process().await;
    assert_eq!(store.enter(&room, &bob, process).await, Entered::Joined);
    assert_eq!(store.enter(&room, &bob, process).await, Entered::Same);
    assert_eq!(store.online(&room).await, ["Bob"]);
    assert!(store.exit(&room, &bob, process).await);
    assert!(!store.exit(&room, &bob, process).await);
    assert_eq!(store.online(&room).await, NO_USERS);
}

pub(crate) async fn counts_a_user_of_two_processes_once(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let (room, other) = (store.room(&ada, 5).await, store.room(&ada, 5).await);
    let (first, second) = (store.process().await, store.process().await);
    assert_eq!(store.enter(&room, &ada, first).await, Entered::Joined);
    assert_eq!(store.enter(&room, &ada, second).await, Entered::Same);
    assert_eq!(store.online(&room).await, ["Ada"]);
    assert_eq!(store.online(&other).await, NO_USERS);
    assert!(!store.exit(&room, &ada, first).await);
    assert_eq!(store.online(&room).await, ["Ada"]);
    assert!(store.exit(&room, &ada, second).await);
}

/// Also in the lists of rooms and members, and after the lease has expired: only reaping ends it.
pub(crate) async fn ends_when_the_lease_is_reaped(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    let process = store.process().await;
    store.enter(&room, &ada, process).await;
    assert_eq!(store.online(&room).await, ["Ada"]);
    assert_eq!(store.list_rooms(100).await.unwrap()[0].online, 1);
    assert_eq!(store.leases().reap(NOW + LEASE, NOW).await.unwrap(), [process]);
    assert_eq!(store.online(&room).await, NO_USERS);
    assert_eq!(store.list_rooms(100).await.unwrap()[0].online, 0);
    // Through a living process the user comes online again, and is not an orphan of the other one.
    let alive = store.process().await;
    assert_eq!(store.enter(&room, &ada, alive).await, Entered::Joined);
    assert_eq!(store.leases().orphans(process, 9).await.unwrap(), []);
    assert_eq!(store.online(&room).await, ["Ada"]);
}

pub(crate) async fn refuses_non_members(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let room = store.room(&ada, 5).await;
    let process = store.process().await;
    let outsider = member(PresenceGroup::Room(room.id), bob.id);
    let fault = store.leases().enter(process, &outsider, "null").await.unwrap_err();
    assert!(matches!(fault, PresenceError::Refused { .. }), "{fault:?}");
    assert!(fault.to_string().ends_with("only members of the room may"), "{fault}");
    assert!(!store.exit(&room, &bob, process).await);
    assert_eq!(store.online(&room).await, NO_USERS);
}

/// Only rooms, games and users have presence.
pub(crate) async fn refuses_unknown_groups_and_keys(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let (room, process) = (store.room(&ada, 5).await, store.process().await);
    for (group, key, why) in [
        ("lobby".to_owned(), ada.id.to_string(), "for rooms and games"),
        (PresenceGroup::Room(room.id).to_string(), "ada".to_owned(), "a user's id"),
    ] {
        let stranger = catamaran_presence::Member::new(group, key);
        let fault = store.leases().enter(process, &stranger, "null").await.unwrap_err();
        assert!(matches!(fault, PresenceError::Refused { .. }) && fault.to_string().contains(why), "{fault}");
    }
    assert_eq!(store.leases().list("lobby").await.unwrap(), []);
}

pub(crate) async fn needs_a_lease(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    let process = ProcessId::random();
    assert_eq!(store.enter(&room, &ada, process).await, Entered::Unleased);
    assert_eq!(store.leases().renew(process, NOW, NOW + LEASE).await.unwrap(), Renewal::Taken);
    assert_eq!(store.leases().renew(process, NOW, NOW + LEASE).await.unwrap(), Renewal::Held);
    assert_eq!(store.enter(&room, &ada, process).await, Entered::Joined);
}

pub(crate) async fn ends_with_the_membership(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let room = store.room_of(&[&ada, &bob]).await;
    let process = store.process().await;
    store.enter(&room, &bob, process).await;
    store.leave(room.id, bob.id).await.unwrap();
    assert_eq!(store.online(&room).await, NO_USERS);
    assert!(!store.exit(&room, &bob, process).await);
    store.join(room.id, bob.id, NOW).await.unwrap();
    assert_eq!(store.online(&room).await, NO_USERS);
}

pub(crate) async fn ends_with_the_process(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let room = store.room_of(&[&ada, &bob]).await;
    let (stopping, staying) = (store.process().await, store.process().await);
    store.enter(&room, &ada, stopping).await;
    store.enter(&room, &bob, stopping).await;
    store.enter(&room, &bob, staying).await;
    assert_eq!(store.end(stopping).await, [(PresenceGroup::Room(room.id), ada.id)]);
    assert_eq!(store.online(&room).await, ["Bob"]);
    assert_eq!(store.end(stopping).await, []);
    assert_eq!(store.leases().reap(NOW + 1, NOW).await.unwrap(), []);
}

/// Rooms and games of one process, more than one batch of them.
pub(crate) async fn ends_for_many_groups_with_the_process(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let (first, second) = (store.process().await, store.process().await);
    let mut rooms = Vec::new();
    for _ in 0..30 {
        rooms.push(store.room(&ada, 5).await);
        store.enter(rooms.last().unwrap(), &ada, first).await;
        let game = crate::games::game(&store, &crate::games::QUIET, NOW).await;
        let looker = member(PresenceGroup::Game(game.id), ada.id);
        assert_eq!(store.leases().enter(first, &looker, "null").await.unwrap(), Entered::Joined);
    }
    store.enter(&rooms[0], &ada, second).await;
    assert_eq!(store.leases().held(first, NOW).await.unwrap().len(), 60);
    assert_eq!(store.end(first).await.len(), 59);
    assert_eq!(store.online(&rooms[0]).await, ["Ada"]);
    assert_eq!(store.online(&rooms[1]).await, NO_USERS);
}

/// Entering and leaving concurrently: no non-member stays online.
pub(crate) async fn excludes_users_who_leave_concurrently(database: TestDatabase) {
    let stores = [database.store().await, database.store().await];
    let users = stores[0].users(8).await;
    let room = stores[0].room_of(&users.iter().collect::<Vec<_>>()).await;
    for _ in 0..10 {
        let process = stores[0].process().await;
        let leaving = async {
            for user in &users[1..] {
                stores[1].leave(room.id, user.id).await.unwrap();
            }
        };
        let entering = async {
            for user in &users {
                match stores[0].leases().enter(process, &member(PresenceGroup::Room(room.id), user.id), "null").await {
                    Ok(_) | Err(PresenceError::Refused { .. }) => {}
                    Err(fault) => panic!("{fault}"),
                }
            }
        };
        tokio::join!(entering, leaving);
        assert_eq!(stores[1].online(&room).await, ["user 0"]);
        stores[0].end(process).await;
        for user in &users[1..] {
            stores[1].join(room.id, user.id, NOW).await.unwrap();
        }
    }
}

/// A process of the previous release writes a row for each socket at a game, without payloads.
pub(crate) async fn counts_presence_of_the_previous_release(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let room = store.room_of(&[&ada, &bob]).await;
    let game = crate::games::game(&store, &crate::games::QUIET, NOW).await;
    let (old, new) = (store.process().await, store.process().await);
    for user in [&ada, &ada, &bob] {
        database.enter_as_previous_release(old, room.id, game.id, user.id).await;
    }
    let at_game = PresenceGroup::Game(game.id);
    assert_eq!(store.enter(&room, &ada, new).await, Entered::Same);
    assert_eq!(store.leases().enter(new, &member(at_game, ada.id), "null").await.unwrap(), Entered::Same);
    assert_eq!(store.online(&room).await, ["Ada", "Bob"]);
    let mut both: [UserId; 2] = [ada.id, bob.id];
    both.sort();
    assert_eq!(store.users_online(at_game).await.unwrap(), both);
    assert_eq!(store.end(old).await, [(PresenceGroup::Room(room.id), bob.id), (at_game, bob.id)]);
    assert!(store.exit(&room, &ada, new).await);
}
