//! Secrets in settings, flags, requests and frames are never printed, at any log level.

use std::time::Duration;

use e2e::Data;
use testbed::{Program, Redis, RedisOptions, eventually, free_port};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A part of each secret here, and of nothing else.
const MARK: &str = "hunter2";
/// Secrets as they are pasted into the wrong place: long, with characters that mean something in addresses.
const VALUES: [&str; 20] = [
    "redis://:hunter2hunter2,x@127.0.0.1:1",
    "redis://:x,hunter2hunter2@127.0.0.1:1",
    "redis://:a#hunter2@127.0.0.1:1",
    "redis://:hunter2#a@127.0.0.1:1",
    "redis://:a?hunter2@127.0.0.1:1",
    "redis://u:a/hunter2@127.0.0.1:1/0",
    "redis://u:hunter2/a@127.0.0.1:1/0",
    "redis://u:a@hunter2@127.0.0.1:1",
    "redis://u:a hunter2@127.0.0.1:1",
    "redis://u:\u{1b}hunter2\n@127.0.0.1:1",
    "redis://u:%zzhunter2@127.0.0.1:1",
    "redis://127.0.0.1:1?password=hunter2",
    "rediss://:hunter2@127.0.0.1:x",
    "postgres://u:a?hunter2@127.0.0.1:1/d",
    "postgres://u:a#hunter2@127.0.0.1:1/d",
    "postgres://u:hunter2/a@127.0.0.1:1/d",
    "postgres://127.0.0.1:1/d?password=hunter2",
    "mysql://u:hunter2@127.0.0.1/d",
    "https://u:hunter2@127.0.0.1/",
    "u:hunter2@127.0.0.1:6379",
];
const SERVERS: [&str; 3] = ["http-server", "ws-server", "runserver"];
/// 32 characters and more, as a key has.
const KEY: &str = "hunter2-hunter2-hunter2-hunter2-hunter2";

/// Every variable that the servers read. A test of `catamaran-boot` holds the sample to that.
fn variables() -> Vec<&'static str> {
    let lines = include_str!("../../../.env.sample").lines();
    let named = lines.filter_map(|line| line.strip_prefix('#').unwrap_or(line).split_once('='));
    named.map(|(name, _)| name).filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_')).collect()
}

fn assert_silent(program: &Program, about: &str) {
    let told: Vec<_> = program.log().into_iter().filter(|line| line.contains(MARK)).collect();
    assert!(told.is_empty(), "{about}: {told:#?}");
}

/// Waits until the program has ended, or has said what it found where it goes on.
async fn settled(program: &Program) {
    const ENOUGH: [&str; 4] = ["listens on", "open http://", "does not answer", "could not"];
    eventually(Duration::from_secs(60), || async {
        let said = program.log().iter().any(|line| ENOUGH.iter().any(|word| line.contains(word)));
        (said || program.has_ended()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn no_variable_shows_a_secret_in_its_refusal() {
    let names = variables();
    assert!(names.contains(&"REDIS_URL") && names.len() > 25, "{names:?}");
    for value in VALUES {
        let all: Vec<_> = names.iter().map(|name| (*name, value)).collect();
        let doctor = Program::start("channels", &all, &["doctor"]);
        let servers = SERVERS.map(|server| Program::start(server, &all, &[]));
        for program in servers.iter().chain([&doctor]) {
            assert_eq!(program.exit_status().await.code(), Some(2), "{value:?}: {:?}", program.log());
            program.log_line(|line| line.contains("expected")).await;
            assert_silent(program, &format!("every variable is {value:?}"));
        }
    }
}

#[tokio::test]
async fn a_key_in_the_wrong_variable_is_not_shown() {
    for value in [KEY, "aHVudGVyMghunter2MrNX3q8w+ZbT0cQeR9/4=", "0123456789hunter2abcdef0123456789abcdef"] {
        let all: Vec<_> = variables().into_iter().map(|name| (name, value)).collect();
        for server in SERVERS {
            let program = Program::start(server, &all, &[]);
            assert_eq!(program.exit_status().await.code(), Some(2));
            program.log_line(|line| line.contains("expected")).await;
            assert_silent(&program, &format!("{server}, every variable is {value:?}"));
        }
    }
}

#[tokio::test]
async fn an_address_that_is_taken_up_shows_no_secret_at_trace() {
    for variable in ["REDIS_URL", "DATABASE_URL"] {
        for value in VALUES {
            let data = Data::sqlite();
            let others = [("DATABASE_URL", data.url()), ("REDIS_URL", "redis://127.0.0.1:1")];
            let others = others.into_iter().filter(|(name, _)| *name != variable);
            let vars: Vec<_> = others.chain([(variable, value), ("RUST_LOG", "trace"), ("PORT", "0")]).collect();
            let server = Program::start("http-server", &vars, &[]);
            settled(&server).await;
            assert_silent(&server, &format!("{variable}={value:?}"));
            if variable == "REDIS_URL" {
                let doctor = Program::start("channels", &vars, &["doctor", "--timeout", "1"]);
                let _found_or_refused = doctor.exit_status().await;
                assert_silent(&doctor, &format!("doctor, {value:?}"));
            }
        }
    }
}

#[tokio::test]
async fn no_flag_shows_a_secret() {
    for server in SERVERS {
        for value in VALUES.into_iter().chain([KEY, MARK]) {
            let glued = ["--", "-x", "-p", "--port=", "--alone=", "--secret-key="].map(|glue| format!("{glue}{value}"));
            let glued = glued.iter().map(|word| vec![word.as_str()]);
            let apart = ["--port", "--workers", "--secret-key", "-v", "--fd", "--umask"].map(|flag| vec![flag, value]);
            for words in glued.chain(apart).chain([vec![value]]) {
                let program = Program::start(server, &[("CHANNEL_LAYER", "memory")], &words);
                assert_eq!(program.exit_status().await.code(), Some(2), "{words:?}: {:?}", program.log());
                program.log_line(|line| !line.is_empty()).await;
                assert_silent(&program, &format!("{server} {words:?}"));
            }
            // A name is an address to listen on, and so is shown where it cannot be found.
            let program = Program::start(server, &[("CHANNEL_LAYER", "memory")], &["--bind", value]);
            assert!(!program.exit_status().await.success());
            if value.contains("://") {
                assert_silent(&program, &format!("{server} --bind {value:?}"));
            }
        }
    }
}

/// Two servers that share a Redis and a database with marked passwords, at the finest level of the log.
struct Marked {
    web: (Program, u16),
    ws: (Program, u16),
    redis: Redis,
    _data: Data,
}

impl Marked {
    async fn start() -> Self {
        let data = Data::postgres().await;
        let redis = Redis::start_with(RedisOptions { password: Some(KEY.to_owned()), ..RedisOptions::default() }).await;
        let database = data.url().replacen('@', &format!(":{KEY}@"), 1);
        let url = redis.url();
        let server = |name: &str| {
            let port = free_port();
            let text = port.to_string();
            let variables = [
                ("PORT", text.as_str()),
                ("DATABASE_URL", &database),
                ("REDIS_URL", &url),
                ("SECRET_KEY", KEY),
                ("CHANNEL_LAYER_KEYS", KEY),
                ("RUST_LOG", "trace"),
            ];
            (Program::start(name, &variables, &[]), port)
        };
        let site = Self { web: server("http-server"), ws: server("ws-server"), redis, _data: data };
        for (program, port) in [&site.web, &site.ws] {
            program.listens(*port).await;
        }
        site
    }

    /// Sends a request whose headers are full of secrets, and returns all that comes back.
    async fn ask(&self, server: &(Program, u16), line: &str, headers: &str, body: &str) -> String {
        let head = format!(
            "{line} HTTP/1.1\r\nHost: localhost:{}\r\nCookie: catamaran_session=hunter2; csrftoken=hunter2\r\n\
             Authorization: Bearer hunter2.hunter2\r\nReferer: http://localhost/?token=hunter2\r\nX-Api-Key: hunter2\r\n\
             Content-Length: {}\r\n{headers}\r\n{body}",
            server.1,
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", server.1)).await.expect("a listener");
        stream.write_all(head.as_bytes()).await.expect("a reader");
        let mut answer = Vec::new();
        let whole = |answer: &[u8]| answer.starts_with(b"HTTP/1.1 101") && answer.windows(4).any(|four| four == b"\r\n\r\n");
        while !whole(&answer) && stream.read_buf(&mut answer).await.expect("an answer") > 0 {}
        String::from_utf8_lossy(&answer).into_owned()
    }
}

#[tokio::test]
async fn a_running_site_shows_no_secret_of_its_settings_or_its_clients() {
    let site = Marked::start().await;
    const CLOSE: &str = "Connection: close\r\n";
    let own = format!("{CLOSE}Origin: http://localhost:{}\r\nContent-Type: application/json\r\n", site.web.1);
    for (line, headers, body) in [
        ("GET /?token=hunter2", CLOSE, ""),
        ("GET /mafia?token=hunter2", CLOSE, ""),
        ("GET /rooms/K7QF2M?token=hunter2", CLOSE, ""),
        ("GET /nowhere?token=hunter2", CLOSE, ""),
        ("GET /api/v1/rooms?token=hunter2", CLOSE, ""),
        ("GET /healthz?token=hunter2", CLOSE, ""),
        ("GET /ws/lobby/?ticket=hunter2", CLOSE, ""),
        ("POST /api/v1/session", &own, r#"{"nickname": 5, "password": "hunter2"}"#),
        ("POST /api/v1/session", &own, r#"{"nickname": "Ada", "password": "hunter2""#),
        ("POST /api/v1/session", CLOSE, r#"{"password": "hunter2"}"#),
    ] {
        let answer = site.ask(&site.web, line, headers, body).await;
        assert!(answer.starts_with("HTTP/1.1 "), "{line}: {answer}");
        assert!(!answer.contains(MARK), "{line}: {answer}");
    }
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    let origin = format!("Origin: http://localhost:{}\r\n", site.ws.1);
    for path in ["/ws/lobby/", "/ws/lobby", "/ws/rooms/K7QF2M/", "/ws/games/K7QF2M/", "/ws/nowhere/", "/", "/healthz"] {
        for offer in ["hunter2.jwt", "catamaran.v1, hunter2.jwt", "hunter2, catamaran.v1"] {
            for origin in [origin.as_str(), "Origin: https://evil.example\r\n", ""] {
                let headers = if path == "/healthz" || !path.starts_with("/ws/") { CLOSE.to_owned() } else { upgrade.to_owned() };
                let headers = format!("{headers}{origin}Sec-WebSocket-Protocol: {offer}\r\n");
                let answer = site.ask(&site.ws, &format!("GET {path}?ticket=hunter2"), &headers, "").await;
                assert!(answer.starts_with("HTTP/1.1 "), "{path}: {answer}");
                assert!(!answer.contains(MARK), "{path} {offer} {origin}: {answer}");
            }
        }
    }
    site.redis.kill9();
    for (program, _) in [&site.web, &site.ws] {
        program.log_line(|line| line.contains("catamaran_redis") && line.contains("trying again")).await;
        program.terminate();
        let _ended = program.exit_status().await;
        assert!(program.log().iter().any(|line| line.contains("TRACE")), "the finest level is on");
        assert_silent(program, "a running site");
    }
}
