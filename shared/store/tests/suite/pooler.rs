//! PgBouncer before the database: detection, and load.

use std::time::{Duration, Instant};

use store::{DatabaseUrl, MessageBody, Store, StoreError};
use testbed::{PgBouncer, PgBouncerRelease, PoolMode, Postgres};
use tokio::task::JoinSet;

use crate::test_database::{Helpers as _, NOW, TestDatabase, nickname};

const RELEASES: [PgBouncerRelease; 2] = [PgBouncerRelease::Debian, PgBouncerRelease::Current];

/// Each mode of each release, also with ignored startup options, which make it look like a server.
#[tokio::test]
async fn serves_fifty_users_through_each_pooler() {
    let postgres = Postgres::shared().await;
    let ignore = "ignore_startup_parameters = options,extra_float_digits";
    for release in RELEASES {
        for (mode, more) in
            [(PoolMode::Session, ""), (PoolMode::Transaction, ""), (PoolMode::Transaction, ignore), (PoolMode::Session, ignore)]
        {
            let pooler = PgBouncer::start(postgres, release, mode, &[more]).await;
            let url = pooler.url(&postgres.fresh_database().await);
            talk(&url).await;
        }
    }
}

async fn talk(url: &str) {
    let database = TestDatabase::of(url);
    let (one, other) = (database.store().await, database.store().await);
    let host = one.user("Host").await;
    let room = one.room(&host, 60).await;
    let mut talking = JoinSet::new();
    for number in 0..50 {
        let store = if number % 2 == 0 { one.clone() } else { other.clone() };
        let room = room.clone();
        talking.spawn(async move {
            let user = store.create_user(&crate::test_database::nickname(&format!("user {number}")), NOW).await?;
            store.join(room.id, user.id, NOW).await?;
            for _ in 0..3 {
                store.append(room.id, user.id, &MessageBody::parse("hello").unwrap(), None, NOW).await?;
                store.room_by_id(room.id).await?;
            }
            Ok::<_, StoreError>(())
        });
    }
    for outcome in talking.join_all().await {
        outcome.unwrap();
    }
    assert_eq!(one.room_by_id(room.id).await.unwrap().unwrap().last_seq, 150);
    one.check().await.unwrap();
}

#[tokio::test]
async fn refuses_statement_mode_with_its_name() {
    let postgres = Postgres::shared().await;
    for release in RELEASES {
        let pooler = PgBouncer::start(postgres, release, PoolMode::Statement, &[]).await;
        let error =
            Store::connect(&DatabaseUrl::parse(&pooler.url(&postgres.fresh_database().await)).unwrap()).await.unwrap_err();
        assert!(matches!(error, StoreError::Internal(_)), "{error:?}");
        assert!(error.to_string().contains("the pooler is in statement mode"), "{error}");
    }
}

/// The parameters of other libraries for a pooler also work on a server.
#[tokio::test]
async fn accepts_pooler_parameters_on_a_server() {
    let url = Postgres::shared().await.fresh_database().await;
    talk(&format!("{url}?pgbouncer=true")).await;
}

/// The statement limits hold behind a pooler.
#[tokio::test]
async fn a_locked_row_behind_a_pooler_is_unavailable() {
    let postgres = Postgres::shared().await;
    let direct = postgres.fresh_database().await;
    let store = TestDatabase::of(&PgBouncer::shared_transaction().await.url(&direct)).store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    let console = sqlx::PgPool::connect(&direct).await.unwrap();
    let mut lock = console.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM users WHERE id = $1 FOR UPDATE").bind(ada.id).execute(&mut *lock).await.unwrap();
    let error = store.rename_user(ada.id, &crate::test_database::nickname("Countess")).await.unwrap_err();
    assert!(error.to_string().contains("statement timeout"), "{error}");
    lock.rollback().await.unwrap();
    store.say(&room, &ada, "hello").await;
}

/// Options that the pooler does not accept are not ignored.
#[tokio::test]
async fn names_options_that_a_pooler_refuses() {
    let postgres = Postgres::shared().await;
    let url = PgBouncer::shared_transaction().await.url(&postgres.fresh_database().await);
    let error = Store::connect(&DatabaseUrl::parse(&format!("{url}?options=-csearch_path%3Dapp")).unwrap()).await.unwrap_err();
    assert!(matches!(error, StoreError::Internal(_)), "{error:?}");
    assert!(error.to_string().contains("the pooler refuses what options="), "{error}");
}

/// A killed migration does not block others, and another session's lock does not block it.
#[tokio::test]
async fn a_killed_migration_leaves_no_lock_in_the_pooler() {
    let postgres = Postgres::start().await;
    let pooler = PgBouncer::start(&postgres, PgBouncerRelease::Debian, PoolMode::Transaction, &[]).await;
    let database = TestDatabase::of(&pooler.url(&postgres.url()));
    for patience in 1..40 {
        let store = database.bare().await;
        let _late = tokio::time::timeout(Duration::from_millis(patience), store.migrate()).await;
    }
    let began = Instant::now();
    database.store().await.user("Ada").await;
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

/// A client of the pooler holds its only server connection.
#[tokio::test]
async fn reports_a_pooler_without_a_free_connection() {
    let postgres = Postgres::shared().await;
    for (release, mode) in [(PgBouncerRelease::Debian, PoolMode::Transaction), (PgBouncerRelease::Current, PoolMode::Session)] {
        let pooler = PgBouncer::start(postgres, release, mode, &["default_pool_size = 2"]).await;
        let url = pooler.url(&postgres.fresh_database().await);
        let store = TestDatabase::of(&url).store().await;
        let ada = store.user("Ada").await;
        let mut held = Vec::new();
        for _ in 0..2 {
            let options = url.parse::<sqlx::postgres::PgConnectOptions>().unwrap();
            let options =
                sqlx::ConnectOptions::disable_statement_logging(options.statement_cache_capacity(0).extra_float_digits(None));
            let mut holder = sqlx::ConnectOptions::connect(&options).await.unwrap();
            sqlx::raw_sql("BEGIN").execute(&mut holder).await.unwrap();
            held.push(holder);
            if mode == PoolMode::Session {
                break; // The store's own connection holds the other one.
            }
        }
        let name = nickname("Countess");
        let many = (0..3).map(|_| store.rename_user(ada.id, &name));
        let outcomes = futures_util::future::join_all(many).await;
        let refused: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
        assert!(!refused.is_empty(), "{mode:?}");
        for error in refused {
            assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
            let text = error.to_string();
            assert!(text.contains("no free connection of the server") && text.contains("default_pool_size"), "{mode:?}: {text}");
        }
        drop(held);
    }
}
