//! Sockets in rooms while all servers restart, one after the other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use e2e::{Fleet, Person, Socket};
use serde_json::Value;
use testbed::{BalancerKind, eventually};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};
use uuid::Uuid;

use crate::{quantile, restart};

const ROOMS: u16 = 10;
const ROOM_SOCKETS: u16 = 30;
const SOCKETS: usize = (ROOMS * ROOM_SOCKETS) as usize;
/// Longer than any return takes.
const DEADLINE: Duration = Duration::from_secs(120);
/// Clients of a process that has ended would be offline after this time at the latest.
const LEASES: Duration = Duration::from_secs(25);

#[derive(Default)]
struct Tally {
    open: usize,
    ends: BTreeMap<String, u32>,
    refused: BTreeMap<String, u32>,
    offline: u32,
    messages: u32,
    lost_messages: u32,
    gaps: Vec<Duration>,
    /// The first end and the last return of the current restart.
    first_end: Option<Instant>,
    last_return: Option<Instant>,
}

type Shared = Arc<Mutex<Tally>>;

fn count<T>(tally: &Shared, change: impl FnOnce(&mut Tally) -> T) -> T {
    change(&mut tally.lock().expect("no client panics while it counts"))
}

/// Returns a sentence with the figures.
pub(crate) async fn measure(kind: BalancerKind) -> String {
    let mut fleet = Fleet::start_unchanged(kind).await;
    let tally = Shared::default();
    let mut clients = JoinSet::new();
    for room in 0..ROOMS {
        fill(&fleet, room, &tally, &mut clients).await;
    }
    all_open(&tally).await;
    // Clients that opened at once are still told about each other.
    sleep(LEASES).await;
    count(&tally, |tally| *tally = Tally { open: tally.open, ..Tally::default() });
    let mut returns = Vec::new();
    for at in [0, 1] {
        restart(kind, &mut fleet.web[at]).await;
        restart(kind, &mut fleet.ws[at]).await;
        all_open(&tally).await;
        returns.push(count(&tally, all_back));
    }
    sleep(LEASES).await;
    clients.abort_all();
    count(&tally, |tally| report(tally, &returns))
}

/// Lets a room's clients in, of whom one posts messages.
async fn fill(fleet: &Fleet, room: u16, tally: &Shared, clients: &mut JoinSet<()>) {
    let first = 1 + room * ROOM_SOCKETS;
    let host = Person::sign_in(&fleet.door(first), "Host").await;
    let code = host.create_room("Lighthouse").await;
    for number in first..first + ROOM_SOCKETS {
        let person =
            if number == first { host.clone() } else { Person::sign_in(&fleet.door(number), &format!("Client {number}")).await };
        person.join(&code).await;
        clients.spawn(hold(person, code.clone(), Arc::clone(tally)));
    }
    clients.spawn(speak(host, code, Arc::clone(tally)));
}

async fn all_open(tally: &Shared) {
    eventually(DEADLINE, || async { count(tally, |tally| (tally.open == SOCKETS).then_some(())) }).await;
}

/// The time from the first end to the last return, since the last call.
fn all_back(tally: &mut Tally) -> Duration {
    let (first, last) = (tally.first_end.take(), tally.last_return.take());
    first.zip(last).map(|(first, last)| last.saturating_duration_since(first)).unwrap_or_default()
}

fn report(tally: &mut Tally, returns: &[Duration]) -> String {
    tally.gaps.sort_unstable();
    let back: Vec<_> = returns.iter().map(|time| format!("{:.1} s", time.as_secs_f64())).collect();
    format!(
        "{SOCKETS} sockets, ended with {:?}, handshakes refused {:?}, offline frames {}, messages {} (lost {}), away p50 {:.2} s, p99 {:.2} s, \
         longest {:.2} s; all back after the first end of each restart in {}",
        tally.ends,
        tally.refused,
        tally.offline,
        tally.messages,
        tally.lost_messages,
        quantile(&tally.gaps, 0.5),
        quantile(&tally.gaps, 0.99),
        quantile(&tally.gaps, 1.0),
        back.join(" and "),
    )
}

/// Posts a message a second.
async fn speak(host: Person, code: String, tally: Shared) {
    let mut pace = interval(Duration::from_secs(1));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pace.tick().await;
        let stored = host.try_ask(Person::message(&code, "on we go")).await.is_ok_and(|answer| answer.status == 201);
        count(&tally, |tally| {
            tally.messages += 1;
            tally.lost_messages += u32::from(!stored);
        });
    }
}

/// Holds a socket, and comes back as a page does: after a random time that the server has named, and up to twice as long after each failure.
async fn hold(person: Person, code: String, tally: Shared) {
    let path = format!("/ws/rooms/{code}/");
    let (mut within, mut failures, mut ended) = (1_000, 0, None::<Instant>);
    loop {
        match state(&person, &path).await {
            Ok((mut socket, state)) => {
                (within, failures) = (state["reconnect_within_ms"].as_u64().expect("a number"), 0);
                count(&tally, |tally| opened(tally, ended));
                let end = read_to_the_end(&mut socket, &tally).await;
                ended = Some(Instant::now());
                count(&tally, |tally| closed(tally, end));
            }
            Err(reason) => {
                failures += 1;
                count(&tally, |tally| *tally.refused.entry(reason).or_default() += 1);
            }
        }
        sleep(random(within << failures.min(5))).await;
    }
}

/// Opens a socket and returns it with its first frame.
async fn state(person: &Person, path: &str) -> Result<(Socket, Value), String> {
    let mut socket = person.try_open(path).await.map_err(|fault| fault.to_string())?;
    match socket.receive().await {
        Ok(state) => Ok((socket, state)),
        Err(code) => Err(format!("{code:?}")),
    }
}

async fn read_to_the_end(socket: &mut Socket, tally: &Shared) -> Option<u16> {
    loop {
        match socket.receive().await {
            Ok(frame) if frame["type"] == "room.presence" && frame["online"] == false => count(tally, |tally| tally.offline += 1),
            Ok(_) => {}
            Err(code) => return code,
        }
    }
}

fn opened(tally: &mut Tally, ended: Option<Instant>) {
    tally.open += 1;
    if let Some(ended) = ended {
        tally.gaps.push(ended.elapsed());
        tally.last_return = Some(Instant::now());
    }
}

fn closed(tally: &mut Tally, code: Option<u16>) {
    tally.open -= 1;
    tally.first_end.get_or_insert_with(Instant::now);
    let name = code.map_or_else(|| "no close frame".to_owned(), |code| code.to_string());
    *tally.ends.entry(name).or_default() += 1;
}

fn random(within_ms: u64) -> Duration {
    let number = Uuid::new_v4().as_u128() % u128::from(within_ms.clamp(1, 30_000));
    Duration::from_millis(u64::try_from(number).unwrap_or_default())
}
