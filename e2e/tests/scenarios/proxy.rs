//! nginx before one server of each kind, with the deployed configuration, and as operators may change it.

use std::net::Ipv4Addr;

use e2e::{Data, Door, Person, Request, Site};
use serde_json::{Value, json};
use testbed::{Balancer, BalancerKind, Program, Upstreams};

const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);

fn upstreams(site: &Site) -> [Upstreams; 1] {
    [Upstreams { web: site.web_port(), ws: site.ws_port() }]
}

async fn site_behind_nginx() -> (Site, Balancer) {
    // Behind one address nobody needs WS_URL or ALLOWED_ORIGINS. Only nginx's own address is a proxy, so that a client
    // may have another address of this machine.
    let same_origin = [("WS_URL", ""), ("ALLOWED_ORIGINS", ""), ("TRUSTED_PROXIES", "127.0.0.1")];
    let site = Site::start_with(Data::sqlite(), &same_origin).await;
    let nginx = Balancer::start(BalancerKind::Nginx, &upstreams(&site)).await;
    (site, nginx)
}

#[tokio::test]
async fn ignores_forwarded_headers_of_untrusted_clients() {
    let (site, _nginx) = site_behind_nginx().await;
    let request =
        Request::get("/api/v1/openapi.json").header("X-Forwarded-For", "203.0.113.7").header("X-Forwarded-Proto", "https");
    let answer = site.door().from(ELSEWHERE).ask(&request).await.expect(200);
    assert_eq!(answer.header("strict-transport-security"), None, "nor is the scheme believed");
    assert_eq!(logged_client(&site.web, "/api/v1/openapi.json").await, ELSEWHERE.to_string());
}

#[tokio::test]
async fn a_dead_process_behind_the_proxy_affects_only_its_own_paths() {
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

/// Many nginx configurations send `Connection: upgrade` with every request and reuse connections to the servers. Once, 22 to 42 of
/// 1,500 requests got 502.
#[tokio::test]
async fn a_proxy_that_always_sends_upgrade_loses_no_request() {
    let site = Site::start_with(Data::sqlite(), &[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let always = r"s/proxy_set_header Connection \$connection_header;/proxy_set_header Connection upgrade;/";
    let nginx = Balancer::start_edited(BalancerKind::Nginx, &upstreams(&site), always).await;
    let ask = async |_| {
        let door = Door::http(nginx.http_port(), nginx.http_port());
        let request = Request::new("POST", "/language").header("Origin", &door.origin()).header("Accept", "application/json");
        let mut answers = Vec::new();
        for _ in 0..150 {
            answers.push(door.ask(&request).await.status);
        }
        answers
    };
    let answers = futures_util::future::join_all((0..10).map(ask)).await.concat();
    // Most are refused by the rate of one address, which is an answer too.
    let lost: Vec<_> = answers.iter().filter(|status| **status >= 500).collect();
    assert!(lost.is_empty() && answers.len() == 1500, "{lost:?}");
}

#[tokio::test]
async fn a_proxy_that_replaces_host_gets_a_remedy_that_works() {
    let variables = [
        ("ALLOWED_HOSTS", "localhost,web,web-once"),
        ("SECRET_KEY", "0123456789abcdef0123456789abcdef"),
        ("ALLOWED_ORIGINS", ""),
    ];
    let site = Site::start_with(Data::sqlite(), &variables).await;
    let nginx = async |script| Balancer::start_edited(BalancerKind::Nginx, &upstreams(&site), script).await;
    let replaced = nginx(r"s/proxy_set_header Host \$http_host;//").await;
    let cured = r"s/proxy_set_header Host \$http_host;/proxy_set_header X-Forwarded-Host $http_host;/;s/X-Forwarded-Host '';/X-Other '';/";
    let cured = nginx(cured).await;
    let sign_in = |port| {
        let door = Door::http(port, port);
        let request =
            Request::new("POST", "/api/v1/session").json(&json!({ "nickname": "Ada" })).header("Origin", &door.origin());
        async move { door.ask(&request).await }
    };
    let _refused = sign_in(replaced.http_port()).await.expect(403);
    let line = site.web.log_line(|line| line.contains("forged")).await;
    assert!(line.contains("proxy_set_header Host $http_host") && line.contains("X-Forwarded-Host"), "{line}");
    let _signed_in = sign_in(cured.http_port()).await.expect(201);
}

#[tokio::test]
async fn a_proxy_that_is_not_trusted_is_named_once() {
    let site = Site::start_with(Data::sqlite(), &[("TRUSTED_PROXIES", "none")]).await;
    let nginx = Balancer::start(BalancerKind::Nginx, &upstreams(&site)).await;
    let door = Door::http(nginx.http_port(), nginx.http_port());
    for _ in 0..3 {
        let _page = door.ask(&Request::get("/api/v1/openapi.json")).await.expect(200);
        let _refused =
            door.ask_sockets(&Request::upgrade("/ws/lobby/").header("Origin", "https://evil.example")).await.expect(403);
    }
    for program in [&site.web, &site.ws] {
        let names_it = |line: &str| line.contains("TRUSTED_PROXIES") && line.contains("is ignored, because");
        let line = program.log_line(names_it).await;
        assert!(line.contains("X-Forwarded-For from 127.0.0.1"), "{line}");
        assert_eq!(program.log().iter().filter(|line| names_it(line)).count(), 1);
    }
}

#[tokio::test]
async fn nine_kilobytes_of_cookies_pass_the_proxy() {
    let (_site, nginx) = site_behind_nginx().await;
    let door = Door::http(nginx.http_port(), nginx.http_port());
    let cookies = format!("other={}", "x".repeat(9_000));
    let _page = door.ask(&Request::get("/").header("Cookie", &cookies)).await.expect(200);
    let own = door.origin();
    let socket = Request::upgrade("/ws/lobby/").header("Cookie", &cookies).header("Origin", &own);
    let _socket = door.ask_sockets(&socket.header("Sec-WebSocket-Version", "1")).await.expect(400);
}

/// The client's address in the program's access log for that path.
async fn logged_client(program: &Program, path: &str) -> String {
    let line = program.log_line(|line| line.contains("\"access\"") && line.contains(path)).await;
    let entry: Value = serde_json::from_str(&line).expect("LOG_FORMAT=json");
    entry["client"].as_str().unwrap_or_default().to_owned()
}
