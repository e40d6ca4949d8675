//! nginx in front, with the configuration that we deploy.

use std::net::Ipv4Addr;

use e2e::{Data, Door, Person, Request, Site};
use serde_json::{Value, json};
use testbed::{Nginx, Program, Upstreams};

const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);

async fn site_behind_nginx() -> (Site, Nginx) {
    // Behind one address nobody needs WS_URL or ALLOWED_ORIGINS. Only nginx's own address is a proxy, so that a client
    // may have another address of this machine.
    let same_origin = [("WS_URL", ""), ("ALLOWED_ORIGINS", ""), ("TRUSTED_PROXIES", "127.0.0.1")];
    let site = Site::start_with(Data::sqlite(), &same_origin).await;
    let nginx = Nginx::start(Upstreams { web: site.web_port(), ws: site.ws_port() }).await;
    (site, nginx)
}

#[tokio::test]
async fn pages_and_sockets_share_an_address() {
    let (_site, nginx) = site_behind_nginx().await;
    meet(&Door::http(nginx.http_port(), nginx.http_port()), false).await;
}

#[tokio::test]
async fn pages_and_sockets_share_an_address_under_tls() {
    let (_site, nginx) = site_behind_nginx().await;
    meet(&Door::https(nginx.https_port(), nginx.certificate()), true).await;
}

/// Somebody signs in, sees a page that leads to the socket at the same origin, and talks.
async fn meet(door: &Door, secure: bool) {
    let sign_in = Request::new("POST", "/api/v1/session").json(&json!({ "nickname": "Ada" }));
    let answer = door.ask(&sign_in.header("Origin", &door.origin())).await.expect(201);
    let cookie = answer.header("set-cookie").expect("a cookie").to_ascii_lowercase();
    assert_eq!(cookie.contains("; secure"), secure, "{cookie}");
    assert!(cookie.contains("httponly") && cookie.contains("samesite=lax"), "{cookie}");
    assert_eq!(answer.header("strict-transport-security").is_some(), secure);

    let ada = Person::sign_in(door, "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let page = ada.ask(Request::get(&format!("/rooms/{code}"))).await.expect(200);
    let sockets = door.origin().replacen("http", "ws", 1);
    assert!(page.body.contains(&sockets), "the page leads to {sockets}: {}", page.body);
    let mut socket = ada.enter(&code).await;
    socket.frame("room.state").await;
    socket.send(json!({ "type": "message.send", "body": "through the proxy" })).await;
    socket.message("through the proxy").await;
}

#[tokio::test]
async fn both_logs_have_the_clients_real_address() {
    let (site, nginx) = site_behind_nginx().await;
    let door = Door::http(nginx.http_port(), nginx.http_port()).from(ELSEWHERE);
    let claim = Request::get("/api/v1/openapi.json").header("X-Forwarded-For", "203.0.113.7");
    let _answer = door.ask(&claim).await.expect(200);
    assert_eq!(logged_client(&site.web, "/api/v1/openapi.json").await, ELSEWHERE.to_string());
    let line = nginx.log_line(|line| line.contains("/api/v1/openapi.json")).await;
    assert!(line.starts_with("127.0.0.9 GET"), "{line}");
}

#[tokio::test]
async fn a_stranger_who_claims_to_be_forwarded_is_not_believed() {
    let (site, _nginx) = site_behind_nginx().await;
    let request =
        Request::get("/api/v1/openapi.json").header("X-Forwarded-For", "203.0.113.7").header("X-Forwarded-Proto", "https");
    let answer = site.door().from(ELSEWHERE).ask(&request).await.expect(200);
    assert_eq!(answer.header("strict-transport-security"), None, "nor is the scheme believed");
    assert_eq!(logged_client(&site.web, "/api/v1/openapi.json").await, ELSEWHERE.to_string());
}

#[tokio::test]
async fn a_dead_process_behind_the_proxy_takes_only_its_own_paths_with_it() {
    let (mut site, nginx) = site_behind_nginx().await;
    let door = Door::http(nginx.http_port(), nginx.http_port());
    let ada = Person::sign_in(&door, "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let mut socket = ada.enter(&code).await;
    socket.frame("room.state").await;
    site.web.kill9();
    let _bad_gateway = ada.ask(Request::get("/")).await.expect(502);
    socket.send(json!({ "type": "message.send", "body": "alone" })).await;
    socket.message("alone").await;
    site.web.restart();
    site.ready().await;
    site.ws.kill9();
    assert_eq!(socket.closed().await, None);
    let _page = ada.ask(Request::get("/")).await.expect(200);
    let _bad_gateway = door.ask_sockets(&Request::upgrade("/ws/lobby/")).await.expect(502);
}

/// The client's address in the program's access log for that path.
async fn logged_client(program: &Program, path: &str) -> String {
    let line = program.log_line(|line| line.contains("\"access\"") && line.contains(path)).await;
    let entry: Value = serde_json::from_str(&line).expect("LOG_FORMAT=json");
    entry["client"].as_str().unwrap_or_default().to_owned()
}
