//! Users meet, send messages, join and leave.

use e2e::{Data, Person, Request, Site, Socket};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::on_both_databases;

on_both_databases!(
    two_users_meet,
    shows_who_is_online,
    signing_out_closes_the_sockets,
    keeps_all_data_over_a_restart,
    the_lobby_sees_rooms_as_they_change,
);

async fn two_users_meet(data: Data) {
    let site = Site::start(data).await;
    let (ada, bo, code) = ada_and_bo(&site).await;
    let (mut adas, mut bos) = (ada.enter(&code).await, bo.enter(&code).await);
    assert_eq!(adas.subprotocol(), Some("catamaran.v1"));
    let state = bos.frame("room.state").await;
    assert_eq!(state["you"], json!({ "id": bo.id, "nickname": "Bo" }));
    assert_eq!(state["last_seq"], 0);
    assert_eq!(state["room"]["name"], "Lighthouse");

    let id = Uuid::new_v4().to_string();
    adas.send(json!({ "type": "message.send", "body": " good evening ", "client_id": id })).await;
    for socket in [&mut adas, &mut bos] {
        let said = socket.message("good evening").await["message"].clone();
        assert_eq!(said["user"], json!({ "id": ada.id, "nickname": "Ada" }));
        assert_eq!((&said["seq"], &said["client_id"]), (&json!(1), &json!(id)));
    }
    bos.send(json!({ "type": "typing", "on": true })).await;
    let typing = adas.frame_where("room.typing", |frame| frame["user_id"] == bo.id.as_str()).await;
    assert_eq!(typing["on"], true);

    // Posted over HTTP in one process, received over sockets of the other.
    let stored = bo.post(&code, "and to you").await;
    assert_eq!(stored["seq"], 2);
    assert_eq!(adas.message("and to you").await["message"], stored);
    assert_eq!(bos.message("and to you").await["message"], stored);
    assert_eq!(bodies(&ada.messages_after(&code, 0).await), ["good evening", "and to you"]);
}

async fn shows_who_is_online(data: Data) {
    let site = Site::start(data).await;
    let ada = Person::sign_in(&site.door(), "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let mut adas = ada.enter(&code).await;
    assert_eq!(adas.frame("room.state").await["room"]["online"], 1);
    let bo = Person::sign_in(&site.door(), "Bo").await;
    bo.join(&code).await;
    let joined = adas.frame("room.joined").await["member"].clone();
    assert_eq!((&joined["nickname"], &joined["online"]), (&json!("Bo"), &json!(false)));

    let mut bos = bo.enter(&code).await;
    presence(&mut adas, &bo, true).await;
    assert_eq!(online(&bos.frame("room.state").await["members"]), ["Ada", "Bo"]);
    // Opening and closing a second tab changes nothing.
    let mut second = bo.enter(&code).await;
    second.frame("room.state").await;
    second.leave().await;
    assert_eq!(online(&ada.view(&code).await["members"]), ["Ada", "Bo"]);

    bos.leave().await;
    presence(&mut adas, &bo, false).await;
    let view = ada.view(&code).await;
    assert_eq!(online(&view["members"]), ["Ada"]);
    assert_eq!((&view["room"]["online"], &view["room"]["members"]), (&json!(1), &json!(2)));
}

async fn signing_out_closes_the_sockets(data: Data) {
    let site = Site::start(data).await;
    let (ada, bo, code) = ada_and_bo(&site).await;
    let (mut adas, mut bos) = (ada.enter(&code).await, bo.enter(&code).await);
    adas.frame("room.state").await;
    bos.frame("room.state").await;
    let _gone = bo.ask(Request::new("DELETE", "/api/v1/session")).await.expect(204);
    assert_eq!(bos.closed().await, Some(4401));
    presence(&mut adas, &bo, false).await;
    // The old cookie opens no socket any more.
    assert_eq!(bo.enter(&code).await.closed().await, Some(4401));
    let answer = bo.ask(Request::get("/api/v1/session")).await.expect(401);
    assert_eq!(answer.json()["code"], "not_signed_in");
}

async fn keeps_all_data_over_a_restart(data: Data) {
    let mut site = Site::start(data).await;
    let (ada, bo, code) = ada_and_bo(&site).await;
    for body in ["one", "two", "three"] {
        ada.post(&code, body).await;
    }
    site.web.terminate();
    site.ws.terminate();
    assert!(site.web.exit_status().await.success());
    assert!(site.ws.exit_status().await.success());
    site.web.restart();
    site.ws.restart();
    site.ready().await;

    let mut socket = bo.enter(&code).await;
    let state = socket.frame("room.state").await;
    assert_eq!((&state["last_seq"], &state["room"]["name"]), (&json!(3), &json!("Lighthouse")));
    assert_eq!(names(&state["members"]), ["Ada", "Bo"]);
    assert_eq!(online(&state["members"]), ["Bo"]);
    assert_eq!(bodies(&bo.messages_after(&code, 1).await), ["two", "three"]);
}

async fn the_lobby_sees_rooms_as_they_change(data: Data) {
    let site = Site::start(data).await;
    let ada = Person::sign_in(&site.door(), "Ada").await;
    let mut lobby = ada.open("/ws/lobby/").await;
    assert_eq!(lobby.frame("lobby.state").await["rooms"], json!([]));
    let code = ada.create_room("Lighthouse").await;
    let room = lobby.frame_where("lobby.room", |frame| frame["room"]["code"] == code.as_str()).await;
    assert_eq!(room["room"]["members"], 1);
    Person::sign_in(&site.door(), "Bo").await.join(&code).await;
    lobby.frame_where("lobby.room", |frame| frame["room"]["members"] == 2).await;
}

/// Ada with a room that Bo has joined, too.
async fn ada_and_bo(site: &Site) -> (Person, Person, String) {
    let ada = Person::sign_in(&site.door(), "Ada").await;
    let bo = Person::sign_in(&site.door(), "Bo").await;
    let code = ada.create_room("Lighthouse").await;
    bo.join(&code).await;
    (ada, bo, code)
}

async fn presence(socket: &mut Socket, of: &Person, online: bool) {
    let id = of.id.as_str();
    socket.frame_where("room.presence", |frame| frame["user_id"] == id && frame["online"] == online).await;
}

fn names(members: &Value) -> Vec<String> {
    sorted(members, |_| true)
}

fn online(members: &Value) -> Vec<String> {
    sorted(members, |member| member["online"] == true)
}

fn sorted(members: &Value, wanted: impl Fn(&Value) -> bool) -> Vec<String> {
    let members = members.as_array().expect("a list").iter().filter(|member| wanted(member));
    let mut names: Vec<_> = members.map(|member| member["nickname"].as_str().unwrap_or_default().to_owned()).collect();
    names.sort();
    names
}

fn bodies(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["body"].as_str().unwrap_or_default()).collect()
}
