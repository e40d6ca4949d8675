//! The pages' forms.

use actix_web::http::Method;
use serde_json::json;

use crate::support::{HTML, SAME_ORIGIN, TestApp, event};

#[actix_web::test]
async fn shows_a_refused_nickname_again_with_the_fault() {
    let app = TestApp::start().await;
    let long = "x".repeat(21);
    for (typed, shown) in
        [("", ""), ("%20", ""), ("%3Cb%3E%00", "&lt;b&gt;"), (long.as_str(), long.as_str()), ("%ED%95%9C%07", "한")]
    {
        let reply = app.guest().submit("/sign-in", &format!("nickname={typed}&next=%2F")).await;
        assert!(reply.all("set-cookie").iter().all(|line| line.starts_with("catamaran_probe=")));
        let page = reply.page(422);
        assert!(page.contains("aria-invalid") && (page.contains(shown) || page.contains("&#60;b&#62;")), "{typed}: {page}");
    }
}

#[actix_web::test]
async fn keeps_the_invitation_after_a_fault() {
    let app = TestApp::start().await;
    let code = app.person("Ada").await.create_room("Tandem").await;
    let page = app.guest().submit("/sign-in", &format!("nickname=&next=%2Frooms%2F{code}")).await.page(422);
    assert!(page.contains("Tandem") && page.contains(&format!("value=\"/rooms/{code}\"")), "{page}");
}

#[actix_web::test]
async fn redirects_to_paths_of_this_site_only() {
    let app = TestApp::start().await;
    for next in ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example", "%0D%0ASet-Cookie%3A+a%3Db", ""] {
        let reply = app.guest().submit("/sign-in", &format!("nickname=Ada&next={next}")).await;
        assert_eq!(reply.sees(), "/", "{next}");
        assert_eq!(app.guest().submit("/language", &format!("lang=ko&next={next}")).await.sees(), "/", "{next}");
    }
}

#[actix_web::test]
async fn creates_a_room_from_the_lobby() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let created = ada.submit("/rooms", "name=Tea+at+five").await;
    assert!(ada.open(created.sees()).await.page(200).contains("Tea at five"));
    let page = ada.submit("/rooms", &format!("name={}", "x".repeat(41))).await.page(422);
    assert!(page.contains("aria-invalid") && page.contains("Tea at five"), "the lobby with the fault: {page}");
    ada.submit("/rooms", "").await.page(422);
}

#[actix_web::test]
async fn joins_a_room_by_its_code() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("Ada").await, app.person("Bob").await);
    let code = ada.create_room("Deck").await;
    assert_eq!(bob.submit("/join", &format!("code=+{}+", code.to_lowercase())).await.sees(), format!("/rooms/{code}"));
    for code in ["", "ZZZZZZ", "nonsense", "%00"] {
        assert!(bob.submit("/join", &format!("code={code}")).await.page(422).contains("aria-invalid"), "{code}");
    }
}

#[actix_web::test]
async fn shows_a_full_room_as_a_fault_at_the_code() {
    let app = TestApp::start().await;
    let (ada, bob, eve) = (app.person("Ada").await, app.person("Bob").await, app.person("Eve").await);
    let room = ada.post("/api/v1/rooms", &serde_json::json!({"name": "Tandem", "capacity": 2})).await.json();
    let form = format!("code={}", room["code"].as_str().unwrap());
    assert_eq!(bob.submit("/join", &form).await.status, 303);
    eve.submit("/join", &form).await.page(422);
}

#[actix_web::test]
async fn leaving_a_room_leads_to_the_lobby() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let code = ada.create_room("Deck").await;
    for code in [code.as_str(), "ZZZZZZ", "nonsense"] {
        assert_eq!(ada.submit(&format!("/rooms/{code}/leave"), "").await.sees(), "/");
    }
    assert_eq!(ada.get(&format!("/api/v1/rooms/{code}")).await.json()["room"]["members"], 0);
}

#[actix_web::test]
async fn signing_out_ends_the_session() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let thief = ada.twin();
    let mut heard = app.hear(catamaran::SocketOrder::group()).await;
    assert_eq!(ada.submit("/sign-out", "").await.sees(), "/");
    let order = event(&mut heard).await;
    assert_eq!((&order["type"], &order["code"]), (&json!("sockets.close"), &json!(4401)));
    assert!(thief.open("/").await.page(200).contains("action=\"/sign-in\""));
}

#[actix_web::test]
async fn forms_of_a_guest_lead_to_the_front_page() {
    let app = TestApp::start().await;
    for path in ["/rooms", "/join", "/sign-out", "/rooms/K7QF2M/leave"] {
        assert_eq!(app.guest().submit(path, "name=a&code=b").await.sees(), "/", "{path}");
    }
}

#[actix_web::test]
async fn signing_in_twice_renames_the_user() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let reply = ada.submit("/sign-in", "nickname=Countess&next=%2F").await;
    assert_eq!(reply.all("set-cookie").len(), 1, "the token is a new one");
    assert!(ada.open("/").await.page(200).contains("Countess"));
}

#[actix_web::test]
async fn refuses_a_body_that_is_no_form_with_a_page() {
    let app = TestApp::start().await;
    let guest = app.guest();
    let json = ("content-type", "application/json");
    let korean = ("accept-language", "ko");
    let page = guest.send(Method::POST, "/sign-in", &[HTML, json, korean], "{}").await.page(415);
    assert!(page.contains(">415<") && !page.contains("Content-Type"), "{page}");
    guest.send(Method::POST, "/sign-in", &[json], "{}").await.problem(415, "unsupported_media_type");
    guest.submit("/language", "lang=xx").await.page(422);
    guest.submit("/sign-in", &format!("nickname={}", "x".repeat(70_000))).await.page(413);
    guest.submit("/sign-in", "nickname=%ff%fe&nickname=b").await.page(400);
}

#[actix_web::test]
async fn without_cookies_the_form_says_so_and_no_user_is_created() {
    let app = TestApp::start().await;
    let (browser, form) = (app.guest(), [("content-type", "application/x-www-form-urlencoded"), SAME_ORIGIN, HTML]);
    for path in ["/", "/mafia"] {
        browser.drop_cookies();
        let page = browser.open(path).await;
        assert!(page.all("set-cookie")[0].starts_with("catamaran_probe=1; HttpOnly; SameSite=Lax; Path=/"), "{path}");
    }
    for _ in 0..3 {
        browser.drop_cookies();
        let asked = browser.send(Method::POST, "/sign-in", &form, "nickname=Ada&next=%2Fmafia").await;
        assert_eq!((asked.status.as_u16(), asked.header("location")), (307, "/sign-in?cookies=asked"));
        browser.drop_cookies();
        let answer = browser.send(Method::POST, asked.header("location"), &form, "nickname=Ada&next=%2Fmafia").await;
        assert!(answer.all("set-cookie").iter().all(|line| line.starts_with("catamaran_probe=")));
        let page = answer.page(422);
        assert!(page.contains("cookies-off") && page.contains("value=\"Ada\"") && page.contains("value=\"/mafia\""), "{page}");
        assert!(!page.contains("aria-invalid"), "the nickname is not at fault: {page}");
    }
    let korean = [form[0], form[1], form[2], ("accept-language", "ko")];
    browser.drop_cookies();
    assert!(browser.send(Method::POST, "/sign-in?cookies=asked", &korean, "nickname=Ada").await.page(422).contains("쿠키를"));
}

#[actix_web::test]
async fn a_browser_that_keeps_cookies_signs_in_with_one_request() {
    let app = TestApp::start().await;
    let (browser, form) = (app.guest(), [("content-type", "application/x-www-form-urlencoded"), SAME_ORIGIN, HTML]);
    browser.open("/").await;
    let reply = browser.send(Method::POST, "/sign-in", &form, "nickname=Ada&next=%2F").await;
    assert_eq!(reply.sees(), "/");
    assert!(reply.all("set-cookie").iter().any(|line| line.starts_with("catamaran_session=")), "{reply:?}");
    let late = app.guest();
    assert_eq!(late.submit("/sign-in", "nickname=Bob&next=%2F").await.sees(), "/", "a form without a probe is sent twice");
    assert_eq!(late.get("/api/v1/session").await.json()["user"]["nickname"], "Bob");
}

/// Bytes that are no UTF-8: alone, in the middle, a cut character, an overlong one, a surrogate.
const NOT_UTF8: [&str; 5] = ["%ff%fe", "Ada%ff", "%ED%95", "%C0%AF", "%ED%A0%80"];

#[actix_web::test]
async fn refuses_a_form_s_field_that_is_not_utf8_with_its_name() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    for bytes in NOT_UTF8 {
        let page = ada.submit("/rooms", &format!("name={bytes}")).await.page(422);
        assert!(page.contains("name is not UTF-8"), "{bytes}: {page}");
    }
    for (path, field) in [
        ("/sign-in", "nickname"),
        ("/sign-in", "next"),
        ("/join", "code"),
        ("/language", "lang"),
        ("/mafia", "name"),
        ("/mafia", "pace"),
        ("/mafia/join", "code"),
        ("/rooms", "unknown"),
    ] {
        let page = ada.submit(path, &format!("{field}=%ff%fe")).await.page(422);
        assert!(page.contains(&format!("{field} is not UTF-8")), "{path} {field}: {page}");
        let headers = [SAME_ORIGIN, ("content-type", "application/x-www-form-urlencoded")];
        ada.send(Method::POST, path, &headers, &format!("{field}=%ff%fe")).await.bad_field(field);
    }
    ada.submit("/rooms", "%ff=a").await.page(422);
    let visible = ada.submit("/rooms", "name=%ED%95%9C+%F0%9F%8E%B2%EF%BF%BD").await;
    assert!(visible.sees().starts_with("/rooms/"), "U+FFFD itself is a text");
    ada.submit("/rooms", "name=a&name=b").await.page(400);
    let korean = [SAME_ORIGIN, ("content-type", "application/x-www-form-urlencoded; charset=euc-kr")];
    ada.send(Method::POST, "/rooms", &korean, "name=%C7%D1").await.problem(415, "unsupported_media_type");
}

#[actix_web::test]
async fn refuses_a_query_that_is_not_utf8_and_finds_nothing_at_such_a_path() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let code = ada.create_room("Tandem").await;
    for bytes in NOT_UTF8 {
        for path in ["/rooms", "/mafia", "/players", "/api/v1/rooms", "/api/v1/games", "/api/v1/players", "/static/a", ""] {
            assert_eq!(ada.get(&format!("{path}/{bytes}")).await.status, 404, "{path}/{bytes}");
        }
        for (path, field) in [("/api/v1/games", "mine"), ("/", "next"), ("/mafia", "anything")] {
            ada.get(&format!("{path}?a=b&{field}={bytes}")).await.bad_field(field);
        }
        ada.get(&format!("/api/v1/rooms/{code}/messages?after={bytes}")).await.bad_field("after");
        assert!(ada.open(&format!("/?next={bytes}")).await.page(422).contains("next is not UTF-8"), "{bytes}");
        assert_eq!(ada.get(&format!("/healthz?a={bytes}")).await.status, 200, "health answers whatever is asked");
    }
    ada.open("/?next=%ED%95%9C%20100%25").await.page(200);
    assert_eq!(ada.open("/?a=100%").await.status, 200, "a lone percent sign is one");
}
