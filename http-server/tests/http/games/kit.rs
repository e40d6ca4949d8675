//! Tables, players and whole games.

use std::sync::Arc;

use mafia::Mafia;
use serde_json::{Value, json};

use crate::support::{Person, TestApp};

pub(crate) const PATH: &str = "/api/v1/games";
/// More rounds than the longest game has phases.
const ROUNDS: usize = 400;

/// A set-up whose phases last a second, with bots that do not wait.
pub(crate) fn hasty() -> Value {
    json!({"options": {
        "night_seconds": 1, "dawn_seconds": 1, "talk_seconds": 1, "vote_seconds": 1, "defence_seconds": 1,
        "ballot_seconds": 1, "dusk_seconds": 1, "bots": "instant",
    }})
}

/// The same without spectators.
pub(crate) fn private() -> Value {
    let mut setup = hasty();
    setup["options"]["spectators"] = json!(false);
    setup
}

/// Opens a table with this set-up and returns its address in the API.
pub(crate) async fn open_table(host: &Person<'_>, setup: &Value) -> String {
    let reply = host.post(PATH, &json!({ "setup": setup })).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.header("location").to_owned()
}

/// A table at which the host has bots beside them and has started.
pub(crate) async fn with_bots(host: &Person<'_>, setup: &Value, bots: usize) -> String {
    let table = open_table(host, setup).await;
    assert_eq!(host.post(&format!("{table}/bots"), &json!({ "count": bots })).await.status, 200);
    start(host, &table).await;
    table
}

pub(crate) async fn start(host: &Person<'_>, table: &str) {
    let reply = host.post(&format!("{table}/start"), &json!(null)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["public"]["phase"], "night");
}

/// The game of the application behind the server.
pub(crate) fn mafia(app: &TestApp) -> Mafia {
    Mafia::new(app.parts.store.clone(), Arc::clone(&app.parts.layer))
}

/// Advances the clock until one side has won.
pub(crate) async fn play_on(app: &TestApp, table: &str) {
    let mafia = mafia(app);
    for _ in 0..ROUNDS {
        app.advance(1_000);
        mafia.tick(|| app.now()).await.unwrap();
        if app.guest().get(&format!("{table}/replay")).await.status == 200 {
            return;
        }
    }
    panic!("{table} has not come to an end");
}

/// The table's code.
pub(crate) fn code_of(table: &str) -> &str {
    table.rsplit('/').next().unwrap()
}
