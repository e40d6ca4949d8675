use std::collections::BTreeSet;

use store::{Message, Page, RoomId, RoomSummary, Store};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::test_database::{Helpers as _, NOW, TestDatabase, body, nickname};

async fn seqs(store: &Store, room: &RoomSummary, page: Page, limit: u32) -> (Vec<i64>, bool) {
    let (messages, more) = store.messages(room.id, page, limit).await.unwrap();
    (messages.into_iter().map(|message| message.seq).collect(), more)
}

pub(crate) async fn are_numbered_from_one(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let (room, other) = (store.room(&ada, 5).await, store.room(&ada, 5).await);
    let client_id = Some(Uuid::now_v7());
    let first = store.append(room.id, ada.id, &body("one"), client_id, NOW + 3).await.unwrap().unwrap();
    let expected =
        Message { seq: 1, user_id: ada.id, nickname: ada.nickname.clone(), body: "one".to_owned(), at: NOW + 3, client_id };
    assert_eq!((&first.message, first.duplicate), (&expected, false));
    assert_eq!(store.say(&room, &ada, "two").await.message.seq, 2);
    assert_eq!(store.say(&other, &ada, "one").await.message.seq, 1);
    let (stored, more) = store.messages(room.id, Page::Newest, 50).await.unwrap();
    assert_eq!((&stored[0], stored.len(), more), (&expected, 2, false));
}

pub(crate) async fn refuse_non_members(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let room = store.room(&ada, 5).await;
    for client_id in [None, Some(Uuid::now_v7())] {
        assert_eq!(store.append(room.id, bob.id, &body("hi"), client_id, NOW).await.unwrap(), None);
        assert_eq!(store.append(RoomId::random(), ada.id, &body("hi"), client_id, NOW).await.unwrap(), None);
    }
    assert_eq!(store.say(&room, &ada, "first").await.message.seq, 1);
}

pub(crate) async fn store_a_repeated_message_once(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let room = store.room_of(&[&ada, &bob]).await;
    let id = Some(Uuid::now_v7());
    let first = store.append(room.id, bob.id, &body("once"), id, NOW).await.unwrap().unwrap();
    let again = store.append(room.id, bob.id, &body("twice"), id, NOW + 9).await.unwrap().unwrap();
    assert_eq!((again.message, again.duplicate), (first.message, true));
    assert_eq!(store.say(&room, &ada, "next").await.message.seq, 2);
    store.leave(room.id, bob.id).await.unwrap();
    assert_eq!(store.append(room.id, bob.id, &body("once"), id, NOW).await.unwrap(), None);
}

pub(crate) async fn store_a_concurrently_repeated_message_once(database: TestDatabase) {
    let stores = [database.store().await, database.store().await];
    let ada = stores[0].user("Ada").await;
    let room = stores[0].room(&ada, 5).await;
    let id = Some(Uuid::now_v7());
    let mut sending = JoinSet::new();
    for number in 0..10 {
        let (store, room, ada) = (stores[number % 2].clone(), room.id, ada.id);
        sending.spawn(async move { store.append(room, ada, &body("once"), id, NOW).await.unwrap().unwrap() });
    }
    let posted = sending.join_all().await;
    assert_eq!(posted.iter().filter(|posted| !posted.duplicate).count(), 1);
    assert!(posted.iter().all(|posted| posted.message.seq == 1));
}

pub(crate) async fn scope_client_ids_to_user_and_room(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let (room, other) = (store.room_of(&[&ada, &bob]).await, store.room_of(&[&ada, &bob]).await);
    let id = Some(Uuid::now_v7());
    for (room, user, seq) in [(&room, &ada, 1), (&room, &bob, 2), (&other, &ada, 1)] {
        let posted = store.append(room.id, user.id, &body("mine"), id, NOW).await.unwrap().unwrap();
        assert_eq!((posted.message.seq, posted.duplicate), (seq, false));
    }
}

/// Fifty concurrent messages through two stores. A reader never sees a number before the previous one.
pub(crate) async fn number_concurrent_messages_without_gaps(database: TestDatabase) {
    let stores = [database.store().await, database.store().await];
    let ada = stores[0].user("Ada").await;
    let room = stores[0].room(&ada, 5).await;
    let mut sending = JoinSet::new();
    for number in 0..50 {
        let (store, room, ada) = (stores[number % 2].clone(), room.id, ada.id);
        sending.spawn(async move { store.append(room, ada, &body("hello"), None, NOW).await.unwrap().unwrap().message.seq });
    }
    let mut given = BTreeSet::new();
    while let Some(seq) = sending.join_next().await {
        given.insert(seq.unwrap());
        let (seen, _) = seqs(&stores[0], &room, Page::After(0), 200).await;
        assert_eq!(seen, (1..=seen.len() as i64).collect::<Vec<_>>());
    }
    assert_eq!(given, (1..=50).collect());
    assert_eq!(seqs(&stores[1], &room, Page::Newest, 200).await, ((1..=50).collect(), false));
}

pub(crate) async fn keep_every_character(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("O'Brien; --").await;
    let room = store.room(&ada, 5).await;
    let text = "안녕 👨\u{200d}👩\u{200d}👧\n'\"\\ %s $1 ?1 {} \u{1f6f6} שלום";
    assert_eq!(store.say(&room, &ada, text).await.message.body, text);
    let longest = "👍".repeat(2000);
    store.say(&room, &ada, &longest).await;
    let (stored, _) = store.messages(room.id, Page::Newest, 50).await.unwrap();
    assert_eq!((stored[0].body.as_str(), &stored[1].body), (text, &longest));
    assert_eq!(stored[0].nickname.as_str(), "O'Brien; --");
}

pub(crate) async fn never_move_the_room_s_activity_back(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    for (at, active) in [(NOW + 10, NOW + 10), (NOW + 5, NOW + 10)] {
        store.append(room.id, ada.id, &body("hello"), None, at).await.unwrap().unwrap();
        assert_eq!(store.room_by_id(room.id).await.unwrap().unwrap().active_at, active);
    }
}

pub(crate) async fn come_in_pages(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    assert_eq!(seqs(&store, &room, Page::Newest, 50).await, (vec![], false));
    for number in 1..=7 {
        store.say(&room, &ada, &format!("message {number}")).await;
    }
    for (page, limit, expected, more) in [
        (Page::Newest, 3, vec![5, 6, 7], true),
        (Page::Newest, 7, vec![1, 2, 3, 4, 5, 6, 7], false),
        (Page::Before(5), 3, vec![2, 3, 4], true),
        (Page::Before(4), 3, vec![1, 2, 3], false),
        (Page::Before(1), 3, vec![], false),
        (Page::After(2), 3, vec![3, 4, 5], true),
        (Page::After(4), 3, vec![5, 6, 7], false),
        (Page::After(7), 3, vec![], false),
        (Page::After(i64::MIN), 2, vec![1, 2], true),
        (Page::Before(i64::MAX), 2, vec![6, 7], true),
        (Page::Newest, 0, vec![], true),
    ] {
        assert_eq!(seqs(&store, &room, page, limit).await, (expected, more), "{page:?} {limit}");
    }
}

pub(crate) async fn have_the_sender_s_current_name(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    store.say(&room, &ada, "hello").await;
    store.rename_user(ada.id, &nickname("Countess")).await.unwrap();
    let (stored, _) = store.messages(room.id, Page::Newest, 50).await.unwrap();
    assert_eq!(stored[0].nickname.as_str(), "Countess");
}
