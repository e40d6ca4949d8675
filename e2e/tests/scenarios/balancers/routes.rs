//! One address for pages and sockets.

use e2e::{Door, Fleet, Person, Request, Server};
use serde_json::json;
use testbed::{BalancerKind, eventually};

use super::{
    enter,
    reload::{closes_sockets_at_a_reload, keeps_sockets_through_a_reload},
};

#[tokio::test]
async fn nginx_is_one_address_for_both_servers() {
    is_one_address_for_both_servers(BalancerKind::Nginx).await;
}

#[tokio::test]
async fn haproxy_is_one_address_for_both_servers() {
    is_one_address_for_both_servers(BalancerKind::Haproxy).await;
}

#[tokio::test]
async fn caddy_is_one_address_for_both_servers() {
    is_one_address_for_both_servers(BalancerKind::Caddy).await;
}

async fn is_one_address_for_both_servers(kind: BalancerKind) {
    let fleet = Fleet::start(kind).await;
    routes_pages_and_sockets(&fleet).await;
    passes_the_clients_address(&fleet).await;
    match kind {
        BalancerKind::Nginx => {
            bounds_the_sockets_of_an_address(&fleet).await;
            // The others may leave out a server of the wrong kind, after a check.
            explains_a_route_to_the_wrong_server(&fleet).await;
            keeps_sockets_through_a_reload(&fleet).await;
        }
        BalancerKind::Haproxy => {
            bounds_the_sockets_of_an_address(&fleet).await;
            keeps_sockets_through_a_reload(&fleet).await;
        }
        // It has no limit by address.
        BalancerKind::Caddy => closes_sockets_at_a_reload(&fleet).await,
    }
}

async fn routes_pages_and_sockets(fleet: &Fleet) {
    let balancer = &fleet.balancer;
    meet(&fleet.door(1), false).await;
    let door = Door::https(balancer.https_port(), balancer.certificate());
    meet(&door, true).await;
    assert_eq!(door.protocol(&["h2", "http/1.1"]).await.as_deref(), Some("h2"), "browsers get HTTP/2");
}

/// A client signs in, gets a page that names the socket at the same origin, and sends a message.
async fn meet(door: &Door, secure: bool) {
    let sign_in = Request::new("POST", "/api/v1/session").json(&json!({ "nickname": "Ada" }));
    let answer = door.ask(&sign_in.header("Origin", &door.origin())).await.expect(201);
    let cookie = answer.header("set-cookie").expect("a cookie").to_ascii_lowercase();
    assert_eq!(cookie.contains("; secure"), secure, "{cookie}");
    assert!(cookie.contains("httponly") && cookie.contains("samesite=lax"), "{cookie}");
    assert_eq!(cookie.starts_with("__host-catamaran_session="), secure, "{cookie}");
    assert_eq!(answer.header("strict-transport-security"), None, "this machine is not bound to https");

    let ada = Person::sign_in(door, "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let page = ada.ask(Request::get(&format!("/rooms/{code}"))).await.expect(200);
    let sockets = door.origin().replacen("http", "ws", 1);
    assert!(page.body.contains(&sockets), "the page leads to {sockets}: {}", page.body);
    let mut socket = enter(&ada, &format!("/ws/rooms/{code}/")).await;
    socket.send(json!({ "type": "message.send", "body": "through the balancer" })).await;
    socket.message("through the balancer").await;
}

async fn passes_the_clients_address(fleet: &Fleet) {
    let door = fleet.door(9);
    let claims = [
        ("X-Forwarded-For", "203.0.113.7"),
        ("Forwarded", "for=203.0.113.7;proto=https;host=evil.example"),
        ("X-Real-IP", "203.0.113.7"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Port", "1"),
        ("X-Forwarded-Proto", "https"),
        ("X-Request-Id", "203.0.113.7"),
    ];
    let claim = |request: Request| claims.iter().fold(request, |request, (name, value)| request.header(name, value));
    let sign_in = Request::new("POST", "/api/v1/session").json(&json!({ "nickname": "Ada" }));
    let answer = door.ask(&claim(sign_in.header("Origin", &door.origin()))).await.expect(201);
    let cookie = answer.header("set-cookie").expect("a cookie").to_ascii_lowercase();
    assert!(!cookie.contains("; secure"), "the scheme is not believed: {cookie}");
    let line = logged(&fleet.web, |line| line.contains("\"access\"") && line.contains("127.0.7.9")).await;
    assert!(line.contains("/api/v1/session"), "{line}");

    let foreign = claim(Request::upgrade("/ws/lobby/").header("Origin", "https://evil.example"));
    let _refused = door.ask_sockets(&foreign).await.expect(403);
    logged(&fleet.ws, |line| line.contains("refused a socket") && line.contains("127.0.7.9")).await;
    let logs: Vec<_> = fleet.web.iter().chain(&fleet.ws).flat_map(|server| server.program.log()).collect();
    let believed: Vec<_> = logs.iter().filter(|line| line.contains("203.0.113.7")).collect();
    assert!(believed.is_empty(), "{believed:?}");
}

/// Waits for a line in the log of one of the servers.
async fn logged(servers: &[Server], wanted: impl Fn(&str) -> bool) -> String {
    eventually(std::time::Duration::from_secs(30), || async {
        servers.iter().flat_map(|server| server.program.log()).find(|line| wanted(line))
    })
    .await
}

async fn explains_a_route_to_the_wrong_server(fleet: &Fleet) {
    let swapped = fleet.swapped().await;
    let door = Fleet::door_of(&swapped, 1);
    let page = door.ask(&Request::get("/")).await.expect(404);
    assert!(page.body.contains("http-server"), "{page:?}");
    let socket = door.ask_sockets(&Request::upgrade("/ws/lobby/")).await.expect(426);
    assert!(socket.body.contains("ws-server") && socket.body.contains("/ws/"), "{socket:?}");
}

async fn bounds_the_sockets_of_an_address(fleet: &Fleet) {
    let small = fleet.edited("s/(limit_conn by_address|sc0_conn_cur gt) 2000/\\1 2/").await;
    let ada = Person::sign_in(&Fleet::door_of(&small, 1), "Ada").await;
    let mut held = vec![ada.open("/ws/lobby/").await, ada.open("/ws/lobby/").await];
    let refused = ada.ask(Request::upgrade("/ws/lobby/")).await;
    assert_eq!(refused.status, 429, "{refused:?}");
    let _elsewhere = ada.through(&Fleet::door_of(&small, 2)).open("/ws/lobby/").await;
    held.pop().expect("two sockets").leave().await;
    eventually(std::time::Duration::from_secs(30), || async { ada.try_open("/ws/lobby/").await.ok() }).await;
}
