//! `/api/v1/rooms/{code}/messages`

use serde_json::{Value, json};

use crate::support::{NOON, Person, TestApp};

const CLIENT_ID: &str = "7b3a9a3e-0c0c-4d7c-9d5e-2f3b9a1c0001";

async fn path(person: &Person<'_>) -> String {
    format!("/api/v1/rooms/{}/messages", person.create_room("Deck").await)
}

async fn say(person: &Person<'_>, path: &str, count: usize) {
    for at in 1..=count {
        let reply = person.post(path, &json!({"body": format!("m{at}")})).await;
        assert_eq!(reply.status, 201);
    }
}

fn seqs(list: &Value) -> Vec<i64> {
    list["messages"].as_array().unwrap().iter().map(|message| message["seq"].as_i64().unwrap()).collect()
}

#[actix_web::test]
async fn lists_a_posted_message() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let path = path(&ada).await;
    let reply = ada.post(&path, &json!({"body": " 안녕\n<b>hi</b> ", "client_id": CLIENT_ID})).await;
    assert_eq!(reply.status, 201);
    let message = reply.json();
    assert_eq!((&message["seq"], &message["body"], &message["at"]), (&json!(1), &json!("안녕\n<b>hi</b>"), &json!(NOON)));
    assert_eq!((&message["client_id"], &message["user"]["nickname"]), (&json!(CLIENT_ID), &json!("Ada")));
    assert_eq!(ada.get(&path).await.json(), json!({"messages": [message], "more": false}));
}

#[actix_web::test]
async fn stores_a_client_id_once() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let path = path(&ada).await;
    let first = ada.post(&path, &json!({"body": "once", "client_id": CLIENT_ID})).await;
    let again = ada.post(&path, &json!({"body": "once", "client_id": CLIENT_ID})).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 200));
    assert_eq!(first.json(), again.json());
    assert_eq!(seqs(&ada.get(&path).await.json()), [1]);
}

#[actix_web::test]
async fn refuses_messages_of_a_user_in_a_room_beyond_the_rate() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("Ada").await, app.person("Bob").await);
    let path = path(&ada).await;
    say(&ada, &path, rooms::MESSAGES.burst as usize).await;
    let refused = ada.post(&path, &json!({"body": "one more"})).await;
    refused.problem(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), "1");
    bob.put(&path.replace("/messages", "/membership")).await;
    assert_eq!(bob.post(&path, &json!({"body": "hello"})).await.status, 201, "others go on");
}

#[actix_web::test]
async fn pages_go_both_ways() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let path = path(&ada).await;
    say(&ada, &path, 7).await;
    for (query, expected, more) in [
        ("", &[1, 2, 3, 4, 5, 6, 7][..], false),
        ("?limit=3", &[5, 6, 7], true),
        ("?before=5&limit=3", &[2, 3, 4], true),
        ("?before=4&limit=3", &[1, 2, 3], false),
        ("?after=2&limit=3", &[3, 4, 5], true),
        ("?after=5", &[6, 7], false),
        ("?after=0&limit=200", &[1, 2, 3, 4, 5, 6, 7], false),
        ("?after=7", &[], false),
        ("?before=1", &[], false),
        ("?before=0", &[], false),
        ("?after=9223372036854775807", &[], false),
        ("?unknown=1&after=6", &[7], false),
    ] {
        let list = ada.get(&format!("{path}{query}")).await.json();
        assert_eq!((seqs(&list).as_slice(), &list["more"]), (expected, &json!(more)), "{query}");
    }
}

#[actix_web::test]
async fn bad_queries_name_the_parameter() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let path = path(&ada).await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("after=-1", "after"),
        ("after=x", "after"),
        ("after=9223372036854775808", "after"),
        ("before=1.5", "before"),
        ("after=1&before=2", "before"),
    ] {
        ada.get(&format!("{path}?{query}")).await.bad_field(field);
    }
}

#[actix_web::test]
async fn bad_messages_name_the_field() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let path = path(&ada).await;
    for body in [json!(null), json!(1), json!(""), json!("\n "), json!("x".repeat(2001)), json!("a\u{1b}[31m")] {
        ada.post(&path, &json!({"body": body})).await.bad_field("body");
    }
    for client_id in [json!("x"), json!(1), json!(""), json!(true)] {
        ada.post(&path, &json!({"body": "x", "client_id": client_id})).await.bad_field("client_id");
    }
    assert_eq!(ada.post(&path, &json!({"body": "가".repeat(2000)})).await.status, 201);
}

#[actix_web::test]
async fn only_members_read_and_write() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.person("Ada").await, app.person("Eve").await);
    let path = path(&ada).await;
    eve.get(&path).await.problem(403, "not_a_member");
    eve.post(&path, &json!({"body": "let me in"})).await.problem(403, "not_a_member");
    assert_eq!(seqs(&ada.get(&path).await.json()), [0; 0]);
}
