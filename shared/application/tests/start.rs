//! Starts the parts, with a real database.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use application::{HTTP_SERVER, RUNSERVER, Settings};
use catamaran::LayerStatus;
use catamaran_boot::{Flags, Program};

fn settings(vars: &[(&str, &str)], program: Program) -> Settings {
    let vars = |name: &str| vars.iter().find(|(found, _)| *found == name).map(|(_, value)| (*value).to_owned());
    Settings::from_vars(vars, program, &Flags::default()).unwrap()
}

#[tokio::test]
async fn parts_are_ready_to_use() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("a.sqlite3").display());
    let parts = application::start(settings(&[("DATABASE_URL", &database), ("RUST_LOG", "off")], RUNSERVER)).await.unwrap();
    parts.store.list_rooms(1).await.unwrap();
    assert_eq!(parts.layer.status(), LayerStatus::Up);
    assert!(!parts.stop.is_cancelled());
    parts.close().await;
}

#[tokio::test]
async fn a_permanent_database_error_ends_the_start_at_once() {
    let url = "sqlite:/nowhere/at/all.sqlite3";
    let fault =
        application::start(settings(&[("DATABASE_URL", url), ("RUST_LOG", "off")], RUNSERVER)).await.err().unwrap().to_string();
    assert!(fault.contains("/nowhere/at/all.sqlite3") && fault.contains("DATABASE_URL"), "{fault}");
}

#[tokio::test]
async fn starts_without_redis() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("a.sqlite3").display());
    let vars = [("DATABASE_URL", database.as_str()), ("REDIS_URL", "redis://127.0.0.1:1"), ("RUST_LOG", "off")];
    let parts = application::start(settings(&vars, HTTP_SERVER)).await.unwrap();
    assert!(matches!(parts.layer.status(), LayerStatus::Down(_)));
}
