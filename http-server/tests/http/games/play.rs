//! The set-up, the start, and missed updates.

use serde_json::json;

use super::kit::{hasty, open_table, start, with_bots};
use crate::support::TestApp;

#[actix_web::test]
async fn the_host_sets_the_game_up() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("Ada").await, app.person("Bob").await);
    let table = open_table(&ada, &json!({})).await;
    let path = format!("{table}/setup");
    let setup = json!({"roles": {"mafia": 2, "joker": 1}, "options": {"talk_seconds": 90, "reveal_roles": false}});
    let chosen = ada.put_json(&path, &setup).await;
    assert_eq!(chosen.status, 200, "{}", chosen.text());
    let view = &chosen.json()["public"];
    assert_eq!((&view["roles"]["mafia"], &view["roles"]["joker"], &view["chosen_roles"]), (&json!(2), &json!(1), &json!(true)));
    assert_eq!((&view["options"]["talk_seconds"], &view["options"]["reveal_roles"]), (&json!(90), &json!(false)));
    assert_eq!(view["options"]["vote_seconds"], 30, "what is not said is as usual");
    assert_eq!(view["not_yet"]["code"], "too_few_players");

    bob.put(&format!("{table}/seat")).await;
    bob.put_json(&path, &json!({})).await.problem(403, "not_host");
    ada.put_json(&path, &json!({"options": {"night_seconds": true}})).await.bad_field("options.night_seconds");
    ada.put_json(&path, &json!({"mafia": 2})).await.bad_field("mafia");
    ada.put_json(&path, &json!({"roles": {"doctor": 1}})).await.problem(409, "no_mafia");
    ada.put_json(&path, &json!({"options": {"gone_after": 51}})).await.problem(422, "option_out_of_range");
    assert_eq!(ada.get(&table).await.json()["public"], bob.get(&table).await.json()["public"]);
    assert_eq!(ada.get(&table).await.json()["public"]["roles"]["mafia"], 2, "a refusal changes nothing");
}

#[actix_web::test]
async fn the_host_starts_as_soon_as_it_can_be_played() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("Ada").await, app.person("Bob").await);
    let table = open_table(&ada, &json!({})).await;
    bob.put(&format!("{table}/seat")).await;
    let path = format!("{table}/start");
    bob.post(&path, &json!({})).await.problem(403, "not_host");
    ada.post(&path, &json!({})).await.problem(409, "too_few_players");
    ada.post(&format!("{table}/bots"), &json!({"count": 3})).await;
    start(&ada, &table).await;
    ada.post(&path, &json!({})).await.problem(409, "already_started");
    ada.put_json(&format!("{table}/setup"), &hasty()).await.problem(409, "already_started");
    let role = ada.get(&table).await.json()["you"]["role"].clone();
    assert!(role.is_string(), "{role}");
}

#[actix_web::test]
async fn lists_missed_updates_from_the_cursor_of_the_client() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let table = with_bots(&ada, &json!({}), 4).await;
    let state = ada.get(&table).await.json();
    let all = ada.get(&format!("{table}/updates")).await.json();
    for (stream, last) in [("public", &state["seq"]), ("you", &state["my_seq"])] {
        let seqs: Vec<_> = all[stream].as_array().unwrap().iter().map(|update| update["seq"].as_i64().unwrap()).collect();
        assert_eq!(seqs, (1..=last.as_i64().unwrap()).collect::<Vec<_>>(), "{stream}");
    }
    assert_eq!((&all["spectators"], &all["more"]), (&json!([]), &json!(false)));
    let rest = ada.get(&format!("{table}/updates?public=1&you={}", state["my_seq"])).await.json();
    assert_eq!(rest["public"].as_array().unwrap().as_slice(), &all["public"].as_array().unwrap()[1..]);
    assert_eq!(rest["you"], json!([]));
    for (query, field) in [("public=-1", "public"), ("you=x", "you"), ("spectators=1.5", "spectators"), ("public=", "public")] {
        ada.get(&format!("{table}/updates?{query}")).await.bad_field(field);
    }
}
