//! A rollback: the programs of this release on the schema of a later one.

use e2e::{Data, Person, Site};
use testbed::Program;

use crate::on_both_databases;

on_both_databases!(serve_on_a_later_schema_within_the_window, refuse_a_later_schema_outside_the_window);

/// A migration that only adds.
const LATER: &str = "ALTER TABLE users ADD COLUMN later TEXT;
    INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
    SELECT 9999, 'from the future', installed_on, success, checksum, 0 FROM _sqlx_migrations WHERE version = 1;";
/// A migration that takes away what this release uses.
const BREAKING: &str = "UPDATE schema_window SET needs = 9999;";

/// A database as a later release leaves it.
async fn migrated(data: &Data, later: &[&str]) {
    let own = Program::start("http-server", &[("DATABASE_URL", data.url())], &["--migrate-only"]);
    assert!(own.exit_status().await.success(), "{:?}", own.log());
    later.iter().for_each(|statements| data.sql(statements));
}

async fn serve_on_a_later_schema_within_the_window(data: Data) {
    migrated(&data, &[LATER]).await;
    let site = Site::start(data).await;
    let ada = Person::sign_in(&site.door(), "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let mut socket = ada.enter(&code).await;
    socket.frame("room.state").await;
    ada.post(&code, "rolled back").await;
    socket.message("rolled back").await;
}

async fn refuse_a_later_schema_outside_the_window(data: Data) {
    migrated(&data, &[LATER, BREAKING]).await;
    for migrates in ["true", "false"] {
        for server in ["http-server", "ws-server"] {
            let variables = [("DATABASE_URL", data.url()), ("DATABASE_MIGRATE", migrates), ("PORT", "0")];
            let program = Program::start(server, &variables, &["--alone"]);
            assert_eq!(program.exit_status().await.code(), Some(1), "{server}: {:?}", program.log());
            program.log_line(|line| line.contains("newer")).await;
        }
    }
}
