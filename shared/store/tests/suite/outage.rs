//! A PostgreSQL server that stops and restarts.

use std::time::Duration;

use store::{DatabaseUrl, Store, StoreError};
use testbed::{Postgres, eventually};

use crate::test_database::{Helpers as _, NOW, TestDatabase};

#[tokio::test]
async fn replaces_killed_backends_without_an_error() {
    let postgres = Postgres::start().await;
    let store = TestDatabase::of(&postgres.url()).store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    for round in 1..=3 {
        let killed = postgres
            .sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'catamaran'")
            .await;
        assert_ne!(killed.trim(), "0");
        assert_eq!(store.say(&room, &ada, "still here").await.message.seq, round);
    }
}

#[tokio::test]
async fn a_stopped_server_is_unavailable_until_it_restarts() {
    let postgres = Postgres::start().await;
    let database = TestDatabase::of(&postgres.url());
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    store.say(&room, &ada, "before").await;

    postgres.stop().await;
    let (lost, url) = (crate::test_database::body("lost"), database.url());
    let outcomes = tokio::join!(
        async { store.room_by_code(&room.code).await.map(drop) },
        async { store.append(room.id, ada.id, &lost, None, NOW).await.map(drop) },
        async { store.ping().await },
        async { Store::connect(&url).await.map(drop) },
    );
    for outcome in [outcomes.0, outcomes.1, outcomes.2, outcomes.3] {
        let Err(error @ StoreError::Unavailable(_)) = outcome else { panic!("{outcome:?}") };
        assert!(error.to_string().contains("connection refused (127.0.0.1:"), "{error}");
    }

    postgres.start_again().await;
    assert_eq!(store.say(&room, &ada, "after").await.message.seq, 2);
}

/// The pool may open more connections than the server allows.
#[tokio::test]
async fn reports_a_server_with_too_few_connections() {
    let postgres = Postgres::start().await;
    postgres.sql("CREATE ROLE app LOGIN SUPERUSER").await;
    postgres.sql("CREATE ROLE lim LOGIN").await;
    let at = |user: &str| format!("postgres://{user}@127.0.0.1:{}/postgres", postgres.port());
    TestDatabase::of(&at("app")).store().await.close().await;
    postgres.sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC").await;
    postgres.sql("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lim").await;
    // A role without the right to create tables, on a migrated database.
    let store = TestDatabase::of(&at("lim")).store().await;
    postgres.sql("ALTER ROLE lim CONNECTION LIMIT 1").await;
    let other = eventually(Duration::from_secs(5), || async { sqlx::PgPool::connect(&at("lim")).await.ok() }).await;
    let error = store.ping().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(error.to_string().contains("lower DATABASE_POOL_SIZE"), "{error}");
    other.close().await;
    store.create_user(&crate::test_database::nickname("Ada"), NOW).await.unwrap();
}

/// The server dies under load. Confirmed messages are not lost, and no number is missing or repeated.
#[tokio::test]
async fn a_killed_server_under_load_loses_nothing_it_confirmed() {
    let postgres = Postgres::start().await;
    let store = TestDatabase::of(&postgres.url()).store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    let talking = tokio::spawn({
        let (store, ada, room) = (store.clone(), ada.clone(), room.clone());
        async move {
            let mut last = 0;
            loop {
                match store.append(room.id, ada.id, &crate::test_database::body("hello"), None, NOW).await {
                    Ok(posted) => last = posted.unwrap().message.seq,
                    Err(error) => return (last, error),
                }
            }
        }
    });
    eventually(Duration::from_secs(10), || async {
        (store.room_by_id(room.id).await.unwrap().unwrap().last_seq > 20).then_some(())
    })
    .await;
    postgres.kill9();
    let (confirmed, error) = talking.await.unwrap();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(confirmed > 20);
    postgres.start_again().await;
    let last = store.room_by_id(room.id).await.unwrap().unwrap().last_seq;
    assert_eq!(store.say(&room, &ada, "after").await.message.seq, last + 1);
}

/// A lock held at a console affects only the callers that need the row, and only up to the time limit.
#[tokio::test]
async fn a_locked_row_is_unavailable() {
    let url = Postgres::shared().await.fresh_database().await;
    let store = TestDatabase::of(&url).store().await;
    let ada = store.user("Ada").await;
    let (room, other) = (store.room(&ada, 5).await, store.room(&ada, 5).await);
    let console = sqlx::PgPool::connect(&url).await.unwrap();
    let mut lock = console.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM rooms WHERE id = $1 FOR UPDATE").bind(room.id).execute(&mut *lock).await.unwrap();
    let error = store.append(room.id, ada.id, &crate::test_database::body("hello"), None, NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    store.say(&other, &ada, "hello").await;
    lock.rollback().await.unwrap();
    assert_eq!(store.say(&room, &ada, "hello").await.message.seq, 1);
}

#[tokio::test]
async fn a_missing_database_is_a_permanent_error() {
    let postgres = Postgres::shared().await;
    let url = format!("postgres://catamaran:hunter2@127.0.0.1:{}/missing", postgres.port());
    let error = Store::connect(&DatabaseUrl::parse(&url).unwrap()).await.unwrap_err();
    assert!(matches!(error, StoreError::Internal(_)), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("missing") && text.contains(&postgres.port().to_string()), "{text}");
    assert!(!format!("{error:?} {error}").contains("hunter2"));
}
