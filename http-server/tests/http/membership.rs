//! `/api/v1/rooms/{code}/membership`

use serde_json::json;

use crate::support::{TestApp, event};

#[actix_web::test]
async fn users_join_and_leave() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("Ada").await, app.person("Bob").await);
    let code = ada.create_room("Deck").await;
    let place = format!("/api/v1/rooms/{code}/membership");
    for _ in 0..2 {
        let joined = bob.put(&place).await;
        assert_eq!(joined.status, 200);
        assert_eq!(joined.json()["room"]["members"], 2);
        assert_eq!(joined.json()["members"].as_array().unwrap().len(), 2);
    }
    for _ in 0..2 {
        assert_eq!(bob.delete(&place).await.status, 204);
    }
    assert_eq!(ada.get(&format!("/api/v1/rooms/{code}")).await.json()["room"]["members"], 1);
}

#[actix_web::test]
async fn refuses_a_member_in_a_full_room() {
    let app = TestApp::start().await;
    let (ada, bob, eve) = (app.person("Ada").await, app.person("Bob").await, app.person("Eve").await);
    let room = ada.post("/api/v1/rooms", &json!({"name": "Tandem", "capacity": 2})).await.json();
    let place = format!("/api/v1/rooms/{}/membership", room["code"].as_str().unwrap());
    assert_eq!(bob.put(&place).await.status, 200);
    let detail = eve.put(&place).await.problem(409, "room_full");
    assert!(detail.contains("Tandem"), "{detail}");
    assert_eq!(bob.put(&place).await.status, 200, "who is in it already is not turned away");
    bob.delete(&place).await;
    assert_eq!(eve.put(&place).await.status, 200);
}

#[actix_web::test]
async fn announces_members_that_join_and_leave() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("Ada").await, app.person("Bob").await);
    let code = ada.create_room("Deck").await;
    let id = app.parts.store.room_by_code(&store::RoomCode::parse(&code).unwrap()).await.unwrap().unwrap().id;
    let mut room = app.hear(rooms::groups::room(id)).await;
    bob.put(&format!("/api/v1/rooms/{code}/membership")).await;
    assert_eq!(event(&mut room).await["type"], "room.joined");
    bob.post(&format!("/api/v1/rooms/{code}/messages"), &json!({"body": "hi"})).await;
    assert_eq!(event(&mut room).await["message"]["body"], "hi");
    bob.post("/api/v1/session", &json!({"nickname": "Robert"})).await;
    assert_eq!(event(&mut room).await["user"]["nickname"], "Robert");
    bob.delete(&format!("/api/v1/rooms/{code}/membership")).await;
    assert_eq!(event(&mut room).await["type"], "room.left");
}
