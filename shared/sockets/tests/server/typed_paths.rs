//! Parts of a path as types: integers, UUIDs, and several at once.

use std::sync::Arc;

use catamaran::{Accept, Consumer, ConsumerError, Context, InMemoryLayer, LayerConfig};
use catamaran_sockets::{Limits, Routes};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Error;
use uuid::Uuid;

use crate::{client::Client, server::Server};

const UUID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

/// Replies with the parts that it was made with.
struct Parts(Value);

#[derive(Deserialize)]
struct Nothing {}

impl Consumer for Parts {
    type User = ();
    type Command = Nothing;
    type Event = Nothing;
    type Error = ConsumerError;

    async fn connect(&mut self, cx: &mut Context<Self>) -> Result<Accept, ConsumerError> {
        cx.reply(&self.0);
        Ok(Accept::default())
    }

    async fn receive(&mut self, _: &mut Context<Self>, _: Nothing) -> Result<(), ConsumerError> {
        Ok(())
    }
}

fn server() -> Server {
    let routes = Routes::new()
        .typed_consumer("/ws/boards/{board}/", |_, board: i64| Parts(json!(board)))
        .typed_consumer_within("/ws/teams/{team}/", Limits::default(), |_, team: Uuid| Parts(json!(team.to_string())))
        .typed_consumer("/ws/cells/{row}/{column}/", |_, cell: (u8, String)| Parts(json!([cell.0, cell.1])));
    Server::mounting(Limits::default(), Arc::new(InMemoryLayer::new(LayerConfig::default())), routes)
}

#[tokio::test]
async fn a_consumer_is_made_with_the_typed_parts_of_its_path() {
    let server = server();
    for (path, parts) in [
        ("/ws/boards/7/", json!(7)),
        ("/ws/boards/-9223372036854775808/", json!(i64::MIN)),
        (&format!("/ws/teams/{UUID}/"), json!(UUID)),
        ("/ws/cells/255/a%20b/", json!([255, "a b"])),
    ] {
        assert_eq!(Client::at(&server, path).await.json().await, parts, "{path}");
    }
}

#[tokio::test]
async fn a_part_of_another_form_is_refused_with_404_and_problem_details() {
    let server = server();
    for (path, route) in [
        ("/ws/boards/seven/", "/ws/boards/{board}/"),
        ("/ws/boards/9223372036854775808/", "/ws/boards/{board}/"),
        ("/ws/boards/7.5/", "/ws/boards/{board}/"),
        ("/ws/boards/%20/", "/ws/boards/{board}/"),
        ("/ws/boards/%ff%fe/", "/ws/boards/{board}/"),
        ("/ws/teams/67e55044/", "/ws/teams/{team}/"),
        ("/ws/cells/256/a/", "/ws/cells/{row}/{column}/"),
    ] {
        let Err(Error::Http(response)) = Client::with_headers(&server, path, &[]).await else { panic!("{path} got in") };
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (404, &"application/problem+json".parse().unwrap())
        );
        let body: Value = serde_json::from_slice(response.body().as_deref().unwrap()).unwrap();
        assert_eq!(body["code"], "no_socket", "{path}: {body}");
        assert!(body["detail"].as_str().unwrap().contains(route), "{path}: {body}");
        assert!(!body.to_string().contains("seven"), "the client's own text is not repeated: {body}");
    }
}
