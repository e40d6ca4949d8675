//! The lobby's consumer.

use catamaran::CloseCode;
use serde_json::json;

use crate::house::{House, NOW};

#[tokio::test]
async fn sends_the_list_first_and_then_the_changes() {
    let house = House::new().await;
    let (kim, lee) = (house.person("Kim").await, house.person("Lee").await);
    let code = house.room(&kim, 1).await;
    let mut lobby = house.lobby(Some(&lee)).await.unwrap();
    assert_eq!(lobby.accept().subprotocol.as_deref(), Some("catamaran.v1"));
    let first = lobby.sent();
    assert_eq!((&first[0]["type"], &first[0]["rooms"][0]["code"]), (&json!("lobby.state"), &json!(code.as_str())));

    house.room(&kim, 2).await;
    house.rooms.join(&code, &lee, NOW).await.unwrap();
    let visitor = house.enter(&lee, code.as_str()).await.unwrap();
    lobby.settle().await;
    let counts: Vec<_> =
        lobby.sent().iter().map(|frame| (frame["room"]["members"].clone(), frame["room"]["online"].clone())).collect();
    assert_eq!(counts, [(json!(1), json!(0)), (json!(2), json!(0)), (json!(2), json!(1))], "created, joined, online");
    visitor.disconnect(CloseCode::NORMAL).await;
    lobby.settle().await;
    assert_eq!(lobby.sent()[0]["room"]["online"], 0);
}

#[tokio::test]
async fn refuses_a_client_without_a_session_and_any_command_but_ping() {
    let house = House::new().await;
    assert_eq!(house.lobby(None).await.err().unwrap().code, CloseCode(4401));
    let kim = house.person("Kim").await;
    let mut lobby = house.lobby(Some(&kim)).await.unwrap();
    lobby.sent();
    lobby.send(&json!({ "type": "shout" })).await;
    assert_eq!(lobby.sent()[0]["code"], "unknown_type");
}
