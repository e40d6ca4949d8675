//! Servers that die or freeze behind a load balancer.

use std::time::Duration;

use e2e::{Fleet, Person, Request};
use testbed::{BalancerKind, eventually};
use tokio::time::{interval, timeout};

use super::{DEADLINE, PACE, behind_each_balancer};

behind_each_balancer!(leaves_a_killed_server_and_uses_it_again, leaves_a_frozen_server);

/// As many visits as meet each server of a kind several times.
const VISITS: usize = 4;
/// Shorter than the deadlines of the balancers for an answer of http-server.
const SOON: Duration = Duration::from_secs(8);

async fn signed_in(fleet: &Fleet) -> (Person, String) {
    let ada = Person::sign_in(&fleet.door(1), "Ada").await;
    let code = ada.create_room("Lighthouse").await;
    (ada, code)
}

async fn leaves_a_killed_server_and_uses_it_again(kind: BalancerKind) {
    let mut fleet = Fleet::start(kind).await;
    let (ada, code) = signed_in(&fleet).await;
    fleet.web[0].program.kill9();
    fleet.ws[0].program.kill9();
    if kind == BalancerKind::Caddy {
        // Caddy 2.6 cannot send a body twice: a POST gets 502 until Caddy has left the server.
        eventually(DEADLINE, || async { visits(&ada, &code).await.ok() }).await;
    } else {
        visits(&ada, &code).await.expect("the other server serves");
    }
    fleet.web[0].program.restart();
    fleet.ws[0].program.restart();
    fleet.web[0].healthy().await;
    fleet.ws[0].healthy().await;
    timeout(DEADLINE, gets_clients(&fleet, &ada, &code)).await.expect("the balancer uses the servers again");
}

/// Returns as soon as the restarted servers have got a request and a socket.
async fn gets_clients(fleet: &Fleet, ada: &Person, code: &str) {
    // The sockets stay open: balancers choose the server with the fewest.
    let mut held = Vec::new();
    let mut pace = interval(PACE);
    while !fleet.web[0].has_answered("/api/v1/rooms") || fleet.ws[0].accepted_sockets().await == 0 {
        pace.tick().await;
        ada.view(code).await;
        held.push(ada.enter(code).await);
    }
}

/// Requests that have begun may wait for the frozen server. New ones must succeed soon.
async fn leaves_a_frozen_server(kind: BalancerKind) {
    let fleet = Fleet::start_unchanged(kind).await;
    let (ada, code) = signed_in(&fleet).await;
    fleet.web[0].program.signal("STOP");
    fleet.ws[0].program.signal("STOP");
    eventually(DEADLINE, || async {
        for _ in 0..VISITS {
            timeout(SOON, visit(&ada, &code)).await.ok()?.ok()?;
        }
        Some(())
    })
    .await;
    fleet.web[0].program.signal("CONT");
    fleet.ws[0].program.signal("CONT");
}

async fn visits(person: &Person, code: &str) -> Result<(), String> {
    for _ in 0..VISITS {
        visit(person, code).await?;
    }
    Ok(())
}

/// Gets a page, posts a message and opens a socket at the same time.
///
/// # Errors
/// The fault of the first of the three that did not succeed at once.
async fn visit(person: &Person, code: &str) -> Result<(), String> {
    let page = Request::get("/mafia/rules").header("Accept", "text/html");
    let socket = async { person.try_open(&format!("/ws/rooms/{code}/")).await.map_err(|fault| fault.to_string()) };
    let (page, message, socket) = tokio::join!(answered(person, page), answered(person, Person::message(code, "hello")), socket);
    page?;
    message?;
    socket?.leave().await;
    Ok(())
}

async fn answered(person: &Person, request: Request) -> Result<(), String> {
    let answer = person.try_ask(request).await.map_err(|fault| fault.to_string())?;
    if matches!(answer.status, 200 | 201) { Ok(()) } else { Err(format!("{answer:?}")) }
}
