//! Redis, or the connection to it, fails under traffic and returns.

use std::net::Ipv4Addr;
use std::time::Duration;

use e2e::{Data, Person, Site, Socket};
use serde_json::Value;
use testbed::eventually;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

crate::in_both_dialects!(killed_and_restarted, frozen, the_line_is_cut, the_line_swallows_everything, its_clients_are_killed);

async fn killed_and_restarted(layer: &str) {
    survives(layer, async |site| site.redis.kill9(), async |site| site.redis.restart().await).await;
}

async fn frozen(layer: &str) {
    survives(layer, async |site| site.redis.freeze(), async |site| site.redis.thaw()).await;
}

async fn the_line_is_cut(layer: &str) {
    let cut = async |site: &Site| {
        site.line.refuse().await;
        site.line.cut().await;
    };
    survives(layer, cut, async |site| site.line.heal().await).await;
}

async fn the_line_swallows_everything(layer: &str) {
    survives(layer, async |site| site.line.stall().await, async |site| site.line.heal().await).await;
}

async fn its_clients_are_killed(layer: &str) {
    let kill = async |site: &Site| {
        for kind in ["normal", "pubsub"] {
            site.redis.cli(&["CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes"]).await;
        }
    };
    let site = Site::start_with(Data::sqlite(), &[("CHANNEL_LAYER", layer)]).await;
    let table = Table::set(&site).await;
    kill(&site).await;
    table.flows_again(&site).await;
}

/// Redis fails during traffic. Clients get a gap; then messages flow again, and none is lost or repeated.
async fn survives(layer: &str, away: impl AsyncFn(&Site), back: impl AsyncFn(&Site)) {
    let site = Site::start_with(Data::sqlite(), &[("CHANNEL_LAYER", layer)]).await;
    let table = Table::set(&site).await;
    away(&site).await;
    // Wait until both processes have detected the outage.
    health(&site, "unavailable").await;
    back(&site).await;
    table.flows_again(&site).await;
}

/// Waits until both processes report this state of their layer.
async fn health(site: &Site, layer: &str) {
    let request = e2e::Request::get("/healthz");
    eventually(Duration::from_secs(40), || async {
        let answers = [site.door().ask(&request).await, site.door().ask_sockets(&request).await];
        answers.iter().all(|answer| answer.json()["layer"] == layer).then_some(())
    })
    .await;
}

/// Ada and Bo receive a room's messages while Cy posts continuously.
struct Table {
    ada: Person,
    bo: Person,
    code: String,
    sockets: [Socket; 2],
    stop: CancellationToken,
    talk: JoinHandle<i64>,
}

impl Table {
    async fn set(site: &Site) -> Self {
        let (ada, bo) = (Person::sign_in(&site.door(), "Ada").await, Person::sign_in(&site.door(), "Bo").await);
        // Cy has a separate address, so that his messages count against his rate alone.
        let cy = Person::sign_in(&site.door().from(Ipv4Addr::new(127, 0, 0, 9)), "Cy").await;
        let code = ada.create_room("Lighthouse").await;
        bo.join(&code).await;
        cy.join(&code).await;
        let mut sockets = [ada.enter(&code).await, bo.enter(&code).await];
        for socket in &mut sockets {
            socket.frame("room.state").await;
        }
        let stop = CancellationToken::new();
        let talk = tokio::spawn(talk(cy, code.clone(), stop.clone()));
        for socket in &mut sockets {
            socket.frame("room.message").await;
        }
        Self { ada, bo, code, sockets, stop, talk }
    }

    async fn flows_again(mut self, site: &Site) {
        for socket in &mut self.sockets {
            let gap = socket.frame("gap").await;
            assert!(gap["reason"].is_string(), "{gap}");
        }
        health(site, "ok").await;
        self.stop.cancel();
        let last = self.talk.await.expect("Cy is answered all the time");
        // The messages of the outage are stored in order and without gaps.
        let stored = self.ada.messages_after(&self.code, 0).await;
        let seqs: Vec<_> = stored.iter().filter_map(|message| message["seq"].as_i64()).collect();
        assert_eq!(seqs, (1..=last).collect::<Vec<_>>());
        // From one process to the other, in both directions, to all clients.
        let over_http = self.bo.post(&self.code, "over HTTP").await;
        let [adas, bos] = &mut self.sockets;
        adas.send(serde_json::json!({ "type": "message.send", "body": "over the socket" })).await;
        for socket in [adas, bos] {
            let heard = heard_until(socket, "over the socket").await;
            let times = heard.iter().filter(|message| **message == over_http).count();
            assert_eq!(times, 1, "heard once: {heard:?}");
        }
    }
}

/// Posts four messages a second until `stop`: within the rate of a user in a room. The site must take each. Returns the last number.
async fn talk(cy: Person, code: String, stop: CancellationToken) -> i64 {
    let mut pace = tokio::time::interval(Duration::from_millis(250));
    let mut last = 0;
    while stop.run_until_cancelled(pace.tick()).await.is_some() {
        last = cy.post(&code, "and another thing").await["seq"].as_i64().unwrap_or_default();
    }
    last
}

/// The messages heard up to the one with that body, whatever the order of the two last ones.
async fn heard_until(socket: &mut Socket, body: &str) -> Vec<Value> {
    let mut heard = Vec::new();
    loop {
        let message = socket.frame("room.message").await["message"].clone();
        let done = message["body"] == body;
        heard.push(message);
        if done {
            return heard;
        }
    }
}
