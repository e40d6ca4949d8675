use catamaran_presence::Entered;
use store::{Join, RoomId, RoomSummary, Store, StoreError, User};
use tokio::task::JoinSet;

use crate::test_database::{Helpers as _, NOW, TestDatabase};

async fn count(store: &Store, room: &RoomSummary) -> u32 {
    let counted = store.room_by_id(room.id).await.unwrap().unwrap().members;
    assert_eq!(store.members(room.id).await.unwrap().len(), counted as usize);
    counted
}

pub(crate) async fn join_once(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let room = store.room(&ada, 2).await;
    let Join::New(member) = store.join(room.id, bob.id, NOW + 5).await.unwrap() else { panic!("a new member") };
    assert_eq!((member.user_id, member.nickname, member.joined_at, member.online), (bob.id, bob.nickname, NOW + 5, false));
    assert_eq!(store.join(room.id, bob.id, NOW + 6).await.unwrap(), Join::Already);
    assert_eq!(store.join(room.id, store.user("Cleo").await.id, NOW).await.unwrap(), Join::Full);
    assert_eq!(count(&store, &room).await, 2);
}

pub(crate) async fn are_listed_in_order(database: TestDatabase) {
    let store = database.store().await;
    let users = store.users(3).await;
    let room = store.room_of(&[&users[2], &users[0], &users[1]]).await;
    let listed = store.members(room.id).await.unwrap();
    assert_eq!(listed.iter().map(|member| member.user_id).collect::<Vec<_>>(), [users[2].id, users[0].id, users[1].id]);
    assert_eq!(store.members(RoomId::random()).await.unwrap(), []);
}

pub(crate) async fn leave_and_return(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let room = store.room(&ada, 2).await;
    store.join(room.id, bob.id, NOW).await.unwrap();
    assert!(store.leave(room.id, bob.id).await.unwrap());
    assert!(!store.leave(room.id, bob.id).await.unwrap());
    assert!(!store.is_member(room.id, bob.id).await.unwrap());
    assert_eq!(count(&store, &room).await, 1);
    assert!(matches!(store.join(room.id, bob.id, NOW + 9).await.unwrap(), Join::New(_)));
    assert_eq!(count(&store, &room).await, 2);
}

pub(crate) async fn refuse_an_unknown_room(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let error = store.join(RoomId::random(), ada.id, NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
    assert!(error.to_string().contains("no such room"), "{error}");
    assert!(!store.leave(RoomId::random(), ada.id).await.unwrap());
}

/// Twenty concurrent joins for five places, through two stores as in two processes.
pub(crate) async fn never_exceed_the_capacity(database: TestDatabase) {
    let stores = [database.store().await, database.store().await];
    let ada = stores[0].user("Ada").await;
    let room = stores[0].room(&ada, 6).await;
    let mut joining = JoinSet::new();
    for (number, user) in stores[0].users(20).await.into_iter().enumerate() {
        let (store, room) = (stores[number % 2].clone(), room.id);
        joining.spawn(async move { store.join(room, user.id, NOW).await.unwrap() });
    }
    let outcomes = joining.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Join::New(_))).count(), 5);
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Join::Full)).count(), 15);
    assert_eq!(count(&stores[1], &room).await, 6);
}

pub(crate) async fn count_concurrent_joins_of_a_user_once(database: TestDatabase) {
    let stores = [database.store().await, database.store().await];
    let (ada, bob) = (stores[0].user("Ada").await, stores[0].user("Bob").await);
    let room = stores[0].room(&ada, 5).await;
    let mut joining = JoinSet::new();
    for number in 0..10 {
        let (store, room, bob) = (stores[number % 2].clone(), room.id, bob.id);
        joining.spawn(async move { store.join(room, bob, NOW).await.unwrap() });
    }
    let outcomes = joining.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Join::New(_))).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Join::Already)).count(), 9);
    assert_eq!(count(&stores[0], &room).await, 2);
}

/// Joining, leaving, sending, and presence lock rows of the same room: no deadlock may occur.
pub(crate) async fn count_concurrent_joins_and_leaves(database: TestDatabase) {
    let stores = [database.store().await, database.store().await];
    let ada = stores[0].user("Ada").await;
    let room = stores[0].room(&ada, 5).await;
    let mut busy = JoinSet::new();
    for (number, user) in stores[0].users(8).await.into_iter().enumerate() {
        busy.spawn(come_and_go(stores[number % 2].clone(), room.clone(), user));
    }
    busy.join_all().await;
    assert_eq!(count(&stores[0], &room).await, 1);
    assert_eq!(stores[0].online(&room).await, Vec::<String>::new());
}

async fn come_and_go(store: Store, room: RoomSummary, user: User) {
    let process = store.process().await;
    for _ in 0..5 {
        if let Join::New(_) = store.join(room.id, user.id, NOW).await.unwrap() {
            assert_eq!(store.enter(&room, &user, process).await, Entered::Joined);
            store.say(&room, &user, "hello").await;
            assert!(store.leave(room.id, user.id).await.unwrap());
            assert!(!store.exit(&room, &user, process).await);
        }
    }
    assert_eq!(store.end(process).await, []);
}
