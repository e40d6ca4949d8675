//! A client that follows a table as its page does: it reconnects after a cut, and fetches missing updates.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use e2e::{Person, Socket};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

/// The maximum length of a game, including outages.
const DEADLINE: Duration = Duration::from_secs(360);
/// As in a page: the first retry after an outage comes soon.
const AGAIN: Duration = Duration::from_millis(100);
/// As in a page: after an expired countdown, the client queries the state.
const LATE: Duration = Duration::from_secs(2);

/// The received updates, with their costs.
#[derive(Debug, Default)]
pub(super) struct Followed {
    /// The updates of each stream by their number.
    pub(super) streams: HashMap<String, BTreeMap<i64, Value>>,
    /// The number of queries for missing updates.
    pub(super) holes: usize,
    /// The number of repeated updates.
    pub(super) twice: usize,
    /// The number of broken connections.
    pub(super) cuts: usize,
    /// The arrival of each message, by its id.
    pub(super) heard: HashMap<String, Instant>,
}

impl Followed {
    /// The updates of a stream, which must have no gap.
    pub(super) fn whole(&self, stream: &str) -> Vec<&Value> {
        let updates = self.streams.get(stream).map(|updates| updates.iter().collect::<Vec<_>>()).unwrap_or_default();
        for (at, (seq, _)) in (1..).zip(&updates) {
            assert_eq!(**seq, at, "{stream} has a hole");
        }
        updates.into_iter().map(|(_, update)| update).collect()
    }
}

/// The public progress of the game, so that a test can kill a program in a certain phase.
pub(super) type Progress = Arc<Mutex<String>>;

/// A way to play.
#[derive(Debug, Clone)]
enum Way {
    /// Only watches.
    Not,
    /// Acts as soon as it may.
    Eagerly,
    /// Accuses but spares, so that each day has all phases and kills no player, until the flag is set.
    MildlyUntil(Arc<AtomicBool>),
}

impl Way {
    /// The acts in order of preference, and the vote in a ballot.
    fn wanted(&self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::Not => (&[], ""),
            Self::MildlyUntil(enough) if !enough.load(Ordering::Relaxed) => (&["sleep", "vote", "ballot"], "no"),
            Self::MildlyUntil(_) | Self::Eagerly => {
                (&["point", "protect", "investigate", "probe", "sleep", "vote", "ballot", "finish"], "yes")
            }
        }
    }
}

pub(super) struct Follower {
    ways: Vec<Person>,
    code: String,
    way: Way,
    last_day: Option<i64>,
    progress: Progress,
    told: Followed,
    known: HashMap<String, i64>,
    view: Value,
    you: Value,
    asked: bool,
    is_over: bool,
}

impl Follower {
    /// `ways` are the same client with different addresses. The first working one is used, and the next one after a cut.
    pub(super) fn new(ways: Vec<Person>, code: &str) -> Self {
        Self {
            ways,
            code: code.to_owned(),
            way: Way::Not,
            last_day: None,
            progress: Progress::default(),
            told: Followed::default(),
            known: HashMap::new(),
            view: Value::Null,
            you: Value::Null,
            asked: false,
            is_over: false,
        }
    }

    /// Acts as soon as it may.
    pub(super) fn playing(mut self) -> Self {
        self.way = Way::Eagerly;
        self
    }

    /// Makes each day have all phases and kill no player, until `enough` is true; then plays normally.
    pub(super) fn mild_until(mut self, enough: &Arc<AtomicBool>) -> Self {
        self.way = Way::MildlyUntil(Arc::clone(enough));
        self
    }

    /// Leaves after this day, if the game is not over before.
    pub(super) fn for_days(mut self, days: i64) -> Self {
        self.last_day = Some(days);
        self
    }

    /// The progress of the game, updated as it runs.
    pub(super) fn progress(&self) -> Progress {
        Arc::clone(&self.progress)
    }

    /// Follows until the game, or the last wanted day, is over and no update is missing.
    pub(super) async fn follow_to_the_end(mut self) -> Followed {
        let code = self.code.clone();
        timeout(DEADLINE, self.follow()).await.unwrap_or_else(|_| panic!("table {code} is not over: {}", self.view));
        self.told
    }

    async fn follow(&mut self) {
        let mut way = 0;
        loop {
            let path = format!("/ws/games/{}/", self.code);
            let person = self.ways[way % self.ways.len()].clone();
            match person.try_open(&path).await {
                Ok(mut socket) => {
                    self.asked = false;
                    if self.attend(&mut socket).await {
                        return;
                    }
                    self.told.cuts += 1;
                }
                Err(_) => sleep(AGAIN).await,
            }
            way += 1;
        }
    }

    /// Reads one connection. Returns true at the end of the game, false if the connection broke.
    async fn attend(&mut self, socket: &mut Socket) -> bool {
        loop {
            let frame = match timeout(LATE, socket.receive()).await {
                Ok(Ok(frame)) => frame,
                Ok(Err(_)) => return false,
                Err(_) => {
                    self.asked = false; // nothing came: perhaps it could not be sent
                    if !self.ask(socket).await {
                        return false;
                    }
                    continue;
                }
            };
            self.take(&frame);
            let is_missing = self.missing();
            if is_missing && !self.asked {
                self.told.holes += usize::from(frame["type"] == "game.update");
                if !self.ask(socket).await {
                    return false;
                }
            }
            if self.is_over && !is_missing {
                return true;
            }
            if !self.act(socket).await {
                return false;
            }
        }
    }

    fn take(&mut self, frame: &Value) {
        match frame["type"].as_str() {
            Some("game.state") => {
                self.view = frame["public"].clone();
                self.you = frame["you"].clone();
                for (stream, field) in [("public", "seq"), ("you", "my_seq"), ("spectators", "spectator_seq")] {
                    self.know(stream, frame[field].as_i64().unwrap_or(0));
                }
                self.note_phase();
            }
            Some("game.update") => {
                let stream = frame["stream"].as_str().expect("a stream").to_owned();
                let seq = frame["seq"].as_i64().expect("a number");
                if seq >= self.known.get(&stream).copied().unwrap_or(0) {
                    match stream.as_str() {
                        "public" => self.view = frame["view"].clone(),
                        "you" => self.you = frame["view"].clone(),
                        _ => {}
                    }
                }
                self.know(&stream, seq);
                self.keep(&stream, &frame["updates"]);
                self.note_phase();
            }
            Some("game.missed") => {
                for stream in ["public", "you", "spectators"] {
                    self.keep(stream, &frame[stream]);
                }
                self.asked = false;
            }
            Some("gap") => self.asked = false,
            _ => {}
        }
    }

    fn note_phase(&mut self) {
        let phase = self.view["phase"].as_str().unwrap_or_default();
        let is_enough = self.last_day.is_some_and(|last| self.view["day"].as_i64().is_some_and(|day| day > last));
        self.is_over = phase == "over" || is_enough;
        *self.progress.lock().expect("no test panics while it holds this") = phase.to_owned();
    }

    fn know(&mut self, stream: &str, seq: i64) {
        let known = self.known.entry(stream.to_owned()).or_default();
        *known = (*known).max(seq);
    }

    fn keep(&mut self, stream: &str, updates: &Value) {
        let kept = self.told.streams.entry(stream.to_owned()).or_default();
        for update in updates.as_array().expect("a list") {
            for event in update["events"].as_array().expect("a list") {
                if let ("said", Some(id)) = (event["type"].as_str().unwrap_or_default(), event["id"].as_str()) {
                    self.told.heard.entry(id.to_owned()).or_insert_with(Instant::now);
                }
            }
            let seq = update["seq"].as_i64().expect("a number");
            if let Some(before) = kept.insert(seq, update.clone()) {
                assert_eq!(&before, update, "the same number tells the same");
                self.told.twice += 1;
            }
        }
    }

    /// The number up to which a stream has no gap.
    fn cursor(&self, stream: &str) -> i64 {
        let Some(updates) = self.told.streams.get(stream) else { return 0 };
        (1..).zip(updates.keys()).take_while(|(at, seq)| at == *seq).last().map_or(0, |(at, _)| at)
    }

    fn missing(&self) -> bool {
        self.known.iter().any(|(stream, known)| self.cursor(stream) < *known)
    }

    async fn ask(&mut self, socket: &mut Socket) -> bool {
        self.asked = true;
        let (public, you, spectators) = (self.cursor("public"), self.cursor("you"), self.cursor("spectators"));
        let ask = json!({ "type": "game.sync", "public": public, "you": you, "spectators": spectators });
        socket.try_send(&ask).await.is_ok()
    }

    /// Does the first possible act that was not done yet.
    async fn act(&mut self, socket: &mut Socket) -> bool {
        let Some(can) = self.you["can"].as_array() else { return true };
        let phase = self.view["phase"].as_str().unwrap_or_default();
        let my_seat = &self.you["seat"];
        let done = match phase {
            "night" => self.you["done"] == true,
            "vote" => self.view["votes"].as_array().is_some_and(|votes| votes.iter().any(|vote| vote["from"] == *my_seat)),
            _ => false,
        };
        let (wanted, choice) = self.way.wanted();
        let first = wanted.iter().find_map(|act| can.iter().find(|can| can["act"] == *act));
        let (Some(first), false) = (first, done) else { return true };
        let command = match first["act"].as_str().unwrap_or_default() {
            "ballot" => json!({ "type": "ballot", "choice": choice }),
            act @ ("sleep" | "finish") => json!({ "type": act }),
            act => json!({ "type": act, "target": first["targets"][0] }),
        };
        // A done act disappears from the next view; a refusal means that another player was first.
        self.you["can"] = json!([]);
        socket.try_send(&json!({ "type": "game.do", "do": command })).await.is_ok()
    }
}
