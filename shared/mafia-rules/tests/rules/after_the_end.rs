//! After the end of a game.

use mafia_rules::{
    Actor, Command, Event, Millis, NightAction, Phase, Refusal,
    Role::{Citizen, Doctor, Mafia},
    evolve, public_view, replay,
};

use crate::kit::{Table, done, person, point, protect};

fn again(code: &str) -> Command {
    Command::Again { code: code.to_owned(), gone: None }
}

fn over() -> Table {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen]);
    table.executes(0);
    table
}

#[test]
fn the_first_next_table_counts() {
    let mut table = over();
    table.does(2, again("ABCDEF"));
    table.does(0, again("GHIJKL"));
    assert_eq!(table.events, []);
    assert_eq!(public_view(&table.game).next.as_deref(), Some("ABCDEF"));
    assert_eq!(table.refusal_of(&Actor::Visitor(person(9)), &again("GHIJKL")), Refusal::NotSeated);
}

#[test]
fn a_missing_next_table_is_replaced_once() {
    let mut table = over();
    table.does(2, again("ABCDEF"));
    let anew = |code: &str| Command::Again { code: code.to_owned(), gone: Some("ABCDEF".to_owned()) };
    table.does(0, anew("GHIJKL"));
    table.does(1, anew("MNPQRS"));
    assert_eq!(table.events, []);
    assert_eq!(public_view(&table.game).next.as_deref(), Some("GHIJKL"));
}

#[test]
fn refuses_a_next_table_before_the_end() {
    assert_eq!(Table::of(&[Mafia, Doctor, Citizen, Citizen]).refusal(0, &again("ABCDEF")), Refusal::NotOver);
}

#[test]
fn a_tick_after_the_end_changes_nothing() {
    let table = over();
    let events = table.try_as(&Actor::Clock { online: Vec::new() }, &Command::Tick).unwrap();
    assert_eq!(events, []);
}

/// Plays a game and returns its events with their times.
fn history() -> (Table, Vec<(Millis, Event)>) {
    let mut table = Table::with_people(0);
    let mut history = Vec::new();
    for number in 0..4 {
        table.joins(number);
        history.extend(dated(&table));
    }
    table.starts(&[Mafia, Doctor, mafia_rules::Role::Detective, Citizen]);
    history.extend(dated(&table));
    for (seat, command) in [(0, point(3)), (1, protect(3))] {
        table.does(seat, command);
        history.extend(dated(&table));
    }
    for seat in [0, 1] {
        table.does(seat, Command::Leave);
        history.extend(dated(&table));
    }
    table.time_passes();
    history.extend(dated(&table));
    (table, history)
}

fn dated(table: &Table) -> Vec<(Millis, Event)> {
    table.events.iter().map(|event| (table.now, event.clone())).collect()
}

#[test]
fn a_replay_shows_all_events_by_phase() {
    let (table, history) = history();
    assert_eq!(table.phase(), Phase::Over);
    let steps = replay(&history);
    let phases: Vec<_> = steps.iter().map(|step| (step.phase, step.day)).collect();
    assert_eq!(phases, [(Phase::Lobby, 0), (Phase::Night, 1), (Phase::Dawn, 1), (Phase::Over, 1)]);
    let shown: Vec<_> = steps.iter().flat_map(|step| step.events.clone()).collect();
    assert_eq!(shown, history, "all events in order");
    assert!(steps[1].events.iter().any(|(_, event)| *event == done(NightAction::Protect, 1, 3)));
    assert!(steps[1].view.seats.iter().all(|seat| seat.role.is_some()), "nothing is hidden");
    assert_eq!(steps.last().unwrap().view, public_view(&table.game));
}

#[test]
fn events_rebuild_the_game() {
    let (table, history) = history();
    let mut game = mafia_rules::Game::default();
    history.iter().for_each(|(_, event)| evolve(&mut game, event));
    assert_eq!(game, table.game);
}
