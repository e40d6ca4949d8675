//! Heroku's dynos, imitated: variables, TLS without a known authority, few connections, and SIGTERM to each process of a dyno.

use std::path::Path;
use std::time::Duration;

use e2e::{Door, Person, Request, Socket};
use serde_json::json;
use testbed::{Postgres, Redis, RedisOptions, Script, eventually, free_port};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

use crate::deploy_files::deploy;

/// Longer than any start takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);
/// Each test runs up to seven servers, with TLS to both add-ons.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());
/// The connections that the smallest plans of both add-ons take.
const PLAN: usize = 20;
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// Makes a self-signed certificate in the folder of PostgreSQL's data. A program that does not read its input breaks PostgreSQL's pipe.
const CERTIFICATE: &str = "COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; openssl req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=heroku \
                           -keyout server.key -out server.crt 2>&1 && chmod 600 server.key'";

/// The add-ons of an app.
struct AddOns {
    postgres: Postgres,
    redis: Redis,
    database: String,
}

impl AddOns {
    /// Both take 20 connections, over TLS alone.
    async fn start() -> Self {
        let options = RedisOptions {
            tls: true,
            password: Some("hunter2".to_owned()),
            config: vec![format!("maxclients {PLAN}")],
            ..RedisOptions::default()
        };
        let (postgres, redis) = tokio::join!(Postgres::start(), Redis::start_with(options));
        for statement in [
            CERTIFICATE,
            "ALTER SYSTEM SET ssl = on",
            &format!("CREATE ROLE app LOGIN PASSWORD 'first' CONNECTION LIMIT {PLAN}"),
            "CREATE DATABASE app OWNER app",
        ] {
            postgres.sql(statement).await;
        }
        // Reads the settings again, too. The password is sent as it is: this build would take long to hash it for each connection.
        postgres.host_rules("hostssl all app 127.0.0.1/32 password\nhost all catamaran 127.0.0.1/32 trust").await;
        let database = Self::database(&postgres, "first");
        Self { postgres, redis, database }
    }

    fn database(postgres: &Postgres, password: &str) -> String {
        format!("postgres://app:{password}@127.0.0.1:{}/app", postgres.port())
    }

    /// Gives the app a new password, as `heroku pg:credentials:rotate` does.
    async fn rotate(&mut self) {
        self.postgres.sql("ALTER ROLE app PASSWORD 'second'").await;
        self.database = Self::database(&self.postgres, "second");
    }

    /// Runs a line of a Procfile in a dyno of its own, with these variables beside those of the app.
    fn dyno(&self, procfile: &str, process: &str, port: u16, more: &[(&str, &str)]) -> Script {
        let redis = self.redis.url();
        let app = [("DATABASE_URL", self.database.as_str()), ("REDIS_URL", &redis)];
        run(procfile, process, port, &[&app, more].concat())
    }

    async fn release(&self, procfile: &str) {
        let released = self.dyno(procfile, "release", 1, &[]);
        let status = released.exit_status().await;
        assert!(status.success(), "{status}: {:?}", released.log());
    }

    /// Fails where more connections are open than `servers` processes may have.
    async fn assert_few_connections(&self, servers: usize) {
        let clients = self.redis.cli(&["client", "list"]).await;
        // One of them is redis-cli.
        let redis = clients.lines().count() - 1;
        let count = self.postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'").await;
        let database: usize = count.trim().parse().expect("a number");
        assert!(database <= 5 * servers && redis <= 2 * servers, "{database} to the database, {redis} to Redis:\n{clients}");
    }
}

/// Runs a line of a Procfile as Heroku does.
fn run(procfile: &str, process: &str, port: u16, more: &[(&str, &str)]) -> Script {
    let file = std::fs::read_to_string(deploy("heroku").join(procfile)).expect("a Procfile");
    let line = file.lines().find_map(|line| line.strip_prefix(&format!("{process}: "))).expect("a process");
    let test = std::env::current_exe().expect("a running program has a path");
    let programs = test.ancestors().nth(2).expect("tests lie two folders deep").to_owned();
    let port = port.to_string();
    let mut variables = vec![
        ("DYNO", "web.1"),
        ("PORT", port.as_str()),
        ("WEB_CONCURRENCY", "1"),
        ("BIN_DIR", programs.to_str().expect("a plain path")),
        ("REDIS_TLS_INSECURE", "true"),
        ("SECRET_KEY", "0123456789abcdef0123456789abcdef"),
        ("ALLOWED_HOSTS", "localhost"),
        ("TRUSTED_PROXIES", "private,loopback"),
        ("CHANNEL_LAYER", "redis-pubsub"),
    ];
    variables.extend(more);
    Script::start(Path::new("/bin/bash"), &variables, &["-c", &format!("cd {ROOT}; {line}")])
}

/// Waits until each port accepts connections and both servers answer.
async fn answers(door: &Door, ports: &[u16]) {
    for port in ports {
        eventually(DEADLINE, || async { TcpStream::connect(("127.0.0.1", *port)).await.ok() }).await;
    }
    let ready = Request::get("/readyz");
    eventually(DEADLINE, || async {
        let (web, ws) = (door.try_ask(&ready).await.ok()?, door.try_ask_sockets(&ready).await.ok()?);
        (web.status == 200 && ws.status == 200).then_some(())
    })
    .await;
}

/// Opens the socket of a room.
async fn enter(person: &Person, code: &str) -> Socket {
    let path = format!("/ws/rooms/{code}/");
    let mut socket = eventually(DEADLINE, || async { person.try_open(&path).await.ok() }).await;
    socket.frame("room.state").await;
    socket
}

/// A message that is stored reaches the socket through Redis.
async fn carries(person: &Person, code: &str, socket: &mut Socket, body: &str) {
    person.post(code, body).await;
    socket.message(body).await;
}

/// As the router says it, clients are on HTTPS, so the session's cookie is Secure.
async fn believes_the_router(door: &Door) {
    let request = Request::new("POST", "/api/v1/session").json(&json!({ "nickname": "Bo" }));
    let request = request.header("X-Forwarded-For", "203.0.113.9").header("X-Forwarded-Proto", "https");
    let answer = door.ask(&request.header("Origin", &door.origin().replace("http:", "https:"))).await.expect(201);
    let cookie = answer.header("set-cookie").expect("a session's cookie");
    assert!(cookie.contains("Secure"), "{cookie}");
}

/// The dyno, which has got SIGTERM, ends in order. A second signal would end it at once.
async fn ends(dyno: &Script) {
    assert!(dyno.exit_status().await.success(), "{:?}", dyno.log());
}

/// One app with one dyno: a release with preboot, where the old dyno serves until the new one does.
async fn serves_through_a_release(procfile: &str, servers: usize) {
    let _alone = ONE_AT_A_TIME.lock().await;
    let mut app = AddOns::start().await;
    app.release(procfile).await;
    let (old_port, new_port) = (free_port(), free_port());
    let old = app.dyno(procfile, "web", old_port, &[]);
    let door = Door::http(old_port, old_port);
    answers(&door, &[old_port]).await;
    let said = |line: &str| line.contains("at most 5 to the database (DATABASE_POOL_SIZE), 2 to each Redis host");
    old.log_line(said).await;
    believes_the_router(&door).await;
    let ada = Person::sign_in(&door, "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let mut socket = enter(&ada, &code).await;
    carries(&ada, &code, &mut socket, "before").await;

    app.rotate().await;
    let new = app.dyno(procfile, "web", new_port, &[]);
    let door = Door::http(new_port, new_port);
    answers(&door, &[new_port]).await;
    let ada = ada.through(&door);
    // The old dyno keeps the connections that it has opened with the old password.
    carries(&ada, &code, &mut socket, "meanwhile").await;
    app.assert_few_connections(2 * servers).await;
    old.terminate_all();
    assert_eq!(socket.closed().await, Some(1012), "{:?}", old.log());
    let mut socket = enter(&ada, &code).await;
    carries(&ada, &code, &mut socket, "after").await;
    ends(&old).await;
    new.terminate_all();
    ends(&new).await;
}

#[tokio::test]
async fn one_process_serves_through_a_release() {
    serves_through_a_release("Procfile.one", 1).await;
}

#[tokio::test]
async fn both_servers_behind_nginx_serve_through_a_release() {
    serves_through_a_release("Procfile.nginx", 2).await;
}

#[tokio::test]
async fn two_apps_serve_one_domain() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let app = AddOns::start().await;
    app.release("Procfile.web").await;
    let (web, ws) = (free_port(), free_port());
    let (url, origin) = (format!(":{ws}"), format!("http://localhost:{web}"));
    let pages = app.dyno("Procfile.web", "web", web, &[("WS_URL", &url)]);
    let sockets = app.dyno("Procfile.ws", "web", ws, &[("ALLOWED_ORIGINS", &origin)]);
    let door = Door::http(web, ws);
    answers(&door, &[web, ws]).await;
    believes_the_router(&door).await;
    let ada = Person::sign_in(&door, "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    let mut socket = enter(&ada, &code).await;
    carries(&ada, &code, &mut socket, "hello").await;
    app.assert_few_connections(2).await;
    sockets.terminate_all();
    assert_eq!(socket.closed().await, Some(1012));
    ends(&sockets).await;
    pages.terminate_all();
    ends(&pages).await;
}

/// Otherwise Heroku would keep a dyno that cannot serve.
#[tokio::test]
async fn a_dyno_ends_when_one_of_its_processes_has_ended() {
    // http-server waits for this database.
    let variables =
        [("DATABASE_URL", "postgres://u:p@127.0.0.1:1/app"), ("REDIS_URL", "redis://127.0.0.1:1"), ("WS_DRAIN", "wrong")];
    let dyno = run("Procfile.nginx", "web", free_port(), &variables);
    assert_eq!(dyno.exit_status().await.code(), Some(1), "{:?}", dyno.log());
    dyno.log_line(|line| line.contains("WS_DRAIN is \"wrong\"")).await;
}
