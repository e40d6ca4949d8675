//! Lists, opens and shows tables.

use actix_web::http::Method;
use serde_json::{Value, json};

use super::kit::{PATH, code_of, open_table, private, start, with_bots};
use crate::support::{NOON, Reply, TestApp};

#[actix_web::test]
async fn the_creator_of_a_table_has_a_seat_and_is_its_host() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let reply = ada.post(PATH, &json!({"name": " Tea  at five "})).await;
    assert_eq!(reply.status, 201);
    let opened = reply.json();
    assert_eq!(reply.header("location"), format!("{PATH}/{}", opened["game"]["code"].as_str().unwrap()));
    assert_eq!(opened["game"]["name"], "Tea at five");
    assert_eq!((&opened["me"]["seat"], &opened["public"]["host"]), (&json!(0), &json!(0)));
    assert_eq!((&opened["public"]["phase"], &opened["public"]["seats"][0]["name"]), (&json!("lobby"), &json!("Ada")));
    assert_eq!((&opened["you"], &opened["spectator_seq"], &opened["now"]), (&Value::Null, &Value::Null, &json!(NOON)));
    assert_eq!(ada.get(&reply.header("location").to_lowercase()).await.json(), opened);
}

#[actix_web::test]
async fn names_a_table_after_its_host_by_default() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    for body in [json!({}), json!({"name": null, "setup": null}), json!({"setup": {"roles": null, "options": {}}})] {
        assert_eq!(ada.post(PATH, &body).await.json()["game"]["name"], "Ada", "{body}");
    }
}

#[actix_web::test]
async fn refuses_a_bad_table_with_the_field() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    for name in [json!(1), json!(""), json!(" "), json!("x".repeat(41)), json!("a\u{7}")] {
        ada.post(PATH, &json!({"name": name})).await.bad_field("name");
    }
    for (setup, field) in [
        (json!(7), "setup"),
        (json!({"rules": 1}), "setup.rules"),
        (json!({"roles": 3}), "setup.roles"),
        (json!({"roles": {"mafia": -1}}), "setup.roles.mafia"),
        (json!({"roles": {"mafia": 1, "wizard": 1}}), "setup.roles.wizard"),
        (json!({"options": []}), "setup.options"),
        (json!({"options": {"night_seconds": "long"}}), "setup.options.night_seconds"),
        (json!({"options": {"bots": "asleep"}}), "setup.options.bots"),
        (json!({"options": {"reveal_roles": 1}}), "setup.options.reveal_roles"),
    ] {
        let detail = ada.post(PATH, &json!({ "setup": setup })).await.bad_field(field);
        assert!(detail.contains("expected"), "{detail}");
        assert!(
            !["u8", "u16", "i64", "integer `", "variant", "string \""].iter().any(|serde| detail.contains(serde)),
            "{detail}"
        );
    }
    let seconds =
        ada.post(PATH, &json!({"setup": {"options": {"night_seconds": "long"}}})).await.bad_field("setup.options.night_seconds");
    assert!(seconds.starts_with("setup.options.night_seconds is a text; expected a whole number from 0 to "), "{seconds}");
    ada.post(PATH, &json!([])).await.problem(400, "bad_json");
    assert_eq!(ada.get(PATH).await.json(), json!({"games": []}), "nothing was opened");
}

#[actix_web::test]
async fn refuses_an_unplayable_table_with_the_reason() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    for (options, field) in [
        (json!({"night_seconds": 0}), "options.night_seconds"),
        (json!({"talk_seconds": 1801}), "options.talk_seconds"),
        (json!({"gone_after": 0}), "options.gone_after"),
    ] {
        let reply = ada.post(PATH, &json!({"setup": {"options": options}})).await;
        reply.problem(422, "option_out_of_range");
        assert_eq!(reply.json()["field"], field);
    }
    for (roles, code) in [
        (json!({"mafia": 0, "doctor": 1}), "no_mafia"),
        (json!({"mafia": 10}), "too_many_mafia"),
        (json!({"mafia": 1, "doctor": 20}), "more_roles_than_players"),
    ] {
        ada.post(PATH, &json!({"setup": {"roles": roles}})).await.problem(409, code);
    }
}

#[actix_web::test]
async fn lists_open_tables_before_running_ones() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("Ada").await, app.person("Bob").await);
    assert_eq!(app.guest().get(PATH).await.json(), json!({"games": []}));
    let played = with_bots(&ada, &json!({}), 4).await;
    app.advance(1);
    let hidden = with_bots(&ada, &private(), 4).await;
    app.advance(1);
    let open = open_table(&bob, &json!({})).await;
    assert_eq!(codes(&app.guest().get(PATH).await), [code_of(&open), code_of(&played)]);
    let card = &app.guest().get(PATH).await.json()["games"][0];
    assert_eq!(
        *card,
        json!({"code": code_of(&open), "name": "Bob", "host": "Bob", "phase": "lobby", "seated": 1, "spectators": true,
            "created_at": NOON + 2, "changed_at": NOON + 2})
    );
    assert_eq!(codes(&ada.get(&format!("{PATH}?mine=1")).await), [code_of(&hidden), code_of(&played)]);
    assert_eq!(codes(&bob.get(&format!("{PATH}?mine=1")).await), [code_of(&open)]);
    assert_eq!(codes(&ada.get(&format!("{PATH}?mine=0")).await).len(), 2);
    app.guest().get(&format!("{PATH}?mine=1")).await.problem(401, "not_signed_in");
    ada.get(&format!("{PATH}?mine=yes")).await.bad_field("mine");
}

fn codes(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200);
    let json = reply.json();
    json["games"].as_array().unwrap().iter().map(|card| card["code"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn answers_404_to_unknown_codes() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    for code in ["ZZZZZZ", "abc", "%00", "%ff", "%27%20OR%201=1"] {
        let table = format!("{PATH}/{code}");
        for path in [table.clone(), format!("{table}/updates"), format!("{table}/replay")] {
            ada.get(&path).await.problem(404, "table_not_found");
        }
        ada.put(&format!("{table}/seat")).await.problem(404, "table_not_found");
        ada.delete(&format!("{table}/seat")).await.problem(404, "table_not_found");
        ada.delete(&format!("{table}/seats/0")).await.problem(404, "table_not_found");
        ada.put_json(&format!("{table}/setup"), &json!({})).await.problem(404, "table_not_found");
        for act in ["bots", "start", "again"] {
            ada.post(&format!("{table}/{act}"), &json!({})).await.problem(404, "table_not_found");
        }
    }
}

#[actix_web::test]
async fn playing_needs_a_session_and_the_refusal_is_in_the_language_of_the_client() {
    let app = TestApp::start().await;
    let table = open_table(&app.person("Ada").await, &json!({})).await;
    let guest = app.guest();
    guest.post(PATH, &json!({})).await.problem(401, "not_signed_in");
    guest.put(&format!("{table}/seat")).await.problem(401, "not_signed_in");
    guest.delete(&format!("{table}/seat")).await.problem(401, "not_signed_in");
    guest.delete(&format!("{table}/seats/0")).await.problem(401, "not_signed_in");
    guest.put_json(&format!("{table}/setup"), &json!({})).await.problem(401, "not_signed_in");
    for act in ["bots", "start", "again"] {
        guest.post(&format!("{table}/{act}"), &json!({})).await.problem(401, "not_signed_in");
    }
    assert_eq!(guest.get(&table).await.json()["public"]["seats"].as_array().unwrap().len(), 1, "nothing has changed");
    let headers = [("sec-fetch-site", "same-origin"), ("accept-language", "ko")];
    let korean = guest.send(Method::PUT, &format!("{table}/seat"), &headers, "").await.problem(401, "not_signed_in");
    assert!(korean.contains("닉네임"), "{korean}");
    guest.submit("/language", "lang=ko").await;
    let korean = guest.put(&format!("{table}/seat")).await.problem(401, "not_signed_in");
    assert!(korean.contains("닉네임"), "the cookie says it too: {korean}");
}

#[actix_web::test]
async fn a_page_of_another_site_cannot_play() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let table = open_table(&ada, &json!({})).await;
    let foreign = [("sec-fetch-site", "cross-site")];
    for (method, path) in
        [(Method::DELETE, "seat"), (Method::POST, "start"), (Method::POST, "again"), (Method::DELETE, "seats/1")]
    {
        ada.send(method, &format!("{table}/{path}"), &foreign, "").await.problem(403, "forbidden");
    }
    start_is_still_to_come(&ada, &table).await;
}

async fn start_is_still_to_come(host: &crate::support::Person<'_>, table: &str) {
    assert_eq!(host.get(table).await.json()["public"]["phase"], "lobby");
    host.post(&format!("{table}/bots"), &json!({"count": 3})).await;
    start(host, table).await;
}

#[actix_web::test]
async fn refuses_requests_for_updates_beyond_the_rate() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let path = format!("{}/updates", open_table(&ada, &json!({})).await);
    for _ in 0..mafia::SYNCS.burst {
        assert_eq!(ada.get(&path).await.status, 200);
    }
    let refused = ada.get(&path).await;
    refused.problem(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(app.guest().get(&path).await.status, 200, "others go on");
}
