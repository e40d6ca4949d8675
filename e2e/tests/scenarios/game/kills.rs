//! A program is killed in each phase; the game still ends, with the same log for all players.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use e2e::{Person, Request};
use serde_json::{Value, json};
use testbed::eventually;

use super::{
    fleet::{Fleet, Laptop, Site, start, table},
    follower::{Followed, Follower, Progress},
};

/// The phases in which a program is killed.
const PHASES: [&str; 7] = ["night", "dawn", "talk", "vote", "defence", "ballot", "dusk"];
/// How late a phase may begin after the one before it should have ended, beside the time that a killed thing was away, in milliseconds.
const LATE: i64 = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ws_server_with_its_sockets_is_killed_in_each_phase() {
    // Alternately: clients of the killed process reconnect to the other one.
    let kills = AtomicUsize::new(0);
    let cuts = game_with(Fleet::start().await, async |fleet: &mut Fleet, _, _| {
        let at = kills.fetch_add(1, Ordering::Relaxed) % 2;
        fleet.ws[at].kill9();
        fleet.ws[at].restart();
        fleet.ready().await;
    })
    .await;
    assert!(cuts >= PHASES.len(), "{cuts} connections were cut");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ws_servers_are_killed_in_each_phase() {
    let _cuts = game_with(Fleet::start().await, async |fleet: &mut Fleet, _, _| {
        fleet.ws.iter().for_each(testbed::Program::kill9);
        fleet.ws.iter_mut().for_each(testbed::Program::restart);
        fleet.ready().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_http_server_is_killed_in_each_phase() {
    let _cuts = game_with(Fleet::start().await, async |fleet: &mut Fleet, person: &Person, code: &str| {
        fleet.web.kill9();
        fleet.web.restart();
        fleet.ready().await;
        // Its API returns the state of the game and the caller's seat.
        let state = person.ask(Request::new("GET", &format!("/api/v1/games/{code}"))).await.expect(200).json();
        assert_eq!(state["me"]["seat"], 0, "{state}");
        assert!(state["you"]["role"].is_string(), "{state}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_is_killed_in_each_phase() {
    let _cuts = game_with(Fleet::start().await, async |fleet: &mut Fleet, _, _| {
        fleet.redis.kill9();
        fleet.redis.restart().await;
        fleet.ready().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_is_killed_in_each_phase() {
    let _cuts = game_with(Fleet::start().await, async |fleet: &mut Fleet, _, _| {
        fleet.postgres.kill9();
        fleet.postgres.start_again().await;
        fleet.ready().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_one_process_on_sqlite_is_killed_in_each_phase() {
    let _cuts = game_with(Laptop::start().await, async |laptop: &mut Laptop, _, _| {
        laptop.both.kill9();
        laptop.both.restart();
        laptop.ready().await;
    })
    .await;
}

/// Eight people by two ways; once in each phase `kill` does its work, in whichever day the phase is seen: on a busy machine
/// one can be over before it is. Until all of them were met nobody puts anybody to death, so that the game is not over before.
///
/// How many connections were cut.
async fn game_with<S: Site>(mut site: S, kill: impl AsyncFn(&mut S, &Person, &str)) -> usize {
    let people = site.people(&["에이다", "Bo", "Cy", "다나", "Eve", "호두", "Gil", "한"]).await;
    let options = json!({
        "night_seconds": 4, "dawn_seconds": 3, "talk_seconds": 3, "vote_seconds": 4, "defence_seconds": 3, "ballot_seconds": 4,
        "dusk_seconds": 3, "first_night_kill": false, "gone_after": 50,
    });
    let code = table(&people, 0, &options).await;
    let enough = Arc::new(AtomicBool::new(false));
    let follow = |(at, person)| follower(&site, person, at, &code).mild_until(&enough);
    let followers: Vec<_> = people.iter().enumerate().map(follow).collect();
    let progress = followers[0].progress();
    let following: Vec<_> = followers.into_iter().map(|follower| tokio::spawn(follower.follow_to_the_end())).collect();
    start(&people[0], &code).await;

    let mut left = PHASES.to_vec();
    let begun = Instant::now();
    let mut away = Duration::ZERO;
    while !left.is_empty() {
        let phase = one_of(&left, &progress).await.unwrap_or_else(|| panic!("the game was over before {left:?}"));
        // Seen anew after the kill: what was seen before it may be over.
        progress.lock().expect("no holder panics").clear();
        let killed = Instant::now();
        kill(&mut site, &people[0], &code).await;
        away = away.max(killed.elapsed());
        left.retain(|left| *left != phase);
    }
    enough.store(true, Ordering::Relaxed);
    eprintln!("killed in all phases within {:?}", begun.elapsed());

    let mut told = Vec::new();
    for following in following {
        told.push(following.await.expect("all views of the game are complete"));
    }
    let cuts = same_for_all(&told);
    let latest = latest(&told[0]);
    eprintln!("latest phase: {latest} ms after its time; away for {away:?} at most");
    let away = i64::try_from(away.as_millis()).expect("no test takes so long");
    assert!(latest < away + LATE, "{latest} ms, where nothing was away for longer than {away} ms");
    cuts
}

/// The same client with both ways; every second client starts with the second way.
fn follower(site: &impl Site, person: &Person, at: usize, code: &str) -> Follower {
    let ways = vec![person.through(&site.door(at % 2)), person.through(&site.door((at + 1) % 2))];
    Follower::new(ways, code)
}

/// Waits for one of these phases. `None` if the game was over before.
async fn one_of(phases: &[&'static str], progress: &Progress) -> Option<&'static str> {
    eventually(Duration::from_secs(120), async || {
        let now = progress.lock().expect("no holder panics").clone();
        let found = phases.iter().copied().find(|phase| *phase == now);
        if now == "over" { Some(None) } else { found.map(Some) }
    })
    .await
}

/// The number of broken connections.
fn same_for_all(told: &[Followed]) -> usize {
    let first = told[0].whole("public");
    let ended = first.iter().any(|update| update["events"].as_array().is_some_and(|events| events.iter().any(is_end)));
    assert!(ended, "{:?}", first.last());
    for other in told {
        assert_eq!(other.whole("public"), first);
        assert!(!other.whole("you").is_empty());
    }
    let (holes, cuts): (usize, usize) = (told.iter().map(|told| told.holes).sum(), told.iter().map(|told| told.cuts).sum());
    eprintln!("{} public updates, the same for all; {cuts} connections cut, {holes} holes seen and filled", first.len());
    cuts
}

fn is_end(event: &Value) -> bool {
    event["type"] == "ended"
}

/// By how much the latest phase began after the time at which the one before it should have ended, in milliseconds.
fn latest(told: &Followed) -> i64 {
    let mut planned: Option<i64> = None;
    let mut latest = 0;
    for update in told.whole("public") {
        for event in update["events"].as_array().expect("a list") {
            if event["type"] == "phase_began"
                && let (Some(planned), Some(at)) = (planned, update["at"].as_i64())
            {
                latest = latest.max(at - planned);
            }
            planned = event["ends_at"].as_i64().or(planned);
        }
    }
    latest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phase_of_a_killed_process_s_game_ends_on_time_on_the_other() {
    let fleet = Fleet::start().await;
    let people = fleet.people(&["Ada"]).await;
    // The shortest there are: a day that waits for nobody must be over soon.
    let options = json!({
        "night_seconds": 2, "dawn_seconds": 1, "talk_seconds": 1, "vote_seconds": 2, "defence_seconds": 1, "ballot_seconds": 2,
        "dusk_seconds": 1, "bots": "quick", "gone_after": 50,
    });
    let code = table(&people, 5, &options).await;
    // Watches through the living process, and never acts: no phase ends before its deadline.
    let follower = Follower::new(vec![people[0].through(&fleet.door(1))], &code).for_days(1);
    let following = tokio::spawn(follower.follow_to_the_end());
    start(&people[0], &code).await;
    fleet.ws[0].kill9();
    let told = following.await.expect("the day ends");
    let phases = told
        .whole("public")
        .iter()
        .flat_map(|update| update["events"].as_array())
        .flatten()
        .filter(|event| event["type"] == "phase_began")
        .count();
    assert!(phases >= 4, "{phases} phases began");
    let latest = latest(&told);
    eprintln!("latest phase: {latest} ms after its time");
    assert!(latest < LATE, "{latest} ms");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn players_of_a_killed_process_are_shown_as_offline() {
    let fleet = Fleet::start().await;
    let people = fleet.people(&["Ada", "Bo"]).await;
    let code = table(&people, 0, &json!({})).await;
    let path = format!("/ws/games/{code}/");
    let bo_is = |online: bool| {
        let bo = people[1].id.clone();
        move |frame: &Value| frame["online"] == online && frame["player"] == bo.as_str()
    };
    let mut adas = people[0].through(&fleet.door(1)).open(&path).await;
    adas.frame("game.state").await;
    let mut bos = people[1].through(&fleet.door(0)).open(&path).await;
    bos.frame("game.state").await;
    adas.frame_where("game.presence", bo_is(true)).await;
    fleet.ws[0].kill9();
    // A lease lasts 15 s and is checked every 5 s.
    adas.frame_where("game.presence", bo_is(false)).await;
}
