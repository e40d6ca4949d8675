//! Seats and bots.

use serde_json::{Value, json};

use super::kit::{open_table, with_bots};
use crate::support::{Person, TestApp};

async fn names(person: &Person<'_>, table: &str) -> Vec<String> {
    let seats = person.get(table).await.json()["public"]["seats"].clone();
    seats.as_array().unwrap().iter().map(|seat| seat["name"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn a_seat_is_taken_and_left() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("Ada").await, app.person("Bob").await);
    let table = open_table(&ada, &json!({})).await;
    let seat = format!("{table}/seat");
    let seated = bob.put(&seat).await;
    assert_eq!((seated.status.as_u16(), &seated.json()["me"]["seat"]), (200, &json!(1)));
    assert_eq!(bob.put(&seat).await.json()["me"]["seat"], 1, "twice is no fault");
    assert_eq!(names(&ada, &table).await, ["Ada", "Bob"]);
    assert_eq!(ada.delete(&seat).await.status, 204);
    let left = bob.get(&table).await.json();
    assert_eq!((&left["me"]["seat"], &left["public"]["host"]), (&json!(0), &json!(0)), "who comes next is the host");
    ada.delete(&seat).await.problem(403, "not_seated");
}

#[actix_web::test]
async fn a_table_has_twenty_seats() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("Ada").await, app.person("Bob").await);
    let table = open_table(&ada, &json!({})).await;
    let bots = format!("{table}/bots");
    assert_eq!(ada.post(&bots, &json!({})).await.json()["public"]["seats"].as_array().unwrap().len(), 2, "one by default");
    let full = ada.post(&bots, &json!({"count": 19})).await;
    assert_eq!((full.status.as_u16(), full.json()["public"]["seats"].as_array().unwrap().len()), (200, 20));
    ada.post(&bots, &json!({"count": 1})).await.problem(409, "table_full");
    bob.put(&format!("{table}/seat")).await.problem(409, "table_full");
    let mut names = names(&ada, &table).await;
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 20, "no two are called the same");
}

#[actix_web::test]
async fn seats_a_number_of_bots_for_the_host_only() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("Ada").await, app.person("Bob").await);
    let table = open_table(&ada, &json!({})).await;
    let bots = format!("{table}/bots");
    for count in [json!(0), json!(20), json!(-1), json!("3"), json!(1.5), json!([1])] {
        let detail = ada.post(&bots, &json!({ "count": count })).await.bad_field("count");
        assert!(detail.contains("from 1 to 19"), "{detail}");
    }
    bob.put(&format!("{table}/seat")).await;
    bob.post(&bots, &json!({"count": 1})).await.problem(403, "not_host");
    app.person("Eve").await.post(&bots, &json!({"count": 1})).await.problem(403, "not_seated");
}

#[actix_web::test]
async fn a_player_who_was_sent_away_cannot_come_back() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("Ada").await, app.person("Bob").await);
    let table = open_table(&ada, &json!({})).await;
    let seat = format!("{table}/seat");
    bob.put(&seat).await;
    bob.delete(&format!("{table}/seats/0")).await.problem(403, "not_host");
    ada.delete(&format!("{table}/seats/0")).await.problem(409, "not_yourself");
    for unknown in ["2", "255", "300", "-1", "x"] {
        ada.delete(&format!("{table}/seats/{unknown}")).await.problem(409, "no_such_seat");
    }
    assert_eq!(ada.delete(&format!("{table}/seats/1")).await.status, 204);
    assert_eq!(bob.get(&table).await.json()["me"]["seat"], Value::Null);
    bob.put(&seat).await.problem(403, "sent_away");
}

#[actix_web::test]
async fn a_seat_id_protects_a_player_who_moved_up_to_the_seat() {
    let app = TestApp::start().await;
    let (ada, bob, other_bob) = (app.person("Ada").await, app.person("Bob").await, app.person("Bob").await);
    let table = open_table(&ada, &json!({})).await;
    for bob in [&bob, &other_bob] {
        bob.put(&format!("{table}/seat")).await;
    }
    let ids: Vec<_> =
        ada.get(&table).await.json()["public"]["seats"].as_array().unwrap().iter().map(|s| s["id"].clone()).collect();
    assert_eq!(ids, [1, 2, 3]);
    bob.delete(&format!("{table}/seat")).await;
    ada.delete(&format!("{table}/seats/1?seat_id=2")).await.problem(409, "somebody_else");
    for wrong in ["", "x", "-1", "4294967296"] {
        ada.delete(&format!("{table}/seats/1?seat_id={wrong}")).await.bad_field("seat_id");
    }
    assert_eq!(ada.delete(&format!("{table}/seats/1?seat_id=3")).await.status, 204);
    bob.put(&format!("{table}/seat")).await;
    assert_eq!(ada.get(&table).await.json()["public"]["seats"][1]["id"], 4, "an id is given once");
}

#[actix_web::test]
async fn refuses_to_seat_or_send_away_players_after_the_start() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("Ada").await, app.person("Bob").await);
    let table = with_bots(&ada, &json!({}), 4).await;
    bob.put(&format!("{table}/seat")).await.problem(409, "already_started");
    ada.delete(&format!("{table}/seats/1")).await.problem(409, "already_started");
    ada.post(&format!("{table}/bots"), &json!({})).await.problem(409, "already_started");
    assert_eq!(ada.put(&format!("{table}/seat")).await.json()["me"]["seat"], 0, "who has a seat has it");
    assert_eq!(ada.delete(&format!("{table}/seat")).await.status, 204);
    assert_eq!(ada.get(&table).await.json()["public"]["seats"][0]["left"], true);
}
