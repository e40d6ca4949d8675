//! The servers run as platforms and service managers run them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use e2e::{Data, Person, Site};
use serde_json::Value;
use testbed::{Program, Redis, eventually, free_port};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};

/// Opens a socket, puts it at descriptor 3, and becomes the server: what systemd and process managers do.
const HAND_OVER: &str = "
import os, socket, sys
listening = socket.socket()
listening.bind(('127.0.0.1', int(sys.argv[1])))
listening.listen()
os.dup2(listening.fileno(), 3)
os.set_inheritable(3, True)
if sys.argv[2] == 'systemd':
    os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[3], sys.argv[3:])
";

fn refused(variables: &[(&str, &str)], arguments: &[&str]) -> Program {
    Program::start("http-server", variables, arguments)
}

/// Waits until the server is healthy: the layer connects after the start.
async fn healthy<S: AsyncRead + AsyncWrite + Unpin>(connect: impl AsyncFn() -> S) {
    eventually(Duration::from_secs(60), async || {
        let mut stream = connect().await;
        stream.write_all(b"HEAD /healthz HTTP/1.0\r\n\r\n").await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        answer.contains(" 200 ").then_some(())
    })
    .await;
}

#[tokio::test]
async fn signals_other_than_term_stop_or_are_explained() {
    let site = Site::start(Data::sqlite()).await;
    let ada = Person::sign_in(&site.door(), "Ada").await;
    let mut socket = ada.open("/ws/lobby/").await;
    for name in ["HUP", "USR1", "USR2"] {
        for program in [&site.web, &site.ws] {
            program.signal(name);
            program.log_line(|line| line.contains(&format!("SIG{name} is ignored"))).await;
        }
    }
    site.ws.signal("QUIT");
    assert_eq!(socket.closed().await, Some(1012));
    assert!(site.ws.exit_status().await.success());
    site.web.signal("QUIT");
    assert!(site.web.exit_status().await.success());
}

#[tokio::test]
async fn foreign_flags_are_refused_with_our_way_one_object_a_line() {
    let flags = "-k uvicorn.workers.UvicornWorker --access-log - --proxy-headers --root-path /x -s name shop.asgi:application";
    for server in ["http-server", "ws-server", "runserver"] {
        let program = Program::start(server, &[("LOG_FORMAT", "json")], &flags.split(' ').collect::<Vec<_>>());
        assert_eq!(program.exit_status().await.code(), Some(2));
        program.log_line(|line| line.contains("module:name") || line.contains("-s is not")).await;
        let lines: Vec<Value> = program.log().iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let access = if server == "ws-server" { "no access log" } else { "RUST_LOG" };
        for (flag, ours) in
            [("-k", "--workers"), ("--access-log", access), ("--proxy-headers", "TRUSTED_PROXIES"), ("--root-path", "prefix")]
        {
            let told = |line: &&Value| line["msg"].as_str().is_some_and(|text| text.starts_with(flag) && text.contains(ours));
            assert!(lines.iter().any(|line| told(&line)), "{server} {flag}: {lines:?}");
        }
        assert!(lines.iter().all(|line| line["level"] == "ERROR" && line["target"] == server), "{lines:?}");
    }
}

#[tokio::test]
async fn every_refusal_of_a_start_is_json_where_the_log_is() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    for (variables, arguments) in [
        (&[("PORT", "x"), ("RUST_LOG", "loud")][..], &[][..]),
        (&[], &["--port", port.as_str()]),
        (&[], &["--port", "x"]),
        (&[], &["shop.wsgi"]),
        (&[("DATABASE_URL", "sqlite:/nowhere/at/all"), ("PORT", "0")], &[]),
    ] {
        let program = refused(&[variables, &[("LOG_FORMAT", "json")]].concat(), arguments);
        assert!(!program.exit_status().await.success());
        program.log_line(|line| !line.is_empty()).await;
        for line in program.log() {
            let line: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
            assert!(line["ts"].is_string() && line["msg"].is_string(), "{line}");
        }
    }
}

#[tokio::test]
async fn a_unix_socket_lets_a_proxy_of_another_user_in() {
    let (data, redis, folder) = (Data::sqlite(), Redis::start().await, tempfile::tempdir().expect("a folder"));
    for (server, umask, mode) in [("http-server", "0", 0o666), ("ws-server", "007", 0o660)] {
        let path = folder.path().join(server);
        let text = path.to_str().expect("a plain path");
        let url = redis.url();
        let variables = [("DATABASE_URL", data.url()), ("REDIS_URL", url.as_str())];
        let program = Program::start(server, &variables, &["-u", text, "--umask", umask]);
        program.log_line(|line| line.contains("listens on unix:")).await;
        assert_eq!(std::fs::metadata(&path).expect("the socket").permissions().mode() & 0o777, mode);
        healthy(async || UnixStream::connect(&path).await.expect("a listener")).await;
    }
}

#[tokio::test]
async fn sockets_that_the_parent_has_opened_are_served() {
    let (data, redis) = (Data::sqlite(), Redis::start().await);
    let url = redis.url();
    for (server, manager, flags) in [
        ("http-server", "systemd", &[][..]),
        ("ws-server", "systemd", &[]),
        ("http-server", "other", &["--fd", "3"]),
        ("ws-server", "other", &["-b", "fd://3"]),
    ] {
        let port = free_port();
        let (text, file) = (port.to_string(), Program::path(server));
        // PORT is not used where systemd hands a socket over.
        let variables = [("DATABASE_URL", data.url()), ("REDIS_URL", url.as_str()), ("PORT", "1")];
        let words = ["-c", HAND_OVER, &text, manager, file.to_str().expect("a plain path")];
        let program = Program::start_python(Path::new("/tmp"), &variables, &[&words, flags].concat());
        program.log_line(|line| line.contains(&format!("listens on http://127.0.0.1:{port}"))).await;
        healthy(async || TcpStream::connect(("127.0.0.1", port)).await.expect("a listener")).await;
    }
}

#[tokio::test]
async fn a_descriptor_that_does_not_listen_is_named() {
    let program = refused(&[], &["--fd", "77"]);
    assert_eq!(program.exit_status().await.code(), Some(1));
    program.log_line(|line| line.contains("the descriptor 77 (--fd)")).await;
}

#[tokio::test]
async fn check_deploy_tells_by_its_exit_code_what_it_finds() {
    let sound = [
        ("SECRET_KEY", "0123456789abcdef0123456789abcdef"),
        ("ALLOWED_HOSTS", "shop.example"),
        // Nothing listens there: the check opens no connection.
        ("DATABASE_URL", "postgres://u:p@127.0.0.1:1/shop"),
        ("REDIS_URL", "redis://127.0.0.1:1"),
        ("CHANNEL_LAYER", "redis-pubsub"),
        ("TRUSTED_PROXIES", "loopback"),
    ];
    for server in ["http-server", "ws-server", "runserver"] {
        for (variable, value, words, code, said) in [
            ("LOG_FORMAT", "text", &["check", "--deploy", "--fail-level", "WARNING"][..], 0, "0 errors, 0 warnings"),
            ("ALLOWED_HOSTS", "*", &["check", "--deploy"], 0, "  warning  ALLOWED_HOSTS is *"),
            ("ALLOWED_HOSTS", "*", &["check", "--deploy", "--fail-level", "WARNING"], 1, "           -> name the site's hosts"),
            ("SECRET_KEY", "", &["check", "--deploy"], 2, "ALLOWED_HOSTS"),
            ("ALLOWED_HOSTS", "localhost", &["check", "--deploy"], 1, "  error    ALLOWED_HOSTS names this machine"),
            ("ALLOWED_HOSTS", "localhost", &["check"], 0, "0 errors, 0 warnings"),
            ("DYNO", "web.1", &["check"], 0, "on Heroku"),
            ("PORT", "x", &["check"], 2, "PORT is "),
            ("PORT", "1", &["chek"], 2, "is no command of this program; expected one of check"),
        ] {
            let mut variables = sound.to_vec();
            variables.push((variable, value));
            let program = Program::start(server, &variables, words);
            assert_eq!(program.exit_status().await.code(), Some(code), "{server} {variable}={value}: {:?}", program.log());
            program.log_line(|line| line.contains(said)).await;
        }
    }
}
