//! Whole games in which every client asks again and again: no answer contains a secret of another player.

use actix_web::http::Method;
use mafia::Caller as Who;
use mafia::Command;
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

/// A client.
struct Client<'a> {
    person: Person<'a>,
    reader: Reader,
    /// The newest update that it has, for each stream.
    cursors: [i64; 3],
}

const STREAMS: [&str; 3] = ["public", "you", "spectators"];

impl<'a> Client<'a> {
    fn new(person: Person<'a>, seat: Option<u64>, reveals: bool) -> Self {
        Self { person, reader: Reader::new(seat, "", reveals), cursors: [0; 3] }
    }

    /// Each round uses an address of its own, since the rounds come faster than the rate of one address allows.
    async fn get(&self, path: &str, round: u64) -> Value {
        let address = format!("2001:db8:0:{round:x}::1");
        let reply = self.person.send(Method::GET, path, &[("x-forwarded-for", &address)], "").await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }

    /// The updates since the last request.
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

/// Plays a game to its end. Returns the roles of the clients.
async fn play(seed: u64) -> Vec<String> {
    let app = TestApp::start().await;
    let reveals = seed.is_multiple_of(2);
    let seated = 6 + (seed % 3) as usize;
    let options = json!({
        "night_seconds": 4, "dawn_seconds": 1, "talk_seconds": 3, "vote_seconds": 3, "defence_seconds": 1, "ballot_seconds": 3,
        "dusk_seconds": 1, "gone_after": 50, "reveal_roles": reveals, "bots": "instant",
    });
    let setup = json!({ "roles": all_roles(seated + 2), "options": options });
    let mut clients = Vec::new();
    for number in 0..=seated {
        // The last one watches.
        let seat = (number < seated).then_some(number as u64);
        let person = app.person(&format!("user {number}")).await;
        clients.push(Client::new(person, seat, reveals));
    }
    clients.push(Client::new(app.guest(), None, reveals));
    let table = open_table(&clients[0].person, &setup).await;
    for client in &clients[1..seated] {
        assert_eq!(client.person.put(&format!("{table}/seat")).await.status, 200);
    }
    assert_eq!(clients[0].person.post(&format!("{table}/bots"), &json!({ "count": 2 })).await.status, 200);
    let start = clients[0].person.post(&format!("{table}/start"), &Value::Null).await;
    assert_eq!(start.status, 200, "{}", start.text());

    let (game, code) = (mafia(&app), RoomCode::parse(code_of(&table)).unwrap());
    for round in 0..ROUNDS {
        let mut phase = Value::Null;
        for client in &mut clients {
            let state = client.get(&table, round).await;
            if let Some(role) = state["you"]["role"].as_str() {
                role.clone_into(&mut client.reader.role);
                let who = Who { id: Some(state["me"]["user"].as_str().unwrap().parse().unwrap()), name: String::new() };
                for command in moves(&state["you"], seed ^ round) {
                    let command: Command = serde_json::from_value(command).unwrap();
                    let _refused_where_others_were_first = game.act(&code, &who, &command, app.now()).await;
                }
            }
            let missed = client.missed(&table, round).await;
            // The missed updates first: they explain why a role is shown.
            for answer in [&missed, &state] {
                client.reader.take(answer).unwrap();
            }
            phase = state["public"]["phase"].clone();
        }
        if phase == "over" {
            return clients.into_iter().map(|client| client.reader.role).collect();
        }
        app.advance(1_000);
        game.tick(|| app.now()).await.unwrap();
    }
    panic!("the game does not end");
}

#[actix_web::test]
async fn no_answer_contains_a_secret_of_another_player() {
    let mut asked = Vec::new();
    for seed in 0..GAMES {
        asked.extend(play(seed).await);
    }
    for role in ["mafia", "spy", "doctor", "detective", "reporter", "soldier", "joker", "citizen", ""] {
        assert!(asked.iter().any(|other| other == role), "no client had the role {role:?}");
    }
}
