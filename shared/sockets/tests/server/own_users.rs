//! Users of a team's own type: an integer, by a token in the query, in `Authorization` or beside a subprotocol.

use std::sync::Arc;

use catamaran::{Accept, Close, CloseCode, Consumer, ConsumerError, Context, Fault, InMemoryLayer, LayerConfig, SocketOrder};
use catamaran_sockets::{Authenticate, Handshake, Limits, Routes, SignedIn, Unhealthy};
use serde::Deserialize;
use serde_json::json;
use testbed::eventually;

use crate::{
    client::{Client, http},
    server::{PATIENCE, Server},
};

/// The team's own error, with one conversion for sign-in and consumers.
enum DeskError {
    Expired,
    DatabaseDown,
}

impl From<DeskError> for ConsumerError {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Expired => Close::new(CloseCode(4401), "the token has expired").into(),
            DeskError::DatabaseDown => Fault::unavailable("the test's database is down").into(),
        }
    }
}

struct Tokens;

impl Authenticate for Tokens {
    type User = i64;
    type Error = DeskError;

    async fn authenticate(&self, handshake: &Handshake<'_>) -> Result<Option<SignedIn<i64>>, DeskError> {
        let query = handshake.query().strip_prefix("token=");
        let offered = handshake.subprotocols().find_map(|word| word.strip_prefix("token."));
        let Some(token) = query.or(offered).or(handshake.bearer()) else { return Ok(None) };
        match token.split_once('-') {
            Some(("expired", _)) => Err(DeskError::Expired),
            Some(("down", _)) => Err(DeskError::DatabaseDown),
            Some(("user", id)) => Ok(id.parse().ok().map(|id: i64| SignedIn::new(id).user_key(id).session_key(token))),
            _ => Ok(None),
        }
    }

    const CHECKED: Option<&'static str> = Some("ticket_office");

    async fn check(&self) -> Result<(), Unhealthy> {
        Err(Unhealthy::from("hunter2 is the password").lacks(Some("SELECT on users")))
    }
}

struct Desk;

#[derive(Deserialize)]
struct Anything {}

impl Consumer for Desk {
    type User = i64;
    type Command = Anything;
    type Event = Anything;
    type Error = DeskError;

    const SUBPROTOCOLS: &'static [&'static str] = &["desk.v1"];

    async fn connect(&mut self, cx: &mut Context<Self>) -> Result<Accept, DeskError> {
        cx.reply(&json!({ "user": cx.user() }));
        Ok(Accept::with_subprotocol(cx.scope(), "desk.v1"))
    }

    async fn receive(&mut self, cx: &mut Context<Self>, _: Anything) -> Result<(), DeskError> {
        cx.reply(&json!({ "taken": true }));
        Ok(())
    }
}

fn server() -> Server {
    let one = Limits::default().with(|limits| (limits.frames_per_second, limits.frames_burst) = (1, 1));
    let quick = Limits::default().with(|limits| (limits.frames_per_second, limits.frames_burst) = (1_000, 1_000));
    let routes = Routes::new().consumer("/ws/desk/", |_| Desk).consumer_within("/ws/slow/", one, |_| Desk).consumer_within(
        "/ws/quick/",
        quick,
        |_| Desk,
    );
    Server::serving(Tokens, Limits::default(), Arc::new(InMemoryLayer::new(LayerConfig::default())), routes, &[])
}

async fn signed_in(server: &Server, user: i64) -> Client {
    let mut client = Client::with_headers(server, &format!("/ws/desk/?token=user-{user}"), &[]).await.unwrap();
    assert_eq!(client.json().await, json!({ "user": user }));
    client
}

#[tokio::test]
async fn a_consumer_gets_the_user_of_a_token_from_each_place() {
    let server = server();
    signed_in(&server, 7).await;
    for (path, headers, user) in [
        ("/ws/desk/", &[("authorization", "Bearer user-8")][..], json!(8)),
        ("/ws/desk/", &[("sec-websocket-protocol", "desk.v1, token.user-9")], json!(9)),
        ("/ws/desk/?token=forged", &[], json!(null)),
        ("/ws/desk/", &[], json!(null)),
    ] {
        let mut client = Client::with_headers(&server, path, headers).await.unwrap();
        assert_eq!(client.json().await["user"], user, "{path} {headers:?}");
    }
}

#[tokio::test]
async fn a_refusal_has_the_team_s_own_code_and_an_outage_is_1013() {
    let server = server();
    let mut expired = Client::with_headers(&server, "/ws/desk/?token=expired-1", &[]).await.unwrap();
    assert_eq!(expired.closed().await, (4401, "the token has expired".to_owned()));
    let mut down = Client::with_headers(&server, "/ws/desk/?token=down-1", &[]).await.unwrap();
    assert_eq!(down.closed().await.0, 1013);
}

#[tokio::test]
async fn any_process_closes_the_sockets_of_a_user_and_no_others() {
    let server = server();
    let (mut first, mut second, mut other) =
        (signed_in(&server, 7).await, signed_in(&server, 7).await, signed_in(&server, 8).await);
    let order = SocketOrder::close_user("7", Close::new(CloseCode(4403), "suspended"));
    eventually(PATIENCE, async || (order.send(&*server.layer).await.unwrap().reached == 2).then_some(())).await;
    for client in [&mut first, &mut second] {
        assert_eq!(client.closed().await, (4403, "suspended".to_owned()));
    }
    other.send("{}").await;
    assert_eq!(other.json().await["taken"], true);
}

#[tokio::test]
async fn a_route_has_limits_of_its_own() {
    let server = server();
    let mut slow = Client::with_headers(&server, "/ws/slow/", &[]).await.unwrap();
    let mut desk = Client::with_headers(&server, "/ws/desk/", &[]).await.unwrap();
    for client in [&mut slow, &mut desk] {
        client.json().await;
        client.send("{}").await;
        client.send("{}").await;
        assert_eq!(client.json().await["taken"], true);
    }
    assert_eq!(slow.json().await["code"], "rate_limited");
    assert_eq!(desk.json().await["taken"], true);
}

/// The default rates of a user are 40 frames a second and 120 at once.
#[tokio::test]
async fn a_rate_of_a_route_s_own_is_not_cut_by_the_rate_of_its_user() {
    let server = server();
    let mut quick = Client::with_headers(&server, "/ws/quick/?token=user-7", &[]).await.unwrap();
    quick.json().await;
    for _ in 0..900 {
        quick.send("{}").await;
    }
    for _ in 0..900 {
        assert_eq!(quick.json().await["taken"], true);
    }
}

#[tokio::test]
async fn health_names_the_missing_rights_and_nothing_else_of_the_fault() {
    let server = server();
    let answer = http(server.addr, "GET /healthz HTTP/1.1\r\nHost: localhost").await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains(r#""lacks":"SELECT on users""#), "{answer}");
    assert!(!answer.contains("hunter2"), "{answer}");
    assert!(answer.contains(r#""ticket_office":"unavailable""#) && !answer.contains("database"), "{answer}");
}
