//! Sockets of pages whose session cookie does not reach the sockets' host.

use catamaran_socket_token::TokenKeys;
use e2e::{Data, Door, Person, Request, Site, Socket};
use testbed::{Program, free_port};

use crate::on_both_databases;

on_both_databases!(
    a_token_opens_one_socket_on_one_process,
    tokens_that_do_not_hold_are_refused_with_a_code_of_their_own,
    the_end_of_the_session_ends_its_sockets_and_its_tokens,
);

const LOBBY: &str = "/ws/lobby/";
const KEY: &str = "0123456789abcdef0123456789abcdef";
/// The token is refused: the page asks for a new one.
const TOKEN_REFUSED: Option<u16> = Some(4498);
const SESSION_ENDED: Option<u16> = Some(4401);
const FAR: i64 = 4_000_000_000_000;

async fn open(door: &Door, token: &str) -> Socket {
    let socket = Socket::by_token(door, LOBBY, token).await.expect("the handshake is answered with 101");
    assert_eq!(socket.subprotocol(), Some("catamaran.v1"), "the token is never echoed");
    socket
}

/// The close code of a socket that the server refuses.
async fn refusal(door: &Door, token: &str) -> Option<u16> {
    open(door, token).await.closed().await
}

/// A second ws-server of the site.
async fn second_process(site: &Site, database: &str) -> (Program, Door) {
    let (port, origin) = (free_port(), site.door().origin());
    let redis = site.line.url(&site.redis.url());
    let number = port.to_string();
    let variables = [
        ("PORT", number.as_str()),
        ("DATABASE_URL", database),
        ("REDIS_URL", redis.as_str()),
        ("ALLOWED_ORIGINS", origin.as_str()),
    ];
    let program = Program::start("ws-server", &variables, &[]);
    program.listens(port).await;
    (program, Door::http(site.web_port(), port))
}

async fn a_token_opens_one_socket_on_one_process(data: Data) {
    let database = data.url().to_owned();
    let site = Site::start_with(data, &[("RUST_LOG", "trace")]).await;
    let (_second, other) = second_process(&site, &database).await;
    let ada = Person::sign_in(&site.door(), "Ada").await;

    let token = ada.socket_token().await;
    open(&site.door(), &token).await.frame("lobby.state").await;
    for door in [&site.door(), &other] {
        assert_eq!(refusal(door, &token).await, TOKEN_REFUSED, "it was used before");
    }

    let token = ada.socket_token().await;
    let (here, there) = (site.door(), other);
    let (mut first, mut second) = tokio::join!(open(&here, &token), open(&there, &token));
    let accepted = async |socket: &mut Socket| socket.receive().await.is_ok();
    let outcomes = (accepted(&mut first).await, accepted(&mut second).await);
    assert!(outcomes.0 != outcomes.1, "one of two concurrent sockets is accepted: {outcomes:?}");

    let secret = token.rsplit('.').next().expect("the part after the prefix");
    for program in [&site.web, &site.ws] {
        let log = program.log();
        assert!(log.iter().any(|line| line.contains("TRACE")), "the finest level is on");
        assert!(!log.iter().any(|line| line.contains(secret)), "a log shows the token");
    }
}

async fn tokens_that_do_not_hold_are_refused_with_a_code_of_their_own(data: Data) {
    let site = Site::start_with(data, &[("SECRET_KEY", KEY)]).await;
    let (door, ada) = (site.door(), Person::sign_in(&site.door(), "Ada").await);
    let keys = TokenKeys::new(KEY.as_bytes());
    let nobody = "00000000-0000-4000-8000-000000000000";
    let token = ada.socket_token().await;
    for (refused, code) in [
        (TokenKeys::new(b"another key").sign(nobody, FAR), TOKEN_REFUSED),
        (keys.sign(nobody, 1), TOKEN_REFUSED),
        (keys.sign("no session", FAR), TOKEN_REFUSED),
        (token[..token.len() - 4].to_owned(), TOKEN_REFUSED),
        (format!("{token}, {token}"), TOKEN_REFUSED),
        (keys.sign(nobody, FAR), SESSION_ENDED),
    ] {
        assert_eq!(refusal(&door, &refused).await, code, "{refused}");
    }
    site.ws.log_line(|line| line.contains("another SECRET_KEY")).await;
    // No refusal has used it up.
    open(&door, &token).await.frame("lobby.state").await;

    let evil = format!("catamaran.v1, {}", ada.socket_token().await);
    let request = Request::upgrade(LOBBY).header("Sec-WebSocket-Protocol", &evil).header("Origin", "https://evil.example");
    assert_eq!(door.ask_sockets(&request).await.expect(403).json()["code"], "bad_origin");
}

async fn the_end_of_the_session_ends_its_sockets_and_its_tokens(data: Data) {
    let site = Site::start(data).await;
    let (door, ada) = (site.door(), Person::sign_in(&site.door(), "Ada").await);
    let kept = ada.socket_token().await;
    let mut socket = open(&door, &ada.socket_token().await).await;
    socket.frame("lobby.state").await;
    assert_eq!(ada.ask(Request::new("DELETE", "/api/v1/session")).await.status, 204);
    assert_eq!(socket.closed().await, SESSION_ENDED);
    assert_eq!(refusal(&door, &kept).await, SESSION_ENDED);
    assert_eq!(ada.ask(Request::new("POST", "/api/v1/socket-token")).await.status, 401);

    // The order to close is lost with the connection: the sockets' process checks its sessions after the gap.
    let bo = Person::sign_in(&door, "Bo").await;
    let mut socket = open(&door, &bo.socket_token().await).await;
    socket.frame("lobby.state").await;
    site.line.refuse().await;
    assert_eq!(bo.ask(Request::new("DELETE", "/api/v1/session")).await.status, 204);
    site.line.heal().await;
    assert_eq!(socket.closed().await, SESSION_ENDED);
}
