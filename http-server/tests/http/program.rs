//! The program itself: its output and its exit codes.

use std::{
    ffi::OsStr,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::ffi::OsStrExt as _,
    process::{Child, ChildStderr, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use testbed::{FaultProxy, Postgres};
use tokio::task::spawn_blocking;

const PROGRAM: &str = env!("CARGO_BIN_EXE_http-server");

fn program(folder: &TempDir, vars: &[(&str, &str)], flags: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.current_dir(folder).env_clear().envs(vars.iter().copied()).args(flags);
    command
}

fn run(vars: &[(&str, &str)], flags: &[&str]) -> Output {
    program(&tempfile::tempdir().unwrap(), vars, flags).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn wrong_settings_end_it_with_2_and_a_line_each() {
    let output = run(&[("PORT", "x"), ("LOG_FORMAT", "xml"), ("SECRET_KEY", "hunter2")], &[]);
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert_eq!(text.lines().count(), 3, "{text}");
    for (line, variable) in text.lines().zip(["SECRET_KEY", "PORT", "LOG_FORMAT"]) {
        assert!(line.starts_with(&format!("http-server: {variable} is ")) && line.contains("expected"), "{line}");
    }
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn refuses_a_value_that_is_no_text() {
    let folder = tempfile::tempdir().unwrap();
    let broken = OsStr::from_bytes(b"hunter2-\xff");
    let output = program(&folder, &[], &[]).env("SECRET_KEY", broken).env("ALLOWED_HOSTS", broken).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    for variable in ["SECRET_KEY", "ALLOWED_HOSTS"] {
        assert!(text.lines().any(|line| line.contains(&format!("{variable} is not UTF-8; expected text"))), "{text}");
    }
    assert!(text.lines().count() == 2 && !text.contains("hunter2"), "{text}");
}

#[test]
fn a_layer_that_ws_server_cannot_hear_is_refused() {
    let output = run(&[("CHANNEL_LAYER", "memory")], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--alone"), "{}", stderr(&output));
}

#[test]
fn a_taken_port_ends_it_with_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run(&[], &["--port", &port]);
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert!(text.contains(&port) && text.contains("another program"), "{text}");
    assert_eq!(text.matches("os error").count(), 1, "the log has the cause once: {text}");
}

#[test]
fn a_database_that_cannot_be_used_ends_it_with_1() {
    let output = run(&[("DATABASE_URL", "sqlite:/nowhere/at/all.sqlite3"), ("RUST_LOG", "off")], &["--port", "0"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert!(text.contains("/nowhere/at/all.sqlite3") && text.contains("DATABASE_URL"), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn migrate_only_creates_the_database_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let output = program(&folder, &[("DATABASE_URL", "sqlite:made.sqlite3")], &["--migrate-only"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    assert!(folder.path().join("made.sqlite3").is_file());
}

#[test]
fn prints_its_version() {
    let output = run(&[], &["--version"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.trim(), format!("http-server {}", env!("CARGO_PKG_VERSION")));
}

/// The program, running, with its log in JSON.
struct Running {
    child: Child,
    log: BufReader<ChildStderr>,
    seen: Vec<Value>,
}

impl Running {
    fn start(folder: &TempDir, vars: &[(&str, &str)], flags: &[&str]) -> Self {
        Self::spawn(&mut program(folder, vars, flags))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command.env("LOG_FORMAT", "json").args(["--port", "0"]).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        Self { child, log, seen: Vec::new() }
    }

    /// Sets the soft limit of open files from outside.
    fn limit_open_files(&self, soft: &str) {
        let (pid, limit) = (format!("--pid={}", self.child.id()), format!("--nofile={soft}:"));
        let limited = Command::new("prlimit").args([pid, limit]).status().unwrap();
        assert!(limited.success(), "prlimit");
    }

    /// Reads the log up to a matching line.
    fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut text = String::new();
            assert_ne!(self.log.read_line(&mut text).unwrap(), 0, "it ended: {:?}", self.seen);
            let line: Value = serde_json::from_str(&text).unwrap();
            assert!(line["ts"].is_string() && line["level"].is_string() && line["target"].is_string(), "{line}");
            self.seen.push(line.clone());
            if wanted(&line) {
                return line;
            }
        }
    }

    fn until_said(&mut self, words: &str) -> String {
        let line = self.until(|line| line["msg"].as_str().unwrap().contains(words));
        line["msg"].as_str().unwrap().to_owned()
    }

    /// The address, once it listens.
    fn addr(&mut self) -> String {
        let said = self.until_said("listens on http://");
        let addr = said.split("http://").nth(1).unwrap().split(',').next().unwrap();
        addr.to_owned()
    }

    fn ask(addr: &str, request: &str) -> String {
        let mut stream = TcpStream::connect(addr).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn resident_kib(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Sends SIGTERM and waits for the end.
    fn end(mut self) -> Option<i32> {
        self.terminate()
    }

    /// The same; returns the whole log.
    fn end_with_log(mut self) -> Vec<Value> {
        assert_eq!(self.terminate(), Some(0));
        std::mem::take(&mut self.seen)
    }

    fn terminate(&mut self) -> Option<i32> {
        let kill = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        self.until_said("has stopped");
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The test failed half way. A process that has ended already is no error.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const ALONE: [(&str, &str); 1] = [("CHANNEL_LAYER", "memory")];

#[test]
fn sigterm_ends_it_with_0() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(&folder, &ALONE, &["--alone"]);
    running.addr();
    assert_eq!(running.end(), Some(0));
}

#[test]
fn logs_a_request_as_one_line_without_its_query() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(&folder, &ALONE, &["--alone"]);
    let addr = running.addr();
    let get = "GET /nothing?token=hunter2 HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: 198.51.100.7\r\nx-request-id: id-1\r\n\
        connection: close\r\n\r\n";
    assert!(Running::ask(&addr, get).starts_with("HTTP/1.1 404"));
    let line = running.until(|line| line["target"] == "access");
    let fields = ["request_id", "client", "method", "path", "status"].map(|field| line[field].clone());
    assert_eq!(fields, [json!("id-1"), json!("198.51.100.7"), json!("GET"), json!("/nothing"), json!(404)]);
    assert!(line["us"].is_u64());
    assert!(!line.to_string().contains("hunter2"), "{line}");
    assert_eq!(running.end(), Some(0));
}

#[test]
fn logs_a_misrouted_socket_as_one_line_that_says_where_it_belongs() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(&folder, &ALONE, &["--alone"]);
    let addr = running.addr();
    let get = "GET /ws/lobby/ HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n";
    let answer = Running::ask(&addr, get);
    assert!(answer.starts_with("HTTP/1.1 426") && answer.contains("ws-server"), "{answer}");
    let said = running.until_said("ws-server");
    assert!(said.contains("/ws/lobby/") && said.contains("nginx.conf"), "{said}");
    assert_eq!(running.end(), Some(0));
}

#[test]
fn logs_bytes_that_are_no_http_below_error_level() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(&folder, &ALONE, &["--alone"]);
    let addr = running.addr();
    assert!(Running::ask(&addr, "nonsense\r\n\r\n").starts_with("HTTP/1.1 400"));
    let seen = running.end_with_log();
    assert!(seen.iter().all(|line| line["level"] != "ERROR"), "{seen:?}");
}

/// Idle connections leave descriptors for the database and for new clients.
#[test]
fn accepts_new_clients_beside_idle_connections() {
    let folder = tempfile::tempdir().unwrap();
    let limited = ["-c", "ulimit -n 128 && exec \"$@\"", "sh", PROGRAM, "--alone", "--workers", "1"];
    let mut running = Running::spawn(Command::new("/bin/sh").current_dir(&folder).env_clear().envs(ALONE).args(limited));
    let addr = running.addr();
    let get = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let mut held = Vec::new();
    for start in ["", "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n", "GET / HTTP/1.1\r\nhost: "] {
        for _ in 0..100 {
            held.push(TcpStream::connect(&addr).unwrap());
            held.last_mut().unwrap().write_all(start.as_bytes()).unwrap();
        }
        assert!(Running::ask(&addr, get).starts_with("HTTP/1.1 200"), "beside {} others that sent {start:?}", held.len());
    }
    drop(held);
    let seen = running.end_with_log();
    assert!(seen.iter().all(|line| line["level"] != "ERROR"), "{seen:?}");
}

/// The limit is lowered while the process runs. A balancer's kept connection still gets an answer.
#[test]
fn a_process_without_free_descriptors_is_alive_and_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(&folder, &ALONE, &["--alone", "--workers", "1"]);
    let mut kept = TcpStream::connect(running.addr()).unwrap();
    kept.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let ready = on_kept(&mut kept, "/readyz");
    assert!(ready.starts_with("HTTP/1.1 200 ") && ready.contains(r#""status":"ready""#), "{ready}");
    running.limit_open_files("8");
    let ready = eventually_on(&mut kept, "HTTP/1.1 503 ");
    assert!(ready.contains(r#""code":"descriptors""#) && ready.contains("ulimit -n"), "{ready}");
    assert!(on_kept(&mut kept, "/livez").starts_with("HTTP/1.1 200 "));
    running.limit_open_files("1024");
    let ready = eventually_on(&mut kept, "HTTP/1.1 200 ");
    assert!(ready.contains(r#""reasons":[]"#), "{ready}");
    drop(kept);
    assert_eq!(running.end(), Some(0));
}

/// Asks on a connection that stays open. All answers have a length.
fn on_kept(stream: &mut TcpStream, path: &str) -> String {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    while !answer.ends_with("\r\n\r\n") {
        let at = answer.len();
        assert!(reader.read_line(&mut answer).unwrap() > 0, "the connection has ended after {answer:?}");
        if let Some((name, value)) = answer[at..].split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    answer + std::str::from_utf8(&body).unwrap()
}

/// Asks until `/readyz` answers so: an answer is reused for a second.
fn eventually_on(kept: &mut TcpStream, status: &str) -> String {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let answer = on_kept(kept, "/readyz");
        if answer.starts_with(status) || Instant::now() > deadline {
            assert!(answer.starts_with(status), "{answer}");
            return answer;
        }
        // Each refusal is a line of the log, whose pipe is not read meanwhile.
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Each connection costs its bounded buffers, however much its client sends.
#[test]
fn pipelined_requests_whose_answers_are_not_read_cost_little() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(&folder, &ALONE, &["--alone", "--workers", "1"]);
    let addr = running.addr();
    let page = Running::ask(&addr, "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    let style = page.split('"').find(|word| word.starts_with("/static/") && word.ends_with(".css")).unwrap();
    let requests = format!("GET {style} HTTP/1.1\r\nhost: localhost\r\n\r\n").repeat(2_000);
    let before = running.resident_kib();
    let held: Vec<_> = (0..20).map(|_| unread(&addr, requests.clone())).collect();
    let get = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    for _ in 0..20 {
        assert!(Running::ask(&addr, get).starts_with("HTTP/1.1 200"));
    }
    let growth = running.resident_kib() - before;
    assert!(growth < 20 << 10, "{growth} KiB for {} connections", held.len());
    drop(held);
    assert_eq!(running.end(), Some(0));
}

/// A client that sends all that the server takes, and reads no more than the first byte.
fn unread(addr: &str, requests: String) -> TcpStream {
    let mut stream = TcpStream::connect(addr).unwrap();
    let mut writing = stream.try_clone().unwrap();
    std::thread::spawn(move || writing.write_all(requests.as_bytes()));
    stream.read_exact(&mut [0]).unwrap();
    stream
}

/// The default trusts this machine, whose connections are not counted.
#[test]
fn one_address_holds_at_most_half_of_the_connections() {
    let folder = tempfile::tempdir().unwrap();
    let limited = ["-c", "ulimit -n 128 && exec \"$@\"", "sh", PROGRAM, "--alone", "--workers", "1"];
    let untrusted = [ALONE[0], ("TRUSTED_PROXIES", "none")];
    let mut running = Running::spawn(Command::new("/bin/sh").current_dir(&folder).env_clear().envs(untrusted).args(limited));
    let addr = running.addr();
    let mut held: Vec<_> = (0..60).map(|_| TcpStream::connect(&addr).unwrap()).collect();
    let said = running.until_said("too many open");
    assert!(said.contains("127.0.0.1") && said.contains("TRUSTED_PROXIES"), "{said}");
    assert_eq!(held[59].read(&mut [0]).unwrap_or_default(), 0, "the last one is closed");
    assert_eq!(running.end(), Some(0));
}

#[test]
fn starts_without_redis() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(&folder, &[("REDIS_URL", "redis://127.0.0.1:1")], &[]);
    let addr = running.addr();
    let answer = Running::ask(&addr, "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"degraded\""), "{answer}");
    assert_eq!(running.end(), Some(0));
}

#[actix_web::test]
async fn waits_for_a_database_that_starts_late() {
    let postgres = Postgres::shared().await;
    let line = FaultProxy::start(postgres.port()).await;
    let url = line.url(&postgres.fresh_database().await);
    line.refuse().await;
    let folder = tempfile::tempdir().unwrap();
    let vars = [ALONE[0], ("DATABASE_URL", url.as_str())];
    let mut running = Running::start(&folder, &vars, &["--alone"]);
    let waiting = spawn_blocking(move || {
        running.until_said("the database is not ready, trying again");
        running
    });
    let mut running = waiting.await.unwrap();
    line.heal().await;
    let ended = spawn_blocking(move || {
        running.addr();
        running.end()
    });
    assert_eq!(ended.await.unwrap(), Some(0));
}

const CLOSE: &str = "HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/// A request whose body never comes.
fn hang(addr: &str) -> TcpStream {
    let mut stream = TcpStream::connect(addr).unwrap();
    let head = "POST /api/v1/session HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 18\r\n\
        expect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut line = String::new();
    BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 100"), "{line}");
    stream
}

fn send_sigterm(running: &Running) {
    assert!(Command::new("kill").args(["-TERM", &running.child.id().to_string()]).status().unwrap().success());
}

#[test]
fn listens_for_the_delay_and_says_that_it_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(&folder, &[ALONE[0], ("HTTP_DRAIN_DELAY", "3600")], &["--alone"]);
    let addr = running.addr();
    assert!(Running::ask(&addr, &format!("GET /readyz {CLOSE}")).starts_with("HTTP/1.1 200 "));
    send_sigterm(&running);
    running.until_said("SIGTERM: stopping");
    let mut answer = std::iter::repeat_with(|| Running::ask(&addr, &format!("GET /readyz {CLOSE}")));
    let answer = answer.find(|answer| !answer.starts_with("HTTP/1.1 200 ")).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("\"draining\""), "{answer}");
    for path in ["/livez", "/", "/api/v1/games"] {
        assert!(Running::ask(&addr, &format!("GET {path} {CLOSE}")).starts_with("HTTP/1.1 200 "), "{path}");
    }
}

#[test]
fn a_later_sigterm_ends_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(&folder, &[ALONE[0], ("HTTP_DRAIN", "3600")], &["--alone"]);
    let _request = hang(&running.addr());
    let code = loop {
        send_sigterm(&running);
        // Signals within 2 s are one stop: only time can show that a later one is another.
        std::thread::sleep(std::time::Duration::from_millis(500));
        if let Some(status) = running.child.try_wait().unwrap() {
            break status.code();
        }
    };
    assert_eq!(code, Some(1));
    running.until_said("SIGTERM after SIGTERM: ending at once");
}

#[test]
fn cuts_requests_at_the_end_of_their_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(&folder, &[ALONE[0], ("HTTP_DRAIN", "1")], &["--alone"]);
    let mut request = hang(&running.addr());
    send_sigterm(&running);
    running.until_said("1 connections did not end within 1 s and are cut");
    running.until_said("has stopped");
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
    assert_eq!(request.read(&mut [0]).unwrap_or_default(), 0);
}
