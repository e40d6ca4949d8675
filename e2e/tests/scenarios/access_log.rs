//! The logs of both servers: a line for each request and two for each socket, joined by the request's id.

use e2e::{Data, Person, Request, Site};
use serde_json::{Value, json};
use testbed::Program;

/// The first line of the log that `wanted` is true for.
async fn line(program: &Program, wanted: impl Fn(&Value) -> bool) -> Value {
    let parsed = |line: &str| serde_json::from_str::<Value>(line).ok();
    let found = program.log_line(|line| parsed(line).is_some_and(|line| wanted(&line))).await;
    parsed(&found).expect("JSON")
}

fn fields<const N: usize>(line: &Value, names: [&str; N]) -> [Value; N] {
    names.map(|name| line[name].clone())
}

#[tokio::test]
async fn a_request_id_follows_a_message_to_the_socket_server() {
    let site = Site::start_with(Data::sqlite(), &[("RUST_LOG", "info,events=debug")]).await;
    let ada = Person::sign_in(&site.door(), "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let mut socket = ada.enter(&code).await;
    socket.frame("room.state").await;
    let answer = ada.ask(Person::message(&code, "hello").header("X-Request-Id", "edge-7f3")).await.expect(201);
    assert_eq!(answer.header("x-request-id"), Some("edge-7f3"));
    socket.message("hello").await;
    let request = line(&site.web, |line| line["target"] == "access" && line["request_id"] == "edge-7f3").await;
    assert_eq!(fields(&request, ["method", "status"]), [json!("POST"), json!(201)]);
    let event = line(&site.ws, |line| line["target"] == "events" && line["request_id"] == "edge-7f3").await;
    assert!(event["msg"].as_str().is_some_and(|msg| msg.starts_with("room.message for ")), "{event}");
}

#[tokio::test]
async fn logs_a_socket_when_it_opens_and_when_it_ends() {
    let site = Site::start(Data::sqlite()).await;
    let ada = Person::sign_in(&site.door(), "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let path = format!("/ws/rooms/{code}/");
    let mut socket = ada.open(&format!("{path}?token=hunter2")).await;
    socket.frame("room.state").await;
    socket.send(json!({ "type": "message.send", "body": "hello" })).await;
    socket.message("hello").await;
    let opened = line(&site.ws, |line| line["target"] == "access" && line["status"] == 101).await;
    let expected = [json!("GET"), json!(path), json!(ada.id), json!("127.0.0.1"), json!(site.door().origin())];
    assert_eq!(fields(&opened, ["method", "path", "user", "client", "origin"]), expected);
    assert!(opened["us"].is_u64(), "{opened}");
    socket.leave().await;
    let ended = line(&site.ws, |line| line["target"] == "access" && line["code"].is_u64()).await;
    assert_eq!(ended["request_id"], opened["request_id"]);
    let expected = [json!(path), json!(ada.id), json!(1005), json!("client"), json!("no_status"), json!(0)];
    assert_eq!(fields(&ended, ["path", "user", "code", "side", "reason", "dropped"]), expected);
    assert!(ended["frames_in"].as_u64() >= Some(2) && ended["frames_out"].as_u64() >= Some(2), "{ended}");
    assert!(ended["bytes_in"].as_u64() >= Some(30) && ended["bytes_out"].as_u64() > ended["bytes_in"].as_u64(), "{ended}");
    assert!(site.ws.log().iter().all(|line| !line.contains("hunter2")), "the query is in the log");
}

#[tokio::test]
async fn the_answer_to_a_handshake_has_the_request_id_of_a_trusted_proxy_alone() {
    let refused = Request::upgrade("/ws/lobby/").header("Origin", "https://evil.example").header("X-Request-Id", "edge-7f3");
    let trusting = Site::start(Data::sqlite()).await;
    let answer = trusting.door().ask_sockets(&refused).await.expect(403);
    assert_eq!(answer.header("x-request-id"), Some("edge-7f3"));
    let logged = line(&trusting.ws, |line| line["target"] == "access").await;
    let expected = [json!("edge-7f3"), json!(403), json!("https://evil.example"), json!("-")];
    assert_eq!(fields(&logged, ["request_id", "status", "origin", "user"]), expected);

    let wary = Site::start_with(Data::sqlite(), &[("TRUSTED_PROXIES", "none")]).await;
    for answer in
        [wary.door().ask_sockets(&refused).await, wary.door().ask(&Request::get("/").header("X-Request-Id", "edge-7f3")).await]
    {
        let id = answer.header("x-request-id").expect("an id");
        assert!(id != "edge-7f3" && id.len() == 36, "{id}");
    }
}
