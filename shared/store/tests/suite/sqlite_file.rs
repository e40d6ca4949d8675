//! What only a file can have wrong with it.

use std::fs;

use store::{DatabaseUrl, Store, StoreError};

use crate::place::{Place, Scene as _};

async fn refusal(path: &std::path::Path) -> String {
    let url = DatabaseUrl::parse(&format!("sqlite:{}", path.display())).unwrap();
    let error = Store::connect(&url).await.unwrap_err();
    assert!(matches!(error, StoreError::Internal(_)), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(&path.display().to_string()), "{text}");
    text
}

#[tokio::test]
async fn in_a_folder_that_does_not_exist_is_refused_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let text = refusal(&folder.path().join("missing/store.sqlite3")).await;
    assert!(text.contains("missing does not exist; make it, or change DATABASE_URL"), "{text}");
}

/// Not even root can make a file there.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn in_a_folder_that_cannot_be_written_is_refused_with_the_cure() {
    let text = refusal(std::path::Path::new("/proc/store.sqlite3")).await;
    assert!(text.contains("its folder /proc must be writable"), "{text}");
}

#[tokio::test]
async fn that_is_a_folder_is_refused_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let text = refusal(folder.path()).await;
    assert!(text.contains("it is a folder; name a file in it"), "{text}");
}

#[tokio::test]
async fn of_another_kind_is_refused_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.txt");
    fs::write(&path, "Dear reader, ".repeat(1000)).unwrap();
    let text = refusal(&path).await;
    assert!(text.contains("some other kind of file"), "{text}");
    assert!(fs::read_to_string(&path).unwrap().starts_with("Dear reader"));
}

#[tokio::test]
async fn is_made_and_kept() {
    let place = Place::sqlite();
    let store = place.store().await;
    let ada = store.user("Ada").await;
    let room = store.room(&ada, 5).await;
    store.close().await;
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    let names: Vec<_> = fs::read_dir(place.path().parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["store.sqlite3"]);
    assert_eq!(place.store().await.rooms_of(ada.id).await.unwrap(), [(room.id, room.code)]);
}

/// Another process that keeps the file locked ends in an error that says to try again, not in a hang.
#[tokio::test]
async fn that_stays_locked_is_unavailable() {
    let place = Place::sqlite();
    let store = place.store().await;
    let other = sqlx::SqlitePool::connect(&format!("sqlite:{}", place.path().display())).await.unwrap();
    let lock = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let error = store.create_user(&crate::place::nickname("Ada"), 0).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    store.ping().await.unwrap();
    lock.rollback().await.unwrap();
    store.user("Ada").await;
}

/// Nobody can change a file to the write-ahead log while somebody reads it, and SQLite itself does not wait for the end.
#[tokio::test]
async fn that_others_are_reading_is_waited_for() {
    let place = Place::sqlite();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(place.path()).create_if_missing(true);
    let other = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query("CREATE TABLE notes (text TEXT)").execute(&other).await.unwrap();
    let mut reading = other.begin().await.unwrap();
    sqlx::query("SELECT * FROM notes").execute(&mut *reading).await.unwrap();
    let began = std::time::Instant::now();
    let error = Store::connect(&place.url()).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(began.elapsed().as_secs() >= 4);
    reading.rollback().await.unwrap();
    place.store().await;
}
