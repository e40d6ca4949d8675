//! `/api/v1/socket-token`, and how pages learn whether they need it.

use actix_web::http::Method;
use serde_json::json;

use crate::support::{DAY_MS, HTML, NOON, TestApp};

const PATH: &str = "/api/v1/socket-token";
const OTHER_HOST: (&str, &str) = ("WS_URL", "ws://sockets.example");

#[actix_web::test]
async fn gives_a_signed_in_user_a_new_token_each_time() {
    let app = TestApp::start_with(&[OTHER_HOST]).await;
    let ada = app.person("Ada").await;
    let make = async || {
        let reply = ada.post(PATH, &json!({})).await;
        assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (201, "no-store"));
        assert_eq!(reply.json()["expires_at"], NOON + 60_000);
        reply.json()["subprotocol"].as_str().unwrap().to_owned()
    };
    let (first, second) = (make().await, make().await);
    assert!(first.starts_with("catamaran.token.") && second.starts_with("catamaran.token."), "{first} {second}");
    assert_ne!(first, second);
}

#[actix_web::test]
async fn a_token_lives_no_longer_than_the_setting_and_the_session() {
    let app = TestApp::start_with(&[OTHER_HOST, ("SOCKET_TOKEN_SECONDS", "600")]).await;
    let ada = app.person("Ada").await;
    assert_eq!(ada.post(PATH, &json!({})).await.json()["expires_at"], NOON + 600_000);
    app.advance(30 * DAY_MS - 1_000);
    assert_eq!(ada.post(PATH, &json!({})).await.json()["expires_at"], NOON + 30 * DAY_MS);
}

#[actix_web::test]
async fn refuses_a_token_without_a_session_and_to_other_sites() {
    let app = TestApp::start_with(&[OTHER_HOST]).await;
    app.guest().post(PATH, &json!({})).await.problem(401, "not_signed_in");
    let ada = app.person("Ada").await;
    ada.get(PATH).await.problem(405, "method_not_allowed");
    let json_type = ("content-type", "application/json");
    for site in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let reply = ada.send(Method::POST, PATH, &[json_type, site], "{}").await;
        assert_eq!(reply.status, 403, "{site:?}");
    }
}

#[actix_web::test]
async fn a_page_says_how_its_sockets_get_the_session() {
    for (vars, mode) in [
        (&[][..], "cookie"),
        (&[("WS_URL", ":8001")], "cookie"),
        (&[OTHER_HOST], "token"),
        (&[("WS_URL", "ws://127.0.0.1:8001")], "token"),
    ] {
        let app = TestApp::start_with(vars).await;
        let page = app.person("Ada").await.send(Method::GET, "/", &[HTML], "").await.page(200);
        assert!(page.contains(&format!("data-ws-session=\"{mode}\"")), "{vars:?}: {page}");
        assert!(!app.guest().open("/").await.page(200).contains("data-ws-session"), "a guest has no session to show");
    }
}
