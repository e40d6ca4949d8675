//! `/` and `/rooms/{code}`

use actix_web::http::Method;
use serde_json::json;

use crate::support::{HTML, TestApp};

#[actix_web::test]
async fn the_front_page_asks_for_a_nickname_and_then_shows_the_lobby() {
    let app = TestApp::start().await;
    let ada = app.guest();
    let door = ada.open("/").await.page(200);
    assert!(door.contains("action=\"/sign-in\"") && door.contains("data-ws-url=\"ws://localhost:8000\""));
    assert_eq!(ada.submit("/sign-in", "nickname=Ada&next=%2F").await.sees(), "/");
    ada.create_room("Tea <b>at</b> five").await;
    let lobby = ada.open("/").await;
    assert_eq!(lobby.header("cache-control"), "no-store");
    let lobby = lobby.page(200);
    assert!(lobby.contains("Ada") && lobby.contains("action=\"/join\""));
    assert!(!lobby.contains("<b>at</b>"), "escaped");
}

#[actix_web::test]
async fn a_rooms_link_invites_a_guest_and_opening_it_joins() {
    let app = TestApp::start().await;
    let code = app.person("Ada").await.create_room("Tandem").await;
    let path = format!("/rooms/{code}");
    let bob = app.guest();
    let door = bob.open(&path).await.page(200);
    assert!(door.contains("Tandem") && door.contains(&format!("name=\"next\" value=\"{path}\"")), "{door}");
    assert_eq!(bob.submit("/sign-in", &format!("nickname=Bob&next={path}")).await.sees(), path);
    assert!(bob.open(&path).await.page(200).contains("Tandem"));
    let people = bob.get(&format!("/api/v1{path}")).await.json();
    assert_eq!(people["members"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn head_does_not_join_a_room() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("Ada").await, app.person("Bob").await);
    let path = format!("/rooms/{}", ada.create_room("Deck").await);
    assert_eq!(bob.send(Method::HEAD, &path, &[HTML], "").await.status, 200);
    let people = ada.get(&format!("/api/v1{path}")).await.json();
    assert_eq!(people["members"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_link_in_another_case_opens_the_same_room() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let code = ada.create_room("Deck").await;
    assert!(ada.open(&format!("/rooms/{}", code.to_lowercase())).await.page(200).contains(&code));
}

#[actix_web::test]
async fn says_that_a_room_is_missing_or_full() {
    let app = TestApp::start().await;
    let (ada, bob, eve) = (app.person("Ada").await, app.person("Bob").await, app.person("Eve").await);
    for code in ["ZZZZZZ", "nonsense", "%3Cscript%3E"] {
        let page = ada.open(&format!("/rooms/{code}")).await.page(404);
        assert!(!page.contains("<script>"), "{page}");
        app.guest().open(&format!("/rooms/{code}")).await.page(404);
    }
    let room = ada.post("/api/v1/rooms", &json!({"name": "Tandem", "capacity": 2})).await.json();
    let path = format!("/rooms/{}", room["code"].as_str().unwrap());
    bob.open(&path).await.page(200);
    assert!(eve.open(&path).await.page(409).contains("Tandem"));
}

#[actix_web::test]
async fn the_language_is_the_visitors_choice_then_the_browsers() {
    let app = TestApp::start().await;
    let guest = app.guest();
    let lang = |html: String| html.contains("<html lang=\"ko\"");
    let korean = ("accept-language", "ko-KR,ko;q=0.9,en;q=0.8");
    assert!(!lang(guest.open("/").await.page(200)));
    assert!(lang(guest.send(Method::GET, "/", &[HTML, korean], "").await.page(200)));
    assert_eq!(guest.submit("/language", "lang=en&next=%2Frooms%2FK7QF2M").await.sees(), "/rooms/K7QF2M");
    assert!(!lang(guest.send(Method::GET, "/", &[HTML, korean], "").await.page(200)));
    guest.submit("/language", "lang=ko").await;
    assert!(lang(guest.open("/nowhere").await.page(404)), "refusals speak it too");
}

#[actix_web::test]
async fn the_page_names_the_sockets_address_of_ws_url() {
    let app = TestApp::start_with(&[("WS_URL", ":8001")]).await;
    let reply = app.guest().open("/").await;
    assert!(reply.header("content-security-policy").contains("connect-src 'self' ws://localhost:8001;"));
    assert!(reply.page(200).contains("data-ws-url=\"ws://localhost:8001\""));
}
