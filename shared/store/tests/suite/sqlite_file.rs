//! Errors of the SQLite file.

use std::fs;

use store::{DatabaseUrl, Store, StoreError};

use crate::test_database::{Helpers as _, TestDatabase};

async fn refusal(path: &std::path::Path) -> String {
    let url = DatabaseUrl::parse(&format!("sqlite:{}", path.display())).unwrap();
    let error = Store::connect(&url).await.unwrap_err();
    assert!(matches!(error, StoreError::Internal(_)), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(&path.display().to_string()), "{text}");
    text
}

#[tokio::test]
async fn refuses_a_missing_folder_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let text = refusal(&folder.path().join("missing/store.sqlite3")).await;
    assert!(text.contains("missing does not exist; make it, or change DATABASE_URL"), "{text}");
}

/// Not even root can create a file there.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn refuses_a_read_only_folder_with_the_remedy() {
    let text = refusal(std::path::Path::new("/proc/store.sqlite3")).await;
    assert!(text.contains("its folder /proc must be writable"), "{text}");
}

#[tokio::test]
async fn refuses_a_folder_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let text = refusal(folder.path()).await;
    assert!(text.contains("it is a folder; name a file in it"), "{text}");
}

#[tokio::test]
async fn refuses_another_kind_of_file_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.txt");
    fs::write(&path, "Dear reader, ".repeat(1000)).unwrap();
    let text = refusal(&path).await;
    assert!(text.contains("some other kind of file"), "{text}");
    assert!(fs::read_to_string(&path).unwrap().starts_with("Dear reader"));
}

#[tokio::test]
async fn creates_and_keeps_the_file() {
    let database = TestDatabase::sqlite();
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    store.close().await;
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    let names: Vec<_> =
        fs::read_dir(database.path().parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["store.sqlite3"]);
    assert_eq!(database.store().await.rooms_of(ada.id).await.unwrap(), [(room.id, room.code)]);
}

/// A file locked by another process causes an error that suggests a retry, not a hang.
#[tokio::test]
async fn a_locked_file_is_unavailable() {
    let database = TestDatabase::sqlite();
    let store = database.store().await;
    let other = sqlx::SqlitePool::connect(&format!("sqlite:{}", database.path().display())).await.unwrap();
    let lock = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let error = store.create_user(&crate::test_database::nickname("Ada"), 0).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    store.ping().await.unwrap();
    lock.rollback().await.unwrap();
    store.user("Ada").await;
}

/// A file cannot change to the write-ahead log while it is read, and SQLite does not wait for it.
#[tokio::test]
async fn waits_for_readers_of_the_file() {
    let database = TestDatabase::sqlite();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database.path()).create_if_missing(true);
    let other = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query("CREATE TABLE notes (text TEXT)").execute(&other).await.unwrap();
    let mut reading = other.begin().await.unwrap();
    sqlx::query("SELECT * FROM notes").execute(&mut *reading).await.unwrap();
    let began = std::time::Instant::now();
    let error = Store::connect(&database.url()).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(began.elapsed().as_secs() >= 4);
    reading.rollback().await.unwrap();
    database.store().await;
}
