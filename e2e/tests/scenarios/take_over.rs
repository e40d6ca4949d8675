//! A new process takes over the listener of the old one: one address, without a load balancer.

use std::net::TcpListener;

use e2e::{Data, Door};
use testbed::{Program, Redis};

use crate::load::{CLIENTS, Load};

/// As many releases under load.
const RELEASES: u32 = 2;

/// Two listeners that outlive the processes, as those of a systemd socket unit do.
struct Site {
    web: TcpListener,
    ws: TcpListener,
    redis: Redis,
    data: Data,
}

impl Site {
    async fn new(data: Data) -> Self {
        let listen = || TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self { web: listen(), ws: listen(), redis: Redis::start().await, data }
    }

    fn door(&self) -> Door {
        let port = |listener: &TcpListener| listener.local_addr().expect("an address").port();
        Door::http(port(&self.web), port(&self.ws))
    }

    /// A process of each kind on the shared listeners, once it can serve: until then its connections would wait.
    async fn start(&self) -> [Program; 2] {
        let (origin, redis) = (self.door().origin(), self.redis.url());
        let variables = [
            ("DATABASE_URL", self.data.url()),
            ("REDIS_URL", redis.as_str()),
            ("ALLOWED_ORIGINS", origin.as_str()),
            // A process that leaves its listener to others waits for no balancer.
            ("HTTP_DRAIN_DELAY", "600"),
            ("WS_DRAIN_DELAY", "600"),
        ];
        let processes =
            [(&self.web, "http-server"), (&self.ws, "ws-server")].map(|(on, name)| Program::start_on(on, name, &variables));
        for process in &processes {
            process.log_line(|line| line.contains("listens on")).await;
        }
        processes
    }
}

async fn stop(processes: &[Program]) {
    processes.iter().for_each(Program::terminate);
    for process in processes {
        assert!(process.exit_status().await.success(), "{:?}", process.log());
    }
}

#[tokio::test]
async fn a_new_process_takes_over_the_listener_and_no_client_loses_a_request() {
    let site = Site::new(Data::postgres().await).await;
    let mut processes = site.start().await;
    let load = Load::start(|_| site.door()).await;
    for release in 1..=RELEASES {
        load.served(release * u32::from(CLIENTS)).await;
        let next = site.start().await;
        stop(&processes).await;
        processes = next;
    }
    load.served((RELEASES + 1) * u32::from(CLIENTS)).await;
    let tally = load.end().await;
    assert!(tally.faults.is_empty(), "{} answers, {} handshakes: {:?}", tally.answers, tally.handshakes, tally.faults);
    assert!(tally.goodbyes >= RELEASES * u32::from(CLIENTS), "{} sockets were closed with 1012", tally.goodbyes);
}

/// `systemctl restart` of a unit with a socket: no process accepts for a while.
#[tokio::test]
async fn connections_wait_while_the_only_process_restarts() {
    let site = Site::new(Data::sqlite()).await;
    let processes = site.start().await;
    let load = Load::start(|_| site.door()).await;
    load.served(u32::from(CLIENTS)).await;
    stop(&processes).await;
    let _next = site.start().await;
    load.served(2 * u32::from(CLIENTS)).await;
    let tally = load.end().await;
    assert!(tally.faults.is_empty(), "{} answers, {} handshakes: {:?}", tally.answers, tally.handshakes, tally.faults);
}
