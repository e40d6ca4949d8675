//! `/api/v1/session`

use actix_web::http::Method;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::{DAY_MS, NOON, TestApp, event};

const PATH: &str = "/api/v1/session";
const JSON: (&str, &str) = ("content-type", "application/json");

#[actix_web::test]
async fn a_guest_signs_in() {
    let app = TestApp::start().await;
    let ada = app.guest();
    let reply = ada.post(PATH, &json!({"nickname": "  Ada "})).await;
    assert_eq!(reply.status, 201);
    assert_eq!(reply.json()["user"]["nickname"], "Ada");
    assert_eq!(reply.json()["expires_at"], NOON + 30 * DAY_MS);
    assert_eq!(ada.get(PATH).await.json(), reply.json());
}

#[actix_web::test]
async fn hides_the_cookie_from_scripts_and_other_sites() {
    let app = TestApp::start().await;
    let reply = app.guest().post(PATH, &json!({"nickname": "Ada"})).await;
    let cookies = reply.all("set-cookie");
    assert_eq!(cookies.len(), 1);
    let (value, attributes) = cookies[0].split_once("; ").unwrap();
    assert_eq!(value.len(), "catamaran_session=".len() + 43);
    assert_eq!(attributes, "HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000");
}

#[actix_web::test]
async fn the_cookie_is_secure_under_https_and_on_its_domain() {
    let key = "0123456789abcdef0123456789abcdef";
    let vars = [("ALLOWED_HOSTS", ".example.com"), ("SECRET_KEY", key), ("COOKIE_DOMAIN", "example.com")];
    let app = TestApp::start_with(&vars).await;
    let headers = [JSON, ("host", "www.example.com"), ("x-forwarded-proto", "https")];
    let reply = app.guest().send(Method::POST, PATH, &headers, r#"{"nickname":"Ada"}"#).await;
    let cookies = reply.all("set-cookie");
    let cookie = &cookies[0];
    assert!(cookie.starts_with("__Secure-catamaran_session=") && cookie.contains("; Secure"), "{cookie}");
    assert!(cookies.len() == 1 && cookie.contains("; Domain=example.com"), "{cookies:?}");
}

const HTTPS: (&str, &str) = ("x-forwarded-proto", "https");

#[actix_web::test]
async fn under_https_the_cookie_is_bound_to_this_host_and_no_other_name_is_accepted() {
    let app = TestApp::start().await;
    let reply = app.guest().send(Method::POST, PATH, &[JSON, HTTPS], r#"{"nickname":"Ada"}"#).await;
    let cookie = reply.all("set-cookie").remove(0);
    let token = cookie.strip_prefix("__Host-catamaran_session=").and_then(|rest| rest.split(';').next()).unwrap().to_owned();
    assert!(cookie.contains("; Secure") && cookie.contains("; Path=/") && !cookie.contains("Domain"), "{cookie}");
    let planted = app.guest().post(PATH, &json!({"nickname": "Eve"})).await.all("set-cookie").remove(0);
    let planted = planted.split(';').next().unwrap();
    let seen = async |headers: &[(&str, &str)]| {
        let reply = app.guest().send(Method::GET, PATH, headers, "").await;
        (reply.status == 200).then(|| reply.json()["user"]["nickname"].as_str().unwrap().to_owned())
    };
    let own = format!("__Host-catamaran_session={token}");
    let both = format!("{planted}; {own}");
    assert_eq!(seen(&[HTTPS, ("cookie", &own)]).await.as_deref(), Some("Ada"));
    assert_eq!(seen(&[HTTPS, ("cookie", &both)]).await.as_deref(), Some("Ada"));
    assert_eq!(seen(&[("cookie", &both)]).await.as_deref(), Some("Ada"), "where a proxy does not tell of https");
    assert_eq!(seen(&[HTTPS, ("cookie", planted)]).await, None);
    assert_eq!(seen(&[("cookie", planted)]).await.as_deref(), Some("Eve"));
    let on_domain = format!("__Secure-catamaran_session={token}");
    assert_eq!(seen(&[HTTPS, ("cookie", &on_domain)]).await, None, "without COOKIE_DOMAIN");
}

#[actix_web::test]
async fn signing_in_under_a_planted_cookie_gives_a_new_token_and_ends_the_planted_one() {
    let app = TestApp::start().await;
    for (path, kind) in [(PATH, "application/json"), ("/sign-in", "application/x-www-form-urlencoded")] {
        let mallory = app.person("Mallory").await;
        let victim = mallory.twin();
        let mut heard = app.hear(catamaran::SocketOrder::group()).await;
        let headers = [("content-type", kind), ("sec-fetch-site", "same-origin")];
        let body = if path == PATH { r#"{"nickname":"Vic"}"# } else { "nickname=Vic&next=/" };
        let reply = victim.send(Method::POST, path, &headers, body).await;
        assert!(reply.all("set-cookie").iter().any(|line| line.starts_with("catamaran_session=") && !line.contains("Max-Age=0")));
        let order = event(&mut heard).await;
        assert_eq!((&order["type"], &order["code"]), (&json!("sockets.close"), &json!(1012)));
        mallory.get(PATH).await.problem(401, "not_signed_in");
        assert_eq!(victim.get(PATH).await.json()["user"]["nickname"], "Vic");
    }
}

#[actix_web::test]
async fn signing_in_ends_every_other_session_of_the_user() {
    let app = TestApp::start().await;
    let mallory = app.person("Mallory").await;
    let user = mallory.get(PATH).await.json()["user"]["id"].clone();
    let twins = [mallory.twin(), mallory.twin(), mallory.twin()];
    let body = serde_json::json!({ "nickname": "Mallory" });
    futures_util::future::join_all(twins.iter().map(|twin| twin.post(PATH, &body))).await;
    let mut live = 0;
    for twin in &twins {
        // A request that came after the end of its session has created another user.
        let seen = twin.get(PATH).await;
        live += usize::from(seen.status == 200 && seen.json()["user"]["id"] == user);
    }
    assert_eq!(live, 1, "requests at the same moment leave one session of the user");
}

#[actix_web::test]
async fn a_session_is_found_beside_cookies_of_others_and_old_ones_of_ours() {
    let app = TestApp::start().await;
    let token =
        app.guest().post(PATH, &json!({"nickname": "Ada"})).await.all("set-cookie")[0].split(';').next().unwrap().to_owned();
    let old = format!("catamaran_session={}", "A".repeat(43));
    for cookies in [format!("x=한글; {token}"), format!("{old}; {token}"), format!("catamaran_session=; {old}; {old}; {token}")]
    {
        assert_eq!(app.guest().send(Method::GET, PATH, &[("cookie", &cookies)], "").await.status, 200, "{cookies}");
    }
    let forged = [JSON, ("cookie", &format!("x=한글; {token}"))];
    app.guest().send(Method::POST, PATH, &forged, r#"{"nickname":"Eve"}"#).await.problem(403, "forbidden");
}

#[actix_web::test]
async fn removes_a_cookie_of_another_domain_setting() {
    let key = "0123456789abcdef0123456789abcdef";
    let site = [("ALLOWED_HOSTS", ".example.com"), ("SECRET_KEY", key)];
    let above = ["", "Domain=www.example.com", "Domain=example.com"];
    for (domain, expected) in [("", &above[1..]), ("example.com", &above[..2])] {
        let app = TestApp::start_with(&[site[0], site[1], ("COOKIE_DOMAIN", domain)]).await;
        let www = ("host", "www.example.com");
        let old = ("cookie", "catamaran_session=old");
        let ours = ("sec-fetch-site", "same-origin");
        let reply = app.guest().send(Method::POST, PATH, &[JSON, www, old, ours], r#"{"nickname":"Ada"}"#).await;
        let mut lines = reply.all("set-cookie");
        let token = lines.pop().unwrap();
        assert_eq!(token.contains("Domain=example.com"), !domain.is_empty(), "{token}");
        removes(&lines, expected);
        let session = ("cookie", token.split(';').next().unwrap());
        let reply = app.guest().send(Method::DELETE, PATH, &[www, session, ours], "").await;
        let lines = reply.all("set-cookie");
        assert!(lines.iter().all(|line| line.contains("Max-Age=0")), "{lines:?}");
        removes(&lines[..lines.len() - 1], expected);
    }
}

#[track_caller]
fn removes(lines: &[String], domains: &[&str]) {
    let found: Vec<_> = lines
        .iter()
        .map(|line| {
            assert!(line.starts_with("catamaran_session=; ") && line.contains("Max-Age=0"), "{line}");
            line.split("; ").find(|part| part.starts_with("Domain=")).unwrap_or_default()
        })
        .collect();
    assert_eq!(found, domains);
}

#[actix_web::test]
async fn signing_in_again_changes_the_nickname() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let id = ada.get(PATH).await.json()["user"]["id"].clone();
    let reply = ada.post(PATH, &json!({"nickname": "Countess"})).await;
    assert_eq!(reply.status, 200);
    assert_eq!(ada.get(PATH).await.json()["user"], json!({"id": id, "nickname": "Countess"}));
}

#[actix_web::test]
async fn bad_nicknames_name_the_field() {
    let app = TestApp::start().await;
    for body in [
        json!({}),
        json!({"nickname": null}),
        json!({"nickname": 7}),
        json!({"nickname": ["Ada"]}),
        json!({"nickname": ""}),
        json!({"nickname": "   "}),
        json!({"nickname": "x".repeat(21)}),
        json!({"nickname": "a\u{0}b"}),
        json!({"nickname": "a\u{202e}b"}),
    ] {
        app.guest().post(PATH, &body).await.bad_field("nickname");
    }
    let korean = "가".repeat(20);
    assert_eq!(app.guest().post(PATH, &json!({"nickname": korean, "unknown": 1})).await.status, 201);
}

#[actix_web::test]
async fn refuses_a_bad_body_with_its_place_and_the_expectation() {
    let app = TestApp::start().await;
    for (body, expected) in [
        ("", "empty"),
        ("{", "line 1 column 1"),
        ("{\"nickname\": \"Ada\"", "it ended before the JSON was complete"),
        ("{\n\"nickname\": Ada}", "line 2"),
        ("[]", "an array"),
        ("\"Ada\"", "a text"),
        ("null", "null"),
        ("{\"nickname\":\"\\ud800\"}", "column"),
        ("{} {}", "trailing"),
    ] {
        let detail = app.guest().send(Method::POST, PATH, &[JSON], body).await.problem(400, "bad_json");
        assert!(detail.contains(expected) && detail.contains("expected a JSON object"), "{body}: {detail}");
    }
}

#[actix_web::test]
async fn other_media_types_are_refused() {
    let app = TestApp::start().await;
    for media_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let headers = [("content-type", media_type)];
        let reply = app.guest().send(Method::POST, PATH, &headers, r#"{"nickname":"Ada"}"#).await;
        assert!(reply.problem(415, "unsupported_media_type").contains("application/json"));
    }
    let headers = [("content-type", "application/json; charset=utf-8")];
    assert_eq!(app.guest().send(Method::POST, PATH, &headers, r#"{"nickname":"Ada"}"#).await.status, 201);
    for (encoding, status) in [("gzip", 415), ("br", 415), ("identity", 201)] {
        let headers = [JSON, ("content-encoding", encoding)];
        let reply = app.guest().send(Method::POST, PATH, &headers, r#"{"nickname":"Ada"}"#).await;
        assert_eq!(reply.status.as_u16(), status, "{encoding}: {}", reply.text());
    }
}

#[actix_web::test]
async fn answers_401_without_a_session() {
    let app = TestApp::start().await;
    app.guest().get(PATH).await.problem(401, "not_signed_in");
    app.guest().delete(PATH).await.problem(401, "not_signed_in");
    for cookie in ["catamaran_session=", "catamaran_session=abc", &format!("catamaran_session={}", "A".repeat(43))] {
        app.guest().send(Method::GET, PATH, &[("cookie", cookie)], "").await.problem(401, "not_signed_in");
    }
}

#[actix_web::test]
async fn signing_out_revokes_the_session_and_orders_its_sockets_closed() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let thief = ada.twin();
    let mut heard = app.hear(catamaran::SocketOrder::group()).await;
    let reply = ada.delete(PATH).await;
    assert_eq!(reply.status, 204);
    assert!(reply.all("set-cookie")[0].starts_with("catamaran_session=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"));
    let order = event(&mut heard).await;
    assert_eq!((&order["type"], &order["code"]), (&json!("sockets.close"), &json!(4401)));
    thief.get(PATH).await.problem(401, "not_signed_in");
}

#[actix_web::test]
async fn a_session_ends_after_thirty_days() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    app.advance(30 * DAY_MS - 1);
    assert_eq!(ada.get(PATH).await.status, 200);
    app.advance(1);
    ada.get(PATH).await.problem(401, "not_signed_in");
}

#[actix_web::test]
async fn removes_ended_sessions_from_the_database() {
    let app = TestApp::start().await;
    app.person("Ada").await;
    app.advance(20 * DAY_MS);
    let bob = app.person("Bob").await;
    app.advance(20 * DAY_MS);
    let once = CancellationToken::new();
    once.cancel();
    http_server::housekeeping(app.state.clone(), once).await;
    assert_eq!(app.parts.store.purge_sessions(NOON + 40 * DAY_MS).await.unwrap(), 0, "Ada's is gone already");
    assert_eq!(bob.get(PATH).await.status, 200);
}
