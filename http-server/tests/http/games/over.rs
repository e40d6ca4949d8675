//! Finished games: replay, next game, statistics.

use serde_json::{Value, json};
use testbed::Postgres;

use super::kit::{PATH, code_of, hasty, open_table, play_on, start, with_bots};
use crate::support::TestApp;

/// A whole game, its replay and the players' statistics.
async fn from_lobby_to_statistics(app: &TestApp) {
    let (ada, bob) = (app.person("Ada").await, app.person("Bob").await);
    let table = open_table(&ada, &hasty()).await;
    bob.put(&format!("{table}/seat")).await;
    ada.post(&format!("{table}/bots"), &json!({"count": 4})).await;
    start(&ada, &table).await;
    let role = ada.get(&table).await.json()["you"]["role"].clone();
    play_on(app, &table).await;

    let over = ada.get(&table).await.json();
    let winner = over["public"]["winner"].as_str().unwrap().to_owned();
    let replay = app.guest().get(&format!("{table}/replay")).await.json();
    assert_eq!(replay["game"], over["game"]);
    let steps = replay["steps"].as_array().unwrap();
    let last = steps.last().unwrap();
    assert_eq!((&last["phase"], &last["view"]["winner"]), (&json!("over"), &json!(winner)));
    for seat in last["view"]["seats"].as_array().unwrap() {
        assert!(seat["role"].is_string(), "{seat}");
    }

    let id = over["me"]["user"].as_str().unwrap();
    let record = app.guest().get(&format!("/api/v1/players/{id}")).await.json();
    let wins = u32::from(is_won(role.as_str().unwrap(), &winner));
    assert_eq!(record["player"], json!({"id": id, "nickname": "Ada"}));
    assert_eq!((&record["games"], &record["wins"]), (&json!(1), &json!(wins)), "{role} and {winner}");
    assert_eq!(record["roles"], json!([{"role": role, "games": 1, "wins": wins}]));
    assert_eq!(record["recent"][0]["code"], code_of(&table));
    ada.delete(&format!("{table}/seat")).await.problem(409, "game_over");
}

fn is_won(role: &str, winner: &str) -> bool {
    let side = if matches!(role, "mafia" | "spy") { "mafia" } else { "citizens" };
    side == winner
}

#[actix_web::test]
async fn a_whole_game_on_sqlite() {
    from_lobby_to_statistics(&TestApp::start().await).await;
}

#[actix_web::test]
async fn a_whole_game_on_postgresql() {
    let postgres = Postgres::start().await;
    let url = postgres.url();
    from_lobby_to_statistics(&TestApp::start_with(&[("DATABASE_URL", &url)]).await).await;
}

#[actix_web::test]
async fn the_same_players_play_again_at_one_table() {
    let app = TestApp::start().await;
    let (ada, bob, eve) = (app.person("Ada").await, app.person("Bob").await, app.person("Eve").await);
    let table = open_table(&ada, &hasty()).await;
    let again = format!("{table}/again");
    bob.put(&format!("{table}/seat")).await;
    ada.post(&format!("{table}/bots"), &json!({"count": 4})).await;
    start(&ada, &table).await;
    ada.post(&again, &json!({})).await.problem(409, "not_over");
    play_on(&app, &table).await;

    eve.post(&again, &json!({})).await.problem(403, "not_seated");
    let first = bob.post(&again, &json!({})).await;
    assert_eq!(first.status, 201);
    let next = first.header("location").to_owned();
    assert_eq!(first.json(), json!({"code": code_of(&next)}));
    assert_ne!(next, table);
    assert_eq!(ada.post(&again, &json!({})).await.json(), first.json(), "who comes second finds the first one's");
    assert_eq!(ada.get(&table).await.json()["public"]["next"], code_of(&next));
    let lobby = bob.get(&next).await.json();
    assert_eq!(
        (&lobby["public"]["phase"], &lobby["public"]["host"], &lobby["me"]["seat"]),
        (&json!("lobby"), &json!(0), &json!(0))
    );
    assert_eq!(lobby["public"]["options"], ada.get(&table).await.json()["public"]["options"]);
}

#[actix_web::test]
async fn statistics_leave_out_a_running_game() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let table = with_bots(&ada, &json!({}), 4).await;
    let id = ada.get(&table).await.json()["me"]["user"].as_str().unwrap().to_owned();
    let record = ada.get(&format!("/api/v1/players/{id}")).await.json();
    assert_eq!(record, json!({"player": {"id": id, "nickname": "Ada"}, "games": 0, "wins": 0, "roles": [], "recent": []}));
    for unknown in ["019a0000-0000-7000-8000-000000000000", "x", "%00", code_of(&table)] {
        ada.get(&format!("/api/v1/players/{unknown}")).await.problem(404, "player_not_found");
    }
}

#[actix_web::test]
async fn removes_an_abandoned_table_after_a_day() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let lobby = open_table(&ada, &json!({})).await;
    let table = with_bots(&ada, &hasty(), 4).await;
    play_on(&app, &table).await;
    let stop = tokio_util::sync::CancellationToken::new();
    stop.cancel();
    http_server::housekeeping(app.state.clone(), stop.clone()).await;
    assert_eq!(ada.get(&lobby).await.status, 200);
    app.advance(crate::support::DAY_MS + 1);
    http_server::housekeeping(app.state.clone(), stop).await;
    ada.get(&lobby).await.problem(404, "table_not_found");
    let replay = ada.get(&format!("{table}/replay")).await;
    assert_eq!(replay.status, 200, "what was played is kept");
    let listed: Vec<Value> = ada.get(&format!("{PATH}?mine=1")).await.json()["games"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 1);
}
