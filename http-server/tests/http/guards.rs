//! The steps before and after every handler: `src/middleware`.

use actix_web::http::Method;
use serde_json::json;

use crate::support::{HTML, TestApp};

const JSON: (&str, &str) = ("content-type", "application/json");
const ADA: &str = r#"{"nickname":"Ada"}"#;

#[actix_web::test]
async fn answers_404_as_problem_details_or_as_a_page() {
    let app = TestApp::start().await;
    let guest = app.guest();
    for path in ["/nothing", "/api/v1/nothing", "/rooms/a/b/c", "/static/x/nothing.js", "/.env", "/index.php"] {
        guest.get(path).await.problem(404, "not_found");
    }
    guest.open("/nothing").await.page(404);
    guest.open("/api/v1/nothing").await.problem(404, "not_found");
    guest.open("/%61pi/v1/nothing").await.problem(404, "not_found");
}

#[actix_web::test]
async fn lists_the_allowed_methods_for_a_wrong_one() {
    let app = TestApp::start().await;
    let guest = app.guest();
    for (method, path, allow) in [
        (Method::PUT, "/", "GET, HEAD"),
        (Method::GET, "/sign-in", "POST"),
        (Method::PATCH, "/api/v1/session", "GET, HEAD, POST, DELETE"),
        (Method::PUT, "/api/v1/rooms", "GET, HEAD, POST"),
        (Method::GET, "/api/v1/rooms/K7QF2M/membership", "PUT, DELETE"),
        (Method::OPTIONS, "/api/v1/rooms", "GET, HEAD, POST"),
        (Method::TRACE, "/healthz", "GET, HEAD, OPTIONS"),
        (Method::POST, "/readyz", "GET, HEAD, OPTIONS"),
    ] {
        let reply = guest.send(method.clone(), path, &[], "").await;
        assert!(reply.problem(405, "method_not_allowed").contains(allow));
        assert_eq!(reply.header("allow"), allow, "{method} {path}");
    }
    let page = guest.send(Method::GET, "/sign-in", &[HTML], "").await.page(405);
    assert!(page.contains(">405<") && page.contains("name=\"next\" value=\"/\""), "{page}");
}

#[actix_web::test]
async fn head_is_answered_where_get_is() {
    let app = TestApp::start().await;
    for path in ["/", "/healthz", "/livez", "/readyz", "/api/v1/openapi.json"] {
        assert_eq!(app.guest().send(Method::HEAD, path, &[], "").await.status, 200, "{path}");
    }
}

/// HAProxy's `option httpchk` sends OPTIONS over HTTP/1.0, without a Host.
#[actix_web::test]
async fn health_is_answered_to_options_too() {
    let app = TestApp::start().await;
    for path in ["/healthz", "/livez", "/readyz"] {
        assert_eq!(app.guest().send(Method::OPTIONS, path, &[("host", "")], "").await.status, 200, "{path}");
    }
}

#[actix_web::test]
async fn bodies_have_a_limit() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let body = json!({"name": "x".repeat(64 * 1024)});
    let detail = ada.post("/api/v1/rooms", &body).await.problem(413, "too_large");
    assert!(detail.contains("65536"), "{detail}");
    let most = json!({"name": "x".repeat(64 * 1024 - 11)}).to_string();
    assert_eq!(most.len(), 64 * 1024);
    let reply = ada.send(Method::POST, "/api/v1/rooms", &[JSON, ("sec-fetch-site", "same-origin")], &most).await;
    reply.bad_field("name");
}

#[actix_web::test]
async fn heads_have_a_limit_that_a_domains_cookies_fit_in() {
    let app = TestApp::start().await;
    let cookie = |bytes| format!("other={}", "x".repeat(bytes));
    let get = async |bytes, accept| app.guest().send(Method::GET, "/", &[("cookie", &cookie(bytes)), accept], "").await;
    assert_eq!(get(9_000, HTML).await.status, 200);
    let detail = get(70_000, JSON).await.problem(431, "head_too_large");
    assert!(detail.contains("65536"), "{detail}");
    get(70_000, HTML).await.page(431);
}

#[actix_web::test]
async fn names_the_variable_to_a_foreign_host() {
    let app = TestApp::start().await;
    for host in ["evil.example", "localhost.evil.example", "localhost:x", "a b", ""] {
        let reply = app.guest().send(Method::GET, "/", &[("host", host)], "").await;
        let detail = reply.problem(400, "bad_request");
        assert!(detail.contains("ALLOWED_HOSTS") || detail.contains("Host header"), "{host}: {detail}");
        assert!(!reply.header("content-security-policy").contains("evil"), "{host}");
    }
    app.guest().send(Method::GET, "/", &[HTML, ("host", "evil.example")], "").await.page(400);
    for path in ["/healthz", "/livez", "/readyz"] {
        let probe = app.guest().send(Method::GET, path, &[("host", "10.0.0.7:8000")], "").await;
        assert_eq!(probe.status, 200, "a platform's probe asks for {path} by address");
    }
}

#[actix_web::test]
async fn says_where_sockets_are_served() {
    let app = TestApp::start().await;
    let websocket = [("upgrade", "WebSocket"), ("connection", "Upgrade")];
    for (path, headers) in [("/ws/lobby/", &websocket[..]), ("/ws/rooms/K7QF2M/", &[]), ("/ws", &[]), ("/", &websocket)] {
        let reply = app.guest().send(Method::GET, path, headers, "").await;
        let detail = reply.problem(426, "not_here");
        assert!(detail.contains("ws-server") && detail.contains("/ws/"), "{detail}");
        assert_eq!(reply.header("upgrade"), "websocket");
    }
    let h2c = [("upgrade", "h2c"), ("connection", "Upgrade, HTTP2-Settings")];
    assert_eq!(app.guest().send(Method::GET, "/", &h2c, "").await.status, 200, "other offers are passed over");
    assert_eq!(app.guest().get("/wsx").await.status, 404);
    app.guest().get("/%77s/lobby/").await.problem(426, "not_here");
    app.guest().open("/ws/").await.page(426);
}

#[actix_web::test]
async fn answers_404_to_an_unknown_socket_where_both_servers_are_one_process() {
    let app = TestApp::start_in(application::RUNSERVER, &[]).await;
    app.guest().get("/ws/nothing/").await.problem(404, "not_found");
}

#[actix_web::test]
async fn refuses_changes_from_other_sites() {
    let app =
        TestApp::start_with(&[("ALLOWED_ORIGINS", "https://app.example,capacitor://localhost,https://*.below.example")]).await;
    let ada = app.person("Ada").await;
    let change = async |headers: &[(&str, &str)]| {
        let all: Vec<_> = headers.iter().copied().chain([JSON]).collect();
        ada.send(Method::POST, "/api/v1/session", &all, ADA).await.status.as_u16()
    };
    for ours in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("sec-fetch-site", "same-origin"), ("origin", "null")],
        &[("origin", "http://localhost:8000")],
        &[("origin", "https://app.example"), ("sec-fetch-site", "cross-site")],
        &[("origin", "https://localhost:8000")],
        &[("origin", "ws://localhost:8000")],
        &[("origin", "http://LOCALHOST.:8000/")],
        &[("origin", "capacitor://localhost"), ("sec-fetch-site", "cross-site")],
        &[("origin", "https://a.below.example")],
    ] {
        assert_eq!(change(ours).await, 200, "{ours:?}");
    }
    for foreign in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("origin", "https://evil.example")],
        &[("origin", "http://localhost:8001")],
        &[("origin", "tauri://localhost")],
        &[("origin", "https://below.example")],
        &[("origin", "file://")],
        &[("origin", "null")],
        &[("origin", "")],
        &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
    ] {
        assert_eq!(change(foreign).await, 403, "{foreign:?}");
    }
}

#[actix_web::test]
async fn a_page_of_another_site_cannot_sign_a_user_in_and_a_program_can() {
    let app = TestApp::start().await;
    let sign_in = async |headers: &[(&str, &str)]| {
        let all: Vec<_> = headers.iter().copied().chain([JSON]).collect();
        app.guest().send(Method::POST, "/api/v1/session", &all, ADA).await
    };
    assert_eq!(sign_in(&[]).await.status, 201);
    sign_in(&[("origin", "https://evil.example")]).await.problem(403, "forbidden");
    sign_in(&[("sec-fetch-site", "cross-site")]).await.problem(403, "forbidden");
    let form = [HTML, ("content-type", "application/x-www-form-urlencoded"), ("origin", "https://evil.example")];
    let reply = app.guest().send(Method::POST, "/sign-in", &form, "nickname=Ada").await;
    assert!(reply.all("set-cookie").is_empty());
    reply.page(403);
}

#[actix_web::test]
async fn answers_reads_for_every_origin() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let headers = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    let reply = ada.send(Method::GET, "/api/v1/session", &headers, "").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("access-control-allow-origin"), "", "but a browser does not show it to the foreign page");
}

#[actix_web::test]
async fn every_answer_has_the_security_headers() {
    let app = TestApp::start().await;
    let guest = app.guest();
    for reply in [
        guest.open("/").await,
        guest.get("/healthz").await,
        guest.get("/nothing").await,
        guest.open("/nothing").await,
        guest.get("/ws/").await,
        guest.get("/api/v1/rooms").await,
        guest.send(Method::GET, "/", &[("host", "evil.example")], "").await,
        guest.send(Method::POST, "/sign-out", &[("origin", "https://evil.example")], "").await,
    ] {
        let policy = reply.header("content-security-policy");
        assert!(
            policy
                .starts_with("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'")
        );
        assert!(policy.ends_with("form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"), "{policy}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("referrer-policy"), "same-origin");
        assert_eq!(reply.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("strict-transport-security"), "", "only under https");
        assert!(!reply.header("x-request-id").is_empty());
    }
    let secure = guest.send(Method::GET, "/", &[("x-forwarded-proto", "https")], "").await;
    assert!(secure.header("content-security-policy").contains("connect-src 'self' wss://localhost:8000;"));
}

const SITE: [(&str, &str); 2] = [("ALLOWED_HOSTS", "*"), ("SECRET_KEY", "0123456789abcdef0123456789abcdef")];

#[actix_web::test]
async fn requires_https_for_later_visits_on_public_names_only() {
    let app = TestApp::start_with(&SITE).await;
    for (host, scheme, required) in [
        ("chat.example", "https", true),
        ("chat.example:8443", "https", true),
        ("chat.example", "http", false),
        ("localhost:8443", "https", false),
        ("LOCALHOST.", "https", false),
        ("app.localhost:8443", "https", false),
        ("192.0.2.1:8443", "https", false),
        ("[2001:db8::1]", "https", false),
    ] {
        let reply = app.guest().send(Method::GET, "/", &[("host", host), ("x-forwarded-proto", scheme)], "").await;
        assert_eq!(!reply.header("strict-transport-security").is_empty(), required, "{scheme}://{host}");
    }
}

/// Each header that can name the host, and a request without any.
#[actix_web::test]
async fn an_answer_for_a_foreign_host_demands_no_https() {
    let app = TestApp::start_with(&[("ALLOWED_HOSTS", "chat.example"), ("SECRET_KEY", "0123456789abcdef0123456789abcdef")]).await;
    let https = ("x-forwarded-proto", "https");
    let ours = ("host", "chat.example");
    for path in ["/", "/healthz", "/api/v1/rooms"] {
        for headers in [
            &[("host", "evil.example"), https][..],
            &[ours, https, ("x-forwarded-host", "evil.example")],
            &[ours, ("forwarded", "for=192.0.2.1;proto=https;host=evil.example")],
            &[ours, https, ("x-forwarded-host", "chat.example.evil.example")],
            &[("host", "evil.example:443"), https],
        ] {
            let foreign = app.guest().send(Method::GET, path, headers, "").await;
            assert_eq!(foreign.header("strict-transport-security"), "", "{path} {headers:?}");
            assert_eq!(foreign.status == 400, path != "/healthz", "{path} {headers:?}");
        }
        let own = app.guest().send(Method::GET, path, &[ours, https], "").await;
        assert!(!own.header("strict-transport-security").is_empty(), "{path}");
    }
}

/// A policy cannot name an IPv6 address: browsers skip `ws://[::1]:8001` with a complaint, and the page never connects.
#[actix_web::test]
async fn the_policy_of_a_page_at_an_ipv6_address_allows_its_sockets() {
    let port = TestApp::start_with(&[("WS_URL", ":8001")]).await;
    let base = TestApp::start_with(&[("WS_URL", "ws://[::1]:8001")]).await;
    for (app, scheme, sockets) in [(&port, "http", "ws:"), (&port, "https", "wss:"), (&base, "http", "ws:")] {
        let reply = app.guest().send(Method::GET, "/", &[HTML, ("host", "[::1]:8000"), ("x-forwarded-proto", scheme)], "").await;
        let policy = reply.header("content-security-policy");
        assert!(policy.contains(&format!("connect-src 'self' {sockets};")), "{policy}");
        assert!(reply.text().contains("//[::1]:8001"), "{}", reply.text());
    }
}

#[actix_web::test]
async fn the_host_of_the_request_target_overrides_the_host_header() {
    let app = TestApp::start().await;
    let status = async |target: &str, host| app.guest().send(Method::GET, target, &[("host", host)], "").await.status;
    assert_eq!(status("http://evil.example/", "localhost:8000").await, 400);
    assert_eq!(status("http://evil@localhost/", "localhost:8000").await, 400);
    assert_eq!(status("http://localhost:8000/", "localhost:8000").await, 200);
}

#[actix_web::test]
async fn a_proxy_that_replaces_host_may_name_the_pages_host_beside_it() {
    let app = TestApp::start_with(&[("ALLOWED_HOSTS", "chat.example"), SITE[1]]).await;
    let page = ("origin", "https://chat.example");
    let sign_in = async |headers: &[(&str, &str)]| {
        let all: Vec<_> = headers.iter().copied().chain([JSON, page, ("host", "web:8000")]).collect();
        app.guest().send(Method::POST, "/api/v1/session", &all, ADA).await
    };
    assert_eq!(sign_in(&[("x-forwarded-host", "chat.example")]).await.status, 201);
    assert_eq!(sign_in(&[("forwarded", "for=198.51.100.7;host=chat.example;proto=https")]).await.status, 201);
    let detail = sign_in(&[]).await.problem(400, "bad_request");
    assert!(detail.contains("X-Forwarded-Host") && detail.contains("TRUSTED_PROXIES"), "{detail}");
}

#[actix_web::test]
async fn each_address_of_the_site_has_its_own_policy() {
    let app = TestApp::start().await;
    for (host, scheme, sockets) in [
        ("localhost:1", "http", "ws://localhost:1"),
        ("localhost:1", "http", "ws://localhost:1"),
        ("localhost:1", "https", "wss://localhost:1"),
        ("127.0.0.1", "https", "wss://127.0.0.1"),
        ("localhost:1", "http", "ws://localhost:1"),
    ] {
        let reply = app.guest().send(Method::GET, "/", &[("host", host), ("x-forwarded-proto", scheme)], "").await;
        let policy = reply.header("content-security-policy");
        assert!(policy.contains(&format!("connect-src 'self' {sockets};")), "{scheme} {host}: {policy}");
    }
}

#[actix_web::test]
async fn keeps_a_given_request_id_or_makes_one() {
    let app = TestApp::start().await;
    let id = async |given: &str| {
        let reply = app.guest().send(Method::GET, "/healthz", &[("x-request-id", given)], "").await;
        reply.header("x-request-id").to_owned()
    };
    assert_eq!(id("abc-123").await, "abc-123");
    assert_ne!(id("a b").await, "a b");
    assert_ne!(id(&"x".repeat(100)).await.len(), 100);
}

#[actix_web::test]
async fn signing_in_has_a_rate_for_each_client_address() {
    let app = TestApp::start().await;
    let sign_in = async |client: &str| {
        let headers = [JSON, ("x-forwarded-for", client)];
        app.guest().send(Method::POST, "/api/v1/session", &headers, ADA).await
    };
    let mut refused = None;
    for _ in 0..100 {
        let reply = sign_in("198.51.100.1").await;
        if reply.status != 201 {
            refused = Some(reply);
            break;
        }
    }
    let refused = refused.expect("a hundred at once are too many");
    refused.problem(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(sign_in("198.51.100.2").await.status, 201, "another address is not hindered");
    let headers = [HTML, ("x-forwarded-for", "198.51.100.1"), ("content-type", "application/x-www-form-urlencoded")];
    let page = app.guest().send(Method::POST, "/sign-in", &headers, "nickname=Ada").await.page(429);
    assert!(page.contains("class=\"button\" href=\"/\"") && page.contains("name=\"next\" value=\"/\""), "{page}");
    let disguised = app.guest().send(Method::POST, "/%73ign-in", &headers, "nickname=Ada").await;
    disguised.page(429);
    for path in ["/mafia", "/api/v1/games", "/api/v1/games/K7QF2M/again"] {
        assert_eq!(app.guest().send(Method::POST, path, &headers, "").await.status, 429, "{path}: rows that stay");
    }
    let headers = [HTML, ("x-forwarded-for", "198.51.100.1")];
    app.guest().send(Method::GET, "/", &headers, "").await.page(200);
}

#[actix_web::test]
async fn opening_a_room_counts_as_a_change() {
    let app = TestApp::start().await;
    let open = async |path: &str| app.guest().send(Method::GET, path, &[("x-forwarded-for", "198.51.100.1")], "").await.status;
    for path in ["/rooms/K7QF2M", "/%72ooms/K7QF2M"].into_iter().cycle().take(100) {
        if open(path).await == 429 {
            assert_eq!(open("/").await, 200, "reading has an allowance of its own");
            return;
        }
    }
    panic!("a hundred at once are too many");
}
