//! Signals to a starting program, whose database accepts the connection and does not answer.

use testbed::Program;
use tokio::net::{TcpListener, TcpStream};

const SERVERS: [(&str, &[&str]); 3] = [("http-server", &["--alone"]), ("ws-server", &["--alone"]), ("runserver", &[])];

/// A server that is starting, and its connection to the silent database. By then it has its signal handlers.
struct Starting {
    program: Program,
    _database: (TcpListener, TcpStream),
}

impl Starting {
    async fn new(server: &str, flags: &[&str]) -> Self {
        let database = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = database.local_addr().expect("an address").port();
        let url = format!("postgres://u@127.0.0.1:{port}/d");
        let program = Program::start(server, &[("DATABASE_URL", &url), ("CHANNEL_LAYER", "memory"), ("PORT", "0")], flags);
        let (connection, _) = database.accept().await.expect("a connection");
        Self { program, _database: (database, connection) }
    }

    fn said(&self) -> String {
        self.program.log().join("\n")
    }
}

#[tokio::test]
async fn a_signal_to_stop_ends_a_start_in_good_order() {
    for (server, flags) in SERVERS {
        for (signal, others) in [("TERM", 0), ("INT", 0), ("QUIT", 0), ("TERM", 2)] {
            let starting = Starting::new(server, flags).await;
            for _ in 0..=others {
                starting.program.signal(signal);
            }
            let status = starting.program.exit_status().await;
            assert_eq!(status.code(), Some(0), "{server} SIG{signal}: {}", starting.said());
            starting.program.log_line(|line| line.contains(&format!("SIG{signal}: stopping"))).await;
            assert!(!starting.said().contains("listens on") && !starting.said().contains("open http"), "{}", starting.said());
        }
    }
}

#[tokio::test]
async fn ignored_signals_disturb_no_start() {
    for (server, flags) in SERVERS {
        let starting = Starting::new(server, flags).await;
        for name in ["HUP", "USR1", "USR2"] {
            starting.program.signal(name);
            starting.program.log_line(|line| line.contains(&format!("SIG{name} is ignored"))).await;
        }
        assert!(!starting.program.has_ended(), "{}", starting.said());
        starting.program.signal("TERM");
        assert_eq!(starting.program.exit_status().await.code(), Some(0), "{server}: {}", starting.said());
    }
}
