//! `/api/v1/rooms` and `/api/v1/rooms/{code}`

use serde_json::json;

use crate::support::{NOON, TestApp, event};

const PATH: &str = "/api/v1/rooms";

#[actix_web::test]
async fn creates_a_room_with_its_creator_as_a_member() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let mut lobby = app.hear(rooms::groups::lobby()).await;
    let reply = ada.post(PATH, &json!({"name": " Tea  at five "})).await;
    assert_eq!(reply.status, 201);
    let room = reply.json();
    let code = room["code"].as_str().unwrap();
    assert_eq!(reply.header("location"), format!("/api/v1/rooms/{code}"));
    assert_eq!(
        room,
        json!({"code": code, "name": "Tea at five", "capacity": 50, "members": 1, "online": 0, "created_at": NOON, "active_at": NOON})
    );
    assert_eq!(event(&mut lobby).await, json!({"type": "lobby.room", "room": room}));

    let shown = ada.get(reply.header("location")).await;
    assert_eq!(shown.status, 200);
    assert_eq!(shown.json()["room"], room);
    let members = &shown.json()["members"];
    assert_eq!(
        (&members[0]["nickname"], &members[0]["joined_at"], &members[0]["online"]),
        (&json!("Ada"), &json!(NOON), &json!(false))
    );
}

#[actix_web::test]
async fn bad_rooms_name_the_field() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    for name in [json!(null), json!(1), json!(""), json!(" "), json!("x".repeat(41)), json!("a\nb\u{7}")] {
        ada.post(PATH, &json!({"name": name})).await.bad_field("name");
    }
    for capacity in [json!(1), json!(201), json!(-1), json!(2.5), json!("50"), json!(70_000), json!([50])] {
        let detail = ada.post(PATH, &json!({"name": "Deck", "capacity": capacity})).await.bad_field("capacity");
        assert!(detail.contains("from 2 to 200"), "{detail}");
    }
    for capacity in [json!(2), json!(200), json!(null)] {
        assert_eq!(ada.post(PATH, &json!({"name": "Deck", "capacity": capacity})).await.status, 201);
    }
}

#[actix_web::test]
async fn the_list_has_the_newest_activity_first() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    assert_eq!(ada.get(PATH).await.json(), json!({"rooms": []}));
    let old = ada.create_room("Old").await;
    app.advance(1);
    ada.create_room("New").await;
    app.advance(1);
    let names = |reply: crate::support::Reply| -> Vec<String> {
        let json = reply.json();
        json["rooms"].as_array().unwrap().iter().map(|room| room["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(ada.get(PATH).await), ["New", "Old"]);
    ada.post(&format!("{PATH}/{old}/messages"), &json!({"body": "hello"})).await;
    assert_eq!(names(ada.get(PATH).await), ["Old", "New"]);
}

#[actix_web::test]
async fn reads_a_code_in_any_case_and_answers_404_to_others() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let code = ada.create_room("Deck").await;
    assert_eq!(ada.get(&format!("{PATH}/{}", code.to_lowercase())).await.status, 200);
    for code in ["ZZZZZZ", "abc", "OOOOOO", "%20", "K7QF2M7", "%00", "%ff", "' OR 1=1"] {
        let path = format!("{PATH}/{}", code.replace(' ', "%20"));
        ada.get(&path).await.problem(404, "room_not_found");
        ada.put(&format!("{path}/membership")).await.problem(404, "room_not_found");
        ada.get(&format!("{path}/messages")).await.problem(404, "room_not_found");
    }
}

#[actix_web::test]
async fn rooms_need_a_session() {
    let app = TestApp::start().await;
    let code = app.person("Ada").await.create_room("Deck").await;
    let guest = app.guest();
    guest.get(PATH).await.problem(401, "not_signed_in");
    guest.get(&format!("{PATH}/{code}")).await.problem(401, "not_signed_in");
    guest.post(PATH, &json!({"name": "Deck"})).await.problem(401, "not_signed_in");
    guest.put(&format!("{PATH}/{code}/membership")).await.problem(401, "not_signed_in");
    guest.delete(&format!("{PATH}/{code}/membership")).await.problem(401, "not_signed_in");
    guest.get(&format!("{PATH}/{code}/messages")).await.problem(401, "not_signed_in");
    guest.post(&format!("{PATH}/{code}/messages"), &json!({"body": "x"})).await.problem(401, "not_signed_in");
}
