//! The notes that systemd gets from a server: ready, still running, stopping.

use std::time::Duration;

use e2e::Data;
use tempfile::TempDir;
use testbed::{Program, Redis, free_port};
use tokio::net::{TcpStream, UnixDatagram};
use tokio::time::timeout;

/// Longer than any start takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

/// The end of `NOTIFY_SOCKET` that belongs to the service manager.
struct Manager {
    socket: UnixDatagram,
    folder: TempDir,
}

impl Manager {
    fn listen() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { socket: UnixDatagram::bind(folder.path().join("notify")).expect("a socket"), folder }
    }

    fn address(&self) -> String {
        self.folder.path().join("notify").to_str().expect("a plain path").to_owned()
    }

    async fn note(&self) -> String {
        let mut bytes = [0; 256];
        let length = timeout(DEADLINE, self.socket.recv(&mut bytes)).await.expect("a note in time").expect("a note");
        String::from_utf8_lossy(&bytes[..length]).trim().to_owned()
    }

    /// Waits for this note. Others may come before it.
    async fn until(&self, expected: &str) {
        while self.note().await != expected {}
    }
}

#[tokio::test]
async fn servers_report_that_they_are_ready_make_progress_and_stop() {
    let (data, redis) = (Data::sqlite(), Redis::start().await);
    for server in ["http-server", "ws-server", "runserver"] {
        let (manager, port, url) = (Manager::listen(), free_port(), redis.url());
        let (address, text) = (manager.address(), port.to_string());
        let variables = [
            ("DATABASE_URL", data.url()),
            ("REDIS_URL", url.as_str()),
            ("PORT", &text),
            ("NOTIFY_SOCKET", &address),
            ("WATCHDOG_USEC", "200000"),
        ];
        let program = Program::start(server, &variables, &[]);
        assert_eq!(manager.note().await, "READY=1", "{server}");
        TcpStream::connect(("127.0.0.1", port)).await.expect("a ready server accepts connections");
        for _ in 0..3 {
            assert_eq!(manager.note().await, "WATCHDOG=1", "{server}");
        }
        program.terminate();
        manager.until("STOPPING=1").await;
        assert!(program.exit_status().await.success(), "{server}");
    }
}

#[tokio::test]
async fn a_service_manager_out_of_reach_does_not_stop_a_server() {
    let (data, redis, port) = (Data::sqlite(), Redis::start().await, free_port());
    let (url, text) = (redis.url(), port.to_string());
    let variables = [
        ("DATABASE_URL", data.url()),
        ("REDIS_URL", url.as_str()),
        ("PORT", &text),
        ("NOTIFY_SOCKET", "/nowhere/at/all"),
        ("WATCHDOG_USEC", "0"),
    ];
    let program = Program::start("http-server", &variables, &[]);
    program.log_line(|line| line.contains("NOTIFY_SOCKET")).await;
    program.listens(port).await;
}
