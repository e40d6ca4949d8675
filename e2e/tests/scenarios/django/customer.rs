//! A client of the Django shop: signs in, fetches pages, posts forms, opens sockets at either server.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

/// Longer than any frame takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(45);

/// A browser with its cookies.
pub(crate) struct Customer {
    pages: u16,
    cookies: Vec<(String, String)>,
}

/// A socket of a page's.
pub(crate) struct Line(WebSocketStream<TcpStream>);

impl Customer {
    /// Signs in by the form.
    pub(crate) async fn sign_in(pages: u16) -> Self {
        let mut customer = Self { pages, cookies: Vec::new() };
        customer.get("/login/").await;
        customer.post("/login/", "username=ada&password=ada").await;
        assert!(customer.cookie("sessionid").is_some(), "Django refused the sign-in");
        customer
    }

    /// The body of a view.
    pub(crate) async fn get(&mut self, path: &str) -> String {
        let (status, body) = self.ask("GET", path, "").await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Posts a form, which Django answers with the way to a page.
    pub(crate) async fn post(&mut self, path: &str, fields: &str) {
        let token = self.cookie("csrftoken").unwrap_or_default();
        let (status, body) = self.ask("POST", path, &format!("{fields}&csrfmiddlewaretoken={token}")).await;
        assert_eq!(status, 302, "{path}: {body}");
    }

    /// A socket to an order, at whichever server listens on `port`, as the shop's page opens it.
    pub(crate) async fn look_at(&mut self, order: u32, port: u16) -> Line {
        let answer = self.get(&format!("/orders/{order}/ticket/")).await;
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        let ticket = answer["ticket"].as_str().expect("a ticket");
        let address = format!("ws://localhost:{port}/ws/orders/{order}/?ticket={ticket}");
        Line::open(&address, &format!("http://localhost:{}", self.pages), &self.cookie_line()).await
    }

    fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    fn cookie_line(&self) -> String {
        let names = ["csrftoken", "sessionid"];
        let pairs: Vec<_> = names.iter().filter_map(|name| Some(format!("{name}={}", self.cookie(name)?))).collect();
        pairs.join("; ")
    }

    async fn ask(&mut self, method: &str, path: &str, body: &str) -> (u16, String) {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            self.pages,
            self.cookie_line(),
            body.len()
        );
        let mut tcp = TcpStream::connect(("127.0.0.1", self.pages)).await.expect("Daphne listens");
        tcp.write_all([head.as_bytes(), body.as_bytes()].concat().as_slice()).await.expect("Daphne reads");
        let mut answer = String::new();
        timeout(DEADLINE, tcp.read_to_string(&mut answer)).await.expect("an answer").expect("text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        self.cookies.extend(head.lines().filter_map(set_cookie));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.expect("a status"), body.to_owned())
    }
}

fn set_cookie(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(": ")?;
    let (name, value) = name.eq_ignore_ascii_case("set-cookie").then(|| value.split_once('='))??;
    Some((name.to_owned(), value.split(';').next()?.to_owned()))
}

impl Line {
    /// Opens a socket as a page of `origin` does.
    pub(crate) async fn open(address: &str, origin: &str, cookies: &str) -> Self {
        let mut request = address.into_client_request().expect("an address");
        for (name, value) in [("origin", origin), ("cookie", cookies)] {
            request.headers_mut().insert(name, HeaderValue::from_str(value).expect("plain text"));
        }
        let port = request.uri().port_u16().expect("an address with a port");
        let tcp = TcpStream::connect(("127.0.0.1", port)).await.expect("the server listens");
        let (socket, _) = client_async(request, tcp).await.unwrap_or_else(|fault| panic!("{address}: {fault}"));
        Self(socket)
    }

    /// Sends a command.
    pub(crate) async fn say(&mut self, command: Value) {
        self.0.send(Message::text(command.to_string())).await.expect("an open socket");
    }

    /// The next frame; `Err` with the code where the socket is closed instead.
    pub(crate) async fn hear(&mut self) -> Result<Value, u16> {
        let next = async {
            loop {
                match self.0.next().await.expect("a close frame comes before the end").expect("an unbroken line") {
                    Message::Text(text) => return Ok(serde_json::from_str(&text).expect("every frame is JSON")),
                    Message::Close(close) => return Err(close.map_or(1005, |close| close.code.into())),
                    _ => {}
                }
            }
        };
        timeout(DEADLINE, next).await.expect("a frame in time")
    }
}
