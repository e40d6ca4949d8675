//! Requests to the wrong process, or of the wrong client, are refused with a remedy.

use e2e::{Data, Person, Request, Site};
use serde_json::json;
use testbed::{Program, free_port};

#[tokio::test]
async fn an_upgrade_at_http_server_names_the_server_of_sockets() {
    let site = Site::start(Data::sqlite()).await;
    for path in ["/ws/lobby/", "/"] {
        let answer = site.door().ask(&Request::upgrade(path)).await.expect(426);
        assert!(answer.body.contains("ws-server"), "{answer:?}");
    }
    site.web.log_line(|line| line.contains("ws-server") && line.contains("/ws/")).await;
}

#[tokio::test]
async fn a_plain_request_at_ws_server_names_the_server_of_pages() {
    let site = Site::start(Data::sqlite()).await;
    for path in ["/", "/rooms/K7QF2M", "/ws/lobby/", "/ws/rooms/K7QF2M/"] {
        let answer = site.door().ask_sockets(&Request::get(path)).await;
        assert!((400..500).contains(&answer.status), "{answer:?}");
        assert!(answer.body.contains("http-server"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_foreign_origin_opens_no_socket() {
    let site = Site::start(Data::sqlite()).await;
    let request = Request::upgrade("/ws/lobby/").header("Origin", "https://evil.example");
    let answer = site.door().ask_sockets(&request).await.expect(403);
    assert!(answer.body.contains("ALLOWED_ORIGINS"), "{answer:?}");
    site.ws.log_line(|line| line.contains("evil.example")).await;
}

/// The handshake succeeds with its subprotocol: a browser fails one without its subprotocol, and gives its page
/// 1006 in place of the code.
#[tokio::test]
async fn a_refused_socket_opens_and_closes_with_the_code_of_the_reason() {
    let site = Site::start(Data::sqlite()).await;
    let door = site.door();
    let ada = Person::sign_in(&door, "Ada").await;
    let small = json!({ "name": "Table for two", "capacity": 2 });
    let room = ada.ask(Request::new("POST", "/api/v1/rooms").json(&small)).await.expect(201).json();
    let code = room["code"].as_str().expect("a code");
    Person::sign_in(&door, "Bo").await.join(code).await;
    let late = Person::sign_in(&door, "Cy").await;
    let signed_out = Person::sign_in(&door, "Dee").await;
    let _gone = signed_out.ask(Request::new("DELETE", "/api/v1/session")).await.expect(204);

    let answer = late.ask(Request::new("PUT", &format!("/api/v1/rooms/{code}/membership"))).await.expect(409);
    assert_eq!(answer.json()["code"], "room_full");
    let no_room = "ZZZZZZ";
    for (person, code, expected) in [(&signed_out, code, 4401), (&late, code, 4403), (&ada, no_room, 4404)] {
        let mut socket = person.enter(code).await;
        assert_eq!(socket.subprotocol(), Some("catamaran.v1"));
        assert_eq!(socket.closed().await, Some(expected));
    }
}

/// Cookies of other applications on the domain, and an old one of ours, are harmless on pages and sockets.
#[tokio::test]
async fn foreign_and_old_cookies_sign_no_user_out() {
    let site = Site::start(Data::sqlite()).await;
    let ada = Person::sign_in(&site.door(), "Ada").await;
    let code = ada.create_room("Deck").await;
    for cookie in ["x=한글", &format!("catamaran_session={}", "A".repeat(43))] {
        let ada = ada.clone().with_cookie(cookie);
        ada.join(&code).await;
        ada.enter(&code).await.frame("room.state").await;
    }
}

#[tokio::test]
async fn neither_server_takes_the_memory_layer_unless_it_is_alone() {
    let data = Data::sqlite();
    for name in ["http-server", "ws-server"] {
        let port = free_port();
        let given = port.to_string();
        let variables = [("PORT", given.as_str()), ("DATABASE_URL", data.url()), ("CHANNEL_LAYER", "memory")];
        let refused = Program::start(name, &variables, &[]);
        assert_eq!(refused.exit_status().await.code(), Some(2), "{:?}", refused.log());
        let said = refused.log_line(|line| line.contains("CHANNEL_LAYER")).await;
        assert!(said.contains("--alone"), "{said}");

        let alone = Program::start(name, &variables, &["--alone"]);
        alone.listens(port).await;
    }
}

#[tokio::test]
async fn a_wrong_setting_stops_the_start_and_names_its_variable() {
    for name in ["http-server", "ws-server"] {
        let variables = [("PORT", "eighty"), ("REDIS_URL", "https://:hunter2@example.com"), ("WEB_CONCURRENCY", "0")];
        let refused = Program::start(name, &variables, &[]);
        assert_eq!(refused.exit_status().await.code(), Some(2));
        for variable in ["PORT", "REDIS_URL", "WEB_CONCURRENCY"] {
            refused.log_line(|line| line.contains(&format!("{variable} is "))).await;
        }
        let said = refused.log().join("\n");
        assert!(!said.contains("hunter2"), "a secret is shown: {said}");
    }
}
