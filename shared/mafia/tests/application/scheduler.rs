//! The scheduler.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use mafia::{Command, Line, MafiaError};
use mafia_rules::{Channel, Event, Phase};
use tokio::task::JoinSet;

use crate::party::{NOW, Party, TestDatabase};

pub(crate) async fn of_many_processes_one_ends_a_phase(database: TestDatabase) {
    let party = Party::of(&database, 5).await;
    party.start().await;
    let processes = [party.mafia.clone(), party.another(&database, 1).await, party.another(&database, 2).await];
    let mut now = NOW;
    for _ in 0..40 {
        let before = party.seen_by(0, now).await.public;
        let Some(ends_at) = before.ends_at else { break };
        now = ends_at;
        let began = phases(&party).await;
        let [a, b, c] = &processes;
        let (a, b, c) = tokio::join!(a.tick(|| now), b.tick(|| now), c.tick(|| now));
        assert!(a.is_ok() && b.is_ok() && c.is_ok());
        let over = party.seen_by(0, now).await.public.phase == Phase::Over;
        assert_eq!(phases(&party).await, began + 1, "exactly one phase ends");
        if over {
            break;
        }
    }
}

/// The number of phases so far.
async fn phases(party: &Party) -> usize {
    let events = party.store.game_events(party.game).await.unwrap();
    let events = events.iter().map(|stored| serde_json::from_str::<Event>(&stored.event).unwrap());
    events.filter(|event| matches!(event, Event::PhaseBegan { .. })).count()
}

pub(crate) async fn another_process_advances_a_game(database: TestDatabase) {
    let party = Party::of(&database, 1).await;
    party.mafia.add_bots(&party.code, &party.people[0], 4, NOW).await.unwrap();
    party.start().await;
    let night = party.seen_by(0, NOW).await.public.ends_at.unwrap();
    let other = party.another(&database, 5).await;
    other.tick(|| NOW).await.unwrap();
    assert_eq!(party.seen_by(0, NOW).await.public.phase, Phase::Night, "one human player is still awake");
    other.tick(|| night - 1).await.unwrap();
    assert_eq!(party.seen_by(0, NOW).await.public.phase, Phase::Night, "the deadline has not passed");
    other.tick(|| night).await.unwrap();
    assert_eq!(party.seen_by(0, NOW).await.public.phase, Phase::Dawn);
}

/// A state that no release has written.
const GARBAGE: store::GameChange<'static> = store::GameChange {
    state: "{\"not\": \"a game\"}",
    name: "broken",
    host: "",
    phase: "playing",
    seated: 5,
    spectators: true,
    bots_at: None,
    due_at: Some(NOW),
    events: &[],
    updates: &[],
    players: None,
    over: false,
};

/// More broken games than one round takes, all due longer than the whole game, and none of them announced.
pub(crate) async fn broken_games_do_not_stop_other_games(database: TestDatabase) {
    let party = Party::of(&database, 5).await;
    party.start().await;
    let mut broken = Vec::new();
    for number in 0..510_u32 {
        let [a, b, c, d] = number.to_be_bytes();
        let code = store::RoomCode::from_random(&[0, 1, a, b, c, d]);
        broken.push(party.store.create_game(code, &GARBAGE, NOW).await.unwrap().id);
    }
    let night = party.seen_by(0, NOW).await.public.ends_at.unwrap();
    let other = party.another(&database, 3).await;
    party.mafia.tick(|| night).await.unwrap();
    // The second round takes the rest of the broken games, and the whole game, in either process.
    other.tick(|| night + 200).await.unwrap();
    assert_eq!(party.seen_by(0, night).await.public.phase, Phase::Dawn);
    let due = party.store.due_games(night + 300, 1_000).await.unwrap();
    assert!(!due.iter().any(|game| broken.contains(game)), "each broken game waits for its next try");
    let later = party.store.due_games(night + 2_000, 1_000).await.unwrap();
    assert_eq!(later.iter().filter(|game| broken.contains(game)).count(), broken.len());
}

/// Twenty spectators in each of two processes send as fast as their turns come. Each round of the scheduler still ends the phase.
pub(crate) async fn a_flood_of_messages_delays_no_phase(database: TestDatabase) {
    let party = Party::of(&database, 5).await;
    party.start().await;
    let processes = [party.mafia.clone(), party.another(&database, 1).await];
    let is_over = Arc::new(AtomicBool::new(false));
    let mut talking = JoinSet::new();
    for number in 0..40_usize {
        let (mafia, code, is_over) = (processes[number % 2].clone(), party.code.clone(), Arc::clone(&is_over));
        let who = party.user_without_seat(&format!("guest {number}")).await;
        talking.spawn(async move {
            let mut said = 0;
            while !is_over.load(Ordering::Relaxed) {
                said += 1;
                // Within the user's rate: one message a second.
                match mafia.act(&code, &who, &say(said), NOW + 1_000 * said).await {
                    Ok(_) | Err(MafiaError::TooFast(_)) => tokio::task::yield_now().await,
                    Err(fault) => panic!("{fault}"),
                }
            }
        });
    }
    let mut now = NOW;
    for _ in 0..8 {
        let Some(ends_at) = party.seen_by(0, now).await.public.ends_at else { break };
        now = ends_at;
        let began = phases(&party).await;
        processes[0].tick(|| now).await.unwrap();
        assert_eq!(phases(&party).await, began + 1, "one round ends the phase");
    }
    is_over.store(true, Ordering::Relaxed);
    talking.join_all().await;
}

fn say(number: i64) -> Command {
    Command::Say { channel: Channel::Spectators, words: Line::Text(format!("line {number}")), id: None }
}
