//! Secrets of a game stay out of HTTP answers.

use mafia::Caller as Who;
use mafia::{Command, Line};
use mafia_rules::Channel;
use serde_json::{Value, json};
use store::RoomCode;

use super::kit::{code_of, hasty, mafia, open_table, play_on, private, start, with_bots};
use crate::support::{Person, TestApp};

/// A running game of five players.
async fn five(app: &TestApp) -> (String, Vec<Person<'_>>) {
    let mut people = Vec::new();
    for name in ["Ada", "Bob", "Cem", "Dee", "Eve"] {
        people.push(app.person(name).await);
    }
    let table = open_table(&people[0], &hasty()).await;
    for person in &people[1..] {
        assert_eq!(person.put(&format!("{table}/seat")).await.status, 200);
    }
    start(&people[0], &table).await;
    (table, people)
}

fn shown_roles(state: &Value) -> Vec<&Value> {
    state["public"]["seats"].as_array().unwrap().iter().map(|seat| &seat["role"]).collect()
}

#[actix_web::test]
async fn a_seat_learns_its_own_role_and_no_other() {
    let app = TestApp::start().await;
    let (table, people) = five(&app).await;
    let mut roles = Vec::new();
    for (seat, person) in people.iter().enumerate() {
        let state = person.get(&table).await.json();
        assert_eq!(state["you"]["seat"], seat);
        assert_eq!(shown_roles(&state), [&Value::Null; 5]);
        assert_eq!(state["spectator_seq"], Value::Null);
        let role = state["you"]["role"].as_str().unwrap().to_owned();
        let mates = state["you"]["team"].as_array().unwrap().len();
        assert_eq!(mates, usize::from(role == "mafia"), "a mafia player knows itself, other players know no mate");
        let missed = person.get(&format!("{table}/updates?public=0&you=0&spectators=0")).await;
        assert_eq!(missed.text().matches("\"dealt\"").count(), 1, "{}", missed.text());
        assert_eq!(dealt(&missed.json()), role);
        roles.push(role);
    }
    roles.sort_unstable();
    assert_eq!(roles, ["citizen", "citizen", "detective", "doctor", "mafia"]);
}

/// The role that a player was dealt.
fn dealt(missed: &Value) -> &str {
    let events = missed["you"].as_array().unwrap().iter().flat_map(|update| update["events"].as_array().unwrap());
    events.filter(|event| event["type"] == "dealt").map(|event| event["role"].as_str().unwrap()).next().unwrap_or_default()
}

#[actix_web::test]
async fn a_spectator_gets_the_public_updates_only() {
    let app = TestApp::start().await;
    let (table, people) = five(&app).await;
    let (stranger, guest) = (app.person("Zoe").await, app.guest());
    for watcher in [&stranger, &guest] {
        let state = watcher.get(&table).await.json();
        assert_eq!((&state["you"], &state["me"]["seat"], &state["my_seq"]), (&Value::Null, &Value::Null, &json!(0)));
        assert_eq!(shown_roles(&state), [&Value::Null; 5]);
        assert_eq!(state["public"], people[0].get(&table).await.json()["public"]);
        let missed = watcher.get(&format!("{table}/updates?public=0&you=0&spectators=0")).await;
        assert_eq!(missed.json()["you"], json!([]));
        assert!(!missed.text().contains("dealt"), "{}", missed.text());
        let events = missed.json()["public"].to_string();
        assert!(events.contains("\"roles\":[]"), "that it began, without the roles: {events}");
    }
}

#[actix_web::test]
async fn players_do_not_get_messages_of_spectators() {
    let app = TestApp::start().await;
    let (table, people) = five(&app).await;
    let stranger = app.person("Zoe").await;
    let id = stranger.get(&table).await.json()["me"]["user"].as_str().unwrap().parse().unwrap();
    let line = Command::Say { channel: Channel::Spectators, words: Line::Text("I know who it is".to_owned()), id: None };
    let code = RoomCode::parse(code_of(&table)).unwrap();
    let who = Who { id: Some(id), name: "Zoe".to_owned() };
    mafia(&app).act(&code, &who, &line, app.now()).await.unwrap();
    let updates = format!("{table}/updates?public=0&you=0&spectators=0");
    for person in &people {
        assert!(!person.get(&updates).await.text().contains("I know"));
    }
    for watcher in [&stranger, &app.guest()] {
        assert!(watcher.get(&updates).await.json()["spectators"].to_string().contains("I know"));
        assert_eq!(watcher.get(&table).await.json()["spectator_seq"], 1);
    }
}

#[actix_web::test]
async fn hides_a_table_without_spectators_during_the_game() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let stranger = app.person("Zoe").await;
    let lobby = open_table(&ada, &private()).await;
    assert_eq!(stranger.get(&lobby).await.status, 200, "how else would they sit down");
    let table = with_bots(&ada, &private(), 5).await;
    for watcher in [&stranger, &app.guest()] {
        watcher.get(&table).await.problem(403, "no_spectators");
        watcher.get(&format!("{table}/updates")).await.problem(403, "no_spectators");
    }
    assert_eq!(ada.get(&table).await.status, 200);
    play_on(&app, &table).await;
    assert_eq!(stranger.get(&table).await.status, 200);
}

#[actix_web::test]
async fn refuses_a_replay_before_the_end() {
    let app = TestApp::start().await;
    let (table, people) = five(&app).await;
    let replay = format!("{table}/replay");
    let english = people[0].get(&replay).await.problem(409, "not_over");
    people[0].submit("/language", "lang=ko").await;
    let korean = people[0].get(&replay).await.problem(409, "not_over");
    assert_ne!(english, korean);
    app.guest().get(&replay).await.problem(409, "not_over");
}
