//! Many concurrent games of bots over two processes, with chat at other tables.

use std::time::{Duration, Instant};

use e2e::{Person, Socket};
use serde_json::{Value, json};

use super::{
    fleet::{Fleet, Site, start, table},
    follower::{Followed, Follower},
};

/// The number of games, unless `SOAK_GAMES` is set.
const GAMES: usize = 20;
/// The number of tables with chat, with five players each.
const TALKING: usize = 4;
/// The number of messages at each of them, and of votes in a game.
const LINES: usize = 25;
const VOTES: usize = 25;
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
    let (mut lines, mut votes) = (Vec::new(), Vec::new());
    for _ in 0..TALKING {
        let people = Five::gather(fleet).await;
        let (said, voted) = people.talk_and_vote().await;
        lines.extend(said);
        votes.extend(voted);
    }
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
    format!(
        "{games} games, {events} public events in {:?}; from command to last of five clients: {}, {}; \
         {holes} out of order, {twice} told twice, none lost",
        begun.elapsed(),
        spread("lines", lines),
        spread("votes", votes),
    )
}

fn spread(what: &str, mut delays: Vec<Duration>) -> String {
    delays.sort_unstable();
    let at = |share: f64| delays[((delays.len() - 1) as f64 * share) as usize];
    format!("{} {what} p50 {:?}, p99 {:?}", delays.len(), at(0.5), at(0.99))
}

/// Starts games of bots, each with a host who plays through one of the processes as fast as the bots.
async fn play(fleet: &Fleet, games: usize) -> Vec<tokio::task::JoinHandle<Followed>> {
    let options = json!({
        "night_seconds": 2, "dawn_seconds": 1, "talk_seconds": 1, "vote_seconds": 2, "defence_seconds": 1, "ballot_seconds": 2,
        "dusk_seconds": 1, "bots": "instant", "gone_after": 50,
    });
    let mut tables = Vec::new();
    for _ in 0..games {
        let host = fleet.people(&["Host"]).await;
        let code = table(&host, 5, &options).await;
        tables.push((host, code));
    }
    // All tables are there before the first game begins: they are played at the same time.
    let mut playing = Vec::new();
    for (game, (host, code)) in tables.iter().enumerate() {
        let follower = Follower::new(vec![host[0].through(&fleet.door(game % 2))], code).playing();
        playing.push(tokio::spawn(follower.follow_to_the_end()));
        start(&host[0], code).await;
    }
    playing
}

/// Five players at a table, every second one through the second process.
struct Five {
    people: Vec<Person>,
    sockets: Vec<Socket>,
    code: String,
}

impl Five {
    async fn gather(fleet: &Fleet) -> Self {
        let people = fleet.people(&["Ada", "Bo", "Cy", "Dee", "Eve"]).await;
        let options = json!({
            "night_seconds": 1, "dawn_seconds": 1, "talk_seconds": 1, "vote_seconds": 1800, "first_night_kill": false, "gone_after": 50,
        });
        let code = table(&people, 0, &options).await;
        let mut sockets = Vec::new();
        for (at, person) in people.iter().enumerate() {
            let mut socket = person.through(&fleet.door(at % 2)).open(&format!("/ws/games/{code}/")).await;
            socket.frame("game.state").await;
            sockets.push(socket);
        }
        Self { people, sockets, code }
    }

    /// By turns they say lines before the game, and name each other in it; all of them hear each: how long until the last one has.
    async fn talk_and_vote(mut self) -> (Vec<Duration>, Vec<Duration>) {
        let mut lines = Vec::new();
        for line in 0..LINES {
            let id = uuid::Uuid::new_v4().to_string();
            let say = json!({ "type": "say", "channel": "public", "words": { "text": format!("line {line}") }, "id": id });
            lines.push(self.until_all_hear(line % self.sockets.len(), say, |event| event["id"] == id).await);
        }
        start(&self.people[0], &self.code).await;
        for socket in &mut self.sockets {
            socket.frame_where("game.update", |frame| tells(frame, |event| event["phase"] == "vote")).await;
        }
        let mut votes = Vec::new();
        for vote in 0..VOTES {
            // The last one does not vote: otherwise the phase would end.
            let (seats, voters) = (self.sockets.len(), self.sockets.len() - 1);
            let (seat, round) = (vote % voters, vote / voters);
            // Another target in each round: the same vote again would change nothing. Nobody names themselves.
            let target = (seat + 1 + round % voters) % seats;
            let is_it = |event: &Value| event["type"] == "voted" && event["seat"] == seat && event["target"] == target;
            votes.push(self.until_all_hear(seat, json!({ "type": "vote", "target": target }), is_it).await);
        }
        (lines, votes)
    }

    async fn until_all_hear(&mut self, by: usize, command: Value, is_it: impl Fn(&Value) -> bool) -> Duration {
        let sent = Instant::now();
        self.sockets[by].send(json!({ "type": "game.do", "do": command })).await;
        for socket in &mut self.sockets {
            socket.frame_where("game.update", |frame| tells(frame, &is_it)).await;
        }
        sent.elapsed()
    }
}

fn tells(frame: &Value, is_it: impl Fn(&Value) -> bool) -> bool {
    let updates = frame["updates"].as_array();
    updates.is_some_and(|updates| updates.iter().flat_map(|update| update["events"].as_array()).flatten().any(is_it))
}

fn events_of(told: &Followed) -> usize {
    told.whole("public").iter().map(|update| update["events"].as_array().map_or(0, Vec::len)).sum()
}

/// Resident memory of both processes, in KiB.
fn memory(fleet: &Fleet) -> Vec<usize> {
    fleet.ws.iter().map(testbed::Program::resident_kib).collect()
}
