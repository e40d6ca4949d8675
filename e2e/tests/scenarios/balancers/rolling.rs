//! Servers that restart one after the other under load.

use std::sync::{Arc, Mutex};

use e2e::{Fleet, Person, Request};
use testbed::BalancerKind;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_tungstenite::tungstenite::Error;
use tokio_util::sync::CancellationToken;

use super::PACE;

const CLIENTS: u16 = 4;

/// Counts the answers that clients got while servers restarted.
#[derive(Default)]
struct Tally {
    answers: u32,
    handshakes: u32,
    goodbyes: u32,
    faults: Vec<String>,
}

#[derive(Clone)]
struct Load {
    tally: Arc<Mutex<Tally>>,
    stop: CancellationToken,
}

impl Load {
    /// Asks for a page and posts a message, again and again.
    async fn ask(self, person: Person, code: String) {
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.stop.is_cancelled() {
            pace.tick().await;
            let page = Request::get("/mafia/rules").header("Accept", "text/html");
            for (what, request) in [("GET", page), ("POST", Person::message(&code, "on we go"))] {
                let outcome = person.try_ask(request).await;
                self.count(|tally| match outcome {
                    Ok(answer) if matches!(answer.status, 200 | 201) => tally.answers += 1,
                    Ok(answer) => tally.faults.push(format!("{what}: {} {}", answer.status, answer.body)),
                    Err(fault) => tally.faults.push(format!("{what}: {fault}")),
                });
            }
        }
    }

    /// Holds a socket, and opens another as soon as it ends.
    async fn hold(self, person: Person, code: String) {
        while !self.stop.is_cancelled() {
            match person.try_open(&format!("/ws/rooms/{code}/")).await {
                Ok(mut socket) => {
                    self.count(|tally| tally.handshakes += 1);
                    let end = async {
                        loop {
                            if let Err(code) = socket.receive().await {
                                return code;
                            }
                        }
                    };
                    tokio::select! {
                        code = end => self.count(|tally| match code {
                            Some(1012) => tally.goodbyes += 1,
                            // ws-server is too busy for another client.
                            Some(1013) => {}
                            other => tally.faults.push(format!("a socket ended with {other:?}")),
                        }),
                        () = self.stop.cancelled() => {}
                    }
                }
                Err(Error::Http(answer)) => self.count(|tally| tally.faults.push(format!("handshake: {}", answer.status()))),
                Err(fault) => self.count(|tally| tally.faults.push(format!("handshake: {fault}"))),
            }
        }
    }

    fn count(&self, change: impl FnOnce(&mut Tally)) {
        change(&mut self.tally.lock().expect("no client panics while it counts"));
    }
}

/// One server of each kind at a time. Not HAProxy and Caddy: behind them clients got 503 on a busy machine.
#[tokio::test]
async fn nginx_loses_no_request_in_a_rolling_restart() {
    let mut fleet = Fleet::start(BalancerKind::Nginx).await;
    let load = Load { tally: Arc::default(), stop: CancellationToken::new() };
    let host = Person::sign_in(&fleet.door(1), "Host").await;
    let code = host.create_room("Lighthouse").await;
    let mut clients = JoinSet::new();
    for number in 1..=CLIENTS {
        let person = Person::sign_in(&fleet.door(number), &format!("Client {number}")).await;
        person.join(&code).await;
        clients.spawn(load.clone().ask(person.clone(), code.clone()));
        clients.spawn(load.clone().hold(person, code.clone()));
    }
    for at in [0, 1] {
        tokio::join!(fleet.web[at].restart(), fleet.ws[at].restart());
        // nginx tries each server before it gives up, so nothing has to wait for it.
    }
    load.stop.cancel();
    while let Some(client) = clients.join_next().await {
        client.expect("a client counts to the end");
    }
    let tally = load.tally.lock().expect("all clients have ended");
    assert!(tally.faults.is_empty(), "{} answers, {} handshakes: {:?}", tally.answers, tally.handshakes, tally.faults);
    assert!(tally.goodbyes > 0, "no socket was on a server that was restarted");
}
