//! Many games of bots at once over two processes, while people talk at other tables.

use std::time::{Duration, Instant};

use e2e::Person;
use serde_json::{Value, json};

use super::{
    fleet::{Fleet, start, table},
    follower::{Followed, Follower},
};

/// How many games; `SOAK_GAMES` says otherwise.
const GAMES: usize = 20;
/// How many tables at which people talk, five at each.
const TALKING: usize = 4;
/// How many lines are said at each of them.
const LINES: usize = 25;
/// By how much more memory the second wave may leave than the first, in KiB for each process: nothing grows with games that are over.
const GROWTH: usize = 12 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mafia_soak() {
    let games = std::env::var("SOAK_GAMES").ok().map_or(GAMES, |games| games.parse().expect("SOAK_GAMES is a number"));
    let fleet = Fleet::start().await;
    let before = memory(&fleet);
    let first = wave(&fleet, games).await;
    let between = memory(&fleet);
    let second = wave(&fleet, games).await;
    let after = memory(&fleet);
    eprintln!("wave 1: {first}\nwave 2: {second}");
    eprintln!("memory of the two ws-servers, KiB: before {before:?}, after wave 1 {between:?}, after wave 2 {after:?}");
    for (between, after) in between.iter().zip(after) {
        assert!(after <= between + GROWTH, "{between} KiB after the first wave, {after} after the second");
    }
}

async fn wave(fleet: &Fleet, games: usize) -> String {
    let begun = Instant::now();
    let playing = play(fleet, games).await;
    let mut talking = Vec::new();
    for _ in 0..TALKING {
        talking.push(talk(fleet).await);
    }
    talking.sort_unstable();
    let mut delays: Vec<Duration> = talking.concat();
    delays.sort_unstable();
    let mut events = 0;
    let (mut holes, mut twice) = (0, 0);
    for playing in playing {
        let told = playing.await.expect("every game ends");
        events += events_of(&told);
        holes += told.holes;
        twice += told.twice;
        assert_eq!(told.cuts, 0, "no connection broke");
    }
    // An update that came out of order is asked for; one that never came would have left the game without its end.
    let at = |share: f64| delays[((delays.len() - 1) as f64 * share) as usize];
    format!(
        "{games} games, {events} public events in {:?}; {} lines from command to last of five clients: p50 {:?}, p99 {:?}; \
         {holes} out of order, {twice} told twice, none lost",
        begun.elapsed(),
        delays.len(),
        at(0.5),
        at(0.99),
    )
}

/// Starts games of bots, each with its host who watches from one of the processes and only sleeps, votes as it may, and dies.
async fn play(fleet: &Fleet, games: usize) -> Vec<tokio::task::JoinHandle<Followed>> {
    let options = json!({
        "night_seconds": 2, "dawn_seconds": 1, "talk_seconds": 1, "vote_seconds": 2, "defence_seconds": 1, "ballot_seconds": 2,
        "dusk_seconds": 1, "bots": "instant", "gone_after": 50,
    });
    let mut playing = Vec::new();
    for game in 0..games {
        let host = fleet.people(&["Host"]).await;
        let code = table(&host, 5, &options).await;
        let follower = Follower::new(vec![host[0].through(&fleet.door(game % 2))], &code).playing();
        playing.push(tokio::spawn(follower.follow_to_the_end()));
        start(&host[0], &code).await;
    }
    playing
}

/// Five people at a table that does not begin say lines by turns, and all of them hear each: how long until the last one has.
async fn talk(fleet: &Fleet) -> Vec<Duration> {
    let people = fleet.people(&["Ada", "Bo", "Cy", "Dee", "Eve"]).await;
    let code = table(&people, 0, &json!({})).await;
    let path = format!("/ws/games/{code}/");
    let mut sockets = Vec::new();
    for (at, person) in people.iter().enumerate() {
        let person: Person = person.through(&fleet.door(at % 2));
        let mut socket = person.open(&path).await;
        socket.frame("game.state").await;
        sockets.push(socket);
    }
    let mut delays = Vec::new();
    for line in 0..LINES {
        let id = uuid::Uuid::new_v4().to_string();
        let speaker = line % sockets.len();
        let say = json!({ "type": "say", "channel": "public", "words": { "text": format!("line {line}") }, "id": id });
        let said = Instant::now();
        sockets[speaker].send(json!({ "type": "game.do", "do": say })).await;
        for socket in &mut sockets {
            socket.frame_where("game.update", |frame| says(frame, &id)).await;
        }
        delays.push(said.elapsed());
    }
    delays
}

fn says(frame: &Value, id: &str) -> bool {
    let updates = frame["updates"].as_array();
    updates.is_some_and(|updates| {
        updates.iter().flat_map(|update| update["events"].as_array()).flatten().any(|event| event["id"] == id)
    })
}

fn events_of(told: &Followed) -> usize {
    told.whole("public").iter().map(|update| update["events"].as_array().map_or(0, Vec::len)).sum()
}

/// Resident memory of both processes, in KiB.
fn memory(fleet: &Fleet) -> Vec<usize> {
    fleet.ws.iter().map(testbed::Program::resident_kib).collect()
}
