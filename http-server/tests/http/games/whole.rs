//! Whole games, of which everybody asks again and again: no answer says what its reader may not know.

use actix_web::http::Method;
use mafia::Command;
use mafia::Person as Who;
use serde_json::{Value, json};
use store::RoomCode;

use super::{
    kit::{code_of, mafia, open_table},
    leaks::{Reader, all_roles, moves},
};
use crate::support::{Person, TestApp};

/// How many games are played to their end.
const GAMES: u64 = 8;
const ROUNDS: u64 = 600;

/// Somebody who asks.
struct Asker<'a> {
    person: Person<'a>,
    reader: Reader,
    /// The newest update that they have of each stream.
    cursors: [i64; 3],
}

const STREAMS: [&str; 3] = ["public", "you", "spectators"];

impl<'a> Asker<'a> {
    fn new(person: Person<'a>, seat: Option<u64>, reveals: bool) -> Self {
        Self { person, reader: Reader::new(seat, "", reveals), cursors: [0; 3] }
    }

    /// From an address of their own in each round: so many rounds in so little time are more than the rate allows.
    async fn get(&self, path: &str, round: u64) -> Value {
        let address = format!("2001:db8:0:{round:x}::1");
        let reply = self.person.send(Method::GET, path, &[("x-forwarded-for", &address)], "").await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }

    /// Everything that happened since they asked last.
    async fn missed(&mut self, table: &str, round: u64) -> Value {
        let [public, you, spectators] = self.cursors;
        let missed = self.get(&format!("{table}/updates?public={public}&you={you}&spectators={spectators}"), round).await;
        assert_eq!(missed["more"], false);
        for (stream, cursor) in STREAMS.iter().zip(&mut self.cursors) {
            let mut seqs = missed[*stream].as_array().unwrap().iter().map(|update| update["seq"].as_i64().unwrap());
            *cursor = seqs.next_back().unwrap_or(*cursor);
        }
        missed
    }
}

/// Plays a game to its end. The roles of those who asked.
async fn play(seed: u64) -> Vec<String> {
    let app = TestApp::start().await;
    let reveals = seed.is_multiple_of(2);
    let seated = 6 + (seed % 3) as usize;
    let options = json!({
        "night_seconds": 4, "dawn_seconds": 1, "talk_seconds": 3, "vote_seconds": 3, "defence_seconds": 1, "ballot_seconds": 3,
        "dusk_seconds": 1, "gone_after": 50, "reveal_roles": reveals, "bots": "instant",
    });
    let setup = json!({ "roles": all_roles(seated + 2), "options": options });
    let mut askers = Vec::new();
    for number in 0..=seated {
        // The last one watches.
        let seat = (number < seated).then_some(number as u64);
        let person = app.person(&format!("user {number}")).await;
        askers.push(Asker::new(person, seat, reveals));
    }
    askers.push(Asker::new(app.guest(), None, reveals));
    let table = open_table(&askers[0].person, &setup).await;
    for asker in &askers[1..seated] {
        assert_eq!(asker.person.put(&format!("{table}/seat")).await.status, 200);
    }
    assert_eq!(askers[0].person.post(&format!("{table}/bots"), &json!({ "count": 2 })).await.status, 200);
    let start = askers[0].person.post(&format!("{table}/start"), &Value::Null).await;
    assert_eq!(start.status, 200, "{}", start.text());

    let (game, code) = (mafia(&app), RoomCode::parse(code_of(&table)).unwrap());
    for round in 0..ROUNDS {
        let mut phase = Value::Null;
        for asker in &mut askers {
            let state = asker.get(&table, round).await;
            if let Some(role) = state["you"]["role"].as_str() {
                role.clone_into(&mut asker.reader.role);
                let who = Who { id: Some(state["me"]["user"].as_str().unwrap().parse().unwrap()), name: String::new() };
                for command in moves(&state["you"], seed ^ round) {
                    let command: Command = serde_json::from_value(command).unwrap();
                    let _refused_where_others_were_first = game.act(&code, &who, &command, app.now()).await;
                }
            }
            let missed = asker.missed(&table, round).await;
            // What was missed first: it says why a role is shown.
            for told in [&missed, &state] {
                asker.reader.take(told).unwrap();
            }
            phase = state["public"]["phase"].clone();
        }
        if phase == "over" {
            return askers.into_iter().map(|asker| asker.reader.role).collect();
        }
        app.advance(1_000);
        game.tick(|| app.now()).await.unwrap();
    }
    panic!("the game does not end");
}

#[actix_web::test]
async fn no_answer_says_what_its_reader_may_not_know() {
    let mut asked = Vec::new();
    for seed in 0..GAMES {
        asked.extend(play(seed).await);
    }
    for role in ["mafia", "spy", "doctor", "detective", "reporter", "soldier", "joker", "citizen", ""] {
        assert!(asked.iter().any(|other| other == role), "nobody asked as {role:?}");
    }
}
