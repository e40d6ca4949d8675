//! One server is killed or stopped; the other continues.

use std::time::{Duration, Instant};

use e2e::{Data, Person, Request, Site};
use serde_json::json;
use testbed::eventually;

use crate::on_both_databases;

on_both_databases!(
    killing_http_server_disturbs_no_socket,
    clients_of_a_killed_ws_server_reconnect,
    users_of_a_killed_ws_server_go_offline,
);

async fn killing_http_server_disturbs_no_socket(data: Data) {
    let mut site = Site::start(data).await;
    let (ada, bo) = (Person::sign_in(&site.door(), "Ada").await, Person::sign_in(&site.door(), "Bo").await);
    let code = ada.create_room("Lighthouse").await;
    bo.join(&code).await;
    let (mut adas, mut bos) = (ada.enter(&code).await, bo.enter(&code).await);
    adas.frame("room.state").await;
    bos.frame("room.state").await;

    site.web.kill9();
    assert!(ada.try_ask(Request::get("/")).await.is_err());
    for body in ["who", "cares"] {
        adas.send(json!({ "type": "message.send", "body": body })).await;
        bos.message(body).await;
    }
    site.web.restart();
    site.ready().await;
    // A message before the layer is connected would reach the sockets as a gap.
    eventually(Duration::from_secs(30), || async {
        (ada.ask(Request::get("/healthz")).await.json()["status"] == "ok").then_some(())
    })
    .await;
    let stored = ada.post(&code, "back").await;
    assert_eq!(stored["seq"], 3);
    // The old sockets receive messages of the new process.
    bos.message("back").await;
    adas.message("back").await;
}

async fn clients_of_a_killed_ws_server_reconnect(data: Data) {
    let mut site = Site::start(data).await;
    let (ada, bo) = (Person::sign_in(&site.door(), "Ada").await, Person::sign_in(&site.door(), "Bo").await);
    let code = ada.create_room("Lighthouse").await;
    bo.join(&code).await;
    let mut adas = ada.enter(&code).await;
    adas.frame("room.state").await;
    let seen = ada.post(&code, "before").await["seq"].as_i64().expect("a number");
    adas.message("before").await;

    site.ws.kill9();
    assert_eq!(adas.closed().await, None, "a killed process says no goodbye");
    assert!(ada.try_open("/ws/lobby/").await.is_err());
    for path in ["/", &format!("/rooms/{code}"), "/api/v1/rooms", "/healthz"] {
        let _page = ada.ask(Request::get(path)).await.expect(200);
    }
    bo.post(&code, "missed").await;

    site.ws.restart();
    site.ready().await;
    let mut adas = ada.enter(&code).await;
    assert_eq!(adas.frame("room.state").await["last_seq"], seen + 1);
    let missed = ada.messages_after(&code, seen).await;
    assert_eq!(missed.iter().map(|message| &message["body"]).collect::<Vec<_>>(), ["missed"]);
    bo.post(&code, "heard").await;
    assert_eq!(adas.message("heard").await["message"]["seq"], seen + 2);
}

async fn users_of_a_killed_ws_server_go_offline(data: Data) {
    let mut site = Site::start(data).await;
    let (ada, bo) = (Person::sign_in(&site.door(), "Ada").await, Person::sign_in(&site.door(), "Bo").await);
    let code = ada.create_room("Lighthouse").await;
    bo.join(&code).await;
    let mut bos = bo.enter(&code).await;
    bos.frame("room.state").await;
    assert_eq!(ada.view(&code).await["room"]["online"], 1);

    site.ws.kill9();
    site.ws.restart();
    site.ready().await;
    let mut adas = ada.enter(&code).await;
    adas.frame("room.state").await;
    // A lease lasts 15 s and is checked every 5 s.
    eventually(Duration::from_secs(40), || async {
        let view = ada.view(&code).await;
        (view["room"]["online"] == 1).then_some(())
    })
    .await;
    let members = ada.view(&code).await["members"].clone();
    let bo = members.as_array().expect("a list").iter().find(|member| member["nickname"] == "Bo").expect("Bo");
    assert_eq!(bo["online"], false);
}

#[tokio::test]
async fn a_stopping_ws_server_closes_with_1012_within_ten_seconds() {
    let site = Site::start(Data::sqlite()).await;
    let ada = Person::sign_in(&site.door(), "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let mut sockets = Vec::new();
    for _ in 0..20 {
        let mut socket = ada.enter(&code).await;
        socket.frame("room.state").await;
        sockets.push(socket);
    }
    // Neither a vanished client nor one that never reads delays the others.
    drop(sockets.pop());
    let _deaf = sockets.pop();

    let start = Instant::now();
    site.ws.terminate();
    for socket in &mut sockets {
        assert_eq!(socket.closed().await, Some(1012));
    }
    assert!(site.ws.exit_status().await.success());
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(ada.view(&code).await["room"]["online"], 1, "clients have the time of a lease to come back");
}

#[tokio::test]
async fn a_stopping_http_server_ends_within_ten_seconds_and_sockets_stay() {
    let site = Site::start(Data::sqlite()).await;
    let ada = Person::sign_in(&site.door(), "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let mut socket = ada.enter(&code).await;
    socket.frame("room.state").await;
    let start = Instant::now();
    site.web.terminate();
    assert!(site.web.exit_status().await.success());
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    socket.send(json!({ "type": "message.send", "body": "still here" })).await;
    socket.message("still here").await;
}
