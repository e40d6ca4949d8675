//! `make up` and `make up-nginx`, as a newcomer runs them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use e2e::{Data, Door, Person, Request};
use serde_json::json;
use testbed::{Redis, RedisOptions, Script, eventually, free_port};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

const UP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/local/up.sh");

/// They share the folder under target/ in which the scripts keep what they need.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

struct Ports {
    web: u16,
    ws: u16,
    http: u16,
    https: u16,
}

impl Ports {
    fn free() -> Self {
        Self { web: free_port(), ws: free_port(), http: free_port(), https: free_port() }
    }

    fn start(&self, data: &Data, redis: Option<&Redis>, arguments: &[&str]) -> Script {
        let [web, ws, http, https] = [self.web, self.ws, self.http, self.https].map(|port| port.to_string());
        // Empty is as good as unset: then the script looks for a Redis itself.
        let redis = redis.map(Redis::url).unwrap_or_default();
        let built = built();
        let variables = [
            ("PORT", web.as_str()),
            ("WS_PORT", &ws),
            ("HTTP_PORT", &http),
            ("HTTPS_PORT", &https),
            ("DATABASE_URL", data.url()),
            ("REDIS_URL", &redis),
            ("BIN_DIR", built.to_str().expect("a plain path")),
            // Not the developer's files.
            ("ENV_FILE", "/dev/null"),
        ];
        Script::start(Path::new(UP), &variables, arguments)
    }

    async fn all_closed(&self) {
        for port in [self.web, self.ws, self.http, self.https] {
            let open = TcpStream::connect(("127.0.0.1", port)).await;
            assert!(open.is_err(), "port {port} is still open");
        }
    }
}

/// The folder with the programs: the parent of the one with the tests.
fn built() -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    test.ancestors().nth(2).expect("tests lie two folders deep").to_owned()
}

/// Waits until both processes answer, and signs in.
async fn answers(door: &Door) -> Person {
    let (page, socket) = (Request::get("/healthz"), Request::upgrade("/ws/lobby/"));
    eventually(Duration::from_secs(60), || async {
        let web = door.try_ask(&page).await.ok()?.status;
        let ws = door.try_ask_sockets(&socket).await.ok()?.status;
        // Any answer of ws-server to a handshake without an origin; 502 would come from the proxy.
        (web == 200 && ws < 500).then_some(())
    })
    .await;
    Person::sign_in(door, "Ada").await
}

/// honcho gives each process of the Procfile a group of its own.
fn kill9_group(group: &str) {
    let killed = Command::new("/bin/sh").args(["-c", &format!("kill -9 -{group}")]).status();
    assert!(killed.is_ok_and(|status| status.success()), "group {group} is not there");
}

async fn talks(ada: &Person) {
    let code = ada.create_room("Lighthouse").await;
    let mut socket = ada.enter(&code).await;
    socket.frame("room.state").await;
    socket.send(json!({ "type": "message.send", "body": "up" })).await;
    socket.message("up").await;
}

#[tokio::test]
async fn up_runs_both_processes_ends_with_ctrl_c_and_starts_again_at_once() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let (data, ports) = (Data::sqlite(), Ports::free());
    let door = Door::http(ports.web, ports.ws);
    for _ in 0..2 {
        // Twice, and the second time finds every port free.
        let up = ports.start(&data, None, &[]);
        talks(&answers(&door).await).await;
        let said = up.log_line(|line| line.starts_with("Catamaran: ")).await;
        assert!(said.contains(&format!("http://localhost:{} ", ports.web)), "{said}");
        up.interrupt();
        assert_eq!(up.exit_status().await.code(), Some(130), "{:?}", up.log());
        ports.all_closed().await;
    }
}

#[tokio::test]
async fn up_starts_a_killed_process_again() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let (data, ports, redis) = (Data::sqlite(), Ports::free(), Redis::start().await);
    let up = ports.start(&data, Some(&redis), &[]);
    let door = Door::http(ports.web, ports.ws);
    let ada = answers(&door).await;
    let code = ada.create_room("Lighthouse").await;
    let mut socket = ada.enter(&code).await;
    socket.frame("room.state").await;
    const STARTED: &str = "ws.1 started (pid=";
    let started = up.log_line(|line| line.contains(STARTED)).await;
    let group = started.split_once(STARTED).and_then(|(_, rest)| rest.split_once(')'));
    kill9_group(group.expect("honcho names the process").0);
    assert_eq!(socket.closed().await, None);
    up.log_line(|line| line.contains("starts again")).await;
    let again = eventually(Duration::from_secs(30), || async { ada.try_open(&format!("/ws/rooms/{code}/")).await.ok() });
    again.await.frame("room.state").await;
}

/// A killed script cannot stop the programs that it started.
#[tokio::test]
async fn a_killed_up_leaves_no_program_running() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let (data, ports) = (Data::sqlite(), Ports::free());
    let up = ports.start(&data, None, &[]);
    answers(&Door::http(ports.web, ports.ws)).await;
    let said = up.log_line(|line| line.starts_with("Catamaran: ")).await;
    let redis = said.rsplit_once(")").and_then(|(before, _)| before.rsplit_once(':')).map(|(_, port)| port.to_owned());
    let redis: u16 = redis.and_then(|port| port.parse().ok()).expect("the line ends with the port of Redis");
    kill9_up();
    let ours = [ports.web, ports.ws].into_iter().chain((redis != 6379).then_some(redis));
    for port in ours {
        eventually(Duration::from_secs(60), || async { TcpStream::connect(("127.0.0.1", port)).await.is_err().then_some(()) })
            .await;
    }
}

/// Kills only the script of this test, without the programs that it started.
fn kill9_up() {
    let find = format!(
        "kill -9 $(ps -A -o ppid= -o pid= -o args= | awk '$1 == {} && /deploy.local.up[.]sh/ {{ print $2 }}')",
        std::process::id()
    );
    let killed = Command::new("/bin/sh").args(["-c", &find]).status();
    assert!(killed.is_ok_and(|status| status.success()), "the script is not there");
}

#[tokio::test]
async fn all_programs_read_the_env_file() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let (data, ports, redis) = (Data::sqlite(), Ports::free(), Redis::start().await);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("env");
    let lines = [
        "# a comment".to_owned(),
        format!("PORT={}", ports.web),
        "WS_PORT=1".to_owned(),
        format!("DATABASE_URL=\"{}\"", data.url()),
        format!("REDIS_URL={}", redis.url()),
        "CHANNEL_PREFIX=a&b$c".to_owned(),
    ];
    std::fs::write(&file, lines.join("\n")).expect("a file of ours");
    let (built, ws) = (built(), ports.ws.to_string());
    let variables = [
        ("ENV_FILE", file.to_str().expect("a plain path")),
        ("BIN_DIR", built.to_str().expect("a plain path")),
        ("WS_PORT", &ws),
        ("CHANNEL_PREFIX", "given"),
    ];
    let up = Script::start(Path::new(UP), &variables, &[]);
    let door = Door::http(ports.web, ports.ws);
    talks(&answers(&door).await).await;
    let said = up.log_line(|line| line.starts_with("Catamaran: ")).await;
    let ours = format!("http://localhost:{} (web on {}, ws on {ws}, Redis at ", ports.web, ports.web);
    assert!(said.contains(&ours) && said.contains(&format!(":{})", redis.port())), "{said}");
    let page = door.ask(&Request::get("/").header("Accept", "text/html")).await.expect(200);
    assert!(page.body.contains(&format!(":{ws}\"")), "the page knows where the sockets are");
}

/// A Redis with a password is not for this site.
#[tokio::test]
async fn ignores_a_redis_that_requires_a_password() {
    let open = Redis::start().await;
    let locked = Redis::start_with(RedisOptions { password: Some("sesame".into()), ..RedisOptions::default() }).await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/local/redis.sh");
    for (redis, answers) in [(&open, true), (&locked, false)] {
        let check = format!(". {script}; redis_answers 127.0.0.1 {}", redis.port());
        let status = Command::new("bash").args(["-c", &check]).status().expect("bash runs");
        assert_eq!(status.success(), answers);
    }
}

#[tokio::test]
async fn up_nginx_is_one_address() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let (data, ports, redis) = (Data::sqlite(), Ports::free(), Redis::start().await);
    let _up = ports.start(&data, Some(&redis), &["--nginx"]);
    talks(&answers(&Door::http(ports.http, ports.http)).await).await;
    let certificate = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/local/nginx/certificate.pem"));
    talks(&answers(&Door::https(ports.https, certificate)).await).await;
}
