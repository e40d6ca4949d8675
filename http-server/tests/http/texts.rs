//! Names and messages: the same rules in the API and in the pages' forms.

use serde_json::json;

use crate::support::{Person, TestApp};

const SEEN: [(&str, &str); 4] = [
    ("👨\u{200d}👩\u{200d}👧", "👨\u{200d}👩\u{200d}👧"),
    ("می\u{200c}خواهم", "می\u{200c}خواهم"),
    ("क्\u{200d}ष", "क्\u{200d}ष"),
    ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}", "한글"),
];
const UNSEEN: [&str; 9] =
    ["\u{fe0f}", "\u{17b4}", "\u{e0100}", "\u{3164}", "\u{2800}", "\u{200b}", "\u{ad}", "\u{e0041}", "\u{200d}"];
const MISPLACED: [&str; 6] =
    ["a\u{202e}b", "a\u{200b}b", "a\u{fffc}", "a\u{200d}", "a\u{7}", "e\u{301}\u{323}\u{334}\u{335}\u{336}\u{337}"];

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn refuses_names(person: &Person<'_>, name: &str) {
    person.post("/api/v1/session", &json!({"nickname": name})).await.bad_field("nickname");
    person.post("/api/v1/rooms", &json!({"name": name})).await.bad_field("name");
    person.post("/api/v1/games", &json!({"name": name})).await.bad_field("name");
    for (path, field) in [("/sign-in", "nickname"), ("/rooms", "name")] {
        let page = person.submit(path, &format!("{field}={}", encoded(name))).await.page(422);
        assert!(page.contains("aria-invalid"), "{path} {name:?}");
    }
}

#[actix_web::test]
async fn accepts_names_that_need_joiners_everywhere() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    for (sent, kept) in SEEN {
        assert_eq!(ada.post("/api/v1/session", &json!({"nickname": sent})).await.json()["user"]["nickname"], kept);
        let room = ada.post("/api/v1/rooms", &json!({"name": sent})).await.json();
        assert_eq!(room["name"], kept);
        let messages = format!("/api/v1/rooms/{}/messages", room["code"].as_str().unwrap());
        assert_eq!(ada.post(&messages, &json!({"body": sent})).await.json()["body"], kept);
        assert_eq!(ada.post("/api/v1/games", &json!({"name": sent})).await.json()["game"]["name"], kept);
        ada.submit("/sign-in", &format!("nickname={}", encoded(sent))).await.sees();
        assert_eq!(ada.get("/api/v1/session").await.json()["user"]["nickname"], kept);
    }
}

#[actix_web::test]
async fn refuses_names_without_a_visible_character_everywhere() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    for name in UNSEEN {
        refuses_names(&ada, name).await;
    }
}

#[actix_web::test]
async fn refuses_names_with_misplaced_characters_everywhere() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    for name in MISPLACED {
        refuses_names(&ada, name).await;
    }
}

#[actix_web::test]
async fn refuses_messages_without_a_visible_character() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let messages = format!("/api/v1/rooms/{}/messages", ada.create_room("Deck").await);
    for body in UNSEEN {
        ada.post(&messages, &json!({"body": body})).await.bad_field("body");
        ada.post(&messages, &json!({"body": format!(" {body}\n{body}")})).await.bad_field("body");
    }
    let detail = ada.post(&messages, &json!({"body": "a\u{202e}b"})).await.bad_field("body");
    assert!(detail.contains("U+202E"), "{detail}");
}
