use store::{Store, StoreError};
use tokio::task::JoinSet;

use crate::test_database::{Helpers as _, TestDatabase};

pub(crate) async fn may_run_again(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    store.migrate().await.unwrap();
    store.rename_user(ada.id, &crate::test_database::nickname("Countess")).await.unwrap();
}

pub(crate) async fn run_once_when_many_start_together(database: TestDatabase) {
    migrate_together(&database).await;
}

/// On a migrated database, all processes first find missing migrations.
pub(crate) async fn run_once_on_an_older_database(database: TestDatabase) {
    database.store().await.close().await;
    for statement in [
        "DROP TABLE game_sockets",
        "DROP TABLE game_players",
        "DROP TABLE game_updates",
        "DROP TABLE game_events",
        "DROP TABLE host_departures",
        "DROP TABLE games",
        "DROP TABLE presence",
        "DROP TABLE leases",
        "DROP TABLE messages",
        "DROP TABLE members",
        "DROP TABLE rooms",
        "DROP TABLE used_socket_tokens",
        "DROP TABLE sessions",
        "DROP TABLE users",
        "DELETE FROM _sqlx_migrations",
    ] {
        database.sql(statement).await;
    }
    migrate_together(&database).await;
}

/// All processes connect and migrate at once.
async fn migrate_together(database: &TestDatabase) {
    let mut starting = JoinSet::new();
    for _ in 0..6 {
        let url = database.url();
        starting.spawn(async move { Store::connect(&url).await?.migrate().await });
    }
    for outcome in starting.join_all().await {
        outcome.unwrap();
    }
    database.bare().await.user("Ada").await;
}

pub(crate) async fn refuse_a_newer_database(database: TestDatabase) {
    let store = database.store().await;
    database
        .sql(
            "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
             SELECT 9999, 'from the future', installed_on, success, checksum, 0 FROM _sqlx_migrations LIMIT 1",
        )
        .await;
    let error = store.migrate().await.unwrap_err();
    assert!(matches!(error, StoreError::Internal(_)), "{error:?}");
    assert!(error.to_string().contains("newer"), "{error}");
}
