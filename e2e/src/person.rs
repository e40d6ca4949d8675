//! A signed-in client.

use serde_json::{Value, json};

use crate::{Door, Request, Response, Socket};

/// A client with a session.
#[derive(Debug, Clone)]
pub struct Person {
    /// The user's id.
    pub id: String,
    door: Door,
    cookie: String,
}

impl Person {
    /// Signs in with a nickname.
    ///
    /// # Panics
    /// If the site refuses it.
    pub async fn sign_in(door: &Door, nickname: &str) -> Self {
        let request = Request::new("POST", "/api/v1/session").json(&json!({ "nickname": nickname }));
        let answer = door.ask(&request.header("Origin", &door.origin())).await.expect(201);
        let cookie = answer.header("set-cookie").expect("a session's cookie").to_owned();
        let pair = cookie.split(';').next().unwrap_or_default().to_owned();
        let id = answer.json()["user"]["id"].as_str().expect("an id").to_owned();
        Self { id, door: door.clone(), cookie: pair }
    }

    /// Sends a request as a page of the site does.
    ///
    /// # Panics
    /// If the server does not answer.
    pub async fn ask(&self, request: Request) -> Response {
        self.door.ask(&self.signed(request)).await
    }

    /// As [`Person::ask`], for a server that may be down.
    ///
    /// # Errors
    /// As [`Door::try_ask`].
    pub async fn try_ask(&self, request: Request) -> std::io::Result<Response> {
        self.door.try_ask(&self.signed(request)).await
    }

    /// The same client with another cookie, sent before the session's.
    #[must_use]
    pub fn with_cookie(mut self, cookie: &str) -> Self {
        self.cookie = format!("{cookie}; {}", self.cookie);
        self
    }

    /// The same client with other addresses of the site.
    #[must_use]
    pub fn through(&self, door: &Door) -> Self {
        Self { door: door.clone(), ..self.clone() }
    }

    fn signed(&self, request: Request) -> Request {
        request.header("Cookie", &self.cookie).header("Origin", &self.door.origin())
    }

    /// Creates a room and returns its code.
    ///
    /// # Panics
    /// If the site refuses it.
    pub async fn create_room(&self, name: &str) -> String {
        let answer = self.ask(Request::new("POST", "/api/v1/rooms").json(&json!({ "name": name }))).await;
        answer.expect(201).json()["code"].as_str().expect("a code").to_owned()
    }

    /// Becomes a member of the room.
    ///
    /// # Panics
    /// Where the site does not let them.
    pub async fn join(&self, code: &str) -> Value {
        self.ask(Request::new("PUT", &format!("/api/v1/rooms/{code}/membership"))).await.expect(200).json()
    }

    /// The room and its members.
    ///
    /// # Panics
    /// If the site refuses it.
    pub async fn view(&self, code: &str) -> Value {
        self.ask(Request::get(&format!("/api/v1/rooms/{code}"))).await.expect(200).json()
    }

    /// Posts a message over HTTP and returns the stored message.
    ///
    /// # Panics
    /// If it is not stored.
    pub async fn post(&self, code: &str, body: &str) -> Value {
        self.ask(Self::message(code, body)).await.expect(201).json()
    }

    /// The request that posts a message in a room.
    pub fn message(code: &str, body: &str) -> Request {
        Request::new("POST", &format!("/api/v1/rooms/{code}/messages")).json(&json!({ "body": body }))
    }

    /// The messages after number `after`, at most 200.
    ///
    /// # Panics
    /// If the site refuses it.
    pub async fn messages_after(&self, code: &str, after: i64) -> Vec<Value> {
        let path = format!("/api/v1/rooms/{code}/messages?after={after}&limit=200");
        let answer = self.ask(Request::get(&path)).await.expect(200).json();
        answer["messages"].as_array().expect("a list").clone()
    }

    /// Asks for a socket token: the subprotocol to offer.
    ///
    /// # Panics
    /// If the site refuses it.
    pub async fn socket_token(&self) -> String {
        let answer = self.ask(Request::new("POST", "/api/v1/socket-token")).await.expect(201).json();
        answer["subprotocol"].as_str().expect("a subprotocol").to_owned()
    }

    /// Opens a socket to the room.
    ///
    /// # Panics
    /// If the handshake is refused. A room refuses with a close frame instead.
    pub async fn enter(&self, code: &str) -> Socket {
        self.open(&format!("/ws/rooms/{code}/")).await
    }

    /// Opens a socket.
    ///
    /// # Panics
    /// As [`Person::enter`].
    pub async fn open(&self, path: &str) -> Socket {
        self.try_open(path).await.unwrap_or_else(|fault| panic!("{path}: {fault}"))
    }

    /// As [`Person::open`], for a server that may be down.
    ///
    /// # Errors
    /// The connection or the handshake is refused.
    pub async fn try_open(&self, path: &str) -> Result<Socket, tokio_tungstenite::tungstenite::Error> {
        Socket::connect(&self.door, path, &self.cookie).await
    }
}
