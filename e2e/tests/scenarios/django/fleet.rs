//! The mixed fleet: a Django shop under Daphne, its worker, and our sockets, over the same Redis.

use std::{path::Path, time::Duration};

use tempfile::TempDir;
use testbed::{Program, Redis, eventually, free_port};

const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/mixed-fleet");
const LOBBY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios/django/lobby");
const DEADLINE: Duration = Duration::from_secs(60);

/// All of it, running.
pub(crate) struct Fleet {
    pub(crate) daphne_port: u16,
    pub(crate) ws_port: u16,
    variables: Vec<(String, String)>,
    // Dropped in this order: what uses Redis and the database ends before them.
    _programs: [Program; 3],
    hosts: Vec<Redis>,
    _database: TempDir,
}

impl Fleet {
    /// Starts it over so many hosts, all of it in one dialect, with the same keys (a comma list; empty for none).
    pub(crate) async fn start(dialect: &str, hosts: usize, keys: &str) -> Self {
        let mut redis = Vec::new();
        for _ in 0..hosts {
            redis.push(Redis::start().await);
        }
        let database = tempfile::tempdir().expect("a temporary folder can be made");
        let (daphne_port, ws_port) = (free_port(), free_port());
        let urls: Vec<_> = redis.iter().map(Redis::url).collect();
        let variables = [
            ("CHANNEL_LAYER", dialect.to_owned()),
            ("CHANNEL_LAYER_KEYS", keys.to_owned()),
            ("REDIS_URL", urls.join(",")),
            ("SHOP_DATABASE", database.path().join("shop.sqlite3").display().to_string()),
            ("DJANGO_SECRET_KEY", "a key for nothing but this test".to_owned()),
            ("TICKET_KEY", "0123456789abcdef0123456789abcdef".to_owned()),
            ("ALLOWED_ORIGINS", format!("http://localhost:{daphne_port}")),
            ("WEB_CONCURRENCY", "2".to_owned()),
        ];
        let variables: Vec<_> = variables.map(|(name, value)| (name.to_owned(), value)).into();
        manage(&variables, &["migrate"]).await;
        manage(&variables, &["seed"]).await;
        let given = borrowed(&variables);
        let worker = Program::start_python(Path::new(SHOP), &given, &["manage.py", "runworker", "shipping"]);
        let ours = Program::start("examples/orders", &given, &["--bind", "127.0.0.1", "--port", &ws_port.to_string()]);
        let daphne = daphne(SHOP, &given, "shop.asgi:application", daphne_port).await;
        ours.listens(ws_port).await;
        let fleet =
            Self { daphne_port, ws_port, variables, _programs: [daphne, worker, ours], hosts: redis, _database: database };
        if dialect == "redis-pubsub" {
            fleet.worker_listens().await;
        }
        fleet
    }

    /// Runs a command of `manage.py` to its end.
    pub(crate) async fn manage(&self, arguments: &[&str]) {
        manage(&self.variables, arguments).await;
    }

    /// In the pubsub dialect what is sent before anybody listens is lost.
    async fn worker_listens(&self) {
        eventually(DEADLINE, || async {
            for redis in &self.hosts {
                if redis.cli(&["PUBSUB", "NUMSUB", "shipping"]).await.lines().last() == Some("1") {
                    return Some(());
                }
            }
            None
        })
        .await;
    }
}

/// A Django consumer in the group `lobby`, and its port.
pub(crate) async fn lobby_under_daphne(dialect: &str, redis: &Redis) -> (Program, u16) {
    let (port, url) = (free_port(), redis.url());
    let variables = [("CHANNEL_LAYER", dialect), ("REDIS_URL", &url)];
    (daphne(LOBBY, &variables, "lobby:application", port).await, port)
}

/// Serves `application` on `port`, and waits until somebody listens there.
async fn daphne(folder: &str, variables: &[(&str, &str)], application: &str, port: u16) -> Program {
    let given = port.to_string();
    let arguments = ["-m", "daphne", "-b", "127.0.0.1", "-p", &given, application];
    let daphne = Program::start_python(Path::new(folder), variables, &arguments);
    daphne.listens(port).await;
    daphne
}

fn borrowed(variables: &[(String, String)]) -> Vec<(&str, &str)> {
    variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

async fn manage(variables: &[(String, String)], arguments: &[&str]) {
    let program = Program::start_python(Path::new(SHOP), &borrowed(variables), &[&["manage.py"], arguments].concat());
    let status = program.exit_status().await;
    assert!(status.success(), "{arguments:?}: {:?}", program.log());
}
