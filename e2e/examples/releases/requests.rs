//! Requests at a steady rate while http-server restarts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use e2e::{Fleet, Person, Request};
use testbed::BalancerKind;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{interval, timeout};
use tokio_util::sync::CancellationToken;

use crate::{quantile, restart};

/// Each from an address of its own, so that none meets its rate.
const CLIENTS: u16 = 200;
/// Rooms hold 20 of them each.
const ROOMS: u16 = 10;
const PER_SECOND: u32 = 600;
const RESTARTS: usize = 20;
/// A client that waits longer has lost its request.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Default)]
struct Tally {
    times: Vec<Duration>,
    lost: BTreeMap<String, u32>,
}

/// Returns a sentence with the figures.
pub(crate) async fn measure(kind: BalancerKind) -> String {
    let mut fleet = Fleet::start_unchanged(kind).await;
    let members = members(&fleet).await;
    let (tally, stop) = (Arc::new(Mutex::new(Tally::default())), CancellationToken::new());
    let begun = Instant::now();
    let load = send(members, Arc::clone(&tally), stop.clone());
    for at in 0..RESTARTS {
        restart(kind, &mut fleet.web[at % 2]).await;
    }
    stop.cancel();
    load.await.expect("the clients count to the end");
    let mut tally = tally.lock().expect("no client panics while it counts");
    tally.times.sort_unstable();
    let (times, lost) = (&tally.times, tally.lost.values().sum::<u32>());
    format!(
        "{RESTARTS} restarts of http-server in {:.0} s, {} requests, {lost} lost {:?}; p50 {:.3} s, p99 {:.3} s, longest {:.3} s",
        begun.elapsed().as_secs_f64(),
        times.len(),
        tally.lost,
        quantile(times, 0.5),
        quantile(times, 0.99),
        quantile(times, 1.0),
    )
}

/// Signed-in clients with the codes of their rooms.
async fn members(fleet: &Fleet) -> Vec<(Person, String)> {
    let mut members = Vec::new();
    let mut code = String::new();
    for number in 1..=CLIENTS {
        let person = Person::sign_in(&fleet.door(number), &format!("Client {number}")).await;
        if number % (CLIENTS / ROOMS) == 1 {
            code = person.create_room("Lighthouse").await;
        } else {
            person.join(&code).await;
        }
        members.push((person, code.clone()));
    }
    members
}

/// Sends requests at fixed times: a slow answer delays no other request.
fn send(members: Vec<(Person, String)>, tally: Arc<Mutex<Tally>>, stop: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut pace = interval(Duration::from_secs(1) / PER_SECOND);
        let mut requests = JoinSet::new();
        let all = members.iter().cycle().enumerate();
        for (number, (person, code)) in all {
            pace.tick().await;
            if stop.is_cancelled() {
                break;
            }
            requests.spawn(ask(number, person.clone(), code.clone(), Arc::clone(&tally)));
            while requests.try_join_next().is_some() {}
        }
        requests.join_all().await;
    })
}

/// Of ten requests one posts a message, four ask for a room and five for a page. The clients take turns with them.
async fn ask(number: usize, person: Person, code: String, tally: Arc<Mutex<Tally>>) {
    let round = number / usize::from(CLIENTS);
    let (name, request) = match (number + round) % 10 {
        0 => ("POST", Person::message(&code, "on we go")),
        1..5 => ("GET", Request::get(&format!("/api/v1/rooms/{code}"))),
        _ => ("GET", Request::get("/mafia/rules").header("Accept", "text/html")),
    };
    let begun = Instant::now();
    let outcome = match timeout(PATIENCE, person.try_ask(request)).await {
        Ok(Ok(answer)) if matches!(answer.status, 200 | 201) => None,
        Ok(Ok(answer)) => Some(answer.status.to_string()),
        Ok(Err(fault)) => Some(fault.kind().to_string()),
        Err(_) => Some("no answer".to_owned()),
    };
    let mut tally = tally.lock().expect("no client panics while it counts");
    tally.times.push(begun.elapsed());
    if let Some(outcome) = outcome {
        *tally.lost.entry(format!("{name} {outcome}")).or_default() += 1;
    }
}
