use store::{Store, StoreError, UserId};
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
        "DROP TABLE schema_window",
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

/// A migration of a release that this program does not know.
const LATER: &str = "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
    SELECT 9999, 'from the future', installed_on, success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";

/// The last migration of the previous release, which must still start on this schema. Raise it after each release.
const PREVIOUS_RELEASE: i64 = 8;

pub(crate) async fn let_a_program_start_on_a_later_schema(database: TestDatabase) {
    database.store().await.close().await;
    database.sql("ALTER TABLE users ADD COLUMN later TEXT").await;
    database.sql(LATER).await;
    let store = database.store().await;
    store.check_schema().await.unwrap();
    store.user("Ada").await;
}

pub(crate) async fn refuse_a_schema_that_lost_what_the_program_needs(database: TestDatabase) {
    let store = database.store().await;
    database.sql(LATER).await;
    database.sql("UPDATE schema_window SET needs = 9999").await;
    for outcome in [store.migrate().await, store.check_schema().await] {
        let error = outcome.unwrap_err();
        assert!(matches!(error, StoreError::Internal(_)), "{error:?}");
        assert!(error.to_string().contains("newer"), "{error}");
    }
}

/// A later migration is no reason to go without one of ours.
pub(crate) async fn refuse_a_later_schema_without_one_of_ours(database: TestDatabase) {
    let store = database.store().await;
    database.sql(LATER).await;
    database.sql("DELETE FROM _sqlx_migrations WHERE version = 5").await;
    assert!(matches!(store.migrate().await, Err(StoreError::Internal(_))));
    assert!(matches!(store.check_schema().await, Err(StoreError::Unavailable(_))));
}

pub(crate) async fn are_awaited_by_a_program_that_only_checks(database: TestDatabase) {
    let store = database.bare().await;
    let error = store.check_schema().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(error.to_string().contains("--migrate-only"), "{error}");
    store.migrate().await.unwrap();
    store.check_schema().await.unwrap();
}

/// The release before `schema_window` had six migrations.
pub(crate) async fn keep_what_the_previous_release_wrote(database: TestDatabase) {
    database.migrate_to(6).await;
    let ada = UserId::random();
    database.insert_user(ada).await;
    let found = database.store().await.user_by_id(ada).await.unwrap();
    assert_eq!(found.map(|user| user.nickname.as_str().to_owned()).as_deref(), Some("Ada"));
}

pub(crate) async fn keep_the_previous_release_running(database: TestDatabase) {
    database.store().await.close().await;
    assert!(database.number("SELECT needs FROM schema_window").await <= PREVIOUS_RELEASE);
}
