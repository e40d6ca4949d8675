use store::{Store, StoreError};
use tokio::task::JoinSet;

use crate::place::{Place, Scene as _};

pub(crate) async fn may_run_again(place: Place) {
    let store = place.store().await;
    let ada = store.user("Ada").await;
    store.migrate().await.unwrap();
    store.rename_user(ada.id, &crate::place::nickname("Countess")).await.unwrap();
}

pub(crate) async fn run_once_when_many_start_together(place: Place) {
    migrate_together(&place).await;
}

/// On a database that has been migrated before, everybody first reads that something is to be done.
pub(crate) async fn that_come_later_run_once_too(place: Place) {
    place.store().await.close().await;
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
        "DROP TABLE sessions",
        "DROP TABLE users",
        "DELETE FROM _sqlx_migrations",
    ] {
        place.sql(statement).await;
    }
    migrate_together(&place).await;
}

/// Everybody connects and migrates, as fast as they can.
async fn migrate_together(place: &Place) {
    let mut starting = JoinSet::new();
    for _ in 0..6 {
        let url = place.url();
        starting.spawn(async move { Store::connect(&url).await?.migrate().await });
    }
    for outcome in starting.join_all().await {
        outcome.unwrap();
    }
    place.bare().await.user("Ada").await;
}

pub(crate) async fn stop_at_a_newer_database(place: Place) {
    let store = place.store().await;
    place
        .sql(
            "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
             SELECT 9999, 'from the future', installed_on, success, checksum, 0 FROM _sqlx_migrations LIMIT 1",
        )
        .await;
    let error = store.migrate().await.unwrap_err();
    assert!(matches!(error, StoreError::Internal(_)), "{error:?}");
    assert!(error.to_string().contains("newer"), "{error}");
}
