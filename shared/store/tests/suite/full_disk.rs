//! A full disk, and other cases in which a connection must not be used again.

use std::time::Duration;

use catamaran_presence::{LeaseStore as _, PresenceError};
use store::{DatabaseUrl, Store, StoreError};
use testbed::{SmallDisk, eventually};

use crate::test_database::{Helpers as _, NOW, TestDatabase, body, nickname};

/// The time limit for recovery.
const SOON: Duration = Duration::from_secs(5);

async fn store_on(disk: &SmallDisk) -> Store {
    let url = DatabaseUrl::parse(&format!("sqlite:{}", disk.path().join("store.sqlite3").display())).unwrap();
    let store = Store::connect(&url).await.unwrap();
    store.migrate().await.unwrap();
    store
}

/// Writes until a write fails: SQLite's log has some reserve.
async fn write_until_full(store: &Store, disk: &SmallDisk) -> StoreError {
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    disk.fill();
    let long = body(&"long ".repeat(390));
    loop {
        if let Err(error) = store.append(room.id, ada.id, &long, None, NOW).await {
            return error;
        }
    }
}

#[tokio::test]
async fn reports_a_full_disk_and_recovers_with_free_space() {
    let disk = SmallDisk::mount(4096);
    let store = store_on(&disk).await;
    store.check().await.unwrap();
    let error = write_until_full(&store, &disk).await;
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(error.to_string().contains("full"), "{error}");

    // All kinds of writes fail, also twelve in a row, and the health check too. Reads still work.
    for _ in 0..12 {
        let (ada, room) = (store.create_user(&nickname("Ada"), NOW).await, store.delete_idle_lobbies(NOW).await);
        let lease = store.leases().reap(NOW, NOW).await;
        assert!(matches!(&lease, Ok(_) | Err(PresenceError::Unavailable(_))), "{lease:?}");
        for outcome in [ada.map(drop), room.map(drop)] {
            assert!(outcome.is_ok() || matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
        }
    }
    eventually(SOON, || async { store.check().await.is_err().then_some(()) }).await;
    store.list_rooms(10).await.unwrap();

    disk.free();
    let ada = eventually(SOON, || async { store.create_user(&nickname("Ada"), NOW).await.ok() }).await;
    let room = store.room(&ada, 5).await;
    assert_eq!(store.say(&room, &ada, "space again").await.message.seq, 1);
    eventually(SOON, || async { store.check().await.ok() }).await;
}

#[tokio::test]
async fn concurrent_writers_recover_after_a_full_disk() {
    let disk = SmallDisk::mount(4096);
    let store = store_on(&disk).await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    let mut stored = store.say(&room, &ada, "before").await.message.seq;
    for _ in 0..3 {
        let error = write_until_full(&store, &disk).await;
        assert!(error.to_string().contains("full"), "{error}");
        let attempts = (0..20).map(|_| {
            let (store, ada, room) = (store.clone(), ada.id, room.id);
            tokio::spawn(async move { store.append(room, ada, &body("full"), None, NOW).await.is_ok() })
        });
        for attempt in attempts.collect::<Vec<_>>() {
            stored += i64::from(attempt.await.unwrap());
        }
        disk.free();
        let posted = eventually(SOON, || async { store.append(room.id, ada.id, &body("free"), None, NOW).await.ok() }).await;
        stored += 1;
        assert_eq!(posted.unwrap().message.seq, stored, "what was refused left no number behind");
    }
}

/// A cancelled caller (for example of an aborted request) leaves no open transaction on its connection.
pub(crate) async fn a_cancelled_caller_leaves_no_transaction_open(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    for patience in 1..80 {
        let text = body("given up");
        let attempt = store.append(room.id, ada.id, &text, None, NOW);
        let _late = tokio::time::timeout(Duration::from_micros(100 * patience), attempt).await;
    }
    let stored = store.room_by_id(room.id).await.unwrap().unwrap().last_seq;
    for later in 1..=20 {
        assert_eq!(store.say(&room, &ada, "after").await.message.seq, stored + later);
        store.user("Bob").await;
    }
    // Another process sees the messages: they were committed.
    let other = database.bare().await;
    assert_eq!(other.room_by_id(room.id).await.unwrap().unwrap().last_seq, stored + 20);
    assert_eq!(other.create_user(&nickname("Cy"), NOW).await.map(drop).map_err(|error| error.to_string()), Ok(()));
}

#[tokio::test]
async fn detects_a_deleted_file_and_recovers_when_it_returns() {
    let database = TestDatabase::sqlite();
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    let aside = database.path().with_extension("aside");
    std::fs::rename(database.path(), &aside).unwrap();
    for outcome in
        [store.check().await, store.append(room.id, ada.id, &body("lost"), None, NOW).await.map(drop), store.ping().await]
    {
        assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    }
    assert!(!database.path().exists(), "a lost file is not made anew");
    std::fs::rename(&aside, database.path()).unwrap();
    assert_eq!(store.say(&room, &ada, "found").await.message.seq, 1);
    eventually(SOON, || async { store.check().await.ok() }).await;
}

/// The old file's log would damage the new file.
#[tokio::test]
async fn neither_reads_nor_writes_a_replaced_file() {
    let (database, backup) = (TestDatabase::sqlite(), TestDatabase::sqlite());
    let store = database.store().await;
    store.user("Ada").await;
    backup.store().await.close().await;
    let restored = std::fs::read(backup.path()).unwrap();
    std::fs::rename(backup.path(), database.path()).unwrap();
    for outcome in [store.check().await, store.create_user(&nickname("Ben"), NOW).await.map(drop), store.ping().await] {
        let error = outcome.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(error.to_string().contains("was replaced while this program used it"), "{error}");
    }
    assert_eq!(std::fs::read(database.path()).unwrap(), restored);
}

#[tokio::test]
async fn reports_a_read_only_disk() {
    let disk = SmallDisk::mount(4096);
    let store = store_on(&disk).await;
    store.check().await.unwrap();
    drop(store.clone());
    store.close().await;
    disk.make_read_only();
    let url = DatabaseUrl::parse(&format!("sqlite:{}", disk.path().join("store.sqlite3").display())).unwrap();
    let error = Store::connect(&url).await.unwrap_err();
    assert!(matches!(error, StoreError::Internal(_)), "{error:?}");
    assert!(error.to_string().contains("must be writable"), "{error}");
}

#[tokio::test]
async fn reports_a_read_only_file_in_a_writable_folder() {
    let disk = SmallDisk::mount(4096);
    store_on(&disk).await.close().await;
    disk.make_file_read_only("store.sqlite3");
    let url = DatabaseUrl::parse(&format!("sqlite:{}", disk.path().join("store.sqlite3").display())).unwrap();
    let error = Store::connect(&url).await.unwrap_err();
    assert!(matches!(error, StoreError::Internal(_)), "{error:?}");
    assert!(error.to_string().contains("must be writable"), "{error}");
}

/// PostgreSQL becomes read-only, like a demoted primary.
#[tokio::test]
async fn a_read_only_database_is_unavailable_until_it_is_writable() {
    let postgres = testbed::Postgres::start().await;
    let store = TestDatabase::of(&postgres.url()).store().await;
    store.check().await.unwrap();
    let turn = |how: &'static str| {
        let postgres = &postgres;
        async move {
            postgres.sql(&format!("ALTER SYSTEM SET default_transaction_read_only = {how}")).await;
            postgres.sql("SELECT pg_reload_conf()").await;
        }
    };
    turn("on").await;
    eventually(SOON, || async { store.check().await.is_err().then_some(()) }).await;
    let error = store.create_user(&nickname("Ada"), NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    store.ping().await.unwrap();
    turn("off").await;
    eventually(SOON, || async { store.create_user(&nickname("Ada"), NOW).await.ok() }).await;
    eventually(SOON, || async { store.check().await.ok() }).await;
}
