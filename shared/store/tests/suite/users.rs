use store::{StoreError, UserId};

use crate::test_database::{Helpers as _, NOW, TestDatabase, nickname};

pub(crate) async fn are_renamed_everywhere(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    assert_eq!((ada.nickname.as_str(), ada.created_at), ("Ada", NOW));
    let room = store.room_of(&[&ada]).await;
    store.rename_user(ada.id, &nickname("에이다")).await.unwrap();
    assert_eq!(store.members(room.id).await.unwrap()[0].nickname.as_str(), "에이다");
}

pub(crate) async fn refuse_to_rename_unknown_users(database: TestDatabase) {
    let store = database.store().await;
    let error = store.rename_user(UserId::random(), &nickname("Nobody")).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
}

pub(crate) async fn list_their_rooms(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let first = store.room_of(&[&ada]).await;
    let second = store.room_of(&[&bob, &ada]).await;
    assert_eq!(store.rooms_of(ada.id).await.unwrap(), [(first.id, first.code), (second.id, second.code.clone())]);
    assert_eq!(store.rooms_of(bob.id).await.unwrap(), [(second.id, second.code)]);
    assert_eq!(store.rooms_of(UserId::random()).await.unwrap(), []);
}

pub(crate) async fn are_found_by_id(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    store.user("Bob").await;
    assert_eq!(store.user_by_id(ada.id).await.unwrap(), Some(ada));
    assert_eq!(store.user_by_id(UserId::random()).await.unwrap(), None);
}
