//! Clients that use a site without a pause, and what they got.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use e2e::{Door, Person, Request, Socket};
use testbed::eventually;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_tungstenite::tungstenite::Error;
use tokio_util::sync::CancellationToken;

/// Each of them holds a socket and sends requests.
pub(crate) const CLIENTS: u16 = 4;
/// Between two rounds of requests of one client: below the servers' rates.
const PACE: Duration = Duration::from_millis(250);
/// Longer than all clients take to come back on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

/// Counts what clients got.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) answers: u32,
    pub(crate) handshakes: u32,
    /// Sockets that a stopping server closed with 1012.
    pub(crate) goodbyes: u32,
    pub(crate) faults: Vec<String>,
}

/// Clients in one room.
pub(crate) struct Load {
    client: Client,
    clients: JoinSet<()>,
}

impl Load {
    /// Starts the clients. `door` is the site for the client with this number.
    pub(crate) async fn start(door: impl Fn(u16) -> Door) -> Self {
        let client = Client { tally: Arc::default(), stop: CancellationToken::new() };
        let code = Person::sign_in(&door(1), "Host").await.create_room("Lighthouse").await;
        let mut clients = JoinSet::new();
        for number in 1..=CLIENTS {
            let person = Person::sign_in(&door(number), &format!("Client {number}")).await;
            person.join(&code).await;
            clients.spawn(client.clone().ask(person.clone(), code.clone()));
            clients.spawn(client.clone().hold(person, code.clone()));
        }
        Self { client, clients }
    }

    /// Waits until the clients have opened so many sockets, and got as many answers.
    pub(crate) async fn served(&self, sockets: u32) {
        eventually(DEADLINE, || async {
            let tally = self.client.tally();
            assert!(tally.faults.is_empty(), "{:?}", tally.faults);
            (tally.handshakes >= sockets && tally.answers >= sockets).then_some(())
        })
        .await;
    }

    /// Ends the clients. Returns what they got.
    pub(crate) async fn end(mut self) -> Tally {
        self.client.stop.cancel();
        while let Some(client) = self.clients.join_next().await {
            client.expect("a client counts to the end");
        }
        std::mem::take(&mut *self.client.tally())
    }
}

#[derive(Clone)]
struct Client {
    tally: Arc<Mutex<Tally>>,
    stop: CancellationToken,
}

impl Client {
    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().expect("no client panics while it counts")
    }

    /// Asks for a page and posts a message, again and again.
    async fn ask(self, person: Person, code: String) {
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.stop.is_cancelled() {
            pace.tick().await;
            let page = Request::get("/mafia/rules").header("Accept", "text/html");
            for (what, request) in [("GET", page), ("POST", Person::message(&code, "on we go"))] {
                match person.try_ask(request).await {
                    Ok(answer) if matches!(answer.status, 200 | 201) => self.tally().answers += 1,
                    Ok(answer) => self.fault(format!("{what}: {} {}", answer.status, answer.body)),
                    Err(fault) => self.fault(format!("{what}: {fault}")),
                }
            }
        }
    }

    /// Holds a socket, and opens another as soon as it ends.
    async fn hold(self, person: Person, code: String) {
        while !self.stop.is_cancelled() {
            match person.try_open(&format!("/ws/rooms/{code}/")).await {
                Ok(socket) => {
                    self.tally().handshakes += 1;
                    self.read_to_end(socket).await;
                }
                Err(Error::Http(answer)) => self.fault(format!("handshake: {}", answer.status())),
                Err(fault) => self.fault(format!("handshake: {fault}")),
            }
        }
    }

    async fn read_to_end(&self, mut socket: Socket) {
        let end = async {
            loop {
                if let Err(code) = socket.receive().await {
                    return code;
                }
            }
        };
        tokio::select! {
            code = end => match code {
                Some(1012) => self.tally().goodbyes += 1,
                // ws-server is too busy for another client.
                Some(1013) => {}
                other => self.fault(format!("a socket ended with {other:?}")),
            },
            () = self.stop.cancelled() => {}
        }
    }

    fn fault(&self, fault: String) {
        self.tally().faults.push(fault);
    }
}
