//! The server in this process, on a real database in a folder of its own, with the in-memory layer. Only the test advances its clock.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use actix_web::{
    body,
    http::{Method, StatusCode, header::HeaderMap},
    test::{TestRequest, init_service, try_call_service},
    web,
};
use application::{Clock, Parts, Settings};
use catamaran::{ChannelOptions, Incoming, Receiver};
use catamaran_boot::Flags;
use http_server::{AppState, Options};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const NOON: i64 = 1_800_000_000_000;
pub(crate) const DAY_MS: i64 = 24 * 60 * 60 * 1000;
pub(crate) const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");
pub(crate) const SAME_ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");

/// One server.
pub(crate) struct TestApp {
    pub(crate) parts: Parts,
    pub(crate) state: web::Data<AppState>,
    now: Arc<AtomicI64>,
    _folder: TempDir,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A user with a browser, which keeps cookies and says where its requests come from.
pub(crate) struct Person<'a> {
    app: &'a TestApp,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With these variables beside a database of its own.
    pub(crate) async fn start_with(vars: &[(&str, &str)]) -> Self {
        Self::start_in(application::HTTP_SERVER, vars).await
    }

    /// As a part of another program.
    pub(crate) async fn start_in(program: catamaran_boot::Program, vars: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("test.sqlite3").display());
        let own = [("DATABASE_URL", database.as_str()), ("CHANNEL_LAYER", "memory"), ("RUST_LOG", "off")];
        let all: BTreeMap<_, _> = own.iter().chain(vars).copied().collect();
        let flags = Flags::default().with(|flags| flags.alone = true);
        let read = |name: &str| all.get(name).map(|value| (*value).to_owned());
        let settings = Settings::from_vars(read, program, &flags).unwrap();
        let parts = application::start(settings).await.unwrap();
        let now = Arc::new(AtomicI64::new(NOON));
        let hands = Arc::clone(&now);
        let clock = Some(Clock::new(move || hands.load(Ordering::SeqCst)));
        let options = Options { timeout: Duration::from_secs(20), clock, ..Options::default() };
        let state = web::Data::new(AppState::new(&parts, options));
        Self { parts, state, now, _folder: folder }
    }

    pub(crate) fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    pub(crate) fn advance(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }

    /// A user without a session.
    pub(crate) fn guest(&self) -> Person<'_> {
        Person { app: self, cookies: Mutex::default() }
    }

    /// A user with a session.
    pub(crate) async fn person(&self, nickname: &str) -> Person<'_> {
        let person = self.guest();
        let reply = person.post("/api/v1/session", &serde_json::json!({ "nickname": nickname })).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        person
    }

    /// Receives the announcements of a group.
    pub(crate) async fn hear(&self, group: catamaran::GroupName) -> Receiver {
        let receiver = self.parts.layer.new_channel(ChannelOptions::default());
        self.parts.layer.group_add(&group, receiver.name()).await.unwrap();
        receiver
    }

    pub(crate) async fn call(&self, request: TestRequest) -> Reply {
        let app = init_service(actix_web::App::new().configure(http_server::configure(self.state.clone()))).await;
        let (status, headers, body) = match try_call_service(&app, request.to_request()).await {
            Ok(response) => {
                let response = response.map_into_boxed_body();
                (response.status(), response.headers().clone(), response.into_body())
            }
            Err(error) => {
                let response = error.error_response();
                (response.status(), response.headers().clone(), response.into_body())
            }
        };
        let body = body::to_bytes(body).await.unwrap().to_vec();
        Reply { status, headers, body }
    }
}

impl Person<'_> {
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], "").await
    }

    /// Requests a page, as a browser does.
    pub(crate) async fn open(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[HTML], "").await
    }

    pub(crate) async fn post(&self, path: &str, json: &Value) -> Reply {
        let json_type = ("content-type", "application/json");
        self.send(Method::POST, path, &[json_type, SAME_ORIGIN], &json.to_string()).await
    }

    pub(crate) async fn put_json(&self, path: &str, json: &Value) -> Reply {
        let json_type = ("content-type", "application/json");
        self.send(Method::PUT, path, &[json_type, SAME_ORIGIN], &json.to_string()).await
    }

    /// Submits a form, as a browser does.
    pub(crate) async fn submit(&self, path: &str, form: &str) -> Reply {
        let headers = [("content-type", "application/x-www-form-urlencoded"), SAME_ORIGIN, HTML];
        let reply = self.send(Method::POST, path, &headers, form).await;
        if reply.status != 307 {
            return reply;
        }
        self.send(Method::POST, reply.header("location"), &headers, form).await
    }

    /// Forgets all cookies, as a browser does that keeps none.
    pub(crate) fn drop_cookies(&self) {
        self.cookies.lock().unwrap().clear();
    }

    pub(crate) async fn put(&self, path: &str) -> Reply {
        self.send(Method::PUT, path, &[SAME_ORIGIN], "").await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, &[SAME_ORIGIN], "").await
    }

    /// Any request, with these headers, the host and the cookies. A header given here replaces the usual one.
    pub(crate) async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut request = TestRequest::default().method(method).uri(path).insert_header(("host", "localhost:8000"));
        let cookies: Vec<_> = self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.insert_header(("cookie", cookies.join("; ")));
        }
        for header in headers {
            request = request.insert_header(*header);
        }
        let reply = self.app.call(request.set_payload(body.to_owned())).await;
        self.keep_cookies(&reply);
        reply
    }

    /// Another browser with the same cookies.
    pub(crate) fn twin(&self) -> Self {
        Person { app: self.app, cookies: Mutex::new(self.cookies.lock().unwrap().clone()) }
    }

    pub(crate) async fn create_room(&self, name: &str) -> String {
        let reply = self.post("/api/v1/rooms", &serde_json::json!({ "name": name })).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json()["code"].as_str().unwrap().to_owned()
    }

    fn keep_cookies(&self, reply: &Reply) {
        let mut cookies = self.cookies.lock().unwrap();
        for line in reply.all("set-cookie") {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.headers.get_all(name).map(|value| value.to_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts a problem with this status and code, in full, and gives its text for people.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let json = self.json();
        assert_eq!((self.status.as_u16(), json["code"].as_str()), (status, Some(code)), "{json}");
        assert_eq!(json["status"], status);
        assert_eq!(json["type"], "about:blank");
        assert!(json["title"].as_str().is_some_and(|title| !title.is_empty()), "{json}");
        let detail = json["detail"].as_str().unwrap_or_default();
        assert!(!detail.is_empty(), "{json}");
        detail.to_owned()
    }

    /// Asserts a problem with one field.
    #[track_caller]
    pub(crate) fn bad_field(&self, field: &str) -> String {
        let detail = self.problem(422, "bad_field");
        assert_eq!(self.json()["field"], field);
        detail
    }

    /// Asserts a page with this status.
    #[track_caller]
    pub(crate) fn page(&self, status: u16) -> String {
        assert_eq!((self.status.as_u16(), self.header("content-type")), (status, "text/html; charset=utf-8"), "{}", self.text());
        self.text()
    }

    /// Asserts a 303 and gives where it leads.
    #[track_caller]
    pub(crate) fn sees(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text());
        self.header("location")
    }
}

/// The next event that was announced, as JSON. It has the id of the request that caused it, which is left out here.
pub(crate) async fn event(receiver: &mut Receiver) -> Value {
    let incoming = tokio::time::timeout(Duration::from_secs(10), receiver.recv()).await.unwrap();
    let Incoming::Delivery(delivery) = incoming else { panic!("{incoming:?}") };
    let mut event: Value = delivery.message.event().unwrap();
    assert!(event.as_object_mut().unwrap().remove("request_id").is_some(), "{event}");
    event
}
