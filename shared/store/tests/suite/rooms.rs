use store::{RoomId, RoomName, StoreError, UserId};

use crate::test_database::{Helpers as _, NOW, TestDatabase, body, code};

pub(crate) async fn have_their_owner_as_first_member(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 7).await;
    assert_eq!((room.name.as_str(), room.capacity, room.members, room.online, room.last_seq), ("Deck", 7, 1, 0, 0));
    assert_eq!((room.created_at, room.active_at), (NOW, NOW));
    assert!(store.is_member(room.id, ada.id).await.unwrap());
    let error = store.create_room(UserId::random(), &room.name, 7, code(), NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
    assert_eq!(store.list_rooms(100).await.unwrap(), [room]);
}

pub(crate) async fn with_a_taken_code_are_refused(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 7).await;
    let name = RoomName::parse("Another").unwrap();
    let error = store.create_room(ada.id, &name, 7, room.code.clone(), NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
    assert_eq!(store.rooms_of(ada.id).await.unwrap(), [(room.id, room.code)]);
}

pub(crate) async fn are_found_by_code_and_by_id(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 7).await;
    assert_eq!(store.room_by_code(&room.code).await.unwrap().as_ref(), Some(&room));
    assert_eq!(store.room_by_id(room.id).await.unwrap(), Some(room));
    assert_eq!(store.room_by_code(&code()).await.unwrap(), None);
    assert_eq!(store.room_by_id(RoomId::random()).await.unwrap(), None);
}

pub(crate) async fn are_listed_by_newest_activity(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let (quiet, loud, louder) = (store.room(&ada, 7).await, store.room(&ada, 7).await, store.room(&ada, 7).await);
    for (room, at) in [(&loud, NOW + 1), (&louder, NOW + 2)] {
        store.append(room.id, ada.id, &body("hello"), None, at).await.unwrap().unwrap();
    }
    let listed = store.list_rooms(100).await.unwrap();
    assert_eq!(listed.iter().map(|room| room.id).collect::<Vec<_>>(), [louder.id, loud.id, quiet.id]);
    assert_eq!((listed[0].active_at, listed[0].last_seq), (NOW + 2, 1));
    assert_eq!(store.list_rooms(2).await.unwrap(), listed[..2]);
    assert_eq!(store.list_rooms(0).await.unwrap(), []);
}
