use tokio::task::JoinSet;

use crate::test_database::{NOW, TestDatabase};

pub(crate) async fn are_used_once(database: TestDatabase) {
    let store = database.store().await;
    assert!(store.use_socket_token(&[1; 16], NOW).await.unwrap());
    assert!(!store.use_socket_token(&[1; 16], NOW).await.unwrap());
    assert!(store.use_socket_token(&[2; 16], NOW).await.unwrap(), "another token");
}

pub(crate) async fn are_used_once_by_concurrent_processes(database: TestDatabase) {
    let mut tries = JoinSet::new();
    for _ in 0..4 {
        let store = database.store().await;
        for _ in 0..4 {
            let store = store.clone();
            tries.spawn(async move { store.use_socket_token(&[1; 16], NOW).await.unwrap() });
        }
    }
    let accepted = tries.join_all().await.into_iter().filter(|first| *first).count();
    assert_eq!(accepted, 1);
}

pub(crate) async fn are_purged_after_they_expired(database: TestDatabase) {
    let store = database.store().await;
    for (id, expires_at) in [([1; 16], NOW), ([2; 16], NOW + 1)] {
        store.use_socket_token(&id, expires_at).await.unwrap();
    }
    for (before, purged) in [(NOW, 0), (NOW + 1, 1), (NOW + 2, 1), (NOW + 3, 0)] {
        assert_eq!(store.purge_socket_tokens(before).await.unwrap(), purged);
    }
}
